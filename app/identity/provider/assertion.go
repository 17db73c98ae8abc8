package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"time"
)

// assertionType names the way of proving oneself of RFC 7523.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

const assertionLife = 2 * time.Minute

// parseKey reads the operator's private key: PKCS#8 in PEM, RSA of 2048 bits
// or more, or P-256.
func parseKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM block found")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("not a PKCS#8 private key")
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() >= 2048 {
			return k, nil
		}
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P256() {
			return k, nil
		}
	}
	return nil, errors.New("use RSA of 2048 bits or more, or P-256")
}

// assertion returns a token by which we prove at the token endpoint who we are
// (private_key_jwt), as GOV.UK One Login wants it.
func assertion(c Config, audience string, now time.Time) (string, error) {
	key, err := parseKey(c.PrivateKey)
	if err != nil {
		return "", err
	}
	header := map[string]any{"typ": "JWT", "alg": "RS256"}
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		header["alg"] = "ES256"
	}
	if c.KeyID != "" {
		header["kid"] = c.KeyID
	}
	claims := map[string]any{"iss": c.ClientID, "sub": c.ClientID, "aud": audience, "jti": secret(),
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix()}
	text := encoded(header) + "." + encoded(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := sign(key, digest[:])
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func encoded(v map[string]any) string {
	b, _ := json.Marshal(v) // strings and numbers cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

// sign returns the signature as JOSE wants it (RFC 7518): of a P-256 key, the
// two numbers side by side.
func sign(key crypto.Signer, digest []byte) ([]byte, error) {
	k, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return key.Sign(rand.Reader, digest, crypto.SHA256)
	}
	r, s, err := ecdsa.Sign(rand.Reader, k, digest)
	if err != nil {
		return nil, err
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}
