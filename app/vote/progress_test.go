package vote

import (
	"context"
	"errors"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// A count under way is joined, not begun again, and tells how far it is.
func TestACountIsBegunOnce(t *testing.T) {
	var all tellers
	began, goOn := 0, make(chan struct{})
	broken := errors.New("broken")
	settle := func(c *counting) error {
		began++
		c.watch(7)
		<-goOn
		return broken
	}
	first := all.begin(1, settle)
	second := all.begin(1, func(*counting) error { t.Error("begun twice"); return nil })
	other := all.begin(2, func(*counting) error { return nil })
	<-other.done
	if first != second || first == other {
		t.Error("the count was not joined")
	}
	close(goOn)
	<-second.done
	if began != 1 || second.err != broken || second.runs.Load() != 7 {
		t.Errorf("begun %d times, %d runs, %v", began, second.runs.Load(), second.err)
	}
	if again := all.begin(1, func(*counting) error { return nil }); again == first {
		t.Error("a count that failed is not begun again")
	}
}

// Whoever waits for a long count gives up with their request; the count goes on.
func TestALongCountOutlivesWhoAskedForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		h.cast(h.person(identity.Reachable), v, pick("a"))
		clock.Set(v.ClosesAt.Add(time.Second))
		gone, leave := context.WithCancel(context.Background())
		leave()
		if err := h.Settle(gone, v.ID); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		finished, _, err := h.await(context.Background(), v.ID)
		if err != nil || !finished || h.vote(v.ID).CountedAt.IsZero() {
			t.Errorf("finished %v, %v", finished, err)
		}
	})
}
