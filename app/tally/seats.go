package tally

// plurality elects the options that most ballots choose. Of rankings it counts the first choice.
func plurality(c *count) { c.fill(c.byScore) }

// approval elects the options that most ballots approve (Brams and Fishburn, Approval Voting, 1978).
func approval(c *count) { c.fill(c.byScore) }

// score elects the options with the highest sum of points; an option not marked gets none.
func score(c *count) { c.fill(c.byScore) }

// borda gives n-1 points to the first of n options, n-2 to the second and so on; equal ranks, and
// the options that a ballot leaves out, share the average of their places (Borda 1781; averaging as
// in Dummett, Voting Procedures, 1984).
func borda(c *count) { c.fill(c.byScore) }

// fill elects the best options in the rule's order until the seats are full.
func (c *count) fill(compare func(a, b int) int) {
	round := c.round()
	left, last := max(c.e.Seats, 1), -1
	for _, class := range c.rank(compare) {
		for _, i := range class {
			round.Figures = append(round.Figures, Figure{Option: c.e.Options[i].ID, Score: c.figure(i), Grades: c.graded(i)})
		}
		able := c.able(class)
		if len(able) == 0 {
			continue
		}
		order, by := c.refine(able)
		before := left
		open := c.seat(order, &left, &last)
		if len(able) > 1 {
			c.tie(able, order, by, before > 0 && before < len(able), open)
		}
	}
}

// seat fills what is left of the seats from equal options, as far as the criteria ordered them, and
// says whether a tie stays open. last is the option that all behind it have to be compared with.
func (c *count) seat(order [][]int, left, last *int) (open bool) {
	first := true
	for _, part := range order {
		switch {
		case len(part) <= *left:
			for _, i := range part {
				c.decide(i, Elected, reason(c.measured("reason.elected"), c.scored(i), number("place", int64(c.place[i]))))
			}
			*left, *last = *left-len(part), part[0]
		case *left > 0:
			for _, i := range part {
				c.decide(i, Tied, reason("reason.tied", number("n", int64(len(part))), number("seats", int64(*left))))
			}
			*left, *last, open = 0, part[0], true
		case !first:
			c.behind(part, Reason{Key: "tally.reason.lost_tie"})
		default:
			needed := c.scored(*last)
			needed.Name = "needed"
			for _, i := range part {
				c.behind([]int{i}, reason(c.measured("reason.behind"), c.scored(i), needed))
			}
			continue
		}
		first = false
	}
	return open
}

func (c *count) behind(part []int, why Reason) {
	for _, i := range part {
		c.decide(i, NotElected, why)
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
		case !c.rule.Budget && c.votes[i] == 0:
			c.decide(i, NotElected, reason("reason.no_votes"))
		case !c.rule.Budget && c.votes[i] < majority:
			c.decide(i, NotElected, reason("reason.majority", number("n", c.votes[i]), number("needed", majority)))
		default:
			able = append(able, i)
		}
	}
	return able
}
