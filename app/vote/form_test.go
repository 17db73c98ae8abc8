package vote

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/tally"
)

// key is the fault's message on a field.
func faultOn(err error, field string) string { return fault.Of(err).Fields[field].Key }

// Scores, grades and places that may be shared: what each takes, and how it is kept.
func TestWhatValuedBallotsSay(t *testing.T) {
	score := Question{Form: Score, Points: 5, Least: 1, Most: 2, Options: options("a", "b", "c")}
	graded := Question{Form: Graded, Grades: []string{"Bien", "Mal"}, Blank: true, Options: options("a", "b")}
	equal := Question{Form: Ranking, Equal: true, Options: options("a", "b", "c")}
	none := Question{Form: Some, Options: append(options("a", "b"), Option{Code: NoneOfThese, Title: "Ninguna"})}
	for _, c := range []struct {
		name      string
		q         Question
		marks     []Mark
		key, kept string
	}{
		{"scores", score, marks("b", 5, "a", 3), "", `[[["a",3],["b",5]]]`},
		{"a score of nothing is a score", score, marks("a", 0), "", `[[["a",0]]]`},
		{"a score beyond the scale", score, marks("a", 6), "vote.ballot.points", ""},
		{"no number", score, marks("a", -1), "vote.ballot.points", ""},
		{"too many scored", score, marks("a", 1, "b", 1, "c", 1), "vote.ballot.most", ""},
		{"none scored", score, nil, "vote.ballot.none", ""},
		{"grades", graded, marks("b", 2, "a", 1), "", `[[["a",1],["b",2]]]`},
		{"no such grade", graded, marks("a", 3), "vote.ballot.grade", ""},
		{"a grade below", graded, marks("a", -1), "vote.ballot.grade", ""},
		{"no grade is blank", graded, marks("a", 0), "", `[[]]`},
		{"shared places", equal, marks("c", 1, "b", 3, "a", 3), "", `[[["c",1],["a",2],["b",2]]]`},
		{"shared first places", equal, marks("b", 2, "a", 2, "c", 7), "", `[[["a",1],["b",1],["c",2]]]`},
		{"no place", equal, marks("a", -1), "vote.ballot.places", ""},
		{"none of these", none, marks(NoneOfThese, 1), "", `[[["none-of-these",1]]]`},
		{"none of these and one", none, marks("a", 1, NoneOfThese, 1), "vote.ballot.none_and", ""},
	} {
		v := Vote{Questions: []Question{c.q}}
		b, err := v.Settle(Ballot{c.marks})
		if err != nil || c.key != "" {
			if got := faultOn(err, "q0"); got != c.key {
				t.Errorf("%s: %q, want %q", c.name, got, c.key)
			}
			continue
		}
		if kept := string(b.canonical(v.Questions)); kept != c.kept {
			t.Errorf("%s: kept as %s, want %s", c.name, kept, c.kept)
		}
	}
}

// ballots counts contents as they would lie in the box.
func contentsOf(v Vote, all ...Ballot) map[string]int64 {
	counts := map[string]int64{}
	for _, b := range all {
		settled, err := v.Settle(b)
		if err != nil {
			panic(err)
		}
		counts[string(settled.canonical(v.Questions))]++
	}
	return counts
}

