package tally

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// A purse run is one run of equal shares with one endowment. What each voter has left is kept twice:
// as a float with a known error, which decides nearly every comparison, and as an exact sum
// (endowment less the prices paid) that is worked out only where the float cannot tell. So every
// decision is exact, and most cost a float's time.
//
// Prices are per point (per voter where a pick is worth 1): R = ρ, or ρ times the project's cost
// where the utility grows with the cost. A voter pays min(left, R · worth).
type purse struct {
	*count
	*electors
	costly bool // ρ is R divided by the cost

	each  float64   // the endowment
	left  []float64 // of a voter of each kind
	broke []bool    // kinds with exactly nothing left
	live  []int     // options that can still be bought
	lower []float64 // of each option: a lower bound of R, which only grows within a run

	endow  *big.Int // endowment in units of 1/den
	den    *big.Int
	prices []*big.Int // of what was bought, in order, in units of 1/den
	bought []int      // options in order
	step   []int      // of each option: its place in bought, or -1
	paying []int64    // voters who paid, by place in bought

	spent  int64
	ties   []equalRates
	held   *equalRates // a tie that nothing declared resolves; harmless while all of it is bought
	open   bool        // held, and it mattered: the run ends before it
	counts []int64     // scratch, by place in bought
}

// equalRates is a tie that a run met: options of exactly the same ρ, and what the criteria made of it.
type equalRates struct {
	class []int
	order [][]int
	by    []Criterion
	at    int // how many had been bought
}

var one = big.NewInt(1)

// eps bounds the relative error of one operation on floats, with room.
const eps = 1.0 / (1 << 51)

func newPurse(c *count, s *electors, costly bool) *purse {
	n := len(c.e.Options)
	return &purse{
		count: c, electors: s, costly: costly, left: make([]float64, len(s.weight)), broke: make([]bool, len(s.weight)),
		lower: make([]float64, n), step: make([]int, n),
	}
}

// run buys with an endowment for each voter, in minor units, until nothing can be bought.
func (p *purse) run(endowment *big.Rat) {
	p.begin(endowment)
	for !p.open {
		class := p.cheapest()
		if len(class) == 0 {
			break
		}
		p.buy(p.choose(class))
	}
	p.checkHeld(nil)
}

func (p *purse) begin(endowment *big.Rat) {
	p.endow, p.den = new(big.Int).Set(endowment.Num()), new(big.Int).Set(endowment.Denom())
	p.each, _ = endowment.Float64()
	for k := range p.left {
		p.left[k], p.broke[k] = p.each, false
	}
	p.prices, p.bought, p.paying = p.prices[:0], p.bought[:0], p.paying[:0]
	p.ties, p.held, p.open, p.spent, p.live = p.ties[:0], nil, false, 0, p.live[:0]
	for o := range p.step {
		p.step[o] = -1
		if p.voters[o] > 0 {
			p.live = append(p.live, o)
			p.lower[o] = 0
			if cost := p.e.Options[o].Cost; cost > 0 {
				p.lower[o] = float64(cost) / float64(p.worth[o]) * (1 - 4*eps)
			}
		}
	}
}

// scale makes a bound of R one of ρ.
func (p *purse) scale(o int, r float64) float64 {
	if p.costly && p.e.Options[o].Cost > 0 {
		return r / float64(p.e.Options[o].Cost)
	}
	return r
}

// slack bounds the error of what a voter has left.
func (p *purse) slack() float64 {
	return float64(len(p.bought)+4) * eps * p.each
}

