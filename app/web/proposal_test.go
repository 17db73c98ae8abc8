package web

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

// neighbour is a browser of a new person.
func (w *town) neighbour(name string, level identity.Level) (*browser, identity.ID) {
	w.Helper()
	p := identity.Person{Name: name, Level: level}
	w.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return w.signedIn(p.ID, false), p.ID
}

// official is a browser of a new focal point, who they are, and their agency.
func (w *town) official(name, agency string) (*browser, identity.ID, thing.ID) {
	w.Helper()
	p := identity.Person{Name: name, Level: identity.Identified}
	g := thing.Thing{Kind: "agency", Title: agency, Lang: "es", State: thing.Published, PublishedAt: w.clock.Now()}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &p); err != nil {
			return err
		}
		if err := thing.Create(tx, &g); err != nil {
			return err
		}
		return identity.Give(tx, p.ID, identity.Grant{Role: identity.FocalPoint, Agency: int64(g.ID)}, 0)
	})
	return w.signedIn(p.ID, true), p.ID, g.ID
}

// propose takes a browser through every step and returns the address of the published proposal.
func (b *browser) propose(title string) string {
	b.w.Helper()
	b.get("/proposals/new").want(200, "/proposals/new/title")
	b.get("/proposals/new/title").want(200, `name="title"`)
	b.post("/proposals/new/title", "title", title)
	b.follow()
	if b.code == 303 { // nothing is similar
		b.follow()
	} else {
		b.want(200, "It may be there already")
		b.get(b.reads(`href="(/proposals/drafts/\d+/text)"`))
	}
	base := b.want(200, "Step 2 of 6").reads(`action="(/proposals/drafts/\d+/)text"`)
	b.post(base+"text", "summary", "Hace calor.", "body", "Pedimos **árboles**.").to(base + "place")
	b.follow().want(200, "Step 3 of 6")
	b.post(base+"place", "place", "").to(base + "subject")
	b.follow().want(200, "Step 4 of 6")
	b.post(base+"subject", "subject", "").to(base + "files")
	b.follow().want(200, "Step 5 of 6")
	b.post(base + "files").to(base + "check")
	b.follow().want(200, title, "<strong>árboles</strong>")
	b.post(base + "publish")
	return b.head.Get("Location")
}

