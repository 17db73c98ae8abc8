package tally

// plurality elects the options that most ballots choose. Of rankings it counts the first choice.
func plurality(c *count) { c.fill() }

// approval elects the options that most ballots approve (Brams and Fishburn, Approval Voting, 1978).
func approval(c *count) { c.fill() }

// score elects the options with the highest sum of points; an option not marked gets none.
func score(c *count) { c.fill() }

// borda gives n-1 points to the first of n options, n-2 to the second and so on; equal ranks, and
// the options that a ballot leaves out, share the average of their places (Borda 1781; averaging as
// in Dummett, Voting Procedures, 1984).
func borda(c *count) { c.fill() }

// fill elects the best options by score until the seats are full.
func (c *count) fill() {
	seats := max(c.e.Seats, 1)
	round := c.round()
	left, last := seats, -1
	for _, class := range c.rank(c.byScore) {
		for _, i := range class {
			round.Figures = append(round.Figures, Figure{c.e.Options[i].ID, c.figure(i)})
		}
		able := c.able(class)
		if len(able) == 0 {
			continue
		}
		order, by := c.refine(able)
		mattered := left > 0 && left < len(able)
		open := false
		for _, part := range order {
			switch {
			case len(part) <= left:
				for _, i := range part {
					c.decide(i, Elected, reason(c.measured("reason.elected"), c.scored(i), number("place", int64(c.place[i]))))
				}
				left, last = left-len(part), part[0]
			case left > 0:
				for _, i := range part {
					c.decide(i, Tied, reason("reason.tied", c.scored(i), number("tied", int64(len(part))), number("seats", int64(left))))
				}
				left, last, open = 0, part[0], true
			default:
				c.behind(part, last)
			}
		}
		if len(able) > 1 {
			c.tie(able, order, by, mattered, open)
		}
	}
}

// able keeps the options that may win at all, and tells the others why they may not.
func (c *count) able(class []int) []int {
	var able []int
	majority := c.p.Majority.moreThan(c.r.Totals.Valid)
	for _, i := range class {
		switch {
		case c.votes[i] < c.minimum:
			if c.rule.Budget {
				c.round()
			}
			c.decide(i, c.done[i].Status, reason("reason.minimum", number("n", c.votes[i]), number("needed", c.minimum)))
		case !c.rule.Budget && (c.votes[i] == 0 || c.scores[i] <= 0):
			c.decide(i, NotElected, reason("reason.no_votes"))
		case !c.rule.Budget && c.votes[i] < majority:
			c.decide(i, NotElected, reason("reason.majority", number("n", c.votes[i]), number("needed", majority)))
		default:
			able = append(able, i)
		}
	}
	return able
}

func (c *count) behind(part []int, last int) {
	for _, i := range part {
		if c.scores[i] == c.scores[last] {
			c.decide(i, NotElected, reason("reason.lost_tie", c.scored(i)))
			continue
		}
		needed := c.scored(last)
		needed.Name = "needed"
		c.decide(i, NotElected, reason(c.measured("reason.behind"), c.scored(i), needed))
	}
}
