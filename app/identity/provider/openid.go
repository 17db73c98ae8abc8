package provider

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"golang.org/x/oauth2"
)

// leeway is how far the provider's clock and ours may differ. Some tokens live
// for a minute only.
const leeway = 30 * time.Second

// openID is an OpenID Connect provider.
type openID struct {
	cfg      Config
	callback string
	client   *http.Client
	found    discovery
}

func (o *openID) attempt(ctx context.Context, f Flow) (goth.Provider, error) {
	d, err := o.describe(ctx)
	if err != nil {
		return nil, err
	}
	return &openIDAttempt{openID: o, name: o.cfg.ID, description: d, flow: f, ctx: oidc.ClientContext(ctx, o.client)}, nil
}

func (o *openID) issuer(ctx context.Context) (string, bool) {
	d, err := o.describe(ctx)
	return o.cfg.Issuer, err == nil && d.announced.IssParameter
}

// openIDAttempt is one sign-in as a goth.Provider. goth's interface has no
// context and no place for a nonce, therefore it is made for each sign-in and
// holds them.
type openIDAttempt struct {
	*openID
	*description
	name string
	flow Flow
	ctx  context.Context
}

// openIDSession is the goth.Session of an openIDAttempt. Only the address
// outlives the request; the claims are read and used within the second one.
type openIDSession struct {
	AuthURL string
	token   *oauth2.Token
	signed  *oidc.IDToken
}

func (a *openIDAttempt) Name() string        { return a.name }
func (a *openIDAttempt) SetName(name string) { a.name = name }
func (a *openIDAttempt) Debug(bool)          {}

// RefreshTokenAvailable is false: we ask who somebody is, and nothing later.
func (a *openIDAttempt) RefreshTokenAvailable() bool { return false }

// RefreshToken always fails.
func (a *openIDAttempt) RefreshToken(string) (*oauth2.Token, error) {
	return nil, errors.New("OpenID Connect: no refresh tokens are kept")
}

// BeginAuth returns a session whose address asks for a code, bound to the
// flow by state, nonce and challenge.
func (a *openIDAttempt) BeginAuth(state string) (goth.Session, error) {
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.flow.Nonce), oauth2.S256ChallengeOption(a.flow.Verifier)}
	for _, name := range slices.Sorted(maps.Keys(a.cfg.Params)) {
		options = append(options, oauth2.SetAuthURLParam(name, a.cfg.Params[name]))
	}
	return &openIDSession{AuthURL: a.oauth().AuthCodeURL(state, options...)}, nil
}

// UnmarshalSession reads back what Marshal wrote.
func (a *openIDAttempt) UnmarshalSession(data string) (goth.Session, error) {
	s := &openIDSession{}
	if err := json.Unmarshal([]byte(data), s); err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	return s, nil
}

func (a *openIDAttempt) oauth() *oauth2.Config {
	c := &oauth2.Config{ClientID: a.cfg.ClientID, RedirectURL: a.callback, Scopes: a.cfg.Scopes, Endpoint: a.provider.Endpoint()}
	switch how := a.tokenAuth(); how {
	case AuthBasic:
		c.ClientSecret, c.Endpoint.AuthStyle = a.cfg.ClientSecret, oauth2.AuthStyleInHeader
	case AuthPost:
		c.ClientSecret, c.Endpoint.AuthStyle = a.cfg.ClientSecret, oauth2.AuthStyleInParams
	default: // the assertion is added with the exchange; a public client has nothing
		c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return c
}

// tokenAuth is what the operator chose; otherwise basic, which every provider
// must offer, unless it says that it has post alone.
func (a *openIDAttempt) tokenAuth() string {
	offered := a.announced.TokenAuth
	switch {
	case a.cfg.TokenAuth != "":
		return a.cfg.TokenAuth
	case slices.Contains(offered, "client_secret_post") && !slices.Contains(offered, "client_secret_basic"):
		return AuthPost
	default:
		return AuthBasic
	}
}

// GetAuthURL returns the address of the provider's sign-in page.
func (s *openIDSession) GetAuthURL() (string, error) {
	if s.AuthURL == "" {
		return "", errors.New(goth.NoAuthUrlErrorMessage)
	}
	return s.AuthURL, nil
}

// Marshal returns the session as JSON.
func (s *openIDSession) Marshal() string {
	b, _ := json.Marshal(s) // a string cannot fail
	return string(b)
}

// Authorize exchanges the code for a token and verifies everything that the
// ID token must be: signed with a key of the provider's by an accepted
// algorithm, issued by it, to us, for this very flow, and not expired.
func (s *openIDSession) Authorize(p goth.Provider, params goth.Params) (string, error) {
	a, ok := p.(*openIDAttempt)
	if !ok {
		return "", errors.New("a provider of another kind")
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(a.flow.Verifier)}
	if a.cfg.TokenAuth == AuthKey {
		assertion, err := assertion(a.cfg, a.provider.Endpoint().TokenURL, time.Now())
		if err != nil {
			return "", unsuitable{err}
		}
		options = append(options, oauth2.SetAuthURLParam("client_assertion_type", assertionType), oauth2.SetAuthURLParam("client_assertion", assertion))
	}
	token, err := a.oauth().Exchange(a.ctx, params.Get("code"), options...)
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || raw == "" {
		return "", errors.New("the answer holds no id_token")
	}
	signed, err := a.verify(raw, token.AccessToken)
	if err != nil {
		return "", fmt.Errorf("verify the id_token: %w", err)
	}
	s.token, s.signed = token, signed
	return token.AccessToken, nil
}

func (a *openIDAttempt) verify(raw, access string) (*oidc.IDToken, error) {
	verifier := a.provider.VerifierContext(a.ctx, &oidc.Config{
		ClientID:             a.cfg.ClientID,
		SupportedSigningAlgs: a.algorithms,
		Now:                  func() time.Time { return time.Now().Add(-leeway) },
	})
	t, err := verifier.Verify(a.ctx, raw)
	if err != nil {
		return nil, err
	}
	if a.flow.Nonce == "" || subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(a.flow.Nonce)) != 1 {
		return nil, errors.New("the nonce is not this flow's")
	}
	if t.Subject == "" || len(t.Subject) > maxSubject {
		return nil, fmt.Errorf("the subject has %d bytes", len(t.Subject))
	}
	if t.IssuedAt.After(time.Now().Add(leeway + time.Minute)) {
		return nil, fmt.Errorf("issued in the future, at %s", t.IssuedAt.UTC())
	}
	if t.AccessTokenHash != "" {
		if err := t.VerifyAccessToken(access); err != nil {
			return nil, err
		}
	}
	var more struct {
		AuthorizedParty string `json:"azp"`
	}
	if err := t.Claims(&more); err != nil {
		return nil, err
	}
	if more.AuthorizedParty != a.cfg.ClientID && (more.AuthorizedParty != "" || len(t.Audience) > 1) {
		return nil, fmt.Errorf("meant for %q", clip(more.AuthorizedParty, 200))
	}
	return t, nil
}

