package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/identity/provider"
	"tequio/app/identity/provider/optest"
)

// mailed returns what the newest mail to an address says.
func (w *town) mailed(to string) (text string) {
	w.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		text, err = db.One(tx, db.Value[string], `SELECT text FROM mail WHERE recipient = $1 ORDER BY id DESC LIMIT 1`, to)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return text
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

func (w *town) digits(to string) string { w.Helper(); return sixDigits.FindString(w.mailed(to)) }

// ask has a code mailed and leaves the browser on the page that asks for it.
func (b *browser) ask(email, to string) string {
	b.w.Helper()
	b.get("/login?return="+url.QueryEscape(to)).want(200, "Send me the code").post("/login", "email", email, "return", to).want(303)
	b.follow().want(200, "Type the code", email)
	return b.reads(`name="c" value="([^"]+)"`)
}

func TestLoginByMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		b := w.browser()
		b.get("/login").post("/login", "email", "ana at home").want(422, "Error: Sign in", "Write an e-mail address", "ana at home")
		c := b.ask("ana@pueblo.example", "/about")
		b.post("/login/code", "c", c, "code", "12").want(422, "Type the six digits")
		b.post("/login/code", "c", c, "code", w.digits("ana@pueblo.example")).want(303)
		b.follow().want(200, "Create your account", "Treat other")
		ticket, seen := b.reads(`name="t" value="([^"]+)"`), b.reads(`name="seen" value="([^"]+)"`)
		b.post("/login/join", "t", ticket, "seen", seen, "name", "Ana Ruiz").want(422, "Accept the rules", "Ana Ruiz")
		b.post("/login/join", "t", ticket, "seen", "other", "name", "Ana Ruiz", "rules", "yes").want(422, "The rules changed")
		b.post("/login/join", "t", ticket, "seen", seen, "name", "Ana Ruiz", "rules", "yes").to("/about")
		b.follow().want(200, "Ana Ruiz", "Your account is ready.")
		b.get("/login?return=/votes").to("/votes")

		// wrong five times, then not even the right one
		b = w.browser()
		c = b.ask("ana@pueblo.example", "/about")
		right := w.digits("ana@pueblo.example")
		wrong := strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, right)
		for range 4 {
			b.post("/login/code", "c", c, "code", wrong).want(422, "The code is not right", "Error: Type the code")
		}
		b.post("/login/code", "c", c, "code", wrong).want(422, "too many tries")
		b.get("/login").post("/login/code", "c", c, "code", right).want(422, "too many tries", "Ask for another code")

		// reused and expired
		c = b.ask("ana@pueblo.example", "//evil.example/x")
		right = w.digits("ana@pueblo.example")
		b.post("/login/code", "c", c, "code", right).to("/")
		other := w.browser()
		other.get("/login").post("/login/code", "c", c, "code", right).want(422, "has been used")
		c = other.ask("ana@pueblo.example", "/")
		clock.Advance(11 * time.Minute)
		other.post("/login/code", "c", c, "code", w.digits("ana@pueblo.example")).want(422, "no longer works")
		if other.cookies["sid"] != "" {
			t.Fatal("signed in")
		}
	})
}

// The answer to a known address and to an unknown one is the same but for the handle.
func TestLoginTellsNobodyWhoIsHere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.write(func(tx *db.Tx) error {
			return identity.Insert(tx, &identity.Person{Name: "Ana", Email: "ana@pueblo.example"})
		})
		answer := func(email string) string {
			b := w.browser()
			c := b.ask(email, "/")
			return regexp.MustCompile(`value="[^"]*"|`+regexp.QuoteMeta(c)).ReplaceAllString(strings.ReplaceAll(b.body, email, "@"), "")
		}
		if known, unknown := answer("ana@pueblo.example"), answer("eva@pueblo.example"); known != unknown {
			t.Errorf("%s\n\n%s", known, unknown)
		}
	})
}

func TestLoginByLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.write(func(tx *db.Tx) error {
			return identity.Insert(tx, &identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable})
		})
		w.browser().ask("ana@pueblo.example", "/about")
		link := regexp.MustCompile(`http://localhost(/login/link/\S+)`).FindStringSubmatch(w.mailed("ana@pueblo.example"))[1]
		scanner := w.browser()
		for range 3 { // programs that scan mail open links: nobody is signed in by it
			scanner.get(link).want(200, "Sign in with this button", "ana@pueblo.example")
			if scanner.cookies["sid"] != "" {
				t.Fatal("GET signed in")
			}
		}
		b := w.browser()
		b.get(link).want(200).post(link).to("/about")
		b.follow().want(200, "Ana Ruiz")
		scanner.get(link).want(422, "has been used")
		scanner.get("/login").post(link).want(422, "has been used")
	})
}

