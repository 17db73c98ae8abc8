package notice

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Service follows things for people and tells them what happens there.
type Service struct {
	db      *db.DB
	letters Letters
}

// NewService returns the notices kept in d; r carries them to their readers.
func NewService(d *db.DB, r *job.Runner, l Letters) *Service {
	s := &Service{db: d, letters: l}
	job.Handle(r, tell, s.deliver)
	job.Handle(r, join, s.joined)
	job.Handle(r, post, s.send)
	job.Handle(r, launch, s.begin)
	job.Handle(r, mailing, s.mailBatch)
	r.Every("post-notices", time.Minute, s.Post)
	r.Every("settle-newsletters", 24*time.Hour, s.Settle)
	return s
}

// Follow makes the actor a follower of a thing.
func (s *Service) Follow(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Follow, t, tx.Now); err != nil {
			return err
		}
		return StoreFollow(tx, id, a.ID)
	})
}

// Unfollow ends it. It works on what is hidden or withdrawn too.
func (s *Service) Unfollow(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		return removeFollow(tx, id, a.ID)
	})
}

// pageOf is how many notices a page shows.
const pageOf = 50

// Of returns the actor's notices older than the one with an id (0: the newest), newest first, and
// the id after which the next page begins; 0 on the last.
func (s *Service) Of(ctx context.Context, a identity.Actor, before int64) (all []Notice, next int64, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = noticesOf(tx, a.ID, before, pageOf+1); return err })
	if len(all) > pageOf {
		all = all[:pageOf]
		next = all[pageOf-1].ID
	}
	return all, next, err
}

// UnreadMost is how far unread notices are counted: beyond it a page says "99+".
const UnreadMost = 100

// Unread is how many notices the actor has not read, at most UnreadMost.
func (s *Service) Unread(ctx context.Context, a identity.Actor) (n int64, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { n, err = unread(tx, a.ID); return err })
	return n, err
}

// Read marks the actor's notices as read, up to the one with an id: those that came meanwhile stay.
func (s *Service) Read(ctx context.Context, a identity.Actor, upTo int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		return markRead(tx, a.ID, upTo)
	})
}

// A joining is the job of making somebody who takes part a follower; a job, because many take part
// at once and all change one counter.
type joining struct {
	Thing  thing.ID    `json:"thing"`
	Person identity.ID `json:"person"`
}

const join = job.Kind[joining]("notice.join")

func (s *Service) joined(ctx context.Context, j joining) error {
	return s.db.WriteOn(ctx, thing.Scope(j.Thing), func(tx *db.Tx) error { return StoreFollow(tx, j.Thing, j.Person) })
}

// Hook is for thing.OnRecord: who begins something follows it, and what people are told of is told
// by a job, so that no write waits for a thousand notices.
func (s *Service) Hook(tx *db.Tx, e thing.Event) error {
	if e.Thing == 0 {
		return nil
	}
	if beginning(e) || joins[e.Verb] && e.Actor != 0 {
		t, err := thing.Get(tx, e.Thing)
		if err != nil {
			return err
		}
		if err := begun(tx, e, t); err != nil {
			return err
		}
	}
	w := Word(e.Verb)
	if w == "" {
		return nil
	}
	return announce(tx, e.ID, told[w].to)
}

// begun makes the author of something new its follower, and whoever takes part in something that of
// what they take part in.
func begun(tx *db.Tx, e thing.Event, t thing.Thing) error {
	if !joins[e.Verb] {
		if t.Author != e.Actor {
			return nil
		}
		return StoreFollow(tx, t.ID, e.Actor)
	}
	if id := asked(t); id != 0 {
		return join.Enqueue(tx, fmt.Sprintf("%d.%d", id, e.Actor), tx.Now, joining{id, e.Actor})
	}
	return nil
}
