// Package provider lets people sign in with an account that they have
// elsewhere: at a government's OpenID Connect service, at Google, Microsoft,
// GitHub or Facebook.
//
// It knows how to send a visitor there, how to read what comes back, and what
// each provider's word is worth: whose signature was checked, whose e-mail
// address was vouched for, how sure the provider is of the person. It refuses
// to know accounts, sessions, databases and pages: the caller keeps the Flow
// between the two halves, gives it back once, and decides what a Person may do.
//
// Every provider is a goth.Provider, made anew for each sign-in, since goth
// keeps per provider what belongs to one request (PKCE, nonce). Microsoft,
// GitHub and Facebook are goth's own. OpenID Connect is ours, on coreos/go-oidc:
// goth's checks no signature, no nonce and asks the network before it starts.
// Google is an OpenID provider like any other and goes the same way, because
// goth's Google reads an unsigned profile. gothic is never used: it takes the
// state from the query and keeps it in a cookie of its own.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"
)

// Person is who the provider says has signed in. Nothing in it is more than
// the provider's word; Name and Email are text that a stranger typed.
type Person struct {
	Issuer        string    // whose word it is, e.g. "https://accounts.google.com"
	Subject       string    // who it is there: unique and unchanging with Issuer
	Email         string    // "" when the provider gave none that can be an address
	EmailVerified bool      // the provider vouches that the address is this person's
	Name          string    // as shown at the provider; may be ""
	Level         int       // assurance level, 1 to 3 (see Config.Levels)
	AuthTime      time.Time // when they proved themselves there; zero when not told
}

// Flow is one sign-in under way, from Begin to Complete. It is serialisable
// and secret: keep it on the server under the visitor's own session, for ten
// minutes at most, and delete it before Complete, so that it is used once.
type Flow struct {
	Provider string `json:"provider"`          // Config.ID
	State    string `json:"state"`             // comes back in the address
	Nonce    string `json:"nonce,omitempty"`   // comes back in the signed token
	Verifier string `json:"verifier"`          // proves that we began it (PKCE)
	Session  string `json:"session,omitempty"` // goth's own, marshalled
}

// Info is what a page may show of a provider.
type Info struct {
	ID       string
	Kind     Kind
	Name     string
	Callback string // the address to register at the provider
}

// Set is the instance's providers. It is safe for concurrent use.
type Set struct {
	order   []string
	members map[string]member
}

// member is a provider with what pages show of it.
type member struct {
	Info
	source
}

// A source makes the goth.Provider of one sign-in and judges what it found.
type source interface {
	// attempt returns the provider for one flow. The OpenID one may ask the
	// network for the provider's description.
	attempt(ctx context.Context, f Flow) (goth.Provider, error)
	// issuer returns the expected iss parameter of the answer, and whether the
	// provider announced that it sends one (RFC 9207). "" means none is known.
	issuer(ctx context.Context) (iss string, announced bool)
	// person judges what the provider found.
	person(ctx context.Context, u goth.User) (Person, error)
}

// New checks the configurations and returns their set; it never uses the
// network, so that a provider that is down keeps nobody from starting. baseURL
// is the instance's public address, such as "https://tequio.example.org". A nil
// client means the package's own (Client), which each provider gets according
// to its Private field; tests give one of theirs, which is used with the same
// limits. The error names every field that is wrong, for the operator.
func New(cfgs []Config, baseURL string, client *http.Client) (*Set, error) {
	s := &Set{members: map[string]member{}}
	var wrong []error
	for _, c := range cfgs {
		c = c.withDefaults()
		if err := c.check(); err != nil {
			wrong = append(wrong, err)
			continue
		}
		if _, twice := s.members[c.ID]; twice {
			wrong = append(wrong, fmt.Errorf("sign-in provider %q: configured twice", c.ID))
			continue
		}
		callback, err := url.JoinPath(baseURL, "login", c.ID, "callback")
		if err != nil {
			return nil, fmt.Errorf("sign-in providers: base address %q: %w", baseURL, err)
		}
		s.order = append(s.order, c.ID)
		s.members[c.ID] = member{
			Info{ID: c.ID, Kind: c.Kind, Name: c.Name, Callback: callback},
			newSource(c, callback, limited(client, c.Private)),
		}
	}
	return s, errors.Join(wrong...)
}

func newSource(c Config, callback string, client *http.Client) source {
	switch c.Kind {
	case OIDC, Google:
		return &openID{cfg: c, callback: callback, client: client}
	default:
		return &social{cfg: c, callback: callback, client: client}
	}
}

// List returns the providers in the order of their configuration.
func (s *Set) List() []Info {
	list := make([]Info, len(s.order))
	for i, id := range s.order {
		list[i] = s.members[id].Info
	}
	return list
}

