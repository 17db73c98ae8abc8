package proposal

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Suspect tells what finding the supports of a suspicion invalid would do, and changes nothing.
// Faults: Invalid with the fields of Suspicion.Check; those of policy.
func (s *Service) Suspect(ctx context.Context, a identity.Actor, id thing.ID, of Suspicion) (d Dry, err error) {
	if err := of.Check(); err != nil {
		return d, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, p.Thing, tx.Now); err != nil {
			return err
		}
		found, err := suspects(tx, id, of, tx.Now)
		d = p.dry(found)
		return err
	})
	return d, err
}

// AskInvalid asks that supports be found invalid; a second person must confirm it. Faults: those of
// Suspect; Invalid with field reason; Conflict when there are none.
func (s *Service) AskInvalid(ctx context.Context, a identity.Actor, id thing.ID, of Suspicion, reason string) (b Batch, err error) {
	if err := of.Check(); err != nil {
		return b, err
	}
	if reason, err = cleanReason(reason); err != nil {
		return b, err
	}
	var p Proposal
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Hide, p.Thing, tx.Now); err != nil {
			return err
		}
		found, err := suspects(tx, id, of, tx.Now)
		if err != nil {
			return err
		}
		if found.Supports == 0 {
			return fault.New(fault.Conflict, "invalid.none")
		}
		b = Batch{Proposal: id, Suspicion: of, Reason: reason, Supports: found.Supports, AskedBy: a.ID, AskedAt: tx.Now}
		if err := insertBatch(tx, &b); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "invalid.ask", id, reason)
	})
	return b, err
}

// onBatch runs do on a batch and its proposal under the proposal's lock.
func (s *Service) onBatch(ctx context.Context, a identity.Actor, id int64, do func(*db.Tx, *Proposal, *Batch) error) error {
	var b Batch
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { b, err = batch(tx, id); return err }); err != nil {
		return err
	}
	var p Proposal
	return s.on(ctx, b.Proposal, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Hide, p.Thing, tx.Now); err != nil {
			return err
		}
		b, err := batch(tx, id)
		if err != nil {
			return err
		}
		return do(tx, p, &b)
	})
}

// DecideInvalid confirms or refuses as a second person. What was given after the batch was asked for
// is not touched. Faults: Forbidden for whoever asked; Conflict when it is decided; those of policy.
func (s *Service) DecideInvalid(ctx context.Context, a identity.Actor, id int64, outcome BatchOutcome) error {
	return s.onBatch(ctx, a, id, func(tx *db.Tx, p *Proposal, b *Batch) error {
		if err := b.MayDecide(a.ID); err != nil {
			return err
		}
		b.Outcome, b.DecidedBy, b.DecidedAt, b.ReachedAt = outcome, a.ID, tx.Now, p.ReachedAt
		if outcome != Confirmed {
			b.Outcome = Refused
			if err := saveBatch(tx, *b); err != nil {
				return err
			}
			return thing.Record(tx, a.ID, "invalid.refuse", p.ID, b.Reason)
		}
		found, err := voidSupports(tx, *b)
		if err != nil {
			return err
		}
		b.Supports = found.Supports
		if p.falls(found.Supports) {
			p.ReachedAt = time.Time{}
		}
		if err := p.revalue(tx, -found.Supports, -found.Residents); err != nil {
			return err
		}
		return recordBatch(tx, a.ID, *b, "invalid.confirm", moderation.Invalidate)
	})
}

// UndoInvalid counts a batch's supports again, exactly as they were. Fault: Conflict when they count.
func (s *Service) UndoInvalid(ctx context.Context, a identity.Actor, id int64) error {
	return s.onBatch(ctx, a, id, func(tx *db.Tx, p *Proposal, b *Batch) error {
		if !b.Holds() {
			return fault.New(fault.Conflict, "moderation.done")
		}
		found, err := restoreSupports(tx, b.ID)
		if err != nil {
			return err
		}
		b.UndoneBy, b.UndoneAt = a.ID, tx.Now
		if p.ReachedAt.IsZero() && p.Supports+found.Supports >= p.Threshold {
			p.ReachedAt = b.ReachedAt
		}
		if err := p.revalue(tx, found.Supports, found.Residents); err != nil {
			return err
		}
		return recordBatch(tx, a.ID, *b, "invalid.undo", moderation.Revalidate)
	})
}

// revalue changes what counts by supports found invalid, or valid again.
func (p *Proposal) revalue(tx *db.Tx, supports, residents int64) error {
	p.Supports += supports
	p.Residents += residents
	p.Voided -= supports
	if err := save(tx, p); err != nil {
		return err
	}
	return thing.Add(tx, p.ID, thing.Supports, int(supports))
}

// recordBatch keeps what a batch did, in its row, in the public log and in the trail.
func recordBatch(tx *db.Tx, who identity.ID, b Batch, verb string, action moderation.Action) error {
	if err := saveBatch(tx, b); err != nil {
		return err
	}
	d := moderation.Decision{Thing: b.Proposal, Action: action, Reason: b.Reason, Author: who, AskedAt: b.AskedAt, Batch: b.ID}
	if err := moderation.StoreDecision(tx, d); err != nil {
		return err
	}
	return thing.Record(tx, who, verb, b.Proposal, fmt.Sprintf("%d: %s", b.Supports, b.Reason))
}

// Suspects is what the page of a proposal's supports shows: where they come from, and the batches.
type Suspects struct {
	Proposal
	Networks, Domains []Origin
	Batches           []Batch
}

// An Origin is how many supports came from one block or one domain.
type Origin struct {
	Name  string
	Count int64
}

// Suspects reads where a proposal's supports come from. Faults: those of policy.
func (s *Service) Suspects(ctx context.Context, a identity.Actor, id thing.ID) (m Suspects, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m.Proposal, err = Get(tx, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, m.Thing, tx.Now); err != nil {
			return err
		}
		if m.Networks, m.Domains, err = origins(tx, id); err != nil {
			return err
		}
		m.Batches, err = Batches(tx, id)
		return err
	})
	return m, err
}