// cheapest finds the options of the smallest ρ that can be paid: several only when exactly equal.
// What can no longer be paid leaves the run.
func (p *purse) cheapest() []int {
	slices.SortFunc(p.live, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.scale(a, p.lower[a]), p.scale(b, p.lower[b])), a-b)
	})
	best := math.Inf(1)
	var close []int
	kept := p.live[:0]
	for i, o := range p.live {
		if p.scale(o, p.lower[o])*(1-4*eps) > best {
			kept = append(kept, p.live[i:]...)
			break
		}
		low, high, ok := p.bounds(o, best)
		if !ok {
			continue
		}
		kept = append(kept, o)
		p.lower[o] = max(p.lower[o], low)
		if p.scale(o, low)*(1-4*eps) <= best {
			close = append(close, o)
			best = min(best, p.scale(o, high)*(1+4*eps))
		}
	}
	p.live = kept
	close = slices.DeleteFunc(close, func(o int) bool { return p.scale(o, p.lower[o])*(1-4*eps) > best })
	if len(close) < 2 {
		return close
	}
	return p.exactly(close)
}

// exactly keeps the options whose exact ρ is the smallest.
func (p *purse) exactly(close []int) (class []int) {
	var least price
	for _, o := range close {
		r := p.price(o)
		switch c := p.compare(o, r, class, least); {
		case c < 0:
			class, least = []int{o}, r
		case c == 0:
			class = append(class, o)
		}
	}
	return class
}

func (p *purse) compare(o int, r price, class []int, least price) int {
	if len(class) == 0 {
		return -1
	}
	x, y := new(big.Int).Mul(r.units, big.NewInt(least.share)), new(big.Int).Mul(least.units, big.NewInt(r.share))
	if a, b := p.e.Options[o].Cost, p.e.Options[class[0]].Cost; p.costly && a > 0 && b > 0 {
		x.Mul(x, big.NewInt(b))
		y.Mul(y, big.NewInt(a))
	}
	return x.Cmp(y)
}

// bounds encloses R of an option; ok is false when its supporters cannot pay it. Beyond limit, a
// bound of ρ, only the lower bound is worked out.
func (p *purse) bounds(o int, limit float64) (low, high float64, ok bool) {
	cost, slack := float64(p.e.Options[o].Cost), p.slack()
	total := 0.0
	kinds := p.kinds[p.start[o]:p.start[o+1]]
	for _, k := range kinds {
		total += float64(p.weight[k]) * p.left[k]
	}
	fault := float64(p.voters[o])*slack + float64(len(kinds)+8)*eps*(total+cost)
	if total+fault < cost {
		return 0, 0, false
	}
	if total-fault < cost && !p.affords(o) {
		return 0, 0, false
	}
	low = p.solve(o, cost-fault, p.lower[o])
	if p.scale(o, low)*(1-4*eps) > limit {
		return low * (1 - 4*eps), math.Inf(1), true
	}
	high = p.solve(o, cost+fault, low)
	return low * (1 - 4*eps), high * (1 + 4*eps), true
}

// solve finds R at which the supporters pay an amount together, from a lower bound upwards: each
// pass takes out who has less than their part. +Inf when they cannot.
func (p *purse) solve(o int, amount, r float64) float64 {
	from, to := p.start[o], p.start[o+1]
	for {
		paid, rest := 0.0, 0.0
		for i := from; i < to; i++ {
			k := p.kinds[i]
			w, left := float64(p.weight[k]), p.left[k]
			worth := 1.0
			if p.values != nil {
				worth = float64(p.values[i])
			}
			if left <= r*worth {
				paid += w * left
			} else {
				rest += w * worth
			}
		}
		if rest == 0 {
			if paid >= amount {
				return r
			}
			return math.Inf(1)
		}
		next := (amount - paid) / rest
		if !(next > r) {
			return r
		}
		r = next
	}
}

// choose takes one of a class of equal options, by the declared criteria.
func (p *purse) choose(class []int) int {
	slices.SortFunc(class, p.byID)
	p.checkHeld(class)
	if len(class) == 1 || p.open {
		return class[0]
	}
	if p.held != nil {
		for _, o := range p.held.order[0] {
			if p.step[o] < 0 {
				return o
			}
		}
	}
	order, by := p.refine(class)
	if t := (equalRates{class, order, by, len(p.bought)}); len(p.ties) == 0 || !p.within(class) {
		p.ties = append(p.ties, t)
	}
	if len(order[0]) > 1 {
		p.held = &equalRates{order[0], order, by, len(p.bought)}
	}
	return order[0][0]
}

