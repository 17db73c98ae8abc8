package web

import (
	"crypto/sha256"
	"encoding/hex"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/text"
)

// joinView asks a newcomer for a name and shows the rules to accept.
type joinView struct {
	identity.Newcomer
	Form   FormView
	Ticket string
	Rules  string // as HTML
	Seen   string // SHA-256 of the rules' text as it is shown
}

var loginJoinTmpl = page.New[joinView]("login/join")

func (s *Server) loginJoin(v *Visit) error {
	ticket := v.Query("t")
	n, err := s.People.Newcomer(v.ctx, ticket, v.visitor())
	if err != nil {
		return s.again(v, err)
	}
	return s.showJoin(v, n, ticket, blank("name", n.Name), 0)
}

func (s *Server) showJoin(v *Visit, n identity.Newcomer, ticket string, f FormView, code int) error {
	rules, err := s.rules(v)
	if err != nil {
		return err
	}
	m := joinView{Newcomer: n, Form: f, Ticket: ticket, Rules: text.Markdown(rules, text.Official), Seen: digest(rules)}
	return render(v, loginJoinTmpl, Head{Title: v.T("login.join.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) join(v *Visit) error {
	ticket := v.Form.Raw("t")
	rules, err := s.rules(v)
	if err != nil {
		return err
	}
	j := identity.Joining{Name: v.Form.Get("name"), Lang: v.Lang.Tag(), Accepted: v.Form.Has("rules"), Rules: rules}
	var e identity.Entry
	if err = fault.On("rules", "login.rules.changed"); v.Form.Raw("seen") == digest(rules) {
		e, err = s.People.Join(v.ctx, ticket, j, v.device())
	}
	if f, ok := v.refused(err); err != nil && ok {
		n, gone := s.People.Newcomer(v.ctx, ticket, v.visitor())
		if gone != nil {
			return s.again(v, gone)
		}
		return s.showJoin(v, n, ticket, f, statusOf(err))
	}
	if err != nil {
		return s.again(v, err)
	}
	v.Flash("login.welcome")
	return v.entered(e)
}

// rules are the rules of participation in the reader's language, as Markdown.
func (s *Server) rules(v *Visit) (string, error) {
	p, err := s.Instance.Page(v.ctx, "rules", v.Lang.Tag())
	if fault.Is(err, fault.NotFound) {
		return v.T("static.rules.body"), nil
	}
	return p.Body, err
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// factorView asks for the code of the app, or a recovery code.
type factorView struct {
	Form   FormView
	Ticket string
}

var loginFactorTmpl = page.New[factorView]("login/factor")

func (s *Server) loginFactor(v *Visit) error {
	return render(v, loginFactorTmpl, Head{Title: v.T("login.factor.title"), Private: true}, factorView{Ticket: v.Query("t")})
}

func (s *Server) loginWithFactor(v *Visit) error {
	ticket := v.Form.Raw("t")
	e, err := s.People.EnterWithFactor(v.ctx, ticket, v.Form.Get("code"), v.device())
	if f, ok := v.refused(err); err != nil && ok {
		h := Head{Title: v.T("login.factor.title"), Private: true, Failed: true, Code: statusOf(err)}
		return render(v, loginFactorTmpl, h, factorView{f, ticket})
	}
	if err != nil {
		return s.again(v, err)
	}
	return v.entered(e)
}
