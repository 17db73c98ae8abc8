package vote

import (
	"context"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

func TestEligible(t *testing.T) {
	opens := dbtest.Start
	census := Roll{Who: Census, Place: "centro", LeastAge: 16, MostAge: 29}
	neighbour := Claim{Level: 3, Matched: true, Place: "centro", Born: int64(opens.Year()) - 16}
	with := func(change func(*Claim)) Claim { c := neighbour; change(&c); return c }
	for _, c := range []struct {
		name  string
		roll  Roll
		level identity.Level
		claim Claim
		want  string
	}{
		{"reached", Roll{}, 1, Claim{Level: 1}, ""},
		{"too low", Roll{}, 2, Claim{Level: 1}, "policy.level"},
		{"census", census, 3, neighbour, ""},
		{"no match", census, 3, Claim{Level: 3}, "vote.who.census"},
		{"elsewhere", census, 3, with(func(c *Claim) { c.Place = "el-carmen" }), "vote.who.place"},
		{"15", census, 3, with(func(c *Claim) { c.Born++ }), "vote.who.young"},
		{"29", census, 3, with(func(c *Claim) { c.Born -= 13 }), ""},
		{"30", census, 3, with(func(c *Claim) { c.Born -= 14 }), "vote.who.old"},
		{"no year", census, 3, with(func(c *Claim) { c.Born = 0 }), "vote.who.unborn"},
		{"no year needed", Roll{Who: Census}, 3, with(func(c *Claim) { c.Born = 0 }), ""},
		{"a code where none is taken", census, 3, with(func(c *Claim) { c.Code = true }), "vote.who.nocodes"},
		{"staff", Roll{Who: Staff}, 1, Claim{Level: 1, Staff: true}, ""},
		{"no staff", Roll{Who: Staff}, 1, Claim{Level: 3}, "vote.who.staff"},
		{"named", Roll{Who: Listed}, 1, Claim{Level: 1, Named: true}, ""},
		{"not named", Roll{Who: Listed}, 1, Claim{Level: 3, Matched: true}, "vote.who.list"},
		{"an account where codes vote", Roll{Who: Coded, Codes: true}, 1, Claim{Level: 3}, "vote.who.codes"},
		{"a code", Roll{Who: Coded, Codes: true}, 1, Claim{Level: 3, Code: true}, ""},
	} {
		v := Vote{Roll: c.roll, LeastLevel: c.level}
		v.OpensAt = opens
		got := ""
		if err := v.Eligible(c.claim); err != nil {
			got = fault.Of(err).Key
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

// Ways of voting by which one person could vote twice are refused when the vote is written.
func TestWaysThatDoNotGoTogether(t *testing.T) {
	h := newHall(t, dbtest.Open(t, t.TempDir()+"/t.db", dbtest.NewClock(dbtest.Start).Now), dbtest.NewClock(dbtest.Start))
	for field, r := range map[string]Roll{
		"codes": {Codes: true}, "desk": {Desk: true}, "paper": {Who: Staff, Paper: true}, "roll_place": {Place: "centro"},
		"least_age": {Who: Listed, LeastAge: 18}, "most_age": {Who: Census, LeastAge: 30, MostAge: 18}, "roll": {Who: "anybody"},
	} {
		v := h.plan(chooseOne())
		v.Roll = r
		if f := fault.Of(v.Check()); f.Fields[field].Key == "" {
			t.Errorf("%+v passes: %v", r, f)
		}
	}
}

// resident is an account that is matched to the census by a document.
func (h *hall) resident(document string) identity.Actor {
	h.t.Helper()
	a := h.person(identity.Resident)
	h.match(a, document)
	return a
}

// match enters a document into the census, and matches an account to it; 0: nobody's.
func (h *hall) match(a identity.Actor, document string) []byte {
	h.t.Helper()
	hash, ok := h.Census.Hash(document)
	if !ok {
		h.t.Fatalf("%q is no document", document)
	}
	h.write(func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO census (hash, place, birth_year, person_id, imported_at) VALUES ($1, 'centro', 1990, $2, $3)
			ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id`, hash, db.ID(a.ID), tx.Now)
		return err
	})
	return hash
}

// planned publishes a vote with an electorate, and moves the clock to where it is open.
func (h *hall) planned(r Roll, before func(Vote)) Vote {
	h.t.Helper()
	plan := h.plan(chooseOne())
	plan.Roll = r
	v, err := h.Draft(context.Background(), h.staff, plan)
	if err != nil {
		h.t.Fatal(err)
	}
	if before != nil {
		before(v)
	}
	return h.opened(v)
}

// Somebody who votes, is matched to the census and votes again has one ballot; so has somebody whose account
// was matched after another account of theirs had voted.
func TestMatchedWhileTheVoteIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		a := h.person(identity.Reachable)
		h.cast(a, v, pick("a"))
		h.match(a, "ABCD1234")
		a.Level = identity.Resident
		if p, err := h.Paper(context.Background(), a, v.Slug, ""); err != nil || !p.Voted {
			t.Errorf("after the match nobody knows that they voted: %v", err)
		}
		h.cast(a, v, pick("b"))
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Fatalf("%d ballots after the match", n)
		}
		b := h.person(identity.Reachable)
		h.cast(b, v, pick("c"))
		h.match(b, "ABCD1234") // the first account was deleted meanwhile
		h.cast(b, v, pick("c"))
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Fatalf("%d ballots of one document", n)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil {
			t.Fatal(err)
		}
		total := int64(0)
		for _, s := range o.Result.Turnout {
			total += s.Count
		}
		if o.Result.Ballots != 1 || total != 1 || o.Result.Entries != 4 || o.Result.Voided != 3 {
			t.Errorf("%+v: a turnout of %d", o.Result, total)
		}
	})
}

// Who is on the list votes, found by their document or by their address, once.
func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		p := identity.Person{Name: "Ana", Email: "ana@pueblo.example", Level: identity.Reachable}
		h.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
		ana := identity.Actor{ID: p.ID, Level: identity.Reachable}
		v := h.planned(Roll{Who: Listed}, func(v Vote) {
			for _, bad := range []string{"", "name\nAna\n", "document,email\n,\n", "email\nx\n", "email\na@b.example\nA@b.example\n", "document\n\"x"} {
				if _, err := h.SetList(ctx, h.staff, v.ID, strings.NewReader(bad)); fault.Of(err).Fields["list"].Key == "" {
					t.Errorf("%q passes for a list: %v", bad, err)
				}
			}
			if n, err := h.SetList(ctx, h.staff, v.ID, strings.NewReader("document,email\nABCD1234,Ana@pueblo.example\n,eva@pueblo.example\n")); err != nil || n != 2 {
				t.Fatalf("%d named, %v", n, err)
			}
		})
		if now := h.vote(v.ID); now.Roll.Named != 2 || len(now.Roll.ListSum) != 64 || !strings.Contains(now.Rules, now.Roll.ListSum) {
			t.Errorf("the rules sheet does not hold the list: %+v", now.Roll)
		}
		if _, err := h.SetList(ctx, h.staff, v.ID, strings.NewReader("email\nx@y.example\n")); fault.Of(err).Key != "vote.frozen" {
			t.Errorf("a list changed while the vote is open: %v", err)
		}
		if _, err := h.Cast(ctx, h.resident("EFGH5678"), v.Slug, pick("a"), form()); fault.Of(err).Key != "vote.who.list" {
			t.Errorf("somebody who is not named: %v", err)
		}
		h.cast(ana, v, pick("a"))
		h.match(ana, "ABCD1234")
		h.cast(ana, v, pick("b"))
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Errorf("%d ballots of one who is named by two", n)
		}
	})
}
