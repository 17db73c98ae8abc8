// Package identity knows people: how they sign in, which sessions they hold, how sure we are who
// they are, and which roles they were given. It does not know what they may do: that is policy.
package identity

import (
	"slices"
	"time"

	"tequio/app/db"
)

// ID names a person for good; it is never given to another.
type ID int64

// Level is how sure we are who somebody is.
type Level int64

// The levels of assurance.
const (
	Unknown    Level = 0 // nobody in particular
	Reachable  Level = 1 // answers at an e-mail address
	Identified Level = 2 // an identity provider vouches
	Resident   Level = 3 // matched to the census, or seen at a desk
)

// Role is what a person was asked to do, for one agency or for the instance.
type Role string

// The roles. Administrator and Moderator hold for the whole instance, the others for an agency and
// the agencies below it.
const (
	Administrator Role = "administrator"
	Moderator     Role = "moderator"
	FocalPoint    Role = "focal-point"
	Editor        Role = "editor"
	Evaluator     Role = "evaluator"
)

// Roles are all of them, in the order in which pages list them.
var Roles = []Role{Administrator, Moderator, FocalPoint, Editor, Evaluator}

// OfAgency reports whether the role is held for an agency.
func (r Role) OfAgency() bool { return r == FocalPoint || r == Editor || r == Evaluator }

// A Grant is a role held, with its agency (0: the whole instance).
type Grant struct {
	Role   Role
	Agency int64
}

// Person is somebody with an account. Name is shown to everybody, Email to nobody else.
type Person struct {
	ID            ID
	Name          string
	Email         string // "" when unknown
	Lang, Place   string
	Level         Level
	Voter         ID     // the number under which the person votes; their own, unless they left and came back
	DemoRole      string // not "": one of the demo's people
	CreatedAt     time.Time
	SeenAt        time.Time
	BlockedAt     time.Time
	BlockedUntil  time.Time // zero: for good
	BlockedReason string
	DeletedAt     time.Time
}

// Blocked reports whether the account is suspended at now: a block until a date ends by itself.
func (p Person) Blocked(now time.Time) bool {
	return !p.BlockedAt.IsZero() && (p.BlockedUntil.IsZero() || now.Before(p.BlockedUntil))
}

// Deleted reports whether the account is gone; what was published under it stays without the name.
func (p Person) Deleted() bool { return !p.DeletedAt.IsZero() }

// Actor is who acts in a request: nobody (the zero Actor), or a person with their session.
type Actor struct {
	ID           ID
	Name         string
	Lang         string
	Level        Level
	Voter        ID // see Person
	Blocked      bool
	BlockedUntil time.Time // when a block ends by itself; zero: never, or there is none
	Grants       []Grant
	Session      Session
}

// SignedIn reports whether the actor is a person.
func (a Actor) SignedIn() bool { return a.ID != 0 }

// Has reports whether the actor holds one of the roles for the whole instance.
func (a Actor) Has(roles ...Role) bool { return a.HasFor(0, roles...) }

// HasFor reports whether the actor holds one of the roles for the agency.
func (a Actor) HasFor(agency int64, roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Agency == agency && slices.Contains(roles, g.Role)
	})
}

// Staff reports whether the actor holds any role: such people need a second factor.
func (a Actor) Staff() bool { return len(a.Grants) > 0 }

// Agencies are those for which the actor holds one of the roles.
func (a Actor) Agencies(roles ...Role) []int64 {
	var ids []int64
	for _, g := range a.Grants {
		if g.Agency != 0 && slices.Contains(roles, g.Role) && !slices.Contains(ids, g.Agency) {
			ids = append(ids, g.Agency)
		}
	}
	return ids
}

// Session is one sign-in of a person on one device.
type Session struct {
	ID          int64
	Person      ID
	Issuer      string // how they signed in
	Agent       string // the device, in a few words
	Network     string // the address, shortened to /24 or /48; of an Actor in a request: the request's
	CreatedAt   time.Time
	SeenAt      time.Time
	ExpiresAt   time.Time
	FactorAt    time.Time // when the second factor was shown; zero: not
	ConfirmedAt time.Time // when the person last proved again that it is them
}

// confirmFor is how long a fresh confirmation lasts before destructive acts ask again.
const confirmFor = 15 * time.Minute

// Confirmed reports whether the person proved who they are lately enough for what cannot be undone.
func (s Session) Confirmed(now time.Time) bool {
	return now.Before(s.ConfirmedAt.Add(confirmFor))
}

const personColumns = `id, name, email, lang, place, level, CASE voter WHEN 0 THEN id ELSE voter END, demo_role, created_at, seen_at, blocked_at, blocked_until, blocked_reason, deleted_at`

func scanPerson(r db.Row) (p Person, err error) {
	err = r.Scan(&p.ID, &p.Name, db.Null(&p.Email), &p.Lang, &p.Place, &p.Level, &p.Voter, &p.DemoRole, db.Time(&p.CreatedAt),
		db.Time(&p.SeenAt), db.Time(&p.BlockedAt), db.Time(&p.BlockedUntil), &p.BlockedReason, db.Time(&p.DeletedAt))
	return
}
