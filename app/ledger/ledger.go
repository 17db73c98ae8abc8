// Package ledger keeps the public, append-only record of a vote, so that a
// ballot once counted can never be altered, dropped or added unseen.
//
// It knows three things. What is written: a commitment of 32 bytes for each
// ballot, which says nothing about the ballot to whoever lacks its nonce. How
// it is written: a Merkle tree as in RFC 6962, cut into tiles as in the C2SP
// document tlog-tiles, its roots signed as checkpoints (tlog-checkpoint). And
// what a voter takes home: a receipt code, a signed promise, and later a proof
// that stands on its own (tlog-proof).
//
// It refuses to know who voted, what a ballot means, where anything is stored
// and what time it is. It uses the standard library and golang.org/x/mod only,
// so that the command that verifies an archive carries nothing else.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Size is the number of bytes of an entry of the log.
const Size = sha256.Size

// The first bytes of what is hashed tell a ballot from an amendment of the
// rules, and both from anything hashed elsewhere.
const (
	ballotDomain = "tequio-ballot-v1\x00"
	rulesDomain  = "tequio-rules-v1\x00"
)

// Commit returns the commitment to one ballot, the entry that goes into the
// vote's log:
//
//	SHA-256("tequio-ballot-v1" ‖ 0x00 ‖ vote id ‖ nonce ‖ canonical ballot)
//
// with the vote's id as eight bytes, the most significant first. The nonce is
// 32 random bytes that are never used twice; canonical is the ballot in the
// one form that its counting rule gives it, and may be empty (a blank ballot).
func Commit(voteID int64, nonce [32]byte, canonical []byte) [Size]byte {
	return entry(ballotDomain, voteID, nonce[:], canonical)
}

// CommitRules returns the entry that marks an amendment of a vote's rules:
//
//	SHA-256("tequio-rules-v1" ‖ 0x00 ‖ vote id ‖ rules sheet)
//
// The sheet is public, therefore it has no nonce.
func CommitRules(voteID int64, sheet []byte) [Size]byte {
	return entry(rulesDomain, voteID, nil, sheet)
}

func entry(domain string, voteID int64, nonce, content []byte) [Size]byte {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(voteID)))
	h.Write(nonce)
	h.Write(content)
	return [Size]byte(h.Sum(nil))
}

// SortBatch puts a batch of entries in the order in which they join the log:
// by their bytes. Commitments are as good as random, so this order does not
// tell who came when. It sorts in place.
func SortBatch(batch [][Size]byte) {
	slices.SortFunc(batch, func(a, b [Size]byte) int { return bytes.Compare(a[:], b[:]) })
}
