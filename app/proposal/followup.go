package proposal

import (
	"slices"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Progress is how far what was promised is.
type Progress string

// How far it may be.
const (
	Underway Progress = "underway"
	Delayed  Progress = "delayed"
	Finished Progress = "done"
)

// Progresses are all of them, in the order in which they are offered.
var Progresses = []Progress{Underway, Delayed, Finished}

// A FollowUp tells, at a date, how what an authority promised is being carried out. The newest says
// how far it is.
type FollowUp struct {
	ID         int64
	Thing      thing.ID
	Agency     thing.ID // in whose name; 0: of none
	AgencyName string
	Author     identity.ID
	State      Progress
	Lang       string
	Body       string // Markdown
	HTML       string
	At         time.Time
}

// Use is the use under which the evidence of a follow-up is filed.
func (f FollowUp) Use() string { return followUpUse(f.ID) }

const followUpMost = 4000

func (f *FollowUp) check() error {
	f.Body = text.Clean(f.Body)
	var c fault.Check
	c.That(slices.Contains(Progresses, f.State), "state", "proposal.followup.state.choose")
	c.That(f.Body != "", "body", "proposal.followup.body.empty")
	c.That(len([]rune(f.Body)) <= followUpMost, "body", "proposal.body.long", "max", int64(followUpMost))
	return c.Err()
}

// MayFollowUp returns nil, or the fault that says why there is nothing to carry out.
func (p Proposal) MayFollowUp() error {
	if !p.Promised() {
		return fault.New(fault.Closed, "proposal.followup.nothing")
	}
	return nil
}

// carry notes what a follow-up says: done, or not (any more).
func (p *Proposal) carry(state Progress, now time.Time) {
	p.CarriedOutAt = time.Time{}
	if state == Finished {
		p.CarriedOutAt = now
	}
}
