package talk

import (
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Verdict is what an official answer decides.
type Verdict string

// The verdicts. Review promises a decision, Noted takes a contribution into account without one.
const (
	Review   Verdict = "review"
	Accepted Verdict = "accepted"
	Partly   Verdict = "partly"
	Rejected Verdict = "rejected"
	Noted    Verdict = "noted"
)

// Final reports whether the verdict is the agency's last word until it corrects itself.
func (v Verdict) Final() bool { return v == Accepted || v == Partly || v == Rejected || v == Noted }

func (v Verdict) known() bool { return v == Review || v.Final() }

// Answer is an agency's official word. Answers are never changed: the newest holds, those before it
// are its history.
type Answer struct {
	ID         int64
	Thing      thing.ID
	PartKind   string // "": the whole thing; else "annotation", "contribution", …
	PartID     int64
	Agency     thing.ID
	AgencyName string
	Author     identity.ID
	Verdict    Verdict
	Lang       string
	Body       string // the reasons, Markdown
	HTML       string
	Cost       int64     // in minor units; 0: not said
	Unit       string    // who will carry it out
	DueAt      time.Time // by when; zero: not said
	At         time.Time
	Correction string // what it corrects in the decision before it, and why; "": there was none
}

const (
	answerMost = 20_000
	unitMost   = 200
	fixMost    = 500
)

func (n *Answer) check() error {
	n.Body, n.Unit, n.Correction = text.Clean(n.Body), text.Line(n.Unit), text.Line(n.Correction)
	var c fault.Check
	c.That(n.Verdict.known(), "verdict", "answer.verdict.empty")
	c.That(n.Body != "", "body", "answer.body.empty")
	c.That(len([]rune(n.Body)) <= answerMost, "body", "answer.body.long", "max", int64(answerMost))
	c.That(n.Cost >= 0, "cost", "answer.cost.number")
	c.That(len([]rune(n.Correction)) <= fixMost, "correction", "answer.correction.long", "max", int64(fixMost))
	c.That(len([]rune(n.Unit)) <= unitMost, "unit", "answer.unit.long", "max", int64(unitMost))
	return c.Err()
}

// Corrects reports whether an answer after these, the newest first, corrects a decision; then it must
// say what and why.
func Corrects(former []Answer) bool { return len(former) > 0 && former[0].Verdict.Final() }

// follow refuses a correction that does not say what it corrects, and drops what the first word on
// something has nothing to correct.
func (n *Answer) follow(former []Answer) error {
	if !Corrects(former) {
		n.Correction = ""
		return nil
	}
	if n.Correction == "" {
		return fault.On("correction", "answer.correction.empty")
	}
	return nil
}
