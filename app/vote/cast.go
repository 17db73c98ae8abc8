package vote

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/ledger"
)

// ready is what casting needs of a vote. Its rules do not change while it is open, so it is kept in
// memory; every cast compares it with the row.
type ready struct {
	vote Vote
	key  key
}

// errStale says that the vote changed since it was kept.
var errStale = errors.New("vote: changed since it was read")

// readyMost bounds how many votes are kept.
const readyMost = 100

func (s *Service) ready(ctx context.Context, slug string) (*ready, error) {
	s.mu.RLock()
	r := s.seen[slug]
	s.mu.RUnlock()
	if r != nil {
		return r, nil
	}
	r = &ready{}
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) { r.vote, err = Find(tx, slug); return err })
	if err != nil {
		return nil, err
	}
	if r.key, err = s.keyOf(r.vote); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= readyMost {
		clear(s.seen)
	}
	if r.key != nil {
		s.seen[slug] = r
	}
	return r, nil
}

func (s *Service) drop(slug string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, slug)
}

// Receipt is what a voter takes home.
type Receipt struct {
	Commitment [ledger.Size]byte
	At         time.Time // when the ballot was taken; kept nowhere
}

// Code is the receipt code.
func (r Receipt) Code() string { return ledger.Receipt(r.Commitment) }

// FormMost bounds a form id.
const FormMost = 64

// Cast takes the ballot of somebody with an account; see CastAs.
func (s *Service) Cast(ctx context.Context, a identity.Actor, slug string, b Ballot, form []byte) (Receipt, error) {
	return s.CastAs(ctx, Bearer{Actor: a}, slug, b, form)
}

// CastAs takes a voter's ballot, in the place of the one they cast before, whichever way they came then.
// form is the random id of the form it came with: the same form sent again gets the same receipt, and no
// second ballot. It writes no event and no time, and touches no row that two voters share but, at a desk,
// the number of those served there.
func (s *Service) CastAs(ctx context.Context, by Bearer, slug string, b Ballot, form []byte) (Receipt, error) {
	if len(form) == 0 || len(form) > FormMost {
		return Receipt{}, fault.New(fault.Invalid, "fault.request")
	}
	for {
		r, err := s.ready(ctx, slug)
		if err != nil {
			return Receipt{}, err
		}
		got, err := s.cast(ctx, by, r, b, form)
		if !errors.Is(err, errStale) {
			return got, err
		}
		s.drop(slug)
	}
}

func (s *Service) cast(ctx context.Context, by Bearer, r *ready, b Ballot, form []byte) (got Receipt, err error) {
	settled, invalid := r.vote.Accept(b)
	scope := "ballot:" + hex.EncodeToString(by.scope(r.key)) // the link already differs from vote to vote
	err = s.db.WriteOn(ctx, []string{scope}, func(tx *db.Tx) error {
		one, err := s.mayCast(tx, by, r, holdOff)
		if err != nil {
			return err
		}
		if invalid != nil {
			return invalid
		}
		c, commitment := seal(r.vote, settled, one.level(), one.channel)
		got = Receipt{commitment, tx.Now}
		formKey := r.key.form(one.self, form)
		fresh, err := insertForm(tx, r.vote.ID, formKey, c.commitment)
		if err != nil {
			return err
		}
		if !fresh {
			earlier, err := formCommitment(tx, r.vote.ID, formKey)
			copy(got.Commitment[:], earlier)
			return err
		}
		if err := one.settle(tx, r.vote.ID, c); err != nil || by.Entry == nil {
			return err
		}
		return countServed(tx, r.vote.ID, by.Actor.ID)
	})
	if db.IsDuplicate(err) {
		return got, errStale // the same person came in two ways at once: the later one sees the earlier
	}
	return got, err
}

// seal commits to a ballot under a fresh nonce.
func seal(v Vote, b Ballot, level identity.Level, channel string) (cast, [ledger.Size]byte) {
	var nonce [32]byte
	rand.Read(nonce[:])
	content := b.canonical(v.Questions)
	commitment := ledger.Commit(int64(v.ID), nonce, content)
	return cast{content, nonce[:], commitment[:], level, channel}, commitment
}

// Open returns a vote as casting knows it: for reading what a form says, not for showing.
func (s *Service) Open(ctx context.Context, slug string) (Vote, error) {
	r, err := s.ready(ctx, slug)
	if err != nil {
		return Vote{}, err
	}
	return r.vote, nil
}

// Paper is what a voter sees before casting: the vote with its options in an order of their own.
type Paper struct {
	Vote
	Voted bool // a ballot of theirs is there, which a new one replaces
	Kept  bool // choices that they left uncast are on it
}

// Paper returns the ballot paper of somebody with an account; see PaperFor.
func (s *Service) Paper(ctx context.Context, a identity.Actor, slug, lang string) (p Paper, err error) {
	return s.PaperFor(ctx, Bearer{Actor: a}, slug, lang)
}

// PaperFor returns the ballot paper for a voter in a language. It fails with the reason for which they
// may not vote.
func (s *Service) PaperFor(ctx context.Context, by Bearer, slug, lang string) (p Paper, err error) {
	for {
		r, err := s.ready(ctx, slug)
		if err != nil {
			return p, err
		}
		var one voice
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			p = Paper{Vote: r.vote}
			if one, err = s.mayCast(tx, by, r, ""); err != nil {
				return err
			}
			if p.Voted, err = one.voted(tx, r.vote.ID); err != nil {
				return err
			}
			p.Vote, err = translated(tx, r.vote, lang)
			return err
		})
		if errors.Is(err, errStale) {
			s.drop(slug)
			continue
		}
		if err == nil {
			p.Questions = slices.Clone(p.Questions) // what is kept stays in its own order
			for i, q := range p.Questions {
				p.Questions[i] = q.shuffled(r.key.order(one.self))
			}
		}
		return p, err
	}
}
