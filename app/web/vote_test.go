package web

import (
	"crypto/rand"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/thing"
	"tequio/app/vote"
)

// drawer keeps the votes' keys in memory.
type drawer struct {
	mu   sync.Mutex
	keys map[string][]byte
}

func (d *drawer) Key(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keys == nil {
		d.keys = map[string][]byte{}
	}
	if d.keys[name] == nil {
		d.keys[name] = make([]byte, 32)
		rand.Read(d.keys[name])
	}
	return d.keys[name], nil
}

func (d *drawer) Destroy(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.keys, name)
	return nil
}

// newHall is a town that holds votes, with an administrator and an agency.
func newHall(t *testing.T, d *db.DB, clock *dbtest.Clock) (w *town, staff *browser, agency string) {
	t.Helper()
	w = newTown(t, d, clock, func(s *Server) {
		var err error
		if s.Votes, err = vote.NewService(d, &drawer{}, "http://localhost"); err != nil {
			t.Fatal(err)
		}
	})
	w.s.Votes.Work(w.jobs)
	p := identity.Person{Name: "Ada Administra", Level: identity.Identified}
	g := thing.Thing{Kind: instance.AgencyKind, Title: "Cabildo", Lang: "es", State: thing.Published, PublishedAt: clock.Now()}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		if err := identity.Give(tx, p.ID, identity.Grant{Role: identity.Administrator}, 0); err != nil {
			return err
		}
		if err := thing.Create(tx, &g); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO agency (id, short, about, contact, email) VALUES ($1, '', '', '', '')`, g.ID)
		return err
	})
	return w, w.signedIn(p.ID, true), thingNumber(g.ID)
}

func (w *town) voter(name string, level identity.Level) *browser {
	w.Helper()
	p := identity.Person{Name: name, Level: level}
	w.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return w.signedIn(p.ID, false)
}

var (
	hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	receiptCode = regexp.MustCompile(`receipt-code">([0-9A-Z-]+)<`)
)

// fill sends the form of the last page whose action is path, with its hidden fields and more.
func (b *browser) fill(path string, more url.Values) *browser {
	b.w.Helper()
	_, form, ok := strings.Cut(b.body, `action="`+path+`"`)
	if !ok {
		b.w.Fatalf("no form for %s on the page: %.2000s", path, b.body)
	}
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(form, -1) {
		values.Add(m[1], html.UnescapeString(m[2]))
	}
	for name, v := range more {
		values[name] = v
	}
	return b.do("POST", path, values.Encode())
}

func (b *browser) expect(code int, texts ...string) *browser {
	b.w.Helper()
	if b.code != code {
		b.w.Fatalf("%d, want %d: %.3000s", b.code, code, b.body)
	}
	for _, text := range texts {
		if !strings.Contains(b.body, html.EscapeString(text)) && !strings.Contains(b.body, text) {
			b.w.Errorf("the page does not say %q: %.6000s", text, b.body)
		}
	}
	return b
}

