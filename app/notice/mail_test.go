package notice

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/mail"
	"tequio/app/thing"
	"tequio/data"
)

// A postal world is a world whose people have addresses, and whose mail can be read.
type postal struct {
	*world
	clock *dbtest.Clock
}

func beginPostal(t *testing.T, d *db.DB, clock *dbtest.Clock, n int) postal {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: d, jobs: job.NewRunner(d)}
	zone, err := time.LoadLocation(mexico)
	if err != nil {
		t.Fatal(err)
	}
	w.s = NewService(d, w.jobs, Letters{Words: words, Site: func() (string, string) { return "Pueblo", "https://pueblo.example" },
		Zone: func() *time.Location { return zone }, Lang: func() string { return "en" }, Key: []byte("0123456789abcdef0123456789abcdef")})
	thing.OnRecord(d, w.s.Hook)
	w.write(func(tx *db.Tx) error {
		w.people = nil
		for i := range n {
			p := identity.Person{Name: fmt.Sprint("Person ", i), Email: fmt.Sprintf("p%d@pueblo.example", i), Lang: "en", Level: identity.Reachable}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			w.people = append(w.people, identity.Actor{ID: p.ID, Level: p.Level})
		}
		w.t = thing.Thing{Kind: "proposal", Author: w.people[0].ID, Title: "Shade at the stops", Lang: "en", State: thing.Published, PublishedAt: tx.Now, Place: "centro"}
		return thing.Create(tx, &w.t)
	})
	return postal{w, clock}
}

// happens records an event that followers are told of, and runs the jobs.
func (p postal) happens(verb string) {
	p.Helper()
	p.write(func(tx *db.Tx) error { return thing.Record(tx, 0, verb, p.t.ID, "") })
	p.work()
}

// passes lets time go by, and the jobs run.
func (p postal) passes(d time.Duration) {
	p.Helper()
	p.clock.Advance(d)
	p.work()
}

// posted are the mails to a person, oldest first.
func (p postal) posted(i int) (all []mail.Item) {
	p.Helper()
	p.write(func(tx *db.Tx) error {
		all = nil
		items, err := mail.Outbox(tx, 0, 100)
		for _, m := range items {
			if m.To == fmt.Sprintf("p%d@pueblo.example", i) {
				all = append([]mail.Item{m}, all...)
			}
		}
		return err
	})
	return all
}

func (p postal) wants(i, n int, what string) {
	p.Helper()
	if got := p.posted(i); len(got) != n {
		p.Errorf("%s: person %d has %d mails, not %d: %+v", what, i, len(got), n, got)
	}
}

var paces = []Pace{Usual, Now, Daily, Weekly, Never}

// choosing has each person from 1 on follow the thing at a pace of paces.
func (p postal) choosing() {
	p.Helper()
	for i, pace := range paces {
		a := p.people[i+1]
		if err := p.s.Follow(context.Background(), a, p.t.ID); err != nil {
			p.Fatal(err)
		}
		p.write(func(tx *db.Tx) error { return savePace(tx, a.ID, via(followers, p.t), pace) })
	}
}

func TestPacesOfMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := beginPostal(t, d, clock, 7) // the clock begins on a Monday at noon of the town
		p.choosing()
		p.happens("vote.amend")
		for i, pace := range paces {
			p.wants(i+1, map[Pace]int{Now: 1}[pace], "at once")
			if n := p.unread(i + 1); n != 1 {
				t.Errorf("person %d sees %d notices on the site, not one", i+1, n)
			}
		}
		p.passes(11 * time.Hour) // 23:00: quiet
		p.happens("vote.count")
		p.wants(2, 1, "at once, at night")
		p.passes(8*time.Hour + time.Minute) // 7:01
		p.wants(2, 2, "at once, in the morning")
		p.wants(1, 0, "daily, before eight")
		p.passes(time.Hour) // 8:01
		for i, want := range []int{1, 2, 1, 0, 0} {
			p.wants(i+1, want, "on Tuesday morning")
		}
		text := p.posted(3)[0].Text
		for _, want := range []string{"Shade at the stops", "2 news", "https://pueblo.example/proposals/", "The results of", "https://pueblo.example/stop/", "/me/notices/settings"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in the summary:\n%s", want, text)
			}
		}
		p.passes(24 * time.Hour)
		p.wants(1, 1, "nothing new: no summary")
		p.passes(5 * 24 * time.Hour) // Monday
		for i, want := range []int{1, 2, 1, 1, 0} {
			p.wants(i+1, want, "after a week")
		}
	})
}

