// Package proposal is what people propose and others support. A proposal is a draft of its author's
// until it is published; it then collects support, and what it needs to be answered, and by when the
// authority must answer, are those of the day it was published. Where it stands is computed from its
// dates and the official answers, never set.
package proposal

import (
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// Kind is the kind of proposals.
const Kind thing.Kind = "proposal"

// Proposal is a thing with what only proposals have.
type Proposal struct {
	thing.Thing
	Body        string // Markdown
	HTML        string
	Version     int64     // of the text, from 1
	Threshold   int64     // supports it needs to be answered, frozen at publication
	AnswerDays  int64     // days the authority has from then on, frozen too
	ReachedAt   time.Time // when supports reached the threshold; it stays reached
	Verdict     talk.Verdict
	WithdrawnAt time.Time
	Withdrawal  string // why its author took it back

	KindID         int64          // of its kind; 0: the usual one
	Happens        string         // what the authority promised to do at the threshold, frozen at publication
	Fields         []Field        // what its kind asks for besides, as answered
	Level          identity.Level // that supporters need, frozen at publication
	Sponsors       int64          // people who must stand behind it before it is published, frozen when it is handed in
	SubmittedAt    time.Time      // when its author handed it in; zero: at publication
	Residents      int64          // supports of verified residents, among Supports
	Paper          int64          // supports signed on paper, among Supports
	Voided         int64          // supports found invalid, not among Supports
	WithdrawalCode string
	Successor      thing.ID  // the proposal in whose favour it was retired; 0: none
	CarriedOutAt   time.Time // when what was accepted was done

	Checked    bool      // a moderator reads it before it is published; decided when it is handed in
	Returned   string    // why a moderator sent it back; "" once it is handed in again
	Invite     string    // the secret of the link with which its author asks for sponsors
	AnsweredAt time.Time // the first decision
	DueAt      time.Time // by when the answer that holds promises to have it done; zero: not said
}

// A Field is an answer to one of the questions that a kind of proposals asks besides the usual ones,
// kept with the words in which it was asked.
type Field struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// Stage is where a proposal stands.
type Stage string

// The stages, in the order of its life.
const (
	Draft      Stage = "draft"
	Sponsoring Stage = "sponsoring" // looks for people to stand behind it
	Checking   Stage = "checking"   // a moderator reads it
	Collecting Stage = "collecting"
	Expired    Stage = "expired" // its time passed without enough support
	Reached    Stage = "reached" // waits for the authority
	Review     Stage = "review"
	Accepted   Stage = "accepted"
	Partly     Stage = "partly"
	Rejected   Stage = "rejected"
	Noted      Stage = "noted"
	Done       Stage = "done" // what was accepted is carried out
	Withdrawn  Stage = "withdrawn"
	Hidden     Stage = "hidden"
)

// Listed are the stages that a list may be narrowed to.
var Listed = []Stage{Collecting, Reached, Review, Accepted, Partly, Rejected, Noted, Done, Expired}

// StageAt tells where the proposal stands at now.
func (p Proposal) StageAt(now time.Time) Stage {
	switch {
	case p.State == thing.Draft && !p.SubmittedAt.IsZero():
		return Sponsoring
	case p.State == thing.Draft:
		return Draft
	case p.State == thing.Checking:
		return Checking
	case p.Thing.Hidden():
		return Hidden
	case p.State == thing.Withdrawn:
		return Withdrawn
	case !p.CarriedOutAt.IsZero():
		return Done
	case p.Verdict != "":
		return Stage(p.Verdict)
	case !p.ReachedAt.IsZero():
		return Reached
	case p.PhaseAt(now) == thing.Closed:
		return Expired
	}
	return Collecting
}

// Decided reports whether the authority has said its last word.
func (p Proposal) Decided() bool { return p.Verdict.Final() }

// AnswerBy is the instant by which the authority must have answered; zero while nothing binds it.
func (p Proposal) AnswerBy() time.Time {
	if p.ReachedAt.IsZero() || p.AnswerDays == 0 {
		return time.Time{}
	}
	return p.ReachedAt.AddDate(0, 0, int(p.AnswerDays))
}

const day = 24 * time.Hour

// DaysLate is by how many days the authority is late at now, at least one as soon as it is; 0 while it
// is not, and once it has answered.
func (p Proposal) DaysLate(now time.Time) int64 {
	by := p.AnswerBy()
	if by.IsZero() || p.Decided() || p.State != thing.Published || now.Before(by) {
		return 0
	}
	return max(1, int64(now.Sub(by)/day))
}

// DaysWaited is by how many days the first decision came after its time; 0 when it came in time.
func (p Proposal) DaysWaited() int64 {
	if by := p.AnswerBy(); !by.IsZero() && p.AnsweredAt.After(by) {
		return max(1, int64(p.AnsweredAt.Sub(by)/day))
	}
	return 0
}

// Promised reports whether the authority said that it would do it, or a part of it.
func (p Proposal) Promised() bool {
	return p.Verdict == talk.Accepted || p.Verdict == talk.Partly
}

// DaysOverdue is by how many days what was promised is late at now, at least one as soon as it is; 0
// while it is not, where no date was promised, and once it is done.
func (p Proposal) DaysOverdue(now time.Time) int64 {
	if !p.Promised() || p.DueAt.IsZero() || !p.CarriedOutAt.IsZero() || p.State != thing.Published || now.Before(p.DueAt) {
		return 0
	}
	return max(1, int64(now.Sub(p.DueAt)/day))
}

// Wanting reports whether an answer is due.
func (p Proposal) Wanting() bool {
	return p.State == thing.Published && !p.ReachedAt.IsZero() && !p.Decided()
}

// reach notes that there is enough support, and reports whether that is news.
func (p *Proposal) reach(now time.Time) bool {
	if !p.ReachedAt.IsZero() || p.Threshold == 0 || p.Supports < p.Threshold {
		return false
	}
	p.ReachedAt = now
	return true
}

// MayEdit returns nil, or the fault that says why the text may no longer change: whoever supported
// it, or answers it, must know what they have before them.
func (p Proposal) MayEdit(now time.Time) error {
	switch p.StageAt(now) {
	case Draft, Collecting:
		return nil
	case Sponsoring, Checking:
		return fault.New(fault.Closed, "proposal.edit.handed")
	case Reached, Review:
		return fault.New(fault.Closed, "proposal.edit.reached")
	case Expired:
		return fault.New(fault.Closed, "proposal.edit.expired")
	case Withdrawn, Hidden:
		return fault.New(fault.Closed, "policy.away")
	}
	return fault.New(fault.Closed, "proposal.edit.answered")
}

// MayWithdraw returns nil, or the fault that says why it cannot be taken back any more.
func (p Proposal) MayWithdraw(now time.Time) error {
	switch p.StageAt(now) {
	case Collecting, Reached, Review, Expired:
		return nil
	case Withdrawn, Hidden, Draft, Sponsoring, Checking:
		return fault.New(fault.Closed, "policy.away")
	}
	return fault.New(fault.Closed, "proposal.withdraw.answered")
}

// MaySupport returns nil, or the fault that says why somebody identified so well may not support it,
// or take support back, at now. Policy asks who they are and whether it is open; this asks what its
// kind and its answer say.
func (p Proposal) MaySupport(level identity.Level) error {
	switch {
	case p.Decided() || !p.CarriedOutAt.IsZero():
		return fault.New(fault.Closed, "proposal.support.decided")
	case level < p.Level:
		return fault.New(fault.Forbidden, "policy.level", "level", int64(p.Level))
	}
	return nil
}

// The sizes of a proposal's texts, in characters.
const (
	TitleMost   = 120
	SummaryMost = 280
	BodyMost    = 10_000
	noteMost    = 200
	reasonMost  = 500
)

// Words are what an author writes.
type Words struct {
	Title, Summary, Body string
}

func (w *Words) clean() {
	w.Title, w.Summary, w.Body = text.Line(w.Title), text.Line(w.Summary), text.Clean(w.Body)
}

func (w Words) check(c *fault.Check) {
	checkTitle(c, w.Title)
	c.That(w.Summary != "", "summary", "proposal.summary.empty")
	c.That(w.Body != "", "body", "proposal.body.empty")
	w.checkSizes(c)
}

func checkTitle(c *fault.Check, title string) {
	c.That(title != "", "title", "proposal.title.empty")
	c.That(len([]rune(title)) >= 8 || title == "", "title", "proposal.title.short")
}

// checkSizes is what a draft must keep to: it may lack anything, but not burst.
func (w Words) checkSizes(c *fault.Check) {
	c.That(len([]rune(w.Title)) <= TitleMost, "title", "proposal.title.long", "max", int64(TitleMost))
	c.That(len([]rune(w.Summary)) <= SummaryMost, "summary", "proposal.summary.long", "max", int64(SummaryMost))
	c.That(len([]rune(w.Body)) <= BodyMost, "body", "proposal.body.long", "max", int64(BodyMost))
}

// A Text is one version of a proposal.
type Text struct {
	Version              int64
	Title, Summary, Body string
	Note                 string // why it was changed
	Substantial          bool   // more than its spelling changed
	Author               identity.ID
	At                   time.Time
}

// A Backing is one person's support of a proposal.
type Backing struct {
	Person identity.ID
	Level  identity.Level // how sure we were who they are
	At     time.Time

	Network string // the block it came from; "": not known
}
