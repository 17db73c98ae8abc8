package app

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tequio/app/identity"
)

// dangers are what no page may hold, however its tags are written: the tag, or the attribute, as an
// HTML parser would find it. Text that shows them is escaped, so "<" never stands before the name.
var (
	tags      = regexp.MustCompile(`<[a-zA-Z!?/][^<>"']*(?:"[^"]*"|'[^']*'|[^<>"'])*>`)
	handler   = regexp.MustCompile(`(?i)\son[a-z]+\s*=`)
	quoted    = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	forbidden = regexp.MustCompile(`(?i)^</?(iframe|object|embed|base|style|math|svg:|animate|applet|frame|noscript|details\s+open\s+on)\b`)
	leads     = regexp.MustCompile(`(?i)\s(?:href|src|action|formaction|data|srcdoc|background|poster)\s*=\s*"([^"]*)"`)
	ownScript = regexp.MustCompile(`^<script (?:src="/static/[^"]+"|defer|type="module"|async|\s)+>$`)
)

// dangers reports what is dangerous in a page: scripts that are not files of ours, handlers, links and
// forms that lead where they may not.
func dangers(page string) (found []string) {
	for _, tag := range tags.FindAllString(page, -1) {
		bare := quoted.ReplaceAllString(tag, `""`)
		switch {
		case strings.HasPrefix(strings.ToLower(tag), "<script") && !ownScript.MatchString(tag),
			handler.MatchString(bare), forbidden.MatchString(tag), strings.Contains(bare, " style="):
			found = append(found, tag)
		}
		for _, m := range leads.FindAllStringSubmatch(tag, -1) {
			to := strings.ToLower(strings.TrimSpace(m[1]))
			fine := to == "" || strings.HasPrefix(to, "#") || strings.HasPrefix(to, "?") || strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, `/\`) ||
				strings.HasPrefix(to, "http://localhost") || strings.HasPrefix(to, "mailto:") || strings.HasPrefix(to, "tel:")
			web := strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://")
			if !fine && !(web && strings.HasPrefix(strings.ToLower(tag), "<a ")) {
				found = append(found, tag)
			}
		}
	}
	return found
}

// A villain writes hostile texts into every field that others see.
type villain struct {
	*guarded
	token identity.Token
	pages []string
}

func (v *villain) send(path string, pairs ...string) (code int, location string) {
	v.Helper()
	code, location, body := v.asOf(v.token, "POST", path, pairs...)
	if code >= 500 {
		v.Errorf("%s answers %d to %q", path, code, pairs)
	}
	for _, d := range dangers(body) { // a refused form shows what was typed
		v.Errorf("%s shows %s", path, d)
	}
	return code, location
}

// Every hostile text is written as title, summary and body of a proposal, as a comment, as an answer
// of the questionnaire and as a name; then every page that shows them is looked at.
func (v *villain) write(i int, text string) {
	title := fmt.Sprintf("Idea %d %s", i, text)
	title = begins(strings.Join(strings.Fields(title), " "), 80)
	code, location := v.send("/proposals/new/title", "kind", "obra", "title", title)
	if code == http.StatusSeeOther {
		id := strings.Split(location, "/")[3]
		draft := "/proposals/drafts/" + id
		summary := begins(text, 150) + " y más"
		v.send(draft+"/save", "summary", summary, "body", text)
		v.send(draft+"/text", "summary", summary, "body", text+"\n\nfin", "title", title)
		v.send(draft+"/details", "field-calle", begins(text, 150), "field-detalle", text, "field-familias", text) // refused, and shown again
		v.send(draft+"/details", "field-calle", begins(text, 150), "field-detalle", text, "field-clase", "nueva")
		v.pages = append(v.pages, draft+"/check", draft+"/text", draft+"/details")
		if _, location = v.send(draft+"/publish", "rules", "yes", "own", "yes"); strings.HasPrefix(location, "/proposals/") && !strings.Contains(location, "drafts") {
			at := strings.SplitN(location, "?", 2)[0]
			v.send(at+"/authors", "email", text)
			v.send(at+"/merge", "into", "other", "address", text, "reason", text)
			v.send(at+"/edit", "version", "1", "title", title, "summary", summary, "body", text+"\n\notra vez", "note", begins(text, 150), "change", text)
			v.pages = append(v.pages, at, at+"/versions")
		}
	}
	v.send("/things/"+v.at["proposal"]+"/comments", "body", text, "stance", "")
	v.send("/me/account", "name", "N"+begins(text, 60))
	v.send("/things/"+v.at["topic"]+"/comments", "body", text, "stance", "")
	v.send("/challenges/"+v.at["challenge.slug"]+"/questions", "question", text)
	v.pages = append(v.pages, "/me/account", "/search?q="+strings.NewReplacer(" ", "+", "<", "%3C", ">", "%3E", "\"", "%22", "'", "%27", "#", "%23", "&", "%26", "%", "%25").Replace(strings.ToValidUTF8(strings.Map(printable, text), "")))
}

// villain is one who has written every hostile text where nothing is held for a look first, so that
// everybody meets them.
func (g *guarded) villain() (v *villain, admin identity.Token) {
	g.Helper()
	asksMore(g, g.DB)
	g.find()
	tokens := g.enrol(2)
	if code, _, _ := g.asOf(tokens["admin"][0], "POST", "/admin/screening", "first", "0", "days", "0", "links", "", "places", "0"); code != http.StatusSeeOther {
		g.Fatalf("the screening answers %d", code)
	}
	v = &villain{guarded: g, token: tokens["author"][0]}
	for i, text := range hostile {
		v.write(i, text)
	}
	return v, tokens["admin"][0]
}

func begins(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

func TestHostileTexts(t *testing.T) {
	g := newGuarded(t, "")
	v, admin := g.villain()
	v.pages = append(v.pages, "/", "/proposals", "/proposals?n=100", "/proposals/"+g.at["proposal.slug"], "/topics/"+g.at["topic.slug"], "/me", "/admin/audit",
		"/challenges/"+g.at["challenge.slug"], "/moderation", "/login?return=%22%3E%3Cscript%3E", "/nowhere%22%3E%3Cscript%3E", "/proposals?subject=%22%3E%3Cscript%3E&after=%3Cscript%3E&sort=%22")
	published := 0
	for _, path := range slices.Compact(v.pages) {
		for _, who := range []identity.Token{v.token, "", admin} {
			code, _, body := g.asOf(who, "GET", path)
			if who == "" && code == http.StatusOK && strings.HasPrefix(path, "/proposals/idea-") && !strings.HasSuffix(path, "/versions") {
				published++
			}
			for _, d := range dangers(body) {
				t.Errorf("%s holds %s", path, d)
			}
			if strings.ContainsAny(body, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00") {
				t.Errorf("%s holds what turns the direction of writing round", path)
			}
		}
	}
	if published < len(hostile)-1 { // the longest is refused
		t.Errorf("only %d pages of proposals were looked at", published)
	}
	for _, path := range []string{"/feed.atom", "/proposals/feed.atom", "/proposals/" + g.at["proposal.slug"] + "/feed.atom"} {
		if code, _, body := g.asOf("", "GET", path); code != 200 || strings.Contains(body, "<script>") {
			t.Errorf("%s answers %d and holds what runs", path, code)
		}
	}
	_, _, body := g.asOf("", "GET", "/proposals/export.csv")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) < len(hostile) {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
	if !strings.Contains(body, "'=HYPERLINK") {
		t.Error("the formula is not among the summaries")
	}
}

// The same in a real browser: nothing runs, nothing is fetched from elsewhere, and the policy of the
// page has nothing to refuse.
func TestHostileTextsInABrowser(t *testing.T) {
	w := newTown(t)
	b := w.visit(t, 800, true)
	g := &guarded{TB: t, App: w.App, fiber: w.Server.App(), people: map[string]identity.ID{}, at: map[string]string{}}
	v, _ := g.villain()
	pages := []string{"/proposals?n=100", "/proposals/" + g.at["proposal.slug"], "/topics/" + g.at["topic.slug"]}
	for _, p := range v.pages {
		if strings.HasPrefix(p, "/proposals/idea-") {
			pages = append(pages, p)
		}
	}
	if len(pages) < len(hostile) {
		t.Fatalf("only %d pages", len(pages))
	}
	for _, p := range pages {
		b.open(p)
		if look[bool](b, `window.__pwned !== undefined || document.querySelector('main iframe, main object, main script, main [onerror], main [onload], main [onclick]') !== null`) {
			t.Errorf("%s ran something", p)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.foreign)+len(b.refused) > 0 {
		t.Errorf("fetched %v; refused %v", b.foreign, b.refused)
	}
}
