package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tequio/app/db"
	"tequio/data"
)

type restoreVerb struct {
	File     string `arg:"" type:"existingfile" help:"A file that backup wrote."`
	KeysFrom string `name:"keys-from" type:"existingfile" help:"Put the secret keys back from this file too." placeholder:"FILE"`
}

// Run restores into an instance that is empty.
func (v restoreVerb) Run(c *common, sh *shell) error {
	o := c.options()
	if err := restore(context.Background(), o, v.File, time.Now); err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "Restored %s into %s.\n", v.File, c.Instance)
	if v.KeysFrom == "" {
		fmt.Fprintf(sh.out, "Its secret keys were not in the file: put them back into %s before you serve, or votes under way cannot go on.\n", o.keys())
		return nil
	}
	phrase, err := passphrase(os.Stdin, sh.err)
	if err != nil {
		return err
	}
	return openKeys(v.KeysFrom, o.keys(), phrase)
}

// keys is the folder of secret keys.
func (o Options) keys() string {
	if o.Keys != "" {
		return o.Keys
	}
	return filepath.Join(o.Instance, "keys")
}

// restore unpacks a backup beside the instance, looks whether all of it is as it was written, and
// only then puts it in place.
func restore(ctx context.Context, o Options, file string, now func() time.Time) error {
	if err := os.MkdirAll(o.Instance, 0o700); err != nil {
		return err
	}
	if err := mustBeEmpty(filepath.Join(o.Instance, backupUploads)); err != nil {
		return err
	}
	if o.Database == "" {
		release, err := lock(o.Instance)
		if err != nil {
			return err
		}
		defer release()
		if _, err := os.Stat(o.address()); err == nil {
			return fmt.Errorf("%s holds an instance already: restore into an empty folder", o.Instance)
		}
	}
	work, err := os.MkdirTemp(o.Instance, ".restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	m, err := unpackBackup(file, work)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	want := backupSQLite
	if o.Database != "" {
		want = backupPostgres
	}
	if _, err := os.Stat(filepath.Join(work, want)); err != nil {
		return fmt.Errorf("%s holds %s, which the other kind of database reads", file, m.Files[0].Name)
	}
	if o.Database != "" {
		err = restorePostgres(ctx, o, filepath.Join(work, want), now)
	} else {
		err = restoreSQLite(ctx, o, filepath.Join(work, want), now)
	}
	if err != nil {
		return err
	}
	uploads := filepath.Join(work, backupUploads)
	if _, err := os.Stat(uploads); err != nil {
		return nil // there were none
	}
	os.Remove(filepath.Join(o.Instance, backupUploads)) // empty, as looked above
	return os.Rename(uploads, filepath.Join(o.Instance, backupUploads))
}

// restoreSQLite looks whether the file is sound and of no newer program, then moves it into place.
func restoreSQLite(ctx context.Context, o Options, file string, now func() time.Time) error {
	d, err := db.Open(file, now)
	if err != nil {
		return err
	}
	_, err = d.Check(ctx)
	if err == nil {
		err = d.Migrate(ctx, data.Migrations(), "")
	}
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	return os.Rename(file, o.address())
}

func restorePostgres(ctx context.Context, o Options, file string, now func() time.Time) error {
	d, err := db.Open(o.Database, now)
	if err != nil {
		return err
	}
	used := d.Read(ctx, func(tx *db.Tx) error {
		_, err := db.One(tx, db.Value[int], `SELECT count(*) FROM thing`)
		return err
	}) == nil
	if err := d.Close(); err != nil {
		return err
	}
	if used {
		return errors.New("the database holds an instance already: restore into an empty one")
	}
	return pgRestore(ctx, o.Database, file)
}

// unpackBackup unpacks into a folder and compares each file with the manifest.
func unpackBackup(file, folder string) (m manifest, err error) {
	f, err := os.Open(file)
	if err != nil {
		return m, err
	}
	defer f.Close()
	damaged := errors.New("this is no backup of Tequio, or it is damaged")
	zr, err := gzip.NewReader(f)
	if err != nil {
		return m, damaged
	}
	var got []manifestEntry
	err = unpack(tar.NewReader(zr), folder, func(name string, size int64, sum string) error {
		got = append(got, manifestEntry{name, size, sum})
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("%w (%v)", damaged, err)
	}
	if _, err := io.Copy(io.Discard, zr); err != nil { // the checksum at its end
		return m, fmt.Errorf("%w (%v)", damaged, err)
	}
	body, err := os.ReadFile(filepath.Join(folder, backupManifest))
	if err != nil || json.Unmarshal(body, &m) != nil || len(m.Files) == 0 || len(got) != len(m.Files)+1 {
		return m, damaged
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("it has format %d, which this version does not read", m.Format)
	}
	for i, want := range m.Files {
		if got[i] != want {
			return m, fmt.Errorf("%w: %s is not as it was written", damaged, want.Name)
		}
	}
	return m, nil
}

// unpack writes the regular files of an archive below a folder, and tells each one's name, size and
// SHA-256. Names that lead elsewhere, links and devices are refused.
func unpack(tr *tar.Reader, folder string, each func(name string, size int64, sum string) error) error {
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			return fmt.Errorf("%q does not belong into a backup", h.Name)
		}
		size, sum, err := unpackFile(tr, filepath.Join(folder, filepath.FromSlash(h.Name)))
		if err != nil {
			return err
		}
		if err := each(h.Name, size, sum); err != nil {
			return err
		}
	}
}

func unpackFile(r io.Reader, path string) (size int64, sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", err
	}
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, hash), r)
	return size, hex.EncodeToString(hash.Sum(nil)), errors.Join(err, f.Sync(), f.Close())
}

// mustBeEmpty refuses a folder that holds something; one that is not there is empty.
func mustBeEmpty(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is not empty", folder)
}
