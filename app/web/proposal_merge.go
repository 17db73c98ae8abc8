package web

import (
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// mergeView is the form with which an author retires a proposal in favour of another.
type mergeView struct {
	proposal.Proposal
	Form    FormView
	Similar []mergeChoice
	Other   bool // the address typed is chosen
}

// mergeChoice is a proposal to choose.
type mergeChoice struct {
	Slug, Title, Lang, Meta string
	Chosen, First           bool
}

var mergeTmpl = page.New[mergeView]("proposal/merge")

func (s *Server) proposalMerge(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	if err := p.MayWithdraw(v.Now); err != nil {
		return err
	}
	return s.showMerge(v, p, blank(), 0)
}

func (s *Server) showMerge(v *Visit, p proposal.Proposal, f FormView, code int) error {
	m := mergeView{Proposal: p, Form: f}
	rows, err := v.similarTo(p.Title, p.Lang, p.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		slug := proposal.SlugIn(r.Href)
		m.Similar = append(m.Similar, mergeChoice{Slug: slug, Title: r.Title, Lang: r.Lang, Meta: r.Tag.Text + " · " + r.Supports,
			Chosen: f.Value("into") == slug, First: len(m.Similar) == 0})
	}
	m.Other = len(m.Similar) == 0 || f.Value("into") == "other"
	h := Head{Title: v.T("write.merge"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}
	return render(v, mergeTmpl, h, m)
}

func (s *Server) proposalMergeInto(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	address := v.Form.Get("into")
	if address == "other" {
		address = v.Form.Get("address")
	}
	into, err := s.proposalAt(v, proposal.SlugIn(address))
	if err != nil {
		return err
	}
	_, _, err = s.Proposals.Merge(v.ctx, v.Actor, p.ID, into, v.Form.Get("reason"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showMerge(v, p, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("write.merged")
	return v.Redirect(p.Path())
}

// proposalAt is the id of the proposal under a slug; 0 where the reader sees none.
func (s *Server) proposalAt(v *Visit, slug string) (id thing.ID, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		id = 0
		p, err := proposal.Find(tx, slug)
		if err == nil && policy.May(v.Actor, policy.See, p.Thing, v.Now) {
			id = p.ID
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return id, err
}

// proposalCarry carries the reader's support over, and leads where it counts now.
func (s *Server) proposalCarry(v *Visit) error {
	p, err := s.proposalHere(v)
	if err != nil {
		return err
	}
	to, err := s.Proposals.Carry(v.ctx, v.Actor, p.ID)
	if err != nil {
		return err
	}
	v.Flash("write.carried")
	return v.Redirect(to.Path())
}

// proposalDrop takes the reader's support back from a retired proposal.
func (s *Server) proposalDrop(v *Visit) error {
	return s.backing(v, s.Proposals.Drop, "write.dropped")
}

// proposalKeep says that the reader supports the present text too.
func (s *Server) proposalKeep(v *Visit) error {
	p, err := s.proposalHere(v)
	if err != nil {
		return err
	}
	if _, err := s.Proposals.KeepSupport(v.ctx, v.Actor, p.ID, v.Form.ID("version")); err != nil {
		return err
	}
	v.Flash("write.kept")
	return v.Redirect(p.Path())
}
