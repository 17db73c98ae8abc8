package moderation

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// CaseKind is why something waits for a moderator.
type CaseKind string

// The kinds of cases.
const (
	Reported CaseKind = "report"   // people reported it
	Held     CaseKind = "held"     // a comment that nobody else sees yet
	Waiting  CaseKind = "checking" // handed in, to be read before it is published
	Appealed CaseKind = "appeal"   // its author asks a second person to look at a decision
)

// CaseKinds are all of them, in the order in which pages list them.
var CaseKinds = []CaseKind{Reported, Held, Waiting, Appealed}

// A Case is something that waits for a moderator.
type Case struct {
	ID         int64
	Kind       CaseKind
	Thing      thing.ID
	Comment    int64 // 0: the thing itself
	Decision   int64 // of an appeal: what it is against
	Why        string
	Reports    int64
	OpenedAt   time.Time
	PromisedAt time.Time // by when it is to be decided
	TakenBy    identity.ID
	TakenUntil time.Time
	ClosedAt   time.Time
}

// Late is for how long the promise has been broken at now; 0 while it holds.
func (c Case) Late(now time.Time) time.Duration {
	if !c.ClosedAt.IsZero() || !now.After(c.PromisedAt) {
		return 0
	}
	return now.Sub(c.PromisedAt)
}

// takenFor is how long a case stays with the moderator who took it.
const takenFor = 15 * time.Minute

// TakenFrom reports whether somebody else is looking at the case at now.
func (c Case) TakenFrom(who identity.ID, now time.Time) bool {
	return c.TakenBy != 0 && c.TakenBy != who && now.Before(c.TakenUntil)
}

// Act is what a moderator does about a case.
type Act string

// The acts.
const (
	Keep     Act = "keep"     // nothing is wrong with it
	Withhold Act = "hide"     // nobody reads it any more
	Admonish Act = "warn"     // its author is told that it broke a rule
	Lock     Act = "lock"     // the conversation is closed
	Suspend  Act = "block"    // nobody reads it, and its author's account is suspended until a date
	Pass     Act = "pass"     // it is published
	Return   Act = "return"   // its author is to mend it
	Uphold   Act = "uphold"   // the decision was right
	Overturn Act = "overturn" // it was not: it is undone
)

// Acts are what may be done about each kind of case.
var Acts = map[CaseKind][]Act{
	Reported: {Keep, Withhold, Admonish, Lock, Suspend},
	Held:     {Pass, Withhold},
	Waiting:  {Pass, Return},
	Appealed: {Uphold, Overturn},
}

// A Ruling is how a moderator decides a case.
type Ruling struct {
	Act      Act
	Rule     int64  // its number among the rules of participation; 0: none
	RuleText string // what it says today
	Until    time.Time
	Reason
}

// accuses reports whether the act says that somebody broke a rule.
func (a Act) accuses() bool { return a == Withhold || a == Admonish || a == Suspend }

// check refuses what a moderator may not do about a case, or has not given reasons for.
func (r *Ruling) check(of CaseKind, now time.Time) error {
	r.Text = text.Clean(r.Text)
	if !slices.Contains(Acts[of], r.Act) {
		return fault.On("act", "moderation.act.none")
	}
	var c fault.Check
	if r.Act.accuses() {
		c.That(slices.Contains(Codes, r.Code), "code", "moderation.code.none")
	} else {
		r.Code, r.Rule, r.RuleText = "", 0, ""
	}
	c.That(r.Text != "" || r.Act == Pass, "reason", "moderation.reason.empty")
	c.That(len([]rune(r.Text)) <= reasonMost, "reason", "moderation.reason.long", "max", reasonMost)
	if r.Act == Suspend {
		c.That(r.Until.IsZero() || r.Until.After(now), "until", "moderation.until.past")
	} else {
		r.Until = time.Time{}
	}
	return c.Err()
}

// A Report is what somebody finds wrong with a thing or a comment.
type Report struct {
	Person identity.ID
	Code   Code
	Text   string
	At     time.Time
}

// reportMost is how long the words of a report may be, in characters.
const reportMost = 1000

func (r *Report) check() error {
	r.Text = text.Clean(r.Text)
	var c fault.Check
	c.That(slices.Contains(Reportable, r.Code), "code", "moderation.report.none")
	c.That(len([]rune(r.Text)) <= reportMost, "text", "moderation.report.long", "max", reportMost)
	return c.Err()
}

// Reportable are the codes that a report may give, in the order in which the form offers them.
var Reportable = []Code{Spam, Insult, PersonalData, OffTopic, Unlawful}

// appealFor is how long after a decision its author may ask a second person to look at it.
const appealFor = 14 * 24 * time.Hour

// appealable are the decisions that somebody suffers.
var appealable = []Action{Hide, Block, Warn}

// AppealUntil is the instant until which the decision may be appealed.
func (d Decision) AppealUntil() time.Time { return d.At.Add(appealFor) }

// MayAppeal returns nil, or the fault that says why whom the decision concerns may not appeal it.
func (d Decision) MayAppeal(now time.Time) error {
	switch {
	case !slices.Contains(appealable, d.Action):
		return fault.New(fault.Conflict, "moderation.appeal.none")
	case !d.AppealedAt.IsZero():
		return fault.New(fault.Conflict, "moderation.appeal.once")
	case !now.Before(d.AppealUntil()):
		return fault.New(fault.Closed, "moderation.appeal.late")
	}
	return nil
}

// MayReview returns nil, or the fault that says why somebody may not decide on the appeal: neither
// whoever decided first nor whom the decision concerns is a second person.
func (d Decision) MayReview(who, whom identity.ID) error {
	switch {
	case who == d.Author:
		return fault.New(fault.Forbidden, "moderation.appeal.self")
	case who == whom:
		return fault.New(fault.Forbidden, "moderation.appeal.concerned")
	case d.AppealedAt.IsZero() || d.AppealOutcome != "":
		return fault.New(fault.Conflict, "moderation.done")
	}
	return nil
}

var listItem = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+(.+)$`)

// RulesOf are the rules of participation as they are counted: the items of the lists of a page in
// Markdown, from the first to the last.
func RulesOf(page string) (rules []string) {
	for _, line := range strings.Split(page, "\n") {
		if m := listItem.FindStringSubmatch(line); m != nil {
			rules = append(rules, text.Plain(m[1]))
		}
	}
	return rules
}
