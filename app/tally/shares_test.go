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

// slowShares is equal shares by the letter of its definition: each voter alone, fractions only, the
// price found by trying everybody's limit.
type slowShares struct {
	e      Election
	p      Params
	voters []slowVoter
	worth  []*big.Rat // utility per point: 1, or the cost
}

type slowVoter struct {
	points map[int]int64
	left   *big.Rat
}

func newSlow(e Election, p Params) *slowShares {
	s := &slowShares{e: e, p: p}
	for _, b := range e.Ballots {
		for range b.Weight {
			v := slowVoter{points: map[int]int64{}}
			for k, o := range b.Options {
				v.points[int(o)] = 1
				if e.Form == Points {
					v.points[int(o)] = b.Values[k]
					if (p.Utility == "" || p.Utility == ByCostOf || p.Utility == Cardinality) && b.Values[k] > 0 {
						v.points[int(o)] = 1
					}
				}
			}
			s.voters = append(s.voters, v)
		}
	}
	for _, o := range e.Options {
		w := big.NewRat(1, 1)
		if p.Utility == "" || p.Utility == ByCostOf || p.Utility == PointsCost {
			w.SetInt64(max(o.Cost, 1))
		}
		s.worth = append(s.worth, w)
	}
	return s
}

// rho is the least price of an option, nil when its supporters cannot pay it.
func (s *slowShares) rho(o int) *big.Rat {
	cost := new(big.Rat).SetInt64(s.e.Options[o].Cost)
	var limits []*big.Rat
	total := new(big.Rat)
	for _, v := range s.voters {
		if v.points[o] > 0 {
			u := new(big.Rat).Mul(s.worth[o], new(big.Rat).SetInt64(v.points[o]))
			limits = append(limits, new(big.Rat).Quo(v.left, u))
			total.Add(total, v.left)
		}
	}
	if len(limits) == 0 || total.Cmp(cost) < 0 {
		return nil
	}
	if cost.Sign() == 0 {
		return new(big.Rat)
	}
	var best *big.Rat
	for _, limit := range append(limits, new(big.Rat).SetInt64(1<<62)) {
		// Whoever has less than limit asks pays all they have.
		paid, rest := new(big.Rat), new(big.Rat)
		for _, v := range s.voters {
			if v.points[o] <= 0 {
				continue
			}
			u := new(big.Rat).Mul(s.worth[o], new(big.Rat).SetInt64(v.points[o]))
			if new(big.Rat).Quo(v.left, u).Cmp(limit) < 0 {
				paid.Add(paid, v.left)
			} else {
				rest.Add(rest, u)
			}
		}
		if rest.Sign() == 0 {
			continue
		}
		r := new(big.Rat).Quo(new(big.Rat).Sub(cost, paid), rest)
		if r.Sign() >= 0 && s.pays(o, r).Cmp(cost) == 0 && (best == nil || r.Cmp(best) < 0) {
			best = r
		}
	}
	return best
}

func (s *slowShares) pays(o int, r *big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, v := range s.voters {
		if v.points[o] > 0 {
			sum.Add(sum, s.part(v, o, r))
		}
	}
	return sum
}

func (s *slowShares) part(v slowVoter, o int, r *big.Rat) *big.Rat {
	part := new(big.Rat).Mul(r, s.worth[o])
	part.Mul(part, new(big.Rat).SetInt64(v.points[o]))
	if part.Cmp(v.left) > 0 {
		return v.left
	}
	return part
}

func (s *slowShares) run(endow *big.Rat) (bought []int, spent int64) {
	for i := range s.voters {
		s.voters[i].left = endow
	}
	for {
		best, least := -1, (*big.Rat)(nil)
		for o := range s.e.Options {
			if slices.Contains(bought, o) {
				continue
			}
			if r := s.rho(o); r != nil && (least == nil || r.Cmp(least) < 0 || r.Cmp(least) == 0 && s.before(o, best)) {
				best, least = o, r
			}
		}
		if best < 0 {
			return bought, spent
		}
		for i, v := range s.voters {
			if v.points[best] > 0 {
				s.voters[i].left = new(big.Rat).Sub(v.left, s.part(v, best, least))
			}
		}
		bought, spent = append(bought, best), spent+s.e.Options[best].Cost
	}
}

