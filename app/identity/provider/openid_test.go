package provider

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tequio/app/fault"
)

var background = context.Background()

// wantFault checks the fault and that no secret of the flow is in the error.
func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if f := fault.Of(err); err == nil || f.Kind != kind || f.Key != key {
		t.Errorf("error %v, want %s", err, key)
	}
	if err != nil && strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error tells the client's secret: %v", err)
	}
}

func TestHonestProvider(t *testing.T) {
	d := newDishonest(t)
	d.claims["auth_time"] = 1790000000
	c := d.config()
	c.Params = map[string]string{"acr_values": "eidas2", "ui_locales": "es"}
	s := set(t, c)
	flow, answer := begin(t, s, "town")
	for name, want := range map[string]string{"response_type": "code", "scope": "openid profile email", "acr_values": "eidas2",
		"ui_locales": "es", "code_challenge_method": "S256", "nonce": flow.Nonce, "state": flow.State, "client_id": "town",
		"redirect_uri": home + "/login/town/callback"} {
		if got := d.asked.Get(name); got != want {
			t.Errorf("asked with %s=%q, want %q", name, got, want)
		}
	}
	got, err := s.Complete(background, flow, answer)
	want := Person{Issuer: d.URL, Subject: "p-1", Email: "ana@pueblo.example", EmailVerified: true, Name: "Ana", Level: 2, AuthTime: time.Unix(1790000000, 0).UTC()}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Complete: %v\n%s", err, diff)
	}
}

func TestNoTwoFlowsAreAlike(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	seen := map[string]bool{}
	for range 10 {
		flow, _ := begin(t, s, "town")
		for _, v := range []string{flow.State, flow.Nonce, flow.Verifier} {
			if len(v) < 43 || seen[v] {
				t.Errorf("%q is short or repeated", v)
			}
			seen[v] = true
		}
	}
}

func TestLyingTokensAreRefused(t *testing.T) {
	other := newKey()
	public := func(d *dishonest) []byte {
		der, _ := x509.MarshalPKIXPublicKey(&d.key.PublicKey)
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	cases := map[string]func(d *dishonest){
		"no signature": func(d *dishonest) { d.sign = unsigned },
		"no signature, announced": func(d *dishonest) {
			d.sign = unsigned
			d.discover["id_token_signing_alg_values_supported"] = []string{"none", "RS256"}
		},
		"signature cut off": func(d *dishonest) {
			d.sign = func(c map[string]any) string { s := d.signed("RS256", c); return s[:strings.LastIndex(s, ".")+1] }
		},
		"signed by another key": func(d *dishonest) { d.sign = func(c map[string]any) string { return signedBy(other, "RS256", c) } },
		"HMAC with the client's secret": func(d *dishonest) {
			d.sign = func(c map[string]any) string { return d.signedByHMAC([]byte("s3cret"), c) }
		},
		"HMAC with the public key":    func(d *dishonest) { d.sign = func(c map[string]any) string { return d.signedByHMAC(public(d), c) } },
		"another algorithm announced": func(d *dishonest) { d.discover["id_token_signing_alg_values_supported"] = []string{"ES256"} },
		"no JWT":                      func(d *dishonest) { d.sign = func(map[string]any) string { return "hola" } },
		"empty id_token":              func(d *dishonest) { d.sign = func(map[string]any) string { return "" } },
		"wrong nonce":                 func(d *dishonest) { d.claims["nonce"] = "another" },
		"no nonce":                    func(d *dishonest) { d.claims["nonce"] = nil },
		"wrong issuer":                func(d *dishonest) { d.claims["iss"] = "https://evil.example" },
		"no issuer":                   func(d *dishonest) { d.claims["iss"] = nil },
		"wrong audience":              func(d *dishonest) { d.claims["aud"] = "another town" },
		"audience without party":      func(d *dishonest) { d.claims["aud"] = []string{"town", "another"} },
		"another party":               func(d *dishonest) { d.claims["azp"] = "another" },
		"expired":                     func(d *dishonest) { d.claims["exp"] = time.Now().Add(-time.Minute).Unix() },
		"no expiry":                   func(d *dishonest) { d.claims["exp"] = nil },
		"not yet valid":               func(d *dishonest) { d.claims["nbf"] = time.Now().Add(time.Hour).Unix() },
		"issued in the future":        func(d *dishonest) { d.claims["iat"] = time.Now().Add(time.Hour).Unix() },
		"no subject":                  func(d *dishonest) { d.claims["sub"] = nil },
		"endless subject":             func(d *dishonest) { d.claims["sub"] = strings.Repeat("x", 256) },
		"another access token":        func(d *dishonest) { d.claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" },
		"subject of another type":     func(d *dishonest) { d.claims["sub"] = 7 },
		"userinfo about another": func(d *dishonest) {
			d.claims["email"], d.userinfo = nil, map[string]any{"sub": "p-2", "email": "eva@pueblo.example", "email_verified": true}
		},
		"userinfo from another issuer": func(d *dishonest) {
			d.claims["email"], d.userinfo = nil, map[string]any{"sub": "p-1", "iss": "https://evil.example", "email": "eva@pueblo.example"}
		},
	}
	for name, lie := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			lie(d)
			s := set(t, d.config())
			flow, answer := begin(t, s, "town")
			_, err := s.Complete(background, flow, answer)
			wantFault(t, err, fault.Invalid, "provider.failed")
		})
	}
}

