package db

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tequio/app/fault"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The schema is written once, in PostgreSQL's words. SQLite hears them as its own, and STRICT.
var sqliteWords = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\bBIGINT\b`), `INTEGER`},
	{regexp.MustCompile(`\bBYTEA\b`), `BLOB`},
	{regexp.MustCompile(`(?m)^\); -- keyed$`), `) STRICT, WITHOUT ROWID;`},
	{regexp.MustCompile(`(?m)^\);`), `) STRICT;`},
}

// only marks what a single engine runs: "-- only sqlite" … "-- end".
var only = regexp.MustCompile(`(?ms)^-- only (sqlite|postgres)$\n(.*?)^-- end$\n?`)

func translate(ddl string, lite bool) string {
	engine := "postgres"
	if lite {
		engine = "sqlite"
		for _, w := range sqliteWords {
			ddl = w.re.ReplaceAllString(ddl, w.with)
		}
	}
	return only.ReplaceAllStringFunc(ddl, func(s string) string {
		if m := only.FindStringSubmatch(s); m[1] == engine {
			return m[2]
		}
		return ""
	})
}

// A translated file system shows each migration in the words of the engine.
type translated struct {
	fs.FS
	lite bool
}

func (t translated) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	ddl, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	text := translate(string(ddl), t.lite)
	return &textFile{bytes.NewReader([]byte(text)), sized{info, int64(len(text))}}, nil
}

type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

type sized struct {
	fs.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }

// Migrate brings the schema to the newest of fsys' files, each in one transaction. An SQLite file
// that holds something is copied into the folder copies first. A database that is newer than fsys
// is refused with the fault db.newer.
func (d *DB) Migrate(ctx context.Context, fsys fs.FS, copies string) error {
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if !d.lite {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, d.pool, translated{fsys, d.lite}, opts...)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if have > newest {
		return fault.New(fault.Conflict, "db.newer", "have", have, "newest", newest)
	}
	if have == newest {
		return nil // without the lock, for which a process that starts beside others would wait
	}
	if d.lite && copies != "" && have > 0 {
		name := fmt.Sprintf("before-%05d-%s.db", newest, d.now().Format("20060102T150405"))
		if err := d.Copy(ctx, filepath.Join(copies, name)); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	_, err = p.Up(ctx)
	return err
}

// Copy writes a consistent copy of an SQLite database to the new file path, while others write.
func (d *DB) Copy(ctx context.Context, path string) error {
	if !d.lite {
		return fmt.Errorf("copy: only an SQLite database is copied from here; use pg_dump")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err = c.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// Check asks the engine whether its files are sound and how fast it answers.
func (d *DB) Check(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	if !d.lite {
		err := d.pool.PingContext(ctx)
		return time.Since(start), err
	}
	c, err := d.reader(ctx) // one of ours: the pool has no other to give
	if err != nil {
		return 0, err
	}
	defer func() { d.readers <- c }()
	var said sql.NullString
	err = c.Conn.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said)
	if err == nil && said.String != "ok" {
		err = fmt.Errorf("quick_check: %s", said.String)
	}
	return time.Since(start), err
}

// Learn lets SQLite look at how many rows each index tells apart, so that it chooses well among them.
// It looks at what is new or has grown tenfold, and at all of it, for a part misleads it: moments in a
// town, ten seconds for millions of rows. PostgreSQL does so by itself.
// Connections that are open already keep what they know.
func (d *DB) Learn(ctx context.Context) error {
	if !d.lite {
		return nil
	}
	if _, err := d.pool.ExecContext(ctx, `PRAGMA optimize = 0x10002`); err != nil {
		return fmt.Errorf("learn: %w", err)
	}
	return nil
}

// Scrub makes the engine give up what was deleted from the tables, and the order in which their rows
// came: SQLite rewrites its file and empties its log (other writes wait meanwhile), PostgreSQL
// rewrites the tables in the order of their primary keys. A table that somebody reads for longer than
// scrubWait fails the scrub, which is to be tried again: writes to it do not wait behind it for longer.
func (d *DB) Scrub(ctx context.Context, tables ...string) error {
	if !d.lite {
		for _, t := range tables {
			if err := d.cluster(ctx, t); err != nil {
				return fmt.Errorf("scrub %s: %w", t, err)
			}
		}
		return nil
	}
	for _, s := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := d.pool.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("scrub: %w", err)
		}
	}
	return nil
}

// scrubWait is how long PostgreSQL waits for a table to be free.
const scrubWait = `SET LOCAL lock_timeout = '2s'`

// cluster rewrites one of PostgreSQL's tables.
func (d *DB) cluster(ctx context.Context, table string) error {
	tx, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, s := range []string{scrubWait, `CLUSTER ` + table + ` USING ` + table + `_pkey`} {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return tx.Commit()
}
