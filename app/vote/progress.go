package vote

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tequio/app/thing"
)

// patience is how long a page waits for a count before it says that the count is under way.
const patience = 2 * time.Second

// counting is a count under way in this process.
type counting struct {
	runs atomic.Int64
	done chan struct{}
	err  error
}

// tellers are where counts under way are known, so that nobody begins one twice.
type tellers struct {
	mu    sync.Mutex
	under map[thing.ID]*counting
}

// begin returns the count of a vote: the one under way, or one begun by settle.
func (d *tellers) begin(id thing.ID, settle func(*counting) error) *counting {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.under[id]; c != nil {
		return c
	}
	c := &counting{done: make(chan struct{})}
	if d.under == nil {
		d.under = map[thing.ID]*counting{}
	}
	d.under[id] = c
	go func() {
		c.err = settle(c)
		d.mu.Lock()
		delete(d.under, id)
		d.mu.Unlock()
		close(c.done)
	}()
	return c
}

// watch is told by the count how many of its runs are done.
func (c *counting) watch(runs int64) error { c.runs.Store(runs); return nil }

// Settle closes the box of a vote whose time is over, publishes the ballots and counts them. It may
// run any number of times, and goes on where an earlier run stopped.
func (s *Service) Settle(ctx context.Context, id thing.ID) error {
	c := s.settling(ctx, id)
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settling begins to settle a vote, or joins who does. The count goes on when who asked for it is
// gone: others wait for it too.
func (s *Service) settling(ctx context.Context, id thing.ID) *counting {
	ctx = context.WithoutCancel(ctx)
	return s.tellers.begin(id, func(c *counting) error { return s.settle(ctx, id, c.watch) })
}

// await settles a vote and waits a little for it: finished is false when the count takes longer, and
// runs is how far it is.
func (s *Service) await(ctx context.Context, id thing.ID) (finished bool, runs int64, err error) {
	c := s.settling(ctx, id)
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-c.done:
		return true, 0, c.err
	case <-wait.C:
		return false, c.runs.Load(), nil
	}
}
