package web

import (
	"net/url"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// authorsView is where those who write a proposal see who else does, and its author invites.
type authorsView struct {
	Path   string // of this page
	Back   link
	Form   FormView
	First  string
	Others []authorRow
	Own    bool   // its author looks, who alone invites and removes
	May    bool   // more may be invited
	Why    string // why not
	Link   string // an invitation just made, to hand on: shown once
	Waits  []waitingRow
}

type authorRow struct {
	ID   identity.ID
	Name string
	Me   bool
}

type waitingRow struct {
	ID    int64
	To    string
	Until string
}

var authorsTmpl = page.New[authorsView]("proposal/authors")

// invitationCookie carries the token of a new link to the page that shows it, once.
const invitationCookie = "invitation"

func (s *Server) proposalAuthors(v *Visit) error { return s.showAuthors(v, blank(), 0) }

func (s *Server) showAuthors(v *Visit, f FormView, code int) error {
	var m authorsView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		p, err := v.findWritten(tx)
		if err != nil {
			return err
		}
		if err := policy.Allow(v.Actor, policy.Edit, p.Thing, v.Now); err != nil {
			return err
		}
		m, err = v.authors(tx, p)
		return err
	})
	if err != nil {
		return err
	}
	m.Form = f
	if token := v.remembered(invitationCookie); token != "" && m.Own {
		m.Link = s.BaseURL + proposal.JoinPath(url.PathEscape(token))
		v.cookieAt(m.Path, invitationCookie, "", -1)
	}
	return render(v, authorsTmpl, Head{Title: v.T("write.authors"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}, m)
}

// findWritten is the proposal that the address names, draft or not, where the reader may see it, with
// those who write it.
func (v *Visit) findWritten(tx *db.Tx) (proposal.Proposal, error) {
	p, err := proposal.Find(tx, v.Param("slug"))
	if err != nil {
		return p, err
	}
	if err := thing.WithCoauthors(tx, &p.Thing); err != nil {
		return p, err
	}
	return p, policy.Allow(v.Actor, policy.See, p.Thing, v.Now)
}

func (v *Visit) authors(tx *db.Tx, p proposal.Proposal) (m authorsView, err error) {
	m = authorsView{Path: p.Path() + "/authors", Back: link{p.Path(), p.Title}, Own: p.Author == v.Actor.ID}
	if p.State == thing.Draft {
		m.Back.Href = draftPath(p.ID, "check")
	}
	names, err := identity.Names(tx, append([]identity.ID{p.Author}, p.Coauthors...))
	if err != nil {
		return m, err
	}
	called := func(id identity.ID) string {
		if names[id] == "" {
			return v.T("person.deleted")
		}
		return names[id]
	}
	m.First = called(p.Author)
	for _, id := range p.Coauthors {
		m.Others = append(m.Others, authorRow{id, called(id), id == v.Actor.ID})
	}
	if !m.Own {
		return m, nil
	}
	waiting, err := proposal.Invitations(tx, p.ID)
	for _, i := range waiting {
		to := i.Email
		if to == "" {
			to = v.T("write.invite.by.link")
		}
		m.Waits = append(m.Waits, waitingRow{i.ID, to, v.T("write.invite.until", "date", v.Lang.ShortDate(i.ExpiresAt, v.Zone()))})
	}
	refused := p.MayInvite(len(waiting), v.Now)
	if m.May = refused == nil; !m.May {
		m.Why = v.Say(fault.Of(refused).Message)
	}
	return m, err
}

// writtenHere is the id of the proposal that the address names, draft or not.
func (s *Server) writtenHere(v *Visit) (p proposal.Proposal, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error { p, err = v.findWritten(tx); return err })
	return p, err
}

// proposalInvite invites by mail, or makes a link to hand on.
func (s *Server) proposalInvite(v *Visit) error {
	p, err := s.writtenHere(v)
	if err != nil {
		return err
	}
	email := v.Form.Get("email")
	byLink := v.Form.Get("then") == "link"
	if byLink {
		email = ""
	} else if email == "" {
		email = "-" // an empty address is one to mend, not a link
	}
	token, err := s.Proposals.Invite(v.ctx, v.Actor, p.ID, email, v.Lang.Tag())
	if f, ok := v.refused(err); err != nil && ok {
		return s.showAuthors(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	to := p.Path() + "/authors"
	if byLink {
		v.cookieAt(to, invitationCookie, token, time.Minute)
	} else {
		v.Flash("write.invite.sent")
	}
	return v.Redirect(to)
}

func (s *Server) proposalUninvite(v *Visit) error {
	p, err := s.writtenHere(v)
	if err != nil {
		return err
	}
	if err := s.Proposals.Uninvite(v.ctx, v.Actor, p.ID, v.Form.ID("invitation")); err != nil {
		return err
	}
	v.Flash("write.invite.cancelled")
	return v.Redirect(p.Path() + "/authors")
}

func (s *Server) proposalPart(v *Visit) error {
	p, err := s.writtenHere(v)
	if err != nil {
		return err
	}
	if err := s.Proposals.Part(v.ctx, v.Actor, p.ID, identity.ID(v.Form.ID("person"))); err != nil {
		return err
	}
	v.Flash("write.parted")
	return v.Redirect(p.Path() + "/authors")
}

// proposalQuit ends the reader's own co-authorship.
func (s *Server) proposalQuit(v *Visit) error {
	p, err := s.writtenHere(v)
	if err != nil {
		return err
	}
	if err := s.Proposals.Leave(v.ctx, v.Actor, p.ID); err != nil {
		return err
	}
	v.Flash("write.left")
	return v.Redirect("/me")
}

// togetherView shows an invitation to whoever holds its link.
type togetherView struct {
	Action  string
	By      string
	Title   string
	Summary string
	Lang    string
	SignIn  string
	Already string // where who writes it already goes on
}

var togetherTmpl = page.New[togetherView]("proposal/join")

func (s *Server) proposalJoin(v *Visit) error {
	token := v.Param("token")
	i, p, err := s.Proposals.Invited(v.ctx, token)
	if err != nil {
		return err
	}
	m := togetherView{Action: proposal.JoinPath(url.PathEscape(token)), Title: p.Title, Summary: p.Summary, Lang: v.otherLang(p.Lang)}
	if !v.Actor.SignedIn() {
		m.SignIn = "/login?return=" + url.QueryEscape(m.Action)
	}
	if p.WrittenBy(v.Actor.ID) {
		m.Already = p.Path() + "/authors"
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error { m.By, err = v.nameOf(tx, i.By); return err })
	if err != nil {
		return err
	}
	return render(v, togetherTmpl, Head{Title: v.T("write.join"), Section: "proposals", Private: true}, m)
}

func (s *Server) proposalAccept(v *Visit) error {
	p, err := s.Proposals.Join(v.ctx, v.Actor, v.Param("token"))
	if err != nil {
		return err
	}
	v.Flash("write.joined")
	if p.State == thing.Draft {
		return v.Redirect(draftPath(p.ID, "check"))
	}
	return v.Redirect(p.Path())
}
