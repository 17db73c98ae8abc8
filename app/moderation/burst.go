package moderation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Measure is what is counted hour by hour; its key is a block, a domain or the id of a proposal.
type Measure string

// The measures.
const (
	Supports           Measure = "support" // all of them, under no key: for the chart, never a burst
	SupportsByNetwork  Measure = "support.network"
	SupportsByDomain   Measure = "support.domain"
	SupportsOfProposal Measure = "support.proposal"
	AccountsByNetwork  Measure = "account.network"
	AccountsByDomain   Measure = "account.domain"
)

// The rule of bursts: more than burstOver in one hour, and more than burstTimes the median of the
// same measure and key over the busy hours of the days before. An hour with at least busyLeast is busy.
const (
	burstOver  = 20
	burstTimes = 5
	busyLeast  = 3
	usualOver  = 7 * 24 * time.Hour
)

// usual is the median of the busy hours, the lower of two; 0 where there were none.
func usual(busy []int64) int64 {
	if len(busy) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(busy))
	return sorted[(len(sorted)-1)/2]
}

// bursts reports whether n in one hour is a burst where the busy hours before had so many.
func (m Measure) bursts(n int64, busy []int64) bool {
	return m != Supports && n > burstOver && n > burstTimes*usual(busy)
}

// A happening is a support, or an account that was made (no thing).
type happening struct {
	thing          thing.ID
	network, email string
}

// A counted is how often something happened in an hour under one key.
type counted struct {
	measure Measure
	key     string
	n       int64
	thing   thing.ID // with the most of them; 0 for accounts
}

// measure counts what happened in an hour, in the order of measures and keys. What came from no known
// block, or from an account without an address, counts under the other measures alone.
func measure(all []happening) (out []counted) {
	type at struct {
		measure Measure
		key     string
	}
	things := map[at]map[thing.ID]int64{}
	add := func(m Measure, key string, id thing.ID) {
		k := at{m, key}
		if things[k] == nil {
			things[k] = map[thing.ID]int64{}
		}
		things[k][id]++
	}
	for _, h := range all {
		network, domain := AccountsByNetwork, AccountsByDomain
		if h.thing != 0 {
			network, domain = SupportsByNetwork, SupportsByDomain
			add(Supports, "", h.thing)
			add(SupportsOfProposal, fmt.Sprint(int64(h.thing)), h.thing)
		}
		if h.network != "" {
			add(network, h.network, h.thing)
		}
		if _, d, ok := strings.Cut(h.email, "@"); ok {
			add(domain, strings.ToLower(d), h.thing)
		}
	}
	for k, of := range things {
		c := counted{measure: k.measure, key: k.key}
		most := int64(0)
		for id, n := range of {
			if c.n += n; n > most || n == most && id < c.thing {
				most, c.thing = n, id
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b counted) int {
		return strings.Compare(string(a.measure)+" "+a.key, string(b.measure)+" "+b.key)
	})
	return out
}

// A Burst is an hour in which far more happened than is usual.
type Burst struct {
	ID      int64
	Measure Measure
	Key     string
	Hour    time.Time // its beginning
	Count   int64
	Usual   int64    // the median of the busy hours before; 0: there were none
	Thing   thing.ID // the proposal that most of it was about; 0: accounts
	Ref     thing.Ref
	NotedBy identity.ID
	NotedAt time.Time // zero: nobody has looked yet
	Note    string
}

// noteMost is how long the note on a burst may be, in letters.
const noteMost = 500

// noteOf cleans the note with which somebody says that they looked at a burst.
func noteOf(note string) (string, error) {
	note = text.Line(note)
	var c fault.Check
	c.That(note != "", "note", "burst.note.empty")
	c.That(len([]rune(note)) <= noteMost, "note", "burst.note.long", "max", int64(noteMost))
	return note, c.Err()
}

// An HourCount is how often something happened in an hour.
type HourCount struct {
	Hour  time.Time
	Count int64
}
