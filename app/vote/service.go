package vote

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/ledger"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Service holds votes.
type Service struct {
	db     *db.DB
	keys   Keys
	signer ledger.Key
	base   string // address of the instance: names the ledgers

	Census identity.CensusKey // of the documents and addresses on lists; wiring, set before the first request

	mu   sync.RWMutex
	seen map[string]*ready // slug → what casting needs of a vote

	tellers tellers

	Letters Letters // how people are written to
}

// NewService returns the votes kept in d. baseURL is how people reach the instance; "" is
// http://localhost.
func NewService(d *db.DB, keys Keys, baseURL string) (*Service, error) {
	if baseURL == "" {
		baseURL = "http://localhost"
	}
	signer, err := signerOf(keys)
	if err != nil {
		return nil, fmt.Errorf("key of the ledgers: %w", err)
	}
	return &Service{db: d, keys: keys, signer: signer, base: baseURL, seen: map[string]*ready{}}, nil
}

// What time does to votes.
const (
	announces = job.Kind[thing.ID]("vote.publish")
	opens     = job.Kind[thing.ID]("vote.open")
	closes    = job.Kind[thing.ID]("vote.close")
	unlinks   = job.Kind[thing.ID]("vote.unlink")
	reminds   = job.Kind[thing.ID]("vote.remind")
)

// Work tells the runner what the clock asks of votes: to tell of their opening, to write batches
// into the ledger, to count them after the close and to destroy the links after the objections.
func (s *Service) Work(r *job.Runner) {
	job.Handle(r, announces, func(ctx context.Context, id thing.ID) error { return s.tell(ctx, id, "vote.publish") })
	job.Handle(r, opens, func(ctx context.Context, id thing.ID) error { return s.tell(ctx, id, "vote.open") })
	job.Handle(r, closes, unlessWiped(s.Settle))
	job.Handle(r, unlinks, unlessWiped(s.Unlink))
	job.Handle(r, reminds, unlessWiped(s.Remind))
	job.Handle(r, promised, unlessWiped(s.batch))
	job.Handle(r, wipes, unlessWiped(s.Wipe))
	job.Handle(r, wiped, s.Sweep)
	job.Handle(r, corrects, unlessWiped(s.correct))
	r.Every("vote.batches", time.Minute, s.Batches)
}

// tell records that a date has come, for those who follow and for cached pages.
func (s *Service) tell(ctx context.Context, id thing.ID, verb string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return thing.Record(tx, 0, verb, id, "") })
}

// schedule puts the vote's dates into the queue; a job that waits already is moved.
func schedule(tx *db.Tx, v *Vote) error {
	name := strconv.FormatInt(int64(v.ID), 10)
	for _, j := range []struct {
		kind job.Kind[thing.ID]
		at   time.Time
	}{{announces, v.PublishedAt}, {opens, v.OpensAt}, {closes, v.ClosesAt}, {unlinks, v.ObjectionsAt}, {reminds, v.remindAt()}} {
		if j.at.IsZero() || !j.at.After(tx.Now) && j.kind != closes {
			continue
		}
		if err := j.kind.Move(tx, name, j.at, v.ID); err != nil {
			return err
		}
	}
	return wipeBy(tx, v)
}

// Draft stores a new vote that only the agency's staff see, and returns it.
func (s *Service) Draft(ctx context.Context, a identity.Actor, draft Vote) (v Vote, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v = draft
		v.Kind, v.State, v.Author = Kind, thing.Draft, a.ID
		if err := policy.Allow(a, policy.Manage, v.Thing, tx.Now); err != nil {
			return err
		}
		if err := v.nameAuditors(tx); err != nil {
			return err
		}
		if err := v.Check(); err != nil {
			return err
		}
		if err := Store(tx, &v); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.draft", v.ID, "")
	})
	return v, err
}

// managed loads a vote for somebody who looks after it.
func managed(tx *db.Tx, a identity.Actor, id thing.ID) (Vote, error) {
	v, err := Get(tx, id)
	if err == nil {
		err = policy.Allow(a, policy.Manage, v.Thing, tx.Now)
	}
	if err == nil {
		err = v.reachable(tx)
	}
	return v, err
}

// looksAfter refuses who does not look after a vote, before a key is made for it.
func (s *Service) looksAfter(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.db.Read(ctx, func(tx *db.Tx) error { _, err := managed(tx, a, id); return err })
}

// changeable is managed while the rules can still change; the fault vote.frozen says that they cannot.
func changeable(tx *db.Tx, a identity.Actor, id thing.ID) (Vote, error) {
	v, err := managed(tx, a, id)
	if err == nil && v.Frozen(tx.Now) {
		err = fault.New(fault.Closed, "vote.frozen")
	}
	return v, err
}

