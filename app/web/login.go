package web

import (
	"net/url"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/identity/provider"
	"tequio/app/page"
)

// loginView is the page on which somebody says who they are.
type loginView struct {
	Form      FormView
	Return    string // where to go afterwards
	Known     bool   // the address belongs to an account: sign in to it, then link
	Providers []provider.Info
	Demo      []demoPerson
}

var loginTmpl = page.New[loginView]("login/enter")

func (s *Server) loginPage(v *Visit) error {
	to := onward(v.Query("return"))
	if v.Actor.SignedIn() {
		return v.Redirect(to)
	}
	return s.showLogin(v, loginView{Return: to}, Head{})
}

// onward is where a sign-in leads: to an address of this site that is not part of signing in.
func onward(to string) string {
	if to = local(to); to == "/login" || strings.HasPrefix(to, "/login/") || strings.HasPrefix(to, "/login?") {
		return "/"
	}
	return to
}

// showLogin renders the sign-in page, at first or with what was wrong.
func (s *Server) showLogin(v *Visit, m loginView, h Head) (err error) {
	if m.Demo, err = s.demoPeople(v); err != nil {
		return err
	}
	m.Providers = s.People.ProviderList()
	h.Title, h.Private = v.T("login.title"), true
	return render(v, loginTmpl, h, m)
}

// loginMail sends a code to an address, whoever's it is.
func (s *Server) loginMail(v *Visit) error {
	to := onward(v.Form.Raw("return"))
	handle, err := s.People.AskCode(v.ctx, v.Form.Get("email"), v.Lang.Tag(), to)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showLogin(v, loginView{Form: f, Return: to}, Head{Failed: true, Code: statusOf(err)})
	}
	if err != nil {
		return err
	}
	return v.Redirect("/login/code?c=" + url.QueryEscape(handle))
}

// mailedView asks for the digits that were mailed.
type mailedView struct {
	Form   FormView
	Handle string
	Email  string // "" once the code is worth nothing
	Return string
}

var loginCodeTmpl = page.New[mailedView]("login/code")

func (s *Server) loginCode(v *Visit) error { return s.showCode(v, v.Query("c"), FormView{}, 0) }

func (s *Server) showCode(v *Visit, handle string, f FormView, code int) error {
	m := mailedView{Form: f, Handle: handle}
	var err error
	if m.Email, m.Return, err = s.People.CodeSentTo(v.ctx, handle); err != nil {
		spent, ok := v.refused(err)
		if !ok {
			return err
		}
		if m.Email = ""; !f.Failed() {
			m.Form, code = spent, statusOf(err)
		}
	}
	return render(v, loginCodeTmpl, Head{Title: v.T("login.code.title"), Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

func (s *Server) loginWithCode(v *Visit) error {
	handle := v.Form.Raw("c")
	e, err := s.People.UseCode(v.ctx, handle, v.Form.Get("code"), v.device())
	if f, ok := v.refused(err); err != nil && ok {
		return s.showCode(v, handle, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.entered(e)
}

// linkView asks for the press of a button: programs that scan mail open links too.
type linkView struct {
	Email string
	Form  FormView
}

var loginLinkTmpl = page.New[linkView]("login/link")

func (s *Server) loginLink(v *Visit) error {
	email, err := s.People.LinkSentTo(v.ctx, v.Param("token"))
	return s.showLink(v, email, err)
}

func (s *Server) showLink(v *Visit, email string, err error) error {
	m, h := linkView{Email: email}, Head{Title: v.T("login.link.title"), Private: true}
	if err != nil {
		f, ok := v.refused(err)
		if !ok {
			return err
		}
		m, h.Failed, h.Code = linkView{Form: f}, true, statusOf(err)
	}
	return render(v, loginLinkTmpl, h, m)
}

func (s *Server) loginWithLink(v *Visit) error {
	e, err := s.People.UseLink(v.ctx, v.Param("token"), v.device())
	if err != nil {
		return s.showLink(v, "", err)
	}
	return v.entered(e)
}

// entered goes on with a sign-in: to the page that asks for what is missing, or to where the person
// was going.
func (v *Visit) entered(e identity.Entry) error {
	switch {
	case e.Join != "":
		return v.Redirect("/login/join?t=" + url.QueryEscape(e.Join))
	case e.Factor != "":
		return v.Redirect("/login/factor?t=" + url.QueryEscape(e.Factor))
	}
	v.SignIn(e.Token)
	return v.Redirect(e.Return)
}

// device is where this visit comes from, for the session that begins.
func (v *Visit) device() identity.Device {
	return identity.Device{Agent: v.Agent(), Network: v.Network(), Visitor: v.visitor(), Old: v.token()}
}

func (s *Server) logout(v *Visit) error {
	if err := s.People.Leave(v.ctx, v.token()); err != nil {
		return err
	}
	v.SignOut()
	v.Flash("login.out")
	return v.Redirect("/")
}

// again leads those whose sign-in has lapsed back to its beginning, with the reason.
func (s *Server) again(v *Visit, err error) error {
	f := fault.Of(err)
	switch f.Kind {
	case fault.NotFound, fault.Internal, fault.SignIn, fault.Confirm:
		return err
	}
	m := loginView{Form: FormView{Key: v.Say(f.Message)}, Return: "/"}
	return s.showLogin(v, m, Head{Failed: true, Code: statuses[f.Kind]})
}