// What the ballots say is what the rules count.
func TestValuedBallotsAreCounted(t *testing.T) {
	for _, c := range []struct {
		name    string
		q       Question
		ballots []Ballot
		winners []string
		score   tally.Number
	}{
		{"score", Question{Form: Score, Points: 5, Rule: "score", Options: options("a", "b")},
			[]Ballot{{marks("a", 5, "b", 0)}, {marks("b", 4)}, {marks("b", 2, "a", 0)}}, []string{"b"}, tally.Whole(6)},
		{"grades", Question{Form: Graded, Grades: []string{"Bien", "Regular", "Mal"}, Rule: "majority-judgment", Options: options("a", "b")},
			[]Ballot{{marks("a", 1, "b", 2)}, {marks("a", 3, "b", 2)}, {marks("a", 3, "b", 2)}}, []string{"b"}, tally.Whole(1)},
		{"shared places", Question{Form: Ranking, Equal: true, Rule: "borda", Options: options("a", "b", "c")},
			[]Ballot{{marks("a", 1, "b", 1)}, {marks("b", 1, "c", 2)}}, []string{"b"}, tally.Number{Num: 7, Den: 2}},
	} {
		c.q.Seats = 1
		v := Vote{Questions: []Question{c.q}}
		r, err := v.count(contentsOf(v, c.ballots...), "", nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !slices.Equal(r[0].Winners, c.winners) || r[0].Outcomes[0].Score != c.score {
			t.Errorf("%s: %v with %+v", c.name, r[0].Winners, r[0].Outcomes[0])
		}
	}
}

// areas is a vote of two areas and the whole town.
func areas(rule AreaRule) Vote {
	v := Vote{AreaRule: rule, Questions: []Question{
		{Area: "Norte", Form: Projects, Rule: "greedy", Budget: 100, Seats: 1, Blank: true, Options: priced(60, 50)},
		{Area: "Sur", Form: Projects, Rule: "greedy", Budget: 160, Seats: 1, Blank: true, Options: priced(150, 40)},
	}}
	if rule == OneAndCity {
		v.Questions = append(v.Questions, Question{Form: One, Rule: "plurality", Seats: 1, Options: options("a", "b")})
	}
	return v
}

// A ballot votes in one area: not voting in another is no blank vote there.
func TestAreas(t *testing.T) {
	v := areas(OneAndCity)
	for _, c := range []struct {
		name   string
		ballot Ballot
		field  string
		key    string
		kept   string
	}{
		{"in the south and the town", Ballot{nil, marks("a", 1), marks("b", 1)}, "", "", `[null,[["a",1]],[["b",1]]]`},
		{"blank in the north", Ballot{{}, nil, marks("b", 1)}, "", "", `[[],null,[["b",1]]]`},
		{"in no area", Ballot{nil, nil, marks("b", 1)}, "area", "vote.area.missing", ""},
		{"in two areas", Ballot{marks("a", 1), marks("a", 1), marks("b", 1)}, "area", "vote.area.missing", ""},
		{"nothing", Ballot{}, "area", "vote.area.missing", ""},
		{"without the town", Ballot{marks("a", 1), nil, nil}, "q2", "vote.ballot.none", ""},
	} {
		b, err := v.Settle(c.ballot)
		if c.key != "" {
			if got := faultOn(err, c.field); got != c.key {
				t.Errorf("%s: %q on %s, want %q", c.name, got, c.field, c.key)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		kept := b.canonical(v.Questions)
		back, err := ParseBallot(kept)
		if string(kept) != c.kept || err != nil || string(back.canonical(v.Questions)) != c.kept {
			t.Errorf("%s: kept as %s (%v), want %s", c.name, kept, err, c.kept)
		}
		if again, err := v.Settle(back); err != nil || string(again.canonical(v.Questions)) != c.kept {
			t.Errorf("%s: settles to something else a second time: %v", c.name, err)
		}
	}
	counts := contentsOf(v, Ballot{marks("a", 1), nil, marks("a", 1)}, Ballot{{}, nil, marks("a", 1)}, Ballot{nil, marks("b", 1), marks("b", 1)})
	r, err := v.count(counts, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(v.AreaTurnout(Result{Questions: r}), r[0].Totals.Blank, r[1].Totals.Ballots, r[2].Totals.Ballots, r[0].Winners, r[1].Winners)
	if want := "[{Norte 2} {Sur 1}] 1 1 3 [a] [b]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Areas, grades, parameters and lots that do not go together are refused on their fields.
func TestCheckRefusesRulesThatDoNotFit(t *testing.T) {
	for field, change := range map[string]func(*Vote){
		"area_rule": func(v *Vote) { v.AreaRule, v.Questions[0].Area = OneAndCity, "Norte" },
		"q0-area":   func(v *Vote) { v.Questions[0].Area = "Norte" },
		"q0-grades": func(v *Vote) { v.Questions[0].Form, v.Questions[0].Grades = Graded, []string{"Bien", "Bien"} },
		"q0-points": func(v *Vote) { v.Questions[0].Form, v.Questions[0].Points = Score, 101 },
		"q0-majority": func(v *Vote) {
			v.Questions[0].Rule, v.Questions[0].Form, v.Questions[0].Params.Majority = "borda", Ranking, tally.Share{Num: 1, Den: 2}
		},
		"q0-partfunding": func(v *Vote) { v.Questions[0].Params.PartFunding = true },
		"q0-utility":     func(v *Vote) { v.Questions[0].Params.Utility = tally.Cardinality },
		"q0-increment":   func(v *Vote) { v.Questions[0].Params.Increment = 100 },
		"q0-minimum": func(v *Vote) {
			v.Questions[0].Rule, v.Questions[0].Form, v.Questions[0].Params.MinimumVotes = "irv", Ranking, 3
		},
		"q0-minimum_share": func(v *Vote) { v.Questions[0].Params.MinimumShare = tally.Share{Num: 3, Den: 2} },
		"electorate":       func(v *Vote) { v.Questions[0].Params.QuorumShare = tally.Share{Num: 1, Den: 4} },
		"lot":              func(v *Vote) { v.Questions[0].Ties = "votes,lot" },
		"q0-rule":          func(v *Vote) { v.Questions[0].Rule, v.Questions[0].Form, v.Questions[0].Seats = "irv", Ranking, 2 },
		"q0-none": func(v *Vote) {
			v.Questions[0] = Question{Form: Projects, Rule: "greedy", Budget: 9, Seats: 1, Options: append(priced(1, 2), Option{Code: NoneOfThese, Title: "Ninguna", Cost: 1})}
		},
	} {
		v := Vote{LeastLevel: identity.Reachable, Questions: []Question{chooseOne()}}
		v.Title, v.Summary = "T", "S"
		if err := v.Check(); err != nil {
			t.Fatal(err)
		}
		change(&v)
		if _, ok := fault.Of(v.Check()).Fields[field]; !ok {
			t.Errorf("%s is not refused: %v", field, fault.Of(v.Check()).Fields)
		}
	}
	v := areas(OneArea)
	v.Title, v.Summary, v.LeastLevel = "T", "S", identity.Reachable
	v.Questions[0].Options[0].Code, v.Questions[1].Options[0].Code = "parque", "parque"
	if err := v.Check(); err != nil || v.Questions[1].Options[0].Code == "parque" {
		t.Errorf("two projects of a vote share an address: %v", err)
	}
}

// A vote by areas is stored, cast, published and counted; grades, places and lots come back as written.
func TestAreasAreStored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		plan := h.plan(areas(OneAndCity).Questions...)
		plan.AreaRule = OneAndCity
		plan.Questions[2] = Question{Form: Graded, Rule: "majority-judgment", Grades: []string{"Bien", "Mal"}, Seats: 1, Blank: true, Options: options("a", "b")}
		v, err := h.Draft(context.Background(), h.staff, plan)
		if err == nil {
			err = h.Publish(context.Background(), h.staff, v.ID, clock.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		clock.Set(v.OpensAt)
		v = h.vote(v.ID)
		if v.AreaRule != OneAndCity || v.Questions[1].Area != "Sur" || strings.Join(v.Questions[2].Grades, ",") != "Bien,Mal" {
			t.Fatalf("stored as %+v", v)
		}
		if !strings.Contains(v.Rules, `"area_rule":"one-and-city"`) || !strings.Contains(v.Rules, `"area":"Sur"`) || !strings.Contains(v.Rules, `"grades":["Bien","Mal"]`) {
			t.Errorf("the sheet does not tell: %s", v.Rules)
		}
		code := v.Questions[1].Options[0].Code
		person := h.person(identity.Reachable)
		h.cast(person, v, Ballot{{}, nil, {}})
		h.cast(person, v, Ballot{nil, marks(code, 1), marks("a", 2)}) // they moved to the south
		h.cast(h.person(identity.Reachable), v, Ballot{nil, marks(code, 1), {}})
		if _, err := h.Cast(context.Background(), person, v.Slug, Ballot{nil, nil, {}}, form()); faultOn(err, "area") != "vote.area.missing" {
			t.Errorf("a ballot of no area: %v", err)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(o.AreaTurnout(o.Result), o.Result.Questions[1].Winners, o.Result.Questions[2].Totals.Ballots)
		if want := fmt.Sprintf("[{Norte 0} {Sur 2}] [%s] 2", code); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// A budget by scores goes into a Pabulib file and comes out of it the same.
func TestScoresInPabulib(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(Question{Form: Score, Points: 5, Rule: "greedy", Budget: 100, Seats: 1, Blank: true, Options: priced(60, 50)})
		first, second := v.Questions[0].Options[0].Code, v.Questions[0].Options[1].Code
		h.cast(h.person(identity.Reachable), v, Ballot{marks(first, 0, second, 4)})
		h.cast(h.person(identity.Reachable), v, Ballot{marks(first, 3)})
		clock.Set(v.ClosesAt)
		h.runJobs()
		o, err := h.Outcome(context.Background(), v.Slug, "es")
		if err != nil {
			t.Fatal(err)
		}
		var file strings.Builder
		h.write(func(tx *db.Tx) error { file.Reset(); return WritePabulib(tx, &file, o.Vote, o.Result) })
		e, err := tally.ReadElection(strings.NewReader(file.String()), "puntos.pb")
		if err != nil {
			t.Fatalf("%v in %s", err, file.String())
		}
		r, err := tally.Count(e, "greedy", tally.Params{})
		if err != nil || !slices.Equal(r.Winners, []string{second}) || !slices.Equal(o.Result.Questions[0].Winners, r.Winners) {
			t.Errorf("%v, %v; here %v", r.Winners, err, o.Result.Questions[0].Winners)
		}
		if !strings.Contains(file.String(), "vote_type;scoring") {
			t.Error(file.String())
		}
	})
}

// Every rule of seats that counts rankings can be declared for them; those that read no shared places
// are refused where places are shared.
func TestRankingsFindTheirRules(t *testing.T) {
	for _, rule := range tally.Rules() {
		if rule.Budget || !rule.Fits(tally.Ranking) {
			continue
		}
		for _, equal := range []bool{false, true} {
			v := Vote{LeastLevel: identity.Reachable, Questions: []Question{{Form: Ranking, Equal: equal, Rule: rule.ID, Seats: 1, Options: options("a", "b", "c")}}}
			v.Title, v.Summary = "T", "S"
			_, err := tally.Count(tally.Election{Form: tally.Ranking, Options: []tally.Option{{ID: "a"}, {ID: "b"}},
				Ballots: []tally.Ballot{{Weight: 1, Options: []int32{0, 1}, Values: []int64{1, 1}}}}, rule.ID, tally.Params{})
			want := equal && err != nil
			if refused := v.Check(); (refused != nil) != want {
				t.Errorf("%s, shared places %v: %v, the rule says %v", rule.ID, equal, refused, err)
			}
		}
	}
}
