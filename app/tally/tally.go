// Package tally counts votes. It knows the counting rules, how ties are broken and how a result
// explains itself; it refuses to know people, dates, pages or a database. Everything in it is a pure
// function of its input, in whole numbers and exact fractions: the same ballots give the same
// result in any order, on any machine, for ever. That is why rules carry a version: a rule that
// has counted a real vote never changes, it gets a successor.
package tally

import (
	"fmt"
	"slices"
	"strings"
)

// Form is what a voter may write on a ballot.
type Form string

const (
	// ChooseOne marks one option at most.
	ChooseOne Form = "choose-one"
	// Approval marks any number of options.
	Approval Form = "approval"
	// Points gives numbers to options: a score for each, or a sum to share out.
	Points Form = "points"
	// Ranking puts options in order, best first; ranks may be equal where the values say so.
	Ranking Form = "ranking"
	// Grades gives each option a grade, 0 the best.
	Grades Form = "grades"
)

// Limits that keep every sum inside 64 bits.
const (
	MaxOptions  = 100_000
	MaxDuels    = 2_000         // options that are compared two by two
	MaxWeight   = 1_000_000_000 // ballots in one election
	MaxValue    = 4_000_000_000 // points on one ballot for one option, in units of PointDecimals
	MaxDecimals = 9
	MaxMoney    = 4_000_000_000_000_000_000 // minor units
)

// Option is one thing that can be chosen.
type Option struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Cost int64  `json:"cost,omitempty"` // minor units of money; budgets only
}

// Ballot stands for Weight equal ballots. Options are indexes into Election.Options; none means
// blank. For Points and Grades, Values holds a number for each. For Ranking, Options are best first;
// Values is nil, or holds ascending ranks where equal numbers are equal ranks.
type Ballot struct {
	Weight  int64
	Options []int32
	Values  []int64
}

// Election is all that a rule may look at.
type Election struct {
	ID       string // the vote's id, part of the lot
	Title    string // what a file calls it; no rule looks at it
	Options  []Option
	Form     Form
	Seats    int   // options to elect; 0 means 1
	Budget   int64 // minor units
	Decimals int   // one unit of currency is 10^Decimals minor units
	// PointDecimals: one point is 10^PointDecimals of the units in which Values are given.
	PointDecimals int
	// Places is how many options a ranking may name; 0 means all.
	Places int
	// Grades names the grades, best first.
	Grades []string
	// Withdrawn stood once and stand no longer: no ballot names them and no rule looks at them. A file
	// keeps them.
	Withdrawn []Option
	Roll      int64 // people entitled to vote; 0 when not known
	Spoiled   int64 // papers that could not be counted
	Ballots   []Ballot
}

// Share is a fraction; the zero Share asks for nothing.
type Share struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Params is what the rules sheet declares beside the rule. Its JSON form is part of that sheet.
type Params struct {
	Ties         []Criterion `json:"ties"`
	Seed         string      `json:"seed,omitempty"`          // of the lot; unknown until revealed
	MinimumVotes int64       `json:"minimum_votes,omitempty"` // votes that an option needs
	MinimumShare Share       `json:"minimum_share,omitzero"`  // the same, as a part of the ballots cast
	Quorum       int64       `json:"quorum,omitempty"`        // ballots cast, blank ones included
	QuorumShare  Share       `json:"quorum_share,omitzero"`   // the same, as a part of Election.Roll
	// Majority: an elected option needs more than this part of the ballots that are not blank.
	Majority Share `json:"majority,omitzero"`
	// PartFunding gives what is left to the first project that does not fit, and stops.
	PartFunding bool `json:"part_funding,omitempty"`
	// Of equal shares alone; the empty words stand for the first of each.
	Utility    Utility    `json:"utility,omitempty"`
	Completion Completion `json:"completion,omitempty"`
	Stop       Stop       `json:"stop,omitempty"`
	// Increment is what Add1 gives each voter more, in minor units; 0 stands for one major unit.
	Increment int64 `json:"increment,omitempty"`
}

// Utility is what a funded project is worth to a voter, by equal shares.
type Utility string

