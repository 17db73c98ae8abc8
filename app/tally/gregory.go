package tally

import "math/bits"

// gregory is a count that moves papers at a fraction of their value: of a surplus all papers of the
// option, each at the same part of its value (weighted inclusive Gregory method).
//
// A ballot that gives one rank to several options says no more from there on: it counts for nobody
// once it gets there. One that begins so has no first preference and is not valid for the quota.
type gregory struct {
	*stv
	worth   func(value, surplus, votes int64) int64 // of a paper when it moves on
	law     bool                                    // papers move even when the seats are then filled
	piles   [][]int32                               // ballots, by the option that has them
	at      []int32                                 // by ballot: the place on it of the option that has it
	value   []int64                                 // by ballot: what each of its papers is worth, in units
	surplus []bool                                  // of an elected option: not yet moved
}

// stvScottish is the single transferable vote of Scottish councils (The Scottish Local Government
// Elections Order 2007, SSI 2007/42, rules 45 to 52). The quota is the whole part of valid papers by
// seats plus one, plus 1. Values have five decimals, the rest ignored. One surplus moves at a time, the
// largest first; who has fewest votes drops out. Ties go by the most recent stage that tells them apart,
// then by the declared criteria. Papers move even where the last seat then falls to the only one left,
// as in the official stage reports; the votes that truncation loses count as not transferable there.
func stvScottish(c *count) {
	g := newGregory(c, 100_000, func(value, surplus, votes int64) int64 { return muldiv(value, surplus, votes) })
	g.recent, g.law = true, true
	g.deal()
	g.quota = ((g.counted()/g.one)/int64(g.seats+1) + 1) * g.one
	g.run()
}

// stvWIGM is the reference rule of the Proportional Representation Foundation for the weighted inclusive
// Gregory method (Reference WIGM Rule), without its optional defeat of sure losers: the quota is valid
// papers by seats plus one, plus 0.0001; each product and quotient keeps four decimals. Ties go by the
// declared criteria.
func stvWIGM(c *count) {
	const one = 10_000
	g := newGregory(c, one, func(value, surplus, votes int64) int64 {
		return muldiv(muldiv(value, surplus, one), one, votes)
	})
	g.deal()
	g.quota = g.counted()/int64(g.seats+1) + 1
	g.run()
}

func newGregory(c *count, one int64, worth func(value, surplus, votes int64) int64) *gregory {
	return &gregory{
		stv: newSTV(c, one), worth: worth, piles: make([][]int32, len(c.e.Options)), surplus: make([]bool, len(c.e.Options)),
		at: make([]int32, len(c.e.Ballots)), value: make([]int64, len(c.e.Ballots)),
	}
}

// muldiv is the whole part of a·b/c, none of them negative and the answer within 64 bits.
func muldiv(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	quotient, _ := bits.Div64(high, low, uint64(c))
	return int64(quotient)
}

// deal gives every ballot to its first preference and opens the first stage.
func (g *gregory) deal() {
	g.round()
	for k := range g.e.Ballots {
		g.at[k], g.value[k] = -1, g.one
		g.pass(int32(k))
	}
}

func (g *gregory) counted() (units int64) {
	for _, v := range g.votes {
		units += v
	}
	return units
}

// pass moves a ballot on to the next option that stands.
func (g *gregory) pass(k int32) {
	b := &g.e.Ballots[k]
	for at := int(g.at[k]) + 1; at < len(b.Options) && !b.shared(at); at++ {
		if o := b.Options[at]; g.in[o] {
			g.at[k] = int32(at)
			g.piles[o] = append(g.piles[o], k)
			g.votes[o] += b.Weight * g.value[k]
			return
		}
	}
}

// shared says whether the rank of the option at this place holds others too.
func (b *Ballot) shared(at int) bool {
	v := b.Values
	return v != nil && (at > 0 && v[at] == v[at-1] || at+1 < len(v) && v[at] == v[at+1])
}

