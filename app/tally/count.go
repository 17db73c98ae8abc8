package tally

import (
	"cmp"
	"slices"
	"strings"
)

// count is a count under way: the election, the sums, and the result as it grows.
type count struct {
	e    *Election
	p    Params
	rule Rule
	sums
	unit    Unit
	minimum int64
	place   []int     // of each option, by the rule's own order
	grades  [][]int64 // majority judgment: how often each option got each grade
	done    []Outcome
	r       Result
	watch   Watch
	stopped error // why watch ended the count
}

// goOn tells whoever watches how many runs are done, and whether to make more.
func (c *count) goOn(runs int64) bool {
	if c.watch != nil && c.stopped == nil {
		c.stopped = c.watch(runs)
	}
	return c.stopped == nil
}

func newCount(e *Election, p Params, rule Rule, s sums) *count {
	c := &count{e: e, p: p, rule: rule, sums: s, unit: UnitCount}
	switch {
	case e.Form == Grades:
		c.unit = UnitText
	case e.Form == Points, e.Form == Ranking && (rule.Budget || rule.Name() == "borda"):
		c.unit = UnitPoints
	}
	c.minimum = max(p.MinimumVotes, p.MinimumShare.atLeast(s.ballots))
	c.place = make([]int, len(e.Options))
	c.done = make([]Outcome, len(e.Options))
	for i, o := range e.Options {
		c.done[i] = Outcome{Option: o.ID, Status: NotElected, Score: c.figure(i), Votes: s.votes[i]}
		if rule.Budget {
			c.done[i].Status, c.done[i].Cost = NotFunded, o.Cost
		}
	}
	c.r = Result{Rule: rule.ID, Winners: []string{}, Ranking: [][]string{}, Rounds: []Round{}, Ties: []Tie{}}
	c.r.Totals = Totals{
		Ballots: s.ballots, Blank: s.blank, Valid: s.ballots - s.blank,
		Spoiled: e.Spoiled, Roll: e.Roll,
	}
	if rule.Budget {
		c.r.Budget, c.r.Left = e.Budget, e.Budget
	}
	return c
}

// allowed says whether there is anything to decide: a ballot, and the quorum.
func (c *count) allowed() bool {
	need := max(c.p.Quorum, c.p.QuorumShare.atLeast(c.e.Roll))
	var why Reason
	switch {
	case c.ballots < need:
		why = reason("reason.quorum", number("n", c.ballots), number("needed", need))
	case c.r.Totals.Valid == 0:
		why = reason("reason.empty", number("n", c.ballots))
	default:
		return true
	}
	c.rank(c.byScore)
	c.r.Notes = append(c.r.Notes, why)
	for i := range c.done {
		c.done[i].Reason = why
	}
	return false
}

// every lists the options by id.
func (c *count) every() []int {
	all := make([]int, len(c.e.Options))
	for i := range all {
		all[i] = i
	}
	slices.SortFunc(all, c.byID)
	return all
}

// rank groups all options by the rule's comparison, best first, and notes places.
func (c *count) rank(compare func(a, b int) int) [][]int {
	groups := classes(c.every(), compare, c.byID)
	c.ranked(groups)
	return groups
}

// ranked writes the ranking, best first, and notes places.
func (c *count) ranked(groups [][]int) {
	place := 1
	for _, g := range groups {
		c.r.Ranking = append(c.r.Ranking, c.ids(g))
		for _, i := range g {
			c.place[i] = place
		}
		place += len(g)
	}
}

func (c *count) byScore(a, b int) int { return cmp.Compare(c.scores[b], c.scores[a]) }

func (c *count) byID(a, b int) int {
	return strings.Compare(c.e.Options[a].ID, c.e.Options[b].ID)
}

func (c *count) figure(i int) Number { return fraction(c.scores[i], c.den) }

// fraction is n/d in lowest terms.
func fraction(n, d int64) Number {
	for a, b := max(n, -n), d; ; a, b = b, a%b {
		if b == 0 {
			return Number{n / a, d / a}
		}
	}
}

// scored is the argument that tells an option's score: "n" votes, "points" or "grade".
func (c *count) scored(i int) Arg {
	switch c.unit {
	case UnitPoints:
		return Arg{Name: "points", Unit: UnitPoints, Number: c.figure(i)}
	case UnitText:
		return Arg{Name: "grade", Unit: UnitText, Text: c.e.Grades[c.scores[i]]}
	}
	return number("n", c.scores[i])
}

// measured completes a key with the measure by which the rule orders.
func (c *count) measured(key string) string {
	switch c.unit {
	case UnitPoints:
		return key + ".points"
	case UnitText:
		return key + ".grade"
	}
	return key + ".votes"
}

// graded is how often an option got each grade; nil for other ballots.
func (c *count) graded(i int) []int64 {
	if c.grades == nil {
		return nil
	}
	return c.grades[i]
}

func (c *count) ids(list []int) []string {
	ids := make([]string, len(list))
	for k, i := range list {
		ids[k] = c.e.Options[i].ID
	}
	return ids
}

// decide sets what becomes of an option, in the current round.
func (c *count) decide(i int, s Status, why Reason) {
	c.done[i].Status, c.done[i].Reason = s, why
	round := &c.r.Rounds[len(c.r.Rounds)-1]
	round.Decisions = append(round.Decisions, Decision{c.e.Options[i].ID, s, why})
	if s == Elected || s == Funded || s == PartFunded {
		c.r.Winners = append(c.r.Winners, c.e.Options[i].ID)
	}
}

func (c *count) round() *Round {
	c.r.Rounds = append(c.r.Rounds, Round{Number: len(c.r.Rounds) + 1, Left: c.r.Left})
	return &c.r.Rounds[len(c.r.Rounds)-1]
}

func (c *count) finish() Result {
	for i := range c.done {
		c.done[i].Place = c.place[i]
	}
	slices.SortFunc(c.done, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), strings.Compare(a.Option, b.Option))
	})
	c.r.Outcomes = c.done
	return c.r
}
