package vote

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// putTyped keeps what somebody typed of a paper.
func putTyped(tx *db.Tx, id thing.ID, p TypedPaper, who identity.ID, content []byte) error {
	_, err := tx.Exec(`INSERT INTO vote_paper_entry (vote_id, batch, serial, person_id, content) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vote_id, batch, serial, person_id) DO UPDATE SET content = excluded.content`, id, p.Batch, p.Serial, who, content)
	return err
}

// typedPapers lists what was typed of a batch (0: of all), by batch and serial number.
func typedPapers(tx *db.Tx, id thing.ID, batch int64) ([]typed, error) {
	return db.All(tx, func(r db.Row) (t typed, err error) { err = r.Scan(&t.batch, &t.serial, &t.person, &t.content); return },
		`SELECT batch, serial, person_id, content FROM vote_paper_entry WHERE vote_id = $1 AND ($2 = 0 OR batch = $2)
		ORDER BY batch, serial, person_id`, id, batch)
}

// typists are the people who typed papers of a batch.
func typists(tx *db.Tx, id thing.ID, batch int64) ([]identity.ID, error) {
	return db.All(tx, db.Value[identity.ID], `SELECT DISTINCT person_id FROM vote_paper_entry WHERE vote_id = $1 AND batch = $2`, id, batch)
}

// serialElsewhere reports whether a serial number is a ballot already, or lies in another batch.
func serialElsewhere(tx *db.Tx, id thing.ID, p TypedPaper) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT (SELECT count(*) FROM vote_paper WHERE vote_id = $1 AND serial = $2)
		+ (SELECT count(*) FROM vote_paper_entry WHERE vote_id = $1 AND serial = $2 AND batch <> $3)`, id, p.Serial, p.Batch)
	return n > 0, err
}

func dropTyped(tx *db.Tx, id thing.ID, batch int64) error {
	_, err := tx.Exec(`DELETE FROM vote_paper_entry WHERE vote_id = $1 AND batch = $2`, id, batch)
	return err
}

func insertPaper(tx *db.Tx, id thing.ID, t typed, commitment []byte) error {
	_, err := tx.Exec(`INSERT INTO vote_paper (vote_id, serial, batch, commitment) VALUES ($1, $2, $3, $4)`, id, t.serial, t.batch, commitment)
	return err
}

// CountPaper tells how many papers became ballots, and how many were spoiled.
func CountPaper(tx *db.Tx, id thing.ID) (ballots, spoiled int64, err error) {
	err = db.Each(tx, func(r db.Row) (none struct{}, err error) { err = r.Scan(&ballots, &spoiled); return },
		func(struct{}) error { return nil }, `SELECT count(commitment), count(*) - count(commitment) FROM vote_paper WHERE vote_id = $1`, id)
	return
}

func paperCommitment(tx *db.Tx, id thing.ID, serial int64) ([]byte, error) {
	c, err := db.One(tx, db.Value[[]byte], `SELECT commitment FROM vote_paper WHERE vote_id = $1 AND serial = $2 AND commitment IS NOT NULL`, id, serial)
	return c, thing.Missing(err)
}
