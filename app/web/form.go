package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"html/template"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
)

// A Form is the body of an unsafe request. Fields come from the body alone, never from the address.
type Form struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
}

// Get returns a single field's text, cleaned of control characters; "" when it is not there.
func (f *Form) Get(name string) string { return text.Clean(f.values.Get(name)) }

// Raw returns a single field's bytes as sent.
func (f *Form) Raw(name string) string { return f.values.Get(name) }

// All returns every value of a field, as of boxes ticked.
func (f *Form) All(name string) []string { return f.values[name] }

// Has reports whether the field was sent at all: a ticked box, a pressed button.
func (f *Form) Has(name string) bool { return f.values.Has(name) }

// Int returns a whole number; ok is false when there is none.
func (f *Form) Int(name string) (n int64, ok bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(f.values.Get(name)), 10, 64)
	return n, err == nil
}

// ID returns an id, 0 when there is none.
func (f *Form) ID(name string) int64 {
	n, _ := f.Int(name)
	return max(n, 0)
}

// Files returns the files sent in a field.
func (f *Form) Files(name string) []*multipart.FileHeader { return f.files[name] }

// fieldsMost bounds the fields of a form.
const fieldsMost = 20_000

// readForm reads the body once, bounded, in one of the two forms that browsers send.
func (v *Visit) readForm() error {
	if v.Header("Content-Encoding") != "" {
		return fault.New(fault.Invalid, "fault.encoding")
	}
	limit := formBody
	if v.route.upload {
		limit = uploadBody
	}
	body, err := v.readBody(limit)
	if err != nil {
		return err
	}
	kind, params, err := mime.ParseMediaType(v.Header("Content-Type"))
	v.Form = &Form{values: url.Values{}}
	switch {
	case len(body) == 0:
		return nil
	case err != nil:
		return fault.New(fault.Invalid, "fault.request").Because(err)
	case kind == "application/x-www-form-urlencoded":
		v.Form.values, err = url.ParseQuery(string(body))
	case kind == "multipart/form-data" && v.route.upload:
		var m *multipart.Form
		if m, err = multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(int64(uploadBody)); err == nil {
			v.Form.values, v.Form.files = m.Value, m.File
		}
	default:
		return fault.New(fault.Invalid, "fault.request")
	}
	if err != nil {
		return fault.New(fault.Invalid, "fault.request").Because(err)
	}
	if len(v.Form.values) > fieldsMost {
		return fault.New(fault.TooLarge, "fault.large")
	}
	return nil
}

func (v *Visit) readBody(limit int) ([]byte, error) {
	req := v.c.Request()
	if req.Header.ContentLength() > limit {
		v.c.Context().SetConnectionClose()
		return nil, fault.New(fault.TooLarge, "fault.large", "max", limit>>20)
	}
	if !req.IsBodyStream() {
		return bytes.Clone(v.c.Request().Body()), nil
	}
	body, err := io.ReadAll(io.LimitReader(req.BodyStream(), int64(limit)+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.request").Because(err)
	}
	if len(body) > limit {
		v.c.Context().SetConnectionClose()
		return nil, fault.New(fault.TooLarge, "fault.large", "max", limit>>20)
	}
	return body, nil
}

// csrfMark stands in rendered pages where each reader's own token goes, so that pages can be kept
// for everybody. It is drawn at start: no text that a person writes can hold it.
var csrfMark = func() string {
	var b [24]byte
	rand.Read(b[:])
	return "csrf-" + base64.RawURLEncoding.EncodeToString(b[:])
}()

const csrfName = "csrf"

// csrfField is the hidden field of every form.
var csrfField = template.HTML(`<input type="hidden" name="` + csrfName + `" value="` + csrfMark + `">`)

// visitorCookie binds the forms of those who are not signed in (sign-in itself) to their browser.
func (v *Visit) visitorCookie() string {
	if v.s.secureLink() {
		return "__Host-visitor" // as the session's: no neighbouring host may choose it
	}
	return "visitor"
}

// csrfToken is the instant, a fresh nonce and its HMAC with what this browser alone holds, so that it differs on
// every page (a compressed page then tells nothing about it).
func (v *Visit) csrfToken() string {
	holder := string(v.token())
	if !v.Actor.SignedIn() {
		holder = v.visitor()
	}
	return v.s.formToken(holder)
}

// FormToken is a token for the forms of a session, for programs that fill forms in: load tests.
func (s *Server) FormToken(session identity.Token) string { return s.formToken(string(session)) }

func (s *Server) formToken(holder string) string {
	var nonce [12]byte
	rand.Read(nonce[:])
	binary.BigEndian.PutUint32(nonce[:4], uint32(s.DB.Now().Unix())) // when the form was served; see unhurried
	return base64.RawURLEncoding.EncodeToString(append(nonce[:], s.csrfSum(holder, nonce[:])...))
}

func (v *Visit) csrfSum(holder string, nonce []byte) []byte { return v.s.csrfSum(holder, nonce) }

func (s *Server) csrfSum(holder string, nonce []byte) []byte {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte("form\x00" + holder + "\x00"))
	m.Write(nonce)
	return m.Sum(nil)[:16]
}

// visitor returns the value that binds forms of this browser, made when there is none.
func (v *Visit) visitor() string {
	if c := v.c.Cookies(v.visitorCookie()); c != "" {
		return c
	}
	var b [16]byte
	rand.Read(b[:])
	c := base64.RawURLEncoding.EncodeToString(b[:])
	v.cookie(v.visitorCookie(), c, 0)
	v.c.Request().Header.SetCookie(v.visitorCookie(), c) // this page's other forms share it
	return c
}

// foreign reports whether the browser says that another site made this request.
func (v *Visit) foreign() bool {
	switch v.Header("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		origin := v.Header("Origin")
		u, err := url.Parse(origin)
		return origin != "" && (err != nil || u.Host != v.Header("Host"))
	}
	return true
}

// checkOrigin refuses forms that another site sent: by Fetch metadata where the browser tells, by
// Origin where it does not (the rule of net/http's CrossOriginProtection), and by the form's token.
func (s *Server) checkOrigin(v *Visit) error {
	if v.foreign() {
		return fault.New(fault.Forbidden, "fault.origin")
	}
	holders := []string{v.c.Cookies(v.visitorCookie())}
	if v.Actor.SignedIn() {
		holders = []string{string(v.token())}
	}
	b, err := base64.RawURLEncoding.DecodeString(v.Form.Raw(csrfName))
	if err != nil || len(b) != 28 {
		return fault.New(fault.Forbidden, "fault.token")
	}
	for _, h := range holders {
		if h != "" && subtle.ConstantTimeCompare(s.csrfSum(h, b[:12]), b[12:]) == 1 {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "fault.token")
}
