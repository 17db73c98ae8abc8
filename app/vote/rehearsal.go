package vote

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/policy"
	"tequio/app/thing"
)

// A rehearsal is a copy of a vote that has not opened: the same questions, rules and list, with a key, a
// ledger and an address of its own. Everything of a vote can be tried in it, from the codes to the
// certificate. Nothing of it reaches the vote that it rehearses, and it is wiped before that opens.

// missing is what a rehearsal that is over answers.
var missing = fault.New(fault.NotFound, "thing.missing")

// wipes removes a rehearsal.
const wipes = job.Kind[thing.ID]("vote.wipe")

// wiped sweeps up after it.
const wiped = job.Kind[thing.ID]("vote.wiped")

// RehearsalTimes are how long the voting of a rehearsal can last, in the order in which pages offer them.
// The period for objections, where the vote has one, lasts as long again.
var RehearsalTimes = []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour, 3 * 24 * time.Hour}

// rehearsalMost is how long a rehearsal of a vote without a date stays.
const rehearsalMost = 30 * 24 * time.Hour

// Rehearse begins a rehearsal of a vote that has not opened, and returns its id. name words the title that
// marks it, in a language. Faults are on the field lasts; vote.frozen says that the vote has opened, and
// vote.rehearsal.one that there is a rehearsal, to be wiped first.
func (s *Service) Rehearse(ctx context.Context, a identity.Actor, id thing.ID, lasts time.Duration, name func(lang, title string) string) (r thing.ID, err error) {
	if err := s.wipeOverdue(ctx, id); err != nil {
		return 0, err
	}
	// As if alone, and with the vote's row: its dates and list cannot change meanwhile.
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := lockVote(tx, id); err != nil {
			return thing.Missing(err)
		}
		of, err := changeable(tx, a, id)
		if err != nil {
			return err
		}
		there, err := rehearsalOf(tx, id)
		if err != nil {
			return err
		}
		v := of.rehearsal(tx.Now, lasts)
		v.Author = a.ID
		if err := v.rehearsable(there, lasts); err != nil {
			return err
		}
		words, err := thing.AllTranslations(tx, id)
		if err != nil {
			return err
		}
		v.Title = name(v.Lang, v.Title)
		err = s.stage(tx, &v, words, name)
		r = v.ID
		if err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.rehearse", id, lasts.String())
	})
	if err != nil && r != 0 {
		return 0, errors.Join(err, s.destroyKeys(r)) // made for what is not there
	}
	return r, err
}

// wipeOverdue wipes a rehearsal whose time is over, should its job be late.
func (s *Service) wipeOverdue(ctx context.Context, id thing.ID) error {
	var r Rehearsal
	var over bool
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = rehearsalOf(tx, id)
		over = r.ID != 0 && !tx.Now.Before(r.WipedAt)
		return err
	})
	if err != nil || !over {
		return err
	}
	return s.wipe(ctx, r.ID, 0)
}

// rehearsal is the copy of a vote in which people vote from now on for a while.
func (v Vote) rehearsal(now time.Time, lasts time.Duration) Vote {
	r := v
	r.Thing = thing.Thing{
		Kind: Kind, Agency: v.Agency, Lang: v.Lang, Title: v.Title, Summary: v.Summary, Subject: v.Subject, Place: v.Place,
		Slug: "rehearsal-" + strings.ToLower(rand.Text()), State: thing.Rehearsal, PublishedAt: now, OpensAt: now, ClosesAt: now.Add(lasts),
	}
	r.Rehearses, r.WipedAt = v.ID, now.Add(rehearsalMost)
	if !v.OpensAt.IsZero() && v.OpensAt.Before(r.WipedAt) {
		r.WipedAt = v.OpensAt
	}
	if !v.ObjectionsAt.IsZero() {
		r.ObjectionsAt = r.ClosesAt.Add(lasts)
	}
	r.Questions = slices.Clone(v.Questions)
	r.Auditors = slices.Clone(v.Auditors)
	return r
}

// rehearsable refuses a rehearsal that could not be held; there is the one that is held already.
func (v Vote) rehearsable(there Rehearsal, lasts time.Duration) error {
	if there.ID != 0 {
		return fault.New(fault.Conflict, "vote.rehearsal.one")
	}
	var c fault.Check
	c.That(slices.Contains(RehearsalTimes, lasts), "lasts", "vote.rehearsal.lasts")
	c.That(!v.lasts().After(v.WipedAt), "lasts", "vote.rehearsal.long")
	for _, q := range v.Questions {
		c.That(len(q.Options) >= 2, "lasts", "vote.review.few")
	}
	return c.Err()
}

// lasts is the end of the vote, objections included.
func (v Vote) lasts() time.Time {
	if v.ObjectionsAt.IsZero() {
		return v.ClosesAt
	}
	return v.ObjectionsAt
}

// stage stores a rehearsal with its words, its list, its key and its dates.
func (s *Service) stage(tx *db.Tx, v *Vote, words map[string]thing.Words, name func(lang, title string) string) error {
	if err := Store(tx, v); err != nil {
		return err
	}
	for lang, w := range words {
		if w["title"] != "" {
			w["title"] = name(lang, w["title"])
		}
		if err := thing.Translate(tx, v.ID, lang, w); err != nil {
			return err
		}
	}
	if err := copyList(tx, v.Rehearses, v.ID); err != nil {
		return err
	}
	if err := s.name(tx, v, false); err != nil {
		return err
	}
	if err := schedule(tx, v); err != nil {
		return err
	}
	return wipes.Move(tx, strconv.FormatInt(int64(v.ID), 10), v.WipedAt, v.ID)
}

