package moderation

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// posts is how many comments and proposals of a person everybody may read.
func posts(tx *db.Tx, who identity.ID) (int, error) {
	return db.One(tx, db.Value[int], `SELECT (SELECT count(*) FROM comment WHERE author_id = $1 AND deleted_at IS NULL AND hidden_at IS NULL AND held_at IS NULL)
		+ (SELECT count(*) FROM thing WHERE author_id = $1 AND kind = 'proposal' AND state = 'published' AND hidden_at IS NULL)`, who)
}

// places is on how many other things a text was written since an instant.
func places(tx *db.Tx, print int64, but thing.ID, since time.Time) (int, error) {
	if print == 0 {
		return 0, nil
	}
	return db.One(tx, db.Value[int], `SELECT count(DISTINCT thing_id) FROM screened WHERE hash = $1 AND at > $2 AND thing_id <> $3`, print, since, but)
}

func noteScreened(tx *db.Tx, who identity.ID, on thing.ID, print int64, why string) error {
	if print == 0 && why == "" {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO screened (id, hash, thing_id, person_id, why, at) VALUES ($1, $2, $3, $4, $5, $6)`, tx.NewID(), print, on, who, why, tx.Now)
	return err
}

// whyHeld is why the latest text of a person on a thing, written since a time, was to be read first, as
// reasons separated by commas.
func whyHeld(tx *db.Tx, on thing.ID, who identity.ID, since time.Time) (string, error) {
	why, err := db.One(tx, db.Value[string], `SELECT why FROM screened WHERE thing_id = $1 AND person_id = $2 AND at >= COALESCE(CAST($3 AS BIGINT), 0) ORDER BY id DESC LIMIT 1`, on, who, since)
	if db.IsNone(err) {
		return "", nil
	}
	return why, err
}

func forget(tx *db.Tx, before time.Time) error {
	for _, q := range []string{
		`UPDATE support SET network = '' WHERE network <> '' AND at < $1`,
		`UPDATE comment SET network = '' WHERE network <> '' AND at < $1`,
		`DELETE FROM screened WHERE at < $1`,
		`UPDATE moderation_batch SET network = '' WHERE network <> '' AND asked_at < $1`,
	} {
		if _, err := tx.Exec(q, before); err != nil {
			return err
		}
	}
	return nil
}
