package moderation

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/policy"
	"tequio/app/thing"
)

// bulkJob carries out a batch, or undoes it: its payload is the batch's id.
const bulkJob = job.Kind[int64]("moderation.bulk")

// Work registers what moderation does later.
func (s *Service) Work(jobs *job.Runner) {
	job.Handle(jobs, bulkJob, s.carryBulk)
	jobs.Every("bursts", burstEvery, s.FindBursts)
}

// BulkDry tells what deciding on a choice would do now, and changes nothing. Faults: Invalid with the
// fields of Choice.Check; Invalid with field words when it is about too much; those of policy.
func (s *Service) BulkDry(ctx context.Context, a identity.Actor, of Choice) (d BulkDry, err error) {
	if err := of.Check(); err != nil {
		return d, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		d, err = s.dryRun(tx, of, tx.Now)
		return err
	})
	return d, err
}

// dryRun finds what a choice is about, of what was written up to an instant.
func (s *Service) dryRun(tx *db.Tx, of Choice, upTo time.Time) (d BulkDry, err error) {
	d.UpTo = upTo
	typed := of.authors()
	called, err := identity.Called(tx, typed)
	if err != nil {
		return d, err
	}
	authors, err := authorIDs(typed, called)
	if err != nil {
		return d, err
	}
	if of.proposals() {
		if err := s.findProposals(tx, of, authors, &d); err != nil {
			return d, err
		}
	}
	if of.comments() {
		all, err := chosenComments(tx, of, authors, upTo)
		if err != nil || len(all) > scanMost {
			return d, wide(err)
		}
		for _, p := range all {
			if of.says(p.Body) {
				d.Pieces = append(d.Pieces, p)
			}
		}
	}
	if len(d.Pieces) > bulkMost {
		return d, wide(nil)
	}
	var people []identity.ID
	for _, p := range d.Pieces {
		people = append(people, p.Author)
	}
	names, err := identity.Names(tx, distinct(people))
	d.sum(names)
	return d, err
}

// wide is the fault of a choice that is about more than one batch may be.
func wide(err error) error {
	if err != nil {
		return err
	}
	return fault.On("words", "bulk.wide", "max", int64(bulkMost))
}

func distinct(people []identity.ID) (out []identity.ID) {
	seen := map[identity.ID]bool{}
	for _, p := range people {
		if !seen[p] {
			seen[p], out = true, append(out, p)
		}
	}
	return out
}

// findProposals adds the proposals that a choice is about; their longer texts are read where title
// and summary do not say the words.
func (s *Service) findProposals(tx *db.Tx, of Choice, authors []identity.ID, d *BulkDry) error {
	all, err := chosenProposals(tx, of, authors, d.UpTo)
	if err != nil || len(all) > scanMost {
		return wide(err)
	}
	for _, t := range all {
		says := of.says(t.Title, t.Summary)
		if !says && s.Texts != nil {
			bodies, err := s.Texts(tx, t)
			if err != nil {
				return err
			}
			for _, body := range bodies {
				says = says || of.says(body)
			}
		}
		if says {
			d.Pieces = append(d.Pieces, Piece{Thing: t.Ref(), Author: t.Author, Body: t.Summary, At: t.PublishedAt})
		}
	}
	return nil
}

