package web

import (
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/thing"
	"tequio/app/vote"
)

// rehearsalView is the rehearsal that is held of a vote, for those who look after it.
type rehearsalView struct {
	Desk, Public string
	Counted      bool
	Open         bool
	Outdated     bool
	Ballots      int64
	ClosesAt     i18nTime
	WipedAt      i18nTime
}

// rehearsedView is the vote that a rehearsal takes through.
type rehearsedView struct {
	Href, Title string
	WipedAt     i18nTime
}

// rehearses marks the page as one of a rehearsal, should the vote be one.
func (v *Visit) rehearses(t vote.Vote) {
	v.rehearsal = v.rehearsal || t.Rehearses != 0
	v.changes(t.WipedAt)
}

// picturesOf are the pictures of a vote's options: of a rehearsal those of the vote itself, once everybody may
// see it.
func (v *Visit) picturesOf(tx *db.Tx, t vote.Vote) (map[string]fileView, error) {
	if t.Rehearses == 0 {
		return v.pictures(tx, t.ID)
	}
	of, err := thing.Get(tx, t.Rehearses)
	if err != nil || !of.Visible(v.Now) {
		return nil, err
	}
	return v.pictures(tx, of.ID)
}

// fillRehearsal adds to a vote's desk its rehearsal, or the form that begins one, or of a rehearsal the vote.
func (v *Visit) fillRehearsal(m *deskVoteView, t vote.Vote, f FormView) error {
	return v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if t.Rehearses != 0 {
			of, err := thing.Get(tx, t.Rehearses)
			m.Real = &rehearsedView{deskVote(of.ID), of.Title, v.instant(t.WipedAt)}
			return err
		}
		r, err := vote.RehearsalOf(tx, t)
		if err != nil || r.ID == 0 && m.Frozen {
			return err
		}
		if r.ID == 0 {
			one := v.filled(f, field{Name: "lasts", Label: "vote.rehearsal.lasts.label", Hint: "vote.rehearsal.lasts.hint", Choices: v.lengths(f)})
			m.Try = &one
			return nil
		}
		m.Tried = &rehearsalView{
			Desk: deskVote(r.ID), Public: thing.Ref{Kind: vote.Kind, Slug: r.Slug}.Path(), Counted: !r.CountedAt.IsZero(), Open: v.Now.Before(r.ClosesAt),
			Outdated: r.Outdated, Ballots: r.Ballots, ClosesAt: v.instant(r.ClosesAt), WipedAt: v.instant(r.WipedAt),
		}
		return nil
	})
}

// lengths are how long a rehearsal can last.
func (v *Visit) lengths(f FormView) (all []choice) {
	for _, d := range vote.RehearsalTimes {
		key, n := "vote.rehearsal.minutes", int(d.Minutes())
		switch {
		case d >= 24*time.Hour:
			key, n = "vote.rehearsal.days", int(d.Hours())/24
		case d >= time.Hour:
			key, n = "vote.rehearsal.hours", int(d.Hours())
		}
		all = append(all, choice{d.String(), v.T(key, "n", n), f.Value("lasts") == d.String()})
	}
	return all
}

// rehearseVote begins a rehearsal and leads to its desk.
func (s *Server) rehearseVote(v *Visit) error {
	lasts, err := time.ParseDuration(v.Form.Get("lasts"))
	if err != nil {
		return v.tended("", fault.On("lasts", "vote.rehearsal.lasts"))
	}
	name := func(lang, title string) string {
		return s.Words.Language(lang).T("vote.rehearsal.name", "title", title)
	}
	id, err := s.Votes.Rehearse(v.ctx, v.Actor, thing.ID(v.ID("id")), lasts, name)
	if err != nil {
		return v.tended("", err)
	}
	v.Flash("vote.rehearsal.begun")
	return v.Redirect(deskVote(id))
}

// wipeRehearsal removes the rehearsal of a vote at once.
func (s *Server) wipeRehearsal(v *Visit) error {
	return v.tended("vote.rehearsal.wiped", s.Votes.EndRehearsal(v.ctx, v.Actor, thing.ID(v.ID("id"))))
}
