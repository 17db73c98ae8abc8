package text

import (
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// spelled are letters that no decomposition turns into plain ones.
var spelled = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'þ': "th", 'ŋ': "n",
}

// Fold returns s in lower case without accents, for comparing what people type:
// "Educación", "EDUCACION" and "educacion" fold alike, and so do "año" and
// "ano". Compatibility forms (ligatures, wide letters) become plain ones. It
// keeps everything else, also white space.
func Fold(s string) string {
	if i := indexFolding(s); i < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		if plain, ok := spelled[r]; ok {
			out.WriteString(plain)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// FoldLine is Fold with single spaces between words and none around them.
func FoldLine(s string) string { return strings.Join(strings.Fields(Fold(s)), " ") }

// indexFolding finds the first byte that folding might change.
func indexFolding(s string) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			return i
		}
	}
	return -1
}

// maxSlug is the most bytes of a slug.
const maxSlug = 60

// Slug returns the part of an address that a title becomes: ASCII letters and
// digits in lower case with single hyphens between words, 60 bytes at most, cut
// between words where it can be. It is never empty: a title without Latin
// letters or digits becomes "x-" and eight hexadecimal digits of its hash. Equal
// titles have equal slugs; making them unique is the caller's part.
func Slug(title string) string {
	var out []byte
	gap := false
	for _, r := range Fold(title) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && len(out) > 0 {
				out = append(out, '-')
			}
			out, gap = append(out, byte(r)), false
		} else if r != '\'' && r != '’' { // D'Hondt is one word
			gap = true
		}
		if len(out) > maxSlug+1 {
			break
		}
	}
	if len(out) > maxSlug {
		out = cutSlug(out)
	}
	if len(out) == 0 {
		h := fnv.New32a()
		h.Write([]byte(title))
		return fmt.Sprintf("x-%08x", h.Sum32())
	}
	return string(out)
}

// cutSlug shortens to whole words, unless that would leave less than half.
func cutSlug(slug []byte) []byte {
	cut := slug[:maxSlug]
	if slug[maxSlug] != '-' {
		if i := strings.LastIndexByte(string(cut), '-'); i >= maxSlug/2 {
			cut = cut[:i]
		}
	}
	return []byte(strings.TrimRight(string(cut), "-"))
}
