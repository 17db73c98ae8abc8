package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tequio/app/text"
)

// A Piece of a text; Match marks the words that were searched for. The pieces put together are the
// text.
type Piece struct {
	Text  string
	Match bool
}

// A Marker knows the words of a query again in a text.
type Marker struct {
	langs []string
	stems map[string]bool
	first map[byte]bool // the bytes with which the stems begin: most words need no stemming
}

func newMarker(stems, langs []string) *Marker {
	m := &Marker{langs, map[string]bool{}, map[byte]bool{}}
	for _, s := range stems {
		m.stems[s], m.first[s[0]] = true, true
	}
	return m
}

// matches tells whether a word is one of those searched for.
func (m *Marker) matches(word string) bool {
	if c := word[0]; c < utf8.RuneSelf && !m.first[c|0x20] && !m.first[c] {
		return false
	}
	folded := text.Fold(word)
	if folded == "" || !m.first[folded[0]] {
		return false
	}
	return slices.ContainsFunc(m.langs, func(lang string) bool {
		return slices.ContainsFunc(text.Stems(folded, lang), func(stem string) bool { return m.stems[stem] })
	})
}

// next cuts the first word off a text, with what stands before it; word is "" at the end.
func next(s string) (before, word, rest string) {
	is := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) }
	from := strings.IndexFunc(s, is)
	if from < 0 {
		return s, "", ""
	}
	to := strings.IndexFunc(s[from:], func(r rune) bool { return !is(r) })
	if to < 0 {
		return s[:from], s[from:], ""
	}
	return s[:from], s[from : from+to], s[from+to:]
}

// Matches tells whether a text holds one of the words.
func (m *Marker) Matches(s string) bool {
	for s != "" {
		_, word, rest := next(s)
		if word != "" && m.matches(word) {
			return true
		}
		s = rest
	}
	return false
}

// First returns the first of the words as a text writes it, "" where it holds none.
func (m *Marker) First(s string) string {
	for s != "" {
		_, word, rest := next(s)
		if word != "" && m.matches(word) {
			return word
		}
		s = rest
	}
	return ""
}

// Mark marks the words in the whole of a text.
func (m *Marker) Mark(s string) (all []Piece) {
	for s != "" {
		before, word, rest := next(s)
		all = join(all, before, false)
		if word != "" {
			all = join(all, word, m.matches(word))
		}
		s = rest
	}
	return all
}

func join(all []Piece, s string, match bool) []Piece {
	switch n := len(all); {
	case s == "":
	case n > 0 && all[n-1].Match == match:
		all[n-1].Text += s
	default:
		all = append(all, Piece{s, match})
	}
	return all
}

// around is how many bytes of text an excerpt shows, at least; before how many words stand before the
// first that matches.
const (
	around = 180
	before = 8
)

// Excerpt cuts a text around the first word that matches and marks every match.
func (m *Marker) Excerpt(s string) []Piece {
	words := strings.Fields(s)
	first := max(0, slices.IndexFunc(words, m.Matches)-before)
	shown, length := first, 0
	for shown < len(words) && length <= around {
		length += len(words[shown]) + 1
		shown++
	}
	line := strings.Join(words[first:shown], " ")
	if first > 0 {
		line = "… " + line
	}
	if shown < len(words) {
		line += " …"
	}
	return m.Mark(line)
}
