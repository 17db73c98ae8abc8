// Package db is one database, SQLite or PostgreSQL, behind one set of semantics.
//
// Read sees a snapshot. Write runs as if alone: on SQLite one goroutine owns the only writing
// connection and commits waiting writes together; on PostgreSQL each write is a serializable
// transaction, run again when it loses a race. Either way the function given to Write may run
// more than once, so it touches nothing but its Tx.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // registers "sqlite"
)

// DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	// Now is the clock of every transaction; tests put their own.
	Now func() time.Time

	url      string
	lite     bool
	pool     *sql.DB      // PostgreSQL: every connection. SQLite: the writing side.
	reading  *sql.DB      // SQLite: query-only connections
	readers  chan *conn   // SQLite: idle readers
	queue    chan pending // SQLite: waiting writes
	ids      ids
	process  *sql.Conn // PostgreSQL: holds this process's number
	attached map[any]any
	stop     chan struct{}
	stopped  chan struct{}
	once     sync.Once
}

// A pending write waits for the writer.
type pending struct {
	ctx context.Context
	fn  func(*Tx) error
	err chan error
}

const (
	maxGroup = 256  // writes committed together
	maxQueue = 1024 // writes that may wait before new ones are turned away
)

// Pragmas of every SQLite connection; busy_timeout must be the first. FULL, because NORMAL loses
// acknowledged votes when the power goes.
const pragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=temp_store(2)&_pragma=wal_autocheckpoint(4000)" +
	"&_pragma=journal_size_limit(67108864)&_pragma=cache_size(-6000)"

// Open opens a database: a postgres:// address, or else the path of an SQLite file, made if it is
// not there. now is the clock of every transaction.
func Open(url string, now func() time.Time) (*DB, error) {
	d := &DB{Now: now, url: url, stop: make(chan struct{}), stopped: make(chan struct{})}
	if strings.HasPrefix(url, "postgres:") || strings.HasPrefix(url, "postgresql:") {
		return d.openPostgres()
	}
	return d.openSQLite()
}

func (d *DB) openPostgres() (_ *DB, err error) {
	close(d.stopped)
	if d.pool, err = openPool(d.url); err != nil {
		return nil, err
	}
	d.pool.SetMaxOpenConns(32)
	d.pool.SetMaxIdleConns(16)
	d.pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := d.claimProcess(context.Background()); err != nil {
		return nil, errors.Join(err, d.pool.Close())
	}
	return d, nil
}

func (d *DB) openSQLite() (_ *DB, err error) {
	d.lite = true
	if d.pool, err = sql.Open("sqlite", "file:"+d.url+"?_txlock=immediate&"+pragmas); err != nil {
		return nil, err
	}
	d.pool.SetMaxOpenConns(2) // the writer's, and one for migrations and copies
	if err := d.pool.Ping(); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.url, err)
	}
	if d.reading, err = sql.Open("sqlite", "file:"+d.url+"?"+pragmas+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	n := max(4, runtime.NumCPU())
	d.reading.SetMaxOpenConns(n)
	d.reading.SetMaxIdleConns(n)
	d.readers = make(chan *conn, n)
	for range n {
		d.readers <- &conn{}
	}
	d.queue = make(chan pending, maxQueue)
	go d.commitGroups()
	return d, nil
}

// Close lets waiting writes finish and closes every connection.
func (d *DB) Close() error {
	var errs []error
	d.once.Do(func() {
		close(d.stop)
		<-d.stopped
		if d.lite {
			for range cap(d.readers) {
				errs = append(errs, (<-d.readers).close())
			}
			errs = append(errs, d.reading.Close())
		}
		if d.process != nil {
			errs = append(errs, d.process.Close())
		}
		errs = append(errs, d.pool.Close())
	})
	return errors.Join(errs...)
}

// IsSQLite tells the engine; only backup, restore and search need to know.
func (d *DB) IsSQLite() bool { return d.lite }

// Read runs fn in a read-only snapshot.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if !d.lite {
		tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return call(fn, &Tx{Now: d.now(), ctx: ctx, on: tx, db: d})
	}
	c, err := d.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers <- c }()
	if err := c.run(ctx, "BEGIN"); err != nil {
		return err
	}
	defer c.run(context.Background(), "ROLLBACK")
	return call(fn, &Tx{Now: d.now(), ctx: ctx, on: c, db: d})
}

// reader takes an idle connection; its statements stay prepared.
func (d *DB) reader(ctx context.Context) (*conn, error) {
	select {
	case c := <-d.readers:
		if c.Conn != nil {
			return c, nil
		}
		sc, err := d.reading.Conn(ctx)
		if err != nil {
			d.readers <- c
			return nil, err
		}
		c.Conn = sc
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Write runs fn in a transaction that behaves as if it were alone, and commits unless fn fails.
// It returns fault.Unavailable when more writes wait than can be answered in time.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if d.lite {
		return d.enqueue(ctx, fn)
	}
	return d.retry(ctx, sql.LevelSerializable, nil, fn)
}

// WriteOn is Write for what many people do at once to the same few rows: writes that share a scope
// wait for each other, those that share none do not meet. fn must read and change only what its
// scopes cover, or rows of its own.
func (d *DB) WriteOn(ctx context.Context, scopes []string, fn func(*Tx) error) error {
	if d.lite {
		return d.enqueue(ctx, fn)
	}
	return d.retry(ctx, sql.LevelReadCommitted, scopes, fn)
}

func call(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic in transaction: %v\n%s", v, stack())
		}
	}()
	return fn(tx)
}

func stack() []byte {
	b := make([]byte, 4096)
	return b[:runtime.Stack(b, false)]
}

func (d *DB) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }
