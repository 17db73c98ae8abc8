package web

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/vote"
)

// colleague is another administrator.
func (w *town) colleague(name string) identity.ID {
	w.Helper()
	p := identity.Person{Name: name, Level: identity.Identified}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		return identity.Give(tx, p.ID, identity.Grant{Role: identity.Administrator}, 0)
	})
	return p.ID
}

// benchVote drafts and publishes a vote on three colours that opens in an hour and is open for two
// days, and returns its desk.
func (w *town) benchVote(staff *browser, agency string) (desk string) {
	w.Helper()
	local := func(at time.Duration) string {
		return printWhen(w.clock.Now().Add(at), w.s.Instance.Current().Location())
	}
	staff.do("GET", "/admin/votes/new", "").send("/admin/votes/new", url.Values{"agency": {agency}, "lang": {"en"}, "title": {"Colour of the benches"},
		"summary": {"Choose a colour."}, "level": {"1"}, "opens": {local(time.Hour)}, "closes": {local(49 * time.Hour)}, "objections": {"10"}, "questions": {"1"},
		"q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"}, "q0-blank": {"yes"}, "q0-ties": {"votes"}, "q0-options": {"3"},
		"q0-o0-title": {"Green"}, "q0-o1-title": {"Red"}, "q0-o2-title": {"Blue"}}).expect(303)
	desk = staff.head.Get("Location")
	staff.do("GET", desk, "").fill(desk+"/publish", nil).expect(303)
	return desk
}

const benches = "/votes/colour-of-the-benches"

// castFor has somebody cast a ballot.
func (w *town) castFor(name, code string) *browser {
	w.Helper()
	b := w.voter(name, identity.Reachable)
	b.do("GET", benches+"/ballot", "").fill(benches+"/ballot", url.Values{"q0": {code}}).expect(200)
	return b.fill(benches+"/cast", nil).expect(303)
}

// lastChange is the id of what was asked for last.
func (w *town) lastChange() (id string) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		n, err := db.One(tx, db.Value[int64], `SELECT max(id) FROM vote_change`)
		id = fmt.Sprint(n)
		return err
	})
	return id
}

func TestRulesAreShownAndChangeByTwoPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		desk, ada, bea := w.benchVote(staff, agency), w.colleague("Ada Primera"), w.colleague("Bea Segunda")
		clock.Advance(2 * time.Hour)
		staff, other := w.signedIn(ada, true), w.signedIn(bea, true)
		w.castFor("Vera Vota", "green")
		w.castFor("Otra Persona", "red")

		file := w.browser().do("GET", benches+"/rules.json", "").expect(200)
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(file.body)))
		reader := w.voter("Lea Lectora", identity.Reachable)
		for _, path := range []string{"", "/ballot", "/rules", "/check"} {
			reader.do("GET", benches+path, "").expect(200, sum, benches+"/rules.json")
		}
		reader.do("GET", benches+"/ballot", "").fill(benches+"/ballot", url.Values{"q0": {"blue"}}).expect(200, sum, inGroups(sum[:16]))
		reader.fill(benches+"/cast", nil).expect(303)
		reader.do("GET", benches+"/receipt", "").expect(200, sum)

		staff.do("GET", desk+"/changes", "").expect(200, "Extend the vote", "Annul the vote")
		if strings.Contains(staff.body, desk+"/changes/postpone") {
			t.Error("an open vote can be postponed")
		}
		staff.do("GET", desk+"/changes/postpone", "").expect(409, "its rules cannot change")
		later := printWhen(clock.Now().Add(72*time.Hour), w.s.Instance.Current().Location())
		staff.do("GET", desk+"/changes/extend", "").fill(desk+"/changes/extend", url.Values{"closes": {later}, "reason": {"short"}}).expect(422, "Enter a reason of 20 to", later)
		staff.fill(desk+"/changes/extend", url.Values{"closes": {"soon"}, "reason": {"The power failed in the whole town."}}).expect(422, "soon")
		staff.fill(desk+"/changes/extend", url.Values{"closes": {later}, "reason": {"The power failed in the whole town."}}).expect(303)
		staff.do("GET", desk+"/changes", "").expect(200, "Waiting for a second person", "You asked for it")
		first := w.lastChange()
		staff.do("GET", desk+"/changes/annul", "").send(desk+"/changes/"+first+"/confirm", nil).expect(403)
		other.do("GET", desk+"/changes", "").expect(200, "The power failed", "Ada Primera", "Confirm: extend the vote")
		other.fill(desk+"/changes/"+first+"/confirm", nil).expect(303)
		other.do("GET", desk+"/changes/annul", "").send(desk+"/changes/"+first+"/refuse", nil).expect(409, "decided on already")
		w.browser().do("GET", benches, "").expect(200, "The rules changed", "The vote was extended", "The power failed", "Asked for by Ada Primera, confirmed by Bea Segunda", sum)
		amended := w.browser().do("GET", benches+"/rules/1", "").expect(200, `"asked_by":"Ada Primera"`, `"kind":"extend"`)
		w.browser().do("GET", benches, "").expect(200, fmt.Sprintf("%x", sha256.Sum256([]byte(amended.body)))[:16])
		w.browser().do("GET", benches+"/rules/2", "").expect(404)
		w.browser().do("GET", benches+"/feed.atom", "").expect(200, "The rules changed: ", "The power failed in the whole town.")

		clock.Advance(time.Minute)
		var green string
		w.write(func(tx *db.Tx) error {
			v, err := vote.Find(tx, "colour-of-the-benches")
			green = fmt.Sprint(v.Questions[0].Options[0].ID)
			return err
		})
		staff.do("GET", desk+"/changes/withdraw", "").fill(desk+"/changes/withdraw", url.Values{"reason": {"The green paint is poisonous."}}).expect(422, "Choose the option")
		staff.fill(desk+"/changes/withdraw", url.Values{"option": {green}, "reason": {"The green paint is poisonous."}}).expect(303)
		other.do("GET", desk+"/changes", "").fill(desk+"/changes/"+w.lastChange()+"/confirm", nil).expect(303)
		reader.do("GET", benches+"/ballot", "").expect(200, "Withdrawn", "disabled")
		reader.fill(benches+"/ballot", url.Values{"q0": {"green"}}).expect(422, "was withdrawn from the vote")

		clock.Advance(73 * time.Hour)
		w.work()
		staff, other = w.signedIn(ada, true), w.signedIn(bea, true)
		w.browser().do("GET", benches+"/results", "").expect(200, "Withdrawn options", "Green", "The green paint is poisonous.", "The power failed", sum)
		staff.do("GET", desk+"/changes/annul", "").fill(desk+"/changes/annul", url.Values{"reason": {"Ballots were bought in the market."}}).expect(303)
		other.do("GET", desk+"/changes", "").fill(desk+"/changes/"+w.lastChange()+"/confirm", nil).expect(303)
		w.work()
		w.browser().do("GET", benches+"/results", "").expect(200, "Annulled", "Ballots were bought in the market.", "no result")
		w.browser().do("GET", benches, "").expect(200, "Annulled", "Ballots were bought in the market.")
		w.browser().do("GET", benches+"/results.json", "").expect(409)
		reader.do("GET", benches+"/ballot", "").expect(409, "This vote was annulled")
	})
}