// The utilities.
const (
	ByCostOf    Utility = "cost"        // its cost, to who approves it
	Cardinality Utility = "cardinality" // 1, to who approves it
	ByPoints    Utility = "points"      // the points that the voter gave it
	PointsCost  Utility = "points-cost" // points times cost
)

// Completion is what equal shares does with the money that its voters cannot spend together.
type Completion string

// The completions.
const (
	Add1Greedy Completion = "add1-greedy" // Add1, then Greedily
	Add1       Completion = "add1"        // everybody gets more, step by step, and the rule starts again
	Greedily   Completion = "greedy"      // funds by votes what still fits
	NoneAfter  Completion = "none"
)

// Stop is when Add1 ends.
type Stop string

// The ends of Add1.
const (
	Exhaustive Stop = "exhaustive" // when nothing more fits, or the next step would overspend
	Overspend  Stop = "overspend"  // only when the next step would overspend
)

// Rule is one way of counting.
type Rule struct {
	ID     string // name/version, as it stands in rules sheets
	Forms  []Form // ballots that it can count
	Budget bool   // spends a budget instead of filling seats
	count  func(*count)
}

// Name is the id without its version, as the command line and the catalogues write it.
func (r Rule) Name() string { name, _, _ := strings.Cut(r.ID, "/"); return name }

// Fits says whether the rule can count ballots of this form.
func (r Rule) Fits(f Form) bool { return slices.Contains(r.Forms, f) }

// Rules lists every rule in the order in which pages offer them.
func Rules() []Rule {
	marks := []Form{ChooseOne, Approval}
	budget := []Form{ChooseOne, Approval, Points, Ranking}
	return []Rule{
		{ID: "plurality/1", Forms: []Form{ChooseOne, Approval, Ranking}, count: plurality},
		{ID: "approval/1", Forms: marks, count: approval},
		{ID: "score/1", Forms: []Form{ChooseOne, Approval, Points}, count: score},
		{ID: "borda/1", Forms: []Form{Ranking}, count: borda},
		{ID: "majority-judgment/1", Forms: []Form{Grades}, count: majorityJudgment},
		{ID: "irv/1", Forms: []Form{Ranking}, count: irv},
		{ID: "stv-scottish/1", Forms: []Form{Ranking}, count: stvScottish},
		{ID: "stv-wigm/1", Forms: []Form{Ranking}, count: stvWIGM},
		{ID: "stv-meek/1", Forms: []Form{Ranking}, count: stvMeek},
		{ID: "schulze/1", Forms: []Form{Ranking}, count: schulze},
		{ID: "greedy/1", Forms: budget, Budget: true, count: greedySkip},
		{ID: "greedy-stop/1", Forms: budget, Budget: true, count: greedyStop},
		{ID: "greedy-ratio/1", Forms: budget, Budget: true, count: greedyRatio},
		{ID: "equal-shares/1", Forms: []Form{ChooseOne, Approval, Points}, Budget: true, count: equalShares},
		{ID: "phragmen/1", Forms: []Form{ChooseOne, Approval}, Budget: true, count: phragmen},
	}
}

// FindRule finds a rule by its id, or its newest version by its name.
func FindRule(id string) (Rule, bool) {
	var found Rule
	for _, r := range Rules() {
		if r.ID == id || r.Name() == id {
			found = r
		}
	}
	return found, found.ID != ""
}

// Count counts an election. It fails when the rule is unknown, when it does not fit the ballots, or
// when the election or the parameters are malformed; a tie that the parameters leave open is no
// failure but a result.
func Count(e Election, rule string, p Params) (Result, error) {
	return CountWatched(e, rule, p, nil)
}

// Watch is told after each run of a count that takes many, such as Add1's, or after each hundred steps
// of Schulze's search for chains, how many are done. An error ends the count, which fails with it.
type Watch func(runs int64) error

