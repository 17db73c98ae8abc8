package web

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/thing"

	"github.com/gofiber/fiber/v2"
)

// A Visit is one request and its answer: all that handlers see of HTTP. Fiber's types end here.
type Visit struct {
	Actor   identity.Actor
	Lang    *i18n.Language
	Now     time.Time // when the handler reads the clock
	Started time.Time // when the request's headers arrived: what deadlines of uploads are judged by
	Form    *Form     // of an unsafe request; else nil

	c       *fiber.Ctx
	s       *Server
	ctx     context.Context
	route   route
	network netip.Addr
	until   time.Time // the next instant at which words on this page change
	classes []proposal.Class
	booth   booth // on the pages of a ballot

	rehearsal bool // what the page is about is a rehearsal
}

// Context ends when the request has taken too long.
func (v *Visit) Context() context.Context { return v.ctx }

// Param is a part of the address, as in /votes/:slug.
func (v *Visit) Param(name string) string {
	s, err := url.PathUnescape(v.c.Params(name))
	if err != nil {
		return ""
	}
	return s
}

// ID is a part of the address that is a number; 0 when it is none.
func (v *Visit) ID(name string) int64 {
	n, err := strconv.ParseInt(v.Param(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Query is a field after the question mark, "" when it is not there.
func (v *Visit) Query(name string) string { return v.c.Query(name) }

// Path is the address without what follows the question mark.
func (v *Visit) Path() string { return v.c.Path() }

// Here is the whole address, for coming back to it.
func (v *Visit) Here() string { return v.c.OriginalURL() }

// Header is a field of the request's head.
func (v *Visit) Header(name string) string { return v.c.Get(name) }

func (v *Visit) unsafe() bool {
	m := v.c.Method()
	return m != fiber.MethodGet && m != fiber.MethodHead && m != fiber.MethodOptions
}

// Redirect leads to another address of this site after a form was accepted (303).
func (v *Visit) Redirect(to string) error {
	return v.c.Redirect(local(to), fiber.StatusSeeOther)
}

// Leave leads to an address elsewhere, which only the operator's configuration may name.
func (v *Visit) Leave(to string) error {
	return v.c.Redirect(to, fiber.StatusSeeOther)
}

// local lets through addresses of this site alone, so that nobody is led astray by a link.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// Send answers with bytes of a type.
func (v *Visit) Send(kind string, body []byte) error {
	v.c.Set(fiber.HeaderContentType, kind)
	return v.c.Send(body)
}

// Set sets a field of the answer's head.
func (v *Visit) Set(name, value string) { v.c.Set(name, value) }

// Status sets the answer's code.
func (v *Visit) Status(code int) { v.c.Status(code) }

// T says a message in the reader's language.
func (v *Visit) T(key string, args ...any) string { return v.Lang.T(key, args...) }

// Say says a fault's message in the reader's language.
func (v *Visit) Say(m fault.Message) string { return v.Lang.T(m.Key, m.Args...) }

// Zone is the town's time zone.
func (v *Visit) Zone() *time.Location { return v.s.Instance.Current().Location() }

// Relative says how far t is ("6 days left") and keeps a cached page from outliving the words.
func (v *Visit) Relative(t time.Time) string {
	words, next := v.Lang.Relative(v.Now, t)
	v.changes(next)
	return words
}

// changes notes an instant at which the page's words change, so that it is not cached beyond it.
func (v *Visit) changes(at time.Time) {
	if at.After(v.Now) && (v.until.IsZero() || at.Before(v.until)) {
		v.until = at
	}
}

// Turns notes the instants at which t opens and closes.
func (v *Visit) Turns(t thing.Thing) {
	v.changes(t.PublishedAt)
	v.changes(t.OpensAt)
	v.changes(t.ClosesAt)
}

// Network is the sender's address shortened to its neighbourhood: /24, or /48 for IPv6.
func (v *Visit) Network() string {
	bits := 24
	if v.network.Is6() {
		bits = 48
	}
	p, err := v.network.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

const (
	langCookie  = "lang"
	flashCookie = "flash"
	year        = 365 * 24 * time.Hour
)

func (v *Visit) chooseLanguage() {
	set := v.s.Instance.Current()
	asked := v.Query("lang")
	remembered := v.c.Cookies(langCookie)
	tag := v.s.Words.Choose(asked, remembered, v.Header("Accept-Language"), set.Languages)
	if asked != "" && tag == asked && asked != remembered {
		v.cookie(langCookie, tag, year)
	}
	v.Lang = v.s.Words.Language(tag)
	v.Set("Content-Language", v.Lang.Tag())
}

func (v *Visit) cookie(name, value string, life time.Duration) { v.cookieAt("/", name, value, life) }

// cookieAt is a cookie that the browser sends below a path alone.
func (v *Visit) cookieAt(path, name, value string, life time.Duration) {
	c := &fiber.Cookie{Name: name, Value: value, Path: path, HTTPOnly: true, SameSite: "Lax", Secure: v.s.secureLink()}
	if life > 0 {
		c.Expires = v.Now.Add(life)
		c.MaxAge = int(life.Seconds())
	} else if life < 0 {
		c.Expires = time.Unix(0, 0)
		c.MaxAge = -1
	}
	v.c.Cookie(c)
}

// sessionCookie is __Host-sid behind TLS, so that no other host of the domain can set it.
func (v *Visit) sessionCookie() string {
	if v.s.secureLink() {
		return "__Host-sid"
	}
	return "sid"
}

// remembered is what a cookie holds, "" when it is not there.
func (v *Visit) remembered(name string) string { return v.c.Cookies(name) }

func (v *Visit) token() identity.Token { return identity.Token(v.c.Cookies(v.sessionCookie())) }

// SignIn gives the browser the token of a new session.
func (v *Visit) SignIn(t identity.Token) { v.cookie(v.sessionCookie(), string(t), 30*24*time.Hour) }

// SignOut takes the token away and asks the browser to forget what it kept.
func (v *Visit) SignOut() {
	v.cookie(v.sessionCookie(), "", -1)
	v.Set("Clear-Site-Data", `"cache", "storage"`)
}

// Flash shows a message on the next page.
func (v *Visit) Flash(key string) { v.cookie(flashCookie, key, time.Minute) }

// takeFlash returns the message that the page before left, once.
func (v *Visit) takeFlash() string {
	key := v.c.Cookies(flashCookie)
	if key == "" || !v.Lang.Has(key) {
		return ""
	}
	v.cookie(flashCookie, "", -1)
	return v.T(key)
}

// Agent tells the device in a few words, for the list of one's sessions.
func (v *Visit) Agent() string {
	ua := v.Header("User-Agent")
	pick := func(names ...string) string {
		for i := 0; i < len(names); i += 2 {
			if strings.Contains(ua, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	browser := pick("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := pick("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "Linux", "Linux")
	return strings.Trim(browser+" · "+system, " ·")
}
