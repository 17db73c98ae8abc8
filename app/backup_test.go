package app

import (
	"bytes"
	"context"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// opened is an instance with one person and one upload.
func opened(t *testing.T, o Options) *App {
	t.Helper()
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Write(context.Background(), func(tx *db.Tx) error {
		return identity.Insert(tx, &identity.Person{Name: "Ana Ruiz"})
	})
	if err != nil {
		t.Fatal(err)
	}
	upload := filepath.Join(o.Instance, "uploads", "ab", "cdef")
	if err := os.MkdirAll(filepath.Dir(upload), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(upload, []byte("a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// whole fails the test unless an instance holds what opened put there.
func whole(t *testing.T, o Options) {
	t.Helper()
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var name string
	err = a.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		name, err = db.One(tx, db.Value[string], `SELECT name FROM person`)
		return err
	})
	if err != nil || name != "Ana Ruiz" {
		t.Errorf("the person is %q, %v", name, err)
	}
	if b, err := os.ReadFile(filepath.Join(o.Instance, "uploads", "ab", "cdef")); err != nil || string(b) != "a picture" {
		t.Errorf("the upload is %q, %v", b, err)
	}
}

func TestBackupRoundTrip(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	o := Options{Instance: filepath.Join(dir, "one"), Now: dbtest.NewClock(dbtest.Start).Now}
	a := opened(t, o)
	file := filepath.Join(dir, "town.tar.gz")
	if _, err := a.Backup(ctx, file); err != nil { // while the instance is open
		t.Fatal(err)
	}
	if _, err := a.Backup(ctx, file); err == nil {
		t.Error("a backup overwrote another")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := restore(ctx, o, file, time.Now); err == nil {
		t.Error("restored over an instance")
	}
	two := Options{Instance: filepath.Join(dir, "two"), Now: o.Now}
	if err := restore(ctx, two, file, time.Now); err != nil {
		t.Fatal(err)
	}
	whole(t, two)
	left, err := filepath.Glob(filepath.Join(two.Instance, ".*-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestBackupRoundTripPostgres(t *testing.T) {
	if _, err := exec.LookPath("pg_dump"); err != nil {
		t.Skip("pg_dump is not installed: nothing to test")
	}
	ctx, dir, address := context.Background(), t.TempDir(), dbtest.Postgres(t)
	o := Options{Instance: filepath.Join(dir, "one"), Database: address, Now: dbtest.NewClock(dbtest.Start).Now}
	a := opened(t, o)
	file := filepath.Join(dir, "town.tar.gz")
	if _, err := a.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	two := Options{Instance: filepath.Join(dir, "two"), Database: address, Now: o.Now}
	if err := restore(ctx, two, file, time.Now); err == nil {
		t.Error("restored over an instance")
	}
	dropSchema(t, address)
	if err := restore(ctx, two, file, time.Now); err != nil {
		t.Fatal(err)
	}
	whole(t, two)
	if err := restore(ctx, Options{Instance: filepath.Join(dir, "three")}, file, time.Now); err == nil {
		t.Error("a dump of PostgreSQL became an SQLite instance")
	}
}

func dropSchema(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec("DROP SCHEMA " + u.Query().Get("search_path") + " CASCADE"); err != nil {
		t.Fatal(err)
	}
}

// Nothing is restored from a backup that was cut short or changed.
func TestTamperedBackupIsRefused(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	a := opened(t, Options{Instance: filepath.Join(dir, "one"), Now: dbtest.NewClock(dbtest.Start).Now})
	file := filepath.Join(dir, "town.tar.gz")
	if _, err := a.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	a.Close()
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := map[string][]byte{"empty": {}, "half": good[:len(good)/2], "short": good[:len(good)-1], "text": []byte("no archive")}
	for _, at := range []int{0, 20, len(good) / 3, len(good) / 2, len(good) - 12, len(good) - 3} {
		b := bytes.Clone(good)
		b[at] ^= 0x41
		spoiled["byte "+string(rune('a'+len(spoiled)))] = b
	}
	for name, b := range spoiled {
		bad := filepath.Join(dir, "bad.tar.gz")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		o := Options{Instance: filepath.Join(dir, "two")}
		if err := restore(ctx, o, bad, time.Now); err == nil {
			t.Errorf("%s: restored", name)
		}
		if _, err := os.Stat(o.address()); err == nil {
			t.Fatalf("%s: left a database behind", name)
		}
	}
}

func TestKeysApart(t *testing.T) {
	dir := t.TempDir()
	keys, file := filepath.Join(dir, "keys"), filepath.Join(dir, "keys.sealed")
	if _, err := secret(keys, "forms"); err != nil {
		t.Fatal(err)
	}
	const phrase = "correct horse battery"
	if err := sealKeys(keys, file, phrase); err != nil {
		t.Fatal(err)
	}
	want, _ := os.ReadFile(filepath.Join(keys, "forms.key"))
	sealed, _ := os.ReadFile(file)
	if bytes.Contains(sealed, want) {
		t.Error("the file shows the key")
	}
	back := filepath.Join(dir, "back")
	if err := openKeys(file, back, phrase+"!"); err == nil {
		t.Error("another passphrase opens it")
	}
	if err := openKeys(file, back, phrase); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(back, "forms.key")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the key came back as %x, %v", got, err)
	}
	if err := openKeys(file, back, phrase); err == nil {
		t.Error("keys were written over keys")
	}
	for _, at := range []int{3, len(keysHead) + 2, len(keysHead) + keysSalt + 3, len(sealed) - 1} {
		b := bytes.Clone(sealed)
		b[at] ^= 1
		os.WriteFile(file, b, 0o600)
		if err := openKeys(file, filepath.Join(dir, "other"), phrase); err == nil {
			t.Errorf("byte %d changed, and it opens", at)
		}
	}
	if _, err := passphrase(strings.NewReader("short\n"), &bytes.Buffer{}); err == nil {
		t.Error("a short passphrase is taken")
	}
}

func TestNightly(t *testing.T) {
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, zone) }
	for _, c := range []struct {
		last, now time.Time
		want      bool
	}{
		{time.Time{}, at(23, 12), true}, {at(23, 3), at(23, 12), false}, {at(23, 2), at(23, 12), true}, {at(22, 3), at(23, 2), false},
		{at(22, 3), at(23, 3), true}, {at(20, 3), at(23, 2), true},
	} {
		if got := nightlyDue(c.last, c.now); got != c.want {
			t.Errorf("due(%v, %v) = %v", c.last, c.now, got)
		}
	}
}

func TestNightlyKeepsSeven(t *testing.T) {
	clock := dbtest.NewClock(dbtest.Start)
	o := Options{Instance: t.TempDir(), Now: clock.Now}
	a := opened(t, o)
	defer a.Close()
	for range nightlyKept + 3 {
		if err := a.nightly(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := a.nightly(context.Background()); err != nil { // once a night
			t.Fatal(err)
		}
		clock.Advance(24 * time.Hour)
	}
	files, err := filepath.Glob(filepath.Join(o.Instance, "backups", nightlyName+"*"))
	if err != nil || len(files) != nightlyKept {
		t.Errorf("%d backups stay: %v, %v", len(files), files, err)
	}
}
