package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/thing"
)

const deskPeople = "/admin/people"

func personDesk(id identity.ID) string { return deskPeople + "/" + strconv.FormatInt(int64(id), 10) }

type peopleView struct {
	Desk    []deskItem
	Asked   string
	Count   int64
	Found   []personRow
	Staff   []personRow
	Waiting []invitationRow
	Invite  bool // the reader may
}

// personRow is a person in a table. Email is for administrators alone.
type personRow struct {
	Href, Name, Email, Level string
	Roles                    []string
	Blocked                  bool
	Since                    time.Time
}

type invitationRow struct {
	ID                  int64
	Email, Role, Agency string
	Expires             time.Time
}

var peopleTmpl = page.New[peopleView]("admin/people")

// peopleMost is how many people a search shows.
const peopleMost = 50

func (s *Server) deskPeople(v *Visit) error {
	m := peopleView{Desk: v.desk(deskPeople), Asked: v.Query("q"), Invite: v.Actor.Has(identity.Administrator)}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		found, err := identity.Look(tx, m.Asked, m.Invite, peopleMost)
		if err != nil {
			return err
		}
		m.Found, m.Count = nil, int64(len(found))
		for _, p := range found {
			m.Found = append(m.Found, v.personRow(p))
		}
		return v.staffOf(tx, &m)
	})
	if err != nil {
		return err
	}
	return render(v, peopleTmpl, Head{Title: v.T("admin.nav.people"), Admin: true, Private: true}, m)
}

func (v *Visit) personRow(p identity.Person) personRow {
	r := personRow{Href: personDesk(p.ID), Name: p.Name, Level: v.Lang.Number(int64(p.Level)), Blocked: p.Blocked(v.Now), Since: p.CreatedAt}
	if v.Actor.Has(identity.Administrator) {
		r.Email = p.Email
	}
	return r
}

// staffOf fills in who holds a role, once each, and who is invited to one.
func (v *Visit) staffOf(tx *db.Tx, m *peopleView) error {
	holders, err := identity.Holders(tx, 0)
	if err != nil {
		return err
	}
	names, err := agencyNames(tx)
	if err != nil {
		return err
	}
	m.Staff, m.Waiting = nil, nil
	for _, h := range holders {
		if n := len(m.Staff); n == 0 || m.Staff[n-1].Href != personDesk(h.Person.ID) {
			m.Staff = append(m.Staff, v.personRow(h.Person))
		}
		last := &m.Staff[len(m.Staff)-1]
		last.Roles = append(last.Roles, v.roleName(h.Grant, names))
	}
	if !m.Invite {
		return nil
	}
	waiting, err := identity.Invitations(tx)
	for _, i := range waiting {
		m.Waiting = append(m.Waiting, invitationRow{i.ID, i.Email, v.T("admin.role." + string(i.Role)), names[thing.ID(i.Agency)], i.ExpiresAt})
	}
	return err
}

func agencyNames(tx *db.Tx) (map[thing.ID]string, error) {
	names := map[thing.ID]string{}
	all, _, err := thing.Things(tx, thing.Query{Kind: "agency", Now: tx.Now, Limit: 200})
	for _, g := range all {
		names[g.ID] = g.Title
	}
	return names, err
}

// named is an agency with its name.
type named struct {
	id   thing.ID
	name string
}

func sortedNames(names map[thing.ID]string) (all []named) {
	for id, name := range names {
		all = append(all, named{id, name})
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id)) })
	return all
}

func (v *Visit) roleName(g identity.Grant, names map[thing.ID]string) string {
	name := v.T("admin.role." + string(g.Role))
	if g.Agency != 0 {
		name += " · " + names[thing.ID(g.Agency)]
	}
	return name
}

type personView struct {
	Desk      []deskItem
	Form      FormView
	Row       personRow
	ID        identity.ID
	Seen      time.Time
	BlockedAt time.Time
	Reason    string
	Roles     []heldRole
	Trail     string
	Grant     bool   // the reader may give and take roles
	Block     bool   // the reader may suspend and restore
	Confirm   string // where to prove again who one is before either; "" when that is done
	Fields    []field
	Codes     []choice
}

// heldRole is a role of a person, with what takes it away.
type heldRole struct {
	Name   string
	Role   identity.Role
	Agency int64
}

var personTmpl = page.New[personView]("admin/person")

func (s *Server) onePerson(v *Visit) error { return s.showPerson(v, blank(), nil) }

