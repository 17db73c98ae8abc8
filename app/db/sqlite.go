package db

import (
	"context"
	"database/sql"
	"errors"

	"tequio/app/fault"
)

// A conn is one SQLite connection with the statements it has prepared so far.
type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStatements bounds the cache: filters make queries of several shapes, not of endless ones.
const maxStatements = 400

func (c *conn) prepare(query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	if c.stmts == nil || len(c.stmts) >= maxStatements {
		for _, s := range c.stmts {
			s.Close()
		}
		c.stmts = map[string]*sql.Stmt{}
	}
	s, err := c.Conn.PrepareContext(context.Background(), query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

func (c *conn) run(ctx context.Context, query string) error {
	s, err := c.prepare(query)
	if err == nil {
		_, err = s.ExecContext(ctx)
	}
	return err
}

func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *conn) close() error {
	if c.Conn == nil {
		return nil
	}
	for _, s := range c.stmts {
		s.Close()
	}
	return c.Conn.Close()
}

func (d *DB) enqueue(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := pending{ctx, fn, make(chan error, 1)}
	select {
	case <-d.stop:
		return fault.New(fault.Unavailable, "fault.stopping")
	default:
	}
	select {
	case d.queue <- p:
	default:
		return fault.New(fault.Unavailable, "fault.busy")
	}
	select {
	case err := <-p.err:
		return err
	case <-d.stopped: // the writer ended after we queued: it drained, so the answer is there or never comes
		select {
		case err := <-p.err:
			return err
		default:
			return fault.New(fault.Unavailable, "fault.stopping")
		}
	}
}

// commitGroups is the only writer: it takes whatever waits and commits it at once.
func (d *DB) commitGroups() {
	defer close(d.stopped)
	w := &conn{}
	defer w.close()
	group := make([]pending, 0, maxGroup)
	for {
		select {
		case p := <-d.queue:
			d.commitGroup(w, d.fill(append(group[:0], p)))
		case <-d.stop:
			for len(d.queue) > 0 {
				d.commitGroup(w, d.fill(group[:0]))
			}
			return
		}
	}
}

func (d *DB) fill(group []pending) []pending {
	for len(group) < maxGroup {
		select {
		case p := <-d.queue:
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

// commitGroup commits the group together. When the whole of it fails (a full disk, a statement
// after which SQLite rolled everything back), each member is run again alone, so that nobody pays
// for another's misfortune.
func (d *DB) commitGroup(w *conn, group []pending) {
	if w.Conn == nil {
		c, err := d.pool.Conn(context.Background())
		if err != nil {
			for _, p := range group {
				p.err <- err
			}
			return
		}
		w.Conn = c
	}
	errs, err := d.together(w, group)
	if err != nil && len(group) > 1 {
		for _, p := range group {
			one, err := d.together(w, []pending{p})
			p.err <- errors.Join(one[0], err)
		}
		return
	}
	for i, p := range group {
		p.err <- errors.Join(errs[i], err)
	}
}

// together runs the group in one transaction, each member in a savepoint of its own. The context
// is the writer's: a request that goes away must not interrupt a statement, for SQLite would roll
// back the whole group.
func (d *DB) together(w *conn, group []pending) (errs []error, err error) {
	ctx := context.Background()
	errs = make([]error, len(group))
	if err := w.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		return errs, err
	}
	var after []func()
	committed := false
	defer func() {
		if !committed {
			w.Conn.ExecContext(ctx, "ROLLBACK") // already rolled back by SQLite in some failures
		}
	}()
	for i, p := range group {
		if errs[i] = p.ctx.Err(); errs[i] != nil {
			continue
		}
		hooks, err := d.inSavepoint(w, p, &errs[i])
		if err != nil {
			return errs, err
		}
		after = append(after, hooks...)
	}
	if err := w.run(ctx, "COMMIT"); err != nil {
		return errs, err
	}
	committed = true
	for _, fn := range after {
		fn()
	}
	return errs, nil
}

// inSavepoint runs one member; err is a failure of the group, *mine one of the member alone.
func (d *DB) inSavepoint(w *conn, p pending, mine *error) (after []func(), err error) {
	ctx := context.Background()
	if err := w.run(ctx, "SAVEPOINT member"); err != nil {
		return nil, err
	}
	tx := &Tx{Now: d.now(), ctx: ctx, on: w, db: d}
	if *mine = call(p.fn, tx); *mine != nil {
		tx.after = nil
		if err := w.run(ctx, "ROLLBACK TO member"); err != nil {
			return nil, err
		}
	}
	return tx.after, w.run(ctx, "RELEASE member")
}