// Check asks whether the provider can be reached and describes itself as
// configured; the error is for the operator. Providers without a description
// of their own (Microsoft, GitHub, Facebook) always pass.
func (s *Set) Check(ctx context.Context, id string) error {
	m, ok := s.members[id]
	if !ok {
		return unknown(id)
	}
	_, err := m.attempt(ctx, Flow{Provider: id})
	return err
}

// Begin starts a sign-in: it returns the address to send the visitor to and
// the flow to keep. Faults: provider.unknown (NotFound), provider.down and
// provider.setup (Unavailable).
func (s *Set) Begin(ctx context.Context, id string) (redirectURL string, flow Flow, err error) {
	m, ok := s.members[id]
	if !ok {
		return "", Flow{}, unknown(id)
	}
	flow = Flow{Provider: id, State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier()}
	if redirectURL, err = m.begin(ctx, &flow); err != nil {
		return "", Flow{}, m.explain(err)
	}
	return redirectURL, flow, nil
}

func (m member) begin(ctx context.Context, flow *Flow) (address string, err error) {
	defer recovered(&err)
	p, err := m.attempt(ctx, *flow)
	if err != nil {
		return "", err
	}
	session, err := p.BeginAuth(flow.State)
	if err != nil {
		return "", err
	}
	flow.Session = session.Marshal()
	return session.GetAuthURL()
}

// Complete ends a sign-in with the query of the callback. The caller has taken
// the flow out of its store already. Faults: provider.cancelled (the visitor
// said no; Forbidden), provider.expired and provider.failed (Invalid; to be
// begun anew), provider.down and provider.setup (Unavailable),
// provider.unknown (NotFound); all but the last have the argument name. The
// fault's cause is for the log; it contains no token, code or secret.
func (s *Set) Complete(ctx context.Context, flow Flow, callback url.Values) (Person, error) {
	m, ok := s.members[flow.Provider]
	if !ok {
		return Person{}, unknown(flow.Provider)
	}
	person, err := m.complete(ctx, flow, callback)
	if err != nil {
		return Person{}, m.explain(err)
	}
	return person, nil
}

func (m member) complete(ctx context.Context, flow Flow, callback url.Values) (person Person, err error) {
	defer recovered(&err)
	code, err := answer(ctx, m, flow, callback)
	if err != nil {
		return Person{}, err
	}
	p, err := m.attempt(ctx, flow)
	if err != nil {
		return Person{}, err
	}
	session, err := p.UnmarshalSession(flow.Session)
	if err != nil {
		return Person{}, err
	}
	// The code and nothing else of the visitor's query: goth reads further
	// parameters (redirect_uri, code_verifier) from whatever it is given.
	if _, err := session.Authorize(p, url.Values{"code": {code}}); err != nil {
		return Person{}, err
	}
	user, err := p.FetchUser(session)
	if err != nil && !errors.Is(err, errNoAddress) {
		return Person{}, err
	}
	return m.person(ctx, user)
}

// maxCode bounds what is sent on to a provider; the longest codes seen, of
// Microsoft, have less than 2,000 bytes.
const maxCode = 8192

// answer judges the query of the callback and returns its code.
func answer(ctx context.Context, src source, f Flow, q url.Values) (code string, err error) {
	state, err := single(q, "state")
	if err != nil {
		return "", err
	}
	if f.State == "" || subtle.ConstantTimeCompare([]byte(state), []byte(f.State)) != 1 {
		return "", errors.New("the answer's state is not this flow's")
	}
	if err := checkIssuer(ctx, src, q); err != nil {
		return "", err
	}
	if q.Has("error") {
		return "", &refusal{code: clip(q.Get("error"), 60), description: clip(q.Get("error_description"), 200)}
	}
	if code, err = single(q, "code"); err != nil {
		return "", err
	}
	if code == "" || len(code) > maxCode {
		return "", fmt.Errorf("the answer's code has %d bytes", len(code))
	}
	return code, nil
}

// checkIssuer compares the iss parameter, which keeps one provider from
// passing off another's answer (RFC 9207). One that was not announced must
// be right all the same.
func checkIssuer(ctx context.Context, src source, q url.Values) error {
	want, announced := src.issuer(ctx)
	if !q.Has("iss") {
		if announced {
			return errors.New("the answer lacks the iss parameter that the provider announced")
		}
		return nil
	}
	got, err := single(q, "iss")
	if err != nil {
		return err
	}
	if want != "" && got != want {
		return fmt.Errorf("the answer is from issuer %q, not %q", clip(got, 200), want)
	}
	return nil
}

// single returns a parameter that may be given once only (RFC 6749, 3.1).
func single(q url.Values, name string) (string, error) {
	if len(q[name]) != 1 {
		return "", fmt.Errorf("the answer has %d %s parameters", len(q[name]), name)
	}
	return q[name][0], nil
}

// secret returns 256 random bits as text.
func secret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