func TestAnswersOfStrangersAreRefused(t *testing.T) {
	cases := map[string]struct {
		change func(q url.Values, f *Flow)
		kind   fault.Kind
		key    string
	}{
		"wrong state":      {func(q url.Values, f *Flow) { q.Set("state", "x"+q.Get("state")) }, fault.Invalid, "provider.failed"},
		"no state":         {func(q url.Values, f *Flow) { q.Del("state") }, fault.Invalid, "provider.failed"},
		"two states":       {func(q url.Values, f *Flow) { q.Add("state", q.Get("state")) }, fault.Invalid, "provider.failed"},
		"empty flow":       {func(q url.Values, f *Flow) { q.Set("state", ""); f.State = "" }, fault.Invalid, "provider.failed"},
		"no code":          {func(q url.Values, f *Flow) { q.Del("code") }, fault.Invalid, "provider.failed"},
		"two codes":        {func(q url.Values, f *Flow) { q.Add("code", "x") }, fault.Invalid, "provider.failed"},
		"endless code":     {func(q url.Values, f *Flow) { q.Set("code", strings.Repeat("x", 9000)) }, fault.Invalid, "provider.failed"},
		"unknown code":     {func(q url.Values, f *Flow) { q.Set("code", "x") }, fault.Invalid, "provider.expired"},
		"wrong issuer":     {func(q url.Values, f *Flow) { q.Set("iss", "https://evil.example") }, fault.Invalid, "provider.failed"},
		"no verifier":      {func(q url.Values, f *Flow) { f.Verifier = "" }, fault.Invalid, "provider.expired"},
		"another verifier": {func(q url.Values, f *Flow) { f.Verifier = "x" + f.Verifier }, fault.Invalid, "provider.expired"},
		"another nonce":    {func(q url.Values, f *Flow) { f.Nonce = "x" + f.Nonce }, fault.Invalid, "provider.failed"},
		"empty nonce":      {func(q url.Values, f *Flow) { f.Nonce = "" }, fault.Invalid, "provider.failed"},
		"broken session":   {func(q url.Values, f *Flow) { f.Session = "{" }, fault.Invalid, "provider.failed"},
		"unknown provider": {func(q url.Values, f *Flow) { f.Provider = "elsewhere" }, fault.NotFound, "provider.unknown"},
		"cancelled":        {func(q url.Values, f *Flow) { q.Del("code"); q.Set("error", "access_denied") }, fault.Forbidden, "provider.cancelled"},
		"error and code":   {func(q url.Values, f *Flow) { q.Set("error", "access_denied") }, fault.Forbidden, "provider.cancelled"},
		"overloaded":       {func(q url.Values, f *Flow) { q.Set("error", "temporarily_unavailable") }, fault.Unavailable, "provider.down"},
		"wrong scope":      {func(q url.Values, f *Flow) { q.Set("error", "invalid_scope") }, fault.Unavailable, "provider.setup"},
		"strange error":    {func(q url.Values, f *Flow) { q.Set("error", "\x1b[31mhola\u202e") }, fault.Invalid, "provider.failed"},
		"error, no state":  {func(q url.Values, f *Flow) { q.Del("state"); q.Set("error", "access_denied") }, fault.Invalid, "provider.failed"},
	}
	d := newDishonest(t)
	s := set(t, d.config())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			flow, answer := begin(t, s, "town")
			c.change(answer, &flow)
			_, err := s.Complete(background, flow, answer)
			wantFault(t, err, c.kind, c.key)
		})
	}
}

