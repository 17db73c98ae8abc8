// Package optest starts a real OpenID provider in the process of a test, and does there what a
// person does in a browser.
package optest

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

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// What the provider knows the instance by.
const (
	ClientID     = "tequio"
	ClientSecret = "s3cret"
)

// people are those who have an account at the provider.
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

// New starts a certified OpenID provider on loopback that sends people back to callback. It knows
// two people: ana (id1, ana@pueblo.example), whose address it vouches for, and eva (id2,
// eva@pueblo.example), whose it does not. Its issuer is the server's URL with a slash.
func New(t testing.TB, callback string) *httptest.Server {
	t.Helper()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil))) // it logs every request
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + server.Listener.Addr().String() + "/"
	storage.RegisterClients(storage.WebClient(ClientID, ClientSecret, callback))
	server.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorage(people{
		"id1": {ID: "id1", Username: "ana", Password: "pw", FirstName: "Ana", LastName: "Ruiz", Email: "ana@pueblo.example", EmailVerified: true},
		"id2": {ID: "id2", Username: "eva", Password: "pw", FirstName: "Eva", LastName: "Luna", Email: "eva@pueblo.example"},
	}), nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

var hiddenID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// LogIn does what a person does in a browser: opens the address, fills in the provider's form, and
// is sent back. It returns the query with which they come back to callback.
func LogIn(t testing.TB, callback, address, name string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	form, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer form.Body.Close()
	page, err := io.ReadAll(form.Body)
	if err != nil {
		t.Fatal(err)
	}
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
	if err != nil || !strings.HasPrefix(back.String(), callback+"?") {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	return back.Query()
}
