package web

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"

	"github.com/gofiber/fiber/v2"
)

var noThing = thing.Thing{}

// Head is what the frame around a page needs to know of it.
type Head struct {
	Title       string
	Description string
	Section     string // which entry of the main menu is current: "proposals"
	Feed        string // address of the page's Atom feed
	Admin       bool   // denser, for people who work here
	Private     bool   // search engines stay out
	Code        int    // status; 0 is 200
	Failed      bool   // a form was refused: the title begins with "Error:"
	Scripts     bool   // the page uses htmx
	Rehearsal   bool   // of a vote's rehearsal: every page says so
}

// frame is the model of layout.html.
type frame struct {
	Head
	Site     siteView
	Actor    identity.Actor
	Staff    bool
	Admin    bool
	Operator bool
	Notices  string // unread ones, "99+" at the most; "" when there are none
	Stopped  string // the reader's address, masked, when mail to it came back
	Flash    string
	Here     string // this address, for coming back after signing in
	Others   []langLink
	Demo     bool
	Main     template.HTML
	Printed  string // the whole address, for paper
	Zone     string
}

type siteView struct {
	Name, Operator, Contact, Logo, Theme string
}

type langLink struct{ Tag, Name, Href string }

// render answers with a page made for this reader alone.
func render[T any](v *Visit, t page.Tmpl[T], h Head, model T) error {
	set, err := v.set()
	if err != nil {
		return err
	}
	main, err := t.Main(set, model)
	if err != nil {
		return err
	}
	return v.send(h, main)
}

// A recipe says how a page may be kept. Shared pages look alike to everybody but for the frame; the
// others are kept for those who are not signed in.
type recipe struct {
	shared bool
	scopes []string
}

// forAll keeps the main part for everybody: build must not look at the actor.
func forAll(scopes ...string) recipe {
	return recipe{true, append(scopes, scopeInstance, scopePeople)}
}

// forVisitors keeps the page for those who are not signed in.
func forVisitors(scopes ...string) recipe {
	return recipe{false, append(scopes, scopeInstance, scopePeople)}
}

// keep answers with a page that is kept by r until an event touches what it shows, or until the
// next instant at which its words change.
func keep[T any](v *Visit, t page.Tmpl[T], r recipe, build func() (Head, T, error)) error {
	make := func() (*entry, error) {
		h, model, err := build()
		if err != nil {
			return nil, err
		}
		h.Rehearsal = v.rehearsal
		set, err := v.set()
		if err != nil {
			return nil, err
		}
		main, err := t.Main(set, model)
		return &entry{head: h, body: main, until: v.until}, err
	}
	// What is searched for by words is asked once: kept, it would drive out the pages that many ask for.
	if v.Actor.SignedIn() && !r.shared || v.Query("q") != "" {
		e, err := make()
		if err != nil {
			return err
		}
		return v.send(e.head, e.body)
	}
	key := v.key()
	if v.Actor.SignedIn() || v.c.Cookies(flashCookie) != "" {
		e, err := v.s.cache.build("main "+key, v.Now, r.scopes, make)
		if err != nil {
			return err
		}
		return v.send(e.head, e.body)
	}
	e, err := v.s.cache.build("page "+key, v.Now, r.scopes, func() (*entry, error) {
		e, err := v.s.cache.build("main "+key, v.Now, r.scopes, make)
		if err != nil {
			return nil, err
		}
		body, err := v.framed(e.head, e.body)
		whole := &entry{head: e.head, body: body, until: e.until}
		whole.compress()
		return whole, err
	})
	if err != nil {
		return err
	}
	return v.sendKept(e)
}

// key names the page that this request asks for among those that are kept.
func (v *Visit) key() string { return v.Lang.Tag() + " " + v.Path() + "?" + v.question() }

// keptFor is the whole page as kept for those who are not signed in, while it is fresh: no handler
// need run for it.
func (s *Server) keptFor(v *Visit) *entry {
	if v.unsafe() || v.route.bare || v.Actor.SignedIn() || v.c.Cookies(flashCookie) != "" {
		return nil
	}
	return s.cache.get("page "+v.key(), v.Now)
}

// question is what follows the question mark, in one order, without the language. What cannot be
// parsed stays as it is: a handler may still read some of it, so it must not pass for no question,
// or the page that it gets would be kept for everybody.
func (v *Visit) question() string {
	raw := v.c.Request().URI().QueryString()
	if len(raw) == 0 {
		return ""
	}
	q, err := url.ParseQuery(string(raw))
	if err != nil {
		return string(raw)
	}
	q.Del("lang")
	return q.Encode()
}

func (v *Visit) set() (*page.Set, error) {
	t, err := v.s.templates()
	if err != nil {
		return nil, err
	}
	return t.of[v.Lang.Tag()], nil
}

// framed puts header and footer around the main part of a page.
func (v *Visit) framed(h Head, main []byte) ([]byte, error) {
	set, err := v.set()
	if err != nil {
		return nil, err
	}
	return set.Frame(v.newFrame(h, main))
}

