package proposal

import (
	"time"

	"tequio/app/fault"
	"tequio/app/text"
)

// A Revision is the next text of a published proposal.
type Revision struct {
	Words
	Seen     int64  // the version that its writer had before them
	Note     string // what changed and why, for everybody
	Spelling bool   // nothing but its spelling changed: who supports it need not look again
}

func (r *Revision) clean() {
	r.Words.clean()
	r.Note = text.Line(r.Note)
}

func (r Revision) check() error {
	var c fault.Check
	r.Words.check(&c)
	c.That(r.Note != "", "note", "proposal.note.empty")
	c.That(len([]rune(r.Note)) <= noteMost, "note", "proposal.note.long", "max", int64(noteMost))
	return c.Err()
}

// same reports whether the revision changes nothing.
func (r Revision) same(p *Proposal) bool {
	return p.Title == r.Title && p.Summary == r.Summary && p.Body == r.Body
}

// Outdated reports whether a text changed in substance after somebody saw a version of it; all are
// its texts.
func Outdated(all []Text, seen int64) bool {
	for _, t := range all {
		if t.Version > seen && t.Substantial {
			return true
		}
	}
	return false
}

// versionAt is the version of the text that stood at an instant; all are its texts, the newest first.
func versionAt(all []Text, at time.Time) int64 {
	for _, t := range all {
		if !t.At.After(at) {
			return t.Version
		}
	}
	return 1
}

// Pair finds the two texts that are to be compared: those of the versions from and to, the older
// first. What is not there stands for the newest text and the one before it; ok is false while there
// is one text alone. all are the texts, the newest first.
func Pair(all []Text, from, to int64) (old, now Text, ok bool) {
	if len(all) < 2 {
		return old, now, false
	}
	if from > to && to != 0 {
		from, to = to, from
	}
	at := 0
	for i, t := range all[:len(all)-1] {
		if t.Version == to {
			at = i
		}
	}
	before := at + 1
	for i, t := range all {
		if i > at && t.Version == from {
			before = i
		}
	}
	return all[before], all[at], true
}
