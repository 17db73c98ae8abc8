package tally

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// BenchmarkGreedyMillion counts a million different ballots that each approve up to 20 of 300
// projects. To reach: under a second.
func BenchmarkGreedyMillion(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	e := Election{ID: "bench", Form: Approval, Budget: 50_000_000}
	for i := range 300 {
		e.Options = append(e.Options, Option{ID: fmt.Sprint("p", i), Cost: 10_000 + random.Int64N(1_000_000)})
	}
	all := random.Perm(300)
	for range 1_000_000 {
		at := random.IntN(280)
		n := 1 + random.IntN(20)
		options := make([]int32, n)
		for k := range options {
			options[k] = int32(all[at+k])
		}
		e.Ballots = append(e.Ballots, Ballot{Weight: 1, Options: options})
	}
	p := Params{Ties: []Criterion{ByCost, ByVotes, ByID}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Count(e, "greedy/1", p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlainTenMillion puts ten million plain ballots into a box one by one and counts them;
// BenchmarkBareLoop is the loop that it is measured against.
func BenchmarkPlainTenMillion(b *testing.B) {
	rows, options := plainRows()
	b.ReportAllocs()
	for b.Loop() {
		box := NewBox(ChooseOne, len(options))
		for i := range rows {
			box.Add(1, rows[i:i+1], nil)
		}
		if _, err := Count(Election{ID: "bench", Form: ChooseOne, Options: options, Ballots: box.Ballots()}, "plurality/1", Params{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareLoop only adds up the same rows.
func BenchmarkBareLoop(b *testing.B) {
	rows, options := plainRows()
	for b.Loop() {
		sums := make([]int64, len(options))
		for _, o := range rows {
			sums[o]++
		}
		runtime.KeepAlive(sums)
	}
}

func plainRows() ([]int32, []Option) {
	random := rand.New(rand.NewPCG(3, 4))
	rows := make([]int32, 10_000_000)
	for i := range rows {
		rows[i] = int32(random.IntN(8))
	}
	var options []Option
	for i := range 8 {
		options = append(options, Option{ID: fmt.Sprint("o", i)})
	}
	return rows, options
}

// BenchmarkGroupMillion groups a million ballots of five marks out of thirty.
func BenchmarkGroupMillion(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	rows := make([]int32, 5_000_000)
	for i := range rows {
		rows[i] = int32(6*(i%5) + random.IntN(6))
	}
	b.ReportAllocs()
	for b.Loop() {
		box := NewBox(Approval, 30)
		for i := 0; i < len(rows); i += 5 {
			box.Add(1, rows[i:i+5], nil)
		}
		if len(box.Ballots()) != 6*6*6*6*6 {
			b.Fatal(len(box.Ballots()))
		}
	}
}

// budgetOf makes a participatory budget of voters who each approve up to most projects, some far
// more popular than others.
func budgetOf(seed uint64, voters, projects, most int, budget int64) Election {
	random := rand.New(rand.NewPCG(seed, seed))
	e := Election{ID: "bench", Form: Approval, Budget: budget, Decimals: 2}
	for i := range projects {
		e.Options = append(e.Options, Option{ID: fmt.Sprint("p", i), Cost: (budget/200 + random.Int64N(budget/30)) / 100 * 100})
	}
	box := NewBox(Approval, projects)
	for range voters {
		picked := map[int32]bool{}
		for range 1 + random.IntN(most) {
			f := random.Float64()
			picked[int32(float64(projects)*f*f)] = true
		}
		options := make([]int32, 0, len(picked))
		for o := range picked {
			options = append(options, o)
		}
		box.Add(1, options, nil)
	}
	e.Ballots = box.Ballots()
	return e
}

// BenchmarkSharesMillion is one run of equal shares over a million ballots and 300 projects. To
// reach: under 30 s and 2 GB.
func BenchmarkSharesMillion(b *testing.B) {
	e := budgetOf(7, 1_000_000, 300, 20, 5_000_000_00)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Count(e, "equal-shares/1", Params{Ties: []Criterion{ByCost, ByVotes, ByID}, Completion: NoneAfter})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(r.Winners)), "winners")
	}
}

// BenchmarkSharesAdd1 is a budget of 11,000 voters and 81 projects, with Add1 until the next step
// would overspend, some 350 steps. To reach: under 10 s.
func BenchmarkSharesAdd1(b *testing.B) {
	e := budgetOf(9, 11_000, 81, 15, 6_000_000_00)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Count(e, "equal-shares/1", Params{Ties: []Criterion{ByCost, ByVotes, ByID}, Completion: Add1Greedy, Stop: Overspend})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Runs), "runs")
	}
}

// BenchmarkPhragmenMillion is the same million ballots by Phragmén's rule.
func BenchmarkPhragmenMillion(b *testing.B) {
	e := budgetOf(7, 1_000_000, 300, 20, 5_000_000_00)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Count(e, "phragmen/1", Params{Ties: []Criterion{ByCost, ByVotes, ByID}}); err != nil {
			b.Fatal(err)
		}
	}
}
