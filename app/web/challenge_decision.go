package web

import (
	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/text"
)

// decisionPage is the decision of a challenge with its reasons and what became of every entry.
type decisionPage struct {
	briefView
	Decision  decisionView
	HTML      string
	Departure string
	Entries   []entryLine
}

// entryLine is a row of the table of entries.
type entryLine struct {
	Href, Title, Team, Lang string
	Sent                    string
	Validity, Standing      Tag
	Reason                  string
}

var challengeDecisionTmpl = page.New[decisionPage]("challenge/decision")

func (s *Server) challengeDecision(v *Visit) error {
	if t, err := s.hiddenThing(v, challenge.Kind); err != nil || t.Hidden() {
		if err != nil {
			return err
		}
		return s.showHidden(v, t)
	}
	return keep(v, challengeDecisionTmpl, forVisitors(scopeKind(challenge.Kind), scopeKind(challenge.EntryKind)), func() (Head, decisionPage, error) {
		view, err := s.Challenges.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
		if err != nil {
			return Head{}, decisionPage{}, err
		}
		if !view.Decided() {
			return Head{}, decisionPage{}, fault.New(fault.NotFound, "challenge.undecided")
		}
		c := view.Challenge.In(v.Lang.Tag(), view.Words)
		m := decisionPage{briefView: v.brief(c, view.Challenge.Lang), Decision: *v.decision(c, view.Entries), HTML: text.Markdown(c.Decision, text.Official), Departure: c.Departure}
		for _, e := range view.Entries {
			m.Entries = append(m.Entries, v.entryLine(e))
		}
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error { return v.briefAgency(tx, &m.briefView, view.Thing) })
		return Head{Title: v.T("challenge.decision.of", "title", c.Title), Section: "challenges", Description: m.Decision.Excerpt}, m, err
	})
}

func (v *Visit) entryLine(e challenge.Entry) entryLine {
	l := entryLine{Href: e.Path(), Title: e.Title, Team: e.Team, Lang: v.otherLang(e.Lang), Sent: v.Lang.ShortDate(e.SubmittedAt, v.Zone()), Reason: e.Reason}
	switch {
	case e.Validity == challenge.Valid:
		l.Validity = Tag{v.T("entry.validity.valid"), "tag-ok"}
	case e.Validity == challenge.Invalid:
		l.Validity = Tag{v.T("entry.validity.invalid"), "tag-bad"}
	default:
		l.Validity = Tag{v.T("entry.validity.none"), ""}
	}
	if t := v.entryStanding(e); t != nil && e.Standing != "" {
		l.Standing = *t
	}
	if e.Hidden() {
		l.Title, l.Team = v.T("entry.hidden"), "—"
	}
	return l
}
