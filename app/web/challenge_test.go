package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/media"
	"tequio/app/search"
	"tequio/app/thing"
)

// challenging is a town with one open challenge and its people.
type challenging struct {
	*town
	agency, id     thing.ID
	ana, luis      *browser
	staff, admin   *browser
	anaID, staffID identity.ID
	day            func(n float64) time.Time
	path           string
}

func newChallenging(t *testing.T, d *db.DB, clock *dbtest.Clock, sealed bool) *challenging {
	t.Helper()
	files, err := media.NewService(d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &challenging{town: newTown(t, d, clock, func(s *Server) {
		s.Media, s.Challenges = files, challenge.NewService(d, files)
		s.Search = search.NewService(d, []string{"es", "en"}, map[thing.Kind]search.Source{challenge.Kind: challenge.Texts})
	})}
	w.day = func(n float64) time.Time { return dbtest.Start.Add(time.Duration(n * 24 * float64(time.Hour))) }
	w.write(func(tx *db.Tx) (err error) {
		w.agency, err = instance.StoreAgency(tx, 0, &instance.Agency{Thing: thing.Thing{Title: "Transport", Summary: "Buses", Lang: "en"}})
		return err
	})
	stage := func(kind string, from, to float64) thing.Stage {
		return thing.Stage{Kind: kind, OpensAt: w.day(from), ClosesAt: w.day(to)}
	}
	c := challenge.Challenge{Thing: thing.Thing{Agency: w.agency, Lang: "en", Title: "Shade at the stops", Summary: "Nine of 62 have a roof", State: thing.Published,
		PublishedAt: w.day(-1), Slug: "shade"}, Body: "The **sun**", Success: "Eight degrees less", Prize: 80_000_00, Currency: "MXN", Eligibility: "Anyone", Rights: "Yours",
		Privacy: "Only the name", Declaration: "The idea is ours.", Finalists: 2, Winners: 1, Sealed: sealed, Criteria: []challenge.Criterion{{Name: "Shade", Weight: 60}, {Name: "Cost", Weight: 40}},
		Stages: []thing.Stage{stage(challenge.Questions, -1, 5), stage(challenge.Entries, -1, 10), stage(challenge.Evaluation, 10, 20), stage(challenge.Decision, 20, 21)}}
	w.write(func(tx *db.Tx) error { return challenge.Insert(tx, &c) })
	w.id, w.path = c.ID, c.Path()
	var ana identity.Person
	ana, w.ana = w.member("Ana", identity.Grant{})
	_, w.luis = w.member("Luis", identity.Grant{})
	w.anaID = ana.ID
	var oscar identity.Person
	oscar, w.staff = w.member("Oscar", identity.Grant{Role: identity.FocalPoint, Agency: int64(w.agency)})
	w.staffID = oscar.ID
	_, w.admin = w.member("Rosa", identity.Grant{Role: identity.Administrator})
	return w
}

// file is a file in a form.
type file struct{ name, body string }

// sendFiles posts a form with files, as a browser without scripts does.
func (b *browser) sendFiles(path string, files []file, pairs ...string) *browser {
	b.w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if token := csrfValue.FindStringSubmatch(b.body); token != nil {
		m.WriteField("csrf", token[1])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.WriteField(pairs[i], pairs[i+1])
	}
	for _, f := range files {
		part, err := m.CreateFormFile("files", f.name)
		if err != nil {
			b.w.Fatal(err)
		}
		part.Write([]byte(f.body))
	}
	m.Close()
	was := b.header["Content-Type"]
	b.header["Content-Type"] = m.FormDataContentType()
	b.do("POST", path, body.String())
	if b.header["Content-Type"] = was; was == "" {
		delete(b.header, "Content-Type")
	}
	return b
}

func (w *challenging) fields(b *browser, title string) []string {
	w.Helper()
	b.get(w.path+"/enter").want(200, "Your solution", "The idea is ours.")
	mark := b.reads(`name="declaration" value="([0-9a-f]{16})"`)
	return []string{"team", "The Two", "title", title, "summary", "Cheap clay shade", "body", "Four posts. A text long enough to be lost.", "links", "https://example.org Plans", "declaration", mark}
}

func TestEnterAChallenge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newChallenging(t, d, clock, true)
		w.browser().get("/challenges").want(200, "Shade at the stops", "Taking entries", "$80,000")
		w.browser().get(w.path).want(200, "60%", "Next: Evaluation", "Only the name", "Send a solution")
		w.browser().get(w.path + "/enter").to("/login?return=%2Fchallenges%2Fshade%2Fenter")

		ana := w.ana
		full := w.fields(ana, "Clay roof")
		ana.post(w.path+"/enter/draft", "team", "The Two", "title", "Saved by itself").want(204)
		ana.get(w.path+"/enter").want(200, "Saved by itself", "0 of 1 ticked")
		ana.sendFiles(w.path+"/enter", []file{{"page.html", "<!doctype html><script>1</script>"}}, full...).want(422, "We do not take", "page.html", "A text long enough to be lost.")
		ana.sendFiles(w.path+"/enter", []file{{"photo.jpg", "%PDF-1.4 x"}}, full...).want(422, "something other than its name")
		ana.sendFiles(w.path+"/enter", []file{{"big.txt", strings.Repeat("a", media.FileMost+1)}}, full...).want(413, "over 10 MB", "A text long enough to be lost.")
		ana.sendFiles(w.path+"/enter", []file{{"plans.txt", "four posts"}, {"costs.csv", "a,b\n1,2\n"}}, full...).to(w.path + "/enter/sent")
		ana.follow().want(200, "We have your solution", "plans.txt", "costs.csv")
		code := ana.reads(`<code>([0-9a-f]{64})</code>`)
		ana.get(w.path+"/enter/receipt.json").want(200, `"team":"The Two"`)
		if sum := sha256.Sum256([]byte(ana.body)); hex.EncodeToString(sum[:]) != code {
			t.Error("the receipt's code is not that of what was sent")
		}
		ana.get(w.path+"/enter").want(200, "Send the changes", "https://example.org Plans", "plans.txt")
		ana.get(w.path).want(200, "Your entry", "Clay roof", "Change my solution")

		late := w.fields(w.luis, "Too late")
		clock.Set(w.day(10).Add(time.Second))
		w.luis.sendFiles(w.path+"/enter", []file{{"x.txt", "x"}}, late...).want(409, "Entries have closed", "A text long enough to be lost.")
		w.luis.sendFiles(w.path+"/enter/withdraw", nil).want(422)
	})
}

