package vote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/thing"
)

const because = "Se fue la luz en todo el municipio."

// second is another of the staff.
func (h *hall) second() identity.Actor {
	h.t.Helper()
	a := h.person(identity.Identified)
	a.Grants, a.Session.FactorAt = []identity.Grant{{Role: identity.Administrator}}, h.clock.Now()
	return a
}

// ask asks for a change and returns its id.
func (h *hall) ask(a identity.Actor, c Change) int64 {
	h.t.Helper()
	if c.Reason == "" {
		c.Reason = because
	}
	if err := h.AskChange(context.Background(), a, c); err != nil {
		h.t.Fatal(err)
	}
	return h.count(`SELECT max(id) FROM vote_change`)
}

// change makes a change by two people.
func (h *hall) change(c Change) {
	h.t.Helper()
	if err := h.ConfirmChange(context.Background(), h.second(), c.Vote, h.ask(h.staff, c)); err != nil {
		h.t.Fatal(err)
	}
}

func TestWhatCanBeChangedWhen(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 5, 1, h, 0, 0, 0, time.UTC) }
	v := Vote{Thing: thing.Thing{State: thing.Published, PublishedAt: at(1), OpensAt: at(4), ClosesAt: at(8)}, Questions: []Question{chooseOne()}}
	for i := range v.Questions[0].Options {
		v.Questions[0].Options[i].ID = int64(i + 1)
	}
	counted := v
	counted.ClosedAt, counted.CountedAt = at(8), at(8)
	annulled := v
	annulled.AnnulledAt = at(5)
	gone := Change{Kind: Withdraw, Option: 1}.Apply(v, at(5))
	imported := v
	imported.Imported = "{}"
	draft := v
	draft.State = thing.Draft
	for name, c := range map[string]struct {
		v     Vote
		c     Change
		now   time.Time
		key   string // of the fault, or of its field
		field string
	}{
		"postpone":           {v, Change{Kind: Postpone, OpensAt: at(6), ClosesAt: at(9)}, at(2), "", ""},
		"postpone late":      {v, Change{Kind: Postpone, OpensAt: at(6), ClosesAt: at(9)}, at(4), "vote.frozen", ""},
		"postpone to past":   {v, Change{Kind: Postpone, OpensAt: at(3), ClosesAt: at(9)}, at(2), "vote.change.later", "opens"},
		"postpone shorter":   {v, Change{Kind: Postpone, OpensAt: at(6), ClosesAt: at(7)}, at(2), "vote.change.sooner", "closes"},
		"extend":             {v, Change{Kind: Extend, ClosesAt: at(9)}, at(5), "", ""},
		"extend to less":     {v, Change{Kind: Extend, ClosesAt: at(8)}, at(5), "vote.change.longer", "closes"},
		"extend before":      {v, Change{Kind: Extend, ClosesAt: at(9)}, at(3), "vote.notopen", ""},
		"extend at close":    {v, Change{Kind: Extend, ClosesAt: at(9)}, at(8), "vote.notopen", ""},
		"extend, clock back": {counted, Change{Kind: Extend, ClosesAt: at(9)}, at(5), "vote.notopen", ""},
		"close":              {v, Change{Kind: CloseNow}, at(5), "", ""},
		"withdraw":           {v, Change{Kind: Withdraw, Option: 1}, at(5), "", ""},
		"withdraw after":     {counted, Change{Kind: Withdraw, Option: 1}, at(9), "", ""},
		"withdraw before":    {v, Change{Kind: Withdraw, Option: 1}, at(2), "vote.change.edit", ""},
		"withdraw again":     {gone, Change{Kind: Withdraw, Option: 1}, at(6), "vote.change.gone", "option"},
		"withdraw too many":  {gone, Change{Kind: Withdraw, Option: 2}, at(6), "vote.change.few", "option"},
		"withdraw nothing":   {v, Change{Kind: Withdraw}, at(5), "vote.change.option", "option"},
		"recount":            {counted, Change{Kind: Recount}, at(9), "", ""},
		"recount too early":  {v, Change{Kind: Recount}, at(5), "vote.notclosed", ""},
		"annul before":       {v, Change{Kind: Annul}, at(2), "", ""},
		"annul after":        {counted, Change{Kind: Annul}, at(9), "", ""},
		"annul twice":        {annulled, Change{Kind: Annul}, at(6), "vote.annulled", ""},
		"imported":           {imported, Change{Kind: Annul}, at(6), "vote.change.draft", ""},
		"draft":              {draft, Change{Kind: Annul}, at(6), "vote.change.draft", ""},
		"unknown":            {v, Change{Kind: "rename"}, at(6), "thing.missing", ""},
	} {
		err := c.c.Possible(c.v, c.now)
		got := ""
		if err != nil {
			got = fault.Of(err).Key
			if c.field != "" {
				got = fault.Of(err).Fields[c.field].Key
			}
		}
		if got != c.key {
			t.Errorf("%s: %q, want %q", name, got, c.key)
		}
	}
}

