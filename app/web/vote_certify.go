package web

import (
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// certifyView is the page on which two people certify a result.
type certifyView struct {
	voteHead
	Desk         []deskItem
	Back, Action string
	Public       string
	Form         FormView
	State        Tag
	Text         string
	Why          string // why the reader cannot now
	Signed       []certificateRow
	Statement    field
}

var certifyTmpl = page.New[certifyView]("vote/certify")

func (s *Server) certifyPage(v *Visit) error { return s.showCertify(v, FormView{}, 0) }

func (s *Server) showCertify(v *Visit, f FormView, code int) error {
	g, err := s.Votes.Governed(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	m := certifyView{voteHead: v.voteHead(g.Vote), Desk: v.desk(deskVotes), Back: deskVote(g.ID), Action: deskVote(g.ID) + "/certify", Public: g.Path(), Form: f}
	w := v.scrutiny(vote.Outcome{Vote: g.Vote}, vote.Scrutiny{State: g.State, Certificates: g.Certificates})
	m.State, m.Text, m.Signed = w.State, w.Text, w.Certificates
	if err := g.MayCertify(v.Actor.ID, g.Certificates, g.Objections, g.Waiting(), g.Now); err != nil {
		m.Why = v.saying(err)
	}
	m.Statement = v.filled(f, field{Name: "statement", Label: "vote.certify.statement", Hint: "vote.certify.statement.hint", Rows: 4, Max: 2000})
	if m.Statement.Value == "" && !f.Failed() {
		m.Statement.Value = v.T("vote.certify.usual")
	}
	return render(v, certifyTmpl, Head{Title: v.T("vote.certify"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) certifyResult(v *Visit) error {
	err := s.Votes.Certify(v.ctx, v.Actor, thing.ID(v.ID("id")), v.Form.Get("statement"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showCertify(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.certify.done")
	return v.Redirect(deskVote(thing.ID(v.ID("id"))) + "/certify")
}

// saying is what a fault says.
func (v *Visit) saying(err error) string { return v.Say(fault.Of(err).Message) }
