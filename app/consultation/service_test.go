package consultation

import (
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/thing"
)

// desk is a database with two agencies and a focal point of the first.
type desk struct {
	*testing.T
	s      *Service
	db     *db.DB
	jobs   *job.Runner
	clock  *dbtest.Clock
	staff  identity.Actor
	agency thing.ID
	other  thing.ID
}

func newDesk(t *testing.T, d *db.DB, clock *dbtest.Clock) *desk {
	k := &desk{T: t, s: NewService(d), db: d, jobs: job.NewRunner(d), clock: clock}
	k.s.Work(k.jobs)
	k.write(func(tx *db.Tx) error {
		p := identity.Person{Name: "Sofía", Level: identity.Resident}
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		for _, id := range []*thing.ID{&k.agency, &k.other} {
			g := thing.Thing{Kind: "agency", Title: "Parques", Lang: "es", State: thing.Published}
			if err := thing.Create(tx, &g); err != nil {
				return err
			}
			*id = g.ID
		}
		k.staff = identity.Actor{ID: p.ID, Level: identity.Resident, Session: identity.Session{FactorAt: tx.Now},
			Grants: []identity.Grant{{Role: identity.FocalPoint, Agency: int64(k.agency)}}}
		return nil
	})
	return k
}

func (k *desk) write(fn func(*db.Tx) error) {
	k.Helper()
	if err := k.db.Write(context.Background(), fn); err != nil {
		k.Fatal(err)
	}
}

func (k *desk) get(id thing.ID) (c Consultation) {
	k.Helper()
	k.write(func(tx *db.Tx) (err error) { c, err = Get(tx, id); return err })
	return c
}

func (k *desk) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

func (k *desk) refused(err error, kind fault.Kind) {
	k.Helper()
	if !fault.Is(err, kind) {
		k.Fatalf("got %v, not a fault of kind %d", err, kind)
	}
}

// verbs are what happened to a thing, oldest first.
func (k *desk) verbs(id thing.ID) string {
	var all []string
	k.write(func(tx *db.Tx) error {
		events, err := thing.Events(tx, id, 0, 100)
		all = nil
		for _, e := range events {
			all = append([]string{e.Verb}, all...)
		}
		return err
	})
	return strings.Join(all, " ")
}

func (k *desk) edit() Edit {
	now := k.clock.Now()
	return Edit{AgencyID: k.agency, Title: "Sombra", Summary: "Árboles", Lang: "es", Body: "Texto", Deciding: "Reglas", Decider: "Cabildo",
		Contact: "Efraín", DecisionAt: now.AddDate(0, 0, 30), Stages: []thing.Stage{{Kind: Discussion, OpensAt: now.AddDate(0, 0, 5), ClosesAt: now.AddDate(0, 0, 10)}}}
}

