package vote

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

func priced(costs ...int64) (all []Option) {
	for i, c := range costs {
		all = append(all, Option{Code: string(rune('a' + i)), Title: "Obra", Cost: c})
	}
	return all
}

func marks(pairs ...any) (all []Mark) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, Mark{pairs[i].(string), int64(pairs[i+1].(int))})
	}
	return all
}

// What each form of ballot takes, and with which words it refuses the rest.
func TestWhatABallotMaySay(t *testing.T) {
	one := Question{Form: One, Options: options("a", "b")}
	some := Question{Form: Some, Least: 2, Most: 3, Options: options("a", "b", "c", "d")}
	knapsack := Question{Form: Knapsack, Budget: 100, Currency: "MXN", Blank: true, Options: priced(60, 40, 1)}
	points := Question{Form: Points, Points: 10, Options: options("a", "b", "c")}
	ranking := Question{Form: Ranking, Most: 2, Blank: true, Options: options("a", "b", "c")}
	for _, c := range []struct {
		name  string
		q     Question
		marks []Mark
		key   string
	}{
		{"one", one, marks("a", 1), ""},
		{"none of one", one, nil, "vote.ballot.none"},
		{"two of one", one, marks("a", 1, "b", 1), "vote.ballot.one"},
		{"unknown", one, marks("z", 1), "vote.ballot.unknown"},
		{"twice", some, marks("a", 1, "a", 1), "vote.ballot.twice"},
		{"too few", some, marks("a", 1), "vote.ballot.least"},
		{"enough", some, marks("a", 1, "c", 1), ""},
		{"too many", some, marks("a", 1, "b", 1, "c", 1, "d", 1), "vote.ballot.most"},
		{"exactly the budget", knapsack, marks("a", 1, "b", 1), ""},
		{"over the budget", knapsack, marks("a", 1, "b", 1, "c", 1), "vote.ballot.budget"},
		{"blank", knapsack, nil, ""},
		{"points", points, marks("a", 7, "b", 3, "c", 0), ""},
		{"too many points", points, marks("a", 7, "b", 4), "vote.ballot.sum"},
		{"negative points", points, marks("a", -1), "vote.ballot.points"},
		{"points beyond one option's", points, marks("a", 11), "vote.ballot.points"},
		{"only zeros", points, marks("a", 0), "vote.ballot.none"},
		{"ranking", ranking, marks("b", 1, "a", 2), ""},
		{"a gap closes", ranking, marks("b", 2, "a", 9), ""},
		{"equal ranks", ranking, marks("b", 1, "a", 1), "vote.ballot.rank"},
		{"no number", ranking, marks("b", -1), "vote.ballot.rank"},
		{"too many ranked", ranking, marks("a", 1, "b", 2, "c", 3), "vote.ballot.most"},
	} {
		_, err := Vote{Questions: []Question{c.q}}.Settle(Ballot{c.marks})
		got := ""
		if err != nil {
			got = fault.Of(err).Fields["q0"].Key
		}
		if got != c.key {
			t.Errorf("%s: %q, want %q", c.name, got, c.key)
		}
	}
}

// Equal ballots have equal content, whatever the order in which they were filled in.
func TestCanonicalContent(t *testing.T) {
	v := Vote{Questions: []Question{
		{Form: Some, Blank: true, Options: options("a", "b", "ñ<")}, {Form: Ranking, Blank: true, Options: options("a", "b", "c")},
	}}
	for _, c := range []struct {
		ballot Ballot
		want   string
	}{
		{Ballot{marks("b", 1, "a", 7), marks("c", 5, "a", 2)}, `[[["a",1],["b",1]],[["a",1],["c",2]]]`},
		{Ballot{marks("a", 1, "b", 1), marks("a", 1, "c", 2)}, `[[["a",1],["b",1]],[["a",1],["c",2]]]`},
		{Ballot{}, `[[],[]]`},
		{Ballot{marks("ñ<", 1)}, `[[["ñ<",1]],[]]`},
	} {
		settled, err := v.Settle(c.ballot)
		if err != nil {
			t.Fatal(err)
		}
		got := settled.canonical(v.Questions)
		if string(got) != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		back, err := ParseBallot(got)
		if err != nil || string(back.canonical(v.Questions)) != c.want {
			t.Errorf("%s reads back as %v, %v", got, back, err)
		}
	}
	for _, bad := range []string{"", "{}", `[[["a"]]]`, `[[["a",1,2]]]`, `[[[1,"a"]]]`} {
		if b, err := ParseBallot([]byte(bad)); err == nil {
			t.Errorf("%q passes as %v", bad, b)
		}
	}
}

