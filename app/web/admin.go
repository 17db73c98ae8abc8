package web

import (
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
)

// deskItem is an entry of the side menu of those who work here.
type deskItem struct {
	Href, Icon, Text string
	Current          bool
	Count            int // of what waits there; 0 shows nothing
}

// deskPlace is an entry with who sees it: holders of one of the roles, for the instance or, where
// local, for any agency.
type deskPlace struct {
	href, icon, key string
	roles           []identity.Role
	local           bool
}

var (
	deskStaff      = []identity.Role{identity.FocalPoint, identity.Editor, identity.Administrator}
	deskModerators = []identity.Role{identity.Moderator, identity.Administrator}
	deskAdmins     = []identity.Role{identity.Administrator}
)

// deskPlaces are the side menu, in its order.
var deskPlaces = []deskPlace{
	{"/admin", "flag", "admin.nav.todo", identity.Roles, true},
	{"/admin/consultations", "message", "nav.consultations", deskStaff, true},
	{"/admin/challenges", "lightbulb", "nav.challenges", []identity.Role{identity.FocalPoint, identity.Editor, identity.Evaluator, identity.Administrator}, true},
	{"/admin/votes", "vote", "nav.votes", deskStaff, true},
	{"/admin/proposals/kinds", "megaphone", "kind.admin", deskAdmins, false},
	{"/admin/moderation", "scale", "admin.nav.moderation", deskModerators, false},
	{"/admin/newsletters", "mail", "newsletter.nav", deskStaff, true},
	{deskScreening, "shield", "abuse.nav", deskAdmins, false},
	{"/admin/hidden", "eye-off", "admin.nav.hidden", deskModerators, false},
	{"/admin/people", "users", "admin.nav.people", deskModerators, false},
	{deskCensus, "users", "census.title", deskAdmins, false},
	{"/admin/agencies", "agency", "nav.agencies", deskAdmins, false},
	{"/admin/instance", "settings", "admin.nav.instance", deskAdmins, false},
	{"/admin/pages", "file", "admin.nav.pages", deskAdmins, false},
	{deskWitnesses, "eye", "witness.nav", deskAdmins, false},
	{"/admin/outbox", "mail", "admin.nav.outbox", deskAdmins, false},
	{"/admin/audit", "history", "admin.nav.audit", deskModerators, false},
	{"/admin/health", "shield", "admin.nav.health", deskAdmins, false},
}

// desk is the side menu as the reader may use it; current is the address of the entry they are in.
// Pages print it with {{template "desk" .Desk}}.
func (v *Visit) desk(current string) []deskItem {
	var items []deskItem
	for _, p := range deskPlaces {
		if v.Actor.Has(p.roles...) || p.local && len(v.Actor.Agencies(p.roles...)) > 0 {
			items = append(items, deskItem{Href: p.href, Icon: p.icon, Text: v.T(p.key), Current: p.href == current})
		}
	}
	return items
}

// staff refuses those who hold no role, or have not shown their second factor in this session. What
// concerns one thing is decided by its service.
func (v *Visit) staff() error {
	switch {
	case !v.Actor.SignedIn():
		return fault.New(fault.SignIn, "policy.signin")
	case !v.Actor.Staff():
		return fault.New(fault.Forbidden, "policy.role")
	case v.Actor.Session.FactorAt.IsZero():
		return fault.New(fault.Confirm, "policy.factor")
	}
	return nil
}

// may tells whether the reader may do what concerns the instance as a whole.
func (v *Visit) may(do policy.Action) bool { return policy.May(v.Actor, do, noThing, v.Now) }
