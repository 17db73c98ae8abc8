package web

import (
	"context"
	"strconv"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// proposalHere is the proposal that the address names.
func (s *Server) proposalHere(v *Visit) (p proposal.Proposal, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error { p, err = v.findProposal(tx); return err })
	return p, err
}

func (s *Server) proposalSupport(v *Visit) error {
	return s.backing(v, s.Proposals.Support, "proposal.supported")
}

func (s *Server) proposalUnsupport(v *Visit) error {
	return s.backing(v, s.Proposals.Unsupport, "proposal.unsupported")
}

// backing gives or takes the reader's support and leads back.
func (s *Server) backing(v *Visit, do func(context.Context, identity.Actor, thing.ID) (proposal.Proposal, error), say string) error {
	p, err := s.proposalHere(v)
	if err != nil {
		return err
	}
	if _, err := do(v.ctx, v.Actor, p.ID); err != nil {
		return err
	}
	v.Flash(say)
	return v.Redirect(p.Path())
}

// proposalEditView is the form with which an author changes a published text.
type proposalEditView struct {
	proposal.Proposal
	Form FormView
}

var proposalEditTmpl = page.New[proposalEditView]("proposal/edit")

func (s *Server) proposalEdit(v *Visit) error {
	p, err := s.mine(v, policy.Edit)
	if err != nil {
		return err
	}
	if err := p.MayEdit(v.Now); err != nil {
		return err
	}
	f := blank("title", p.Title, "summary", p.Summary, "body", p.Body, "version", strconv.FormatInt(p.Version, 10))
	return s.showProposalEdit(v, p, f, 0)
}

// mine is the proposal that the address names, where the reader may do this with it.
func (s *Server) mine(v *Visit, do policy.Action) (proposal.Proposal, error) {
	p, err := s.proposalHere(v)
	if err != nil {
		return p, err
	}
	return p, policy.Allow(v.Actor, do, p.Thing, v.Now)
}

func (s *Server) showProposalEdit(v *Visit, p proposal.Proposal, f FormView, code int) error {
	h := Head{Title: v.T("proposal.edit"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}
	return render(v, proposalEditTmpl, h, proposalEditView{p, f})
}

func (s *Server) proposalChange(v *Visit) error {
	p, err := s.mine(v, policy.Edit)
	if err != nil {
		return err
	}
	_, err = s.Proposals.Edit(v.ctx, v.Actor, p.ID, proposal.Revision{
		Words: proposal.Words{Title: v.Form.Get("title"), Summary: v.Form.Get("summary"), Body: v.Form.Get("body")},
		Seen:  v.Form.ID("version"), Note: v.Form.Get("note"), Spelling: v.Form.Get("change") == "spelling",
	})
	if f, ok := v.refused(err); err != nil && ok {
		return s.showProposalEdit(v, p, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("proposal.edited")
	return v.Redirect(p.Path())
}

// proposalLeaveView is the form with which an author takes a proposal back.
type proposalLeaveView struct {
	proposal.Proposal
	Form   FormView
	Causes []choice
}

var proposalWithdrawTmpl = page.New[proposalLeaveView]("proposal/withdraw")

func (v *Visit) leaving(p proposal.Proposal, f FormView) proposalLeaveView {
	m := proposalLeaveView{Proposal: p, Form: f}
	for _, c := range proposal.Causes {
		m.Causes = append(m.Causes, choice{c, v.T("proposal.cause." + c), f.Ticked("code", c)})
	}
	return m
}

func (s *Server) proposalWithdraw(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	if err := p.MayWithdraw(v.Now); err != nil {
		return err
	}
	return render(v, proposalWithdrawTmpl, Head{Title: v.T("proposal.withdraw"), Section: "proposals", Private: true}, v.leaving(p, blank()))
}

func (s *Server) proposalLeave(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	_, err = s.Proposals.Withdraw(v.ctx, v.Actor, p.ID, proposal.Leaving{Code: v.Form.Get("code"), Text: v.Form.Get("reason")})
	if f, ok := v.refused(err); err != nil && ok {
		h := Head{Title: v.T("proposal.withdraw"), Section: "proposals", Private: true, Failed: true, Code: statusOf(err)}
		return render(v, proposalWithdrawTmpl, h, v.leaving(p, f))
	}
	if err != nil {
		return err
	}
	v.Flash("proposal.withdrawn")
	return v.Redirect(p.Path())
}

func (s *Server) proposalAssign(v *Visit) error {
	p, err := s.proposalHere(v)
	if err != nil {
		return err
	}
	if _, err := s.Proposals.Assign(v.ctx, v.Actor, p.ID, thing.ID(v.Form.ID("agency"))); err != nil {
		return err
	}
	v.Flash("proposal.assigned")
	return v.Redirect(p.Path())
}
