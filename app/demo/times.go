package demo

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// A calendar turns the offsets of the files into instants: day 0 is the day of the first start in
// the town's zone.
type calendar struct {
	start time.Time
	zone  *time.Location
}

var offset = regexp.MustCompile(`^([+-](?:0|[1-9][0-9]{0,4}))(?:d(?: ([01][0-9]|2[0-3]):([0-5][0-9]))?|(h)|(m))$`)

// at is the instant of an offset such as "+18d 18:00", "-3d" (09:00) or "-5h".
func (c calendar) at(s string) (time.Time, error) {
	m := offset.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, fmt.Errorf("%q is no offset", s)
	}
	n, _ := strconv.Atoi(m[1])
	switch {
	case m[4] != "":
		return c.start.Add(time.Duration(n) * time.Hour), nil
	case m[5] != "":
		return c.start.Add(time.Duration(n) * time.Minute), nil
	}
	hour, minute := 9, 0
	if m[2] != "" {
		hour, _ = strconv.Atoi(m[2])
		minute, _ = strconv.Atoi(m[3])
	}
	day := c.start.In(c.zone)
	return time.Date(day.Year(), day.Month(), day.Day()+n, hour, minute, 0, 0, c.zone).UTC(), nil
}

// spread is the i-th of n instants between two, both left out; what would lie ahead ends now.
func (c calendar) spread(i, n int, from, to time.Time) time.Time {
	if to.After(c.start) {
		to = c.start
	}
	return from.Add(to.Sub(from) / time.Duration(n+1) * time.Duration(i+1)).Truncate(time.Microsecond)
}

// order sorts keys by SHA-256 of salt/key: chance without a die, the same in everybody's demo.
func order(salt string, keys []string) []string {
	type placed struct {
		key string
		sum [32]byte
	}
	all := make([]placed, len(keys))
	for i, k := range keys {
		all[i] = placed{k, sha256.Sum256([]byte(salt + "/" + k))}
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Or(bytes.Compare(a.sum[:], b.sum[:]), cmp.Compare(a.key, b.key)) })
	sorted := make([]string, len(keys))
	for i, p := range all {
		sorted[i] = p.key
	}
	return sorted
}
