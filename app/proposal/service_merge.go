package proposal

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Merge retires one's own proposal in favour of another, with a reason that everybody may read. Its
// supporters are asked; nobody's support moves by it. Faults: Invalid with fields into, reason; Closed
// after the official answer; those of policy.
func (s *Service) Merge(ctx context.Context, a identity.Actor, id, into thing.ID, reason string) (p, other Proposal, err error) {
	reason = text.Line(reason)
	var c fault.Check
	c.That(into != 0, "into", "write.merge.unknown")
	c.That(reason != "", "reason", "proposal.reason.empty")
	c.That(len([]rune(reason)) <= reasonMost, "reason", "proposal.reason.long", "max", int64(reasonMost))
	if err := c.Err(); err != nil {
		return p, other, err
	}
	err = s.db.WriteOn(ctx, append(thing.Scope(id), thing.Scope(into)...), func(tx *db.Tx) error {
		if p, err = Get(tx, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Withdraw, p.Thing, tx.Now); err != nil {
			return err
		}
		if other, err = Get(tx, into); err != nil || policy.Allow(a, policy.See, other.Thing, tx.Now) != nil {
			return fault.On("into", "write.merge.unknown").Because(err)
		}
		if err := p.mayMerge(other, tx.Now); err != nil {
			return err
		}
		p.retire(into, reason, tx.Now)
		if err := save(tx, &p); err != nil {
			return err
		}
		return recordMerge(tx, a.ID, p, other)
	})
	return p, other, err
}

// StoreMerge is Merge without asking: it retires a proposal in favour of another.
func StoreMerge(tx *db.Tx, who identity.ID, id, into thing.ID, reason string) error {
	p, err := Get(tx, id)
	if err != nil {
		return err
	}
	other, err := Get(tx, into)
	if err != nil {
		return err
	}
	p.retire(into, reason, tx.Now)
	if err := save(tx, &p); err != nil {
		return err
	}
	return recordMerge(tx, who, p, other)
}

func recordMerge(tx *db.Tx, who identity.ID, p, other Proposal) error {
	if err := thing.Record(tx, who, "proposal.merge", p.ID, p.Withdrawal); err != nil {
		return err
	}
	return thing.Record(tx, who, "proposal.absorb", other.ID, p.Title)
}

// heirMost bounds how far a chain of retired proposals is followed.
const heirMost = 20

// Heir is the proposal in whose favour one was retired or, where that was retired too, the one after
// it, and so on. Fault: thing.missing.
func Heir(tx *db.Tx, p Proposal) (heir Proposal, err error) {
	heir = p
	for i := 0; heir.Retired() && i < heirMost; i++ {
		if heir, err = Get(tx, heir.Successor); err != nil {
			return heir, err
		}
	}
	if heir.ID == p.ID {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return heir, err
}

// Carry moves the actor's support from a retired proposal to its heir; a support that is there
// already, or was carried already, is one. Faults: NotFound where nothing was retired; Conflict when
// the heir was retired meanwhile; those of policy for supporting the heir.
func (s *Service) Carry(ctx context.Context, a identity.Actor, id thing.ID) (to Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err := Get(tx, id)
		if err != nil {
			return err
		}
		to, err = Heir(tx, p)
		return err
	})
	if err != nil {
		return to, err
	}
	err = s.db.WriteOn(ctx, append(thing.Scope(id), thing.Scope(to.ID)...), func(tx *db.Tx) error {
		from, err := Get(tx, id)
		if err != nil {
			return err
		}
		if to, err = Get(tx, to.ID); err != nil {
			return err
		}
		if to.Retired() {
			return fault.New(fault.Conflict, "write.carry.meanwhile")
		}
		if err := maySupport(a, to, tx.Now); err != nil {
			return err
		}
		return carry(tx, a, &from, &to)
	})
	return to, err
}

// StoreCarry is Carry without asking.
func StoreCarry(tx *db.Tx, who identity.ID, level identity.Level, from, to thing.ID) error {
	f, err := Get(tx, from)
	if err != nil {
		return err
	}
	t, err := Get(tx, to)
	if err != nil {
		return err
	}
	return carry(tx, identity.Actor{ID: who, Level: level}, &f, &t)
}

func carry(tx *db.Tx, a identity.Actor, from, to *Proposal) error {
	if valid, err := counts(tx, from.ID, a.ID); err != nil || !valid {
		return err
	}
	if had, err := take(tx, a, from); err != nil || !had {
		return err
	}
	added, err := give(tx, a, to)
	if err != nil || !added {
		return err
	}
	return noteCarried(tx, to.ID, a.ID, from.ID)
}

// Drop takes the actor's support back from a retired proposal, whose time for support is over for
// everybody else.
func (s *Service) Drop(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Account, p.Thing, tx.Now); err != nil {
			return err
		}
		if !p.Retired() {
			return fault.New(fault.NotFound, "thing.missing")
		}
		_, err := take(tx, a, p)
		return err
	})
	return p, err
}
