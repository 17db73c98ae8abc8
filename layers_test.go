package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers is the one way imports may flow: a package may import those above it, and in its own line
// those before it. The rooms of the mission, on one line between bars, never import each other.
var layers = []string{
	"views static data",
	"app/fault app/db app/job app/page app/i18n app/text app/mail",
	"app/tally app/opinion app/ledger app/geo",
	"app/identity/provider app/identity app/thing app/policy app/instance",
	"app/talk app/notice app/media app/moderation app/search",
	"| app/consultation app/challenge app/proposal app/vote app/survey app/commitment",
	"app/web",
	"app/demo",
	"app",
	".",
}

// purely are packages that know mathematics and the standard library alone, but for what is named.
var purely = map[string]string{"app/tally": "", "app/opinion": "", "app/ledger": "golang.org/x/mod", "app/geo": ""}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestImportsFlowOneWay(t *testing.T) {
	type place struct{ line, at int }
	places, rooms := map[string]place{}, map[string]bool{}
	for i, line := range layers {
		room := strings.HasPrefix(line, "|")
		for j, p := range strings.Fields(strings.TrimPrefix(line, "|")) {
			places[p], rooms[p] = place{i, j}, room
		}
	}
	name := func(path string) string {
		if path == "tequio" {
			return "."
		}
		return strings.TrimPrefix(path, "tequio/")
	}
	for _, p := range packages(t) {
		me := name(p.ImportPath)
		if strings.HasSuffix(me, "test") && strings.Count(me, "/") > 1 {
			continue // aids of tests, such as app/db/dbtest
		}
		mine, ok := places[me]
		if !ok {
			t.Errorf("%s has no place in the house", me)
			continue
		}
		for _, i := range p.Imports {
			other := name(i)
			if its, ours := places[other]; ours && (its.line > mine.line || its.line == mine.line && (its.at >= mine.at || rooms[me])) {
				t.Errorf("%s imports %s, against the direction of the house", me, other)
			}
			if strings.Contains(i, "gofiber") && me != "app/web" {
				t.Errorf("%s knows Fiber", me)
			}
			if i == "database/sql" && me != "app/db" {
				t.Errorf("%s knows database/sql", me)
			}
			if allowed, pure := purely[me]; pure && strings.Contains(i, ".") && (allowed == "" || !strings.HasPrefix(i, allowed)) {
				t.Errorf("%s imports %s, but is to know mathematics alone", me, i)
			}
		}
	}
}

// Packages that hide what they do behind these names are refused.
func TestPackagesAreNamedForWhatTheyKnow(t *testing.T) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "model", "models", "dto", "manager", "base", "misc"}
	for _, p := range packages(t) {
		if last := p.ImportPath[strings.LastIndex(p.ImportPath, "/")+1:]; slices.Contains(vague, last) {
			t.Errorf("%s says nothing about what it knows", p.ImportPath)
		}
	}
}
