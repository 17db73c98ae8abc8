package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/job"
	"tequio/app/moderation"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/search"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/data"
	"tequio/views"

	"github.com/gofiber/fiber/v2"
)

// town is a server on a database of its own, with a clock in the test's hand.
type town struct {
	testing.TB
	s     *Server
	db    *db.DB
	clock *dbtest.Clock
	app   *fiber.App
	jobs  *job.Runner
}

// work runs every job that is due.
func (w *town) work() {
	w.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.jobs.RunDue(context.Background()); err != nil {
			w.Fatal(err)
		}
	}
}

// newTown wires the server; more adds what the test needs of other rooms before Prepare.
func newTown(t testing.TB, d *db.DB, clock *dbtest.Clock, more ...func(*Server)) *town {
	t.Helper()
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	inst, err := instance.NewService(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	sessions := identity.NewSessions(d)
	s := &Server{Config: Config{BaseURL: "http://localhost", Key: []byte("0123456789abcdef0123456789abcdef"), Version: "test"},
		DB: d, Words: words, Views: views.FS, Instance: inst, Sessions: sessions, People: identity.NewService(d, sessions), Talk: talk.NewService(d),
		Proposals: proposal.NewService(d, func() proposal.Rules { return proposal.Rules{Threshold: 3, Period: 30, AnswerDays: 10} })}
	jobs := job.NewRunner(d)
	s.Notices, s.Moderation = notice.NewService(d, jobs, notice.Letters{Words: words, Site: func() (string, string) { return "Town", "http://localhost" }}), moderation.NewService(d, sessions)
	s.Search = search.NewService(d, []string{"es", "en"}, map[thing.Kind]search.Source{proposal.Kind: proposal.Source})
	s.People.Words, s.People.Key = words, s.Key
	s.People.Site = func() (string, string) { return inst.Current().Name, s.BaseURL }
	s.People.Farewells = []func(*db.Tx, identity.ID) error{thing.TakeBack}
	s.People.Record = func(tx *db.Tx, a identity.Act) error {
		return thing.RecordEvent(tx, thing.Event{Actor: a.Actor, Verb: a.Verb, Person: a.Person, Note: a.Note})
	}
	s.Staff, s.MailReady = instance.NewStaff(d, s.People), func() bool { return true }
	for _, m := range more {
		m(s)
	}
	thing.OnRecord(d, proposal.Hook, s.Search.Index, s.Bump, s.Notices.Hook)
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	return &town{t, s, d, clock, s.App(), jobs}
}

// write runs fn in a transaction that must succeed.
func (w *town) write(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

// browser is a person's browser: it keeps cookies and remembers the last page.
type browser struct {
	w       *town
	host    string
	header  map[string]string
	cookies map[string]string
	body    string
	code    int
	head    http.Header
}

func (w *town) browser() *browser {
	return &browser{w: w, host: "localhost", header: map[string]string{}, cookies: map[string]string{}}
}

// signedIn is a browser that holds a session of p already.
func (w *town) signedIn(p identity.ID, factor bool) *browser {
	w.Helper()
	b := w.browser()
	w.write(func(tx *db.Tx) error {
		t, err := identity.Begin(tx, p, "test", "Firefox · Linux", "192.0.2.0/24", factor)
		b.cookies["sid"] = string(t)
		return err
	})
	return b
}

func (b *browser) do(method, path, body string) *browser {
	b.w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = b.host
	r.Header.Set("Accept-Language", "en")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range b.header {
		r.Header.Set(k, v)
	}
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := b.w.app.Test(r, -1)
	if err != nil {
		b.w.Fatal(err)
	}
	defer res.Body.Close()
	all, _ := io.ReadAll(res.Body)
	b.body, b.code, b.head = string(all), res.StatusCode, res.Header
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return b
}

// get opens a page.
func (b *browser) get(path string) *browser { b.w.Helper(); return b.do("GET", path, "") }

var csrfValue = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// post sends a form with the token of the page last read: name, value, name, value…
func (b *browser) post(path string, pairs ...string) *browser {
	b.w.Helper()
	form := url.Values{}
	if m := csrfValue.FindStringSubmatch(b.body); m != nil {
		form.Set("csrf", m[1])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, form.Encode())
}

// follow opens where the last answer led.
func (b *browser) follow() *browser {
	b.w.Helper()
	return b.get(b.head.Get("Location"))
}

// want fails the test unless the last answer had the code and says every word.
func (b *browser) want(code int, words ...string) *browser {
	b.w.Helper()
	if b.code != code {
		b.w.Fatalf("answered %d, not %d (to %s):\n%s", b.code, code, b.head.Get("Location"), b.body)
	}
	for _, word := range words {
		if !strings.Contains(b.body, word) {
			b.w.Fatalf("the page does not say %q:\n%s", word, b.body)
		}
	}
	return b
}

// to fails the test unless the last answer leads to an address.
func (b *browser) to(path string) *browser {
	b.w.Helper()
	if got := b.head.Get("Location"); b.code != 303 || got != path {
		b.w.Fatalf("answered %d to %q, not 303 to %q:\n%s", b.code, got, path, b.body)
	}
	return b
}

// reads fails the test unless the page's words match the pattern, and returns its group.
func (b *browser) reads(pattern string) string {
	b.w.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(b.body)
	if m == nil {
		b.w.Fatalf("nothing like %s in:\n%s", pattern, b.body)
	}
	return m[len(m)-1]
}
