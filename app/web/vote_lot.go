package web

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// lotDeskView is the page on which two people enter the numbers drawn in public, each for themselves.
type lotDeskView struct {
	Desk    []deskItem
	Title   string
	Here    string
	Back    string
	Form    FormView
	Numbers field
	Early   bool     // the vote has not been counted yet
	Seed    string   // on which two agreed
	Own     string   // what the reader entered
	Others  int      // people besides who did
	Differ  []string // what was entered, when nobody agrees
}

var lotDeskTmpl = page.New[lotDeskView]("vote/lot")

func (s *Server) lotDesk(v *Visit) error { return s.showLotDesk(v, FormView{}, 0) }

func (s *Server) showLotDesk(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := lotDeskView{Desk: v.desk(deskVotes), Title: t.Title, Here: deskVote(t.ID) + "/lot", Back: deskVote(t.ID), Form: f,
		Early: t.CountedAt.IsZero()}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		draws, err := vote.Draws(tx, t.ID)
		if err == nil {
			m.fill(draws, v.Actor.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	m.Numbers = v.filled(f, field{Name: "numbers", Label: "vote.lot.enter", Hint: "vote.lot.enter.hint", Rows: 3})
	return render(v, lotDeskTmpl, Head{Title: v.T("vote.lot.title"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// fill shows what others entered only to who has entered something too.
func (m *lotDeskView) fill(draws []vote.Draw, reader identity.ID) {
	m.Seed = vote.Agreed(draws)
	for _, d := range draws {
		if d.Person == reader {
			m.Own = d.Numbers
		} else {
			m.Others++
		}
	}
	if m.Seed == "" && m.Own != "" && m.Others > 0 {
		for _, d := range draws {
			m.Differ = append(m.Differ, d.Numbers)
		}
	}
}

func (s *Server) enterLot(v *Visit) error {
	id := thing.ID(v.ID("id"))
	err := s.Votes.EnterLot(v.ctx, v.Actor, id, v.Form.Get("numbers"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showLotDesk(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.lot.entered")
	return v.Redirect(deskVote(id) + "/lot")
}
