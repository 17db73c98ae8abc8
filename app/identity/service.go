package identity

import (
	"context"
	"log/slog"

	"tequio/app/db"
)

// Service is what people do about their own accounts, and what the house does with accounts.
type Service struct {
	db       *db.DB
	sessions *Sessions
}

// NewService returns the service on d; it shares sessions with the web layer.
func NewService(d *db.DB, sessions *Sessions) *Service {
	return &Service{db: d, sessions: sessions}
}

// A Device is where somebody signs in, in the few words that the list of sessions shows.
type Device struct {
	Agent   string // browser and system: "Firefox · Android"
	Network string // the address shortened to /24 or /48
	Old     Token  // the session that this browser held before: it ends
}

// enter begins a session for p and ends the one the browser held, so that a token never outlives
// the change of who it stands for.
func (s *Service) enter(tx *db.Tx, p Person, issuer string, d Device, factor bool) (Token, error) {
	if d.Old != "" {
		if _, err := tx.Exec(`DELETE FROM session WHERE hash = $1`, d.Old.hash()); err != nil {
			return "", err
		}
	}
	if _, err := tx.Exec(`UPDATE person SET seen_at = $1 WHERE id = $2`, tx.Now, p.ID); err != nil {
		return "", err
	}
	t, err := Begin(tx, p.ID, issuer, d.Agent, d.Network, factor)
	tx.AfterCommit(func() {
		s.sessions.drop(d.Old)
		slog.Info("signed in", "person", p.ID, "issuer", issuer, "network", d.Network)
	})
	return t, err
}

// Leave ends the session of a token.
func (s *Service) Leave(ctx context.Context, t Token) error {
	if t == "" {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM session WHERE hash = $1`, t.hash())
		tx.AfterCommit(func() { s.sessions.drop(t) })
		return err
	})
}
