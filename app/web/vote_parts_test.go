package web

import (
	"strings"
	"testing"

	"tequio/app/i18n"
	"tequio/data"
)

// What a table of parts hides cannot be worked out from what it tells.
func TestSmallPartsAreNotTold(t *testing.T) {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	v := &Visit{Lang: words.Language("en")}
	for _, c := range []struct {
		name string
		n    []int64
		told string
	}{
		{"none is small", []int64{5, 20, 300}, "5 20 300"},
		{"one is small", []int64{4, 20, 300}, "- - 300"},
		{"two are small", []int64{1, 300, 4}, "- 300 -"},
		{"one is empty", []int64{0, 20, 300}, "0 20 300"},
		{"a small one alone", []int64{3}, "-"},
	} {
		var sums []part
		all := int64(0)
		for _, n := range c.n {
			sums, all = append(sums, part{"x", n}), all+n
		}
		var told []string
		for _, r := range v.parts(sums, all) {
			if r.Count == v.T("vote.result.few") {
				r.Count = "-"
				if r.Share != "" {
					t.Errorf("%s: a hidden part tells its share", c.name)
				}
			}
			told = append(told, r.Count)
		}
		if got := strings.Join(told, " "); got != c.told {
			t.Errorf("%s: %s, want %s", c.name, got, c.told)
		}
	}
}
