package web

import (
	"net"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
)

// demoPerson is one of the demo's people, offered for one-click sign-in.
type demoPerson struct {
	ID         identity.ID
	Name, Role string
}

// demoHere reports whether one-click sign-in is offered to this request: the demo runs, listens on
// this machine alone (serve sees to it), was asked by a name of this machine, and no proxy stands
// between, which would make strangers look like neighbours.
func (v *Visit) demoHere() bool {
	if !v.s.Demo {
		return false
	}
	host := v.Header("Host")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	switch strings.ToLower(strings.Trim(host, "[]")) {
	case "localhost", "127.0.0.1", "::1":
	default:
		return false
	}
	for name := range v.c.GetReqHeaders() {
		switch name = strings.ToLower(name); {
		case strings.HasPrefix(name, "x-forwarded-"), name == "forwarded", name == "x-real-ip", name == "via":
			return false
		}
	}
	return true
}

// demoPeople are those whom the sign-in page offers, none where one click is not enough.
func (s *Server) demoPeople(v *Visit) ([]demoPerson, error) {
	if !v.demoHere() {
		return nil, nil
	}
	people, err := s.People.DemoPeople(v.ctx)
	var all []demoPerson
	for _, p := range people {
		role := p.DemoRole
		if key := "login.demo.role." + role; v.Lang.Has(key) {
			role = v.T(key)
		}
		all = append(all, demoPerson{p.ID, p.Name, role})
	}
	return all, err
}

func (s *Server) loginDemo(v *Visit) error {
	if !v.demoHere() {
		return fault.New(fault.NotFound, "fault.missing")
	}
	t, err := s.People.EnterDemo(v.ctx, identity.ID(v.Form.ID("person")), v.device())
	if err != nil {
		return err
	}
	v.SignIn(t)
	return v.Redirect(onward(v.Form.Raw("return")))
}
