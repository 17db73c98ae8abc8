package consultation

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// StoreOutcome is PublishOutcome without asking who or when.
func StoreOutcome(tx *db.Tx, who identity.ID, id thing.ID, body string) error {
	c, err := Get(tx, id)
	if err != nil {
		return err
	}
	c.Outcome, c.OutcomeAt = body, tx.Now
	if err := save(tx, &c); err != nil {
		return err
	}
	return thing.Record(tx, who, answered, id, "")
}

// Turn records what the clock does to a consultation that Insert stored: that it opened, or closed.
func Turn(tx *db.Tx, id thing.ID, at thing.Phase) error {
	switch at {
	case thing.Opened:
		return thing.Record(tx, 0, opened, id, "")
	case thing.Closed:
		return thing.Record(tx, 0, closed, id, "")
	}
	return nil
}

// Plan queues what the clock has still to do to a consultation that Insert stored.
func Plan(tx *db.Tx, id thing.ID) error {
	c, err := Get(tx, id)
	if err != nil {
		return err
	}
	return plan(tx, c)
}
