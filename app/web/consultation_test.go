package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/job"
	"tequio/app/survey"
	"tequio/app/talk"
	"tequio/app/thing"
)

// consulting is a town whose consultations are wired as the application wires them.
func consulting(t *testing.T, d *db.DB, clock *dbtest.Clock) (*town, thing.ID) {
	w := newTown(t, d, clock, func(s *Server) {
		s.Consultations, s.Surveys, s.Talk = consultation.NewService(d), survey.NewService(d), talk.NewService(d)
		s.Consultations.Work(job.NewRunner(d))
		s.Talk.Guard(consultation.Kind, consultation.Guard)
		s.Talk.Guard(consultation.TopicKind, consultation.Guard)
	})
	var agency thing.ID
	w.write(func(tx *db.Tx) (err error) {
		agency, err = instance.StoreAgency(tx, 0, &instance.Agency{Thing: thing.Thing{Title: "Parks", Summary: "Parks and gardens", Lang: "en"}})
		return err
	})
	return w, agency
}

// A consultation from the empty form to its outcome, as its staff, a participant and a visitor see it.
func TestConsultationFromDraftToOutcome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, agency := consulting(t, d, clock)
		sofia, staff := w.member("Sofia", identity.Grant{Role: identity.FocalPoint, Agency: int64(agency)})
		_, ana := w.member("Ana", identity.Grant{})
		ana.get("/admin/consultations/new").want(403)

		staff.get("/admin/consultations/new").want(200, "New consultation", "Parks")
		staff.post("/admin/consultations/new", "agency", fmt.Sprint(agency), "title", "", "body", "What about the trees?").
			want(422, "Write a title", "What about the trees?")
		basics := []string{"agency", fmt.Sprint(agency), "lang", "en", "title", "Who looks after the shade?", "summary", "Ten rules on trees.",
			"body", "## Why now\n\nWe lose **180** trees a year."}
		staff.post("/admin/consultations/new", basics...).want(303)
		desk := staff.head.Get("Location")
		staff.follow().want(200, "We saved the draft.", "Missing", "Complete the list")
		w.browser().get("/consultations/who-looks-after-the-shade").want(404)
		staff.post(desk+"/publish", "at", "").want(422, "A contact")

		// noon in Mexico City on 23 November; open from tomorrow for a week
		dates := []string{"stage-kind", "questionnaire", "stage-name", "", "stage-opens", "2026-11-24T09:00", "stage-closes", "2026-12-01T18:00"}
		rest := []string{"deciding", "The rules", "undecided", "The money", "decider", "The council", "contact", "Efrain, 555 0101", "decision", "2026-12-20T12:00"}
		staff.get(desk + "/edit").want(200)
		staff.post(desk+"/edit", append(append(append([]string{}, basics...), rest...), "stage-kind", "questionnaire", "stage-opens", "2026-11-24T09:00", "stage-closes", "tomorrow")...).
			want(422, "Enter date and time like this", "tomorrow", "2026-11-24T09:00")
		staff.post(desk+"/edit", append(append(append([]string{}, basics...), rest...), dates...)...).to(desk)
		staff.follow().want(200, "At least one question")

		staff.get(desk + "/questions/new").want(200)
		staff.post(desk+"/questions/new", "form", "one", "label", "How many trees?", "required", "yes", "options", "One").want(422, "at least two options")
		staff.post(desk+"/questions/new", "form", "one", "label", "How many trees?", "required", "yes", "options", "One\nThree\n\nFive", "label-es", "¿Cuántos árboles?", "options-es", "Uno\nTres\nCinco").want(303)
		staff.follow()
		staff.post(desk+"/questions/new", "form", "long", "label", "Anything else?").want(303)
		staff.follow().want(200, "How many trees?", "Anything else?")
		staff.post(desk+"/topics/new", "title", "Historic trees", "body", "Which ones?", "stances", "yes").want(303)
		staff.follow().want(200, "Historic trees")
		staff.post(desk+"/words/es", "title", "¿Quién cuida la sombra?", "body", "## Por qué ahora").to(desk)
		staff.follow()
		staff.post(desk+"/publish", "at", "").to(desk)
		staff.follow().want(200, "The consultation is published.")

		page := "/consultations/who-looks-after-the-shade"
		visitor := w.browser()
		visitor.get("/consultations").want(200, "Who looks after the shade?", "Upcoming", "1 consultation")
		visitor.get(page).want(200, "Upcoming", "Parks", "<strong>180</strong>", "Efrain, 555 0101", "The money", "Historic trees", "Answer promised by")
		visitor.get(page+"?lang=es").want(200, "¿Quién cuida la sombra?", "Por qué ahora", "Texto original en English")
		ana.get(page+"/questionnaire").want(200, "You can answer from")

		clock.Advance(24 * time.Hour)
		visitor, staff = w.browser(), w.signedIn(sofia.ID, true)
		visitor.get(page).want(200, "Open", "Answer 2 questions", "7 days left")
		visitor.get(page+"/calendar.ics").want(200, "BEGIN:VCALENDAR\r\n", "SUMMARY:Consultation closes: Who looks after the shade?", "DTSTART:20261202T000000Z")
		visitor.get(page+"/questionnaire").want(200, "Sign in to answer", "How many trees?")
		ana.get(page+"/questionnaire").want(200, "Anything else?")
		field := ana.reads(`name="(q\d+)" value="1"`)
		long := ana.reads(`<textarea id="(q\d+)"`)
		ana.post(page+"/questionnaire", long, "I want a tree by the school").want(422, "Choose one option", `href="#`+field+`"`, "I want a tree by the school")
		ana.post(page+"/questionnaire/draft", long, "I want a").want(204)
		ana.get(page+"/questionnaire").want(200, "We go on where you left off", "I want a")
		ana.post(page+"/questionnaire", "then", "draft", long, "I want a tree by the school").to(page + "/questionnaire")
		visitor.get(page+"/results").want(409, "published when the questionnaire closes")
		ana.follow().want(200, "We saved your answers.")
		ana.post(page+"/questionnaire", field, "2", long, "I want a tree by the school").to(page + "/questionnaire/done")
		ana.follow().want(200, "We have received your answers", "Three", "I want a tree by the school", "You can change your answers until")
		ana.get(page).want(200, "Change your answers", "1 questionnaire answered")
		ana.post(page+"/questionnaire/draft", long, "other").want(409)
		staff.get(page+"/results").want(200, "You see everything", "100%", "I want a tree by the school")
		ana.get(page + "/results").want(409)
		ana.get("/topics/historic-trees").want(200, "Which ones?", "Open")

		staff.get(desk).want(200)
		staff.post(desk+"/outcome", "outcome", "Too early to say").want(409, "Too early to say")
		staff.get(desk)
		staff.post(desk+"/close", "reason", "").want(422, "Write the reason")
		staff.get(desk)
		staff.post(desk+"/close", "reason", "The law changed").to(desk)
		staff.follow().want(200, "waiting for your answer")

		visitor = w.browser()
		visitor.get(page).want(200, "This consultation is closed", "The law changed", "promised by")
		visitor.get(page+"/results").want(200, "few, not shown")
		if strings.Contains(visitor.body, "by the school") {
			t.Error("open answers are shown before the outcome")
		}
		ana.get(page + "/questionnaire")
		ana.get(page) // for the token
		ana.post(page+"/questionnaire", field, "3", long, "Much more to say about it").want(409, "Much more to say about it", "here for you to copy")

		clock.Set(time.Date(2026, 12, 23, 18, 0, 0, 0, time.UTC))
		staff = w.signedIn(sofia.ID, true)
		w.browser().get(page).want(200, "3 days late", "Answer late")
		staff.get(desk + "/outcome").want(200)
		staff.post(desk+"/outcome", "then", "preview", "outcome", "We plant **three**.").want(200, "<strong>three</strong>", "We plant **three**.")
		staff.post(desk+"/outcome", "outcome", "We plant **three**.").to(page)
		staff.follow().want(200, "We published the outcome.")
		w.browser().get(page).want(200, "<strong>three</strong>", "Answered")
		w.browser().get(page+"/results").want(200, "I want a tree by the school")
		staff.get(page+"/results.csv").want(200, "How many trees?", "Three,I want a tree by the school")
		w.browser().get("/consultations/export.csv").want(200, "Who looks after the shade?", "answered")
	})
}
