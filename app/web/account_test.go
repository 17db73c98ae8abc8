package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"

	"github.com/pquerna/otp/totp"
)

func TestFirstAdministratorSetsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		b := w.browser()
		b.get("/setup/nothing").want(410)
		link, err := w.s.People.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(link, "http://localhost")
		b.get(path).want(200, "First administrator").post(path, "name", "", "email", "ana").want(422, "Write your name", "Write an e-mail address")
		b.post(path, "name", "Ana Ruiz", "email", "ana@pueblo.example").to("/me/factor?return=/admin")
		b.follow().want(200, "Scan this code", "<path d=\"M4 4h7v1h-7z")
		sealed := b.reads(`name="sealed" value="([^"]+)"`)
		key := strings.ReplaceAll(b.reads(`<code>([A-Z2-7 ]+)</code>`), " ", "")
		b.post("/me/factor", "sealed", sealed, "code", "000000", "return", "/admin").want(422, "The code is not right", key[:4])
		code, err := totp.GenerateCode(key, clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		before := b.cookies["sid"]
		b.post("/me/factor", "sealed", sealed, "code", code, "return", "/admin").want(200, "Your recovery codes", `href="/admin"`)
		if n := strings.Count(b.body, "<li><code>"); n != 10 || b.cookies["sid"] == before {
			t.Fatalf("%d codes, token changed: %v", n, b.cookies["sid"] != before)
		}
		recovery := b.reads(`<li><code>([a-z0-9-]+)</code>`)
		b.get(path).want(410)
		b.get("/me/factor").want(200, "10 recovery codes left")
		b.post("/me/factor/remove").want(409, "cannot remove")
		b.post("/logout").to("/")

		c := b.ask("ana@pueblo.example", "/about")
		b.post("/login/code", "c", c, "code", w.digits("ana@pueblo.example")).want(303)
		if b.cookies["sid"] != "" {
			t.Fatal("signed in without the second step")
		}
		b.follow().want(200, "Second step")
		ticket := b.reads(`name="t" value="([^"]+)"`)
		b.post("/login/factor", "t", ticket, "code", code).want(422, "The code is not right")
		b.post("/login/factor", "t", ticket, "code", recovery).to("/about")
		b.follow().want(200, "Ana Ruiz")
	})
}

func TestConfirmAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana := identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}
		w.write(func(tx *db.Tx) error { return identity.Insert(tx, &ana) })
		b := w.signedIn(ana.ID, false)
		b.get("/me/account/ways").to("/me/confirm?return=%2Fme%2Faccount%2Fways")
		b.follow().want(200, "Send a code to ana@pueblo.example").post("/me/confirm/send", "return", "/me/account/ways").want(303)
		b.follow().want(200, "We sent a code")
		c, before := b.reads(`name="c" value="([^"]+)"`), b.cookies["sid"]
		b.post("/me/confirm", "c", c, "code", w.digits("ana@pueblo.example"), "return", "/me/account/ways").to("/me/account/ways")
		if b.cookies["sid"] == before {
			t.Fatal("the token stayed the same")
		}
		b.follow().want(200, "Change the e-mail address")
		b.post("/me/account/email", "email", "nueva@pueblo.example").want(303)
		b.follow().want(200, "Type the code")
		c = b.reads(`name="c" value="([^"]+)"`)
		b.post("/me/account/email/code", "c", c, "code", w.digits("nueva@pueblo.example")).to("/me/account")
		b.follow().want(200, "nueva@pueblo.example")
		clock.Advance(time.Hour)
		b.post("/me/account/unlink", "issuer", "email").want(403, "/me/confirm?return=%2Fme%2Faccount")
	})
}

func TestAccountPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana := identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}
		w.write(func(tx *db.Tx) error { return identity.Insert(tx, &ana) })
		w.browser().get("/me/account").to("/login?return=%2Fme%2Faccount")
		b, other := w.signedIn(ana.ID, false), w.signedIn(ana.ID, false)
		b.get("/me/account").want(200, "Level 1", "This one", "Firefox · Linux")
		b.post("/me/account", "name", "x").want(422, "Write your name")
		b.post("/me/account", "name", "Ana R.", "lang", "xx", "place", "nowhere").to("/me/account")
		b.follow().want(200, "Ana R.", "Your changes are saved.")
		end := b.reads(`action="(/me/account/sessions/\d+/end)"`)
		b.post(end).to("/me/account")
		other.get("/me").to("/login?return=%2Fme")
		third := w.signedIn(ana.ID, false)
		b.get("/me/account").post("/me/account/sessions/end").to("/me/account")
		third.get("/me").to("/login?return=%2Fme")
		b.get("/me").want(200, "My participation", "Nothing yet")
	})
}