func TestTheLifeOfAProposal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana, anaID := w.neighbour("Ana Ruiz", identity.Reachable)
		eva, evaID := w.neighbour("Eva Luna", identity.Resident)
		_, luis, agency := w.official("Luis Rey", "Movilidad")
		visitor := w.browser()

		visitor.get("/proposals/new/title").to("/login?return=%2Fproposals%2Fnew%2Ftitle")
		path := ana.propose("Sombra en las paradas")
		if path != "/proposals/sombra-en-las-paradas" {
			t.Fatal(path)
		}
		ana.follow().want(200, "Your proposal is published.", "Collecting support", path+"/edit", `lang="es"`)
		ana.get("/proposals/drafts/1/check").want(404)

		// similar ones are shown to the next who writes of it, whatever the accents
		if other := eva.propose("Sómbra para la PARADA"); other != "/proposals/sombra-para-la-parada" {
			t.Fatal(other)
		}

		// support, and take it back, as plain forms
		visitor.get(path).want(200, "/login?return=%2Fproposals%2Fsombra-en-las-paradas", "0</span>")
		eva.get(path).post(path + "/support").to(path)
		eva.follow().want(200, "Your support is counted.", "You support it", "1, of them 1 verified resident.")
		visitor.get(path).want(200, "1</span>", "of 3 supporters")
		eva.post(path + "/support").to(path)
		eva.get(path).post(path + "/unsupport").to(path)
		visitor.get(path).want(200, "0</span>")

		// an edit keeps the text before it
		ana.get(path+"/edit").want(200, "Pedimos **árboles**.")
		ana.post(path+"/edit", "version", "1", "title", "Sombra en las paradas", "summary", "Hace calor.", "body", "Pedimos árboles y bancas.").want(422, "Say what you changed")
		ana.post(path+"/edit", "version", "1", "title", "Sombra en las paradas", "summary", "Hace calor.", "body", "Pedimos árboles y bancas.", "note", "también bancas").to(path)
		ana.get(path+"/edit").post(path+"/edit", "version", "1", "title", "Sombra en las paradas", "summary", "Otro.", "body", "Perdido", "note", "otra ventana").want(409, "Perdido", "another window")
		visitor.get(path+"/versions").want(200, "Version 2 beside version 1", "también bancas", "<ins>", "<del>")
		visitor.get(path+"/versions?view=side").want(200, "compare-side")
		eva.get(path + "/edit").want(403)

		// three supports reach the threshold; the answer is due, then late
		for i := range 3 {
			b, _ := w.neighbour(fmt.Sprint("Vecina ", i), identity.Reachable)
			b.get(path).post(path + "/support").to(path)
		}
		visitor.get(path).want(200, "Waiting for an answer", "10 days left")
		ana.get(path + "/edit").want(409)
		clock.Advance(13 * 24 * time.Hour)
		visitor.get(path).want(200, "The answer is 3 days late")
		visitor.get("/proposals?state=reached").want(200, "1 proposal<", "The answer is 3 days late")

		// the agency answers, with reasons or not at all
		staff := w.signedIn(luis, true) // the sessions of thirteen days ago are over
		id := staff.get(path).want(200, "Answer officially").reads(`action="/things/(\d+)/answers"`)
		staff.post("/things/"+id+"/answers", "verdict", "accepted").want(422, "Write the reasons", `href="#body"`)
		eva = w.signedIn(evaID, false)
		eva.get(path).post("/things/"+id+"/answers", "verdict", "accepted", "body", "Sí.").want(403)
		staff.get(path).post(path+"/agency", "agency", fmt.Sprint(agency)).to(path)
		staff.get(path).post("/things/"+id+"/answers", "verdict", "partly", "body", "Árboles **sí**.", "cost", "12,500.50", "due", "2027-03-01", "return", path).to(path)
		visitor.get(path).want(200, "Partly accepted", "<strong>sí</strong>", "$12,500.50", "1 March 2027", "Movilidad", "It came 3 days late.")
		staff.get(path).post("/things/"+id+"/answers", "verdict", "accepted", "body", "También bancas.", "cost", "muchos").want(422, "The cost must be a number", "También bancas.")
		staff.get(path).want(200, "What you correct and why")
		staff.post("/things/"+id+"/answers", "verdict", "accepted", "body", "También bancas.").want(422, "Say what you correct and why")
		staff.post("/things/"+id+"/answers", "verdict", "accepted", "body", "También bancas.", "correction", "Sí alcanza el dinero.").to(path)
		visitor.get(path).want(200, "Accepted", "Earlier answers", "Corrected on Sunday 6 December 2026", "Sí alcanza el dinero.")
		ana = w.signedIn(anaID, false)
		ana.get(path + "/withdraw").want(409)
	})
}

func TestAWithdrawnProposalKeepsItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana, _ := w.neighbour("Ana Ruiz", identity.Reachable)
		path := ana.propose("Sombra en las paradas")
		ana.get(path+"/withdraw").want(200, "cannot be undone")
		ana.post(path+"/withdraw", "reason", "Ya se hizo.").want(422, "Choose a reason")
		ana.post(path+"/withdraw", "code", "other", "reason", "").want(422, "Write the reason")
		ana.post(path+"/withdraw", "code", "done", "reason", "Ya se hizo.").to(path)
		w.browser().get(path).want(410, "Sombra en las paradas", "Ya se hizo.", "Withdrawn")
		w.browser().get("/proposals").want(200, "0 proposals")
		w.browser().get(path + "/feed.atom").want(410)
		w.browser().get(path + "/versions").want(410)
	})
}

