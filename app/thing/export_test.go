package thing_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

// Whoever holds an exported trail sees every change made to it.
func TestAnExportedTrailShowsEveryChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, title := range []string{"Uno", "Dos <b>&", "Tres \"«é»\"\u2028"} {
			create(t, d, &thing.Thing{Kind: "proposal", Title: title, Lang: "es"})
		}
		clock.Advance(time.Minute)
		var file bytes.Buffer
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if _, err := thing.Seal(tx); err != nil {
				return err
			}
			file.Reset()
			last, err := thing.ExportTrail(tx, 0, &file)
			if err == nil && last != 3 {
				t.Fatalf("exported to place %d", last)
			}
			again, err := thing.ExportTrail(tx, last, &file)
			if again != last {
				t.Fatalf("went on to %d", again)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n, seal, err := thing.VerifyTrail(bytes.NewReader(file.Bytes()))
		if err != nil || n != 3 || len(seal) != 64 {
			t.Fatalf("%d events, seal %q: %v", n, seal, err)
		}
		for i := range file.Bytes() {
			if file.Bytes()[i] == '\n' {
				continue
			}
			changed := bytes.Clone(file.Bytes())
			changed[i] ^= 1
			if _, _, err := thing.VerifyTrail(bytes.NewReader(changed)); err == nil {
				t.Errorf("unseen at byte %d: %q", i, changed[max(0, i-20):i+1])
			}
		}
		lines := strings.SplitAfter(file.String(), "\n")
		for name, text := range map[string]string{
			"dropped": lines[0] + lines[2], "swapped": lines[1] + lines[0] + lines[2], "doubled": lines[0] + lines[0], "the first gone": lines[1] + lines[2],
		} {
			if _, _, err := thing.VerifyTrail(strings.NewReader(text)); err == nil {
				t.Errorf("unseen: %s", name)
			}
		}
	})
}

func FuzzVerifyTrail(f *testing.F) {
	f.Add("{}\n")
	f.Add(`{"place":1,"id":1,"at":1,"actor":0,"verb":"x","thing":0,"person":0,"note":"","seal":""}`)
	f.Fuzz(func(t *testing.T, s string) {
		if n, _, err := thing.VerifyTrail(strings.NewReader(s)); err == nil && n > 0 && !strings.Contains(s, `"seal"`) {
			t.Errorf("%q passes for a trail", s)
		}
	})
}
