package vote

import (
	"slices"
	"strings"

	"tequio/app/fault"
	"tequio/app/tally"
)

// Parameter is a number or choice that some counting rules take beside the ballots.
type Parameter string

// The parameters, named as the fields of the form.
const (
	Minimum     Parameter = "minimum"     // votes that an option needs
	Majority    Parameter = "majority"    // part of the ballots that a winner needs
	PartFunding Parameter = "partfunding" // of the first project that does not fit
	Shares      Parameter = "shares"      // of equal shares: utility, completion, stop, increment
)

// Takes reports whether a rule, by its name or id, reads a parameter.
func Takes(rule string, p Parameter) bool {
	name, _, _ := strings.Cut(rule, "/")
	switch p {
	case Minimum: // transfers and comparisons in pairs have no number of votes for an option
		return name != "irv" && name != "schulze" && !strings.HasPrefix(name, "stv-")
	case Majority:
		return name == "plurality" || name == "approval"
	case PartFunding:
		return strings.HasPrefix(name, "greedy")
	case Shares:
		return name == "equal-shares"
	}
	return false
}

// The choices of equal shares, in the order in which pages offer them.
var (
	Utilities   = []tally.Utility{tally.ByCostOf, tally.Cardinality, tally.ByPoints, tally.PointsCost}
	Completions = []tally.Completion{tally.Add1Greedy, tally.Add1, tally.Greedily, tally.NoneAfter}
	Stops       = []tally.Stop{tally.Exhaustive, tally.Overspend}
)

// checkParams refuses what the counting rule does not read.
func (q *Question) checkParams(c *fault.Check, at string) {
	p := &q.Params
	none := tally.Share{}
	c.That(Takes(q.Rule, Minimum) || p.MinimumVotes == 0, at+"minimum", "vote.param.unread")
	c.That(Takes(q.Rule, Minimum) || p.MinimumShare == none, at+"minimum_share", "vote.param.unread")
	c.That(Takes(q.Rule, Majority) || p.Majority == none, at+"majority", "vote.param.unread")
	c.That(Takes(q.Rule, PartFunding) || !p.PartFunding, at+"partfunding", "vote.param.unread")
	c.That(q.Area == "" || p.QuorumShare == none, at+"quorum_share", "vote.param.area")
	c.That(part(p.MinimumShare), at+"minimum_share", "vote.param.percent")
	c.That(part(p.QuorumShare), at+"quorum_share", "vote.param.percent")
	c.That(part(p.Majority), at+"majority", "vote.param.percent")
	if Takes(q.Rule, Shares) {
		q.checkShares(c, at)
		return
	}
	c.That(p.Utility == "", at+"utility", "vote.param.unread")
	c.That(p.Completion == "", at+"completion", "vote.param.unread")
	c.That(p.Stop == "", at+"stop", "vote.param.unread")
	c.That(p.Increment == 0, at+"increment", "vote.param.unread")
}

func (q *Question) checkShares(c *fault.Check, at string) {
	p := &q.Params
	points := p.Utility == tally.ByPoints || p.Utility == tally.PointsCost
	c.That(p.Utility == "" || slices.Contains(Utilities, p.Utility), at+"utility", "vote.param.choose")
	c.That(p.Completion == "" || slices.Contains(Completions, p.Completion), at+"completion", "vote.param.choose")
	c.That(p.Stop == "" || slices.Contains(Stops, p.Stop), at+"stop", "vote.param.choose")
	c.That(!points || q.Form.Tally() == tally.Points, at+"utility", "vote.param.points")
	adds := p.Completion == "" || p.Completion == tally.Add1 || p.Completion == tally.Add1Greedy
	c.That(adds || p.Stop == "", at+"stop", "vote.param.steps")
	c.That(adds || p.Increment == 0, at+"increment", "vote.param.steps")
	c.That(p.Increment >= 0 && p.Increment <= tally.MaxMoney, at+"increment", "vote.budget.amount")
}

// part reports whether a share is nothing, or a part of a whole.
func part(s tally.Share) bool {
	return s == tally.Share{} || s.Num > 0 && s.Num <= s.Den && s.Den <= 1_000_000
}

// checkRoll refuses a quorum as a part of a roll that is not known.
func (v *Vote) checkRoll(c *fault.Check) {
	asked := slices.ContainsFunc(v.Questions, func(q Question) bool { return q.Params.QuorumShare != tally.Share{} })
	c.That(!asked || v.Electorate > 0, "electorate", "vote.param.roll")
}
