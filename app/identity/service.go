package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity/provider"
	"tequio/app/mail"
)

// Service is what people do about their own accounts, and what the house does with accounts. The
// exported fields are wiring, set before the first request.
type Service struct {
	Words     *i18n.Catalogues
	Site      func() (name, address string)       // the instance's name and its address without a final slash
	Key       []byte                              // 32 secret bytes: seals second factors and short codes
	Census    CensusKey                           // of the documents in the census
	Providers *provider.Set                       // nil: nobody signs in elsewhere
	Record    func(*db.Tx, Act) error             // writes the event of an act; nil: nobody listens
	Farewells []func(tx *db.Tx, who ID) error     // what other rooms do when somebody deletes their account
	Admits    func(tx *db.Tx, email string) error // refuses newcomers by their address; nil: nobody

	db       *db.DB
	sessions *Sessions
}

// An Act is something that happened to an account, for the trail of events.
type Act struct {
	Actor  ID // 0: the shell, or the clock
	Verb   string
	Person ID
	Note   string
}

// NewService returns the service on d; it shares sessions with the web layer.
func NewService(d *db.DB, sessions *Sessions) *Service {
	return &Service{db: d, sessions: sessions}
}

func (s *Service) record(tx *db.Tx, a Act) error {
	if s.Record == nil {
		return nil
	}
	return s.Record(tx, a)
}

// sum is the HMAC of parts under the service's key, for one purpose.
func (s *Service) sum(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte(purpose))
	for _, p := range parts {
		m.Write([]byte{0})
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// A Device is where somebody signs in, in the few words that the list of sessions shows.
type Device struct {
	Agent   string // browser and system: "Firefox · Android"
	Network string // the address shortened to /24 or /48
	Visitor string // what this browser alone holds while nobody is signed in
	Old     Token  // the session that this browser held before: it ends
}

// enter begins a session for p and ends the one the browser held, so that a token never outlives
// the change of who it stands for. Whoever has just shown who they are need not confirm it again.
func (s *Service) enter(tx *db.Tx, p Person, issuer string, d Device, factor bool) (Token, error) {
	if d.Old != "" {
		if err := dropSession(tx, d.Old); err != nil {
			return "", err
		}
	}
	if err := seePerson(tx, p.ID); err != nil {
		return "", err
	}
	t, err := Begin(tx, p.ID, issuer, d.Agent, d.Network, factor)
	if err != nil {
		return "", err
	}
	tx.AfterCommit(func() {
		s.sessions.drop(d.Old)
		slog.Info("signed in", "person", p.ID, "issuer", issuer, "network", d.Network)
	})
	return t, confirmSession(tx, t)
}

// Leave ends the session of a token.
func (s *Service) Leave(ctx context.Context, t Token) error {
	if t == "" {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { s.sessions.drop(t) })
		return dropSession(tx, t)
	})
}

// elevate gives the actor's session a new token and notes what was shown just now.
func (s *Service) elevate(tx *db.Tx, a Actor, factor bool) (Token, error) {
	t := newToken()
	factorAt := a.Session.FactorAt
	if factor {
		factorAt = tx.Now
	}
	found, err := renewSession(tx, a, t, factorAt)
	if err == nil && !found {
		err = fault.New(fault.SignIn, "policy.signin")
	}
	tx.AfterCommit(func() { s.sessions.Forget(a.ID) })
	return t, err
}

// Fresh refuses what cannot be undone with policy.confirm unless the actor proved lately who they are.
func Fresh(a Actor, now time.Time) error {
	switch {
	case !a.SignedIn():
		return fault.New(fault.SignIn, "policy.signin")
	case !a.Session.Confirmed(now):
		return fault.New(fault.Confirm, "policy.confirm")
	}
	return nil
}

// write posts a mail of the house about an account, in the reader's language.
func (s *Service) write(tx *db.Tx, to string, about ID, lang, key, link string, secret bool, args ...any) error {
	name, _ := s.Site()
	m, err := mail.Compose(s.Words.Language(lang), key, append([]any{"site", name}, args...), link)
	if err != nil {
		return err
	}
	m.To, m.Person, m.Secret = to, int64(about), secret
	return mail.Send(tx, m)
}

// link is an address of this instance.
func (s *Service) link(path string) string {
	_, base := s.Site()
	return base + path
}
