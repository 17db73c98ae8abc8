// Package i18n says things in the reader's language: messages by key, plurals,
// numbers, money, dates and distances in time. Everything that differs between
// languages lies in the catalogues, so a new language is a folder of JSON files
// and no Go. The package knows no page, no room and no message by name, except
// those that its own formats are made of.
package i18n

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"tequio/data"

	_ "time/tzdata" // the host may have no zone files
)

// Catalogues holds the messages of every language. It does not change after
// Load and may be used by any number of goroutines.
type Catalogues struct {
	byTag     map[string]*Language
	languages []*Language // by tag
	faults    []string    // found while loading: duplicates, malformed values
	missed    sync.Map    // key asked for and not found -> struct{}
}

// Load reads the catalogues from fsys: one folder for each language, named by
// its BCP 47 tag ("es", "en", "pt-BR"), each with any number of JSON files that
// are merged. A file is one flat object: key to text, or key to an object of
// plural forms ("one", "other", …) that the argument n chooses from.
//
// It fails when a file cannot be read or is not such an object, when a folder
// is not named by a language, and when there is no language at all. Faults that
// a translator makes (a missing key, a placeholder too many) do not stop
// anybody's start: Problems lists them.
func Load(fsys fs.FS) (*Catalogues, error) {
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("catalogues: %w", err)
	}
	c := &Catalogues{byTag: map[string]*Language{}}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		if err := c.loadLanguage(fsys, f.Name()); err != nil {
			return nil, err
		}
	}
	if len(c.languages) == 0 {
		return nil, fmt.Errorf("catalogues: no language found")
	}
	return c, nil
}

func (c *Catalogues) loadLanguage(fsys fs.FS, tag string) error {
	parsed, err := language.Parse(tag)
	if err != nil {
		return fmt.Errorf("catalogues: folder %q is not named by a language: %w", tag, err)
	}
	files, err := fs.Glob(fsys, path.Join(tag, "*.json"))
	if err != nil {
		return fmt.Errorf("catalogues: %w", err)
	}
	l := &Language{tag: tag, parsed: parsed, messages: map[string]*message{}, missed: &c.missed}
	from := map[string]string{}
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("catalogues: %w", err)
		}
		entries, err := parseFile(raw)
		if err != nil {
			return fmt.Errorf("catalogues: %s: %w", name, err)
		}
		for _, e := range entries {
			if first, taken := from[e.key]; taken {
				c.faults = append(c.faults, fmt.Sprintf("%s: key %q stands already in %s", name, e.key, first))
				continue
			}
			from[e.key] = name
			l.messages[e.key] = newMessage(e)
		}
	}
	l.prepare()
	c.byTag[tag] = l
	c.languages = append(c.languages, l)
	return nil
}

// Languages returns every language, in the order of their tags.
func (c *Catalogues) Languages() []*Language { return slices.Clone(c.languages) }

// Language returns the language of a BCP 47 tag. A regional tag without a
// catalogue of its own gets its base ("es-MX" gets "es"); an unknown one gets
// the first language there is, so the result is never nil.
func (c *Catalogues) Language(tag string) *Language {
	if l, ok := c.byTag[tag]; ok {
		return l
	}
	if l, ok := c.byTag[base(tag)]; ok {
		return l
	}
	return c.languages[0]
}

// Keys returns every key that any language has, sorted.
func (c *Catalogues) Keys() []string {
	seen := map[string]bool{}
	for _, l := range c.languages {
		for k := range l.messages {
			seen[k] = true
		}
	}
	return sorted(seen)
}

// Missed returns the keys that were asked for and found in no catalogue since
// Load, sorted: a test reads pages and then expects this to be empty. At most
// a thousand are remembered.
func (c *Catalogues) Missed() []string {
	seen := map[string]bool{}
	c.missed.Range(func(k, _ any) bool {
		seen[k.(string)] = true
		return len(seen) < 1000
	})
	return sorted(seen)
}

// Keys returns every key of the catalogues that Tequio ships, sorted, so that a
// test of any package can tell whether the keys it uses exist. It panics when
// those catalogues cannot be read, which only a broken build can cause.
func Keys() []string {
	c, err := Load(data.Locales())
	if err != nil {
		panic(err)
	}
	return c.Keys()
}

func sorted(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// base returns the part of a tag before its region or script, in lower case.
func base(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(tag)
}
