package tally

import (
	"fmt"
	"math/big"
	"strings"
)

// Status is what became of an option.
type Status string

const (
	// Elected options fill a seat.
	Elected Status = "elected"
	// NotElected options do not.
	NotElected Status = "not-elected"
	// Funded projects get their whole cost.
	Funded Status = "funded"
	// PartFunded projects get what was left.
	PartFunded Status = "part-funded"
	// NotFunded projects get nothing.
	NotFunded Status = "not-funded"
	// Tied options share a place that the declared rules cannot give to one of them.
	Tied Status = "tied"
	// Undecided options come after an open tie on which their fate depends.
	Undecided Status = "undecided"
)

// Number is an exact fraction. Den is at least 1.
type Number struct{ Num, Den int64 }

// Whole makes a Number of a whole one.
func Whole(n int64) Number { return Number{n, 1} }

// Decimal writes the number with at most so many decimals, rounded half away from zero, with a
// point and without grouping.
func (n Number) Decimal(places int) string {
	s := new(big.Rat).SetFrac64(n.Num, n.Den).FloatString(places)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// MarshalText writes "3" or "7/2".
func (n Number) MarshalText() ([]byte, error) {
	if n.Den == 0 {
		return []byte("0"), nil
	}
	return []byte(new(big.Rat).SetFrac64(n.Num, n.Den).RatString()), nil
}

// UnmarshalText reads what MarshalText writes.
func (n *Number) UnmarshalText(text []byte) error {
	r, ok := new(big.Rat).SetString(string(text))
	if !ok || !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return fmt.Errorf("tally: %q is not a fraction", text)
	}
	n.Num, n.Den = r.Num().Int64(), r.Denom().Int64()
	return nil
}

// Unit says how an argument of a reason is to be written.
type Unit string

const (
	// UnitCount is a whole number of votes, ballots, seats, places or rounds.
	UnitCount Unit = "count"
	// UnitPoints is an exact number of points.
	UnitPoints Unit = "points"
	// UnitVotes is an exact number of votes, to be shown with five decimals at most.
	UnitVotes Unit = "votes"
	// UnitMoney is an amount in minor units.
	UnitMoney Unit = "money"
	// UnitOption is an option's id, to be shown as its name.
	UnitOption Unit = "option"
	// UnitText is a word to be shown as it is, such as a grade.
	UnitText Unit = "text"
)

// Arg is one named argument of a Reason: Text for options and words, Number for the rest.
type Arg struct {
	Name   string `json:"name"`
	Unit   Unit   `json:"unit"`
	Number Number `json:"number,omitzero"`
	Text   string `json:"text,omitempty"`
}

// Reason is a sentence of the catalogues: key and arguments. The argument "n" chooses between one
// and many.
type Reason struct {
	Key  string `json:"key"`
	Args []Arg  `json:"args,omitempty"`
}

// Outcome is what became of one option and why.
type Outcome struct {
	Option string `json:"option"`
	Status Status `json:"status"`
	Place  int    `json:"place"` // 1 is best; equal scores share a place
	Score  Number `json:"score"` // by which the rule orders: votes, points, or the number of the median grade
	Votes  int64  `json:"votes"` // ballots that name the option
	Cost   int64  `json:"cost,omitempty"`
	Paid   int64  `json:"paid,omitempty"` // minor units out of the budget
	Reason Reason `json:"reason"`
}

// Figure is an option's number in a round.
type Figure struct {
	Option string `json:"option"`
	Score  Number `json:"score"`
	// Grades: how often the option got each grade, best first; majority judgment only.
	Grades []int64 `json:"grades,omitempty"`
	// Change is what a stage of a transferable vote brought (or, below zero, took away).
	Change Number `json:"change,omitzero"`
	// Keep is the part of each vote that the option keeps; Meek only.
	Keep Number `json:"keep,omitzero"`
}

// Decision is what a round did to an option.
type Decision struct {
	Option string `json:"option"`
	Status Status `json:"status"`
	Reason Reason `json:"reason"`
}

