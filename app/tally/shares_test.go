package tally

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawShares(t *rapid.T) Election {
	e := Election{ID: "vote", Form: rapid.SampledFrom([]Form{Approval, Points}).Draw(t, "form")}
	n := rapid.IntRange(1, 7).Draw(t, "options")
	e.Budget = rapid.Int64Range(0, 120).Draw(t, "budget")
	for i := range n {
		e.Options = append(e.Options, Option{ID: fmt.Sprint("o", i), Cost: rapid.Int64Range(0, 40).Draw(t, "cost")})
	}
	for range rapid.IntRange(1, 9).Draw(t, "groups") {
		e.Ballots = append(e.Ballots, drawBallot(t, Rule{ID: "equal-shares/1"}, e.Form, n))
	}
	return e
}

func TestSharesAgreeWithTheirDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawShares(t)
		p := Params{Ties: []Criterion{ByCost, ByVotes, ByID}}
		p.Utility = rapid.SampledFrom([]Utility{"", Cardinality, ByPoints, PointsCost}).Draw(t, "utility")
		p.Completion = rapid.SampledFrom([]Completion{Add1, NoneAfter}).Draw(t, "completion")
		p.Stop = rapid.SampledFrom([]Stop{Exhaustive, Overspend}).Draw(t, "stop")
		got, err := Count(e, "equal-shares", p)
		if err != nil {
			t.Fatal(err)
		}
		if got.Totals.Valid == 0 {
			return
		}
		bought, endow := newSlow(e, p).outcome()
		want := make([]string, len(bought))
		for i, o := range bought {
			want[i] = e.Options[o].ID
		}
		if !slices.Equal(got.Winners, want) || !sameNumber(got.Endowment, endow.RatString()) {
			t.Fatalf("%v with %s, want %v with %s", got.Winners, got.Endowment, want, endow.RatString())
		}
	})
}

// The outcome is priceable (Peters and Skowron 2020): supporters alone pay for a project, and all of
// it; nobody pays more than they got; and no project that was not bought could be paid with what its
// supporters have left.
func TestSharesHavePrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawShares(t)
		r, _ := FindRule("equal-shares")
		sums, err := add(e, r)
		if err != nil {
			t.Fatal(err)
		}
		c := newCount(&e, Params{Ties: []Criterion{ByCost, ByVotes, ByID}, Utility: ByPoints}, r, sums)
		may := make([]bool, len(e.Options))
		for i := range may {
			may[i] = true
		}
		p := newPurse(c, support(&e, may, true), false)
		if len(p.weight) == 0 {
			return
		}
		endow := big.NewRat(rapid.Int64Range(0, 40).Draw(t, "endowment"), rapid.Int64Range(1, 7).Draw(t, "part"))
		p.run(endow)
		var voters, spent int64
		left := new(big.Rat)
		for k, w := range p.weight {
			voters += w
			counts := make([]int64, len(p.bought))
			one := new(big.Rat).SetFrac(p.balance(p.spendings(int32(k), counts), counts), p.den)
			if one.Sign() < 0 {
				t.Fatal("somebody paid more than they had")
			}
			left.Add(left, one)
		}
		for _, o := range p.bought {
			spent += e.Options[o].Cost
		}
		all := new(big.Rat).Mul(endow, new(big.Rat).SetInt64(voters))
		if all.Sub(all, left).Cmp(new(big.Rat).SetInt64(spent)) != 0 {
			t.Fatal("paid", all, "for", spent)
		}
		for o := range e.Options {
			if p.step[o] < 0 && p.voters[o] > 0 && p.affords(o) {
				t.Fatal("its supporters could have paid", o)
			}
		}
	})
}

// A tie that nothing declared resolves is left open only when the order changes what is bought.
func TestSharesLeaveTiesOpen(t *testing.T) {
	e := Election{ID: "v", Form: Approval, Budget: 20, Options: []Option{{ID: "a", Cost: 10}, {ID: "b", Cost: 10}, {ID: "c", Cost: 10}}}
	apart := []Ballot{{Weight: 1, Options: []int32{0}}, {Weight: 1, Options: []int32{1}}}
	together := []Ballot{{Weight: 2, Options: []int32{0, 1, 2}}}
	for _, c := range []struct {
		name    string
		ballots []Ballot
		budget  int64
		open    bool
		winners string
	}{
		{"two who pay alone", apart, 20, false, "a b"},
		{"all that fits", together, 30, false, "a b c"},
		{"two of three", together, 20, true, ""},
	} {
		e.Ballots, e.Budget = c.ballots, c.budget
		got, err := Count(e, "equal-shares", Params{Completion: NoneAfter})
		if err != nil {
			t.Fatal(err)
		}
		if got.Tied != c.open || strings.Join(got.Winners, " ") != c.winners {
			t.Errorf("%s: tied %v, funds %v", c.name, got.Tied, got.Winners)
		}
	}
}

func TestPhragmenAgreesWithItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawShares(t)
		e.Form = Approval
		for i := range e.Ballots {
			e.Ballots[i].Values = nil
		}
		got, err := Count(e, "phragmen", Params{Ties: []Criterion{ByCost, ByVotes, ByID}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Totals.Valid == 0 {
			return
		}
		if want := slowPhragmen(e); !slices.Equal(got.Winners, want) && len(got.Winners)+len(want) > 0 {
			t.Fatalf("%v, want %v", got.Winners, want)
		}
	})
}

func TestALongCountIsWatchedAndCanBeEnded(t *testing.T) {
	e := Election{ID: "v", Form: Approval, Budget: 1000, Options: []Option{{ID: "a", Cost: 600}, {ID: "b", Cost: 390}}}
	e.Ballots = []Ballot{{Weight: 3, Options: []int32{0}}, {Weight: 7, Options: []int32{1}}}
	var seen []int64
	got, err := CountWatched(e, "equal-shares", Params{Completion: Add1}, func(runs int64) error {
		seen = append(seen, runs)
		return nil
	})
	if err != nil || got.Runs < 50 || int64(len(seen)) != got.Runs || seen[3] != 4 {
		t.Errorf("%d runs, told %v, %v", got.Runs, seen, err)
	}
	enough := errors.New("enough")
	if _, err = CountWatched(e, "equal-shares", Params{Completion: Add1}, func(runs int64) error {
		if runs == 3 {
			return enough
		}
		return nil
	}); err != enough {
		t.Errorf("ended with %v", err)
	}
}

// The quick count of a budget as cities have them, with voters whose money runs out, is that of
// fractions alone, project by project.
func TestSharesOfAWholeTown(t *testing.T) {
	for seed := range uint64(4) {
		e := budgetOf(seed, 1500, 40, 8, 900_000_00)
		p := Params{Ties: []Criterion{ByCost, ByVotes, ByID}, Completion: NoneAfter, Utility: []Utility{ByCostOf, Cardinality}[seed%2]}
		got, err := Count(e, "equal-shares", p)
		if err != nil {
			t.Fatal(err)
		}
		s := newSlow(e, p)
		for i := range s.voters {
			s.voters[i].left = big.NewRat(e.Budget, got.Totals.Ballots)
		}
		var want []string
		for {
			best, least := -1, (*big.Rat)(nil)
			for o := range e.Options {
				if slices.Contains(want, e.Options[o].ID) {
					continue
				}
				if r := s.rhoSorted(o); r != nil && (least == nil || r.Cmp(least) < 0 || r.Cmp(least) == 0 && s.before(o, best)) {
					best, least = o, r
				}
			}
			if best < 0 {
				break
			}
			for i, v := range s.voters {
				if v.points[best] > 0 {
					s.voters[i].left = new(big.Rat).Sub(v.left, s.part(v, best, least))
				}
			}
			want = append(want, e.Options[best].ID)
		}
		if len(want) < 5 || !slices.Equal(got.Winners, want) {
			t.Errorf("seed %d: %v, want %v", seed, got.Winners, want)
		}
	}
}

// A budget of which Add1 would take for ever to find the end is refused, and so is nothing that ends.
func TestAdd1Ends(t *testing.T) {
	if testing.Short() {
		t.Skip("a million runs take some seconds")
	}
	e := Election{ID: "v", Form: Approval, Budget: MaxMoney, Options: []Option{{ID: "a", Cost: MaxMoney}, {ID: "b", Cost: MaxMoney}}}
	e.Ballots = []Ballot{{Weight: 1, Options: []int32{0}}, {Weight: 1, Options: []int32{1}}}
	if _, err := Count(e, "equal-shares", Params{}); err == nil || !strings.Contains(err.Error(), "increment") {
		t.Errorf("a count without end: %v", err)
	}
	got, err := Count(e, "equal-shares", Params{Increment: MaxMoney / 4, Ties: []Criterion{ByID}})
	if err != nil || got.Runs != 2 || got.Spent != MaxMoney {
		t.Errorf("%d runs, spent %d, %v", got.Runs, got.Spent, err)
	}
}