// Bulk decides to hide exactly what a dry run found; a job does it. seal is the dry run's, r gives
// code, rule and reason. Faults: those of BulkDry; Invalid with fields code, reason, seen (what was
// seen is no longer what would be hidden; or it is nothing).
func (s *Service) Bulk(ctx context.Context, a identity.Actor, of Choice, seal string, r Ruling) (b Bulk, err error) {
	if err := of.Check(); err != nil {
		return b, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		upTo, ok := sealedUpTo(seal, tx.Now)
		if !ok {
			return fault.On("seen", "bulk.changed")
		}
		d, err := s.dryRun(tx, of, upTo)
		if err != nil {
			return err
		}
		r := r
		r.Act = Withhold
		if err := r.check(Reported, tx.Now); err != nil {
			return err
		}
		switch {
		case d.Seal() != seal:
			return fault.On("seen", "bulk.changed")
		case len(d.Pieces) == 0:
			return fault.On("seen", "bulk.none")
		}
		b = Bulk{Choice: of, Code: r.Code, Rule: r.Rule, RuleText: r.RuleText, Reason: r.Text, AskedBy: a.ID,
			Accounts: int64(len(d.Accounts)), Found: int64(len(d.Pieces))}
		if err := insertBulk(tx, &b, d.Pieces); err != nil {
			return err
		}
		if err := bulkJob.Enqueue(tx, strconv.FormatInt(b.ID, 10), tx.Now, b.ID); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "moderation.bulk", 0, fmt.Sprintf("%d: %s", b.Found, r.Text))
	})
	return b, err
}

func bulkScope(id int64) string { return fmt.Sprintf("moderation-batch:%d", id) }

// UndoBulk shows again what a batch hid; a job does it. What somebody decided on since is left as it
// is. Faults: Invalid with field reason; Conflict when it is undone; those of policy.
func (s *Service) UndoBulk(ctx context.Context, a identity.Actor, id int64, why Reason) error {
	return s.db.WriteOn(ctx, []string{bulkScope(id)}, func(tx *db.Tx) error {
		b, err := getBulk(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		why := why
		if err := why.Check(true); err != nil {
			return err
		}
		if err := b.mayUndo(); err != nil {
			return err
		}
		waiting, err := skipWaiting(tx, id)
		if err != nil {
			return err
		}
		b.Skipped += waiting
		b.UndoneBy, b.UndoneAt, b.UndoneWhy = a.ID, tx.Now, why.Text
		if b.FinishedAt.IsZero() {
			b.FinishedAt = tx.Now
		}
		if b.Hidden == 0 {
			b.RestoredAt = tx.Now
		}
		if err := saveBulk(tx, b); err != nil {
			return err
		}
		if err := bulkJob.Enqueue(tx, fmt.Sprintf("%d undo", id), tx.Now, id); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "moderation.bulk.undo", 0, fmt.Sprintf("%d: %s", b.Hidden, why.Text))
	})
}

// bulkStep is how many pieces one transaction of a batch deals with.
const bulkStep = 100

// carryBulk carries a batch out, or undoes it, step by step. What a step has done no later one repeats.
func (s *Service) carryBulk(ctx context.Context, id int64) error {
	for {
		var items []bulkItem
		var b Bulk
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			if b, err = getBulk(tx, id); err != nil {
				return err
			}
			items, err = itemsWith(tx, id, b.waits(), bulkStep)
			return err
		})
		if err != nil || !b.Working() {
			return err
		}
		if err := s.bulkStep(ctx, id, items); err != nil {
			return err
		}
	}
}

// bulkStep deals with some pieces of a batch in one transaction, and ends the batch when none is left.
func (s *Service) bulkStep(ctx context.Context, id int64, items []bulkItem) error {
	scopes := []string{bulkScope(id)}
	for i, item := range items {
		if i == 0 || item.thing != items[i-1].thing {
			scopes = append(scopes, thing.Scope(item.thing)...)
		}
	}
	return s.db.WriteOn(ctx, scopes, func(tx *db.Tx) error {
		b, err := getBulk(tx, id)
		if err != nil || !b.Working() {
			return err
		}
		for _, item := range items {
			now, err := getItem(tx, id, item)
			if err != nil {
				return err
			}
			if now.outcome != item.outcome {
				continue // another process dealt with it
			}
			if err := s.bulkPiece(tx, &b, now); err != nil {
				return err
			}
		}
		left, err := itemsWith(tx, id, b.waits(), 1)
		if err != nil {
			return err
		}
		switch {
		case len(left) > 0:
		case b.UndoneAt.IsZero():
			b.FinishedAt = tx.Now
		default:
			b.RestoredAt = tx.Now
		}
		return saveBulk(tx, b)
	})
}

