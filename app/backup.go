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
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tequio/app/db"
	"tequio/app/instance"
)

// The names inside a backup, which is a tar.gz: the database, the uploads, and last the manifest
// that says what all of it must be.
const (
	backupSQLite   = "tequio.db"
	backupPostgres = "tequio.pgdump"
	backupUploads  = "uploads"
	backupManifest = "manifest.json"
	backupFormat   = 1
)

// A manifest lists what a backup holds, so that a damaged one is noticed before it replaces anything.
type manifest struct {
	Format  int             `json:"format"`
	Version string          `json:"version"` // of the program that wrote it
	At      time.Time       `json:"at"`
	Files   []manifestEntry `json:"files"`
}

type manifestEntry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type backupVerb struct {
	File   string `arg:"" help:"File to write; it must not exist yet."`
	KeysTo string `name:"keys-to" help:"Write the secret keys to a file of their own, encrypted to a passphrase (TEQUIO_PASSPHRASE, or the first line of the input)." placeholder:"FILE"`
}

// Run writes a backup, in the server that holds the instance or here.
func (v backupVerb) Run(c *common, sh *shell) error {
	if c.Database == "" {
		if _, err := os.Stat(filepath.Join(c.Instance, backupSQLite)); err != nil {
			return fmt.Errorf("there is no instance in %s", c.Instance)
		}
	}
	file, err := filepath.Abs(v.File)
	if err != nil {
		return err
	}
	if err := c.perform(sh, order{Verb: "backup", Args: []string{file}}); err != nil {
		return err
	}
	keys := c.options().keys()
	if v.KeysTo == "" {
		fmt.Fprintf(sh.out, "The secret keys are not in it. They lie in %s: keep a copy of that folder elsewhere, or use --keys-to.\n", keys)
		return nil
	}
	phrase, err := passphrase(os.Stdin, sh.err)
	if err != nil {
		return err
	}
	if err := sealKeys(keys, v.KeysTo, phrase); err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "The secret keys are in %s, encrypted. Keep it apart from the backup.\n", v.KeysTo)
	return nil
}

// orderBackup is the verb as the server carries it out.
func orderBackup(ctx context.Context, a *App, args []string, _ io.Reader, out io.Writer) error {
	n, err := a.Backup(ctx, args[0])
	if err == nil {
		fmt.Fprintf(out, "Wrote %s: %s.\n", args[0], megabytes(n))
	}
	return err
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Backup writes database and uploads to a new file and returns its size in bytes. People go on
// using the instance meanwhile; the copy is of one instant.
func (a *App) Backup(ctx context.Context, file string) (size int64, err error) {
	if _, err := os.Stat(file); err == nil {
		return 0, fmt.Errorf("%s exists already", file)
	}
	work, err := os.MkdirTemp(a.Instance, ".backup-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(work)
	name, err := a.dump(ctx, work)
	if err != nil {
		return 0, err
	}
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer os.Remove(part) // once renamed there is nothing left to remove
	err = a.pack(f, filepath.Join(work, name), name)
	if err = errors.Join(err, f.Sync()); err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(part, file); err != nil {
		return 0, err
	}
	return size, a.DB.Write(ctx, func(tx *db.Tx) error {
		return instance.Keep(tx, keptBackup, tx.Now.Format(time.RFC3339))
	})
}

// keptBackup is under which instance.Kept tells when the last backup was made, as RFC 3339.
const keptBackup = "backup"

// dump writes the database's copy into a folder and returns its name there.
func (a *App) dump(ctx context.Context, folder string) (string, error) {
	if a.DB.IsSQLite() {
		return backupSQLite, a.DB.Copy(ctx, filepath.Join(folder, backupSQLite))
	}
	return backupPostgres, pgDump(ctx, a.Database, filepath.Join(folder, backupPostgres))
}

// pack writes the archive: the database first, so that no upload it names can be missing, save those
// removed while we pack.
func (a *App) pack(w io.Writer, database, name string) error {
	zw := gzip.NewWriter(w)
	tw := tar.NewWriter(zw)
	m := manifest{Format: backupFormat, Version: Version, At: a.DB.Now().UTC()}
	if err := m.add(tw, database, name); err != nil {
		return err
	}
	uploads := filepath.Join(a.Instance, backupUploads)
	err := filepath.WalkDir(uploads, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return ignoreMissing(err)
		}
		rel, err := filepath.Rel(a.Instance, path)
		if err != nil {
			return err
		}
		return ignoreMissing(m.add(tw, path, filepath.ToSlash(rel)))
	})
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: backupManifest, Mode: 0o600, Size: int64(len(body)), ModTime: m.At}); err != nil {
		return err
	}
	_, err = tw.Write(body)
	return errors.Join(err, tw.Close(), zw.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// add copies one file into the archive and notes what it was.
func (m *manifest) add(tw *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(tw, sum), f, info.Size()); err != nil {
		return err
	}
	m.Files = append(m.Files, manifestEntry{name, info.Size(), hex.EncodeToString(sum.Sum(nil))})
	return nil
}
