package web

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/text"
	"tequio/app/thing"
)

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
	From, To []choice // which two are compared
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
	Who             string
	Spelling        bool // nothing but its spelling changed
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
			var people []identity.ID
			for _, t := range versions {
				people = append(people, t.Author)
			}
			names, err := identity.Names(tx, people)
			m = v.compareVersions(p, versions, names)
			return err
		})
		return Head{Title: v.T("proposal.versions.of", "title", m.Title), Section: "proposals"}, m, err
	})
}

// compareVersions sets the two versions that the address names, from and to, beside each other; what
// it does not name is the newest and the one before it. version=N is N and the one before it.
func (v *Visit) compareVersions(p proposal.Proposal, all []proposal.Text, names map[identity.ID]string) versionsView {
	m := versionsView{Back: p.Path(), Title: p.Title, Lang: v.otherLang(p.Lang), Side: v.Query("view") == "side"}
	number := func(name string) int64 { n, _ := strconv.ParseInt(v.Query(name), 10, 64); return n }
	old, now, ok := proposal.Pair(all, number("from"), cmp.Or(number("to"), number("version")))
	here := p.Path() + "/versions?"
	for _, t := range all {
		n := strconv.FormatInt(t.Version, 10)
		text := v.T("write.compare.version", "n", t.Version, "date", v.Lang.ShortDate(t.At, v.Zone()))
		m.From = append(m.From, choice{n, text, ok && t.Version == old.Version})
		m.To = append(m.To, choice{n, text, ok && t.Version == now.Version})
		m.All = append(m.All, versionRow{t.Version, here + "version=" + n, v.Lang.DateTime(t.At, v.Zone()), v.iso(t.At), t.Note, names[t.Author], !t.Substantial, t.Version == now.Version})
	}
	if !ok {
		return m
	}
	m.Old, m.New, m.When, m.ISO = old.Version, now.Version, v.Lang.DateTime(now.At, v.Zone()), v.iso(now.At)
	if now.Version == old.Version+1 {
		m.Note = now.Note
	}
	here += fmt.Sprintf("from=%d&to=%d", old.Version, now.Version)
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
