package challenge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/thing"
)

type world struct {
	*testing.T
	s                      *Service
	db                     *db.DB
	clock                  *dbtest.Clock
	ana, luis, staff, boss identity.Actor
	agency                 thing.ID
}

var ctx = context.Background()

func begin(t *testing.T, d *db.DB, clock *dbtest.Clock) *world {
	t.Helper()
	clock.Set(day(-1))
	files, err := media.NewService(d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, s: NewService(d, files), db: d, clock: clock}
	w.write(func(tx *db.Tx) error {
		g := thing.Thing{Kind: "agency", Lang: "es", Title: "Movilidad", State: thing.Published, PublishedAt: day(-9)}
		if err := thing.Create(tx, &g); err != nil {
			return err
		}
		w.agency = g.ID
		for _, x := range []struct {
			at   *identity.Actor
			name string
			role *identity.Grant
		}{{&w.ana, "Ana", nil}, {&w.luis, "Luis", nil}, {&w.staff, "Óscar", &identity.Grant{Role: identity.FocalPoint, Agency: int64(g.ID)}},
			{&w.boss, "Rosa", &identity.Grant{Role: identity.Administrator}}} {
			p := identity.Person{Name: x.name, Level: identity.Reachable}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			*x.at = identity.Actor{ID: p.ID, Name: p.Name, Level: p.Level}
			if x.role != nil {
				x.at.Grants = []identity.Grant{*x.role}
				x.at.Session.FactorAt = day(-1)
			}
		}
		return nil
	})
	return w
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(ctx, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err error, key_ string) {
	w.Helper()
	if got := key(err); got != key_ {
		w.Fatalf("%q, want %q (%v)", got, key_, err)
	}
}

// published is the brief, made by staff through the service.
func (w *world) published() thing.ID {
	w.Helper()
	c := brief()
	c.Thing = thing.Thing{Agency: w.agency, Lang: "es", Title: c.Title, Summary: c.Summary}
	id, err := w.s.Save(ctx, w.staff, Edition{Challenge: c})
	if err != nil {
		w.Fatal(err)
	}
	w.want(w.s.Translate(ctx, w.ana, id, "en", thing.Words{"title": "x"}), "thing.missing") // she may not even know of it
	w.want(w.s.Translate(ctx, w.staff, id, "en", thing.Words{"title": "Shade", "declaration": "The idea is ours.", "criterion.0.name": "Shade"}), "")
	if err := w.s.Publish(ctx, w.staff, id, day(0)); err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) draft(id thing.ID, lang string) Draft {
	w.Helper()
	c, _, err := w.s.Workspace(ctx, w.ana, w.slug(id), lang)
	if err != nil {
		w.Fatal(err)
	}
	d := Draft{Lang: lang, Team: "Los Dos", Title: "Teja de barro", Summary: "Sombra barata", Body: "**Cuatro** postes", Links: "https://a.mx Planos"}
	for _, st := range c.Statements() {
		d.Ticked = append(d.Ticked, st.Mark)
	}
	return d
}

func (w *world) slug(id thing.ID) (slug string) {
	w.write(func(tx *db.Tx) error { t, err := thing.Get(tx, id); slug = t.Slug; return err })
	return slug
}

func TestFromBriefToDecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := begin(t, d, clock)
		id := w.published()
		_, err := w.s.Show(ctx, w.ana, w.slug(id), "es")
		w.want(err, "thing.missing") // it waits for its date
		clock.Set(day(2))

		// questions
		w.want(w.s.Ask(ctx, w.ana, id, "¿Puede ser de lámina?"), "")
		seen, _ := w.s.Show(ctx, w.luis, w.slug(id), "es")
		if len(seen.Questions) != 0 || seen.Waiting != 1 {
			t.Errorf("others see an unanswered question: %+v", seen.Questions)
		}
		v, err := w.s.Edit(ctx, w.staff, id)
		if err != nil || len(v.Questions) != 1 {
			t.Fatal(err)
		}
		_, err = w.s.AnswerQuestion(ctx, w.ana, v.Questions[0].ID, "Sí")
		w.want(err, "policy.role")
		_, err = w.s.AnswerQuestion(ctx, w.staff, v.Questions[0].ID, "Sí.")
		w.want(err, "")
		clock.Set(day(6))
		w.want(w.s.Ask(ctx, w.ana, id, "¿Y de palma?"), "challenge.questions.closed")

		// entering
		full := w.draft(id, "es")
		lacks := full
		lacks.Summary, lacks.Uploads = "", []media.Upload{media.Bytes("planos.txt", "", []byte("cuatro postes"))}
		_, err = w.s.SendEntry(ctx, w.ana, id, lacks, clock.Now())
		w.want(err, "entry.summary.empty")
		_, mine, err := w.s.Workspace(ctx, w.ana, w.slug(id), "es")
		if err != nil || mine == nil || mine.Team != "Los Dos" || len(mine.Files) != 1 || mine.Sent() {
			t.Fatalf("what was refused is not kept as a draft: %+v, %v", mine, err)
		}
		e, err := w.s.SendEntry(ctx, w.ana, id, full, clock.Now())
		w.want(err, "")
		sum := sha256.Sum256([]byte(e.Receipt))
		if e.Code() != hex.EncodeToString(sum[:]) || !strings.Contains(e.Receipt, hex.EncodeToString(e.Files[0].SHA256)) ||
			e.Declaration != "La idea es nuestra.\nNadie trabaja en la dependencia." {
			t.Errorf("receipt: %s", e.Receipt)
		}
		_, err = w.s.SaveEntry(ctx, w.ana, id, full, clock.Now())
		w.want(err, "entry.sent")
		w.want(w.s.WithdrawEntry(ctx, w.ana, id, clock.Now()), "")
		again := w.draft(id, "en")
		again.Title = "Teja de barro, mejor"
		e2, err := w.s.SendEntry(ctx, w.ana, id, again, clock.Now())
		w.want(err, "")
		if e2.ID != e.ID || e2.Code() == e.Code() || e2.Declaration != "The idea is ours." {
			t.Errorf("sent again: %+v", e2)
		}
		_, err = w.s.SendEntry(ctx, w.luis, id, w.draft(id, "es"), clock.Now())
		w.want(err, "")

		// sealed
		for _, who := range []identity.Actor{w.staff, w.boss, w.luis, {}} {
			_, err := w.s.ShowEntry(ctx, who, e2.Slug, "es")
			w.want(err, "thing.missing")
		}
		for _, who := range []identity.Actor{w.staff, w.boss} {
			b, err := w.s.Board(ctx, who, id)
			if err != nil || len(b.Entries) != 0 || b.Sent != 2 {
				t.Errorf("the board shows sealed entries: %+v, %v", b, err)
			}
		}
		_, err = w.s.Validate(ctx, w.staff, e2.ID, Valid, "")
		w.want(err, "thing.missing")
		if _, err := w.s.ShowEntry(ctx, w.ana, e2.Slug, "es"); err != nil {
			t.Error("the author cannot read her own entry")
		}

		// the deadline
		begun := day(10).Add(-time.Second)
		clock.Set(day(10).Add(Grace - time.Second))
		full.Title = "A última hora"
		if _, err = w.s.SendEntry(ctx, w.ana, id, full, begun); err != nil {
			t.Errorf("begun in time: %v", err)
		}
		_, err = w.s.SendEntry(ctx, w.luis, id, full, day(10))
		w.want(err, "entry.late")
		w.want(w.s.WithdrawEntry(ctx, w.ana, id, clock.Now()), "entry.late")
		clock.Set(day(10).Add(Grace))
		b, err := w.s.Board(ctx, w.staff, id)
		if err != nil || len(b.Entries) != 2 || b.Names[w.ana.ID] != "Ana" {
			t.Fatalf("the board after the deadline: %+v, %v", b.Entries, err)
		}
		w.judge(id, b)
	})
}

