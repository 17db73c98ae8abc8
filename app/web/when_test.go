package web

import (
	"testing"
	"time"
)

func TestWhenReadsLocalTimesOfTheTown(t *testing.T) {
	mexico, _ := time.LoadLocation("America/Mexico_City")
	madrid, _ := time.LoadLocation("Europe/Madrid")
	for _, c := range []struct {
		typed string
		zone  *time.Location
		want  string // UTC; "" for none
		ok    bool
	}{
		{"", mexico, "", true},
		{"  ", mexico, "", true},
		{"2026-12-18T18:00", mexico, "2026-12-19T00:00:00Z", true},
		{"2026-12-18T18:00:30", mexico, "2026-12-19T00:00:30Z", true},
		{"2026-12-18 18:00", mexico, "2026-12-19T00:00:00Z", true},
		{"2026-12-18", mexico, "2026-12-18T06:00:00Z", true},
		{"2026-07-01T12:00", madrid, "2026-07-01T10:00:00Z", true},
		{"2026-03-29T02:30", madrid, "", false}, // clocks jump from 2 to 3
		{"2026-03-29T03:00", madrid, "2026-03-29T01:00:00Z", true},
		{"2026-10-25T02:30", madrid, "2026-10-25T00:30:00Z", true}, // comes twice: the first
		{"2026-02-30T10:00", mexico, "", false},
		{"18/12/2026 18:00", mexico, "", false},
		{"0000-01-01T00:00", mexico, "", false},
		{"tomorrow", mexico, "", false},
	} {
		at, ok := parseWhen(c.typed, c.zone)
		got := ""
		if !at.IsZero() {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != c.want || ok != c.ok {
			t.Errorf("%q: got %q %v, want %q %v", c.typed, got, ok, c.want, c.ok)
		}
	}
}

func TestWhenPrintsWhatItReads(t *testing.T) {
	zone, _ := time.LoadLocation("Europe/Madrid")
	at := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	s := printWhen(at, zone)
	back, ok := parseWhen(s, zone)
	if !ok || !back.Equal(at) || printWhen(time.Time{}, zone) != "" {
		t.Errorf("%v became %q became %v", at, s, back)
	}
}
