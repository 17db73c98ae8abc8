package identity

import (
	"time"

	"tequio/app/db"
)

func insertSession(tx *db.Tx, hash []byte, s Session) error {
	_, err := tx.Exec(`INSERT INTO session (hash, id, person_id, issuer, agent, network, created_at, seen_at, expires_at, factor_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		hash, s.ID, s.Person, s.Issuer, s.Agent, s.Network, s.CreatedAt, s.SeenAt, s.ExpiresAt, s.FactorAt, s.ConfirmedAt)
	return err
}

const sessionColumns = `s.id, s.person_id, s.issuer, s.agent, s.network, s.created_at, s.seen_at, s.expires_at, s.factor_at, s.confirmed_at`

func sessionFields(s *Session) []any {
	return []any{&s.ID, &s.Person, &s.Issuer, &s.Agent, &s.Network, db.Time(&s.CreatedAt), db.Time(&s.SeenAt), db.Time(&s.ExpiresAt),
		db.Time(&s.FactorAt), db.Time(&s.ConfirmedAt)}
}

func sessionsOf(tx *db.Tx, p ID) ([]Session, error) {
	return db.All(tx, func(r db.Row) (s Session, err error) { err = r.Scan(sessionFields(&s)...); return },
		`SELECT `+sessionColumns+` FROM session s WHERE s.person_id = $1 ORDER BY s.seen_at DESC, s.id DESC LIMIT 100`, p)
}

// dropSession ends the session of a token.
func dropSession(tx *db.Tx, t Token) error {
	_, err := tx.Exec(`DELETE FROM session WHERE hash = $1`, t.hash())
	return err
}

// endSession ends one session of a person.
func endSession(tx *db.Tx, p ID, session int64) error {
	_, err := tx.Exec(`DELETE FROM session WHERE id = $1 AND person_id = $2`, session, p)
	return err
}

// endSessions ends all sessions of a person but one; 0 spares none.
func endSessions(tx *db.Tx, p ID, keep int64) error {
	_, err := tx.Exec(`DELETE FROM session WHERE person_id = $1 AND id <> $2`, p, keep)
	return err
}

// shortenSessions has a person's sessions end by an instant at the latest.
func shortenSessions(tx *db.Tx, p ID, at time.Time) error {
	_, err := tx.Exec(`UPDATE session SET expires_at = $1 WHERE person_id = $2 AND expires_at > $1`, at, p)
	return err
}

func seeSession(tx *db.Tx, session int64) error {
	_, err := tx.Exec(`UPDATE session SET seen_at = $1 WHERE id = $2`, tx.Now, session)
	return err
}

// confirmSession notes that whoever holds the token has just shown who they are.
func confirmSession(tx *db.Tx, t Token) error {
	_, err := tx.Exec(`UPDATE session SET confirmed_at = $1 WHERE hash = $2`, tx.Now, t.hash())
	return err
}

// renewSession gives the actor's session another token, confirmed now, and reports whether it was there.
func renewSession(tx *db.Tx, a Actor, t Token, factorAt time.Time) (bool, error) {
	n, err := tx.Exec(`UPDATE session SET hash = $1, factor_at = $2, confirmed_at = $3 WHERE id = $4 AND person_id = $5`,
		t.hash(), factorAt, tx.Now, a.Session.ID, a.ID)
	return n > 0, err
}
