// Package consultation is an agency asking before it decides: what is being decided and what is not,
// until when people can answer, who decides and by when they will be told what became of it. Its
// questionnaires are things of their own (app/survey) whose parent it is; so are its topics.
package consultation

import (
	"slices"
	"time"

	"tequio/app/text"
	"tequio/app/thing"
)

// The kinds of thing of this room, and the kind whose things are children of a consultation too.
const (
	Kind      thing.Kind = "consultation"
	TopicKind thing.Kind = "topic"
	surveyed  thing.Kind = "survey"
)

// What a stage is for.
const (
	Information   = "information"   // read, prepare
	Questionnaire = "questionnaire" // answer the questionnaire, comment
	Statements    = "statements"    // agree, disagree or pass on short statements; comment
	Discussion    = "discussion"    // comment
	Answering     = "answer"        // the agency works through what came in
	Result        = "outcome"       // the outcome is out
)

// StageKinds are all of them, in the order in which they mostly follow each other.
var StageKinds = []string{Information, Questionnaire, Statements, Discussion, Answering, Result}

// A Consultation in its own language. Deciding, Undecided, Decider and Outcome are Markdown.
type Consultation struct {
	thing.Thing
	Body, HTML  string
	Deciding    string // what is being decided
	Undecided   string // what is not
	Decider     string // who decides, and how
	DecisionAt  time.Time
	Contact     string // whom to ask: a name with an address or a telephone
	Offline     string // how to take part without this site
	Stances     bool   // comments say whether they are for or against
	Closing     string // why it was closed before its time
	Outcome     string
	OutcomeHTML string
	OutcomeAt   time.Time
	Opinions    Opinions
	Stages      []thing.Stage
}

// participatory reports whether people contribute in a stage.
func participatory(s thing.Stage) bool {
	return s.Kind == Questionnaire || s.Kind == Statements || s.Kind == Discussion
}

// Period is when a consultation takes contributions: from the first participatory stage's opening
// to the last one's end; zero times when it has none.
func Period(stages []thing.Stage) (opens, closes time.Time) { return window(stages, participatory) }

// window is the span of the stages for which fits holds.
func window(stages []thing.Stage, fits func(thing.Stage) bool) (opens, closes time.Time) {
	for _, s := range stages {
		if !fits(s) {
			continue
		}
		if opens.IsZero() || s.OpensAt.Before(opens) {
			opens = s.OpensAt
		}
		if s.ClosesAt.After(closes) {
			closes = s.ClosesAt
		}
	}
	return opens, closes
}

// QuestionnaireOpen reports whether the questionnaire takes answers at now.
func (c Consultation) QuestionnaireOpen(now time.Time) bool {
	return c.openTo(now, func(s thing.Stage) bool { return s.Kind == Questionnaire })
}

// CommentsOpen reports whether people may comment at now, on the consultation and on its topics.
func (c Consultation) CommentsOpen(now time.Time) bool { return c.openTo(now, participatory) }

func (c Consultation) openTo(now time.Time, fits func(thing.Stage) bool) bool {
	return c.Listed(now) && slices.ContainsFunc(c.Stages, func(s thing.Stage) bool {
		return fits(s) && s.At(now) == thing.Opened
	})
}

// Standing says where a consultation is between its announcement and its answer.
type Standing string

// The standings, in the order of time. Late is Awaiting past the promised instant.
const (
	Announced Standing = "announced"
	Running   Standing = "running"
	Awaiting  Standing = "awaiting"
	Late      Standing = "late"
	Answered  Standing = "answered"
)

// StandingAt is computed from instants alone, so that a late answer shows by itself. A consultation
// without a promised instant is never late.
func (c Consultation) StandingAt(now time.Time) Standing {
	switch {
	case !c.OutcomeAt.IsZero() && !now.Before(c.OutcomeAt):
		return Answered
	case c.PhaseAt(now) == thing.Upcoming:
		return Announced
	case c.PhaseAt(now) == thing.Opened:
		return Running
	case !c.DecisionAt.IsZero() && !now.Before(c.DecisionAt):
		return Late
	}
	return Awaiting
}

const day = 24 * time.Hour

// LateBy is how many whole days the answer is late at now, and the instant at which that changes;
// 0 and the zero Time when it is not late.
func (c Consultation) LateBy(now time.Time) (days int, next time.Time) {
	if c.StandingAt(now) != Late {
		return 0, time.Time{}
	}
	days = int(now.Sub(c.DecisionAt) / day)
	return days, c.DecisionAt.Add(time.Duration(days+1) * day)
}

// A Need is one line of the checklist before publication.
type Need struct {
	Field string // of the form that mends it; its message is consultation.need.FIELD
	Done  bool
}

// Checklist is what a consultation must have before people are asked: those who answer can then know
// what about, until when, whom to ask and when they will hear. questions is how many the
// questionnaire has, stated how many statements are shown.
func (c Consultation) Checklist(questions, stated int) []Need {
	_, closes := Period(c.Stages)
	asked := slices.ContainsFunc(c.Stages, func(s thing.Stage) bool { return s.Kind == Questionnaire })
	list := []Need{
		{"summary", c.Summary != ""},
		{"body", c.Body != ""},
		{"deciding", c.Deciding != ""},
		{"decider", c.Decider != ""},
		{"deadline", !closes.IsZero()},
		{"decision", !c.DecisionAt.IsZero() && c.DecisionAt.After(closes)},
		{"contact", c.Contact != ""},
	}
	if asked {
		list = append(list, Need{"questions", questions > 0})
	}
	if c.HasStatements() {
		list = append(list, Need{"statements", stated >= seedsLeast})
	}
	return list
}

// Ready reports whether nothing on the checklist is open.
func Ready(list []Need) bool { return !slices.ContainsFunc(list, func(n Need) bool { return !n.Done }) }

// compose renders what is kept rendered.
func (c *Consultation) compose() {
	c.HTML = text.Markdown(c.Body, text.Official)
	c.OutcomeHTML = text.Markdown(c.Outcome, text.Official)
	if opens, closes := Period(c.Stages); !closes.IsZero() {
		c.OpensAt, c.ClosesAt = opens, closes
	}
}

// A Topic is one matter for discussion, with a page and a thread of its own.
type Topic struct {
	thing.Thing
	Body, HTML string
	Stances    bool
}