// home is the address that the real provider sends people back to.
const home = "https://tequio.example"

// atProvider is a town where one can sign in with a real provider.
func atProvider(t *testing.T, d *db.DB, clock *dbtest.Clock) *town {
	op := optest.New(t, home+"/login/op/callback")
	cfg := []provider.Config{{ID: "op", Name: "Llave", Issuer: op.URL + "/", ClientID: optest.ClientID, ClientSecret: optest.ClientSecret}}
	return newTown(t, d, clock, func(s *Server) {
		var err error
		if s.People.Providers, err = provider.New(cfg, home, &http.Client{}); err != nil {
			t.Fatal(err)
		}
		s.SignInHosts = provider.Origins(cfg)
	})
}

// elsewhere goes to the provider and back; it returns the address of the callback.
func (b *browser) elsewhere(name, to string) string {
	b.w.Helper()
	b.post("/login/op", "return", to).want(303)
	address := b.head.Get("Location")
	if csp := b.head.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+origin(address)+";") {
		b.w.Fatalf("the policy %q does not lead to %s", csp, address)
	}
	return "/login/op/callback?" + optest.LogIn(b.w, home+"/login/op/callback", address, name).Encode()
}

func TestLoginElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := atProvider(t, d, clock)
		b := w.browser()
		b.get("/login").want(200, "Sign in with Llave")
		back := b.elsewhere("eva", "/about")
		w.browser().get(back).want(410, "has expired or was used") // another browser
		b.get(back).want(303)
		b.follow().want(200, "Create your account", "Eva Luna")
		b.post("/login/join", "t", b.reads(`name="t" value="([^"]+)"`), "seen", b.reads(`name="seen" value="([^"]+)"`), "name", "Eva Luna", "rules", "yes").to("/about")
		b.get("/me/account").want(200, "Level 2", "Llave", "We do not have your address")
		b.post("/logout").to("/")
		b.get(back).want(410, "has expired or was used") // the same answer twice

		b.get("/login")
		b.get(b.elsewhere("eva", "/votes")).to("/votes")
		b.get("/me/account").want(200, "Eva Luna")

		forged := w.browser()
		forged.get("/login")
		back = forged.elsewhere("eva", "/")
		q, _ := url.ParseQuery(strings.SplitN(back, "?", 2)[1])
		q.Set("state", "another")
		forged.get("/login/op/callback?"+q.Encode()).want(410, "has expired or was used")
		if forged.cookies["sid"] != "" {
			t.Fatal("signed in")
		}
		forged.get("/login").post("/login/nobody").want(404)
	})
}

// An address is no identity: who comes with that of an account must sign in to it first.
func TestLoginElsewhereNeverLinksByAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := atProvider(t, d, clock)
		ana := identity.Person{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}
		eva := identity.Person{Name: "Eva de Aquí", Email: "eva@pueblo.example", Level: identity.Reachable}
		w.write(func(tx *db.Tx) error {
			if err := identity.Insert(tx, &ana); err != nil {
				return err
			}
			return identity.Insert(tx, &eva)
		})
		b := w.browser()
		b.get("/login")
		b.get(b.elsewhere("ana", "/")).want(200, "already has an account here", "ana@pueblo.example")
		if b.cookies["sid"] != "" {
			t.Fatal("signed in by address alone")
		}
		// of an address that the provider does not vouch for, nothing is told
		e := w.browser()
		e.get("/login")
		e.get(e.elsewhere("eva", "/")).want(303)
		e.follow().want(200, "Create your account")

		c := b.ask("ana@pueblo.example", "/me/account/ways")
		b.post("/login/code", "c", c, "code", w.digits("ana@pueblo.example")).to("/me/account/ways")
		b.follow().want(200, "Add another account")
		b.get(b.elsewhere("ana", "/me/account")).to("/me/account")
		b.follow().want(200, "Llave, ana@pueblo.example", "Level 2")
		if !strings.Contains(w.mailed("ana@pueblo.example"), "Llave") {
			t.Fatal("the owner is not told")
		}
		b.post("/logout").to("/")
		b.get("/login")
		b.get(b.elsewhere("ana", "/")).to("/")
		b.get("/me/account").want(200, "Ana Ruiz")

		// the last way stays
		b.get("/me/account/ways").want(200).post("/me/account/unlink", "issuer", "email").to("/me/account")
		b.get("/me/account/ways").want(200, "It is the only one you have").post("/me/account/unlink", "issuer", b.issuer(w), "subject", "id1").want(409, "Add another first")
	})
}

func (b *browser) issuer(w *town) (s string) {
	w.write(func(tx *db.Tx) (err error) {
		s, err = db.One(tx, db.Value[string], `SELECT issuer FROM sign_in`)
		return
	})
	return s
}
