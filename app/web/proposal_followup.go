package web

import (
	"fmt"

	"tequio/app/db"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// followUpView tells how what was promised is carried out: part "life-followups".
type followUpView struct {
	ID      int64
	When    string
	ISO     string
	Tag     Tag
	Agency  string
	HTML    string
	Lang    string
	Files   []fileView
	Current bool // the newest: it says how far it is
}

var progressClasses = map[proposal.Progress]string{proposal.Underway: "tag-info", proposal.Delayed: "tag-warn", proposal.Finished: "tag-ok"}

// followUps are a proposal's, the newest first.
func (v *Visit) followUps(tx *db.Tx, p proposal.Proposal) (views []followUpView, err error) {
	if !p.Promised() {
		return nil, nil
	}
	all, err := proposal.FollowUps(tx, p.ID)
	if err != nil {
		return nil, err
	}
	for i, f := range all {
		files, err := media.Of(tx, p.ID, f.Use())
		if err != nil {
			return nil, err
		}
		views = append(views, followUpView{ID: f.ID, When: v.Lang.Date(f.At, v.Zone()), ISO: v.iso(f.At), Agency: f.AgencyName, HTML: f.HTML,
			Tag: Tag{v.T("proposal.progress." + string(f.State)), progressClasses[f.State]}, Lang: v.otherLang(f.Lang), Files: v.files(files), Current: i == 0})
	}
	return views, nil
}

// followUpEntry is a follow-up in the feed of its proposal.
func (v *Visit) followUpEntry(t thing.Thing, f proposal.FollowUp) atomEntry {
	at := fmt.Sprintf("%s#followup-%d", t.Path(), f.ID)
	e := v.newEntry(at, at, v.T("proposal.followup.feed", "title", t.Title, "state", v.T("proposal.progress."+string(f.State))), f.At)
	e.Author, e.Content = f.AgencyName, atomText{"html", v.otherLang(f.Lang), f.HTML}
	return e
}

// followUpForm is where staff tell how it goes.
type followUpForm struct {
	proposal.Proposal
	Form   FormView
	States []choice
	Files  fileFields
	Alt    field
}

var followUpTmpl = page.New[followUpForm]("proposal/followup")

func (s *Server) proposalFollowUp(v *Visit) error {
	p, err := s.mine(v, policy.Fulfil)
	if err != nil {
		return err
	}
	if err := p.MayFollowUp(); err != nil {
		return err
	}
	return s.showFollowUp(v, p, blank(), 0)
}

func (s *Server) showFollowUp(v *Visit, p proposal.Proposal, f FormView, code int) error {
	m := followUpForm{Proposal: p, Form: f, Files: fileFields{nil, limitsOf(0), f.Error("files")},
		Alt: v.filled(f, field{Name: "alt", Label: "proposal.followup.alt", Hint: "proposal.followup.alt.hint", Optional: true})}
	for _, state := range proposal.Progresses {
		m.States = append(m.States, choice{string(state), v.T("proposal.progress." + string(state)), f.Ticked("state", string(state))})
	}
	h := Head{Title: v.T("proposal.followup"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}
	return render(v, followUpTmpl, h, m)
}

func (s *Server) proposalToldProgress(v *Visit) error {
	p, err := s.mine(v, policy.Fulfil)
	if err != nil {
		return err
	}
	evidence := v.Form.uploads("files")
	for i := range evidence {
		evidence[i].Alt = v.Form.Get("alt")
	}
	f := proposal.FollowUp{State: proposal.Progress(v.Form.Get("state")), Body: v.Form.Get("body"), Lang: v.Lang.Tag()}
	_, err = s.Proposals.FollowUp(v.ctx, v.Actor, p.ID, f, evidence)
	if form, ok := v.refused(err); err != nil && ok {
		return s.showFollowUp(v, p, form, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("proposal.followup.told")
	return v.Redirect(p.Path())
}