// bulkPiece hides a piece of a batch, or shows it again where the batch is undone, and counts it.
func (s *Service) bulkPiece(tx *db.Tx, b *Bulk, i bulkItem) (err error) {
	switch {
	case i.outcome == "" && b.UndoneAt.IsZero():
		if err = hidePiece(tx, *b, &i); err != nil {
			return err
		}
		if i.outcome == pieceHidden {
			b.Hidden++
		} else {
			b.Skipped++
		}
	case i.outcome == pieceHidden && !b.UndoneAt.IsZero():
		if err = restorePiece(tx, *b, &i); err != nil {
			return err
		}
		if i.outcome == pieceRestored {
			b.Restored++
		} else {
			b.Kept++
		}
	default:
		return nil
	}
	return saveItem(tx, b.ID, i)
}

// hidePiece hides a piece, unless it was hidden or is gone meanwhile.
func hidePiece(tx *db.Tx, b Bulk, i *bulkItem) error {
	d := Decision{Code: b.Code, Reason: b.Reason, Rule: b.Rule, RuleText: b.RuleText, Author: b.AskedBy, Batch: b.ID}
	err := withhold(tx, Case{Thing: i.thing, Comment: i.comment}, &d)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		i.outcome = pieceSkipped
		return nil
	}
	if err != nil {
		return err
	}
	i.outcome, i.decision = pieceHidden, d.ID
	return settle(tx, b.AskedBy, i.thing, i.comment, Withhold)
}

// restorePiece shows a piece again, unless somebody decided on it since.
func restorePiece(tx *db.Tx, b Bulk, i *bulkItem) error {
	i.outcome = pieceKept
	of, err := decision(tx, i.decision)
	if err != nil {
		return err
	}
	last, err := Latest(tx, i.thing, i.comment)
	if err != nil || of.since(last) {
		return err
	}
	back := Decision{Reason: b.UndoneWhy, Author: b.UndoneBy, Batch: b.ID}
	if err := showPiece(tx, *i, &back); err != nil {
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) { // deleted by its author
			return nil
		}
		return err
	}
	i.outcome = pieceRestored
	return grant(tx, of, back)
}

func showPiece(tx *db.Tx, i bulkItem, d *Decision) error {
	if i.comment != 0 {
		m, err := remark(tx, i.comment)
		if err != nil {
			return err
		}
		return storeComment(tx, m, false, d)
	}
	t, err := thing.Get(tx, i.thing)
	if err != nil {
		return err
	}
	return storeThing(tx, t, false, d)
}

// grant closes the appeal that waits against a decision which has been undone: it got what it asked.
func grant(tx *db.Tx, of, back Decision) error {
	c, ok, err := appealOf(tx, of.ID)
	if err != nil || !ok {
		return err
	}
	of.AppealOutcome, of.AppealReason, of.AppealBy, of.AppealDecidedAt = Overturned, back.Reason, back.Author, tx.Now
	if err := saveAppeal(tx, of); err != nil {
		return err
	}
	return closeCase(tx, c.ID)
}

// bulksShown is how many of the newest batches the page lists.
const bulksShown = 20

// Bulks are the newest batches. Faults: those of policy.
func (s *Service) Bulks(ctx context.Context, a identity.Actor) (all []Bulk, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		all, err = bulks(tx, bulksShown)
		return err
	})
	return all, err
}

// OneBulk is a batch with the names of who decided and who undid it. Faults: NotFound; those of policy.
func (s *Service) OneBulk(ctx context.Context, a identity.Actor, id int64) (b Bulk, names map[identity.ID]string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if b, err = getBulk(tx, id); err != nil {
			return err
		}
		people := []identity.ID{b.AskedBy}
		if b.UndoneBy != 0 {
			people = append(people, b.UndoneBy)
		}
		names, err = identity.Names(tx, people)
		return err
	})
	return b, names, err
}