// within says whether a class is the rest of the tie met last.
func (p *purse) within(class []int) bool {
	last := p.ties[len(p.ties)-1].class
	return !slices.ContainsFunc(class, func(o int) bool { return !slices.Contains(last, o) })
}

// checkHeld ends an unresolved tie: harmless once all of it is bought, at one ρ, since then nobody
// ran short on the way and any order gives the same. It mattered as soon as the cheapest class lacks
// one of them.
func (p *purse) checkHeld(class []int) {
	if p.held == nil || p.open {
		return
	}
	var rest []int
	for _, o := range p.held.order[0] {
		if p.step[o] < 0 {
			rest = append(rest, o)
		}
	}
	if len(rest) == 0 && p.oneRate(p.held.order[0]) {
		p.held = nil
		return
	}
	for _, o := range rest {
		if !slices.Contains(class, o) {
			p.open = true
		}
	}
	if p.open = p.open || len(rest) == 0; p.open {
		p.undo(p.held.at)
	}
}

// oneRate says whether bought options cost exactly the same ρ.
func (p *purse) oneRate(options []int) bool {
	for _, o := range options[1:] {
		a, b := p.prices[p.step[options[0]]], p.prices[p.step[o]]
		if p.costly {
			a = new(big.Int).Mul(a, big.NewInt(p.e.Options[o].Cost))
			b = new(big.Int).Mul(b, big.NewInt(p.e.Options[options[0]].Cost))
		}
		if a.Cmp(b) != 0 {
			return false
		}
	}
	return true
}

// undo forgets what was bought from a place on, and what it cost: which of the tied options came first
// there decides nothing, also not whether the run overspends. The run is over.
func (p *purse) undo(at int) {
	for _, o := range p.bought[at:] {
		p.step[o] = -1
	}
	p.bought, p.prices, p.spent = p.bought[:at], p.prices[:at], 0
	for _, o := range p.bought {
		p.spent = min(p.spent+p.e.Options[o].Cost, MaxMoney+1)
	}
	p.ties = slices.DeleteFunc(p.ties, func(t equalRates) bool { return t.at > p.held.at })
}

// buy funds an option and takes what its supporters pay.
func (p *purse) buy(o int) {
	if p.open {
		return
	}
	r := p.price(o)
	rate := p.float(r)
	var payers int64
	for i := p.start[o]; i < p.start[o+1]; i++ {
		k := p.kinds[i]
		if p.broke[k] {
			continue
		}
		payers += p.weight[k]
		if r.takesAll(i) {
			p.left[k], p.broke[k] = 0, true
			continue
		}
		p.left[k] = max(0, p.left[k]-rate*float64(p.value(i)))
	}
	p.record(o, r, payers)
}

// record brings everything kept exactly to the new common denominator.
func (p *purse) record(o int, r price, payers int64) {
	share := big.NewInt(r.share)
	if shared := new(big.Int).GCD(nil, nil, r.units, share); shared.Sign() > 0 {
		r.units.Quo(r.units, shared)
		share.Quo(share, shared)
	}
	if share.Cmp(one) != 0 {
		p.den.Mul(p.den, share)
		p.endow.Mul(p.endow, share)
		for _, earlier := range p.prices {
			earlier.Mul(earlier, share)
		}
	}
	p.step[o] = len(p.bought)
	p.bought, p.prices = append(p.bought, o), append(p.prices, r.units)
	p.paying = append(p.paying, payers)
	p.spent = min(p.spent+p.e.Options[o].Cost, MaxMoney+1) // beyond every budget, and no more
	p.live = slices.DeleteFunc(p.live, func(x int) bool { return x == o })
}

// float is R as the nearest float.
func (p *purse) float(r price) float64 {
	x := new(big.Float).SetPrec(80).SetInt(r.units)
	d := new(big.Float).SetPrec(80).SetInt(p.den)
	d.Mul(d, new(big.Float).SetInt64(r.share))
	f, _ := x.Quo(x, d).Float64()
	return f
}
