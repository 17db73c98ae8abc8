package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// count runs the verb and returns its exit code and what it printed.
func countFile(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(append([]string{"count"}, args...), &o, &e)
	return code, o.String(), e.String()
}

const smallBudget = `META
key;value
description;Una calle
vote_type;approval
budget;100
PROJECTS
project_id;cost;name
1;60;Sombra
2;50;Agua
3;40;Bancas
VOTES
voter_id;vote
a;1,2
b;1
c;3
d;3,2
e;1
`

func TestCountABudget(t *testing.T) {
	file := filepath.Join(t.TempDir(), "calle.pb")
	if err := os.WriteFile(file, []byte(smallBudget), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := countFile("--rule", "greedy", "--json", file)
	var got struct {
		Rule    string
		Winners []string
		Ranking [][]string
		Rounds  []struct{ Number int }
		Ties    []struct{ Options []string }
		Cost    string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || errs != "" {
		t.Fatal(code, errs, err)
	}
	if got.Rule != "greedy" || !slices.Equal(got.Winners, []string{"1", "3"}) || got.Cost != "100" || len(got.Rounds) != 3 || len(got.Ties) != 1 || len(got.Ranking) != 2 {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct{ lang, says string }{{"en_GB.UTF-8", "Spent: 100 of 100. Left: 0."}, {"es_MX.UTF-8", "Gastado: 100 de 100. Quedan: 0."}, {"C", "Round 1"}} {
		t.Setenv("LANG", c.lang)
		if code, out, _ := countFile("--rule", "equal-shares", file); code != 0 || !strings.Contains(out, c.says) || strings.Contains(out, "tally.") || strings.Contains(out, "{") {
			t.Errorf("%s: %d %s", c.lang, code, out)
		}
	}
}

// A lot is repeated by its seed, and another seed gives another order.
func TestCountByLot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "igual.pb")
	even := strings.NewReplacer("1;60", "1;60", "2;50", "2;60", "3;40", "3;60", "d;3,2\ne;1", "d;2").Replace(smallBudget)
	if err := os.WriteFile(file, []byte(even), 0o600); err != nil {
		t.Fatal(err)
	}
	winners := map[string]bool{}
	for _, seed := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12") {
		code, out, errs := countFile("--rule", "greedy", "--ties", "lot:"+seed, "--json", file)
		again, same, _ := countFile("--rule", "greedy", "--ties", "lot:"+seed, "--json", file)
		if code != 0 || again != 0 || out != same {
			t.Fatal(code, errs, "or another result the second time")
		}
		winners[out[:strings.Index(out, "ranking")]] = true
	}
	if len(winners) < 2 {
		t.Error("twelve seeds, one outcome")
	}
}

func TestCountRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := write("calle.pb", smallBudget)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a broken line", []string{"--rule", "greedy", write("mal.pb", strings.Replace(smallBudget, "2;50;Agua", "2;mucho;Agua", 1))}, "line 9"},
		{"no such format", []string{"--rule", "greedy", write("calle.doc", smallBudget)}, "format"},
		{"no such rule", []string{"--rule", "sorteo", good}, "--rule"},
		{"no rule", []string{good}, "--rule"},
		{"ballots that the rule cannot count", []string{"--rule", "irv", good}, "irv"},
		{"ties by nothing known", []string{"--rule", "greedy", "--ties", "edad", good}, "edad"},
		{"more seats than options", []string{"--rule", "approval", "--seats", "9", good}, "--seats"},
	} {
		if code, _, errs := countFile(c.args...); code != 2 || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, %s", c.name, code, errs)
		}
	}
}

// The command prints what independent programs found, by the names that stand in the files.
func TestCountRealElections(t *testing.T) {
	data := os.Getenv("TEQUIO_TEST_DATA")
	if data == "" {
		t.Skip("TEQUIO_TEST_DATA is not set: the real elections are not part of the repository")
	}
	dir := filepath.Join(data, "elections")
	read := func(name string) (all map[string]json.RawMessage) {
		text, err := os.ReadFile(filepath.Join(dir, "expected", name))
		if err == nil {
			err = json.Unmarshal(text, &all)
		}
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	seen := 0
	elects := func(file, rule string, want []string, more ...string) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil || len(want) == 0 {
			return // the folder holds a part of what is expected
		}
		var got struct{ Winners []string }
		code, out, errs := countFile(append([]string{"--rule", rule, "--json", filepath.Join(dir, file)}, more...)...)
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatalf("%s %s: exit %d %s %v", file, rule, code, errs, err)
		}
		seen++
		if !slices.Equal(got.Winners, want) {
			t.Errorf("%s %s: %q, want %q", file, rule, got.Winners, want)
		}
	}
	for file, text := range read("stv-scottish.json") {
		var w struct{ Elected []string }
		json.Unmarshal(text, &w)
		if slices.Contains(w.Elected, "") {
			continue // the file names nobody
		}
		elects("blt/"+file, "stv-scottish", w.Elected)
	}
	for file, text := range read("ranked-preflib.json") {
		var w struct {
			IRV     string   `json:"irv"`
			Borda   string   `json:"borda_winner"`
			Schulze []string `json:"schulze_winners"`
		}
		json.Unmarshal(text, &w)
		elects("preflib/"+file, "irv", []string{w.IRV})
		elects("preflib/"+file, "borda", []string{w.Borda})
		if len(w.Schulze) == 1 {
			elects("preflib/"+file, "schulze", w.Schulze)
		}
	}
	if seen < 100 {
		t.Errorf("only %d elections", seen)
	}
}
