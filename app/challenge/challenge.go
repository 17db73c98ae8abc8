// Package challenge is public challenges: an agency writes a problem, a prize and how it will judge;
// people ask, then enter alone or as a team; entries are checked, finalists named, and the decision
// is published with its reasons, even when nobody wins. What is open follows from the dates alone.
package challenge

import (
	"fmt"
	"strings"
	"time"

	"tequio/app/thing"
)

// The kinds of thing that this room keeps.
const (
	Kind      thing.Kind = "challenge"
	EntryKind thing.Kind = "entry"
)

// The kinds of stage, in the order in which they come. Questions may run beside entries; each of the
// others begins when the one before it has ended, or later. Only entries is needed.
const (
	Questions  = "questions"
	Entries    = "entries"
	Screening  = "screening"
	Evaluation = "evaluation"
	Prototypes = "prototypes"
	Decision   = "decision"
	Appeal     = "appeal"
	FollowUp   = "followup"
)

// StageKinds are all kinds of stage in their order.
var StageKinds = []string{Questions, Entries, Screening, Evaluation, Prototypes, Decision, Appeal, FollowUp}

// Grace is how long after the deadline an entry is still taken when its sending began before it.
const Grace = 2 * time.Minute

// Outcome is how a challenge ended.
type Outcome string

// The outcomes; a challenge that is not decided has none.
const (
	Won  Outcome = "won"
	Void Outcome = "void" // nobody wins, with reasons
)

// Challenge is the brief and what became of it. Texts are Markdown with the official voice, but for
// title, summary, prize text and declaration, which are plain.
type Challenge struct {
	thing.Thing
	Body        string
	Prize       int64 // of the first place, minor units of Currency
	Seed        int64 // of each finalist, minor units
	Currency    string
	PrizeText   string // what else, or what instead of money
	Eligibility string // who may enter
	Rules       string
	Rights      string // who owns what is delivered
	Privacy     string
	Success     string // how success is measured
	Declaration string // what entrants declare, one statement a line
	Data        []Dataset
	Sealed      bool   // entries are read by nobody until they close
	Finalists   int64  // at most
	Winners     int64  // at most
	Closing     string // why it closed before its date; "": it did not
	NamedAt     time.Time
	Outcome     Outcome
	Decision    string
	Departure   string // why the choice departs from what the brief announced
	DecidedAt   time.Time
	Stages      []thing.Stage
	Criteria    []Criterion
}

// Criterion is one thing that entries are judged by; the weights of all make 100.
type Criterion struct {
	Name, Description string
	Weight            int64 // percent
}

// Dataset is a link to data that entrants may use.
type Dataset struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Format  string `json:"format"`
	Licence string `json:"licence"`
}

// Stage returns the stage of a kind; ok is false where the agency left it out.
func (c Challenge) Stage(kind string) (s thing.Stage, ok bool) {
	for _, s := range c.Stages {
		if s.Kind == kind {
			return s, true
		}
	}
	return s, false
}

func (c Challenge) opened(kind string, now time.Time) bool {
	s, ok := c.Stage(kind)
	return ok && s.At(now) == thing.Opened
}

// Decided reports whether the outcome is published.
func (c Challenge) Decided() bool { return c.Outcome != "" }

// Asking reports whether questions are taken.
func (c Challenge) Asking(now time.Time) bool {
	return c.Listed(now) && !c.Decided() && c.opened(Questions, now)
}

// Entering reports whether entries are taken.
func (c Challenge) Entering(now time.Time) bool {
	return c.Listed(now) && !c.Decided() && c.opened(Entries, now)
}

// ClosedAt is when entries close.
func (c Challenge) ClosedAt() time.Time {
	s, _ := c.Stage(Entries)
	return s.ClosesAt
}

// UnsealedAt is when sealed entries may be read: when the last of them can have come in.
func (c Challenge) UnsealedAt() time.Time { return c.ClosedAt().Add(Grace) }

// EntryPublicAt is when an entry that was first sent at an instant is everybody's to read.
func (c Challenge) EntryPublicAt(sent time.Time) time.Time {
	if c.Sealed && c.UnsealedAt().After(sent) {
		return c.UnsealedAt()
	}
	return sent
}

// Judging reports whether entries may be judged: all are in, and nothing is decided.
func (c Challenge) Judging(now time.Time) bool {
	return !c.Decided() && !c.ClosedAt().IsZero() && !now.Before(c.UnsealedAt())
}

