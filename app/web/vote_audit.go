package web

import (
	"io"
	"strings"

	"tequio/app/page"
	"tequio/app/vote"
)

// sealedView is the page of those whom the rules sheet names to check sealed ballots.
type sealedView struct {
	voteHead
	Here      string
	Form      FormView
	Pairs     bool
	Destroyed bool // the file is no more
	Stated    bool
	Statement field
	Own       string
	Base, Key string
}

var sealedTmpl = page.New[sealedView]("vote/audit")

func (s *Server) auditVote(v *Visit) error { return s.showAudit(v, FormView{}, 0) }

func (s *Server) showAudit(v *Visit, f FormView, code int) error {
	t, err := s.Votes.Audit(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	m := sealedView{voteHead: v.voteHead(t.Vote), Here: t.Path() + "/audit", Form: f, Pairs: t.Pairs, Destroyed: !t.UnlinkedAt.IsZero(),
		Stated: t.Own.Statement != "", Own: t.Own.Statement, Base: s.BaseURL}
	if m.Key, err = s.Votes.PublicKey(t.Vote); err != nil {
		return err
	}
	m.Statement = v.filled(f, field{Name: "statement", Label: "vote.audit.statement", Hint: "vote.audit.statement.hint", Rows: 5, Max: 2000})
	return render(v, sealedTmpl, Head{Title: v.T("vote.audit.title"), Section: "votes", Private: true, Failed: f.Failed(), Code: code}, m)
}

// pairsFile gives an auditor what pairs the sealed ballots with their commitments.
func (s *Server) pairsFile(v *Visit) error {
	return v.spooled(v.Param("slug")+"-sealed.jsonl", "application/jsonl", true, func(to io.Writer) error {
		return s.Votes.WritePairs(v.ctx, v.Actor, v.Param("slug"), to)
	})
}

func (s *Server) stateAudit(v *Visit) error {
	slug := v.Param("slug")
	err := s.Votes.State(v.ctx, v.Actor, slug, v.Form.Get("statement"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showAudit(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.audit.stated")
	return v.Redirect("/votes/" + slug + "/audit")
}

// stated is what an auditor found, on the page of results.
type stated struct {
	Name, Text string
	At         i18nTime
}

func (v *Visit) statements(t vote.Vote) (all []stated) {
	for _, a := range t.Auditors {
		all = append(all, stated{a.Name, a.Statement, v.instant(a.StatedAt)})
	}
	return all
}

// auditorNames lists those who check sealed ballots.
func auditorNames(t vote.Vote) string {
	var all []string
	for _, a := range t.Auditors {
		all = append(all, a.Name)
	}
	return strings.Join(all, ", ")
}