func TestConversation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		ana, _ := w.neighbour("Ana Ruiz", identity.Reachable)
		eva, _ := w.neighbour("Eva Luna", identity.Reachable)
		staff, _, _ := w.official("Luis Rey", "Movilidad")
		visitor := w.browser()
		path := ana.propose("Sombra en las paradas")
		id := ana.get(path).reads(`action="/things/(\d+)/comments"`)
		comments := "/things/" + id + "/comments"

		visitor.get(path).want(200, "No comments yet", "Sign in to comment")
		visitor.post(comments, "body", "hola").want(403)
		eva.get(path).post(comments, "body", "  ", "stance", "against", "return", path).want(422, "Write your comment", `href="#body"`)
		eva.post(comments, "body", "No <b>hace</b> falta.", "stance", "against", "return", path)
		at := eva.leads(path + "#c")
		visitor.get(path).want(200, "1 comment", "Against", "Eva Luna")
		if strings.Contains(visitor.body, "<b>hace") {
			t.Fatal("raw HTML in a comment")
		}
		ana.get(path+"?reply="+at).want(200, `name="parent" value="`+at+`"`)
		ana.post(comments, "body", "Sí hace.", "parent", at, "return", path)
		if got := ana.head.Get("Location"); !strings.HasPrefix(got, path+"?branch="+at+"#c") {
			t.Fatal(got)
		}
		reply := ana.head.Get("Location")[strings.LastIndex(ana.head.Get("Location"), "#c")+2:]
		staff.get(path).want(200, "Speak in the name of Movilidad")
		staff.post(comments, "body", "Medimos 38 grados.", "official", "1", "return", path)
		visitor.get(path).want(200, "3 comments", "comment-official", "Movilidad")
		visitor.get("/comments/" + reply).to(path + "?branch=" + at + "#c" + reply)
		visitor.follow().want(200, "Show all comments", "Sí hace.")
		visitor.get(path + "?stance=for").want(200)
		if strings.Contains(visitor.body, "hace falta") {
			t.Fatal("a comment against among those in favour")
		}

		// one's own words can be changed for a while, and taken back for good
		eva.get("/comments/" + reply + "/edit").want(403)
		eva.get("/comments/"+at+"/edit").want(200, "No &lt;b&gt;hace&lt;/b&gt; falta.")
		eva.post("/comments/"+at+"/edit", "body", "Quizá falta.").to("/comments/" + at)
		visitor.get("/comments/"+at+"/history").want(200, "Quizá falta.", "hace")
		clock.Advance(16 * time.Minute)
		eva.get("/comments/"+at+"/edit").want(200, "can no longer be changed")
		eva.post("/comments/"+at+"/edit", "body", "Ya tarde.").want(409, "Ya tarde.")
		eva.post("/comments/" + at + "/delete").to(path + "#comments")
		visitor.get(path).want(200, "2 comments", "Its author deleted this comment.", "Sí hace.")
		visitor.get("/comments/" + at + "/history").want(404)
	})
}

// leads is what follows a beginning in the address that the last answer leads to.
func (b *browser) leads(beginning string) string {
	b.w.Helper()
	rest, ok := strings.CutPrefix(b.head.Get("Location"), beginning)
	if b.code != 303 || !ok {
		b.w.Fatalf("answered %d to %q:\n%s", b.code, b.head.Get("Location"), b.body)
	}
	return rest
}

