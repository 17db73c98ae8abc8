package identity

import (
	"fmt"
	"strings"
	"time"

	"tequio/app/db"
)

// censusAtOnce is how many of the census one statement stores or looks up. SQLite's driver looks for the
// name of each parameter among all of them, so that longer statements cost more for every row.
const censusAtOnce = 50

// knownInCensus returns how many of these are in the census; at most censusAtOnce.
func knownInCensus(tx *db.Tx, some []Entitled) (int64, error) {
	marks, args := make([]string, len(some)), make([]any, len(some))
	for i, e := range some {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), e.Hash
	}
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM census WHERE hash IN (`+strings.Join(marks, ",")+`)`, args...)
}

// insertCensus stores those who are not in the census yet, at most censusAtOnce, and returns how many
// those were. What the file says of the others takes the place of what was known; what it does not say at
// all stays.
func insertCensus(tx *db.Tx, some []Entitled) (fresh int64, err error) {
	rows, args := make([]string, len(some)), make([]any, 1, 1+4*len(some))
	args[0] = tx.Now
	for i, e := range some {
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $1)", 4*i+2, 4*i+3, 4*i+4, 4*i+5)
		args = append(args, e.Hash, e.Second, e.Place, e.Born)
	}
	insert := `INSERT INTO census (hash, second, place, birth_year, imported_at) VALUES ` + strings.Join(rows, ", ") + ` ON CONFLICT (hash) DO `
	fresh, err = tx.Exec(insert+`NOTHING`, args...)
	if err != nil || fresh == int64(len(some)) {
		return fresh, err
	}
	_, err = tx.Exec(insert+`UPDATE SET second = COALESCE(excluded.second, census.second),
		place = CASE excluded.place WHEN '' THEN census.place ELSE excluded.place END,
		birth_year = CASE excluded.birth_year WHEN 0 THEN census.birth_year ELSE excluded.birth_year END`, args...)
	return fresh, err
}

const selectCensus = `SELECT hash, second, place, birth_year, person_id FROM census `

func scanEntitled(r db.Row) (e Entitled, err error) {
	err = r.Scan(&e.Hash, &e.Second, &e.Place, &e.Born, db.Null(&e.Person))
	return
}

// entitledBy returns the entry of a document, with one query whether there is one or not.
func entitledBy(tx *db.Tx, hash []byte) (Entitled, error) {
	return db.One(tx, scanEntitled, selectCensus+`WHERE hash = $1`, hash)
}

// FindEntitled returns who of the census has a document; found is false where nobody does, and known
// is false where there is no census at all.
func FindEntitled(tx *db.Tx, hash []byte) (e Entitled, found, known bool, err error) {
	e, err = entitledBy(tx, hash)
	if err == nil {
		return e, true, true, nil
	}
	if !db.IsNone(err) {
		return e, false, false, err
	}
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM (SELECT 1 FROM census LIMIT 1) one`)
	return Entitled{}, false, n > 0, err
}

// EntryOf returns the entry of the census that a person's account was matched to; its Hash is nil
// where there is none.
func EntryOf(tx *db.Tx, p ID) (Entitled, error) {
	e, err := db.One(tx, scanEntitled, selectCensus+`WHERE person_id = $1`, p)
	if db.IsNone(err) {
		return Entitled{}, nil
	}
	return e, err
}

// CountCensus tells how many are in the census, and of them how many can be matched by a second fact
// and how many accounts were.
func CountCensus(tx *db.Tx) (all, provable, matched int64, err error) {
	err = db.Each(tx, func(r db.Row) (none struct{}, err error) { err = r.Scan(&all, &provable, &matched); return },
		func(struct{}) error { return nil }, `SELECT count(*), count(second), count(person_id) FROM census`)
	return
}

// matchEntry gives an entry of the census to a person; false when another account has it.
func matchEntry(tx *db.Tx, hash []byte, p ID) (bool, error) {
	n, err := tx.Exec(`UPDATE census SET person_id = $1 WHERE hash = $2 AND person_id IS NULL`, p, hash)
	return n > 0, err
}

func countTries(tx *db.Tx, p ID, since time.Time) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM census_try WHERE person_id = $1 AND at > $2`, p, since)
}

// insertTry notes a try, and forgets those of earlier days.
func insertTry(tx *db.Tx, p ID, before time.Time) error {
	if _, err := tx.Exec(`DELETE FROM census_try WHERE person_id = $1 AND at <= $2`, p, before); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO census_try (person_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, p, tx.Now)
	return err
}
