package tally

import (
	"encoding/binary"
	"math/bits"
)

// meekOne is a vote in the units of Meek's method, nine decimals; omega, a millionth of a vote, is the
// surplus below which an iteration ends.
const (
	meekOne   = 1_000_000_000
	meekOmega = meekOne / 1_000_000
)

// meek is a count by Meek's method under way.
type meek struct {
	*stv
	keep    []int64 // part of each vote that an option keeps, in units; 0 once it is out
	bundles map[string]*bundle
	key     []byte
}

// bundle are ballots that begin alike: up to the first option that stands, who keeps what is left of
// them.
type bundle struct {
	ranks   [][]int32
	weight  int64
	ballots []int32
}

// stvMeek is Meek's method by the reference rule of the Proportional Representation Foundation
// (Reference Meek Rule; Hill, Wichmann and Woodall, Algorithm 123, 1987): every elected option keeps
// such a part of each vote that it holds the quota, and passes the rest on; the quota falls as votes run
// out. Nine decimals: what is kept rounds up, the quota is cut and gets 0.000000001. An iteration ends
// when somebody is elected, when the surplus is below a millionth of a vote, or when it no longer falls;
// then whoever has fewest votes drops out, those within the surplus counting as tied. Ties go by the
// declared criteria.
//
// The reference knows no equal ranks: here each option of such a rank still in the count gets an equal
// part of the vote (cut to nine decimals), keeps its part of that, and what is left goes to the next
// rank.
func stvMeek(c *count) {
	m := &meek{stv: newSTV(c, meekOne), keep: make([]int64, len(c.e.Options)), bundles: map[string]*bundle{}}
	all := make([]int32, 0, len(c.e.Ballots))
	for i := range m.keep {
		m.keep[i] = meekOne
	}
	for k := range c.e.Ballots {
		all = append(all, int32(k))
	}
	m.bind(all)
	m.round()
	if len(m.standing()) <= m.seats { // all get in: their first preferences are shown all the same
		m.distribute()
		m.shut(0)
	}
	for !m.over() {
		surplus, reached := m.iterate()
		if reached != nil {
			m.shut(surplus)
			m.take(reached, "reason.stv_elected")
			m.rebind(reached)
		} else if !m.exclude(surplus) {
			return
		}
		if m.seats > 0 && len(m.standing()) > m.seats {
			m.round()
		}
	}
}

// bind puts ballots into bundles.
func (m *meek) bind(ballots []int32) {
	for _, k := range ballots {
		b := &m.e.Ballots[k]
		end := m.begin(b)
		found := m.bundles[string(m.key)]
		if found == nil {
			found = &bundle{ranks: m.ranks(b, end)}
			m.bundles[string(m.key)] = found
		}
		found.weight += b.Weight
		found.ballots = append(found.ballots, k)
	}
}

// begin writes the key of a ballot's beginning, and says where that ends.
func (m *meek) begin(b *Ballot) (end int) {
	m.key = m.key[:0]
	for end < len(b.Options) {
		from, alive, alone := end, 0, int32(-1)
		for ; end == from || end < len(b.Options) && b.Values != nil && b.Values[end] == b.Values[from]; end++ {
			if o := b.Options[end]; m.keep[o] > 0 {
				m.key = binary.AppendUvarint(m.key, uint64(o)+1)
				alone = o
				alive++
			}
		}
		if alive > 0 {
			m.key = append(m.key, 0)
		}
		if alive == 1 && m.in[alone] {
			break
		}
	}
	return end
}

// ranks are the options in the count among the first of a ballot, by rank.
func (m *meek) ranks(b *Ballot, end int) [][]int32 {
	var ranks [][]int32
	last := -1
	for at, o := range b.Options[:end] {
		if m.keep[o] == 0 {
			continue
		}
		if last >= 0 && b.Values != nil && b.Values[at] == b.Values[last] {
			ranks[len(ranks)-1] = append(ranks[len(ranks)-1], o)
		} else {
			ranks = append(ranks, []int32{o})
		}
		last = at
	}
	return ranks
}

