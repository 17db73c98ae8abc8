package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
)

func TestKindsOfProposals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		_, admin := w.member("Ada", identity.Grant{Role: identity.Administrator})
		anna, _ := w.neighbour("Anna", identity.Reachable)
		anna.get("/admin/proposals/kinds").want(403)
		anna.get("/proposals").want(200, "With 3 supporters, the authority answers within 10 days.")

		// the usual kind is there, and changed here
		admin.get("/admin/proposals/kinds").want(200, "Citizens&#39; proposal", "3 supporters")
		admin.get("/admin/proposals/kinds/usual").want(200, `name="threshold" value="3"`)
		usual := []string{"period", "30", "answer_days", "10", "sponsors", "0", "level", "1", "position", "0"}
		admin.post("/admin/proposals/kinds/usual", append([]string{"threshold", "many"}, usual...)...).want(422, "Enter a whole number")
		admin.post("/admin/proposals/kinds/usual", append([]string{"threshold", "0"}, usual...)...).want(422, "Enter a number greater than zero")
		admin.post("/admin/proposals/kinds/usual", append([]string{"threshold", "4"}, usual...)...).to("/admin/proposals/kinds")
		anna.get("/proposals").want(200, "With 4 supporters, the authority answers within 10 days.")
		admin.get("/admin/proposals/kinds/usual").post("/admin/proposals/kinds/usual/retire").want(409, "The usual kind cannot be retired.")

		shade := anna.propose("Shade at the stops")

		// a second kind asks questions of its own
		works := []string{"name_es", "Obra de barrio", "name_en", "Works", "about_en", "Something to build.", "threshold", "2", "period", "0", "answer_days", "5",
			"sponsors", "1", "level", "2", "position", "1", "checked", "yes", "ask_0_label_es", "Calle", "ask_0_label_en", "Street", "ask_0_form", "short", "ask_0_required", "yes",
			"ask_1_label_es", "Clase", "ask_1_form", "choice", "ask_1_options", "Bache | Pothole", "ask_2_label_es", "", "ask_2_form", "short"}
		admin.get("/admin/proposals/kinds/new").want(200, `name="ask_1_label_es"`)
		admin.post("/admin/proposals/kinds/new", works...).want(422, "between 2 and 50 options", `value="Obra de barrio"`)
		works[len(works)-5] = "Bache | Pothole\nLuz | Light"
		admin.post("/admin/proposals/kinds/new", works...).to("/admin/proposals/kinds")
		admin.follow().want(200, "/admin/proposals/kinds/obra-de-barrio", "1 sponsor first", "read before it is published")
		admin.get("/admin/proposals/kinds/obra-de-barrio").want(200, "Bache | Pothole | bache", `value="Street"`, `name="ask_3_label_es"`)

		// authors choose; the list is narrowed
		anna.get("/proposals/new").want(200, "Choose which kind", "/proposals/new?kind=obra-de-barrio", "Something to build.")
		anna.get("/proposals/new?kind=obra-de-barrio").want(200, "/proposals/new/title?kind=obra-de-barrio", "1 person must stand behind it", "A moderator reads it")
		anna.get("/proposals/new/title?kind=obra-de-barrio").want(200, `name="kind" value="obra-de-barrio"`)
		anna.post("/proposals/new/title", "kind", "obra-de-barrio", "title", "Paint the old bridge").want(303)
		anna.get("/proposals?kind=usual").want(200, shade)
		if anna.get("/proposals?kind=obra-de-barrio"); strings.Contains(anna.body, shade) {
			t.Error("the list of one kind shows another's proposals")
		}

		// what is retired is no longer offered, and offered again
		admin.post("/admin/proposals/kinds/obra-de-barrio/retire").to("/admin/proposals/kinds")
		anna.get("/proposals/new").want(200, "/proposals/new/title")
		anna.get("/proposals/new/title").post("/proposals/new/title", "kind", "obra-de-barrio", "title", "Paint the new bridge").want(409, "no longer taken")
		admin.follow().want(200, "Retired").post("/admin/proposals/kinds/obra-de-barrio/retire", "again", "yes").want(303)
		anna.get("/proposals/new").want(200, "/proposals/new?kind=obra-de-barrio")
	})
}

