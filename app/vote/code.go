package vote

import (
	"crypto/rand"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
)

// A one-time code is sixteen symbols of Crockford's base 32 in four groups of four: fifteen drawn at
// random (75 bits) and one that checks the others. A million codes and five guesses a quarter of an hour
// from each of a thousand networks find none in a billion years; 60 bits would do too, but a database
// that is lost together with its key must not give the codes away to a search either. The check is a sum in the field
// of 32 elements that no single wrong symbol and no two swapped ones pass, so that a slip of the finger
// is told from a guess, and costs no try.
const (
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeSymbols  = 16
	codeGroup    = 4
)

// lookAlikes are letters that no code has, and what they are mistaken for.
var lookAlikes = strings.NewReplacer("O", "0", "I", "1", "L", "1", "U", "V")

// newCode draws a code; it returns its symbols without hyphens.
func newCode() string {
	var b [codeSymbols]byte
	rand.Read(b[:])
	acc := byte(0)
	for i := range codeSymbols - 1 {
		b[i] &= 31
		acc = twice(acc) ^ b[i]
	}
	b[codeSymbols-1] = twice(acc)
	for i, s := range b {
		b[i] = codeAlphabet[s]
	}
	return string(b[:])
}

// twice multiplies by x in GF(32) with x⁵ = x² + 1.
func twice(s byte) byte {
	s <<= 1
	if s&32 != 0 {
		s ^= 0b100101
	}
	return s
}

// grouped writes a code as it is printed: ABCD-EFGH-JKMN-PQRS.
func grouped(code string) string {
	var groups []string
	for ; len(code) > codeGroup; code = code[codeGroup:] {
		groups = append(groups, code[:codeGroup])
	}
	return strings.Join(append(groups, code), "-")
}

// parseCode reads a code as people type it: in either case, with or without hyphens and spaces, with O
// for 0, I or L for 1 and U for V. What is none is refused with a fault on the field code.
func parseCode(typed string) (string, error) {
	var b strings.Builder
	acc := byte(0)
	for _, r := range lookAlikes.Replace(strings.ToUpper(typed)) {
		if strings.ContainsRune(" -–—.\u00a0\t", r) {
			continue
		}
		s := strings.IndexRune(codeAlphabet, r)
		if s < 0 {
			return "", fault.On("code", "vote.receipt.symbol", "symbol", string(r))
		}
		if b.Len() < codeSymbols {
			acc = twice(acc) ^ byte(s)
		}
		b.WriteByte(codeAlphabet[s])
	}
	switch {
	case b.Len() != codeSymbols:
		return "", fault.On("code", "vote.code.length", "n", int64(b.Len()))
	case acc != 0:
		return "", fault.On("code", "vote.receipt.check")
	}
	return b.String(), nil
}

// codeHash is what is kept of a code.
func (k key) codeHash(code string) []byte { return k.sum("code-hash", []byte(code)) }

// withCode is the voice of whoever holds a code: where it is for one person of the roll, that person's.
func withCode(tx *db.Tx, b Bearer, r *ready) (one voice, err error) {
	c, err := findCode(tx, r.vote.ID, b.Code)
	if db.IsNone(err) || err == nil && !c.CancelledAt.IsZero() {
		return one, fault.New(fault.Forbidden, "vote.code.gone")
	}
	if err != nil {
		return one, err
	}
	one = voice{channel: byCode, self: b.Code, links: [][]byte{r.key.code(b.Code)}, claim: Claim{Level: identity.Resident}}
	if c.entry != nil {
		one.links = [][]byte{r.key.entry(c.entry)}
		one.claim, err = r.vote.ofEntry(tx, c.entry)
	}
	one.claim.Code = true
	return one, err
}
