package ledger

import (
	"fmt"
	"math/big"
	"strings"
)

// A receipt code is 24 symbols of Crockford's base 32 in six groups of four:
// twenty hold the first 100 bits of the commitment, four are a check. The
// alphabet leaves out I, L, O and U, which are mistaken for 1, 1, 0 and V.
//
// The check is a Reed–Solomon code over the 32 symbols. A hash cut to 20 bits
// would let one wrong code in a million pass wherever the mistake lies; this
// one lets none pass that differs in up to four symbols, which is every
// mistake that a person makes: a letter misheard, two letters swapped.
const (
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	dataSymbols  = 20
	checkSymbols = 4
	codeSymbols  = dataSymbols + checkSymbols
	groupSymbols = 4
)

// Prefix is what a receipt code says of a commitment: its first 100 bits, the
// last four bits of the array being zero.
type Prefix [13]byte

// Receipt returns the receipt code of a commitment, such as
// "7ZKM-04QR-…": six groups of four symbols with hyphens between.
func Receipt(commitment [Size]byte) string {
	return PrefixOf(commitment).String()
}

// PrefixOf returns the part of a commitment that its receipt code carries.
func PrefixOf(commitment [Size]byte) Prefix {
	p := Prefix(commitment[:13])
	p[12] &= 0xf0
	return p
}

// String returns the receipt code.
func (p Prefix) String() string {
	symbols := p.symbols()
	check := checkOf(symbols)
	var b strings.Builder
	for i, s := range append(symbols[:], check[:]...) {
		if i > 0 && i%groupSymbols == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[s])
	}
	return b.String()
}

// Matches reports whether the commitment begins with these 100 bits. Two
// commitments of one instance that share them are not to be expected: it would
// take some 2^50 ballots.
func (p Prefix) Matches(commitment [Size]byte) bool { return PrefixOf(commitment) == p }

// Range returns the least and the greatest commitment that match, for a look-up
// by an ordered index.
func (p Prefix) Range() (least, greatest [Size]byte) {
	copy(least[:], p[:])
	greatest = least
	greatest[12] |= 0x0f
	for i := 13; i < Size; i++ {
		greatest[i] = 0xff
	}
	return least, greatest
}

func (p Prefix) symbols() (symbols [dataSymbols]byte) {
	n := new(big.Int).SetBytes(p[:])
	n.Rsh(n, 4)
	for i := range symbols {
		symbols[dataSymbols-1-i] = byte(n.Bit(5*i) | n.Bit(5*i+1)<<1 | n.Bit(5*i+2)<<2 | n.Bit(5*i+3)<<3 | n.Bit(5*i+4)<<4)
	}
	return symbols
}

func prefixOfSymbols(symbols [dataSymbols]byte) (p Prefix) {
	n := new(big.Int)
	for _, s := range symbols {
		n.Lsh(n, 5).Or(n, big.NewInt(int64(s)))
	}
	n.Lsh(n, 4).FillBytes(p[:])
	return p
}

// Mistake is what is wrong with a receipt code that somebody typed.
type Mistake int

// The mistakes, in the order in which they are looked for.
const (
	WrongSymbol Mistake = iota + 1 // a character that no code contains
	WrongLength                    // too few or too many symbols
	WrongCheck                     // the check does not fit: something was mistyped
)

// BadReceipt says why a text is no receipt code.
type BadReceipt struct {
	Mistake Mistake
	Symbol  rune // the character, for WrongSymbol
	Symbols int  // how many were found, for WrongLength (24 are wanted)
}

// Error describes the mistake for the log.
func (e *BadReceipt) Error() string {
	switch e.Mistake {
	case WrongSymbol:
		return fmt.Sprintf("receipt code: no code contains %q", e.Symbol)
	case WrongLength:
		return fmt.Sprintf("receipt code: %d symbols, %d wanted", e.Symbols, codeSymbols)
	default:
		return "receipt code: the check does not fit"
	}
}

// ParseReceipt reads a receipt code as people type it: in either case, with or
// without spaces, hyphens and dots, with O for 0, I or L for 1 and U for V. It
// never guesses: what is not exactly a code is refused with a *BadReceipt.
func ParseReceipt(code string) (Prefix, error) {
	var symbols [codeSymbols]byte
	n := 0
	for _, r := range code {
		if strings.ContainsRune(separators, r) {
			continue
		}
		s := symbolOf(r)
		if s < 0 {
			return Prefix{}, &BadReceipt{Mistake: WrongSymbol, Symbol: r}
		}
		if n < codeSymbols {
			symbols[n] = byte(s)
		}
		n++
	}
	if n != codeSymbols {
		return Prefix{}, &BadReceipt{Mistake: WrongLength, Symbols: n}
	}
	data := [dataSymbols]byte(symbols[:dataSymbols])
	if checkOf(data) != [checkSymbols]byte(symbols[dataSymbols:]) {
		return Prefix{}, &BadReceipt{Mistake: WrongCheck}
	}
	return prefixOfSymbols(data), nil
}

// separators may stand anywhere in a typed code; word processors turn hyphens
// into dashes, and copying from a page brings no-break spaces.
const separators = " \t\r\n\u00a0\u2007\u202f-\u2010\u2011\u2012\u2013\u2014\u2212._"

func symbolOf(r rune) int {
	switch r {
	case 'o', 'O':
		return 0
	case 'i', 'I', 'l', 'L':
		return 1
	case 'u', 'U':
		r = 'V'
	}
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	return strings.IndexRune(alphabet, r)
}

// generator holds the lower coefficients, the highest first, of
// (x+α)(x+α²)(x+α³)(x+α⁴) over GF(32) = GF(2)[α]/(α⁵+α²+1).
var generator = generatorOf(checkSymbols)

func generatorOf(degree int) (g [checkSymbols]byte) {
	poly := []byte{1}
	root := byte(1)
	for range degree {
		root = times(root, 2)
		next := append(poly, 0)
		for i := len(next) - 1; i > 0; i-- {
			next[i] ^= times(next[i-1], root)
		}
		poly = next
	}
	return [checkSymbols]byte(poly[1:])
}

// times multiplies in GF(32).
func times(a, b byte) (product byte) {
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&0x20 != 0 {
			a ^= 0x25
		}
	}
	return product
}

// checkOf divides the data, shifted by four symbols, by the generator; the
// remainder is the check.
func checkOf(data [dataSymbols]byte) (check [checkSymbols]byte) {
	for _, d := range data {
		lead := d ^ check[0]
		copy(check[:], check[1:])
		check[checkSymbols-1] = 0
		for i := range check {
			check[i] ^= times(lead, generator[i])
		}
	}
	return check
}
