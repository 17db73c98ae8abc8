package web

import (
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
)

// inviteView tells somebody which role waits for them.
type inviteView struct{ Role, Email string }

var inviteTmpl = page.New[inviteView]("login/invite")

func (s *Server) invite(v *Visit) error {
	i, err := s.People.Invited(v.ctx, v.Param("token"))
	if err != nil {
		return err
	}
	m := inviteView{v.T("account.role." + string(i.Role)), i.Email}
	return render(v, inviteTmpl, Head{Title: v.T("login.invite.title"), Private: true}, m)
}

// setupView makes the first administrator.
type setupView struct {
	Form  FormView
	Token string
	Name  string // of who is signed in; "": nobody is
}

var setupTmpl = page.New[setupView]("login/setup")

func (s *Server) setup(v *Visit) error {
	if err := s.People.CheckSetup(v.ctx, v.Param("token")); err != nil {
		return err
	}
	return s.showSetup(v, FormView{}, 0)
}

func (s *Server) showSetup(v *Visit, f FormView, code int) error {
	m := setupView{Form: f, Token: v.Param("token"), Name: v.Actor.Name}
	return render(v, setupTmpl, Head{Title: v.T("login.setup.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) setUp(v *Visit) error {
	j := identity.Joining{Name: v.Form.Get("name"), Lang: v.Lang.Tag()}
	t, err := s.People.SetUp(v.ctx, v.Param("token"), v.Actor, v.Form.Get("email"), j, v.device())
	if f, ok := v.refused(err); err != nil && ok && fault.Is(err, fault.Invalid) {
		return s.showSetup(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.SignIn(t)
	return v.Redirect("/me/factor?return=/admin")
}
