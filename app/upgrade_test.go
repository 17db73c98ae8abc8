package app

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
	"tequio/data"
)

// The schemas that were released: the version, and the file with the rows of an instance of that
// time (the demo town), a table's name and columns before its rows.
var releasedSchemas = map[int]string{1: "schema-00001.jsonl.gz"}

// upTo are the migrations up to a version.
func upTo(t *testing.T, version int) fs.FS {
	t.Helper()
	some := fstest.MapFS{}
	err := fs.WalkDir(data.Migrations(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path[:5] > fmt.Sprintf("%05d", version) {
			return err
		}
		text, err := fs.ReadFile(data.Migrations(), path)
		some[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil || len(some) != version {
		t.Fatalf("%d migrations up to %d (%v)", len(some), version, err)
	}
	return some
}

// restoreRows stores the rows of a file and returns how many each table got.
func restoreRows(t *testing.T, d *db.DB, file string) map[string]int64 {
	t.Helper()
	packed, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	err = d.Write(context.Background(), func(tx *db.Tx) error {
		var insert, table string
		scan := bufio.NewScanner(lines)
		scan.Buffer(nil, 4<<20)
		for scan.Scan() {
			if strings.HasPrefix(scan.Text(), "{") {
				var head struct {
					Table   string
					Columns []string
				}
				if err := json.Unmarshal(scan.Bytes(), &head); err != nil {
					return err
				}
				marks, _ := thing.In(head.Columns, 1)
				table = head.Table
				insert = `INSERT INTO ` + table + ` (` + strings.Join(head.Columns, ", ") + `) VALUES (` + marks + `)`
				continue
			}
			row, err := readRow(scan.Bytes())
			if err != nil {
				return err
			}
			if _, err := tx.Exec(insert, row...); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
			counts[table]++
		}
		return scan.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// readRow reads numbers as integers and {"b": …} as bytes.
func readRow(line []byte) (row []any, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&row); err != nil {
		return nil, err
	}
	for i, v := range row {
		switch v := v.(type) {
		case json.Number:
			row[i], err = v.Int64()
		case map[string]any:
			row[i], err = base64.StdEncoding.DecodeString(v["b"].(string))
		}
		if err != nil {
			return nil, err
		}
	}
	return row, nil
}

// Whoever ran a released version finds everything again: every row is kept, the chain of events
// holds, and every kind of page answers.
func TestUpgradeFromEveryReleasedSchema(t *testing.T) {
	for version, file := range releasedSchemas {
		t.Run(fmt.Sprint(version, " sqlite"), func(t *testing.T) { upgrade(t, version, file, "") })
		t.Run(fmt.Sprint(version, " postgres"), func(t *testing.T) { upgrade(t, version, file, dbtest.Postgres(t)) })
	}
}

func upgrade(t *testing.T, version int, file, database string) {
	dir := t.TempDir()
	address := database
	if address == "" {
		address = filepath.Join(dir, "tequio.db")
	}
	d, err := db.Open(address, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(context.Background(), upTo(t, version), ""); err != nil {
		t.Fatal(err)
	}
	before := restoreRows(t, d, file)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := Open(context.Background(), Options{Instance: dir, Database: database, BaseURL: "http://localhost", Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	g := &guarded{TB: t, App: a, fiber: a.Server.App(), at: map[string]string{}}
	err = a.DB.Read(context.Background(), func(tx *db.Tx) error {
		for table, n := range before {
			now, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM `+table)
			if err != nil || now < n {
				t.Errorf("%s had %d rows and has %d (%v)", table, n, now, err)
			}
		}
		n, err := thing.CheckSeals(tx)
		if n == 0 {
			t.Error("no event of the file is sealed")
		}
		if err != nil {
			return err
		}
		wrong, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM proposal p WHERE p.residents <>
			(SELECT count(*) FROM support s WHERE s.thing_id = p.id AND s.level >= 3 AND s.batch_id IS NULL)`)
		if wrong > 0 {
			t.Errorf("%d proposals count their residents wrong", wrong)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if database == "" {
		copies, err := filepath.Glob(filepath.Join(dir, "backups", "before-*.db"))
		if err != nil || len(copies) != 1 {
			t.Errorf("copied before as %v (%v)", copies, err)
		}
	}
	answered := 0
	for _, p := range []string{"/", "/proposals", "/consultations", "/challenges", "/votes", "/agencies", "/moderation", "/feed.atom", "/proposals/export.csv"} {
		g.answers(p)
	}
	err = a.DB.Read(context.Background(), func(tx *db.Tx) error {
		things, _, err := thing.Things(tx, thing.Query{Kind: "proposal", Now: tx.Now, Limit: 100})
		for _, one := range things {
			g.answers(one.Path())
			answered++
		}
		return err
	})
	if err != nil || answered < 50 {
		t.Errorf("%d proposals answered (%v)", answered, err)
	}
}

// answers fails the test unless an address shows nobody in particular a page.
func (g *guarded) answers(path string) {
	g.Helper()
	if code, _, body := g.asOf("", "GET", path); code != 200 {
		g.Errorf("%s answers %d: %.300s", path, code, body)
	}
}
