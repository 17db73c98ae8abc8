package web

import (
	"time"

	"tequio/app/db"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// lifeView is what the page of a proposal shows of its life: its kind, what was promised and by when,
// who counts among its supports.
type lifeView struct {
	Kind        string
	Live        bool   // it is published: people support it and speak of it
	Counted     string // how its supports divide
	Voided      string
	VoidedFor   []string // each time that supports were found invalid, and why
	VoidedOwn   string   // the reader's own was
	Happens     string   // what the authority promised at the threshold
	HappensLang string
	Left        *countdown
	Overdue     string // how late it is to do what it promised
	Sponsors    string
	FollowUps   []followUpView
	FollowUp    string // where staff tell how it goes
	Sheets      string // where staff enter signatures on paper
	Queue       string // where a moderator decides whether it is published
	Recall      string // where its author takes it back before it is published
}

// countdown is the time that the authority has left.
type countdown struct {
	Days      int64
	Text, ISO string
}

func (v *Visit) life(tx *db.Tx, p proposal.Proposal) (m lifeView, err error) {
	m = lifeView{Kind: v.kindTold(p), Live: p.Listed(v.Now), Counted: v.counted(p), Happens: p.Happens, HappensLang: v.otherLang(p.Lang)}
	if p.Voided > 0 {
		m.Voided = v.T("proposal.voided", "n", p.Voided)
	}
	if m.VoidedFor, m.VoidedOwn, err = v.voided(tx, p); err != nil {
		return m, err
	}
	backers, err := proposal.Sponsors(tx, p.ID)
	if err != nil {
		return m, err
	}
	names, err := v.namesOf(tx, backers)
	if err != nil {
		return m, err
	}
	if names != "" {
		m.Sponsors = v.T("proposal.sponsors.names", "names", names)
	}
	if by := p.AnswerBy(); p.Wanting() && !by.IsZero() && v.Now.Before(by) {
		days := int64(by.Sub(v.Now) / (24 * time.Hour)) // whole ones, as in "9 days left"
		v.changes(by.Add(-time.Duration(days) * 24 * time.Hour))
		m.Left = &countdown{days, v.T("proposal.left", "n", days, "date", v.Lang.ShortDate(by, v.Zone())), v.iso(by)}
	}
	m.Overdue = v.overdue(p)
	if m.FollowUps, err = v.followUps(tx, p); err != nil {
		return m, err
	}
	if p.MayFollowUp() == nil && policy.May(v.Actor, policy.Fulfil, p.Thing, v.Now) {
		m.FollowUp = p.Path() + "/followup"
	}
	if p.Listed(v.Now) && proposal.AllowDesk(v.Actor, p, tx) == nil {
		m.Sheets = sheetsPath(p.ID)
	}
	if p.State == thing.Checking && p.Author != v.Actor.ID && v.Actor.Has(deskModerators...) {
		m.Queue = deskModeration
	}
	if p.State == thing.Checking && p.Author == v.Actor.ID {
		m.Recall = draftPath(p.ID, "recall")
	}
	return m, nil
}

// overdue says by how many days what was promised is late, until that number changes; "" while it is
// not.
func (v *Visit) overdue(p proposal.Proposal) string {
	if !p.Promised() || !p.CarriedOutAt.IsZero() {
		return ""
	}
	v.changes(p.DueAt)
	days := p.DaysOverdue(v.Now)
	if days == 0 {
		return ""
	}
	v.changes(p.DueAt.Add(time.Duration(days+1) * 24 * time.Hour))
	return v.T("proposal.overdue", "n", days)
}

// counted says how the supports divide: verified residents, on paper.
func (v *Visit) counted(p proposal.Proposal) string {
	switch {
	case p.Residents > 0 && p.Paper > 0:
		return v.T("proposal.counted.both", "n", p.Supports, "residents", v.T("proposal.counted.residents", "n", p.Residents),
			"paper", v.T("proposal.counted.paper", "n", p.Paper))
	case p.Residents > 0:
		return v.T("proposal.counted.one", "n", p.Supports, "what", v.T("proposal.counted.residents", "n", p.Residents))
	case p.Paper > 0:
		return v.T("proposal.counted.one", "n", p.Supports, "what", v.T("proposal.counted.paper", "n", p.Paper))
	}
	return ""
}

// withdrawn says why a proposal was taken back.
func (v *Visit) withdrawn(p proposal.Proposal) string {
	switch p.WithdrawalCode {
	case proposal.AlreadyHad, proposal.Impossible:
		said := v.T("proposal.cause." + p.WithdrawalCode)
		if p.Withdrawal != "" {
			said += " " + p.Withdrawal
		}
		return said
	}
	return p.Withdrawal
}
