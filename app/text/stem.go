package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/spanish"
)

// maxWord is the most runes of a word that search looks at.
const maxWord = 40

// skipped are words that every text has, folded. Snowball's own lists would
// also drop "estado", which in a civic text is a State.
var skipped = map[string]map[string]bool{
	"es": set("a al ante aquel aquella como con cual cuando de del desde donde e el ella ellas ellos en entre era es esa ese eso esta este esto " +
		"fue ha han hasta hay la las le les lo los mas me mi mis muy ni no nos o os para pero por porque que se si sin sobre son su sus " +
		"tambien te tu tus u un una unas uno unos y ya yo"),
	"en": set("a about am an and any are as at be been but by can did do does for from had has have he her his how i if in into is it its " +
		"me my no nor not of on or our s she so t than that the their them then there these they this those to too us was we were what when " +
		"where which while who whom why will with would you your"),
}

func set(words string) map[string]bool {
	s := map[string]bool{}
	for _, w := range strings.Fields(words) {
		s[w] = true
	}
	return s
}

// Stems returns the words of s as search keeps and looks for them: folded,
// without those that every text has, and reduced to their stem by the rules of
// the language ("es", "en", or a tag that begins so; other languages are only
// folded). They stand in the order of the text, repeated as often as there.
//
// Texts and queries pass through the same function. Accents go first, so that
// it never matters whether somebody typed them; Spanish endings that the stemmer
// only knows by their accent get it back, and plurals become singular before it,
// because it cuts "joven" and "jóvenes" differently.
func Stems(s, lang string) []string {
	words := Words(s, lang)
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = w.Stem
	}
	return stems
}

// A Word of a text: folded, as it was written, and its stem.
type Word struct{ Folded, Stem string }

// Words is Stems with each word as it was written beside its stem.
func Words(s, lang string) []Word {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	stem := map[string]func(string) string{"es": spanishStem, "en": englishStem}[lang]
	drop := skipped[lang]
	fields := strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words := make([]Word, 0, len(fields))
	for _, w := range fields {
		if drop[w] {
			continue
		}
		w = head(w, maxWord)
		if stem != nil && w[0] > '9' { // a word that begins with a digit is a number or a name
			words = append(words, Word{w, stem(w)})
		} else {
			words = append(words, Word{w, w})
		}
	}
	return words
}

// Likeliest returns the language of langs that a text is written in, judged by the words that every
// text has: usual where they do not tell.
func Likeliest(s, usual string, langs []string) string {
	seen := map[string]int{}
	for _, w := range strings.Fields(Fold(head(s, 2000))) {
		for _, lang := range langs {
			if skipped[lang][w] {
				seen[lang]++
			}
		}
	}
	best := usual
	for _, lang := range langs {
		if seen[lang] > seen[best] {
			best = lang
		}
	}
	return best
}

// head returns the first n runes of s.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func englishStem(w string) string { return Fold(english.Stem(w, true)) }

// accented are the endings that the Spanish stemmer only knows with an accent.
var accented = [...][2]string{{"acion", "ación"}, {"ucion", "ución"}, {"logia", "logía"}, {"logias", "logías"}}

func spanishStem(w string) string {
	w = singular(w)
	for _, e := range accented {
		if rest, ok := strings.CutSuffix(w, e[0]); ok {
			w = rest + e[1]
			break
		}
	}
	return Fold(spanish.Stem(w, true))
}

// stemmed are the endings whose e the stemmer itself needs to see.
var stemmed = [...]string{"mente", "ante", "antes", "able", "ables", "ible", "ibles"}

// singular takes the plural off a folded Spanish word. A final e goes too,
// because a plural in -es may be of either kind: "bases" of "base", "jueces" of
// "juez".
func singular(w string) string {
	for _, e := range stemmed {
		if strings.HasSuffix(w, e) {
			return w
		}
	}
	for _, plural := range [...]string{"es", "e"} {
		if rest, ok := strings.CutSuffix(w, plural); ok && utf8.RuneCountInString(rest) >= 3 && endsInConsonant(rest) {
			w = rest
			break
		}
	}
	if rest, ok := strings.CutSuffix(w, "s"); ok && len(rest) > 1 && strings.ContainsRune("iu", rune(rest[len(rest)-1])) {
		w = rest // taxis, autobús
	}
	if rest, ok := strings.CutSuffix(w, "z"); ok {
		w = rest + "c" // voz, voces
	}
	return w
}

func endsInConsonant(w string) bool {
	last := w[len(w)-1]
	return last >= 'a' && last <= 'z' && !strings.ContainsRune("aeiou", rune(last))
}
