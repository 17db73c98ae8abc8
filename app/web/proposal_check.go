package web

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// checkView is the last step: everything as it will be published.
type checkView struct {
	proposal.Proposal
	writeView
	Subject string
	Place   string
	Where   *mapView // nil: it has no point
	Base    string
	Files   []fileView
	People  string // who writes it besides its author
	Kind    string // where there are several
	Next    string // what publishing does, for its kind
	Details []detail
	Own     bool // its author looks, who alone publishes and discards it
}

var checkTmpl = page.New[checkView]("proposal/check")

func (s *Server) proposalCheck(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	if p.StageAt(v.Now) == proposal.Sponsoring {
		return v.Redirect(draftPath(p.ID, "handed"))
	}
	return s.showCheck(v, p, blank(), 0)
}

func (s *Server) showCheck(v *Visit, p proposal.Proposal, f FormView, code int) error {
	set := s.Instance.Current()
	kind, err := v.kindOf(p)
	if err != nil {
		return err
	}
	m := checkView{Proposal: p, writeView: writeStep(kind, p, "check", ""), Details: v.details(kind, p, true), Base: fmt.Sprintf("/proposals/drafts/%d/", p.ID), Own: p.Author == v.Actor.ID}
	m.Form, m.Kind, m.Where = f, v.kindTold(p), v.mapOf(p.Thing)
	if t, ok := set.Subject(p.Subject); ok {
		m.Subject = t.In(v.Lang.Tag())
	}
	if t, ok := set.Place(p.Place); ok {
		m.Place = t.In(v.Lang.Tag())
	}
	m.Next = v.T("proposal.check.publish")
	switch {
	case kind.Sponsors > 0:
		m.Next = v.T("proposal.check.sponsors", "n", kind.Sponsors)
	case kind.Checked || p.Checked:
		m.Next = v.T("proposal.check.checked")
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := media.Of(tx, p.ID, "")
		if err != nil {
			return err
		}
		m.Files = v.files(all)
		m.People, err = v.namesOf(tx, p.Coauthors)
		return err
	})
	if err != nil {
		return err
	}
	return render(v, checkTmpl, Head{Title: v.T("proposal.check"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}, m)
}

// namesOf are people's public names as one would say them: "Ana, Eva and Luis".
func (v *Visit) namesOf(tx *db.Tx, people []identity.ID) (string, error) {
	names, err := identity.Names(tx, people)
	var all []string
	for _, p := range people {
		name := names[p]
		if name == "" {
			name = v.T("person.deleted")
		}
		all = append(all, name)
	}
	if n := len(all); n > 1 {
		return v.T("write.and", "a", strings.Join(all[:n-1], ", "), "b", all[n-1]), err
	}
	return strings.Join(all, ""), err
}

func (s *Server) proposalPublish(v *Visit) error {
	id := thing.ID(v.ID("id"))
	p, err := s.Proposals.Publish(v.ctx, v.Actor, id)
	if f, ok := v.refused(err); err != nil && ok {
		draft, missing := s.Proposals.Draft(v.ctx, v.Actor, id)
		if missing != nil {
			return missing
		}
		return s.showCheck(v, draft, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.handedIn(p)
}

func (s *Server) proposalDiscard(v *Visit) error {
	if err := s.Proposals.Discard(v.ctx, v.Actor, thing.ID(v.ID("id"))); err != nil {
		return err
	}
	v.Flash("proposal.discarded")
	return v.Redirect("/me")
}
