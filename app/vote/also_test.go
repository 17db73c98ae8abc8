package vote

import (
	"slices"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/tally"
)

// Three rules that elect three different options from the same ballots: what is declared for information
// is counted, stands in the result and in the archive, and changes nothing of the decision.
func TestOtherRulesForInformation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ranked := Question{Form: Ranking, Rule: "irv/1", Also: []string{"borda", "schulze/1"}, Seats: 1, Ties: "votes", Options: options("a", "b", "c")}
		v := h.open(chooseOne(), ranked)
		if got := v.Questions[1].Also; !slices.Equal(got, []string{"borda/1", "schulze/1"}) {
			t.Fatalf("kept as %v", got)
		}
		for order, n := range map[string]int{"abc": 4, "cba": 3, "bca": 2} {
			for range n {
				h.cast(h.person(identity.Reachable), v, Ballot{{{"a", 1}}, {{order[:1], 1}, {order[1:2], 2}, {order[2:], 3}}})
			}
		}
		clock.Set(v.ClosesAt)
		o := h.outcome(v)
		if len(o.Result.Also) != 2 || len(o.Result.Also[0]) != 0 || len(o.Result.Also[1]) != 2 {
			t.Fatalf("%+v", o.Result.Also)
		}
		decided, borda, schulze := o.Result.Questions[1], o.Result.Also[1][0], o.Result.Also[1][1]
		if decided.Rule != "irv/1" || decided.Winners[0] != "c" || borda.Rule != "borda/1" || borda.Winners[0] != "b" || schulze.Winners[0] != "b" {
			t.Errorf("%s %v, %s %v, %s %v", decided.Rule, decided.Winners, borda.Rule, borda.Winners, schulze.Rule, schulze.Winners)
		}
		zipped := h.archive(o.Vote)
		if ok, said := verified(t, zipped, Asked{}); !ok {
			t.Error(said)
		}
		u := unpack(t, zipped)
		forged := u.with(fileResult, []byte(strings.Replace(string(u.files[fileResult]), `"rule":"borda/1","winners":["b"]`, `"rule":"borda/1","winners":["a"]`, 1)))
		if equalFiles(forged, u) {
			t.Fatal("nothing was altered")
		}
		if ok, said := verified(t, forged.pack(t), Asked{}); ok || !strings.Contains(said, "another result") {
			t.Error(said)
		}
	})
}

// What is declared for information is refused where it cannot count the ballots, and where it says nothing.
func TestRulesForInformationThatDoNotFit(t *testing.T) {
	ranked := Question{Form: Ranking, Rule: "borda", Seats: 2, Blank: true, Options: options("a", "b", "c")}
	for _, c := range []struct {
		also, field, key string
	}{
		{"stv-meek,schulze", "", ""},
		{"irv", "q0-also-irv", "vote.also.unfit"}, // elects one
		{"borda/1", "q0-also-borda", "vote.also.unfit"},
		{"approval", "q0-also-approval", "vote.also.unfit"},
		{"greedy", "q0-also-greedy", "vote.also.unfit"},
		{"schulze,schulze/1", "q0-also-schulze", "vote.also.unfit"},
	} {
		q := ranked
		q.Also = SplitRules(c.also)
		v := Vote{LeastLevel: identity.Reachable, Questions: []Question{q}}
		v.Title, v.Summary = "T", "S"
		if got := fault.Of(v.Check()).Fields[c.field].Key; got != c.key {
			t.Errorf("%s: %q, want %q", c.also, got, c.key)
		}
	}
	budget := Question{Form: Projects, Rule: "greedy", Budget: 100, Seats: 1, Options: priced(60, 50)}
	for _, r := range tally.Rules() {
		if r.Budget && r.Fits(tally.Approval) && r.Name() != "greedy" {
			budget.Also = append(budget.Also, r.ID)
		}
	}
	v := Vote{LeastLevel: identity.Reachable, Questions: []Question{budget}}
	v.Title, v.Summary = "T", "S"
	if err := v.Check(); err != nil || len(budget.Also) < 4 {
		t.Errorf("all rules for budgets beside one: %v %v", budget.Also, err)
	}
}

// A parameter that a rule for information does not read is left out of its count, not refused.
func TestRulesForInformationReadWhatTheyKnow(t *testing.T) {
	q := Question{Form: Ranking, Rule: "borda/1", Also: []string{"irv/1"}, Seats: 1, Options: options("a", "b")}
	q.Params.MinimumVotes = 5
	v := Vote{LeastLevel: identity.Reachable, Questions: []Question{q}}
	v.Title, v.Summary = "T", "S"
	if err := v.Check(); err != nil {
		t.Fatal(err)
	}
	counts := contentsOf(v, Ballot{marks("a", 1, "b", 2)}, Ballot{marks("a", 1, "b", 2)}, Ballot{marks("b", 1, "a", 2)})
	decided, err := v.count(counts, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	also, err := v.also(counts, "", nil)
	if err != nil || len(decided[0].Winners) != 0 || also[0][0].Winners[0] != "a" {
		t.Errorf("%v; %v (%v)", decided[0].Winners, also[0][0].Winners, err)
	}
}
