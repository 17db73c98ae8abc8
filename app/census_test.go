package app

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"tequio/app/db"
)

// The census is counted without being stored, stored once, and keeps no number that anybody can read.
func TestCensusImport(t *testing.T) {
	a, err := Open(context.Background(), Options{Instance: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	const file = "document,place\nABCD 900101,centro\nEFGH900101,\nabcd900101,centro\n?,\n"
	run := func(want string, rows int64, args ...string) {
		t.Helper()
		var out bytes.Buffer
		if err := orderCensus(context.Background(), a, args, strings.NewReader(file), &out); err != nil {
			t.Fatal(err)
		}
		var n, clear int64
		err := a.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			if n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM census`); err != nil {
				return err
			}
			clear, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE note LIKE '%900101%'`)
			return err
		})
		if err != nil || !strings.Contains(out.String(), want) || n != rows || clear != 0 {
			t.Errorf("%v: %d rows, %q", err, n, out.String())
		}
	}
	run("Nothing is stored. The file holds 4 rows: 2 new, 0 known already, 1 twice in the file, 1 without a number.", 0, "dry")
	run("Imported the census: 4 rows: 2 new, 0 known already", 2)
	run("0 new, 2 known already", 2)
	if err := orderCensus(context.Background(), a, nil, strings.NewReader("name\nAna\n"), new(bytes.Buffer)); err == nil {
		t.Error("a file without documents passes for a census")
	}
}
