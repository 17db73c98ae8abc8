package vote

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/policy"
	"tequio/app/thing"
)

// A ballot on paper has a serial number, and lies in a batch. Two of the staff type in every paper of a
// batch, each without seeing what the other typed; where both say the same it becomes a ballot like any
// other, with a commitment of its own, under HMAC(K, serial number). What differs is listed by serial number until one
// of them has mended it. Whoever was handed a paper casts no other ballot, see HandPaper. Papers are typed in while
// the vote is open.
const (
	batchesMost = 10_000
	serialMost  = 1_000_000_000
)

// TypedPaper is a paper as one of the staff types it in.
type TypedPaper struct {
	Batch, Serial int64
	Ballot        Ballot
	Spoiled       bool // it says nothing that counts
}

// paper is the name under which a ballot on paper lies.
func (k key) paper(serial int64) []byte { return k.sum("paper", number(serial)) }

// TypePaper keeps what somebody of the staff read on a paper, in the place of what they typed before. Faults:
// those of policy, vote.desk.nobooth, and on the fields batch, serial and those of the ballot what is wrong.
func (s *Service) TypePaper(ctx context.Context, a identity.Actor, id thing.ID, p TypedPaper) error {
	return s.onPaper(ctx, a, id, func(tx *db.Tx, v Vote) error {
		if err := p.check(tx, v, a.ID); err != nil {
			return err
		}
		var content []byte
		if !p.Spoiled {
			settled, err := v.Accept(p.Ballot)
			if err != nil {
				return err
			}
			content = settled.canonical(v.Questions)
		}
		if err := putTyped(tx, id, p, a.ID, content); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.paper.type", id, fmt.Sprint(p.Batch))
	})
}

// TakePaper refuses a paper that TypePaper would refuse, before its ballot is typed in.
func (s *Service) TakePaper(ctx context.Context, a identity.Actor, id thing.ID, p TypedPaper) error {
	return s.onPaper(ctx, a, id, func(tx *db.Tx, v Vote) error { return p.check(tx, v, a.ID) })
}

// onPaper runs do where somebody may type papers of a vote in now, one at a time.
func (s *Service) onPaper(ctx context.Context, a identity.Actor, id thing.ID, do func(*db.Tx, Vote) error) error {
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Desk, v.Thing, tx.Now); err != nil {
			return err
		}
		if err := policy.Allow(identity.Actor{}, policy.Poll, v.Thing, tx.Now); err != nil {
			return err
		}
		switch {
		case !v.Roll.Paper:
			return fault.New(fault.Conflict, "vote.desk.nobooth")
		case !v.ClosedAt.IsZero():
			return fault.New(fault.Closed, "policy.closed")
		}
		return do(tx, v)
	})
}

func (p TypedPaper) check(tx *db.Tx, v Vote, who identity.ID) error {
	var c fault.Check
	c.That(p.Batch > 0 && p.Batch <= batchesMost, "batch", "vote.paper.batch", "max", batchesMost)
	c.That(p.Serial > 0 && p.Serial <= serialMost, "serial", "vote.paper.serial", "max", serialMost)
	if err := c.Err(); err != nil {
		return err
	}
	elsewhere, err := serialElsewhere(tx, v.ID, p)
	if err != nil {
		return err
	}
	people, err := typists(tx, v.ID, p.Batch)
	if err != nil {
		return err
	}
	c.That(!elsewhere, "serial", "vote.paper.taken")
	c.That(len(people) < 2 || slices.Contains(people, who), "batch", "vote.paper.third")
	return c.Err()
}

// PaperBatch is how far a batch came: papers on which both agree, and the serial numbers of others.
type PaperBatch struct {
	Batch   int64
	People  int
	Equal   int64
	Spoiled int64   // of the equal ones
	Differ  []int64 // typed by both, not alike
	Missing []int64 // typed by one alone
}

// Ready reports whether the batch can become ballots.
func (b PaperBatch) Ready() bool {
	return b.People == 2 && b.Equal > 0 && len(b.Differ) == 0 && len(b.Missing) == 0
}

