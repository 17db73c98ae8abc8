package vote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

// A committed seed stands in the sheet as its hash alone; after the close it is revealed and decides
// the tie as anybody can repeat. With the secret lost the tie stays open.
func TestCommittedLot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		q := chooseOne()
		q.Ties = "votes,lot"
		held := func(lose bool) (v Vote, r Result) {
			plan := h.plan(q)
			plan.Lot.Source = Committed
			v, err := h.Draft(context.Background(), h.staff, plan)
			if err == nil {
				err = h.Publish(context.Background(), h.staff, v.ID, clock.Now())
			}
			if err != nil {
				t.Fatal(err)
			}
			clock.Set(v.OpensAt)
			v = h.vote(v.ID)
			if len(v.Lot.SHA256) != 64 || !strings.Contains(v.Rules, `"lot":{"source":"committed","sha256":"`+v.Lot.SHA256+`"}`) {
				t.Fatalf("the sheet does not commit to a seed: %s", v.Rules)
			}
			for _, code := range []string{"a", "b", "c"} {
				h.cast(h.person(identity.Reachable), v, pick(code))
			}
			secret := h.keys.keys[lotName(v.ID)]
			if lose {
				h.keys.Destroy(lotName(v.ID))
			}
			clock.Set(v.ClosesAt)
			h.runJobs()
			o, err := h.Outcome(context.Background(), v.Slug, "es")
			if err != nil {
				t.Fatal(err)
			}
			if !lose && o.Result.Seed != hex.EncodeToString(secret) {
				t.Errorf("revealed %q", o.Result.Seed)
			}
			return o.Vote, o.Result
		}
		v, r := held(false)
		if sum := sha256.Sum256([]byte(r.Seed)); hex.EncodeToString(sum[:]) != v.Lot.SHA256 {
			t.Error("the seed is not the one committed to")
		}
		first, least := "", []byte(nil)
		for _, code := range []string{"a", "b", "c"} {
			sum := sha256.Sum256([]byte(r.Seed + "\x00" + strconv.FormatInt(int64(v.ID), 10) + "\x00" + code))
			if least == nil || bytes.Compare(sum[:], least) < 0 {
				first, least = code, sum[:]
			}
		}
		if got := r.Questions[0].Winners; len(got) != 1 || got[0] != first {
			t.Errorf("%v wins, the lot says %s", got, first)
		}
		if _, r := held(true); r.Seed != "" || !r.Questions[0].Tied {
			t.Errorf("with the secret lost: seed %q, %+v", r.Seed, r.Questions[0])
		}
	})
}

// The lot can be declared after publication, as other rules; one that is no longer asked for is dropped.
func TestLotIsDeclaredLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		plan := h.plan(chooseOne())
		v, err := h.Draft(context.Background(), h.staff, plan)
		if err == nil {
			err = h.Publish(context.Background(), h.staff, v.ID, clock.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		edit := func(ties string, source LotSource) Lot {
			t.Helper()
			plan.Questions[0].Ties, plan.Lot.Source = ties, source
			if err := h.Edit(context.Background(), h.staff, v.ID, plan); err != nil {
				t.Fatal(err)
			}
			return h.vote(v.ID).Lot
		}
		if lot := edit("lot", Committed); lot.Source != Committed || len(lot.SHA256) != 64 {
			t.Errorf("declared later: %+v", lot)
		}
		if lot := edit("lot", Ceremony); lot != (Lot{Source: Ceremony}) {
			t.Errorf("by ceremony: %+v", lot)
		}
		if lot := edit("votes", Committed); lot != (Lot{}) {
			t.Errorf("no longer asked for: %+v", lot)
		}
		if err := h.EnterLot(context.Background(), h.staff, v.ID, "1 2 3 4 5 6"); fault.Of(err).Key != "vote.lot.none" {
			t.Errorf("numbers for no lot: %v", err)
		}
	})
}