func TestWhoDecidesOnAChangeAndUntilWhen(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 5, 1, h, 0, 0, 0, time.UTC) }
	v := Vote{Thing: thing.Thing{OpensAt: at(4), ClosesAt: at(8)}}
	for _, c := range []struct {
		c    Change
		who  identity.ID
		now  time.Time
		want string
	}{
		{Change{Kind: Extend, AskedBy: 1, AskedAt: at(5)}, 2, at(6), ""},
		{Change{Kind: Extend, AskedBy: 1, AskedAt: at(5)}, 1, at(6), "vote.change.second"},
		{Change{Kind: Extend, AskedBy: 1, AskedAt: at(5)}, 2, at(8), "vote.change.expired"},
		{Change{Kind: Postpone, AskedBy: 1, AskedAt: at(3)}, 2, at(4), "vote.change.expired"},
		{Change{Kind: Annul, AskedBy: 1, AskedAt: at(9)}, 2, at(20), ""},
		{Change{Kind: Annul, AskedBy: 1, AskedAt: at(7)}, 2, at(20), "vote.change.expired"},
		{Change{Kind: Annul, AskedBy: 1, AskedAt: at(9), Outcome: Refused}, 2, at(20), "vote.change.done"},
	} {
		got := ""
		if err := c.c.MayDecide(v, c.who, c.now); err != nil {
			got = fault.Of(err).Key
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

func TestTwoPeopleCloseEarly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, a, ctx := h.open(chooseOne()), h.person(identity.Reachable), context.Background()
		h.cast(a, v, pick("a"))
		if err := h.AskChange(ctx, h.staff, Change{Vote: v.ID, Kind: CloseNow, Reason: "corto"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short reason: %v", err)
		}
		if err := h.AskChange(ctx, a, Change{Vote: v.ID, Kind: CloseNow, Reason: because}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody without a role asks: %v", err)
		}
		refused := h.ask(h.staff, Change{Vote: v.ID, Kind: CloseNow})
		if err := h.RefuseChange(ctx, h.second(), v.ID, refused); err != nil {
			t.Fatal(err)
		}
		id := h.ask(h.staff, Change{Vote: v.ID, Kind: CloseNow})
		if err := h.ConfirmChange(ctx, h.staff, v.ID, id); fault.Of(err).Key != "vote.change.second" {
			t.Errorf("one person alone: %v", err)
		}
		if err := h.ConfirmChange(ctx, a, v.ID, id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody without a role confirms: %v", err)
		}
		h.cast(a, v, pick("c")) // it is still open
		if err := h.ConfirmChange(ctx, h.second(), v.ID, id); err != nil {
			t.Fatal(err)
		}
		if err := h.ConfirmChange(ctx, h.second(), v.ID, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed twice: %v", err)
		}
		if _, err := h.Cast(ctx, a, v.Slug, pick("b"), form()); fault.Of(err).Key != "policy.closed" {
			t.Errorf("cast after the early close: %v", err)
		}
		h.runJobs()
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || o.Result.Ballots != 1 || o.Result.Entries != 3 || o.Result.Amended != 1 || len(o.Amendments) != 1 {
			t.Fatalf("%+v, %v", o.Result, err)
		}
		change := o.Amendments[0]
		if change.Kind != CloseNow || change.Reason != because || change.AskedBy == "" || change.ConfirmedBy == "" {
			t.Errorf("%+v", change)
		}
		h.inLedger(v, change)
	})
}

// inLedger checks that the amendment's sheet is canonical JSON that names the change, and that its
// entry is in the ledger.
func (h *hall) inLedger(v Vote, a Amendment) {
	h.t.Helper()
	var s sheet
	if err := json.Unmarshal([]byte(a.Sheet), &s); err != nil || len(s.Amendments) == 0 || s.Amendments[len(s.Amendments)-1].Reason != a.Reason {
		h.t.Errorf("sheet %s: %v", a.Sheet, err)
	}
	if again, _ := s.canonical(); again != a.Sheet {
		h.t.Errorf("not canonical: %s", a.Sheet)
	}
	entry := ledger.CommitRules(int64(v.ID), []byte(a.Sheet))
	if !bytes.Equal(entry[:], a.Commitment) || h.count(`SELECT count(*) FROM ledger_entry WHERE vote_id = $1 AND commitment = $2`, v.ID, a.Commitment) != 1 {
		h.t.Error("the amendment has no entry in the ledger")
	}
}

