package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/web"

	"github.com/gofiber/fiber/v2"
)

// The kinds of people who try every address. "The agency" is every agency whose things are tried.
var kindsOfPeople = []string{
	"nobody", "neighbour", "author", "blocked",
	"foreign-evaluator", "foreign-editor", "foreign-focal",
	"evaluator", "editor", "focal", "moderator", "admin-without-factor", "admin",
}

// who gets in, by the name that the table below uses.
var whoGetsIn = map[string][]string{
	"everybody":  kindsOfPeople,
	"nobody":     nil,
	"people":     kindsOfPeople[1:],
	"active":     {"neighbour", "author", "foreign-evaluator", "foreign-editor", "foreign-focal", "evaluator", "editor", "focal", "moderator", "admin-without-factor", "admin"},
	"author":     {"author"},
	"staff":      {"foreign-evaluator", "foreign-editor", "foreign-focal", "evaluator", "editor", "focal", "moderator", "admin"},
	"agency":     {"editor", "focal", "admin"},
	"writers":    {"foreign-editor", "foreign-focal", "editor", "focal", "admin"},
	"judges":     {"evaluator", "focal", "admin"},
	"answerers":  {"focal", "admin"},
	"desks":      {"foreign-editor", "foreign-focal", "editor", "focal", "admin"},
	"hosts":      {"editor", "focal", "moderator", "admin"},
	"moderators": {"moderator", "admin"},
	"admin":      {"admin"},
}

// A guarded town is a demo town without a network, in which every kind of person has a session for
// each request.
type guarded struct {
	testing.TB
	*App
	fiber  *fiber.App
	people map[string]identity.ID
	at     map[string]string // what stands for the parts of an address
}

func newGuarded(t testing.TB, database string) *guarded {
	t.Helper()
	a, err := Open(context.Background(), Options{Instance: t.TempDir(), Database: database, BaseURL: "http://localhost", Demo: true, Town: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	g := &guarded{TB: t, App: a, fiber: a.Server.App(), people: map[string]identity.ID{}, at: map[string]string{}}
	return g
}

// enrol makes the people, and for each of them as many sessions as there are requests to make.
func (g *guarded) enrol(sessions int) map[string][]identity.Token {
	g.Helper()
	tokens := map[string][]identity.Token{}
	own, foreign := g.agencies()
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		for _, kind := range kindsOfPeople[1:] {
			p := identity.Person{Name: "Persona " + kind, Email: kind + "@guardia.example", Level: identity.Resident, DemoRole: "guard"}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			g.people[kind] = p.ID
			role := map[string]identity.Role{"evaluator": identity.Evaluator, "editor": identity.Editor, "focal": identity.FocalPoint,
				"moderator": identity.Moderator, "admin": identity.Administrator, "admin-without-factor": identity.Administrator}
			if name, of, _ := strings.Cut(kind, "-"); name == "foreign" {
				if err := identity.Give(tx, p.ID, identity.Grant{Role: role[of], Agency: foreign}, 0); err != nil {
					return err
				}
			} else if r := role[kind]; r.OfAgency() {
				for _, agency := range own {
					if err := identity.Give(tx, p.ID, identity.Grant{Role: r, Agency: agency}, 0); err != nil {
						return err
					}
				}
			} else if r != "" {
				if err := identity.Give(tx, p.ID, identity.Grant{Role: r}, 0); err != nil {
					return err
				}
			}
			if kind == "blocked" {
				if _, err := tx.Exec(`UPDATE person SET blocked_at = $1 WHERE id = $2`, tx.Now, p.ID); err != nil {
					return err
				}
			}
			factor := kind != "admin-without-factor"
			for range sessions {
				token, err := identity.Begin(tx, p.ID, "email", "Firefox · Linux", "192.0.2.0/24", factor)
				if err != nil {
					return err
				}
				tokens[kind] = append(tokens[kind], token)
			}
		}
		_, err := tx.Exec(`UPDATE session SET confirmed_at = $1`, tx.Now)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
	g.at["neighbour"] = fmt.Sprint(g.people["neighbour"])
	return tokens
}

// agencies are those whose things are tried, and one that has nothing to do with them.
func (g *guarded) agencies() (own []int64, foreign int64) {
	g.Helper()
	err := g.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		own, err = db.All(tx, db.Value[int64], `SELECT DISTINCT agency_id FROM thing WHERE agency_id IS NOT NULL AND id IN
			($1, $2, $3, $4, $5, $6, $7) ORDER BY 1 LIMIT 10`, g.at["vote"], g.at["consultation"], g.at["challenge"], g.at["proposal"], g.at["topic"],
			g.at["asking"], g.at["entered"])
		if err != nil {
			return err
		}
		all, err := db.All(tx, db.Value[int64], `SELECT id FROM thing WHERE kind = 'agency' ORDER BY id LIMIT 50`)
		for _, id := range all {
			if !slices.Contains(own, id) {
				foreign = id
			}
		}
		return err
	})
	if err != nil || foreign == 0 || len(own) == 0 {
		g.Fatalf("agencies %v and %d (%v)", own, foreign, err)
	}
	return own, foreign
}

