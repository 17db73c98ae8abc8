package notice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"tequio/app/identity"
	"tequio/app/thing"
)

// What a mail may be stopped: a follow ("thing:12", "place:centro", "subject:agua"), what is somebody's
// own, all summaries, all mail at once, a kind of newsletters ("news:town").
const (
	own       = "own"
	digest    = "digest"
	prompt    = "prompt"
	ofThing   = "thing:"
	ofLetters = "news:"
)

// A stop is what a link that ends mails says: whose, and which.
type stop struct {
	person identity.ID
	what   string
}

// stopPurpose binds the signature to its use.
const stopPurpose = "tequio one-click stop\x00"

// whatMost bounds what a token names, in bytes.
const whatMost = 120

var tokenCoding = base64.RawURLEncoding.Strict()

// sign writes the stop as a token that only the holder of the key can make. It does not expire: a mail
// may be read years later, and what it allows is to get less mail.
func (s stop) sign(key []byte) string {
	body := append(binary.AppendUvarint(nil, uint64(s.person)), s.what...)
	return tokenCoding.EncodeToString(append(body, stopSum(key, body)...))
}

func stopSum(key, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(stopPurpose))
	m.Write(body)
	return m.Sum(nil)[:16]
}

// readStop reads a token; false when it was not made with the key, or names nothing that can be stopped.
func readStop(key []byte, token string) (s stop, ok bool) {
	if len(token) > 2*whatMost {
		return s, false
	}
	b, err := tokenCoding.DecodeString(token)
	if err != nil || len(b) < 18 {
		return s, false
	}
	body, sum := b[:len(b)-16], b[len(b)-16:]
	if !hmac.Equal(stopSum(key, body), sum) {
		return s, false
	}
	person, n := binary.Uvarint(body)
	if n <= 0 || person == 0 || person>>63 != 0 {
		return s, false
	}
	s = stop{identity.ID(person), string(body[n:])}
	return s, s.known()
}

func (s stop) known() bool {
	switch family, key := s.parts(); family {
	case own, digest, prompt:
		return key == ""
	case "thing":
		return s.thing() != 0
	case Place, Subject, "news":
		return key != ""
	}
	return false
}

// parts are what is stopped and which of it: "place" and "centro".
func (s stop) parts() (family, key string) {
	family, key, _ = strings.Cut(s.what, ":")
	return family, key
}

// thing is the thing whose follow is stopped; 0: none.
func (s stop) thing() thing.ID {
	n, err := strconv.ParseInt(strings.TrimPrefix(s.what, ofThing), 10, 64)
	if err != nil || !strings.HasPrefix(s.what, ofThing) || n < 0 {
		return 0
	}
	return thing.ID(n)
}