// TestFromSponsorsToCarriedOut takes a proposal of a demanding kind through its whole life.
func TestFromSponsorsToCarriedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		_, admin := w.member("Ada", identity.Grant{Role: identity.Administrator})
		moID, mo := w.member("Mo", identity.Grant{Role: identity.Moderator})
		ana, anaID := w.neighbour("Ana Ruiz", identity.Reachable)
		eva, _ := w.neighbour("Eva Luna", identity.Resident)
		staff, luis, agency := w.official("Luis Rey", "Movilidad")
		admin.get("/admin/proposals/kinds/usual").post("/admin/proposals/kinds/usual", "threshold", "1", "period", "30", "answer_days", "10", "sponsors", "1",
			"level", "1", "position", "0", "checked", "yes", "happens_en", "The council puts it to a vote.").want(303)

		// it looks for a sponsor by a secret link
		handed := ana.propose("Shade at the stops")
		ana.follow().want(200, "Share the link", "0</span>", "Nobody stands behind it yet")
		link := ana.reads(`value="http://localhost(/proposals/sponsor/[A-Z0-9]+)"`)
		base := strings.TrimSuffix(handed, "handed")
		ana.get(base + "check").to(handed)
		ana.get(base + "text").to(handed)
		w.browser().get(link).want(200, "Ana Ruiz asks you", "/login?return=")
		ana.get(link).want(200, "others must stand behind it")
		w.browser().get("/proposals/sponsor/nothing").want(404)
		eva.get(link).post(link).to(link)
		eva.follow().want(200, "You stand behind it. Thank you!")

		// a moderator sends it back, and lets it through the second time
		const path = "/proposals/shade-at-the-stops"
		ana.get(path).want(200, "A moderator reads it", "Take it back to change it")
		mo.get(path).want(200, "Being read by moderation")
		eva.get(path).want(404)
		var id thing.ID
		w.write(func(tx *db.Tx) error {
			t, err := thing.Find(tx, "proposal", "shade-at-the-stops")
			id = t.ID
			return err
		})
		say := func(verb, why string) {
			w.write(func(tx *db.Tx) error { return thing.Record(tx, moID.ID, verb, id, why) })
		}
		say("thing.return", "Say which stops.")
		ana.get(path).to(base + "check")
		eva.get(path).want(404)
		ana.get(base+"check").want(200, "Moderation sent it back to you", "Say which stops.")
		ana.post(base + "publish").to(handed)
		eva.get(link).post(link).to(link)
		say("thing.pass", "")
		w.browser().get(path).want(200, "Collecting support", "The council puts it to a vote.", "backed from the start by Eva Luna")

		// one support is enough; it is answered, promised, late and done
		eva.get(path).post(path + "/support").to(path)
		w.browser().get(path).want(200, "1, of them 1 verified resident.", "The authority&#39;s deadline", "days left to answer")
		staff.get(path).post(path+"/agency", "agency", fmt.Sprint(agency)).to(path)
		staff.get(path+"/followup").want(409, "Nothing was promised")
		staff.get(path).post(fmt.Sprintf("/things/%d/answers", id), "verdict", "accepted", "body", "Yes.", "due", "2026-12-01", "return", path).to(path)
		eva.get(path).want(200, "It has an official answer. It takes no more support")
		eva.post(path + "/unsupport").want(409)
		eva.get(path + "/followup").want(403)
		clock.Advance(11 * 24 * time.Hour)
		w.browser().get(path).want(200, "What was promised is 3 days late")
		staff, ana = w.signedIn(luis, true), w.signedIn(anaID, false)
		staff.get(path).want(200, "There is no news yet.").get(path+"/followup").want(200, "How does it go?")
		staff.post(path+"/followup", "state", "done").want(422, "Write what was done")
		staff.post(path+"/followup", "state", "done", "body", "All **eight** stops have shade.").to(path)
		w.browser().get(path).want(200, "Carried out", "<strong>eight</strong>", "Done")
		w.browser().get(path+"/feed.atom").want(200, "Shade at the stops: Done")
		w.browser().get("/proposals?state=done").want(200, path)
		w.browser().get("/proposals/export.json").want(200, `"carried_out": "2026-12-04T18:00:00Z"`, `"residents": 1`, `"kind": "usual"`)
		w.work()
		ana.get("/me/notices").want(200, "What was promised in “Shade at the stops” is carried out")
	})
}
