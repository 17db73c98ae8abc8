package web

import (
	"crypto/subtle"
	"strings"

	"tequio/app/fault"
	"tequio/app/mail"
	"tequio/app/notice"
	"tequio/app/page"
)

// stopView is what a link in a mail stops: before, with the button that does it, and after.
type stopView struct {
	What string // in words: "mail about «Shade at the stops»"
	Done bool
	More string // what goes on
	Path string // of the thing
}

var stopTmpl = page.New[stopView]("notice/stop")

// stopPage changes nothing: programs that look for harm in mail follow its links.
func (s *Server) stopPage(v *Visit) error {
	st, err := s.Notices.Stopping(v.ctx, v.Param("token"), v.Lang.Tag())
	if err != nil {
		return err
	}
	return s.showStop(v, st, false)
}

// stopMail takes one click: of the page, or of a mail program that knows neither session nor form
// (RFC 8058). The token alone says whose mail and which.
func (s *Server) stopMail(v *Visit) error {
	st, err := s.Notices.Stop(v.ctx, v.Param("token"), v.Lang.Tag())
	if err != nil {
		return err
	}
	return s.showStop(v, st, true)
}

func (s *Server) showStop(v *Visit, st notice.Stopping, done bool) error {
	key := "notice.stop.what." + st.What
	if st.Name == "" && st.What == "thing" {
		key += ".gone"
	}
	m := stopView{What: v.T(key, "name", st.Name), Done: done, More: v.T("notice.stop.more." + st.What), Path: st.Path}
	title := v.T("notice.stop.title")
	if done {
		title = v.T("notice.stop.done")
	}
	v.Set("Referrer-Policy", "no-referrer") // the address is the token
	return render(v, stopTmpl, Head{Title: title, Private: true}, m)
}

// bounceBody bounds what a mail provider may report at once, in bytes.
const bounceBody = 16 << 10

// mailBounced takes a mail provider's report that mail came back, with a token of its own.
func (s *Server) mailBounced(v *Visit) error {
	held := strings.TrimPrefix(v.Header("Authorization"), "Bearer ")
	if s.BounceToken == "" || subtle.ConstantTimeCompare([]byte(held), []byte(s.BounceToken)) != 1 {
		return fault.New(fault.NotFound, "fault.missing")
	}
	body, err := v.readBody(bounceBody)
	if err != nil {
		return err
	}
	b, err := mail.ParseBounce(body)
	if err != nil {
		return fault.New(fault.Invalid, "fault.request").Because(err)
	}
	if err := s.Notices.CameBack(v.ctx, b); err != nil {
		return err
	}
	v.Status(204)
	return nil
}
