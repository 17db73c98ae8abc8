package provider

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Kind is the way a provider speaks.
type Kind string

// The kinds of provider.
const (
	OIDC      Kind = "oidc" // any OpenID Connect provider
	Google    Kind = "google"
	Microsoft Kind = "microsoft"
	GitHub    Kind = "github"
	Facebook  Kind = "facebook"
)

// The ways in which a client proves itself at an OpenID provider's token
// endpoint, for Config.TokenAuth.
const (
	AuthBasic = "basic" // the secret in a header (client_secret_basic)
	AuthPost  = "post"  // the secret in the form (client_secret_post)
	AuthKey   = "key"   // a signature by our own key (private_key_jwt)
	AuthNone  = "none"  // a public client; PKCE alone
)

// Config is one provider, as an operator writes it in TOML or in environment
// variables. What is not said has a default that is safe.
type Config struct {
	ID           string `toml:"id" json:"id"`     // short name in the callback address /login/ID/callback
	Kind         Kind   `toml:"kind" json:"kind"` // default: the ID, where that names a kind; else oidc
	Name         string `toml:"name" json:"name"` // shown on the button; default: the kind's own name or the ID
	Issuer       string `toml:"issuer" json:"issuer"`
	ClientID     string `toml:"client_id" json:"client_id"`
	ClientSecret string `toml:"client_secret" json:"client_secret"`
	// PrivateKey is a PKCS#8 key in PEM, RSA or P-256, for TokenAuth "key"; KeyID names it.
	PrivateKey string `toml:"private_key" json:"private_key"`
	KeyID      string `toml:"key_id" json:"key_id"`
	// TokenAuth is basic, post, key or none; default: basic, or post where the
	// provider announces post alone.
	TokenAuth string `toml:"token_auth" json:"token_auth"`
	// Scopes replace the default ones (openid, profile, email).
	Scopes []string `toml:"scopes" json:"scopes"`
	// Params are added to the address of the sign-in page: acr_values, vtr,
	// prompt, max_age, claims … With max_age, an older sign-in is refused.
	Params map[string]string `toml:"params" json:"params"`
	// Algorithms that may sign a token, out of RS, PS, ES (256 to 512) and
	// EdDSA, which is the default. None and HMAC are never accepted.
	Algorithms []string `toml:"algorithms" json:"algorithms"`

	// Level is the assurance level of whoever signs in here, 1 to 3. Default: 2
	// (identified) for oidc, 1 (reachable) for the others, where anybody can
	// open as many accounts as they like.
	Level int `toml:"level" json:"level"`
	// LevelClaim names the claim whose value tells the level: "acr", "amr",
	// "reliability_info.level". Of a list, the highest counts.
	LevelClaim string `toml:"level_claim" json:"level_claim"`
	// Levels maps the claim's values to levels; a missing or unlisted value
	// means level 1.
	Levels map[string]int `toml:"levels" json:"levels"`
	// TrustEmail takes addresses for verified where the provider says nothing
	// about them (an agency's own directory). It never overrides a "no", and is
	// refused for Microsoft and Facebook, which vouch for nothing.
	TrustEmail bool `toml:"trust_email" json:"trust_email"`

	// The endpoints, for a provider without discovery (all but UserinfoURL are
	// then needed).
	AuthURL     string `toml:"auth_url" json:"auth_url"`
	TokenURL    string `toml:"token_url" json:"token_url"`
	KeysURL     string `toml:"keys_url" json:"keys_url"`
	UserinfoURL string `toml:"userinfo_url" json:"userinfo_url"`

	// Private says that the provider stands in the operator's own network: its
	// address may be a private one, plain http is accepted, and the
	// environment's proxy is used.
	Private bool `toml:"private" json:"private"`
}

var names = map[Kind]string{Google: "Google", Microsoft: "Microsoft", GitHub: "GitHub", Facebook: "Facebook"}

const googleIssuer = "https://accounts.google.com"

