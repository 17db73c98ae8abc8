package media

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// A folder keeps bytes under random names: ab/cdef… in the instance's uploads.
type folder string

// storageName is what a name in a folder looks like; anything else in an address is no file.
var storageName = regexp.MustCompile(`^[0-9a-f]{32}$`)

func newStorage() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (f folder) path(storage string) string {
	return filepath.Join(string(f), storage[:2], storage[2:])
}

// write puts bytes where a crash does not lose them: file and folder are synced before it returns.
func (f folder) write(storage string, data []byte) error {
	p := f.path(storage)
	if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = errors.Join(syncFolder(filepath.Dir(p)), syncFolder(string(f)))
	}
	if err != nil {
		os.Remove(p)
	}
	return err
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f folder) read(storage string) ([]byte, error) { return os.ReadFile(f.path(storage)) }

func (f folder) remove(storage string) error {
	err := os.Remove(f.path(storage))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// older are the names of files written before an instant, at most most.
func (f folder) older(than time.Time, most int) (names []string, err error) {
	err = filepath.WalkDir(string(f), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		name := filepath.Base(filepath.Dir(p)) + d.Name()
		info, err := d.Info()
		if err == nil && storageName.MatchString(name) && info.ModTime().Before(than) {
			names = append(names, name)
		}
		if len(names) >= most {
			return fs.SkipAll
		}
		return nil
	})
	return names, err
}
