package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
	"tequio/app/web"
)

// A standing is where a thing may stand other than open: what makes it so, and who may see it at all.
// Those who see what is not public may still be told that nothing can be done with it.
type standing struct {
	name   string
	set    string   // of the thing's row; $1 is now, $2 an hour ago, $3 in a day
	seers  []string // "": everybody; of what is not public, nobody but these
	public bool     // its page answers everybody, if only with the reason why its texts are gone
}

var insiders = []string{"author", "editor", "focal", "admin", "blocked", "evaluator"}

var standings = []standing{
	{"draft", `state = 'draft', published_at = NULL`, insiders, false},
	{"checking", `state = 'checking', published_at = NULL`, append([]string{"moderator"}, insiders...), false},
	{"scheduled", `state = 'published', published_at = $3`, insiders, false},
	{"upcoming", `state = 'published', published_at = $2, opens_at = $3`, nil, true},
	{"closed", `state = 'published', published_at = $2, opens_at = $2, closes_at = $2`, nil, true},
	{"withdrawn", `state = 'withdrawn'`, nil, true},
	{"hidden", `hidden_at = $1, hidden_code = 'spam', hidden_reason = 'x'`, nil, true},
}

// standsIn are the states besides "open" in which what a participant sends is still taken. What is
// not here is taken while the thing is open and at no other time.
var standsIn = map[string]string{
	"POST /things/:id/comments":                     "upcoming closed",
	"POST /things/:id/follow":                       "upcoming closed",
	"POST /things/:id/unfollow":                     "draft checking scheduled upcoming closed withdrawn hidden",
	"POST /comments/:id/edit":                       "upcoming closed",
	"POST /report/thing/:id":                        "upcoming closed", // what everybody can read may be reported
	"POST /challenges/:slug/enter/draft":            "upcoming closed", // entering goes by the challenge's own phases
	"POST /challenges/:slug/enter":                  "upcoming closed",
	"POST /challenges/:slug/enter/withdraw":         "upcoming closed",
	"POST /votes/:slug/check":                       "upcoming closed withdrawn",
	"POST /votes/:slug/objections":                  "upcoming closed",          // by the vote's own dates, which its tests try
	"GET /votes/:slug/receipt":                      "draft checking scheduled", // leads on to /check, whatever there is
	"POST /consultations/:slug/questionnaire/draft": "upcoming closed",          // a questionnaire goes by dates of its own
	"POST /proposals/:slug/authors":                 "draft checking scheduled upcoming",
	"POST /proposals/:slug/edit":                    "upcoming",
	"POST /proposals/:slug/withdraw":                "checking scheduled upcoming closed",
}

// staffly are those who act for the instance or an agency: for them states are no matter of
// permission but of each room's rules, which its own tests try.
var staffly = []string{"agency", "hosts", "judges", "answerers", "moderators", "admin", "staff"}

var placeholder = regexp.MustCompile(`\{(proposal|own|vote|challenge|consultation|opining|talked|topic|entry|entered|asking|decided|answered)(?:\.slug)?\}`)

// Every address that names a thing is tried by everybody in every state the thing can be in.
func TestWhoGetsInByState(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { whoGetsInByState(t, "") })
	t.Run("postgres", func(t *testing.T) { whoGetsInByState(t, dbtest.Postgres(t)) })
}

func whoGetsInByState(t *testing.T, database string) {
	g := newGuarded(t, database)
	g.find()
	addresses := web.Addresses()
	tokens := g.enrol(1)
	g.write(tokens["author"][0])
	sort.Strings(addresses)
	tried := 0
	for _, address := range addresses {
		rule := doors[address]
		subject := placeholder.FindStringSubmatch(rule.at)
		if subject == nil {
			continue
		}
		for _, s := range standings {
			if s.name == "closed" && strings.HasPrefix(address, "GET /votes/:slug/") {
				continue // reading the result of a vote that has closed counts it
			}
			g.inState(s, subject[1], func() { g.tryInState(address, rule, s, tokens) })
			tried++
		}
	}
	if tried < 400 {
		t.Errorf("only %d addresses in a state were tried", tried)
	}
}