func (c Config) withDefaults() Config {
	if c.Kind == "" {
		c.Kind = OIDC
		if _, ok := names[Kind(c.ID)]; ok {
			c.Kind = Kind(c.ID)
		}
	}
	if c.Name == "" {
		if c.Name = names[c.Kind]; c.Name == "" {
			c.Name = c.ID
		}
	}
	if c.Kind == Google && c.Issuer == "" {
		c.Issuer = googleIssuer
	}
	if c.Level == 0 {
		c.Level = 1
		if c.Kind == OIDC {
			c.Level = 2
		}
	}
	if len(c.Scopes) == 0 {
		c.Scopes = defaultScopes[c.Kind]
	}
	if len(c.Algorithms) == 0 {
		c.Algorithms = algorithms
	}
	return c
}

var defaultScopes = map[Kind][]string{
	OIDC:      {"openid", "profile", "email"},
	Google:    {"openid", "profile", "email"},
	Microsoft: {"openid", "user.read"},
	GitHub:    {"read:user", "user:email"},
	Facebook:  {"email"},
}

// algorithms are the signatures that need no shared secret to check.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// reserved are the parameters that carry the protocol's own safety.
var reserved = []string{"state", "nonce", "redirect_uri", "client_id", "response_type", "response_mode",
	"scope", "code_challenge", "code_challenge_method", "request", "request_uri"}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check returns everything that is wrong, in one error for the operator.
func (c Config) check() error {
	var wrong []error
	say := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("sign-in provider %q: "+format, append([]any{c.ID}, args...)...))
		}
	}
	say(idForm.MatchString(c.ID), "id: use small letters, digits and hyphens, 40 at most")
	say(c.Kind == OIDC || names[c.Kind] != "", "kind %q is not known: use oidc, google, microsoft, github or facebook", c.Kind)
	say(c.ClientID != "", "client_id is missing")
	say(c.Level >= 1 && c.Level <= 3, "level %d: use 1, 2 or 3", c.Level)
	for value, level := range c.Levels {
		say(level >= 1 && level <= 3, "levels: %q is mapped to %d: use 1, 2 or 3", value, level)
	}
	say(len(c.Levels) == 0 || c.LevelClaim != "", "levels need level_claim")
	say(!c.TrustEmail || (c.Kind != Microsoft && c.Kind != Facebook), "trust_email: %s does not vouch for addresses", c.Kind)
	for name := range c.Params {
		say(!slices.Contains(reserved, name), "params: %s is set by Tequio itself", name)
	}
	if c.Kind == OIDC || c.Kind == Google {
		wrong = append(wrong, c.checkOpenID()...)
	} else {
		say(c.ClientSecret != "", "client_secret is missing")
		say(c.LevelClaim == "", "level_claim: %s gives no claims", c.Kind)
	}
	return errors.Join(wrong...)
}

func (c Config) checkOpenID() (wrong []error) {
	say := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("sign-in provider %q: "+format, append([]any{c.ID}, args...)...))
		}
	}
	say(c.safe(c.Issuer), "issuer %q: an https address is needed", c.Issuer)
	for name, address := range map[string]string{"auth_url": c.AuthURL, "token_url": c.TokenURL, "keys_url": c.KeysURL, "userinfo_url": c.UserinfoURL} {
		say(address == "" || c.safe(address), "%s %q: an https address is needed", name, address)
	}
	say(c.AuthURL == "" == (c.TokenURL == "") && c.AuthURL == "" == (c.KeysURL == ""),
		"auth_url, token_url and keys_url are given together or not at all")
	say(c.UserinfoURL == "" || c.AuthURL != "", "userinfo_url without auth_url, token_url and keys_url")
	say(slices.Contains(c.Scopes, "openid"), "scopes: openid is missing")
	for _, a := range c.Algorithms {
		say(slices.Contains(algorithms, a), "algorithms: %q is not accepted", a)
	}
	switch c.TokenAuth {
	case "", AuthBasic, AuthPost:
		say(c.ClientSecret != "", "client_secret is missing")
	case AuthKey:
		_, err := parseKey(c.PrivateKey)
		say(err == nil, "private_key: %v", err)
	case AuthNone:
	default:
		say(false, "token_auth %q: use basic, post, key or none", c.TokenAuth)
	}
	return wrong
}

// safe reports whether an address may be spoken to: by TLS, or in the
// operator's own network, or on this machine.
func (c Config) safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (c.Private || loopback(u.Hostname()))
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}
