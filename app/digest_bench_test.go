package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
)

// crowdOfDigest is how many people follow what the benchmark tells of.
const crowdOfDigest = 50_000

// BenchmarkDigest tells 50,000 followers of one event and writes their daily summaries, while people
// read pages of the same process: how long it takes, and what it does to the pages.
//
//	go test -run - -bench Digest -benchtime 1x ./app
func BenchmarkDigest(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchDigest(b, "") })
	b.Run("postgres", func(b *testing.B) {
		if os.Getenv("TEQUIO_TEST_PG") == "" {
			b.Skip("TEQUIO_TEST_PG is not set: no PostgreSQL to measure on")
		}
		benchDigest(b, dbtest.Postgres(b))
	})
}

func benchDigest(b *testing.B, database string) {
	for range b.N {
		b.StopTimer()
		w := newCrowdTown(b, database)
		idle := w.reading(b, func() { <-time.After(10 * time.Second) })
		b.StartTimer()
		var told, mailed time.Duration
		busy := w.reading(b, func() {
			told = w.timed(b, func(tx *db.Tx) error { return thing.Record(tx, 0, "proposal.withdraw", w.of.ID, "") })
			w.ahead += 24 * time.Hour
			mailed = w.timed(b, func(*db.Tx) error { return nil })
		})
		b.StopTimer()
		mails := w.count(b, `SELECT count(*) FROM mail WHERE key LIKE 'digest:%'`)
		if mails != crowdOfDigest {
			b.Fatalf("%d summaries for %d followers", mails, crowdOfDigest)
		}
		b.ReportMetric(told.Seconds(), "s-telling")
		b.ReportMetric(mailed.Seconds(), "s-writing")
		b.ReportMetric(ms(idle.at(50)), "ms-p50-idle")
		b.ReportMetric(ms(busy.at(50)), "ms-p50-busy")
		b.ReportMetric(ms(idle.at(99)), "ms-p99-idle")
		b.ReportMetric(ms(busy.at(99)), "ms-p99-busy")
		b.Logf("told %d in %v, wrote %d summaries in %v; pages idle p50 %v p99 %v max %v (%d), meanwhile p50 %v p99 %v max %v (%d)", crowdOfDigest,
			told.Round(time.Millisecond), mails, mailed.Round(time.Millisecond), idle.at(50), idle.at(99), idle.at(100), len(idle), busy.at(50), busy.at(99), busy.at(100), len(busy))
		w.stop()
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// A crowdTown is an instance with one proposal that everybody follows, served on loopback.
type crowdTown struct {
	*App
	of      thing.Thing
	address string
	token   identity.Token
	mu      sync.Mutex
	ahead   time.Duration
	stop    func()
}

func newCrowdTown(b *testing.B, database string) *crowdTown {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	w := &crowdTown{address: "http://" + ln.Addr().String()}
	w.App, err = Open(context.Background(), Options{Instance: b.TempDir(), Database: database, BaseURL: "https://participa.example", Now: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return time.Now().Add(w.ahead)
	}})
	if err != nil {
		b.Fatal(err)
	}
	c, err := w.fill(context.Background(), crowdSize{people: 5, proposals: 500, comments: 100})
	if err != nil {
		b.Fatal(err)
	}
	w.token = c.tokens[0]
	w.follow(b, c.proposal)
	fiber := w.Server.App()
	go fiber.Listener(ln)
	w.stop = func() { w.Server.Shutdown(fiber); w.Close() }
	w.timed(b, func(*db.Tx) error { return nil })
	return w
}

// follow makes the crowd, who all follow one thing.
func (w *crowdTown) follow(b *testing.B, id thing.ID) {
	b.Helper()
	for from := 0; from < crowdOfDigest; from += 5000 {
		err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
			var people, follows [][]any
			for i := from; i < from+5000; i++ {
				p := tx.NewID()
				people = append(people, []any{p, fmt.Sprint("Persona ", i), fmt.Sprintf("persona%d@pueblo.example", i), "es", 1, tx.Now, tx.Now, p})
				follows = append(follows, []any{p, id, tx.Now})
			}
			if _, err := tx.InsertAll(`INSERT INTO person (id, name, email, lang, level, created_at, seen_at, voter)`, "", people); err != nil {
				return err
			}
			_, err := tx.InsertAll(`INSERT INTO follow (person_id, thing_id, at)`, "", follows)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err := w.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
		if err := thing.Add(tx, id, thing.Followers, crowdOfDigest); err != nil {
			return err
		}
		w.of, err = thing.Get(tx, id)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// timed makes a change and runs jobs as serve does until none is due.
func (w *crowdTown) timed(b *testing.B, change func(tx *db.Tx) error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := w.DB.Write(context.Background(), change); err != nil {
		b.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = w.Jobs.RunDue(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func (w *crowdTown) count(b *testing.B, query string) (n int64) {
	b.Helper()
	if err := w.DB.Read(context.Background(), func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query); return err }); err != nil {
		b.Fatal(err)
	}
	return n
}

// latencies of pages, sorted.
type latencies []time.Duration

// at is a percentile.
func (l latencies) at(percent int) time.Duration {
	return l[min(len(l)-1, len(l)*percent/100)].Round(10 * time.Microsecond)
}

// reading reads pages, signed in and not, at an even pace while something is done.
func (w *crowdTown) reading(b *testing.B, do func()) latencies {
	b.Helper()
	done, ended := make(chan bool), make(chan latencies)
	go func() {
		var all latencies
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		paths := []string{"/", "/proposals", w.of.Path(), "/me/notices", "/me", "/search?q=sombra", w.of.Path()}
		for i := 0; ; i++ {
			select {
			case <-done:
				ended <- all
				return
			case <-tick.C:
				took, err := w.page(paths[i%len(paths)], i%2 == 0)
				if err != nil {
					b.Error(err)
				}
				all = append(all, took)
			}
		}
	}()
	do()
	close(done)
	all := <-ended
	slices.Sort(all)
	return all
}

func (w *crowdTown) page(path string, signedIn bool) (time.Duration, error) {
	r, err := http.NewRequest("GET", w.address+path, nil)
	if err != nil {
		return 0, err
	}
	if signedIn || strings.HasPrefix(path, "/me") {
		r.AddCookie(&http.Cookie{Name: "__Host-sid", Value: string(w.token)})
	}
	began := time.Now()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
		return 0, fmt.Errorf("%s: %d %v", path, res.StatusCode, err)
	}
	return time.Since(began), nil
}
