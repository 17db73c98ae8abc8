package talk

import (
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/text"
)

// The bounds of naming people in a comment.
const (
	mentionsMost = 5 // people whom one comment can call
	nameWords    = 5 // words that a name may have
)

// spoken are what may be names in a text: what follows each @, one word, two words, and so on, the
// longest first.
func spoken(body string) (names []string) {
	for _, part := range strings.Split(body, "@")[1:] {
		line, _, _ := strings.Cut(part, "\n")
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, " ") {
			continue
		}
		words = words[:min(len(words), nameWords)]
		for n := len(words); n > 0; n-- {
			name := strings.Join(words[:n], " ")
			names = append(names, name)
			if bare := strings.TrimRight(name, ".,;:!?…)]»\"'"); bare != name && bare != "" {
				names = append(names, bare)
			}
		}
	}
	if len(names) > 40*nameWords {
		names = names[:40*nameWords]
	}
	return names
}

// findMentions finds who of those that speak on the thing is called by their whole name after an @,
// and marks their names in the comment's HTML. A name that several have calls nobody.
func (c *Comment) findMentions(tx *db.Tx) ([]identity.ID, error) {
	if !strings.Contains(c.Body, "@") {
		return nil, nil
	}
	names := spoken(c.Body)
	found, err := speakers(tx, c.Thing, names)
	if err != nil {
		return nil, err
	}
	var called []identity.ID
	var marks []string
	for _, name := range names {
		if p := found[name]; p != 0 && !slices.Contains(called, p) && len(called) < mentionsMost {
			called, marks = append(called, p), append(marks, "@"+name)
		}
	}
	c.HTML = text.Mark(c.HTML, marks)
	return called, nil
}