// judge plays the second half: validity, finalists, decision.
func (w *world) judge(id thing.ID, b Board) {
	w.Helper()
	first, second := b.Entries[0].ID, b.Entries[1].ID
	_, err := w.s.Validate(ctx, w.ana, first, Valid, "")
	w.want(err, "policy.role")
	_, err = w.s.Validate(ctx, w.staff, first, Valid, "")
	w.want(err, "")
	_, err = w.s.Validate(ctx, w.staff, second, Invalid, "Llegó sin planos")
	w.want(err, "")
	w.want(w.s.NameFinalists(ctx, w.staff, id, []thing.ID{second}, ""), "challenge.finalists.invalid")
	w.want(w.s.NameFinalists(ctx, w.staff, id, []thing.ID{first}, ""), "")
	w.clock.Set(day(30))
	w.want(w.s.Decide(ctx, w.luis, id, Verdict{Outcome: Won, Text: "x", Winners: map[thing.ID]int64{first: 1}}), "policy.role")
	w.want(w.s.Decide(ctx, w.staff, id, Verdict{Outcome: Won, Text: "Es la **mejor**.", Winners: map[thing.ID]int64{first: 1}}), "")
	w.want(w.s.Decide(ctx, w.staff, id, Verdict{Outcome: Void, Text: "x"}), "challenge.decided")
	v, err := w.s.Show(ctx, identity.Actor{}, w.slug(id), "en")
	if err != nil || v.Outcome != Won || v.Entries[0].Standing != Winner || v.Entries[0].Place != 1 || v.Entries[1].Reason != "Llegó sin planos" {
		w.Fatalf("decided: %+v, %v", v, err)
	}
	if c := v.In("en", v.Words); c.Title != "Shade" || c.Criteria[0].Name != "Shade" || c.Criteria[1].Name != "Costo" {
		w.Errorf("in English: %q %+v", c.Title, c.Criteria)
	}
	var told []string
	w.write(func(tx *db.Tx) error {
		events, err := thing.EventsSince(tx, 0, 1000)
		for _, e := range events {
			if e.Person != 0 {
				told = append(told, e.Verb)
			}
		}
		return err
	})
	if want := []string{"entry.valid", "entry.invalid", "entry.finalist", "entry.winner", "entry.decided"}; !slices.Equal(told, want) {
		w.Errorf("told %v, want %v", told, want)
	}
}

