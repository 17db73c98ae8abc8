package tally

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// elections is the folder of real elections, which stays outside the repository.
func elections(t testing.TB) string {
	t.Helper()
	data := os.Getenv("TEQUIO_TEST_DATA")
	if data == "" {
		t.Skip("TEQUIO_TEST_DATA is not set: the real elections are not part of the repository")
	}
	return filepath.Join(data, "elections")
}

func readFile(t testing.TB, path string) *File {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := ReadPabulib(in)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return f
}

func TestRealBudgetsComeOutAsExpected(t *testing.T) {
	dir := elections(t)
	text, err := os.ReadFile(filepath.Join(dir, "expected", "budgets.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct {
		Voters   int64                      `json:"voters"`
		Official []string                   `json:"official_selected"`
		Matches  []string                   `json:"official_matches"`
		Variants map[string]json.RawMessage `json:"variants"`
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	delete(expected, "_meta")
	paths, _ := filepath.Glob(filepath.Join(dir, "pb", "*.pb"))
	if len(paths) == 0 || len(paths) != len(expected) {
		t.Fatalf("%d files for %d expectations", len(paths), len(expected))
	}
	rules := map[string]string{"greedy_skip": "greedy/1", "greedy_stop_first": "greedy-stop/1"}
	official := 0
	for _, path := range paths {
		f, want := readFile(t, path), expected[filepath.Base(path)]
		e := f.Election(filepath.Base(path))
		for variant, rule := range rules {
			var exp struct {
				Order []string
				Cost  string
			}
			if err := json.Unmarshal(want.Variants[variant], &exp); err != nil {
				t.Errorf("%s expects nothing of %s: %v", filepath.Base(path), variant, err)
				continue
			}
			got, err := Count(e, rule, Params{Ties: []Criterion{ByCost, ByVotes, ByID}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Winners, exp.Order) {
				t.Errorf("%s %s: %v, want %v", filepath.Base(path), rule, got.Winners, exp.Order)
			}
			if cost := (Number{got.Spent, power(e.Decimals)}).Decimal(2); !sameMoney(cost, exp.Cost) {
				t.Errorf("%s %s costs %s, want %s", filepath.Base(path), rule, cost, exp.Cost)
			}
			if got.Totals.Ballots != want.Voters {
				t.Errorf("%s: %d ballots, want %d", filepath.Base(path), got.Totals.Ballots, want.Voters)
			}
			if told, ok := f.Official(); ok && slices.Contains(want.Matches, variant) {
				official++
				if !slices.Equal(slices.Sorted(slices.Values(got.Winners)), slices.Sorted(slices.Values(told))) {
					t.Errorf("%s %s: %v, officially %v", filepath.Base(path), rule, got.Winners, told)
				}
			}
		}
	}
	t.Logf("%d files, %d official outcomes reproduced", len(paths), official)
}

// sameMoney compares decimals and fractions such as "15407563/50".
func sameMoney(a, b string) bool {
	var x, y Number
	return x.UnmarshalText([]byte(a)) == nil && y.UnmarshalText([]byte(b)) == nil && x == y
}

func TestRealBudgetsSurviveWriting(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join(elections(t), "pb", "*.pb"))
	for _, path := range paths {
		f := readFile(t, path)
		again := rewrite(t, f)
		if d := cmp.Diff(f, again); d != "" {
			t.Errorf("%s changes in writing:\n%s", filepath.Base(path), d)
		}
	}
}

func rewrite(t testing.TB, f *File) *File {
	t.Helper()
	var out bytes.Buffer
	if err := WritePabulib(&out, f); err != nil {
		t.Fatal(err)
	}
	again, err := ReadPabulib(&out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	return again
}

const small = `META
key;value
description;Two; or more
budget;1000,50
vote_type;cumulative
num_votes;4
PROJECTS
project_id;cost;name;selected;place
a;600.5;"A ""green"" roof; and more";1;
b;400;"Kino" in the park;2;"x"
c;0,25;C;;y
VOTES
voter_id;vote;points;age
1;a,b;2,1;30
2;b;1.5;
3;;;
`

func TestSmallFile(t *testing.T) {
	f, err := ReadPabulib(strings.NewReader("\ufeff" + strings.ReplaceAll(small, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if f.Budget != 100050 || f.Projects[0].Cost != 60050 || f.Projects[2].Cost != 25 || f.Decimals != 2 {
		t.Errorf("money: %+v", f)
	}
	if f.Projects[0].Name != `A "green" roof; and more` || f.Projects[1].Name != `"Kino" in the park` {
		t.Errorf("names: %q, %q", f.Projects[0].Name, f.Projects[1].Name)
	}
	if f.Projects[2].Selected != -1 || f.Projects[1].Selected != 2 || f.Value("description") != "Two; or more" {
		t.Errorf("selected or description: %+v", f)
	}
	if f.PointDecimals != 1 || !slices.Equal(f.Votes[0].Values, []int64{20, 10}) || !slices.Equal(f.Votes[1].Values, []int64{15}) {
		t.Errorf("points: %+v", f.Votes)
	}
	if len(f.Notes) != 1 || f.Notes[0].Key != "tally.file.note_num_votes" {
		t.Errorf("notes: %+v", f.Notes)
	}
	if d := cmp.Diff(f, rewrite(t, f)); d != "" {
		t.Error(d)
	}
	got, err := Count(f.Election("x"), "greedy", Params{})
	if err != nil || got.Totals.Blank != 1 || !slices.Equal(got.Winners, []string{"b", "a"}) {
		t.Errorf("%v, %+v", err, got)
	}
}

func TestBrokenFilesSayWhere(t *testing.T) {
	all := catalogues(t)
	swap := func(old, new string) string { return strings.Replace(small, old, new, 1) }
	for _, c := range []struct {
		name, file, key string
		line, column    int
	}{
		{"empty", "", "ends", 0, 0},
		{"not a budget", "hello\n", "start", 1, 0},
		{"no sections after META", "META\nbudget;1\n", "ends", 2, 0},
		{"votes too early", "META\nbudget;1\nvote_type;approval\nVOTES\n", "order", 4, 0},
		{"no budget", swap("budget;1000,50\n", ""), "meta_missing", 6, 0},
		{"budget in words", swap("1000,50", "a lot"), "amount", 4, 8},
		{"two budgets", swap("num_votes;4", "budget;4"), "meta_twice", 6, 1},
		{"vote type", swap(";cumulative", ";guess"), "vote_type", 5, 11},
		{"meta without value", swap("num_votes;4", "num_votes"), "meta_line", 6, 0},
		{"no cost column", swap("project_id;cost", "project_id;price"), "column_missing", 8, 0},
		{"column twice", swap("selected;place", "selected;cost"), "column_twice", 8, 31},
		{"cost", swap("b;400;", "b;4OO;"), "amount", 10, 3},
		{"cost below zero", swap("b;400;", "b;-400;"), "amount", 10, 3},
		{"project twice", swap("b;400;", "a;400;"), "project_id", 10, 1},
		{"selected", swap(";2;\"x\"", ";7;\"x\""), "selected", 10, 26},
		{"too many fields", swap("C;;y", "C;;y;z"), "fields", 11, 13},
		{"unknown project", swap("1;a,b;2,1", "1;a,z;2,1"), "unknown_project", 14, 5},
		{"named twice", swap("1;a,b;2,1", "1;a,a;2,1"), "named_twice", 14, 5},
		{"points missing", swap("a,b;2,1", "a,b;2"), "points_number", 14, 7},
		{"points", swap("a,b;2,1", "a,b;2,x"), "points", 14, 9},
		{"points below zero", swap("a,b;2,1", "a,b;2,-1"), "points", 14, 9},
		{"not text", swap("Two", "\xff"), "text", 3, 0},
		{"too many columns", swap("project_id;", "project_id"+strings.Repeat(";", MaxColumns)), "many", 8, 0},
		{"quotes left open", swap("C;;y", strings.Repeat("\"x;", MaxLine/4)), "fields", 11, 17},
		{"long line", swap("Two", strings.Repeat("x", MaxLine)), "long", 3, 0},
		{"no votes", small[:strings.Index(small, "VOTES")], "ends", 11, 0},
		{"no projects", "META\nbudget;1\nvote_type;approval\nPROJECTS\nproject_id;cost\nVOTES\n", "no_projects", 6, 0},
	} {
		_, err := ReadPabulib(strings.NewReader(c.file))
		var wrong *FileError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		worded(t, all, wrong.Reason)
		if wrong.Reason.Key != "tally.file."+c.key || wrong.Line != c.line || wrong.Column != c.column {
			t.Errorf("%s: %s (%s), want %s at %d:%d", c.name, wrong, wrong.Reason.Key, c.key, c.line, c.column)
		}
	}
}

func FuzzPabulib(f *testing.F) {
	f.Add(small)
	f.Add(strings.ReplaceAll(small, "cumulative", "ordinal"))
	f.Add("META\nvote_type;choose-1\nbudget;5\nPROJECTS\nproject_id;cost\na;1\nVOTES\nvoter_id;vote\n1;a\n\"VOTES\";\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := ReadPabulib(strings.NewReader(text))
		if err != nil {
			return
		}
		again := rewrite(t, file)
		if d := cmp.Diff(file, again); d != "" {
			t.Fatalf("changes in writing:\n%s", d)
		}
		got, err := Count(file.Election("x"), "greedy", Params{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Spent > got.Budget || got.Left < 0 {
			t.Fatalf("spent %d of %d", got.Spent, got.Budget)
		}
	})
}
