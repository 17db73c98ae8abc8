package i18n

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// patterns are the keys whose placeholders a language uses as it likes, and
// those it may use: one writes 18:00, another 6:00 pm.
var patterns = map[string][]string{
	"format.date":       {"weekday", "day", "month", "month_short", "year"},
	"format.date.short": {"weekday", "day", "month", "month_short", "year"},
	"format.month":      {"month", "year"},
	"format.clock":      {"hour12", "hour24", "minute", "half"},
}

// Problems lists what is wrong with the catalogues, one sentence each, sorted:
// keys that stand twice, keys that a language lacks, texts that are empty,
// placeholders that differ between languages, plural forms that a language does
// not know or needs and lacks. A test over the shipped catalogues expects none.
func (c *Catalogues) Problems() []string {
	problems := slices.Clone(c.faults)
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, key := range c.Keys() {
		var first *Language
		for _, l := range c.languages {
			m, ok := l.messages[key]
			if !ok {
				add("%s: key %q is missing", l.tag, key)
				continue
			}
			for _, fault := range l.formFaults(m) {
				add("%s: key %q: %s", l.tag, key, fault)
			}
			if first == nil {
				first = l
			}
			if fault := placeholderFault(key, first, l); fault != "" {
				add("%s: key %q: %s", l.tag, key, fault)
			}
		}
	}
	slices.Sort(problems)
	return problems
}

func (l *Language) formFaults(m *message) []string {
	var faults []string
	given := map[string]bool{}
	known := l.pluralForms()
	for _, f := range m.source {
		switch {
		case given[f.name]:
			faults = append(faults, fmt.Sprintf("the form %q stands twice", f.name))
		case m.plural && !slices.Contains(known, f.name) && f.name != "other":
			faults = append(faults, fmt.Sprintf("the language has no plural form %q", f.name))
		case strings.TrimSpace(f.text) == "":
			faults = append(faults, "the text is empty")
		}
		given[f.name] = true
	}
	if len(m.source) == 0 {
		faults = append(faults, "no form is given")
	}
	if !m.plural {
		return faults
	}
	for _, name := range append(known, "other") {
		if !given[name] {
			faults = append(faults, fmt.Sprintf("the plural form %q is missing", name))
			given[name] = true
		}
	}
	return faults
}

// placeholderFault compares the placeholders of key in a language with those
// of the first one that has it. A plural form may leave n out ("one comment"),
// so all forms of a message count together, and n may be absent.
func placeholderFault(key string, first, l *Language) string {
	m := l.messages[key]
	if allowed, ok := patterns[key]; ok {
		for name := range m.names {
			if !slices.Contains(allowed, name) {
				return fmt.Sprintf("the placeholder {%s} means nothing here", name)
			}
		}
		return ""
	}
	here, there := names(m), names(first.messages[key])
	if !slices.Equal(here, there) {
		return fmt.Sprintf("placeholders {%s} differ from {%s} in %s",
			strings.Join(here, "} {"), strings.Join(there, "} {"), first.tag)
	}
	return ""
}

func names(m *message) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.names)), func(s string) bool { return m.plural && s == "n" })
}
