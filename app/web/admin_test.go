package web

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
	"tequio/data"
)

func TestAdministratorShapesTheInstance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		_, admin := w.member("Ada", identity.Grant{Role: identity.Administrator})
		admin.get("/admin").want(200, "You have nothing to do", "/admin/health", "/admin/people")

		admin.get("/admin/agencies/new").want(200, "New agency")
		admin.post("/admin/agencies/new", "title", " ", "summary", "We plant trees").want(422, "Error: ", "We plant trees</textarea>")
		admin.post("/admin/agencies/new", "title", "Trees", "summary", "We plant trees", "title_en", "Trees in English").want(303)
		trees := admin.head.Get("Location")
		admin.get(trees).want(200, "Trees in English", "Nobody has a role in this agency.")
		id := strings.TrimPrefix(trees, "/admin/agencies/")
		admin.post("/admin/agencies/new", "title", "Seedlings", "parent", id).want(303)
		seedlings := strings.TrimPrefix(admin.head.Get("Location"), "/admin/agencies/")
		admin.get(trees).post(trees, "title", "Trees", "parent", seedlings).want(422, "An agency cannot be below itself")
		admin.get("/admin/agencies").want(200, "Below Trees")

		form := []string{"name", "Our town", "zone", "America/Mexico_City", "currency", "mxn", "moderate_in", "48", "languages", "es", "languages", "en", "first_language", "es",
			"hue", "340", "tagline_en", "Together", "subjects", "Agua | Water\n", "places", ""}
		admin.get("/admin/instance").want(200, "Time zone")
		admin.post("/admin/instance", append(form, "then", "preview")...).want(200, "How the shades look")
		admin.post("/admin/instance", append(form, "hue", "many")...).want(303) // the first of two counts
		admin.get("/admin/instance").post("/admin/instance", append([]string{"hue", "many"}, form...)...).want(422, "Our town")
		admin.get("/admin/instance").want(200, "/admin/proposals/kinds", "Agua | Water | agua")
		if got := w.s.Instance.Current().Languages; len(got) != 2 || got[0] != "es" {
			t.Errorf("languages %v", got)
		}
		w.browser().get("/").want(200, "Our town", "Together", "/theme.css?v=")

		admin.get("/admin/pages").want(200, "Usual text")
		admin.get("/admin/pages/about/en").post("/admin/pages/about/en", "title", "About us", "body", "We are **many**.", "then", "preview").want(200, "<strong>many</strong>")
		admin.post("/admin/pages/about/en", "title", "About us", "body", "We are **many**.", "then", "save").to("/admin/pages")
		w.browser().get("/about?lang=en").want(200, "<strong>many</strong>")
		admin.get("/admin/pages/other/en").want(404)
		admin.get("/admin/pages/about/xx").want(404)
	})
}

func TestAudit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		eva, author := w.member("Eva Núñez", identity.Grant{})
		_, admin := w.member("Ada", identity.Grant{Role: identity.Administrator})
		shade := w.published("proposal", "Shade at the stops", eva.ID)
		for range auditPage {
			w.write(func(tx *db.Tx) error { return thing.Record(tx, eva.ID, "comment.say", shade.ID, "12345") })
		}
		author.get("/admin/audit").want(403)
		admin.get("/admin/audit").want(200, "Eva Núñez", "commented", "rel=\"next\"")
		if strings.Contains(admin.body, "12345") {
			t.Error("the audit shows an id that nobody has a use for")
		}
		admin.get(strings.ReplaceAll(admin.reads(`href="([^"]+)" rel="next"`), "&amp;", "&")).want(200, "published it")
		admin.get("/admin/audit?verb=proposal").want(200, "published it")
		admin.get("/admin/audit?who=nunez&where="+shade.Path()).want(200, "Shade at the stops")
		admin.get("/admin/audit?who=Nobody+at+all").want(200, "Nobody has that name.")
		admin.get("/admin/audit?where=/proposals/none").want(200, "There is no page at that address.")
		clock.Advance(time.Minute)
		w.write(func(tx *db.Tx) error { _, err := thing.Seal(tx); return err })
		admin.get("/admin/audit?seals=check").want(200, "The seals are whole.")
	})
}

func TestTodoIsTheAgencysOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		eva, author := w.member("Eva", identity.Grant{})
		water, trees := w.published("agency", "Water", 0), w.published("agency", "Trees", 0)
		for _, g := range []thing.Thing{water, trees} {
			w.write(func(tx *db.Tx) error {
				return thing.Create(tx, &thing.Thing{Kind: "vote", Agency: g.ID, Author: eva.ID, Title: "Vote of " + g.Title, Lang: "en", State: thing.Published,
					PublishedAt: tx.Now, ClosesAt: tx.Now.Add(48 * time.Hour)})
			})
		}
		_, editor := w.member("Editor", identity.Grant{Role: identity.Editor, Agency: int64(water.ID)})
		author.get("/admin").want(403)
		editor.get("/admin").want(200, "Vote of Water", "Closing within seven days")
		for _, hidden := range []string{"Vote of Trees", "/admin/health", "/admin/people"} {
			if strings.Contains(editor.body, hidden) {
				t.Errorf("an editor of one agency sees %q", hidden)
			}
		}
		editor.get("/admin/health").want(403)
	})
}

