package tally

import (
	"math/big"
	"slices"
	"strings"
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