// TestVoteFromDraftToResult is a participatory budget's whole life on the pages.
func TestVoteFromDraftToResult(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		staff.do("GET", "/admin/votes/new", "").expect(200, "New vote")
		local := func(at time.Duration) string {
			return printWhen(clock.Now().Add(at), w.s.Instance.Current().Location())
		}
		form := url.Values{"agency": {agency}, "lang": {"es"}, "title": {"Obras de barrio"}, "summary": {"Elige obras."}, "level": {"1"},
			"opens": {local(time.Hour)}, "closes": {local(48 * time.Hour)}, "objections": {"10"}, "questions": {"1"}, "title.en": {"Neighbourhood works"},
			"q0-form": {"knapsack"}, "q0-rule": {"greedy/1"}, "q0-ties": {"cost,votes"}, "q0-budget": {"1,000"}, "q0-seats": {"1"}, "q0-blank": {"yes"},
			"q0-options": {"4"}, "q0-o0-title": {"Luz"}, "q0-o0-cost": {"600"}, "q0-o2-title": {"Bancas"}, "q0-o2-cost": {"300.50"},
			"q0-o3-title": {"Fuente"}, "q0-o3-cost": {"mucho"}, "q0-o0-title.en": {"Light"}}
		staff.send("/admin/votes/new", form).expect(422, "Enter an amount of money", "mucho", "Bancas")
		form.Set("then", "option q0")
		staff.send("/admin/votes/new", form).expect(200, "Option 7", "Bancas")
		form.Set("then", "drop q0-o3")
		staff.send("/admin/votes/new", form).expect(200, "Bancas")
		form.Set("then", "save")
		form.Set("q0-o3-cost", "500")
		staff.send("/admin/votes/new", form).expect(303)
		desk := staff.head.Get("Location")
		staff.do("GET", desk, "").expect(200, "Draft", "Publish")
		staff.do("GET", desk+"/preview", "").expect(200, "Preview", "Light")
		w.browser().do("GET", "/votes/obras-de-barrio", "").expect(404)
		staff.do("GET", desk, "").fill(desk+"/publish", nil).expect(303)
		w.browser().do("GET", "/votes", "").expect(200, "Neighbourhood works", "Upcoming")
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", "/votes/obras-de-barrio/ballot", "").expect(409, "It opens on")

		clock.Advance(2 * time.Hour)
		w.browser().do("GET", "/votes/obras-de-barrio", "").expect(200, "Neighbourhood works", "Light", "$1,000", "Vote")
		w.browser().do("GET", "/votes/obras-de-barrio/ballot", "").expect(302 + 1)
		voter.do("GET", "/votes/obras-de-barrio/ballot", "").expect(200, "Light", "Review my vote")
		voter.fill("/votes/obras-de-barrio/ballot", url.Values{"q0": {"luz", "fuente"}}).expect(422, "over the budget by $100", "checked")
		voter.fill("/votes/obras-de-barrio/ballot", url.Values{"q0": {"luz", "bancas"}}).expect(200, "not cast yet", "$900.50 of $1,000", "Light")
		review := voter.body
		voter.fill("/votes/obras-de-barrio/cast", nil).expect(303)
		voter.do("GET", voter.head.Get("Location"), "").expect(200, "We have received your vote")
		code := receiptCode.FindStringSubmatch(voter.body)
		if code == nil {
			t.Fatal("no receipt code on the page")
		}
		voter.body = review // the same form again, as by going back
		voter.fill("/votes/obras-de-barrio/cast", nil).expect(303)
		voter.do("GET", voter.head.Get("Location"), "").expect(200, code[1])
		voter.body = review
		voter.fill("/votes/obras-de-barrio/cast", url.Values{"then": {"change"}}).expect(303)
		for range 2 {
			other := w.voter("Otra Persona", identity.Identified)
			other.do("GET", "/votes/obras-de-barrio/ballot", "").fill("/votes/obras-de-barrio/ballot", url.Values{"q0": {"fuente"}})
			other.fill("/votes/obras-de-barrio/cast", nil).expect(303)
		}
		w.browser().do("GET", "/votes/obras-de-barrio/results", "").expect(200, "There is no result yet")
		voter.do("GET", "/votes/obras-de-barrio/check", "").fill("/votes/obras-de-barrio/check", url.Values{"code": {"  " + strings.ToLower(code[1])}})
		voter.expect(200, "Received, not yet published")
		voter.do("GET", "/votes/obras-de-barrio/check", "").fill("/votes/obras-de-barrio/check", url.Values{"code": {"ABC"}}).expect(422, "24 letters and digits")

		voter.do("GET", "/votes/obras-de-barrio/ballot", "").fill("/votes/obras-de-barrio/ballot", url.Values{"q0": {"bancas"}})
		clock.Advance(49 * time.Hour)
		voter.fill("/votes/obras-de-barrio/cast", nil).expect(409, "This vote has closed", "What you had chosen", "Bancas")
		w.work()
		page := w.browser().do("GET", "/votes/obras-de-barrio/results", "")
		page.expect(200, "Provisional result", "3", "Fuente", "Funded", "Not funded: it needed $600 and $199.50 was left.", "$199.50", "People identified by an identity provider")
		w.browser().do("GET", "/votes/obras-de-barrio/check?code="+code[1], "").expect(200, "Your vote is in the count", "Light")
		w.browser().do("GET", "/votes/obras-de-barrio/check", "").expect(200, code[1], "3 ballots published")
		for path, says := range map[string]string{"ballots/csv": code[1], "ballots/json": `"nonce"`, "ballots/pb": "vote_type;approval",
			"archive.zip":  "SHA256SUMS.sig",
			"results.json": `"winners"`, "log/checkpoint": "localhost/votes/obras-de-barrio\n3\n", "log/tile/entries/000.p/3": "", "log/tile/0/000.p/3": ""} {
			w.browser().do("GET", "/votes/obras-de-barrio/"+path, "").expect(200, says)
		}
		clock.Advance(11 * 24 * time.Hour)
		w.work()
		w.browser().do("GET", "/votes/obras-de-barrio/results", "").expect(200, "not certified yet", "were destroyed on")
		w.browser().do("GET", "/votes/feed.atom", "").expect(200, "obras-de-barrio")
		w.browser().do("GET", "/votes/export.csv", "").expect(200, "obras-de-barrio")
	})
}

// send posts a form with the token of the last page.
func (b *browser) send(path string, values url.Values) *browser {
	b.w.Helper()
	all := url.Values{}
	for name, v := range values {
		all[name] = v
	}
	m := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(b.body)
	if m == nil {
		b.w.Fatal("no token on the page")
	}
	all.Set("csrf", m[1])
	return b.do("POST", path, all.Encode())
}
