package survey

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// form is a questionnaire that opens in a day and closes in three.
type form struct {
	*testing.T
	s      *Service
	db     *db.DB
	clock  *dbtest.Clock
	parent thing.ID
	v      Survey
	staff  identity.Actor
}

func (f *form) write(fn func(*db.Tx) error) {
	f.Helper()
	if err := f.db.Write(context.Background(), fn); err != nil {
		f.Fatal(err)
	}
}

func newForm(t *testing.T, d *db.DB, clock *dbtest.Clock) *form {
	f := &form{T: t, s: NewService(d), db: d, clock: clock}
	f.write(func(tx *db.Tx) error {
		agency := thing.Thing{Kind: "agency", Title: "Parques", Lang: "es", State: thing.Published}
		if err := thing.Create(tx, &agency); err != nil {
			return err
		}
		p := identity.Person{Name: "Sofía", Level: identity.Resident}
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		f.staff = identity.Actor{ID: p.ID, Level: identity.Resident, Session: identity.Session{FactorAt: tx.Now},
			Grants: []identity.Grant{{Role: identity.Editor, Agency: int64(agency.ID)}}}
		about := thing.Thing{Kind: "consultation", Agency: agency.ID, Title: "Sombra", Lang: "es", State: thing.Published, PublishedAt: tx.Now}
		if err := thing.Create(tx, &about); err != nil {
			return err
		}
		f.parent = about.ID
		f.v = Survey{Thing: thing.Thing{Parent: about.ID, Agency: agency.ID, Title: "Sombra", Lang: "es", State: thing.Published, PublishedAt: tx.Now,
			OpensAt: tx.Now.AddDate(0, 0, 1), ClosesAt: tx.Now.AddDate(0, 0, 3)}, Questions: []Question{
			{Form: One, Label: "¿Cuántos?", Required: true, Options: []Option{{"uno", "Uno"}, {"tres", "Tres"}}},
			{Form: Several, Label: "¿Dónde?", Options: []Option{{Label: "Calle"}, {Label: "Parque"}}},
			{Form: Long, Label: "¿Algo más?"}, {Form: Number, Label: "¿Años?"},
		}}
		return Insert(tx, &f.v)
	})
	return f
}

func (f *form) person(name string) (a identity.Actor) {
	f.Helper()
	f.write(func(tx *db.Tx) error {
		p := identity.Person{Name: name, Level: identity.Reachable}
		err := identity.Insert(tx, &p)
		a = identity.Actor{ID: p.ID, Level: p.Level}
		return err
	})
	return a
}

func (f *form) q(i int) int64 { return f.v.Questions[i].ID }