// wipeBy has the rehearsal of a vote wiped at the opening, should that now come sooner, and of a vote that
// was annulled at once.
func wipeBy(tx *db.Tx, v *Vote) error {
	at := v.OpensAt
	if !v.AnnulledAt.IsZero() {
		at = tx.Now
	}
	r, err := rehearsalOf(tx, v.ID)
	if err != nil || r.ID == 0 || at.IsZero() || !at.Before(r.WipedAt) {
		return err
	}
	if err := setWiped(tx, r.ID, at); err != nil {
		return err
	}
	return wipes.Move(tx, strconv.FormatInt(int64(r.ID), 10), at, r.ID)
}

// Gone reports whether the vote is a rehearsal whose time is over: nobody reaches it any more, even
// before its rows are removed.
func (v Vote) Gone(now time.Time) bool { return !v.WipedAt.IsZero() && !now.Before(v.WipedAt) }

// reachable refuses a rehearsal whose time is over, and one of a vote that has opened or was hidden.
func (v Vote) reachable(tx *db.Tx) error {
	if v.Gone(tx.Now) {
		return missing
	}
	if v.Rehearses == 0 {
		return nil
	}
	of, err := thing.Get(tx, v.Rehearses)
	opened := of.State != thing.Draft && !of.OpensAt.IsZero() && !tx.Now.Before(of.OpensAt)
	if err == nil && (opened || of.Hidden()) {
		return missing
	}
	return err
}

// Rehearsal is what those who look after a vote see of its rehearsal.
type Rehearsal struct {
	ID        thing.ID // 0: there is none
	Slug      string
	ClosesAt  time.Time
	CountedAt time.Time
	WipedAt   time.Time // when it will be
	Began     time.Time
	Ballots   int64
	Outdated  bool // the vote was edited after it began
}

// RehearsalOf returns the rehearsal of a vote that is still held.
func RehearsalOf(tx *db.Tx, v Vote) (Rehearsal, error) {
	r, err := rehearsalOf(tx, v.ID)
	if err != nil || !tx.Now.Before(r.WipedAt) {
		return Rehearsal{}, err
	}
	r.Outdated = v.UpdatedAt.After(r.Began)
	return r, nil
}

// EndRehearsal wipes the rehearsal of a vote at once.
func (s *Service) EndRehearsal(ctx context.Context, a identity.Actor, id thing.ID) error {
	var r Rehearsal
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, t, tx.Now); err != nil {
			return err
		}
		r, err = rehearsalOf(tx, id)
		return err
	})
	if err != nil || r.ID == 0 {
		return err
	}
	return s.wipe(ctx, r.ID, a.ID)
}

// Wipe removes a rehearsal whose time is over.
func (s *Service) Wipe(ctx context.Context, id thing.ID) error {
	var due bool
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, id)
		due = v.Gone(tx.Now)
		return err
	})
	if err != nil || !due {
		return err // the date was moved: the job that was moved with it comes later
	}
	return s.wipe(ctx, id, 0)
}

// wipe removes all of a rehearsal but its header, which the audit trail names. What ties people to its ballots
// goes first, so that a wipe that was interrupted leaves the rows, and comes again. An event of the vote itself
// says how many ballots there were.
func (s *Service) wipe(ctx context.Context, id thing.ID, by identity.ID) error {
	if err := s.destroyKeys(id); err != nil {
		return err
	}
	err := s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		if _, err := lockVote(tx, id); err != nil {
			return thing.Missing(err)
		}
		v, err := Get(tx, id)
		if err != nil || v.Rehearses == 0 {
			return err
		}
		r, err := rehearsalOf(tx, v.Rehearses)
		if err != nil {
			return err
		}
		if err := removeVote(tx, id); err != nil {
			return err
		}
		v.State = thing.Wiped
		if err := thing.Save(tx, &v.Thing); err != nil {
			return err
		}
		if err := wiped.Enqueue(tx, strconv.FormatInt(int64(id), 10), tx.Now, id); err != nil {
			return err
		}
		return thing.Record(tx, by, "vote.wipe", v.Rehearses, fmt.Sprintf("%d", r.Ballots))
	})
	s.dropAll()
	return err
}

// Sweep has the engine overwrite what a wiped rehearsal left, and destroys its keys once more, should a page
// under way have asked for one meanwhile. It comes again until it succeeds.
func (s *Service) Sweep(ctx context.Context, id thing.ID) error {
	if err := s.destroyKeys(id); err != nil {
		return err
	}
	return s.db.Scrub(ctx, ofVote...)
}

func (s *Service) destroyKeys(id thing.ID) error {
	for _, name := range []string{keyName(id), lotName(id)} {
		if err := s.keys.Destroy(name); err != nil {
			return err
		}
	}
	return nil
}

// unlessWiped runs a job of a vote, which is done when the vote was a rehearsal that is wiped.
func unlessWiped[T any](do func(context.Context, T) error) func(context.Context, T) error {
	return func(ctx context.Context, of T) error {
		err := do(ctx, of)
		if err != nil && fault.Of(err).Key == "thing.missing" {
			return nil
		}
		return err
	}
}
