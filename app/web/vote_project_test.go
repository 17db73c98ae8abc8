package web

import (
	"bytes"
	"image"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/media"
)

// TestProjectsAreReviewed takes projects through their technical review: only those found feasible are
// on the ballot, the others are shown with the reason.
func TestProjectsAreReviewed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Obras revisadas", url.Values{"questions": {"1"}, "q0-form": {"projects"}, "q0-rule": {"greedy/1"}, "q0-budget": {"1000"}, "q0-seats": {"1"},
			"q0-blank": {"yes"}, "q0-reviewed": {"yes"}, "q0-options": {"3"}, "q0-o0-title": {"Luz"}, "q0-o0-cost": {"600"}, "q0-o1-title": {"Banca"}, "q0-o1-cost": {"300"},
			"q0-o2-title": {"Puente"}, "q0-o2-cost": {"900"}, "q0-o2-place": {"El arroyo"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(303)
		desk := staff.head.Get("Location")
		staff.do("GET", desk, "").fill(desk+"/publish", nil).expect(422, "At least two projects must be feasible")
		review := func(code, state, reason string) *browser {
			return staff.do("GET", desk+"/projects/"+code, "").fill(desk+"/projects/"+code, url.Values{"review": {state}, "reason": {reason}})
		}
		staff.do("GET", desk+"/projects", "").expect(200, "Puente", "Received")
		review("puente", "not-feasible", "").expect(422, "Explain why it is not feasible")
		review("puente", "not-feasible", "El terreno es privado.").expect(303)
		review("luz", "feasible", "").expect(303)
		review("banca", "feasible", "").expect(303)
		staff.do("GET", desk+"/projects/otra", "").expect(404)
		staff.do("GET", desk, "").fill(desk+"/publish", nil).expect(303)
		review("luz", "in-review", "").expect(422, "At least two projects must be feasible")

		// Editing keeps what the reviews said.
		form.Set("q0-o0-code", "luz")
		form.Set("q0-o1-code", "banca")
		form.Set("q0-o2-code", "puente")
		staff.do("GET", desk+"/edit", "").expect(200, "Puente").send(desk+"/edit", form).expect(303)
		const at = "/votes/obras-revisadas"
		w.browser().do("GET", at, "").expect(200, "1 project that is not on the ballot", "El terreno es privado.", "Not feasible")
		w.browser().do("GET", at+"/projects/puente", "").expect(200, "This project is not on the ballot", "El terreno es privado.", "El arroyo", "$900")
		w.browser().do("GET", at+"/projects/luz", "").expect(200, "Feasible", "$600")
		w.browser().do("GET", at+"/projects/otra", "").expect(404)
		w.browser().do("GET", at+"/rules", "").expect(200, "Only projects that the technical review found feasible", "There are 2 options", "SHA-256")
		clock.Advance(2 * time.Hour)
		staff = w.administrator("Ana Alcaldesa")
		if page := staff.do("GET", desk+"/projects/luz", "").expect(200, "its rules are frozen"); strings.Contains(page.body, `name="review"`) {
			t.Error("a review can be changed while people vote")
		}
		staff.send(desk+"/projects/luz", url.Values{"review": {"received"}}).expect(409)
		voter := w.voter("Vera Vota", identity.Reachable)
		if page := voter.do("GET", at+"/ballot", "").expect(200, "Luz", "See the project"); strings.Contains(page.body, "Puente") {
			t.Error("a project that is not feasible is on the ballot")
		}
		voter.fill(at+"/ballot", url.Values{"q0": {"puente"}}).expect(422, "not of this vote")
		voter.fill(at+"/ballot", url.Values{"q0": {"luz"}}).fill(at+"/cast", nil).expect(303)
		clock.Advance(49 * time.Hour)
		w.work()
		w.browser().do("GET", at+"/results", "").expect(200)
		w.browser().do("GET", at+"/projects/luz", "").expect(200, "What became of it", "Funded")
	})
}

