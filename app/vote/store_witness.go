package vote

import (
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/thing"
)

// Witnesses lists those whose cosignatures are taken, oldest first.
func Witnesses(tx *db.Tx) ([]Witness, error) {
	return db.All(tx, func(r db.Row) (w Witness, err error) {
		err = r.Scan(&w.ID, &w.Name, &w.VKey, db.Time(&w.AddedAt))
		return
	},
		`SELECT id, name, vkey, added_at FROM witness WHERE ended_at IS NULL ORDER BY id LIMIT 1000`)
}

// putWitness adds a witness. Who was let go may come back, and what they signed stays theirs.
func putWitness(tx *db.Tx, name, vkey string) error {
	_, err := tx.Exec(`INSERT INTO witness (id, name, vkey, added_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vkey) DO UPDATE SET name = excluded.name, ended_at = NULL`, tx.NewID(), name, vkey, tx.Now)
	return err
}

// endWitness lets a witness go; false when that was done before.
func endWitness(tx *db.Tx, id int64) (bool, error) {
	n, err := tx.Exec(`UPDATE witness SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL`, tx.Now, id)
	return n > 0, err
}

const selectCosignatures = `SELECT c.size, w.name, w.vkey, c.line FROM cosignature c JOIN witness w ON w.id = c.witness_id WHERE c.vote_id = $1 `

func scanCosignature(r db.Row) (c Cosignature, err error) {
	err = r.Scan(&c.Size, &c.Witness, &c.VKey, &c.Line)
	return
}

// Cosignatures lists what witnesses signed of the state of a vote's log with a size.
func Cosignatures(tx *db.Tx, id thing.ID, size int64) ([]Cosignature, error) {
	return db.All(tx, scanCosignature, selectCosignatures+`AND c.size = $2 ORDER BY w.id LIMIT 1000`, id, size)
}

// eachCosignature calls do for all that witnesses signed of a vote's log, by size and witness.
func eachCosignature(tx *db.Tx, id thing.ID, do func(Cosignature) error) error {
	return db.Each(tx, scanCosignature, do, selectCosignatures+`ORDER BY c.size, w.id`, id)
}

func insertCosignature(tx *db.Tx, id thing.ID, size, witness int64, line string) error {
	_, err := tx.Exec(`INSERT INTO cosignature (vote_id, size, witness_id, line, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		id, size, witness, line, tx.Now)
	return err
}

// ownState refuses a state that this log did not publish.
func ownState(tx *db.Tx, id thing.ID, size int64, signed []byte) error {
	own, err := db.One(tx, db.Value[string], `SELECT note FROM checkpoint WHERE vote_id = $1 AND size = $2`, id, size)
	if err != nil && !db.IsNone(err) {
		return err
	}
	mine, _, _ := strings.Cut(own, "\n\n")
	theirs, _, _ := strings.Cut(string(signed), "\n\n")
	if own == "" || mine != theirs {
		return fault.New(fault.Invalid, "vote.cosign")
	}
	return nil
}
