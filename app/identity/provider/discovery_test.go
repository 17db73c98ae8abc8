package provider

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/fault"
)

// openIDOf reaches into the set, to turn the clock of a description back.
func openIDOf(s *Set, id string) *openID { return s.members[id].source.(*openID) }

func TestProviderDownAtStart(t *testing.T) {
	d := newDishonest(t)
	d.down.Store(true)
	s := set(t, d.config()) // nothing is asked yet
	_, _, err := s.Begin(background, "town")
	wantFault(t, err, fault.Unavailable, "provider.down")
	if s.Check(background, "town") == nil {
		t.Error("Check passes a provider that is down")
	}
	d.down.Store(false)
	openIDOf(s, "town").found.failedAt = time.Now().Add(-retryNone)
	flow, answer := begin(t, s, "town")
	if _, err := s.Complete(background, flow, answer); err != nil {
		t.Error(err)
	}
	if err := s.Check(background, "town"); err != nil {
		t.Error(err)
	}
}

func TestOldDescriptionServesWhileTheProviderIsDown(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	begin(t, s, "town")
	found := &openIDOf(s, "town").found
	found.copy.Load().readAt = time.Now().Add(-48 * time.Hour)
	d.down.Store(true)
	for range 2 {
		if _, _, err := s.Begin(background, "town"); err != nil {
			t.Fatalf("with an old description: %v", err)
		}
	}
	d.down.Store(false)
	found.failedAt = time.Now().Add(-retryStale)
	begin(t, s, "town")
	if age := time.Since(found.copy.Load().readAt); age > time.Minute {
		t.Errorf("the description was not read again: %s old", age)
	}
}

// A hundred visitors at once ask the provider to describe itself once.
func TestDescriptionIsReadOnce(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, _, err := s.Begin(background, "town"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := d.described.Load(); n != 1 {
		t.Errorf("described %d times", n)
	}
}

func TestProviderDownBetweenTheHalves(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	flow, answer := begin(t, s, "town")
	d.down.Store(true)
	_, err := s.Complete(background, flow, answer)
	wantFault(t, err, fault.Unavailable, "provider.down")
}

func TestUnreachableProvider(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	d.Close()
	_, _, err := s.Begin(background, "town")
	wantFault(t, err, fault.Unavailable, "provider.down")
}

func TestDescriptionsThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(d *dishonest){
		"another issuer":       func(d *dishonest) { d.discover["issuer"] = "https://evil.example" },
		"plain authorization":  func(d *dishonest) { d.discover["authorization_endpoint"] = "http://evil.example/authorize" },
		"script authorization": func(d *dishonest) { d.discover["authorization_endpoint"] = "javascript:alert(1)" },
		"plain token":          func(d *dishonest) { d.discover["token_endpoint"] = "http://evil.example/token" },
		"no keys":              func(d *dishonest) { d.discover["jwks_uri"] = "" },
		"plain userinfo":       func(d *dishonest) { d.discover["userinfo_endpoint"] = "http://evil.example/" },
		"unsafe algorithms":    func(d *dishonest) { d.discover["id_token_signing_alg_values_supported"] = []string{"HS256", "none"} },
		"no S256":              func(d *dishonest) { d.discover["code_challenge_methods_supported"] = []string{"plain"} },
		"wrong type":           func(d *dishonest) { d.discover["token_endpoint_auth_methods_supported"] = "basic" },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			change(d)
			_, _, err := set(t, d.config()).Begin(background, "town")
			wantFault(t, err, fault.Unavailable, "provider.setup")
		})
	}
}

func TestPublicAddressesOnly(t *testing.T) {
	d := newDishonest(t)
	s, err := New([]Config{d.config()}, home, nil) // the real client: loopback is not public
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Begin(background, "town")
	wantFault(t, err, fault.Unavailable, "provider.down")
	if err == nil || !strings.Contains(err.Error(), "no public address") {
		t.Errorf("error %v", err)
	}
	c := d.config()
	c.Private = true
	if s, err = New([]Config{c}, home, nil); err != nil {
		t.Fatal(err)
	}
	flow, answer := begin(t, s, "town")
	if _, err := s.Complete(background, flow, answer); err != nil {
		t.Error(err)
	}
}

func TestProviderWithoutDiscovery(t *testing.T) {
	d := newDishonest(t)
	c := d.config()
	c.Issuer, c.AuthURL, c.TokenURL, c.KeysURL = "https://sso.gobierno.example", d.URL+"/authorize", d.URL+"/token", d.URL+"/keys"
	d.claims["iss"] = c.Issuer
	s := set(t, c)
	flow, answer := begin(t, s, "town")
	if p, err := s.Complete(background, flow, answer); err != nil || p.Issuer != c.Issuer {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestTokenAuthIsChosenFromTheDescription(t *testing.T) {
	for _, c := range []struct {
		offered []string
		chosen  string
		form    bool
	}{
		{nil, "", false}, {[]string{"client_secret_post", "client_secret_basic"}, "", false},
		{[]string{"client_secret_post"}, "", true}, {nil, AuthPost, true}, {nil, AuthNone, false},
	} {
		d := newDishonest(t)
		if c.offered != nil {
			d.discover["token_endpoint_auth_methods_supported"] = c.offered
		}
		cfg := d.config()
		cfg.TokenAuth = c.chosen
		var form, header bool
		d.token = func(w http.ResponseWriter, r *http.Request) {
			_, _, header = r.BasicAuth()
			form = r.PostFormValue("client_secret") == "s3cret"
			refuse(w, 400, "invalid_grant")
		}
		s := set(t, cfg)
		flow, answer := begin(t, s, "town")
		s.Complete(background, flow, answer)
		if form != c.form || header != (!c.form && c.chosen != AuthNone) {
			t.Errorf("offered %q, chosen %q: secret in form %v, in header %v", c.offered, c.chosen, form, header)
		}
	}
}
