package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// A Tx is one transaction at one instant.
type Tx struct {
	Now   time.Time // UTC, whole microseconds: the only clock inside a write
	ctx   context.Context
	on    querier
	db    *DB
	after []func()
}

type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// NewID returns a new id: time-ordered, never given twice by any process of this instance.
func (t *Tx) NewID() int64 { return t.db.ids.next(t.Now) }

// AfterCommit runs fn once the transaction is durable, and never if it is not. fn must be quick:
// others wait for the writer.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// IsSQLite tells the engine, for the search index alone.
func (t *Tx) IsSQLite() bool { return t.db.lite }

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(t.ctx, query, encode(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// A Row is one row to scan.
type Row interface{ Scan(dest ...any) error }

// One returns the single row of a query, or an error for which IsNone holds.
func One[T any](t *Tx, scan func(Row) (T, error), query string, args ...any) (v T, err error) {
	rows, err := t.on.QueryContext(t.ctx, query, encode(args)...)
	if err != nil {
		return v, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return v, err
		}
		return v, sql.ErrNoRows
	}
	if v, err = scan(rows); err != nil {
		return v, err
	}
	return v, rows.Close()
}

// All returns every row of a query.
func All[T any](t *Tx, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := Each(t, scan, func(v T) error { all = append(all, v); return nil }, query, args...)
	return all, err
}

// Each calls do for every row of a query, for results too large to hold.
func Each[T any](t *Tx, scan func(Row) (T, error), do func(T) error, query string, args ...any) error {
	rows, err := t.on.QueryContext(t.ctx, query, encode(args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return err
		}
		if err := do(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Value scans a single column.
func Value[T any](r Row) (v T, err error) { err = r.Scan(&v); return }

// encode stores instants as microseconds since 1970 UTC and truths as 0 and 1, alike in both engines.
func encode(args []any) []any {
	for i, a := range args {
		switch a := a.(type) {
		case time.Time:
			if a.IsZero() {
				args[i] = nil
			} else {
				args[i] = a.UnixMicro()
			}
		case bool:
			args[i] = int64(0)
			if a {
				args[i] = int64(1)
			}
		}
	}
	return args
}

// Time scans an instant; NULL is the zero Time.
func Time(t *time.Time) sql.Scanner { return instant{t} }

type instant struct{ t *time.Time }

func (i instant) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*i.t = time.Time{}
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("db: %T is no instant", v)
	}
	return nil
}

// Bool scans a truth kept as 0 or 1; NULL is false.
func Bool(b *bool) sql.Scanner { return truth{b} }

type truth struct{ b *bool }

func (t truth) Scan(v any) error {
	n, ok := v.(int64)
	if !ok && v != nil {
		return fmt.Errorf("db: %T is no truth", v)
	}
	*t.b = n != 0
	return nil
}

// Null scans a column that may be NULL, which is T's zero value.
func Null[T any](v *T) sql.Scanner { return nullable[T]{v} }

type nullable[T any] struct{ v *T }

func (n nullable[T]) Scan(v any) error {
	var s sql.Null[T]
	err := s.Scan(v)
	*n.v = s.V
	return err
}

// ID is an argument that is NULL when v is zero: a reference to nothing.
func ID[T ~int64](v T) any {
	if v == 0 {
		return nil
	}
	return int64(v)
}

// IsDuplicate reports whether err is a violated UNIQUE or PRIMARY KEY constraint. On PostgreSQL the
// transaction is spent after it; use ON CONFLICT where work goes on.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	return errors.As(err, &pg) && pg.Code == "23505" ||
		errors.As(err, &lite) && (lite.Code() == 2067 || lite.Code() == 1555)
}

// IsNone reports whether err is One finding nothing.
func IsNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// SkipLocked is the clause that lets several processes take from one queue.
func (t *Tx) SkipLocked() string {
	if t.db.lite {
		return ""
	}
	return "FOR UPDATE SKIP LOCKED"
}

// Lock is a locking clause of a query ("FOR UPDATE") on PostgreSQL; SQLite, where one write follows
// another, needs none.
func (t *Tx) Lock(clause string) string {
	if t.db.lite {
		return ""
	}
	return clause
}

// ids makes time-ordered 63-bit numbers: 41 bits of milliseconds since 2025, 10 of the process,
// 12 of a counter. When the clock stands still or goes back, the counter runs on.
type ids struct {
	mu      sync.Mutex
	process int64
	last    int64 // milliseconds and counter
}

const maxProcesses = 1024

var epoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func (g *ids) next(now time.Time) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last+1, now.Sub(epoch).Milliseconds()<<12)
	return g.last>>12<<22 | g.process<<12 | g.last&0xfff
}

// Attach hands v to every later transaction under key; it is for wiring, before the first request.
func (d *DB) Attach(key, v any) {
	if d.attached == nil {
		d.attached = map[any]any{}
	}
	d.attached[key] = v
}

// Attached is what was attached under key, or nil.
func (t *Tx) Attached(key any) any { return t.db.attached[key] }

// FirstID is smaller than every id made at or after an instant.
func FirstID(at time.Time) int64 { return at.Sub(epoch).Milliseconds() << 22 }
