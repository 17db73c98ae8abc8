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
