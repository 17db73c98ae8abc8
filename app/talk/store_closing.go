package talk

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// ClosingOf tells whether the conversation on a thing is closed.
func ClosingOf(tx *db.Tx, id thing.ID) (Closing, error) {
	c, err := db.One(tx, func(r db.Row) (c Closing, err error) { err = r.Scan(db.Time(&c.At), &c.Author, &c.Reason); return },
		`SELECT at, author_id, reason FROM closed_thread WHERE thing_id = $1`, id)
	if db.IsNone(err) {
		return Closing{}, nil
	}
	return c, err
}

// closeThread reports whether the conversation was open.
func closeThread(tx *db.Tx, id thing.ID, who identity.ID, reason string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO closed_thread (thing_id, at, author_id, reason) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, tx.Now, who, reason)
	return n > 0, err
}

// openThread reports whether the conversation was closed.
func openThread(tx *db.Tx, id thing.ID) (bool, error) {
	n, err := tx.Exec(`DELETE FROM closed_thread WHERE thing_id = $1`, id)
	return n > 0, err
}
