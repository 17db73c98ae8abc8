// Package moderation hides what breaks the rules of participation, with a reason that everybody
// may read, and suspends accounts. Nothing is deleted: whatever was hidden can be shown again.
package moderation

import (
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Code is the kind of reason for a decision.
type Code string

// The codes, in the order in which forms offer them.
const (
	PersonalData Code = "personal-data"
	Insult       Code = "insult"
	Spam         Code = "spam"
	Unlawful     Code = "unlawful"
	OffTopic     Code = "off-topic"
	Other        Code = "other"
)

// Codes are all of them.
var Codes = []Code{PersonalData, Insult, Spam, Unlawful, OffTopic, Other}

// Action is what was decided.
type Action string

// The actions.
const (
	Hide    Action = "hide"
	Show    Action = "show"
	Block   Action = "block"
	Unblock Action = "unblock"
	Warn    Action = "warn"   // its author is told that it broke a rule
	Dismiss Action = "keep"   // what was reported stays as it is
	Passed  Action = "pass"   // what waited is published
	Sent    Action = "return" // what waited went back to its author
	Closed  Action = "lock"   // the conversation was closed

	Invalidate Action = "invalidate" // supports were found invalid
	Revalidate Action = "revalidate" // they count again
)

// A Decision is one act of moderation on a thing, a comment or a person; the others are zero.
type Decision struct {
	ID      int64
	Thing   thing.ID // of a comment: the thing it stands on
	Comment int64
	Person  identity.ID
	Action  Action
	Code    Code // "" for what undoes another decision
	Reason  string
	Author  identity.ID // who decided
	At      time.Time

	Rule     int64     // the number of the rule that was broken; 0: none was named
	RuleText string    // what it said that day
	AskedAt  time.Time // since when it waited; zero: nobody had asked
	Until    time.Time // of a block: when it ends by itself; zero: never
	Batch    int64     // the bulk decision it belongs to; 0: none

	Appeal          string // what whom it concerns says against it
	AppealedAt      time.Time
	AppealOutcome   Outcome
	AppealReason    string
	AppealBy        identity.ID // the second person
	AppealDecidedAt time.Time
}

// Outcome is what became of an appeal; "" while it waits.
type Outcome string

// The outcomes of an appeal.
const (
	Upheld     Outcome = "upheld"
	Overturned Outcome = "overturned"
)

// reasonMost is how long a reason may be, in letters.
const reasonMost = 1000

// A Reason is what a moderator gives for a decision.
type Reason struct {
	Code Code
	Text string
}

// Check refuses a decision without reasons. What undoes another needs no code.
func (r *Reason) Check(undoing bool) error {
	r.Text = text.Clean(r.Text)
	var c fault.Check
	if undoing {
		r.Code = ""
	} else {
		c.That(slices.Contains(Codes, r.Code), "code", "moderation.code.none")
	}
	c.That(r.Text != "", "reason", "moderation.reason.empty")
	c.That(len([]rune(r.Text)) <= reasonMost, "reason", "moderation.reason.long", "max", reasonMost)
	return c.Err()
}

// Note writes the reason for an event: the code, a colon, the text.
func (r Reason) Note() string {
	if r.Code == "" {
		return r.Text
	}
	return string(r.Code) + ": " + r.Text
}

// ParseNote reads what Note wrote.
func ParseNote(note string) Reason {
	if code, rest, ok := strings.Cut(note, ": "); ok && slices.Contains(Codes, Code(code)) {
		return Reason{Code(code), rest}
	}
	return Reason{Text: note}
}

// Tally is how often an action was decided for a code.
type Tally struct {
	Action Action
	Code   Code
	Count  int64
}
