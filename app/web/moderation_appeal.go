package web

import (
	"fmt"

	"tequio/app/db"
	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/talk"
	"tequio/app/thing"
)

// rulingView is a decision in words.
type rulingView struct {
	Action, Code, Reason, Rule string
	At                         Fact
	Until                      string
	Lang                       string
}

func (v *Visit) rulingView(d moderation.Decision) rulingView {
	r := rulingView{Action: v.T("moderation.action." + string(d.Action)), Code: v.codeName(d.Code), Reason: d.Reason, Lang: v.s.Instance.Current().Default(),
		At: Fact{"calendar", v.Lang.Date(d.At, v.Zone()), v.iso(d.At)}}
	if d.Rule > 0 {
		r.Rule = v.T("moderation.rule.number", "n", d.Rule, "text", d.RuleText)
	}
	if !d.Until.IsZero() {
		r.Until = v.T("moderation.blocked.until", "date", v.Lang.Date(d.Until, v.Zone()))
	}
	return r
}

// ruledView is the page of a decision for whom it concerns: what it says, what they wrote, and the
// form by which they appeal.
type ruledView struct {
	ID      int64
	Ruling  rulingView
	Back    *link
	Body    string
	Appeal  string
	Sent    string // when they appealed
	Outcome *Tag
	Reason  string // of the outcome
	Until   string // they may appeal until then; "" when they may not
	Form    FormView
}

var ruledTmpl = page.New[ruledView]("report/decision")

func (s *Server) moderationDecision(v *Visit) error { return s.showDecision(v, blank(), nil) }

func (s *Server) showDecision(v *Visit, f FormView, refused error) error {
	d, err := s.Moderation.Ruled(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	m := ruledView{ID: d.ID, Ruling: v.rulingView(d.Decision), Body: d.Body, Appeal: d.Appeal, Reason: d.AppealReason, Form: f}
	if d.Ref.ID != 0 {
		m.Back = &link{d.Ref.Path(), d.Ref.Title}
	}
	if !d.AppealedAt.IsZero() {
		m.Sent = v.Lang.Date(d.AppealedAt, v.Zone())
	}
	switch d.AppealOutcome {
	case moderation.Upheld:
		m.Outcome = &Tag{v.T("moderation.outcome.upheld"), "tag-info"}
	case moderation.Overturned:
		m.Outcome = &Tag{v.T("moderation.outcome.overturned"), "tag-ok"}
	}
	if d.Mine && d.MayAppeal(v.Now) == nil {
		m.Until = v.Lang.Date(d.AppealUntil(), v.Zone())
	}
	h := Head{Title: m.Ruling.Action, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, ruledTmpl, h, m)
}

func (s *Server) sendAppeal(v *Visit) error {
	err := s.Moderation.Appeal(v.ctx, v.Actor, v.ID("id"), v.Form.Get("text"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showDecision(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("moderation.appeal.sent")
	return v.Redirect(decisionPath(v.ID("id")))
}

func decisionPath(id int64) string { return fmt.Sprintf("/moderation/decisions/%d", id) }

// ownHidden is what the author of something hidden sees beside the reason: their text, and the
// decision that they may appeal.
type ownHidden struct{ HTML, Decision string }

// ownComment is ownHidden for a comment; nil for everybody but its author.
func (v *Visit) ownComment(tx *db.Tx, c talk.Comment) (*ownHidden, error) {
	if c.HiddenAt.IsZero() || v.Actor.ID != c.Author || !v.Actor.SignedIn() {
		return nil, nil
	}
	d, err := moderation.Latest(tx, c.Thing, c.ID)
	return v.own(c.HTML, d), err
}

// ownThing is ownHidden for a thing with a text.
func (v *Visit) ownThing(tx *db.Tx, t thing.Thing, html string) (*ownHidden, error) {
	if !t.Hidden() || v.Actor.ID != t.Author || !v.Actor.SignedIn() {
		return nil, nil
	}
	d, err := moderation.Latest(tx, t.ID, 0)
	return v.own(html, d), err
}

func (v *Visit) own(html string, d moderation.Decision) *ownHidden {
	o := &ownHidden{HTML: html}
	if d.ID != 0 {
		o.Decision = decisionPath(d.ID)
	}
	return o
}

// decidedAgainst lists the decisions that concern the reader, for their own page.
func (v *Visit) decidedAgainst(tx *db.Tx, m *meView) error {
	all, err := moderation.Against(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	var ids []thing.ID
	for _, d := range all {
		ids = append(ids, d.Thing)
	}
	refs, err := thing.Refs(tx, ids)
	if err != nil {
		return err
	}
	var rows []deedRow
	for _, d := range all {
		if d.Action != moderation.Hide && d.Action != moderation.Block && d.Action != moderation.Warn {
			continue
		}
		r := v.rulingView(d)
		title := refs[d.Thing].Title
		if d.Person != 0 {
			title = v.T("moderation.what.account")
		}
		one := deedRow{Icon: "scale", KindName: r.Action, Became: d.Reason, row: row{Href: decisionPath(d.ID), Title: title, Meta: r.At.Text}}
		switch {
		case d.AppealOutcome != "":
			one.Tag = &Tag{v.T("moderation.outcome." + string(d.AppealOutcome)), "tag-info"}
		case !d.AppealedAt.IsZero():
			one.Tag = &Tag{v.T("moderation.outcome.waits"), "tag-warn"}
		case d.MayAppeal(v.Now) == nil:
			one.Tag = &Tag{v.T("moderation.appeal.may"), "tag-info"}
		}
		rows = append(rows, one)
	}
	m.add(v.T("me.decisions.title"), rows)
	return nil
}
