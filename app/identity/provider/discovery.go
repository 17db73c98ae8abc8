package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	fresh      = time.Hour       // a description is read again after this
	retryStale = time.Minute     // with an old one at hand, wait so long after a failure
	retryNone  = 2 * time.Second // with none, so short, but not every visitor at once
)

// description is what an OpenID provider says of itself, with its keys, which
// go-oidc fetches when first needed and again when it meets an unknown one.
type description struct {
	provider   *oidc.Provider
	announced  announcement
	algorithms []string
	readAt     time.Time
}

// announcement is what we read of the discovery document beyond go-oidc.
type announcement struct {
	IssParameter bool     `json:"authorization_response_iss_parameter_supported"`
	TokenAuth    []string `json:"token_endpoint_auth_methods_supported"`
	Algorithms   []string `json:"id_token_signing_alg_values_supported"`
	Challenges   []string `json:"code_challenge_methods_supported"`
	AuthURL      string   `json:"authorization_endpoint"`
	TokenURL     string   `json:"token_endpoint"`
	KeysURL      string   `json:"jwks_uri"`
	UserinfoURL  string   `json:"userinfo_endpoint"`
}

// discovery keeps a provider's description: read when first needed, read again
// each hour, and the old copy kept for as long as the provider does not answer.
type discovery struct {
	copy atomic.Pointer[description]

	mu       sync.Mutex // held while reading; guards what follows
	failedAt time.Time
	failure  error
}

// describe returns the description. Only a visitor who finds no copy at all
// waits for another's reading of it.
func (o *openID) describe(ctx context.Context) (*description, error) {
	d := &o.found
	old := d.copy.Load()
	if old != nil {
		if time.Since(old.readAt) < fresh || !d.mu.TryLock() {
			return old, nil
		}
	} else {
		d.mu.Lock()
	}
	defer d.mu.Unlock()
	if now := d.copy.Load(); now != old {
		return now, nil // read while we waited
	}
	wait := retryNone
	if old != nil {
		wait = retryStale
	}
	if d.failure == nil || time.Since(d.failedAt) >= wait {
		read, err := o.read(ctx)
		if err == nil {
			d.failure = nil
			d.copy.Store(read)
			return read, nil
		}
		d.failure, d.failedAt = err, time.Now()
	}
	if old != nil {
		return old, nil
	}
	return nil, d.failure
}

// read asks the provider. A visitor who leaves does not end it: others wait
// for the same answer; the client's timeout does.
func (o *openID) read(ctx context.Context) (*description, error) {
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), o.client)
	c := o.cfg
	if c.AuthURL != "" {
		written := oidc.ProviderConfig{IssuerURL: c.Issuer, AuthURL: c.AuthURL, TokenURL: c.TokenURL, JWKSURL: c.KeysURL, UserInfoURL: c.UserinfoURL}
		return &description{provider: written.NewProvider(ctx), algorithms: c.Algorithms, readAt: time.Now()}, nil
	}
	p, err := oidc.NewProvider(ctx, c.Issuer)
	if mismatch := (*oidc.IssuerMismatchError)(nil); errors.As(err, &mismatch) {
		return nil, unsuitable{fmt.Errorf("the provider calls itself %q, configured is %q", clip(mismatch.Discovered, 200), c.Issuer)}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: read the description of %s: %s", errDown, c.Issuer, clip(err.Error(), maxCause))
	}
	d := &description{provider: p, readAt: time.Now()}
	if err := p.Claims(&d.announced); err != nil {
		return nil, unsuitable{fmt.Errorf("read the description of %s: %w", c.Issuer, err)}
	}
	return d, d.judge(c)
}

// judge refuses a description that we cannot work with, or should not.
func (d *description) judge(c Config) error {
	a := d.announced
	for name, address := range map[string]string{"authorization": a.AuthURL, "token": a.TokenURL, "jwks_uri": a.KeysURL} {
		if !c.safe(address) {
			return unsuitable{fmt.Errorf("%s announces the %s address %q: an https address is needed", c.Issuer, name, clip(address, 200))}
		}
	}
	if a.UserinfoURL != "" && !c.safe(a.UserinfoURL) {
		return unsuitable{fmt.Errorf("%s announces the userinfo address %q: an https address is needed", c.Issuer, clip(a.UserinfoURL, 200))}
	}
	if len(a.Challenges) > 0 && !slices.Contains(a.Challenges, "S256") {
		return unsuitable{fmt.Errorf("%s does without PKCE by S256", c.Issuer)}
	}
	for _, alg := range c.Algorithms {
		if len(a.Algorithms) == 0 || slices.Contains(a.Algorithms, alg) {
			d.algorithms = append(d.algorithms, alg)
		}
	}
	if len(d.algorithms) == 0 {
		return unsuitable{fmt.Errorf("%s signs with none of %q", c.Issuer, c.Algorithms)}
	}
	return nil
}
