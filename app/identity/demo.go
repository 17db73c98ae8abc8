package identity

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
)

// demoMost bounds how many of the demo's people the sign-in page offers.
const demoMost = 40

// DemoPeople are those whom the demo offers for one-click sign-in, in the order they were made.
func (s *Service) DemoPeople(ctx context.Context) (all []Person, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.All(tx, scanPerson, `SELECT `+personColumns+` FROM person
			WHERE demo_role <> '' AND deleted_at IS NULL ORDER BY id LIMIT $1`, demoMost)
		return err
	})
	return all, err
}

// EnterDemo signs in as one of the demo's people, second factor included; anybody else is refused
// with login.demo.unknown. That the request comes from this very machine is the caller's to check.
func (s *Service) EnterDemo(ctx context.Context, id ID, d Device) (t Token, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := Get(tx, id)
		if db.IsNone(err) || err == nil && (p.DemoRole == "" || p.Deleted()) {
			return fault.New(fault.NotFound, "login.demo.unknown")
		}
		if err != nil {
			return err
		}
		t, err = s.enter(tx, p, "demo", d, true)
		return err
	})
	return t, err
}
