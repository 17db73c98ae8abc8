package web

import (
	"fmt"
	"slices"

	"tequio/app/db"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/proposal"
)

// writtenView is what the page of a proposal shows of its writing: who writes it, its files, what
// became of its text since the reader supported it, what was merged into it or it into what.
type writtenView struct {
	With    string // co-authors
	Files   []fileView
	Details []detail // what its kind asked for besides
	Changed *changedView
	Merged  []mergedRow
	Heir    *heirView
	Authors string // where who writes it sees who else does
	Merge   string // where its author retires it in favour of another
}

// changedView asks a supporter of an earlier text whether they support this one.
type changedView struct {
	Path     string
	Old, New int64
	Compare  string
}

// mergedRow is a proposal that was retired in favour of the one shown.
type mergedRow struct{ Href, Title, Came string }

// heirView is the proposal in whose favour the one shown was retired, and the question to whoever
// supported that.
type heirView struct {
	link
	Path string // of the retired one
	Lang string
	Left string // how many have not said
	Asks bool   // the reader is one of them
	May  bool   // the heir takes support
}

// written fills in what the reader sees of a proposal's writing.
func (v *Visit) written(tx *db.Tx, p proposal.Proposal) (m writtenView, err error) {
	if m.With, err = v.namesOf(tx, p.Coauthors); err != nil {
		return m, err
	}
	if m.With != "" {
		m.With = v.T("write.with", "names", m.With)
	}
	if p.Retired() {
		m.Heir, err = v.heir(tx, p)
		return m, err
	}
	files, err := media.Of(tx, p.ID, "")
	if err != nil {
		return m, err
	}
	files = slices.DeleteFunc(files, func(f media.File) bool { return f.Use != "" }) // evidence stands where it belongs
	m.Files = v.files(files)
	if len(p.Fields) > 0 {
		k, err := v.s.Proposals.Class(tx, p.KindID)
		if err != nil {
			return m, err
		}
		m.Details = v.details(k, p, false)
	}
	all, err := proposal.Ancestors(tx, p.ID)
	if err != nil {
		return m, err
	}
	for _, a := range all {
		m.Merged = append(m.Merged, mergedRow{a.Path(), a.Title, v.T("write.ancestors.came", "n", a.Carried)})
	}
	if p.WrittenBy(v.Actor.ID) {
		m.Authors = p.Path() + "/authors"
	}
	if policy.May(v.Actor, policy.Withdraw, p.Thing, v.Now) && p.MayWithdraw(v.Now) == nil {
		m.Merge = p.Path() + "/merge"
	}
	m.Changed, err = v.changed(tx, p)
	return m, err
}

// changed is the question to a reader who supported an earlier text; nil to everybody else.
func (v *Visit) changed(tx *db.Tx, p proposal.Proposal) (*changedView, error) {
	if p.Version < 2 || !policy.May(v.Actor, policy.Support, p.Thing, v.Now) {
		return nil, nil
	}
	seen, err := proposal.SupportedVersion(tx, p.ID, v.Actor.ID)
	if err != nil || seen == 0 || seen >= p.Version {
		return nil, err
	}
	texts, err := proposal.Versions(tx, p.ID)
	if err != nil || !proposal.Outdated(texts, seen) {
		return nil, err
	}
	return &changedView{p.Path(), seen, p.Version, fmt.Sprintf("%s/versions?from=%d&to=%d", p.Path(), seen, p.Version)}, nil
}

func (v *Visit) heir(tx *db.Tx, p proposal.Proposal) (*heirView, error) {
	to, err := proposal.Heir(tx, p)
	if err != nil {
		return nil, err
	}
	m := &heirView{link: link{to.Path(), to.Title}, Path: p.Path(), Lang: v.otherLang(to.Lang)}
	if to.Hidden() {
		m.Text = v.T("me.hidden")
	}
	if p.Supports > 0 {
		m.Left = v.T("write.heir.left", "n", p.Supports)
	}
	if v.Actor.SignedIn() {
		seen, err := proposal.SupportedVersion(tx, p.ID, v.Actor.ID)
		if err != nil {
			return nil, err
		}
		m.Asks, m.May = seen > 0, policy.May(v.Actor, policy.Support, to.Thing, v.Now)
	}
	return m, nil
}

// askedRow asks the reader about a support of theirs.
type askedRow struct {
	Text, Href string
	Carry      string // where to carry it over
	To         string // where to, in words
	Keep       string // where to keep it
	Version    int64  // that is kept
	Drop       string // where to take it back
}

// asked are the questions about what the reader supports: texts that changed, and what was merged.
func (v *Visit) asked(tx *db.Tx, m *meView) error {
	orphans, err := proposal.Orphaned(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	for _, p := range orphans {
		to, err := proposal.Heir(tx, p)
		if err != nil {
			return err
		}
		r := askedRow{Text: v.T("write.asked.merged", "title", p.Title), Href: p.Path(), Drop: p.Path() + "/drop"}
		if policy.May(v.Actor, policy.Support, to.Thing, v.Now) {
			r.Carry, r.To = p.Path()+"/carry", v.T("write.heir.carry.to", "title", to.Title)
		}
		m.Asked = append(m.Asked, r)
	}
	changed, err := proposal.Changed(tx, v.Actor.ID)
	for _, p := range changed {
		m.Asked = append(m.Asked, askedRow{Text: v.T("write.asked.changed", "title", p.Title), Href: p.Path(), Keep: p.Path() + "/keep",
			Version: p.Version, Drop: p.Path() + "/unsupport"})
	}
	return err
}
