package tally

import (
	"slices"
	"testing"
)

func marks(weight int64, options ...int32) Ballot { return Ballot{Weight: weight, Options: options} }

func three() []Option {
	return []Option{{ID: "park", Cost: 60}, {ID: "bridge", Cost: 50}, {ID: "lamp", Cost: 40}}
}

func TestBudgetsSkipOrStopAtWhatDoesNotFit(t *testing.T) {
	e := Election{
		ID: "v", Options: three(), Form: Approval, Budget: 100,
		Ballots: []Ballot{marks(5, 0), marks(4, 1), marks(3, 2), marks(2)},
	}
	for rule, want := range map[string][]string{"greedy/1": {"park", "lamp"}, "greedy-stop/1": {"park"}, "greedy-ratio": {"park", "lamp"}} {
		got, err := Count(e, rule, Params{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Winners, want) {
			t.Errorf("%s funds %v, want %v", rule, got.Winners, want)
		}
		if rule == "greedy/1" && (got.Left != 0 || got.Spent != 100) {
			t.Errorf("spent %d, left %d", got.Spent, got.Left)
		}
	}
}

func TestAnOpenTieIsAResult(t *testing.T) {
	e := Election{ID: "v", Options: three(), Form: ChooseOne, Ballots: []Ballot{marks(4, 0), marks(4, 1), marks(1, 2)}}
	got, err := Count(e, "plurality", Params{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Tied || len(got.Winners) != 0 || got.Outcomes[0].Status != Tied || got.Outcomes[2].Status != NotElected {
		t.Errorf("got %+v", got)
	}
	got, err = Count(e, "plurality", Params{Ties: []Criterion{ByID}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Tied || !slices.Equal(got.Winners, []string{"bridge"}) {
		t.Errorf("by id: %v", got.Winners)
	}
}
