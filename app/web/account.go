package web

import (
	"net/url"
	"slices"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/identity/provider"
	"tequio/app/page"
)

// accountView is one's own account: who one is here, how one signs in, where one is signed in.
type accountView struct {
	identity.Account
	Form     FormView
	LevelIs  string // what the level means
	Places   []choice
	Langs    []choice
	Devices  []deviceView
	Roles    []string
	NoFactor bool // has a role and no second factor
}

type deviceView struct {
	ID             int64
	Agent, Network string
	Seen           time.Time
	SeenWords      string
	Here           bool
}

var accountTmpl = page.New[accountView]("account/show")

func (s *Server) account(v *Visit) error { return s.showAccount(v, FormView{}, 0) }

func (s *Server) showAccount(v *Visit, f FormView, code int) error {
	acc, err := s.People.Account(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	if !f.Failed() {
		f = blank("name", acc.Name, "lang", acc.Lang, "place", acc.Place)
	}
	m := accountView{Account: acc, Form: f, Places: v.places(), LevelIs: v.T(levelKeys[acc.Level]), NoFactor: len(acc.Grants) > 0 && !acc.Factor}
	mark(m.Places, f.Value("place"))
	for _, tag := range s.Instance.Current().Languages {
		m.Langs = append(m.Langs, choice{Value: tag, Text: s.Words.Language(tag).Name()})
	}
	mark(m.Langs, f.Value("lang"))
	for _, x := range acc.Sessions {
		m.Devices = append(m.Devices, deviceView{x.ID, x.Agent, x.Network, x.SeenAt, v.Relative(x.SeenAt), x.ID == v.Actor.Session.ID})
	}
	for _, g := range acc.Grants {
		if r := v.T("account.role." + string(g.Role)); !slices.Contains(m.Roles, r) {
			m.Roles = append(m.Roles, r)
		}
	}
	return render(v, accountTmpl, Head{Title: v.T("account.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

var levelKeys = map[identity.Level]string{
	identity.Unknown: "account.level.0", identity.Reachable: "account.level.1", identity.Identified: "account.level.2", identity.Resident: "account.level.3",
}

func (s *Server) describe(v *Visit) error {
	p := identity.Profile{Name: v.Form.Get("name"), Lang: v.Form.Get("lang"), Place: v.Form.Get("place")}
	set := s.Instance.Current()
	if _, ok := set.Place(p.Place); !ok {
		p.Place = ""
	}
	if !slices.Contains(set.Languages, p.Lang) {
		p.Lang = ""
	}
	err := s.People.Describe(v.ctx, v.Actor, p)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showAccount(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("account.saved")
	return v.Redirect("/me/account")
}

func (s *Server) endSession(v *Visit) error {
	if err := s.Sessions.End(v.ctx, v.Actor.ID, v.ID("id")); err != nil {
		return err
	}
	v.Flash("account.session.ended")
	return v.Redirect("/me/account")
}

func (s *Server) endSessions(v *Visit) error {
	if err := s.People.EndOthers(v.ctx, v.Actor.ID, v.Actor.Session.ID); err != nil {
		return err
	}
	v.Flash("account.sessions.ended")
	return v.Redirect("/me/account")
}

// waysView changes how one signs in.
type waysView struct {
	Form    FormView
	Email   string
	Suggest string // an address that a provider gave
	Ways    []identity.Way
	Last    bool // only one is left
	Others  []provider.Info
}

var waysTmpl = page.New[waysView]("account/ways")

func (s *Server) ways(v *Visit) error {
	if err := identity.Fresh(v.Actor, v.Now); err != nil {
		return err
	}
	return s.showWays(v, FormView{}, 0)
}

func (s *Server) showWays(v *Visit, f FormView, code int) error {
	acc, err := s.People.Account(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := waysView{Form: f, Email: acc.Email, Ways: acc.Ways, Last: len(acc.Ways) == 1, Others: s.People.ProviderList()}
	return render(v, waysTmpl, Head{Title: v.T("account.ways.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) unlink(v *Visit) error {
	err := s.People.Unlink(v.ctx, v.Actor, v.Form.Raw("issuer"), v.Form.Raw("subject"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showWays(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("account.way.gone")
	return v.Redirect("/me/account")
}

func (s *Server) askAddress(v *Visit) error {
	handle, err := s.People.AskAddress(v.ctx, v.Actor, v.Form.Get("email"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showWays(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/me/account/email?c=" + url.QueryEscape(handle))
}

// addressView asks for the digits that were mailed to a new address.
type addressView struct {
	Form   FormView
	Handle string
}

var addressTmpl = page.New[addressView]("account/address")

func (s *Server) addressCode(v *Visit) error {
	return render(v, addressTmpl, Head{Title: v.T("login.code.title"), Private: true}, addressView{Handle: v.Query("c")})
}

func (s *Server) takeAddress(v *Visit) error {
	handle := v.Form.Raw("c")
	err := s.People.TakeAddress(v.ctx, v.Actor, handle, v.Form.Get("code"))
	if f, ok := v.refused(err); err != nil && ok {
		h := Head{Title: v.T("login.code.title"), Private: true, Failed: true, Code: statusOf(err)}
		return render(v, addressTmpl, h, addressView{f, handle})
	}
	if err != nil {
		return err
	}
	v.Flash("account.email.changed")
	return v.Redirect("/me/account")
}

// confirmView asks to prove again who one is: by the app, by mail, or at a provider.
type confirmView struct {
	Form      FormView
	Return    string
	Factor    bool
	Email     string
	Handle    string // of the code that was mailed; "": none yet
	Providers []provider.Info
}

var confirmTmpl = page.New[confirmView]("account/confirm")

func (s *Server) confirmPage(v *Visit) error {
	return s.showConfirm(v, local(v.Query("return")), v.Query("c"), FormView{}, 0)
}

func (s *Server) showConfirm(v *Visit, to, handle string, f FormView, code int) error {
	acc, err := s.People.Account(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := confirmView{Form: f, Return: to, Factor: acc.Factor, Email: acc.Email, Handle: handle}
	if !acc.Factor && len(acc.Ways) > 0 && !acc.Ways[len(acc.Ways)-1].Mail {
		m.Providers = s.People.ProviderList()
	}
	return render(v, confirmTmpl, Head{Title: v.T("account.confirm.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) confirmSend(v *Visit) error {
	to := local(v.Form.Raw("return"))
	handle, err := s.People.AskConfirmation(v.ctx, v.Actor)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showConfirm(v, to, "", f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/me/confirm?" + url.Values{"c": {handle}, "return": {to}}.Encode())
}

func (s *Server) confirm(v *Visit) error {
	to, handle := local(v.Form.Raw("return")), v.Form.Raw("c")
	var t identity.Token
	var err error
	if handle == "" {
		t, err = s.People.ConfirmWithFactor(v.ctx, v.Actor, v.Form.Get("code"))
	} else {
		t, err = s.People.ConfirmWithCode(v.ctx, v.Actor, handle, v.Form.Get("code"))
	}
	if f, ok := v.refused(err); err != nil && (ok || fault.Is(err, fault.Confirm)) {
		return s.showConfirm(v, to, handle, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.SignIn(t)
	return v.Redirect(to)
}
