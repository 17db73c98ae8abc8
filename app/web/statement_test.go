package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
)

// statementsOf stores a consultation whose statements open now, for two days.
func (w *town) statementsOf(agency thing.ID, o consultation.Opinions, bodies ...string) (c consultation.Consultation, ids []int64) {
	w.Helper()
	now := w.clock.Now()
	w.write(func(tx *db.Tx) error {
		author := identity.Person{Name: "Editor", Level: identity.Identified}
		if err := identity.Insert(tx, &author); err != nil {
			return err
		}
		c = consultation.Consultation{Body: "B", Deciding: "D", Decider: "W", Contact: "C", DecisionAt: now.Add(240 * time.Hour), Opinions: o,
			Stages: []thing.Stage{{Kind: consultation.Statements, OpensAt: now, ClosesAt: now.Add(48 * time.Hour)}}}
		c.Agency, c.Author, c.Title, c.Summary, c.Lang, c.State, c.PublishedAt = agency, author.ID, "The road", "S", "en", thing.Published, now
		if err := consultation.Insert(tx, &c); err != nil {
			return err
		}
		for _, body := range bodies {
			s := consultation.Statement{Of: c.ID, Author: author.ID, Official: true, Lang: "en", Body: body, State: consultation.Shown}
			if err := consultation.InsertStatement(tx, &s); err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	return c, ids
}

// People say whether they agree, with a browser alone and with an account; they change their mind, add a
// statement, and read what became of it.
func TestPeopleSayWhetherTheyAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, agency := consulting(t, d, clock)
		_, staff := w.member("Sofia", identity.Grant{Role: identity.FocalPoint, Agency: int64(agency)})
		c, ids := w.statementsOf(agency, consultation.Opinions{Add: true}, "Lower the speed on the road.", "Keep the parking places.")
		at := "/consultations/the-road/statements"
		w.browser().get("/consultations/the-road").want(200, "Say what you think", at)
		visitor := w.browser()
		visitor.get(at+fmt.Sprintf("?statement=%d", ids[0])).want(200, "Lower the speed", "0 of 2 answered", "this browser has one voice", "Sign in to add")
		visitor.post(at+"/vote", "statement", fmt.Sprint(ids[0]), "say", "agree").want(303)
		visitor.follow().want(200, "Keep the parking places.", "1 of 2 answered", "What you said of 1 statement", `aria-pressed="true"`)
		visitor.post(at+"/vote", "statement", fmt.Sprint(ids[1]), "say", "pass").want(303)
		visitor.follow().want(200, "You have answered them all", "2 of 2 answered")
		visitor.post(at+"/vote", "statement", fmt.Sprint(ids[1]), "say", "disagree", "again", "yes").want(303)
		visitor.follow().want(200, `id="mine" open`)
		visitor.get(at)
		visitor.post(at+"/vote", "statement", fmt.Sprint(ids[1]), "say", "perhaps").want(422)
		var disagree int64
		w.write(func(tx *db.Tx) (err error) {
			disagree, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM statement_vote WHERE say = -1`)
			return err
		})
		if disagree != 1 {
			t.Errorf("%d disagree", disagree)
		}
		other := w.browser()
		other.get(at).want(200, "0 of 2 answered")

		_, ana := w.member("Ana", identity.Grant{})
		ana.get(at).want(200, "Is something missing?")
		ana.post(at, "statement", "short").want(422, "Write at least 10 characters", "short")
		ana.post(at, "statement", "Plant trees along the road.").want(303)
		ana.follow().want(200, "Your statement will be read by staff", "Staff have not read it yet")
		desk := fmt.Sprintf("/admin/consultations/%d/statements", c.ID)
		ana.get(desk).want(403)
		staff.get(desk).want(200, "1 statement waits for you", "Plant trees along the road.")
		_, after, _ := strings.Cut(staff.body, `href="`+desk+"/")
		id, _, _ := strings.Cut(after, `"`)
		staff.get(desk+"/"+id).want(200, "Refuse a statement")
		staff.post(desk+"/"+id, "then", "refuse", "reason", "").want(422, "Say why you refuse it")
		staff.post(desk+"/"+id, "then", "refuse", "reason", "It is about another road.").want(303)
		ana.get(at).want(200, "It was refused:", "It is about another road.")
		staff.get(desk).want(200, "1 refused statement")
		staff.post(desk+"/"+id, "then", "show").want(303)
		staff.follow().want(200, "3 statements that people are asked about")
		staff.post(desk, "statement", "One more thing to think about.\nAnd another thing to think about.").want(303)
		staff.get(desk)
		staff.post(desk, "statement", "tiny").want(422, "Write at least 10 characters")
		staff.post(desk+"/settings", "least", "3").want(422, "People are taking part already")
		staff.post(desk+"/settings", "least", "0", "after", "yes").want(303)
		w.browser().get("/consultations/the-road/map").want(200, "The map will be shown when the statements have closed")
		clock.Advance(49 * time.Hour)
		w.browser().get(at).want(200, "The statements have closed")
		late := w.browser()
		late.get("/consultations/the-road/map").want(200, "The map is drawn when 50 people")
		late.get("/consultations/the-road/map.json").want(404)
	})
}

// TestOpinionMapPage shows a map of sixty people of two camps: groups with their statements, the table, the
// open data; and nothing of who is where.
func TestOpinionMapPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, agency := consulting(t, d, clock)
		var bodies []string
		for i := range 9 {
			bodies = append(bodies, fmt.Sprintf("Statement of the trial number %d.", i))
		}
		bodies = append(bodies, "=A statement on which all agree.")
		c, ids := w.statementsOf(agency, consultation.Opinions{}, bodies...)
		w.write(func(tx *db.Tx) error {
			random := rand.New(rand.NewPCG(1, 2))
			for voter := range 60 {
				voice, err := consultation.InsertVoice(tx, c.ID, 0, fmt.Appendf(nil, "browser %d", voter))
				if err != nil {
					return err
				}
				for i, id := range ids {
					say := int8(1)
					if (voter%2 == 0) == (i%2 == 0) && i < 9 {
						say = -1
					}
					if i < 9 && random.IntN(10) == 0 {
						say = 0
					}
					if err := consultation.PutVote(tx, c.ID, voice, id, say); err != nil {
						return err
					}
				}
			}
			return nil
		})
		w.browser().get("/consultations/the-road/map").want(200, "The map is drawn when 50 people")
		if err := w.s.Consultations.DrawMap(context.Background(), c.ID); err != nil {
			t.Fatal(err)
		}
		v := w.browser()
		v.get("/consultations/the-road/map").want(200, "60 people have said 600 times", "60 of them without an account", "Group A", "Group B", "30 people",
			"The groups are clear", "The map shows 2 groups.", "It stands nearest to group B.", "What most share", "=A statement on which all agree.", "of the others")
		if strings.Contains(v.body, "Group C") || strings.Contains(v.body, "browser 1") {
			t.Error("the page shows more than there is")
		}
		v.get("/consultations/the-road/map.json").want(200, `"participants": 60`, `"group_informed_consensus"`)
		if strings.Contains(v.body, "members") {
			t.Error("the open data say who is in which group")
		}
		v.get("/consultations/the-road/statements.csv").want(200, "statement,text,language,agree,disagree,pass,A_agree", "'=A statement on which all agree.,en,60,0,0,30,0,0,30,0,0")
		v.get("/consultations/the-road").want(200, "See the opinion map")
		w.browser().get("/consultations/nowhere/map").want(404)
	})
}
