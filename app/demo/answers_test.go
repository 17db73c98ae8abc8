package demo

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAnswersHaveTheSharesOfTheWeights(t *testing.T) {
	var people []string
	for i := range 200 {
		people = append(people, fmt.Sprint("p", i))
	}
	count := func(q questionRow) map[string]int {
		n := map[string]int{}
		for _, a := range q.answersTo("c", people) {
			for _, k := range a {
				n[k]++
			}
			if q.Max > 0 && len(a) > q.Max {
				t.Errorf("%d ticks where %d are allowed", len(a), q.Max)
			}
		}
		return n
	}
	one := questionRow{Key: "q", Kind: "one"}
	several := questionRow{Key: "q", Kind: "several"}
	for i, w := range []int{10, 60, 30} {
		o := choiceRow{Key: fmt.Sprint("o", i), Weight: w}
		one.Options, several.Options = append(one.Options, o), append(several.Options, o)
	}
	if n := count(one); n["o0"] != 20 || n["o1"] != 120 || n["o2"] != 60 {
		t.Errorf("one: %v", n)
	}
	if n := count(several); n["o0"] != 20 || n["o1"] != 120 || n["o2"] != 60 {
		t.Errorf("several: %v", n)
	}
	several.Max, several.Required = 1, true
	if n := count(several); n["o0"]+n["o1"]+n["o2"] != 200 {
		t.Errorf("several, at most one, required: %v", n)
	}
	if n := count(questionRow{Key: "q", Kind: "scale", Weights: []int{1, 1, 2}}); n["1"] != 50 || n["3"] != 100 {
		t.Errorf("scale: %v", n)
	}
	if n := count(questionRow{Key: "q", Kind: "short", Texts: []string{"a", "b"}}); n["a"] != 1 || n["b"] != 1 || len(n) != 2 {
		t.Errorf("short: %v", n)
	}
}

func TestOrderAndSpreadLeaveNothingToChance(t *testing.T) {
	keys := []string{"ana", "beto", "carla", "diego"}
	if a, b := order("x", keys), order("x", []string{"diego", "carla", "beto", "ana"}); !slices.Equal(a, b) || slices.Equal(a, order("y", keys)) {
		t.Errorf("order: %v, %v", a, b)
	}
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	c := calendar{start: now}
	if got := c.spread(0, 1, now.Add(-2*time.Hour), now.Add(time.Hour)); !got.Equal(now.Add(-time.Hour)) {
		t.Errorf("half way from two hours ago to now is %s", got)
	}
}

func TestOffsetsAreDaysOfTheTownsCalendar(t *testing.T) {
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		t.Fatal(err)
	}
	c := calendar{time.Date(2026, 11, 24, 3, 30, 0, 0, time.UTC), zone} // still the 23rd in the town
	for s, want := range map[string]string{
		"+18d 18:00": "2026-12-12T00:00:00Z", "-1d": "2026-11-22T15:00:00Z", "+0d 00:00": "2026-11-23T06:00:00Z",
		"-2h": "2026-11-24T01:30:00Z", "+90m": "2026-11-24T05:00:00Z",
	} {
		if at, err := c.at(s); err != nil || at.Format(time.RFC3339) != want {
			t.Errorf("%s is %s (%v), want %s", s, at, err, want)
		}
	}
	for _, s := range []string{"", "3d", "+03d", "+1d 24:00", "+1d 9:00", "+1w", "+1h 10:00"} {
		if at, err := c.at(s); err == nil {
			t.Errorf("%q is read as %s", s, at)
		}
	}
}
