package tally

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
)

// price is an exact R: units / (share · the run's denominator), and who pays all they have for it.
type price struct {
	units *big.Int
	share int64          // what the project is worth to those who pay R and not all they have
	all   map[int32]bool // places in kinds between the bounds: whether they pay all they have
	short []bool         // by place in kinds from first: surely pays all
	first int32
}

// takesAll says whether the supporter at a place in kinds pays all they have left.
func (r price) takesAll(i int32) bool { return r.short[i-r.first] || r.all[i] }

// affords works out exactly whether the supporters have the cost together.
func (p *purse) affords(o int) bool {
	sum := p.owned(func(each func(i int32)) {
		for i := p.start[o]; i < p.start[o+1]; i++ {
			each(i)
		}
	})
	return sum.Cmp(new(big.Int).Mul(p.den, big.NewInt(p.e.Options[o].Cost))) >= 0
}

// owned is what the kinds at some places have left together, exactly, in units of 1/den: their
// endowments less the prices of what they bought. Who is broke has nothing.
func (p *purse) owned(places func(each func(i int32))) *big.Int {
	counts := p.scratch()
	var voters int64
	places(func(i int32) { voters += p.spendings(p.kinds[i], counts) })
	return p.balance(voters, counts)
}

func (p *purse) scratch() []int64 {
	if cap(p.counts) < len(p.bought) {
		p.counts = make([]int64, 2*len(p.bought)+8)
	}
	counts := p.counts[:len(p.bought)]
	clear(counts)
	return counts
}

// spendings adds how often the voters of a kind paid each price, and returns how many they are.
func (p *purse) spendings(k int32, counts []int64) int64 {
	if p.broke[k] {
		return 0
	}
	w := p.weight[k]
	for i := p.from[k]; i < p.from[k+1]; i++ {
		if at := p.step[p.picks[i]]; at >= 0 {
			if p.worths == nil {
				counts[at] += w
			} else {
				counts[at] += w * p.worths[i]
			}
		}
	}
	return w
}

func (p *purse) balance(voters int64, counts []int64) *big.Int {
	sum := new(big.Int).Mul(p.endow, big.NewInt(voters))
	var n, part big.Int
	for at, count := range counts {
		if count != 0 {
			sum.Sub(sum, part.Mul(p.prices[at], n.SetInt64(count)))
		}
	}
	return sum
}

// price works out R exactly. Floats tell who surely pays all they have and who surely does not; the
// few between are settled one by one.
func (p *purse) price(o int) price {
	first, last := p.start[o], p.start[o+1]
	cost, slack := p.e.Options[o].Cost, p.slack()
	if cost == 0 {
		return price{units: new(big.Int), share: 1, short: make([]bool, last-first), first: first}
	}
	low, high, _ := p.bounds(o, math.Inf(1))
	r := price{short: make([]bool, last-first), first: first}
	counts := p.scratch()
	var voters int64
	var between []int32
	for i := first; i < last; i++ {
		k := p.kinds[i]
		worth := float64(p.value(i))
		switch left := p.left[k]; {
		case p.broke[k]:
			r.short[i-first] = true
		case left+slack < low*worth*(1-4*eps):
			r.short[i-first] = true
			voters += p.spendings(k, counts)
		case left-slack > high*worth*(1+4*eps):
			r.share += p.weight[k] * p.value(i)
		default:
			r.share += p.weight[k] * p.value(i)
			between = append(between, i)
		}
	}
	r.units = new(big.Int).Mul(p.den, big.NewInt(cost))
	r.units.Sub(r.units, p.balance(voters, counts))
	if len(between) > 0 {
		r.all = map[int32]bool{}
		p.settle(&r, between)
	}
	return r
}

// alike are the supporters at the border who have exactly the same left and the same points.
type alike struct {
	left   *big.Int // of one voter, in units of 1/den
	worth  int64
	weight int64
	places []int32
}

// settle moves supporters who have less than R asks of them to those who pay all they have, the
// poorest first; each raises R for the others. Who has exactly what R asks pays all they have too,
// which changes no price.
func (p *purse) settle(r *price, between []int32) {
	groups := p.alikes(between)
	slices.SortFunc(groups, func(a, b *alike) int {
		var x, y big.Int
		return x.Mul(a.left, big.NewInt(b.worth)).Cmp(y.Mul(b.left, big.NewInt(a.worth)))
	})
	var asked, have big.Int
	for _, g := range groups {
		asked.Mul(r.units, big.NewInt(g.worth))
		have.Mul(g.left, big.NewInt(r.share))
		switch have.Cmp(&asked) {
		case -1:
			r.units.Sub(r.units, have.Mul(g.left, big.NewInt(g.weight)))
			r.share -= g.weight * g.worth
			fallthrough
		case 0:
			for _, i := range g.places {
				r.all[i] = true
			}
		}
	}
}

// alikes groups supporters by what they bought, which is all that what they have left depends on.
func (p *purse) alikes(places []int32) (groups []*alike) {
	known := map[string]*alike{}
	var key []byte
	for _, i := range places {
		k := p.kinds[i]
		key = key[:0]
		for j := p.from[k]; j < p.from[k+1]; j++ {
			if at := p.step[p.picks[j]]; at >= 0 {
				key = binary.AppendUvarint(key, uint64(at))
				if p.worths != nil {
					key = binary.AppendVarint(key, p.worths[j])
				}
			}
		}
		key = binary.AppendVarint(append(key, 0xff, 0xff), p.value(i))
		g := known[string(key)]
		if g == nil {
			counts := make([]int64, len(p.bought))
			one := p.spendings(k, counts)
			for at := range counts {
				counts[at] /= one
			}
			g = &alike{left: p.balance(1, counts), worth: p.value(i)}
			known[string(key)] = g
			groups = append(groups, g)
		}
		g.weight += p.weight[k]
		g.places = append(g.places, i)
	}
	return groups
}
