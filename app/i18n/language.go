package i18n

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Language writes in one language. It does not change and may be used by any
// number of goroutines.
type Language struct {
	tag      string
	parsed   language.Tag
	messages map[string]*message
	missed   *sync.Map

	group, decimal string // of numbers, from the catalogue
	weekdays       [7]string
	months         [12]string
	shortMonths    [12]string
}

// Key is an argument of T that is itself a message: T writes its text. It
// takes no arguments of its own.
type Key string

// Amount is an argument of T that is money: T writes it as Money does.
type Amount struct {
	Minor    int64  // minor units: cents
	Currency string // ISO 4217
}

// Tag returns the BCP 47 tag, as for the lang attribute: "es".
func (l *Language) Tag() string { return l.tag }

// Dir returns the direction of writing, as for the dir attribute: "ltr" or "rtl".
func (l *Language) Dir() string {
	if m, ok := l.messages["language.direction"]; ok && m.plain == "rtl" {
		return "rtl"
	}
	return "ltr"
}

// Name returns what the language calls itself: "Español", "English".
func (l *Language) Name() string { return l.T("language.name") }

// Has tells whether the language has a text for key.
func (l *Language) Has(key string) bool {
	_, ok := l.messages[key]
	return ok
}

// T returns the text of key with its placeholders filled. args are name, value
// pairs: T("vote.cast", "n", 3, "title", v.Title). Where the message has plural
// forms, the integer argument n chooses.
//
// Values are written so: integers as Number does (give a year as a string),
// time.Time as DateTime in its own location, Key as its text, Amount as money,
// strings as they are, anything else as fmt.Sprint does. The result is plain
// text: templates escape it.
//
// A key that does not exist is returned itself and remembered (see Missed); a
// placeholder without an argument stays as it stands in the catalogue. Without
// args it is one map look-up and allocates nothing.
func (l *Language) T(key string, args ...any) string {
	m, ok := l.messages[key]
	if !ok {
		l.miss(key)
		return key
	}
	if len(args) == 0 {
		return m.plain
	}
	return l.fill(m, args)
}

func (l *Language) miss(key string) {
	if _, known := l.missed.Load(key); known {
		return
	}
	remembered := 0
	l.missed.Range(func(_, _ any) bool { remembered++; return remembered < 1000 })
	if remembered < 1000 {
		l.missed.Store(key, struct{}{})
	}
}

func (l *Language) fill(m *message, args []any) string {
	t := m.forms[plural.Other]
	if m.plural {
		t = l.choose(m, args)
	}
	out := make([]byte, 0, len(m.plain)+32)
	for _, s := range t {
		out = append(out, s.text...)
		if s.name == "" {
			continue
		}
		if v, ok := value(args, s.name); ok {
			out = l.append(out, v)
		} else {
			out = append(append(append(out, '{'), s.name...), '}')
		}
	}
	return string(out)
}

// choose picks the form for the argument n, or "other" where the language's
// rules ask for a form that the catalogue does not give.
func (l *Language) choose(m *message, args []any) template {
	v, _ := value(args, "n")
	n, ok := integer(v)
	if !ok {
		return m.forms[plural.Other]
	}
	if t := m.forms[l.pluralForm(n)]; t != nil {
		return t
	}
	return m.forms[plural.Other]
}

func (l *Language) pluralForm(n int64) plural.Form {
	if n < 0 {
		n = -max(n, -1<<62)
	}
	return plural.Cardinal.MatchPlural(l.parsed, int(n), 0, 0, 0, 0)
}

func value(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	case uint64:
		return int64(min(n, 1<<63-1)), true
	case uint:
		return int64(min(n, 1<<63-1)), true
	}
	return 0, false
}

func (l *Language) append(out []byte, v any) []byte {
	if n, ok := integer(v); ok {
		return l.appendNumber(out, n)
	}
	switch v := v.(type) {
	case string:
		return append(out, v...)
	case Key:
		return append(out, l.T(string(v))...)
	case Amount:
		return append(out, l.Money(v.Minor, v.Currency)...)
	case time.Time:
		return append(out, l.DateTime(v, v.Location())...)
	}
	return fmt.Append(out, v)
}

// prepare reads out of the catalogue what every number and date needs.
func (l *Language) prepare() {
	l.group, l.decimal = l.own("number.group", ","), l.own("number.decimal", ".")
	for i := range l.weekdays {
		l.weekdays[i] = l.own("weekday."+strconv.Itoa(i), time.Weekday(i).String())
	}
	for i := range l.months {
		english := time.Month(i + 1).String()
		l.months[i] = l.own("month."+strconv.Itoa(i+1), english)
		l.shortMonths[i] = l.own("month.short."+strconv.Itoa(i+1), english[:3])
	}
}

// own returns the text of key, or instead where the language has none: for
// what must be written even with a catalogue that is still being made.
func (l *Language) own(key, instead string) string {
	if m, ok := l.messages[key]; ok {
		return m.plain
	}
	return instead
}

// pluralForms returns the forms that whole numbers take in the language.
func (l *Language) pluralForms() []string {
	var names []string
	sample := func(n int64) {
		if name := formNames[l.pluralForm(n)]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for n := int64(0); n <= 1000; n++ {
		sample(n)
	}
	sample(1_000_000)
	return names
}
