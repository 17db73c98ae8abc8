package web

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/page"
)

const deskCensus = "/admin/census"

// censusView is the page on which administrators put in the census.
type censusView struct {
	Desk    []deskItem
	Form    FormView
	All     int64
	Proved  int64 // of whom a second fact is known
	Matched int64
	Most    int64 // size of a file, in MB
	Dry     bool
	Counts  []figureText
}

var censusTmpl = page.New[censusView]("admin/census")

func (s *Server) census(v *Visit) error { return s.showCensus(v, censusView{Form: blank()}, 0) }

func (s *Server) showCensus(v *Visit, m censusView, code int) error {
	m.Desk, m.Most = v.desk(deskCensus), uploadBody>>20
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.All, m.Proved, m.Matched, err = identity.CountCensus(tx); return err })
	if err != nil {
		return err
	}
	return render(v, censusTmpl, Head{Title: v.T("census.title"), Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

// importCensus counts what a file holds or, when told to, stores it.
func (s *Server) importCensus(v *Visit) error {
	file, err := v.sentFile("file", "census.none")
	m := censusView{Form: blank(), Dry: v.Form.Get("then") != "apply"}
	if err == nil {
		defer file.Close()
		c, importErr := s.People.ImportCensus(v.ctx, v.Actor.ID, file, m.Dry)
		err = importErr
		for _, one := range []struct {
			key string
			n   int64
		}{{"rows", c.Rows}, {"new", c.New}, {"known", c.Known}, {"twice", c.Twice}, {"bad", c.Bad}} {
			m.Counts = append(m.Counts, figureText{v.T("census.count." + one.key), v.Lang.Number(one.n)})
		}
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showCensus(v, censusView{Form: f}, statusOf(err))
	}
	if err != nil {
		return err
	}
	return s.showCensus(v, m, 0)
}

// matchView asks for what matches an account to the census.
type matchView struct {
	Form     FormView
	Return   string
	Resident bool // matched already
	Document field
	Second   field
}

var matchTmpl = page.New[matchView]("account/census")

func (s *Server) matchPage(v *Visit) error {
	return s.showMatch(v, FormView{}, local(v.Query("return")), 0)
}

func (s *Server) showMatch(v *Visit, f FormView, to string, code int) error {
	m := matchView{Form: f, Return: to}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		own, err := identity.EntryOf(tx, v.Actor.ID)
		m.Resident = own.Hash != nil
		return err
	})
	if err != nil {
		return err
	}
	m.Document = v.filled(f, field{Name: "document", Label: "census.document", Hint: "census.document.hint", Width: "w-l"})
	m.Second = v.filled(f, field{Name: "second", Label: "census.second", Hint: "census.second.hint", Width: "w-m"})
	return render(v, matchTmpl, Head{Title: v.T("census.match.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) matchAccount(v *Visit) error {
	to := local(v.Form.Raw("return"))
	err := s.People.MatchCensus(v.ctx, v.Actor, v.Form.Get("document"), v.Form.Get("second"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showMatch(v, f, to, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("census.match.done")
	if to == "/" {
		to = "/me/account"
	}
	return v.Redirect(to)
}
