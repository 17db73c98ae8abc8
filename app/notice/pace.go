package notice

import (
	"slices"
	"sync"
	"time"
)

// Pace is how often somebody is mailed the news of what they follow. On the site they see it at once
// whatever the pace.
type Pace string

// The paces.
const (
	Usual  Pace = ""      // of one follow: as of all; of all: what matters at once, the rest daily
	Now    Pace = "now"   // at once, quiet hours aside
	Daily  Pace = "day"   // in a summary every morning
	Weekly Pace = "week"  // in a summary one morning a week
	Never  Pace = "never" // no mail
)

// Paces are those that people choose from, the slowest last.
var Paces = []Pace{Now, Daily, Weekly, Never}

// Known reports whether p is a pace.
func (p Pace) Known() bool { return p == Usual || slices.Contains(Paces, p) }

// Habits are how somebody wants to be mailed.
type Habits struct {
	Pace      Pace // of what they follow
	Own       Pace // of what they wrote, support or take part in
	Zone      *time.Location
	QuietFrom int // minutes of the day …
	QuietTo   int // … between which nothing is mailed; equal: never quiet
	Weekday   time.Weekday
	Digests   bool // summaries are sent
	Prompts   bool // mail at once is sent
}

// usual are the habits of somebody who chose nothing, in a zone.
func usual(zone *time.Location) Habits {
	return Habits{Zone: zone, QuietFrom: 22 * 60, QuietTo: 7 * 60, Weekday: time.Monday, Digests: true, Prompts: true}
}

// morning is when summaries are sent, in minutes of the reader's day.
const morning = 8 * 60

// dayMinutes are the minutes of a day.
const dayMinutes = 24 * 60

// pace is how often somebody is mailed: as they chose for this follow, else for all of them; of what
// is their own, as they chose for that. Who chose nothing gets a letter at once, the rest daily.
func (h Habits) pace(follow Pace, own, letter bool) Pace {
	all := h.Pace
	if own {
		all = h.Own
	}
	switch {
	case follow != Usual:
		return follow
	case all != Usual:
		return all
	case letter:
		return Now
	}
	return Daily
}

// Due is the instant at which the mail of something that happens now is due; zero: there is none.
func (h Habits) Due(p Pace, now time.Time) time.Time {
	switch {
	case p == Now && h.Prompts:
		return h.awake(now)
	case p == Daily && h.Digests:
		return h.awake(h.next(now, func(time.Weekday) bool { return true }))
	case p == Weekly && h.Digests:
		return h.awake(h.next(now, func(d time.Weekday) bool { return d == h.Weekday }))
	}
	return time.Time{}
}

// next is the first morning after an instant, on a day that is wanted.
func (h Habits) next(now time.Time, wanted func(time.Weekday) bool) time.Time {
	local := now.In(h.Zone)
	for days := range 9 {
		at := time.Date(local.Year(), local.Month(), local.Day()+days, 0, morning, 0, 0, h.Zone)
		if at.After(now) && wanted(at.Weekday()) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Quiet reports whether nothing is mailed at an instant.
func (h Habits) Quiet(t time.Time) bool {
	local := t.In(h.Zone)
	m := local.Hour()*60 + local.Minute()
	if h.QuietFrom <= h.QuietTo {
		return m >= h.QuietFrom && m < h.QuietTo
	}
	return m >= h.QuietFrom || m < h.QuietTo
}

// awake is t, or the end of the quiet hours that t falls into.
func (h Habits) awake(t time.Time) time.Time {
	if !h.Quiet(t) {
		return t
	}
	local := t.In(h.Zone)
	day := local.Day()
	if h.QuietFrom > h.QuietTo && local.Hour()*60+local.Minute() >= h.QuietFrom {
		day++
	}
	end := time.Date(local.Year(), local.Month(), day, 0, h.QuietTo, 0, 0, h.Zone)
	for !end.After(t) || h.Quiet(end) { // an end that the clocks skip in spring
		end = end.Add(30 * time.Minute)
	}
	return end.UTC()
}

var zones sync.Map // name to *time.Location: reading one takes its time

// zoneOf is the zone with a name, or instead when there is none.
func zoneOf(name string, instead *time.Location) *time.Location {
	if name == "" {
		return instead
	}
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = instead
	}
	zones.Store(name, z)
	return z
}
