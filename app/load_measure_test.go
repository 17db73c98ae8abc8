package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/proposal"

	"github.com/valyala/fasthttp"
)

// goal is what the server may take for a page of a big town, of a hundred requests the fifth slowest.
const goal = 50 * time.Millisecond

// TestBigTown fills the folder that TEQUIO_BIG names with a big town (in TEQUIO_BIG_DATABASE, where that
// is an address of PostgreSQL), unless it is filled already, and prints how long its pages take inside
// the server: no page is a kept one, each is asked for once. .ci/load big runs it.
func TestBigTown(t *testing.T) {
	dir := os.Getenv("TEQUIO_BIG")
	if dir == "" {
		t.Skip("TEQUIO_BIG names no folder for a big town; .ci/load big sets it")
	}
	a, err := Open(context.Background(), Options{Instance: filepath.Join(dir, "instance"), Database: os.Getenv("TEQUIO_BIG_DATABASE"), Town: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	size := bigLoad
	if os.Getenv("TEQUIO_BIG_SMALL") != "" {
		size = smallLoad
	}
	if n := countRows(t, a, `SELECT count(*) FROM person WHERE email LIKE 'p%@load.example'`); n == 0 {
		began := time.Now()
		if err := fillBig(context.Background(), a, size); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("filled in %s\n", time.Since(began).Round(time.Second))
	}
	measure(t, a)
}

// The generator itself is tried on a small load, on both engines: its counters agree with its rows, and
// what it writes is found.
func TestLoadGenerator(t *testing.T) {
	onEach(t, func(t *testing.T, o Options) {
		a, err := Open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if err := fillBig(context.Background(), a, smallLoad); err != nil {
			t.Fatal(err)
		}
		for what, query := range map[string]string{
			"comments":  `SELECT count(*) FROM thing t WHERE comments <> (SELECT count(*) FROM comment c WHERE c.thing_id = t.id)`,
			"supports":  `SELECT count(*) FROM thing t WHERE supports <> (SELECT count(*) FROM support s WHERE s.thing_id = t.id)`,
			"followers": `SELECT count(*) FROM thing t WHERE followers <> (SELECT count(*) FROM follow f WHERE f.thing_id = t.id)`,
			"replies":   `SELECT count(*) FROM comment c WHERE depth = 0 AND replies <> (SELECT count(*) FROM comment b WHERE b.root_id = c.id AND b.depth > 0)`,
		} {
			if n := countRows(t, a, query); n != 0 {
				t.Errorf("%d counts of %s disagree with their rows", n, what)
			}
		}
		m := newMeter(t, a)
		for name, sample := range m.samples() {
			for _, path := range sample.paths[:min(3, len(sample.paths))] {
				if code, body := m.ask(sample.token, path); code != 200 || len(body) < 10 && !strings.Contains(path, "suggest") {
					t.Errorf("%s: %s answers %d with %d bytes", name, path, code, len(body))
				}
			}
		}
	})
}

// onEach runs fn with an instance of the demo town's on each engine.
func onEach(t *testing.T, fn func(t *testing.T, o Options)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, Options{Instance: t.TempDir(), Town: true}) })
	t.Run("postgres", func(t *testing.T) { fn(t, Options{Instance: t.TempDir(), Town: true, Database: dbtest.Postgres(t)}) })
}

func countRows(t testing.TB, a *App, query string, args ...any) (n int64) {
	t.Helper()
	err := a.DB.Read(context.Background(), func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return err })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// A meter asks the server as browsers do, without a network.
type meter struct {
	*App
	handler           fasthttp.RequestHandler
	hero, admin       string // tokens
	thread            string // address of the longest thread
	proposals         []string
	subjects, places  []string
	agencies          []string
	rare, common, two []string
}

// A sample is the addresses of which one row of the table is made.
type sample struct {
	token string
	paths []string
}