// A sealed entry is read by its author alone until entries have closed, whatever the way.
func TestSealedEntriesStaySealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newChallenging(t, d, clock, true)
		secret := "Xochitlantli"
		w.ana.sendFiles(w.path+"/enter", []file{{"plans.txt", "four posts"}}, w.fields(w.ana, secret)...).to(w.path + "/enter/sent")
		var e challenge.Entry
		w.write(func(tx *db.Tx) (err error) { e, err = challenge.EntryBy(tx, w.id, w.anaID); return err })
		if strings.Contains(e.Slug, strings.ToLower(secret)) {
			t.Error("the address tells the title")
		}
		own := []string{e.Path(), e.Path() + "/feed.atom", e.Files[0].Path(), w.path + "/enter/receipt.json"}
		open := []string{"/", "/feed.atom", "/challenges", "/challenges/feed.atom", "/challenges/export.csv", "/challenges/export.json", w.path, w.path + "/feed.atom",
			"/search?q=" + secret, "/agencies/transport", "/agencies/transport/feed.atom", "/admin/challenges", "/me/notices", "/me", "/admin", "/admin/audit", "/admin/hidden",
			deskChallenge(w.id), deskChallenge(w.id) + "/entries"}
		readers := map[string]*browser{"visitor": w.browser(), "participant": w.luis, "staff": w.staff, "administrator": w.admin}
		look := func(sealed bool) {
			t.Helper()
			for who, b := range readers {
				for _, path := range own {
					b.get(path)
					if b.code == 200 == sealed && path != w.path+"/enter/receipt.json" || strings.Contains(b.body, secret) && sealed {
						t.Errorf("%s gets %d from %s (sealed: %v)", who, b.code, path, sealed)
					}
				}
				for _, path := range open {
					if b.get(path); strings.Contains(strings.ReplaceAll(b.body, `value="`+secret+`"`, ""), secret) && sealed && !strings.HasPrefix(path, "/search") {
						t.Errorf("%s reads the title at %s", who, path)
					}
					if strings.Contains(b.body, e.Slug) && sealed {
						t.Errorf("%s finds the entry at %s", who, path)
					}
				}
			}
		}
		look(true)
		w.ana.get(e.Path()).want(200, secret, "Only you can see it until")
		w.ana.get(e.Files[0].Path()).want(200, "four posts")
		if got := w.ana.head.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="plans.txt"`) {
			t.Errorf("Content-Disposition: %s", got)
		}
		if got := w.ana.head.Get("Content-Security-Policy"); !strings.Contains(got, "sandbox") || w.ana.head.Get("Cache-Control") != "private, no-store" {
			t.Errorf("headers of a sealed file: %s, %s", got, w.ana.head.Get("Cache-Control"))
		}
		w.write(func(tx *db.Tx) error {
			listed, _, err := thing.Things(tx, thing.Query{Kind: challenge.EntryKind, Now: tx.Now})
			if len(listed) > 0 {
				t.Error("lists show a sealed entry")
			}
			return err
		})
		clock.Set(w.day(10).Add(challenge.Grace))
		readers["staff"], readers["administrator"] = w.signedIn(w.staffID, true), w.browser()
		look(false)
		w.browser().get(w.path).want(200, secret)
	})
}

func TestAskAndAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newChallenging(t, d, clock, false)
		w.browser().get(w.path).want(200, "Sign in to ask")
		w.ana.get(w.path).want(200, "Your question")
		w.ana.post(w.path+"/questions", "question", "").want(422, "Write your question")
		w.ana.post(w.path+"/questions", "question", "May it be of palm?").to(w.path + "#questions")
		w.ana.follow().want(200, "May it be of palm?", "only you see it")
		if b := w.luis.get(w.path); strings.Contains(b.body, "palm") || !strings.Contains(b.body, "1 question waits") {
			t.Error("others read a question that is not answered")
		}
		if _, err := w.s.Challenges.AnswerQuestion(context.Background(), w.actor("Oscar"), w.question(), "Yes, **palm** is fine."); err != nil {
			t.Fatal(err)
		}
		if b := w.browser().get(w.path).want(200, "May it be of palm?", "<strong>palm</strong> is fine"); strings.Contains(b.body, "Ana") {
			t.Error("the page tells who asked")
		}
	})
}

func (w *challenging) question() (id int64) {
	w.write(func(tx *db.Tx) error {
		all, err := challenge.QuestionsOf(tx, w.id)
		id = all[0].ID
		return err
	})
	return id
}

// actor is one of the staff, as their session tells.
func (w *challenging) actor(string) identity.Actor {
	a, err := w.s.Sessions.Actor(context.Background(), identity.Token(w.staff.cookies["sid"]))
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// A challenge from the empty form to its decision, as its staff, two entrants and visitors see it.
func TestChallengeFromDraftToDecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newChallenging(t, d, clock, false)
		w.ana.get("/admin/challenges").want(403)
		w.staff.get("/admin/challenges").want(200, "Shade at the stops", "New challenge")
		w.staff.get("/admin/challenges/new").want(200, "Transport")
		basics := []string{"agency", thingNumber(w.agency), "lang", "en", "title", "Quiet buses", "summary", "Half the noise", "body", "They are **loud**", "declaration", "Ours",
			"finalists", "2", "winners", "1", "criterion", "Noise", "criterion-weight", "60", "criterion", "Cost", "criterion-weight", "30", "data", "https://example.org/noise.csv | Noise | CSV | CC BY"}
		w.staff.sendFiles("/admin/challenges/new", nil, append([]string{"prize", "a lot"}, basics...)...).want(422, "Write an amount of money", "They are **loud**", "https://example.org/noise.csv")
		w.staff.sendFiles("/admin/challenges/new", []file{{"rules.pdf", "%PDF-1.4\n1 0 obj"}}, append([]string{"prize", "250,000"}, basics...)...).want(303)
		desk := w.staff.head.Get("Location")
		w.staff.follow().want(200, "The weights of the criteria must make 100", "The dates for entries are missing", "Who may enter is missing")
		w.staff.post(desk+"/publish").want(422, "How success is measured is missing")
		w.browser().get("/challenges/quiet-buses").want(404)
		w.staff.get("/challenges/quiet-buses").want(200, "Preview", "$250,000", "rules.pdf")

		basics[len(basics)-3] = "40"
		rest := []string{"prize", "250,000", "success", "30 dB", "eligibility", "Anyone", "rights", "Yours", "privacy", "Names", "sealed", "yes",
			"stage-questions-opens", "2026-11-24T09:00", "stage-questions-closes", "2026-11-27T09:00", "stage-entries-opens", "2026-11-24T09:00",
			"stage-entries-closes", "2026-12-01T18:00", "stage-decision-opens", "2026-12-10T09:00", "stage-decision-closes", "2026-12-11T09:00"}
		w.staff.get(desk+"/edit").want(200, "rules.pdf")
		w.staff.sendFiles(desk+"/edit", nil, append(append([]string{}, rest...), basics...)...).to(desk)
		w.staff.follow().want(200, "Nothing is missing")
		w.staff.get(desk+"/words/es").want(200, "Quiet buses")
		w.staff.post(desk+"/words/es", "title", "Camiones callados", "declaration", "Es nuestra").to(desk)
		w.staff.follow()
		w.staff.post(desk+"/publish", "at", "2026-11-24T08:00").to(desk)
		w.browser().get("/challenges/quiet-buses").want(404)
		clock.Set(w.day(1))
		w.browser().get("/challenges/quiet-buses").want(200, "Quiet buses", "Noise", "60%")
		w.browser().get("/challenges/quiet-buses?lang=es").want(200, "Camiones callados")
		w.browser().get("/search?q=callados").want(200, "/challenges/quiet-buses")

		w.path = "/challenges/quiet-buses"
		w.ana.get(w.path + "/enter")
		mark := w.ana.reads(`name="declaration" value="([0-9a-f]{16})"`)
		entry := []string{"team", "Nut", "title", "Silent bearings", "summary", "Felt", "body", "Felt pads", "declaration", mark}
		w.ana.sendFiles(w.path+"/enter", nil, entry...).to(w.path + "/enter/sent")
		w.luis.get(w.path + "/enter")
		entry[3], entry[1] = "Rubber", "Bolt"
		w.luis.sendFiles(w.path+"/enter", nil, entry...).to(w.path + "/enter/sent")
		w.staff = w.signedIn(w.staffID, true)
		if b := w.staff.get(desk+"/entries").want(200, "2 entries received", "Entries can be read and judged from"); strings.Contains(b.body, "Rubber") {
			t.Error("the board shows a sealed entry")
		}
		clock.Set(w.day(9))
		w.staff = w.signedIn(w.staffID, true)
		w.staff.get(desk+"/entries").want(200, "Silent bearings", "Rubber")
		first := w.staff.reads(`(?s)id="e(\d+)"[^>]*><summary><span>Silent bearings`)
		second := w.staff.reads(`(?s)id="e(\d+)"[^>]*><summary><span>Rubber`)
		w.staff.post(desk+"/entries/"+second, "validity-"+second, "invalid", "reason-"+second, "").want(422, "Write why it is not valid")
		w.staff.post(desk+"/entries/"+second, "validity-"+second, "invalid", "reason-"+second, "No plans").want(303)
		w.staff.get(desk + "/entries")
		w.staff.post(desk+"/entries/"+first, "validity-"+first, "valid").want(303)
		w.staff.get(desk + "/entries")
		w.staff.post(desk+"/finalists", "act", "finalists").want(422, "Choose at least one entry")
		w.staff.post(desk+"/finalists", "act", "finalists", "finalist", first).want(303)
		w.browser().get(w.path).want(200, "Finalists", "Silent bearings")
		w.staff.get(desk + "/entries")
		w.staff.post(desk+"/decision", "outcome", "won", "text", "A text long enough to be lost").want(422, "Choose at least one first place", "A text long enough to be lost")
		w.staff.post(desk+"/decision", "outcome", "won", "text", "It is **quieter**.", "place-"+first, "1").want(303)
		w.browser().get(w.path).want(200, "there is a winner", "Silent bearings", "Place 1")
		w.browser().get(w.path+"/decision").want(200, "<strong>quieter</strong>", "No plans", "Not valid")
		w.staff.get(desk+"/entries").want(200, "Read the whole decision")
	})
}
