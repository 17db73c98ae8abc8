package proposal_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

// world is a database with people, an agency and the services under test.
type world struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	s     *proposal.Service
	talk  *talk.Service
	rules proposal.Rules
}

func each(t *testing.T, fn func(w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := &world{T: t, db: d, clock: clock, talk: talk.NewService(d), rules: proposal.Rules{Threshold: 3, Period: 30, AnswerDays: 10}}
		w.s = proposal.NewService(d, func() proposal.Rules { return w.rules })
		thing.OnRecord(d, proposal.Hook)
		fn(w)
	})
}

func (w *world) do(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Fatalf("%v is no fault of kind %d", err, kind)
	}
}

func (w *world) person(name string, level identity.Level) identity.Actor {
	w.Helper()
	p := identity.Person{Name: name, Level: level}
	w.do(func(tx *db.Tx) error { p.ID = 0; return identity.Insert(tx, &p) })
	return identity.Actor{ID: p.ID, Name: name, Level: level}
}

// focal is a person who answers for a new agency.
func (w *world) focal(name string) (identity.Actor, thing.ID) {
	w.Helper()
	a := w.person(name, identity.Identified)
	g := thing.Thing{Kind: "agency", Title: name + "'s agency", Lang: "es", State: thing.Published, PublishedAt: w.clock.Now()}
	w.do(func(tx *db.Tx) error { g.ID = 0; g.Slug = ""; return thing.Create(tx, &g) })
	a.Grants = []identity.Grant{{Role: identity.FocalPoint, Agency: int64(g.ID)}}
	a.Session.FactorAt = w.clock.Now()
	return a, g.ID
}

func (w *world) get(id thing.ID) (p proposal.Proposal) {
	w.Helper()
	w.do(func(tx *db.Tx) (err error) { p, err = proposal.Get(tx, id); return err })
	return p
}

func text(s string) *string { return &s }

// publish writes and publishes a proposal of a's.
func (w *world) publish(a identity.Actor, title string) proposal.Proposal {
	w.Helper()
	ctx := context.Background()
	p, err := w.s.Begin(ctx, a, "", "es", title)
	w.ok(err)
	_, err = w.s.Save(ctx, a, p.ID, proposal.Writing{Summary: text("Un resumen."), Body: text("Porque **sí**."), Whole: true})
	w.ok(err)
	p, err = w.s.Publish(ctx, a, p.ID)
	w.ok(err)
	return p
}

func TestADraftIsItsAuthorsUntilItIsPublished(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva, nobody := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), identity.Actor{}
		_, err := w.s.Begin(ctx, nobody, "", "es", "Sombra en las paradas")
		w.refused(err, fault.SignIn)
		_, err = w.s.Begin(ctx, ana, "", "es", "  ")
		w.refused(err, fault.Invalid)
		p, err := w.s.Begin(ctx, ana, "", "es", "Sombra en las paradas")
		w.ok(err)
		for _, other := range []identity.Actor{eva, nobody} {
			_, err = w.s.Draft(ctx, other, p.ID)
			w.refused(err, fault.NotFound)
			_, err = w.s.Save(ctx, other, p.ID, proposal.Writing{Title: text("Otra cosa distinta")})
			w.refused(err, fault.NotFound)
			_, err = w.s.Publish(ctx, other, p.ID)
			w.refused(err, fault.NotFound)
			w.refused(w.s.Discard(ctx, other, p.ID), fault.NotFound)
		}
		_, err = w.s.Publish(ctx, ana, p.ID)
		w.refused(err, fault.Invalid)
		if f := fault.Of(err).Fields; len(f) != 2 || f["summary"].Key == "" || f["body"].Key == "" {
			t.Fatalf("what is missing: %v", f)
		}
		_, err = w.s.Save(ctx, ana, p.ID, proposal.Writing{Body: text(""), Whole: true})
		w.refused(err, fault.Invalid)
		_, err = w.s.Save(ctx, ana, p.ID, proposal.Writing{Summary: text("Hace calor."), Body: text("Pedimos <script>árboles</script>."), Subject: text("ambiente")})
		w.ok(err)
		w.rules.Threshold = 7
		p, err = w.s.Publish(ctx, ana, p.ID)
		w.ok(err)
		w.rules = proposal.Rules{Threshold: 99, Period: 1, AnswerDays: 1}
		p = w.get(p.ID)
		if p.Slug != "sombra-en-las-paradas" || p.Threshold != 7 || p.AnswerDays != 10 || !p.ClosesAt.Equal(w.clock.Now().AddDate(0, 0, 30)) || strings.Contains(p.HTML, "<script>") {
			t.Fatalf("published as %+v", p)
		}
		_, err = w.s.Save(ctx, ana, p.ID, proposal.Writing{Title: text("Ya publicada, no")})
		w.refused(err, fault.NotFound)
		again := w.publish(eva, "Sombra en las paradas")
		if again.Slug == p.Slug {
			t.Fatal("two proposals at one address")
		}
		d, err := w.s.Begin(ctx, ana, "", "es", "Para borrar después")
		w.ok(err)
		w.ok(w.s.Discard(ctx, ana, d.ID))
		_, err = w.s.Draft(ctx, ana, d.ID)
		w.refused(err, fault.NotFound)
	})
}

