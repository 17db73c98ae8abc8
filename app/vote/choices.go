package vote

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
)

// ChoicesMost bounds the choices that are kept before they are cast, in bytes.
const ChoicesMost = 64 << 10

// ChoicesKey opens somebody's choices. It lies in their browser alone.
type ChoicesKey [32]byte

// NewChoicesKey draws one.
func NewChoicesKey() (k ChoicesKey) { rand.Read(k[:]); return k }

// box seals with AES-256-GCM. The vote and the person are part of what is sealed, so that no other
// row's choices can be put in the place of these.
func (k ChoicesKey) box(id thing.ID, p identity.ID) (cipher.AEAD, []byte, error) {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, nil, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	return gcm, append(number(int64(id)), number(int64(p))...), err
}

func (k ChoicesKey) seal(id thing.ID, p identity.ID, choices []byte) ([]byte, error) {
	gcm, about, err := k.box(id, p)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nil, choices, about), nil
}

// open returns nil for what another key sealed.
func (k ChoicesKey) open(id thing.ID, p identity.ID, sealed []byte) []byte {
	gcm, about, err := k.box(id, p)
	if err != nil {
		return nil
	}
	choices, err := gcm.Open(nil, nil, sealed, about)
	if err != nil {
		return nil
	}
	return choices
}

// KeepChoices keeps what somebody has chosen and not cast, in the place of what was kept before. Of
// who has cast a ballot nothing is kept: they have it already. It fails as casting would.
func (s *Service) KeepChoices(ctx context.Context, a identity.Actor, slug string, k ChoicesKey, choices []byte) error {
	if len(choices) > ChoicesMost {
		return fault.New(fault.Invalid, "fault.request")
	}
	for {
		r, err := s.ready(ctx, slug)
		if err != nil {
			return err
		}
		if err = s.keepChoices(ctx, a, r, k, choices); !errors.Is(err, errStale) {
			return err
		}
		s.drop(slug)
	}
}

func (s *Service) keepChoices(ctx context.Context, a identity.Actor, r *ready, k ChoicesKey, choices []byte) error {
	sealed, err := k.seal(r.vote.ID, a.ID, choices)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		one, err := s.mayCast(tx, Bearer{Actor: a}, r, "")
		if err != nil {
			return err
		}
		if voted, err := one.voted(tx, r.vote.ID); err != nil || voted {
			return err
		}
		return putChoices(tx, r.vote.ID, a.ID, sealed)
	})
}

// Choices returns what is kept for somebody; nil when nothing is, or this key does not open it.
func (s *Service) Choices(ctx context.Context, a identity.Actor, id thing.ID, k ChoicesKey) (choices []byte, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		sealed, err := choicesOf(tx, id, a.ID)
		if err == nil && sealed != nil {
			choices = k.open(id, a.ID, sealed)
		}
		return err
	})
	return choices, err
}

// choosersAtOnce is how many people with kept choices one transaction goes through.
const choosersAtOnce = 500

// choosers goes through everybody with choices kept in a vote that has its key, some at a time.
func (s *Service) choosers(ctx context.Context, id thing.ID, do func(tx *db.Tx, v Vote, c chooser, voted bool) error) error {
	after, n := identity.ID(0), choosersAtOnce
	for n == choosersAtOnce {
		last := after
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			n = 0
			v, err := Get(tx, id)
			if err != nil {
				return err
			}
			k, err := s.keyOf(v)
			if err != nil || k == nil {
				return err
			}
			some, err := choosersOf(tx, id, after, choosersAtOnce)
			if err != nil {
				return err
			}
			for _, c := range some {
				one, err := s.withAccount(tx, Bearer{Actor: identity.Actor{ID: c.person, Voter: c.voter}}, &ready{vote: v, key: k})
				if err != nil {
					return err
				}
				voted, err := one.voted(tx, id)
				if err != nil {
					return err
				}
				if err := do(tx, v, c, voted); err != nil {
					return err
				}
				last = c.person
			}
			n = len(some)
			return nil
		})
		if err != nil {
			return err
		}
		after = last
	}
	return nil
}

// dropCast removes the choices of those who have cast a ballot since. It runs with a batch of the
// ledger, never with a cast: a row that went with a ballot would tell whose it was.
func (s *Service) dropCast(ctx context.Context, id thing.ID) error {
	return s.choosers(ctx, id, func(tx *db.Tx, _ Vote, c chooser, voted bool) error {
		if !voted {
			return nil
		}
		return dropChoices(tx, id, c.person)
	})
}

// remindAt is when those who left choices uncast are reminded: a day before the close, or in a short
// vote in its last quarter.
func (v Vote) remindAt() time.Time {
	if v.OpensAt.IsZero() || v.ClosesAt.IsZero() {
		return time.Time{}
	}
	return v.ClosesAt.Add(-min(24*time.Hour, v.ClosesAt.Sub(v.OpensAt)/4))
}

// Remind mails those who left choices uncast, once each. Who has cast a ballot meanwhile is not
// reminded; no event tells who was.
func (s *Service) Remind(ctx context.Context, id thing.ID) error {
	return s.choosers(ctx, id, func(tx *db.Tx, v Vote, c chooser, voted bool) error {
		switch {
		case voted, c.reminded, c.email == "":
			return nil
		case !v.Open(tx.Now), !v.ClosedAt.IsZero(), tx.Now.Before(v.remindAt()):
			return nil // closed, or moved: the job that was moved with it comes later
		}
		if err := s.remind(tx, v, c); err != nil {
			return err
		}
		return markReminded(tx, id, c.person)
	})
}

func (s *Service) remind(tx *db.Tx, v Vote, c chooser) error {
	if s.Letters.Words == nil {
		return nil
	}
	lang := c.lang
	if lang == "" {
		lang = v.Lang
	}
	l := s.Letters.Words.Language(lang)
	said, err := translated(tx, v, l.Tag())
	if err != nil {
		return err
	}
	site, address := s.Letters.Site()
	m, err := mail.Compose(l, "vote_remind", []any{"site", site, "title", said.Title, "closes", v.ClosesAt.In(s.Letters.Zone())}, address+v.Path()+"/ballot")
	if err != nil {
		return err
	}
	m.To, m.Person, m.Key = c.email, int64(c.person), fmt.Sprintf("vote.remind:%d:%d", v.ID, c.person)
	return mail.Send(tx, m)
}

// Letters is how votes write to people: the words, what the site is called and where it is, and its
// clock. Without Words nobody is written to.
type Letters struct {
	Words *i18n.Catalogues
	Site  func() (name, address string)
	Zone  func() *time.Location
}
