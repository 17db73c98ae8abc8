package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// A file of keys is this line, a salt of 16 bytes, a nonce of 24, and a tar of the key folder
// sealed with XChaCha20-Poly1305 under Argon2id of the passphrase; line and salt are sealed too.
const keysHead = "tequio keys 1\n"

// Argon2id's cost: about a third of a second, which a guesser pays for each guess.
const (
	keysPasses  = 3
	keysMemory  = 64 << 10 // KiB
	keysThreads = 4
	keysSalt    = 16
)

// phraseLeast is the least length of a passphrase, in letters.
const phraseLeast = 12

// passphrase takes it from the environment or, asked for on w, from the first line of r.
func passphrase(r io.Reader, w io.Writer) (string, error) {
	phrase := os.Getenv("TEQUIO_PASSPHRASE")
	if phrase == "" {
		fmt.Fprint(w, "Passphrase for the keys: ")
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		phrase = strings.TrimRight(line, "\r\n")
	}
	if len([]rune(phrase)) < phraseLeast {
		return "", fmt.Errorf("the passphrase must have %d letters or more", phraseLeast)
	}
	return phrase, nil
}

func keysCipher(phrase string, salt []byte) (cipher.AEAD, error) {
	return chacha20poly1305.NewX(argon2.IDKey([]byte(phrase), salt, keysPasses, keysMemory, keysThreads, chacha20poly1305.KeySize))
}

// sealKeys writes the key folder to a new file.
func sealKeys(folder, file, phrase string) error {
	var plain bytes.Buffer
	if err := packKeys(&plain, folder); err != nil {
		return err
	}
	salt, nonce := make([]byte, keysSalt), make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(salt)
	rand.Read(nonce)
	seal, err := keysCipher(phrase, salt)
	if err != nil {
		return err
	}
	head := append([]byte(keysHead), salt...)
	body := seal.Seal(append(bytes.Clone(head), nonce...), nonce, plain.Bytes(), head)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}

func packKeys(w io.Writer, folder string) error {
	tw := tar.NewWriter(w)
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return new(manifest).add(tw, path, filepath.ToSlash(rel))
	})
	return errors.Join(err, tw.Close())
}

// openKeys puts the keys of a file back into the key folder, which must be empty.
func openKeys(file, folder, phrase string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	from := len(keysHead) + keysSalt
	if len(b) < from+chacha20poly1305.NonceSizeX || !bytes.HasPrefix(b, []byte(keysHead)) {
		return fmt.Errorf("%s is no file of Tequio's keys", file)
	}
	seal, err := keysCipher(phrase, b[len(keysHead):from])
	if err != nil {
		return err
	}
	nonce := b[from : from+chacha20poly1305.NonceSizeX]
	plain, err := seal.Open(nil, nonce, b[from+len(nonce):], b[:from])
	if err != nil {
		return fmt.Errorf("%s: the passphrase is another one, or the file is damaged", file)
	}
	if err := mustBeEmpty(folder); err != nil {
		return err
	}
	return unpack(tar.NewReader(bytes.NewReader(plain)), folder, func(string, int64, string) error { return nil })
}
