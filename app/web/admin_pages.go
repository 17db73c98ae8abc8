package web

import (
	"slices"

	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/text"
)

const deskPages = "/admin/pages"

type pagesView struct {
	Desk []deskItem
	Rows []pageRow
}

// pageRow is a page of the instance with its state in each language.
type pageRow struct {
	Title, Href string
	Langs       []pageLang
}

type pageLang struct {
	Name, Tag, Edit string
	Written         bool
}

var pagesTmpl = page.New[pagesView]("admin/pages")

func (s *Server) deskPages(v *Visit) error {
	m := pagesView{Desk: v.desk(deskPages)}
	for _, slug := range instance.StaticPages {
		r := pageRow{Title: v.T("static." + slug), Href: pagePath(slug)}
		for _, tag := range s.Instance.Current().Languages {
			p, err := s.Instance.Page(v.ctx, slug, tag)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			r.Langs = append(r.Langs, pageLang{s.Words.Language(tag).Name(), tag, deskPages + "/" + slug + "/" + tag, err == nil && p.Lang == tag})
		}
		m.Rows = append(m.Rows, r)
	}
	return render(v, pagesTmpl, Head{Title: v.T("admin.nav.pages"), Admin: true, Private: true}, m)
}

func pagePath(slug string) string {
	if slug == "about" {
		return "/about"
	}
	return "/pages/" + slug
}

type pageEdit struct {
	Desk    []deskItem
	Form    FormView
	Name    string // of the page, in the reader's words
	Lang    string // name of the language
	Tag     string
	Action  string
	Public  string
	Fields  []field
	Preview string // HTML
}

var pageEditTmpl = page.New[pageEdit]("admin/page")

// pageAsked are slug and language in the address, or the fault thing.missing.
func (v *Visit) pageAsked() (slug, tag string, err error) {
	slug, tag = v.Param("slug"), v.Param("lang")
	if !slices.Contains(instance.StaticPages, slug) || !slices.Contains(v.s.Instance.Current().Languages, tag) {
		return "", "", fault.New(fault.NotFound, "thing.missing")
	}
	return slug, tag, nil
}

func (s *Server) onePage(v *Visit) error {
	slug, tag, err := v.pageAsked()
	if err != nil {
		return err
	}
	l := s.Words.Language(tag)
	f := blank("title", l.T("static."+slug), "body", l.T("static."+slug+".body"))
	p, err := s.Instance.Page(v.ctx, slug, tag)
	if err == nil && p.Lang == tag {
		f = blank("title", p.Title, "body", p.Body)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.editPage(v, slug, tag, f, "", nil)
}

func (s *Server) editPage(v *Visit, slug, tag string, f FormView, preview string, refused error) error {
	m := pageEdit{Desk: v.desk(deskPages), Form: f, Name: v.T("static." + slug), Lang: s.Words.Language(tag).Name(), Tag: tag,
		Action: deskPages + "/" + slug + "/" + tag, Public: pagePath(slug) + "?lang=" + tag, Preview: preview,
		Fields: []field{v.filled(f, field{Name: "title", Label: "admin.page.title", Lang: tag}),
			v.filled(f, field{Name: "body", Label: "admin.page.body", Hint: "form.markdown", Rows: 18, Lang: tag})}}
	h := Head{Title: m.Name + " – " + m.Lang, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, pageEditTmpl, h, m)
}

func (s *Server) savePage(v *Visit) error {
	slug, tag, err := v.pageAsked()
	if err != nil {
		return err
	}
	p := instance.StaticPage{Slug: slug, Lang: tag, Title: v.Form.Get("title"), Body: v.Form.Get("body")}
	if v.Form.Get("then") == "preview" {
		return s.editPage(v, slug, tag, FormView{Values: v.Form.values}, text.Markdown(p.Body, text.Official), nil)
	}
	err = s.Instance.Write(v.ctx, v.Actor, p)
	if f, ok := v.refused(err); err != nil && ok {
		return s.editPage(v, slug, tag, f, "", err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(deskPages)
}
