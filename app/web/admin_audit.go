package web

import (
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/thing"
)

const deskAudit = "/admin/audit"

type auditView struct {
	Desk        []deskItem
	Who, Where  string
	Families    []choice
	Unknown     string // what was asked for and does not exist
	All         []auditRow
	First, Next string
	Seals       string // address that checks the chain
	Sealed      *auditSeals
	CSV         string
}

// auditSeals is what walking the whole chain found.
type auditSeals struct {
	Good bool
	Text string
}

type auditRow struct {
	At              time.Time
	When            string
	Who, What, Note string
	Where           *thing.Ref
	Path            string
	Seal            string
}

var auditTmpl = page.New[auditView]("admin/audit")

// families are the verbs' first words, which the page filters by.
var families = []string{"account", "agency", "answer", "appeal", "challenge", "comment", "consultation", "entry", "instance", "invalid", "mail", "moderation", "newsletter",
	"notice", "person", "proposal", "report", "role", "support", "survey", "talk", "thing", "topic", "vote"}

// auditPage is how many events a page shows; auditPeople how many people a name may mean.
const (
	auditPage   = 50
	auditPeople = 50
)

func (s *Server) audit(v *Visit) error {
	m := auditView{Desk: v.desk(deskAudit), Seals: deskAudit + "?seals=check"}
	m.CSV = deskAudit + "/export.csv?" + v.question()
	family := v.Query("verb")
	for _, f := range families {
		m.Families = append(m.Families, choice{f, v.T("audit.family." + f), f == family})
	}
	q := v.trail()
	q.Before, q.Limit = thing.ParseCursor(v.Query("after")).Key, auditPage+1
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if v.Query("seals") == "check" {
			m.Sealed = v.seals(tx)
		}
		if err := v.narrow(tx, &q, &m); err != nil || m.Unknown != "" {
			return err
		}
		events, err := q.Events(tx)
		if err != nil {
			return err
		}
		if len(events) > auditPage {
			events = events[:auditPage]
			m.Next = v.addressWith("after", thing.Cursor{Key: events[auditPage-1].ID, ID: 1}.String())
		}
		m.All, err = v.auditRows(tx, events)
		return err
	})
	if q.Before != 0 {
		m.First = v.addressWith("after", "")
	}
	if err != nil {
		return err
	}
	return render(v, auditTmpl, Head{Title: v.T("admin.nav.audit"), Admin: true, Private: true}, m)
}

// trail is what the address asks of the trail, who and where left out.
func (v *Visit) trail() thing.Trail {
	q := thing.Trail{Limit: 1000}
	if family := v.Query("verb"); slices.Contains(families, family) {
		q.Family = family
	}
	return q
}

// addressWith is this address with one field of the question changed.
func (v *Visit) addressWith(name, value string) string {
	q, err := url.ParseQuery(v.question())
	if err != nil {
		return v.Path()
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return v.Path() + "?" + q.Encode()
}

// narrow turns what was typed into ids: a name or e-mail address, an id; a page's address.
func (v *Visit) narrow(tx *db.Tx, q *thing.Trail, m *auditView) error {
	m.Who, m.Where = v.Query("who"), v.Query("where")
	if m.Who != "" {
		if id, err := strconv.ParseInt(m.Who, 10, 64); err == nil {
			q.People = []identity.ID{identity.ID(id)}
		} else {
			people, err := identity.Look(tx, m.Who, v.Actor.Has(identity.Administrator), auditPeople)
			if err != nil {
				return err
			}
			for _, p := range people {
				q.People = append(q.People, p.ID)
			}
			if len(people) == 0 {
				m.Unknown = v.T("admin.audit.nobody")
			}
		}
	}
	if m.Where != "" {
		t, err := thingAt(tx, m.Where)
		if err != nil {
			m.Unknown = v.T("admin.audit.nowhere")
			return nil
		}
		q.Thing = t.ID
	}
	return nil
}

// kindOf are the kinds by the first part of their address.
var kindOf = map[string]thing.Kind{
	"consultations": "consultation", "challenges": "challenge", "proposals": "proposal", "votes": "vote", "agencies": "agency",
	"entries": "entry", "topics": "topic", "surveys": "survey",
}

// thingAt finds a thing by the address of its page, whole or in part.
func thingAt(tx *db.Tx, address string) (thing.Thing, error) {
	address, _, _ = strings.Cut(address, "?")
	parts := strings.Split(strings.Trim(address, "/"), "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if k, ok := kindOf[parts[i]]; ok {
			return thing.Find(tx, k, parts[i+1])
		}
	}
	id, _ := strconv.ParseInt(address, 10, 64)
	return thing.Get(tx, thing.ID(id))
}