// compared puts what two people typed side by side.
func compared(all []typed) (batches []PaperBatch) {
	seen := map[identity.ID]bool{}
	for i := 0; i < len(all); {
		one := all[i]
		if n := len(batches); n == 0 || batches[n-1].Batch != one.batch {
			batches, seen = append(batches, PaperBatch{Batch: one.batch}), map[identity.ID]bool{}
		}
		b := &batches[len(batches)-1]
		pair := 1
		if i+1 < len(all) && all[i+1].batch == one.batch && all[i+1].serial == one.serial {
			pair = 2
		}
		for _, t := range all[i : i+pair] {
			seen[t.person] = true
		}
		b.People = len(seen)
		switch {
		case pair == 1:
			b.Missing = append(b.Missing, one.serial)
		case !one.same(all[i+1]):
			b.Differ = append(b.Differ, one.serial)
		default:
			b.Equal++
			if one.content == nil {
				b.Spoiled++
			}
		}
		i += pair
	}
	return batches
}

// typed is one paper as one person typed it; content nil: spoiled.
type typed struct {
	batch, serial int64
	person        identity.ID
	content       []byte
}

func (t typed) same(other typed) bool {
	return (t.content == nil) == (other.content == nil) && bytes.Equal(t.content, other.content)
}

// PaperBatches tells how far the batches came that are not ballots yet. Whoever may not type papers in is
// refused as by TypePaper.
func (s *Service) PaperBatches(ctx context.Context, a identity.Actor, id thing.ID) (all []PaperBatch, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Desk, v.Thing, tx.Now); err != nil {
			return err
		}
		entries, err := typedPapers(tx, id, 0)
		all = compared(entries)
		return err
	})
	return all, err
}

// AcceptPaper makes ballots of a batch on all of whose papers both people agree; spoiled ones are counted
// as such. Fault: vote.paper.unequal.
func (s *Service) AcceptPaper(ctx context.Context, a identity.Actor, id thing.ID, batch int64) error {
	k, err := s.manageKey(ctx, a, id)
	if err != nil {
		return err
	}
	return s.onPaper(ctx, a, id, func(tx *db.Tx, v Vote) error {
		entries, err := typedPapers(tx, id, batch)
		if err != nil {
			return err
		}
		found := compared(entries)
		if len(found) != 1 || !found[0].Ready() {
			return fault.New(fault.Conflict, "vote.paper.unequal")
		}
		for i := 0; i < len(entries); i += 2 {
			if err := accept(tx, v, k, entries[i]); err != nil {
				return err
			}
		}
		if err := dropTyped(tx, id, batch); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.paper", id, fmt.Sprintf("%d: %d, %d", batch, found[0].Equal-found[0].Spoiled, found[0].Spoiled))
	})
}

// accept lays one paper into the box.
func accept(tx *db.Tx, v Vote, k key, t typed) error {
	if t.content == nil {
		return insertPaper(tx, v.ID, t, nil)
	}
	b, err := ParseBallot(t.content)
	if err != nil {
		return err
	}
	c, _ := seal(v, b, identity.Resident, onPaper)
	if err := insertBallot(tx, v.ID, k.paper(t.serial), c); err != nil {
		return err
	}
	if err := insertPending(tx, v.ID, c.commitment, source{int64(c.level), c.channel}, noSource); err != nil {
		return err
	}
	return insertPaper(tx, v.ID, t, c.commitment)
}

// PaperReceipt is the receipt code of a paper by its serial number, for whoever tore the number off; the
// fault thing.missing where there is none (or it is spoiled).
func (s *Service) PaperReceipt(ctx context.Context, slug string, serial int64) (code string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Find(tx, slug)
		if err != nil {
			return err
		}
		commitment, err := paperCommitment(tx, v.ID, serial)
		if err == nil {
			code = ledger.Receipt([ledger.Size]byte(commitment))
		}
		return err
	})
	return code, err
}

// Typing is the ballot on which staff type a paper in: its options in their own order.
func (s *Service) Typing(ctx context.Context, a identity.Actor, slug, lang string) (p Paper, err error) {
	p.Vote, err = s.Read(ctx, a, slug, lang)
	return p, err
}
