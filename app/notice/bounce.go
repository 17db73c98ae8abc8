package notice

import (
	"context"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
)

// CameBack keeps mail that came back, as a provider or the operator reports it. A permanent bounce
// stops mail to the address, and its owner sees that on the site.
func (s *Service) CameBack(ctx context.Context, b mail.Bounce) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := mail.CameBack(tx, b)
		if err != nil || !first {
			return err
		}
		return Returned(tx, b)
	})
}

// Returned records that mail to an address stops; for the worker that sends mail.
func Returned(tx *db.Tx, b mail.Bounce) error {
	p, err := ownerOf(tx, b.Address)
	if err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Verb: "mail.bounce", Person: p, Note: string(b.Kind)})
}

// Standing is what the frame of every page tells its reader.
type Standing struct {
	Unread  int64  // at most UnreadMost
	Stopped string // the address from which mail came back; "": none
}

// Standing of the actor.
func (s *Service) Standing(ctx context.Context, a identity.Actor) (st Standing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if st.Unread, err = unread(tx, a.ID); err != nil {
			return err
		}
		st.Stopped, err = stoppedAddress(tx, a.ID)
		return err
	})
	return st, err
}