// The sheet changes with every rule, and with nothing else.
func TestRulesSheet(t *testing.T) {
	make := func(change func(*Vote)) string {
		v := Vote{Thing: thing.Thing{ID: 7, Title: "T", OpensAt: dbtest.Start, ClosesAt: dbtest.Start.Add(time.Hour)}, LeastLevel: 1, Disclosure: Checkable,
			Questions: []Question{{Form: Knapsack, Rule: "greedy/1", Budget: 100, Currency: "MXN", Ties: "cost", Options: priced(60, 40)}}}
		if change != nil {
			change(&v)
		}
		text, sum := v.Sheet()
		if len(sum) != 32 {
			t.Fatal("no SHA-256")
		}
		return text
	}
	plain := make(nil)
	for name, change := range map[string]func(*Vote){
		"budget": func(v *Vote) { v.Questions[0].Budget++ }, "cost": func(v *Vote) { v.Questions[0].Options[1].Cost++ },
		"rule": func(v *Vote) { v.Questions[0].Rule = "greedy-stop/1" }, "ties": func(v *Vote) { v.Questions[0].Ties = "votes" },
		"close": func(v *Vote) { v.ClosesAt = v.ClosesAt.Add(time.Microsecond) }, "level": func(v *Vote) { v.LeastLevel++ },
		"blank": func(v *Vote) { v.Questions[0].Blank = true }, "quorum": func(v *Vote) { v.Questions[0].Params.Quorum = 5 },
	} {
		if make(change) == plain {
			t.Errorf("the sheet does not tell of %s", name)
		}
	}
	if make(func(v *Vote) { v.Comments, v.Body, v.HTML = 9, "texto", "<p>texto</p>" }) != plain {
		t.Error("the sheet tells of what is no rule")
	}
	if !strings.HasPrefix(plain, `{"format":"tequio-rules-v1","vote":"7",`) || strings.Contains(plain, "\n") {
		t.Errorf("sheet: %s", plain)
	}
}

// The order of options is each voter's own and stays the same.
func TestOrderOfOptions(t *testing.T) {
	q := Question{Options: options("a", "b", "c", "d", "e", "f")}
	codes := func(seed string) (all string) {
		for _, o := range q.shuffled([]byte(seed)).Options {
			all += o.Code
		}
		return all
	}
	if first, again := codes("uno"), codes("uno"); first != again || codes("uno") == codes("dos") && codes("uno") == codes("tres") {
		t.Errorf("%s %s %s", codes("uno"), codes("dos"), codes("tres"))
	}
	if q.Options[0].Code != "a" {
		t.Error("the vote's own order changed")
	}
	first := map[string]int{}
	for i := range 600 {
		first[codes(string(rune(1000 + i)))[:1]]++
	}
	for code, n := range first {
		if n < 50 {
			t.Errorf("%s stands first %d times of 600", code, n)
		}
	}
}