// What somebody did is shown, can be downloaded, and goes with the account but for what was published.
func TestDeedsDataAndDeletion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana := identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}
		on := thing.Thing{Kind: "consultation", Title: "Trees on Main Street", Lang: "en", State: thing.Published, PublishedAt: dbtest.Start}
		draft := thing.Thing{Kind: "proposal", Title: "Not yet said", Lang: "en"}
		w.write(func(tx *db.Tx) error {
			if err := identity.Insert(tx, &ana); err != nil {
				return err
			}
			draft.Author = ana.ID
			for _, t := range []*thing.Thing{&on, &draft} {
				if err := thing.Create(tx, t); err != nil {
					return err
				}
			}
			if err := talk.InsertComment(tx, &talk.Comment{Thing: on.ID, Author: ana.ID, Body: "More shade, please", HTML: "<p>More shade, please</p>"}); err != nil {
				return err
			}
			for _, table := range []string{"support", "follow"} {
				level := map[string]string{"support": ", level", "follow": ""}[table]
				if _, err := tx.Exec(fmt.Sprintf(`INSERT INTO %s (thing_id, person_id, at%s) VALUES ($1, $2, $3%s)`, table, level, strings.Replace(level, ", level", ", 1", 1)),
					on.ID, ana.ID, tx.Now); err != nil {
					return err
				}
			}
			if err := thing.Add(tx, on.ID, thing.Supports, 1); err != nil {
				return err
			}
			return thing.Add(tx, on.ID, thing.Followers, 1)
		})
		b := w.signedIn(ana.ID, true)
		b.get("/me").want(200, "Trees on Main Street", "More shade, please", "Not yet said", "What you support", "And my votes?")
		b.get("/me/data").want(200, "More shade, please", "ana@pueblo.example")
		var all map[string][]map[string]any
		if err := json.Unmarshal([]byte(b.body), &all); err != nil || len(all["support"]) != 1 {
			t.Fatal(err, all["support"])
		}
		b.get("/me/delete").want(200, "It cannot be undone").post("/me/delete").to("/")
		if b.cookies["sid"] != "" || b.head.Get("Clear-Site-Data") == "" {
			t.Fatal("still signed in")
		}
		b.follow().want(200, "Your account and your personal data are deleted.")
		b.get("/pages/privacy").want(200, "Accounts deleted by their owners")
		w.write(func(tx *db.Tx) error {
			got, err := thing.Get(tx, on.ID)
			if err != nil || got.Supports != 0 || got.Followers != 0 {
				t.Errorf("%+v %v", got, err)
			}
			d, err := thing.Get(tx, draft.ID)
			if err != nil || d.Title != "" {
				t.Errorf("%+v %v", d, err)
			}
			said, err := talk.By(tx, ana.ID, 0, 5)
			if err != nil || len(said) != 1 || said[0].AuthorName != "" {
				t.Errorf("%+v %v", said, err)
			}
			return nil
		})
	})
}

func TestInvitation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana := identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}
		w.write(func(tx *db.Tx) error {
			if err := identity.Insert(tx, &ana); err != nil {
				return err
			}
			return w.s.People.Invite(tx, "eva@pueblo.example", identity.Moderator, 0, ana.ID, "en")
		})
		b := w.browser()
		link := "/invite/" + strings.Fields(strings.SplitN(w.mailed("eva@pueblo.example"), "/invite/", 2)[1])[0]
		b.get(link).want(200, "moderator", "eva@pueblo.example").post("/login", "email", "eva@pueblo.example", "return", "/me/account").want(303)
		b.follow()
		b.post("/login/code", "c", b.reads(`name="c" value="([^"]+)"`), "code", w.digits("eva@pueblo.example")).want(303)
		b.follow()
		b.post("/login/join", "t", b.reads(`name="t" value="([^"]+)"`), "seen", b.reads(`name="seen" value="([^"]+)"`), "name", "Eva Luna", "rules", "yes").to("/me/account")
		b.follow().want(200, "moderator", "Your work here needs a second step")
		b.get(link).want(410, "expired or was accepted")
	})
}
