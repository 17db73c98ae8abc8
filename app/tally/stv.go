package tally

import (
	"cmp"
	"slices"
)

// manyFigures is how many options may stand for each round to tell the votes of all that are still in
// the count; with more of them a round after the first tells only those that changed, or the
// explanation of 2,000 options would take a hundred megabytes.
const manyFigures = 100

// stages are the votes of every option at the end of each stage of a count.
type stages [][]int64

// earlier orders options by the most recent stage before the last in which they differed.
func (s stages) earlier(class []int, last func(a, b int) int) (order [][]int, by []Criterion) {
	order = [][]int{class}
	for k := len(s) - 2; k >= 0; k-- {
		var next [][]int
		for _, part := range order {
			next = append(next, classes(part, func(a, b int) int { return cmp.Compare(s[k][b], s[k][a]) }, last)...)
		}
		order = next
	}
	if len(order) > 1 {
		by = []Criterion{byEarlier}
	}
	return order, by
}

// stv is what the rules of the single transferable vote share: who is still in the count, who has a
// seat, the stages with their numbers, and ties.
type stv struct {
	*count
	one     int64 // units in which votes are counted
	recent  bool  // whether ties look at earlier stages first
	slack   int64 // by which votes may be off, for the question whether a tie matters
	quota   int64
	seats   int   // left
	all     []int // options by id
	in      []bool
	votes   []int64 // units
	history stages
	before  []int64 // votes at the end of the stage before
	elected [][]int // in order; a class came in together
	out     [][]int // dropped out, first to last
}

func newSTV(c *count, one int64) *stv {
	s := &stv{count: c, one: one, seats: max(c.e.Seats, 1), in: make([]bool, len(c.e.Options)), votes: make([]int64, len(c.e.Options))}
	for i := range s.in {
		s.in[i], s.all = true, append(s.all, i)
	}
	slices.SortFunc(s.all, c.byID)
	return s
}

// standing are the options neither elected nor out, by id.
func (s *stv) standing() []int {
	var list []int
	for _, i := range s.all {
		if s.in[i] {
			list = append(list, i)
		}
	}
	return list
}

func (s *stv) byVotes(a, b int) int { return cmp.Compare(s.votes[b], s.votes[a]) }

// amount is a number of units as votes.
func (s *stv) amount(units int64) Number { return fraction(units, s.one) }

func (s *stv) told(name string, units int64) Arg {
	return Arg{Name: name, Unit: UnitVotes, Number: s.amount(units)}
}

// close ends a stage: its figures are those who hold a seat, those who stand, and moved, whose papers
// went on.
func (s *stv) close(moved []int) *Round {
	shown := slices.Concat(moved, s.standing())
	for _, class := range s.elected {
		for _, i := range class {
			if !slices.Contains(moved, i) {
				shown = append(shown, i)
			}
		}
	}
	round := &s.r.Rounds[len(s.r.Rounds)-1]
	rest := s.one * s.r.Totals.Valid
	for _, i := range slices.Concat(classes(shown, s.byVotes, s.byID)...) {
		f := Figure{Option: s.e.Options[i].ID, Score: s.amount(s.votes[i])}
		if s.before != nil {
			f.Change = s.amount(s.votes[i] - s.before[i])
		}
		if s.before == nil || len(s.all) <= manyFigures || s.votes[i] != s.before[i] {
			round.Figures = append(round.Figures, f)
		}
		rest -= s.votes[i]
	}
	round.Quota, round.NonTransferable = s.amount(s.quota), s.amount(rest)
	if rest > 0 {
		round.Notes = append(round.Notes, reason("reason.stv_lost", s.told("votes", rest)))
	}
	s.before = slices.Clone(s.votes)
	s.history = append(s.history, s.before)
	return round
}

