package web

import (
	"strconv"

	"tequio/app/consultation"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/thing"
)

// statementDeskView is the page on which staff look after a consultation's statements.
type statementDeskView struct {
	Desk    []deskItem
	Title   string
	Back    string
	Here    string
	Public  string
	Stage   bool // there is a stage for statements
	Form    FormView
	Seeds   field
	Least   field
	Ticks   []field
	Waiting []statementLine
	Shown   []statementLine
	Refused []statementLine
	Votes   string
}

var statementDeskTmpl = page.New[statementDeskView]("consultation/deskstatements")

func (s *Server) deskStatements(v *Visit) error { return s.showDeskStatements(v, FormView{}, 0) }

func (s *Server) showDeskStatements(v *Visit, f FormView, code int) error {
	d, err := s.Consultations.OpinionDesk(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	here := deskConsultation(d.ID)
	m := statementDeskView{Desk: v.desk(deskConsultations), Title: d.Title, Back: here, Here: here + "/statements", Public: d.Path() + "/statements",
		Stage: d.HasStatements(), Form: f}
	if d.HasMap {
		m.Votes = v.T("opinion.people", "n", d.Map.Report.Voters, "votes", d.Map.Report.Votes)
	}
	settings := f
	if f.Value("least") == "" {
		settings = opinionValues(d.Opinions)
	}
	var levels []choice
	for _, l := range []identity.Level{identity.Unknown, identity.Reachable, identity.Identified, identity.Resident} {
		value := strconv.FormatInt(int64(l), 10)
		levels = append(levels, choice{value, v.T("statement.least." + value), settings.Value("least") == value})
	}
	m.Seeds = v.filled(f, field{Name: "statement", Label: "statement.seed.label", Hint: "statement.seed.hint", Rows: 6})
	m.Least = v.filled(settings, field{Name: "least", Label: "statement.least", Choices: levels})
	for _, name := range []string{"add", "unchecked", "after"} {
		m.Ticks = append(m.Ticks, v.filled(settings, field{Name: name, Label: "statement." + name}))
	}
	for _, list := range []struct {
		to    *[]statementLine
		state consultation.StatementState
	}{{&m.Waiting, consultation.Waiting}, {&m.Shown, consultation.Shown}, {&m.Refused, consultation.Refused}} {
		for _, one := range d.Statements[list.state] {
			line := v.statementLine(one, 0, false)
			line.Refused = one.Reason
			*list.to = append(*list.to, line)
		}
	}
	return render(v, statementDeskTmpl, Head{Title: v.T("statement.title") + ": " + d.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func opinionValues(o consultation.Opinions) FormView {
	pairs := []string{"least", strconv.FormatInt(int64(o.Least), 10)}
	for name, ticked := range map[string]bool{"add": o.Add, "unchecked": o.Unchecked, "after": o.After} {
		if ticked {
			pairs = append(pairs, name, "yes")
		}
	}
	return blank(pairs...)
}

// seedStatements, decideStatement and setOpinions do what the desk's forms ask.
func (s *Server) seedStatements(v *Visit) error {
	return s.statementsTended(v, "statement.seeded", s.Consultations.Seed(v.ctx, v.Actor, thing.ID(v.ID("id")), v.Form.Get("statement")))
}

func (s *Server) decideStatement(v *Visit) error {
	show := v.Form.Get("then") == "show"
	err := s.Consultations.Decide(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("statement"), show, v.Form.Get("reason"))
	if f, ok := v.refused(err); err != nil && ok && !show {
		return s.showDeskStatement(v, f, statusOf(err))
	}
	if show {
		return s.statementsTended(v, "statement.shown", err)
	}
	return s.statementsTended(v, "statement.refused", err)
}

// refuseView is the page on which staff refuse a statement.
type refuseView struct {
	Desk      []deskItem
	Back      string
	Here      string
	Statement statementLine
	Shown     bool
	Form      FormView
	Reason    field
}

var refuseTmpl = page.New[refuseView]("consultation/refuse")

func (s *Server) deskStatement(v *Visit) error { return s.showDeskStatement(v, FormView{}, 0) }

func (s *Server) showDeskStatement(v *Visit, f FormView, code int) error {
	one, err := s.Consultations.Statement(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("statement"))
	if err != nil {
		return err
	}
	back := deskConsultation(one.Of) + "/statements"
	m := refuseView{Desk: v.desk(deskConsultations), Back: back, Here: back + "/" + strconv.FormatInt(one.ID, 10), Statement: v.statementLine(one, 0, false),
		Shown: one.State == consultation.Shown, Form: f}
	m.Reason = v.filled(f, field{Name: "reason", Label: "statement.reason", Hint: "statement.reason.hint", Rows: 3, Max: consultation.SummaryMost})
	return render(v, refuseTmpl, Head{Title: v.T("statement.refuse"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) setOpinions(v *Visit) error {
	least, _ := v.Form.Int("least")
	o := consultation.Opinions{Least: identity.Level(least), Add: v.Form.Has("add"), Unchecked: v.Form.Has("unchecked"), After: v.Form.Has("after")}
	return s.statementsTended(v, "statement.set", s.Consultations.SetOpinions(v.ctx, v.Actor, thing.ID(v.ID("id")), o))
}

// statementsTended leads back to the desk after a change, or shows it with the fault.
func (s *Server) statementsTended(v *Visit, flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showDeskStatements(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(deskConsultation(thing.ID(v.ID("id"))) + "/statements")
}
