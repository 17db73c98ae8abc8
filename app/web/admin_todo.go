package web

import (
	"fmt"
	"time"

	"tequio/app/challenge"
	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/mail"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

type todoView struct {
	Desk     []deskItem
	Figures  []figure
	Sections []todoSection
}

type todoSection struct {
	ID, Title string
	Items     []todoItem
}

// todoItem is something that waits for the reader.
type todoItem struct {
	Href, Title, Meta string
	Tag               *Tag
	Act               *link
}

var todoTmpl = page.New[todoView]("admin/todo")

// agendaKinds are what agencies publish; horizon is how far ahead "closing soon" looks.
var agendaKinds = []thing.Kind{"consultation", "challenge", "vote"}

const (
	horizon  = 7 * 24 * time.Hour
	todoMost = 50
)

func (s *Server) todo(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	m := todoView{Desk: v.desk("/admin")}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		m.Figures, m.Sections = nil, nil
		for _, part := range []func(*db.Tx, *todoView) error{v.casesDue, v.answersDue, v.outcomesDue, v.agenda, v.troubles} {
			if err := part(tx, &m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(v, todoTmpl, Head{Title: v.T("admin.nav.todo"), Admin: true, Private: true}, m)
}

// add puts a section into the page, and its count among the figures; nothing when nothing waits.
func (m *todoView) add(id, title, counted string, items []todoItem) {
	m.count(id, title, counted, int64(len(items)), items)
}

// count is add where one item stands for several.
func (m *todoView) count(id, title, counted string, n int64, items []todoItem) {
	m.Figures = append(m.Figures, figure{counted, n})
	if len(items) > 0 {
		m.Sections = append(m.Sections, todoSection{id, title, items})
	}
}

// reach is for which agencies the reader holds one of the roles: all, or those named.
func (v *Visit) reach(roles ...identity.Role) (all bool, agencies []int64) {
	return v.Actor.Has(roles...), v.Actor.Agencies(roles...)
}

// answersDue are the proposals that wait for an official answer.
func (v *Visit) answersDue(tx *db.Tx, m *todoView) error {
	all, agencies := v.reach(identity.FocalPoint, identity.Administrator)
	if !all && len(agencies) == 0 {
		return nil
	}
	waiting, err := proposal.Waiting(tx, all, agencies, todoMost)
	if err != nil {
		return err
	}
	var items []todoItem
	for _, p := range waiting {
		items = append(items, todoItem{Href: p.Path(), Title: p.Title, Meta: v.T("card.supports", "n", p.Supports), Tag: v.dueTag(p.AnswerBy()),
			Act: &link{p.Path() + "#answer", v.T("admin.todo.answer")}})
	}
	m.add("answers", v.T("admin.todo.answers"), v.T("admin.todo.answers.count"), items)
	return nil
}

// dueTag says how much time is left, or how late something is.
func (v *Visit) dueTag(by time.Time) *Tag {
	switch {
	case by.IsZero():
		return nil
	case v.Now.After(by):
		return &Tag{v.T("admin.todo.late", "when", v.Relative(by)), "tag-bad"}
	case by.Sub(v.Now) < horizon:
		return &Tag{capital(v.Relative(by)), "tag-warn"}
	}
	return &Tag{capital(v.Relative(by)), ""}
}

// agenda are drafts, what the clock will publish, and what closes soon.
func (v *Visit) agenda(tx *db.Tx, m *todoView) error {
	all, agencies := v.reach(identity.FocalPoint, identity.Editor, identity.Administrator)
	a, err := thing.AgendaOf(tx, agendaKinds, all, agencies, horizon)
	if err != nil || !all && len(agencies) == 0 {
		return err
	}
	item := func(t thing.Thing, tag *Tag) todoItem {
		return todoItem{Href: deskOf(t), Title: t.Title, Meta: v.T("kind." + string(t.Kind)), Tag: tag}
	}
	var closing, ahead []todoItem
	for _, t := range a.Closing {
		closing = append(closing, item(t, &Tag{capital(v.Relative(t.ClosesAt)), "tag-warn"}))
	}
	for _, t := range a.Scheduled {
		ahead = append(ahead, item(t, &Tag{v.T("admin.todo.scheduled", "when", v.moment(t.PublishedAt)), "tag-info"}))
	}
	for _, t := range a.Drafts {
		ahead = append(ahead, item(t, &Tag{v.T("admin.todo.draft", "when", v.Relative(t.CreatedAt)), ""}))
	}
	m.add("closing", v.T("admin.todo.closing"), v.T("admin.todo.closing.count"), closing)
	m.add("ahead", v.T("admin.todo.ahead"), v.T("admin.todo.ahead.count"), ahead)
	return nil
}

// deskOf is where staff look after a thing.
func deskOf(t thing.Thing) string { return fmt.Sprintf("/admin/%ss/%d", t.Kind, t.ID) }

// outcomesDue are the things that are over and of which nobody has told yet what came of them.
func (v *Visit) outcomesDue(tx *db.Tx, m *todoView) error {
	all, agencies := v.reach(identity.FocalPoint, identity.Editor, identity.Administrator)
	if !all && len(agencies) == 0 {
		return nil
	}
	over, err := consultation.Unanswered(tx, all, agencies, todoMost)
	if err != nil {
		return err
	}
	var items []todoItem
	for _, c := range over {
		items = append(items, todoItem{Href: deskOf(c.Thing), Title: c.Title, Meta: v.T("admin.todo.closed", "when", v.Relative(c.ClosesAt)), Tag: v.dueTag(c.DecisionAt),
			Act: &link{deskOf(c.Thing) + "/outcome", v.T("admin.todo.outcome")}})
	}
	challenges, err := challenge.Managed(tx, agencies, all)
	if err != nil {
		return err
	}
	for _, c := range challenges {
		if c.Listed(v.Now) && c.PhaseAt(v.Now) == thing.Closed && c.DecidedAt.IsZero() {
			items = append(items, todoItem{Href: deskOf(c.Thing), Title: c.Title, Meta: v.T("admin.todo.closed", "when", v.Relative(c.ClosesAt)),
				Act: &link{deskOf(c.Thing), v.T("admin.todo.outcome")}})
		}
	}
	m.add("outcomes", v.T("admin.todo.outcomes"), v.T("admin.todo.outcomes.count"), items)
	return nil
}

// troubles are what the operator must see: mail and jobs that fail.
func (v *Visit) troubles(tx *db.Tx, m *todoView) error {
	if !v.may(policy.Operate) {
		return nil
	}
	var items []todoItem
	jobs, err := job.Look(tx)
	if err != nil {
		return err
	}
	if jobs.Failing > 0 {
		items = append(items, todoItem{Href: deskHealth, Title: v.T("health.jobs.failing", "n", jobs.Failing), Meta: jobs.Failure, Tag: &Tag{v.T("health.grade.bad"), "tag-bad"}})
	}
	queue, err := mail.Look(tx)
	if err != nil {
		return err
	}
	if queue.Failed > 0 {
		items = append(items, todoItem{Href: deskOutbox, Title: v.T("health.mail.failed", "n", queue.Failed), Meta: queue.Answer, Tag: &Tag{v.T("health.grade.warn"), "tag-warn"}})
	}
	m.add("troubles", v.T("admin.todo.troubles"), v.T("admin.todo.troubles.count"), items)
	return nil
}
