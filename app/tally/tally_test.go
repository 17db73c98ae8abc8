package tally

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func status(t *testing.T, r Result, option string, want Status, key string) {
	t.Helper()
	o, ok := r.Outcome(option)
	if !ok || o.Status != want || o.Reason.Key != "tally.reason."+key {
		t.Errorf("%s is %s because of %s, want %s because of %s", option, o.Status, o.Reason.Key, want, key)
	}
}

func counted(t *testing.T, e Election, rule string, p Params) Result {
	t.Helper()
	r, err := Count(e, rule, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBudgetsExplainThemselves(t *testing.T) {
	e := Election{ID: "v", Form: Approval, Budget: 100, Options: []Option{
		{ID: "a", Cost: 70}, {ID: "b", Cost: 60}, {ID: "c", Cost: 30}, {ID: "d", Cost: 500}, {ID: "e", Cost: 1},
	}}
	e.Ballots = []Ballot{marks(5, 0), marks(4, 1), marks(3, 2), marks(2, 3), marks(1, 4)}
	r := counted(t, e, "greedy", Params{MinimumVotes: 2})
	status(t, r, "a", Funded, "funded.votes")
	status(t, r, "b", NotFunded, "skipped")
	status(t, r, "c", Funded, "funded.votes")
	status(t, r, "d", NotFunded, "over_budget")
	status(t, r, "e", NotFunded, "minimum")
	if b, _ := r.Outcome("b"); b.Reason.Args[0].Number != Whole(60) || b.Reason.Args[1].Number != Whole(30) {
		t.Errorf("b needed %+v", b.Reason.Args)
	}
	r = counted(t, e, "greedy-stop", Params{})
	status(t, r, "b", NotFunded, "stop")
	status(t, r, "c", NotFunded, "stopped")
	r = counted(t, e, "greedy", Params{PartFunding: true})
	status(t, r, "b", PartFunded, "part_funded")
	if r.Left != 0 || r.Spent != 100 {
		t.Errorf("left %d, spent %d", r.Left, r.Spent)
	}
}

func TestATieForMoneyStaysOpenWithoutALot(t *testing.T) {
	e := Election{ID: "v", Form: Approval, Budget: 100, Options: []Option{
		{ID: "a", Cost: 60}, {ID: "b", Cost: 60}, {ID: "c", Cost: 10},
	}, Ballots: []Ballot{marks(2, 0, 1), marks(1, 2)}}
	r := counted(t, e, "greedy", Params{Ties: []Criterion{ByCost, ByVotes, ByLot}})
	status(t, r, "a", Tied, "tied_money")
	status(t, r, "c", Undecided, "undecided")
	if !r.Tied || !r.Ties[0].Open || len(r.Winners) != 0 {
		t.Errorf("%+v", r.Ties)
	}
	r = counted(t, e, "greedy", Params{Ties: []Criterion{ByCost, ByVotes, ByLot}, Seed: "6 2 5"})
	status(t, r, "c", Funded, "funded.votes")
	x, y := Lot("6 2 5", "v", "a"), Lot("6 2 5", "v", "b")
	first := "a"
	if slices.Compare(x[:], y[:]) > 0 {
		first = "b"
	}
	if r.Winners[0] != first || len(r.Ties[0].Draws) != 2 || r.Ties[0].Reason.Key != "tally.tie.lot" {
		t.Errorf("%v, %+v", r.Winners, r.Ties)
	}
	e.Budget = 200
	if r = counted(t, e, "greedy", Params{}); r.Tied || r.Ties[0].Mattered {
		t.Errorf("a tie that matters to nobody: %+v", r.Ties)
	}
}

// The seed and ids below give this with: printf '6 2 5\0v\0a' | sha256sum
func TestTheLotCanBeRepeatedByHand(t *testing.T) {
	if got := hex.EncodeToString(first(Lot("6 2 5", "v", "a"))); got != "27e925bf4c006ecf" {
		t.Error(got)
	}
}

func first(h [32]byte) []byte { return h[:8] }

func TestQuorumMajorityAndEmptyVotes(t *testing.T) {
	e := Election{ID: "v", Form: ChooseOne, Roll: 100, Options: three(), Ballots: []Ballot{marks(5, 0), marks(4, 1), marks(2)}}
	r := counted(t, e, "plurality", Params{QuorumShare: Share{1, 4}})
	if len(r.Winners) != 0 || r.Notes[0].Key != "tally.reason.quorum" || r.Notes[0].Args[1].Number != Whole(25) {
		t.Errorf("%+v", r.Notes)
	}
	r = counted(t, e, "plurality", Params{Quorum: 11, Majority: Share{1, 2}})
	status(t, r, "park", Elected, "elected.votes")
	status(t, r, "bridge", NotElected, "majority")
	status(t, r, "lamp", NotElected, "no_votes")
	if r.Totals.Blank != 2 || r.Totals.Valid != 9 {
		t.Errorf("%+v", r.Totals)
	}
	r = counted(t, e, "plurality", Params{Majority: Share{2, 3}})
	status(t, r, "park", NotElected, "majority")
	e.Ballots = nil
	for _, rule := range []string{"plurality", "approval", "greedy"} {
		if r = counted(t, e, rule, Params{}); len(r.Winners) != 0 || r.Notes[0].Key != "tally.reason.empty" {
			t.Errorf("%s of nothing: %+v", rule, r)
		}
	}
}

func TestMalformedInputIsRefused(t *testing.T) {
	good := Election{ID: "v", Form: Approval, Options: three(), Ballots: []Ballot{marks(1, 0)}}
	for name, spoil := range map[string]func(*Election, *Params){
		"no options":    func(e *Election, _ *Params) { e.Options = nil },
		"same id":       func(e *Election, _ *Params) { e.Options = append(three(), Option{ID: "park"}) },
		"marked twice":  func(e *Election, _ *Params) { e.Ballots = []Ballot{marks(1, 1, 1)} },
		"unknown":       func(e *Election, _ *Params) { e.Ballots = []Ballot{marks(1, 3)} },
		"weight":        func(e *Election, _ *Params) { e.Ballots = []Ballot{marks(0, 1)} },
		"too many":      func(e *Election, _ *Params) { e.Ballots = []Ballot{marks(MaxWeight, 1), marks(1, 1)} },
		"form":          func(e *Election, _ *Params) { e.Form = Ranking },
		"share":         func(_ *Election, p *Params) { p.Majority = Share{3, 2} },
		"tie criterion": func(_ *Election, p *Params) { p.Ties = []Criterion{"age"} },
		"roll unknown":  func(_ *Election, p *Params) { p.QuorumShare = Share{1, 2} },
	} {
		e, p := good, Params{}
		spoil(&e, &p)
		if _, err := Count(e, "approval", p); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := Count(good, "dice", Params{}); err == nil {
		t.Error("an unknown rule is accepted")
	}
}

func TestParseTies(t *testing.T) {
	for text, want := range map[string][]Criterion{
		"":                nil,
		"cost,votes,id":   {ByCost, ByVotes, ByID},
		"lot:3,1,4":       {ByCost, ByVotes, ByLot},
		"votes,lot:3,1,4": {ByVotes, ByLot},
		"cost,votes,lot":  {ByCost, ByVotes, ByLot},
		"cost,cost":       {"refused"},
		"cost,age":        {"refused"},
		"cost,,votes":     {"refused"},
		"lot:":            {"refused"},
	} {
		got, seed, err := ParseTies(text, false)
		if err != nil {
			got = []Criterion{"refused"}
		}
		if !slices.Equal(got, want) || strings.HasSuffix(text, "3,1,4") && seed != "3,1,4" {
			t.Errorf("%q: %v, seed %q, %v", text, got, seed, err)
		}
	}
	if _, _, err := ParseTies("cost,id", true); err == nil {
		t.Error("a live vote may break ties by id")
	}
}

func TestResultsSurviveJSON(t *testing.T) {
	e := Election{ID: "v", Form: Points, PointDecimals: 1, Budget: 100, Options: three(), Ballots: []Ballot{
		{Weight: 3, Options: []int32{0, 1}, Values: []int64{15, 15}},
	}}
	r := counted(t, e, "greedy", Params{Ties: []Criterion{ByCost, ByLot}, Seed: "x"})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Result
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, again); d != "" {
		t.Error(d)
	}
}

func TestRunoffTies(t *testing.T) {
	e := Election{ID: "v", Form: Ranking, Options: []Option{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}, Ballots: []Ballot{
		marks(4, 0), marks(3, 1), marks(2, 2), marks(1, 3, 2),
	}}
	r := counted(t, e, "irv", Params{})
	status(t, r, "d", NotElected, "eliminated")
	status(t, r, "c", NotElected, "eliminated")
	status(t, r, "a", Elected, "runoff")
	if r.Ties[0].By[0] != byEarlier || r.Tied {
		t.Errorf("%+v", r.Ties)
	}
	e.Ballots = []Ballot{marks(4, 0), marks(3, 1), marks(3, 2)}
	r = counted(t, e, "irv", Params{})
	status(t, r, "b", Tied, "tied_last")
	status(t, r, "a", Undecided, "undecided")
	if r = counted(t, e, "irv", Params{Ties: []Criterion{ByID}}); !slices.Equal(r.Winners, []string{"a"}) {
		t.Error(r.Winners)
	}
}
