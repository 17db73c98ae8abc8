package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// TestRehearsalIsMarkedAndHidden rehearses a vote: every page says what it is, no list does, somebody with
// the address votes in it, and at the opening it is gone.
func TestRehearsalIsMarkedAndHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Dos bancas", url.Values{"questions": {"1"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"}, "q0-blank": {"yes"},
			"q0-options": {"2"}, "q0-o0-title": {"Norte"}, "q0-o1-title": {"Sur"}})
		form.Set("opens", printWhen(clock.Now().Add(9*time.Hour), w.s.Instance.Current().Location()))
		desk := staff.drafted(form)
		staff.do("GET", desk, "").expect(200, "Rehearse the vote")
		staff.fill(desk+"/rehearsal", url.Values{"lasts": {"72h0m0s"}}).expect(422, "The vote opens before such a rehearsal would end")
		staff.do("GET", desk, "").fill(desk+"/rehearsal", url.Values{"lasts": {"1h0m0s"}}).expect(303)
		tend := staff.head.Get("Location")
		staff.do("GET", tend, "").expect(200, "Ensayo: Dos bancas", "This is a rehearsal of “Dos bancas”", "nothing here counts")
		staff.do("GET", desk, "").expect(200, "Go to the rehearsal", "Erase it now")
		_, after, _ := strings.Cut(staff.body, `href="/votes/rehearsal-`)
		slug, _, _ := strings.Cut(after, `"`)
		at := "/votes/rehearsal-" + slug

		voter := w.voter("Vera Vota", identity.Reachable)
		const mark = `class="rehearsal-bar"`
		voter.do("GET", at, "").expect(200, mark, `content="noindex"`)
		voter.do("GET", at+"/ballot", "").expect(200, mark).fill(at+"/ballot", url.Values{"q0": {"norte"}}).expect(200, mark)
		voter.fill(at+"/cast", nil).expect(303)
		voter.do("GET", voter.head.Get("Location"), "").expect(200, mark, "Ensayo: Dos bancas")
		nobody := w.browser()
		for _, page := range []string{"", "/rules", "/check", "/results", "/objections"} {
			nobody.do("GET", at+page, "").expect(200, mark)
			nobody.do("GET", at+page, "").expect(200, mark) // as it is kept
		}
		for _, list := range []string{"/", "/votes", "/votes/feed.atom", "/feed.atom", "/sitemap.xml", "/votes/export.json", "/search?q=bancas", "/admin/votes"} {
			who := nobody
			if list == "/admin/votes" {
				who = staff
			}
			if who.do("GET", list, ""); strings.Contains(who.body, slug) || strings.Contains(who.body, "Ensayo: Dos") {
				t.Errorf("%s shows the rehearsal", list)
			}
		}
		if nobody.do("GET", "/votes/dos-bancas", ""); strings.Contains(nobody.body, mark) {
			t.Error("the vote itself is marked")
		}
		clock.Advance(9 * time.Hour)
		for _, page := range []string{"", "/rules", "/results", "/archive.zip", "/log/checkpoint", "/log/checkpoints.jsonl", "/log/inclusion/0"} {
			nobody.do("GET", at+page, "").expect(404)
		}
		staff = w.administrator("Carla Reyes") // the others' sessions are over
		staff.do("GET", tend, "").expect(404)
		staff.do("GET", desk, "").expect(200)
		if strings.Contains(staff.body, "Go to the rehearsal") || strings.Contains(staff.body, "Rehearse the vote") {
			t.Error("a vote that is open is rehearsed")
		}
	})
}

// TestRehearsalIsErasedAtOnce erases it with the button.
func TestRehearsalIsErasedAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Dos bancas", url.Values{"questions": {"1"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"}, "q0-blank": {"yes"},
			"q0-options": {"2"}, "q0-o0-title": {"Norte"}, "q0-o1-title": {"Sur"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(303)
		desk := staff.head.Get("Location")
		staff.do("GET", desk, "").fill(desk+"/rehearsal", url.Values{"lasts": {"15m0s"}}).expect(303)
		tend := staff.head.Get("Location")
		staff.do("GET", desk, "").fill(desk+"/rehearsal/wipe", nil).expect(303)
		staff.do("GET", desk, "").expect(200, "The rehearsal was erased", "Begin a rehearsal")
		staff.do("GET", tend, "").expect(404)
	})
}
