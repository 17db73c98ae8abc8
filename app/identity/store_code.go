package identity

import (
	"time"

	"tequio/app/db"
	"tequio/app/fault"
)

func scanCode(r db.Row) (c code, err error) {
	err = r.Scan(&c.id, &c.email, db.Null(&c.person), &c.hash, &c.tries, &c.returnTo, db.Time(&c.expiresAt), db.Time(&c.usedAt))
	return
}

const codeColumns = `id, email, person_id, code_hash, tries, return_to, expires_at, used_at`

// findCode returns the code for a purpose that a condition on $1 finds.
func findCode(tx *db.Tx, purpose, where string, by any) (code, error) {
	return db.One(tx, scanCode, `SELECT `+codeColumns+` FROM email_code WHERE `+where+` AND purpose = $2`, by, purpose)
}

func insertCode(tx *db.Tx, c code, purpose string, link Token) error {
	_, err := tx.Exec(`INSERT INTO email_code (id, email, purpose, person_id, code_hash, link_hash, return_to, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.id, c.email, purpose, db.ID(c.person), c.hash, link.hash(), c.returnTo, c.expiresAt)
	return err
}

// codesSince is how many codes for an address expire after an instant.
func codesSince(tx *db.Tx, email string, at time.Time) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM email_code WHERE email = $1 AND expires_at > $2`, email, at)
}

// wrongTries is how often a wrong code was tried for an address, over the codes that expire after an instant.
func wrongTries(tx *db.Tx, email string, at time.Time) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT CAST(COALESCE(sum(tries), 0) AS BIGINT) FROM email_code WHERE email = $1 AND expires_at > $2`, email, at)
}

func countTry(tx *db.Tx, c code) error {
	_, err := tx.Exec(`UPDATE email_code SET tries = tries + 1 WHERE id = $1`, c.id)
	return err
}

// useCode marks a code as used; a second one at the same instant finds it so.
func useCode(tx *db.Tx, c code) error {
	n, err := tx.Exec(`UPDATE email_code SET used_at = $1 WHERE id = $2 AND used_at IS NULL`, tx.Now, c.id)
	if err == nil && n == 0 {
		err = fault.On("code", "login.code.used")
	}
	return err
}
