// Package demo loads the demo town: the files of data/demo become people, things and conversations,
// written as if they had happened on their dates. data/demo/README.md says what the files mean.
package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/media"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
	"tequio/data"

	"github.com/pelletier/go-toml/v2"
)

// Rooms are the services that the loader needs besides the rooms' own functions.
type Rooms struct {
	DB       *db.DB
	Instance *instance.Service
	Votes    *vote.Service
	Files    *media.Service // nil: without pictures
}

// Loaded counts what is in the town; it is zero when nothing was loaded.
type Loaded struct {
	People, Agencies, Things, Comments, Supports, Entries, Responses, Ballots int
	Took                                                                      time.Duration
}

// String says what was loaded, for the operator.
func (l Loaded) String() string {
	return fmt.Sprintf("%d people, %d agencies, %d public things, %d entries, %d comments, %d supports, %d questionnaires and %d ballots, in %.1f s",
		l.People, l.Agencies, l.Things, l.Entries, l.Comments, l.Supports, l.Responses, l.Ballots, l.Took.Seconds())
}

// Load writes the demo town into an instance that holds neither people nor things. Where there are
// any already it writes nothing and returns the zero Loaded. The town is written whole or not at all.
//
// It must run before anything listens for events but the search index: what happened in the town's
// past is news to nobody, and nobody gets mail about it.
func Load(ctx context.Context, r Rooms) (l Loaded, err error) {
	begun := time.Now()
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		l = Loaded{}
		if empty, err := isEmpty(tx); err != nil || !empty {
			return err
		}
		t, err := newTown(r, tx.Now)
		if err != nil {
			return err
		}
		if err := t.replay(tx); err != nil {
			return err
		}
		l = t.loaded
		return nil
	})
	l.Took = time.Since(begun)
	return l, err
}

func isEmpty(tx *db.Tx) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT (SELECT count(*) FROM thing) + (SELECT count(*) FROM person)`)
	return n == 0, err
}

// read reads one file of the demo; fields that the schema does not know are errors.
func read[T any](files fs.FS, name string) (v T, err error) {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return v, err
	}
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&v); err != nil {
		return v, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// A moment is something that happened in the town; do writes it with tx.Now at that instant.
type moment struct {
	at time.Time
	do func(*db.Tx) error
}

// A town is the demo while it is being loaded: what is to happen, and what the files' names stand
// for once it has.
type town struct {
	Rooms
	calendar
	set       instance.Settings
	keys      []string // of people, in the order of the file
	person    map[string]*identity.Person
	moderator *identity.Person
	staff     map[string][]string // agency → keys of those who work there, focal points first
	short     map[string]string   // agency → what people call it
	mail      map[string]string   // agency → its address
	agency    map[string]thing.ID
	proposal  map[string]thing.ID
	point     map[string]thing.Point // proposal → where it is
	life      lifeFile
	kinds     map[string]*proposal.Class // of proposals, by key
	of        map[string]ofRow           // slug of a proposal → its kind, where that is not the usual one
	said      []*talk.Comment            // in the order of the files; those that are not said yet have no id
	moments   []moment
	loaded    Loaded
	firstErr  error
}

func newTown(r Rooms, now time.Time) (*town, error) {
	t := &town{Rooms: r, person: map[string]*identity.Person{}, staff: map[string][]string{}, short: map[string]string{}, mail: map[string]string{},
		agency: map[string]thing.ID{}, proposal: map[string]thing.ID{}}
	files := data.Demo()
	for _, plan := range []func(fs.FS, time.Time) error{t.planTown, t.planMap, t.planPeople, t.planAgencies, t.planProposals, t.planConsultations, t.planChallenges, t.planVotes, t.planTalk, t.planModeration} {
		if err := plan(files, now); err != nil {
			return nil, err
		}
	}
	return t, t.firstErr
}

// fail keeps the first fault of the files.
func (t *town) fail(err error) {
	if t.firstErr == nil {
		t.firstErr = err
	}
}

// who is a person of the files.
func (t *town) who(key string) *identity.Person {
	p, ok := t.person[key]
	if !ok {
		t.fail(fmt.Errorf("nobody is called %q", key))
		return &identity.Person{}
	}
	return p
}

// voice is the focal point in whose name an agency publishes.
func (t *town) voice(agency string) *identity.Person {
	if len(t.staff[agency]) == 0 {
		t.fail(fmt.Errorf("no agency is called %q", agency))
		return &identity.Person{}
	}
	return t.who(t.staff[agency][0])
}

// entitled are the keys of those whose assurance level is at least least.
func (t *town) entitled(least identity.Level) (keys []string) {
	for _, key := range t.keys {
		if t.person[key].Level >= least {
			keys = append(keys, key)
		}
	}
	return keys
}

// when is the instant of an offset of the files; a malformed one fails the load.
func (t *town) when(s string) time.Time {
	at, err := t.at(s)
	if err != nil {
		t.fail(err)
	}
	return at
}

// maybe is when of an offset that may be left out: then it is the zero Time.
func (t *town) maybe(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return t.when(s)
}

// then plans something for an instant. What is planned for the same instant happens in the order in
// which it was planned.
func (t *town) then(at time.Time, do func(*db.Tx) error) {
	t.moments = append(t.moments, moment{at, do})
}

// replay lets everything happen in the order of time. The transaction's clock shows each moment's
// own time, so that whatever is written, and its events, bear that date; ids follow it too.
func (t *town) replay(tx *db.Tx) error {
	now := tx.Now
	defer func() { tx.Now = now }()
	slices.SortStableFunc(t.moments, func(a, b moment) int { return a.at.Compare(b.at) })
	for _, m := range t.moments {
		if m.at.After(now) {
			return fmt.Errorf("demo: something happens at %s, after now", m.at)
		}
		tx.Now = m.at
		if err := m.do(tx); err != nil {
			return fmt.Errorf("demo, %s: %w", m.at.Format(time.DateTime), err)
		}
	}
	return nil
}
