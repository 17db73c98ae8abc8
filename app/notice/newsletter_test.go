package notice

import (
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
)

// A newsroom is a postal world with an agency, its editor, and its followers.
type newsroom struct {
	postal
	agency thing.Thing
	editor identity.Actor
	admin  identity.Actor
}

func beginNewsroom(t *testing.T, d *db.DB, clock *dbtest.Clock) newsroom {
	p := beginPostal(t, d, clock, 8)
	r := newsroom{postal: p, agency: thing.Thing{Kind: "agency", Title: "Parks", Lang: "en", State: thing.Published}}
	p.write(func(tx *db.Tx) error {
		r.agency.PublishedAt = tx.Now
		return thing.Create(tx, &r.agency)
	})
	now := d.Now()
	r.editor, r.admin = p.people[0], p.people[7]
	r.editor.Grants = []identity.Grant{{Role: identity.Editor, Agency: int64(r.agency.ID)}}
	r.admin.Grants = []identity.Grant{{Role: identity.Administrator}}
	r.editor.Session.FactorAt, r.admin.Session.FactorAt = now, now
	for _, a := range p.people[1:7] {
		if err := p.s.Follow(context.Background(), a, r.agency.ID); err != nil {
			t.Fatal(err)
		}
	}
	p.write(func(tx *db.Tx) error { // 1 and 2 get it
		for _, q := range []struct {
			query string
			who   int
		}{
			{`UPDATE person SET lang = 'fr' WHERE id = $1`, 3},
			{`UPDATE person SET email = NULL WHERE id = $1`, 4},
			{`INSERT INTO newsletter_refusal (person_id, kind, at) VALUES ($1, '*', 1)`, 5},
		} {
			if _, err := tx.Exec(q.query, p.people[q.who].ID); err != nil {
				return err
			}
		}
		_, err := mail.CameBack(tx, mail.Bounce{Address: "p6@pueblo.example", Kind: mail.Permanent})
		return err
	})
	return r
}

func (r newsroom) letter() Newsletter {
	return Newsletter{Agency: r.agency.ID, Audience: ToAgency, Texts: map[string]Text{"en": {Subject: "Trees for the square", Body: "We plant **forty** trees. [More](/agencies)"}, "es": {}}}
}

// The preview says exactly who gets a newsletter, and exactly they get it.
func TestNewsletterGoesToWhomItSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		r := beginNewsroom(t, d, clock)
		id, err := r.s.Write(ctx, r.editor, r.letter())
		if err != nil {
			t.Fatal(err)
		}
		counts, err := r.s.Count(ctx, r.editor, id)
		if err != nil || counts[Gets] != 2 || counts[OtherLang] != 1 || counts[NoAddress] != 1 || counts[Unsubscribed] != 1 || counts[CameBack] != 1 {
			t.Fatalf("%v, %v", counts, err)
		}
		for v, want := range map[Verdict]string{Gets: "Person 1, Person 2", OtherLang: "Person 3", NoAddress: "Person 4", Unsubscribed: "Person 5", CameBack: "Person 6"} {
			all, next, err := r.s.Recipients(ctx, r.editor, id, v, 0)
			var names []string
			for _, one := range all {
				names = append(names, one.Name)
			}
			if err != nil || next != 0 || strings.Join(names, ", ") != want {
				t.Errorf("%s: %v, %v", v, names, err)
			}
		}
		if err := r.s.Try(ctx, r.editor, id); err != nil {
			t.Fatal(err)
		}
		r.wants(0, 1, "the test")
		if err := r.s.Launch(ctx, r.editor, id, clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		r.work()
		r.wants(1, 0, "before its time")
		if _, err := r.s.newestSent(ctx); err == nil {
			t.Error("the archive shows it before it is sent")
		}
		r.passes(time.Hour)
		for i, want := range []int{1, 1, 1, 0, 0, 0, 0, 0} {
			r.wants(i, want, "sent")
		}
		m := r.posted(1)[0]
		for _, want := range []string{"Trees for the square", "[More](/agencies)", "newsletter of Parks", "https://pueblo.example/news/trees-for-the-square-"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("no %q in\n%s", want, m.Text)
			}
		}
		n, err := r.s.newestSent(ctx)
		if err != nil || n.Stage != SentOut || n.Queued != 1+1 {
			t.Errorf("%+v, %v", n, err)
		}
		if err := r.s.Cancel(ctx, r.editor, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("called back: %v", err)
		}
		token := stopLink.FindStringSubmatch(m.Text)[1]
		if st, err := r.s.Stop(ctx, token, "en"); err != nil || st.What != "news" || st.Name != "Parks" {
			t.Fatalf("%+v, %v", st, err)
		}
		again, err := r.s.Write(ctx, r.editor, r.letter())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.s.Launch(ctx, r.editor, again, time.Time{}); err != nil {
			t.Fatal(err)
		}
		r.work()
		r.wants(1, 1, "stopped with one click")
		r.wants(2, 2, "not stopped")
	})
}

// newestSent is the newest of the archive, as everybody sees it.
func (s *Service) newestSent(ctx context.Context) (n Newsletter, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := s.Archive(tx, time.Time{}, 1)
		if err == nil && len(all) == 0 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if err == nil {
			n, err = s.Sent(tx, all[0].Slug)
		}
		return err
	})
	return n, err
}

func TestNewsletterCancelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		r := beginNewsroom(t, d, clock)
		id, err := r.s.Write(ctx, r.editor, r.letter())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.s.Launch(ctx, r.editor, id, clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := r.s.Cancel(ctx, r.editor, id); err != nil {
			t.Fatal(err)
		}
		r.passes(2 * time.Hour)
		r.wants(1, 0, "cancelled")
	})
}

func TestNewsletterRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		r := beginNewsroom(t, d, clock)
		noFactor := r.editor
		noFactor.Session.FactorAt = time.Time{}
		for name, c := range map[string]struct {
			who    identity.Actor
			change func(n *Newsletter)
		}{
			"by a reader":               {r.people[1], func(*Newsletter) {}},
			"without a second factor":   {noFactor, func(*Newsletter) {}},
			"to all, by an agency":      {r.editor, func(n *Newsletter) { n.Audience = ToAll }},
			"of the town, by an agency": {r.editor, func(n *Newsletter) { n.Agency, n.Audience = 0, ToAll }},
			"about another's thing":     {r.editor, func(n *Newsletter) { n.Audience, n.Thing = ToThing, r.t.ID }},
			"to no place":               {r.editor, func(n *Newsletter) { n.Audience = ToPlace }},
			"to nobody known":           {r.editor, func(n *Newsletter) { n.Audience = "friends" }},
			"without words":             {r.editor, func(n *Newsletter) { n.Texts = map[string]Text{"en": {}} }},
			"without a subject":         {r.editor, func(n *Newsletter) { n.Texts = map[string]Text{"en": {Body: "a"}} }},
		} {
			n := r.letter()
			c.change(&n)
			if _, err := r.s.Write(ctx, c.who, n); err == nil {
				t.Errorf("taken: %s", name)
			}
		}
		n := r.letter()
		n.Agency, n.Audience = 0, ToAll
		id, err := r.s.Write(ctx, r.admin, n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.s.Newsletter(ctx, r.editor, id); err == nil {
			t.Error("an agency reads the town's")
		}
		counts, err := r.s.Count(ctx, r.admin, id)
		if err != nil || counts[Gets] != 2 {
			t.Errorf("to all: %v, %v", counts, err)
		}
	})
}
