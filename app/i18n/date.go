package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date writes the day of t in loc: "Friday 18 December 2026", "viernes 18 de
// diciembre de 2026".
func (l *Language) Date(t time.Time, loc *time.Location) string {
	return l.date("format.date", t.In(loc))
}

// ShortDate writes the day of t in loc for lists and tables: "18 Dec 2026",
// "18 dic 2026".
func (l *Language) ShortDate(t time.Time, loc *time.Location) string {
	return l.date("format.date.short", t.In(loc))
}

// Month writes the month in which t lies, in t's own zone.
func (l *Language) Month(t time.Time) string { return l.date("format.month", t) }

func (l *Language) date(key string, t time.Time) string {
	return l.T(key,
		"weekday", l.weekdays[t.Weekday()],
		"day", strconv.Itoa(t.Day()),
		"month", l.months[t.Month()-1],
		"month_short", l.shortMonths[t.Month()-1],
		"year", strconv.Itoa(t.Year()))
}

// Clock writes the time of day of t in loc: "6:00 pm", "18:00".
func (l *Language) Clock(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	half := "format.clock.am"
	if t.Hour() >= 12 {
		half = "format.clock.pm"
	}
	return l.T("format.clock",
		"hour12", strconv.Itoa((t.Hour()+11)%12+1),
		"hour24", strconv.Itoa(t.Hour()),
		"minute", fmt.Sprintf("%02d", t.Minute()),
		"half", Key(half))
}

// DateTime writes the instant t as loc's clocks and calendars show it, and says
// whose they are: "Friday 18 December 2026, 6:00 pm (Mexico City time, UTC−6)",
// "viernes 18 de diciembre de 2026, 18:00 (hora de Ciudad de México, UTC−6)".
// A location without a place (UTC, a fixed offset) gives the offset alone.
func (l *Language) DateTime(t time.Time, loc *time.Location) string {
	return l.T("format.datetime",
		"date", l.Date(t, loc), "time", l.Clock(t, loc), "zone", l.zone(t.In(loc)))
}

func (l *Language) zone(t time.Time) string {
	_, seconds := t.Zone()
	offset := utcOffset(seconds)
	city := l.Place(t.Location())
	if city == "" {
		return offset
	}
	return l.T("format.zone", "city", city, "offset", offset)
}

// Place returns the name of the city whose time loc is: "Ciudad de México". It
// comes from the catalogue's key zone.<IANA name>, else from the last part of
// that name. It is empty for UTC and for a fixed offset.
func (l *Language) Place(loc *time.Location) string {
	name := loc.String()
	if m, ok := l.messages["zone."+name]; ok {
		return m.plain
	}
	slash := strings.LastIndexByte(name, '/')
	if slash < 0 || strings.HasPrefix(name, "Etc/") {
		return ""
	}
	return strings.ReplaceAll(name[slash+1:], "_", " ")
}

// utcOffset writes seconds east of Greenwich: "UTC", "UTC−6", "UTC+5:30".
func utcOffset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = minus, -seconds
	}
	hours, minutes := seconds/3600, seconds/60%60
	switch {
	case minutes != 0:
		return fmt.Sprintf("UTC%s%d:%02d", sign, hours, minutes)
	case hours != 0:
		return fmt.Sprintf("UTC%s%d", sign, hours)
	}
	return "UTC"
}
