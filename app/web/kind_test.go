package web

import (
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
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
