package vote

import (
	"encoding/json"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Scan reads the roll from its column of JSON.
func (r *Roll) Scan(src any) error {
	switch src := src.(type) {
	case string:
		return json.Unmarshal([]byte(src), r)
	case []byte:
		return json.Unmarshal(src, r)
	}
	return fmt.Errorf("vote: a roll in a column of %T", src)
}

// listEntry is whom a hash on the vote's list stands for; nil: nobody.
func listEntry(tx *db.Tx, id thing.ID, hash []byte) ([]byte, error) {
	entry, err := db.One(tx, db.Value[[]byte], `SELECT entry FROM vote_listed WHERE vote_id = $1 AND hash = $2`, id, hash)
	if db.IsNone(err) {
		return nil, nil
	}
	return entry, err
}

// isListed reports whether an entry is on the vote's list. An entry is the hash of its first key, so the
// look-up is by the table's own.
func isListed(tx *db.Tx, id thing.ID, entry []byte) (bool, error) {
	found, err := listEntry(tx, id, entry)
	return found != nil, err
}

// named is one line of a list: the hashes by which somebody is found, the first of which is their entry.
type named [][]byte

// replaceList stores the list anew.
func replaceList(tx *db.Tx, id thing.ID, all []named) error {
	if _, err := tx.Exec(`DELETE FROM vote_listed WHERE vote_id = $1`, id); err != nil {
		return err
	}
	var rows [][]any
	for _, one := range all {
		for _, hash := range one {
			rows = append(rows, []any{id, hash, one[0]})
		}
	}
	return insertRows(tx, `INSERT INTO vote_listed (vote_id, hash, entry) VALUES `, rows)
}

func isHanded(tx *db.Tx, id thing.ID, link []byte) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM vote_handed WHERE vote_id = $1 AND link = $2`, id, link)
	return n > 0, err
}

// countServed notes that a member of the staff served one more person, without a time.
func countServed(tx *db.Tx, id thing.ID, p identity.ID) error {
	_, err := tx.Exec(`INSERT INTO vote_desk (vote_id, person_id, waiting) VALUES ($1, $2, 1)
		ON CONFLICT (vote_id, person_id) DO UPDATE SET waiting = vote_desk.waiting + 1`, id, p)
	return err
}

// Code is a one-time code as it is kept: by its number, without what opens it.
type Code struct {
	Number      int64
	Place       string // for whom it was printed, in the words of who did
	IssuedAt    time.Time
	CancelledAt time.Time
	Reason      string // why it was cancelled
	hash, entry []byte
}

const selectCode = `SELECT number, place, issued_at, cancelled_at, reason, hash, entry FROM vote_code WHERE vote_id = $1 `

func scanCode(r db.Row) (c Code, err error) {
	err = r.Scan(&c.Number, &c.Place, db.Time(&c.IssuedAt), db.Time(&c.CancelledAt), &c.Reason, &c.hash, &c.entry)
	return
}

func findCode(tx *db.Tx, id thing.ID, hash []byte) (Code, error) {
	return db.One(tx, scanCode, selectCode+`AND hash = $2`, id, hash)
}
