package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
)

// invitationFor is how long a role waits for somebody to show that an address is theirs.
const invitationFor = 14 * 24 * time.Hour

// CheckRole refuses a role that does not exist, or that lacks or must not have an agency.
func CheckRole(role Role, agency int64) error {
	var c fault.Check
	c.That(slices.Contains(Roles, role), "role", "account.role.unknown")
	c.That(!slices.Contains(Roles, role) || role.OfAgency() == (agency != 0), "agency", "account.role.agency")
	return c.Err()
}

// GrantByEmail gives a role to whoever has verified an address here, now or when they do so within
// two weeks; waits tells which. It asks nobody whether they may.
func (s *Service) GrantByEmail(tx *db.Tx, email string, role Role, agency int64, by ID) (waits bool, err error) {
	_, waits, err = s.grant(tx, email, role, agency, by)
	return waits, err
}

// Invite is GrantByEmail with a mail that tells of it; lang is the mail's language.
func (s *Service) Invite(tx *db.Tx, email string, role Role, agency int64, by ID, lang string) error {
	token, waits, err := s.grant(tx, email, role, agency, by)
	if err != nil || !waits {
		return err
	}
	email, err = Address(email)
	if err != nil {
		return err
	}
	words := s.Words.Language(lang)
	return s.write(tx, email, 0, lang, "invite", s.link("/invite/"+string(token)), false, "role", words.T("account.role."+string(role)))
}

func (s *Service) grant(tx *db.Tx, email string, role Role, agency int64, by ID) (token Token, waits bool, err error) {
	if err := CheckRole(role, agency); err != nil {
		return "", false, err
	}
	if email, err = Address(email); err != nil {
		return "", false, err
	}
	p, err := byEmail(tx, email)
	if err == nil {
		return "", false, s.give(tx, p.ID, Grant{role, agency}, by)
	}
	if !db.IsNone(err) {
		return "", false, err
	}
	token = newToken()
	return token, true, replaceInvitation(tx, Invitation{Email: email, Role: role, Agency: agency, By: by, ExpiresAt: tx.Now.Add(invitationFor)}, token)
}

// give stores a role, has the sessions of its holder know it, and records it.
func (s *Service) give(tx *db.Tx, p ID, g Grant, by ID) error {
	if err := Give(tx, p, g, by); err != nil {
		return err
	}
	if err := shortenSessions(tx, p, tx.Now.Add(staffSessionFor)); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.sessions.Forget(p) })
	return s.record(tx, Act{Actor: by, Verb: "account.role", Person: p, Note: fmt.Sprintf("%s %d", g.Role, g.Agency)})
}

// Take takes a role from a person. It asks nobody whether they may.
func (s *Service) Take(tx *db.Tx, p ID, g Grant, by ID) error {
	held, err := removeRole(tx, p, g)
	if err != nil || !held {
		return err
	}
	tx.AfterCommit(func() { s.sessions.Forget(p) })
	return s.record(tx, Act{Actor: by, Verb: "account.role.take", Person: p, Note: fmt.Sprintf("%s %d", g.Role, g.Agency)})
}

// claimInvitations gives a person the roles that waited for an address they have just verified.
func (s *Service) claimInvitations(tx *db.Tx, p ID, email string) error {
	all, err := invitationsTo(tx, email)
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := s.give(tx, p, Grant{w.Role, w.Agency}, w.By); err != nil {
			return err
		}
		if err := acceptInvitation(tx, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// Invitation is a role that waits for somebody.
type Invitation struct {
	ID        int64
	Email     string
	Role      Role
	Agency    int64
	By        ID
	ExpiresAt time.Time
}

// Invited returns the invitation of a mailed link. Fault: login.invite.gone.
func (s *Service) Invited(ctx context.Context, token string) (i Invitation, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if i, err = findInvitation(tx, Token(token)); db.IsNone(err) {
			err = fault.New(fault.Gone, "login.invite.gone")
		}
		return err
	})
	return i, err
}

// setupKey is the row of the setting table that holds the hash of the first start's link.
const setupKey = "setup"

// SetupLink returns the address of the page that makes the first administrator, a new one each
// time; "" as soon as there is one.
func (s *Service) SetupLink(ctx context.Context) (link string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		link = ""
		n, err := administrators(tx)
		if err != nil || n > 0 {
			return err
		}
		t := newToken()
		link = s.link("/setup/" + string(t))
		return keepSetup(tx, hex.EncodeToString(t.hash()))
	})
	return link, err
}

// CheckSetup refuses a link that is not, or no longer, that of the first start: login.setup.gone.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error { return checkSetup(tx, token) })
}

func checkSetup(tx *db.Tx, token string) error {
	value, err := setupHash(tx)
	if err != nil && !db.IsNone(err) {
		return err
	}
	n, err := administrators(tx)
	if err != nil {
		return err
	}
	if n > 0 || value != hex.EncodeToString(Token(token).hash()) {
		return fault.New(fault.Gone, "login.setup.gone")
	}
	return nil
}

// SetUp makes the first administrator: the actor, or a new person with a name and an address, who
// is signed in. Faults: login.setup.gone, login.email.invalid, login.name.short, login.name.long,
// login.setup.known (the address has an account: sign in with it first).
func (s *Service) SetUp(ctx context.Context, token string, a Actor, email string, j Joining, d Device) (t Token, err error) {
	if !a.SignedIn() {
		var c fault.Check
		j.Name = cleanName(&c, j.Name)
		address, bad := Address(email)
		c.That(bad == nil, "email", "login.email.invalid")
		if err := c.Err(); err != nil {
			return "", err
		}
		email = address
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := checkSetup(tx, token); err != nil {
			return err
		}
		p := Person{ID: a.ID, Name: j.Name, Email: email, Lang: j.Lang, Level: Reachable}
		if !a.SignedIn() {
			if _, err := byEmail(tx, email); !db.IsNone(err) {
				if err != nil {
					return err
				}
				return fault.On("email", "login.setup.known")
			}
			if err := Insert(tx, &p); err != nil {
				return err
			}
		}
		if err := s.give(tx, p.ID, Grant{Role: Administrator}, p.ID); err != nil {
			return err
		}
		if err := forgetSetup(tx); err != nil {
			return err
		}
		t = d.Old
		if !a.SignedIn() {
			t, err = s.enter(tx, p, byMail, d, false)
		}
		return err
	})
	return t, err
}

// SignInLink makes a link that signs in whoever has an address, for the operator's shell: mail may
// be out of order. It works once and for ten minutes, as a mailed one does.
func (s *Service) SignInLink(ctx context.Context, email string) (link string, err error) {
	if email, err = Address(email); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.newCode(tx, toEnter, email, 0, "/")
		link = s.link("/login/link/" + c.token)
		return err
	})
	return link, err
}