// Where tells in one word where a challenge stands, and what comes next.
type Where struct {
	Word  string      // draft, scheduled, soon, a kind of stage, between, waiting, won or void
	Stage thing.Stage // the one that is open
	Next  thing.Stage // the one that opens next; its Kind is "" when none does
}

// Where returns where the challenge stands at an instant. Of two stages that are open at once the
// later kind counts: entries before questions.
func (c Challenge) Where(now time.Time) (w Where) {
	past := false
	for _, s := range c.Stages {
		switch s.At(now) {
		case thing.Opened:
			w.Word, w.Stage = s.Kind, s
		case thing.Upcoming:
			if w.Next.Kind == "" || s.OpensAt.Before(w.Next.OpensAt) {
				w.Next = s
			}
		case thing.Closed:
			past = true
		}
	}
	switch {
	case c.State == thing.Draft:
		w.Word = "draft"
	case now.Before(c.PublishedAt):
		w.Word = "scheduled"
	case c.Decided():
		w.Word = string(c.Outcome)
	case w.Word != "":
	case !past:
		w.Word = "soon"
	case w.Next.Kind != "":
		w.Word = "between"
	default:
		w.Word = "waiting"
	}
	return w
}

// span sets when the challenge as a whole opens and closes: from its first question or entry to its
// last entry, which is what lists and deadlines speak of.
func (c *Challenge) span() {
	c.OpensAt, c.ClosesAt = time.Time{}, time.Time{}
	for _, s := range c.Stages {
		if s.Kind == Questions || s.Kind == Entries {
			if c.OpensAt.IsZero() || s.OpensAt.Before(c.OpensAt) {
				c.OpensAt = s.OpensAt
			}
			if s.ClosesAt.After(c.ClosesAt) {
				c.ClosesAt = s.ClosesAt
			}
		}
	}
}

// texts are the fields that can be written in other languages, by their names in translations.
func (c *Challenge) texts() map[string]*string {
	all := map[string]*string{
		"title": &c.Title, "summary": &c.Summary, "body": &c.Body, "prize": &c.PrizeText, "eligibility": &c.Eligibility, "rules": &c.Rules,
		"rights": &c.Rights, "privacy": &c.Privacy, "success": &c.Success, "declaration": &c.Declaration, "decision": &c.Decision,
	}
	for i := range c.Criteria {
		all[fmt.Sprintf("criterion.%d.name", i)] = &c.Criteria[i].Name
		all[fmt.Sprintf("criterion.%d.description", i)] = &c.Criteria[i].Description
	}
	for i := range c.Stages {
		all[fmt.Sprintf("stage.%d.name", i)] = &c.Stages[i].Name
	}
	return all
}

// A Text is one of the texts of a challenge that can be written in other languages, under its name in
// translations ("title", "criterion.0.name", "stage.0.name"). A question and its answer go by
// "question.<id>" and "answer.<id>".
type Text struct {
	Name, Original string
	Long           bool // of several lines
}

// Translatable are the texts that the challenge has, in the order of its page.
func (c Challenge) Translatable() (all []Text) {
	names := []string{"title", "summary", "body", "success", "prize", "eligibility", "rules", "rights", "privacy", "declaration"}
	for i := range c.Criteria {
		names = append(names, fmt.Sprintf("criterion.%d.name", i), fmt.Sprintf("criterion.%d.description", i))
	}
	for i := range c.Stages {
		names = append(names, fmt.Sprintf("stage.%d.name", i))
	}
	texts := c.texts()
	for _, name := range append(names, "decision") {
		short := name == "title" || name == "prize" || strings.HasSuffix(name, ".name")
		if original := *texts[name]; original != "" {
			all = append(all, Text{name, original, !short})
		}
	}
	return all
}

// In returns the challenge in another language, where its title was translated; texts that were not
// stay as they were written.
func (c Challenge) In(lang string, w thing.Words) Challenge {
	if c.Lang == lang || w["title"] == "" {
		return c
	}
	c.Criteria = append([]Criterion{}, c.Criteria...)
	c.Stages = append([]thing.Stage{}, c.Stages...)
	for name, at := range c.texts() {
		*at = w.Pick(name, *at)
	}
	c.Lang = lang
	return c
}