func (s *Server) showPerson(v *Visit, f FormView, refused error) error {
	m := personView{Desk: v.desk(deskPeople), Form: f, ID: identity.ID(v.ID("id")), Codes: v.codeOptions(f.Value("code"))}
	m.Grant, m.Block = v.Actor.Has(identity.Administrator), v.Actor.Has(identity.Administrator, identity.Moderator) && m.ID != v.Actor.ID
	if !v.Actor.Session.Confirmed(v.Now) {
		m.Confirm = "/me/confirm?return=" + url.QueryEscape(personDesk(m.ID))
	}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		p, err := identity.Get(tx, m.ID)
		if err != nil {
			return thing.Missing(err)
		}
		if p.Deleted() {
			return fault.New(fault.Gone, "thing.missing")
		}
		m.Row, m.Seen, m.BlockedAt, m.Reason = v.personRow(p), p.SeenAt, p.BlockedAt, v.reasonOf(p.BlockedReason)
		m.Trail = deskAudit + "?who=" + fmt.Sprint(int64(p.ID))
		names, err := agencyNames(tx)
		if err != nil {
			return err
		}
		given, err := identity.Given(tx, p.ID)
		m.Roles = nil
		for _, g := range given {
			m.Roles = append(m.Roles, heldRole{v.roleName(g, names), g.Role, g.Agency})
		}
		m.Fields = v.roleFields(f, names)
		return err
	})
	if err != nil {
		return err
	}
	h := Head{Title: m.Row.Name, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, personTmpl, h, m)
}

// roleFields choose a role and an agency.
func (v *Visit) roleFields(f FormView, names map[thing.ID]string) []field {
	role := v.filled(f, field{Name: "role", Label: "admin.people.role"})
	for _, r := range identity.Roles {
		role.Choices = append(role.Choices, choice{string(r), v.T("admin.role." + string(r)), role.Value == string(r)})
	}
	agency := v.filled(f, field{Name: "agency", Label: "admin.people.agency", Hint: "admin.people.agency.hint"})
	agency.Choices = []choice{{"0", v.T("admin.people.agency.none"), agency.Value == "" || agency.Value == "0"}}
	for _, g := range sortedNames(names) {
		id := fmt.Sprint(int64(g.id))
		agency.Choices = append(agency.Choices, choice{id, g.name, agency.Value == id})
	}
	return []field{role, agency}
}

func (v *Visit) grant() identity.Grant {
	return identity.Grant{Role: identity.Role(v.Form.Get("role")), Agency: v.Form.ID("agency")}
}

// afterPerson ends a form of the person's page: the page again with what is wrong, or with the news.
func (s *Server) afterPerson(v *Visit, err error, flash string) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showPerson(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(personDesk(identity.ID(v.ID("id"))))
}

func (s *Server) giveRole(v *Visit) error {
	return s.afterPerson(v, s.Staff.Give(v.ctx, v.Actor, identity.ID(v.ID("id")), v.grant()), "admin.people.given")
}

func (s *Server) takeRole(v *Visit) error {
	return s.afterPerson(v, s.Staff.Take(v.ctx, v.Actor, identity.ID(v.ID("id")), v.grant()), "admin.people.taken")
}

func (s *Server) clearFactor(v *Visit) error {
	return s.afterPerson(v, s.Staff.ClearFactor(v.ctx, v.Actor, identity.ID(v.ID("id"))), "admin.people.cleared")
}

func (s *Server) blockPerson(v *Visit) error {
	who := identity.ID(v.ID("id"))
	if v.Form.Get("act") == string(moderation.Unblock) {
		return s.afterPerson(v, s.Moderation.Unblock(v.ctx, v.Actor, who, v.reason()), "moderation.decided")
	}
	until, ok := v.Form.When("until", v.Zone())
	if !ok {
		return s.afterPerson(v, fault.On("until", "moderation.until.past"), "")
	}
	return s.afterPerson(v, s.Moderation.Block(v.ctx, v.Actor, who, until, v.reason()), "moderation.decided")
}

type staffInvite struct {
	Desk   []deskItem
	Form   FormView
	Fields []field
}

var staffInviteTmpl = page.New[staffInvite]("admin/invite")

func (s *Server) inviteForm(v *Visit) error { return s.askInvite(v, blank(), nil) }

func (s *Server) askInvite(v *Visit, f FormView, refused error) error {
	m := staffInvite{Desk: v.desk(deskPeople), Form: f}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		names, err := agencyNames(tx)
		m.Fields = append([]field{v.filled(f, field{Name: "email", Label: "admin.invite.email", Type: "email", Width: "w-l"})}, v.roleFields(f, names)...)
		return err
	})
	if err != nil {
		return err
	}
	h := Head{Title: v.T("admin.people.invite"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, staffInviteTmpl, h, m)
}

func (s *Server) inviteStaff(v *Visit) error {
	err := s.Staff.Invite(v.ctx, v.Actor, strings.TrimSpace(v.Form.Get("email")), v.grant(), v.Lang.Tag())
	if f, ok := v.refused(err); err != nil && ok {
		return s.askInvite(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.invite.sent")
	return v.Redirect(deskPeople)
}

func (s *Server) uninvite(v *Visit) error {
	if err := s.Staff.Uninvite(v.ctx, v.Actor, v.ID("id")); err != nil {
		return err
	}
	v.Flash("admin.invite.cancelled")
	return v.Redirect(deskPeople)
}
