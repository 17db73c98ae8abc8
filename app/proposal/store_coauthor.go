package proposal

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const invitationColumns = `id, thing_id, email, invited_by, at, expires_at, accepted_at`

func scanInvitation(r db.Row) (i Invitation, err error) {
	err = r.Scan(&i.ID, &i.Thing, &i.Email, &i.By, db.Time(&i.At), db.Time(&i.ExpiresAt), db.Time(&i.AcceptedAt))
	return
}

func insertInvitation(tx *db.Tx, i *Invitation, hash []byte) error {
	i.ID = tx.NewID()
	_, err := tx.Exec(`INSERT INTO coauthor_invitation (id, thing_id, email, token_hash, invited_by, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		i.ID, i.Thing, i.Email, hash, i.By, i.At, i.ExpiresAt)
	return err
}

// Invitations are those of a proposal that still wait, the newest first.
func Invitations(tx *db.Tx, id thing.ID) ([]Invitation, error) {
	return db.All(tx, scanInvitation, `SELECT `+invitationColumns+` FROM coauthor_invitation
		WHERE thing_id = $1 AND accepted_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 100`, id, tx.Now)
}

// invitationOf is the one that a token belongs to; whatever else there is, it is gone.
func invitationOf(tx *db.Tx, token string) (Invitation, error) {
	i, err := db.One(tx, scanInvitation, `SELECT `+invitationColumns+` FROM coauthor_invitation WHERE token_hash = $1`, tokenHash(token))
	if db.IsNone(err) {
		err = errInvitationGone
	}
	return i, err
}

// acceptInvitation reports whether it was still to be had.
func acceptInvitation(tx *db.Tx, id int64, who identity.ID) (bool, error) {
	n, err := tx.Exec(`UPDATE coauthor_invitation SET accepted_by = $1, accepted_at = $2 WHERE id = $3 AND accepted_at IS NULL`, who, tx.Now, id)
	return n > 0, err
}

// cancelInvitation reports whether one of the proposal was still waiting.
func cancelInvitation(tx *db.Tx, of thing.ID, id int64) (bool, error) {
	n, err := tx.Exec(`DELETE FROM coauthor_invitation WHERE id = $1 AND thing_id = $2 AND accepted_at IS NULL`, id, of)
	return n > 0, err
}

// lastWriter is who wrote a part of a draft last; 0: nobody while several wrote it.
func lastWriter(tx *db.Tx, id thing.ID, part string) (identity.ID, error) {
	who, err := db.One(tx, db.Value[identity.ID], `SELECT person_id FROM draft_part WHERE proposal_id = $1 AND part = $2`, id, part)
	if db.IsNone(err) {
		return 0, nil
	}
	return who, err
}

func noteWriter(tx *db.Tx, id thing.ID, part string, who identity.ID) error {
	_, err := tx.Exec(`INSERT INTO draft_part (proposal_id, part, person_id) VALUES ($1, $2, $3) ON CONFLICT (proposal_id, part) DO UPDATE SET person_id = excluded.person_id`,
		id, part, who)
	return err
}
