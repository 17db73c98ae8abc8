package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"tequio/app/text"
)

// A CensusKey makes of a document's number what is kept of it: whoever has the database alone learns
// no number, nor can try them all. It lies with the keys, never in the database.
type CensusKey []byte

// The letters and digits that a document's number has.
const (
	documentLeast = 4
	documentMost  = 40
)

// Hash is HMAC-SHA256 of a document's number under the key; ok is false where that is none. Case,
// spaces and what else stands between letters and digits make no difference.
func (k CensusKey) Hash(number string) (hash []byte, ok bool) {
	plain := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text.Line(number))
	if n := len([]rune(plain)); n < documentLeast || n > documentMost {
		return nil, false
	}
	m := hmac.New(sha256.New, k)
	m.Write([]byte("document\x00" + plain))
	return m.Sum(nil), true
}

// An Entitled is somebody of the census, without a name.
type Entitled struct {
	Hash   []byte
	Place  string // key of their place; "": not said
	Person ID     // whose account was matched; 0: nobody's yet
}

// CensusCounts are what a census file holds: New and Known add up to Rows without Twice and Bad.
type CensusCounts struct {
	Rows  int64
	Bad   int64 // no document's number
	Twice int64 // the same number as an earlier row
	New   int64
	Known int64 // in the census already
}

// String says the counts in a line of the shell.
func (c CensusCounts) String() string {
	return fmt.Sprintf("%d rows: %d new, %d known already, %d twice in the file, %d without a number", c.Rows, c.New, c.Known, c.Twice, c.Bad)
}

// errCensus tells what a census file must be.
var errCensus = errors.New("the file must be CSV whose first line names the columns: document, and place if you like")

// ReadCensus reads a census file, CSV with the columns document and, optionally, place. It returns
// those entitled, once each; the counts lack what only the database knows.
func ReadCensus(r io.Reader, key CensusKey) (all []Entitled, c CensusCounts, err error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	head, err := rows.Read()
	if err != nil {
		return nil, c, errors.Join(errCensus, err)
	}
	document, place := -1, -1
	for i, name := range head {
		switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))) {
		case "document":
			document = i
		case "place":
			place = i
		}
	}
	if document < 0 {
		return nil, c, errCensus
	}
	seen := map[string]bool{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, c, nil
		}
		if err != nil {
			return nil, c, err
		}
		c.Rows++
		one, ok := entitled(row, document, place, key)
		switch {
		case !ok:
			c.Bad++
		case seen[string(one.Hash)]:
			c.Twice++
		default:
			seen[string(one.Hash)] = true
			all = append(all, one)
		}
	}
}

func entitled(row []string, document, place int, key CensusKey) (e Entitled, ok bool) {
	if document >= len(row) {
		return e, false
	}
	if place >= 0 && place < len(row) {
		e.Place = text.Line(row[place])
	}
	e.Hash, ok = key.Hash(row[document])
	return e, ok
}
