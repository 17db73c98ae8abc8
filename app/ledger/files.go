package ledger

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// filesDomain is the first line of a signature over files, where a checkpoint has its origin: the same
// key signs both.
const filesDomain = "tequio-archive-v1"

// Files is what an instance signs of the files that it hands out together about one log.
type Files struct {
	Origin string
	List   [Size]byte // SHA-256 of the list that holds the SHA-256 of each file
}

// Sign returns the signed note, in the log's name.
func (f Files) Sign(k Key) ([]byte, error) { return sign(f.text(), f.Origin, k) }

func (f Files) text() string {
	return fmt.Sprintf("%s\n%s\n%s\n", filesDomain, f.Origin, tlog.Hash(f.List))
}

// OpenFiles reads what Sign wrote; it must be signed by the log's key.
func OpenFiles(signed []byte, log note.Verifier) (Files, error) {
	n, err := open(signed, log)
	if err != nil {
		return Files{}, fmt.Errorf("list of files: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != filesDomain {
		return Files{}, errors.New("list of files: the signature is of something else")
	}
	hash, err := parseHash(lines[2])
	f := Files{lines[1], hash}
	if err != nil || f.text() != n.Text || f.Origin != log.Name() {
		return Files{}, errors.New("list of files: not of this log")
	}
	return f, nil
}
