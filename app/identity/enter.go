package identity

import (
	"context"
	"crypto/sha256"
	"log/slog"

	"tequio/app/db"
	"tequio/app/fault"
)

// Entry is how a sign-in ends for now: in a session, or in a ticket that asks for more.
type Entry struct {
	Token  Token  // the session's, or "" while something is missing
	Join   string // ticket of the page that asks a newcomer for name and rules
	Factor string // ticket of the page that asks for the second factor
	Return string // where the person was going
}

// AskCode sends a code and a link to an address and returns the handle of the page that asks for
// the code. Whether the address has an account makes no difference, in answer or in time. Faults:
// login.email.invalid, login.code.many.
func (s *Service) AskCode(ctx context.Context, email, lang, returnTo string) (handle string, err error) {
	if email, err = Address(email); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.newCode(tx, toEnter, email, 0, returnTo)
		if err != nil {
			return err
		}
		handle = c.handle
		return s.write(tx, email, 0, lang, "code", s.link("/login/link/"+c.token), true, "code", c.digits)
	})
	return handle, err
}

// CodeSentTo is the address to which the code of a handle went, while it can still be used.
func (s *Service) CodeSentTo(ctx context.Context, handle string) (email, returnTo string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := s.peekCode(tx, toEnter, handle)
		email, returnTo = c.email, c.returnTo
		return err
	})
	return email, returnTo, err
}

// LinkSentTo is the address to which a link went, while it can still be used. It uses nothing up:
// scanners of mail open links.
func (s *Service) LinkSentTo(ctx context.Context, token string) (email string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := s.peekLink(tx, toEnter, token)
		email = c.email
		return err
	})
	return email, err
}

// UseCode signs in with the digits that were sent. Faults, on the field code: login.code.form,
// login.code.wrong (n tries left), login.code.spent, login.code.expired, login.code.used.
func (s *Service) UseCode(ctx context.Context, handle, digits string, d Device) (e Entry, err error) {
	var refusal *fault.Fault
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var c code
		var err error
		if c, refusal, err = s.takeCode(tx, toEnter, handle, digits); err != nil || refusal != nil {
			return err
		}
		e, err = s.arriveByMail(tx, c, d)
		return err
	})
	if err == nil && refusal != nil {
		slog.Info("sign-in refused", "why", refusal.Fields["code"].Key, "network", d.Network)
		return Entry{}, refusal
	}
	return e, err
}

// UseLink signs in with the link that was sent. Faults as of UseCode.
func (s *Service) UseLink(ctx context.Context, token string, d Device) (e Entry, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.peekLink(tx, toEnter, token)
		if err != nil {
			return err
		}
		if err := proven(tx, c); err != nil {
			return err
		}
		e, err = s.arriveByMail(tx, c, d)
		return err
	})
	return e, err
}

// arriveByMail goes on with somebody who has shown that they read an address's mail.
func (s *Service) arriveByMail(tx *db.Tx, c code, d Device) (Entry, error) {
	p, err := byEmail(tx, c.email)
	if db.IsNone(err) {
		return s.greet(tx, newcomer{Email: c.email, Issuer: byMail, Level: Reachable}, c.returnTo, d)
	}
	if err != nil {
		return Entry{}, err
	}
	if err := s.claimInvitations(tx, p.ID, c.email); err != nil {
		return Entry{}, err
	}
	return s.arrive(tx, p, byMail, Reachable, c.returnTo, d)
}

// arrive signs a known person in, or asks for the second factor that they have set up.
func (s *Service) arrive(tx *db.Tx, p Person, issuer string, level Level, returnTo string, d Device) (e Entry, err error) {
	if err := raise(tx, p.ID, level); err != nil {
		return e, err
	}
	e.Return = returnTo
	factor, err := hasFactor(tx, p.ID)
	if err != nil {
		return e, err
	}
	if factor {
		e.Factor = string(newToken())
		return e, keepTicket(tx, e.Factor, d.Visitor, ticket{Factor: &waiting{issuer}, person: p.ID, returnTo: returnTo}, codeFor)
	}
	e.Token, err = s.enter(tx, p, issuer, d, false)
	return e, err
}

