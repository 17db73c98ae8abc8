package identity

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/mail"
)

// How long what nobody needs any more is kept.
const (
	mailFor     = 90 * 24 * time.Hour
	noticesFor  = 180 * 24 * time.Hour // after they were read
	codesFor    = 24 * time.Hour       // after they expired
	invitedFor  = 30 * 24 * time.Hour  // after the invitation expired or was accepted
	unreadFor   = 2 * 365 * 24 * time.Hour
	bouncesFor  = 180 * 24 * time.Hour // of mail that came back and stopped nothing
	departedFor = 366 * 24 * time.Hour // longer than a vote is open
	erasuresFor = 2 * 365 * 24 * time.Hour
)

// Expire deletes what is past its time and keeps how much that was. It is run daily.
func (s *Service) Expire(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, old := range []struct {
			what, query string
			before      time.Time
		}{
			{"code", `DELETE FROM email_code WHERE expires_at < $1`, tx.Now.Add(-codesFor)},
			{"flow", `DELETE FROM sign_in_flow WHERE expires_at < $1`, tx.Now},
			{"session", `DELETE FROM session WHERE expires_at < $1`, tx.Now},
			{"notice", `DELETE FROM notice WHERE read_at < $1`, tx.Now.Add(-noticesFor)},
			{"departed", `DELETE FROM departed WHERE at < $1`, tx.Now.Add(-departedFor)},
			{"invitation", `DELETE FROM coauthor_invitation WHERE expires_at < $1 OR accepted_at < $1`, tx.Now.Add(-invitedFor)},
			{"invitation", `DELETE FROM invitation WHERE expires_at < $1 OR accepted_at < $1`, tx.Now.Add(-invitedFor)},
		} {
			n, err := tx.Exec(old.query, old.before)
			if err != nil {
				return err
			}
			if err := erased(tx, old.what, n); err != nil {
				return err
			}
		}
		unread, err := tx.Exec(`DELETE FROM notice WHERE id < $1`, db.FirstID(tx.Now.Add(-unreadFor)))
		if err != nil {
			return err
		}
		if err := erased(tx, "notice", unread); err != nil {
			return err
		}
		if _, err := mail.EraseBounces(tx, tx.Now.Add(-bouncesFor)); err != nil {
			return err
		}
		n, err := mail.Erase(tx, tx.Now.Add(-mailFor))
		if err != nil {
			return err
		}
		if err := erased(tx, "mail", n); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM erasure WHERE at < $1`, tx.Now.Add(-erasuresFor))
		return err
	})
}

// erased notes that so much of something was deleted.
func erased(tx *db.Tx, what string, n int64) error {
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO erasure (id, what, count, at) VALUES ($1, $2, $3, $4)`, tx.NewID(), what, n, tx.Now)
	return err
}

// Erasure is how much of one kind of data was deleted in the last year. What is "account", "code",
// "flow", "session", "notice", "invitation" or "mail".
type Erasure struct {
	What   string
	Count  int64
	LastAt time.Time
}

// Erasures are what was deleted in the last year, for the page on privacy.
func Erasures(tx *db.Tx) ([]Erasure, error) {
	return db.All(tx, func(r db.Row) (e Erasure, err error) { err = r.Scan(&e.What, &e.Count, db.Time(&e.LastAt)); return },
		`SELECT what, CAST(sum(count) AS BIGINT), max(at) FROM erasure WHERE at > $1 GROUP BY what ORDER BY what LIMIT 20`, tx.Now.AddDate(-1, 0, 0))
}
