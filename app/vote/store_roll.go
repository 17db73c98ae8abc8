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

func insertHanded(tx *db.Tx, id thing.ID, link []byte) error {
	_, err := tx.Exec(`INSERT INTO vote_handed (vote_id, link) VALUES ($1, $2)`, id, link)
	return err
}

// CountHanded tells how many ballots on paper were handed out.
func CountHanded(tx *db.Tx, id thing.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM vote_handed WHERE vote_id = $1`, id)
}

// Served lists how many people each of the staff served.
func Served(tx *db.Tx, id thing.ID) ([]ServedBy, error) {
	return db.All(tx, func(r db.Row) (s ServedBy, err error) {
		err = r.Scan(&s.Person, &s.Name, &s.People, &s.waiting)
		return
	},
		`SELECT d.person_id, p.name, d.served + d.waiting, d.waiting FROM vote_desk d JOIN person p ON p.id = d.person_id
		WHERE d.vote_id = $1 ORDER BY d.person_id LIMIT 500`, id)
}

// settleServed moves those of a batch to those of all before.
func settleServed(tx *db.Tx, id thing.ID) error {
	_, err := tx.Exec(`UPDATE vote_desk SET served = served + waiting, waiting = 0 WHERE vote_id = $1 AND waiting > 0`, id)
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

// numbered is the code with a number, or the fault thing.missing.
func numbered(tx *db.Tx, id thing.ID, number int64) (Code, error) {
	c, err := db.One(tx, scanCode, selectCode+`AND number = $2`, id, number)
	return c, thing.Missing(err)
}

// lastCode is the greatest number given so far.
func lastCode(tx *db.Tx, id thing.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT COALESCE(max(number), 0) FROM vote_code WHERE vote_id = $1`, id)
}

// cancelCode takes a code away; gone is true where that was done before.
func cancelCode(tx *db.Tx, id thing.ID, hash []byte, reason string) (gone bool, err error) {
	n, err := tx.Exec(`UPDATE vote_code SET cancelled_at = $1, reason = $2 WHERE vote_id = $3 AND hash = $4 AND cancelled_at IS NULL`, tx.Now, reason, id, hash)
	return n == 0, err
}

// CountCodes tells how many codes of a vote were issued, and how many of them cancelled.
func CountCodes(tx *db.Tx, id thing.ID) (issued, cancelled int64, err error) {
	err = db.Each(tx, func(r db.Row) (none struct{}, err error) { err = r.Scan(&issued, &cancelled); return },
		func(struct{}) error { return nil }, `SELECT count(*), count(cancelled_at) FROM vote_code WHERE vote_id = $1`, id)
	return
}

// CancelledCodes lists the codes that were cancelled, latest first, with why.
func CancelledCodes(tx *db.Tx, id thing.ID) ([]Code, error) {
	return db.All(tx, scanCode, selectCode+`AND cancelled_at IS NOT NULL ORDER BY cancelled_at DESC, number LIMIT 200`, id)
}
