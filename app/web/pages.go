package web

import (
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// staticView is a text of the instance: about, rules, privacy.
type staticView struct {
	instance.StaticPage
	HTML   string
	Erased []erasedRow // on the page on privacy: what the retention clock deleted
}

type erasedRow struct {
	What   string
	Count  int64
	LastAt time.Time
}

// erased is what was deleted in the last year; the page is made anew every hour for it.
func (v *Visit) erased() (rows []erasedRow, err error) {
	v.changes(v.Now.Add(time.Hour))
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := identity.Erasures(tx)
		rows = nil
		for _, e := range all {
			rows = append(rows, erasedRow{v.T("account.erased." + e.What), e.Count, e.LastAt})
		}
		return err
	})
	return rows, err
}

var staticPageTmpl = page.New[staticView]("static")

func (s *Server) staticPage(v *Visit) error {
	slug := v.Param("slug")
	if slug == "" {
		slug = "about"
	}
	return keep(v, staticPageTmpl, forAll(), func() (Head, staticView, error) {
		p, err := s.Instance.Page(v.ctx, slug, v.Lang.Tag())
		if fault.Is(err, fault.NotFound) && v.Lang.Has("static."+slug) {
			p, err = instance.StaticPage{Slug: slug, Lang: v.Lang.Tag(), Title: v.T("static." + slug), Body: v.T("static." + slug + ".body")}, nil
		}
		m := staticView{StaticPage: p, HTML: text.Markdown(p.Body, text.Official)}
		if err == nil && slug == "privacy" {
			m.Erased, err = v.erased()
		}
		return Head{Title: p.Title}, m, err
	})
}

type agencyListView struct{ All []agencyCard }

type agencyCard struct{ Title, Summary, Href, Above, Lang string }

var agencyListTmpl = page.New[agencyListView]("agency/list")

// agenciesHere are all agencies in the reader's language, as far as they have words in it.
func (v *Visit) agenciesHere() (all []instance.Agency, err error) {
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if all, err = instance.AllAgencies(tx); err != nil {
			return err
		}
		for i, g := range all {
			words, err := thing.Translations(tx, v.Lang.Tag(), g.ID)
			if err != nil {
				return err
			}
			if w := words[g.ID]; g.Lang != v.Lang.Tag() && w["title"] != "" {
				all[i].Thing, all[i].About = g.Thing.In(v.Lang.Tag(), w), w.Pick("about", g.About)
			}
		}
		return nil
	})
	return all, err
}

func (s *Server) agencies(v *Visit) error {
	return keep(v, agencyListTmpl, forAll(scopeKind(instance.AgencyKind)), func() (Head, agencyListView, error) {
		all, err := v.agenciesHere()
		names := map[thing.ID]string{}
		for _, g := range all {
			names[g.ID] = g.Title
		}
		var m agencyListView
		for _, g := range all {
			m.All = append(m.All, agencyCard{g.Title, g.Summary, g.Path(), names[g.Parent], v.otherLang(g.Lang)})
		}
		return Head{Title: v.T("nav.agencies"), Section: "agencies"}, m, err
	})
}

type agencyView struct {
	instance.Agency
	Lang      string // of its texts, "" when it is the reader's
	AboutHTML string
	Sections  []agencySection
	Below     []agencyCard
	People    []string
}

type agencySection struct {
	Title string
	Rows  []row
}

// row is a line of a list: a link, a few words, perhaps a state.
type row struct {
	Href, Title, Meta string
	Tag               *Tag
	Lang              string // of title and meta, "" when it is the reader's
}

var agencyTmpl = page.New[agencyView]("agency/show")

// agencyKinds are what an agency's page lists of it.
var agencyKinds = []thing.Kind{"consultation", "challenge", "vote"}

func (s *Server) agency(v *Visit) error {
	slug := v.Param("slug")
	g, err := s.Instance.Agency(v.ctx, slug)
	if err != nil {
		return err
	}
	return keep(v, agencyTmpl, forAll(scopeThing(g.ID), scopeKind(instance.AgencyKind)), func() (Head, agencyView, error) {
		var m agencyView
		all, err := v.agenciesHere()
		if err != nil {
			return Head{}, m, err
		}
		for _, b := range all {
			if b.ID == g.ID {
				m.Agency, m.Lang = b, v.otherLang(b.Lang)
			}
			if b.Parent == g.ID {
				m.Below = append(m.Below, agencyCard{Title: b.Title, Href: b.Path(), Lang: v.otherLang(b.Lang)})
			}
		}
		m.AboutHTML = text.Markdown(m.About, text.Official)
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
			if m.People, err = instance.FocalPoints(tx, g.ID); err != nil {
				return err
			}
			for _, k := range agencyKinds {
				if err := v.agencySection(tx, &m, k); err != nil {
					return err
				}
			}
			return nil
		})
		return Head{Title: m.Title, Section: "agencies", Feed: g.Path() + "/feed.atom", Description: m.Summary}, m, err
	})
}

func (v *Visit) agencySection(tx *db.Tx, m *agencyView, k thing.Kind) error {
	things, _, err := thing.Things(tx, thing.Query{Kind: k, Agency: m.ID, Now: v.Now, Limit: 20})
	if err != nil || len(things) == 0 {
		return err
	}
	if things, err = v.translated(tx, things); err != nil {
		return err
	}
	section := agencySection{Title: v.T("kinds." + string(k))}
	for _, t := range things {
		v.Turns(t)
		section.Rows = append(section.Rows, row{t.Path(), t.Title, t.Summary, v.phaseTag(t), v.otherLang(t.Lang)})
	}
	m.Sections = append(m.Sections, section)
	return nil
}
