package moderation

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Ruled is a decision as whom it concerns sees it: with what they wrote.
type Ruled struct {
	Decision
	Ref  thing.Ref
	Body string      // what was decided on
	Whom identity.ID // it concerns: who wrote it, or whose account it is
	Mine bool        // that is the reader
}

// Ruled returns a decision for whom it concerns, or for moderators. Fault: NotFound for everybody else.
func (s *Service) Ruled(ctx context.Context, a identity.Actor, id int64) (r Ruled, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { r, err = ruled(tx, a, id); return err })
	return r, err
}

func ruled(tx *db.Tx, a identity.Actor, id int64) (r Ruled, err error) {
	if r.Decision, err = decision(tx, id); err != nil {
		return r, err
	}
	r.Whom = r.Person
	if r.Thing != 0 {
		t, err := thing.Get(tx, r.Thing)
		if err != nil {
			return r, err
		}
		r.Ref, r.Body, r.Whom = t.Ref(), t.Summary, t.Author
	}
	if r.Comment != 0 {
		c, err := talk.Get(tx, r.Comment)
		if err != nil {
			return r, err
		}
		r.Body, r.Whom = c.Body, c.Author
	}
	r.Mine = a.SignedIn() && r.Whom == a.ID
	if !r.Mine && !policy.May(a, policy.Hide, thing.Thing{}, tx.Now) {
		return r, fault.New(fault.NotFound, "thing.missing")
	}
	return r, nil
}

// appealMost is how long an appeal may be, in characters.
const appealMost = 2000

// Appeal asks a second person to look at a decision. Faults: Invalid with field text; Conflict for
// what was appealed before or cannot be; Closed after fourteen days; NotFound for whom it does not concern.
func (s *Service) Appeal(ctx context.Context, a identity.Actor, id int64, words string) error {
	words = text.Clean(words)
	var c fault.Check
	c.That(words != "", "text", "moderation.appeal.empty")
	c.That(len([]rune(words)) <= appealMost, "text", "moderation.appeal.long", "max", appealMost)
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		r, err := ruled(tx, a, id)
		if err == nil && !r.Mine {
			err = fault.New(fault.NotFound, "thing.missing")
		}
		if err != nil {
			return err
		}
		if err := r.MayAppeal(tx.Now); err != nil {
			return err
		}
		if err := storeAppeal(tx, r.Decision, words, s.promised(tx.Now)); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "appeal.send", r.Thing, "")
	})
}

// StoreAppeal is Appeal without asking who; by is when it is to be decided.
func StoreAppeal(tx *db.Tx, id int64, words string, by time.Time) error {
	d, err := decision(tx, id)
	if err != nil {
		return err
	}
	return storeAppeal(tx, d, words, by)
}

func storeAppeal(tx *db.Tx, d Decision, words string, by time.Time) error {
	d.Appeal, d.AppealedAt = words, tx.Now
	if err := saveAppeal(tx, d); err != nil {
		return err
	}
	return openCase(tx, &Case{Kind: Appealed, Thing: d.Thing, Comment: d.Comment, Decision: d.ID, OpenedAt: tx.Now, PromisedAt: by})
}

// review decides an appeal: a decision that was wrong is undone in the same transaction.
func (s *Service) review(tx *db.Tx, a identity.Actor, c Case, r Ruling) error {
	of, err := ruled(tx, a, c.Decision)
	if err != nil {
		return err
	}
	d := of.Decision
	if err := d.MayReview(a.ID, of.Whom); err != nil {
		return err
	}
	d.AppealOutcome, d.AppealReason, d.AppealBy, d.AppealDecidedAt = Upheld, r.Text, a.ID, tx.Now
	if r.Act == Overturn {
		d.AppealOutcome = Overturned
		if err := s.undo(tx, a, d, r.Text); err != nil {
			return err
		}
	}
	if err := saveAppeal(tx, d); err != nil {
		return err
	}
	if err := closeCase(tx, c.ID); err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "appeal." + string(d.AppealOutcome), Thing: d.Thing, Person: of.Whom, Note: r.Text})
}

// undo takes back what a decision did, where it still holds.
func (s *Service) undo(tx *db.Tx, a identity.Actor, d Decision, why string) error {
	back := Decision{Thing: d.Thing, Comment: d.Comment, Person: d.Person, Reason: why, Author: a.ID}
	var err error
	switch {
	case d.Action == Block:
		err = s.storeBlock(tx, a, false, &back)
	case d.Action != Hide:
		return nil
	case d.Comment != 0:
		var m Remark
		if m, err = remark(tx, d.Comment); err == nil {
			err = storeComment(tx, m, false, &back)
		}
	default:
		var t thing.Thing
		if t, err = thing.Get(tx, d.Thing); err == nil {
			err = storeThing(tx, t, false, &back)
		}
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) { // undone before, or deleted by its author
		return nil
	}
	return err
}

// Latest is the newest decision on a thing (comment 0) or a comment; its ID is 0 where there is none.
func Latest(tx *db.Tx, id thing.ID, comment int64) (Decision, error) {
	d, _, err := latest(tx, id, comment)
	return d, err
}

// againstMost bounds the decisions that a person sees of themselves.
const againstMost = 100

// Against are the decisions that concern a person, newest first.
func Against(tx *db.Tx, p identity.ID) ([]Decision, error) { return against(tx, p, againstMost) }
