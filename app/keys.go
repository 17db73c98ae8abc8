package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// secret returns the 32 random bytes kept under a name in the key folder, made on first use. Keys
// lie outside the database, so that neither alone gives anything away.
func secret(dir, name string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name+".key")
	key, err := os.ReadFile(path)
	if err == nil && len(key) == 32 {
		return key, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s: %d bytes where 32 are expected", path, len(key))
	}
	if !os.IsNotExist(err) {
		return nil, err
	}
	key = make([]byte, 32)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return os.ReadFile(path) // another process of this instance was first
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Write(key); err != nil {
		return nil, err
	}
	return key, f.Sync()
}

// keyFolder keeps the keys of votes as files, one to a key.
type keyFolder string

// Key returns the 32 bytes kept under a name, made on first use.
func (k keyFolder) Key(name string) ([]byte, error) { return secret(string(k), name) }

// Destroy overwrites a key and removes it; removing none is no error.
func (k keyFolder) Destroy(name string) error {
	path := filepath.Join(string(k), name+".key")
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	blot := make([]byte, 32)
	rand.Read(blot)
	_, err = f.Write(blot)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Remove(path)
}
