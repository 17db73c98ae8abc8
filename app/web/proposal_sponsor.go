package web

import (
	"net/url"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// handedIn leads on from a draft that was handed in, to where it stands now.
func (v *Visit) handedIn(p proposal.Proposal) error {
	switch p.StageAt(v.Now) {
	case proposal.Sponsoring:
		v.Flash("proposal.handed.sponsors")
		return v.Redirect(draftPath(p.ID, "handed"))
	case proposal.Checking:
		v.Flash("proposal.handed.checking")
	default:
		v.Flash("proposal.published")
	}
	return v.Redirect(p.Path())
}

// handedView is where an author finds the link for sponsors, and who stands behind the proposal.
type handedView struct {
	proposal.Proposal
	Means  string
	Link   string
	Names  []string
	Have   int64
	Recall string
}

var handedTmpl = page.New[handedView]("proposal/handed")

func (s *Server) proposalHanded(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	if p.StageAt(v.Now) != proposal.Sponsoring {
		return v.Redirect(draftPath(p.ID, "check"))
	}
	m := handedView{Proposal: p, Means: v.stageMeans(p), Link: v.s.BaseURL + sponsorPath(p.Invite)}
	if p.Author == v.Actor.ID {
		m.Recall = draftPath(p.ID, "recall")
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error { m.Names, err = v.sponsors(tx, p.ID); return err })
	if err != nil {
		return err
	}
	m.Have = int64(len(m.Names))
	return render(v, handedTmpl, Head{Title: v.T("proposal.stage.sponsoring"), Section: "proposals", Private: true}, m)
}

func sponsorPath(invite string) string { return "/proposals/sponsor/" + url.PathEscape(invite) }

// sponsors are the names of those who stand behind a proposal.
func (v *Visit) sponsors(tx *db.Tx, id thing.ID) (names []string, err error) {
	all, err := proposal.Sponsors(tx, id)
	if err != nil {
		return nil, err
	}
	for _, who := range all {
		name, err := v.nameOf(tx, who)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func (s *Server) proposalRecall(v *Visit) error {
	id := thing.ID(v.ID("id"))
	if _, err := s.Proposals.Recall(v.ctx, v.Actor, id); err != nil {
		return err
	}
	v.Flash("proposal.recalled")
	return v.Redirect(draftPath(id, "check"))
}

// sponsorView asks whoever has the link to stand behind a proposal.
type sponsorView struct {
	proposal.Proposal
	Lang   string // of the text, "" when it is the reader's
	Author string
	Tag    Tag
	Means  string
	Have   int64
	Open   bool // sponsors are still looked for
	Action string
	SignIn string
	Given  bool
	Why    string // why the reader cannot
}

var sponsorTmpl = page.New[sponsorView]("proposal/sponsor")

func (s *Server) proposalSponsorPage(v *Visit) error {
	var m sponsorView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if m.Proposal, err = proposal.Sought(tx, v.Param("invite")); err != nil {
			return err
		}
		if m.Author, err = v.nameOf(tx, m.Proposal.Author); err != nil {
			return err
		}
		all, err := proposal.Sponsors(tx, m.ID)
		m.Have = int64(len(all))
		for _, who := range all {
			m.Given = m.Given || who == v.Actor.ID
		}
		return err
	})
	if err != nil {
		return err
	}
	switch m.StageAt(v.Now) {
	case proposal.Sponsoring:
		m.Open = true
	case proposal.Checking:
	case proposal.Draft, proposal.Hidden:
		return fault.New(fault.Gone, "proposal.sponsor.over")
	default:
		return v.Redirect(m.Path())
	}
	m.Lang, m.Action, m.Means = v.otherLang(m.Proposal.Lang), sponsorPath(m.Invite), v.stageMeans(m.Proposal)
	m.Tag = v.stageTag(m.Proposal)
	if err := policy.Allow(v.Actor, policy.Sponsor, noThing, v.Now); err != nil {
		m.Why = v.Say(fault.Of(err).Message)
	}
	if err := m.MaySponsor(v.Actor); err != nil && m.Why == "" {
		m.Why = v.Say(fault.Of(err).Message)
	}
	if !v.Actor.SignedIn() {
		m.SignIn = "/login?return=" + url.QueryEscape(m.Action)
	}
	return render(v, sponsorTmpl, Head{Title: m.Title, Section: "proposals", Private: true}, m)
}

func (s *Server) proposalSponsor(v *Visit) error {
	p, err := s.Proposals.Sponsor(v.ctx, v.Actor, v.Param("invite"))
	if err != nil {
		return err
	}
	v.Flash("proposal.sponsored")
	if p.State == thing.Published {
		return v.Redirect(p.Path())
	}
	return v.Redirect(sponsorPath(p.Invite))
}
