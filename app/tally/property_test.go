package tally

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawElection makes a small election that the rule can count, with many ties.
func drawElection(t *rapid.T, r Rule) Election {
	n := rapid.IntRange(1, 6).Draw(t, "options")
	e := Election{ID: "vote", Form: rapid.SampledFrom(r.Forms).Draw(t, "form"), Seats: 1}
	if r.Name() != "irv" {
		e.Seats = rapid.IntRange(1, 3).Draw(t, "seats")
	}
	e.Budget = rapid.Int64Range(0, 20).Draw(t, "budget")
	e.Grades = []string{"good", "fair", "poor", "bad"}
	for i := range n {
		e.Options = append(e.Options, Option{ID: fmt.Sprint("o", i), Cost: rapid.Int64Range(0, 9).Draw(t, "cost")})
	}
	for range rapid.IntRange(0, 8).Draw(t, "groups") {
		e.Ballots = append(e.Ballots, drawBallot(t, r, e.Form, n))
	}
	return e
}

func drawBallot(t *rapid.T, r Rule, f Form, n int) Ballot {
	most := n
	if f == ChooseOne || r.Name() == "plurality" {
		most = 1
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	b := Ballot{Weight: rapid.Int64Range(1, 3).Draw(t, "weight")}
	b.Options = rapid.Permutation(order).Draw(t, "order")[:rapid.IntRange(0, most).Draw(t, "named")]
	if f == Points || f == Grades || f == Ranking && rapid.Bool().Draw(t, "equal ranks") {
		for range b.Options {
			b.Values = append(b.Values, rapid.Int64Range(0, 3).Draw(t, "value"))
		}
	}
	if f == Ranking {
		slices.Sort(b.Values)
	}
	return b
}

func drawParams(t *rapid.T) Params {
	all := [][]Criterion{nil, {ByCost}, {ByCost, ByVotes, ByLot}, {ByVotes, ByLot}, {ByLot}}
	p := Params{Ties: rapid.SampledFrom(all).Draw(t, "ties")}
	p.Seed = rapid.SampledFrom([]string{"", "3 1 4"}).Draw(t, "seed")
	p.MinimumVotes = rapid.Int64Range(0, 2).Draw(t, "minimum")
	p.PartFunding = rapid.Bool().Draw(t, "part funding")
	if rapid.Bool().Draw(t, "majority") {
		p.Majority = Share{1, 2}
	}
	p.Utility = rapid.SampledFrom([]Utility{"", ByCostOf, Cardinality, ByPoints, PointsCost}).Draw(t, "utility")
	p.Completion = rapid.SampledFrom([]Completion{"", Add1Greedy, Add1, Greedily, NoneAfter}).Draw(t, "completion")
	p.Stop = rapid.SampledFrom([]Stop{"", Exhaustive, Overspend}).Draw(t, "stop")
	return p
}

// each draws an election for every rule in turn and counts it.
func each(t *testing.T, check func(t *rapid.T, e Election, r Rule, p Params, got Result)) {
	for _, r := range Rules() {
		t.Run(r.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				e, p := drawElection(t, r), drawParams(t)
				check(t, e, r, p, mustCount(t, e, r, p))
			})
		})
	}
}

