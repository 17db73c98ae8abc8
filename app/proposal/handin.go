package proposal

import (
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// handIn notes that its author is done with the draft: from now on its sponsors, a moderator or
// everybody has that text before them. What a moderator sent back, a moderator reads again.
func (p *Proposal) handIn(k Class, hold bool, now time.Time) {
	p.Checked = p.Checked || k.Checked || hold
	p.SubmittedAt, p.Returned, p.Sponsors, p.Level = now, "", k.Sponsors, k.Level
}

// next is where a proposal that was handed in goes, with so many sponsors.
func (p Proposal) next(sponsors int64) Stage {
	switch {
	case sponsors < p.Sponsors:
		return Sponsoring
	case p.Checked && p.State == thing.Draft:
		return Checking
	}
	return Collecting
}

// publish freezes the rules of the day into the proposal and opens it.
func (p *Proposal) publish(k Class, now time.Time) {
	p.State, p.PublishedAt, p.Version = thing.Published, now, 1
	p.Threshold, p.AnswerDays, p.Level, p.Happens = k.Threshold, int64(k.AnswerDays), max(k.Level, identity.Reachable), Said(k.Happens, p.Lang)
	if k.Period > 0 {
		p.ClosesAt = now.AddDate(0, 0, k.Period)
	}
}

// MaySponsor returns nil, or the fault that says why a may not stand behind the proposal.
func (p Proposal) MaySponsor(a identity.Actor) error {
	switch {
	case a.ID == p.Author:
		return fault.New(fault.Forbidden, "proposal.sponsor.own")
	case a.Level < p.Level:
		return fault.New(fault.Forbidden, "policy.level", "level", int64(p.Level))
	}
	return nil
}
