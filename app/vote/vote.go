// Package vote runs votes: their questions and rules, the casting of ballots, the ledger that proves
// each was counted, and the count. It knows that a person may cast one ballot and change it; it
// keeps nothing that joins the person to it but a keyed hash whose key lies elsewhere and is
// destroyed. How votes are counted it leaves to tally, how the record is kept to ledger.
package vote

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/tally"
	"tequio/app/text"
	"tequio/app/thing"
)

// Kind is the kind of the things that are votes.
const Kind thing.Kind = "vote"

// Form is what a voter may write under a question.
type Form string

// The forms of a ballot.
const (
	One      Form = "choose-one"
	Some     Form = "choose-some" // between Least and Most options
	Projects Form = "projects"    // of a budget, between Least and Most of them
	Knapsack Form = "knapsack"    // of a budget, while their costs fit into it
	Points   Form = "points"      // at most Points, shared among the options
	Score    Form = "score"       // 0 to Points for each of between Least and Most options
	Graded   Form = "grades"      // one of Grades for each of between Least and Most options
	Ranking  Form = "ranking"     // best first, between Least and Most of them
)

// Forms are all of them, in the order in which pages offer them.
var Forms = []Form{One, Some, Score, Graded, Ranking, Points, Projects, Knapsack}

// Tally is the form as the counting rules know it.
func (f Form) Tally() tally.Form {
	switch f {
	case One:
		return tally.ChooseOne
	case Points, Score:
		return tally.Points
	case Graded:
		return tally.Grades
	case Ranking:
		return tally.Ranking
	}
	return tally.Approval
}

// Money reports whether the options of such a question are always projects with a cost.
func (f Form) Money() bool { return f == Projects || f == Knapsack }

// Valued reports whether a ballot gives each option a number: points, a score, a grade or a place.
func (f Form) Valued() bool { return f == Points || f == Score || f == Graded || f == Ranking }

// Checkable is the way of publishing ballots that lets each voter find theirs: nonce and content of
// every counted commitment.
const Checkable = "checkable"

// Vote is a process in which people decide something by ballot.
type Vote struct {
	thing.Thing
	Body         string // Markdown, as HTML
	HTML         string
	Who          string // who may vote, in Markdown
	Effect       string // what the result binds, in Markdown
	LeastLevel   identity.Level
	Roll         Roll
	Disclosure   string
	Auditors     []Auditor // of sealed ballots
	AreaRule     AreaRule
	Written      string // language of what is not translated; "": that of the rest
	Lot          Lot
	Electorate   int64 // people entitled to vote; 0: not known
	Rules        string
	RulesSum     []byte    // SHA-256 of Rules
	Origin       string    // of the ledger
	KeyCheck     []byte    // tells whether the vote's key is the one it was opened with
	Imported     string    // where the vote comes from, as JSON of Source; "": it was held here
	ClosedAt     time.Time // when the last batch was written: no ballot is taken after it
	CountedAt    time.Time
	ObjectionsAt time.Time // when the period for objections ends; zero: there is none
	UnlinkedAt   time.Time // when the last tie between people and ballots was destroyed
	AnnulledAt   time.Time // zero: the vote counts
	CertifiedAt  time.Time // by the second of two people
	Rehearses    thing.ID  // the vote of which this is a rehearsal; 0: none
	WipedAt      time.Time // when a rehearsal is gone
	Questions    []Question
}

// Question is one decision of a vote.
type Question struct {
	ID       int64
	Title    string // "" where the vote's title says it
	Form     Form
	Rule     string   // id of a counting rule
	Also     []string // ids of rules that count it as well, for information
	Least    int64    // options that a ballot must name, unless blank
	Most     int64    // options that a ballot may name; 0: all
	Area     string   // part of the town that it is about, with a budget of its own; "": all of it
	Points   int64    // that a ballot may share out, or give to one option
	Grades   []string // best first, in the vote's language
	Equal    bool     // options may share a place in a ranking
	Seats    int64    // options to elect
	Budget   int64    // minor units; 0: the question spends nothing
	Currency string
	Ties     string // criteria in order, as "cost,votes"
	Blank    bool   // a ballot may name nothing
	Params   Params
	Words    map[string]thing.Words // language → field → text
	Reviewed bool                   // projects go through a technical review before they are on the ballot
	Options  []Option               // on the ballot
	Aside    []Option               // projects that are not, as their review says
	written  []string               // Grades as they stand in the count, when those here are translated
	index    map[string]int         // code → place in Options, of a question read from an archive
}

