package app

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A bulk writes very many rows, fast: past the services, into tables whose indexes are made again at
// the end. It is for filling an instance that nobody uses.
type bulk struct {
	ctx     context.Context
	db      *sql.Conn
	lite    bool
	indexes []string // to be made again
	rows    map[string][][]any
	columns map[string]string
	order   []string
}

// openBulk opens the database at address: an SQLite file, or postgres://….
func openBulk(ctx context.Context, address string) (*bulk, error) {
	b := &bulk{ctx: ctx, lite: !strings.HasPrefix(address, "postgres"), rows: map[string][][]any{}, columns: map[string]string{}}
	driver := "pgx"
	if b.lite {
		driver, address = "sqlite", "file:"+address+"?_pragma=journal_mode(WAL)&_pragma=synchronous(0)&_pragma=cache_size(-800000)&_pragma=wal_autocheckpoint(100000)"
	}
	pool, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	if b.db, err = pool.Conn(ctx); err != nil {
		return nil, err
	}
	if !b.lite {
		return b, b.exec(`SET synchronous_commit = off; SET session_replication_role = replica; SET maintenance_work_mem = '512MB'`)
	}
	return b, nil
}

func (b *bulk) exec(statements ...string) error {
	for _, s := range statements {
		if _, err := b.db.ExecContext(b.ctx, s); err != nil {
			return fmt.Errorf("%.200s: %w", s, err)
		}
	}
	return nil
}

// strip takes the indexes of tables away until restore; those that keep rows apart stay.
func (b *bulk) strip(tables ...string) error {
	query := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1`
	if !b.lite {
		query = `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1`
	}
	for _, t := range tables {
		rows, err := b.db.QueryContext(b.ctx, query, t)
		if err != nil {
			return err
		}
		var names []string
		for rows.Next() {
			var name, ddl string
			if err := rows.Scan(&name, &ddl); err != nil {
				return err
			}
			if !strings.Contains(ddl, "UNIQUE") {
				names, b.indexes = append(names, name), append(b.indexes, ddl)
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, n := range names {
			if err := b.exec(`DROP INDEX ` + n); err != nil {
				return err
			}
		}
	}
	return nil
}

// restore makes the indexes again and lets the engine learn what is where.
func (b *bulk) restore() error {
	if err := b.exec(b.indexes...); err != nil {
		return err
	}
	if b.lite {
		return b.exec(`INSERT INTO search(search) VALUES ('optimize')`, `INSERT INTO search_said(search_said) VALUES ('optimize')`, `ANALYZE`, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	return b.exec(`VACUUM ANALYZE`)
}

// add keeps a row for a table; columns are those of all its rows.
func (b *bulk) add(table, columns string, row ...any) error {
	if _, ok := b.columns[table]; !ok {
		b.columns[table] = columns
		b.order = append(b.order, table)
	}
	b.rows[table] = append(b.rows[table], row)
	if len(b.rows[table]) >= 20_000 {
		return b.flush()
	}
	return nil
}

// flush writes every row that is kept, in the order in which the tables were first named.
func (b *bulk) flush() error {
	if b.lite {
		if err := b.exec(`BEGIN`); err != nil {
			return err
		}
	}
	for _, table := range b.order {
		rows := b.rows[table]
		b.rows[table] = nil
		if len(rows) == 0 {
			continue
		}
		write := b.copy
		if b.lite {
			write = b.insert
		}
		if err := write(table, strings.Split(b.columns[table], ", "), rows); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	if b.lite {
		return b.exec(`COMMIT`)
	}
	return nil
}

// insert writes rows to SQLite, many with each statement.
func (b *bulk) insert(table string, columns []string, rows [][]any) error {
	const atOnce = 50
	if strings.HasPrefix(table, "search") && table != "search_word" {
		columns = slices.Clone(columns)
		columns[0] = "rowid"
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	into := `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES `
	many, err := b.db.PrepareContext(b.ctx, into+strings.TrimSuffix(strings.Repeat(one+", ", atOnce), ", "))
	if err != nil {
		return err
	}
	defer many.Close()
	for len(rows) >= atOnce {
		if _, err := many.ExecContext(b.ctx, slices.Concat(rows[:atOnce]...)...); err != nil {
			return err
		}
		rows = rows[atOnce:]
	}
	for _, r := range rows {
		if _, err := b.db.ExecContext(b.ctx, into+one, r...); err != nil {
			return err
		}
	}
	return nil
}

// copy writes rows to PostgreSQL by COPY; bags of words by way of a table of texts.
func (b *bulk) copy(table string, columns []string, rows [][]any) error {
	bags := strings.HasPrefix(table, "search") && table != "search_word"
	into := table
	if bags {
		into = "load_bags"
		if err := b.exec(`CREATE TEMPORARY TABLE IF NOT EXISTS load_bags (id BIGINT, words TEXT)`, `TRUNCATE load_bags`); err != nil {
			return err
		}
	}
	err := b.db.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().CopyFrom(b.ctx, pgx.Identifier{into}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err == nil && bags {
		err = b.exec(`INSERT INTO ` + table + ` (id, words) SELECT id, array_to_tsvector(string_to_array(words, ' ')) FROM load_bags`)
	}
	return err
}
