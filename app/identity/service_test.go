package identity

import (
	"context"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/data"

	"github.com/pquerna/otp/totp"
)

var background = context.Background()

// house is a service on a database of its own.
type house struct {
	*testing.T
	*Service
	clock *dbtest.Clock
	acts  *[]string
}

func newHouse(t *testing.T, d *db.DB, clock *dbtest.Clock) house {
	t.Helper()
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	s := NewService(d, NewSessions(d))
	acts := &[]string{}
	s.Words, s.Key = words, []byte("0123456789abcdef0123456789abcdef")
	s.Site = func() (string, string) { return "Pueblo", "http://localhost" }
	s.Record = func(_ *db.Tx, a Act) error { *acts = append(*acts, a.Verb); return nil }
	return house{t, s, clock, acts}
}

func (h house) write(fn func(tx *db.Tx) error) {
	h.Helper()
	if err := h.db.Write(background, fn); err != nil {
		h.Fatal(err)
	}
}

func (h house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refuses fails the test unless err is a fault with the key, on the form or on a field.
func (h house) refuses(err error, key string) {
	h.Helper()
	f := fault.Of(err)
	if err != nil && f.Key == key {
		return
	}
	for _, m := range f.Fields {
		if m.Key == key {
			return
		}
	}
	h.Fatalf("%v (%v), not %s", err, f.Fields, key)
}

// count counts rows.
func (h house) count(query string, args ...any) (n int64) {
	h.Helper()
	h.ok(h.db.Read(background, func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return }))
	return n
}

var six = regexp.MustCompile(`\b\d{6}\b`)

// mailed returns what the newest mail to an address says.
func (h house) mailed(to string) (subject, text string) {
	h.Helper()
	h.ok(h.db.Read(background, func(tx *db.Tx) error {
		type letter struct{ subject, text string }
		l, err := db.One(tx, func(r db.Row) (l letter, err error) { err = r.Scan(&l.subject, &l.text); return },
			`SELECT subject, text FROM mail WHERE recipient = $1 ORDER BY id DESC LIMIT 1`, to)
		subject, text = l.subject, l.text
		return err
	}))
	return subject, text
}

func (h house) digits(to string) string {
	h.Helper()
	_, text := h.mailed(to)
	return six.FindString(text)
}

func (h house) actor(t Token) Actor {
	h.Helper()
	a, err := h.sessions.Actor(background, t)
	h.ok(err)
	if !a.SignedIn() {
		h.Fatal("nobody is signed in")
	}
	return a
}

var phone = Device{Agent: "Firefox · Android", Network: "192.0.2.0/24", Visitor: "visitor"}

// join makes an account by mail and returns its actor.
func (h house) join(email, name string) (Actor, Token) {
	h.Helper()
	c, err := h.AskCode(background, email, "es", "/votes")
	h.ok(err)
	e, err := h.UseCode(background, c, h.digits(strings.ToLower(email)), phone)
	h.ok(err)
	if e.Join == "" {
		h.Fatalf("not new: %+v", e)
	}
	e, err = h.Join(background, e.Join, Joining{Name: name, Lang: "es", Accepted: true, Rules: "Sé amable."}, phone)
	h.ok(err)
	return h.actor(e.Token), e.Token
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		" Ana.Ruiz+voto@Pueblo.Example ": "ana.ruiz+voto@pueblo.example", "a@b.mx": "a@b.mx", "ñandú@pueblo.example": "ñandú@pueblo.example",
		"": "", "ana": "", "ana@": "", "@pueblo.example": "", "ana@pueblo": "", "Ana <ana@pueblo.example>": "", "ana@pueblo.example\r\nBcc: x@y.mx": "",
		"a b@pueblo.example": "", "ana@pueblo..example": "", "ana@pueblo.example.": "", strings.Repeat("a", 250) + "@b.mx": "",
	} {
		got, err := Address(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestEnterByMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("Ana@Pueblo.example", "Ana Ruiz")
		if ana.Name != "Ana Ruiz" || ana.Level != Reachable || !ana.Session.Confirmed(clock.Now()) {
			t.Fatalf("%+v", ana)
		}
		if n := h.count(`SELECT count(*) FROM rules_acceptance WHERE person_id = $1 AND text = $2`, ana.ID, "Sé amable."); n != 1 {
			t.Fatalf("%d acceptances", n)
		}
		clock.Advance(time.Hour)
		c, err := h.AskCode(background, "ana@pueblo.example", "es", "/votes")
		h.ok(err)
		e, err := h.UseCode(background, c, " "+h.digits("ana@pueblo.example")[:3]+" "+h.digits("ana@pueblo.example")[3:], phone)
		h.ok(err)
		if a := h.actor(e.Token); a.ID != ana.ID || e.Return != "/votes" {
			t.Fatalf("%+v, %+v", a, e)
		}
		_, err = h.UseCode(background, c, h.digits("ana@pueblo.example"), phone)
		h.refuses(err, "login.code.used")
		if n := h.count(`SELECT count(*) FROM email_code WHERE code_hash = $1`, []byte(h.digits("ana@pueblo.example"))); n != 0 {
			t.Fatal("a code is kept as it is")
		}
	})
}