func TestManySupportsOfOnePersonAreOne(t *testing.T) {
	each(t, func(w *world) {
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Resident)
		p := w.publish(ana, "Sombra en las paradas")
		storm := func(do func(context.Context, identity.Actor, thing.ID) (proposal.Proposal, error)) {
			var all sync.WaitGroup
			for range 200 {
				all.Go(func() {
					if _, err := do(context.Background(), eva, p.ID); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		for _, c := range []struct {
			do   func(context.Context, identity.Actor, thing.ID) (proposal.Proposal, error)
			want int64
		}{{w.s.Support, 1}, {w.s.Unsupport, 0}, {w.s.Support, 1}} {
			storm(c.do)
			var rows int64
			w.do(func(tx *db.Tx) (err error) {
				if rows, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM support WHERE thing_id = $1`, p.ID); err != nil {
					return err
				}
				return nil
			})
			if got := w.get(p.ID); got.Supports != c.want || rows != c.want || got.Residents != c.want {
				t.Fatalf("counted %d, %d rows, %d residents, not %d", got.Supports, rows, got.Residents, c.want)
			}
		}
	})
}

func TestManyPeopleReachTheThresholdOnce(t *testing.T) {
	each(t, func(w *world) {
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		var people []identity.Actor
		for i := range 24 {
			people = append(people, w.person(fmt.Sprint("Vecina ", i), identity.Identified))
		}
		var all sync.WaitGroup
		for _, a := range people {
			all.Go(func() {
				if _, err := w.s.Support(context.Background(), a, p.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var news, waiting int
		w.do(func(tx *db.Tx) (err error) {
			if news, err = db.One(tx, db.Value[int], `SELECT count(*) FROM event WHERE verb = 'proposal.threshold'`); err != nil {
				return err
			}
			due, err := proposal.Waiting(tx, true, nil, 10)
			waiting = len(due)
			return err
		})
		if got := w.get(p.ID); got.Supports != 24 || got.ReachedAt.IsZero() || news != 1 || waiting != 1 {
			t.Fatalf("%d supports, reached at %s, told %d times, %d waiting", got.Supports, got.ReachedAt, news, waiting)
		}
		for _, a := range people {
			if _, err := w.s.Unsupport(context.Background(), a, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.get(p.ID); got.Supports != 0 || got.StageAt(w.clock.Now()) != proposal.Reached {
			t.Fatal("a threshold once reached stays reached")
		}
	})
}

func TestSupportEndsOnTheInstant(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		w.clock.Set(p.ClosesAt.Add(-time.Microsecond))
		_, err := w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		w.clock.Set(p.ClosesAt)
		_, err = w.s.Support(ctx, ana, p.ID)
		w.refused(err, fault.Closed)
		_, err = w.s.Unsupport(ctx, eva, p.ID)
		w.refused(err, fault.Closed)
		_, err = w.s.Support(ctx, w.person("Nadie", identity.Unknown), p.ID)
		w.refused(err, fault.Forbidden)
	})
}

func TestVersionsAreKept(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		next := proposal.Words{Title: "Sombra en todas las paradas", Summary: "Un resumen.", Body: "Porque hace calor."}
		_, err := w.s.Edit(ctx, eva, p.ID, proposal.Revision{Words: next, Seen: 1, Note: "mejor"})
		w.refused(err, fault.Forbidden)
		_, err = w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: next, Seen: 1})
		w.refused(err, fault.Invalid)
		w.clock.Advance(time.Hour)
		_, err = w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: next, Seen: 1, Note: "todas"})
		w.ok(err)
		_, err = w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: proposal.Words{Title: "Sombra en ninguna parada", Summary: "s", Body: "b"}, Seen: 1, Note: "desde otra ventana"})
		w.refused(err, fault.Conflict)
		_, err = w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: next, Seen: 2, Note: "nada cambió"})
		w.ok(err)
		var all []proposal.Text
		w.do(func(tx *db.Tx) (err error) { all, err = proposal.Versions(tx, p.ID); return err })
		if got := w.get(p.ID); got.Version != 2 || got.Slug != p.Slug || len(all) != 2 || all[0].Title != next.Title || all[0].Note != "todas" ||
			all[1].Body != "Porque **sí**." || !all[1].At.Before(all[0].At) {
			t.Fatalf("version %d of %+v", got.Version, all)
		}
		for i := range 3 {
			_, err := w.s.Support(ctx, w.person(fmt.Sprint("Vecina ", i), identity.Reachable), p.ID)
			w.ok(err)
		}
		_, err = w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: proposal.Words{Title: "Otra cosa muy distinta", Summary: "s", Body: "b"}, Seen: 2, Note: "tarde"})
		w.refused(err, fault.Closed)
	})
}

func TestAnswersDecideAndAreCorrected(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana := w.person("Ana", identity.Reachable)
		focal, agency := w.focal("Luis")
		other, _ := w.focal("Rosa")
		p := w.publish(ana, "Sombra en las paradas")
		for i := range 3 {
			_, err := w.s.Support(ctx, w.person(fmt.Sprint("Vecina ", i), identity.Reachable), p.ID)
			w.ok(err)
		}
		answer := func(a identity.Actor, v talk.Verdict) error {
			w.clock.Advance(time.Hour)
			_, err := w.talk.AnswerOfficially(ctx, a, talk.Answer{Thing: p.ID, Verdict: v, Lang: "es", Body: "Porque así es."})
			return err
		}
		w.refused(answer(ana, talk.Accepted), fault.Forbidden)
		w.refused(answer(focal, ""), fault.Invalid)
		_, err := w.s.Assign(ctx, focal, p.ID, thing.ID(ana.ID))
		w.refused(err, fault.NotFound)
		w.ok(answer(other, talk.Review)) // of no agency yet: every focal point may
		_, err = w.s.Assign(ctx, focal, p.ID, agency)
		w.ok(err)
		w.refused(answer(other, talk.Rejected), fault.Forbidden)
		if got := w.get(p.ID); got.StageAt(w.clock.Now()) != proposal.Review || !got.Wanting() {
			t.Fatalf("stands at %s", got.StageAt(w.clock.Now()))
		}
		w.ok(answer(focal, talk.Rejected))
		w.refused(answer(focal, talk.Partly), fault.Invalid) // without saying what is corrected
		_, err = w.talk.AnswerOfficially(ctx, focal, talk.Answer{Thing: p.ID, Verdict: talk.Partly, Lang: "es", Body: "Porque así es.", Correction: "El costo era otro."})
		w.ok(err)
		var all []talk.Answer
		var due []proposal.Proposal
		w.do(func(tx *db.Tx) (err error) {
			if due, err = proposal.Waiting(tx, true, nil, 10); err != nil {
				return err
			}
			all, err = talk.Answers(tx, p.ID)
			return err
		})
		if got := w.get(p.ID); got.Verdict != talk.Partly || len(all) != 3 || all[0].Verdict != talk.Partly || all[2].Verdict != talk.Review ||
			all[0].Agency != agency || len(due) != 0 {
			t.Fatalf("decided %q by %+v, %d waiting", got.Verdict, all, len(due))
		}
		_, err = w.s.Withdraw(ctx, ana, p.ID, proposal.Leaving{Code: proposal.OtherCause, Text: "ya no"})
		w.refused(err, fault.Closed)
	})
}

func TestWithdrawingEndsIt(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		_, err := w.s.Withdraw(ctx, eva, p.ID, proposal.Leaving{Code: proposal.AlreadyHad})
		w.refused(err, fault.Forbidden)
		_, err = w.s.Withdraw(ctx, ana, p.ID, proposal.Leaving{Code: proposal.OtherCause, Text: " "})
		w.refused(err, fault.Invalid)
		_, err = w.s.Withdraw(ctx, ana, p.ID, proposal.Leaving{Code: proposal.AlreadyHad, Text: "Ya se hizo."})
		w.ok(err)
		_, err = w.s.Support(ctx, eva, p.ID)
		w.refused(err, fault.Closed)
		_, err = w.talk.Say(ctx, eva, talk.Saying{Thing: p.ID, Body: "¿Y ahora?"})
		w.refused(err, fault.Closed)
		_, err = w.s.Withdraw(ctx, ana, p.ID, proposal.Leaving{Code: proposal.Impossible})
		w.refused(err, fault.Closed)
		if got := w.get(p.ID); got.Withdrawal != "Ya se hizo." || got.StageAt(w.clock.Now()) != proposal.Withdrawn {
			t.Fatalf("%+v", got)
		}
	})
}
