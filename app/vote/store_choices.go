package vote

import (
	"cmp"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// chooser is somebody who has choices kept.
type chooser struct {
	person, voter identity.ID
	email, lang   string
	reminded      bool
}

// choosersOf lists at most n people with choices kept in a vote, by number, after one of them.
func choosersOf(tx *db.Tx, id thing.ID, after identity.ID, n int) ([]chooser, error) {
	return db.All(tx, func(r db.Row) (c chooser, err error) {
		err = r.Scan(&c.person, &c.voter, db.Null(&c.email), &c.lang, db.Bool(&c.reminded))
		c.voter = cmp.Or(c.voter, c.person)
		return
	}, `SELECT c.person_id, p.voter, p.email, p.lang, c.reminded FROM vote_choices c JOIN person p ON p.id = c.person_id
		WHERE c.vote_id = $1 AND c.person_id > $2 ORDER BY c.person_id LIMIT $3`, id, after, n)
}

func putChoices(tx *db.Tx, id thing.ID, p identity.ID, sealed []byte) error {
	_, err := tx.Exec(`INSERT INTO vote_choices (vote_id, person_id, sealed) VALUES ($1, $2, $3)
		ON CONFLICT (vote_id, person_id) DO UPDATE SET sealed = excluded.sealed`, id, p, sealed)
	return err
}

// choicesOf is nil where none are kept.
func choicesOf(tx *db.Tx, id thing.ID, p identity.ID) ([]byte, error) {
	sealed, err := db.One(tx, db.Value[[]byte], `SELECT sealed FROM vote_choices WHERE vote_id = $1 AND person_id = $2`, id, p)
	if db.IsNone(err) {
		return nil, nil
	}
	return sealed, err
}

func dropChoices(tx *db.Tx, id thing.ID, p identity.ID) error {
	_, err := tx.Exec(`DELETE FROM vote_choices WHERE vote_id = $1 AND person_id = $2`, id, p)
	return err
}

// dropAllChoices removes what is kept in a vote, which has closed.
func dropAllChoices(tx *db.Tx, id thing.ID) error {
	_, err := tx.Exec(`DELETE FROM vote_choices WHERE vote_id = $1`, id)
	return err
}

func markReminded(tx *db.Tx, id thing.ID, p identity.ID) error {
	_, err := tx.Exec(`UPDATE vote_choices SET reminded = 1 WHERE vote_id = $1 AND person_id = $2`, id, p)
	return err
}