// What goes to the provider is the code and our own verifier, whatever else
// the visitor's address says.
func TestOnlyTheCodeOfTheQueryIsUsed(t *testing.T) {
	d := newDishonest(t)
	s := set(t, d.config())
	flow, answer := begin(t, s, "town")
	for name, value := range map[string]string{"redirect_uri": "https://evil.example", "code_verifier": "evil", "client_id": "evil", "id_token": "evil"} {
		answer.Set(name, value)
	}
	if _, err := s.Complete(background, flow, answer); err != nil {
		t.Error(err)
	}
}

func TestIssuerOfTheAnswer(t *testing.T) {
	for _, c := range []struct {
		announced bool
		iss       string
		ok        bool
	}{{true, "right", true}, {true, "", false}, {true, "https://evil.example", false}, {false, "right", true}, {false, "", true}, {false, "https://evil.example", false}} {
		d := newDishonest(t)
		d.discover["authorization_response_iss_parameter_supported"] = c.announced
		s := set(t, d.config())
		flow, answer := begin(t, s, "town")
		switch c.iss {
		case "":
		case "right":
			answer.Set("iss", d.URL)
		default:
			answer.Set("iss", c.iss)
		}
		if _, err := s.Complete(background, flow, answer); (err == nil) != c.ok {
			t.Errorf("announced %v, iss %q: %v", c.announced, c.iss, err)
		}
	}
}

func TestAddressesThatNobodyVouchesFor(t *testing.T) {
	for name, c := range map[string]struct {
		claims, userinfo map[string]any
		trust            bool
		email            string
		verified         bool
	}{
		"said no":                      {claims: map[string]any{"email_verified": false}, email: "ana@pueblo.example"},
		"said no, trusted":             {claims: map[string]any{"email_verified": false}, trust: true, email: "ana@pueblo.example"},
		"said nothing":                 {claims: map[string]any{"email_verified": nil}, email: "ana@pueblo.example"},
		"said nothing, trusted":        {claims: map[string]any{"email_verified": nil}, trust: true, email: "ana@pueblo.example", verified: true},
		"said yes in words":            {claims: map[string]any{"email_verified": "true"}, email: "ana@pueblo.example", verified: true},
		"said no in words":             {claims: map[string]any{"email_verified": "false"}, email: "ana@pueblo.example"},
		"said a number":                {claims: map[string]any{"email_verified": 1}, trust: true, email: "ana@pueblo.example"},
		"no address":                   {claims: map[string]any{"email": nil}},
		"no address, trusted":          {claims: map[string]any{"email": nil, "email_verified": nil}, trust: true},
		"a login name":                 {claims: map[string]any{"email": "ana"}},
		"a name with an address":       {claims: map[string]any{"email": "Ana <ana@pueblo.example>"}},
		"two addresses":                {claims: map[string]any{"email": "ana@pueblo.example, eva@pueblo.example"}},
		"a header":                     {claims: map[string]any{"email": "ana@pueblo.example\r\nBcc: x@pueblo.example"}},
		"from userinfo":                {claims: map[string]any{"email": nil, "email_verified": nil}, userinfo: map[string]any{"sub": "p-1", "email": "eva@pueblo.example", "email_verified": true}, email: "eva@pueblo.example", verified: true},
		"userinfo completes":           {claims: map[string]any{"email_verified": nil}, userinfo: map[string]any{"sub": "p-1", "email": "ana@pueblo.example", "email_verified": true}, email: "ana@pueblo.example", verified: true},
		"userinfo about other address": {claims: map[string]any{"email_verified": nil}, userinfo: map[string]any{"sub": "p-1", "email": "eva@pueblo.example", "email_verified": true}, email: "ana@pueblo.example"},
		"word without its address":     {claims: map[string]any{"email": nil}, userinfo: map[string]any{"sub": "p-1", "email": "eva@pueblo.example"}, email: "eva@pueblo.example"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			maps.Copy(d.claims, c.claims)
			d.userinfo = c.userinfo
			cfg := d.config()
			cfg.TrustEmail = c.trust
			s := set(t, cfg)
			flow, answer := begin(t, s, "town")
			p, err := s.Complete(background, flow, answer)
			if err != nil || p.Email != c.email || p.EmailVerified != c.verified {
				t.Errorf("%+v, %v; want %q, %v", p, err, c.email, c.verified)
			}
		})
	}
}

