package identity

import (
	"context"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
)

// Account is what a person sees of their own account.
type Account struct {
	Person
	Ways     []Way
	Sessions []Session
	Factor   bool // a second factor is set up
	Codes    int  // recovery codes left
	Grants   []Grant
}

// Way is one way of signing in.
type Way struct {
	SignIn
	Mail    bool // by code to the account's address
	AddedAt time.Time
	UsedAt  time.Time
}

// Account returns everything of the actor's own account.
func (s *Service) Account(ctx context.Context, a Actor) (acc Account, err error) {
	if !a.SignedIn() {
		return acc, fault.New(fault.SignIn, "policy.signin")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var err error
		if acc.Person, err = Get(tx, a.ID); err != nil {
			return err
		}
		if acc.Ways, err = ways(tx, acc.Person); err != nil {
			return err
		}
		if acc.Sessions, err = sessionsOf(tx, a.ID); err != nil {
			return err
		}
		if acc.Factor, err = hasFactor(tx, a.ID); err != nil {
			return err
		}
		if acc.Codes, err = codesLeft(tx, a.ID); err != nil {
			return err
		}
		acc.Grants, err = Grants(tx, a.ID)
		return err
	})
	acc.Sessions = slices.DeleteFunc(acc.Sessions, func(x Session) bool { return !s.db.Now().Before(x.ExpiresAt) })
	return acc, err
}

func ways(tx *db.Tx, p Person) ([]Way, error) {
	all, err := waysElsewhere(tx, p.ID)
	if err == nil && p.Email != "" {
		all = append([]Way{{SignIn: SignIn{Issuer: byMail, Label: p.Email, Level: Reachable}, Mail: true}}, all...)
	}
	return all, err
}

// Profile is what a person may change of themselves at any time.
type Profile struct{ Name, Lang, Place string }

// Describe changes the actor's name, language and place. Faults: login.name.short, login.name.long.
func (s *Service) Describe(ctx context.Context, a Actor, p Profile) error {
	var c fault.Check
	p.Name = cleanName(&c, p.Name)
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		if err := saveProfile(tx, a.ID, p); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.sessions.Forget(a.ID) })
		if old.Name == p.Name {
			return nil
		}
		return s.record(tx, Act{Actor: a.ID, Verb: "person.rename", Person: a.ID})
	})
}

// AskAddress sends a code to an address that the actor wants to use from now on. Whether another
// account has it is told to its owner alone, once the code was right. Faults: those of AskCode,
// policy.confirm, account.email.same.
func (s *Service) AskAddress(ctx context.Context, a Actor, email string) (handle string, err error) {
	if email, err = Address(email); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := Fresh(a, tx.Now); err != nil {
			return err
		}
		p, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		if p.Email == email {
			return fault.On("email", "account.email.same")
		}
		c, err := s.newCode(tx, toTake, email, a.ID, "")
		if err != nil {
			return err
		}
		handle = c.handle
		return s.write(tx, email, a.ID, p.Lang, "change", "", true, "code", c.digits)
	})
	return handle, err
}

// AskAgain sends a code to the actor's own address, from which mail came back: who can type it reads
// mail there again. It needs no proof of who they are, for it changes nothing else. Faults: those of
// AskCode, account.email.none.
func (s *Service) AskAgain(ctx context.Context, a Actor) (handle string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		if p.Email == "" {
			return fault.New(fault.Invalid, "account.email.none")
		}
		c, err := s.newCode(tx, toTake, p.Email, a.ID, "")
		if err != nil {
			return err
		}
		handle = c.handle
		return s.write(tx, p.Email, a.ID, p.Lang, "change", "", true, "code", c.digits)
	})
	return handle, err
}

// TakeAddress makes an address the actor's once the code was right; the old and the new one are
// both told. Faults: those of UseCode, account.email.taken.
func (s *Service) TakeAddress(ctx context.Context, a Actor, handle, digits string) error {
	var refusal *fault.Fault
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var c code
		var err error
		if c, refusal, err = s.takeCode(tx, toTake, handle, digits); err != nil || refusal != nil {
			return err
		}
		if c.person != a.ID {
			return fault.On("code", "login.code.expired")
		}
		switch p, err := byEmail(tx, c.email); {
		case err == nil && p.ID != a.ID:
			return fault.On("code", "account.email.taken")
		case err == nil: // theirs already: it came back, and now it is read again
			return s.record(tx, Act{Actor: a.ID, Verb: "account.reach", Person: a.ID})
		case !db.IsNone(err):
			return err
		}
		return s.move(tx, a, c.email)
	})
	if err == nil && refusal != nil {
		return refusal
	}
	return err
}

func (s *Service) move(tx *db.Tx, a Actor, email string) error {
	old, err := Get(tx, a.ID)
	if err != nil {
		return err
	}
	if old.Email != "" {
		if err := s.depart(tx, old, byMail, old.Email); err != nil {
			return err
		}
	}
	if err := setEmail(tx, a.ID, email); err != nil {
		return err
	}
	if err := raise(tx, a.ID, Reachable); err != nil {
		return err
	}
	if err := s.claimInvitations(tx, a.ID, email); err != nil {
		return err
	}
	for _, to := range []string{old.Email, email} {
		if to == "" || old.Email == "" {
			continue
		}
		if err := s.write(tx, to, a.ID, old.Lang, "changed", "", false, "old", old.Email, "new", email); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { s.sessions.Forget(a.ID) })
	return s.record(tx, Act{Actor: a.ID, Verb: "account.email", Person: a.ID})
}

// Unlink takes a way of signing in away: an account elsewhere, or the address when issuer is
// "email". The last one stays (account.way.last). A level that only this way vouched for goes with
// it, so that one account elsewhere cannot lend its level to many here.
func (s *Service) Unlink(ctx context.Context, a Actor, issuer, subject string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := Fresh(a, tx.Now); err != nil {
			return err
		}
		p, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		all, err := ways(tx, p)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(w Way) bool { return w.Issuer == issuer && w.Subject == subject })
		if i < 0 {
			return nil
		}
		if len(all) == 1 {
			return fault.New(fault.Conflict, "account.way.last")
		}
		gone := all[i]
		if err := s.depart(tx, p, gone.Issuer, gone.key(p)); err != nil {
			return err
		}
		if gone.Mail {
			err = setEmail(tx, a.ID, "")
		} else {
			err = removeSignIn(tx, a.ID, gone.SignIn)
		}
		if err != nil {
			return err
		}
		if err := lower(tx, p, gone, slices.Delete(all, i, i+1)); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.sessions.Forget(a.ID) })
		return s.record(tx, Act{Actor: a.ID, Verb: "account.unlink", Person: a.ID, Note: gone.Issuer})
	})
}

// lower sets the level that what is left vouches for, where the way that is gone vouched for the
// level held.
func lower(tx *db.Tx, p Person, gone Way, left []Way) error {
	if gone.Level < p.Level || gone.Level <= Reachable {
		return nil
	}
	level := Reachable
	for _, w := range left {
		level = max(level, w.Level)
	}
	matched, err := EntryOf(tx, p.ID)
	if err != nil {
		return err
	}
	if matched.Hash != nil {
		level = Resident
	}
	return setLevel(tx, p.ID, level)
}

// EndOthers signs a person out everywhere; the session keep, if any, goes on.
func (s *Service) EndOthers(ctx context.Context, p ID, keep int64) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return endSessions(tx, p, keep) })
	s.sessions.Forget(p)
	return err
}
