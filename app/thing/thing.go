// Package thing is what proposals, challenges, consultations, votes and agencies have in common: an
// id, an agency, an author, a title, an address, a state, dates and counters. Comments, follows,
// files, moderation, notices and search attach to things and know nothing of what kind they are.
//
// A change to a thing is recorded as an event in the same transaction: the events are the audit
// trail, the activity feed, the outbox of notices and what makes a cached page stale.
package thing

import (
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

// ID names a thing for good.
type ID int64

// Kind is one sort of thing; each kind's room declares its own.
type Kind string

// State is where a thing stands between being written and being read.
type State string

// The states of every thing. A published thing whose PublishedAt lies ahead is scheduled; a thing
// is hidden by HiddenAt, whatever its state.
const (
	Draft     State = "draft"
	Checking  State = "checking" // handed in; a moderator reads it before it is published
	Published State = "published"
	Withdrawn State = "withdrawn"
	// In Rehearsal a copy is taken through what the real thing will go through, by those who know its
	// address; it is in no list. Afterwards it is Wiped: its header alone stays, for the audit trail.
	Rehearsal State = "rehearsal"
	Wiped     State = "wiped"
)

// Thing is the header that every public thing shares. A kind's own row has the same id.
type Thing struct {
	ID           ID
	Kind         Kind
	Agency       ID // 0: none, as for most proposals
	Parent       ID
	Author       identity.ID
	Coauthors    []identity.ID // those who write it with Author; see WithCoauthors
	Slug         string
	Lang         string // of the original text
	Title        string
	Summary      string
	Subject      string
	Place        string // "": everywhere
	Point        Point  // zero: nowhere in particular
	State        State
	CreatedAt    time.Time
	UpdatedAt    time.Time
	PublishedAt  time.Time
	OpensAt      time.Time // zero: from publication on
	ClosesAt     time.Time // zero: never
	HiddenAt     time.Time
	HiddenCode   string
	HiddenReason string
	Comments     int64
	Supports     int64
	Followers    int64
}

// A Point is a place on the map in millionths of a degree, north and east counting up.
type Point struct{ Lat, Lon int64 }

// Known reports whether the point is anywhere: nobody lives at 0° N 0° E, in the open sea.
func (p Point) Known() bool { return p != Point{} }

// Phase of a thing's life at an instant.
type Phase int

// The phases of openness.
const (
	Upcoming Phase = iota
	Opened
	Closed
)

// PhaseAt depends on the clock alone, so no late job can close a vote late or open one early.
func (t Thing) PhaseAt(now time.Time) Phase {
	switch {
	case now.Before(t.OpensAt):
		return Upcoming
	case t.ClosesAt.IsZero() || now.Before(t.ClosesAt):
		return Opened
	}
	return Closed
}

// Open reports whether people may act on the thing.
func (t Thing) Open(now time.Time) bool { return t.Visible(now) && t.PhaseAt(now) == Opened }

// Visible reports whether everybody may read the thing. Hidden and withdrawn things keep a page
// that shows title, date and reason, so they are visible too; Readable is stricter.
func (t Thing) Visible(now time.Time) bool {
	return (t.State == Published || t.State == Withdrawn || t.State == Rehearsal) && !now.Before(t.PublishedAt)
}

// Rehearsed reports whether the thing is a copy in rehearsal, and not hidden.
func (t Thing) Rehearsed(now time.Time) bool {
	return t.State == Rehearsal && !t.Hidden() && t.Visible(now)
}

// Hidden reports whether a moderator has hidden the thing.
func (t Thing) Hidden() bool { return !t.HiddenAt.IsZero() }

// Listed reports whether lists, feeds and search show the thing.
func (t Thing) Listed(now time.Time) bool {
	return t.State == Published && !t.Hidden() && !now.Before(t.PublishedAt)
}

// Deadline is the next instant at which the thing opens or closes; zero: none.
func (t Thing) Deadline(now time.Time) time.Time {
	switch t.PhaseAt(now) {
	case Upcoming:
		return t.OpensAt
	case Opened:
		return t.ClosesAt
	}
	return time.Time{}
}

// Ref is enough of a thing to link to it.
type Ref struct {
	ID    ID
	Kind  Kind
	Slug  string
	Title string
}

// Ref returns the link of t.
func (t Thing) Ref() Ref { return Ref{t.ID, t.Kind, t.Slug, t.Title} }

// paths are the lists under which the kinds live; kinds without a page of their own live on their
// parent's.
var paths = map[Kind]string{
	"consultation": "/consultations/", "challenge": "/challenges/", "proposal": "/proposals/",
	"vote": "/votes/", "agency": "/agencies/", "entry": "/entries/", "topic": "/topics/", "survey": "/surveys/",
}

// Path is the address of the thing's page.
func (r Ref) Path() string { return paths[r.Kind] + r.Slug }

// Path is the address of the thing's page.
func (t Thing) Path() string { return t.Ref().Path() }

// A Stage is a dated part of a thing's life (a phase of a consultation or challenge).
type Stage struct {
	Kind     string // what may be done in it, in the words of the thing's room
	Name     string // as the agency calls it; "" for the kind's own name
	OpensAt  time.Time
	ClosesAt time.Time
}

// At tells where an instant lies: Upcoming, Opened or Closed.
func (s Stage) At(now time.Time) Phase {
	return Thing{OpensAt: s.OpensAt, ClosesAt: s.ClosesAt}.PhaseAt(now)
}

// StageAt returns the stage that is open at now, or the next to come; false when all are over.
func StageAt(stages []Stage, now time.Time) (Stage, bool) {
	i := slices.IndexFunc(stages, func(s Stage) bool { return s.At(now) == Opened })
	if i < 0 {
		i = slices.IndexFunc(stages, func(s Stage) bool { return s.At(now) == Upcoming })
	}
	if i < 0 {
		return Stage{}, false
	}
	return stages[i], true
}

// Columns and Fields serve every query that joins thing as t.
const Columns = `t.id, t.kind, t.agency_id, t.parent_id, t.author_id, t.slug, t.lang, t.title, t.summary, t.subject, t.place,
	t.state, t.created_at, t.updated_at, t.published_at, t.opens_at, t.closes_at, t.hidden_at, t.hidden_code, t.hidden_reason,
	t.comments, t.supports, t.followers, t.lat, t.lon`

// Fields are where Columns are scanned to.
func Fields(t *Thing) []any {
	return []any{&t.ID, &t.Kind, db.Null(&t.Agency), db.Null(&t.Parent), db.Null(&t.Author), &t.Slug, &t.Lang, &t.Title, &t.Summary,
		&t.Subject, &t.Place, &t.State, db.Time(&t.CreatedAt), db.Time(&t.UpdatedAt), db.Time(&t.PublishedAt), db.Time(&t.OpensAt),
		db.Time(&t.ClosesAt), db.Time(&t.HiddenAt), &t.HiddenCode, &t.HiddenReason, &t.Comments, &t.Supports, &t.Followers,
		db.Null(&t.Point.Lat), db.Null(&t.Point.Lon)}
}
