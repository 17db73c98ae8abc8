package i18n

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/feature/plural"
)

// formNames are CLDR's plural categories as catalogues write them, at the
// place of their plural.Form.
var formNames = [...]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// entry is one key as it stands in a file, its forms in the file's order. A
// plain text is an entry with the one form "".
type entry struct {
	key   string
	forms []form
}

type form struct{ name, text string }

// parseFile reads a flat object token by token, because a decoder into a map
// would silently keep the last of two equal keys.
func parseFile(raw []byte) ([]entry, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := open(d); err != nil {
		return nil, err
	}
	var entries []entry
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		e := entry{key: key.(string)}
		if e.forms, err = parseValue(d); err != nil {
			return nil, fmt.Errorf("key %q: %w", e.key, err)
		}
		entries = append(entries, e)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the object")
	}
	return entries, nil
}

func open(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("not an object of keys and texts")
	}
	return nil
}

func parseValue(d *json.Decoder) ([]form, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if text, ok := t.(string); ok {
		return []form{{"", text}}, nil
	}
	if t != json.Delim('{') {
		return nil, fmt.Errorf("neither a text nor an object of plural forms")
	}
	var forms []form
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		text, err := d.Token()
		if err != nil {
			return nil, err
		}
		s, ok := text.(string)
		if !ok {
			return nil, fmt.Errorf("form %q is not a text", name)
		}
		forms = append(forms, form{name.(string), s})
	}
	_, err = d.Token()
	return forms, err
}

// message is one key in one language, ready to be written.
type message struct {
	plain  string              // the text, or its "other" form, as it stands in the file
	forms  [6]template         // by plural.Form; nil where the language gives none
	plural bool                // whether n chooses
	names  map[string]struct{} // placeholders of all forms
	source []form
}

// template is a text cut at its placeholders.
type template []segment

// segment is a stretch of text, then the placeholder that follows it ("" at
// the end).
type segment struct{ text, name string }

func newMessage(e entry) *message {
	m := &message{names: map[string]struct{}{}, source: e.forms}
	for _, f := range e.forms {
		t := cut(f.text)
		for _, s := range t {
			if s.name != "" {
				m.names[s.name] = struct{}{}
			}
		}
		if f.name == "" || f.name == "other" {
			m.plain, m.forms[plural.Other] = f.text, t
		}
		for i, name := range formNames {
			if f.name == name {
				m.forms[i] = t
			}
		}
		m.plural = m.plural || f.name != ""
	}
	return m
}

// cut splits a text at {name}. A brace that opens no name stays a brace.
func cut(text string) template {
	t := template{}
	rest, done := text, 0
	for i := 0; i < len(rest); i++ {
		if rest[i] != '{' {
			continue
		}
		end := strings.IndexByte(rest[i:], '}')
		if end < 0 || !isName(rest[i+1:i+end]) {
			continue
		}
		t = append(t, segment{rest[done:i], rest[i+1 : i+end]})
		i += end
		done = i + 1
	}
	return append(t, segment{rest[done:], ""})
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
