package i18n

import (
	"math/bits"
	"strconv"

	"golang.org/x/text/currency"
)

// minus is U+2212: a hyphen would break at the end of a line.
const minus = "−"

// Number writes a whole number with the language's separators: "1,234,567".
func (l *Language) Number(n int64) string { return string(l.appendNumber(nil, n)) }

func (l *Language) appendNumber(out []byte, n int64) []byte {
	if n < 0 {
		out = append(out, minus...)
	}
	return l.appendGrouped(out, magnitude(n))
}

func (l *Language) appendGrouped(out []byte, n uint64) []byte {
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], n, 10)
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 {
			out = append(out, l.group...)
		}
		out = append(out, d)
	}
	return out
}

// magnitude is the absolute value, also of the least number there is.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Money writes an amount given in minor units (cents) of an ISO 4217 currency:
// "$42,000.50", "$42,000" when it is whole, "$42,000 USD" in any money but the
// peso, "42,000 XTS" where the catalogue has no pattern for the currency.
func (l *Language) Money(minor int64, code string) string {
	scale := 2
	if unit, err := currency.ParseISO(code); err == nil {
		scale, _ = currency.Standard.Rounding(unit)
	}
	unit := uint64(1)
	for range scale {
		unit *= 10
	}
	n := magnitude(minor)
	amount := l.appendGrouped(nil, n/unit)
	if cents := n % unit; cents != 0 {
		amount = append(amount, l.decimal...)
		for digit := unit / 10; digit > 0; digit /= 10 {
			amount = append(amount, '0'+byte(cents/digit%10))
		}
	}
	words := l.pattern("money."+code, "money.other", "amount", string(amount), "currency", code)
	if minor < 0 {
		return minus + words
	}
	return words
}

// pattern fills the message of key, or of other where key has none.
func (l *Language) pattern(key, other string, args ...any) string {
	if l.Has(key) {
		return l.T(key, args...)
	}
	return l.T(other, args...)
}

// Percent writes num of den as a percentage with at most one decimal: "45%",
// "45.3%". It rounds half up, but never to 0% what is something nor to 100%
// what is not all: 9,999 of 10,000 are "99.9%". Nothing of nothing is "0%".
// Both are counts; a negative one counts as zero.
func (l *Language) Percent(num, den int64) string {
	tenths := permille(uint64(max(num, 0)), uint64(max(den, 0)))
	value := l.appendGrouped(nil, tenths/10)
	if tenths%10 != 0 {
		value = append(append(value, l.decimal...), '0'+byte(tenths%10))
	}
	return l.T("format.percent", "value", string(value))
}

func permille(num, den uint64) uint64 {
	if den == 0 || num == 0 {
		return 0
	}
	high, low := bits.Mul64(num, 1000)
	low, carry := bits.Add64(low, den/2, 0)
	high += carry
	if high >= den { // more than 2^64 thousandths: no count is that far apart
		return 1<<64 - 1
	}
	tenths, _ := bits.Div64(high, low, den)
	switch {
	case num < den:
		return min(max(tenths, 1), 999)
	case num > den:
		return max(tenths, 1001)
	}
	return tenths
}
