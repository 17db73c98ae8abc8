package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
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

func (k CensusKey) sum(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(purpose))
	for _, p := range parts {
		m.Write([]byte("\x00" + p))
	}
	return m.Sum(nil)
}

// Hash is HMAC-SHA256 of a document's number under the key; ok is false where that is none. Case,
// spaces and what else stands between letters and digits make no difference.
func (k CensusKey) Hash(number string) (hash []byte, ok bool) {
	plain := bare(number)
	if n := len([]rune(plain)); n < documentLeast || n > documentMost {
		return nil, false
	}
	return k.sum("document", plain), true
}

// Second is HMAC-SHA256, under the key, of a document's number with the second fact that its owner
// knows: a date of birth, a postal code. A date makes no difference by the way it is written, 31/01/1990
// or 1990-01-31. Alone it can be compared with no other row's: the number is part of it.
func (k CensusKey) Second(number, fact string) []byte {
	fact = strings.TrimSpace(text.Line(fact))
	if t, ok := birthday(fact); ok {
		fact = t.Format("20060102")
	}
	return k.sum("second", bare(number), bare(fact))
}

// Address is HMAC-SHA256 of an e-mail address under the key, for lists of those named; ok is false
// where that is none.
func (k CensusKey) Address(email string) (hash []byte, ok bool) {
	clean, err := Address(email)
	if err != nil {
		return nil, false
	}
	return k.sum("address", clean), true
}

// bare keeps the letters and digits, in capitals.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text.Line(s))
}

// birthday reads a date as the files and people here write them: the day before the month.
func birthday(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-1-2", "2/1/2006", "2.1.2006", "2-1-2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1850 && t.Year() < 2200 {
			return t, true
		}
	}
	return time.Time{}, false
}

// An Entitled is somebody of the census, without a name.
type Entitled struct {
	Hash   []byte // of their document
	Second []byte // of document and second fact; nil: none is known, so nobody is matched by it
	Place  string // key of their place; "": not said
	Born   int64  // year of birth; 0: not said
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
