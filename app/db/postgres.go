package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPool reads an address and tells each connection what it takes otherwise for costly or cheap: disks
// have no heads to move any more, so that a page from anywhere costs hardly more than the next one; and our
// statements are short, so that compiling them takes longer than running them. What the address sets holds.
// It is told by statements, since pools between us and the server refuse unknown words in the greeting.
func openPool(address string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*c, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		for name, value := range map[string]string{"random_page_cost": "1.1", "jit": "off"} {
			if _, ok := c.RuntimeParams[name]; ok {
				continue
			}
			if _, err := conn.Exec(ctx, `SET `+name+` = `+value); err != nil {
				return err
			}
		}
		return nil
	})), nil
}

// maxTries is how often a write that lost a race is run again.
const maxTries = 30

func (d *DB) retry(ctx context.Context, level sql.IsolationLevel, scopes []string, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := d.attempt(ctx, level, scopes, fn)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || (pg.Code != "40001" && pg.Code != "40P01") || try == maxTries {
			return err
		}
		select {
		case <-time.After(rand.N(time.Millisecond << min(try+1, 7))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// attempt runs fn once. READ COMMITTED under locks lets statements see what earlier holders of the
// locks committed; a snapshot taken before the locks would not.
func (d *DB) attempt(ctx context.Context, level sql.IsolationLevel, scopes []string, fn func(*Tx) error) error {
	tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, key := range lockKeys(scopes) {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, key); err != nil {
			return err
		}
	}
	t := &Tx{Now: d.now(), ctx: ctx, on: tx, db: d}
	if err := call(fn, t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, after := range t.after {
		after()
	}
	return nil
}

// lockKeys are the scopes' numbers in one order for everybody, so that no two writes wait in a ring.
func lockKeys(scopes []string) []int64 {
	keys := make([]int64, 0, len(scopes))
	for _, s := range scopes {
		h := fnv.New64a()
		h.Write([]byte(s))
		keys = append(keys, int64(h.Sum64()))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// processClass sets the locks that number processes apart from those of scopes.
const processClass = 7_461_173

// claimProcess holds a number between 0 and 1023 for as long as this process lives, so that no two
// processes make the same id.
func (d *DB) claimProcess(ctx context.Context) error {
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	first := rand.IntN(maxProcesses)
	for i := range maxProcesses {
		n := (first + i) % maxProcesses
		var mine bool
		if err := c.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1, $2)`, processClass, n).Scan(&mine); err != nil {
			return errors.Join(err, c.Close())
		}
		if mine {
			d.ids.process, d.process = int64(n), c
			return nil
		}
	}
	return errors.Join(fmt.Errorf("%d processes already use this database", maxProcesses), c.Close())
}
