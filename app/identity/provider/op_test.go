package provider

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tequio/app/fault"
	"tequio/app/identity/provider/optest"
)

// newOP starts a real provider that knows this package's callback.
func newOP(t *testing.T) *httptest.Server {
	t.Helper()
	return optest.New(t, home+"/login/op/callback")
}

func opConfig(op *httptest.Server) Config {
	return Config{ID: "op", Name: "Llave", Issuer: op.URL + "/", ClientID: optest.ClientID, ClientSecret: optest.ClientSecret}
}

func logIn(t *testing.T, address, name string) url.Values {
	t.Helper()
	return optest.LogIn(t, home+"/login/op/callback", address, name)
}

func TestRealProvider(t *testing.T) {
	op := newOP(t)
	s := set(t, opConfig(op))
	for name, want := range map[string]Person{
		"ana": {Issuer: op.URL + "/", Subject: "id1", Email: "ana@pueblo.example", EmailVerified: true, Name: "Ana Ruiz", Level: 2},
		"eva": {Issuer: op.URL + "/", Subject: "id2", Email: "eva@pueblo.example", EmailVerified: false, Name: "Eva Luna", Level: 2},
	} {
		address, flow, err := s.Begin(background, "op")
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Complete(background, flow, logIn(t, address, name))
		if time.Since(got.AuthTime) > time.Minute {
			t.Errorf("%s signed in at %s", name, got.AuthTime)
		}
		got.AuthTime = time.Time{}
		if err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
}

func TestRealProviderAndBadFaith(t *testing.T) {
	op := newOP(t)
	s := set(t, opConfig(op))
	for name, c := range map[string]struct {
		change func(q url.Values, f *Flow)
		key    string
	}{
		"wrong state":    {func(q url.Values, f *Flow) { q.Set("state", "another") }, "provider.failed"},
		"wrong nonce":    {func(q url.Values, f *Flow) { f.Nonce = "another" }, "provider.failed"},
		"wrong verifier": {func(q url.Values, f *Flow) { f.Verifier = strings.Repeat("x", 43) }, "provider.expired"},
		"wrong code":     {func(q url.Values, f *Flow) { q.Set("code", "another") }, "provider.expired"},
	} {
		t.Run(name, func(t *testing.T) {
			address, flow, err := s.Begin(background, "op")
			if err != nil {
				t.Fatal(err)
			}
			answer := logIn(t, address, "ana")
			c.change(answer, &flow)
			_, err = s.Complete(background, flow, answer)
			wantFault(t, err, fault.Invalid, c.key)
		})
	}
}

func TestCodeIsUsedOnce(t *testing.T) {
	s := set(t, opConfig(newOP(t)))
	address, flow, err := s.Begin(background, "op")
	if err != nil {
		t.Fatal(err)
	}
	answer := logIn(t, address, "ana")
	if _, err := s.Complete(background, flow, answer); err != nil {
		t.Fatal(err)
	}
	_, err = s.Complete(background, flow, answer)
	wantFault(t, err, fault.Invalid, "provider.expired")
}

// An answer that one visitor was given does not sign in another (login CSRF),
// even when both have begun.
func TestAnswersAreBoundToTheirFlow(t *testing.T) {
	s := set(t, opConfig(newOP(t)))
	mallory, _, err := s.Begin(background, "op")
	if err != nil {
		t.Fatal(err)
	}
	_, victims, err := s.Begin(background, "op")
	if err != nil {
		t.Fatal(err)
	}
	answer := logIn(t, mallory, "eva")
	_, err = s.Complete(background, victims, answer)
	wantFault(t, err, fault.Invalid, "provider.failed")
	answer.Set("state", victims.State) // if the state had leaked, PKCE stands
	_, err = s.Complete(background, victims, answer)
	wantFault(t, err, fault.Invalid, "provider.expired")
}

func TestWrongSecretIsTheOperators(t *testing.T) {
	cfg := opConfig(newOP(t))
	cfg.ClientSecret = "another"
	s := set(t, cfg)
	address, flow, err := s.Begin(background, "op")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Complete(background, flow, logIn(t, address, "ana"))
	wantFault(t, err, fault.Unavailable, "provider.setup")
}

func TestIssuerMustBeExact(t *testing.T) {
	cfg := opConfig(newOP(t))
	cfg.Issuer = strings.TrimSuffix(cfg.Issuer, "/")
	_, _, err := set(t, cfg).Begin(background, "op")
	wantFault(t, err, fault.Unavailable, "provider.setup")
}
