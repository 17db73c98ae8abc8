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

// draft is a form for a vote that opens in an hour, with what more says.
func (w *town) draft(agency, title string, more url.Values) url.Values {
	local := func(at time.Duration) string {
		return printWhen(w.clock.Now().Add(at), w.s.Instance.Current().Location())
	}
	all := url.Values{"agency": {agency}, "lang": {"es"}, "title": {title}, "summary": {"Elige."}, "level": {"1"}, "opens": {local(time.Hour)},
		"closes": {local(48 * time.Hour)}, "objections": {"10"}, "then": {"save"}}
	for name, v := range more {
		all[name] = v
	}
	return all
}

// drafted stores and publishes it, and returns where its staff look after it.
func (b *browser) drafted(form url.Values) string {
	b.w.Helper()
	b.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(303)
	desk := b.head.Get("Location")
	b.do("GET", desk, "").fill(desk+"/publish", nil).expect(303)
	return desk
}

// TestVoteByAreas drafts a budget of two areas and the whole town, and votes in one of them.
func TestVoteByAreas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Obras por zona", url.Values{"questions": {"3"}, "area_rule": {"one-and-city"}, "lot": {"committed"}})
		for i, area := range []string{"Norte", "Sur", ""} {
			at := "q" + string(rune('0'+i)) + "-"
			for name, value := range map[string]string{"area": area, "form": "knapsack", "rule": "greedy/1", "budget": "1000", "seats": "1", "blank": "yes", "ties": "cost,lot",
				"options": "2", "o0-title": "Luz " + area, "o0-cost": "600", "o1-title": "Banca " + area, "o1-cost": "600"} {
				form.Set(at+name, value)
			}
		}
		form.Set("q1-area", "")
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "There must be questions of at least two areas")
		form.Set("q1-area", "Sur")
		staff.drafted(form)
		clock.Advance(2 * time.Hour)
		const at = "/votes/obras-por-zona"
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", at+"/ballot", "").expect(200, "In which area do you vote?", "Norte", "Sur", "$1,000")
		voter.fill(at+"/ballot", url.Values{"then": {"area"}}).expect(422, "Choose an area")
		voter.fill(at+"/ballot", url.Values{"then": {"area"}, "area": {"2"}}).expect(200, "Your area:", "Luz Sur", "Review my vote")
		if strings.Contains(voter.body, "Luz Norte") {
			t.Error("the ballot of the south asks about the north")
		}
		voter.fill(at+"/ballot", url.Values{"then": {"other"}}).expect(200, "In which area do you vote?")
		voter.fill(at+"/ballot", url.Values{"then": {"area"}, "area": {"2"}})
		voter.fill(at+"/ballot", url.Values{"q1": {"luz-sur"}, "q2": {"luz", "banca"}}).expect(422, "over the budget by $200", "Luz Sur")
		voter.fill(at+"/ballot", url.Values{"q1": {"luz-sur"}, "q2": {"luz"}}).expect(200, "not cast yet", "Your area:", "Luz Sur")
		voter.fill(at+"/cast", nil).expect(303)
		voter.do("GET", voter.head.Get("Location"), "").expect(200, "We have received your vote")
		code := receiptCode.FindStringSubmatch(voter.body)[1]
		other := w.voter("Noé Norte", identity.Reachable)
		other.do("GET", at+"/ballot", "").fill(at+"/ballot", url.Values{"then": {"area"}, "area": {"1"}})
		other.fill(at+"/ballot", url.Values{"q0": {"luz-norte"}, "q2": {"banca"}})
		other.fill(at+"/cast", nil).expect(303)
		clock.Advance(49 * time.Hour)
		w.work()
		page := w.browser().do("GET", at+"/results", "").expect(200, "Turnout by area", "Norte", "The lot that breaks ties", "Its fingerprint was in the rules", "sha256sum")
		if strings.Contains(page.body, "stays open") || strings.Contains(page.body, "tag-warn\">Tied") {
			t.Error("a tie stays open although there is a lot")
		}
		w.browser().do("GET", at+"/check?code="+code, "").expect(200, "Your vote is in the count", "Sur", "Luz Sur")
		if says := w.browser().do("GET", at+"/check?code="+code, ""); strings.Contains(says.body, "Blank vote</strong>") {
			t.Error("the area in which nobody voted is shown as blank")
		}
		w.browser().do("GET", at+"/ballots/json", "").expect(200, `"ballot":[null,[["luz-sur",1]],[["luz",1]]]`)
		w.browser().do("GET", at+"/results.json", "").expect(200, `"seed"`)
	})
}