// town of many proposals, each with its own numbers.
func (w *town) fill(n int) {
	w.Helper()
	ana := identity.Person{Name: "Ana Ruiz", Level: identity.Reachable}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &ana); err != nil {
			return err
		}
		for i := range n {
			p := proposal.Proposal{Threshold: 100, AnswerDays: 30, Body: "Porque sí.", HTML: "<p>Porque sí.</p>"}
			p.Thing = thing.Thing{Author: ana.ID, Title: fmt.Sprintf("Propuesta %d del barrio", i), Slug: fmt.Sprint("propuesta-", i), Summary: "=Un resumen.", Lang: "es",
				State: thing.Published, PublishedAt: tx.Now.Add(-time.Duration(i) * time.Hour), ClosesAt: tx.Now.Add(time.Duration(1+i%90) * 24 * time.Hour)}
			if err := proposal.Insert(tx, &p); err != nil {
				return err
			}
			if err := thing.Add(tx, p.ID, thing.Supports, i%40); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestListsPageFilterAndExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.fill(45)
		for _, sort := range []string{"", "sort=supported", "sort=discussed", "sort=closing", "sort=random"} {
			b := w.browser().get("/proposals?" + sort)
			if sort == "sort=random" {
				b.follow()
			}
			seen := map[string]bool{}
			for range 9 {
				b.want(200, "45 proposals")
				for _, m := range strings.Split(b.body, `card-link" href="`)[1:] {
					href, _, _ := strings.Cut(m, `"`)
					if seen[href] {
						t.Fatalf("%s shows %s twice", sort, href)
					}
					seen[href] = true
				}
				if !strings.Contains(b.body, `rel="next"`) {
					break
				}
				b.get(strings.ReplaceAll(b.reads(`href="([^"]+)" rel="next"`), "&amp;", "&"))
			}
			if len(seen) != 45 {
				t.Fatalf("%s shows %d of 45", sort, len(seen))
			}
		}
		b := w.browser()
		if got := strings.Count(b.get("/proposals?n=50").want(200).body, "card-link"); got != 45 {
			t.Fatalf("%d of 45 on a page of 50", got)
		}
		b.get("/proposals?state=accepted").want(200, "0 proposals", "Try fewer filters.")
		b.get("/proposals?state=nonsense&n=-3&after=rubbish&sort=worst").want(200, "45 proposals", "newest first")
		rows, err := csv.NewReader(strings.NewReader(b.get("/proposals/export.csv?state=collecting").want(200).body)).ReadAll()
		if err != nil || len(rows) != 46 || rows[0][2] != "title" || rows[1][3] != "'=Un resumen." {
			t.Fatalf("%d rows, %v: %v", len(rows), rows[:2], err)
		}
		var all []proposalRow
		if err := json.Unmarshal([]byte(b.get("/proposals/export.json").want(200).body), &all); err != nil || len(all) != 45 || all[0].Stage != "collecting" {
			t.Fatalf("%d rows: %v", len(all), err)
		}
		if err := json.Unmarshal([]byte(b.get("/proposals/export.json?state=accepted").want(200).body), &all); err != nil || len(all) != 0 {
			t.Fatalf("%d rows: %v", len(all), err)
		}
	})
}

func TestFeeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.fill(3)
		staff, _, _ := w.official("Luis Rey", "Movilidad")
		path := "/proposals/propuesta-1"
		id := staff.get(path).reads(`action="/things/(\d+)/answers"`)
		staff.post("/things/"+id+"/answers", "verdict", "review", "body", "La vemos <b>ya</b>.", "return", path).to(path)
		staff.get(path).post("/things/"+id+"/comments", "body", "Hola.", "return", path)
		for feed, entries := range map[string]int{
			"/feed.atom": 4, "/proposals/feed.atom": 3, "/proposals/feed.atom?state=review": 1, path + "/feed.atom": 3,
			"/votes/feed.atom": 0, "/consultations/feed.atom": 0, "/challenges/feed.atom": 0, "/agencies/movilidad/feed.atom": 0,
		} {
			b := w.browser().get(feed).want(200)
			var f struct {
				XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
				ID      string   `xml:"id"`
				Updated string   `xml:"updated"`
				Entries []struct {
					ID      string `xml:"id"`
					Title   string `xml:"title"`
					Updated string `xml:"updated"`
				} `xml:"entry"`
			}
			if err := xml.Unmarshal([]byte(b.body), &f); err != nil || len(f.Entries) != entries {
				t.Fatalf("%s: %d entries: %v\n%s", feed, len(f.Entries), err, b.body)
			}
			if _, err := time.Parse(time.RFC3339, f.Updated); err != nil || f.ID == "" || b.head.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
				t.Fatalf("%s: %v %q", feed, err, b.head.Get("Content-Type"))
			}
			ids := map[string]bool{}
			for _, e := range f.Entries {
				if e.Title == "" || ids[e.ID] || !strings.HasPrefix(e.ID, "http://localhost/") {
					t.Fatalf("%s: %+v", feed, e)
				}
				ids[e.ID] = true
			}
			b.header["If-None-Match"] = b.head.Get("ETag")
			b.get(feed).want(304)
		}
		w.browser().get("/proposals/none/feed.atom").want(404)
	})
}

