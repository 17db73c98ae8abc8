package web

import (
	"tequio/app/identity"
	"tequio/app/page"
)

// loginView is the page on which somebody says who they are.
type loginView struct {
	Form   FormView
	Return string // where to go afterwards
	Demo   []demoPerson
}

var loginTmpl = page.New[loginView]("login/enter")

func (s *Server) loginPage(v *Visit) error {
	to := local(v.Query("return"))
	if v.Actor.SignedIn() {
		return v.Redirect(to)
	}
	return s.showLogin(v, FormView{}, to, Head{})
}

// showLogin renders the sign-in page, at first or with what was wrong.
func (s *Server) showLogin(v *Visit, f FormView, to string, h Head) error {
	people, err := s.demoPeople(v)
	if err != nil {
		return err
	}
	h.Title, h.Private = v.T("login.title"), true
	return render(v, loginTmpl, h, loginView{Form: f, Return: to, Demo: people})
}

// device is where this visit comes from, for the session that begins.
func (v *Visit) device() identity.Device {
	return identity.Device{Agent: v.Agent(), Network: v.Network(), Old: v.token()}
}

func (s *Server) logout(v *Visit) error {
	if err := s.People.Leave(v.ctx, v.token()); err != nil {
		return err
	}
	v.SignOut()
	v.Flash("login.out")
	return v.Redirect("/")
}