func newMeter(t testing.TB, a *App) *meter {
	m := &meter{App: a, handler: a.Server.App().Handler()}
	err := a.DB.Write(context.Background(), func(tx *db.Tx) error {
		hero, err := db.One(tx, db.Value[identity.ID], `SELECT id FROM person WHERE email = 'p0@load.example'`)
		if err != nil {
			return err
		}
		token, err := identity.Begin(tx, hero, "load", "", "", false)
		if err != nil {
			return err
		}
		m.hero = string(token)
		admin, err := db.One(tx, db.Value[identity.ID], `SELECT person_id FROM role WHERE role = 'administrator' ORDER BY person_id LIMIT 1`)
		if err != nil {
			return err
		}
		if token, err = identity.Begin(tx, admin, "load", "", "", true); err != nil {
			return err
		}
		m.admin = string(token)
		slugs, err := db.All(tx, db.Value[string], `SELECT slug FROM thing WHERE kind = 'proposal' AND state = 'published' AND hidden_at IS NULL ORDER BY comments DESC, id LIMIT 300`)
		for _, s := range slugs {
			m.proposals = append(m.proposals, "/proposals/"+s)
		}
		if err != nil {
			return err
		}
		m.thread = m.proposals[0]
		m.agencies, err = db.All(tx, db.Value[string], `SELECT slug FROM thing WHERE kind = 'agency' ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set := a.Server.Instance.Current()
	for _, s := range set.Subjects {
		m.subjects = append(m.subjects, s.Key)
	}
	for _, p := range set.Places {
		m.places = append(m.places, p.Key)
	}
	l := newLexicon(1)
	m.rare = l.words[9000:9100]
	m.common = l.words[20:120]
	for i := range 100 {
		m.two = append(m.two, loadThings[i%len(loadThings)]+" "+loadPlaces[i%len(loadPlaces)])
	}
	return m
}

// ask asks for a page, signed in where token is not "".
func (m *meter) ask(token, path string) (code int, body string) {
	var ctx fasthttp.RequestCtx
	ctx.Request.SetRequestURI("http://localhost" + path)
	if token != "" {
		ctx.Request.Header.SetCookie("sid", token)
	}
	m.handler(&ctx)
	return ctx.Response.StatusCode(), string(ctx.Response.Body())
}

// hundred are a hundred addresses of one list, none of them asked for before.
func hundred(question string) (all []string) {
	for n := range 100 {
		all = append(all, "/proposals?"+strings.ReplaceAll(question, "#", fmt.Sprint(n+1)))
	}
	return all
}

// of are the addresses of a page with each of some words in it.
func of(path string, words []string) (all []string) {
	for _, w := range words {
		all = append(all, strings.ReplaceAll(path, "#", url.QueryEscape(w)))
	}
	return all
}

func shortened(words []string, n int) (all []string) {
	for _, w := range words {
		r := []rune(w)
		all = append(all, string(r[:min(n, len(r))]))
	}
	return all
}

// samples are the rows of the table.
func (m *meter) samples() map[string]sample {
	all := map[string]sample{}
	for _, s := range []string{"newest", "supported", "discussed", "closing"} {
		all["list, "+s] = sample{m.hero, hundred("sort=" + s + "&x=#")}
	}
	all["list, random"] = sample{m.hero, hundred("sort=random&seed=#")}
	for _, s := range proposal.Listed {
		all["list, state "+string(s)] = sample{m.hero, hundred("state=" + string(s) + "&sort=supported&x=#")}
	}
	for i := range 100 {
		add := func(name, path string) { all[name] = sample{m.hero, append(all[name].paths, path)} }
		subject, place, agency := m.subjects[i%len(m.subjects)], m.places[i%len(m.places)], m.agencies[i%len(m.agencies)]
		add("list, subject", fmt.Sprintf("/proposals?subject=%s&x=%d", subject, i))
		add("list, place, most supported", fmt.Sprintf("/proposals?place=%s&sort=supported&x=%d", place, i))
		add("list, agency, most discussed", fmt.Sprintf("/proposals?agency=%s&sort=discussed&x=%d", agency, i))
		add("list, subject, place, accepted", fmt.Sprintf("/proposals?subject=%s&place=%s&state=accepted&x=%d", subject, place, i))
		add("list, subject, agency, closing", fmt.Sprintf("/proposals?subject=%s&agency=%s&sort=closing&x=%d", subject, agency, i))
		add("home", fmt.Sprintf("/?x=%d", i))
		add("thread of 5,000 comments", m.thread+fmt.Sprintf("?x=%d", i))
		all["thread of 5,000, signed out"] = sample{"", append(all["thread of 5,000, signed out"].paths, m.thread+fmt.Sprintf("?x=%d", i))}
		add("thread of 5,000, newest first", m.thread+fmt.Sprintf("?comments=newest&x=%d", i))
		add("proposal, signed in", m.proposals[i%len(m.proposals)]+fmt.Sprintf("?x=%d", i))
		add("/me", "/me")
		add("/me/notices", "/me/notices")
		add("moderation log", fmt.Sprintf("/moderation?x=%d", i))
		if i%2 == 0 {
			add("search, filters", fmt.Sprintf("/search?q=%s&kind=proposal&phase=closed&subject=%s&place=%s&from=2025-01-01", url.QueryEscape(m.common[i]), subject, place))
		}
	}
	all["list, common word, most supported"] = sample{m.hero, of("/proposals?sort=supported&q=#", m.common)}
	all["list, rare word"] = sample{m.hero, of("/proposals?q=#", m.rare)}
	all["list, two words, subject"] = sample{m.hero, of("/proposals?subject="+m.subjects[0]+"&q=#", m.two)}
	all["search, rare word"] = sample{m.hero, of("/search?q=#", m.rare)}
	all["search, common word"] = sample{m.hero, of("/search?q=#", m.common)}
	all["search, two words"] = sample{m.hero, of("/search?q=#", m.two)}
	all["search, beginning of a word"] = sample{m.hero, of("/search?q=#", shortened(m.common, 3))}
	all["search, nothing found"] = sample{m.hero, of("/search?q=#qqq", m.common)}
	all["suggestions while typing"] = sample{"", of("/search/suggest?q=#", shortened(m.two, 7))}
	all["what is hidden"] = sample{m.admin, slices.Repeat([]string{"/admin/hidden"}, 100)}
	all["moderation queue"] = sample{m.admin, slices.Repeat([]string{"/admin/moderation"}, 100)}
	all["administration"] = sample{m.admin, slices.Repeat([]string{"/admin"}, 100)}
	all["audit"] = sample{m.admin, slices.Repeat([]string{"/admin/audit"}, 100)}
	return all
}

// threadTime is how long the processor has worked for this thread.
func threadTime() time.Duration {
	var u syscall.Rusage
	const thisThread = 1 // RUSAGE_THREAD of Linux, which package syscall does not name
	if err := syscall.Getrusage(thisThread, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var nextPage = regexp.MustCompile(`href="(/proposals\?[^"]*)" rel="next"`)

// measure prints the table, and fails where a row misses the goal.
func measure(t *testing.T, a *App) {
	m := newMeter(t, a)
	runtime.LockOSThread() // the server's work is done on this thread, so that its own time can be told
	defer runtime.UnlockOSThread()
	fmt.Printf("%-36s %8s %8s %8s %8s   (ms)\n", "page", "p50", "p95", "p99", "CPU p95")
	row := func(name string, n int, do func(i int)) {
		took, busy := make([]time.Duration, n), make([]time.Duration, n)
		for i := range min(5, n) {
			do(i) // warm
		}
		for i := range took {
			began, worked := time.Now(), threadTime()
			do(i)
			took[i], busy[i] = time.Since(began), threadTime()-worked
		}
		slices.Sort(took)
		slices.Sort(busy)
		at := func(all []time.Duration, share int) float64 {
			return float64(all[min(n-1, n*share/100)].Microseconds()) / 1000
		}
		fmt.Printf("%-36s %8.1f %8.1f %8.1f %8.1f\n", name, at(took, 50), at(took, 95), at(took, 99), at(busy, 95))
		if took[min(n-1, n*95/100)] > goal {
			t.Errorf("%s takes %.1f ms at p95", name, at(took, 95))
		}
	}
	samples := m.samples()
	names := make([]string, 0, len(samples))
	for n := range samples {
		names = append(names, n)
	}
	slices.Sort(names)
	only := os.Getenv("TEQUIO_BIG_ONLY")
	for _, name := range names {
		s := samples[name]
		if !strings.Contains(name, only) {
			continue
		}
		row(name, len(s.paths), func(i int) {
			if code, _ := m.ask(s.token, s.paths[i]); code != 200 {
				t.Errorf("%s: %d", s.paths[i], code)
			}
		})
	}
	path := "/proposals?sort=supported&n=20"
	row("list, page after page", 100, func(int) {
		_, body := m.ask(m.hero, path)
		if next := nextPage.FindStringSubmatch(body); next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
		}
	})
	row("similar while typing", 100, func(i int) {
		title := []rune(loadActs[i%len(loadActs)] + " " + m.two[i])
		if _, err := a.Server.Search.Similar(context.Background(), string(title[:max(8, len(title)-i%9)]), "es", proposal.Kind, 6); err != nil {
			t.Error(err)
		}
	})
}
