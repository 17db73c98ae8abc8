package web

import (
	"fmt"

	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// reportView is the form by which a reader tells moderators what is wrong with something.
type reportView struct {
	Back   string
	Title  string // of the thing
	What   string // "Comment", "Proposal"
	Text   string // what it says, in part
	Action string
	Codes  []choice
	Words  field
	Form   FormView
}

var reportTmpl = page.New[reportView]("report/form")

func (s *Server) reportThing(v *Visit) error {
	return s.askReport(v, thing.ID(v.ID("id")), 0, blank(), nil)
}

func (s *Server) reportComment(v *Visit) error { return s.askReport(v, 0, v.ID("id"), blank(), nil) }

func (s *Server) askReport(v *Visit, id thing.ID, comment int64, f FormView, refused error) error {
	t, body, err := s.Moderation.Target(v.ctx, v.Actor, id, comment)
	if err != nil {
		return err
	}
	m := reportView{Back: t.Path(), Title: t.Title, What: v.T("kind." + string(t.Kind)), Text: text.Excerpt(body, quoted), Action: v.Path(), Form: f}
	if comment != 0 {
		m.Back, m.What = fmt.Sprintf("/comments/%d", comment), v.T("moderation.what.comment")
	}
	for _, c := range moderation.Reportable {
		m.Codes = append(m.Codes, choice{string(c), v.codeName(c), string(c) == f.Value("code")})
	}
	m.Words = v.filled(f, field{Name: "text", Label: "moderation.report.text", Hint: "moderation.report.text.hint", Rows: 3, Optional: true})
	h := Head{Title: v.T("moderation.report.title"), Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, reportTmpl, h, m)
}

// reportedView says what happens with a report, and by when.
type reportedView struct {
	Back, By string
}

var reportedTmpl = page.New[reportedView]("report/sent")

func (s *Server) sendThingReport(v *Visit) error { return s.sendReport(v, thing.ID(v.ID("id")), 0) }

func (s *Server) sendCommentReport(v *Visit) error { return s.sendReport(v, 0, v.ID("id")) }

func (s *Server) sendReport(v *Visit, id thing.ID, comment int64) error {
	err := v.unhurried()
	if err == nil {
		_, err = s.Moderation.Report(v.ctx, v.Actor, id, comment, moderation.Report{Code: moderation.Code(v.Form.Get("code")), Text: v.Form.Get("text")})
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.askReport(v, id, comment, f, err)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Path() + "/sent")
}

func (s *Server) reportSent(v *Visit) error {
	m := reportedView{Back: "/comments/" + v.Param("id"), By: v.T("moderation.report.by", "hours", int64(s.Instance.Current().ModerateIn))}
	if v.Param("what") == "thing" {
		t, _, err := s.Moderation.Target(v.ctx, v.Actor, thing.ID(v.ID("id")), 0)
		if err != nil {
			return err
		}
		m.Back = t.Path()
	}
	return render(v, reportedTmpl, Head{Title: v.T("moderation.report.sent"), Private: true}, m)
}
