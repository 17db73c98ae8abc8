package provider

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

const home = "https://tequio.example"

// A dishonest is an OpenID provider of our own that tells the truth until a
// test makes it lie; a real one (op_test.go) would refuse to.
type dishonest struct {
	*httptest.Server
	key      *rsa.PrivateKey
	discover map[string]any // additions to the description
	claims   map[string]any // additions to the ID token; nil values delete
	userinfo map[string]any // nil: no such endpoint
	sign     func(claims map[string]any) string
	token    http.HandlerFunc // instead of the honest token endpoint
	asked    url.Values       // the last authorization request
	down     atomic.Bool

	described atomic.Int32 // how often the description was asked for

	mu    sync.Mutex
	codes map[string]url.Values
}

func newDishonest(t *testing.T) *dishonest {
	t.Helper()
	d := &dishonest{key: commonKey(), discover: map[string]any{}, claims: map[string]any{}, codes: map[string]url.Values{}}
	d.sign = func(claims map[string]any) string { return d.signed("RS256", claims) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", d.describe)
	mux.HandleFunc("GET /keys", d.keys)
	mux.HandleFunc("GET /authorize", d.authorize)
	mux.HandleFunc("POST /token", d.exchange)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) { answerJSON(w, d.userinfo) })
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.down.Load() {
			http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

// commonKey is made once: finding the primes takes longer than a test.
var commonKey = sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (d *dishonest) describe(w http.ResponseWriter, r *http.Request) {
	d.described.Add(1)
	doc := map[string]any{"issuer": d.URL, "authorization_endpoint": d.URL + "/authorize", "token_endpoint": d.URL + "/token",
		"jwks_uri": d.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}}
	if d.userinfo != nil {
		doc["userinfo_endpoint"] = d.URL + "/userinfo"
	}
	for k, v := range d.discover {
		doc[k] = v
	}
	answerJSON(w, doc)
}

func (d *dishonest) keys(w http.ResponseWriter, r *http.Request) {
	answerJSON(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256",
		"n": base64.RawURLEncoding.EncodeToString(d.key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(d.key.E)).Bytes())}}})
}

func (d *dishonest) authorize(w http.ResponseWriter, r *http.Request) {
	code := secret()
	d.mu.Lock()
	d.asked = r.URL.Query()
	d.codes[code] = d.asked
	d.mu.Unlock()
	answer := url.Values{"code": {code}, "state": {r.FormValue("state")}}
	http.Redirect(w, r, r.FormValue("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// exchange is strict about what an honest client sends: once, by Basic, with
// the verifier of the challenge and the same callback.
func (d *dishonest) exchange(w http.ResponseWriter, r *http.Request) {
	if d.token != nil {
		d.token(w, r)
		return
	}
	d.mu.Lock()
	asked, ok := d.codes[r.FormValue("code")]
	delete(d.codes, r.FormValue("code"))
	d.mu.Unlock()
	id, pass, _ := r.BasicAuth()
	switch {
	case id != "town" || pass != "s3cret":
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	case !ok, r.FormValue("redirect_uri") != asked.Get("redirect_uri"),
		oauth2.S256ChallengeFromVerifier(r.FormValue("code_verifier")) != asked.Get("code_challenge"):
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": d.URL, "sub": "p-1", "aud": "town", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(),
		"nonce": asked.Get("nonce"), "email": "ana@pueblo.example", "email_verified": true, "name": "Ana"}
	for k, v := range d.claims {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	answerJSON(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": d.sign(claims)})
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": code})
}

func (d *dishonest) signed(alg string, claims map[string]any) string {
	return signedBy(d.key, alg, claims)
}

func signedBy(key *rsa.PrivateKey, alg string, claims map[string]any) string {
	text := encoded(map[string]any{"alg": alg, "kid": "k1", "typ": "JWT"}) + "." + encoded(claims)
	digest := sha256.Sum256([]byte(text))
	signature, _ := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (d *dishonest) signedByHMAC(secret []byte, claims map[string]any) string {
	text := encoded(map[string]any{"alg": "HS256", "kid": "k1", "typ": "JWT"}) + "." + encoded(claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func unsigned(claims map[string]any) string {
	return encoded(map[string]any{"alg": "none"}) + "." + encoded(claims) + "."
}

func (d *dishonest) config() Config {
	return Config{ID: "town", Issuer: d.URL, ClientID: "town", ClientSecret: "s3cret"}
}

// set makes a set with the client that tests need: the provider is on loopback.
func set(t *testing.T, cfgs ...Config) *Set {
	t.Helper()
	s, err := New(cfgs, home, &http.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin starts a sign-in and follows the visitor to the provider and back.
func begin(t *testing.T, s *Set, id string) (Flow, url.Values) {
	t.Helper()
	address, flow, err := s.Begin(context.Background(), id)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	// The flow lies in a database meanwhile.
	kept, err := json.Marshal(flow)
	if err != nil {
		t.Fatal(err)
	}
	flow = Flow{}
	if err := json.Unmarshal(kept, &flow); err != nil {
		t.Fatal(err)
	}
	return flow, visit(t, address)
}

// visit asks the address as a browser does, and returns the query of the
// callback to which it is sent.
func visit(t *testing.T, address string) url.Values {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil || !strings.HasPrefix(back.String(), home+"/login/") || !strings.HasSuffix(back.Path, "/callback") {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	return back.Query()
}
