package web

import (
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// staticView is a text of the instance: about, rules, privacy.
type staticView struct {
	instance.StaticPage
	HTML string
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
		return Head{Title: p.Title}, staticView{p, text.Markdown(p.Body, text.Official)}, err
	})
}

type agencyListView struct{ All []agencyCard }

type agencyCard struct{ Title, Summary, Href, Above string }

var agencyListTmpl = page.New[agencyListView]("agency/list")

func (s *Server) agencies(v *Visit) error {
	return keep(v, agencyListTmpl, forAll(scopeKind(instance.AgencyKind)), func() (Head, agencyListView, error) {
		all, err := s.Instance.Agencies(v.ctx)
		names := map[thing.ID]string{}
		for _, g := range all {
			names[g.ID] = g.Title
		}
		var m agencyListView
		for _, g := range all {
			m.All = append(m.All, agencyCard{g.Title, g.Summary, g.Path(), names[g.Parent]})
		}
		return Head{Title: v.T("nav.agencies"), Section: "agencies"}, m, err
	})
}

type agencyView struct {
	instance.Agency
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
		m := agencyView{Agency: g, AboutHTML: text.Markdown(g.About, text.Official)}
		all, err := s.Instance.Agencies(v.ctx)
		if err != nil {
			return Head{}, m, err
		}
		for _, b := range all {
			if b.Parent == g.ID {
				m.Below = append(m.Below, agencyCard{Title: b.Title, Href: b.Path()})
			}
		}
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
		return Head{Title: g.Title, Section: "agencies", Feed: g.Path() + "/feed.atom", Description: g.Summary}, m, err
	})
}

func (v *Visit) agencySection(tx *db.Tx, m *agencyView, k thing.Kind) error {
	things, _, err := thing.Things(tx, thing.Query{Kind: k, Agency: m.ID, Now: v.Now, Limit: 20})
	if err != nil || len(things) == 0 {
		return err
	}
	section := agencySection{Title: v.T("kinds." + string(k))}
	for _, t := range things {
		v.Turns(t)
		section.Rows = append(section.Rows, row{t.Path(), t.Title, t.Summary, v.phaseTag(t)})
	}
	m.Sections = append(m.Sections, section)
	return nil
}
