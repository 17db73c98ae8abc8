package text

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// ChangeKind tells what became of a stretch of text.
type ChangeKind int

// The kinds of change.
const (
	Same ChangeKind = iota
	Removed
	Added
)

// Change is a stretch of text and what became of it.
type Change struct {
	Kind ChangeKind
	Text string
}

// compareTime bounds the search for the smallest difference. When it is over,
// what is left is told as removed and added: correct, only longer.
const compareTime = 500 * time.Millisecond

// Compare returns how old became new, word by word. The texts of everything but
// Added, put together, are old; of everything but Removed, new. No two
// neighbours are of a kind; where words were replaced, Removed stands before
// Added, and spaces between two replaced words belong to the replacement. Equal
// texts give one Same, two empty ones nothing.
func Compare(old, new string) []Change {
	if old == new {
		return grow(nil, Same, old)
	}
	v := vocabulary{}
	a, b := v.encode(words(old)), v.encode(words(new))
	if v.full() {
		return grow(grow(nil, Removed, old), Added, new)
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = compareTime
	return tidy(v.decode(d.DiffMainRunes(a, b, false)))
}

// CountWords returns how many words a comparison added and removed, for the
// sentence that sums it up. Spaces and punctuation do not count.
func CountWords(changes []Change) (added, removed int) {
	for _, c := range changes {
		switch c.Kind {
		case Added:
			added += wordCount(c.Text)
		case Removed:
			removed += wordCount(c.Text)
		}
	}
	return added, removed
}

func wordCount(s string) int {
	n := 0
	for _, w := range words(s) {
		if r, _ := utf8.DecodeRuneInString(w); isWord(r) {
			n++
		}
	}
	return n
}

// words cuts s into words with their marks and inner apostrophes, runs of
// spaces, and everything else rune by rune: a line end is one of these, so that
// a changed paragraph does not swallow the next. Put together they are s.
func words(s string) []string {
	var cut []string
	for s != "" {
		n := wordEnd(s)
		cut = append(cut, s[:n])
		s = s[n:]
	}
	return cut
}

func wordEnd(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case unicode.IsMark(r):
		case isWord(first) && isWord(r):
		case isWord(first) && (r == '\'' || r == '’' || r == '.' || r == ','):
			// l'eau and 1,500.50 are one word, "agua, luz" are two
			next, _ := utf8.DecodeRuneInString(s[n+size:])
			before, _ := utf8.DecodeLastRuneInString(s[:n])
			quote := r == '\'' || r == '’'
			if quote && !unicode.IsLetter(next) || !quote && !(unicode.IsDigit(next) && unicode.IsDigit(before)) {
				return n
			}
		case isBlank(first) && isBlank(r):
		default:
			return n
		}
		n += size
	}
	return n
}

func isWord(r rune) bool  { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
func isBlank(r rune) bool { return r != '\n' && unicode.IsSpace(r) }

// vocabulary gives each different word a rune, for the library compares runes.
type vocabulary struct {
	codes map[string]rune
	words []string
}

const surrogates = 0x800 // runes from 0xD800 that no string can hold

func (v *vocabulary) full() bool { return len(v.words)+surrogates >= unicode.MaxRune }

func (v *vocabulary) encode(words []string) []rune {
	if v.codes == nil {
		v.codes = map[string]rune{}
	}
	runes := make([]rune, len(words))
	for i, w := range words {
		code, known := v.codes[w]
		if !known {
			code = rune(len(v.words) + 1)
			if code >= 0xD800 {
				code += surrogates
			}
			v.codes[w] = code
			v.words = append(v.words, w)
		}
		runes[i] = code
	}
	return runes
}

func (v *vocabulary) decode(diffs []diffmatchpatch.Diff) []Change {
	kinds := map[diffmatchpatch.Operation]ChangeKind{
		diffmatchpatch.DiffEqual: Same, diffmatchpatch.DiffDelete: Removed, diffmatchpatch.DiffInsert: Added,
	}
	changes := make([]Change, 0, len(diffs))
	for _, d := range diffs {
		var s strings.Builder
		for _, code := range d.Text {
			if code >= 0xD800 {
				code -= surrogates
			}
			s.WriteString(v.words[code-1])
		}
		changes = append(changes, Change{kinds[d.Type], s.String()})
	}
	return changes
}

// tidy gathers what was removed and added between two stretches that stayed.
// Spaces alone do not hold two changes apart.
func tidy(changes []Change) []Change {
	var out []Change
	var removed, added strings.Builder
	flush := func() {
		out = grow(grow(out, Removed, removed.String()), Added, added.String())
		removed.Reset()
		added.Reset()
	}
	for i, c := range changes {
		within := removed.Len()+added.Len() > 0 && i+1 < len(changes)
		switch {
		case c.Kind == Removed:
			removed.WriteString(c.Text)
		case c.Kind == Added:
			added.WriteString(c.Text)
		case within && strings.TrimFunc(c.Text, isBlank) == "" && removed.Len() > 0 && added.Len() > 0:
			removed.WriteString(c.Text)
			added.WriteString(c.Text)
		default:
			flush()
			out = grow(out, Same, c.Text)
		}
	}
	flush()
	return out
}

func grow(changes []Change, kind ChangeKind, s string) []Change {
	if s == "" {
		return changes
	}
	if n := len(changes); n > 0 && changes[n-1].Kind == kind {
		changes[n-1].Text += s
		return changes
	}
	return append(changes, Change{kind, s})
}
