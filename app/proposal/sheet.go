package proposal

import (
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Sheet is a numbered sheet of signatures on paper for a proposal, typed in at a desk.
type Sheet struct {
	ID       int64
	Thing    thing.ID
	Number   int64 // of the proposal's sheets, from 1
	OpenedBy identity.ID
	OpenedAt time.Time
	ClosedAt time.Time // no lines are entered since; zero: open
	Lines    int64     // that were not struck
	Counted  int64     // of them, those that count as supports
}

// Closed reports whether nothing more is entered.
func (s Sheet) Closed() bool { return !s.ClosedAt.IsZero() }

// Standing is whether a line of a sheet counts, or why it does not.
type Standing string

// How a line may stand.
const (
	Counted  Standing = "counted"
	Repeated Standing = "duplicate" // the same document stands on another line
	Online   Standing = "online"    // its person supports the proposal here already
	Stranger Standing = "stranger"  // there is a census, and nobody in it has the document
)

// A Line is one signature on a sheet. Of the document nothing is kept but a keyed hash.
type Line struct {
	ID       int64
	Sheet    int64
	Thing    thing.ID
	Number   int64 // on the sheet
	Kind     Standing
	Matched  bool  // it is in the census
	Against  int64 // the line that it repeats; 0: none
	Repeats  Place // where that stands
	At       time.Time
	StruckAt time.Time
	Struck   string // why it was struck
	hash     []byte
}

// A Place is where a line stands: its sheet's number and its own.
type Place struct{ Sheet, Line int64 }

// found is what is known of a document when it is entered.
type found struct {
	against int64 // the counted line that has it already
	census  bool  // there is a census
	matched bool  // it is in there
	online  bool  // its person supports the proposal here
}

// judge says how a line stands. What repeats another line is that first: it tells the most.
func (f found) judge() Standing {
	switch {
	case f.against != 0:
		return Repeated
	case f.census && !f.matched:
		return Stranger
	case f.online:
		return Online
	}
	return Counted
}

// MayEnter returns nil, or the fault that says why no signature on paper is entered now: they are
// taken as long as support is.
func (p Proposal) MayEnter(now time.Time) error {
	switch {
	case !p.Listed(now):
		return fault.New(fault.Closed, "policy.away")
	case p.PhaseAt(now) != thing.Opened:
		return fault.New(fault.Closed, "policy.closed")
	}
	return p.MaySupport(identity.Resident)
}

// The largest numbers of lines on a sheet and of sheets.
const (
	linesMost  = 500
	sheetsMost = 10_000
)

func checkStrike(reason string) (string, error) {
	reason = text.Line(reason)
	var c fault.Check
	c.That(reason != "", "reason", "paper.reason.empty")
	c.That(len([]rune(reason)) <= noteMost, "reason", "paper.reason.long", "max", int64(noteMost))
	return reason, c.Err()
}