// A summary leaves out what was read and what was hidden meanwhile, and is never empty; it goes once.
func TestSummaryIsNeverStale(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := beginPostal(t, d, clock, 4)
		for _, a := range p.people[1:] {
			if err := p.s.Follow(context.Background(), a, p.t.ID); err != nil {
				t.Fatal(err)
			}
		}
		p.happens("vote.amend")
		all, _, err := p.s.Of(context.Background(), p.people[1], 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.s.Read(context.Background(), p.people[1], all[0].ID); err != nil {
			t.Fatal(err)
		}
		p.passes(21 * time.Hour)
		p.wants(1, 0, "read on the site")
		p.wants(2, 1, "not read")
		for range 3 {
			if err := p.s.Post(context.Background()); err != nil {
				t.Fatal(err)
			}
			p.passes(2 * time.Minute)
		}
		p.wants(2, 1, "asked again")
		p.happens("vote.amend")
		p.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, tx.Now, p.t.ID)
			return err
		})
		p.passes(24 * time.Hour)
		p.wants(2, 1, "hidden since")
		p.write(func(tx *db.Tx) error {
			n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM notice WHERE due_at IS NOT NULL`)
			if n != 0 {
				t.Errorf("%d notices still wait for a mail", n)
			}
			return err
		})
	})
}

var stopLink = regexp.MustCompile(`/stop/(\S+)`)

// One click stops what the mail says and nothing else.
func TestStopStopsWhatItSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		p := beginPostal(t, d, clock, 7)
		p.choosing()
		p.happens("vote.amend")
		token := stopLink.FindStringSubmatch(p.posted(2)[0].Text)[1]
		st, err := p.s.Stopping(ctx, token, "en")
		if err != nil || st.What != "thing" || st.Name != p.t.Title {
			t.Fatalf("%+v, %v", st, err)
		}
		p.happens("vote.amend")
		p.wants(2, 2, "looking stops nothing")
		for range 2 {
			if _, err := p.s.Stop(ctx, token, "en"); err != nil {
				t.Fatal(err)
			}
		}
		p.happens("vote.amend")
		p.wants(2, 2, "stopped")
		if p.unread(2) != 3 {
			t.Errorf("%d notices on the site, not three", p.unread(2))
		}
		p.passes(21 * time.Hour)
		p.wants(3, 1, "another's summary")
		token = stopLink.FindStringSubmatch(p.posted(3)[0].Text)[1]
		if st, err := p.s.Stop(ctx, token, "en"); err != nil || st.What != digest {
			t.Fatalf("%+v, %v", st, err)
		}
		p.happens("vote.amend")
		p.passes(24 * time.Hour)
		p.wants(3, 1, "summaries stopped")
		p.wants(1, 2, "another's second summary")
		if _, err := p.s.Stop(ctx, token+"A", "en"); err == nil {
			t.Error("a wrong token stops something")
		}
	})
}

// New things of a place are news to who follows the place.
func TestFollowPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		p := beginPostal(t, d, clock, 4)
		for _, key := range []string{"centro", "elsewhere"} {
			if err := p.s.FollowTerm(ctx, p.people[1], Place, key); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.s.FollowTerm(ctx, p.people[2], Subject, "centro"); err != nil {
			t.Fatal(err)
		}
		if err := p.s.FollowTerm(ctx, p.people[2], "country", "mx"); err == nil {
			t.Error("anything can be followed")
		}
		p.happens("proposal.publish")
		for i, want := range []int64{0, 1, 0, 0} {
			if got := p.unread(i); got != want {
				t.Errorf("person %d has %d notices, not %d", i, got, want)
			}
		}
		ahead := thing.Thing{Kind: "consultation", Title: "Later", Lang: "en", State: thing.Published, Place: "centro"}
		p.write(func(tx *db.Tx) error {
			ahead.PublishedAt = tx.Now.Add(time.Hour)
			if err := thing.Create(tx, &ahead); err != nil {
				return err
			}
			return thing.Record(tx, 0, "consultation.publish", ahead.ID, "")
		})
		p.work()
		if n := p.unread(1); n != 1 {
			t.Errorf("%d notices of what is not public yet", n)
		}
		p.passes(time.Hour)
		if n := p.unread(1); n != 2 {
			t.Errorf("%d notices once it is public", n)
		}
		if err := p.s.UnfollowTerm(ctx, p.people[1], Place, "centro"); err != nil {
			t.Fatal(err)
		}
		p.happens("proposal.publish")
		if n := p.unread(1); n != 2 {
			t.Errorf("%d notices after leaving", n)
		}
	})
}

// Habits that change move what waits; what cannot be kept is refused.
func TestChoose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		p := beginPostal(t, d, clock, 3)
		a := p.people[1]
		if err := p.s.Follow(ctx, a, p.t.ID); err != nil {
			t.Fatal(err)
		}
		set, err := p.s.Settings(ctx, a)
		if err != nil || set.Chosen || len(set.Follows) != 1 || set.Habits != usual(set.Zone) {
			t.Fatalf("%+v, %v: what the query says of those who chose nothing is not usual", set, err)
		}
		p.happens("vote.amend")
		set.Pace, set.ZoneKey = Weekly, madrid
		if err := p.s.Choose(ctx, a, set); err != nil {
			t.Fatal(err)
		}
		p.passes(21 * time.Hour)
		p.wants(1, 0, "weekly now")
		p.passes(5*24*time.Hour + 16*time.Hour + time.Minute) // Monday, 8:00 in Madrid, not yet in the town
		p.wants(1, 1, "on Monday morning in Madrid")
		for name, bad := range map[string]func(*Settings){"zone": func(s *Settings) { s.ZoneKey = "Moon/Sea" }, "pace": func(s *Settings) { s.Pace = "often" },
			"quiet_from": func(s *Settings) { s.QuietFrom = -1 }, "weekday": func(s *Settings) { s.Weekday = 9 }} {
			wrong := set
			bad(&wrong)
			if err := p.s.Choose(ctx, a, wrong); err == nil {
				t.Errorf("a wrong %s is taken", name)
			}
		}
	})
}

// Several letters of one night come as one.
func TestGathered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := beginPostal(t, d, clock, 7)
		p.choosing()
		p.clock.Advance(11 * time.Hour)
		for range manyPrompt {
			p.happens("vote.amend")
		}
		p.passes(8*time.Hour + time.Minute)
		p.wants(2, 1, "after the night")
		if m := p.posted(2)[0]; !strings.Contains(m.Text, "while you rested") || !strings.Contains(m.Subject, "3 news") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	})
}