// TestFromObjectionToCertificate is a result's way from provisional to certified, on pages.
func TestFromObjectionToCertificate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		desk, ada, bea := w.benchVote(staff, agency), w.colleague("Ada Primera"), w.colleague("Bea Segunda")
		clock.Advance(2 * time.Hour)
		w.castFor("Vera Vota", "green")
		clock.Advance(48 * time.Hour)
		w.work()
		const at = benches + "/objections"
		w.browser().do("GET", benches+"/results", "").expect(200, "Provisional result", "Object to the result")
		w.browser().do("GET", at, "").expect(200, "Sign in to object")
		lea := w.voter("Lea Lectora", identity.Reachable)
		lea.do("GET", at, "").fill(at, url.Values{"body": {""}}).expect(422, "Enter the text")
		lea.fill(at, url.Values{"body": {"The school was closed.\n\n<b>All day.</b>"}}).expect(303)
		lea.do("GET", at, "").expect(200, "The school was closed.", "&lt;b&gt;All day.", "Waits for an answer")
		w.browser().do("GET", benches+"/results", "").expect(200, "The school was closed.", "Lea Lectora")

		clock.Advance(11 * 24 * time.Hour)
		staff, other := w.signedIn(ada, true), w.signedIn(bea, true)
		w.browser().do("GET", at, "").expect(200, "The time to object is over")
		staff.do("GET", desk+"/certify", "").expect(200, "1 objection waits for an answer")
		staff.send(desk+"/certify", url.Values{"statement": {"It is right."}}).expect(409)
		var id string
		w.write(func(tx *db.Tx) error {
			n, err := db.One(tx, db.Value[int64], `SELECT id FROM vote_objection`)
			id = fmt.Sprint(n)
			return err
		})
		staff.do("GET", at, "").fill(at+"/"+id, url.Values{"outcome": {"rejected"}, "answer": {""}}).expect(422, "Enter the text")
		staff.fill(at+"/"+id, url.Values{"outcome": {"rejected"}, "answer": {"It was open from nine."}}).expect(303)
		staff.do("GET", desk+"/certify", "").fill(desk+"/certify", url.Values{"statement": {"I looked at everything."}}).expect(303)
		staff.do("GET", desk+"/certify", "").expect(200, "Another person is needed", "I looked at everything.")
		w.browser().do("GET", benches+"/results", "").expect(200, "not certified yet", "It was open from nine.")
		other.do("GET", desk+"/certify", "").fill(desk+"/certify", url.Values{"statement": {""}}).expect(422, "Enter what you state")
		other.fill(desk+"/certify", url.Values{"statement": {"So did I."}}).expect(303)
		w.browser().do("GET", benches+"/results", "").expect(200, "Certified result", "Ada Primera", "Bea Segunda", "So did I.", "Rejected")
		w.browser().do("GET", benches+"/feed.atom", "").expect(200, "Opened: Colour of the benches", "Closed: ", "There is a result: ", "Certified result: ", "1 entry, signed state",
			"localhost/votes/colour-of-the-benches")
		other.do("GET", desk+"/changes", "").expect(200, "Annul the vote")
		if strings.Contains(other.body, "Count again") {
			t.Error("a certified result can be counted again")
		}
	})
}