// TestRulesForInformation declares other ways of counting on the form, reads them among the rules, and sees
// on the result what they would give.
func TestRulesForInformation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Tres obras", url.Values{"questions": {"1"}, "q0-form": {"knapsack"}, "q0-rule": {"greedy/1"}, "q0-budget": {"100"}, "q0-seats": {"1"},
			"q0-blank": {"yes"}, "q0-also-borda": {"yes"}, "q0-also-greedy-ratio": {"yes"}, "q0-options": {"3"}, "q0-o0-title": {"Puente"}, "q0-o0-cost": {"100"},
			"q0-o1-title": {"Banca"}, "q0-o1-cost": {"50"}, "q0-o2-title": {"Luz"}, "q0-o2-cost": {"50"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "does not fit this ballot, or it is the one that decides")
		form.Del("q0-also-borda")
		desk := staff.drafted(form)
		staff.do("GET", desk+"/edit", "").expect(200, `name="q0-also-greedy-ratio" value="yes" checked`)
		w.browser().do("GET", "/votes/tres-obras/rules", "").expect(200, "For information, the result also shows what these would give", "They decide nothing")
		clock.Advance(2 * time.Hour)
		for i, code := range []string{"puente", "puente", "puente", "banca", "banca", "luz", "luz"} {
			voter := w.voter("Vera "+string(rune('A'+i)), identity.Reachable)
			voter.do("GET", "/votes/tres-obras/ballot", "").fill("/votes/tres-obras/ballot", url.Values{"q0": {code}}).expect(200)
			voter.fill("/votes/tres-obras/cast", nil).expect(303)
		}
		clock.Advance(48 * time.Hour)
		w.browser().do("GET", "/votes/tres-obras/results", "").expect(200, "What other ways of counting would give", "Only “By votes, skipping what does not fit”", "differs", "Why it differs")
	})
}

// TestValuedForms votes by scores, by grades and by a ranking with shared places.
func TestValuedForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Tres preguntas", url.Values{"questions": {"3"},
			"q0-title": {"Puntúa"}, "q0-form": {"score"}, "q0-rule": {"score/1"}, "q0-points": {"5"}, "q0-seats": {"1"}, "q0-options": {"2"}, "q0-o0-title": {"A"}, "q0-o1-title": {"B"},
			"q1-title": {"Califica"}, "q1-form": {"grades"}, "q1-rule": {"majority-judgment/1"}, "q1-seats": {"1"}, "q1-options": {"2"}, "q1-o0-title": {"C"}, "q1-o1-title": {"D"},
			"q2-title": {"Ordena"}, "q2-form": {"ranking"}, "q2-rule": {"borda/1"}, "q2-equal": {"yes"}, "q2-seats": {"1"}, "q2-none": {"yes"}, "q2-options": {"2"}, "q2-o0-title": {"E"}, "q2-o1-title": {"F"},
			"q0-majority": {"50"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "does not use this")
		form.Del("q0-majority")
		desk := staff.drafted(form)
		staff.do("GET", desk+"/edit", "").expect(200, "Excelente", `name="q2-none" value="yes" checked`)
		clock.Advance(2 * time.Hour)
		const at = "/votes/tres-preguntas"
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", at+"/ballot", "").expect(200, "Give each option 0 to 5 points", "Very good", "None of these", "Several may share a place")
		marks := url.Values{"q0.a": {"9"}, "q1.c": {"1"}, "q2.e": {"1"}, "q2.f": {"1"}, "q2.none-of-these": {"2"}}
		voter.fill(at+"/ballot", marks).expect(422, "Enter whole numbers from 0 to 5", `<option value="1" selected>Excellent`)
		marks.Set("q0.a", "0")
		marks.Set("q0.b", "4")
		voter.fill(at+"/ballot", marks).expect(200, "0 points", "4 points", "Excellent", "place 2")
		voter.fill(at+"/cast", nil).expect(303)
		clock.Advance(49 * time.Hour)
		w.work()
		w.browser().do("GET", at+"/results", "").expect(200, "average 4", "Median grade", "Excellent: 1", "To reject: 1", "None of these")
		w.browser().do("GET", at+"/ballots/json", "").expect(200, `[[["a",0],["b",4]],[["c",1]],[["e",1],["f",1],["none-of-these",2]]]`)
	})
}
