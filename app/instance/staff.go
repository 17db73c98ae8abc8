package instance

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Staff gives and takes the roles of those who work here.
type Staff struct {
	db     *db.DB
	people *identity.Service
}

// NewStaff returns the roles kept in d.
func NewStaff(d *db.DB, people *identity.Service) *Staff { return &Staff{d, people} }

func (s *Staff) granting(ctx context.Context, a identity.Actor, do func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Grant, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		return do(tx)
	})
}

// Invite gives a role to whoever has an address or, where nobody has shown here yet that it is
// theirs, mails them an invitation in a language.
func (s *Staff) Invite(ctx context.Context, a identity.Actor, email string, g identity.Grant, lang string) error {
	return s.granting(ctx, a, func(tx *db.Tx) error {
		if err := agencyOf(tx, g); err != nil {
			return err
		}
		return s.people.Invite(tx, email, g.Role, g.Agency, a.ID, lang)
	})
}

// Give gives a role to somebody with an account. Fault: admin.people.noaddress.
func (s *Staff) Give(ctx context.Context, a identity.Actor, p identity.ID, g identity.Grant) error {
	return s.granting(ctx, a, func(tx *db.Tx) error {
		person, err := identity.Get(tx, p)
		if err != nil {
			return thing.Missing(err)
		}
		if err := agencyOf(tx, g); err != nil {
			return err
		}
		if person.Email == "" {
			return fault.New(fault.Invalid, "admin.people.noaddress")
		}
		_, err = s.people.GrantByEmail(tx, person.Email, g.Role, g.Agency, a.ID)
		return err
	})
}

// Take takes a role away, but not from the last administrator: nobody could give it again.
func (s *Staff) Take(ctx context.Context, a identity.Actor, p identity.ID, g identity.Grant) error {
	return s.granting(ctx, a, func(tx *db.Tx) error {
		if g.Role == identity.Administrator {
			n, err := identity.Administrators(tx)
			if err != nil {
				return err
			}
			if n < 2 {
				return fault.New(fault.Invalid, "admin.people.last")
			}
		}
		return s.people.Take(tx, p, g, a.ID)
	})
}

// ClearFactor forgets a person's second factor, for one who lost their device and proved at a desk
// who they are. Their sessions end; they set up a new one when they next sign in.
func (s *Staff) ClearFactor(ctx context.Context, a identity.Actor, p identity.ID) error {
	return s.granting(ctx, a, func(tx *db.Tx) error { return s.people.ClearFactor(tx, p, a.ID) })
}

// Uninvite takes an invitation back.
func (s *Staff) Uninvite(ctx context.Context, a identity.Actor, id int64) error {
	return s.granting(ctx, a, func(tx *db.Tx) error { return identity.Uninvite(tx, id) })
}

// agencyOf refuses an agency that is none.
func agencyOf(tx *db.Tx, g identity.Grant) error {
	if g.Agency == 0 {
		return nil
	}
	t, err := thing.Get(tx, thing.ID(g.Agency))
	if err != nil || t.Kind != AgencyKind {
		return fault.On("agency", "thing.missing")
	}
	return nil
}
