package web

import (
	"net/url"
	"slices"

	"tequio/app/fault"
	"tequio/app/page"
)

// leaveView is shown where the browser would not follow the form to the provider by itself.
type leaveView struct{ Name, Address string }

var loginLeaveTmpl = page.New[leaveView]("login/leave")

// loginElsewhere sends somebody to a provider: to sign in, to link it, or to prove who they are.
func (s *Server) loginElsewhere(v *Visit) error {
	id := v.Param("provider")
	address, err := s.People.BeginElsewhere(v.ctx, id, v.Actor.ID, v.visitor(), onward(v.Form.Raw("return")))
	if err != nil {
		return s.again(v, err)
	}
	if slices.Contains(s.SignInHosts, origin(address)) {
		return v.Leave(address)
	}
	// The content policy does not let the form lead there; a link may.
	name := id
	for _, p := range s.People.ProviderList() {
		if p.ID == id {
			name = p.Name
		}
	}
	return render(v, loginLeaveTmpl, Head{Title: v.T("login.leave.title", "name", name), Private: true}, leaveView{name, address})
}

// origin is the scheme and host of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// loginBack is where a provider sends people back to.
func (s *Server) loginBack(v *Visit) error {
	answer, err := url.ParseQuery(string(v.c.Request().URI().QueryString()))
	if err != nil {
		return fault.New(fault.Invalid, "fault.request").Because(err)
	}
	o, err := s.People.CompleteElsewhere(v.ctx, v.Param("provider"), answer, v.Actor, v.device())
	if err != nil && v.Actor.SignedIn() {
		return err
	}
	if err != nil {
		return s.again(v, err)
	}
	switch {
	case o.Known != "":
		return s.showLogin(v, loginView{Form: blank("email", o.Known), Known: true, Return: "/me/account/ways"}, Head{})
	case o.Linked:
		v.Flash("account.way.linked")
		return v.Redirect("/me/account")
	case o.Confirmed:
		v.SignIn(o.Token)
		return v.Redirect(o.Return)
	}
	return v.entered(o.Entry)
}
