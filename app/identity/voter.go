package identity

import (
	"tequio/app/db"
)

// In an open vote nobody may cast a second ballot by leaving and coming back, or by taking a way of
// signing in away from one account and opening another with it. So a way that leaves an account
// leaves a mark: its keyed hash, and the number under which its person voted. An account opened with
// that way again votes under the same number, and so changes its ballot instead of casting another.
// The hash tells nobody who it was without the key, and goes after departedFor.

// depart leaves the mark of a way of signing in that leaves p.
func (s *Service) depart(tx *db.Tx, p Person, issuer, subject string) error {
	_, err := tx.Exec(`INSERT INTO departed (hash, voter, at) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET voter = excluded.voter, at = excluded.at`, s.sum("departed", issuer, subject), p.Voter, tx.Now)
	return err
}

// departAll leaves the marks of every way that p signs in.
func (s *Service) departAll(tx *db.Tx, p Person) error {
	all, err := ways(tx, p)
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := s.depart(tx, p, w.Issuer, w.key(p)); err != nil {
			return err
		}
	}
	return nil
}

// key is what a way is known by: the address where it is by mail.
func (w Way) key(p Person) string {
	if w.Mail {
		return p.Email
	}
	return w.Subject
}

// recall returns the number under which the person behind a way of signing in voted before; 0 when
// nothing is known of it.
func (s *Service) recall(tx *db.Tx, issuer, subject string) (ID, error) {
	voter, err := db.One(tx, db.Value[ID], `SELECT voter FROM departed WHERE hash = $1`, s.sum("departed", issuer, subject))
	if db.IsNone(err) {
		return 0, nil
	}
	return voter, err
}
