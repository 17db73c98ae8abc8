package tally

import (
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"sync"
)

// equalShares is the Method of Equal Shares (Peters, Pierczyński and Skowron, Proportional
// Participatory Budgeting with Additive Utilities, 2021): every voter gets an equal part of the
// budget; the project that its supporters can pay at the least price for what it is worth to them is
// bought, each paying the same price or all they have; and so on. A project that costs nothing comes
// first; one without supporters is never bought by it. Voters are all who cast a ballot, blank ones
// included. What is left over is spent as Params.Completion says; Add1 as at equalshares.net.
func equalShares(c *count) {
	c.rank(c.byScore)
	c.r.Ranking = [][]string{}
	s := newShares(c)
	if s == nil {
		return
	}
	last := s.last()
	if last.open {
		if s.add1() {
			last.undo(0) // what another order would lead to, with more for everybody, is not known
		}
		s.tell(last)
		s.stay(last)
		return
	}
	s.tell(last)
	if k := c.p.Completion; k == Greedily || k == Add1Greedy || k == "" {
		s.complete(last)
		return
	}
	s.leave(last)
}

// shares is equal shares under way.
type shares struct {
	*count
	able    []int
	voters  *electors
	costly  bool
	purses  []*purse
	endow   *big.Rat // of the run that decides, in minor units
	waiting []*purse // runs with the next endowments, already made
}

func newShares(c *count) *shares {
	s := &shares{count: c}
	may := make([]bool, len(c.e.Options))
	s.able = c.able(c.every())
	for _, i := range s.able {
		may[i] = true
	}
	if len(s.able) == 0 {
		return nil
	}
	u := c.p.Utility
	s.costly = u == "" || u == ByCostOf || u == PointsCost
	s.voters = support(c.e, may, u == ByPoints || u == PointsCost)
	for range max(1, min(runtime.GOMAXPROCS(0), 8)) {
		s.purses = append(s.purses, newPurse(c, s.voters, s.costly))
	}
	return s
}

func (s *shares) add1() bool {
	return s.p.Completion == "" || s.p.Completion == Add1 || s.p.Completion == Add1Greedy
}

// MaxRuns bounds the runs of Add1: a count that takes more needs a larger increment.
const MaxRuns = 1_000_000

// last makes the runs and returns the one that decides, or that is open: a tie that nothing declared
// resolves stands in its way.
func (s *shares) last() *purse {
	unit, n := power(s.e.Decimals), s.ballots
	exhaustive := s.p.Stop != Overspend
	s.endow = big.NewRat(s.e.Budget, n)
	if s.add1() && exhaustive {
		s.endow.SetInt64(s.e.Budget / n / unit * unit)
	}
	now := s.purses[0]
	now.run(s.endow)
	s.r.Runs = 1
	if !s.add1() {
		return now
	}
	step := s.p.Increment
	if step == 0 {
		step = unit
	}
	for s.inTime() && s.goOn(s.r.Runs) && !now.open && len(now.bought) < len(s.voters.supported()) && !(exhaustive && s.exhausted(now)) {
		next := s.next(now, big.NewRat(step, 1))
		if next.spent > s.e.Budget {
			break // whatever an open tie would add
		}
		now, s.endow = next, new(big.Rat).Add(s.endow, big.NewRat(step, 1))
		s.r.Runs++
	}
	return now
}

func (s *shares) inTime() bool {
	if s.r.Runs >= MaxRuns && s.stopped == nil {
		s.stopped = fmt.Errorf("tally: more than %d runs, declare a larger increment", MaxRuns)
	}
	return s.stopped == nil
}

// next is the run with the next endowment. Runs do not depend on each other, so that as many as
// there are processors are made at once.
func (s *shares) next(now *purse, step *big.Rat) *purse {
	if len(s.waiting) == 0 {
		endow := new(big.Rat).Set(s.endow)
		var wait sync.WaitGroup
		for len(s.purses) < 2*runtime.GOMAXPROCS(0)+1 {
			s.purses = append(s.purses, newPurse(s.count, s.voters, s.costly))
		}
		for _, p := range s.purses {
			if p == now || len(s.waiting) == 2*runtime.GOMAXPROCS(0) {
				continue
			}
			endow = new(big.Rat).Add(endow, step)
			mine := endow
			s.waiting = append(s.waiting, p)
			wait.Go(func() { p.run(mine) })
		}
		wait.Wait()
	}
	next := s.waiting[0]
	s.waiting = s.waiting[1:]
	return next
}

