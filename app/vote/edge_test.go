package vote

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

// refusal is the reason for which a cast was refused; "" when it was not.
func (h *hall) refusal(a identity.Actor, v Vote, b Ballot) string {
	_, err := h.Cast(context.Background(), a, v.Slug, b, form())
	if err == nil {
		return ""
	}
	return fault.Of(err).Key
}

func (h *hall) outcome(v Vote) Outcome {
	h.t.Helper()
	h.runJobs()
	o, err := h.Outcome(context.Background(), v.Slug, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

// A ballot counts to the last microsecond before the close, and not on it; whether anybody has closed
// the box by then makes no difference.
func TestTheLastSecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		people := []identity.Actor{h.person(identity.Reachable), h.person(identity.Reachable), h.person(identity.Reachable), h.person(identity.Reachable)}
		for i, c := range []struct {
			before time.Duration
			want   string
		}{{time.Second, ""}, {time.Microsecond, ""}, {0, "policy.closed"}, {-time.Microsecond, "policy.closed"}} {
			clock.Set(v.ClosesAt.Add(-c.before))
			if got := h.refusal(people[i], v, pick("a")); got != c.want {
				t.Errorf("%s before the close: %q, want %q", c.before, got, c.want)
			}
		}
		if o := h.outcome(v); o.Result.Ballots != 2 || o.Result.Entries != 2 {
			t.Errorf("%d ballots, %d entries", o.Result.Ballots, o.Result.Entries)
		}
	})
}

// A clock that is set back opens nothing that was closed, loses nothing that was cast, and keeps the
// ledger growing.
func TestAClockSetBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		first := h.person(identity.Reachable)
		for range batchLeast {
			h.cast(h.person(identity.Reachable), v, pick("a"))
		}
		h.cast(first, v, pick("b"))
		clock.Advance(time.Hour)
		h.runJobs()
		size := h.count(`SELECT max(size) FROM checkpoint`)
		clock.Set(v.OpensAt.Add(-time.Minute))
		if got := h.refusal(first, v, pick("c")); got != "policy.early" {
			t.Errorf("before the opening by the clock: %q", got)
		}
		clock.Set(v.OpensAt.Add(time.Minute))
		h.cast(first, v, pick("c")) // changes the ballot cast "later"
		for range batchLeast {
			h.cast(h.person(identity.Reachable), v, pick("a"))
		}
		if err := h.Batches(context.Background()); err != nil {
			t.Fatal(err)
		}
		if now := h.count(`SELECT max(size) FROM checkpoint`); now <= size {
			t.Errorf("the ledger stays at %d", now)
		}
		clock.Set(v.ClosesAt)
		o := h.outcome(v)
		if o.Result.Ballots != 2*batchLeast+1 || o.Result.Voided != 1 || o.Result.Questions[0].Outcomes[0].Votes != 2*batchLeast {
			t.Errorf("%+v", o.Result)
		}
		clock.Set(v.ClosesAt.Add(-time.Hour))
		if got := h.refusal(first, v, pick("a")); got != "policy.closed" {
			t.Errorf("after the box was closed, by a clock set back: %q", got)
		}
		if again := h.outcome(v); again.Result.Ballots != o.Result.Ballots || again.CountedAt != o.CountedAt {
			t.Error("counted again")
		}
	})
}

// Nobody comes: there is a result that says so, a ledger, and an archive that verifies.
func TestAnEmptyVote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		clock.Set(v.ClosesAt)
		o := h.outcome(v)
		r := o.Result.Questions[0]
		if o.Result.Ballots != 0 || len(r.Winners) != 0 || r.Tied || len(r.Notes) != 1 || r.Notes[0].Key != "tally.reason.empty" || o.Log.Note == "" {
			t.Errorf("%+v", r)
		}
		if ok, said := verified(t, h.archive(o.Vote), Asked{}); !ok {
			t.Error(said)
		}
		clock.Set(v.ObjectionsAt)
		h.runJobs()
		if h.vote(v.ID).UnlinkedAt.IsZero() {
			t.Error("the links of an empty vote stay")
		}
	})
}

// As many options as a vote may have, ranked from the first to the last.
func TestTwoThousandOptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		var codes []string
		for i := range optionsMost {
			codes = append(codes, fmt.Sprintf("o%04d", i))
		}
		v := h.open(Question{Form: Ranking, Rule: "borda/1", Seats: 3, Ties: "votes", Options: options(codes...)},
			Question{Form: Some, Rule: "approval/1", Seats: 10, Ties: "votes", Options: options(codes...)})
		var all, half []Mark
		for i, c := range codes {
			all = append(all, Mark{c, int64(i + 1)})
			if i%2 == 0 {
				half = append(half, Mark{c, 1})
			}
		}
		for range 3 {
			h.cast(h.person(identity.Reachable), v, Ballot{all, half})
		}
		clock.Set(v.ClosesAt)
		o := h.outcome(v)
		if got := o.Result.Questions[0].Winners; len(got) != 3 || got[0] != codes[0] || got[2] != codes[2] {
			t.Errorf("elected %v", got)
		}
		if r := o.Result.Questions[1]; !r.Tied || len(r.Winners) != 0 || len(r.Outcomes) != optionsMost {
			t.Errorf("1,000 options with the same votes for ten seats: %v, tied %v", r.Winners, r.Tied)
		}
		if ok, said := verified(t, h.archive(o.Vote), Asked{}); !ok {
			t.Error(said)
		}
		over := append(options(codes...), Option{Code: "more", Title: "Una más"})
		plan := h.plan(Question{Form: Some, Rule: "approval/1", Seats: 1, Ties: "votes", Options: over})
		if _, err := h.Draft(context.Background(), h.staff, plan); fault.Of(err).Fields["q0-o0-title"].Key != "vote.options.many" {
			t.Errorf("one option too many: %v", err)
		}
	})
}