// FetchUser returns the claims of the ID token, completed by the userinfo
// endpoint where the token lacks the address, the name or the level.
func (a *openIDAttempt) FetchUser(session goth.Session) (goth.User, error) {
	s, ok := session.(*openIDSession)
	if !ok || s.signed == nil {
		return goth.User{}, errors.New("the session holds no verified token")
	}
	claims := map[string]any{}
	if err := s.signed.Claims(&claims); err != nil {
		return goth.User{}, fmt.Errorf("read the claims: %w", err)
	}
	if a.lacks(claims) && a.provider.UserInfoEndpoint() != "" {
		more, err := a.userinfo(s)
		if err != nil {
			return goth.User{}, err
		}
		join(claims, more)
	}
	return goth.User{Provider: a.name, UserID: s.signed.Subject, Email: word(claims, "email"), Name: fullName(claims), RawData: claims}, nil
}

// join completes the token's claims with those of userinfo. The signed token
// has the last word; an address and the word on whether it is verified must
// come from one place, or be about the same address.
func join(claims, more map[string]any) {
	switch _, said := claims["email_verified"]; {
	case word(claims, "email") == "":
		delete(claims, "email")
		delete(claims, "email_verified")
	case said || word(claims, "email") != word(more, "email"):
		delete(more, "email_verified")
	}
	for name, value := range more {
		if _, known := claims[name]; !known {
			claims[name] = value
		}
	}
}

func (a *openIDAttempt) lacks(claims map[string]any) bool {
	_, verified := claims["email_verified"]
	return word(claims, "email") == "" || !verified || fullName(claims) == "" ||
		a.cfg.LevelClaim != "" && claim(claims, a.cfg.LevelClaim) == nil
}

// userinfo reads the endpoint, whose answer may be JSON or a signed token;
// go-oidc checks the signature. It must be about the same person.
func (a *openIDAttempt) userinfo(s *openIDSession) (map[string]any, error) {
	info, err := a.provider.UserInfo(a.ctx, oauth2.StaticTokenSource(s.token))
	if err != nil {
		return nil, fmt.Errorf("%w: read userinfo: %s", errDown, clip(err.Error(), maxCause))
	}
	if info.Subject != s.signed.Subject {
		return nil, errors.New("userinfo is about somebody else")
	}
	claims := map[string]any{}
	if err := info.Claims(&claims); err != nil {
		return nil, fmt.Errorf("read userinfo: %w", err)
	}
	if iss, ok := claims["iss"].(string); ok && iss != a.cfg.Issuer {
		return nil, fmt.Errorf("userinfo was issued by %q", clip(iss, 200))
	}
	return claims, nil
}

func (o *openID) person(_ context.Context, u goth.User) (Person, error) {
	p := Person{Issuer: o.cfg.Issuer, Subject: u.UserID, Email: address(u.Email), Name: clip(u.Name, maxName)}
	p.Level = o.cfg.levelOf(u.RawData)
	vouched, said := truth(u.RawData["email_verified"])
	p.EmailVerified = p.Email != "" && (vouched || !said && o.cfg.TrustEmail)
	p.AuthTime = instant(u.RawData["auth_time"])
	if err := o.cfg.recent(p.AuthTime, time.Now()); err != nil {
		return Person{}, err
	}
	return p, nil
}
