package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
)

func put(tx *db.Tx, key, value string) error {
	_, err := tx.Exec(`INSERT INTO setting (key, value) VALUES ($1, $2)`, key, value)
	return err
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Value[int], `SELECT count(*) FROM setting`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsAcknowledgedIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		acknowledged, hooks := 0, 0
		for i := range 300 {
			wg.Go(func() {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					tx.AfterCommit(func() { mu.Lock(); hooks++; mu.Unlock() })
					if err := put(tx, fmt.Sprint(i), "x"); err != nil {
						return err
					}
					switch i % 5 {
					case 1:
						return errors.New("changed my mind")
					case 2:
						panic("a bug")
					case 3:
						return put(tx, fmt.Sprint(i), "twice")
					}
					return nil
				})
				if (err == nil) != (i%5 == 0 || i%5 == 4) {
					t.Errorf("write %d: %v", i, err)
				}
				if err == nil {
					mu.Lock()
					acknowledged++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != acknowledged || n != 120 || hooks != n {
			t.Errorf("%d rows, %d acknowledged, %d hooks run", n, acknowledged, hooks)
		}
	})
}

func TestCancelledRequestHurtsNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		if err := d.Write(gone, func(tx *db.Tx) error { return put(tx, "gone", "x") }); err == nil {
			t.Error("a cancelled write was acknowledged")
		}
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return put(tx, "here", "x") }); err != nil {
			t.Error(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// Two writes that each look before they leap must not both leap.
func TestWritesRunAsIfAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		few := func(i int) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM setting`)
				if err != nil {
					return err
				}
				if n >= 3 {
					return fault.New(fault.Conflict, "full")
				}
				return put(tx, fmt.Sprint(i), "x")
			}
		}
		for _, write := range []func(int) error{
			func(i int) error { return d.Write(context.Background(), few(i)) },
			func(i int) error { return d.WriteOn(context.Background(), []string{"b", "a"}, few(i)) },
		} {
			var wg sync.WaitGroup
			for i := range 12 {
				wg.Go(func() {
					if err := write(i); err != nil && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := count(t, d); n != 3 {
				t.Errorf("%d rows where 3 are allowed", n)
			}
			d.Write(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM setting`); return err })
		}
	})
}

func TestValuesComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		type row struct {
			at, none time.Time
			yes      bool
			null     string
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			got, err := db.One(tx, func(r db.Row) (v row, err error) {
				err = r.Scan(db.Time(&v.at), db.Time(&v.none), db.Bool(&v.yes), db.Null(&v.null))
				return
			}, `SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST(NULL AS TEXT)`, tx.Now, time.Time{}, true)
			if err != nil {
				return err
			}
			if want := (row{at: tx.Now, yes: true}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestIDsGrowEvenWhenTheClockGoesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var last int64
		for i := range 10_000 {
			if i%1000 == 0 {
				clock.Advance(-time.Hour)
			}
			d.Read(context.Background(), func(tx *db.Tx) error {
				for range 3 {
					id := tx.NewID()
					if id <= last {
						t.Fatalf("%d after %d", id, last)
					}
					last = id
				}
				return nil
			})
		}
	})
}

func TestNewerDatabaseIsRefusedAndOlderIsCopied(t *testing.T) {
	dir := t.TempDir()
	one := fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (\n  x BIGINT\n);\n")}}
	two := fstest.MapFS{"00001_a.sql": one["00001_a.sql"], "00002_b.sql": {Data: []byte("-- +goose Up\nCREATE TABLE b (\n  x BIGINT\n);\n")}}
	open := func() *db.DB {
		d, err := db.Open(filepath.Join(dir, "t.db"), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, files := range []fstest.MapFS{one, two} {
		d := open()
		if err := d.Migrate(context.Background(), files, filepath.Join(dir, "copies")); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
	copies, _ := os.ReadDir(filepath.Join(dir, "copies"))
	if len(copies) != 1 || !strings.HasPrefix(copies[0].Name(), "before-00002") {
		t.Errorf("copies: %v", copies)
	}
	d := open()
	defer d.Close()
	if err := d.Migrate(context.Background(), one, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("a newer database was not refused: %v", err)
	}
}

// What PostgreSQL takes for costly is told to each connection, unless the address says otherwise.
func TestWhatIsCostly(t *testing.T) {
	address := dbtest.Postgres(t)
	for more, want := range map[string]string{"": "off 1.1", "&jit=on": "on 1.1"} {
		d, err := db.Open(address+more, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = d.Read(context.Background(), func(tx *db.Tx) (err error) {
			got, err = db.One(tx, db.Value[string], `SELECT current_setting('jit') || ' ' || current_setting('random_page_cost')`)
			return err
		})
		d.Close()
		if err != nil || got != want {
			t.Errorf("%q: %s, not %s (%v)", more, got, want, err)
		}
	}
}