func mustCount(t interface{ Fatal(...any) }, e Election, r Rule, p Params) Result {
	got, err := Count(e, r.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOrderOfInputNeverMatters(t *testing.T) {
	each(t, func(t *rapid.T, e Election, r Rule, p Params, got Result) {
		if d := cmp.Diff(got, mustCount(t, shuffle(t, e), r, p)); d != "" {
			t.Fatal(d)
		}
	})
}

// shuffle permutes ballots, options, and the marks of ballots whose marks have no order.
func shuffle(t *rapid.T, e Election) Election {
	where := make([]int, len(e.Options))
	for i := range where {
		where[i] = i
	}
	where = rapid.Permutation(where).Draw(t, "where")
	options := make([]Option, len(e.Options))
	for i, to := range where {
		options[to] = e.Options[i]
	}
	e.Options = options
	e.Ballots = rapid.Permutation(e.Ballots).Draw(t, "ballots")
	for k, b := range e.Ballots {
		b.Options = slices.Clone(b.Options)
		b.Values = slices.Clone(b.Values)
		for i, o := range b.Options {
			b.Options[i] = int32(where[o])
		}
		if e.Form != Ranking {
			slices.Reverse(b.Options)
			slices.Reverse(b.Values)
		}
		e.Ballots[k] = b
	}
	return e
}

func TestAWeightIsSoManyCopies(t *testing.T) {
	each(t, func(t *rapid.T, e Election, r Rule, p Params, got Result) {
		single := e
		single.Ballots = nil
		box := NewBox(e.Form, len(e.Options))
		for _, b := range e.Ballots {
			for range b.Weight {
				single.Ballots = append(single.Ballots, Ballot{1, b.Options, b.Values})
				box.Add(1, b.Options, b.Values)
			}
		}
		if d := cmp.Diff(got, mustCount(t, single, r, p)); d != "" {
			t.Fatal(d)
		}
		single.Ballots = box.Ballots()
		if d := cmp.Diff(got, mustCount(t, single, r, p)); d != "" {
			t.Fatal("grouped:", d)
		}
	})
}

// Renaming options renames the result, as long as no name breaks a tie.
func TestNoOptionIsFavoured(t *testing.T) {
	each(t, func(t *rapid.T, e Election, r Rule, p Params, got Result) {
		p.Seed = ""
		got = mustCount(t, e, r, p)
		renamed := e
		renamed.Options = slices.Clone(e.Options)
		names := map[string]string{}
		for i := range renamed.Options {
			names[e.Options[i].ID] = fmt.Sprint("r", len(e.Options)-i)
			renamed.Options[i].ID = names[e.Options[i].ID]
		}
		other := mustCount(t, renamed, r, p)
		if len(other.Winners) != len(got.Winners) || other.Spent != got.Spent || other.Tied != got.Tied {
			t.Fatal(got, other)
		}
		for _, o := range got.Outcomes {
			same, _ := other.Outcome(names[o.Option])
			if same.Status != o.Status || same.Score != o.Score || same.Place != o.Place {
				t.Fatal(o, same)
			}
		}
	})
}

func TestEveryOptionGetsAnOutcomeWithAReason(t *testing.T) {
	all := catalogues(t)
	each(t, func(t *rapid.T, e Election, r Rule, p Params, got Result) {
		won, placed := 0, 0
		for _, o := range got.Outcomes {
			if o.Place == 0 {
				t.Fatal("without place:", o)
			}
			worded(t, all, o.Reason)
			if slices.Contains([]Status{Elected, Funded, PartFunded}, o.Status) {
				won++
			}
		}
		for _, tie := range got.Ties {
			worded(t, all, tie.Reason)
		}
		for _, round := range got.Rounds {
			for _, d := range round.Decisions {
				worded(t, all, d.Reason)
			}
			for _, n := range round.Notes {
				worded(t, all, n)
			}
		}
		for _, class := range got.Ranking {
			placed += len(class)
		}
		if won != len(got.Winners) || len(got.Ranking) > 0 && placed != len(e.Options) || len(got.Outcomes) != len(e.Options) {
			t.Fatal(got)
		}
		if !r.Budget && won > e.Seats {
			t.Fatal("more winners than seats")
		}
	})
}

func TestABudgetIsNeverExceeded(t *testing.T) {
	each(t, func(t *rapid.T, e Election, r Rule, p Params, got Result) {
		if !r.Budget {
			return
		}
		paid := int64(0)
		for _, o := range got.Outcomes {
			paid += o.Paid
			if o.Paid > o.Cost || o.Status == Funded && o.Paid != o.Cost {
				t.Fatal("paid", o)
			}
			if r.Name() == "greedy" && o.Status == NotFunded && !p.PartFunding && !got.Tied &&
				o.Cost <= got.Left && o.Votes >= p.MinimumVotes && len(got.Notes) == 0 {
				t.Fatal("fits what is left:", o, got.Left)
			}
		}
		if paid != got.Spent || got.Spent+got.Left != e.Budget || got.Left < 0 {
			t.Fatal(paid, got.Spent, got.Left)
		}
	})
}

// One more approval never takes a place away.
func TestMoreApprovalNeverHarms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := FindRule(rapid.SampledFrom([]string{"approval", "greedy"}).Draw(t, "rule"))
		e := drawElection(t, Rule{ID: r.ID, Forms: []Form{Approval}})
		p := Params{Ties: []Criterion{ByCost, ByID}}
		before := mustCount(t, e, r, p)
		if len(before.Winners) == 0 {
			return
		}
		winner := rapid.SampledFrom(before.Winners).Draw(t, "winner")
		at := slices.IndexFunc(e.Options, func(o Option) bool { return o.ID == winner })
		e.Ballots = append(slices.Clone(e.Ballots), Ballot{Weight: 1, Options: []int32{int32(at)}})
		if after := mustCount(t, e, r, p); !slices.Contains(after.Winners, winner) {
			t.Fatal(winner, before.Winners, after.Winners)
		}
	})
}

// A slow reading of Balinski and Laraki: take one median grade away at a time.
func TestJudgmentAgreesWithTakingGradesOneByOne(t *testing.T) {
	slow := func(a, b []int64) int {
		expand := func(tally []int64) (all []int) {
			for g, k := range tally {
				for range k {
					all = append(all, g)
				}
			}
			return all
		}
		x, y := expand(a), expand(b)
		for len(x) > 0 {
			m := len(x) / 2
			if x[m] != y[m] {
				return x[m] - y[m]
			}
			x, y = slices.Delete(x, m, m+1), slices.Delete(y, m, m+1)
		}
		return 0
	}
	sign := func(n int) int { return max(-1, min(1, n)) }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 12).Draw(t, "ballots")
		draw := func() []int64 {
			grades := make([]int64, 4)
			for range n {
				grades[rapid.IntRange(0, 3).Draw(t, "grade")]++
			}
			return grades
		}
		a, b := draw(), draw()
		if got, want := judge(a, b, n), slow(a, b); sign(got) != sign(want) {
			t.Fatalf("%v against %v: %d, want %d", a, b, got, want)
		}
	})
}

// Of the options tied here only one is within reach, and which one was tried first must not tell
// whether Add1 goes on: the same are tied under other names.
func TestAnOpenTieKnowsNoNames(t *testing.T) {
	var statuses []string
	for _, names := range []string{"abcdef", "fedcba"} {
		e := Election{ID: "vote", Form: Approval, Budget: 1}
		for i, cost := range []int64{0, 1, 2, 3, 0, 0} {
			e.Options = append(e.Options, Option{ID: names[i : i+1], Cost: cost})
		}
		e.Ballots = []Ballot{{Weight: 1}, {Weight: 2, Options: []int32{2, 1, 3}}}
		r := counted(t, e, "equal-shares", Params{PartFunding: true})
		all := ""
		for i := range names {
			o, _ := r.Outcome(names[i : i+1])
			all += string(o.Status) + " "
		}
		statuses = append(statuses, all)
	}
	if statuses[0] != statuses[1] {
		t.Fatal(statuses)
	}
}
