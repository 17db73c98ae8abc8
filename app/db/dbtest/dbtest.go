// Package dbtest gives tests a migrated database on each engine, and a clock they hold in their hand.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/data"
)

// A Clock shows the time it was told. The zero Clock must not be used; Each gives one.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at an instant.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, forward or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Start is where every test's clock begins: a Monday at noon in Mexico City.
var Start = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

// Each runs fn as a subtest on SQLite, and on PostgreSQL where TEQUIO_TEST_PG holds its address.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB, clock *Clock)) {
	t.Run("sqlite", func(t *testing.T) {
		clock := NewClock(Start)
		fn(t, Open(t, filepath.Join(t.TempDir(), "tequio.db"), clock.Now), clock)
	})
	t.Run("postgres", func(t *testing.T) {
		clock := NewClock(Start)
		fn(t, Open(t, Postgres(t), clock.Now), clock)
	})
}

// Open opens and migrates the database at address, and closes it when the test ends.
func Open(t testing.TB, address string, now func() time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(address, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(context.Background(), data.Migrations(), ""); err != nil {
		t.Fatal(err)
	}
	return d
}

// Postgres makes an empty schema of its own, dropped when the test ends, and returns its address.
// It skips the test where TEQUIO_TEST_PG is not set.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("TEQUIO_TEST_PG")
	if base == "" {
		t.Skip("TEQUIO_TEST_PG is not set: no PostgreSQL to test on")
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin.Exec("DROP SCHEMA " + name + " CASCADE")
		admin.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
