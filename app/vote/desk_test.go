package vote

import (
	"context"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

func (h *hall) atDesk(v Vote, document string) Bearer {
	h.t.Helper()
	entry, err := h.Identify(context.Background(), h.staff, v.Slug, document)
	if err != nil {
		h.t.Fatal(err)
	}
	return Bearer{Actor: h.staff, Entry: entry}
}

// Whoever comes to the desk has the ballot that their account or code has; what is kept of them is a number.
func TestDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		v := h.planned(Roll{Who: Census, Codes: true, Desk: true, Paper: true, Place: "centro"}, nil)
		h.staff.Session.FactorAt = clock.Now()
		ana := h.resident("ABCD1234")
		h.match(identity.Actor{}, "EFGH5678")
		refuse := func(document, want string) {
			t.Helper()
			_, err := h.Identify(ctx, h.staff, v.Slug, document)
			if got := fault.Of(err).Fields["document"].Key; got != want {
				t.Errorf("%q: %q, not %q (%v)", document, got, want, err)
			}
		}
		refuse("ZZZZ9999", "vote.desk.unknown")
		refuse("", "vote.desk.unknown")
		h.match(identity.Actor{}, "ELSE0000")
		h.write(func(tx *db.Tx) error {
			hash, _ := h.Service.Census.Hash("ELSE0000")
			_, err := tx.Exec(`UPDATE census SET place = 'lejos' WHERE hash = $1`, hash)
			return err
		})
		refuse("ELSE0000", "vote.who.place")
		if _, err := h.Identify(ctx, ana, v.Slug, "ABCD1234"); fault.Of(err).Key != "policy.role" {
			t.Errorf("anybody opens ballots at a desk: %v", err)
		}
		code := h.bearer(v, h.issue(v, CodeOrder{People: "ABCD1234"})[0].Code)
		desk := h.atDesk(v, "abcd 1234")
		var wg sync.WaitGroup
		for i := range 18 { // all three ways at once
			wg.Go(func() {
				by := []Bearer{{Actor: ana}, code, desk}[i%3]
				if _, err := h.CastAs(ctx, by, v.Slug, pick("a"), []byte{byte(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Fatalf("%d ballots of one person", n)
		}
		if got := h.castAs(desk, v, pick("b")); got != "" {
			t.Fatal(got)
		}
		if got := h.castAs(h.atDesk(v, "EFGH5678"), v, pick("c")); got != "" {
			t.Fatal(got)
		}
		if n := h.count(`SELECT count(*) FROM event WHERE verb = 'vote.desk'`); n != 0 {
			t.Error("an event at the moment of casting")
		}
		clock.Advance(6 * time.Minute)
		h.runJobs()
		if n := h.count(`SELECT count(*) FROM event WHERE verb = 'vote.desk' AND note = '8' AND actor_id = $1`, h.staff.ID); n != 1 {
			t.Error("the batch does not tell how many the desk served")
		}
		if n := h.count(`SELECT served FROM vote_desk`); n != 8 {
			t.Errorf("%d served", n)
		}
		if got := h.turnout(v); got["ballots"] != 2 || got["desk"] != 2 || len(got) != 2 {
			t.Errorf("%v", got)
		}
	})
}

// Who was handed a ballot on paper casts no other, and what they had cast is voided.
func TestHandedPaper(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.planned(Roll{Who: Census, Desk: true, Paper: true}, nil)
		ana := h.resident("ABCD1234")
		h.cast(ana, v, pick("a"))
		if err := h.HandPaper(context.Background(), h.atDesk(v, "ABCD1234"), v.Slug); err != nil {
			t.Fatal(err)
		}
		if got := h.castAs(Bearer{Actor: ana}, v, pick("b")); got != "vote.who.paper" {
			t.Errorf("after paper: %q", got)
		}
		if _, err := h.Identify(context.Background(), h.staff, v.Slug, "ABCD1234"); fault.Of(err).Fields["document"].Key != "vote.desk.handed" {
			t.Errorf("a second paper: %v", err)
		}
		if got := h.turnout(v); got["ballots"] != 0 || got["web"] != 0 {
			t.Errorf("%v", got)
		}
	})
}

// Nothing in the database joins a person, a code or somebody of the census to a ballot without the key, and
// nothing at all does once the key is gone.
func TestSecrecyOfEveryWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.planned(Roll{Who: Census, Codes: true, Desk: true, Paper: true}, nil)
		ana := h.resident("ABCD1234")
		h.match(identity.Actor{}, "EFGH5678")
		h.match(identity.Actor{}, "IJKL9012")
		code := h.issue(v, CodeOrder{People: "EFGH5678"})[0].Code
		h.cast(ana, v, pick("a"))
		for _, by := range []Bearer{h.bearer(v, code), h.atDesk(v, "IJKL9012")} {
			if got := h.castAs(by, v, pick("b")); got != "" {
				t.Fatal(got)
			}
		}
		// every value of 16 bytes or more in the tables of the vote and the census, but for what a ballot is made of
		known := `SELECT hash FROM census UNION SELECT second FROM census WHERE second IS NOT NULL UNION SELECT hash FROM vote_code UNION SELECT entry FROM vote_code WHERE entry IS NOT NULL`
		for _, column := range []string{"link", "nonce", "commitment"} {
			if n := h.count(`SELECT count(*) FROM ballot WHERE ` + column + ` IN (` + known + `)`); n != 0 {
				t.Errorf("a ballot's %s stands in the census or among the codes", column)
			}
		}
		if n := h.count(`SELECT count(*) FROM ballot_form WHERE key IN (` + known + `)`); n != 0 {
			t.Error("a form's key stands in the census or among the codes")
		}
		// without the key, the hash of a code or of the census gives no link
		for _, guess := range []key{nil, make(key, 32), key(h.Service.Census)} {
			hash, _ := h.Service.Census.Hash("EFGH5678")
			for _, link := range [][]byte{guess.entry(hash), guess.link(ana.ID), guess.code(guess.codeHash(code))} {
				if n := h.count(`SELECT count(*) FROM ballot WHERE link = $1`, link); n != 0 {
					t.Error("a link is made without the vote's key")
				}
			}
		}
		if n := h.count(`SELECT count(*) FROM event WHERE person_id = $1 OR actor_id = $1`, ana.ID); n != 0 {
			t.Error("an event names a voter")
		}
		clock.Set(v.ObjectionsAt.Add(time.Hour))
		h.runJobs()
		for _, table := range []string{"ballot", "ballot_form", "vote_code", "vote_handed", "vote_listed", "vote_paper", "vote_paper_entry", "ledger_pending"} {
			if n := h.count(`SELECT count(*) FROM `+table+` WHERE vote_id = $1`, v.ID); n != 0 {
				t.Errorf("%d rows stay in %s after the objections", n, table)
			}
		}
		if n := h.count(`SELECT count(*) FROM published_ballot`); n != 3 {
			t.Errorf("%d published", n)
		}
	})
}
