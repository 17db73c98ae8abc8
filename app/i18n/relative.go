package i18n

import "time"

// The lengths by which distances are told. A month and a year are means: they
// are only used for distances at which a day more or less changes nothing.
const (
	day   = 24 * time.Hour
	month = 2629746 * time.Second // a twelfth of the mean Gregorian year
	year  = 12 * month
)

// units are told from the largest. A unit is used from least of it on: "45
// days" says more than "1 month".
var units = [...]struct {
	name   string
	length time.Duration
	least  int64
}{
	{"years", year, 2}, {"months", month, 2}, {"days", day, 1}, {"hours", time.Hour, 1}, {"minutes", time.Minute, 1},
}

// Relative writes how far t lies from now: "6 days left", "faltan 6 días" while
// t is to come, "3 hours ago", "hace 3 horas" once it is past. Whole units that
// have run: 47 hours are one day. next is the instant at which the words
// change, to the microsecond; a page that shows them is valid until then.
func (l *Language) Relative(now, t time.Time) (words string, next time.Time) {
	if left := t.Sub(now); left > 0 {
		return l.left(left, t)
	}
	return l.ago(now.Sub(t), t)
}

func (l *Language) left(d time.Duration, t time.Time) (string, time.Time) {
	for _, u := range units {
		if n := int64(d / u.length); n >= u.least {
			// At exactly n units the words still hold; they change just after.
			return l.T("relative.left."+u.name, "n", n), t.Add(time.Microsecond - time.Duration(n)*u.length)
		}
	}
	return l.T("relative.left.moment"), t
}

func (l *Language) ago(d time.Duration, t time.Time) (string, time.Time) {
	larger := time.Duration(1<<63 - 1) // from where a larger unit is used
	for _, u := range units {
		if n := int64(d / u.length); n >= u.least {
			return l.T("relative.ago."+u.name, "n", n), t.Add(min(time.Duration(n+1)*u.length, larger))
		}
		larger = time.Duration(u.least) * u.length
	}
	return l.T("relative.ago.moment"), t.Add(larger)
}
