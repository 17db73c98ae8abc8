package notice

import (
	"slices"
	"testing"
	"time"

	"tequio/app/thing"
)

func at(t *testing.T, s, zone string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	w, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const (
	mexico  = "America/Mexico_City"
	newYork = "America/New_York" // 2026: forward on 8 March at 2:00, back on 1 November at 2:00
	madrid  = "Europe/Madrid"
)

// When mail of something that happens at an instant is due, in the reader's zone.
func TestDue(t *testing.T) {
	for _, c := range []struct {
		name, zone, now string
		pace            Pace
		from, to        int // minutes
		want            string
	}{
		{"at once by day", mexico, "2026-11-23 12:00", Now, 1320, 420, "2026-11-23 12:00"},
		{"at once, quiet before midnight", mexico, "2026-11-23 22:00", Now, 1320, 420, "2026-11-24 07:00"},
		{"at once, quiet after midnight", mexico, "2026-11-24 06:59", Now, 1320, 420, "2026-11-24 07:00"},
		{"at once as quiet ends", mexico, "2026-11-24 07:00", Now, 1320, 420, "2026-11-24 07:00"},
		{"a minute before quiet", mexico, "2026-11-23 21:59", Now, 1320, 420, "2026-11-23 21:59"},
		{"quiet within a day", mexico, "2026-11-23 13:00", Now, 780, 840, "2026-11-23 14:00"},
		{"never quiet", mexico, "2026-11-23 03:00", Now, 60, 60, "2026-11-23 03:00"},
		{"quiet into the spring gap", newYork, "2026-03-08 01:30", Now, 0, 150, "2026-03-08 03:00"},
		{"quiet over the autumn fold", newYork, "2026-11-01 00:30", Now, 0, 420, "2026-11-01 07:00"},
		{"daily before the morning", mexico, "2026-11-23 07:59", Daily, 1320, 420, "2026-11-23 08:00"},
		{"daily in the morning", mexico, "2026-11-23 08:00", Daily, 1320, 420, "2026-11-24 08:00"},
		{"daily over the spring gap", newYork, "2026-03-07 12:00", Daily, 1320, 420, "2026-03-08 08:00"},
		{"daily over the autumn fold", newYork, "2026-10-31 12:00", Daily, 1320, 420, "2026-11-01 08:00"},
		{"daily while mornings are quiet", mexico, "2026-11-23 12:00", Daily, 1320, 600, "2026-11-24 10:00"},
		{"weekly on another day", mexico, "2026-11-25 12:00", Weekly, 1320, 420, "2026-11-30 08:00"},
		{"weekly on the day, before", mexico, "2026-11-23 07:00", Weekly, 1320, 420, "2026-11-23 08:00"},
		{"weekly on the day, after", mexico, "2026-11-23 09:00", Weekly, 1320, 420, "2026-11-30 08:00"},
		{"weekly over the autumn fold", madrid, "2026-10-24 12:00", Weekly, 1320, 420, "2026-10-26 08:00"},
		{"never", mexico, "2026-11-23 12:00", Never, 1320, 420, ""},
	} {
		now := at(t, c.now, c.zone)
		h := usual(now.Location())
		h.QuietFrom, h.QuietTo = c.from, c.to
		got := h.Due(c.pace, now)
		if c.want == "" {
			if !got.IsZero() {
				t.Errorf("%s: due %v", c.name, got)
			}
			continue
		}
		if want := at(t, c.want, c.zone); !got.Equal(want) {
			t.Errorf("%s: due %v, not %v", c.name, got.In(want.Location()), want)
		}
	}
}

// Whatever the zone, the hour and the quiet hours, mail is due within a day of what it waits for, and
// never in quiet hours.
func TestDueIsNeverQuiet(t *testing.T) {
	for _, zone := range []string{mexico, newYork, madrid, "Australia/Lord_Howe", "Asia/Kathmandu"} {
		loc := at(t, "2026-01-01 00:00", zone).Location()
		for from := 0; from < dayMinutes; from += 150 {
			for _, length := range []int{60, 540, 1380} {
				h := usual(loc)
				h.QuietFrom, h.QuietTo = from, (from+length)%dayMinutes
				for now := at(t, "2026-03-01 00:10", zone); now.Month() < 12; now = now.Add(31*time.Hour + 7*time.Minute) {
					for p, most := range map[Pace]time.Duration{Now: 25 * time.Hour, Daily: 50 * time.Hour, Weekly: 8*24*time.Hour + 25*time.Hour} {
						due := h.Due(p, now)
						if h.Quiet(due) || due.Before(now) || due.Sub(now) > most {
							t.Fatalf("%s, quiet %d to %d: %s at %v is due %v", zone, h.QuietFrom, h.QuietTo, p, now, due.In(loc))
						}
					}
				}
			}
		}
	}
}

func TestSwitchedOff(t *testing.T) {
	h, now := usual(time.UTC), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	h.Digests = false
	if !h.Due(Daily, now).IsZero() || !h.Due(Weekly, now).IsZero() || h.Due(Now, now).IsZero() {
		t.Error("no summaries: they alone stop")
	}
	h.Digests, h.Prompts = true, false
	if h.Due(Daily, now).IsZero() || !h.Due(Now, now).IsZero() {
		t.Error("nothing at once: it alone stops")
	}
}

func TestPaceOf(t *testing.T) {
	for _, c := range []struct {
		follow, all, own Pace
		mine, letter     bool
		want             Pace
	}{
		{want: Daily},
		{letter: true, want: Now},
		{follow: Weekly, letter: true, want: Weekly},
		{follow: Never, all: Now, want: Never},
		{all: Weekly, letter: true, want: Weekly},
		{all: Weekly, mine: true, letter: true, want: Now},
		{own: Daily, mine: true, letter: true, want: Daily},
		{own: Daily, follow: Now, mine: true, want: Now},
	} {
		h := Habits{Pace: c.all, Own: c.own}
		if got := h.pace(c.follow, c.mine, c.letter); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestBundled(t *testing.T) {
	var items []item
	for n := range 40 { // newest first; things 0 to 19, two items each, then ten more of thing 3
		items = append(items, item{t: thing.Thing{ID: thing.ID(n % 20)}, event: int64(100 - n)})
	}
	for range 10 {
		items = append(items, item{t: thing.Thing{ID: 3}})
	}
	all, rest := bundled(items)
	if len(all) != bundlesMost || rest != int64(2*(20-bundlesMost)) {
		t.Fatalf("%d things and %d more", len(all), rest)
	}
	if all[0].t.ID != 0 || all[3].t.ID != 3 || len(all[3].items) != itemsMost || all[3].rest != 12-itemsMost {
		t.Errorf("%+v", all[3])
	}
	if all[0].items[0].event < all[0].items[1].event {
		t.Error("not newest first")
	}
	if all, rest := bundled(nil); len(all) != 0 || rest != 0 {
		t.Error("nothing is not nothing")
	}
}

func TestWorth(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	public := thing.Thing{State: thing.Published, PublishedAt: now.Add(-time.Hour), Author: 7}
	hidden, draft, ahead := public, public, public
	hidden.HiddenAt, draft.State, ahead.PublishedAt = now, thing.Draft, now.Add(time.Hour)
	for name, c := range map[string]struct {
		i    item
		want bool
	}{
		"public":                     {item{t: public, via: "thing:1"}, true},
		"read on the site":           {item{t: public, via: "thing:1", Notice: Notice{Read: true}}, false},
		"hidden since":               {item{t: hidden, via: "thing:1"}, false},
		"a draft":                    {item{t: draft, via: "thing:1"}, false},
		"not yet public":             {item{t: ahead, via: "thing:1"}, false},
		"hidden, to its author":      {item{t: hidden, via: own, person: 7, Notice: Notice{Verb: "thing.hide"}}, true},
		"hidden, to a supporter":     {item{t: hidden, via: own, person: 8, Notice: Notice{Verb: "proposal.edit"}}, false},
		"own comment on it hidden":   {item{t: public, via: own, person: 8, Notice: Notice{Verb: "comment.hide"}}, true},
		"a draft sent back, to whom": {item{t: draft, via: own, person: 7, Notice: Notice{Verb: "thing.return"}}, true},
	} {
		if got := c.i.worth(now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStopToken(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	for _, what := range []string{"thing:12", "place:centro", "subject:agua", own, digest, prompt, "news:town", "news:agency:12"} {
		s := stop{250681806028800002, what}
		got, ok := readStop(key, s.sign(key))
		if !ok || got != s {
			t.Errorf("%s: %+v, %v", what, got, ok)
		}
		if _, ok := readStop([]byte("another"), s.sign(key)); ok {
			t.Errorf("%s: another key opens it", what)
		}
	}
	for _, what := range []string{"", "thing:", "thing:x", "thing:0", "place:", "all", "digest:1"} {
		if _, ok := readStop(key, stop{1, what}.sign(key)); ok {
			t.Errorf("%q can be stopped", what)
		}
	}
}

// Nothing but what was signed is read, and what is read is what was signed.
func FuzzStopToken(f *testing.F) {
	key := []byte("0123456789abcdef0123456789abcdef")
	valid := stop{42, "thing:12"}.sign(key)
	for _, seed := range []string{"", "none", valid, valid[1:], valid + "A", "AAAA" + valid, "=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		s, ok := readStop(key, token)
		if ok && s.sign(key) != token {
			t.Errorf("%q reads as %+v, which is %q", token, s, s.sign(key))
		}
	})
}

func TestCrowdsAreAudiences(t *testing.T) {
	var all audience
	for _, c := range crowds {
		all |= c
	}
	if all&watchers != watchers || slices.Contains(crowds, author) {
		t.Errorf("crowds %v", crowds)
	}
}