func TestLifeOfAConsultation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		_, err := k.s.Create(ctx, identity.Actor{}, k.edit())
		k.refused(err, fault.SignIn)
		foreign := k.edit()
		foreign.AgencyID = k.other
		_, err = k.s.Create(ctx, k.staff, foreign)
		k.refused(err, fault.Forbidden)
		id, err := k.s.Create(ctx, k.staff, k.edit())
		k.must(err)
		k.must(k.s.SaveTopic(ctx, k.staff, id, 0, TopicEdit{Title: "Laureles", Body: "¿Cuáles?", Words: map[string]thing.Words{"en": {"title": "Laurels"}}}))
		if _, err := k.s.Show(ctx, identity.Actor{}, "sombra", "es"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a draft shows itself: %v", err)
		}
		bare := k.edit()
		bare.Contact = ""
		k.must(k.s.Edit(ctx, k.staff, id, bare))
		k.refused(k.s.Publish(ctx, k.staff, id, time.Time{}), fault.Invalid)
		k.must(k.s.Edit(ctx, k.staff, id, k.edit()))

		// scheduled for tomorrow: seen from then on, and the clock records it once
		k.must(k.s.Publish(ctx, k.staff, id, clock.Now().AddDate(0, 0, 1)))
		if _, err := k.s.Show(ctx, identity.Actor{}, "sombra", "es"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a scheduled consultation shows itself: %v", err)
		}
		clock.Advance(24 * time.Hour)
		for range 3 {
			_, err = k.jobs.RunDue(ctx)
			k.must(err)
		}
		r, err := k.s.Show(ctx, identity.Actor{}, "sombra", "en")
		k.must(err)
		if len(r.Topics) != 1 || r.Topics[0].Title != "Laurels" || !r.Topics[0].Listed(clock.Now()) {
			t.Fatalf("topics: %+v", r.Topics)
		}
		bare = k.edit()
		bare.Decider = ""
		k.refused(k.s.Edit(ctx, k.staff, id, bare), fault.Invalid)

		k.must(k.s.OpenNow(ctx, k.staff, id))
		k.refused(k.s.OpenNow(ctx, k.staff, id), fault.Conflict)
		if c := k.get(id); !c.CommentsOpen(clock.Now()) {
			t.Fatalf("not open: %+v", c.Stages)
		}
		k.refused(k.s.PublishOutcome(ctx, k.staff, id, "Ya"), fault.Closed)
		k.refused(k.s.CloseNow(ctx, k.staff, id, ""), fault.Invalid)
		clock.Advance(time.Hour)
		k.must(k.s.CloseNow(ctx, k.staff, id, "Cambió la ley"))
		k.refused(k.s.CloseNow(ctx, k.staff, id, "Otra vez"), fault.Conflict)
		c := k.get(id)
		if c.CommentsOpen(clock.Now()) || c.Closing != "Cambió la ley" || c.StandingAt(clock.Now()) != Awaiting {
			t.Fatalf("not closed: %+v", c)
		}
		reopened := EditOf(c)
		reopened.Stages = append([]thing.Stage{}, c.Stages...)
		reopened.Stages[0].ClosesAt = clock.Now().AddDate(0, 0, 3)
		k.refused(k.s.Edit(ctx, k.staff, id, reopened), fault.Invalid)
		k.must(k.s.PublishOutcome(ctx, k.staff, id, "Se plantan **tres**"))
		first := k.get(id).OutcomeAt
		clock.Advance(time.Hour)
		k.must(k.s.PublishOutcome(ctx, k.staff, id, "Se plantan **cuatro**"))
		if c := k.get(id); !c.OutcomeAt.Equal(first) || !strings.Contains(c.OutcomeHTML, "<strong>cuatro</strong>") {
			t.Fatalf("outcome: %+v", c)
		}
		clock.Advance(40 * 24 * time.Hour)
		_, err = k.jobs.RunDue(ctx)
		k.must(err)
		want := "consultation.create consultation.topics consultation.edit consultation.edit consultation.schedule consultation.publish consultation.open consultation.close consultation.outcome consultation.change"
		if got := k.verbs(id); got != want {
			t.Errorf("events:\n%s\nwant\n%s", got, want)
		}
	})
}

// With nobody hastening it, the clock opens and closes, and says so once each.
func TestTheClockOpensAndCloses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		id, err := k.s.Create(ctx, k.staff, k.edit())
		k.must(err)
		k.must(k.s.Publish(ctx, k.staff, id, time.Time{}))
		moved := k.edit()
		moved.Stages[0].OpensAt = clock.Now().AddDate(0, 0, 6)
		k.must(k.s.Edit(ctx, k.staff, id, moved))
		clock.Advance(5*24*time.Hour + time.Minute)
		_, err = k.jobs.RunDue(ctx)
		k.must(err)
		if got := k.verbs(id); strings.Contains(got, "consultation.open") {
			t.Fatalf("opened at the date it had before: %s", got)
		}
		clock.Advance(30 * 24 * time.Hour) // the server was off for weeks
		for range 3 {
			_, err = k.jobs.RunDue(ctx)
			k.must(err)
		}
		got := k.verbs(id)
		if strings.Count(got, "consultation.open") != 1 || strings.Count(got, "consultation.close") != 1 {
			t.Errorf("events: %s", got)
		}
	})
}

func TestGuardKeepsCommentsToTheirStages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		id, err := k.s.Create(ctx, k.staff, k.edit())
		k.must(err)
		k.must(k.s.SaveTopic(ctx, k.staff, id, 0, TopicEdit{Title: "Laureles"}))
		k.must(k.s.Publish(ctx, k.staff, id, time.Time{}))
		ask := func() (errs [2]error) {
			k.write(func(tx *db.Tx) error {
				c, err := Get(tx, id)
				if err != nil {
					return err
				}
				all, err := Topics(tx, id)
				errs = [2]error{Guard(tx, c.Thing), Guard(tx, all[0].Thing)}
				return err
			})
			return errs
		}
		for i, err := range ask() {
			if !fault.Is(err, fault.Closed) {
				t.Errorf("%d before it opens: %v", i, err)
			}
		}
		clock.Advance(6 * 24 * time.Hour)
		for i, err := range ask() {
			if err != nil {
				t.Errorf("%d while it is open: %v", i, err)
			}
		}
		clock.Advance(6 * 24 * time.Hour)
		for i, err := range ask() {
			if !fault.Is(err, fault.Closed) {
				t.Errorf("%d after it closed: %v", i, err)
			}
		}
	})
}
