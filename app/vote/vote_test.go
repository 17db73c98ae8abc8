package vote

import (
	"bytes"
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
	"tequio/app/ledger"

	"golang.org/x/mod/sumdb/note"
)

func TestCastCountCheck(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		var receipts []Receipt
		for i, code := range []string{"a", "a", "b", "", "c", "b"} {
			b := pick(code)
			if code == "" {
				b = Ballot{{}}
			}
			a := h.person(identity.Level(1 + i%2))
			r := h.cast(a, v, b)
			if i == 5 { // changes their mind, twice
				h.cast(a, v, pick("c"))
				r = h.cast(a, v, pick("a"))
			}
			receipts = append(receipts, r)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil {
			t.Fatal(err)
		}
		r := o.Result.Questions[0]
		if len(r.Winners) != 1 || r.Winners[0] != "a" || r.Totals.Ballots != 6 || r.Totals.Blank != 1 {
			t.Errorf("result %+v", r)
		}
		turnout := int64(0)
		for _, s := range o.Result.Turnout {
			turnout += s.Count
		}
		if turnout != 6 || o.Result.Ballots != 6 || o.Result.Entries-o.Result.Voided != 6 || o.Result.Voided != 2 {
			t.Errorf("turnout %d, ballots %d, entries %d, voided %d", turnout, o.Result.Ballots, o.Result.Entries, o.Result.Voided)
		}
		for i, r := range receipts {
			_, f, err := h.Look(context.Background(), v.Slug, strings.ToLower(r.Code()))
			if err != nil || f.Standing != Counted {
				t.Fatalf("receipt %d: %s, %v", i, f.Standing, err)
			}
			h.checkProof(v, f, r)
		}
		if h.count(`SELECT count(*) FROM event WHERE verb = 'vote.count'`) != 1 {
			t.Error("counted is not told once")
		}
	})
}

// checkProof verifies a proof as a stranger would, and that the ballot opens its commitment.
func (h *hall) checkProof(v Vote, f Found, r Receipt) {
	h.t.Helper()
	vkey, err := h.PublicKey(v)
	if err != nil {
		h.t.Fatal(err)
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		h.t.Fatal(err)
	}
	p, err := ledger.ParseProof(f.Proof)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := p.Check(r.Commitment, v.Origin, log); err != nil {
		h.t.Error(err)
	}
	if ledger.Commit(int64(v.ID), [32]byte(f.Ballot.Nonce), f.Ballot.Content) != r.Commitment {
		h.t.Error("the published ballot does not open its commitment")
	}
}

func TestCastRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		plan := h.plan(chooseOne())
		plan.LeastLevel = identity.Identified
		v, err := h.Draft(context.Background(), h.staff, plan)
		if err != nil {
			t.Fatal(err)
		}
		known := h.person(identity.Identified)
		blocked := known
		blocked.Blocked = true
		cast := func(a identity.Actor, b Ballot) string {
			_, err := h.Cast(context.Background(), a, v.Slug, b, form())
			if err == nil {
				return ""
			}
			f := fault.Of(err)
			if m, ok := f.Fields["q0"]; ok {
				return m.Key
			}
			return f.Key
		}
		expect := func(when, want, got string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		expect("draft", "thing.missing", cast(known, pick("a")))
		if err := h.Publish(context.Background(), h.staff, v.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		expect("early", "policy.early", cast(known, pick("a")))
		clock.Set(v.OpensAt)
		expect("nobody", "policy.signin", cast(identity.Actor{}, pick("a")))
		expect("level", "policy.level", cast(h.person(identity.Reachable), pick("a")))
		expect("blocked", "policy.blocked", cast(blocked, pick("a")))
		expect("two", "vote.ballot.one", cast(known, Ballot{{{"a", 1}, {"b", 1}}}))
		expect("unknown", "vote.ballot.unknown", cast(known, pick("z")))
		expect("open", "", cast(known, pick("a")))
		if err := h.Edit(context.Background(), h.staff, v.ID, plan); fault.Of(err).Key != "vote.frozen" {
			t.Errorf("edit while open: %v", err)
		}
		clock.Set(v.ClosesAt.Add(-time.Microsecond))
		expect("last moment", "", cast(known, pick("b")))
		clock.Set(v.ClosesAt)
		expect("late", "policy.closed", cast(known, pick("a")))
		h.runJobs()
		clock.Set(v.OpensAt) // a clock set back opens no box that was counted
		expect("clock back", "policy.closed", cast(known, pick("a")))
	})
}

func TestFormSentTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, a := h.open(chooseOne()), h.person(identity.Reachable)
		same := form()
		first, err := h.Cast(context.Background(), a, v.Slug, pick("a"), same)
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.Cast(context.Background(), a, v.Slug, pick("b"), same)
		if err != nil || again.Commitment != first.Commitment {
			t.Errorf("again %x, first %x, %v", again.Commitment, first.Commitment, err)
		}
		other, err := h.Cast(context.Background(), h.person(identity.Reachable), v.Slug, pick("b"), same)
		if err != nil || other.Commitment == first.Commitment {
			t.Errorf("another person's form: %v", err)
		}
		if n := h.count(`SELECT count(*) FROM ledger_pending`); n != 2 {
			t.Errorf("%d pending", n)
		}
	})
}

func TestOnePersonAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, a := h.open(chooseOne()), h.person(identity.Reachable)
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				if _, err := h.Cast(context.Background(), a, v.Slug, pick(string("abc"[i%3])), fmt.Appendf(nil, "at once %d", i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Errorf("%d ballots", n)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil || o.Result.Ballots != 1 || o.Result.Entries != 64 || o.Result.Voided != 63 || len(o.Result.Turnout) != 1 || o.Result.Turnout[0].Count != 1 {
			t.Errorf("%+v, %v", o.Result, err)
		}
	})
}

func TestBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		size := func() (n int64) { return h.count(`SELECT count(*) FROM ledger_entry WHERE vote_id = $1`, v.ID) }
		for range batchLeast - 1 {
			h.cast(h.person(identity.Reachable), v, pick("a"))
		}
		clock.Advance(time.Hour)
		h.runJobs()
		if size() != 0 {
			t.Fatal("a batch of fewer than 16")
		}
		h.cast(h.person(identity.Reachable), v, pick("b"))
		clock.Advance(time.Minute)
		h.runJobs()
		if size() != batchLeast {
			t.Fatalf("%d entries after 16 ballots and an hour", size())
		}
		for range batchLeast {
			h.cast(h.person(identity.Reachable), v, pick("a"))
		}
		clock.Advance(batchEvery - time.Minute)
		h.runJobs()
		if size() != batchLeast {
			t.Fatal("a batch before five minutes")
		}
		clock.Advance(2 * time.Minute)
		h.runJobs()
		if size() != 2*batchLeast {
			t.Fatalf("%d entries", size())
		}
		var commitments [][]byte
		h.write(func(tx *db.Tx) (err error) {
			commitments, err = db.All(tx, db.Value[[]byte], `SELECT commitment FROM ledger_entry WHERE vote_id = $1 ORDER BY place`, v.ID)
			return err
		})
		for i := 1; i < len(commitments); i++ {
			if i != batchLeast && bytes.Compare(commitments[i-1], commitments[i]) >= 0 {
				t.Fatalf("entry %d is not in order", i)
			}
		}
	})
}

// TestSecrecy looks for anything that ties people to ballots: before the objections are over only a
// keyed link may, afterwards nothing.
func TestSecrecy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		before := h.count(`SELECT count(*) FROM event`)
		for range 20 {
			h.cast(h.person(identity.Reachable), v, pick("a"))
		}
		if n := h.count(`SELECT count(*) FROM event`); n != before {
			t.Errorf("%d events about casting", n-before)
		}
		for _, table := range []string{"ballot", "ballot_form", "ledger_pending"} {
			if n := h.count(`SELECT count(*) FROM ` + table); n != 20 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
		if n := h.count(`SELECT count(*) FROM event WHERE actor_id IS NOT NULL AND verb LIKE 'vote.%' AND actor_id <> $1`, h.staff.ID); n != 0 {
			t.Error("an event names a voter")
		}
		clock.Set(v.ObjectionsAt)
		h.runJobs()
		h.runJobs()
		if n := h.count(`SELECT (SELECT count(*) FROM ballot) + (SELECT count(*) FROM ballot_form) + (SELECT count(*) FROM ledger_pending)`); n != 0 {
			t.Errorf("%d rows tie people to ballots after the objections", n)
		}
		if h.keys.keys[keyName(v.ID)] != nil {
			t.Error("the key is still there")
		}
		if v := h.vote(v.ID); v.UnlinkedAt.IsZero() || v.CountedAt.IsZero() {
			t.Error("not unlinked")
		}
		if n := h.count(`SELECT count(*) FROM published_ballot WHERE vote_id = $1`, v.ID); n != 20 {
			t.Errorf("%d published", n)
		}
	})
}

func TestWrongKeyStopsTheVote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, a := h.open(chooseOne()), h.person(identity.Reachable)
		h.keys.Destroy(keyName(v.ID)) // a lost disk: the next look makes another
		if _, err := h.Cast(context.Background(), a, v.Slug, pick("a"), form()); fault.Of(err).Key != "vote.key" {
			t.Errorf("cast with another key: %v", err)
		}
	})
}