// Whoever goes on guessing over many codes is stopped; the mailed link still lets the owner in.
func TestGuessingOverManyCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		const email = "ana@pueblo.example"
		for range dayTries / codeTries {
			c, err := h.AskCode(background, email, "es", "/")
			h.ok(err)
			wrong := fmt.Sprintf("%06d", (atoi(h.digits(email))+1)%1_000_000)
			for range codeTries {
				_, err = h.UseCode(background, c, wrong, phone)
			}
			h.refuses(err, "login.code.spent")
			clock.Advance(askFor)
		}
		c, err := h.AskCode(background, email, "es", "/")
		h.ok(err)
		_, err = h.UseCode(background, c, h.digits(email), phone)
		h.refuses(err, "login.code.day")
		clock.Advance(24 * time.Hour)
		c, err = h.AskCode(background, email, "es", "/")
		h.ok(err)
		_, err = h.UseCode(background, c, h.digits(email), phone)
		h.ok(err)
	})
}

func TestCodesRunOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		c, err := h.AskCode(background, "ana@pueblo.example", "es", "/")
		h.ok(err)
		right := h.digits("ana@pueblo.example")
		wrong := fmt.Sprintf("%06d", (atoi(right)+1)%1_000_000)
		for i := range 4 {
			_, err = h.UseCode(background, c, wrong, phone)
			h.refuses(err, "login.code.wrong")
			if left := fault.Of(err).Fields["code"].Args[1]; left != int64(4-i) {
				t.Fatalf("%v tries left after %d", left, i+1)
			}
		}
		_, err = h.UseCode(background, c, wrong, phone)
		h.refuses(err, "login.code.spent")
		_, err = h.UseCode(background, c, right, phone)
		h.refuses(err, "login.code.spent")

		c, err = h.AskCode(background, "ana@pueblo.example", "es", "/")
		h.ok(err)
		clock.Advance(codeFor)
		_, err = h.UseCode(background, c, h.digits("ana@pueblo.example"), phone)
		h.refuses(err, "login.code.expired")
		_, err = h.UseCode(background, c[:len(c)-1]+"x", "000000", phone)
		h.refuses(err, "login.code.expired")

		clock.Advance(time.Hour)
		for range askMost {
			_, err = h.AskCode(background, "ana@pueblo.example", "es", "/")
			h.ok(err)
		}
		_, err = h.AskCode(background, "ana@pueblo.example", "es", "/")
		h.refuses(err, "login.code.many")
	})
}

func atoi(s string) (n int) { fmt.Sscan(s, &n); return }