func (v *Visit) newFrame(h Head, main []byte) frame {
	cur := v.s.Instance.Current()
	f := frame{
		Head: h, Actor: v.Actor, Here: v.Here(), Demo: v.s.Demo, Main: template.HTML(main),
		Site:    siteView{cur.Name, cur.Operator, cur.Contact, cur.Logo, themePath(cur)},
		Printed: v.s.BaseURL + v.Path(),
		Zone:    v.T("frame.zone", "zone", v.Lang.Place(cur.Location())),
	}
	if v.Actor.SignedIn() {
		f.Staff = v.Actor.Staff()
		f.Admin = v.Actor.Has(identity.Administrator, identity.Moderator)
		f.Operator = policy.May(v.Actor, policy.Operate, noThing, v.Now)
		f.Notices, f.Stopped = v.s.standing(v)
	}
	f.Flash = v.takeFlash()
	for _, tag := range cur.Languages {
		if tag != v.Lang.Tag() {
			l := v.s.Words.Language(tag)
			f.Others = append(f.Others, langLink{tag, l.Name(), v.inLanguage(tag)})
		}
	}
	return f
}

// inLanguage is this address in another language.
func (v *Visit) inLanguage(tag string) string {
	q, err := url.ParseQuery(string(v.c.Request().URI().QueryString()))
	if err != nil {
		q = url.Values{}
	}
	q.Set("lang", tag)
	path := v.Path()
	if v.unsafe() {
		path = "/"
	}
	return path + "?" + q.Encode()
}

// send answers with a page of this reader's own.
func (v *Visit) send(h Head, main []byte) error {
	h.Rehearsal = h.Rehearsal || v.rehearsal
	body, err := v.framed(h, main)
	if err != nil {
		return err
	}
	if v.Actor.SignedIn() || bytes.Contains(body, []byte(csrfMark)) {
		body = bytes.ReplaceAll(body, []byte(csrfMark), []byte(v.csrfToken()))
		v.Set(fiber.HeaderCacheControl, "no-store")
	} else {
		v.Set(fiber.HeaderCacheControl, "no-cache")
	}
	v.Set(fiber.HeaderVary, "Accept-Encoding, Cookie, Accept-Language")
	if h.Code != 0 {
		v.Status(h.Code)
	}
	return v.sendPacked(body)
}

// sendPacked answers with a page made for this request, packed where the browser takes it.
func (v *Visit) sendPacked(body []byte) error {
	if len(body) > 1200 && v.accepts("gzip") {
		v.Set(fiber.HeaderContentEncoding, "gzip")
		body = packGzip(body, 4)
	}
	return v.Send(fiber.MIMETextHTMLCharsetUTF8, body)
}

// sendKept answers with a kept page, packed as the browser likes, or with "you have it already".
func (v *Visit) sendKept(e *entry) error {
	if e.marked {
		v.Set(fiber.HeaderCacheControl, "no-store")
		v.Set(fiber.HeaderVary, "Cookie")
		return v.sendPacked(bytes.ReplaceAll(e.body, []byte(csrfMark), []byte(v.csrfToken())))
	}
	v.Set(fiber.HeaderCacheControl, "no-cache")
	v.Set(fiber.HeaderVary, "Accept-Encoding, Cookie, Accept-Language")
	v.Set(fiber.HeaderETag, e.etag)
	if strings.Contains(v.Header("If-None-Match"), e.etag) {
		v.Status(fiber.StatusNotModified)
		return nil
	}
	if e.head.Code != 0 {
		v.Status(e.head.Code)
	}
	body := e.body
	switch {
	case v.accepts("br"):
		v.Set(fiber.HeaderContentEncoding, "br")
		body = e.brotlied
	case v.accepts("gzip"):
		v.Set(fiber.HeaderContentEncoding, "gzip")
		body = e.gzipped
	}
	return v.Send(fiber.MIMETextHTMLCharsetUTF8, body)
}

func (v *Visit) accepts(coding string) bool {
	return strings.Contains(v.Header("Accept-Encoding"), coding)
}

// FormView is what a refused form shows: what was typed, and what is wrong with which field.
type FormView struct {
	Values map[string][]string
	Errors []FieldError
	Key    string // a fault of the form as a whole
}

// FieldError is one thing to mend.
type FieldError struct{ Field, Text string }

// Value is what the person typed in a field.
func (f FormView) Value(name string) string {
	if v := f.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Ticked reports whether a box or button of a field was chosen.
func (f FormView) Ticked(name, value string) bool {
	for _, v := range f.Values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Error is what is wrong with a field, "" when nothing is.
func (f FormView) Error(name string) string {
	for _, e := range f.Errors {
		if e.Field == name {
			return e.Text
		}
	}
	return ""
}

// Failed reports whether the form was refused.
func (f FormView) Failed() bool { return len(f.Errors) > 0 || f.Key != "" }

// blank is a form as it is first shown, filled with what is known already: name, value, name, value…
func blank(pairs ...string) FormView {
	f := FormView{Values: map[string][]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values[pairs[i]] = append(f.Values[pairs[i]], pairs[i+1])
	}
	return f
}

// refused is the form that was sent, with the faults to mend; ok is false when err is not about the
// form and must be shown as a page of its own. A deadline that has passed is about the form too:
// the text stays there to be copied.
func (v *Visit) refused(err error) (f FormView, ok bool) {
	flt := fault.Of(err)
	switch flt.Kind {
	case fault.Invalid, fault.Closed, fault.Conflict, fault.TooMany, fault.TooLarge:
	default:
		return FormView{}, false
	}
	if v.Form != nil {
		f.Values = v.Form.values
	}
	if len(flt.Fields) == 0 {
		f.Key = v.Say(flt.Message)
	}
	for field, m := range flt.Fields {
		f.Errors = append(f.Errors, FieldError{field, v.Say(m)})
	}
	sortErrors(f.Errors)
	return f, true
}

// statusOf is the code with which a refused form is shown again.
func statusOf(err error) int { return statuses[fault.Of(err).Kind] }
