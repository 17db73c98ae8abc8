package tally

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// drawn are so many different rankings of all options, with some options liked better than others.
func drawn(options, ballots int) Election {
	random := rand.New(rand.NewPCG(7, 8))
	e := Election{ID: "bench", Form: Ranking, Seats: 4}
	for i := range options {
		e.Options = append(e.Options, Option{ID: fmt.Sprint("o", i)})
	}
	seen := map[string]bool{}
	for len(e.Ballots) < ballots {
		order := make([]int32, options)
		for i, o := range random.Perm(options) {
			order[i] = int32(o)
		}
		for range 3 { // the first few rise
			i := random.IntN(options)
			if j := random.IntN(i + 1); order[i] < order[j] {
				order[i], order[j] = order[j], order[i]
			}
		}
		if key := fmt.Sprint(order); !seen[key] {
			seen[key] = true
			e.Ballots = append(e.Ballots, Ballot{Weight: 1, Options: order})
		}
	}
	return e
}

// BenchmarkRankings counts 100,000 different rankings of 12 candidates for 4 seats by each rule, and a
// million of them by the rules of councils: to reach, a few seconds.
func BenchmarkRankings(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		e := drawn(12, size)
		for _, r := range Rules() {
			if !r.Fits(Ranking) || r.Budget {
				continue
			}
			b.Run(fmt.Sprint(r.Name(), "/", size), func(b *testing.B) {
				e := e
				if r.Name() == "irv" {
					e.Seats = 1
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Count(e, r.ID, Params{Ties: []Criterion{ByID}}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkDuels compares 200 options two by two on 10,000 ballots that rank all of them.
func BenchmarkDuels(b *testing.B) {
	e := drawn(200, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Count(e, "schulze/1", Params{}); err != nil {
			b.Fatal(err)
		}
	}
}
