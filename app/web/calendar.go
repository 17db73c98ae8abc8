package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tequio/app/consultation"
)

// A date is an instant for people's own calendars.
type date struct {
	id   string // unique within this instance, the same whenever it is asked for
	at   time.Time
	name string
	href string // address of the page that tells more
}

// calendar writes dates as iCalendar (RFC 5545). Each is an instant without duration.
func (v *Visit) calendar(all []date) []byte {
	host := "localhost"
	if u, err := url.Parse(v.s.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	const form = "20060102T150405Z"
	var b strings.Builder
	line := func(format string, args ...any) { folded(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tequio//EN")
	for _, d := range all {
		at := d.at.UTC().Format(form)
		line("BEGIN:VEVENT")
		line("UID:%s@%s", d.id, host)
		line("DTSTAMP:%s", v.Now.UTC().Format(form))
		line("DTSTART:%s", at)
		line("SUMMARY:%s", escaped(d.name))
		line("URL:%s", v.s.BaseURL+d.href)
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

var calendarEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)

func escaped(s string) string { return calendarEscapes.Replace(s) }

// folded writes a line in pieces of at most 75 bytes, never within a character.
func folded(b *strings.Builder, s string) {
	for room := 75; len(s) > room; room = 74 {
		n := room
		for !utf8.RuneStart(s[n]) {
			n--
		}
		b.WriteString(s[:n] + "\r\n ")
		s = s[n:]
	}
	b.WriteString(s + "\r\n")
}

// consultationCalendar is a consultation's dates: when it opens, closes, and when it is answered.
func (s *Server) consultationCalendar(v *Visit) error {
	r, err := s.Consultations.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	c := r.In(v.Lang.Tag(), r.Words)
	var all []date
	add := func(what string, at time.Time) {
		if !at.IsZero() {
			all = append(all, date{fmt.Sprintf("%s-%d", what, c.ID), at, v.T("consultation.calendar."+what, "title", c.Title), c.Path()})
		}
	}
	if r.StandingAt(v.Now) == consultation.Announced {
		add("opens", c.OpensAt)
	}
	add("closes", c.ClosesAt)
	add("answer", r.DecisionAt)
	v.Set("Content-Disposition", `attachment; filename="`+c.Slug+`.ics"`)
	return v.Send("text/calendar; charset=utf-8", v.calendar(all))
}