// run counts from the first stage on.
func (g *gregory) run() {
	first := g.close(nil)
	first.Notes = append(first.Notes, reason("reason.stv_quota", g.told("quota", g.quota), number("seats", int64(g.seats)), number("n", int64(g.seats))))
	for {
		var reached []int
		for _, i := range g.standing() {
			if g.votes[i] >= g.quota {
				reached = append(reached, i)
				g.surplus[i] = g.votes[i] > g.quota
			}
		}
		g.take(reached, "reason.stv_elected")
		if g.over() {
			return
		}
		if largest := g.largest(); largest != nil {
			if !g.spread(largest) {
				return
			}
		} else if !g.exclude() {
			return
		}
	}
}

// largest are the elected options with the largest surplus not yet moved.
func (g *gregory) largest() []int {
	var list []int
	for i, has := range g.surplus {
		if has {
			list = append(list, i)
		}
	}
	if list == nil {
		return nil
	}
	return classes(list, g.byVotes, g.byID)[0]
}

// spread moves the surplus of one of these options, which have the same; of all at once when nothing
// decides between them and the order changes nothing. It is false when that tie stays open.
func (g *gregory) spread(tied []int) bool {
	first := tied
	if len(tied) > 1 {
		order, by := g.separate(tied)
		first = order[0]
		matters := !g.quiet(tied)
		open := len(first) > 1 && !g.quiet(first)
		g.met(tied, order, by, matters, open)
		if open {
			g.stay(nil)
			return false
		}
	}
	g.round()
	votes := g.votes[first[0]]
	surplus := votes - g.quota
	for _, i := range first {
		g.surplus[i], g.votes[i] = false, g.quota
		g.move(i, surplus, votes)
	}
	round := g.close(first)
	round.From, round.Surplus, round.Value = g.ids(first), g.amount(surplus), g.amount(g.worth(g.one, surplus, votes))
	for _, id := range round.From {
		round.Notes = append(round.Notes, reason("reason.stv_surplus", option("option", id), g.told("surplus", surplus),
			Arg{Name: "value", Unit: UnitVotes, Number: round.Value}))
	}
	return true
}

// quiet says whether the surpluses of these options can move in any order with the same outcome: even
// with all of them nobody reaches the quota meanwhile.
func (g *gregory) quiet(tied []int) bool {
	gain := make([]int64, len(g.votes))
	for _, i := range tied {
		for _, k := range g.piles[i] {
			b := &g.e.Ballots[k]
			for at := int(g.at[k]) + 1; at < len(b.Options) && !b.shared(at); at++ {
				if o := b.Options[at]; g.in[o] {
					gain[o] += b.Weight * g.worth(g.value[k], g.votes[i]-g.quota, g.votes[i])
					break
				}
			}
		}
	}
	for i, in := range g.in {
		if in && g.votes[i]+gain[i] >= g.quota {
			return false
		}
	}
	return true
}

// move passes on all papers of an option, whole or as much of their value as the surplus is of its votes.
func (g *gregory) move(i int, surplus, votes int64) {
	pile := g.piles[i]
	g.piles[i] = nil
	for _, k := range pile {
		if surplus > 0 {
			g.value[k] = g.worth(g.value[k], surplus, votes)
		}
		g.pass(k)
	}
}

// exclude takes out who has fewest votes; false when a tie stays open or the count is over.
func (g *gregory) exclude() bool {
	groups := classes(g.standing(), g.byVotes, g.byID)
	last := groups[len(groups)-1]
	list, ok := g.lowest(last)
	if !ok {
		g.stay(last)
		return false
	}
	g.round()
	g.drop(list)
	if !g.law && len(g.standing()) <= g.seats {
		g.close(list)
		return !g.over()
	}
	for _, i := range list {
		g.votes[i] = 0
		g.move(i, 0, 0)
	}
	round := g.close(list)
	round.From = g.ids(list)
	for _, id := range round.From {
		round.Notes = append(round.Notes, reason("reason.stv_moved", option("option", id)))
	}
	return true
}