func (s *slowShares) votes(o int) (n int) {
	for _, v := range s.voters {
		if _, named := v.points[o]; named && (s.e.Form != Points || v.points[o] > 0) {
			n++
		}
	}
	return n
}

// before is the order of ties: lower cost, more votes, id.
func (s *slowShares) before(a, b int) bool {
	x, y := s.e.Options[a], s.e.Options[b]
	if x.Cost != y.Cost {
		return x.Cost < y.Cost
	}
	if m, n := s.votes(a), s.votes(b); m != n {
		return m > n
	}
	return x.ID < y.ID
}

// outcome is the whole rule with Add1, without completion by votes.
func (s *slowShares) outcome() (bought []int, endow *big.Rat) {
	n := int64(len(s.voters))
	endow = big.NewRat(s.e.Budget, n)
	exhaustive := s.p.Stop != Overspend
	if s.p.Completion == Add1 && exhaustive {
		endow.SetInt64(s.e.Budget / n)
	}
	bought, spent := s.run(endow)
	for s.p.Completion == Add1 {
		more := false
		for o := range s.e.Options {
			if s.votes(o) > 0 && !slices.Contains(bought, o) && (!exhaustive || s.e.Options[o].Cost <= s.e.Budget-spent) {
				more = true
			}
		}
		if !more {
			break
		}
		next := new(big.Rat).Add(endow, big.NewRat(1, 1))
		nextBought, nextSpent := s.run(next)
		if nextSpent > s.e.Budget {
			break
		}
		bought, spent, endow = nextBought, nextSpent, next
	}
	return bought, endow
}

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

// slowPhragmen is the rule with each voter's own load in fractions.
func slowPhragmen(e Election) (bought []string) {
	type voter struct {
		picks []int32
		load  *big.Rat
	}
	var all []voter
	votes := make([]int64, len(e.Options))
	for _, b := range e.Ballots {
		for range b.Weight {
			all = append(all, voter{b.Options, new(big.Rat)})
		}
		for _, o := range b.Options {
			votes[o] += b.Weight
		}
	}
	left, done := e.Budget, map[int]bool{}
	for {
		best, least := []int(nil), (*big.Rat)(nil)
		for o := range e.Options {
			if done[o] || votes[o] == 0 {
				continue
			}
			load := new(big.Rat).SetInt64(e.Options[o].Cost)
			for _, v := range all {
				if slices.Contains(v.picks, int32(o)) {
					load.Add(load, v.load)
				}
			}
			load.Quo(load, new(big.Rat).SetInt64(votes[o]))
			if least == nil || load.Cmp(least) < 0 {
				best, least = nil, load
			}
			if load.Cmp(least) == 0 {
				best = append(best, o)
			}
		}
		if slices.ContainsFunc(best, func(o int) bool { return e.Options[o].Cost > left }) || len(best) == 0 {
			return bought
		}
		slices.SortFunc(best, func(a, b int) int {
			x, y := e.Options[a], e.Options[b]
			if x.Cost != y.Cost {
				return int(x.Cost - y.Cost)
			}
			if votes[a] != votes[b] {
				return int(votes[b] - votes[a])
			}
			return strings.Compare(x.ID, y.ID)
		})
		o := best[0]
		for i, v := range all {
			if slices.Contains(v.picks, int32(o)) {
				all[i].load = least
			}
		}
		done[o] = true
		left -= e.Options[o].Cost
		bought = append(bought, e.Options[o].ID)
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

// rhoSorted is rho for many voters: the poorest first, each who has less than the price so far pays
// all they have.
func (s *slowShares) rhoSorted(o int) *big.Rat {
	cost := new(big.Rat).SetInt64(s.e.Options[o].Cost)
	var payers []slowVoter
	for _, v := range s.voters {
		if v.points[o] > 0 {
			payers = append(payers, v)
		}
	}
	slices.SortFunc(payers, func(a, b slowVoter) int { return a.left.Cmp(b.left) })
	for i, v := range payers {
		r := new(big.Rat).Quo(cost, new(big.Rat).SetInt64(int64(len(payers)-i)))
		if r.Cmp(v.left) <= 0 {
			return r.Quo(r, s.worth[o])
		}
		cost.Sub(cost, v.left)
	}
	return nil
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
