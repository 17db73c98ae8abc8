package text

import (
	"html"
	"strings"
)

// Mark puts <strong class="mention"> around words where they stand in the text of HTML that Markdown
// made; tags, and the insides of code and links, stay as they are. The first of the words that fits
// wins, so longer ones come before their beginnings.
func Mark(source string, words []string) string {
	if len(words) == 0 {
		return source
	}
	pairs := make([]string, 0, 2*len(words))
	for _, w := range words {
		w = html.EscapeString(w)
		pairs = append(pairs, w, `<strong class="mention">`+w+`</strong>`)
	}
	marks := strings.NewReplacer(pairs...)
	var b strings.Builder
	apart := 0 // how many code and link elements we are in
	for source != "" {
		text, rest, tag := strings.Cut(source, "<")
		if apart > 0 {
			b.WriteString(text)
		} else {
			b.WriteString(marks.Replace(text))
		}
		if !tag {
			break
		}
		inside, after, whole := strings.Cut(rest, ">")
		b.WriteString("<" + inside)
		if whole {
			b.WriteByte('>')
		}
		switch name := strings.ToLower(inside); {
		case name == "code" || strings.HasPrefix(name, "code ") || name == "a" || strings.HasPrefix(name, "a "):
			apart++
		case name == "/code" || name == "/a":
			apart = max(0, apart-1)
		}
		source = after
	}
	return b.String()
}
