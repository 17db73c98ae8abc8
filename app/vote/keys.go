package vote

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/thing"
)

// Keys keeps the instance's secrets, outside the database.
type Keys interface {
	// Key returns the 32 bytes kept under a name, made at first use.
	Key(name string) ([]byte, error)
	// Destroy removes them for good; removing none is no error.
	Destroy(name string) error
}

// keyName names the key of a vote. It is made when the vote is published and destroyed when the
// period for objections ends.
func keyName(id thing.ID) string { return "vote-" + strconv.FormatInt(int64(id), 10) }

// signerOf makes the ledgers' signing key of the 32 bytes kept under "ledger".
func signerOf(keys Keys) (ledger.Key, error) {
	seed, err := keys.Key("ledger")
	if err != nil {
		return ledger.Key{}, err
	}
	return ledger.ParseKey("TEQUIO+LEDGER+KEY+" + base64.StdEncoding.EncodeToString(seed))
}

// key is a vote's secret: all that ties a person to a ballot.
type key []byte

func (k key) sum(domain string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(domain + "\x00"))
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// link is the name under which a person's ballot lies.
func (k key) link(p identity.ID) []byte { return k.sum("person", number(int64(p))) }

// entry is the name under which the ballot of somebody of the census, or of the vote's list, lies.
func (k key) entry(hash []byte) []byte { return k.sum("entry", hash) }

// code is the name under which the ballot of a code lies that is nobody's in particular. It is made of the
// code's hash, so that a lost code's ballot can be found and voided.
func (k key) code(hash []byte) []byte { return k.sum("code", hash) }

// form is the name of a form that a voter sent, so that sending it twice is sending it once.
func (k key) form(voter, id []byte) []byte { return k.sum("form", voter, id) }

// order is the seed of the order in which a voter sees the options.
func (k key) order(voter []byte) []byte { return k.sum("order", voter) }

// check tells this key from any other without giving it away.
func (k key) check() []byte { return k.sum("check")[:8] }

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// keyOf returns the key with which a vote was opened. Another key under its name (a lost disk, a
// folder mixed up) would let people vote twice: then nobody can vote until it is found.
func (s *Service) keyOf(v Vote) (key, error) {
	if len(v.KeyCheck) == 0 || !v.UnlinkedAt.IsZero() {
		return nil, nil
	}
	b, err := s.keys.Key(keyName(v.ID))
	if err != nil {
		return nil, fmt.Errorf("key of vote %d: %w", v.ID, err)
	}
	k := key(b)
	if subtle.ConstantTimeCompare(k.check(), v.KeyCheck) != 1 {
		return nil, fault.New(fault.Unavailable, "vote.key").Because(fmt.Errorf("the key of vote %d is not the one it was opened with", v.ID))
	}
	return k, nil
}
