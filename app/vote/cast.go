package vote

import (
	"cmp"
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
	"tequio/app/policy"
	"tequio/app/thing"
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

// Cast takes a person's ballot, in the place of the one they cast before. form is the random id of
// the form it came with: the same form sent again gets the same receipt, and no second ballot. It
// writes no event and no time, and touches no row that two voters share.
func (s *Service) Cast(ctx context.Context, a identity.Actor, slug string, b Ballot, form []byte) (Receipt, error) {
	if len(form) == 0 || len(form) > FormMost {
		return Receipt{}, fault.New(fault.Invalid, "fault.request")
	}
	for {
		r, err := s.ready(ctx, slug)
		if err != nil {
			return Receipt{}, err
		}
		got, err := s.cast(ctx, a, r, b, form)
		if !errors.Is(err, errStale) {
			return got, err
		}
		s.drop(slug)
	}
}

func (s *Service) cast(ctx context.Context, a identity.Actor, r *ready, b Ballot, form []byte) (got Receipt, err error) {
	settled, invalid := r.vote.Accept(b)
	link, formKey := r.key.link(voter(a)), r.key.form(voter(a), form)
	scope := "ballot:" + hex.EncodeToString(link) // the link already differs from vote to vote
	err = s.db.WriteOn(ctx, []string{scope}, func(tx *db.Tx) error {
		if err := mayCast(tx, a, r, holdOff); err != nil {
			return err
		}
		if invalid != nil {
			return invalid
		}
		c, commitment := seal(r.vote, settled, a.Level)
		got = Receipt{commitment, tx.Now}
		fresh, err := insertForm(tx, r.vote.ID, formKey, c.commitment)
		if err != nil {
			return err
		}
		if !fresh {
			earlier, err := formCommitment(tx, r.vote.ID, formKey)
			copy(got.Commitment[:], earlier)
			return err
		}
		return put(tx, r.vote.ID, link, c)
	})
	return got, err
}

// mayCast judges by the vote as it stands now, with one query.
func mayCast(tx *db.Tx, a identity.Actor, r *ready, lock string) error {
	now, err := standingOf(tx, r.vote.ID, lock)
	if err != nil {
		return thing.Missing(err)
	}
	if !now.updatedAt.Equal(r.vote.UpdatedAt) {
		return errStale
	}
	t := r.vote.Thing
	t.State, t.PublishedAt, t.OpensAt, t.ClosesAt, t.HiddenAt = now.state, now.publishedAt, now.opensAt, now.closesAt, now.hiddenAt
	if err := policy.Allow(a, policy.Cast, t, tx.Now); err != nil {
		return err
	}
	switch {
	case a.Level < r.vote.LeastLevel:
		return fault.New(fault.Forbidden, "policy.level", "level", int64(r.vote.LeastLevel))
	case !now.closedAt.IsZero(), r.key == nil:
		return fault.New(fault.Closed, "policy.closed")
	}
	return nil
}

// seal commits to a ballot under a fresh nonce.
func seal(v Vote, b Ballot, level identity.Level) (cast, [ledger.Size]byte) {
	var nonce [32]byte
	rand.Read(nonce[:])
	content := b.canonical(v.Questions)
	commitment := ledger.Commit(int64(v.ID), nonce, content)
	return cast{content, nonce[:], commitment[:], level}, commitment
}

// put lays a ballot under its link, as the first or in another's place.
func put(tx *db.Tx, id thing.ID, link []byte, c cast) error {
	was, err := underLink(tx, id, link)
	if err != nil {
		return err
	}
	if was.commitment == nil {
		err = insertBallot(tx, id, link, c)
	} else {
		err = replaceBallot(tx, id, link, was, c)
	}
	if err != nil {
		return err
	}
	return insertPending(tx, id, c.commitment, int64(c.level), was.level)
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

// Paper returns the ballot paper for a person in a language. It fails with the reason for which they
// may not vote.
func (s *Service) Paper(ctx context.Context, a identity.Actor, slug, lang string) (p Paper, err error) {
	for {
		r, err := s.ready(ctx, slug)
		if err != nil {
			return p, err
		}
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			p = Paper{Vote: r.vote}
			if err := mayCast(tx, a, r, ""); err != nil {
				return err
			}
			if p.Voted, err = hasBallot(tx, r.vote.ID, r.key.link(voter(a))); err != nil {
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
				p.Questions[i] = q.shuffled(r.key.order(a.ID))
			}
		}
		return p, err
	}
}

// voter is the number under which somebody votes: their own, unless they left and came back.
func voter(a identity.Actor) identity.ID { return cmp.Or(a.Voter, a.ID) }
