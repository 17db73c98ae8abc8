package talk

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Closing tells that nobody may say more on a thing, since when, and why.
type Closing struct {
	At     time.Time // zero: the conversation is open
	Author identity.ID
	Reason string
}

// Closed reports whether the conversation is closed.
func (c Closing) Closed() bool { return !c.At.IsZero() }

// closingMost is how long the reason may be, in characters.
const closingMost = 500

// Close ends the conversation on a thing with a reason that everybody reads. Faults: Invalid with
// field reason; Conflict when it is closed already; those of policy.
func (s *Service) Close(ctx context.Context, a identity.Actor, id thing.ID, reason string) error {
	reason = text.Line(reason)
	var c fault.Check
	c.That(reason != "", "reason", "talk.close.empty")
	c.That(len([]rune(reason)) <= closingMost, "reason", "talk.close.long", "max", int64(closingMost))
	if err := c.Err(); err != nil {
		return err
	}
	return s.closing(ctx, a, id, func(tx *db.Tx) error { return StoreClosing(tx, a.ID, id, reason) })
}

// StoreClosing is Close without asking who.
func StoreClosing(tx *db.Tx, who identity.ID, id thing.ID, reason string) error {
	closed, err := closeThread(tx, id, who, reason)
	if err == nil && !closed {
		err = fault.New(fault.Conflict, "talk.close.already")
	}
	if err != nil {
		return err
	}
	return thing.Record(tx, who, "talk.close", id, reason)
}

// Reopen lets people speak again. Faults: Conflict when it is open; those of policy.
func (s *Service) Reopen(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.closing(ctx, a, id, func(tx *db.Tx) error { return StoreReopening(tx, a.ID, id) })
}

// StoreReopening is Reopen without asking who.
func StoreReopening(tx *db.Tx, who identity.ID, id thing.ID) error {
	opened, err := openThread(tx, id)
	if err == nil && !opened {
		err = fault.New(fault.Conflict, "talk.open.already")
	}
	if err != nil {
		return err
	}
	return thing.Record(tx, who, "talk.open", id, "")
}

func (s *Service) closing(ctx context.Context, a identity.Actor, id thing.ID, do func(*db.Tx) error) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.CloseTalk, t, tx.Now); err != nil {
			return err
		}
		return do(tx)
	})
}
