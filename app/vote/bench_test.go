package vote

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// BenchmarkCast casts durable ballots of different people, 32 at a time, as fast as the database
// commits them.
func BenchmarkCast(b *testing.B) {
	d := dbtest.Open(b, filepath.Join(b.TempDir(), "tequio.db"), time.Now)
	benchmarkCast(b, d)
}

// BenchmarkCastPostgres is the same on PostgreSQL, where TEQUIO_TEST_PG holds its address.
func BenchmarkCastPostgres(b *testing.B) {
	benchmarkCast(b, dbtest.Open(b, dbtest.Postgres(b), time.Now))
}

func benchmarkCast(b *testing.B, d *db.DB) {
	clock := dbtest.NewClock(time.Now())
	h := newHall(b, d, clock)
	plan := h.plan(chooseOne())
	plan.OpensAt = time.Now().Add(50 * time.Millisecond)
	v, err := h.Draft(context.Background(), h.staff, plan)
	if err == nil {
		err = h.Publish(context.Background(), h.staff, v.ID, time.Time{})
	}
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	var n atomic.Int64
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			a := identity.Actor{ID: identity.ID(i), Level: identity.Reachable}
			if _, err := h.Cast(context.Background(), a, v.Slug, pick("a"), fmt.Appendf(nil, "bench %d", i)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "casts/s")
}
