package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"tequio/app/db"
)

// How long a session lives: a citizen's month, a staff member's working day.
const (
	sessionFor      = 30 * 24 * time.Hour
	staffSessionFor = 12 * time.Hour
	staffIdleFor    = 30 * time.Minute
)

// Token is what the browser keeps; the database knows its SHA-256 only.
type Token string

func newToken() Token {
	var b [32]byte
	rand.Read(b[:])
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

func (t Token) hash() []byte {
	sum := sha256.Sum256([]byte(t))
	return sum[:]
}

// Sessions keeps who is signed in. Actors are remembered for a moment in memory, so that most
// requests need no query; a change to a person or session forgets them at once in this process, and
// within rememberFor in others.
type Sessions struct {
	db   *db.DB
	mu   sync.RWMutex
	seen map[Token]remembered
	gen  uint64 // grows with everything forgotten: what was read before is not remembered after
}

type remembered struct {
	actor Actor
	until time.Time
}

const (
	rememberFor   = 2 * time.Second
	rememberLocal = time.Minute // with SQLite there is one process, which forgets by itself
	rememberMost  = 50_000
)

// NewSessions returns the sessions kept in d.
func NewSessions(d *db.DB) *Sessions { return &Sessions{db: d, seen: map[Token]remembered{}} }

// Begin signs a person in and returns the token for their browser. factor says whether a second
// factor has been shown already.
func Begin(tx *db.Tx, p ID, issuer, agent, network string, factor bool) (Token, error) {
	staff, err := hasRole(tx, p)
	if err != nil {
		return "", err
	}
	life := sessionFor
	if staff {
		life = staffSessionFor
	}
	s := Session{ID: tx.NewID(), Person: p, Issuer: issuer, Agent: agent, Network: network, CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(life)}
	if factor {
		s.FactorAt, s.ConfirmedAt = tx.Now, tx.Now
	}
	t := newToken()
	return t, insertSession(tx, t.hash(), s)
}

// Actor returns whom the token signs in now; nobody when it is unknown, expired or idle too long.
func (s *Sessions) Actor(ctx context.Context, t Token) (a Actor, err error) {
	now := s.db.Now()
	if t == "" {
		return Actor{}, nil
	}
	s.mu.RLock()
	r, ok := s.seen[t]
	gen := s.gen
	s.mu.RUnlock()
	if ok && now.Before(r.until) && now.Before(r.actor.Session.ExpiresAt) {
		return r.actor, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error { a, err = actor(tx, t.hash()); return err })
	if db.IsNone(err) {
		return Actor{}, nil
	}
	if err != nil {
		return Actor{}, err
	}
	if !now.Before(a.Session.ExpiresAt) || a.Staff() && now.Sub(a.Session.SeenAt) > staffIdleFor {
		return Actor{}, nil
	}
	if now.Sub(a.Session.SeenAt) > 5*time.Minute {
		if err := s.touch(ctx, a); err != nil {
			return Actor{}, err
		}
	}
	s.remember(t, a, now, gen)
	return a, nil
}

func (s *Sessions) touch(ctx context.Context, a Actor) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := seeSession(tx, a.Session.ID); err != nil {
			return err
		}
		return seePerson(tx, a.ID)
	})
}

// remember keeps an actor that was read while gen held; a change forgotten meanwhile (a block, a
// role taken, a session ended) wins.
func (s *Sessions) remember(t Token, a Actor, now time.Time, gen uint64) {
	life := rememberFor
	if s.db.IsSQLite() {
		life = rememberLocal
	}
	until := now.Add(life)
	if a.Blocked && !a.BlockedUntil.IsZero() && a.BlockedUntil.Before(until) {
		until = a.BlockedUntil // the clock ends a block, not what is remembered
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gen != gen {
		return
	}
	if len(s.seen) >= rememberMost {
		clear(s.seen)
	}
	s.seen[t] = remembered{a, until}
}

// Forget drops what is remembered of a person, after something about them changed.
func (s *Sessions) Forget(p ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	for t, r := range s.seen {
		if r.actor.ID == p {
			delete(s.seen, t)
		}
	}
}

// drop forgets what is remembered of one token.
func (s *Sessions) drop(t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	delete(s.seen, t)
}

// End signs one session of a person out.
func (s *Sessions) End(ctx context.Context, p ID, session int64) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return endSession(tx, p, session) })
	s.Forget(p)
	return err
}

// Of lists a person's sessions, newest first.
func (s *Sessions) Of(ctx context.Context, p ID) (all []Session, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { all, err = sessionsOf(tx, p); return err })
	return all, err
}
