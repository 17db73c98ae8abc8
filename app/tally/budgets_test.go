package tally

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type budgetCase struct {
	Variants map[string]struct {
		Winners, Order []string
		Cost           any
		Endowment      any
	}
}

// variant reads a name of expected/budgets.json as a rule and its parameters.
func variant(name string) (rule string, p Params) {
	p.Ties = []Criterion{ByCost, ByVotes, ByID}
	switch name {
	case "greedy_skip":
		return "greedy", p
	case "greedy_stop_first":
		return "greedy-stop", p
	case "phragmen_stop":
		return "phragmen", p
	}
	rest := strings.TrimPrefix(name, "mes_")
	for _, u := range []struct {
		name string
		is   Utility
	}{{"points_cost", PointsCost}, {"points", ByPoints}, {"cost", ByCostOf}, {"card", Cardinality}} {
		if after, ok := strings.CutPrefix(rest, u.name); ok {
			p.Utility, rest = u.is, after
			break
		}
	}
	switch rest {
	case "":
		p.Completion = NoneAfter
	case "_utilitarian":
		p.Completion = Greedily
	case "_add1_exh_int":
		p.Completion, p.Stop = Add1, Exhaustive
	case "_add1_exh_intu", "_add1u_exh_int":
		p.Completion, p.Stop = Add1Greedy, Exhaustive
	case "_add1_plain":
		p.Completion, p.Stop = Add1, Overspend
	case "_add1_plainu":
		p.Completion, p.Stop = Add1Greedy, Overspend
	default:
		panic("unknown variant " + name)
	}
	return "equal-shares", p
}

// TestRealBudgets reproduces what independent implementations found, order of funding, cost and
// endowment included.
func TestRealBudgets(t *testing.T) {
	var all map[string]json.RawMessage
	expected(t, "budgets.json", &all)
	delete(all, "_meta")
	seen := 0
	for file, raw := range all {
		var c budgetCase
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		text, err := os.Open(filepath.Join(elections(t), "pb", file))
		if err != nil {
			t.Fatal(err)
		}
		f, err := ReadPabulib(text)
		text.Close()
		if err != nil {
			t.Fatal(file, err)
		}
		e := f.Election(file)
		for name, w := range c.Variants {
			seen++
			rule, p := variant(name)
			got, err := Count(e, rule, p)
			if err != nil {
				t.Fatal(file, name, err)
			}
			winners := slices.Clone(got.Winners)
			slices.Sort(winners)
			slices.Sort(w.Winners)
			if !slices.Equal(winners, w.Winners) {
				t.Errorf("%s %s: funds %v, want %v", file, name, winners, w.Winners)
				continue
			}
			if len(w.Order) > 0 && !slices.Equal(got.Winners, w.Order) {
				t.Errorf("%s %s: in order %v, want %v", file, name, got.Winners, w.Order)
			}
			if w.Endowment != nil && !sameNumber(got.Endowment, fmt.Sprint(w.Endowment)) {
				t.Errorf("%s %s: endowment %s, want %v", file, name, got.Endowment, w.Endowment)
			}
			if !sameNumber(Number{got.Spent, power(e.Decimals)}.Decimal(9), fmt.Sprint(w.Cost)) {
				t.Errorf("%s %s: spends %d, want %v", file, name, got.Spent, w.Cost)
			}
		}
	}
	if seen < 200 {
		t.Fatalf("only %d expectations", seen)
	}
}

func sameNumber(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, fine := new(big.Rat).SetString(b)
	return ok && fine && x.Cmp(y) == 0
}
