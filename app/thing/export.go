package thing

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

// A trailLine is one sealed event of an exported trail, a line of JSON. Seal is hexadecimal: the
// SHA-256 of the seal before it, followed by the event as chained writes it.
type trailLine struct {
	Place  int64       `json:"place"`
	ID     int64       `json:"id"`
	At     int64       `json:"at"` // microseconds since 1970 UTC
	Actor  identity.ID `json:"actor"`
	Verb   string      `json:"verb"`
	Thing  ID          `json:"thing"`
	Person identity.ID `json:"person"`
	Note   string      `json:"note"`
	Seal   string      `json:"seal"`
}

// trailPage is how many events are read at once, so that no export holds up others.
const trailPage = 1000

// ExportTrail writes a page of the sealed trail behind a place as lines of JSON and returns the place
// of the last; the same place when there was nothing left.
func ExportTrail(tx *db.Tx, after int64, w io.Writer) (last int64, err error) {
	last = after
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	err = db.Each(tx, func(r db.Row) (l trailLine, err error) {
		var e Event
		var seal []byte
		err = r.Scan(&e.ID, db.Time(&e.At), db.Null(&e.Actor), &e.Verb, db.Null(&e.Thing), db.Null(&e.Person), &e.Note, &l.Place, &seal)
		l.ID, l.At, l.Actor, l.Verb, l.Thing, l.Person, l.Note, l.Seal = e.ID, e.At.UnixMicro(), e.Actor, e.Verb, e.Thing, e.Person, e.Note, hex.EncodeToString(seal)
		return
	}, func(l trailLine) error {
		last = l.Place
		return out.Encode(l)
	}, `SELECT `+eventColumns+`, e.place, e.hash FROM event e WHERE e.place > $1 ORDER BY e.place LIMIT $2`, after, trailPage)
	return last, err
}

// trailLineMost bounds a line of an exported trail, in bytes.
const trailLineMost = 1 << 20

// VerifyTrail checks an exported trail without any database: that every event is there in its place
// and that each seal covers it and the one before. It returns how many events it covers and the last
// seal, which whoever kept an older export can look for in this one. An error names the line.
func VerifyTrail(r io.Reader) (n int64, seal string, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, trailLineMost)
	var last []byte
	for lines.Scan() {
		n++
		var l trailLine
		dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&l); err != nil || dec.More() {
			return n, "", fmt.Errorf("line %d is no event: %v", n, err)
		}
		if again := canonical(l); !bytes.Equal(again, lines.Bytes()) {
			return n, "", fmt.Errorf("line %d is not as it was written", n)
		}
		if l.Place != n {
			return n, "", fmt.Errorf("line %d holds event %d: one is missing, or stands in another's place", n, l.Place)
		}
		last = chained(last, Event{ID: l.ID, At: time.UnixMicro(l.At), Actor: l.Actor, Verb: l.Verb, Thing: l.Thing, Person: l.Person, Note: l.Note})
		if hex.EncodeToString(last) != l.Seal {
			return n, "", fmt.Errorf("line %d does not match its seal: it, or one before it, was changed", n)
		}
		seal = l.Seal
	}
	return n, seal, lines.Err()
}

// canonical is a line as ExportTrail writes it, without its end.
func canonical(l trailLine) []byte {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if out.Encode(l) != nil {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