// greet keeps what is known of somebody new until they have given a name and accepted the rules.
func (s *Service) greet(tx *db.Tx, n newcomer, returnTo string, d Device) (Entry, error) {
	t := string(newToken())
	return Entry{Join: t, Return: returnTo}, keepTicket(tx, t, d.Visitor, ticket{Newcomer: &n, returnTo: returnTo}, ticketFor)
}

// Newcomer is what the page that asks for name and rules shows already.
type Newcomer struct {
	Name     string // as the provider gave it
	Email    string // "" when none is known
	Verified bool   // the address was verified here
}

// Newcomer returns who holds a join ticket. Fault: login.ticket.expired.
func (s *Service) Newcomer(ctx context.Context, secret, visitor string) (n Newcomer, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err := peekTicket(tx, secret, visitor)
		if err == nil && t.Newcomer == nil {
			err = fault.New(fault.Gone, "login.ticket.expired")
		}
		if err == nil {
			n = Newcomer{t.Newcomer.Name, t.Newcomer.Email, t.Newcomer.Issuer == byMail}
		}
		return err
	})
	return n, err
}

// Joining is what a newcomer fills in.
type Joining struct {
	Name     string
	Lang     string
	Accepted bool   // the rules
	Rules    string // their whole text as it was shown: it is kept
}

// Join makes the account of a newcomer and signs them in. Faults: login.name.short,
// login.name.long, login.rules.unaccepted, login.ticket.expired.
func (s *Service) Join(ctx context.Context, secret string, j Joining, d Device) (e Entry, err error) {
	var c fault.Check
	j.Name = cleanName(&c, j.Name)
	c.That(j.Accepted, "rules", "login.rules.unaccepted")
	if err := c.Err(); err != nil {
		return e, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := takeTicket(tx, secret, d.Visitor)
		if err == nil && t.Newcomer == nil {
			err = fault.New(fault.Gone, "login.ticket.expired")
		}
		if err != nil {
			return err
		}
		p, err := s.admit(tx, *t.Newcomer, j)
		if err != nil {
			return err
		}
		e.Return = t.returnTo
		e.Token, err = s.enter(tx, p, t.Newcomer.Issuer, d, false)
		return err
	})
	return e, err
}

// admit stores a new person with their way of signing in.
func (s *Service) admit(tx *db.Tx, n newcomer, j Joining) (Person, error) {
	p := Person{Name: j.Name, Lang: j.Lang, Level: n.Level}
	if s.Admits != nil {
		if err := s.Admits(tx, n.Email); err != nil {
			return p, err
		}
	}
	way := n.Subject
	if n.Issuer == byMail {
		way = n.Email
		switch _, err := byEmail(tx, n.Email); {
		case err == nil: // somebody else finished joining with this address meanwhile
			return p, fault.New(fault.Gone, "login.ticket.expired")
		case !db.IsNone(err):
			return p, err
		}
		p.Email = n.Email
	}
	var err error
	if p.Voter, err = s.recall(tx, n.Issuer, way); err != nil {
		return p, err
	}
	if err := Insert(tx, &p); err != nil {
		return p, err
	}
	if n.Issuer != byMail {
		if err := insertSignIn(tx, SignIn{Issuer: n.Issuer, Subject: n.Subject, Label: n.Label, Level: n.Level}, p.ID); err != nil {
			return p, err
		}
	}
	if err := Accept(tx, p.ID, j.Rules); err != nil {
		return p, err
	}
	if err := s.record(tx, Act{Actor: p.ID, Verb: "person.join", Person: p.ID}); err != nil {
		return p, err
	}
	if p.Email == "" {
		return p, nil
	}
	return p, s.claimInvitations(tx, p.ID, p.Email)
}

// Accept keeps that a person accepted the rules, and which text that was.
func Accept(tx *db.Tx, p ID, rules string) error {
	sum := sha256.Sum256([]byte(rules))
	_, err := tx.Exec(`INSERT INTO rules_acceptance (person_id, sha256, text, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, p, sum[:], rules, tx.Now)
	return err
}