func TestLevelsFromClaims(t *testing.T) {
	bronze := map[string]int{"bronze": 1, "silver": 2, "gold": 3}
	for name, c := range map[string]struct {
		claim  string
		levels map[string]int
		claims map[string]any
		want   int
	}{
		"no claim":            {"", nil, nil, 2},
		"acr":                 {"acr", map[string]int{"eidas2": 3}, map[string]any{"acr": "eidas2"}, 3},
		"unlisted":            {"acr", map[string]int{"eidas2": 3}, map[string]any{"acr": "eidas1"}, 1},
		"missing":             {"acr", map[string]int{"eidas2": 3}, nil, 1},
		"path":                {"reliability_info.level", bronze, map[string]any{"reliability_info": map[string]any{"level": "gold"}}, 3},
		"path into a word":    {"reliability_info.level", bronze, map[string]any{"reliability_info": "gold"}, 1},
		"name with dots":      {"https://id.example/level", bronze, map[string]any{"https://id.example/level": "silver"}, 2},
		"best of a list":      {"amr", map[string]int{"pwd": 1, "x509": 3, "otp": 2}, map[string]any{"amr": []string{"pwd", "x509", "otp"}}, 3},
		"number":              {"loa", map[string]int{"3": 3}, map[string]any{"loa": 3}, 3},
		"object":              {"acr", bronze, map[string]any{"acr": map[string]any{"gold": "gold"}}, 1},
		"present, no mapping": {"cpf", nil, map[string]any{"cpf": "1"}, 2},
		"absent, no mapping":  {"cpf", nil, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			maps.Copy(d.claims, c.claims)
			cfg := d.config()
			cfg.LevelClaim, cfg.Levels = c.claim, c.levels
			s := set(t, cfg)
			flow, answer := begin(t, s, "town")
			if p, err := s.Complete(background, flow, answer); err != nil || p.Level != c.want {
				t.Errorf("level %d, %v; want %d", p.Level, err, c.want)
			}
		})
	}
}

func TestMaxAgeIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		authTime any
		ok       bool
	}{"just now": {time.Now().Unix(), true}, "yesterday": {time.Now().Add(-24 * time.Hour).Unix(), false}, "not told": {nil, false}, "nonsense": {"ayer", false}} {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			d.claims["auth_time"] = c.authTime
			cfg := d.config()
			cfg.Params = map[string]string{"max_age": "300"}
			s := set(t, cfg)
			flow, answer := begin(t, s, "town")
			if _, err := s.Complete(background, flow, answer); (err == nil) != c.ok {
				t.Error(err)
			}
		})
	}
}

func TestTokenEndpointThatMisbehaves(t *testing.T) {
	for name, c := range map[string]struct {
		token http.HandlerFunc
		kind  fault.Kind
		key   string
	}{
		"wrong secret": {func(w http.ResponseWriter, r *http.Request) { refuse(w, 401, "invalid_client") }, fault.Unavailable, "provider.setup"},
		"expired code": {func(w http.ResponseWriter, r *http.Request) { refuse(w, 400, "invalid_grant") }, fault.Invalid, "provider.expired"},
		"broken":       {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "s3cret", http.StatusBadGateway) }, fault.Unavailable, "provider.down"},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, fault.Invalid, "provider.failed"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			chunk := []byte(strings.Repeat(" ", 1<<16))
			for range 40 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, fault.Invalid, "provider.failed"}, // x/oauth2 reads 1 MB of it
		"no id_token": {func(w http.ResponseWriter, r *http.Request) {
			answerJSON(w, map[string]any{"access_token": "at", "token_type": "Bearer"})
		}, fault.Invalid, "provider.failed"},
		"id_token is a number": {func(w http.ResponseWriter, r *http.Request) {
			answerJSON(w, map[string]any{"access_token": "at", "token_type": "Bearer", "id_token": 7})
		}, fault.Invalid, "provider.failed"},
		"a page": {func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>")) }, fault.Invalid, "provider.failed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDishonest(t)
			d.token = c.token
			s := set(t, d.config())
			flow, answer := begin(t, s, "town")
			_, err := s.Complete(background, flow, answer)
			wantFault(t, err, c.kind, c.key)
		})
	}
}
