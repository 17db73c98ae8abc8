package provider

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"tequio/app/fault"
)

// A world answers for every host that goth's providers speak to.
type world struct {
	t         *testing.T
	answers   map[string]string // "METHOD host/path" → JSON
	status    map[string]int
	challenge string // what the token request's verifier must fit
	asked     []string
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	place := r.Method + " " + r.URL.Host + r.URL.Path
	w.asked = append(w.asked, place)
	if r.Method == http.MethodPost {
		r.ParseForm()
		want := url.Values{"client_id": {"c l"}, "client_secret": {"s3cret+"}, "grant_type": {"authorization_code"}, "code": {"the code"},
			"redirect_uri": r.PostForm["redirect_uri"], "code_verifier": r.PostForm["code_verifier"]}
		if diff := cmp.Diff(want, r.PostForm); diff != "" || r.Header.Get("Authorization") != "" {
			w.t.Errorf("token request, header %q: %s", r.Header.Get("Authorization"), diff)
		}
		if oauth2.S256ChallengeFromVerifier(r.PostForm.Get("code_verifier")) != w.challenge {
			w.t.Error("the verifier does not fit the challenge")
		}
	}
	resp := httptest.NewRecorder()
	resp.Header().Set("Content-Type", "application/json")
	body, ok := w.answers[place]
	switch {
	case w.status[place] != 0:
		resp.WriteHeader(w.status[place])
	case !ok:
		resp.WriteHeader(http.StatusNotFound)
	}
	io.WriteString(resp, body)
	return resp.Result(), nil
}

const (
	githubToken    = "POST github.com/login/oauth/access_token"
	githubProfile  = "GET api.github.com/user"
	githubMails    = "GET api.github.com/user/emails"
	facebookToken  = "POST graph.facebook.com/oauth/access_token"
	facebookMe     = "GET graph.facebook.com/me"
	microsoftToken = "POST login.microsoftonline.com/common/oauth2/v2.0/token"
	microsoftMe    = "GET graph.microsoft.com/v1.0/me"
	bearer         = `{"access_token":"at","token_type":"bearer","expires_in":3600}`
)

// signIn goes through the dance, with the provider's page left out.
func (w *world) signIn(kind Kind) (Person, error) {
	s, err := New([]Config{{ID: string(kind), ClientID: "c l", ClientSecret: "s3cret+", Params: map[string]string{"prompt": "select_account"}}},
		home, &http.Client{Transport: w})
	if err != nil {
		w.t.Fatal(err)
	}
	address, flow, err := s.Begin(background, string(kind))
	if err != nil {
		w.t.Fatal(err)
	}
	kept, _ := json.Marshal(flow)
	flow = Flow{}
	json.Unmarshal(kept, &flow)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		w.t.Fatalf("sent to %q", address)
	}
	q := u.Query()
	if q.Get("state") != flow.State || q.Get("code_challenge_method") != "S256" || q.Get("prompt") != "select_account" ||
		q.Get("redirect_uri") != home+"/login/"+string(kind)+"/callback" || q.Get("client_id") != "c l" || q.Get("scope") == "" {
		w.t.Errorf("asked with %v", q)
	}
	w.challenge = q.Get("code_challenge")
	return s.Complete(background, flow, url.Values{"state": {flow.State}, "code": {"the code"}, "redirect_uri": {"https://evil.example"}})
}

func TestGothProviders(t *testing.T) {
	for name, c := range map[string]struct {
		kind    Kind
		answers map[string]string
		want    Person
	}{
		"GitHub": {GitHub, map[string]string{githubToken: bearer, githubProfile: `{"id":7,"login":"ana","name":"Ana","email":"public@pueblo.example"}`,
			githubMails: `[{"email":"old@pueblo.example","verified":true},{"email":"ana@pueblo.example","primary":true,"verified":true}]`},
			Person{Issuer: "https://github.com", Subject: "7", Email: "ana@pueblo.example", EmailVerified: true, Name: "Ana", Level: 1}},
		"GitHub, public address that is not verified": {GitHub, map[string]string{githubToken: bearer, githubProfile: `{"id":7,"login":"ana","email":"mayor@pueblo.example"}`,
			githubMails: `[{"email":"mayor@pueblo.example","primary":true,"verified":false}]`},
			Person{Issuer: "https://github.com", Subject: "7", Name: "ana", Level: 1}},
		"GitHub, no verified primary address": {GitHub, map[string]string{githubToken: bearer, githubProfile: `{"id":7,"name":"Ana"}`,
			githubMails: `[{"email":"ana@pueblo.example","primary":true,"verified":false},{"email":"b@pueblo.example","verified":true}]`},
			Person{Issuer: "https://github.com", Subject: "7", Name: "Ana", Level: 1}},
		"Facebook": {Facebook, map[string]string{facebookToken: bearer, facebookMe: `{"id":"8","name":"Ana","email":"ana@pueblo.example"}`},
			Person{Issuer: "https://www.facebook.com", Subject: "8", Email: "ana@pueblo.example", Name: "Ana", Level: 1}},
		"Facebook by telephone": {Facebook, map[string]string{facebookToken: bearer, facebookMe: `{"id":"8","name":"Ana\u202e\u0007"}`},
			Person{Issuer: "https://www.facebook.com", Subject: "8", Name: "Ana", Level: 1}},
		"Microsoft": {Microsoft, map[string]string{microsoftToken: bearer, microsoftMe: `{"id":"9","displayName":"Ana","mail":"ana@pueblo.example"}`},
			Person{Issuer: "https://login.microsoftonline.com", Subject: "9", Email: "ana@pueblo.example", Name: "Ana", Level: 1}},
		"Microsoft with a login name": {Microsoft, map[string]string{microsoftToken: bearer, microsoftMe: `{"id":"9","displayName":"Ana","userPrincipalName":"live.com#ana@pueblo.example"}`},
			Person{Issuer: "https://login.microsoftonline.com", Subject: "9", Email: "live.com#ana@pueblo.example", Name: "Ana", Level: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t: t, answers: c.answers}
			got, err := w.signIn(c.kind)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s\nasked %q", err, diff, w.asked)
			}
			if w.asked[0][:4] != "POST" || strings.HasPrefix(w.asked[1], "POST") {
				t.Errorf("asked %q: the code is to be sent once", w.asked)
			}
		})
	}
}

func TestGothProvidersThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		kind    Kind
		answers map[string]string
		status  map[string]int
		fault   fault.Kind
		key     string
	}{
		"GitHub, used code":        {GitHub, map[string]string{githubToken: `{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}`}, nil, fault.Invalid, "provider.expired"},
		"GitHub, wrong secret":     {GitHub, map[string]string{githubToken: `{"error":"incorrect_client_credentials"}`}, nil, fault.Unavailable, "provider.setup"},
		"GitHub, no id":            {GitHub, map[string]string{githubToken: bearer, githubProfile: `{}`, githubMails: `[]`}, nil, fault.Invalid, "provider.failed"},
		"GitHub, profile refused":  {GitHub, map[string]string{githubToken: bearer}, map[string]int{githubProfile: 401}, fault.Invalid, "provider.failed"},
		"GitHub, list broken":      {GitHub, map[string]string{githubToken: bearer, githubProfile: `{"id":7,"email":"a@pueblo.example"}`}, map[string]int{githubMails: 500}, fault.Invalid, "provider.failed"},
		"GitHub, nonsense":         {GitHub, map[string]string{githubToken: bearer, githubProfile: `[`}, nil, fault.Invalid, "provider.failed"},
		"Facebook, overloaded":     {Facebook, nil, map[string]int{facebookToken: 503}, fault.Unavailable, "provider.down"},
		"Facebook, no id":          {Facebook, map[string]string{facebookToken: bearer, facebookMe: `{"error":{"message":"s3cret"}}`}, nil, fault.Invalid, "provider.failed"},
		"Microsoft, profile empty": {Microsoft, map[string]string{microsoftToken: bearer, microsoftMe: ``}, nil, fault.Invalid, "provider.failed"},
		"Microsoft, used code":     {Microsoft, map[string]string{microsoftToken: `{"error":"invalid_grant"}`}, map[string]int{microsoftToken: 400}, fault.Invalid, "provider.expired"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t: t, answers: c.answers, status: c.status}
			_, err := w.signIn(c.kind)
			wantFault(t, err, c.fault, c.key)
		})
	}
}

// Facebook wants the token in the address, and net/http puts the address into
// its errors.
func TestNoTokenInTheLog(t *testing.T) {
	w := &world{t: t, answers: map[string]string{facebookToken: bearer}}
	s, err := New([]Config{{ID: "facebook", ClientID: "c l", ClientSecret: "s3cret+"}}, home, &http.Client{Transport: cut{w, facebookMe}})
	if err != nil {
		t.Fatal(err)
	}
	address, flow, err := s.Begin(background, "facebook")
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	w.challenge = u.Query().Get("code_challenge")
	_, err = s.Complete(background, flow, url.Values{"state": {flow.State}, "code": {"the code"}})
	wantFault(t, err, fault.Unavailable, "provider.down")
	if text := err.Error(); strings.Contains(text, "access_token=") || strings.Contains(text, "appsecret") || !strings.Contains(text, "unexpected EOF") {
		t.Errorf("the log reads %q", text)
	}
}

// cut fails at one place, as a cut cable does, or panics.
type cut struct {
	inner http.RoundTripper
	place string
}

func (c cut) RoundTrip(r *http.Request) (*http.Response, error) {
	if place := r.Method + " " + r.URL.Host + r.URL.Path; place == c.place {
		return nil, io.ErrUnexpectedEOF
	}
	return c.inner.RoundTrip(r)
}

type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) {
	panic("interface conversion: interface {} is nil, not float64")
}

func TestPanicsOfProvidersAreFaults(t *testing.T) {
	s, err := New([]Config{{ID: "github", ClientID: "c", ClientSecret: "s"}}, home, &http.Client{Transport: panicking{}})
	if err != nil {
		t.Fatal(err)
	}
	_, flow, err := s.Begin(background, "github")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Complete(background, flow, url.Values{"state": {flow.State}, "code": {"x"}})
	wantFault(t, err, fault.Invalid, "provider.failed")
	if err == nil || !strings.Contains(err.Error(), "panic: interface conversion") || !strings.Contains(err.Error(), "social_test.go") {
		t.Errorf("the log reads %v", err)
	}
}