// A vote that could not be held is refused, each fault under its field.
func TestCheckRefuses(t *testing.T) {
	good := func() Vote {
		return Vote{Thing: thing.Thing{Title: "T", Summary: "S", OpensAt: dbtest.Start, ClosesAt: dbtest.Start.Add(time.Hour)}, LeastLevel: identity.Reachable,
			Questions: []Question{{Form: One, Rule: "plurality", Seats: 1, Options: []Option{{Title: "Sí"}, {Title: "Sí"}}}}}
	}
	v := good()
	if err := v.Check(); err != nil {
		t.Fatal(err)
	}
	if q := v.Questions[0]; q.Rule != "plurality/1" || q.Options[0].Code == q.Options[1].Code || q.Options[0].Code == "" {
		t.Errorf("%+v", q)
	}
	for field, change := range map[string]func(*Vote){
		"title": func(v *Vote) { v.Title = " " }, "summary": func(v *Vote) { v.Summary = "" }, "closes": func(v *Vote) { v.ClosesAt = v.OpensAt },
		"level": func(v *Vote) { v.LeastLevel = 9 }, "q0-rule": func(v *Vote) { v.Questions[0].Rule = "irv" },
		"q0-budget": func(v *Vote) { v.Questions[0].Form = Knapsack }, "q0-ties": func(v *Vote) { v.Questions[0].Ties = "id" },
		"q0-o1-title": func(v *Vote) { v.Questions[0].Options[1].Title = "" }, "q0-o0-title": func(v *Vote) { v.Questions[0].Options = options("a") },
		"q0-points": func(v *Vote) { v.Questions[0].Form = Points }, "q0-seats": func(v *Vote) { v.Questions[0].Seats = 3 },
		"q0-most": func(v *Vote) { v.Questions[0].Least, v.Questions[0].Most = 2, 1 },
	} {
		v := good()
		change(&v)
		if _, ok := fault.Of(v.Check()).Fields[field]; !ok {
			t.Errorf("%s is not refused: %v", field, fault.Of(v.Check()).Fields)
		}
	}
}

// Only the agency's staff, with their second factor, look after its votes.
func TestWhoManages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		var agencies [2]thing.Thing
		h.write(func(tx *db.Tx) error {
			for i := range agencies {
				agencies[i] = thing.Thing{Kind: "agency", Lang: "es", Title: "Dependencia"}
				if err := thing.Create(tx, &agencies[i]); err != nil {
					return err
				}
			}
			return nil
		})
		staff := func(i int) identity.Actor {
			a := h.person(identity.Identified)
			a.Grants = []identity.Grant{{Role: identity.Editor, Agency: int64(agencies[i].ID)}}
			a.Session.FactorAt = clock.Now()
			return a
		}
		mine, other := staff(0), staff(1)
		plan := h.plan(chooseOne())
		plan.Agency = agencies[0].ID
		refused := func(what string, err error) {
			t.Helper()
			if k := fault.Of(err).Kind; k != fault.Forbidden && k != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := h.Draft(context.Background(), other, plan)
		refused("draft for another agency", err)
		_, err = h.Draft(context.Background(), h.person(identity.Resident), plan)
		refused("draft by a neighbour", err)
		v, err := h.Draft(context.Background(), mine, plan)
		if err != nil {
			t.Fatal(err)
		}
		refused("read another's draft", func() error { _, _, err := h.Manage(context.Background(), other, v.ID, nil); return err }())
		refused("edit", h.Edit(context.Background(), other, v.ID, plan))
		refused("publish", h.Publish(context.Background(), other, v.ID, time.Time{}))
		moved := plan
		moved.Agency = agencies[1].ID
		refused("give away", h.Edit(context.Background(), mine, v.ID, moved))
		if err := h.Publish(context.Background(), mine, v.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Hour)
		refused("close", h.AskChange(context.Background(), other, Change{Vote: v.ID, Kind: CloseNow, Reason: "Porque sí, porque así lo digo."}))
	})
}

// Nobody may count on ballots in the order in which they came: published ones stand by commitment.
func TestPublishedOrderTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v := h.open(chooseOne())
		for range 30 {
			h.cast(h.person(identity.Reachable), v, pick("b"))
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		p, err := h.Published(context.Background(), v.Slug, "es", nil)
		if err != nil || len(p.Ballots) != 30 || p.Total != 30 {
			t.Fatalf("%d ballots, %v", len(p.Ballots), err)
		}
		if !slices.IsSortedFunc(p.Ballots, func(a, b Published) int { return slices.Compare(a.Commitment[:], b.Commitment[:]) }) {
			t.Error("not in the order of the commitments")
		}
	})
}
