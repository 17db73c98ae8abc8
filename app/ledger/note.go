package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Origin names the log of a vote: the instance's public address without its
// scheme, then /votes/SLUG. It must never change once the vote has opened.
func Origin(baseURL, slug string) (string, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || slug == "" {
		return "", fmt.Errorf("no origin for vote %q at %q", slug, baseURL)
	}
	origin := u.Host + strings.TrimRight(u.EscapedPath(), "/") + "/votes/" + url.PathEscape(slug)
	return strings.ReplaceAll(origin, "+", "%2B"), nil // a plus ends a key's name
}

// Checkpoint is the state of a log: how long it is, and the root of its tree
// (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Checkpoint returns the state of the tree, to be signed and published.
func (t *Tree) Checkpoint(origin string) (Checkpoint, error) {
	root, err := t.Root(t.size)
	return Checkpoint{origin, t.size, root}, err
}

// Text returns the three lines that are signed.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// Sign returns the checkpoint as published, signed by the key in the log's
// name. Whoever signs two that are not consistent can be convicted with them.
func (c Checkpoint) Sign(k Key) ([]byte, error) { return sign(c.Text(), c.Origin, k) }

func sign(text, name string, k Key) ([]byte, error) {
	signer, err := k.Signer(name)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, signer)
}

// OpenCheckpoint reads a signed checkpoint. It must be of the origin and
// signed by the log's key; the witnesses whose cosignatures verify are
// returned by name. Signatures by keys not named here are passed over; one
// by a key named here that is wrong is an error.
func OpenCheckpoint(signed []byte, origin string, log note.Verifier, witnesses ...note.Verifier) (Checkpoint, []string, error) {
	n, err := open(signed, log, witnesses...)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != origin {
		return Checkpoint{}, nil, fmt.Errorf("checkpoint of %.200q, not of %q", c.Origin, origin)
	}
	var names []string
	for _, s := range n.Sigs {
		if s.Name != log.Name() || s.Hash != log.KeyHash() {
			names = append(names, s.Name)
		}
	}
	return c, names, nil
}

// open verifies a note, which must have the signature of the first verifier.
func open(message []byte, first note.Verifier, more ...note.Verifier) (*note.Note, error) {
	n, err := note.Open(message, note.VerifierList(append([]note.Verifier{first}, more...)...))
	if err != nil {
		return nil, err
	}
	signed := false
	for _, s := range n.Sigs {
		// The note package passes over bits that base 64 leaves unused; a
		// file of which one byte was altered must not pass for the same.
		if _, err := decode(s.Base64); err != nil {
			return nil, err
		}
		signed = signed || s.Name == first.Name() && s.Hash == first.KeyHash()
	}
	if !signed {
		return nil, fmt.Errorf("not signed by %s", first.Name())
	}
	return n, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" || lines[len(lines)-1] != "" {
		return Checkpoint{}, errors.New("checkpoint: three lines are needed")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("checkpoint: %.40q is no size", lines[1])
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	return Checkpoint{lines[0], size, root}, nil
}

func parseHash(line string) (tlog.Hash, error) {
	b, err := decode(line)
	if err != nil || len(b) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("%.60q is no hash", line)
	}
	return tlog.Hash(b), nil
}

// decode reads base 64 in its one spelling; the standard library's decoder
// allows line ends anywhere.
func decode(text string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || base64.StdEncoding.EncodeToString(b) != text {
		return nil, fmt.Errorf("%.100q is not base 64 as it should be written", text)
	}
	return b, nil
}

// promiseDomain is the first line of a promise, where a checkpoint has its
// origin: the same key signs both.
const promiseDomain = "tequio-promise-v1"

// Promise is what a voter gets at once: that the commitment will be in the log
// by that time. With the log's final checkpoint, a broken one is proof.
type Promise struct {
	Origin     string
	Commitment [Size]byte
	By         time.Time // whole seconds
}

// Sign returns the promise as handed out.
func (p Promise) Sign(k Key) ([]byte, error) { return sign(p.text(), p.Origin, k) }

func (p Promise) text() string {
	return fmt.Sprintf("%s\n%s\n%s\n%s\n", promiseDomain, p.Origin, tlog.Hash(p.Commitment), p.By.UTC().Format(time.RFC3339))
}

// OpenPromise reads a signed promise; it must be signed by the log's key.
func OpenPromise(signed []byte, log note.Verifier) (Promise, error) {
	n, err := open(signed, log)
	if err != nil {
		return Promise{}, fmt.Errorf("promise: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != promiseDomain {
		return Promise{}, errors.New("promise: not a promise")
	}
	commitment, err := parseHash(lines[2])
	if err != nil {
		return Promise{}, fmt.Errorf("promise: %w", err)
	}
	by, err := time.Parse(time.RFC3339, lines[3])
	p := Promise{lines[1], commitment, by.UTC()}
	if err != nil || p.text() != n.Text || p.Origin != log.Name() {
		return Promise{}, errors.New("promise: not a promise of this log")
	}
	return p, nil
}