// CountWatched is Count for counts that may take long: watch, unless nil, is told how far it is.
func CountWatched(e Election, rule string, p Params, watch Watch) (Result, error) {
	r, ok := FindRule(rule)
	if !ok {
		return Result{}, fmt.Errorf("tally: unknown rule %q", rule)
	}
	if !r.Fits(e.Form) {
		return Result{}, fmt.Errorf("tally: rule %s does not count %s ballots", r.ID, e.Form)
	}
	if r.Name() == "irv" && e.Seats > 1 {
		return Result{}, fmt.Errorf("tally: irv elects one, not %d", e.Seats)
	}
	if r.Name() == "schulze" && len(e.Options) > MaxDuels {
		return Result{}, fmt.Errorf("tally: schulze compares at most %d options, not %d", MaxDuels, len(e.Options))
	}
	if err := e.check(); err != nil {
		return Result{}, err
	}
	if err := p.check(e); err != nil {
		return Result{}, err
	}
	sums, err := add(e, r)
	if err != nil {
		return Result{}, err
	}
	c := newCount(&e, p, r, sums)
	c.watch = watch
	if c.allowed() {
		r.count(c)
	}
	return c.finish(), c.stopped
}

func (e Election) check() error {
	if len(e.Options) == 0 || len(e.Options) > MaxOptions {
		return fmt.Errorf("tally: %d options, must be 1 to %d", len(e.Options), MaxOptions)
	}
	seen := make(map[string]bool, len(e.Options))
	for i, o := range e.Options {
		if o.ID == "" || seen[o.ID] {
			return fmt.Errorf("tally: option %d has an empty or repeated id %q", i+1, o.ID)
		}
		seen[o.ID] = true
		if o.Cost < 0 || o.Cost > MaxMoney {
			return fmt.Errorf("tally: option %q has an impossible cost", o.ID)
		}
	}
	if e.Budget < 0 || e.Budget > MaxMoney {
		return fmt.Errorf("tally: impossible budget %d", e.Budget)
	}
	if e.Seats < 0 || e.Roll < 0 || e.Spoiled < 0 || e.Places < 0 || e.Roll > MaxWeight {
		return fmt.Errorf("tally: seats, places, roll or spoiled papers out of range")
	}
	if e.PointDecimals < 0 || e.PointDecimals > MaxDecimals || e.Decimals < 0 || e.Decimals > MaxDecimals {
		return fmt.Errorf("tally: more than %d decimals", MaxDecimals)
	}
	return nil
}

func (p Params) check(e Election) error {
	if err := checkCriteria(p.Ties); err != nil {
		return err
	}
	for _, s := range []Share{p.MinimumShare, p.QuorumShare, p.Majority} {
		if s.Num < 0 || s.Den < 0 || s.Num > s.Den || s.Den > 1_000_000 {
			return fmt.Errorf("tally: %d/%d is not a part of a whole", s.Num, s.Den)
		}
	}
	if p.MinimumVotes < 0 || p.Quorum < 0 || p.Increment < 0 || p.Increment > MaxMoney {
		return fmt.Errorf("tally: minimum votes, quorum and increment cannot be negative or beyond money")
	}
	if !slices.Contains([]Utility{"", ByCostOf, Cardinality, ByPoints, PointsCost}, p.Utility) ||
		!slices.Contains([]Completion{"", Add1Greedy, Add1, Greedily, NoneAfter}, p.Completion) ||
		!slices.Contains([]Stop{"", Exhaustive, Overspend}, p.Stop) {
		return fmt.Errorf("tally: unknown way of sharing %q, %q, %q", p.Utility, p.Completion, p.Stop)
	}
	if p.QuorumShare.Den > 0 && e.Roll == 0 {
		return fmt.Errorf("tally: a quorum as a part of the roll needs the roll")
	}
	return nil
}

// atLeast is the smallest whole number that is no less than this part of n.
func (s Share) atLeast(n int64) int64 {
	if s.Den == 0 {
		return 0
	}
	return (n*s.Num + s.Den - 1) / s.Den
}

// moreThan is the smallest whole number above this part of n.
func (s Share) moreThan(n int64) int64 {
	if s.Den == 0 {
		return 0
	}
	return n*s.Num/s.Den + 1
}
