package challenge

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/notice"
	"tequio/app/policy"
	"tequio/app/thing"
)

// SaveEntry keeps an entry as a draft, which nobody else sees. started is when the request began. An
// entry that was sent already is changed by SendEntry alone.
func (s *Service) SaveEntry(ctx context.Context, a identity.Actor, id thing.ID, d Draft, started time.Time) (Entry, error) {
	return s.enter(ctx, a, id, d, started, false)
}

// SendEntry sends an entry, or sends it again: the last one before the deadline counts. What is
// refused because something lacks is kept as a draft, files too.
func (s *Service) SendEntry(ctx context.Context, a identity.Actor, id thing.ID, d Draft, started time.Time) (Entry, error) {
	var sent bool
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := EntryBy(tx, id, a.ID)
		sent = err == nil && e.Sent()
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	if !sent {
		if _, err := s.enter(ctx, a, id, d, started, false); err != nil {
			return Entry{}, err
		}
		d.Uploads, d.Remove, d.Alts = nil, nil, nil
	}
	return s.enter(ctx, a, id, d, started, true)
}

func (s *Service) enter(ctx context.Context, a identity.Actor, id thing.ID, d Draft, started time.Time, send bool) (e Entry, err error) {
	if err := s.mayEnter(ctx, a, id, started); err != nil {
		return e, err
	}
	batch, err := s.files.Receive("files", d.Uploads, media.CountMost)
	defer batch.Done()
	if err != nil {
		return e, err
	}
	err = s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := c.MayEnter(a, started, tx.Now); err != nil {
			return err
		}
		if e, err = begun(tx, a, c); err != nil {
			return err
		}
		if e.Sent() && !send {
			return fault.New(fault.Conflict, "entry.sent")
		}
		if err := e.put(d); err != nil {
			return err
		}
		if err := s.attach(tx, a, e.ID, batch, d.Remove, d.Alts); err != nil {
			return err
		}
		if e.Files, err = media.Of(tx, e.ID, ""); err != nil {
			return err
		}
		if !send {
			return storeEntry(tx, &e)
		}
		return e.send(tx, c, d)
	})
	return e, err
}

// send seals what is in the entry and makes it take part.
func (e *Entry) send(tx *db.Tx, c Challenge, d Draft) error {
	words, err := thing.Translations(tx, d.Lang, c.ID)
	if err != nil {
		return err
	}
	read := c.In(d.Lang, words[c.ID]) // the declaration as this person read it
	if err := e.ready(read, d.Ticked); err != nil {
		return err
	}
	if !e.Sent() {
		e.PublishedAt = c.EntryPublicAt(tx.Now)
	}
	e.State, e.SubmittedAt, e.Declaration = thing.Published, tx.Now, read.declared()
	if err := e.seal(c); err != nil {
		return err
	}
	if err := storeEntry(tx, e); err != nil {
		return err
	}
	if err := notice.StoreFollow(tx, c.ID, e.Author); err != nil { // what the agency makes clear reaches everyone who entered
		return err
	}
	return thing.Record(tx, e.Author, "entry.submit", e.ID, e.Code())
}

// mayEnter asks before files are written.
func (s *Service) mayEnter(ctx context.Context, a identity.Actor, id thing.ID, started time.Time) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		return c.MayEnter(a, started, tx.Now)
	})
}

// MayEnter refuses those who may not enter, and an entry that comes too early or too late. started is
// when the request began.
func (c Challenge) MayEnter(a identity.Actor, started, now time.Time) error {
	if err := policy.Allow(a, policy.Enter, c.Thing, now); err != nil {
		return err
	}
	return c.takes(started, now)
}

// begun returns the actor's entry to a challenge, a new draft when there is none.
func begun(tx *db.Tx, a identity.Actor, c Challenge) (Entry, error) {
	e, err := EntryBy(tx, c.ID, a.ID)
	if !fault.Is(err, fault.NotFound) {
		return e, err
	}
	e = Entry{Thing: thing.Thing{Author: a.ID, Lang: c.Lang}}
	return e, InsertEntry(tx, c, &e)
}

// WithdrawEntry takes an entry out of the challenge before the deadline; it becomes a draft again.
func (s *Service) WithdrawEntry(ctx context.Context, a identity.Actor, id thing.ID, started time.Time) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		e, err := EntryBy(tx, id, a.ID)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Withdraw, e.Thing, tx.Now); err != nil {
			return err
		}
		if err := c.takes(started, tx.Now); err != nil {
			return err
		}
		if !e.Sent() {
			return fault.New(fault.Conflict, "entry.draft")
		}
		e.State, e.PublishedAt, e.SubmittedAt, e.Receipt, e.SHA256, e.Declaration = thing.Draft, time.Time{}, time.Time{}, "", nil, ""
		if err := storeEntry(tx, &e); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "entry.withdraw", e.ID, "")
	})
}

// Workspace returns a challenge and the actor's entry to it; nil when there is none yet.
func (s *Service) Workspace(ctx context.Context, a identity.Actor, slug, lang string) (c Challenge, e *Entry, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e = nil
		if c, err = Find(tx, slug); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, c.Thing, tx.Now); err != nil {
			return err
		}
		words, err := thing.Translations(tx, lang, c.ID)
		if err != nil {
			return err
		}
		c = c.In(lang, words[c.ID])
		mine, err := EntryBy(tx, c.ID, a.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		e = &mine
		return err
	})
	return c, e, err
}

// EntryView is an entry with what its page says about it.
type EntryView struct {
	Entry
	Of     Challenge
	Author string // who sent it, as they are called
}

// ShowEntry returns an entry that the reader may see: its author at any time, others once it is public.
func (s *Service) ShowEntry(ctx context.Context, a identity.Actor, slug, lang string) (v EntryView, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v = EntryView{}
		if v.Entry, err = FindEntry(tx, slug); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		if v.Of, err = Get(tx, v.Parent); err != nil {
			return err
		}
		words, err := thing.Translations(tx, lang, v.Parent)
		if err != nil {
			return err
		}
		v.Of = v.Of.In(lang, words[v.Parent])
		names, err := identity.Names(tx, []identity.ID{v.Thing.Author})
		v.Author = names[v.Thing.Author]
		return err
	})
	return v, err
}
