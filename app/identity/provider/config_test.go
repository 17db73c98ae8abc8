package provider

import (
	"bytes"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

func TestConfigurationsThatAreRefused(t *testing.T) {
	good := Config{ID: "town", Issuer: "https://sso.example", ClientID: "c", ClientSecret: "s3cret"}
	if _, err := New([]Config{good}, home, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(c *Config)
		says   string
	}{
		"no id":                    {func(c *Config) { c.ID = "" }, "id:"},
		"id with slash":            {func(c *Config) { c.ID = "a/b" }, "id:"},
		"id in capitals":           {func(c *Config) { c.ID = "Town" }, "id:"},
		"unknown kind":             {func(c *Config) { c.Kind = "saml" }, "kind"},
		"no client":                {func(c *Config) { c.ClientID = "" }, "client_id"},
		"no secret":                {func(c *Config) { c.ClientSecret = "" }, "client_secret"},
		"no secret for GitHub":     {func(c *Config) { c.Kind, c.ClientSecret = GitHub, "" }, "client_secret"},
		"no issuer":                {func(c *Config) { c.Issuer = "" }, "issuer"},
		"plain issuer":             {func(c *Config) { c.Issuer = "http://sso.example" }, "issuer"},
		"issuer with a password":   {func(c *Config) { c.Issuer = "https://a:b@sso.example" }, "issuer"},
		"issuer of another scheme": {func(c *Config) { c.Issuer = "file:///etc/passwd" }, "issuer"},
		"no openid scope":          {func(c *Config) { c.Scopes = []string{"email"} }, "openid"},
		"HMAC":                     {func(c *Config) { c.Algorithms = []string{"HS256"} }, "algorithms"},
		"none":                     {func(c *Config) { c.Algorithms = []string{"none"} }, "algorithms"},
		"level 4":                  {func(c *Config) { c.Level = 4 }, "level"},
		"map to level 0":           {func(c *Config) { c.LevelClaim, c.Levels = "acr", map[string]int{"x": 0} }, "levels"},
		"map without claim":        {func(c *Config) { c.Levels = map[string]int{"x": 1} }, "level_claim"},
		"claim at GitHub":          {func(c *Config) { c.Kind, c.LevelClaim = GitHub, "acr" }, "level_claim"},
		"trust in Facebook":        {func(c *Config) { c.Kind, c.TrustEmail = Facebook, true }, "trust_email"},
		"trust in Microsoft":       {func(c *Config) { c.Kind, c.TrustEmail = Microsoft, true }, "trust_email"},
		"own state":                {func(c *Config) { c.Params = map[string]string{"state": "x"} }, "params"},
		"own challenge":            {func(c *Config) { c.Params = map[string]string{"code_challenge_method": "plain"} }, "params"},
		"half the endpoints":       {func(c *Config) { c.AuthURL = "https://sso.example/a" }, "together"},
		"userinfo alone":           {func(c *Config) { c.UserinfoURL = "https://sso.example/u" }, "userinfo_url"},
		"strange token_auth":       {func(c *Config) { c.TokenAuth = "digest" }, "token_auth"},
		"no private key":           {func(c *Config) { c.TokenAuth = AuthKey }, "private_key"},
	} {
		bad := good
		c.change(&bad)
		_, err := New([]Config{bad}, home, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New([]Config{good, good}, home, nil); err == nil {
		t.Error("two of one id pass")
	}
}

func TestConfigIsWrittenInTOML(t *testing.T) {
	var file struct{ Login []Config }
	err := toml.Unmarshal([]byte(`
[[login]]
id = "govbr"
issuer = "https://sso.acesso.gov.br/"
client_id = "town"
client_secret = "s"
params = { acr_values = "eidas2", max_age = "300" }
level_claim = "reliability_info.level"
levels = { bronze = 1, silver = 2, gold = 3 }
`), &file)
	want := Config{ID: "govbr", Issuer: "https://sso.acesso.gov.br/", ClientID: "town", ClientSecret: "s",
		Params:     map[string]string{"acr_values": "eidas2", "max_age": "300"},
		LevelClaim: "reliability_info.level", Levels: map[string]int{"bronze": 1, "silver": 2, "gold": 3}}
	if err != nil || len(file.Login) != 1 {
		t.Fatalf("%+v, %v", file, err)
	}
	if diff := cmp.Diff(want, file.Login[0]); diff != "" {
		t.Error(diff)
	}
	set(t, file.Login...)
}

func TestListSaysWhatPagesShow(t *testing.T) {
	s := set(t, Config{ID: "town", Issuer: "https://sso.example", ClientID: "c", ClientSecret: "s", Name: "Llave del pueblo"},
		Config{ID: "google", ClientID: "c", ClientSecret: "s"}, Config{ID: "github", ClientID: "c", ClientSecret: "s"})
	want := []Info{{"town", OIDC, "Llave del pueblo", home + "/login/town/callback"},
		{"google", Google, "Google", home + "/login/google/callback"}, {"github", GitHub, "GitHub", home + "/login/github/callback"}}
	got := s.List()
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("List = %v", got)
		}
	}
	if openIDOf(s, "google").cfg.Issuer != "https://accounts.google.com" {
		t.Error("Google goes without OpenID Connect")
	}
}

func TestPublicAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "189.1.2.3": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "::1": false, "::ffff:127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00::1": false, "0.0.0.0": false, "::": false, "100.64.0.1": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false, "0.1.2.3": false, "192.0.0.8": false,
		"198.18.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "fec0::1": false, "::ffff:169.254.169.254": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) = %v", address, got)
		}
	}
}

type answering string

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func TestAnswersAreCutOffAtOneMegabyte(t *testing.T) {
	for n, ok := range map[int]bool{0: true, maxBody - 1: true, maxBody: true, maxBody + 1: false, 3 * maxBody: false} {
		body := strings.Repeat("x", n)
		resp, err := limited(&http.Client{Transport: answering(body)}, false).Get("https://sso.example")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if (err == nil) != ok || ok && !bytes.Equal(got, []byte(body)) || len(got) > maxBody+1 {
			t.Errorf("%d bytes: read %d, %v", n, len(got), err)
		}
	}
}
