package vote

import (
	"bytes"
	"fmt"
	"io"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/ledger"
	"tequio/app/thing"
)

// Inclusion proves that the entry at a place is in a vote's log as last signed, as a tlog-proof file; the
// fault thing.missing says that there is none.
func Inclusion(tx *db.Tx, id thing.ID, place int64) ([]byte, error) {
	last, err := LastCheckpoint(tx, id)
	if err != nil {
		return nil, err
	}
	if place < 0 || place >= last.Size {
		return nil, fault.New(fault.NotFound, "thing.missing")
	}
	proof, err := ledger.Open(tiles{tx, id}, last.Size).Prove(place, last.Size, []byte(last.Note))
	if err != nil {
		return nil, err
	}
	return proof.Text(), nil
}

// Consistency proves that a vote's log of size entries begins with that of the first old ones: the hashes
// of RFC 6962, section 2.1.2, in base 64, one to a line. The fault thing.missing says that the log was
// not yet so long.
func Consistency(tx *db.Tx, id thing.ID, old, size int64) ([]byte, error) {
	last, err := LastCheckpoint(tx, id)
	if err != nil {
		return nil, err
	}
	if old < 1 || old > size || size > last.Size {
		return nil, fault.New(fault.NotFound, "thing.missing")
	}
	proof, err := ledger.Open(tiles{tx, id}, last.Size).Consistency(old, size)
	var b bytes.Buffer
	for _, h := range proof {
		fmt.Fprintf(&b, "%s\n", h)
	}
	return b.Bytes(), err
}

// WriteCheckpoints writes every signed state of a vote's log, oldest first, a line of JSON each: size, at,
// note.
func WriteCheckpoints(tx *db.Tx, to io.Writer, id thing.ID) error {
	return db.Each(tx, scanCheckpoint, func(c Checkpoint) error {
		_, err := fmt.Fprintf(to, "%s\n", plainJSON(stateLine{c.Size, instant(c.At), c.Note}))
		return err
	}, `SELECT size, note, at FROM checkpoint WHERE vote_id = $1 ORDER BY size`, id)
}
