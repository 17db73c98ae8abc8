package proposal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/proposal"
)

// crowd supports a proposal: n people of one block and one domain.
func (w *world) crowd(p proposal.Proposal, n int, network, domain string, level identity.Level) {
	w.Helper()
	for i := range n {
		person := identity.Person{Name: fmt.Sprint("De ", domain, i), Email: fmt.Sprintf("p%d.%d.%s@%s", i, level, network[:3], domain), Level: level}
		w.do(func(tx *db.Tx) error { person.ID = 0; return identity.Insert(tx, &person) })
		a := identity.Actor{ID: person.ID, Level: level, Session: identity.Session{Network: network}}
		_, err := w.s.Support(context.Background(), a, p.ID)
		w.ok(err)
	}
}

func (w *world) moderator(name string) identity.Actor {
	a := w.person(name, identity.Identified)
	a.Grants = []identity.Grant{{Role: identity.Moderator}}
	a.Session.FactorAt = w.clock.Now()
	return a
}

func TestSupportsAreFoundInvalidByTwoPeopleAndRestored(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		w.crowd(p, 2, "192.0.2.0/24", "casa.example", identity.Resident)
		w.clock.Advance(time.Hour)
		w.crowd(p, 5, "203.0.113.0/24", "granja.example", identity.Reachable)
		w.crowd(p, 1, "203.0.113.0/24", "casa.example", identity.Resident)
		before := w.get(p.ID)
		if before.ReachedAt.IsZero() || before.Supports != 8 || before.Residents != 3 {
			t.Fatalf("%+v", before)
		}
		first, second := w.moderator("Uno"), w.moderator("Dos")
		farm := proposal.Suspicion{Network: "203.0.113.0/24", Domain: "@Granja.example"}
		_, err := w.s.Suspect(ctx, w.person("Eva", identity.Resident), p.ID, farm)
		w.refused(err, fault.Forbidden)
		_, err = w.s.Suspect(ctx, first, p.ID, proposal.Suspicion{})
		w.refused(err, fault.Invalid)
		for _, c := range []struct {
			of proposal.Suspicion
			n  int64
		}{
			{farm, 5}, {proposal.Suspicion{Network: "203.0.113.0/24"}, 6}, {proposal.Suspicion{Domain: "casa.example"}, 3},
			{proposal.Suspicion{Until: w.clock.Now()}, 2}, {proposal.Suspicion{From: w.clock.Now()}, 6}, {proposal.Suspicion{Days: 1, From: w.clock.Now()}, 6},
			{proposal.Suspicion{Network: "198.51.100.0/24"}, 0},
		} {
			if c.of.Until.Equal(w.clock.Now()) {
				c.of.Until = w.clock.Now().Add(-time.Minute)
			}
			d, err := w.s.Suspect(ctx, first, p.ID, c.of)
			w.ok(err)
			if d.Supports != c.n || d.Before != 8 || d.After != 8-c.n {
				t.Errorf("%+v: %+v", c.of, d)
			}
		}
		d, err := w.s.Suspect(ctx, first, p.ID, proposal.Suspicion{Network: "203.0.113.0/24"})
		w.ok(err)
		if !d.Falls || d.Residents != 1 {
			t.Errorf("%+v", d)
		}
		_, err = w.s.AskInvalid(ctx, first, p.ID, farm, " ")
		w.refused(err, fault.Invalid)
		_, err = w.s.AskInvalid(ctx, first, p.ID, proposal.Suspicion{Domain: "nadie.example"}, "Nadie")
		w.refused(err, fault.Conflict)
		b, err := w.s.AskInvalid(ctx, first, p.ID, proposal.Suspicion{Network: "203.0.113.0/24"}, "Una granja de cuentas.")
		w.ok(err)
		w.clock.Advance(time.Minute)
		late := identity.Actor{ID: w.person("Llega tarde", identity.Reachable).ID, Level: identity.Reachable, Session: identity.Session{Network: "203.0.113.0/24"}}
		_, err = w.s.Support(ctx, late, p.ID)
		w.ok(err)
		w.refused(w.s.DecideInvalid(ctx, first, b.ID, proposal.Confirmed), fault.Forbidden)
		w.ok(w.s.DecideInvalid(ctx, second, b.ID, proposal.Confirmed))
		w.refused(w.s.DecideInvalid(ctx, second, b.ID, proposal.Confirmed), fault.Conflict)
		got := w.get(p.ID)
		if got.Supports != 3 || got.Residents != 2 || got.Voided != 6 || got.ReachedAt.IsZero() {
			t.Fatalf("three are enough: %d supports, %d residents, %d invalid, reached %s", got.Supports, got.Residents, got.Voided, got.ReachedAt)
		}
		again, err := w.s.AskInvalid(ctx, first, p.ID, proposal.Suspicion{Domain: "casa.example"}, "También.")
		w.ok(err)
		w.ok(w.s.DecideInvalid(ctx, second, again.ID, proposal.Confirmed))
		if got := w.get(p.ID); got.Supports != 1 || !got.ReachedAt.IsZero() || got.StageAt(w.clock.Now()) != proposal.Collecting {
			t.Fatalf("one is not enough: %d, %s", got.Supports, got.StageAt(w.clock.Now()))
		}
		var done sync.WaitGroup
		undone := make(chan error, 4)
		for range 4 {
			done.Go(func() { undone <- w.s.UndoInvalid(ctx, second, again.ID) })
		}
		done.Wait()
		w.ok(w.s.UndoInvalid(ctx, first, b.ID))
		close(undone)
		worked := 0
		for err := range undone {
			if err == nil {
				worked++
			} else {
				w.refused(err, fault.Conflict)
			}
		}
		got = w.get(p.ID)
		if worked != 1 || got.Supports != 9 || got.Residents != 3 || got.Voided != 0 || !got.ReachedAt.Equal(before.ReachedAt) {
			t.Fatalf("undone %d times: %+v", worked, got)
		}
	})
}
