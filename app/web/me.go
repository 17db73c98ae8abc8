package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// meView is what somebody did here and what became of it.
type meView struct {
	Name     string
	Blocked  bool
	Reason   string // why the account is blocked
	LevelIs  string
	Asked    []askedRow
	Drafts   []row
	Sections []deedSection
	Empty    bool
}

// deedSection is what somebody did in one way.
type deedSection struct {
	Title string
	Rows  []deedRow
	Cut   bool // there may be more, which the download holds
}

// deedRow is one thing done: where, what, what became of it.
type deedRow struct {
	row
	Kind, Icon, KindName string
	Became               string
}

var meTmpl = page.New[meView]("me/show")

func (s *Server) me(v *Visit) error {
	acc, err := s.People.Account(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := meView{Name: acc.Name, Blocked: v.Actor.Blocked, Reason: acc.BlockedReason, LevelIs: v.T(levelKeys[acc.Level])}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		m.Asked, m.Drafts, m.Sections = nil, nil, nil
		for _, read := range []func(*db.Tx, *meView) error{v.asked, v.decidedAgainst, v.wrote, v.backed, v.commented, v.answeredIn, v.responded, v.follows} {
			if err := read(tx, &m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.Empty = len(m.Drafts)+len(m.Sections) == 0
	return render(v, meTmpl, Head{Title: v.T("me.title"), Private: true}, m)
}

func (m *meView) add(title string, rows []deedRow) {
	if len(rows) > 0 {
		m.Sections = append(m.Sections, deedSection{title, rows, len(rows) >= thing.DeedsMost})
	}
}

// wrote lists what the reader wrote; drafts apart.
func (v *Visit) wrote(tx *db.Tx, m *meView) error {
	all, err := thing.AuthoredBy(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	stages, err := proposal.Among(tx, idsOf(all))
	if err != nil {
		return err
	}
	var rows []deedRow
	for _, d := range all {
		if d.Author == v.Actor.ID && d.State == thing.Draft {
			m.Drafts = append(m.Drafts, row{Href: v.draftOf(d.Thing), Title: v.titleOf(d.Thing), Meta: v.T("me.saved", "ago", v.Relative(d.UpdatedAt))})
			continue
		}
		r := v.deed(d, "me.wrote").at(v, stages, d.ID)
		if p, ok := stages[d.ID]; ok {
			r.Became = v.stageMeans(p)
		}
		rows = append(rows, r)
	}
	with, err := thing.CoauthoredBy(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	if stages, err = proposal.Among(tx, idsOf(with)); err != nil {
		return err
	}
	for _, d := range with {
		if d.State == thing.Draft {
			m.Drafts = append(m.Drafts, row{Href: v.draftOf(d.Thing), Title: v.titleOf(d.Thing), Meta: v.T("write.me.with")})
			continue
		}
		rows = append(rows, v.deed(d, "me.cowrote").at(v, stages, d.ID))
	}
	m.add(v.T("me.wrote.title"), rows)
	return nil
}

// draftOf is where writing a draft goes on.
func (v *Visit) draftOf(t thing.Thing) string {
	if t.Kind == proposal.Kind {
		return draftPath(t.ID, "check")
	}
	return t.Path()
}

func (v *Visit) titleOf(t thing.Thing) string {
	if strings.TrimSpace(t.Title) == "" {
		return v.T("me.untitled")
	}
	return t.Title
}

// deed is a thing with when the reader did something about it.
func (v *Visit) deed(d thing.Deed, key string) deedRow {
	r := deedRow{Kind: string(d.Kind), Icon: kindIcons[d.Kind], KindName: v.T("kind." + string(d.Kind))}
	r.row = row{Href: d.Path(), Title: v.titleOf(d.Thing), Meta: v.T(key, "date", v.Lang.ShortDate(d.At, v.Zone())), Tag: v.phaseTag(d.Thing)}
	if d.Hidden() {
		r.Tag, r.Became = &Tag{v.T("me.hidden"), "tag-bad"}, d.HiddenReason
	}
	return r
}

// at shows how far a proposal has come, where the deed is about one.
func (r deedRow) at(v *Visit, stages map[thing.ID]proposal.Proposal, id thing.ID) deedRow {
	if p, ok := stages[id]; ok {
		tag := v.stageTag(p)
		r.Tag = &tag
	}
	return r
}

func idsOf(all []thing.Deed) (ids []thing.ID) {
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	return ids
}

func (v *Visit) backed(tx *db.Tx, m *meView) error {
	all, err := thing.SupportedBy(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	stages, err := proposal.Among(tx, idsOf(all))
	if err != nil {
		return err
	}
	var rows []deedRow
	for _, d := range all {
		rows = append(rows, v.deed(d, "me.supported").at(v, stages, d.ID))
	}
	m.add(v.T("me.supported.title"), rows)
	return nil
}

func (v *Visit) responded(tx *db.Tx, m *meView) error {
	all, err := thing.RespondedBy(tx, v.Actor.ID)
	m.add(v.T("me.responded.title"), v.deeds(all, "me.responded"))
	return err
}

func (v *Visit) follows(tx *db.Tx, m *meView) error {
	all, err := thing.FollowedBy(tx, v.Actor.ID)
	if err != nil {
		return err
	}
	stages, err := proposal.Among(tx, idsOf(all))
	if err != nil {
		return err
	}
	var rows []deedRow
	for _, d := range all {
		if d.State != thing.Draft { // its drafts stand apart
			rows = append(rows, v.deed(d, "me.followed").at(v, stages, d.ID))
		}
	}
	m.add(v.T("me.followed.title"), rows)
	return nil
}

func (v *Visit) deeds(all []thing.Deed, key string) (rows []deedRow) {
	for _, d := range all {
		rows = append(rows, v.deed(d, key))
	}
	return rows
}

// commented lists the reader's comments with how many replies each got.
func (v *Visit) commented(tx *db.Tx, m *meView) error {
	all, err := talk.By(tx, v.Actor.ID, 0, thing.DeedsMost)
	if err != nil {
		return err
	}
	var ids []thing.ID
	for _, c := range all {
		ids = append(ids, c.Thing)
	}
	on, err := thing.Refs(tx, ids)
	if err != nil {
		return err
	}
	var rows []deedRow
	for _, c := range all {
		t := on[c.Thing]
		r := deedRow{Kind: string(t.Kind), Icon: kindIcons[t.Kind], KindName: v.T("kind." + string(t.Kind)), Became: text.Excerpt(c.Body, 200)}
		r.row = row{Href: fmt.Sprintf("%s#c%d", t.Path(), c.ID), Title: t.Title, Meta: v.T("me.commented", "date", v.Lang.ShortDate(c.At, v.Zone()))}
		switch {
		case !c.HiddenAt.IsZero():
			r.Tag, r.Became = &Tag{v.T("me.hidden"), "tag-bad"}, c.HiddenReason
		case c.Replies > 0:
			r.Tag = &Tag{v.T("me.replies", "n", c.Replies), "tag-info"}
		}
		rows = append(rows, r)
	}
	m.add(v.T("me.commented.title"), rows)
	return nil
}

// answeredIn lists the consultations in which something that the reader said was answered.
func (v *Visit) answeredIn(tx *db.Tx, m *meView) error {
	all, err := consultation.AnsweredConsultations(tx, v.Actor.ID)
	var rows []deedRow
	for _, t := range all {
		r := deedRow{Kind: string(t.Kind), Icon: kindIcons[t.Kind], KindName: v.T("kind." + string(t.Kind))}
		r.row = row{Href: t.Path() + "/mine", Title: v.titleOf(t), Meta: v.T("disposition.mine")}
		rows = append(rows, r)
	}
	m.add(v.T("disposition.mine.title"), rows)
	return err
}

// downloadData hands out everything that is held about the reader.
func (s *Server) downloadData(v *Visit) error {
	all, err := s.People.Held(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	v.Set("Content-Disposition", `attachment; filename="tequio.json"`)
	v.Set("Cache-Control", "no-store")
	return v.Send("application/json; charset=utf-8", body)
}

// deleteView says what goes and what stays before an account is deleted.
type deleteView struct{ Form FormView }

var deleteTmpl = page.New[deleteView]("me/delete")

func (s *Server) deletePage(v *Visit) error {
	if v.Actor.Session.Confirmed(v.Now) {
		return render(v, deleteTmpl, Head{Title: v.T("me.delete.title"), Private: true}, deleteView{})
	}
	return v.Redirect("/me/confirm?return=/me/delete")
}

func (s *Server) deleteAccount(v *Visit) error {
	err := s.People.Delete(v.ctx, v.Actor)
	if f, ok := v.refused(err); err != nil && ok {
		return render(v, deleteTmpl, Head{Title: v.T("me.delete.title"), Private: true, Failed: true, Code: statusOf(err)}, deleteView{f})
	}
	if err != nil {
		return err
	}
	v.SignOut()
	v.Flash("me.deleted")
	return v.Redirect("/")
}
