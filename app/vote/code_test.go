package vote

import (
	"context"
	"strings"
	"sync"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

// A code is read however it is typed; every single wrong symbol and every two swapped ones are told
// apart from a code.
func TestCodesAsTyped(t *testing.T) {
	for range 50 {
		code := newCode()
		typed := strings.ToLower(strings.ReplaceAll(grouped(code), "-", " – "))
		typed = strings.NewReplacer("0", "o", "1", "l", "v", "U").Replace(typed)
		if got, err := parseCode(typed); err != nil || got != code {
			t.Fatalf("%q is read as %q (%v), not %q", typed, got, err, code)
		}
		for i := range codeSymbols {
			for _, other := range codeAlphabet {
				if wrong := code[:i] + string(other) + code[i+1:]; wrong != code {
					if _, err := parseCode(wrong); err == nil {
						t.Fatalf("%q passes for %q", wrong, code)
					}
				}
			}
			for j := range i {
				b := []byte(code)
				b[i], b[j] = b[j], b[i]
				if _, err := parseCode(string(b)); err == nil && string(b) != code {
					t.Fatalf("%q passes for %q", b, code)
				}
			}
		}
	}
	for typed, key := range map[string]string{"": "vote.code.length", "ABCD": "vote.code.length", "ABCD-EFGH-JKMN-PQR!": "vote.receipt.symbol", "0000-0000-0000-0001": "vote.receipt.check"} {
		if _, err := parseCode(typed); fault.Of(err).Fields["code"].Key != key {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func (h *hall) issue(v Vote, o CodeOrder) []Issued {
	h.t.Helper()
	all, err := h.IssueCodes(context.Background(), h.staff, v.ID, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// code is the bearer of a code as somebody types it.
func (h *hall) bearer(v Vote, typed string) Bearer {
	h.t.Helper()
	hash, known, err := h.OpenCode(context.Background(), v.Slug, typed)
	if err != nil || !known {
		h.t.Fatalf("%q opens nothing: %v", typed, err)
	}
	return Bearer{Code: hash}
}

func (h *hall) castAs(by Bearer, v Vote, b Ballot) string {
	h.t.Helper()
	_, err := h.CastAs(context.Background(), by, v.Slug, b, form())
	if err != nil {
		return fault.Of(err).Key
	}
	return ""
}

// turnout sums what the ledger will say after its next batch.
func (h *hall) turnout(v Vote) map[string]int64 {
	h.t.Helper()
	h.clock.Set(v.ClosesAt)
	h.runJobs()
	o, err := h.Outcome(context.Background(), v.Slug, "es")
	if err != nil {
		h.t.Fatal(err)
	}
	sums := map[string]int64{"ballots": o.Result.Ballots}
	for _, s := range o.Result.Turnout {
		sums[s.Channel] += s.Count
	}
	return sums
}

func TestVoteByCodesAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.planned(Roll{Who: Coded}, func(v Vote) {
			if _, err := h.IssueCodes(context.Background(), h.staff, v.ID, CodeOrder{Number: 1}); fault.Of(err).Key != "vote.code.draft" {
				t.Errorf("codes of a draft: %v", err)
			}
		})
		if _, err := h.IssueCodes(context.Background(), h.person(3), v.ID, CodeOrder{Number: 1}); fault.Of(err).Key != "policy.role" {
			t.Errorf("codes for anybody: %v", err)
		}
		codes := h.issue(v, CodeOrder{Number: 3, Place: "centro"})
		if len(codes) != 3 || codes[2].Number != 3 {
			t.Fatalf("%+v", codes)
		}
		if got := h.castAs(Bearer{Actor: h.person(identity.Resident)}, v, pick("a")); got != "vote.who.codes" {
			t.Errorf("an account: %q", got)
		}
		if _, known, err := h.OpenCode(context.Background(), v.Slug, newCode()); known || err != nil {
			t.Errorf("a guess opens: %v", err)
		}
		first := h.bearer(v, codes[0].Code)
		for _, b := range []string{"a", "b", "c"} {
			if got := h.castAs(first, v, pick(b)); got != "" {
				t.Fatal(got)
			}
		}
		if got := h.castAs(h.bearer(v, codes[1].Code), v, pick("a")); got != "" {
			t.Fatal(got)
		}
		if _, err := h.CancelCode(context.Background(), h.staff, v.ID, 1, "corto"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short reason: %v", err)
		}
		fresh, err := h.CancelCode(context.Background(), h.staff, v.ID, 1, "La perdió en el camión.")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.CancelCode(context.Background(), h.staff, v.ID, 1, "La perdió en el camión."); fault.Of(err).Key != "vote.code.gone" {
			t.Errorf("cancelled twice: %v", err)
		}
		if got := h.castAs(first, v, pick("a")); got != "vote.code.gone" {
			t.Errorf("a cancelled code: %q", got)
		}
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Errorf("%d ballots after the first was voided", n)
		}
		if got := h.castAs(h.bearer(v, fresh.Code), v, pick("b")); got != "" {
			t.Error(got)
		}
		if got := h.turnout(v); got["ballots"] != 2 || got["code"] != 2 || len(got) != 2 {
			t.Errorf("%v", got)
		}
		if n := h.count(`SELECT count(*) FROM event WHERE note LIKE '%camión%' AND verb = 'vote.code.cancel'`); n != 1 {
			t.Errorf("%d events tell why", n)
		}
	})
}

// Somebody of the roll has one ballot, with a code and with an account, also when both come at once.
func TestCodeAndAccountAreOnePerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		v := h.planned(Roll{Who: Census, Codes: true}, nil)
		ana := h.resident("ABCD1234")
		h.match(identity.Actor{}, "EFGH5678")
		for _, people := range []string{"", "ZZZZ9999", "ABCD1234,x\n\"", "?"} {
			if _, err := h.IssueCodes(ctx, h.staff, v.ID, CodeOrder{People: people, Number: 5}); fault.Of(err).Fields["people"].Key == "" {
				t.Errorf("%q: %v", people, err)
			}
		}
		codes := h.issue(v, CodeOrder{People: "ABCD-1234\nEFGH5678, eva@pueblo.example\n"})
		by := h.bearer(v, codes[0].Code)
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				who := by
				if i%2 == 0 {
					who = Bearer{Actor: ana}
				}
				if _, err := h.CastAs(ctx, who, v.Slug, pick(string("abc"[i%3])), []byte{byte(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Fatalf("%d ballots of one person", n)
		}
		h.castAs(Bearer{Actor: ana}, v, pick("a"))
		if _, err := h.CancelCode(ctx, h.staff, v.ID, 1, "Dice que nunca le llegó."); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`SELECT count(*) FROM ballot`); n != 1 {
			t.Error("the ballot of an account went with a code")
		}
		if got := h.castAs(h.bearer(v, codes[1].Code), v, pick("b")); got != "" {
			t.Error(got)
		}
		if got := h.turnout(v); got["ballots"] != 2 || got["web"] != 1 || got["code"] != 1 {
			t.Errorf("%v", got)
		}
	})
}