// TestLotDrawnInPublic leaves a tie open until two people have entered the same numbers.
func TestLotDrawnInPublic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Empate", url.Values{"questions": {"1"}, "lot": {"ceremony"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"},
			"q0-ties": {"lot"}, "q0-options": {"2"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}})
		desk := staff.drafted(form)
		clock.Advance(2 * time.Hour)
		const at = "/votes/empate"
		w.browser().do("GET", at+"/rules", "").expect(200, "After the close numbers are drawn in public")
		for _, code := range []string{"sol", "luna"} {
			voter := w.voter("Vera "+code, identity.Reachable)
			voter.do("GET", at+"/ballot", "").fill(at+"/ballot", url.Values{"q0": {code}}).fill(at+"/cast", nil).expect(303)
		}
		w.administrator("Rosa Regidora").do("GET", desk+"/lot", "").expect(200, "after the close and the count")
		clock.Advance(49 * time.Hour)
		staff = w.administrator("Rosa Regidora")
		w.work()
		w.browser().do("GET", at+"/results", "").expect(200, "a tie that the rules do not resolve", "The public drawing is still to come")
		enter := func(b *browser, numbers string) *browser {
			return b.do("GET", desk+"/lot", "").fill(desk+"/lot", url.Values{"numbers": {numbers}})
		}
		enter(staff, "1 2 3").expect(422, "Enter 6 to 60 numbers", "1 2 3")
		enter(staff, "4 1 6 3 2 x").expect(422, "is no number")
		enter(staff, "4 1 6 3 2 5").expect(303)
		enter(staff, "4 1 6 3 2 5").expect(303) // the same person twice is one person
		staff.do("GET", desk+"/lot", "").expect(200, "Another person has yet to enter")
		second := w.administrator("Ana Alcaldesa")
		if page := second.do("GET", desk+"/lot", "").expect(200, "Another person has entered"); strings.Contains(page.body, "4 1 6 3 2 5</code>") {
			t.Error("the second person is told what the first entered")
		}
		enter(second, "4,1,6,3,2,6").expect(303)
		second.do("GET", desk+"/lot", "").expect(200, "They do not agree", "4 1 6 3 2 6")
		w.browser().do("GET", at+"/results", "").expect(200, "a tie that the rules do not resolve")
		enter(second, " 4-1-06-3-2-5 ").expect(303)
		second.do("GET", desk+"/lot", "").expect(200, "Two people entered the same", "4 1 6 3 2 5")
		w.browser().do("GET", at+"/results", "").expect(200, "The winner: ", "4 1 6 3 2 5", "sha256sum")
		staff.do("GET", desk+"/lot", "").send(desk+"/lot", url.Values{"numbers": {"1 1 1 1 1 1"}}).expect(409, "The lot has been drawn")
	})
}

// administrator is one more person who may do everything.
func (w *town) administrator(name string) *browser {
	w.Helper()
	p := identity.Person{Name: name, Level: identity.Identified}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		return identity.Give(tx, p.ID, identity.Grant{Role: identity.Administrator}, 0)
	})
	return w.signedIn(p.ID, true)
}

// TestOptionPictures gives an option a picture, which its ballot and its page show with its words.
func TestOptionPictures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		var err error
		if w.s.Media, err = media.NewService(d, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		desk := staff.drafted(w.draft(agency, "Logotipo", url.Values{"questions": {"1"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"},
			"q0-options": {"2"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}}))
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
			t.Fatal(err)
		}
		at := desk + "/projects/sol"
		send := func(name, content, alt string) *browser {
			return staff.do("GET", at, "").expect(200, "Picture").sendFile(at, "picture", name, content, url.Values{"alt": {alt}})
		}
		send("sol.png", drawn.String(), "").expect(422, "Describe the picture")
		send("sol.csv", "a,b\n1,2\n", "Un sol").expect(422, "Choose a picture")
		send("sol.png", drawn.String(), "Un sol con rayos").expect(303)
		staff.do("GET", desk+"/projects", "").expect(200, "with a picture")
		clock.Advance(2 * time.Hour)
		shown := regexp.MustCompile(`<img class="option-picture" src="(/files/[^"]+)" alt="Un sol con rayos" width="40" height="30"`)
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", "/votes/logotipo/ballot", "").expect(200)
		m := shown.FindStringSubmatch(voter.body)
		if m == nil || !shown.MatchString(w.browser().do("GET", "/votes/logotipo", "").body) {
			t.Fatalf("the picture is not shown: %.3000s", voter.body)
		}
		w.browser().do("GET", m[1], "").expect(200)
		w.browser().do("GET", "/votes/logotipo/projects/sol", "").expect(200, "Un sol con rayos")
	})
}

// TestRulesOfEqualShares declares a budget with all parameters of equal shares on the form, and reads
// them in words.
func TestRulesOfEqualShares(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Por partes", url.Values{"questions": {"1"}, "electorate": {"200"}, "q0-form": {"projects"}, "q0-rule": {"equal-shares/1"}, "q0-budget": {"1000"},
			"q0-seats": {"1"}, "q0-blank": {"yes"}, "q0-ties": {"cost,votes"}, "q0-minimum_share": {"2.5"}, "q0-quorum_share": {"1/3"}, "q0-utility": {"points"}, "q0-completion": {"add1"},
			"q0-stop": {"overspend"}, "q0-increment": {"2.50"}, "q0-options": {"2"}, "q0-o0-title": {"Luz"}, "q0-o0-cost": {"600"}, "q0-o1-title": {"Banca"}, "q0-o1-cost": {"300"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "It needs ballots that give points")
		form.Set("q0-utility", "cardinality")
		form.Set("q0-completion", "greedy")
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "It needs money added step by step")
		form.Set("q0-completion", "add1")
		desk := staff.drafted(form)
		staff.do("GET", desk+"/edit", "").expect(200, `value="2.5"`, `value="1/3"`, `<option value="overspend" selected>`, `value="2.5"`)
		w.browser().do("GET", "/votes/por-partes/rules", "").expect(200, "each project is worth the same", "increased little by little", "Each step adds $2.50",
			"at least 2.5 % of the votes cast", "at least 1/3 of the register", "An option needs")
	})
}