// take gives seats to options, those with more votes first.
func (s *stv) take(list []int, key string) {
	for _, class := range classes(list, s.byVotes, s.byID) {
		order := [][]int{class}
		if len(class) > 1 {
			var by []Criterion
			order, by = s.separate(class)
			s.met(class, order, by, false, false)
		}
		for _, part := range order {
			for _, i := range part {
				s.decide(i, Elected, reason(key, s.told("votes", s.votes[i]), s.told("quota", s.quota), number("stage", int64(len(s.r.Rounds)))))
				s.in[i] = false
			}
			s.seats -= len(part)
			s.elected = append(s.elected, part)
		}
	}
}

// drop takes options that stand out of the count.
func (s *stv) drop(list []int) {
	for _, i := range list {
		s.in[i] = false
		s.decide(i, NotElected, reason("reason.stv_excluded", s.told("votes", s.votes[i]), number("stage", int64(len(s.r.Rounds)))))
	}
	s.out = append(s.out, list)
}

// over says whether the count is at its end: no seat is left, or no more options than seats, which
// then get them.
func (s *stv) over() bool {
	standing := s.standing()
	switch {
	case s.seats <= 0:
		for _, i := range standing {
			s.decide(i, NotElected, reason("reason.stv_remaining", s.told("votes", s.votes[i])))
		}
	case len(standing) <= s.seats:
		s.take(standing, "reason.stv_last")
	default:
		return false
	}
	s.order()
	return true
}

// separate orders options with equal votes by the rule's own criterion, then by the declared ones.
func (s *stv) separate(class []int) (order [][]int, by []Criterion) {
	order = [][]int{class}
	if s.recent {
		order, by = s.history.earlier(class, s.byID)
	}
	var all [][]int
	for _, part := range order {
		if len(part) == 1 {
			all = append(all, part)
			continue
		}
		refined, more := s.refine(part)
		all = append(all, refined...)
		for _, k := range more {
			if !slices.Contains(by, k) {
				by = append(by, k)
			}
		}
	}
	return all, by
}

// met notes a tie at the votes of this stage.
func (s *stv) met(class []int, order [][]int, by []Criterion, mattered, open bool) {
	s.tie(class, order, by, mattered, open)
	s.r.Ties[len(s.r.Ties)-1].Score = s.amount(s.votes[class[0]])
}

// lowest chooses who drops out of those tied for it; false when the tie stays open. Those between whom
// nothing decides drop out together when all of them must drop out next, in whatever order, and the
// order can change nothing for the others.
func (s *stv) lowest(tied []int) ([]int, bool) {
	if len(tied) == 1 {
		return tied, true
	}
	order, by := s.separate(tied)
	last := order[len(order)-1]
	matters := !s.harmless(tied)
	open := len(last) > 1 && !s.harmless(last)
	s.met(tied, order, by, matters, open)
	return last, !open
}

// harmless says whether these, the lowest, drop out one after the other whatever comes: enough others
// stand for the seats, and even with all their votes nobody is reached among the others or reaches the
// quota meanwhile.
func (s *stv) harmless(tied []int) bool {
	least, most, others, sum := int64(-1), int64(0), 0, s.slack
	for _, i := range tied {
		sum += s.votes[i]
	}
	for _, i := range s.standing() {
		if slices.Contains(tied, i) {
			continue
		}
		if others++; least < 0 || s.votes[i] < least {
			least = s.votes[i]
		}
		most = max(most, s.votes[i])
	}
	return others >= s.seats && (sum == 0 || sum < least && most+sum < s.quota)
}

// stay ends with an open tie: who drops out would decide what follows.
func (s *stv) stay(tied []int) {
	for _, i := range s.standing() {
		if slices.Contains(tied, i) {
			s.decide(i, Tied, reason("reason.tied_last", number("n", int64(len(tied)))))
			continue
		}
		s.decide(i, Undecided, reason("reason.undecided"))
	}
	s.order()
}

// order makes the ranking: the elected in their order, those who stood at the end by their votes, then
// the others from the last who dropped out to the first.
func (s *stv) order() {
	ranking := slices.Concat(s.elected, classes(s.standing(), s.byVotes, s.byID))
	for _, class := range slices.Backward(s.out) {
		ranking = append(ranking, class)
	}
	s.ranked(ranking)
}
