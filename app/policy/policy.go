// Package policy says who may do what. It is the only place that does: services ask it before they
// act, pages ask it before they offer.
package policy

import (
	"slices"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Action is something that a person may want to do.
type Action string

// What everybody and every participant does.
const (
	See      Action = "see"      // read a thing
	Propose  Action = "propose"  // write a proposal of one's own
	Edit     Action = "edit"     // change one's own thing
	Withdraw Action = "withdraw" // take one's own thing back
	Support  Action = "support"  // support a thing, and take support back
	Sponsor  Action = "sponsor"  // stand behind a proposal before it is published, by its author's link
	Comment  Action = "comment"  // say something on a thing
	Follow   Action = "follow"   // be told of a thing's news
	Report   Action = "report"   // tell moderators what is wrong with something
	Respond  Action = "respond"  // answer a questionnaire
	Opine    Action = "opine"    // agree or disagree with a statement; the consultation says who may
	State    Action = "state"    // add a statement
	Ask      Action = "ask"      // ask a question on a challenge
	Enter    Action = "enter"    // enter a challenge
	Cast     Action = "cast"     // cast a ballot with one's account
	Poll     Action = "poll"     // cast a ballot with a code or at a desk, which show themselves who may
	Object   Action = "object"   // object to the result of a vote
	Examine  Action = "examine"  // check the sealed ballots of a vote that names one as its auditor
	Account  Action = "account"  // look after one's own account
	Upload   Action = "upload"   // add a file to one's own thing
	Invite   Action = "invite"   // ask others to write one's own thing with one
)

// What an agency's staff does, for things of that agency.
const (
	Manage Action = "manage" // create, edit, publish, schedule, close a thing of the agency
	Answer Action = "answer" // answer officially
	Judge  Action = "judge"  // mark entries, name finalists and winners
	Speak  Action = "speak"  // comment with the official voice
	Fulfil Action = "fulfil" // tell how what was promised is carried out
	Desk   Action = "desk"   // enter signatures on paper, at any agency's desk; help people vote, at that of the vote's agency

	CloseTalk Action = "close-talk" // close the conversation on a thing with a reason, and open it again
	Inform    Action = "inform"     // write newsletters in the agency's name
)

// What moderators and administrators do, for the instance.
const (
	Hide      Action = "hide"      // hide content with a reason, and show it again
	Block     Action = "block"     // block an account, and unblock it
	Grant     Action = "grant"     // give and take roles, invite staff
	Configure Action = "configure" // edit the instance, its pages and agencies
	Audit     Action = "audit"     // read the audit trail
	Operate   Action = "operate"   // see outbox, health and jobs
)

// A rule says what an action needs. Roles hold for the thing's agency, or for the whole instance.
type rule struct {
	signedIn bool
	author   bool            // the author may
	coauthor bool            // so may those who write it with them
	roles    []identity.Role // holders of one of these may
	anyone   bool            // of any agency, where the thing belongs to none
	level    identity.Level  // at least, of participants
	open     bool            // only while the thing is open
	live     bool            // only on things that are listed: published, not hidden or withdrawn
	rehearse bool            // on those in rehearsal, too
	confirm  bool            // only soon after proving again who one is
}

var (
	agencyStaff = []identity.Role{identity.FocalPoint, identity.Editor, identity.Administrator}
	answerers   = []identity.Role{identity.FocalPoint, identity.Administrator}
	judges      = []identity.Role{identity.FocalPoint, identity.Evaluator, identity.Administrator}
	moderators  = []identity.Role{identity.Moderator, identity.Administrator}
	hosts       = []identity.Role{identity.FocalPoint, identity.Editor, identity.Moderator, identity.Administrator}
	admins      = []identity.Role{identity.Administrator}
)

// rules is the one table. An action that is not in it is refused.
var rules = map[Action]rule{
	See:       {},
	Propose:   {signedIn: true, level: identity.Reachable},
	Edit:      {signedIn: true, author: true, coauthor: true},
	Withdraw:  {signedIn: true, author: true},
	Support:   {signedIn: true, level: identity.Reachable, open: true, live: true},
	Sponsor:   {signedIn: true, level: identity.Reachable},
	Comment:   {signedIn: true, level: identity.Reachable, live: true},
	Follow:    {signedIn: true, live: true},
	Report:    {signedIn: true, level: identity.Reachable, live: true},
	Respond:   {signedIn: true, level: identity.Reachable, open: true, live: true},
	Opine:     {open: true, live: true},
	State:     {signedIn: true, level: identity.Reachable, open: true, live: true},
	Ask:       {signedIn: true, level: identity.Reachable, open: true, live: true},
	Enter:     {signedIn: true, level: identity.Reachable, live: true},
	Cast:      {signedIn: true, open: true, live: true, rehearse: true},
	Poll:      {open: true, live: true, rehearse: true},
	Object:    {signedIn: true, live: true, rehearse: true},
	Examine:   {signedIn: true, level: identity.Reachable, live: true, rehearse: true}, // and named in the rules sheet: the room sees to it
	Account:   {signedIn: true},
	Upload:    {signedIn: true, author: true, coauthor: true},
	Invite:    {signedIn: true, author: true},
	Manage:    {signedIn: true, roles: agencyStaff},
	Answer:    {signedIn: true, roles: answerers, anyone: true},
	Judge:     {signedIn: true, roles: judges},
	Speak:     {signedIn: true, roles: agencyStaff, anyone: true},
	Fulfil:    {signedIn: true, roles: agencyStaff, anyone: true, live: true},
	Desk:      {signedIn: true, roles: agencyStaff, anyone: true},
	CloseTalk: {signedIn: true, roles: hosts},
	Inform:    {signedIn: true, roles: agencyStaff},
	Hide:      {signedIn: true, roles: moderators},
	Block:     {signedIn: true, roles: moderators, confirm: true},
	Grant:     {signedIn: true, roles: admins, confirm: true},
	Configure: {signedIn: true, roles: admins},
	Audit:     {signedIn: true, roles: moderators},
	Operate:   {signedIn: true, roles: admins},
}

// Allow returns nil, or the fault that says why not. For what concerns no thing, on is the zero Thing.
func Allow(a identity.Actor, do Action, on thing.Thing, now time.Time) error {
	r, ok := rules[do]
	mine := a.SignedIn() && a.ID == on.Author
	ours := a.SignedIn() && on.WrittenBy(a.ID)
	switch {
	case !ok:
		return fault.New(fault.Forbidden, "policy.unknown")
	case on.ID != 0 && !readable(a, on, ours, now):
		return fault.New(fault.NotFound, "thing.missing")
	case r.signedIn && !a.SignedIn():
		return fault.New(fault.SignIn, "policy.signin")
	case do == See && !on.Visible(now) && !ours && on.ID != 0 && on.Kind != "agency" && a.Session.FactorAt.IsZero():
		return fault.New(fault.Confirm, "policy.factor") // a role opens what is not public yet: a second key's matter
	case a.Blocked && do != See && do != Account:
		return fault.New(fault.Forbidden, "policy.blocked")
	case r.level > a.Level:
		return fault.New(fault.Forbidden, "policy.level", "level", int64(r.level))
	case r.author && !mine && !(r.coauthor && ours):
		return fault.New(fault.Forbidden, "policy.author")
	case len(r.roles) > 0:
		if err := allowRole(a, r, on, now); err != nil {
			return err
		}
	}
	switch {
	case r.live && !on.Listed(now) && !(r.rehearse && on.Rehearsed(now)):
		return fault.New(fault.Closed, "policy.away")
	case r.open && on.PhaseAt(now) == thing.Upcoming:
		return fault.New(fault.Closed, "policy.early")
	case r.open && on.PhaseAt(now) == thing.Closed:
		return fault.New(fault.Closed, "policy.closed")
	}
	return nil
}

// allowRole looks for a role that is held and, since roles are a second key's matter, for the
// second factor in this session.
func allowRole(a identity.Actor, r rule, on thing.Thing, now time.Time) error {
	switch {
	case !holds(a, r.roles, on) && !(r.anyone && holdsAnywhere(a, r.roles, on)):
		return fault.New(fault.Forbidden, "policy.role")
	case a.Session.FactorAt.IsZero():
		return fault.New(fault.Confirm, "policy.factor")
	case r.confirm && !a.Session.Confirmed(now):
		return fault.New(fault.Confirm, "policy.confirm")
	}
	return nil
}

func holds(a identity.Actor, roles []identity.Role, on thing.Thing) bool {
	agency := on.Agency
	if on.Kind == "agency" {
		agency = on.ID
	}
	return slices.ContainsFunc(a.Grants, func(g identity.Grant) bool {
		return slices.Contains(roles, g.Role) && (g.Agency == 0 || g.Agency == int64(agency))
	})
}

// holdsAnywhere: a thing that nobody was made responsible for yet is every agency's matter.
func holdsAnywhere(a identity.Actor, roles []identity.Role, on thing.Thing) bool {
	return on.ID != 0 && on.Agency == 0 && on.Kind != "agency" && slices.ContainsFunc(a.Grants, func(g identity.Grant) bool {
		return slices.Contains(roles, g.Role)
	})
}

// readable: what is published is everybody's; a draft is its authors' and its agency's staff's; what
// was handed in to be checked is its authors' and the moderators'.
// Hidden things keep a page with the reason, so their texts are withheld by the page, not here.
func readable(a identity.Actor, on thing.Thing, ours bool, now time.Time) bool {
	if on.State == thing.Wiped {
		return false // nothing of it is left
	}
	return on.Visible(now) || ours || on.Agency != 0 && !a.Blocked && holds(a, agencyStaff, on) || on.Kind == "agency" ||
		on.State == thing.Checking && !a.Blocked && holds(a, moderators, thing.Thing{})
}

// May is Allow for pages that only want to know whether to offer something.
func May(a identity.Actor, do Action, on thing.Thing, now time.Time) bool {
	return Allow(a, do, on, now) == nil
}

// Actions are all actions of the table, for the tests that try each.
func Actions() []Action {
	var all []Action
	for a := range rules {
		all = append(all, a)
	}
	slices.Sort(all)
	return all
}
