package job_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/job"
)

type letter struct{ To string }

const post = job.Kind[letter]("post")

func enqueue(t *testing.T, d *db.DB, key string, at time.Time) {
	t.Helper()
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return post.Enqueue(tx, key, at, letter{key}) }); err != nil {
		t.Fatal(err)
	}
}

func runDue(t *testing.T, r *job.Runner) int {
	t.Helper()
	n, err := r.RunDue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestJobsRunOnceAtTheirTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var got []string
		r := job.NewRunner(d)
		job.Handle(r, post, func(_ context.Context, l letter) error { got = append(got, l.To); return nil })
		enqueue(t, d, "later", clock.Now().Add(time.Hour))
		enqueue(t, d, "now", clock.Now())
		enqueue(t, d, "now", clock.Now()) // the same job
		runDue(t, r)
		runDue(t, r)
		if len(got) != 1 || got[0] != "now" {
			t.Fatalf("ran %v", got)
		}
		clock.Advance(48 * time.Hour) // downtime: it catches up
		runDue(t, r)
		if len(got) != 2 || got[1] != "later" {
			t.Errorf("ran %v", got)
		}
	})
}

func TestFailedJobsComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		tries := 0
		r := job.NewRunner(d)
		job.Handle(r, post, func(context.Context, letter) error {
			if tries++; tries < 3 {
				return errors.New("the post is closed")
			}
			return nil
		})
		enqueue(t, d, "a", clock.Now())
		for range 10 {
			runDue(t, r)
			clock.Advance(time.Minute)
		}
		if tries != 3 {
			t.Errorf("%d tries", tries)
		}
		d.Read(context.Background(), func(tx *db.Tx) error {
			if s, err := job.Look(tx); err != nil || s.Waiting != 0 {
				t.Errorf("%+v %v", s, err)
			}
			return nil
		})
	})
}

// A process that dies with a claimed job leaves it to the next when the lease is over.
func TestDeadProcessLeavesItsJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, "a", clock.Now())
		dying := job.NewRunner(d)
		ctx, die := context.WithCancel(context.Background())
		job.Handle(dying, post, func(context.Context, letter) error { die(); return ctx.Err() })
		dying.RunDue(ctx) // cannot even write down that it failed
		ran := 0
		next := job.NewRunner(d)
		job.Handle(next, post, func(context.Context, letter) error { ran++; return nil })
		runDue(t, next)
		if ran != 0 {
			t.Error("taken over before the lease ended")
		}
		clock.Advance(6 * time.Minute)
		runDue(t, next)
		if ran != 1 {
			t.Errorf("ran %d times", ran)
		}
	})
}

func TestManyRunnersDoNothingTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const jobs = 100
		for i := range jobs {
			enqueue(t, d, string(rune('a'+i/26))+string(rune('a'+i%26)), clock.Now())
		}
		var ran atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				r := job.NewRunner(d)
				job.Handle(r, post, func(context.Context, letter) error { ran.Add(1); return nil })
				for {
					if n, err := r.RunDue(context.Background()); err != nil || n == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		if ran.Load() != jobs {
			t.Errorf("%d runs of %d jobs", ran.Load(), jobs)
		}
	})
}

func TestEveryRunsOncePerPeriod(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ran := 0
		r := job.NewRunner(d)
		r.Every("sweep", time.Hour, func(context.Context) error { ran++; return nil })
		for range 6 {
			runDue(t, r)
			runDue(t, r)
			clock.Advance(30 * time.Minute)
		}
		if ran != 3 {
			t.Errorf("ran %d times in three hours", ran)
		}
	})
}