// Params are what the count needs besides.
type Params struct {
	Decimals      int   `json:"decimals"`       // one unit of currency is 10^Decimals minor units
	PointDecimals int   `json:"point_decimals"` // one point is 10^PointDecimals of the units on ballots
	MinimumVotes  int64 `json:"minimum_votes"`  // that an option needs
	Quorum        int64 `json:"quorum"`         // ballots without which there is no result
	// The same as parts of the ballots cast, and of those entitled to vote.
	MinimumShare tally.Share `json:"minimum_share,omitzero"`
	QuorumShare  tally.Share `json:"quorum_share,omitzero"`
	Majority     tally.Share `json:"majority,omitzero"` // an option needs more than this part of the ballots that are not blank
	// PartFunding gives what is left to the first project that does not fit.
	PartFunding bool `json:"part_funding,omitempty"`
	// Of equal shares, as tally.Params has them.
	Utility    tally.Utility    `json:"utility,omitempty"`
	Completion tally.Completion `json:"completion,omitempty"`
	Stop       tally.Stop       `json:"stop,omitempty"`
	Increment  int64            `json:"increment,omitempty"` // minor units
}

// Option is one thing that can be chosen.
type Option struct {
	ID          int64
	Code        string // names the option on ballots, for good
	Title       string
	Body        string // Markdown, as HTML
	HTML        string
	Cost        int64 // minor units
	Place       string
	Unit        string // who would carry it out
	Category    string
	Thing       thing.ID  // where the option comes from: a proposal, an entry; 0: nowhere else
	Review      Review    // how far its technical review came; "": there is none
	Reason      string    // what the review found, in plain text
	WithdrawnAt time.Time // while the vote was open; zero: it was not
	Words       map[string]thing.Words
}

// In returns the question and its options in a language, as far as they have words in it.
func (q Question) In(lang string) Question {
	q.Title = q.Words[lang].Pick("title", q.Title)
	if grades := SplitGrades(q.Words[lang]["grades"]); len(grades) == len(q.Grades) {
		q.written, q.Grades = q.Grades, grades
	}
	q.Options, q.Aside = inWords(q.Options, lang), inWords(q.Aside, lang)
	return q
}

func inWords(options []Option, lang string) []Option {
	options = slices.Clone(options)
	for i, o := range options {
		w := o.Words[lang]
		options[i].Title = w.Pick("title", o.Title)
		if body := w["body"]; body != "" {
			options[i].Body, options[i].HTML = body, text.Markdown(body, text.Official)
		}
	}
	return options
}

// Option finds the option with a code.
func (q Question) Option(code string) (Option, bool) {
	if i, ok := q.index[code]; ok {
		return q.Options[i], true
	}
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Code == code })
	if i < 0 {
		return Option{}, false
	}
	return q.Options[i], true
}

// In returns the vote with its questions in a language; w holds the words of its header and texts.
func (v Vote) In(lang string, w thing.Words) Vote {
	if v.Lang == lang {
		return v
	}
	v.Written = v.Lang
	if w["title"] != "" {
		v.Thing = v.Thing.In(lang, w)
		if body := w["body"]; body != "" {
			v.Body, v.HTML = body, text.Markdown(body, text.Official)
		}
		v.Who, v.Effect = w.Pick("who", v.Who), w.Pick("effect", v.Effect)
	}
	v.Questions = slices.Clone(v.Questions)
	for i, q := range v.Questions {
		v.Questions[i] = q.In(lang)
	}
	return v
}

// Frozen reports whether the rules can no longer change: from the opening on.
func (v Vote) Frozen(now time.Time) bool {
	return v.State != thing.Draft && v.PhaseAt(now) != thing.Upcoming
}

// Budget reports whether the vote spends money.
func (v Vote) Budget() bool {
	return slices.ContainsFunc(v.Questions, func(q Question) bool { return q.Budget > 0 })
}

// Limits of what staff may write.
const (
	titleMost    = 150
	summaryMost  = 400
	bodyMost     = 20_000
	optionsMost  = 2_000
	questionMost = 20
)