func TestAnsweringAQuestionnaire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		f, ctx := newForm(t, d, clock), context.Background()
		ana := f.person("Ana")
		full := Answers{f.q(0): {"tres"}, f.q(1): {"2", "1"}, f.q(2): {"Un árbol"}, f.q(3): {"12,50"}}
		refused := func(err error, k fault.Kind) {
			t.Helper()
			if !fault.Is(err, k) {
				t.Fatalf("got %v, not a fault of kind %d", err, k)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		refused(f.s.Send(ctx, ana, f.v.ID, full), fault.Closed)
		clock.Advance(25 * time.Hour)
		refused(f.s.Send(ctx, identity.Actor{}, f.v.ID, full), fault.SignIn)
		refused(f.s.Send(ctx, ana, f.v.ID, Answers{f.q(2): {"Sin lo obligatorio"}}), fault.Invalid)
		must(f.s.Save(ctx, ana, f.v.ID, Answers{f.q(2): {"Un"}}))
		must(f.s.Save(ctx, ana, f.v.ID, Answers{f.q(2): {"Un á"}}))
		v, mine, err := f.s.Open(ctx, ana, f.parent)
		must(err)
		if v.Answers != 0 || mine.Sent() || mine.Answers[f.q(2)][0] != "Un á" {
			t.Fatalf("draft: %d %+v", v.Answers, mine)
		}
		must(f.s.Send(ctx, ana, f.v.ID, full))
		refused(f.s.Save(ctx, ana, f.v.ID, Answers{}), fault.Conflict)
		full[f.q(0)] = []string{"uno"}
		must(f.s.Send(ctx, ana, f.v.ID, full))
		v, mine, err = f.s.Open(ctx, ana, f.parent)
		must(err)
		if v.Answers != 1 || mine.Answers[f.q(0)][0] != "uno" || len(mine.Answers[f.q(1)]) != 2 || mine.Answers[f.q(3)][0] != "12.5" {
			t.Fatalf("sent: %d %+v", v.Answers, mine)
		}
		_, err = f.s.Results(ctx, ana, f.parent, false)
		refused(err, fault.Closed)

		// what has been answered may be reworded and added to, not taken away
		q := v.Questions[0]
		q.Options = append([]Option{}, q.Options[0])
		q.Options = append(q.Options, Option{Label: "Cinco"})
		refused(f.s.SaveQuestion(ctx, f.staff, f.parent, q), fault.Invalid)
		refused(f.s.RemoveQuestion(ctx, f.staff, f.parent, q.ID), fault.Conflict)
		refused(f.s.SaveQuestion(ctx, ana, f.parent, v.Questions[0]), fault.Forbidden)
		q = v.Questions[0]
		q.Label, q.Options = "¿Cuántos árboles?", append(q.Options, Option{Label: "Cinco"})
		must(f.s.SaveQuestion(ctx, f.staff, f.parent, q))
		must(f.s.MoveQuestion(ctx, f.staff, f.parent, q.ID, 1))
		v, _, err = f.s.Open(ctx, f.staff, f.parent)
		must(err)
		if v.Questions[1].Label != "¿Cuántos árboles?" || len(v.Questions[1].Options) != 3 {
			t.Fatalf("questions: %+v", v.Questions)
		}

		f.write(func(tx *db.Tx) error { // hidden with what it belongs to
			_, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, tx.Now, f.parent)
			return err
		})
		refused(f.s.Send(ctx, ana, f.v.ID, full), fault.Closed)
		f.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET hidden_at = NULL WHERE id = $1`, f.parent)
			return err
		})
		clock.Advance(72 * time.Hour)
		refused(f.s.Send(ctx, ana, f.v.ID, full), fault.Closed)
	})
}

// Many people answer at once, each several times; every one counts once, and counts agree with rows.
func TestCountsAreExact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		f, ctx := newForm(t, d, clock), context.Background()
		clock.Advance(25 * time.Hour)
		var wg sync.WaitGroup
		for i := range 12 {
			p := f.person(fmt.Sprint("p", i))
			for range 3 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					if err := f.s.Send(ctx, p, f.v.ID, Answers{f.q(0): {[]string{"uno", "tres"}[min(i/9, 1)]}, f.q(2): {fmt.Sprint("=text ", i)}}); err != nil {
						t.Error(err)
					}
				}()
			}
		}
		wg.Wait()
		f.write(func(tx *db.Tx) error { // past responses, as the demo stores them
			for range 20 {
				r := Response{At: tx.Now, SentAt: tx.Now, Answers: Answers{f.q(0): {"tres"}, f.q(3): {"7"}}}
				if err := InsertResponse(tx, f.v.ID, &r); err != nil {
					return err
				}
			}
			draft := Response{At: tx.Now, Answers: Answers{f.q(0): {"tres"}}}
			return InsertResponse(tx, f.v.ID, &draft)
		})
		clock.Advance(72 * time.Hour)
		rep, err := f.s.Results(ctx, identity.Actor{}, f.parent, false)
		if err != nil {
			t.Fatal(err)
		}
		one := rep.Results[0]
		if rep.Answers != 32 || one.Answered != 32 || one.Counts[0].N != 9 || one.Counts[1].N != 23 || rep.Results[2].Texts != nil {
			t.Fatalf("public: %+v", rep.Results)
		}
		if s := rep.Results[3].Spread; s == nil || s.Middle != "7" || s.Least != "" {
			t.Errorf("spread: %+v", s)
		}
		rep, err = f.s.Results(ctx, identity.Actor{}, f.parent, true)
		if err != nil || len(rep.Results[2].Texts) != 12 {
			t.Fatalf("with the outcome: %v %+v", err, rep.Results[2])
		}
		n := 0
		err = f.s.Each(ctx, f.staff, f.parent, func(Survey) error { return nil }, func(r Response) error { n++; return nil })
		if err != nil || n != 32 {
			t.Errorf("exported %d responses: %v", n, err)
		}
		if err := f.s.Each(ctx, f.person("x"), f.parent, nil, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("anybody may export: %v", err)
		}
	})
}
