package tally

import (
	"math/big"
	"slices"
)

// phragmen is Phragmén's sequential rule with costs (Los, Christoff and Grossi, Proportional Budget
// Allocations, 2022): buying a project loads its supporters with its cost, and evens out what they
// carry; the project that leaves the smallest load on its supporters is bought next. It ends when a
// project of the smallest load no longer fits into what is left.
func phragmen(c *count) {
	c.rank(c.byScore)
	c.r.Ranking = [][]string{}
	may := make([]bool, len(c.e.Options))
	able := c.able(c.every())
	for _, i := range able {
		may[i] = true
	}
	l := &loads{count: c, electors: support(c.e, may, false), den: big.NewInt(1), carry: [][]int64{make([]int64, len(may))}, loads: []*big.Int{new(big.Int)}}
	l.of = make([]int32, len(l.weight))
	for _, o := range able {
		l.carry[0][o] = l.voters[o]
		if l.voters[o] == 0 {
			c.round()
			c.decide(o, NotFunded, reason("reason.no_votes"))
			continue
		}
		l.live = append(l.live, o)
	}
	for len(l.live) > 0 && l.next() {
	}
	c.r.Spent = c.r.Budget - c.r.Left
}

// loads is the rule under way. A voter's load is that of the project bought last among theirs.
type loads struct {
	*count
	*electors
	live  []int
	of    []int32    // of each kind: the project bought last, by its place among the bought; 0: none
	loads []*big.Int // by that place, in minor units divided by den
	den   *big.Int
	carry [][]int64 // by that place: how many supporters of each option carry its load
	met   []int     // the tie met last
}

// next buys one project; false when the rule has ended.
func (l *loads) next() bool {
	class, load := l.lightest()
	if big := slices.IndexFunc(class, func(o int) bool { return l.e.Options[o].Cost > l.r.Left }); big >= 0 {
		l.end(class[big])
		return false
	}
	voters := l.voters[class[0]]
	slices.SortFunc(class, l.byID)
	order, by := l.refine(class)
	free := l.apart(class)
	if len(class) > 1 && slices.ContainsFunc(class, func(o int) bool { return !slices.Contains(l.met, o) }) {
		l.tie(class, order, by, !free, !free && len(order[0]) > 1)
		l.met = class
	}
	if !free && len(order[0]) > 1 {
		l.stay(order[0])
		return false
	}
	l.buy(order[0][0], load, voters)
	return true
}

// lightest finds the projects that would leave the smallest load, and that load times the
// supporters of the first of them, in units of 1/den.
func (l *loads) lightest() (class []int, least *big.Int) {
	var part, n, x, y big.Int
	for _, o := range l.live {
		load := new(big.Int).Mul(l.den, n.SetInt64(l.e.Options[o].Cost))
		for at := 1; at < len(l.loads); at++ {
			if carried := l.carry[at][o]; carried > 0 {
				load.Add(load, part.Mul(l.loads[at], n.SetInt64(carried)))
			}
		}
		order := -1
		if least != nil {
			order = x.Mul(load, n.SetInt64(l.voters[class[0]])).Cmp(y.Mul(least, part.SetInt64(l.voters[o])))
		}
		switch order {
		case -1:
			class, least = []int{o}, load
		case 0:
			class = append(class, o)
		}
	}
	return class, least
}

// apart says whether the projects of a class share no supporter and all fit: then their order makes
// no difference.
func (l *loads) apart(class []int) bool {
	var cost int64
	seen := map[int32]bool{}
	for _, o := range class {
		cost += l.e.Options[o].Cost
		for _, k := range l.kinds[l.start[o]:l.start[o+1]] {
			if seen[k] {
				return false
			}
			seen[k] = true
		}
	}
	return cost <= l.r.Left
}

// buy loads the supporters of a project with its cost; each then carries a part of the sum.
func (l *loads) buy(o int, sum *big.Int, parts int64) {
	at, n := int32(len(l.loads)), big.NewInt(parts)
	load := new(big.Rat).SetFrac(sum, new(big.Int).Mul(l.den, n))
	if shared := new(big.Int).GCD(nil, nil, sum, n); shared.Sign() > 0 {
		sum.Quo(sum, shared)
		n.Quo(n, shared)
	}
	l.den.Mul(l.den, n)
	for _, earlier := range l.loads {
		earlier.Mul(earlier, n)
	}
	l.loads, l.carry = append(l.loads, sum), append(l.carry, make([]int64, len(l.e.Options)))
	for _, k := range l.kinds[l.start[o]:l.start[o+1]] {
		for _, other := range l.picks[l.from[k]:l.from[k+1]] {
			l.carry[l.of[k]][other] -= l.weight[k]
			l.carry[at][other] += l.weight[k]
		}
		l.of[k] = at
	}
	l.fund(o, load)
}

func (l *loads) fund(o int, load *big.Rat) {
	cost := l.e.Options[o].Cost
	l.done[o].Paid = cost
	round := l.round()
	l.r.Left -= cost
	round.Left, round.Payers = l.r.Left, l.voters[o]
	round.Price = new(big.Rat).Quo(load, new(big.Rat).SetInt64(power(l.e.Decimals))).FloatString(9)
	l.decide(o, Funded, reason("reason.loaded", number("n", l.voters[o]), money("load", ceil(load)), money("cost", cost), money("left", l.r.Left)))
	l.live = slices.DeleteFunc(l.live, func(x int) bool { return x == o })
}

// end tells of the project that no longer fits, and that the others come after it.
func (l *loads) end(halt int) {
	for _, o := range append([]int{halt}, slices.DeleteFunc(slices.Clone(l.live), func(x int) bool { return x == halt })...) {
		l.round()
		if o == halt {
			l.decide(o, NotFunded, reason("reason.stop", money("needed", l.e.Options[o].Cost), money("left", l.r.Left)))
			continue
		}
		l.decide(o, NotFunded, reason("reason.stopped", option("option", l.e.Options[halt].ID)))
	}
}

// stay ends at a tie that is open.
func (l *loads) stay(tied []int) {
	for _, o := range l.live {
		l.round()
		if slices.Contains(tied, o) {
			l.decide(o, Tied, reason("reason.tied_money", number("n", int64(len(tied))), money("left", l.r.Left)))
			continue
		}
		l.decide(o, Undecided, reason("reason.undecided"))
	}
}