// find fills in what stands for the parts of the addresses: things that are there, a draft and a
// comment of the author's.
func (g *guarded) find() {
	g.Helper()
	one := func(name, query string, args ...any) {
		err := g.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			g.at[name], err = db.One(tx, func(r db.Row) (string, error) {
				var id int64
				var slug string
				err := r.Scan(&id, &slug)
				g.at[name+".slug"] = slug
				return fmt.Sprint(id), err
			}, query, args...)
			return err
		})
		if err != nil {
			g.Fatalf("find %s: %v", name, err)
		}
	}
	now := g.DB.Now()
	const open = ` AND t.state = 'published' AND t.published_at <= $1 AND t.opens_at <= $1 AND t.closes_at > $1 ORDER BY t.id LIMIT 1`
	one("vote", `SELECT t.id, t.slug FROM thing t WHERE t.kind = 'vote'`+open, now)
	one("counted", `SELECT t.id, t.slug FROM thing t JOIN vote v ON v.id = t.id WHERE v.counted_at IS NOT NULL ORDER BY t.id LIMIT 1`)
	one("option", `SELECT o.id, o.code FROM vote_option o JOIN vote_question q ON q.id = o.question_id WHERE q.vote_id = $1 ORDER BY o.id LIMIT 1`, g.at["vote"])
	one("challenge", `SELECT t.id, t.slug FROM thing t JOIN phase p ON p.thing_id = t.id AND p.kind = 'entries' AND p.opens_at <= $1 AND p.closes_at > $1 WHERE t.kind = 'challenge' ORDER BY t.id LIMIT 1`, now)
	one("asked", `SELECT id, '' FROM challenge_question ORDER BY id LIMIT 1`)
	one("asking", `SELECT t.id, t.slug FROM thing t JOIN challenge_question q ON q.challenge_id = t.id WHERE q.id = $1`, g.at["asked"])
	one("decided", `SELECT t.id, t.slug FROM thing t JOIN challenge c ON c.id = t.id WHERE c.decided_at IS NOT NULL ORDER BY t.id LIMIT 1`)
	one("entry", `SELECT t.id, t.slug FROM thing t WHERE t.kind = 'entry' AND t.state = 'published' AND t.published_at <= $1 ORDER BY t.id LIMIT 1`, now)
	one("entered", `SELECT p.id, p.slug FROM thing t JOIN thing p ON p.id = t.parent_id WHERE t.id = $1`, g.at["entry"])
	one("question", `SELECT q.id, '' FROM survey_question q JOIN thing t ON t.id = q.survey_id`+strings.Replace(open, " AND", " WHERE", 1), now)
	one("survey", `SELECT t.id, t.slug FROM thing t JOIN survey_question q ON q.survey_id = t.id WHERE q.id = $1`, g.at["question"])
	one("consultation", `SELECT p.id, p.slug FROM thing t JOIN thing p ON p.id = t.parent_id WHERE t.id = $1`, g.at["survey"])
	one("answered", `SELECT t.id, t.slug FROM thing t JOIN consultation c ON c.id = t.id WHERE c.outcome_at IS NOT NULL ORDER BY t.id LIMIT 1`)
	one("topic", `SELECT t.id, t.slug FROM thing t WHERE t.kind = 'topic' AND t.state = 'published' ORDER BY t.id LIMIT 1`)
	one("opining", `SELECT t.id, t.slug FROM thing t JOIN phase p ON p.thing_id = t.id WHERE p.kind = 'statements' ORDER BY t.id LIMIT 1`)
	one("statement", `SELECT id, '' FROM statement WHERE thing_id = $1 AND state = 'shown' ORDER BY id LIMIT 1`, g.at["opining"])
	if err := g.Server.Consultations.DrawMaps(context.Background()); err != nil {
		g.Fatal(err)
	}
	one("talked", `SELECT p.id, p.slug FROM thing t JOIN thing p ON p.id = t.parent_id WHERE t.id = $1`, g.at["topic"])
	one("agency", `SELECT t.id, t.slug FROM thing t WHERE t.kind = 'agency' ORDER BY t.id LIMIT 1`)
	one("proposal", `SELECT t.id, t.slug FROM thing t JOIN proposal p ON p.id = t.id WHERE t.state = 'published' AND t.hidden_at IS NULL AND t.agency_id IS NOT NULL
		AND p.verdict = '' ORDER BY CASE WHEN t.closes_at > $1 THEN 0 ELSE 1 END, t.id LIMIT 1`, now)
	one("own", `SELECT t.id, t.slug FROM thing t JOIN proposal p ON p.id = t.id WHERE t.state = 'published' AND t.hidden_at IS NULL AND t.closes_at > $1
		AND p.reached_at IS NULL ORDER BY t.id LIMIT 1`, now)
	one("partial", `SELECT count(*), '' FROM ledger_entry WHERE vote_id = $1`, g.at["counted"])
	one("sponsored", `SELECT id, invite FROM proposal WHERE invite <> '' ORDER BY id LIMIT 1`)
	g.at["invite"] = g.at["sponsored.slug"]
	g.at["partial"] = ".p/" + g.at["partial"]
	_, _, home := g.asOf("", "GET", "/")
	g.at["static"] = regexp.MustCompile(`/static/[^"]+\.css`).FindString(home)
}

