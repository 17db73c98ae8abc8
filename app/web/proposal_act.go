package web

import (
	"context"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/text"
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

var proposalWithdrawTmpl = page.New[proposalEditView]("proposal/withdraw")

func (s *Server) proposalWithdraw(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	if err := p.MayWithdraw(v.Now); err != nil {
		return err
	}
	return render(v, proposalWithdrawTmpl, Head{Title: v.T("proposal.withdraw"), Section: "proposals", Private: true}, proposalEditView{p, blank()})
}

func (s *Server) proposalLeave(v *Visit) error {
	p, err := s.mine(v, policy.Withdraw)
	if err != nil {
		return err
	}
	_, err = s.Proposals.Withdraw(v.ctx, v.Actor, p.ID, proposal.Leaving{Code: proposal.OtherCause, Text: v.Form.Get("reason")})
	if f, ok := v.refused(err); err != nil && ok {
		h := Head{Title: v.T("proposal.withdraw"), Section: "proposals", Private: true, Failed: true, Code: statusOf(err)}
		return render(v, proposalWithdrawTmpl, h, proposalEditView{p, f})
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

// versionsView compares two texts of a proposal.
type versionsView struct {
	Back     string
	Title    string
	Lang     string
	Old, New int64 // 0: there is one text alone
	Note     string
	When     string
	ISO      string
	Summary  string // how many words came and went
	Side     bool
	Views    []chip
	Parts    []comparedPart
	All      []versionRow
}

// comparedPart is a field of the text, by paragraphs of what stayed, went and came.
type comparedPart struct {
	Label      string
	Paragraphs [][]change
}

type change struct {
	Same, Removed, Added string
}

type versionRow struct {
	Version         int64
	Href, When, ISO string
	Note            string
	Current         bool
}

var versionsTmpl = page.New[versionsView]("proposal/versions")

func (s *Server) proposalVersions(v *Visit) error {
	return keep(v, versionsTmpl, forVisitors(scopeAt("/proposals/"+v.Param("slug"))), func() (Head, versionsView, error) {
		var m versionsView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
			p, err := v.findProposal(tx)
			if err != nil {
				return err
			}
			if p.State != thing.Published || p.Hidden() {
				return fault.New(fault.Gone, "policy.away")
			}
			versions, err := proposal.Versions(tx, p.ID)
			if err != nil {
				return err
			}
			m = v.compareVersions(p, versions)
			return nil
		})
		return Head{Title: v.T("proposal.versions.of", "title", m.Title), Section: "proposals"}, m, err
	})
}

// compareVersions sets the version that the address names beside the one before it.
func (v *Visit) compareVersions(p proposal.Proposal, all []proposal.Text) versionsView {
	m := versionsView{Back: p.Path(), Title: p.Title, Lang: v.otherLang(p.Lang), Side: v.Query("view") == "side"}
	at := 0 // newest first
	for i, t := range all {
		if strconv.FormatInt(t.Version, 10) == v.Query("version") {
			at = i
		}
	}
	here := p.Path() + "/versions?version="
	for i, t := range all {
		m.All = append(m.All, versionRow{t.Version, here + strconv.FormatInt(t.Version, 10), v.Lang.DateTime(t.At, v.Zone()), v.iso(t.At), t.Note, i == at})
	}
	if at+1 >= len(all) {
		return m
	}
	old, now := all[at+1], all[at]
	m.Old, m.New, m.Note, m.When, m.ISO = old.Version, now.Version, now.Note, v.Lang.DateTime(now.At, v.Zone()), v.iso(now.At)
	here += strconv.FormatInt(now.Version, 10)
	m.Views = []chip{{v.T("proposal.versions.changes"), here, !m.Side}, {v.T("proposal.versions.side"), here + "&view=side", m.Side}}
	var added, removed int
	for _, part := range []struct{ label, old, now string }{
		{"proposal.title", old.Title, now.Title}, {"proposal.summary", old.Summary, now.Summary}, {"proposal.body", old.Body, now.Body},
	} {
		changes := text.Compare(part.old, part.now)
		a, r := text.CountWords(changes)
		added, removed = added+a, removed+r
		if part.old == part.now && !m.Side {
			continue
		}
		m.Parts = append(m.Parts, comparedPart{v.T(part.label), paragraphs(changes)})
	}
	m.Summary = v.T("proposal.versions.added", "n", int64(added)) + " " + v.T("proposal.versions.removed", "n", int64(removed))
	return m
}

// paragraphs cuts a comparison where its texts begin a new paragraph.
func paragraphs(all []text.Change) [][]change {
	out := [][]change{nil}
	for _, c := range all {
		for i, piece := range strings.Split(c.Text, "\n\n") {
			if i > 0 {
				out = append(out, nil)
			}
			if piece = strings.Trim(piece, "\n"); piece == "" {
				continue
			}
			var one change
			switch c.Kind {
			case text.Removed:
				one.Removed = piece
			case text.Added:
				one.Added = piece
			default:
				one.Same = piece
			}
			out[len(out)-1] = append(out[len(out)-1], one)
		}
	}
	return out
}
