package app

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

var link = regexp.MustCompile(`href="(/[^"#]*)`)

// walk follows every link of the site from its home page, and the addresses that no page links to,
// and calls look with each answer.
func (g *guarded) walk(who identity.Token, most int, look func(path, body string)) int {
	g.Helper()
	todo := []string{"/", "/feed.atom", "/search?q=zanahoria", "/search?q=secreta", "/proposals/export.csv?n=100", "/proposals/export.json", "/challenges/export.json",
		"/votes/export.csv", "/consultations/export.csv", "/robots.txt", "/moderation", "/proposals?n=100", "/proposals/feed.atom"}
	seen := map[string]bool{}
	for _, path := range todo {
		seen[path] = true
	}
	for n := 0; n < len(todo) && n < most; n++ {
		_, _, body := g.asOf(who, "GET", todo[n])
		look(todo[n], body)
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			to := html.UnescapeString(m[1])
			u, err := url.Parse(to)
			if err != nil || seen[to] || strings.HasPrefix(to, "/static") || strings.HasPrefix(to, "/login") || u.Query().Has("lang") || strings.HasPrefix(to, "/admin") {
				continue
			}
			seen[to] = true
			todo = append(todo, to)
		}
	}
	return min(len(todo), most)
}

// What is a draft, sealed or hidden is in no page, feed, search, export or notice of anybody else;
// what becomes hidden leaves at once, from what was kept too.
func TestWhatIsNotPublicLeaksNowhere(t *testing.T) {
	g := newGuarded(t, "")
	g.find()
	tokens := g.enrol(2)
	g.write(tokens["author"][0])
	const secret = "zanahoria"
	author := tokens["author"][0]
	g.asOf(author, "POST", "/proposals/new/title", "title", "La "+secret+" secreta del borrador")
	g.asOf(author, "POST", "/challenges/"+g.at["challenge.slug"]+"/enter/draft", "title", "La "+secret+" sellada", "team", secret, "summary", secret, "body", secret)
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE thing SET state = 'published', published_at = $1 WHERE kind = 'entry' AND author_id = $2`, tx.Now.Add(240*time.Hour), g.people["author"])
		if err == nil && n != 1 {
			t.Fatalf("%d sealed entries", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// something public that says the word, in its texts and in a comment, seen by all and then hidden
	said := func(path string, want bool) {
		t.Helper()
		for _, who := range []string{"nobody", "neighbour"} {
			var token identity.Token
			if who != "nobody" {
				token = tokens[who][0]
			}
			if _, _, body := g.asOf(token, "GET", path); strings.Contains(body, secret) != want {
				t.Errorf("%s says the word to %s: %v", path, who, !want)
			}
		}
	}
	own := "/proposals/" + g.at["own.slug"]
	_, _, edit := g.asOf(author, "GET", own+"/edit")
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(edit)
	title := regexp.MustCompile(`name="title"[^>]* value="([^"]*)"`).FindStringSubmatch(edit)
	if version == nil || title == nil {
		t.Fatalf("no form: %s", edit)
	}
	if code, _, body := g.asOf(author, "POST", own+"/edit", "version", version[1], "title", html.UnescapeString(title[1]), "summary", "Una "+secret+" para todos.",
		"body", "Plantar una "+secret+" en cada jardinera de la colonia, con quien quiera ayudar.", "note", "Más claro."); code != 303 {
		t.Fatalf("edit: %d %s", code, body)
	}
	if code, _, body := g.asOf(author, "POST", "/things/"+g.at["proposal"]+"/comments", "body", "Yo traigo la "+secret+".", "stance", ""); code != 303 {
		t.Fatalf("comment: %d %s", code, body)
	}
	commented := "/proposals/" + g.at["proposal.slug"]
	for _, path := range []string{own, commented, commented + "/feed.atom", "/proposals/export.csv", "/proposals?n=100", own + "/feed.atom", "/search?q=" + secret} {
		said(path, true)
	}
	var comment string
	err = g.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		comment, err = db.One(tx, func(r db.Row) (s string, err error) { err = r.Scan(&s); return }, `SELECT CAST(max(id) AS TEXT) FROM comment WHERE author_id = $1`, g.people["author"])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/admin/hide/thing/" + g.at["own"], "/admin/hide/comment/" + comment} {
		if code, _, body := g.asOf(tokens["moderator"][0], "POST", path, "act", "hide", "code", "spam", "reason", "Es publicidad repetida."); code != 303 {
			t.Fatalf("hide: %d %s", code, body)
		}
	}
	for {
		if n, err := g.Jobs.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			break
		}
	}
	for _, who := range []string{"nobody", "neighbour", "focal"} {
		var token identity.Token
		if who != "nobody" {
			token = tokens[who][1]
		}
		n := g.walk(token, 500, func(path, body string) {
			if at := strings.Index(body, secret); at >= 0 && !strings.HasPrefix(path, "/search?q="+secret) {
				t.Errorf("%s reads at %s: …%s…", who, path, body[max(0, at-100):min(len(body), at+60)])
			} else if strings.HasPrefix(path, "/search?q="+secret) && strings.Contains(body, "para todos") {
				t.Errorf("%s finds at %s what is hidden", who, path)
			}
		})
		if n < 100 {
			t.Errorf("%s walked to %d pages alone", who, n)
		}
	}
}