// supported are the options that somebody supports.
func (s *electors) supported() (all []int) {
	for o, n := range s.voters {
		if n > 0 {
			all = append(all, o)
		}
	}
	return all
}

// exhausted says whether no supported project fits into what a run left.
func (s *shares) exhausted(p *purse) bool {
	return !slices.ContainsFunc(s.voters.supported(), func(o int) bool {
		return p.step[o] < 0 && s.e.Options[o].Cost <= s.e.Budget-p.spent
	})
}

// tell writes the rounds, winners and ties of the run that decides.
func (s *shares) tell(p *purse) {
	unit := power(s.e.Decimals)
	share := new(big.Rat).Quo(s.endow, new(big.Rat).SetInt64(unit))
	s.r.Endowment = share.RatString()
	s.r.Notes = append(s.r.Notes, reason("note.endowment", money("share", floor(s.endow)), number("n", s.ballots)))
	for at, o := range p.bought {
		round := s.round()
		cost := s.e.Options[o].Cost
		s.done[o].Paid = cost
		s.r.Left -= cost
		round.Left = s.r.Left
		price := new(big.Rat).SetFrac(p.prices[at], p.den)
		round.Price = new(big.Rat).Quo(price, new(big.Rat).SetInt64(unit)).FloatString(9)
		round.Payers = p.paying[at]
		key := "reason.shared"
		if p.worths != nil {
			key = "reason.shared.points"
		}
		s.decide(o, Funded, reason(key, number("n", p.paying[at]), money("most", ceil(price)), money("cost", cost), money("left", s.r.Left)))
	}
	s.r.Spent = s.r.Budget - s.r.Left
	for _, t := range p.ties {
		slices.SortFunc(t.class, s.byID)
		mattered := slices.ContainsFunc(t.class, func(o int) bool { return p.step[o] < 0 }) || !p.oneRate(t.class)
		s.tie(t.class, t.order, t.by, mattered, mattered && len(t.order[0]) > 1)
	}
}

// stay ends at a tie that is open: what it decides, and all that comes after, is not known.
func (s *shares) stay(p *purse) {
	held := p.held.order[0]
	for _, o := range s.able {
		if p.step[o] >= 0 {
			continue
		}
		s.round()
		if slices.Contains(held, o) {
			s.decide(o, Tied, reason("reason.tied_money", number("n", int64(len(held))), money("left", s.r.Left)))
			continue
		}
		s.decide(o, Undecided, reason("reason.undecided"))
	}
}

// lacking says what the supporters of a project had left together, and what it costs.
func (s *shares) lacking(p *purse, o int) Reason {
	needed := money("needed", s.e.Options[o].Cost)
	if s.voters.voters[o] == 0 {
		return reason("reason.no_votes")
	}
	have := p.owned(func(each func(i int32)) {
		for i := p.start[o]; i < p.start[o+1]; i++ {
			each(i)
		}
	})
	return reason("reason.lacked", number("n", p.voters[o]), money("have", floor(new(big.Rat).SetFrac(have, p.den))), needed)
}

// leave ends without spending what is left.
func (s *shares) leave(p *purse) {
	for _, o := range s.able {
		if p.step[o] < 0 {
			s.round()
			s.decide(o, NotFunded, s.lacking(p, o))
		}
	}
}

// complete spends what is left by votes, skipping what does not fit.
func (s *shares) complete(p *purse) {
	var rest []int
	for _, o := range s.able {
		if p.step[o] < 0 {
			rest = append(rest, o)
		}
	}
	lacked := map[int]Reason{}
	for _, o := range rest {
		lacked[o] = s.lacking(p, o)
	}
	fund := &spending{count: s.count, halted: -1, stop: s.p.PartFunding}
	for _, class := range classes(rest, s.byScore, s.byID) {
		fund.class(class)
	}
	s.r.Spent = s.r.Budget - s.r.Left
	for o, why := range lacked {
		if s.done[o].Status == NotFunded {
			s.done[o].Reason = why
		}
	}
}

func floor(r *big.Rat) int64 { return new(big.Int).Div(r.Num(), r.Denom()).Int64() }

func ceil(r *big.Rat) int64 {
	return new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(r.Num()), r.Denom())).Int64()
}
