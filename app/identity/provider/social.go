package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/facebook"
	"github.com/markbates/goth/providers/github"
	"github.com/markbates/goth/providers/microsoftonline"
	"golang.org/x/oauth2"
)

// errNoAddress is goth's word for a person whose GitHub account has no
// verified address; they are who they are all the same.
var errNoAddress = github.ErrNoVerifiedGitHubPrimaryEmail

// social is a provider of goth's: OAuth 2.0, a profile read over TLS, nothing
// signed.
type social struct {
	cfg      Config
	callback string
	client   *http.Client
}

var socialIssuers = map[Kind]string{
	Microsoft: "https://login.microsoftonline.com",
	GitHub:    "https://github.com",
	Facebook:  "https://www.facebook.com",
}

// None of the three has a description that could announce the iss parameter
// (RFC 9207), so none is demanded or compared; each has a callback address of
// its own instead, which also keeps their answers apart.
func (s *social) issuer(context.Context) (string, bool) { return "", false }

func (s *social) attempt(_ context.Context, f Flow) (goth.Provider, error) {
	c, client := s.cfg, s.proving(f.Verifier)
	switch c.Kind {
	case Microsoft:
		p := microsoftonline.New(c.ClientID, c.ClientSecret, s.callback, c.Scopes...)
		p.HTTPClient = client
		return challenged{p, c, f.Verifier}, nil
	case GitHub:
		p := github.New(c.ClientID, c.ClientSecret, s.callback, c.Scopes...)
		p.HTTPClient = client
		return challenged{p, c, f.Verifier}, nil
	case Facebook:
		p := facebook.New(c.ClientID, c.ClientSecret, s.callback, c.Scopes...)
		p.HTTPClient = client
		p.Fields = "id,name,email" // nothing that we would not use
		return challenged{p, c, f.Verifier}, nil
	default:
		return nil, unsuitable{fmt.Errorf("kind %q", c.Kind)}
	}
}

// challenged adds to goth's provider what it does not know: the PKCE challenge
// and the operator's own parameters.
type challenged struct {
	goth.Provider
	cfg      Config
	verifier string
}

type challengedSession struct {
	goth.Session
	address string
}

func (s challengedSession) GetAuthURL() (string, error) { return s.address, nil }

// Authorize hands goth its own provider, whose type it asserts.
func (s challengedSession) Authorize(p goth.Provider, params goth.Params) (string, error) {
	return s.Session.Authorize(p.(challenged).Provider, params)
}

// BeginAuth returns a session whose address carries the challenge.
func (p challenged) BeginAuth(state string) (goth.Session, error) {
	inner, err := p.Provider.BeginAuth(state)
	if err != nil {
		return nil, err
	}
	address, err := inner.GetAuthURL()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	for name, value := range p.cfg.Params {
		q.Set(name, value)
	}
	q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(p.verifier))
	q.Set("code_challenge_method", "S256")
	u.RawQuery = q.Encode()
	return challengedSession{inner, u.String()}, nil
}

// UnmarshalSession reads back what Marshal wrote.
func (p challenged) UnmarshalSession(data string) (goth.Session, error) {
	inner, err := p.Provider.UnmarshalSession(data)
	return challengedSession{inner, ""}, err
}

// FetchUser reads the person's profile.
func (p challenged) FetchUser(s goth.Session) (goth.User, error) {
	session, ok := s.(challengedSession)
	if !ok {
		return goth.User{}, errors.New("a session of another provider")
	}
	return p.Provider.FetchUser(session.Session)
}

func (s *social) person(ctx context.Context, u goth.User) (Person, error) {
	// goth turns a missing id of GitHub's into "0".
	if u.UserID == "" || u.UserID == "0" || len(u.UserID) > maxSubject {
		return Person{}, errors.New("the profile has no id")
	}
	p := Person{Issuer: socialIssuers[s.cfg.Kind], Subject: u.UserID, Level: s.cfg.Level, Name: clip(u.Name, maxName)}
	if p.Name == "" {
		p.Name = clip(u.NickName, maxName)
	}
	if s.cfg.Kind != GitHub {
		p.Email = address(u.Email)
		return p, nil
	}
	email, err := s.githubAddress(ctx, u.AccessToken)
	if err != nil {
		return Person{}, fmt.Errorf("read GitHub's list of addresses: %w", err)
	}
	p.Email, p.EmailVerified = email, email != ""
	return p, nil
}

// githubAddress returns the person's primary address if GitHub has verified
// it. goth reads this list only when the public profile shows no address, and
// takes the public one without asking whether it was verified.
func (s *social) githubAddress(ctx context.Context, token string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, github.EmailURL, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/vnd.github+json")
	resp, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound {
		return "", nil // the scope user:email was not granted
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("answered %s", resp.Status)
	}
	var list []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return "", err
	}
	for _, e := range list {
		if e.Primary && e.Verified {
			return address(e.Email), nil
		}
	}
	return "", nil
}

// proving returns a client that completes goth's request for the token.
func (s *social) proving(verifier string) *http.Client {
	c := *s.client
	c.Transport = proof{s.client.Transport, verifier}
	return &c
}

// proof adds the PKCE verifier to the request for a token, which goth sends
// without, and moves the client's secret from the header, where x/oauth2 tries
// it first, into the form, which all three providers read: a guess at the
// wrong style costs a second request and may cost the code.
type proof struct {
	inner    http.RoundTripper
	verifier string
}

func (p proof) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || r.Body == nil {
		return p.inner.RoundTrip(r)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	if form.Get("grant_type") == "authorization_code" {
		form.Set("code_verifier", p.verifier)
		if id, secret, ok := r.BasicAuth(); ok {
			r.Header.Del("Authorization")
			setUnescaped(form, "client_id", id)
			setUnescaped(form, "client_secret", secret)
		}
	}
	encoded := form.Encode()
	r.Body = io.NopCloser(strings.NewReader(encoded))
	r.ContentLength = int64(len(encoded))
	r.GetBody = nil
	return p.inner.RoundTrip(r)
}

// setUnescaped undoes the escaping that RFC 6749, 2.3.1, asks for in the header.
func setUnescaped(form url.Values, name, value string) {
	if plain, err := url.QueryUnescape(value); err == nil {
		value = plain
	}
	form.Set(name, value)
}
