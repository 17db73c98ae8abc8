package web

import (
	"tequio/app/identity"
	"tequio/app/page"
)

// secondView sets up or looks after the second factor.
type secondView struct {
	Form   FormView
	Return string
	Staff  bool // must have one
	Has    bool // has one
	Shown  bool // has shown it in this session
	Codes  int64
	Setup  identity.Setup
	QR     square
}

var (
	secondTmpl  = page.New[secondView]("account/factor")
	recoverTmpl = page.New[recoverView]("account/codes")
)

// recoverView shows the recovery codes, this once.
type recoverView struct {
	Codes  []string
	Return string
}

func (s *Server) factorPage(v *Visit) error {
	return s.showFactor(v, v.Query("return"), "", FormView{}, 0)
}

// showFactor asks for the factor, offers to set one up, or looks after the one there is.
func (s *Server) showFactor(v *Visit, to, sealed string, f FormView, code int) error {
	acc, err := s.People.Account(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	if to = local(to); to == "/" {
		to = "/me/account"
	}
	m := secondView{Form: f, Return: to, Staff: v.Actor.Staff(), Has: acc.Factor, Codes: int64(acc.Codes), Shown: !v.Actor.Session.FactorAt.IsZero()}
	if !m.Has {
		if err := identity.Fresh(v.Actor, v.Now); err != nil {
			return err
		}
		if m.Setup, err = s.offer(v, sealed); err != nil {
			return err
		}
		if m.QR, err = squareOf(m.Setup.Address); err != nil {
			return err
		}
	}
	return render(v, secondTmpl, Head{Title: v.T("account.factor.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) offer(v *Visit, sealed string) (identity.Setup, error) {
	if sealed != "" {
		return s.People.OfferAgain(v.Actor, sealed)
	}
	return s.People.OfferFactor(v.Actor)
}

func (s *Server) setFactor(v *Visit) error {
	to, sealed := v.Form.Raw("return"), v.Form.Raw("sealed")
	codes, t, err := s.People.SetFactor(v.ctx, v.Actor, sealed, v.Form.Get("code"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showFactor(v, to, sealed, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.SignIn(t)
	return s.showCodes(v, codes, to)
}

func (s *Server) showCodes(v *Visit, codes []string, to string) error {
	return render(v, recoverTmpl, Head{Title: v.T("account.codes.title"), Private: true}, recoverView{codes, local(to)})
}

func (s *Server) renewCodes(v *Visit) error {
	codes, err := s.People.RenewCodes(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	return s.showCodes(v, codes, "/me/account")
}

func (s *Server) removeFactor(v *Visit) error {
	err := s.People.RemoveFactor(v.ctx, v.Actor)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showFactor(v, "", "", f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("account.factor.gone")
	return v.Redirect("/me/account")
}
