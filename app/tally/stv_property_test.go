package tally

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func transferable() (rules []Rule) {
	for _, r := range Rules() {
		if strings.HasPrefix(r.ID, "stv-") {
			rules = append(rules, r)
		}
	}
	return rules
}

func (n Number) rat() *big.Rat { return big.NewRat(n.Num, n.Den) }

// Whoever the rule is, seats are filled, no vote comes or goes, and a seat takes the quota.
func TestTransferableVotesAreConserved(t *testing.T) {
	for _, r := range transferable() {
		t.Run(r.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				e, p := drawElection(t, r), drawParams(t)
				got := mustCount(t, e, r, p)
				if len(got.Notes) > 0 {
					return
				}
				if want := min(e.Seats, len(e.Options)); !got.Tied && len(got.Winners) != want {
					t.Fatalf("%d elected of %d", len(got.Winners), want)
				}
				seated := map[string]bool{}
				for _, round := range got.Rounds {
					sum := round.NonTransferable.rat()
					if sum.Sign() < 0 {
						t.Fatal("votes out of nothing:", round)
					}
					for _, f := range round.Figures {
						sum.Add(sum, f.Score.rat())
						if seated[f.Option] && r.Name() != "stv-meek" && f.Score.rat().Cmp(round.Quota.rat()) < 0 {
							t.Fatal("gave away more than the surplus:", f, round.Quota)
						}
					}
					if sum.Cmp(Whole(got.Totals.Valid).rat()) != 0 {
						t.Fatalf("round %d has %v of %d votes", round.Number, sum, got.Totals.Valid)
					}
					held(t, round)
					for _, d := range round.Decisions {
						seated[d.Option] = d.Reason.Key == "tally.reason.stv_elected"
					}
				}
			})
		})
	}
}

// held wants whoever a round elects by the quota to have it.
func held(t *rapid.T, round Round) {
	for _, d := range round.Decisions {
		if d.Reason.Key != "tally.reason.stv_elected" {
			continue
		}
		at := slices.IndexFunc(round.Figures, func(f Figure) bool { return f.Option == d.Option })
		if round.Figures[at].Score.rat().Cmp(round.Quota.rat()) < 0 {
			t.Fatal(d, "has", round.Figures[at].Score, "of", round.Quota)
		}
	}
}

// drawStrict makes an election of one seat by strict rankings with uneven weights.
func drawStrict(t *rapid.T, most int) Election {
	n := rapid.IntRange(2, 5).Draw(t, "options")
	e := Election{ID: "vote", Form: Ranking, Seats: 1}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
		e.Options = append(e.Options, Option{ID: string(rune('a' + i))})
	}
	for range rapid.IntRange(1, 9).Draw(t, "groups") {
		e.Ballots = append(e.Ballots, Ballot{
			Weight:  rapid.Int64Range(1, 1000).Draw(t, "weight"),
			Options: rapid.Permutation(order).Draw(t, "order")[:rapid.IntRange(1, n).Draw(t, "named")],
		})
	}
	e.Seats = rapid.IntRange(1, most).Draw(t, "seats")
	return e
}

// With one seat the Scottish rules elect whom the instant runoff elects.
func TestOneSeatIsAnInstantRunoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawStrict(t, 1)
		p := Params{Ties: []Criterion{ByID}}
		runoff, err := Count(e, "irv", p)
		if err != nil {
			t.Fatal(err)
		}
		stv, err := Count(e, "stv-scottish", p)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(runoff.Winners, stv.Winners) {
			t.Fatal(runoff.Winners, stv.Winners)
		}
	})
}

// The instant runoff is known to fail monotonicity: here A wins, and loses once two voters put it
// higher. Schulze's method keeps it first.
func TestMoreVotesCanHarmInARunoff(t *testing.T) {
	e := Election{ID: "vote", Form: Ranking, Options: []Option{{ID: "A"}, {ID: "B"}, {ID: "C"}}}
	e.Ballots = []Ballot{{6, []int32{0, 1, 2}, nil}, {5, []int32{2, 0, 1}, nil}, {4, []int32{1, 2, 0}, nil}, {2, []int32{1, 0, 2}, nil}}
	for _, c := range []struct{ raised, rule, winner string }{
		{"", "irv", "A"}, {"A", "irv", "C"}, {"", "stv-scottish", "A"}, {"A", "stv-scottish", "C"}, {"", "schulze", "A"}, {"A", "schulze", "A"},
	} {
		if c.raised != "" {
			e.Ballots[3].Options = []int32{0, 1, 2}
		} else {
			e.Ballots[3].Options = []int32{1, 0, 2}
		}
		if got := counted(t, e, c.rule, Params{}); !slices.Equal(got.Winners, []string{c.winner}) {
			t.Errorf("%+v: %v", c, got.Winners)
		}
	}
}

