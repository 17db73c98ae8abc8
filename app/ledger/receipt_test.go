package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCommitHashesExactlyTheDocumentedBytes(t *testing.T) {
	nonce := [32]byte{31: 7}
	message := append([]byte("tequio-ballot-v1\x00"), 0, 0, 0, 0, 0, 0, 1, 2)
	message = append(message, nonce[:]...)
	message = append(message, `{"approve":[3,5]}`...)
	if got, want := Commit(258, nonce, []byte(`{"approve":[3,5]}`)), sha256.Sum256(message); got != want {
		t.Errorf("Commit = %x, want %x", got, want)
	}
	// Computed with sha256sum, so that a change of the format cannot pass unseen.
	const known = "2adba26866b75e1ed770433e6449ce27f95791b02ffe6da608211f148b022ea0"
	if got := Commit(258, nonce, []byte(`{"approve":[3,5]}`)); hex.EncodeToString(got[:]) != known {
		t.Errorf("Commit = %x, want %s", got, known)
	}
}

func TestCommitmentsOfDifferentThingsDiffer(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	seen := map[[Size]byte]string{}
	for name, c := range map[string][Size]byte{
		"ballot":        Commit(1, one, []byte("a")),
		"other vote":    Commit(2, one, []byte("a")),
		"other nonce":   Commit(1, two, []byte("a")),
		"other choice":  Commit(1, one, []byte("b")),
		"blank":         Commit(1, one, nil),
		"rules":         CommitRules(1, []byte("a")),
		"rules as long": CommitRules(1, append(one[:], 'a')),
	} {
		if before, ok := seen[c]; ok {
			t.Errorf("%s and %s have one commitment", before, name)
		}
		seen[c] = name
	}
}

func TestReceiptReadsBackAsPeopleTypeIt(t *testing.T) {
	c := Commit(1, [32]byte{}, []byte("x"))
	code := Receipt(c)
	if len(code) != 29 || strings.Count(code, "-") != 5 || strings.ContainsAny(code, "ILOU") {
		t.Fatalf("Receipt = %q", code)
	}
	typed := []string{
		code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "),
		"  " + strings.ReplaceAll(code, "-", " – ") + "\r\n", strings.ReplaceAll(code, "-", "\u00a0"),
		strings.NewReplacer("0", "O", "1", "I", "V", "u").Replace(code),
		strings.NewReplacer("0", "o", "1", "l").Replace(code),
	}
	for _, s := range typed {
		p, err := ParseReceipt(s)
		if err != nil || !p.Matches(c) || p.String() != code {
			t.Errorf("ParseReceipt(%q) = %v, %v", s, p, err)
		}
	}
}

func TestReceiptRefusesWithTheReason(t *testing.T) {
	code := Receipt(Commit(1, [32]byte{}, []byte("x")))
	wrong := "0"
	if code[0] == '0' {
		wrong = "2"
	}
	for _, c := range []struct {
		code string
		want Mistake
	}{
		{"", WrongLength}, {code[:28], WrongLength}, {code + "7", WrongLength}, {strings.Repeat("0", 100000), WrongLength},
		{"ñ" + code[1:], WrongSymbol}, {code + "!", WrongSymbol}, {code + "\x00", WrongSymbol}, {"\xff" + code, WrongSymbol},
		{wrong + code[1:], WrongCheck},
	} {
		_, err := ParseReceipt(c.code)
		var bad *BadReceipt
		if !errors.As(err, &bad) || bad.Mistake != c.want || bad.Error() == "" {
			t.Errorf("ParseReceipt(%.40q): %v, want mistake %d", c.code, err, c.want)
		}
	}
}

// A Reed–Solomon code with four check symbols has a distance of five.
func TestReceiptNoticesUpToFourWrongSymbols(t *testing.T) {
	code := strings.ReplaceAll(Receipt(Commit(9, [32]byte{3}, nil)), "-", "")
	for i := range code {
		for _, s := range alphabet {
			if typed := code[:i] + string(s) + code[i+1:]; typed != code {
				mustRefuse(t, typed)
			}
		}
		for j := range i {
			swapped := []byte(code)
			if swapped[i], swapped[j] = swapped[j], swapped[i]; string(swapped) != code {
				mustRefuse(t, string(swapped))
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50000 {
		typed := []byte(code)
		for range 1 + random.IntN(4) {
			typed[random.IntN(len(typed))] = alphabet[random.IntN(32)]
		}
		if string(typed) != code {
			mustRefuse(t, string(typed))
		}
	}
}

func mustRefuse(t *testing.T, typed string) {
	t.Helper()
	if _, err := ParseReceipt(typed); err == nil {
		t.Fatalf("ParseReceipt(%q) passed", typed)
	}
}

func TestEveryCommitmentHasItsReceipt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := [Size]byte(rapid.SliceOfN(rapid.Byte(), Size, Size).Draw(t, "commitment"))
		p, err := ParseReceipt(Receipt(c))
		if err != nil || !p.Matches(c) || p != PrefixOf(c) {
			t.Fatalf("receipt %s of %x: %v", Receipt(c), c, err)
		}
		least, greatest := p.Range()
		if bytes.Compare(least[:], c[:]) > 0 || bytes.Compare(c[:], greatest[:]) > 0 || !p.Matches(least) || !p.Matches(greatest) {
			t.Fatalf("range %x – %x misses %x", least, greatest, c)
		}
		c[12] ^= 0x10
		if p.Matches(c) {
			t.Fatalf("the hundredth bit does not count")
		}
	})
}

func TestSortBatch(t *testing.T) {
	batch := [][Size]byte{{2}, {1, 9}, {0, 255}, {1, 2}}
	SortBatch(batch)
	if want := [][Size]byte{{0, 255}, {1, 2}, {1, 9}, {2}}; batch[0] != want[0] || batch[1] != want[1] || batch[2] != want[2] || batch[3] != want[3] {
		t.Errorf("SortBatch = %v", batch)
	}
}

func FuzzParseReceipt(f *testing.F) {
	f.Add(Receipt(Commit(1, [32]byte{}, nil)))
	f.Add("oO0i-Il1 uUvV\u00a0")
	f.Add(strings.Repeat("0", 24))
	f.Fuzz(func(t *testing.T, code string) {
		p, err := ParseReceipt(code)
		if err != nil {
			return
		}
		if again, err := ParseReceipt(p.String()); err != nil || again != p || p[12]&0x0f != 0 {
			t.Errorf("%q reads as %v, which reads as %v, %v", code, p, again, err)
		}
	})
}
