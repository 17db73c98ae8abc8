package provider

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"tequio/app/fault"
)

// people are those who have an account at the real provider.
type people map[string]*storage.User

func (p people) GetUserByID(id string) *storage.User { return p[id] }
func (p people) ExampleClientID() string             { return "service" }

func (p people) GetUserByUsername(name string) *storage.User {
	for _, u := range p {
		if u.Username == name {
			return u
		}
	}
	return nil
}

// newOP starts a certified OpenID provider in this process, on loopback, with
// two people: one whose address it vouches for, one whose it does not.
func newOP(t *testing.T) *httptest.Server {
	t.Helper()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // it logs every request
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + server.Listener.Addr().String() + "/"
	storage.RegisterClients(storage.WebClient("tequio", "s3cret", home+"/login/op/callback"))
	server.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorage(people{
		"id1": {ID: "id1", Username: "ana", Password: "pw", FirstName: "Ana", LastName: "Ruiz", Email: "ana@pueblo.example", EmailVerified: true},
		"id2": {ID: "id2", Username: "eva", Password: "pw", FirstName: "Eva", LastName: "Luna", Email: "eva@pueblo.example"},
	}), nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func opConfig(op *httptest.Server) Config {
	return Config{ID: "op", Name: "Llave", Issuer: op.URL + "/", ClientID: "tequio", ClientSecret: "s3cret"}
}

var hiddenID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// logIn does what a person does in a browser: opens the address, fills in the
// provider's form, and is sent back.
func logIn(t *testing.T, address, name string) url.Values {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), home) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	form, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer form.Body.Close()
	page, _ := io.ReadAll(form.Body)
	id := hiddenID.FindSubmatch(page)
	if id == nil {
		t.Fatalf("no form at %s: %s", form.Request.URL, page)
	}
	sent, err := browser.PostForm(form.Request.URL.String(), url.Values{"username": {name}, "password": {"pw"}, "id": {string(id[1])}})
	if err != nil {
		t.Fatal(err)
	}
	defer sent.Body.Close()
	back, err := sent.Location()
	if err != nil || !strings.HasPrefix(back.String(), home+"/login/op/callback?") {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	return back.Query()
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
