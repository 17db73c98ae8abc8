package vote

import (
	"context"
	"encoding/binary"
	"flag"
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

// recountRows is how many plain ballots the recount is measured with; the long one is
// go test ./app/vote -run XX -bench Recount -rows 10000000.
var recountRows = flag.Int("rows", 1_000_000, "published ballots of the benchmark of a recount")

// BenchmarkRecount counts the published ballots of a vote again and, in the same run, only reads the
// same rows. To reach: at most 1.5 times the bare loop.
func BenchmarkRecount(b *testing.B) {
	d := dbtest.Open(b, filepath.Join(b.TempDir(), "tequio.db"), time.Now)
	h := newHall(b, d, dbtest.NewClock(time.Now()))
	v, err := h.Draft(context.Background(), h.staff, h.plan(chooseOne()))
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < *recountRows; from += 10_000 {
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			var rows [][]any
			for i := from; i < min(from+10_000, *recountRows); i++ {
				var commitment [32]byte
				binary.BigEndian.PutUint64(commitment[:], uint64(i))
				rows = append(rows, []any{v.ID, commitment[:], commitment[:], []byte(`[[["` + string("abc"[i%3]) + `",1]]]`)})
			}
			return insertRows(tx, `INSERT INTO published_ballot (vote_id, commitment, nonce, content) VALUES `, rows)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var bare, whole time.Duration
	b.ReportAllocs()
	for b.Loop() {
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			began, n := time.Now(), 0
			err := db.Each(tx, db.Value[[]byte], func([]byte) error { n++; return nil }, `SELECT content FROM published_ballot WHERE vote_id = $1`, v.ID)
			bare += time.Since(began)
			if err != nil || n != *recountRows {
				return fmt.Errorf("%d rows: %w", n, err)
			}
			began = time.Now()
			r, err := h.tallied(tx, v, nil)
			whole += time.Since(began)
			if err == nil && r.Questions[0].Totals.Ballots != int64(n) {
				err = fmt.Errorf("counted %d", r.Questions[0].Totals.Ballots)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(whole.Seconds()/float64(b.N), "recount-s")
	b.ReportMetric(bare.Seconds()/float64(b.N), "bare-s")
	b.ReportMetric(float64(whole)/float64(bare), "ratio")
}
