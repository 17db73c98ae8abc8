package web

import (
	"fmt"
	"math"
	"sync"
	"time"

	"tequio/app/fault"
)

// A class of requests shares a limit: so many at once, refilled evenly over a period.
type class struct {
	name   string
	burst  float64
	period time.Duration // in which burst refills
}

// The classes. Signing in counts by network, writing by person (or network), reading what costs
// much by network.
var (
	signing = class{"sign-in", 20, 10 * time.Minute}
	writing = class{"write", 60, time.Minute}
	casting = class{"cast", 20, time.Minute}
	costly  = class{"costly", 60, time.Minute}
	packing = class{"pack", 6, time.Minute}   // archives: each is made anew
	ending  = class{"end", 600, time.Minute}  // one-click links: a mail provider follows them for all its readers
	typing  = class{"type", 240, time.Minute} // what a script asks while somebody types
)

// limiter counts in memory: each process for itself.
type limiter struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// bucketsMost bounds memory; past it every bucket begins anew.
const bucketsMost = 100_000

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, buckets: map[string]bucket{}}
}

// allow takes one from the bucket of the visit's class and sender.
func (l *limiter) allow(v *Visit) error {
	c := v.route.limit
	if c.burst == 0 || !v.s.Limits {
		return nil
	}
	who := v.Network()
	if v.Actor.SignedIn() {
		who = fmt.Sprint(v.Actor.ID)
	}
	wait := l.take(c, who)
	if v.Actor.SignedIn() && wait == 0 {
		wait = l.take(v.ofBlock(c), v.Network())
	}
	if wait > 0 {
		v.Set("Retry-After", fmt.Sprint(int(math.Ceil(wait.Seconds()))))
		return fault.New(fault.TooMany, "fault.many", "n", int64(math.Ceil(wait.Seconds())))
	}
	return nil
}

// peek returns how long to wait for the next without taking it; 0: there is one.
func (l *limiter) peek(c class, who string) time.Duration { return l.draw(c, who, 0) }

// take returns how long to wait for the next; 0 when there was one.
func (l *limiter) take(c class, who string) time.Duration { return l.draw(c, who, 1) }

func (l *limiter) draw(c class, who string, n float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, key := l.now(), c.name+"\x00"+who
	if len(l.buckets) > bucketsMost {
		clear(l.buckets)
	}
	b, ok := l.buckets[key]
	if !ok {
		b = bucket{c.burst, now}
	}
	rate := c.burst / c.period.Seconds()
	b.left = math.Min(c.burst, b.left+max(0, now.Sub(b.at).Seconds())*rate)
	if now.After(b.at) {
		b.at = now
	}
	defer func() { l.buckets[key] = b }()
	if b.left < 1 {
		return time.Duration((1 - b.left) / rate * float64(time.Second))
	}
	b.left -= n
	return 0
}
