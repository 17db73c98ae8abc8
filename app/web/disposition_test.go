package web

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/talk"
)

// The inbox answers many at once, keeps what was typed when something is wrong, and tells the second of two
// who answer the same; the table and its open data show what became of it all.
func TestContributionsAreAnsweredTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, agency := consulting(t, d, clock)
		_, staff := w.member("Sofia", identity.Grant{Role: identity.FocalPoint, Agency: int64(agency)})
		_, colleague := w.member("Ruben", identity.Grant{Role: identity.FocalPoint, Agency: int64(agency)})
		person, ana := w.member("Ana", identity.Grant{})
		c, _ := w.statementsOf(agency, consultation.Opinions{})
		for _, body := range []string{"More trees, please.", "Trees before cars.", "=HYPERLINK of nothing"} {
			if _, err := w.s.Talk.Say(context.Background(), identity.Actor{ID: person.ID, Level: identity.Resident}, talk.Saying{Thing: c.ID, Body: body}); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Minute)
		}
		inbox := fmt.Sprintf("/admin/consultations/%d/contributions", c.ID)
		ana.get(inbox).want(403)
		staff.get(inbox).want(200, "0 of 3 contributions answered", "More trees, please.", "3 contributions")
		staff.get(inbox+"?q=trees").want(200, "2 contributions", "Trees before cars.")
		var parts []string
		w.write(func(tx *db.Tx) error {
			all, _, err := consultation.Contributions(tx, c.ID, consultation.Filter{Words: "trees"})
			parts = nil
			for _, one := range all {
				parts = append(parts, "part", one.String())
			}
			return err
		})
		colleague.get(inbox).want(200)
		staff.post(inbox, append(parts, "verdict", "accepted", "body", "")...).want(422, "Write the reasons", `checked`)
		staff.post(inbox, append(parts, "verdict", "accepted", "body", "Twelve trees are planted.")...).want(303)
		staff.follow().want(200, "They were answered", "2 of 3 contributions answered, 100% of them accepted")
		colleague.post(inbox, append(parts, "verdict", "rejected", "body", "No room for trees.")...).want(409, "2 of them have been answered meanwhile", "No room for trees.")
		staff.get(inbox+"?answered=yes").want(200, "2 contributions", "Accepted")
		table := "/consultations/the-road/dispositions"
		w.browser().get(table).want(200, "2 of 3 contributions answered", "Answer to 2 contributions", "Twelve trees are planted.", "More trees, please.")
		w.browser().get(table+".csv").want(200, "answer,verdict,contributions", ",accepted,2,", "Twelve trees are planted.")
		ana.get("/consultations/the-road/mine").want(200, "More trees, please.", "Twelve trees are planted.", "Not answered yet.")
		w.browser().get("/consultations/the-road/mine").want(303)
		w.browser().get("/consultations/the-road").want(200, "Twelve trees are planted.", "Official answer")
	})
}
