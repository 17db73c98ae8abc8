package vote

import (
	"slices"
	"strconv"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// ChangeKind is what can be changed of a vote once everybody can read its rules.
type ChangeKind string

// The changes.
const (
	Postpone ChangeKind = "postpone" // the opening comes later, and the close with it
	Extend   ChangeKind = "extend"   // the close comes later
	CloseNow ChangeKind = "close"    // the vote closes when the change is confirmed
	Withdraw ChangeKind = "withdraw" // an option can no longer be chosen, and no mark for it counts
	Recount  ChangeKind = "recount"  // the published ballots are counted again
	Annul    ChangeKind = "annul"    // the vote as a whole does not count
)

// ChangeKinds are all of them, in the order in which pages offer them.
var ChangeKinds = []ChangeKind{Postpone, Extend, CloseNow, Withdraw, Recount, Annul}

// A Change is asked for by one person, with its reason, and confirmed or refused by a second.
type Change struct {
	ID        int64
	Vote      thing.ID
	Kind      ChangeKind
	OpensAt   time.Time // of a postponed vote
	ClosesAt  time.Time // of a postponed or extended vote
	Option    int64     // id of the one to be withdrawn
	Reason    string
	AskedBy   identity.ID
	AskedAt   time.Time
	Outcome   ChangeOutcome
	DecidedBy identity.ID
	DecidedAt time.Time
}

// ChangeOutcome is what the second person decided; "" while the change waits.
type ChangeOutcome string

// The outcomes.
const (
	Confirmed ChangeOutcome = "confirmed"
	Refused   ChangeOutcome = "refused"
)

// Bounds of a reason, in runes.
const (
	reasonLeast     = 20
	changeReasonMax = 2000
)

// Possible returns nil when the change can be made of the vote as it stands now, and else the fault
// that says why not, on the fields opens, closes or option where one of them is wrong.
func (c Change) Possible(v Vote, now time.Time) error {
	if err := v.Changeable(c.Kind, now); err != nil {
		return err
	}
	var k fault.Check
	switch c.Kind {
	case Postpone:
		k.That(c.OpensAt.After(v.OpensAt) && c.OpensAt.After(now), "opens", "vote.change.later")
		k.That(c.ClosesAt.After(c.OpensAt), "closes", "vote.closes.order")
		k.That(!c.ClosesAt.Before(v.ClosesAt), "closes", "vote.change.sooner")
	case Extend:
		last := c.Apply(v, now).lasts()
		k.That(v.WipedAt.IsZero() || !last.After(v.WipedAt), "closes", "vote.rehearsal.past")
		k.That(c.ClosesAt.After(v.ClosesAt), "closes", "vote.change.longer")
	case Withdraw:
		if key := v.keeps(c.Option); key != "" {
			k.That(false, "option", key)
		}
	}
	return k.Err()
}

// Changeable says whether a kind of change can be made of the vote at an instant, whatever its details.
func (v Vote) Changeable(kind ChangeKind, now time.Time) error {
	phase := v.PhaseAt(now)
	if !v.ClosedAt.IsZero() {
		phase = thing.Closed // whatever a clock set back says
	}
	switch {
	case !slices.Contains(ChangeKinds, kind):
		return fault.New(fault.NotFound, "thing.missing")
	case v.Imported != "", v.State != thing.Published && v.State != thing.Rehearsal, v.PublishedAt.After(now):
		return fault.New(fault.Conflict, "vote.change.draft")
	case !v.AnnulledAt.IsZero():
		return fault.New(fault.Closed, "vote.annulled")
	case !v.CertifiedAt.IsZero() && kind != Annul:
		return fault.New(fault.Closed, "vote.certified")
	case kind == Postpone && phase != thing.Upcoming:
		return fault.New(fault.Closed, "vote.frozen")
	case (kind == Extend || kind == CloseNow) && phase != thing.Opened:
		return fault.New(fault.Closed, "vote.notopen")
	case kind == Withdraw && phase == thing.Upcoming:
		return fault.New(fault.Conflict, "vote.change.edit")
	case kind == Recount && v.CountedAt.IsZero():
		return fault.New(fault.Closed, "vote.notclosed")
	}
	return nil
}

// keeps is the key of why an option stays; "" when it can be withdrawn.
func (v Vote) keeps(option int64) string {
	for _, q := range v.Questions {
		i := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == option })
		if i < 0 {
			continue
		}
		if q.Options[i].Withdrawn() {
			return "vote.change.gone"
		}
		q.Options = slices.DeleteFunc(slices.Clone(q.standing()), func(o Option) bool { return o.ID == option })
		if int64(len(q.Options)) < max(2, q.Seats) || !q.countable(q.Rule) {
			return "vote.change.few"
		}
		return ""
	}
	return "vote.change.option"
}

