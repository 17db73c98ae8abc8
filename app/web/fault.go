package web

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"tequio/app/fault"
	"tequio/app/page"
)

// statuses are the codes of the kinds of refusal.
var statuses = map[fault.Kind]int{
	fault.Internal: 500, fault.NotFound: 404, fault.Gone: 410, fault.SignIn: 401, fault.Confirm: 403, fault.Forbidden: 403,
	fault.Closed: 409, fault.Conflict: 409, fault.Invalid: 422, fault.TooLarge: 413, fault.TooMany: 429, fault.Unavailable: 503,
}

// faultView is the page of a refusal: what happened and the way out.
type faultView struct {
	Code      int
	Title     string
	Text      string
	Reference string // of our own mistakes: the log has the same
	SignIn    string // address of the sign-in page that leads back here
	Kept      []keptField
}

// keptField is something the person typed in a form that could not be taken.
type keptField struct{ Name, Value string }

var faultPage = page.New[faultView]("fault")

// show answers with the page of a fault. Who must sign in first is led there, and back.
func (s *Server) show(v *Visit, err error) error {
	f := fault.Of(err)
	code := statuses[f.Kind]
	m := faultView{Code: code, Title: v.T(titleOf(f.Kind)), Text: v.Say(f.Message)}
	switch f.Kind {
	case fault.Internal:
		m.Reference = reference()
		slog.Error("request failed", "reference", m.Reference, "method", v.c.Method(), "path", v.logPath(), "err", err)
	case fault.SignIn:
		if !v.unsafe() {
			return v.Redirect("/login?return=" + url.QueryEscape(v.Here()))
		}
		m.SignIn = "/login?return=" + url.QueryEscape(v.Path())
	case fault.Confirm:
		if !v.unsafe() {
			return v.Redirect(confirmPath(f) + "?return=" + url.QueryEscape(v.Here()))
		}
		m.SignIn = confirmPath(f) + "?return=" + url.QueryEscape(v.wayBack())
	case fault.Unavailable:
		v.Set("Retry-After", "5")
	}
	m.Kept = v.typed()
	if err := render(v, faultPage, Head{Title: m.Title, Code: code, Private: true}, m); err != nil {
		slog.Error("fault page", "err", err)
		v.Status(500)
		return v.Send("text/plain; charset=utf-8", []byte(m.Title+"\n"+m.Reference))
	}
	return nil
}

// wayBack is the page from which a form that was not taken can be reached again.
func (v *Visit) wayBack() string {
	if strings.HasPrefix(v.Path(), "/me") || strings.HasPrefix(v.Path(), "/login") {
		return "/me/account"
	}
	return "/admin"
}

// confirmPath is where a person proves again who they are, or sets up the second factor.
func confirmPath(f *fault.Fault) string {
	if f.Key == "policy.factor" {
		return "/me/factor"
	}
	return "/me/confirm"
}

// typed returns the longer texts of a form that was not taken, so that nobody loses them. What
// another site sent is not repeated: nobody typed it, and it would speak from our address.
func (v *Visit) typed() (kept []keptField) {
	if v.Form == nil || v.foreign() {
		return nil
	}
	for name, values := range v.Form.values {
		for _, text := range values {
			if name != csrfName && len(text) >= 20 {
				kept = append(kept, keptField{name, text})
			}
		}
	}
	slices.SortFunc(kept, func(a, b keptField) int { return cmp.Compare(a.Name, b.Name) })
	return kept
}

func titleOf(k fault.Kind) string {
	switch k {
	case fault.NotFound:
		return "fault.title.missing"
	case fault.Gone:
		return "fault.title.gone"
	case fault.SignIn:
		return "fault.title.signin"
	case fault.Confirm, fault.Forbidden:
		return "fault.title.forbidden"
	case fault.Closed:
		return "fault.title.closed"
	case fault.Conflict:
		return "fault.title.conflict"
	case fault.Invalid:
		return "fault.title.invalid"
	case fault.TooLarge:
		return "fault.title.large"
	case fault.TooMany:
		return "fault.title.many"
	case fault.Unavailable:
		return "fault.title.unavailable"
	}
	return "fault.title.internal"
}

func reference() string {
	var b [5]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// logPath is the address for the log: that of casting a ballot says nothing about who and when.
func (v *Visit) logPath() string { return v.route.path }

func sortErrors(all []FieldError) {
	slices.SortStableFunc(all, func(a, b FieldError) int { return cmp.Compare(a.Field, b.Field) })
}

// unknown is the answer to an address that is none.
func (s *Server) unknown(v *Visit) error { return fault.New(fault.NotFound, "fault.missing") }
