package tally

import (
	"cmp"
	"slices"
)

// runoff is an instant runoff under way.
type runoff struct {
	*count
	in      []bool
	history stages
	out     [][]int // eliminated, last first
}

// irv is the instant runoff: each ballot counts for its first option still in the count; an option
// with more than half of the continuing ballots wins; else the one with the fewest drops out. A
// ballot whose next rank several options share waits until one of them is left. Options tied for the
// fewest drop out together when even united they could not catch up with the next. Else the most
// recent earlier round that tells them apart decides, then the declared criteria; where those leave
// a tie, the result is tied.
func irv(c *count) {
	r := &runoff{count: c, in: make([]bool, len(c.e.Options))}
	for i := range r.in {
		r.in[i] = true
	}
	for r.next() {
	}
}

func (r *runoff) next() bool {
	votes, exhausted := r.tops()
	r.history = append(r.history, votes)
	alive := r.alive()
	groups := classes(alive, func(a, b int) int { return cmp.Compare(votes[b], votes[a]) }, r.byID)
	round := r.round()
	round.Exhausted = exhausted
	for _, i := range slices.Concat(groups...) {
		if k := len(r.history) - 2; k >= 0 && len(votes) > manyFigures && votes[i] == r.history[k][i] {
			continue
		}
		round.Figures = append(round.Figures, Figure{Option: r.e.Options[i].ID, Score: Whole(votes[i])})
	}
	best, total := groups[0][0], r.r.Totals.Valid-exhausted
	if 2*votes[best] > total || len(alive) == 1 {
		r.win(best, groups, votes, total)
		return false
	}
	last := groups[len(groups)-1]
	drop, ok := r.lowest(last, groups, votes)
	if !ok {
		r.stay(last, groups)
		return false
	}
	for _, i := range drop {
		r.in[i] = false
		r.decide(i, NotElected, reason("reason.eliminated", number("n", votes[i]), number("round", int64(len(r.history)))))
	}
	r.out = append(r.out, drop)
	return true
}

// tops counts each ballot for its best option in the count.
func (r *runoff) tops() (votes []int64, exhausted int64) {
	votes = make([]int64, len(r.e.Options))
	for k := range r.e.Ballots {
		b := &r.e.Ballots[k]
		if len(b.Options) == 0 {
			continue
		}
		if i := r.top(b); i >= 0 {
			votes[i] += b.Weight
		} else {
			exhausted += b.Weight
		}
	}
	return votes, exhausted
}

func (r *runoff) top(b *Ballot) int32 {
	for i, o := range b.Options {
		if !r.in[o] {
			continue
		}
		for j := i + 1; b.Values != nil && j < len(b.Options) && b.Values[j] == b.Values[i]; j++ {
			if r.in[b.Options[j]] {
				return -1
			}
		}
		return o
	}
	return -1
}

func (r *runoff) alive() []int {
	var list []int
	for i, in := range r.in {
		if in {
			list = append(list, i)
		}
	}
	return list
}

// lowest chooses who drops out of those with the fewest votes; false when the tie stays open.
func (r *runoff) lowest(last []int, groups [][]int, votes []int64) ([]int, bool) {
	if len(last) == 1 {
		return last, true
	}
	if len(groups) > 1 && int64(len(last))*votes[last[0]] < votes[groups[len(groups)-2][0]] {
		r.met(last, [][]int{last}, nil, votes, false, false)
		return last, true
	}
	order, by := r.history.earlier(last, r.byID)
	if part := order[len(order)-1]; len(part) > 1 {
		refined, more := r.refine(part)
		order, by = append(order[:len(order)-1], refined...), append(by, more...)
	}
	drop := order[len(order)-1]
	open := len(drop) > 1
	r.met(last, order, by, votes, true, open)
	return drop, !open
}

// met notes a tie at the votes of this round.
func (r *runoff) met(class []int, order [][]int, by []Criterion, votes []int64, mattered, open bool) {
	r.tie(class, order, by, mattered, open)
	r.r.Ties[len(r.r.Ties)-1].Score = Whole(votes[class[0]])
}

func (r *runoff) win(best int, groups [][]int, votes []int64, total int64) {
	r.decide(best, Elected, reason("reason.runoff", number("n", votes[best]), number("total", total)))
	for _, g := range groups {
		for _, i := range g {
			if i != best {
				r.decide(i, NotElected, reason("reason.runoff_lost", number("n", votes[i]), number("winner", votes[best])))
			}
		}
	}
	r.order(groups)
}

// stay ends with an open tie: who drops out would decide what follows.
func (r *runoff) stay(last []int, groups [][]int) {
	for _, g := range groups {
		for _, i := range g {
			if slices.Contains(last, i) {
				r.decide(i, Tied, reason("reason.tied_last", number("n", int64(len(last)))))
				continue
			}
			r.decide(i, Undecided, reason("reason.undecided"))
		}
	}
	r.order(groups)
}

// order makes the ranking: those who stayed by their last votes, then the others from the last
// eliminated to the first.
func (r *runoff) order(groups [][]int) {
	slices.Reverse(r.out)
	r.ranked(append(groups, r.out...))
}