func TestMoneyAsPeopleWriteIt(t *testing.T) {
	for in, want := range map[string]int64{
		"": 0, "0": 0, "12": 1200, "12.5": 1250, "12.50": 1250, "$1,200,000.05": 120000005, " 3 000 ": 300000,
		"12.505": -1, "mucho": -1, "-5": -1, "1e9": -1, "99999999999999999999": -1, ".": -1, ".5": 50,
	} {
		got, ok := majorUnits(in)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is %d (%v), not %d", in, got, ok, want)
		}
	}
}

// Replies deeper than the page shows stand at its deepest level and name whom they answer.
func TestDeepRepliesStandWhereTheyFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		_, ana := w.neighbour("Ana Ruiz", identity.Reachable)
		var m commentView
		w.write(func(tx *db.Tx) error {
			p := thing.Thing{Kind: "proposal", Title: "Sombra", Lang: "es", State: thing.Published, PublishedAt: tx.Now}
			if err := thing.Create(tx, &p); err != nil {
				return err
			}
			parent := int64(0)
			var all []talk.Comment
			for i := range 6 {
				c := talk.Comment{Thing: p.ID, Parent: parent, Author: ana, Body: fmt.Sprint(i)}
				if err := talk.InsertComment(tx, &c); err != nil {
					return err
				}
				parent = c.ID
				all = append(all, c)
			}
			v := &Visit{s: w.s, Now: tx.Now, Lang: w.s.Words.Language("en")}
			m = (&threadWriter{v: v, t: p}).tree(all[0], append(all[1:3:3], all[4:]...)) // the third reply is on another page
			return nil
		})
		var shape func(c commentView) string
		shape = func(c commentView) string {
			s := "c"
			if c.To != nil {
				s = "r"
			}
			for _, b := range c.Below {
				s += "(" + shape(b) + ")"
			}
			return s
		}
		if got := shape(m); got != "c(c(c))(r(c))" {
			t.Fatal(got)
		}
	})
}

// benchTown is a town of ten thousand proposals, the first with a hundred comments.
func benchTown(b *testing.B) *town {
	clock := dbtest.NewClock(dbtest.Start)
	w := newTown(b, dbtest.Open(b, b.TempDir()+"/t.db", clock.Now), clock)
	w.fill(10_000)
	w.write(func(tx *db.Tx) error {
		p, err := proposal.Find(tx, "propuesta-0")
		for i := range 100 {
			c := talk.Comment{Thing: p.ID, Author: p.Author, Body: "Hola.", HTML: "<p>Hola a todas las vecinas del barrio.</p>", At: tx.Now.Add(-time.Duration(100-i) * time.Hour)}
			if err == nil {
				err = talk.InsertComment(tx, &c)
			}
		}
		return err
	})
	return w
}

func BenchmarkProposals(b *testing.B) {
	w := benchTown(b)
	signedIn, _ := w.neighbour("Eva Luna", identity.Reachable)
	for name, path := range map[string]string{"list of 50 of 10000": "/proposals?n=50", "proposal with 100 comments": "/proposals/propuesta-0"} {
		for who, browser := range map[string]*browser{"visitor": w.browser(), "signed in": signedIn} {
			b.Run(name+"/"+who, func(b *testing.B) {
				for b.Loop() {
					browser.get(path).want(200)
				}
			})
		}
	}
}

// BenchmarkProposalsCold is what a page costs after an event made it stale.
func BenchmarkProposalsCold(b *testing.B) {
	w := benchTown(b)
	for name, path := range map[string]string{"list of 50 of 10000": "/proposals?n=50", "most supported": "/proposals?sort=supported", "at random": "/proposals?sort=random&seed=7", "waiting": "/proposals?state=reached", "proposal with 100 comments": "/proposals/propuesta-0"} {
		b.Run(name, func(b *testing.B) {
			browser := w.browser()
			for b.Loop() {
				w.s.cache.bump([]string{scopeInstance})
				browser.get(path).want(200)
			}
		})
	}
}
