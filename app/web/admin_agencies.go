package web

import (
	"fmt"
	"strconv"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/thing"
)

const deskAgencies = "/admin/agencies"

func agencyDesk(id thing.ID) string { return deskAgencies + "/" + strconv.FormatInt(int64(id), 10) }

// branch is an agency in the tree, written as a list: those below one follow it.
type branch struct {
	Href, Title, Short, Public string
	Above                      string // the name of the agency above, "" at the top
	Indent                     string
}

type agencyTreeView struct {
	Desk []deskItem
	Tree []branch
}

var agencyTreeTmpl = page.New[agencyTreeView]("admin/agencies")

func (s *Server) deskAgencies(v *Visit) error {
	all, err := s.Instance.Agencies(v.ctx)
	if err != nil {
		return err
	}
	m := agencyTreeView{v.desk(deskAgencies), treeOf(all, instance.Agency{}, "")}
	return render(v, agencyTreeTmpl, Head{Title: v.T("nav.agencies"), Admin: true, Private: true}, m)
}

// treeOf are the agencies below one, each followed by its own; instance refuses circles.
func treeOf(all []instance.Agency, above instance.Agency, indent string) (tree []branch) {
	for _, g := range all {
		if g.Parent == above.ID {
			tree = append(tree, branch{agencyDesk(g.ID), g.Title, g.Short, g.Path(), above.Title, indent})
			tree = append(tree, treeOf(all, g, indent+"→ ")...)
		}
	}
	return tree
}

type agencyEdit struct {
	Desk   []deskItem
	Form   FormView
	Title  string
	Action string
	Public string // the agency's page, "" before there is one
	Fields []field
	Words  []agencyWords
	Staff  []identity.Holder
	Roles  map[identity.Role]string
}

// agencyWords are the fields in another of the instance's languages.
type agencyWords struct {
	Name   string
	Fields []field
}

var agencyEditTmpl = page.New[agencyEdit]("admin/agency")

// agencyFields are the fields of the form; those with words are asked again in each other language.
var agencyFields = []struct {
	field
	words bool
}{
	{field{Name: "title", Label: "admin.agency.title"}, true},
	{field{Name: "short", Label: "admin.agency.short", Hint: "admin.agency.short.hint", Width: "w-m", Optional: true}, false},
	{field{Name: "summary", Label: "admin.agency.summary", Hint: "admin.agency.summary.hint", Rows: 2, Max: 300, Optional: true}, true},
	{field{Name: "about", Label: "admin.agency.about", Hint: "form.markdown", Rows: 8, Optional: true}, true},
	{field{Name: "contact", Label: "admin.agency.contact", Hint: "admin.agency.contact.hint", Optional: true}, false},
	{field{Name: "email", Label: "agency.email", Type: "email", Width: "w-l", Optional: true}, false},
}

func (s *Server) newAgency(v *Visit) error { return s.editAgency(v, instance.Agency{}, blank(), nil) }

func (s *Server) oneAgency(v *Visit) error {
	g, words, err := s.Instance.AgencyByID(v.ctx, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	f := blank("title", g.Title, "short", g.Short, "summary", g.Summary, "about", g.About, "contact", g.Contact, "email", g.Email,
		"parent", fmt.Sprint(int64(g.Parent)))
	for lang, w := range words {
		for name, text := range w {
			f.Values[name+"_"+lang] = []string{text}
		}
	}
	return s.editAgency(v, g, f, nil)
}

func (s *Server) editAgency(v *Visit, g instance.Agency, f FormView, refused error) error {
	m := agencyEdit{Desk: v.desk(deskAgencies), Form: f, Title: v.T("admin.agency.new"), Action: deskAgencies + "/new", Roles: map[identity.Role]string{}}
	if g.ID != 0 {
		m.Title, m.Action, m.Public = g.Title, agencyDesk(g.ID), g.Path()
	}
	for _, one := range agencyFields {
		m.Fields = append(m.Fields, v.filled(f, one.field))
	}
	all, err := s.Instance.Agencies(v.ctx)
	if err != nil {
		return err
	}
	m.Fields = append(m.Fields, v.parentField(all, g.ID, f))
	for _, tag := range s.otherLanguages(g.Lang) {
		w := agencyWords{Name: s.Words.Language(tag).Name()}
		for _, one := range agencyFields {
			if one.words {
				one.field.Name, one.Lang, one.Optional = one.Name+"_"+tag, tag, true
				w.Fields = append(w.Fields, v.filled(f, one.field))
			}
		}
		m.Words = append(m.Words, w)
	}
	if g.ID != 0 {
		if err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.Staff, err = identity.Holders(tx, int64(g.ID)); return err }); err != nil {
			return err
		}
		for _, r := range identity.Roles {
			m.Roles[r] = v.T("admin.role." + string(r))
		}
	}
	h := Head{Title: m.Title, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, agencyEditTmpl, h, m)
}

// parentField chooses the agency above.
func (v *Visit) parentField(all []instance.Agency, self thing.ID, f FormView) field {
	one := v.filled(f, field{Name: "parent", Label: "admin.agency.parent"})
	one.Choices = []choice{{"0", v.T("admin.agency.parent.none"), one.Value == "" || one.Value == "0"}}
	for _, g := range all {
		if g.ID != self {
			value := fmt.Sprint(int64(g.ID))
			one.Choices = append(one.Choices, choice{value, g.Title, value == one.Value})
		}
	}
	return one
}

// otherLanguages are the instance's languages but for the one a text was written in ("": the first).
func (s *Server) otherLanguages(original string) (tags []string) {
	cur := s.Instance.Current()
	if original == "" {
		original = cur.Default()
	}
	for _, tag := range cur.Languages {
		if tag != original {
			tags = append(tags, tag)
		}
	}
	return tags
}

func (s *Server) saveAgency(v *Visit) error {
	g := instance.Agency{Thing: thing.Thing{ID: thing.ID(v.ID("id")), Lang: s.Instance.Current().Default()}}
	if g.ID != 0 {
		old, _, err := s.Instance.AgencyByID(v.ctx, g.ID)
		if err != nil {
			return err
		}
		g.Thing = old.Thing
	}
	f := v.Form
	g.Title, g.Short, g.Summary, g.About = f.Get("title"), f.Get("short"), f.Get("summary"), f.Get("about")
	g.Contact, g.Email, g.Parent = f.Get("contact"), f.Get("email"), thing.ID(f.ID("parent"))
	words := map[string]thing.Words{}
	for _, tag := range s.otherLanguages(g.Lang) {
		words[tag] = thing.Words{"title": f.Get("title_" + tag), "summary": f.Get("summary_" + tag), "about": f.Get("about_" + tag)}
	}
	id, err := s.Instance.SaveAgency(v.ctx, v.Actor, g, words)
	if form, ok := v.refused(err); err != nil && ok {
		return s.editAgency(v, g, form, err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(agencyDesk(id))
}