// Expired reports whether the change waited for too long: what was asked before the opening lasts until
// the opening, and what was asked before the close until the close.
func (c Change) Expired(v Vote, now time.Time) bool {
	switch {
	case c.Outcome != "":
		return false
	case c.Kind == Postpone:
		return !now.Before(v.OpensAt)
	case c.AskedAt.Before(v.ClosesAt):
		return !now.Before(v.ClosesAt)
	}
	return false
}

// MayDecide returns nil, or the fault that says why somebody is not the second person.
func (c Change) MayDecide(v Vote, who identity.ID, now time.Time) error {
	switch {
	case c.Outcome != "":
		return fault.New(fault.Conflict, "vote.change.done")
	case c.Expired(v, now):
		return fault.New(fault.Closed, "vote.change.expired")
	case who == c.AskedBy:
		return fault.New(fault.Forbidden, "vote.change.second")
	}
	return nil
}

// Apply makes the change. A close that moves to a later instant moves the end of the objections by as
// much, so that the period for them does not get shorter.
func (c Change) Apply(v Vote, now time.Time) Vote {
	switch c.Kind {
	case Postpone, Extend:
		if !v.ObjectionsAt.IsZero() {
			v.ObjectionsAt = v.ObjectionsAt.Add(c.ClosesAt.Sub(v.ClosesAt))
		}
		v.ClosesAt = c.ClosesAt
		if c.Kind == Postpone {
			v.OpensAt = c.OpensAt
		}
	case CloseNow:
		v.ClosesAt = now
	case Withdraw:
		v.Questions = slices.Clone(v.Questions)
		for i := range v.Questions {
			q := &v.Questions[i]
			q.Options = slices.Clone(q.Options)
			for k := range q.Options {
				if q.Options[k].ID == c.Option {
					q.Options[k].WithdrawnAt = now
				}
			}
		}
	case Annul:
		v.AnnulledAt = now
		if v.ClosedAt.IsZero() {
			v.ClosedAt = now // no ballot is taken any more, and none is published
		}
		if v.ClosesAt.After(now) {
			v.ClosesAt = now
		}
		if v.OpensAt.After(now) {
			v.OpensAt = now
		}
	}
	return v
}

// moved reports whether a published vote would open at another instant than before: everybody has read
// when it opens, so that takes two people.
func (v Vote) moved(before Vote, now time.Time) bool {
	return before.State == thing.Published && !before.PublishedAt.After(now) && !v.OpensAt.Equal(before.OpensAt)
}

// cleanReason brings a reason to its stored form and refuses one that says too little or too much.
func cleanReason(reason string) (string, error) {
	reason = text.Clean(reason)
	if n := len([]rune(reason)); n < reasonLeast || n > changeReasonMax {
		return "", fault.On("reason", "vote.reason.length", "least", reasonLeast, "max", changeReasonMax)
	}
	return reason, nil
}

// Withdrawn reports whether the option can no longer be chosen.
func (o Option) Withdrawn() bool { return !o.WithdrawnAt.IsZero() }

// standing are the options that can be chosen and that the count looks at.
func (q Question) standing() []Option {
	if !slices.ContainsFunc(q.Options, Option.Withdrawn) {
		return q.Options
	}
	return slices.DeleteFunc(slices.Clone(q.Options), Option.Withdrawn)
}

// counted are the marks that the count looks at: those for options that were not withdrawn, with the
// places of a ranking closed up.
func (q Question) counted(marks []Mark) []Mark {
	gone := func(m Mark) bool { o, ok := q.Option(m.Option); return ok && o.Withdrawn() }
	if !slices.ContainsFunc(marks, gone) {
		return marks
	}
	return q.tidy(slices.DeleteFunc(slices.Clone(marks), gone))
}

// Accept is Settle for a ballot that is being cast: it also refuses marks for what was withdrawn, which
// ballots cast before may hold.
func (v Vote) Accept(b Ballot) (Ballot, error) {
	settled, err := v.Settle(b)
	if err != nil {
		return settled, err
	}
	var c fault.Check
	for i, q := range v.Questions {
		for _, m := range settled[i] {
			if o, ok := q.Option(m.Option); ok && o.Withdrawn() {
				c.That(false, "q"+strconv.Itoa(i), "vote.ballot.withdrawn", "option", o.Title)
			}
		}
	}
	return settled, c.Err()
}
