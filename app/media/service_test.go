package media

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

func onDisk(t *testing.T, dir string) (n int) {
	t.Helper()
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		if !d.IsDir() {
			n++
			if info, _ := d.Info(); info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", p, info.Mode())
			}
		}
		return nil
	})
	return n
}

func TestFilesFollowTheirThing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		dir := t.TempDir()
		s, err := NewService(d, dir)
		if err != nil {
			t.Fatal(err)
		}
		ana, luis := identity.Person{Name: "Ana", Level: 1}, identity.Person{Name: "Luis", Level: 1}
		th := thing.Thing{Kind: "entry", Lang: "es", Title: "Sombra", State: thing.Published, PublishedAt: clock.Now().Add(time.Hour)}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return errors.Join(identity.Insert(tx, &ana), identity.Insert(tx, &luis))
		}); err != nil {
			t.Fatal(err)
		}
		b, err := s.Receive("files", []Upload{Bytes("a.txt", "", []byte("hola")), Bytes("b.png", "un plano", pngOf(t, 5, 5))}, CountMost)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			th.ID, th.Slug, th.Author = 0, "", ana.ID
			if err := thing.Create(tx, &th); err != nil {
				return err
			}
			return b.Attach(tx, th.ID, ana.ID, "")
		}); err != nil {
			t.Fatal(err)
		}
		b.Done()
		if n := onDisk(t, dir); n != 2 {
			t.Fatalf("%d files on disk after Done, want 2", n)
		}
		a, l := identity.Actor{ID: ana.ID, Level: 1}, identity.Actor{ID: luis.ID, Level: 1}
		storage := b.Files[0].Storage
		for _, x := range []struct {
			who    identity.Actor
			after  time.Duration
			public bool
			kind   fault.Kind
		}{{a, 0, false, -1}, {l, 0, false, fault.NotFound}, {identity.Actor{}, 0, false, fault.NotFound}, {identity.Actor{}, 2 * time.Hour, true, -1}} {
			clock.Set(dbtest.Start.Add(x.after))
			f, data, public, err := s.Open(ctx, x.who, storage)
			if x.kind >= 0 {
				if !fault.Is(err, x.kind) {
					t.Errorf("%d after %v: %v", x.who.ID, x.after, err)
				}
				continue
			}
			if err != nil || string(data) != "hola" || f.Name != "a.txt" || public != x.public {
				t.Errorf("%d after %v: %q %v, %v", x.who.ID, x.after, data, public, err)
			}
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			all, err := Of(tx, th.ID, "")
			if err != nil || len(all) != 2 || all[1].Alt != "un plano" {
				t.Errorf("files: %+v", all)
			}
			return errors.Join(err, s.Remove(tx, th.ID, []int64{all[0].ID}))
		}); err != nil {
			t.Fatal(err)
		}
		if n := onDisk(t, dir); n != 1 {
			t.Errorf("%d files on disk after one was removed", n)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE person SET deleted_at = $1 WHERE id = $2`, tx.Now, ana.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, state := range []thing.State{thing.Published, thing.Draft} {
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE thing SET state = $1 WHERE id = $2`, string(state), th.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			if n, want := onDisk(t, dir), map[thing.State]int{thing.Published: 1, thing.Draft: 0}[state]; n != want {
				t.Errorf("%d files of a %s thing after its author left, want %d", n, state, want)
			}
		}
	})
}

func TestRefusedFormsLeaveNoFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		dir := t.TempDir()
		s, err := NewService(d, dir)
		if err != nil {
			t.Fatal(err)
		}
		many := make([]Upload, CountMost+1)
		for i := range many {
			many[i] = Bytes("a.txt", "", []byte("hola"))
		}
		big := Bytes("a.txt", "", []byte("hola"))
		big.Size = TotalMost + 1
		for name, x := range map[string]struct {
			uploads []Upload
			key     string
			kind    fault.Kind
		}{
			"too many":      {many, "media.many", fault.Invalid},
			"second a page": {[]Upload{many[0], Bytes("b.html", "", []byte("<html>"))}, "media.type", fault.Invalid},
			"too large":     {[]Upload{big}, "media.total", fault.TooLarge},
			"transaction":   {many[:2], "", 0},
		} {
			b, err := s.Receive("files", x.uploads, CountMost)
			if x.key != "" {
				f := fault.Of(err)
				if f.Kind != x.kind || f.Fields["files"].Key != x.key {
					t.Errorf("%s: %v %v", name, f.Kind, f.Fields)
				}
			}
			b.Done()
			if n := onDisk(t, dir); n != 0 {
				t.Errorf("%s: %d files left", name, n)
			}
		}
		if err := s.folder.write(newStorage(), []byte("crash")); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-2 * unclaimed)
		filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error { return errors.Join(err, os.Chtimes(p, old, old)) })
		if err := s.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := onDisk(t, dir); n != 0 {
			t.Errorf("%d files left by the sweep", n)
		}
	})
}