// inState runs do while a thing stands so, and puts it back as it was.
func (g *guarded) inState(s standing, subject string, do func()) {
	g.Helper()
	id := g.at[subject]
	var was [9]any
	columns := `state, published_at, opens_at, closes_at, hidden_at, hidden_code, hidden_reason, author_id, updated_at`
	run := func(what func(tx *db.Tx) error) {
		if err := g.DB.Write(context.Background(), what); err != nil {
			g.Fatal(err)
		}
	}
	run(func(tx *db.Tx) (err error) {
		was, err = db.One(tx, func(r db.Row) (w [9]any, err error) {
			err = r.Scan(&w[0], &w[1], &w[2], &w[3], &w[4], &w[5], &w[6], &w[7], &w[8])
			return
		}, `SELECT `+columns+` FROM thing WHERE id = $1`, id)
		if err != nil {
			return err
		}
		set := s.set
		var args []any
		for i, at := range []time.Time{tx.Now, tx.Now.Add(-time.Hour), tx.Now.Add(24 * time.Hour)} {
			if mark := fmt.Sprint("$", i+1); strings.Contains(set, mark) {
				args = append(args, at)
				set = strings.ReplaceAll(set, mark, fmt.Sprint("§", len(args)))
			}
		}
		args = append(args, id)
		if _, err = tx.Exec(`UPDATE thing SET `+strings.ReplaceAll(set, "§", "$")+fmt.Sprintf(` WHERE id = $%d`, len(args)), args...); err != nil {
			return err
		}
		return g.told(tx, id)
	})
	do()
	run(func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE thing SET state = $1, published_at = $2, opens_at = $3, closes_at = $4, hidden_at = $5, hidden_code = $6,
			hidden_reason = $7, author_id = $8, updated_at = $9 WHERE id = $10`, append(was[:], id)...)
		if err != nil {
			return err
		}
		return g.told(tx, id)
	})
}

// told makes the pages that are kept of a thing stale, as every change does.
func (g *guarded) told(tx *db.Tx, id string) error {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return err
	}
	return thing.Record(tx, 0, "thing.test", thing.ID(n), "")
}

// tryInState has those try an address who must not get in while its thing stands so: whoever may
// not at all, and of those who may, the ones whose act this state refuses. Nothing may change.
func (g *guarded) tryInState(address string, rule door, s standing, tokens map[string][]identity.Token) {
	g.Helper()
	method, _, _ := strings.Cut(address, " ")
	path := g.addressOf(rule.at)
	var form []string
	for _, part := range rule.form {
		form = append(form, g.filled(part))
	}
	may := whoGetsIn[rule.who]
	before := g.kept()
	for _, kind := range kindsOfPeople {
		allowed := slices.Contains(may, kind)
		staff := slices.Contains(staffly, rule.who)
		sees := s.public || slices.Contains(s.seers, kind)
		listed := strings.Contains(" "+standsIn[address]+" ", " "+s.name+" ")
		mayAct := method == "GET" || staff || listed
		if allowed && (sees || listed && method == "GET") && mayAct {
			if method == "GET" && s.public && !rule.denied {
				g.opens(address, path, kind, s, tokens)
			}
			continue
		}
		var token identity.Token
		if kind != "nobody" {
			token = tokens[kind][0]
		}
		code, location, body := g.asOf(token, method, path, form...)
		switch {
		case code >= 500:
			g.Errorf("%s of what is %s answers %d to %s", address, s.name, code, kind)
		case refused(code, location), code == http.StatusGone && s.public:
		case method == "GET" && code == http.StatusConflict && allowed && kind == "admin-without-factor" && !g.names(body, rule.at):
			// a role knows that there is something, and without the factor learns no more of it
		case method == "GET" && !sees:
			g.Errorf("%s of what is %s lets %s in: %d %.200s", address, s.name, kind, code, body)
		case method == "GET":
			g.Errorf("%s lets %s in where the thing is %s: %d", address, kind, s.name, code)
		case code == http.StatusConflict, code == http.StatusUnprocessableEntity, code == http.StatusTooManyRequests:
		default:
			if len(rule.form) > 0 || g.kept() != before {
				g.Errorf("%s of what is %s takes what %s sends: %d %s", address, s.name, kind, code, location)
			}
		}
	}
	if after := g.kept(); after != before {
		g.Errorf("%s of what is %s: somebody who may not changed something:\n%s", address, s.name, difference(before, after))
	}
}

// names reports whether a page says what the thing of an address is called.
func (g *guarded) names(body, at string) bool {
	g.Helper()
	var title string
	err := g.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		title, err = db.One(tx, db.Value[string], `SELECT title FROM thing WHERE id = $1`, g.at[placeholder.FindStringSubmatch(at)[1]])
		return err
	})
	if err != nil || title == "" {
		g.Fatalf("%s: no title to look for: %v", at, err)
	}
	return strings.Contains(html.UnescapeString(body), title)
}

// opens fails the test when somebody who may read is turned away, or when the page of what is hidden
// breaks.
func (g *guarded) opens(address, path, kind string, s standing, tokens map[string][]identity.Token) {
	g.Helper()
	var token identity.Token
	if kind != "nobody" {
		token = tokens[kind][0]
	}
	if code, _, body := g.asOf(token, "GET", path); code >= 500 {
		g.Errorf("%s of what is %s answers %d to %s: %.200s", address, s.name, code, kind, body)
	}
}
