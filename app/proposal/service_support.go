package proposal

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Support adds one person's support; supporting twice is supporting. Faults: those of policy, among
// them Closed when the time for support is over; Closed once it is decided; Forbidden below the level
// that its kind asks for.
func (s *Service) Support(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := maySupport(a, *p, tx.Now); err != nil {
			return err
		}
		_, err := give(tx, a, p)
		return err
	})
	return p, err
}

// maySupport returns nil, or the fault that says why somebody cannot support a proposal.
func maySupport(a identity.Actor, p Proposal, now time.Time) error {
	if err := policy.Allow(a, policy.Support, p.Thing, now); err != nil {
		return err
	}
	return p.MaySupport(a.Level)
}

// give stores a person's support where there is none, with what follows from it, and reports whether
// it is new. Fault: Conflict where they have signed on paper.
func give(tx *db.Tx, a identity.Actor, p *Proposal) (bool, error) {
	if signed, err := signedOnPaper(tx, p.ID, a.ID); err != nil {
		return false, err
	} else if signed {
		return false, fault.New(fault.Conflict, "paper.signed")
	}
	added, err := insertSupport(tx, *p, a)
	if err != nil || !added {
		return false, err
	}
	if err := p.countResident(tx, a.Level, 1); err != nil {
		return false, err
	}
	if err := thing.Record(tx, a.ID, "support.give", p.ID, ""); err != nil {
		return false, err
	}
	return true, p.count(tx, 1)
}

// countResident changes the number of verified residents by n where the level is one's.
func (p *Proposal) countResident(tx *db.Tx, level identity.Level, n int) error {
	if level < identity.Resident {
		return nil
	}
	p.Residents += int64(n)
	return addKept(tx, p.ID, "residents", n)
}

// count changes the number of supports by n, and notes when that reaches the threshold.
func (p *Proposal) count(tx *db.Tx, n int) error {
	p.Supports += int64(n)
	if err := thing.Add(tx, p.ID, thing.Supports, n); err != nil {
		return err
	}
	if !p.reach(tx.Now) {
		return nil
	}
	if err := save(tx, p); err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Verb: "proposal.threshold", Thing: p.ID, Person: p.Author})
}

// Unsupport takes one person's support back; a threshold once reached stays reached. A support found
// invalid stays, so that it cannot be given anew: the fault is Closed. Other faults are Support's.
func (s *Service) Unsupport(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := maySupport(a, *p, tx.Now); err != nil {
			return err
		}
		_, err := take(tx, a, p)
		return err
	})
	return p, err
}

// take removes a person's support where there is one, and reports whether there was. Fault: Closed
// where it was found invalid.
func take(tx *db.Tx, a identity.Actor, p *Proposal) (bool, error) {
	g, found, err := supportOf(tx, p.ID, a.ID)
	switch {
	case err != nil || !found:
		return false, err
	case g.batch != 0:
		return false, fault.New(fault.Closed, "proposal.support.voided")
	}
	if err := removeSupport(tx, p.ID, a.ID); err != nil {
		return false, err
	}
	if err := p.countResident(tx, g.level, -1); err != nil {
		return false, err
	}
	if err := thing.Record(tx, a.ID, "support.take", p.ID, ""); err != nil {
		return false, err
	}
	return true, p.count(tx, -1)
}
