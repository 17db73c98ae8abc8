package identity

import "tequio/app/db"

const invitationColumns = `id, email, role, agency_id, invited_by, expires_at`

func scanInvitation(r db.Row) (i Invitation, err error) {
	err = r.Scan(&i.ID, &i.Email, &i.Role, db.Null(&i.Agency), db.Null(&i.By), db.Time(&i.ExpiresAt))
	return
}

// Invitations are the roles that still wait, newest first.
func Invitations(tx *db.Tx) ([]Invitation, error) {
	return db.All(tx, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE accepted_at IS NULL AND expires_at > $1 ORDER BY id DESC LIMIT 500`, tx.Now)
}

// Uninvite takes a waiting role back.
func Uninvite(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`DELETE FROM invitation WHERE id = $1 AND accepted_at IS NULL`, id)
	return err
}

// replaceInvitation stores an invitation in the place of one that waits for the same.
func replaceInvitation(tx *db.Tx, i Invitation, t Token) error {
	if _, err := tx.Exec(`DELETE FROM invitation WHERE email = $1 AND role = $2 AND COALESCE(agency_id, 0) = $3 AND accepted_at IS NULL`,
		i.Email, i.Role, i.Agency); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO invitation (id, email, role, agency_id, token_hash, invited_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.NewID(), i.Email, i.Role, db.ID(i.Agency), t.hash(), db.ID(i.By), i.ExpiresAt)
	return err
}

// invitationsTo are those that wait for an address.
func invitationsTo(tx *db.Tx, email string) ([]Invitation, error) {
	return db.All(tx, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE email = $1 AND accepted_at IS NULL AND expires_at > $2
		ORDER BY id LIMIT 50`, email, tx.Now)
}

func findInvitation(tx *db.Tx, t Token) (Invitation, error) {
	return db.One(tx, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE token_hash = $1 AND accepted_at IS NULL AND expires_at > $2`,
		t.hash(), tx.Now)
}

func acceptInvitation(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`UPDATE invitation SET accepted_at = $1 WHERE id = $2`, tx.Now, id)
	return err
}

// removeRole reports whether the role was held.
func removeRole(tx *db.Tx, p ID, g Grant) (bool, error) {
	n, err := tx.Exec(`DELETE FROM role WHERE person_id = $1 AND role = $2 AND COALESCE(agency_id, 0) = $3`, p, g.Role, g.Agency)
	return n > 0, err
}

func administrators(tx *db.Tx) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM role WHERE role = $1`, Administrator)
}

// setupHash is the hash of the first start's link.
func setupHash(tx *db.Tx) (string, error) {
	return db.One(tx, db.Value[string], `SELECT value FROM setting WHERE key = $1`, setupKey)
}

// keepSetup replaces the hash of the first start's link.
func keepSetup(tx *db.Tx, hash string) error {
	_, err := tx.Exec(`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, setupKey, hash)
	return err
}

func forgetSetup(tx *db.Tx) error {
	_, err := tx.Exec(`DELETE FROM setting WHERE key = $1`, setupKey)
	return err
}
