package tally

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func expected(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elections(t), "expected", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// rankings reads a PrefLib file, its options called by their names as the expectations do.
func rankings(t *testing.T, name string) Election {
	e := readRanked(t, "preflib", name)
	for i := range e.Options {
		e.Options[i].ID = e.Options[i].Name
	}
	return e
}

func TestRealRankings(t *testing.T) {
	var want map[string]json.RawMessage
	expected(t, "ranked-preflib.json", &want)
	seen := 0
	for file, text := range want {
		var w struct {
			IRV       string           `json:"irv"`
			Rounds    []map[string]any `json:"irv_rounds"`
			Borda     map[string]string
			Winner    string `json:"borda_winner"`
			Condorcet *string
			Schulze   []string `json:"schulze_winners"`
			Ranking   []string `json:"schulze_ranking"`
		}
		if strings.HasPrefix(file, "_") || json.Unmarshal(text, &w) != nil {
			continue
		}
		seen++
		e := rankings(t, file)
		got, err := Count(e, "irv", Params{Ties: []Criterion{ByID}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Winners, []string{w.IRV}) || len(got.Rounds) != len(w.Rounds) {
			t.Errorf("%s: irv elects %v in %d rounds, want %s in %d", file, got.Winners, len(got.Rounds), w.IRV, len(w.Rounds))
		}
		for i := 0; i < min(len(got.Rounds), len(w.Rounds)); i++ {
			for _, f := range got.Rounds[i].Figures {
				if v, _ := w.Rounds[i][f.Option].(float64); int64(v) != f.Score.Num {
					t.Errorf("%s round %d: %s has %d, want %v", file, i+1, f.Option, f.Score.Num, v)
				}
			}
		}
		if got, err = Count(e, "borda", Params{}); err != nil {
			t.Fatal(err)
		}
		for _, o := range got.Outcomes {
			if text, _ := o.Score.MarshalText(); string(text) != w.Borda[o.Option] {
				t.Errorf("%s: %s has %s Borda points, want %s", file, o.Option, text, w.Borda[o.Option])
			}
		}
		if !slices.Equal(got.Winners, []string{w.Winner}) {
			t.Errorf("%s: Borda elects %v, want %s", file, got.Winners, w.Winner)
		}
		if got, err = Count(e, "schulze", Params{}); err != nil {
			t.Fatal(err)
		}
		if slices.Sort(w.Schulze); !slices.Equal(got.Ranking[0], w.Schulze) || !slices.Equal(slices.Concat(got.Ranking...), w.Ranking) {
			t.Errorf("%s: Schulze ranks %v, want %v, first %v", file, got.Ranking, w.Ranking, w.Schulze)
		}
		first, _ := got.Outcome(got.Ranking[0][0])
		if beats := first.Reason.Key == "tally.reason.condorcet"; beats != (w.Condorcet != nil) || beats && first.Option != *w.Condorcet {
			t.Errorf("%s: %s, %v, want the Condorcet winner %v", file, first.Option, first.Reason, w.Condorcet)
		}
	}
	if seen == 0 {
		t.Fatal("no expectations")
	}
	t.Logf("%d files", seen)
}

func TestRealJudgments(t *testing.T) {
	var want []struct {
		Grades  int       `json:"ngrades"`
		Tallies [][]int64 `json:"tallies"`
		Order   [][]int   `json:"own_lower_median_balinski_laraki"`
		Voters  int64     `json:"voters"`
	}
	expected(t, "majority-judgment.json", &want)
	for n, w := range want {
		all := make([]int, len(w.Tallies))
		for i := range all {
			all[i] = i
		}
		got := classes(all, func(a, b int) int {
			return judge(w.Tallies[a], w.Tallies[b], w.Voters)
		}, func(a, b int) int { return a - b })
		if len(got) != len(w.Order) {
			t.Errorf("case %d: %v, want %v", n, got, w.Order)
			continue
		}
		for i := range got {
			slices.Sort(w.Order[i])
			if !slices.Equal(got[i], w.Order[i]) {
				t.Errorf("case %d: %v, want %v", n, got, w.Order)
				break
			}
		}
	}
}

func TestRealDuels(t *testing.T) {
	var want []struct {
		Name    string
		N       int
		Ballots [][2]json.RawMessage
		Duels   [][]int64 `json:"pairwise"`
		Classes [][]int   `json:"belenios_winner_classes"`
		First   []int     `json:"own_winning_votes_then_losing"`
	}
	expected(t, "schulze.json", &want)
	for _, w := range want {
		e := Election{ID: w.Name, Form: Ranking}
		for i := range w.N {
			e.Options = append(e.Options, Option{ID: strconv.Itoa(i)})
		}
		for _, row := range w.Ballots {
			e.Ballots = append(e.Ballots, ranksOf(t, row))
		}
		got, err := Count(e, "schulze", Params{})
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range numbersOf(got.Pairwise.Options) {
			for j, b := range numbersOf(got.Pairwise.Options) {
				if got.Pairwise.Votes[i][j] != w.Duels[a][b] {
					t.Errorf("%s: %d before %d on %d ballots, want %d", w.Name, a, b, got.Pairwise.Votes[i][j], w.Duels[a][b])
				}
			}
		}
		same := slices.EqualFunc(got.Ranking, w.Classes, func(ids []string, class []int) bool { return slices.Equal(numbersOf(ids), class) })
		if !same || !slices.Equal(numbersOf(got.Ranking[0]), w.First) {
			t.Errorf("%s: %v, want %v", w.Name, got.Ranking, w.Classes)
		}
	}
	t.Logf("%d profiles", len(want))
}

// ranksOf makes a ballot of a weight and each option's rank, 0 for none.
func ranksOf(t *testing.T, row [2]json.RawMessage) (b Ballot) {
	var ranks []int64
	if json.Unmarshal(row[0], &b.Weight) != nil || json.Unmarshal(row[1], &ranks) != nil {
		t.Fatalf("%s", row)
	}
	for rank := int64(1); rank <= slices.Max(ranks); rank++ {
		for o, r := range ranks {
			if r == rank {
				b.Options, b.Values = append(b.Options, int32(o)), append(b.Values, rank)
			}
		}
	}
	return b
}