// TestExtendedTwice extends a vote twice: each extension has a sheet and an entry of its own, what was
// promised for the first close is kept, and ballots are taken until the last.
func TestExtendedTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, ctx := h.open(chooseOne()), context.Background()
		first, frozen := v.ClosesAt, v.Rules
		h.cast(h.person(identity.Reachable), v, pick("a"))
		for i := 1; i <= 2; i++ {
			clock.Advance(time.Minute)
			h.change(Change{Vote: v.ID, Kind: Extend, ClosesAt: first.Add(time.Duration(i) * 24 * time.Hour)})
		}
		clock.Set(first)
		h.runJobs()
		if n := h.count(`SELECT count(*) FROM ledger_entry WHERE vote_id = $1`, v.ID); n != 3 {
			t.Errorf("%d entries at the close that was promised", n)
		}
		late := h.vote(v.ID)
		if got := late.ObjectionsAt.Sub(v.ObjectionsAt); got != 48*time.Hour {
			t.Errorf("the end of the objections moved by %s", got)
		}
		clock.Set(late.ClosesAt.Add(-time.Microsecond))
		h.cast(h.person(identity.Reachable), v, pick("b"))
		clock.Set(late.ClosesAt)
		if _, err := h.Cast(ctx, h.person(identity.Reachable), v.Slug, pick("b"), form()); fault.Of(err).Key != "policy.closed" {
			t.Errorf("after the last close: %v", err)
		}
		h.runJobs()
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || o.Result.Ballots != 2 || o.Result.Entries != 4 || len(o.Amendments) != 2 {
			t.Fatalf("%+v, %d amendments, %v", o.Result, len(o.Amendments), err)
		}
		if o.Rules != frozen || !bytes.Equal(sum(o.Rules), o.RulesSum) {
			t.Error("the sheet that was frozen at the opening changed")
		}
		for i, a := range o.Amendments {
			h.inLedger(v, a)
			if want := first.Add(time.Duration(i+1) * 24 * time.Hour); !a.ClosesAt.Equal(want) {
				t.Errorf("amendment %d closes %s, want %s", i+1, a.ClosesAt, want)
			}
		}
	})
}

func sum(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }

func TestRequestsExpireAtTheClose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		id := h.ask(h.staff, Change{Vote: v.ID, Kind: Extend, ClosesAt: v.ClosesAt.Add(time.Hour)})
		clock.Set(v.ClosesAt)
		if err := h.ConfirmChange(context.Background(), h.second(), v.ID, id); fault.Of(err).Key != "vote.change.expired" {
			t.Errorf("confirmed after the close: %v", err)
		}
		if got := h.vote(v.ID); !got.ClosesAt.Equal(v.ClosesAt) {
			t.Error("the close moved")
		}
	})
}

func TestWithdrawnOptionIsNotCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		q := Question{Form: Ranking, Rule: "borda/1", Seats: 1, Ties: "votes", Blank: true, Options: options("a", "b", "c")}
		v, ctx := h.open(q), context.Background()
		for range 3 {
			h.cast(h.person(identity.Reachable), v, Ballot{{{"a", 1}, {"b", 2}}})
		}
		h.cast(h.person(identity.Reachable), v, Ballot{{{"c", 1}}})
		h.change(Change{Vote: v.ID, Kind: Withdraw, Option: v.Questions[0].Options[0].ID})
		_, err := h.Cast(ctx, h.person(identity.Reachable), v.Slug, Ballot{{{"a", 1}}}, form())
		if fault.Of(err).Fields["q0"].Key != "vote.ballot.withdrawn" {
			t.Errorf("a mark for a withdrawn option: %v", err)
		}
		p, err := h.Paper(ctx, h.person(identity.Reachable), v.Slug, "es")
		if o, ok := p.Questions[0].Option("a"); err != nil || !ok || !o.Withdrawn() {
			t.Errorf("the ballot does not show it: %+v, %v", p.Questions[0].Options, err)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || len(o.Result.Questions[0].Outcomes) != 2 || o.Result.Questions[0].Winners[0] != "b" || o.Result.Ballots != 4 {
			t.Fatalf("%+v, %v", o.Result, err)
		}
		h.inLedger(v, o.Amendments[0])
	})
}

// TestWithdrawnAfterTheCount withdraws the winner after the count: it is counted again, and the earlier
// result stays.
func TestWithdrawnAfterTheCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		for _, code := range []string{"a", "a", "b"} {
			h.cast(h.person(identity.Reachable), v, pick(code))
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		h.change(Change{Vote: v.ID, Kind: Withdraw, Option: v.Questions[0].Options[0].ID})
		h.runJobs()
		h.runJobs()
		var all []Correction
		h.write(func(tx *db.Tx) (err error) { all, err = Corrections(tx, v.ID); return err })
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil || o.Result.Questions[0].Winners[0] != "b" || len(all) != 1 {
			t.Fatalf("%+v, %d corrections, %v", o.Result, len(all), err)
		}
		if all[0].Before.Questions[0].Winners[0] != "a" || !all[0].Changed(o.Result) || all[0].Changed(all[0].Before) || !all[0].Amended.Equal(o.Amendments[0].At) {
			t.Errorf("%+v", all[0])
		}
		if o.Result.Entries != 4 || o.Log.Size != 4 {
			t.Errorf("%d entries, log of %d", o.Result.Entries, o.Log.Size)
		}
		h.inLedger(v, o.Amendments[0])
	})
}