// Edit changes a vote that has not opened. The fault vote.frozen refuses it afterwards.
func (s *Service) Edit(ctx context.Context, a identity.Actor, id thing.ID, draft Vote) error {
	if err := s.looksAfter(ctx, a, id); err != nil {
		return err
	}
	promise, err := s.lotPromise(id, draft.Lot.Source)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := changeable(tx, a, id)
		if err != nil {
			return err
		}
		before := v
		v = v.with(draft)
		if v.moved(before, tx.Now) {
			return fault.On("opens", "vote.opens.postpone")
		}
		if err := policy.Allow(a, policy.Manage, v.Thing, tx.Now); err != nil {
			return err
		}
		if err := v.nameAuditors(tx); err != nil {
			return err
		}
		if err := v.Check(); err != nil {
			return err
		}
		if v.State == thing.Published {
			v.Lot.promise(promise)
			if err := v.readyToOpen(tx.Now); err != nil {
				return err
			}
			if err := schedule(tx, &v); err != nil {
				return err
			}
		}
		if err := save(tx, &v); err != nil {
			return err
		}
		if err := replaceAuditors(tx, &v); err != nil {
			return err
		}
		if err := replaceQuestions(tx, &v); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.edit", id, "")
	})
}

// with takes over what staff may write.
func (v Vote) with(d Vote) Vote {
	earlier := v.Questions
	v.Agency, v.Lang, v.Title, v.Summary, v.Subject, v.Place = d.Agency, d.Lang, d.Title, d.Summary, d.Subject, d.Place
	v.OpensAt, v.ClosesAt, v.ObjectionsAt = d.OpensAt, d.ClosesAt, d.ObjectionsAt
	v.Body, v.Who, v.Effect, v.LeastLevel, v.Electorate = d.Body, d.Who, d.Effect, d.LeastLevel, d.Electorate
	v.Disclosure, v.Auditors = d.Disclosure, d.Auditors
	v.AreaRule, v.Questions = d.AreaRule, d.Questions
	v.Roll = d.Roll.withList(v.Roll)
	v.Lot.Source = d.Lot.Source
	v.keepReviews(earlier)
	return v
}

// readyToOpen refuses to publish a vote whose dates are missing or past.
func (v Vote) readyToOpen(now time.Time) error {
	var c fault.Check
	c.That(!v.OpensAt.IsZero(), "opens", "vote.opens.missing")
	c.That(!v.ClosesAt.IsZero(), "closes", "vote.closes.missing")
	c.That(v.ClosesAt.After(now), "closes", "vote.closes.past")
	for i, q := range v.Questions {
		c.That(len(q.Options) >= 2, "q"+strconv.Itoa(i)+"-reviewed", "vote.review.few")
	}
	return c.Err()
}

// Translate stores a vote's words in another language; they are no part of the rules.
func (s *Service) Translate(ctx context.Context, a identity.Actor, id thing.ID, lang string, words thing.Words) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, t, tx.Now); err != nil {
			return err
		}
		if err := thing.Translate(tx, id, lang, words); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.translate", id, lang)
	})
}

// Publish shows a vote to everybody from an instant on (zero: now). Its ledger gets its name and its
// key is made; the rules can still change until it opens.
func (s *Service) Publish(ctx context.Context, a identity.Actor, id thing.ID, at time.Time) error {
	if err := s.looksAfter(ctx, a, id); err != nil {
		return err
	}
	k, err := s.keys.Key(keyName(id))
	if err != nil {
		return err
	}
	source, err := s.lotSource(ctx, id)
	if err != nil {
		return err
	}
	promise, err := s.lotPromise(id, source)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := managed(tx, a, id)
		if err != nil {
			return err
		}
		if v.State != thing.Draft {
			return fault.New(fault.Conflict, "vote.published")
		}
		if err := v.Check(); err != nil {
			return err
		}
		if err := v.readyToOpen(tx.Now); err != nil {
			return err
		}
		v.State, v.PublishedAt = thing.Published, at
		if v.PublishedAt.Before(tx.Now) {
			v.PublishedAt = tx.Now
		}
		if v.OpensAt.Before(v.PublishedAt) {
			v.OpensAt = v.PublishedAt
		}
		if v.Origin, err = ledger.Origin(s.base, v.Slug); err != nil {
			return err
		}
		v.KeyCheck = key(k).check()
		v.Lot.promise(promise)
		if err := save(tx, &v); err != nil {
			return err
		}
		if err := schedule(tx, &v); err != nil {
			return err
		}
		verb := "vote.publish"
		if v.PublishedAt.After(tx.Now) {
			verb = "vote.schedule" // "vote.publish" follows when its instant comes
		}
		return thing.Record(tx, a.ID, verb, id, "")
	})
}

// Read returns a vote that the actor may see, in a language as far as it has words in it.
func (s *Service) Read(ctx context.Context, a identity.Actor, slug, lang string) (v Vote, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if v, err = Find(tx, slug); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		v, err = translated(tx, v, lang)
		return err
	})
	return v, err
}

// Manage returns a vote that the actor looks after, as it was written, with its words in other
// languages.
func (s *Service) Manage(ctx context.Context, a identity.Actor, id thing.ID, langs []string) (v Vote, words map[string]thing.Words, err error) {
	words = map[string]thing.Words{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if v, err = managed(tx, a, id); err != nil {
			return err
		}
		for _, lang := range langs {
			all, err := thing.Translations(tx, lang, id)
			if err != nil {
				return err
			}
			words[lang] = all[id]
		}
		return nil
	})
	return v, words, err
}

func translated(tx *db.Tx, v Vote, lang string) (Vote, error) {
	if lang == "" || v.Lang == lang {
		return v, nil // "": as it was written
	}
	words, err := thing.Translations(tx, lang, v.ID)
	return v.In(lang, words[v.ID]), err
}
