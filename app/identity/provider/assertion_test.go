package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// The assertion of private_key_jwt verifies with its public key.
func TestAssertion(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{curve, commonKey()} {
		assert(t, key)
	}
}

func assert(t *testing.T, key crypto.Signer) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	d := newDishonest(t)
	cfg := d.config()
	cfg.TokenAuth, cfg.KeyID = AuthKey, "k7"
	cfg.PrivateKey = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	var asked url.Values
	d.token = func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		asked = r.PostForm
		refuse(w, 400, "invalid_grant")
	}
	s := set(t, cfg)
	flow, answer := begin(t, s, "town")
	s.Complete(background, flow, answer)
	if asked.Get("client_assertion_type") != assertionType || asked.Get("client_secret") != "" {
		t.Errorf("asked with %v", asked)
	}
	checkAssertion(t, key.Public(), asked.Get("client_assertion"), d.URL+"/token")
}

// checkAssertion verifies with a library that is not ours.
func checkAssertion(t *testing.T, public any, text, audience string) {
	t.Helper()
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var c jwt.Claims
	if err := token.Claims(public, &c); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(jwt.Expected{Issuer: "town", Subject: "town", AnyAudience: jwt.Audience{audience}, Time: time.Now()}); err != nil || c.ID == "" || token.Headers[0].KeyID != "k7" {
		t.Errorf("%+v: %v", c, err)
	}
}
