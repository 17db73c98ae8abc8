package proposal

import (
	"regexp"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Suspicion says which supports of a proposal are to be found invalid: those that meet every
// condition it names.
type Suspicion struct {
	Network     string    // the block they came from, as it is kept: 192.0.2.0/24
	Domain      string    // of the supporter's e-mail address
	From, Until time.Time // given at or after, and before
	Days        int64     // by accounts younger than so many days when they gave it; 0: of any age
}

var domainForm = regexp.MustCompile(`^[a-z0-9.-]{3,253}$`)

func (s *Suspicion) check(c *fault.Check) {
	s.Network, s.Domain = strings.TrimSpace(s.Network), strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s.Domain)), "@")
	c.That(*s != Suspicion{}, "network", "invalid.nothing")
	c.That(s.Domain == "" || domainForm.MatchString(s.Domain), "domain", "invalid.domain")
	c.That(s.From.IsZero() || s.Until.IsZero() || s.From.Before(s.Until), "until", "invalid.until")
	c.That(s.Days >= 0 && s.Days <= 3650, "days", "invalid.days")
}

// Check refuses a suspicion that names nothing, with the fields network, domain, until, days.
func (s *Suspicion) Check() error {
	var c fault.Check
	s.check(&c)
	return c.Err()
}

// A Batch is supports that one person asks to be found invalid, and what a second decided.
type Batch struct {
	ID       int64
	Proposal thing.ID
	Suspicion
	Reason    string
	Supports  int64 // how many it was about when it was asked; how many it took once it was confirmed
	AskedBy   identity.ID
	AskedAt   time.Time
	Outcome   BatchOutcome
	DecidedBy identity.ID
	DecidedAt time.Time
	ReachedAt time.Time // of the proposal, before
	UndoneBy  identity.ID
	UndoneAt  time.Time
}

// BatchOutcome is what a second person decided about a batch; "" while it waits.
type BatchOutcome string

// The outcomes.
const (
	Confirmed BatchOutcome = "confirmed"
	Refused   BatchOutcome = "refused"
)

// Holds reports whether the batch's supports are invalid now.
func (b Batch) Holds() bool { return b.Outcome == Confirmed && b.UndoneAt.IsZero() }

// MayDecide returns nil, or the fault that says why somebody is not the second person.
func (b Batch) MayDecide(who identity.ID) error {
	switch {
	case b.Outcome != "":
		return fault.New(fault.Conflict, "moderation.done")
	case who == b.AskedBy:
		return fault.New(fault.Forbidden, "invalid.second")
	}
	return nil
}

func cleanReason(reason string) (string, error) {
	reason = text.Line(reason)
	var c fault.Check
	c.That(reason != "", "reason", "invalid.reason.empty")
	c.That(len([]rune(reason)) <= reasonMost, "reason", "invalid.reason.long", "max", int64(reasonMost))
	return reason, c.Err()
}

// A Dry is what finding supports invalid would do.
type Dry struct {
	Supports, Residents, Networks int64
	Before, After                 int64 // supports of the proposal
	Falls                         bool  // the threshold would no longer be reached
}

// falls reports whether a proposal with so many supports less no longer has what it needs; one that
// has been answered keeps its answer.
func (p Proposal) falls(less int64) bool {
	return !p.ReachedAt.IsZero() && !p.Decided() && p.Supports-less < p.Threshold
}

func (p Proposal) dry(d Dry) Dry {
	d.Before, d.After, d.Falls = p.Supports, p.Supports-d.Supports, p.falls(d.Supports)
	return d
}
