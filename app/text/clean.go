// Package text works on what people write: it cleans it, makes safe HTML of
// its Markdown, folds and stems it for search, makes slugs and excerpts, and
// compares versions word by word. It knows strings only: no page, no language
// but by name, no database.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks may stand on one letter. No script
// needs more; stacks of them spill over the lines above and below.
const maxMarks = 6

// Clean makes text from a form fit to be kept: valid UTF-8 in normal form C,
// line ends as \n, trimmed of white space at both ends. It takes out control
// characters other than line end and tab, what turns the direction of writing
// round (so that no name or address can be shown other than it is), and what
// cannot be seen: zero-width characters, fillers that look blank, tags. Zero
// width joiners stay where scripts and emoji need them. Clean(Clean(s)) equals
// Clean(s).
func Clean(s string) string {
	if isPlainASCII(s) {
		return strings.TrimSpace(s)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(normal(strip(normal(s))))
}

// Line is Clean for what stands on one line, a name or a title: each run of
// white space becomes one space.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

func normal(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}

func isPlainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x7F || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func strip(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	var before rune // the last rune kept
	marks := 0
	for i, r := range s {
		after := s[i+utf8.RuneLen(r):]
		switch {
		case r == '\r':
			if strings.HasPrefix(after, "\n") {
				continue
			}
			r = '\n'
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			r = '\n'
		case r == '\u200C' || r == '\u200D':
			next, _ := utf8.DecodeRuneInString(after)
			if !joins(before) || !joins(next) {
				continue
			}
		case isHidden(r):
			continue
		}
		if r >= 0x300 && unicode.Is(unicode.M, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}

// joins tells whether a zero width joiner may stand beside r: letters and marks
// of scripts that shape their letters, and emoji. Between Latin, Greek and
// Cyrillic letters it only hides a difference.
func joins(r rune) bool {
	return r >= 0x0600 && !(r >= 0x2000 && r <= 0x20CF) && !unicode.IsSpace(r) && !isHidden(r)
}

// isHidden tells whether r is neither seen nor needed, or turns the direction
// of writing round.
func isHidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r):
		return true
	case r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x180E, r == 0xFEFF, // soft hyphen, joiners, marks
		r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800, // fillers and blanks
		r >= 0x200B && r <= 0x200F && r != 0x200C && r != 0x200D,
		r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r >= 0xFFF0 && r <= 0xFFFB, r >= 0x1D173 && r <= 0x1D17A,
		r >= 0xE0000 && r <= 0xE0FFF && !(r >= 0xE0100 && r <= 0xE01EF):
		return true
	}
	return r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF // no characters
}
