package web

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/vote"
)

// auditor is a voter with an address by which staff can name them.
func (w *town) auditor(name, email string) *browser {
	w.Helper()
	p := identity.Person{Name: name, Email: email, Level: identity.Identified}
	w.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return w.signedIn(p.ID, false)
}

// TestSealedVote drafts a vote whose ballots are sealed, casts, and has an auditor check and say so.
func TestSealedVote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		ana, beto := w.auditor("Ana Ruiz", "ana@pueblo.example"), w.auditor("Beto Lara", "beto@pueblo.example")
		form := w.draft(agency, "Comité de agua", url.Values{"questions": {"1"}, "disclosure": {"sealed"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"},
			"q0-seats": {"1"}, "q0-blank": {"yes"}, "q0-options": {"2"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}})
		staff.do("GET", "/admin/votes/new", "").expect(200, "How the ballots are published", "Sealed: shuffled")
		staff.send("/admin/votes/new", form).expect(422, "Name two different people")
		form.Set("auditors", "ana@pueblo.example\nnobody@pueblo.example")
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(422, "Nobody has an account here with the address", "nobody@pueblo.example</textarea>")
		form.Set("auditors", "ana@pueblo.example\nbeto@pueblo.example")
		desk := staff.drafted(form)
		staff.do("GET", desk+"/edit", "").expect(200, "ana@pueblo.example")
		const at = "/votes/comite-de-agua"
		w.browser().do("GET", at+"/rules", "").expect(200, "published shuffled and without codes", "Ana Ruiz, Beto Lara")
		clock.Advance(2 * time.Hour)
		ana.do("GET", at+"/audit", "").expect(200, "The file will be here from the close on")
		ana.do("GET", at+"/audit/pairs.jsonl", "").expect(409, "from the close")
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", at+"/ballot", "").fill(at+"/ballot", url.Values{"q0": {"sol"}})
		voter.fill(at+"/cast", nil).expect(303)
		voter.do("GET", voter.head.Get("Location"), "").expect(200, "shuffled, apart from the codes")
		code := receiptCode.FindStringSubmatch(voter.body)[1]
		clock.Advance(49 * time.Hour)
		w.work()
		found := w.browser().do("GET", at+"/check?code="+code, "").expect(200, "Your vote is in the count", "is not published beside its code")
		if strings.Contains(found.body, "What the vote says") || strings.Contains(found.body, "Sol") {
			t.Error("the page of a code tells what a sealed ballot says")
		}
		list := w.browser().do("GET", at+"/ballots/json", "").expect(200, `{"ballot":[[["sol",1]]]}`)
		if strings.Contains(list.body, "commitment") {
			t.Error("the list of ballots tells commitments")
		}
		w.browser().do("GET", at+"/ballots/csv", "").expect(200, "1,1,sol,1")
		voter.do("GET", at+"/audit", "").expect(404)
		voter.do("GET", at+"/audit/pairs.jsonl", "").expect(404)
		pairs := ana.do("GET", at+"/audit/pairs.jsonl", "").expect(200, `"nonce":"`, `"ballot":[[["sol",1]]]`).body
		archive := w.browser().do("GET", at+"/archive.zip", "").expect(200).body
		ok, err := vote.Verify(strings.NewReader(archive), int64(len(archive)), vote.Asked{Pairs: bytes.NewReader([]byte(pairs))}, func(f vote.Finding) {
			if f.Verdict == vote.Failed {
				t.Error(f.Text)
			}
		})
		if !ok || err != nil {
			t.Error(ok, err)
		}
		ana.do("GET", at+"/audit", "").expect(200, "--sealed comite-de-agua-sealed.jsonl")
		ana.fill(at+"/audit", url.Values{"statement": {"Bien."}}).expect(422, "Write between 20 and 2,000 letters", "Bien.</textarea>")
		ana.fill(at+"/audit", url.Values{"statement": {"La boleta publicada es la que se emitió."}}).expect(303)
		ana.do("GET", at+"/audit", "").expect(200, "What you published")
		w.browser().do("GET", at+"/results", "").expect(200, "What the auditors found", "La boleta publicada es la que se emitió.", "Has not yet published")
		clock.Advance(11 * 24 * time.Hour)
		w.work()
		beto.do("GET", at+"/audit", "").expect(200, "The file was destroyed together with the keys")
		beto.do("GET", at+"/audit/pairs.jsonl", "").expect(409, "until the period for objections ends")
	})
}

// TestFewVotersAreWarnedOf shows staff what checkable ballots of very few people can give away.
func TestFewVotersAreWarnedOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		form := w.draft(agency, "Jurado", url.Values{"questions": {"1"}, "disclosure": {"checkable"}, "electorate": {"19"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"},
			"q0-seats": {"1"}, "q0-options": {"2"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}})
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(303)
		staff.do("GET", staff.head.Get("Location"), "").expect(200, "Very few people can vote")
		form.Set("title", "Colonia")
		form.Set("electorate", "20")
		staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", form).expect(303)
		if staff.do("GET", staff.head.Get("Location"), ""); strings.Contains(staff.body, "Very few") {
			t.Error("twenty people are called very few")
		}
	})
}
