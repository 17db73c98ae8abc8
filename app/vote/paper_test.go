package vote

import (
	"context"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

// Two people type every paper in; what is alike becomes ballots, in one total with the others.
func TestPaperTypedTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		v := h.planned(Roll{Who: Census, Paper: true}, nil)
		h.staff.Session.FactorAt = clock.Now()
		second, third := h.person(identity.Identified), h.person(identity.Identified)
		second.Grants, third.Grants = h.staff.Grants, h.staff.Grants
		second.Session, third.Session = h.staff.Session, h.staff.Session
		typ := func(a identity.Actor, serial int64, code string) string {
			p := TypedPaper{Batch: 1, Serial: serial, Spoiled: code == "spoiled"}
			if !p.Spoiled {
				p.Ballot = pick(code)
			}
			err := h.TypePaper(ctx, a, v.ID, p)
			if err == nil {
				return ""
			}
			f := fault.Of(err)
			for _, m := range f.Fields {
				return m.Key
			}
			return f.Key
		}
		batch := func() PaperBatch {
			t.Helper()
			all, err := h.PaperBatches(ctx, h.staff, v.ID)
			if err != nil || len(all) != 1 {
				t.Fatalf("%d batches, %v", len(all), err)
			}
			return all[0]
		}
		for serial, code := range []string{"", "a", "b", "spoiled", "c"} {
			if serial > 0 && typ(h.staff, int64(serial), code) != "" {
				t.Fatal("not typed")
			}
		}
		if got := typ(h.person(3), 9, "a"); got != "policy.role" {
			t.Errorf("anybody types papers in: %q", got)
		}
		if got := typ(h.staff, 0, "a"); got != "vote.paper.serial" {
			t.Errorf("no serial number: %q", got)
		}
		if got := typ(h.staff, 5, "z"); got != "vote.ballot.unknown" {
			t.Errorf("an option that is none: %q", got)
		}
		if b := batch(); b.Ready() || len(b.Missing) != 4 {
			t.Errorf("typed by one: %+v", b)
		}
		for serial, code := range []string{"", "a", "c", "spoiled"} {
			if serial > 0 {
				typ(second, int64(serial), code)
			}
		}
		if b := batch(); b.Ready() || b.Equal != 2 || b.Spoiled != 1 || len(b.Differ) != 1 || b.Differ[0] != 2 || len(b.Missing) != 1 || b.Missing[0] != 4 {
			t.Errorf("typed by two: %+v", b)
		}
		if err := h.AcceptPaper(ctx, h.staff, v.ID, 1); fault.Of(err).Key != "vote.paper.unequal" {
			t.Errorf("unequal papers are counted: %v", err)
		}
		if got := typ(third, 1, "a"); got != "vote.paper.third" {
			t.Errorf("a third person: %q", got)
		}
		typ(second, 2, "b")
		typ(second, 4, "c")
		if err := h.AcceptPaper(ctx, h.staff, v.ID, 1); err != nil {
			t.Fatal(err)
		}
		if err := h.AcceptPaper(ctx, h.staff, v.ID, 1); fault.Of(err).Key != "vote.paper.unequal" {
			t.Errorf("counted twice: %v", err)
		}
		if got := typ(h.staff, 2, "a"); got != "vote.paper.taken" {
			t.Errorf("a paper that is counted: %q", got)
		}
		code, err := h.PaperReceipt(ctx, v.Slug, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.PaperReceipt(ctx, v.Slug, 3); !fault.Is(err, fault.NotFound) {
			t.Errorf("a receipt of a spoiled paper: %v", err)
		}
		h.cast(h.resident("ABCD1234"), v, pick("b"))
		if got := h.turnout(v); got["ballots"] != 4 || got["paper"] != 3 || got["web"] != 1 {
			t.Errorf("%v", got)
		}
		o, err := h.Outcome(ctx, v.Slug, "es")
		if err != nil || o.Result.Spoiled != 1 || len(o.Result.Questions[0].Winners) != 1 || o.Result.Questions[0].Winners[0] != "b" {
			t.Errorf("%+v, %v", o.Result, err)
		}
		if _, f, err := h.Look(ctx, v.Slug, code); err != nil || f.Standing != Counted || string(f.Ballot.Content) == "" {
			t.Errorf("the paper's receipt: %+v, %v", f, err)
		}
	})
}