func TestVoid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := begin(t, d, clock)
		id := w.published()
		clock.Set(day(2))
		_, err := w.s.SendEntry(ctx, w.ana, id, w.draft(id, "es"), clock.Now())
		w.want(err, "")
		w.want(w.s.Close(ctx, w.staff, id, ""), "challenge.close.reason")
		w.want(w.s.Close(ctx, w.staff, id, "Cambió la ley"), "")
		_, err = w.s.SendEntry(ctx, w.luis, id, w.draft(id, "es"), clock.Now())
		w.want(err, "entry.late")
		clock.Advance(Grace)
		w.want(w.s.Decide(ctx, w.staff, id, Verdict{Outcome: Void, Text: "Ninguna cumple."}), "")
		v, err := w.s.Show(ctx, identity.Actor{}, w.slug(id), "es")
		if err != nil || v.Outcome != Void || v.Closing != "Cambió la ley" || len(v.Entries) != 1 {
			t.Errorf("void: %+v, %v", v.Challenge, err)
		}
	})
}

func TestStaffOfOtherAgenciesStayOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := begin(t, d, clock)
		id := w.published()
		clock.Set(day(2))
		other := w.staff
		other.Grants = []identity.Grant{{Role: identity.FocalPoint, Agency: int64(w.agency) + 1}}
		_, err := w.s.Edit(ctx, other, id)
		w.want(err, "policy.role")
		c := brief()
		c.Thing = thing.Thing{Agency: w.agency, Lang: "es", Title: "x"}
		_, err = w.s.Save(ctx, other, Edition{Challenge: c})
		w.want(err, "policy.role")
		v, err := w.s.Edit(ctx, w.staff, id)
		w.want(err, "")
		moved := v.Challenge
		moved.Agency = w.agency + 1
		_, err = w.s.Save(ctx, w.staff, Edition{Challenge: moved})
		w.want(err, "policy.role")
		if !fault.Is(w.s.Publish(ctx, w.staff, id, time.Time{}), fault.Conflict) {
			t.Error("published twice")
		}
	})
}

// One person has one entry, however often and at once they send.
func TestOneEntryEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := begin(t, d, clock)
		id := w.published()
		clock.Set(day(2))
		dr := w.draft(id, "es")
		done := make(chan error)
		for range 8 {
			go func() { _, err := w.s.SendEntry(ctx, w.ana, id, dr, clock.Now()); done <- err }()
		}
		for range 8 {
			if err := <-done; err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		w.write(func(tx *db.Tx) error {
			n, err := CountSent(tx, id)
			all, err2 := thing.Children(tx, id, EntryKind)
			if n != 1 || len(all) != 1 || err2 != nil {
				t.Errorf("%d sent, %d in all, %v", n, len(all), err2)
			}
			return err
		})
	})
}