// Round is one step of the count, in order.
type Round struct {
	Number int `json:"number"`
	// Figures: of an instant runoff or transferable vote with more than a hundred options, those that
	// changed in this round.
	Figures   []Figure   `json:"figures,omitempty"`
	Decisions []Decision `json:"decisions,omitempty"`
	Exhausted int64      `json:"exhausted,omitempty"` // ballots that name no option still in the count
	Left      int64      `json:"left,omitempty"`      // money left after the round
	// Of a transferable vote: the votes needed for a seat; the options whose papers moved in this stage,
	// with their surplus (none when they dropped out) and what a paper that had counted whole is worth
	// after it; the votes that no option has any more. Meek moves parts of all votes at once: Surplus is
	// what those elected still had above the quota.
	Quota           Number   `json:"quota,omitzero"`
	From            []string `json:"from,omitempty"`
	Surplus         Number   `json:"surplus,omitzero"`
	Value           Number   `json:"value,omitzero"`
	NonTransferable Number   `json:"non_transferable,omitzero"`
	Notes           []Reason `json:"notes,omitempty"` // what happened, where no decision tells it
	// Equal shares: how many paid for the project and the most that one paid (for a point, where points
	// are the utility), in major units, rounded to nine decimals.
	Payers int64  `json:"payers,omitempty"`
	Price  string `json:"price,omitempty"`
}

// Pairwise is the table of duels: Votes[i][j] ballots rank Options[i] above Options[j]. Paths[i][j]
// are the votes of the weakest duel on the strongest chain of won duels from one to the other; 0 when
// there is none. The options are in the order of the ranking. With more than 500 the table is left out:
// anybody can make it from the ballots.
type Pairwise struct {
	Options []string  `json:"options"`
	Votes   [][]int64 `json:"votes"`
	Paths   [][]int64 `json:"paths"`
}

// Draw is an option's number in the lot: SHA-256 of seed, 0, vote id, 0, option id, in hex.
type Draw struct {
	Option string `json:"option"`
	Hash   string `json:"hash"`
}

// Tie is a set of options that the rule itself could not order. Order is what the criteria made of
// them, best first; a class of several is still tied.
type Tie struct {
	Options  []string    `json:"options"`
	Score    Number      `json:"score"`
	By       []Criterion `json:"by,omitempty"` // the criteria that separated some of them, in order
	Order    [][]string  `json:"order"`
	Draws    []Draw      `json:"draws,omitempty"` // when the lot was needed
	Mattered bool        `json:"mattered"`        // whether another order could change who wins
	Open     bool        `json:"open"`            // whether it mattered and was left open
	Reason   Reason      `json:"reason"`
}

// Totals counts papers.
type Totals struct {
	Ballots int64 `json:"ballots"` // cast: with blank, without spoiled
	Blank   int64 `json:"blank"`
	Valid   int64 `json:"valid"` // neither blank nor spoiled
	Spoiled int64 `json:"spoiled"`
	Roll    int64 `json:"roll,omitempty"`
}

// Result is the outcome of a count with its whole explanation. Money is in minor units.
type Result struct {
	Rule     string     `json:"rule"`
	Winners  []string   `json:"winners"` // in order of election
	Ranking  [][]string `json:"ranking"` // by the rule's own order, best first; a class is equal
	Rounds   []Round    `json:"rounds"`
	Ties     []Tie      `json:"ties"`
	Outcomes []Outcome  `json:"outcomes"` // of every option, best first
	Notes    []Reason   `json:"notes,omitempty"`
	Totals   Totals     `json:"totals"`
	Tied     bool       `json:"tied"`
	Pairwise *Pairwise  `json:"pairwise,omitempty"` // Schulze only
	Budget   int64      `json:"budget,omitempty"`
	Spent    int64      `json:"spent,omitempty"`
	Left     int64      `json:"left,omitempty"`
	// Equal shares: what each voter was given, in major units as an exact fraction, and how many runs
	// Add1 made until then.
	Endowment string `json:"endowment,omitempty"`
	Runs      int64  `json:"runs,omitempty"`
}

// Outcome finds an option's outcome.
func (r Result) Outcome(option string) (Outcome, bool) {
	for _, o := range r.Outcomes {
		if o.Option == option {
			return o, true
		}
	}
	return Outcome{}, false
}

func reason(key string, args ...Arg) Reason { return Reason{Key: "tally." + key, Args: args} }

func number(name string, n int64) Arg {
	return Arg{Name: name, Unit: UnitCount, Number: Whole(n)}
}

func money(name string, minor int64) Arg {
	return Arg{Name: name, Unit: UnitMoney, Number: Whole(minor)}
}

func option(name, id string) Arg { return Arg{Name: name, Unit: UnitOption, Text: id} }
