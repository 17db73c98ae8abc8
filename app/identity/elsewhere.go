package identity

import (
	"context"
	"log/slog"
	"net/url"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity/provider"
)

// SignIn is one account elsewhere that opens a person's account here.
type SignIn struct {
	Issuer  string
	Subject string
	Label   string // the provider's name, with the address there where it is known
	Level   Level
}

// ProviderList are the configured providers, in their order.
func (s *Service) ProviderList() []provider.Info {
	if s.Providers == nil {
		return nil
	}
	return s.Providers.List()
}

// BeginElsewhere sends somebody to a provider: it returns the address there. as is who is signed in
// already and wants to link the account elsewhere, or to prove again who they are; 0: nobody. Faults
// as of provider.Set.Begin.
func (s *Service) BeginElsewhere(ctx context.Context, id string, as ID, visitor, returnTo string) (address string, err error) {
	if s.Providers == nil {
		return "", fault.New(fault.NotFound, "provider.unknown")
	}
	address, flow, err := s.Providers.Begin(ctx, id)
	if err != nil {
		slog.Warn("sign-in elsewhere", "provider", id, "err", err)
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return keepTicket(tx, flow.State, visitor, ticket{Elsewhere: &flow, person: as, returnTo: returnTo}, codeFor)
	})
	return address, err
}

// Outcome is what came of a sign-in elsewhere.
type Outcome struct {
	Entry
	Linked    bool   // a way of signing in was added to the account that is signed in
	Confirmed bool   // the person who is signed in proved again who they are
	Known     string // the address of an account here that must be signed in to first, to link
	Return    string
}

// CompleteElsewhere ends a sign-in with what the provider's answer says. a is who is signed in now.
// The answer is good once, in the browser that was sent there. Faults: login.ticket.expired,
// login.link.other (somebody else's account holds it), login.link.changed (another person is signed
// in by now), and those of provider.Set.Complete.
func (s *Service) CompleteElsewhere(ctx context.Context, id string, answer url.Values, a Actor, d Device) (o Outcome, err error) {
	if s.Providers == nil {
		return o, fault.New(fault.NotFound, "provider.unknown")
	}
	var t ticket
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		t, err = takeTicket(tx, answer.Get("state"), d.Visitor)
		if err == nil && (t.Elsewhere == nil || t.Elsewhere.Provider != id) {
			err = fault.New(fault.Gone, "login.ticket.expired")
		}
		return err
	})
	if err != nil {
		return o, err
	}
	found, err := s.Providers.Complete(ctx, *t.Elsewhere, answer)
	if err != nil {
		slog.Warn("sign-in elsewhere", "provider", id, "network", d.Network, "err", err)
		return o, err
	}
	name := id
	for _, info := range s.Providers.List() {
		if info.ID == id {
			name = info.Name
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		o, err = s.arriveFrom(tx, name, found, t, a, d)
		o.Return = t.returnTo
		return err
	})
	return o, err
}

// arriveFrom decides whose account the person of a provider opens: the one that holds it, the one
// that asked to link it, or a new one. Never one that merely has the same address.
func (s *Service) arriveFrom(tx *db.Tx, name string, found provider.Person, t ticket, a Actor, d Device) (o Outcome, err error) {
	if t.person != a.ID {
		return o, fault.New(fault.Conflict, "login.link.changed")
	}
	in := SignIn{found.Issuer, found.Subject, label(name, found.Email), Level(found.Level)}
	owner, err := ownerOf(tx, in)
	switch {
	case err != nil && !db.IsNone(err):
		return o, err
	case err == nil && a.SignedIn() && owner != a.ID:
		return o, fault.New(fault.Conflict, "login.link.other", "name", name)
	case err == nil:
		return s.welcome(tx, in, owner, t, a, d)
	case a.SignedIn():
		return s.linkTo(tx, in, name, a)
	}
	if found.EmailVerified && found.Email != "" {
		email, err := Address(found.Email)
		if err == nil {
			if _, err := byEmail(tx, email); err == nil {
				return Outcome{Known: email}, nil
			} else if !db.IsNone(err) {
				return o, err
			}
		}
	}
	o.Entry, err = s.greet(tx, newcomer{Name: found.Name, Email: strings.ToLower(found.Email), Issuer: in.Issuer, Subject: in.Subject,
		Label: in.Label, Level: in.Level}, t.returnTo, d)
	return o, err
}

// welcome lets in whoever is known by this sign-in, or notes that who is signed in has proved it.
func (s *Service) welcome(tx *db.Tx, in SignIn, owner ID, t ticket, a Actor, d Device) (o Outcome, err error) {
	if _, err = tx.Exec(`UPDATE sign_in SET used_at = $1, label = $2, level = $3 WHERE issuer = $4 AND subject = $5`,
		tx.Now, in.Label, in.Level, in.Issuer, in.Subject); err != nil {
		return o, err
	}
	if a.SignedIn() {
		if err = raise(tx, a.ID, in.Level); err != nil {
			return o, err
		}
		o.Confirmed = true
		o.Token, err = s.elevate(tx, a, false)
		return o, err
	}
	p, err := Get(tx, owner)
	if err != nil {
		return o, err
	}
	o.Entry, err = s.arrive(tx, p, in.Issuer, in.Level, t.returnTo, d)
	return o, err
}

// linkTo adds a way of signing in to the account that is signed in, and tells its address.
func (s *Service) linkTo(tx *db.Tx, in SignIn, name string, a Actor) (o Outcome, err error) {
	if err := Fresh(a, tx.Now); err != nil {
		return o, err
	}
	if err := insertSignIn(tx, in, a.ID); err != nil {
		return o, err
	}
	if err := raise(tx, a.ID, in.Level); err != nil {
		return o, err
	}
	p, err := Get(tx, a.ID)
	if err != nil {
		return o, err
	}
	if p.Email != "" {
		if err := s.write(tx, p.Email, p.ID, p.Lang, "linked", "", false, "provider", name); err != nil {
			return o, err
		}
	}
	tx.AfterCommit(func() { s.sessions.Forget(a.ID) })
	return Outcome{Linked: true}, s.record(tx, Act{Actor: a.ID, Verb: "account.link", Person: a.ID, Note: name})
}

func label(name, email string) string {
	if email == "" {
		return name
	}
	return name + ", " + email
}
