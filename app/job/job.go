// Package job runs work later, at least once, in any process that shares the database. The queue is
// a table, so that work is kept with the change that asked for it and outlives the process.
package job

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"tequio/app/db"
)

// A Kind names a job that carries a T, which must survive JSON.
type Kind[T any] string

// Enqueue stores the job with the transaction, to run at an instant. A second job with the same
// kind and key is the same job, and keeps the first one's instant.
func (k Kind[T]) Enqueue(tx *db.Tx, key string, at time.Time, v T) error {
	return k.insert(tx, key, at, v, `DO NOTHING`)
}

// Move is Enqueue, but a job that waits already is moved to at and carries v: for dates that change.
func (k Kind[T]) Move(tx *db.Tx, key string, at time.Time, v T) error {
	return k.insert(tx, key, at, v, `DO UPDATE SET run_at = excluded.run_at, payload = excluded.payload, attempt = 0`)
}

func (k Kind[T]) insert(tx *db.Tx, key string, at time.Time, v T, conflict string) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO job (id, kind, key, payload, run_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, key) `+conflict, tx.NewID(), string(k), key, string(b), at)
	return err
}

// Cancel removes a waiting job; removing one that is not there is no error.
func (k Kind[T]) Cancel(tx *db.Tx, key string) error {
	_, err := tx.Exec(`DELETE FROM job WHERE kind = $1 AND key = $2`, string(k), key)
	return err
}

// A Runner knows what each kind of job does.
type Runner struct {
	db       *db.DB
	handlers map[string]func(context.Context, []byte) error
	every    []regular
}

type regular struct {
	name   string
	period time.Duration
	fn     func(context.Context) error
}

// NewRunner returns a runner that knows no jobs yet.
func NewRunner(d *db.DB) *Runner {
	return &Runner{db: d, handlers: map[string]func(context.Context, []byte) error{}}
}

// Handle says what a kind of job does. It may run twice: it must not mind.
func Handle[T any](r *Runner, k Kind[T], fn func(context.Context, T) error) {
	r.handlers[string(k)] = func(ctx context.Context, b []byte) error {
		var v T
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
		return fn(ctx, v)
	}
}

// Every runs fn once in each period, in one of the processes, beginning with the first RunDue.
func (r *Runner) Every(name string, period time.Duration, fn func(context.Context) error) {
	r.every = append(r.every, regular{name, period, fn})
}

// lease is how long a process may take for a claimed job before another takes it over.
const lease = 5 * time.Minute

const regularly = Kind[string]("every")

type claimed struct {
	id                 int64
	kind, key, payload string
	attempt            int
}

func scan(r db.Row) (c claimed, err error) {
	err = r.Scan(&c.id, &c.kind, &c.key, &c.payload, &c.attempt)
	return
}

// RunDue runs what is due now and returns how many jobs it ran. A claim is a lease: a process that
// dies leaves its jobs to the next. A job that fails is tried again, ever later, for good.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	var due []claimed
	err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		for _, e := range r.every {
			if err := regularly.Enqueue(tx, e.name, tx.Now, ""); err != nil {
				return err
			}
		}
		due, err = db.All(tx, scan, `UPDATE job SET run_at = $1, attempt = attempt + 1
			WHERE id IN (SELECT id FROM job WHERE run_at <= $2 ORDER BY run_at, id LIMIT 20 `+tx.SkipLocked()+`)
			RETURNING id, kind, key, payload, attempt`, tx.Now.Add(lease), tx.Now)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, c := range due {
		if err := r.settle(ctx, c, r.run(ctx, c)); err != nil {
			return len(due), err
		}
	}
	return len(due), nil
}

func (r *Runner) run(ctx context.Context, c claimed) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	if c.kind == string(regularly) {
		for _, e := range r.every {
			if e.name == c.key {
				return e.fn(ctx)
			}
		}
	}
	handle, ok := r.handlers[c.kind]
	if !ok {
		return fmt.Errorf("no handler")
	}
	return handle(ctx, []byte(c.payload))
}

// settle ends a job that went well, and puts off one that failed or that comes back.
func (r *Runner) settle(ctx context.Context, c claimed, failed error) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		if failed != nil {
			slog.Error("job failed", "kind", c.kind, "key", c.key, "attempt", c.attempt, "err", failed)
			wait := time.Duration(1<<min(c.attempt, 12)) * time.Second
			_, err := tx.Exec(`UPDATE job SET run_at = $1, failure = $2 WHERE id = $3`, tx.Now.Add(wait), failed.Error(), c.id)
			return err
		}
		for _, e := range r.every {
			if c.kind == string(regularly) && c.key == e.name {
				_, err := tx.Exec(`UPDATE job SET run_at = $1, attempt = 0, failure = '' WHERE id = $2`, tx.Now.Add(e.period), c.id)
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM job WHERE id = $1`, c.id)
		return err
	})
}

// Run runs jobs as they become due until ctx ends, looking every period at the least, and at once
// when wake is signalled.
func (r *Runner) Run(ctx context.Context, period time.Duration, wake <-chan struct{}) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		n, err := r.RunDue(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("jobs", "err", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
	}
}

// State is how the queue stands, for the health page.
type State struct {
	Waiting, Failing int
	Oldest           time.Time // the instant since when the longest overdue job waits; zero: none is late
	Failure          string    // of the latest failing job
}

// Look reads the queue's state.
func Look(tx *db.Tx) (s State, err error) {
	s, err = db.One(tx, func(r db.Row) (s State, err error) {
		err = r.Scan(&s.Waiting, &s.Failing, db.Time(&s.Oldest))
		return
	}, `SELECT count(*), CAST(COALESCE(sum(CASE WHEN failure <> '' THEN 1 ELSE 0 END), 0) AS BIGINT),
		min(CASE WHEN run_at <= $1 THEN run_at END) FROM job`, tx.Now)
	if err != nil || s.Failing == 0 {
		return s, err
	}
	s.Failure, err = db.One(tx, db.Value[string], `SELECT kind || ': ' || failure FROM job WHERE failure <> '' ORDER BY id DESC LIMIT 1`)
	return s, err
}