// Check refuses a vote that could not be held. Fields are named as on the form: q0-title,
// q0-o3-cost. It cleans texts and gives codes to options that have none.
func (v *Vote) Check() error {
	var c fault.Check
	v.Title, v.Summary = text.Clean(v.Title), text.Clean(v.Summary)
	c.That(v.Title != "", "title", "vote.title.empty")
	c.That(len([]rune(v.Title)) <= titleMost, "title", "vote.title.long", "max", titleMost)
	c.That(v.Summary != "", "summary", "vote.summary.empty")
	c.That(len([]rune(v.Summary)) <= summaryMost, "summary", "vote.summary.long", "max", summaryMost)
	c.That(len([]rune(v.Body)) <= bodyMost, "body", "vote.body.long", "max", bodyMost)
	c.That(v.Electorate >= 0, "electorate", "vote.number")
	c.That(v.LeastLevel >= identity.Reachable && v.LeastLevel <= identity.Resident, "level", "vote.level.unknown")
	c.That(v.OpensAt.IsZero() || v.ClosesAt.IsZero() || v.ClosesAt.After(v.OpensAt), "closes", "vote.closes.order")
	c.That(len(v.Questions) > 0 && len(v.Questions) <= questionMost, "title", "vote.questions.number", "max", questionMost)
	projects := map[string]bool{} // have an address by their code, so it is theirs in the whole vote
	for _, q := range v.Questions {
		for _, o := range q.Aside {
			projects[o.Code] = true
		}
	}
	for i := range v.Questions {
		taken := projects
		if v.Questions[i].Budget == 0 {
			taken = map[string]bool{}
		}
		v.Questions[i].check(&c, "q"+strconv.Itoa(i)+"-", taken)
	}
	v.checkAreas(&c)
	v.checkLot(&c)
	v.checkRoll(&c)
	v.checkDisclosure(&c)
	v.checkElectorate(&c)
	return c.Err()
}

func (q *Question) check(c *fault.Check, at string, taken map[string]bool) {
	q.Title = text.Clean(q.Title)
	rule, known := tally.FindRule(q.Rule)
	c.That(slices.Contains(Forms, q.Form), at+"form", "vote.form.unknown")
	fits := known && rule.Fits(q.Form.Tally()) && rule.Budget == (q.Budget > 0)
	c.That(!q.Form.Money() || q.Budget > 0, at+"budget", "vote.budget.missing")
	c.That(q.Budget >= 0 && q.Budget <= tally.MaxMoney, at+"budget", "vote.budget.amount")
	q.checkForm(c, at)
	c.That(q.Least >= 0 && q.Most >= 0 && (q.Most == 0 || q.Most >= q.Least), at+"most", "vote.most.range")
	c.That(q.Seats >= 1 && q.Seats <= int64(max(1, len(q.Options))), at+"seats", "vote.seats.range")
	_, _, err := tally.ParseTies(q.Ties, true)
	c.That(err == nil, at+"ties", "vote.ties.unknown")
	c.That(len(q.Options)+len(q.Aside) >= 2, at+"o0-title", "vote.options.few")
	c.That(len(q.Options)+len(q.Aside) <= optionsMost, at+"o0-title", "vote.options.many", "max", optionsMost)
	for i := range q.Options {
		o, at := &q.Options[i], at+"o"+strconv.Itoa(i)+"-"
		o.Title = text.Clean(o.Title)
		c.That(o.Title != "", at+"title", "vote.option.empty")
		c.That(len([]rune(o.Title)) <= titleMost, at+"title", "vote.title.long", "max", titleMost)
		c.That(o.Cost >= 0 && o.Cost <= tally.MaxMoney, at+"cost", "vote.cost.amount")
		c.That(q.Budget == 0 || o.Cost > 0, at+"cost", "vote.cost.missing")
		o.Code = free(o.Code, o.Title, taken)
		taken[o.Code] = true
	}
	q.setAside()
	q.checkParams(c, at)
	c.That(fits && q.countable(q.Rule), at+"rule", "vote.rule.unfit")
	if q.Rule != "" && known {
		q.Rule = rule.ID // the sheet names the version
	}
	q.checkAlso(c, at)
}

// free returns the code, or one made from the title, that no other option of the question has.
func free(code, title string, taken map[string]bool) string {
	if code == "" || taken[code] {
		code = text.Slug(title)
		if len(code) > 40 {
			code = strings.Trim(code[:40], "-")
		}
	}
	for n, base := 2, code; taken[code]; n++ {
		code = base + "-" + strconv.Itoa(n)
	}
	return code
}

// Source says where an imported vote comes from: the lines of its file's META, and which projects
// the file calls selected.
type Source struct {
	Meta     []tally.Pair `json:"meta"`
	Official []string     `json:"official"`
	Told     bool         `json:"told"` // whether the file names an official outcome
}

// Source reads Imported; ok is false for a vote that was held here.
func (v Vote) Source() (s Source, ok bool) {
	return s, v.Imported != "" && json.Unmarshal([]byte(v.Imported), &s) == nil
}
