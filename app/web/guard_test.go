package web

import (
	"net/url"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

func guardTown(t *testing.T, more ...func(*Server)) (w *town, ana, eva identity.ID) {
	clock := dbtest.NewClock(dbtest.Start)
	w = newTown(t, dbtest.Open(t, t.TempDir()+"/t.db", clock.Now), clock, more...)
	people := []identity.Person{{Name: "Ana Ruiz", Email: "ana@pueblo.example", Level: identity.Reachable}, {Name: "Eva Luna", Email: "eva@pueblo.example", Level: identity.Reachable}}
	w.write(func(tx *db.Tx) error {
		for i := range people {
			if err := identity.Insert(tx, &people[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return w, people[0].ID, people[1].ID
}

// A page asked for with a question that cannot be parsed is not kept as the page without one.
func TestStrangeQuestionsAreKeptApart(t *testing.T) {
	w, _, _ := guardTown(t)
	for _, strange := range []string{"/proposals?sort=supported&%zz", "/proposals?sort=supported;x=1", "/proposals?sort=supported&a=%"} {
		w.browser().get(strange)
		b := w.browser().get("/proposals").want(200)
		if strings.Contains(b.body, url.QueryEscape(strange)) || strings.Contains(b.body, `value="supported" selected`) {
			t.Errorf("after %s, everybody gets its page", strange)
		}
	}
}

// A form is taken with the token of the session that sends it, and from this site alone; what another
// site sent is not even shown.
func TestFormsOfOthers(t *testing.T) {
	w, ana, eva := guardTown(t)
	a, e := w.signedIn(ana, false), w.signedIn(eva, false)
	const words = "Una palabra que otro sitio quiere poner en boca nuestra"
	theirs := w.s.FormToken(identity.Token(e.cookies["sid"]))
	mine := w.s.FormToken(identity.Token(a.cookies["sid"]))
	for name, c := range map[string]struct {
		token, header, value string
		code                 int
		shown                bool
	}{
		"no token":            {"", "", "", 403, true},
		"another's token":     {theirs, "", "", 403, true},
		"not base64":          {"%%%", "", "", 403, true},
		"another site":        {mine, "Sec-Fetch-Site", "cross-site", 403, false},
		"a neighbouring host": {mine, "Sec-Fetch-Site", "same-site", 403, false},
		"another origin":      {mine, "Origin", "https://evil.example", 403, false},
		"no origin":           {mine, "Origin", "null", 403, false},
		"our own":             {mine, "Sec-Fetch-Site", "same-origin", 303, false},
	} {
		b := &browser{w: w, host: "localhost", header: map[string]string{}, cookies: map[string]string{"sid": a.cookies["sid"]}}
		if c.header != "" {
			b.header[c.header] = c.value
		}
		b.do("POST", "/proposals/new/title", url.Values{"csrf": {c.token}, "title": {words}}.Encode())
		if b.code != c.code || c.code != 303 && strings.Contains(b.body, words) != c.shown {
			t.Errorf("%s: answered %d, shows the words: %v", name, b.code, strings.Contains(b.body, words))
		}
		// a token in the address counts for nothing
		b.do("POST", "/proposals/new/title?csrf="+mine+"&title=x", url.Values{"title": {words}}.Encode())
		if b.code != 403 {
			t.Errorf("%s: a token in the address is taken (%d)", name, b.code)
		}
	}
}

// Behind TLS the cookies that tell who somebody is belong to this host alone.
func TestCookiesBehindTLS(t *testing.T) {
	w, ana, _ := guardTown(t, func(s *Server) { s.BaseURL = "https://pueblo.example" })
	b := w.browser()
	b.host = "pueblo.example"
	b.get("/login").want(200).post("/login", "email", "ana@pueblo.example").want(303)
	for _, c := range b.head.Values("Set-Cookie") {
		t.Errorf("a form sets %s", c)
	}
	b.follow().want(200)
	b.post("/login/code", "c", b.reads(`name="c" value="([^"]+)"`), "code", w.digits("ana@pueblo.example")).to("/")
	all := strings.ToLower(strings.Join(b.head.Values("Set-Cookie"), "\n"))
	for _, part := range []string{"__host-sid=", "secure", "httponly", "samesite=lax", "path=/"} {
		if !strings.Contains(all, part) {
			t.Errorf("the session's cookie lacks %s: %s", part, all)
		}
	}
	if strings.Contains(all, "domain=") || b.cookies["__Host-visitor"] == "" || b.cookies["visitor"] != "" || ana == 0 {
		t.Errorf("cookies %v", b.cookies)
	}
}

// No address that a form or link names leads away.
func TestLocalAddresses(t *testing.T) {
	for _, to := range []string{"", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\r\nSet-Cookie: a=b",
		"\\\\evil.example", " /x", "///evil.example", "http:evil.example", "/\x00x", "evil.example", "?x", "#x"} {
		if got := local(to); got != "/" {
			t.Errorf("%q leads to %q", to, got)
		}
	}
	for _, to := range []string{"/", "/votes/x?a=b&c=%2F%2Fevil#d", "/me"} {
		if local(to) != to {
			t.Errorf("%q does not lead there", to)
		}
	}
}

// No spreadsheet takes a text of ours for a formula.
func TestCells(t *testing.T) {
	for in, out := range map[string]string{"": "", "hola": "hola", "=1+1": "'=1+1", "+52 55": "'+52 55", "-1": "'-1", "@x": "'@x", " =1": "' =1", "＝1": "'＝1", "\t=1": "'\t=1", "a=1": "a=1"} {
		if got := plainCell(in); got != out {
			t.Errorf("%q becomes %q, not %q", in, got, out)
		}
	}
}
