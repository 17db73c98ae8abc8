package app

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tequio/app/db"
)

// What the demo's closed votes hand out verifies on the command line, and counting it again by the
// declared rule gives the stored winners.
func TestArchivesOnTheCommandLine(t *testing.T) {
	g := newGuarded(t, "")
	var slugs []string
	err := g.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		slugs, err = db.All(tx, db.Value[string], `SELECT t.slug FROM thing t JOIN vote v ON v.id = t.id WHERE v.counted_at IS NOT NULL ORDER BY 1`)
		return err
	})
	if err != nil || len(slugs) < 2 {
		t.Fatal(slugs, err)
	}
	for _, slug := range slugs {
		code, _, body := g.asOf("", "GET", "/votes/"+slug+"/archive.zip")
		file := filepath.Join(t.TempDir(), slug+".zip")
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil || code != 200 {
			t.Fatal(slug, code, err)
		}
		o, err := g.Server.Votes.Outcome(context.Background(), slug, "")
		if err != nil {
			t.Fatal(err)
		}
		key, err := g.Server.Votes.PublicKey(o.Vote)
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := Main([]string{"verify", file, "--key", key}, &out, &errs); code != 0 || strings.Contains(out.String(), "FAILED") || !strings.Contains(out.String(), "Every check passed") {
			t.Errorf("%s: exit %d\n%s%s", slug, code, out.String(), errs.String())
		}
		for name, broken := range flipped(t, []byte(body)) {
			if err := os.WriteFile(file+".broken.zip", broken, 0o600); err != nil {
				t.Fatal(err)
			}
			if code := Main([]string{"verify", file + ".broken.zip", "--key", key}, &out, &errs); code == 0 {
				t.Errorf("%s: a flipped bit in %s goes unseen", slug, name)
			}
		}
		q := o.Questions[0]
		name, _, _ := strings.Cut(q.Rule, "/")
		code, text, said := countFile("--rule", name, "--json", file)
		var got struct{ Winners []string }
		line, _, _ := strings.Cut(text, "\n")
		if err := json.Unmarshal([]byte(line), &got); err != nil || code != 0 {
			t.Fatalf("%s: exit %d %s %v", slug, code, said, err)
		}
		if !slices.Equal(got.Winners, o.Result.Questions[0].Winners) || len(got.Winners) == 0 {
			t.Errorf("%s by %s: %v, stored %v", slug, name, got.Winners, o.Result.Questions[0].Winners)
		}
	}
}
