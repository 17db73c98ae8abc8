package vote

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"tequio/app/tally"
)

// Every form can be filled in at random: the same seed makes the same ballots, all of which keep the
// rules, and most of which say something.
func TestGenerate(t *testing.T) {
	for _, q := range []Question{
		{Form: One, Options: options("a", "b", "c")},
		{Form: Some, Least: 2, Most: 2, Options: append(options("a", "b", "c"), Option{Code: NoneOfThese})},
		{Form: Projects, Most: 2, Budget: 100, Options: priced(60, 50, 40)},
		{Form: Knapsack, Budget: 100, Area: "Norte", Options: priced(60, 50, 40)},
		{Form: Points, Points: 7, Options: options("a", "b", "c")},
		{Form: Score, Points: 5, Options: options("a", "b", "c")},
		{Form: Graded, Grades: []string{"Bien", "Mal"}, Options: options("a", "b", "c")},
		{Form: Ranking, Most: 2, Options: options("a", "b", "c")},
	} {
		e, err := q.Generate(200, 7)
		if err != nil {
			t.Fatalf("%s: %v", q.Form, err)
		}
		blank, total := int64(0), int64(0)
		for _, b := range e.Ballots {
			total += b.Weight
			if len(b.Options) == 0 {
				blank += b.Weight
			}
		}
		if total != 200 || blank > 20 {
			t.Errorf("%s: %d ballots, %d blank", q.Form, total, blank)
		}
		again, _ := q.Generate(200, 7)
		other, _ := q.Generate(200, 8)
		if weights(again) != weights(e) || weights(other) == weights(e) {
			t.Errorf("%s: the ballots are not those of their seed", q.Form)
		}
		if all := Simulate(context.Background(), e, tally.Params{}); len(all) == 0 {
			t.Errorf("%s: no rule counts them", q.Form)
		}
	}
}

// weights writes the groups of equal ballots in one order.
func weights(e tally.Election) string {
	var all []string
	for _, b := range e.Ballots {
		all = append(all, fmt.Sprint(b))
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}

// Rules that differ on the same ballots are seen to; each gets the parameters that it reads, and one
// that has no time is marked.
func TestSimulate(t *testing.T) {
	q := Question{Form: Projects, Budget: 100, Options: priced(90, 50, 50)}
	e, err := q.election("1", 0, 0, map[string]int64{`[[["a",1]]]`: 3, `[[["b",1],["c",1]]]`: 2})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, one := range Simulate(context.Background(), e, tally.Params{Majority: tally.Share{Num: 1, Den: 2}, PartFunding: true, Utility: tally.Cardinality}) {
		slices.Sort(one.Result.Winners)
		got[one.Rule] = one.Result.Winners
	}
	if !slices.Equal(got["greedy/1"], []string{"a", "b"}) && !slices.Equal(got["greedy/1"], []string{"a"}) || !slices.Equal(got["greedy-ratio/1"], []string{"b", "c"}) {
		t.Errorf("%v", got)
	}
	if reflect.DeepEqual(got["greedy/1"], got["greedy-ratio/1"]) {
		t.Error("nothing differs")
	}
	if _, counted := got["plurality/1"]; counted {
		t.Error("a rule of seats counts a budget")
	}
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, one := range Simulate(late, e, tally.Params{}) {
		if !one.Long {
			t.Errorf("%s had time", one.Rule)
		}
	}
}