// asOf sends one request in a person's session.
func (g *guarded) asOf(token identity.Token, method, path string, pairs ...string) (code int, location, body string) {
	g.Helper()
	form := url.Values{}
	visitor := ""
	if method != "GET" {
		holder := string(token)
		if token == "" {
			visitor = "a-browser-of-nobody"
			holder = visitor
		}
		form.Set("csrf", g.Server.FormToken(identity.Token(holder)))
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "localhost"
	r.Header.Set("Accept-Language", "en")
	if method != "GET" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range map[string]string{"sid": string(token), "visitor": visitor} {
		if value != "" {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	res, err := g.fiber.Test(r, -1)
	if err != nil {
		g.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	all, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(all)
}

// kept counts the rows of every table but those of sessions, and the events: what must not change
// when somebody is refused.
func (g *guarded) kept() string {
	g.Helper()
	var counts []string
	err := g.DB.Read(context.Background(), func(tx *db.Tx) error {
		counts = counts[:0]
		names := `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1 LIMIT 500`
		if tx.IsSQLite() {
			names = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%' ORDER BY 1 LIMIT 500`
		}
		tables, err := db.All(tx, db.Value[string], names)
		for _, table := range tables {
			if err != nil {
				return err
			}
			var n int64
			n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM `+table)
			counts = append(counts, fmt.Sprint(table, " ", n))
		}
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
	return strings.Join(counts, "\n")
}

// refused reports whether an answer turned somebody away.
func refused(code int, location string) bool {
	switch code {
	case 401, 403, 404:
		return true
	case 303:
		for _, way := range []string{"/login?return=", "/me/confirm?return=", "/me/factor?return="} {
			if strings.HasPrefix(location, way) {
				return true
			}
		}
	}
	return false
}

// addressOf is an address with the parts that stand for something filled in.
func (g *guarded) addressOf(pattern string) string {
	pattern = g.filled(pattern)
	if strings.ContainsAny(pattern, "{}:*") {
		g.Fatalf("nothing stands for a part of %s", pattern)
	}
	return pattern
}

func (g *guarded) filled(s string) string {
	for name, value := range g.at {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}

// Everybody tries every address. Who is not let in changes nothing.
func TestWhoGetsIn(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { whoGetsInOf(t, "") })
	t.Run("postgres", func(t *testing.T) { whoGetsInOf(t, dbtest.Postgres(t)) })
}

func whoGetsInOf(t *testing.T, database string) {
	g := newGuarded(t, database)
	g.find()
	tokens := g.enrol(len(web.Addresses()) + 10)
	next := func(kind string) (token identity.Token) {
		if kind != "nobody" {
			token, tokens[kind] = tokens[kind][0], tokens[kind][1:]
		}
		return token
	}
	g.write(next("author"))
	addresses := web.Addresses()
	sort.SliceStable(addresses, func(i, j int) bool {
		return strings.HasPrefix(addresses[i], "GET") && !strings.HasPrefix(addresses[j], "GET")
	})
	for _, address := range addresses {
		rule, ok := doors[address]
		if !ok {
			t.Errorf("no rule says who gets in at %s: add it to the table", address)
			continue
		}
		method, path, _ := strings.Cut(address, " ")
		if rule.at != "" {
			path = rule.at
		}
		path = g.addressOf(path)
		var form []string
		for _, part := range rule.form {
			form = append(form, g.filled(part))
		}
		before := g.kept()
		var got, in []string
		try := func(kind string) {
			code, location, _ := g.asOf(next(kind), method, path, form...)
			got = append(got, fmt.Sprint(kind, " ", code, " ", location))
			if code >= 500 {
				t.Errorf("%s answers %d to %s", address, code, kind)
			}
			if !refused(code, location) {
				in = append(in, kind)
			}
		}
		may, ok := whoGetsIn[rule.who]
		if !ok {
			t.Fatalf("%s: nobody is called %q", address, rule.who)
		}
		for _, kind := range kindsOfPeople {
			if !slices.Contains(may, kind) {
				try(kind)
			}
		}
		if after := g.kept(); after != before {
			t.Errorf("%s: somebody who may not changed something:\n%s", address, difference(before, after))
		}
		if !rule.denied {
			for _, kind := range may {
				try(kind)
			}
		}
		want := may
		if rule.denied {
			want = nil
		}
		slices.SortFunc(in, func(a, b string) int { return slices.Index(kindsOfPeople, a) - slices.Index(kindsOfPeople, b) })
		if !slices.Equal(in, want) && len(in)+len(want) > 0 {
			t.Errorf("%s lets in %v, not %v\n\t%s", address, in, want, strings.Join(got, "\n\t"))
		}
	}
	for address := range doors {
		if !slices.Contains(addresses, address) {
			t.Errorf("the table has %s, which is no address", address)
		}
	}
}

// sign has a sheet of signatures on paper opened, with a line.
func (g *guarded) sign() {
	g.Helper()
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		sheet, line := tx.NewID(), tx.NewID()
		g.at["sheet"], g.at["line"] = fmt.Sprint(sheet), fmt.Sprint(line)
		if _, err := tx.Exec(`INSERT INTO sheet (id, thing_id, number, opened_by, opened_at) VALUES ($1, $2, 1, $3, $4)`,
			sheet, g.at["proposal"], g.people["focal"], tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO sheet_line (id, sheet_id, thing_id, number, hash, kind, entered_by, at) VALUES ($1, $2, $3, 1, $4, 'stranger', $5, $6)`,
			line, sheet, g.at["proposal"], []byte("hash"), g.people["focal"], tx.Now)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
}

// inform has a newsletter of an agency sent.
func (g *guarded) inform() {
	g.Helper()
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		id := tx.NewID()
		g.at["newsletter"], g.at["newsletter.slug"] = fmt.Sprint(id), "luz-en-las-calles"
		if _, err := tx.Exec(`INSERT INTO newsletter (id, agency_id, author_id, slug, audience, state, sent_at, created_at, updated_at)
			SELECT $1, agency_id, $2, $3, 'agency', 'sent', $4, $4, $4 FROM thing WHERE id = $5`, id, g.people["focal"], g.at["newsletter.slug"], tx.Now, g.at["vote"]); err != nil {
			return err
		}
		agency, err := db.One(tx, db.Value[int64], `SELECT agency_id FROM newsletter WHERE id = $1`, id)
		if err != nil {
			return err
		}
		g.at["newsletter.agency"] = fmt.Sprint(agency)
		_, err = tx.Exec(`INSERT INTO newsletter_text (newsletter_id, lang, subject, body, html) VALUES ($1, 'es', 'Luz en las calles', 'Hay luz.', '<p>Hay luz.</p>')`, id)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
}

// govern has somebody ask for a change of the vote, after one that was made.
func (g *guarded) govern() {
	g.Helper()
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		id := tx.NewID()
		g.at["change"] = fmt.Sprint(id)
		if _, err := tx.Exec(`INSERT INTO vote_amendment (vote_id, at, closes_at, reason, sheet, commitment) VALUES ($1, $2, $2, 'x', '{}', $3)`,
			g.at["vote"], tx.Now, []byte("entry")); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO vote_change (id, vote_id, kind, reason, asked_by, asked_at) VALUES ($1, $2, 'annul', 'x', $3, $4)`,
			id, g.at["vote"], g.people["moderator"], tx.Now)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
}

// write has the author begin a proposal and say something.
func (g *guarded) write(token identity.Token) {
	g.Helper()
	code, location, body := g.asOf(token, "POST", "/proposals/new/title", "title", "Una banca junto a la parada del camión")
	parts := strings.Split(location, "/")
	if code != 303 || len(parts) < 4 {
		g.Fatalf("begin a proposal: %d %s %s", code, location, body)
	}
	g.at["draft"] = parts[3]
	err := g.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE thing SET author_id = $1 WHERE id = $2`, g.people["author"], g.at["own"])
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
	if code, _, body = g.asOf(token, "POST", "/report/thing/"+g.at["proposal"], "code", "off-topic"); code != 303 {
		g.Fatalf("report something: %d %s", code, body)
	}
	if code, _, body = g.asOf(token, "POST", "/things/"+g.at["proposal"]+"/comments", "body", "Estoy de acuerdo, hace falta.", "stance", ""); code != 303 {
		g.Fatalf("say something: %d %s", code, body)
	}
	err = g.DB.Read(context.Background(), func(tx *db.Tx) error {
		id, err := db.One(tx, db.Value[int64], `SELECT id FROM comment WHERE author_id = $1`, g.people["author"])
		g.at["comment"] = fmt.Sprint(id)
		if err != nil {
			return err
		}
		id, err = db.One(tx, db.Value[int64], `SELECT case_id FROM report WHERE person_id = $1`, g.people["author"])
		g.at["case"] = fmt.Sprint(id)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
	g.inform()
	g.govern()
	g.sign()
}

// difference are the lines of after that before lacks.
func difference(before, after string) string {
	had := strings.Split(before, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(after, "\n"), func(s string) bool { return slices.Contains(had, s) }), "\n")
}
