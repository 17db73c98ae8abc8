package web

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// TestTransferAndDuelTables elects a council of two by the Scottish rules and a name by duels, and shows
// the numbers that anybody can follow.
func TestTransferAndDuelTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		values := url.Values{"questions": {"2"}}
		for i, rule := range []string{"stv-scottish/1", "schulze/1"} {
			at := fmt.Sprintf("q%d-", i)
			for name, value := range map[string]string{"title": rule, "form": "ranking", "rule": rule, "seats": fmt.Sprint(2 - i), "options": "3",
				"o0-title": "Sol", "o1-title": "Luna", "o2-title": "Mar"} {
				values.Set(at+name, value)
			}
		}
		staff.drafted(w.draft(agency, "Consejo", values))
		clock.Advance(2 * time.Hour)
		for i, first := range []string{"sol", "sol", "sol", "luna", "mar"} {
			ranks := url.Values{"q0." + first: {"1"}, "q1." + first: {"1"}}
			if first != "luna" {
				ranks.Set("q0.luna", "2")
				ranks.Set("q1.luna", "2")
			}
			voter := w.voter(fmt.Sprint("Vera Vota ", i), identity.Reachable)
			voter.do("GET", "/votes/consejo/ballot", "").fill("/votes/consejo/ballot", ranks).fill("/votes/consejo/cast", nil).expect(303)
		}
		clock.Advance(49 * time.Hour)
		w.work()
		page := w.browser().do("GET", "/votes/consejo/results", "")
		page.expect(200, "Transferable vote, Scottish rules", "Votes that each of the 2 seats needs, the quota: 2.",
			"Elected in round 1. Votes: 3; quota: 2.", "Its ballots move on, each worth at most 0.33333.", "1.99999", "Elected in round 3. Votes: 2.99999; quota: 2.")
		page.expect(200, "Who is put above whom", "It beats every other option one to one.", "Options behind it", "1. Sol", "<strong>3</strong>")
	})
}