// rebind makes new bundles of those that name options that no longer stand.
func (m *meek) rebind(gone []int) {
	is := make(map[int32]bool, len(gone))
	for _, i := range gone {
		is[int32(i)] = true
	}
	var loose []int32
	for key, b := range m.bundles {
		if b.names(is) {
			loose = append(loose, b.ballots...)
			delete(m.bundles, key)
		}
	}
	m.bind(loose)
}

func (b *bundle) names(which map[int32]bool) bool {
	for _, rank := range b.ranks {
		for _, o := range rank {
			if which[o] {
				return true
			}
		}
	}
	return false
}

// distribute counts all votes with the parts that options keep now, and updates the quota.
func (m *meek) distribute() {
	clear(m.votes)
	total := int64(0)
	for _, b := range m.bundles {
		left := int64(meekOne)
		for _, rank := range b.ranks {
			part, passed := left/int64(len(rank)), left
			for _, o := range rank {
				kept := (part*m.keep[o] + meekOne - 1) / meekOne
				m.votes[o] += kept * b.weight
				total += kept * b.weight
				passed -= kept
			}
			if left = passed; left == 0 {
				break
			}
		}
	}
	m.quota = total/int64(max(m.e.Seats, 1)+1) + 1
}

// iterate repeats the distribution until somebody reaches the quota or the surplus is spent.
func (m *meek) iterate() (surplus int64, reached []int) {
	for last := int64(-1); ; last = surplus {
		m.distribute()
		for _, i := range m.standing() {
			if m.votes[i] >= m.quota {
				reached = append(reached, i)
			}
		}
		surplus = 0
		for _, class := range m.elected {
			for _, i := range class {
				surplus += m.votes[i] - m.quota
			}
		}
		for _, i := range reached {
			surplus += m.votes[i] - m.quota
		}
		surplus = max(surplus, 0)
		if reached != nil || surplus < meekOmega || last >= 0 && surplus >= last {
			return surplus, reached
		}
		for _, class := range m.elected {
			for _, i := range class {
				m.keep[i] = min(meekOne, muldivUp(muldivUp(m.keep[i], m.quota, meekOne), meekOne, m.votes[i]))
			}
		}
	}
}

// muldivUp is a·b/c rounded up to a whole number, none of them negative and the answer within 64 bits.
func muldivUp(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	quotient, rest := bits.Div64(high, low, uint64(c))
	if rest > 0 {
		quotient++
	}
	return int64(quotient)
}

// exclude takes out who has fewest votes; false when a tie stays open.
func (m *meek) exclude(surplus int64) bool {
	standing := m.standing()
	low := m.votes[standing[0]]
	for _, i := range standing {
		low = min(low, m.votes[i])
	}
	var tied []int
	sum := int64(0)
	for _, i := range standing {
		if m.votes[i] <= low+surplus {
			tied = append(tied, i)
			sum += m.votes[i]
		}
	}
	m.slack = surplus + sum // votes that others get may be cut, and the quota falls
	list, ok := m.lowest(classes(tied, func(_, _ int) int { return 0 }, m.byID)[0])
	m.shut(surplus)
	if !ok {
		m.stay(tied)
		return false
	}
	m.drop(list)
	round := &m.r.Rounds[len(m.r.Rounds)-1]
	round.From = m.ids(list)
	for _, i := range list {
		m.keep[i], m.votes[i] = 0, 0
	}
	m.rebind(list)
	return true
}

// shut closes a round with what each option keeps.
func (m *meek) shut(surplus int64) {
	round := m.close(nil)
	round.Surplus = m.amount(surplus)
	keep := make(map[string]int64, len(m.keep))
	for i, o := range m.e.Options {
		keep[o.ID] = m.keep[i]
	}
	for k := range round.Figures {
		round.Figures[k].Keep = m.amount(keep[round.Figures[k].Option])
	}
	round.Notes = append(round.Notes, reason("reason.stv_meek", m.told("quota", m.quota), m.told("surplus", surplus)))
}
