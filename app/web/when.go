package web

import (
	"strings"
	"time"
)

// localForms are what browsers send from <input type="datetime-local">, and what people type where
// the browser knows only a text field.
var localForms = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"}

// When reads an instant that was entered as the town's local date and time. An empty field is the
// zero Time and ok; ok is false when something was entered that is no instant.
func (f *Form) When(name string, zone *time.Location) (at time.Time, ok bool) {
	return parseWhen(f.Get(name), zone)
}

// parseWhen reads a local date and time. Where clocks are put forward, an hour that does not exist
// is refused, because nobody can say which instant was meant; where they are put back, the first of
// the two is taken.
func parseWhen(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, true
	}
	for _, form := range localForms {
		at, err := time.ParseInLocation(form, s, zone)
		if err != nil {
			continue
		}
		if at.Format(form) != s || at.Year() < 1970 || at.Year() > 9999 {
			return time.Time{}, false
		}
		return first(at, form, s), true
	}
	return time.Time{}, false
}

// first is the earlier of the two instants that one local time names when clocks are put back.
// No zone moves its clocks by more than three hours.
func first(at time.Time, form, s string) time.Time {
	for back := 15 * time.Minute; back <= 3*time.Hour; back += 15 * time.Minute {
		if earlier := at.Add(-back); earlier.Format(form) == s && len(form) > len("2006-01-02") {
			return earlier
		}
	}
	return at
}

// printWhen writes an instant for an input of type datetime-local; the zero Time is "".
func printWhen(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(localForms[0])
}
