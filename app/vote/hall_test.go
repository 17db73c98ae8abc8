package vote

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/thing"
)

// drawer keeps keys in memory.
type drawer struct {
	mu   sync.Mutex
	keys map[string][]byte
}

func (d *drawer) Key(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keys == nil {
		d.keys = map[string][]byte{}
	}
	if d.keys[name] == nil {
		d.keys[name] = make([]byte, 32)
		rand.Read(d.keys[name])
	}
	return d.keys[name], nil
}

func (d *drawer) Destroy(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.keys, name)
	return nil
}

// hall is a town hall with one vote and its staff.
type hall struct {
	*Service
	t     testing.TB
	db    *db.DB
	clock *dbtest.Clock
	keys  *drawer
	jobs  *job.Runner
	staff identity.Actor
}

func newHall(t testing.TB, d *db.DB, clock *dbtest.Clock) *hall {
	t.Helper()
	h := &hall{t: t, db: d, clock: clock, keys: &drawer{}, jobs: job.NewRunner(d)}
	var err error
	if h.Service, err = NewService(d, h.keys, "https://pueblo.example"); err != nil {
		t.Fatal(err)
	}
	h.Service.Census = identity.CensusKey("the key of the census")
	h.Work(h.jobs)
	h.staff = h.person(identity.Identified)
	h.staff.Grants = []identity.Grant{{Role: identity.Administrator}}
	h.staff.Session.FactorAt = clock.Now()
	return h
}

func (h *hall) write(fn func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) person(level identity.Level) identity.Actor {
	h.t.Helper()
	p := identity.Person{Name: "Alguien", Level: level}
	h.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return identity.Actor{ID: p.ID, Name: p.Name, Level: level}
}

// plan is a vote that opens in an hour and closes a day later.
func (h *hall) plan(q ...Question) Vote {
	now := h.clock.Now()
	return Vote{
		Thing:      thing.Thing{Lang: "es", Title: "El parque", Summary: "Cómo se llama", OpensAt: now.Add(time.Hour), ClosesAt: now.Add(25 * time.Hour)},
		LeastLevel: identity.Reachable, ObjectionsAt: now.Add(10 * 24 * time.Hour), Questions: q,
	}
}

func options(codes ...string) (all []Option) {
	for _, c := range codes {
		all = append(all, Option{Code: c, Title: "Opción " + c})
	}
	return all
}

func chooseOne() Question {
	return Question{Form: One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true, Options: options("a", "b", "c")}
}

// open publishes a vote and moves the clock to where it is open.
func (h *hall) open(q ...Question) Vote {
	h.t.Helper()
	v, err := h.Draft(context.Background(), h.staff, h.plan(q...))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.opened(v)
}

// opened publishes a draft and moves the clock to where it is open.
func (h *hall) opened(v Vote) Vote {
	h.t.Helper()
	if err := h.Publish(context.Background(), h.staff, v.ID, time.Time{}); err != nil {
		h.t.Fatal(err)
	}
	h.clock.Advance(2 * time.Hour)
	return h.vote(v.ID)
}

func (h *hall) vote(id thing.ID) (v Vote) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) { v, err = Get(tx, id); return err })
	return v
}

func (h *hall) count(query string, args ...any) (n int64) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return err })
	return n
}

func pick(code string) Ballot { return Ballot{{{code, 1}}} }

var forms int

func form() []byte { forms++; return fmt.Appendf(nil, "form-%d", forms) }

func (h *hall) cast(a identity.Actor, v Vote, b Ballot) Receipt {
	h.t.Helper()
	r, err := h.Cast(context.Background(), a, v.Slug, b, form())
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *hall) runJobs() {
	h.t.Helper()
	for {
		n, err := h.jobs.RunDue(context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}