func (v *Visit) seals(tx *db.Tx) *auditSeals {
	n, err := thing.CheckSeals(tx)
	if err != nil {
		return &auditSeals{false, v.T("admin.audit.seals.broken") + " " + err.Error()}
	}
	return &auditSeals{true, v.T("admin.audit.seals.good", "n", n)}
}

func (v *Visit) auditRows(tx *db.Tx, events []thing.Sealed) ([]auditRow, error) {
	var people []identity.ID
	var things []thing.ID
	for _, e := range events {
		people = append(people, e.Actor, e.Person)
		if e.Thing != 0 {
			things = append(things, e.Thing)
		}
	}
	slices.Sort(people)
	names, err := identity.Names(tx, slices.Compact(people))
	if err != nil {
		return nil, err
	}
	slices.Sort(things)
	refs, err := thing.OpenRefs(tx, slices.Compact(things))
	var rows []auditRow
	for _, e := range events {
		r := auditRow{At: e.At, When: v.moment(e.At), Who: v.called(names, e.Actor), What: v.done(e.Verb, v.called(names, e.Person)), Note: v.noteOf(e.Event)}
		if len(e.Seal) > 0 {
			r.Seal = hex.EncodeToString(e.Seal[:4])
		}
		if ref, ok := refs[e.Thing]; ok {
			r.Where, r.Path = &ref, ref.Path()
		}
		rows = append(rows, r)
	}
	return rows, err
}

// moment is a date and time as tables write them.
func (v *Visit) moment(t time.Time) string {
	return v.Lang.ShortDate(t, v.Zone()) + ", " + v.Lang.Clock(t, v.Zone())
}

// called is how the audit names a person: the clock where it was nobody.
func (v *Visit) called(names map[identity.ID]string, p identity.ID) string {
	switch name := names[p]; {
	case p == 0:
		return v.T("admin.audit.clock")
	case name == "":
		return v.T("person.deleted")
	default:
		return name
	}
}

// done says what a verb means. The catalogues hold whole verbs, or a last word after a star that
// means the same of everything: "*.publish".
func (v *Visit) done(verb, person string) string {
	for _, key := range []string{verb, "*." + verb[strings.LastIndexByte(verb, '.')+1:]} {
		if v.Lang.Has("audit." + key) {
			return v.T("audit."+key, "person", person)
		}
	}
	return v.T("audit.other", "verb", verb)
}

// noteAs writes a note that is a code by its name; the code itself where it has none.
func (v *Visit) noteAs(names, code string) string {
	if v.Lang.Has(names + code) {
		return v.T(names + code)
	}
	return code
}

// noteOf writes an event's note for people, "" where it is a number that the page has no use for.
func (v *Visit) noteOf(e thing.Event) string {
	switch e.Verb {
	case "thing.hide", "thing.show", "comment.hide", "comment.show", "person.block", "person.unblock":
		return v.reasonOf(e.Note)
	case "report.send":
		return v.noteAs("moderation.code.", e.Note)
	case "answer.give":
		return v.noteAs("answer.verdict.", e.Note)
	case "proposal.progress":
		return v.noteAs("proposal.progress.", e.Note)
	case "account.role", "account.role.take", "role.grant":
		role, _, _ := strings.Cut(e.Note, " ")
		if v.Lang.Has("admin.role." + role) {
			return v.T("admin.role." + role)
		}
	}
	if _, err := strconv.ParseInt(e.Note, 10, 64); err == nil {
		return ""
	}
	return e.Note
}
