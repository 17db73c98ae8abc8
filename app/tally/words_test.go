package tally

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// catalogues reads the sentences of each language: key to its forms in one text.
func catalogues(t testing.TB) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	paths, err := filepath.Glob("../../data/locales/*/tally.json")
	if err != nil || len(paths) < 2 {
		t.Fatal("catalogues:", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(text, &raw); err != nil {
			t.Fatal(err)
		}
		all[path] = map[string]string{}
		for key, words := range raw {
			all[path][key] = string(words)
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// worded checks that every language has the sentence and that the reason has what it asks for.
func worded(t interface{ Errorf(string, ...any) }, all map[string]map[string]string, r Reason) {
	for path, words := range all {
		sentence, ok := words[r.Key]
		if !ok {
			t.Errorf("%s lacks %s", path, r.Key)
		}
		for _, m := range placeholder.FindAllStringSubmatch(sentence, -1) {
			if !slices.ContainsFunc(r.Args, func(a Arg) bool { return a.Name == m[1] }) {
				t.Errorf("%s: %s asks for {%s}, given %v", path, r.Key, m[1], r.Args)
			}
		}
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	all := catalogues(t)
	for _, r := range Rules() {
		worded(t, all, Reason{Key: "tally.rule." + r.Name() + ".name"})
		worded(t, all, Reason{Key: "tally.rule." + r.Name() + ".words"})
	}
	for _, s := range []Status{Elected, NotElected, Funded, PartFunded, NotFunded, Tied, Undecided} {
		worded(t, all, Reason{Key: "tally.status." + string(s)})
	}
	for _, c := range []Criterion{ByCost, ByVotes, ByLot, ByID, byEarlier} {
		worded(t, all, Reason{Key: "tally.criterion." + string(c)})
	}
}