func TestJoinTicketIsOneBrowsers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		c, err := h.AskCode(background, "ana@pueblo.example", "es", "/")
		h.ok(err)
		e, err := h.UseCode(background, c, h.digits("ana@pueblo.example"), phone)
		h.ok(err)
		good := Joining{Name: "Ana", Accepted: true, Rules: "r"}
		_, err = h.Join(background, e.Join, good, Device{Visitor: "another"})
		h.refuses(err, "login.ticket.expired")
		_, err = h.Join(background, e.Join, Joining{Name: "A", Accepted: true}, phone)
		h.refuses(err, "login.name.short")
		_, err = h.Join(background, e.Join, Joining{Name: "Ana"}, phone)
		h.refuses(err, "login.rules.unaccepted")
		_, err = h.Join(background, e.Join, good, phone)
		h.ok(err)
		_, err = h.Join(background, e.Join, good, phone)
		h.refuses(err, "login.ticket.expired")
	})
}

// app returns what an authenticator app shows for a setup at an instant.
func app(t *testing.T, s Setup, at time.Time) string {
	t.Helper()
	key := strings.ReplaceAll(s.Key, " ", "")
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key); err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(key, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, old := h.join("ana@pueblo.example", "Ana Ruiz")
		offer, err := h.OfferFactor(ana)
		h.ok(err)
		_, _, err = h.SetFactor(background, ana, offer.Sealed, "000000")
		h.refuses(err, "account.factor.wrong")
		eva, _ := h.join("eva@pueblo.example", "Eva Luna")
		_, _, err = h.SetFactor(background, eva, offer.Sealed, app(t, offer, clock.Now()))
		h.refuses(err, "fault.request") // another's offer
		codes, fresh, err := h.SetFactor(background, ana, offer.Sealed, app(t, offer, clock.Now()))
		h.ok(err)
		if len(codes) != recoveryCount || fresh == old {
			t.Fatalf("%d codes, same token %v", len(codes), fresh == old)
		}
		if a, _ := h.sessions.Actor(background, old); a.SignedIn() {
			t.Fatal("the token before still signs in")
		}
		if n := h.count(`SELECT count(*) FROM second_factor WHERE secret = $1`, []byte(strings.ReplaceAll(offer.Key, " ", ""))); n != 0 {
			t.Fatal("the secret is kept as it is")
		}
		enter := func(shown string) (Entry, error) {
			clock.Advance(20 * time.Minute)
			c, err := h.AskCode(background, "ana@pueblo.example", "es", "/admin")
			h.ok(err)
			e, err := h.UseCode(background, c, h.digits("ana@pueblo.example"), phone)
			h.ok(err)
			if e.Token != "" || e.Factor == "" {
				t.Fatalf("%+v", e)
			}
			if shown == "now" {
				shown = app(t, offer, clock.Now())
			}
			return h.EnterWithFactor(background, e.Factor, shown, phone)
		}
		e, err := enter("now")
		h.ok(err)
		if a := h.actor(e.Token); a.Session.FactorAt.IsZero() || e.Return != "/admin" {
			t.Fatalf("%+v %+v", a.Session, e)
		}
		_, err = h.ConfirmWithFactor(background, h.actor(e.Token), app(t, offer, clock.Now()))
		h.refuses(err, "account.factor.wrong") // a code is used once
		e, err = enter(strings.ToUpper(codes[3]))
		h.ok(err)
		_, err = enter(codes[3])
		h.refuses(err, "account.factor.wrong")
	})
}

func TestSecondFactorIsNotGuessed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		offer, err := h.OfferFactor(ana)
		h.ok(err)
		_, tok, err := h.SetFactor(background, ana, offer.Sealed, app(t, offer, clock.Now()))
		h.ok(err)
		for range factorTries {
			_, err = h.ConfirmWithFactor(background, h.actor(tok), "abcdef")
			h.refuses(err, "account.factor.wrong")
		}
		clock.Advance(time.Minute)
		_, err = h.ConfirmWithFactor(background, h.actor(tok), app(t, offer, clock.Now()))
		h.refuses(err, "account.factor.wait")
		clock.Advance(factorPause)
		_, err = h.ConfirmWithFactor(background, h.actor(tok), app(t, offer, clock.Now()))
		h.ok(err)
	})
}