func TestHealth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock, func(s *Server) {
			s.Health = func(context.Context) []Finding {
				return []Finding{{"database", Good, fault.Message{Key: "health.database", Args: []any{"engine", "SQLite", "ms", int64(1)}}, ""},
					{"backup", Warn, fault.Message{Key: "health.backup.never"}, ""}, {"jobs", Bad, fault.Message{Key: "health.jobs.failing", Args: []any{"n", 2}}, "550 no"}}
			}
		})
		_, admin := w.member("Ada", identity.Grant{Role: identity.Administrator})
		admin.get("/admin/health").want(200, "SQLite; answers in 1 ms.", "None has been made yet.", "2 jobs fail.", "550 no", "There is 1 failure to mend.")
	})
}

func TestRolesByMailAndByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		eva, _ := w.member("eva", identity.Grant{})
		ada, admin := w.member("ada", identity.Grant{Role: identity.Administrator})
		_, moderator := w.member("mod", identity.Grant{Role: identity.Moderator})
		water := w.published("agency", "Water", 0)
		page := fmt.Sprintf("/admin/people/%d", eva.ID)

		admin.get("/admin/people?q=EVA").want(200, "1 person", page, "eva@example.org")
		moderator.get("/admin/people?q=eva").want(200, page)
		if strings.Contains(moderator.body, "eva@example.org") {
			t.Error("a moderator sees an e-mail address")
		}
		moderator.get("/admin/invite").want(403)
		admin.get(page).want(200, "They hold no role.")
		admin.post(page+"/give", "role", "editor", "agency", "0").want(422, "Error: ")
		admin.post(page+"/give", "role", "editor", "agency", fmt.Sprint(int64(water.ID))).to(page)
		admin.follow().want(200, "The role was given.", "Editor · Water")
		admin.post(page+"/take", "role", "editor", "agency", fmt.Sprint(int64(water.ID))).to(page)
		admin.follow().want(200, "They hold no role.")

		admin.post(page + "/factor").to(page)
		admin.follow().want(200, "The second step was forgotten")

		self := fmt.Sprintf("/admin/people/%d", ada.ID)
		admin.get(self).post(self+"/take", "role", "administrator", "agency", "0").want(422, "last administrator")
		moderator.get(page).post(page+"/give", "role", "administrator", "agency", "0").want(403)
		moderator.post(page+"/block", "act", "block", "code", "insult").want(422, "Explain why")
		moderator.post(page+"/block", "act", "block", "code", "insult", "reason", "Threats").to(page)
		moderator.follow().want(200, "Threats", "Restore the account")

		admin.get("/admin/invite").post("/admin/invite", "email", "no address", "role", "moderator", "agency", "0").want(422, "Error: ")
		admin.post("/admin/invite", "email", "new@example.org", "role", "moderator", "agency", "0").to("/admin/people")
		admin.follow().want(200, "The invitation is on its way.", "new@example.org")
		admin.get("/admin/outbox").want(200, "n…@example.org", "Waiting")
		admin.get("/admin/people").post(admin.reads(`action="(/admin/invite/\d+/cancel)"`)).to("/admin/people")
		admin.get("/admin/audit?verb=account").want(200, "gave a role to eva", "took a role from eva")

		clock.Advance(20 * time.Minute) // the confirmation has worn off
		admin.get(page).want(200, "/me/confirm?return=")
	})
}

func TestOutboxRetries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock, func(s *Server) { s.MailReady = func() bool { return false } })
		_, admin := w.member("ada", identity.Grant{Role: identity.Administrator})
		w.write(func(tx *db.Tx) error {
			if err := mail.Send(tx, mail.Message{To: "leo@example.org", Subject: "Your proposal", Text: "It was answered."}); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE mail SET state = 'failed', answer = '550 5.1.1 mailbox unavailable', tries = 6`)
			return err
		})
		admin.get("/admin/outbox").want(200, "No mail server is configured.", "550 5.1.1 mailbox unavailable", "l…@example.org", "It was answered.", "Failed")
		admin.post(admin.reads(`action="(/admin/outbox/\d+/retry)"`)).to("/admin/outbox")
		admin.follow().want(200, "Waiting")
	})
}

var recorded = regexp.MustCompile(`(?:Record\(tx, [^"\n]*|Verb: |verb :?= |e\.Verb, e\.Person = |Act\{[^"}]*Verb: )"([a-z]+\.[a-z.]+)"`)

// The audit has words for every verb that any room records.
func TestEveryVerbHasWords(t *testing.T) {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{"entry.valid": true, "entry.invalid": true, "entry.finalist": true, "entry.winner": true, "consultation.outcome": true}
	err = filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range recorded.FindAllStringSubmatch(string(b), -1) {
			found[m[1]] = true
		}
		return err
	})
	if err != nil || len(found) < 40 {
		t.Fatalf("%d verbs, %v", len(found), err)
	}
	for verb := range found {
		for _, l := range words.Languages() {
			v := &Visit{Lang: l}
			if v.done(verb, "Ana") == l.T("audit.other", "verb", verb) {
				t.Errorf("%s: nothing says %q", l.Tag(), verb)
			}
		}
	}
}
