package web

import (
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/vote"
)

// boothDeskView is the page of a desk at which staff help people vote in person.
type boothDeskView struct {
	voteHead
	Desk     []deskItem
	Here     string
	Form     FormView
	Takes    bool // the vote declares a desk or paper, and is open
	Help     bool // with the desk's own device
	Paper    bool // with a ballot on paper
	Document field
	Served   []figureText
}

var boothDeskTmpl = page.New[boothDeskView]("vote/booth")

func (s *Server) boothDesk(v *Visit) error { return s.showBoothDesk(v, FormView{}, 0) }

func (s *Server) showBoothDesk(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := boothDeskView{voteHead: v.voteHead(t), Desk: v.desk(deskVotes), Here: deskVote(t.ID), Form: f, Help: t.Roll.Desk, Paper: t.Roll.Paper}
	m.Takes = (m.Help || m.Paper) && m.Open
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := vote.Served(tx, t.ID)
		m.Served = nil
		for _, one := range all {
			m.Served = append(m.Served, figureText{one.Name, v.T("vote.desk.served", "n", one.People)})
		}
		return err
	})
	if err != nil {
		return err
	}
	f.Values = nil // the number of a document does not stay on the screen for the next person
	m.Document = v.filled(f, field{Name: "document", Label: "census.document", Hint: "vote.desk.document.hint", Width: "w-l"})
	return render(v, boothDeskTmpl, Head{Title: v.T("vote.desk.booth"), Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

// identify lets somebody who shows a document into the booth at the desk, or hands them a ballot on paper.
func (s *Server) identify(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	at := deskVote(t.ID) + "/desk"
	entry, err := s.Votes.Identify(v.ctx, v.Actor, t.Slug, v.Form.Get("document"))
	if err == nil && v.Form.Get("then") == "paper" {
		err = s.Votes.HandPaper(v.ctx, vote.Bearer{Actor: v.Actor, Entry: entry}, t.Slug)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showBoothDesk(v, f, statusOf(err))
	}
	switch {
	case err != nil:
		return err
	case v.Form.Get("then") == "paper":
		v.Flash("vote.desk.handed.done")
		return v.Redirect(at)
	}
	v.enterBooth(at, entry)
	return v.Redirect(at + "/ballot")
}
