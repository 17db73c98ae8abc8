package identity

import (
	"fmt"
	"strings"

	"tequio/app/db"
)

// CensusAtOnce is how many of the census one statement stores or looks up.
const CensusAtOnce = 400

// KnownInCensus returns how many of these are in the census; at most CensusAtOnce.
func KnownInCensus(tx *db.Tx, some []Entitled) (int64, error) {
	var marks []string
	var args []any
	for i, e := range some {
		marks, args = append(marks, fmt.Sprintf("$%d", i+1)), append(args, e.Hash)
	}
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM census WHERE hash IN (`+strings.Join(marks, ",")+`)`, args...)
}

// InsertCensus stores those who are not in the census yet, at most CensusAtOnce; the place of the
// others becomes the one given. It asks nobody and records nothing.
func InsertCensus(tx *db.Tx, some []Entitled) error {
	var rows []string
	var args []any
	for i, e := range some {
		rows = append(rows, fmt.Sprintf("($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3))
		args = append(args, e.Hash, e.Place, tx.Now)
	}
	_, err := tx.Exec(`INSERT INTO census (hash, place, imported_at) VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (hash) DO UPDATE SET place = excluded.place`, args...)
	return err
}

// FindEntitled returns who of the census has a document; found is false where nobody does, and known
// is false where there is no census at all.
func FindEntitled(tx *db.Tx, hash []byte) (e Entitled, found, known bool, err error) {
	e, err = db.One(tx, func(r db.Row) (e Entitled, err error) { err = r.Scan(&e.Hash, &e.Place, db.Null(&e.Person)); return },
		`SELECT hash, place, person_id FROM census WHERE hash = $1`, hash)
	if err == nil {
		return e, true, true, nil
	}
	if !db.IsNone(err) {
		return e, false, false, err
	}
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM (SELECT 1 FROM census LIMIT 1) one`)
	return Entitled{}, false, n > 0, err
}
