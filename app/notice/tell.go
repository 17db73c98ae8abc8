package notice

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/thing"
)

// A telling is the job of telling a batch of people of one event: those of a crowd after one of them.
type telling struct {
	Event int64       `json:"event"`
	After identity.ID `json:"after"`
	Crowd audience    `json:"crowd,omitempty"` // 0: followers
	Later bool        `json:"later,omitempty"` // was put off until the thing is public
}

// crowd is whom the telling goes to in batches.
func (t telling) crowd() audience { return cmp.Or(t.Crowd, followers) }

const (
	tell  = job.Kind[telling]("notice.tell")
	batch = 500
)

func (t telling) enqueue(tx *db.Tx, at time.Time) error {
	key := fmt.Sprintf("%d.%d.%d", t.Event, t.crowd(), t.After)
	if t.Later {
		key += ".later"
	}
	return tell.Enqueue(tx, key, at, t)
}

// announce has every audience of an event told: whom it concerns with the followers, the other crowds
// apart.
func announce(tx *db.Tx, event int64, to audience) error {
	for _, c := range crowds {
		if c == followers && to&(followers|author|concerned) == 0 || c != followers && to&c == 0 {
			continue
		}
		if err := (telling{Event: event, Crowd: c}).enqueue(tx, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// A member is somebody who is told, and how.
type member struct {
	person identity.ID
	follow Pace
	Habits
	reachable bool // has an address
}

// A wave is the people of one batch, and of what they are told.
type wave struct {
	e      thing.Event
	t      thing.Thing
	news   news
	direct []member // whom it concerns by themselves
	crowd  []member
	via    string // why the crowd is told
	waits  time.Time
}

// deliver writes the notices of one batch, and asks for the next. It may run twice: a person has
// one notice of an event. After a full batch it rests, so that others get their turn.
func (s *Service) deliver(ctx context.Context, j telling) error {
	began := time.Now()
	var w wave
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) { w, err = s.gather(tx, j); return err })
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		prompt, err := w.write(tx)
		if err != nil {
			return err
		}
		if prompt {
			if err := (posting{}).enqueue(tx, fmt.Sprintf("%d.%d.%d", j.Event, j.crowd(), j.After)); err != nil {
				return err
			}
		}
		switch {
		case !w.waits.IsZero():
			return telling{j.Event, 0, j.Crowd, true}.enqueue(tx, w.waits)
		case len(w.crowd) == batch:
			return telling{j.Event, w.crowd[batch-1].person, j.Crowd, j.Later}.enqueue(tx, tx.Now)
		}
		return nil
	})
	if err == nil && len(w.crowd) == batch {
		rest(ctx, time.Since(began))
	}
	return err
}

// gather reads whom a telling goes to.
func (s *Service) gather(tx *db.Tx, j telling) (w wave, err error) {
	if w.e, err = event(tx, j.Event); err != nil {
		return w, err
	}
	if w.t, err = thing.Get(tx, w.e.Thing); err != nil {
		return w, err
	}
	w.news = told[Word(w.e.Verb)]
	if j.After == 0 && j.crowd() == followers {
		people := unlike(w.e.Actor, addressed(w.news.to, w.t, w.e))
		if w.direct, err = s.members(tx, w.t.ID, people); err != nil {
			return w, err
		}
	}
	if w.news.to&j.crowd() == 0 {
		return w, nil
	}
	if !w.t.Visible(tx.Now) || j.crowd()&watchers != 0 && !w.t.Listed(tx.Now) {
		if w.t.State == thing.Published && w.t.PublishedAt.After(tx.Now) {
			w.waits = w.t.PublishedAt
		}
		return w, nil
	}
	w.via = via(j.crowd(), w.t)
	w.crowd, err = s.crowd(tx, j.crowd(), w.t, j.After)
	return w, err
}

// via says why a crowd is told: what one of it could stop following.
func via(crowd audience, t thing.Thing) string {
	switch crowd {
	case ofAgency:
		return fmt.Sprint(ofThing, t.Agency)
	case ofPlace:
		return Place + ":" + t.Place
	case ofSubject:
		return Subject + ":" + t.Subject
	case supporters:
		return own
	}
	return fmt.Sprint(ofThing, t.ID)
}

// write stores the notices of the wave. It reports whether mail of some is due at once.
func (w wave) write(tx *db.Tx) (prompt bool, err error) {
	var rows [][]any
	add := func(m member, via string, letter bool) {
		if m.person == w.e.Actor {
			return
		}
		p, due := m.pace(m.follow, via == own, letter), time.Time{}
		if m.reachable {
			due = m.Due(p, tx.Now)
		}
		prompt = prompt || !due.IsZero() && !due.After(tx.Now)
		rows = append(rows, []any{tx.NewID(), m.person, w.e.ID, w.e.Thing, w.e.Verb, w.e.At, via, p, due})
	}
	for _, m := range w.direct {
		add(m, own, slices.Contains(addressed(w.news.letter, w.t, w.e), m.person))
	}
	for _, m := range w.crowd {
		add(m, w.via, w.news.letter&followers != 0)
	}
	return prompt, insertNotices(tx, rows)
}

// addressed are those whom an event concerns by themselves, not as followers.
func addressed(to audience, t thing.Thing, e thing.Event) []identity.ID {
	var people []identity.ID
	if to&author != 0 {
		people = append(people, t.Author)
	}
	if to&concerned != 0 {
		people = append(people, e.Person)
	}
	return slices.DeleteFunc(people, func(p identity.ID) bool { return p == 0 })
}

// restMost bounds how long a job rests after a batch.
const restMost = 40 * time.Millisecond

// rest leaves the machine to others, for a quarter of what a batch took.
func rest(ctx context.Context, took time.Duration) {
	t := time.NewTimer(min(took/4, restMost))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
