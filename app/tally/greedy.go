package tally

import "math/big"

// greedySkip funds projects by score, best first, and skips what no longer fits: the rule of most
// cities (Warsaw, Łódź, Kraków). Approvals count one, points their sum, a place on a ranking the
// length of the allowed list minus the place.
func greedySkip(c *count) { c.spend(c.byScore, false) }

// greedyStop is the same, but ends at the first project that does not fit (Poznań, Gdynia).
func greedyStop(c *count) { c.spend(c.byScore, true) }

// greedyRatio funds by score per unit of cost, best first, skipping what does not fit. A supported
// project that costs nothing comes first.
func greedyRatio(c *count) { c.spend(c.byRatio, false) }

func (c *count) byRatio(a, b int) int {
	worth := func(i int) (score, cost *big.Int) {
		cost = big.NewInt(c.e.Options[i].Cost)
		score = big.NewInt(c.scores[i])
		if cost.Sign() == 0 && score.Sign() != 0 {
			return big.NewInt(int64(score.Sign())), cost
		}
		if cost.Sign() == 0 {
			cost.SetInt64(1)
		}
		return score, cost
	}
	sa, ca := worth(a)
	sb, cb := worth(b)
	if ca.Sign() == 0 && cb.Sign() == 0 {
		return sb.Cmp(sa)
	}
	return sb.Mul(sb, ca).Cmp(sa.Mul(sa, cb))
}

// spending is a budget being spent down the order of projects.
type spending struct {
	*count
	stop   bool
	halted int  // the project at which the rule stopped, or -1
	open   bool // an open tie has been met: what comes after depends on it
}

// spend goes through the projects in order and pays for what fits.
func (c *count) spend(compare func(a, b int) int, stop bool) {
	s := &spending{count: c, stop: stop || c.p.PartFunding, halted: -1}
	for _, class := range c.rank(compare) {
		if class = c.able(class); len(class) > 0 {
			s.class(class)
		}
	}
	c.r.Spent = c.r.Budget - c.r.Left
}

// class goes through projects that the rule finds equal, in the order of the declared criteria.
func (s *spending) class(class []int) {
	order, by := s.refine(class)
	mattered, open := !s.settled(class), false
	for _, part := range order {
		if !s.settled(part) {
			s.leave(part)
			open = true
			continue
		}
		for _, i := range part {
			s.step(i)
		}
	}
	if len(class) > 1 {
		s.tie(class, order, by, mattered, open)
	}
}

// settled says whether the order within a class makes no difference to what is funded.
func (s *spending) settled(class []int) bool {
	if len(class) == 1 || s.open || s.halted >= 0 {
		return true
	}
	left, fit := s.r.Left, 0
	for _, i := range class {
		if cost := s.e.Options[i].Cost; cost <= s.r.Left {
			fit++
			left -= cost
			if left < 0 {
				return false
			}
		}
	}
	switch {
	case fit == len(class):
		return true
	case fit == 0:
		return !s.p.PartFunding || s.r.Left == 0
	default:
		return !s.stop
	}
}

// leave marks a class that cannot be ordered; what does not fit in any order is skipped as ever.
func (s *spending) leave(part []int) {
	for _, i := range part {
		if s.e.Options[i].Cost > s.r.Left && !s.stop {
			s.step(i)
			continue
		}
		s.round()
		s.decide(i, Tied, reason("reason.tied_money", number("n", int64(len(part))), money("left", s.r.Left)))
	}
	s.open = true
}

// step decides one project and notes what is left after it.
func (s *spending) step(i int) {
	s.round()
	cost, left := s.e.Options[i].Cost, s.r.Left
	needed := money("needed", cost)
	switch {
	case s.open:
		s.decide(i, Undecided, reason("reason.undecided"))
	case s.halted >= 0:
		s.decide(i, NotFunded, reason("reason.stopped", option("option", s.e.Options[s.halted].ID)))
	case cost <= left:
		s.pay(i, cost)
		s.decide(i, Funded, reason(s.measured("reason.funded"), s.scored(i), money("cost", cost), money("left", s.r.Left)))
	case s.p.PartFunding && left > 0:
		s.pay(i, left)
		s.decide(i, PartFunded, reason("reason.part_funded", needed, money("paid", left)))
	case cost > s.r.Budget:
		s.decide(i, NotFunded, reason("reason.over_budget", needed, money("budget", s.r.Budget)))
	case s.stop:
		s.decide(i, NotFunded, reason("reason.stop", needed, money("left", left)))
	default:
		s.decide(i, NotFunded, reason("reason.skipped", needed, money("left", left)))
	}
	if s.stop && cost > left && s.halted < 0 && !s.open {
		s.halted = i
	}
}

func (s *spending) pay(i int, amount int64) {
	s.done[i].Paid = amount
	s.r.Left -= amount
	s.r.Rounds[len(s.r.Rounds)-1].Left = s.r.Left
}