func TestAnnulled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, ctx := h.open(chooseOne()), context.Background()
		h.cast(h.person(identity.Reachable), v, pick("a"))
		h.change(Change{Vote: v.ID, Kind: Annul})
		if _, err := h.Cast(ctx, h.person(identity.Reachable), v.Slug, pick("b"), form()); fault.Of(err).Key != "policy.closed" {
			t.Errorf("cast after the annulment: %v", err)
		}
		h.runJobs()
		clock.Set(v.ObjectionsAt.Add(time.Hour))
		h.runJobs()
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || o.AnnulledAt.IsZero() || !o.CountedAt.IsZero() || len(o.Result.Questions) != 0 || len(o.Amendments) != 1 || o.Log.Size != 2 {
			t.Fatalf("%+v, %v", o, err)
		}
		if h.keys.keys[keyName(v.ID)] != nil || h.count(`SELECT count(*) FROM ballot`) != 0 || h.count(`SELECT count(*) FROM published_ballot`) != 0 {
			t.Error("ballots or their key are left")
		}
		h.inLedger(v, o.Amendments[0])
	})
}

func TestPostponed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		v, err := h.Draft(ctx, h.staff, h.plan(chooseOne()))
		if err == nil {
			err = h.Publish(ctx, h.staff, v.ID, time.Time{})
		}
		if err != nil {
			t.Fatal(err)
		}
		v = h.vote(v.ID)
		later := v
		later.OpensAt = v.OpensAt.Add(time.Hour)
		if err := h.Edit(ctx, h.staff, v.ID, later); fault.Of(err).Fields["opens"].Key != "vote.opens.postpone" {
			t.Errorf("one person moves the opening: %v", err)
		}
		h.change(Change{Vote: v.ID, Kind: Postpone, OpensAt: v.OpensAt.Add(24 * time.Hour), ClosesAt: v.ClosesAt.Add(24 * time.Hour)})
		clock.Set(v.OpensAt)
		h.runJobs()
		a := h.person(identity.Reachable)
		if _, err := h.Cast(ctx, a, v.Slug, pick("a"), form()); fault.Of(err).Key != "policy.early" {
			t.Errorf("cast before the new opening: %v", err)
		}
		if n := h.count(`SELECT count(*) FROM event WHERE verb = 'vote.open'`); n != 0 {
			t.Error("it is told to be open")
		}
		clock.Advance(24 * time.Hour)
		h.cast(a, v, pick("a"))
		clock.Advance(24 * time.Hour)
		h.runJobs()
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || o.Result.Ballots != 1 || len(o.Amendments) != 1 || !bytes.Contains([]byte(o.Rules), []byte(instant(o.OpensAt))) {
			t.Fatalf("%+v, %v", o, err)
		}
		h.inLedger(v, o.Amendments[0])
	})
}

// TestArchiveKnowsWhatWasWithdrawn writes the archive of a vote of which an option was withdrawn while
// it was open and another after the count; it is found in order, and counts to the same result.
func TestArchiveKnowsWhatWasWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		q := chooseOne()
		q.Options = options("a", "b", "c", "d")
		v := h.open(q)
		for _, code := range []string{"a", "a", "a", "b", "b", "c"} {
			h.cast(h.person(identity.Reachable), v, pick(code))
		}
		h.change(Change{Vote: v.ID, Kind: Withdraw, Option: v.Questions[0].Options[0].ID})
		clock.Set(v.ClosesAt)
		h.runJobs()
		h.change(Change{Vote: v.ID, Kind: Withdraw, Option: v.Questions[0].Options[1].ID})
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil || o.Result.Questions[0].Winners[0] != "c" || len(o.Result.Questions[0].Outcomes) != 2 {
			t.Fatalf("%+v, %v", o.Result, err)
		}
		if ok, said := verified(t, h.archive(v), Asked{}); !ok {
			t.Error(said)
		}
		clock.Advance(time.Minute)
		h.change(Change{Vote: v.ID, Kind: Annul})
		var none bytes.Buffer
		if err := h.WriteArchive(context.Background(), v.Slug, "Tequio test", &none); fault.Of(err).Key != "vote.annulled" {
			t.Errorf("archive of an annulled vote: %v", err)
		}
	})
}
