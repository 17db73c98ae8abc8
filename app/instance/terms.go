package instance

import (
	"strings"

	"tequio/app/fault"
	"tequio/app/text"
)

// termsMost and nameMost bound the subjects and places of an instance, and the letters of a name.
const (
	termsMost = 500
	nameMost  = 80
)

// WriteTerms writes subjects or places as people edit them: one a line, its names in the order of
// the languages, then its key, all separated by bars.
func WriteTerms(terms []Term, languages []string) string {
	var b strings.Builder
	for _, t := range terms {
		for _, l := range languages {
			b.WriteString(t.Names[l])
			b.WriteString(" | ")
		}
		b.WriteString(t.Key)
		b.WriteString("\n")
	}
	return b.String()
}

// ReadTerms reads what WriteTerms wrote. A line without a key gets one made from its first name.
// Faults: instance.terms.many, instance.terms.line (n, the line), instance.terms.twice (key).
func ReadTerms(written string, languages []string) ([]Term, *fault.Message) {
	var terms []Term
	seen := map[string]bool{}
	for i, line := range strings.Split(written, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		t, ok := readTerm(line, languages)
		switch {
		case !ok:
			return nil, &fault.Message{Key: "instance.terms.line", Args: []any{"n", i + 1}}
		case seen[t.Key]:
			return nil, &fault.Message{Key: "instance.terms.twice", Args: []any{"key", t.Key}}
		case len(terms) == termsMost:
			return nil, &fault.Message{Key: "instance.terms.many", Args: []any{"max", termsMost}}
		}
		seen[t.Key] = true
		terms = append(terms, t)
	}
	return terms, nil
}

func readTerm(line string, languages []string) (t Term, ok bool) {
	parts := strings.Split(line, "|")
	t.Names = map[string]string{}
	for i, part := range parts {
		part = text.Clean(part)
		switch {
		case len([]rune(part)) > nameMost:
			return t, false
		case i < len(languages):
			if part != "" {
				t.Names[languages[i]] = part
			}
		case i == len(languages):
			t.Key = part
		default:
			return t, false
		}
	}
	if t.Key == "" {
		t.Key = text.Slug(t.Names[languages[0]])
	}
	return t, len(t.Names) > 0 && t.Names[languages[0]] != "" && t.Key == text.Slug(t.Key)
}
