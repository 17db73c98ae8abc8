package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The first byte of a key tells what it signs (C2SP signed-note).
const (
	algNote        = 0x01 // Ed25519 over the note's text
	algCosignature = 0x04 // Ed25519 over time and checkpoint
)

const keyPrefix = "TEQUIO+LEDGER+KEY+"

// Key is an instance's private key for its ledgers. One key signs all votes;
// each signature is by the name of the vote's log, so that to its readers every
// log has a key of its own. It prints as "ledger key", never as what it is.
type Key struct{ private ed25519.PrivateKey }

// NewKey makes a key from the system's randomness.
func NewKey() Key {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // documented never to happen
	}
	return Key{private}
}

// Secret returns the key as text, to be kept in a file that nobody else reads.
func (k Key) Secret() string {
	return keyPrefix + base64.StdEncoding.EncodeToString(k.private.Seed())
}

// ParseKey reads what Secret wrote; space around it does not matter.
func ParseKey(secret string) (Key, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(secret), keyPrefix)
	seed, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(seed) != ed25519.SeedSize {
		return Key{}, errors.New("not a ledger key")
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// String keeps the key out of logs.
func (k Key) String() string { return "ledger key" }

// GoString keeps the key out of logs.
func (k Key) GoString() string { return "ledger key" }

// Signer returns the key as the signer of that name.
func (k Key) Signer(name string) (note.Signer, error) {
	vkey, err := k.Public(name)
	if err != nil {
		return nil, err
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(vkey, name+"+"), "+")
	return note.NewSigner("PRIVATE+KEY+" + name + "+" + id + "+" + base64.StdEncoding.EncodeToString(append([]byte{algNote}, k.private.Seed()...)))
}

// Public returns the key by which anyone verifies the signatures of that name:
// "NAME+ID+KEY", as note.NewVerifier reads it.
func (k Key) Public(name string) (string, error) {
	return verifierKey(name, k.private.Public().(ed25519.PublicKey))
}

// Rename returns a public key under another name: who has confirmed the key of
// one vote, by telephone or from a poster, has confirmed that of all.
func Rename(vkey, name string) (string, error) {
	key, err := publicOf(vkey, algNote)
	if err != nil {
		return "", err
	}
	return verifierKey(name, key)
}

func verifierKey(name string, key ed25519.PublicKey) (string, error) {
	vkey, err := note.NewEd25519VerifierKey(name, key)
	if err != nil {
		return "", err
	}
	if _, err := note.NewVerifier(vkey); err != nil {
		return "", fmt.Errorf("%q cannot name a key: %w", name, err)
	}
	return vkey, nil
}

// publicOf returns the Ed25519 key in a verifier key of that algorithm.
func publicOf(vkey string, algorithm byte) (ed25519.PublicKey, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 || parts[0] == "" {
		return nil, errors.New("not a verifier key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algorithm {
		return nil, errors.New("not a verifier key of this kind")
	}
	if parts[1] != fmt.Sprintf("%08x", keyID(parts[0], key)) {
		return nil, errors.New("a verifier key whose parts do not fit: something was mistyped")
	}
	return key[1:], nil
}

func keyID(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// Witness returns a witness's public key, for the cosignatures of C2SP
// tlog-cosignature by Ed25519: the witness says that by its time of signing it
// had seen this log only grow.
func Witness(vkey string) (note.Verifier, error) {
	public, err := publicOf(vkey, algCosignature)
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(vkey, "+")
	return witness{name, public}, nil
}

type witness struct {
	name   string
	public ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return keyID(w.name, append([]byte{algCosignature}, w.public...)) }

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	if at > 1<<63-1 {
		return false
	}
	return ed25519.Verify(w.public, cosigned(text, at), signature[8:])
}

func cosigned(text []byte, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}