// slowMeek is Meek's method ballot by ballot, with thirty decimals and without its shortcuts. clear is
// false when a difference of less than a hundred-thousandth of a vote decides.
func slowMeek(e Election) (winners []string, clear bool) {
	one := new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)
	margin := new(big.Int).Div(one, big.NewInt(100_000))
	keep, state := make([]*big.Int, len(e.Options)), make([]string, len(e.Options))
	for i := range keep {
		keep[i] = one
	}
	count := func(s string) (n int) {
		for _, x := range state {
			if x == s {
				n++
			}
		}
		return n
	}
	clear = true
	for count("elected") < e.Seats && count("") > e.Seats-count("elected") {
		votes, quota := settle(e, keep, state, one)
		low, top := -1, -1
		for i := range votes {
			if state[i] != "" {
				continue
			}
			if low < 0 || votes[i].Cmp(votes[low]) < 0 {
				low = i
			}
			if top < 0 || votes[i].Cmp(votes[top]) > 0 {
				top = i
			}
			if new(big.Int).Sub(votes[i], quota).CmpAbs(margin) < 0 {
				clear = false
			}
		}
		if votes[top].Cmp(quota) > 0 {
			for i := range votes {
				if state[i] == "" && votes[i].Cmp(quota) > 0 {
					state[i] = "elected"
				}
			}
			continue
		}
		for i := range votes {
			if i != low && state[i] == "" && new(big.Int).Sub(votes[i], votes[low]).Cmp(margin) < 0 {
				clear = false
			}
		}
		state[low], keep[low] = "out", new(big.Int)
	}
	for i, s := range state {
		if s == "elected" || s == "" && count("elected")+count("") <= e.Seats {
			winners = append(winners, e.Options[i].ID)
		}
	}
	return winners, clear
}

// settle finds the parts that the elected keep so that each has the quota.
func settle(e Election, keep []*big.Int, state []string, one *big.Int) (votes []*big.Int, quota *big.Int) {
	for range 2000 {
		votes = make([]*big.Int, len(keep))
		for i := range votes {
			votes[i] = new(big.Int)
		}
		total := new(big.Int)
		for _, b := range e.Ballots {
			left := one
			for _, o := range b.Options {
				kept := new(big.Int).Mul(left, keep[o])
				kept.Div(kept, one)
				left = new(big.Int).Sub(left, kept)
				kept.Mul(kept, big.NewInt(b.Weight))
				votes[o].Add(votes[o], kept)
				total.Add(total, kept)
			}
		}
		quota = total.Div(total, big.NewInt(int64(e.Seats+1)))
		done := true
		for i := range keep {
			if state[i] != "elected" {
				continue
			}
			if over := new(big.Int).Sub(votes[i], quota); over.CmpAbs(big.NewInt(1_000_000_000)) > 0 {
				done = false
			}
			keep[i] = new(big.Int).Mul(keep[i], quota)
			keep[i].Div(keep[i], votes[i])
		}
		if done {
			break
		}
	}
	return votes, quota
}

func TestMeekAgreesWithManyDecimals(t *testing.T) {
	decided := 0
	rapid.Check(t, func(t *rapid.T) {
		e := drawStrict(t, 3)
		want, clear := slowMeek(e)
		if !clear {
			return
		}
		decided++
		got, err := Count(e, "stv-meek", Params{})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got.Winners)
		slices.Sort(want)
		if !slices.Equal(got.Winners, want) || got.Tied {
			t.Fatal(got.Winners, want)
		}
	})
	if decided < 20 {
		t.Fatalf("only %d elections were clear enough to compare", decided)
	}
}
