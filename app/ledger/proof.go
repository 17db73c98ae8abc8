package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	maxProof    = 1 << 20 // bytes; a note may have as many
)

// Proof shows by itself, without a network, that an entry is in a log (C2SP
// tlog-proof; files end in .tlog-proof).
type Proof struct {
	Extra      []byte // anything; not protected by a signature
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte // signed, with whatever cosignatures there are
}

// Prove returns the proof for the entry at index against a signed checkpoint
// of this log, whose size is given.
func (t *Tree) Prove(index, size int64, checkpoint []byte) (Proof, error) {
	hashes, err := t.Inclusion(index, size)
	return Proof{Index: index, Hashes: hashes, Checkpoint: checkpoint}, err
}

// Text returns the proof as a file.
func (p Proof) Text() []byte {
	var b bytes.Buffer
	b.WriteString(proofHeader + "\n")
	if len(p.Extra) > 0 {
		fmt.Fprintf(&b, "extra %s\n", base64.StdEncoding.EncodeToString(p.Extra))
	}
	fmt.Fprintf(&b, "index %d\n", p.Index)
	for _, h := range p.Hashes {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads such a file. What it says is believed only after Check.
func ParseProof(file []byte) (p Proof, err error) {
	if len(file) > maxProof {
		return Proof{}, errors.New("proof: too large")
	}
	head, checkpoint, found := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != proofHeader {
		return Proof{}, errors.New("proof: not a file of " + proofHeader)
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if p.Extra, err = decode(lines[0][len("extra "):]); err != nil {
			return Proof{}, fmt.Errorf("proof: %w", err)
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || len(lines) > 1+63 {
		return Proof{}, fmt.Errorf("proof: %d lines", len(lines))
	}
	index, ok := strings.CutPrefix(lines[0], "index ")
	p.Index, err = strconv.ParseInt(index, 10, 64)
	if !ok || err != nil || p.Index < 0 || strconv.FormatInt(p.Index, 10) != index {
		return Proof{}, fmt.Errorf("proof: %.40q is no index", lines[0])
	}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return Proof{}, fmt.Errorf("proof: %w", err)
		}
		p.Hashes = append(p.Hashes, h)
	}
	p.Checkpoint = []byte(checkpoint)
	return p, nil
}

// Check verifies that the entry is in the log of that origin, and returns the
// checkpoint that says so with the names of the witnesses who saw it.
func (p Proof) Check(entry [Size]byte, origin string, log note.Verifier, witnesses ...note.Verifier) (Checkpoint, []string, error) {
	c, seen, err := OpenCheckpoint(p.Checkpoint, origin, log, witnesses...)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if p.Index < 0 || p.Index >= c.Size {
		return Checkpoint{}, nil, errBeyond
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(entry[:])); err != nil {
		return Checkpoint{}, nil, fmt.Errorf("proof of entry %d in %d: %w", p.Index, c.Size, err)
	}
	return c, seen, nil
}
