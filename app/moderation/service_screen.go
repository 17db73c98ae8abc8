package moderation

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Screen reads what people write before others do, by rules that the instance sets.
type Screen struct {
	db  *db.DB
	now atomic.Pointer[Screening]
}

const screeningKey = "screening"

// NewScreen reads the rules of the instance.
func NewScreen(ctx context.Context, d *db.DB) (*Screen, error) {
	s := &Screen{db: d}
	return s, s.Reload(ctx)
}

// Reload reads the rules again, as another process may have changed them.
func (s *Screen) Reload(ctx context.Context) error {
	rules := UsualScreening()
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		value, err := instance.Kept(tx, screeningKey)
		if err != nil || value == "" {
			return err
		}
		return json.Unmarshal([]byte(value), &rules)
	})
	if err == nil {
		s.now.Store(&rules)
	}
	return err
}

// Current are the rules in force.
func (s *Screen) Current() Screening { return *s.now.Load() }

// Change sets other rules. Faults: Invalid by field; those of policy.
func (s *Screen) Change(ctx context.Context, a identity.Actor, rules Screening) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if err := rules.Check(); err != nil {
			return err
		}
		value, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		if err := instance.Keep(tx, screeningKey, string(value)); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "screening.change"})
	})
	if err == nil {
		s.now.Store(&rules)
	}
	return err
}

// Say tells whether what somebody says on a thing waits for a moderator, and the reasons, separated
// by commas. Those who hold a role are not screened.
func (s *Screen) Say(tx *db.Tx, a identity.Actor, t thing.Thing, body string) (hold bool, why string, err error) {
	if a.Staff() {
		return false, "", nil
	}
	f, err := facts(tx, a.ID, t.ID, body)
	if err != nil {
		return false, "", err
	}
	why = strings.Join(s.Current().Judge(f), ",")
	return why != "", why, noteScreened(tx, a.ID, t.ID, Print(body), why)
}

// Publish tells whether a proposal that was handed in waits for a moderator.
func (s *Screen) Publish(tx *db.Tx, a identity.Actor, t thing.Thing, words string) (bool, error) {
	hold, _, err := s.Say(tx, a, t, words)
	return hold, err
}

// Join refuses newcomers whose address is of a domain that may not join.
func (s *Screen) Join(_ *db.Tx, email string) error { return s.Current().MayJoin(email) }

// networksFor is how long it is kept from which network block something came.
const networksFor = 30 * day

// Forget forgets the network blocks of supports and comments, and the prints of texts, that are older
// than 30 days. It is run daily.
func (s *Screen) Forget(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return forget(tx, tx.Now.Add(-networksFor)) })
}

// repeatedFor is how far back the same text is looked for.
const repeatedFor = 7 * day

func facts(tx *db.Tx, who identity.ID, on thing.ID, body string) (f Facts, err error) {
	p, err := identity.Get(tx, who)
	if err != nil {
		return f, err
	}
	f = Facts{Age: tx.Now.Sub(p.CreatedAt), Body: body, Domain: Domain(p.Email)}
	if f.Posts, err = posts(tx, who); err != nil {
		return f, err
	}
	f.Places, err = places(tx, Print(body), on, tx.Now.Add(-repeatedFor))
	return f, err
}
