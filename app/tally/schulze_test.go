package tally

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// link is a duel: votes for and against.
type link struct{ with, against int64 }

// stronger is the order of links by winning votes, as the paper of 2011 defines it.
func (a link) stronger(b link) bool {
	switch {
	case a.with > a.against && b.with <= b.against:
		return true
	case a.with >= a.against && b.with < b.against:
		return true
	case a.with > a.against && b.with > b.against:
		return a.with > b.with || a.with == b.with && a.against < b.against
	case a.with < a.against && b.with < b.against:
		return a.against < b.against || a.against == b.against && a.with > b.with
	}
	return false
}

// slowSchulze makes the classes of the ranking by trying every path.
func slowSchulze(e Election) (duels [][]link, classes [][]string) {
	n := len(e.Options)
	duels = make([][]link, n)
	rank := func(b Ballot, o int) int64 {
		at := slices.Index(b.Options, int32(o))
		switch {
		case at < 0:
			return math.MaxInt64
		case b.Values == nil:
			return int64(at)
		}
		return b.Values[at]
	}
	for i := range n {
		duels[i] = make([]link, n)
		for j := range n {
			for _, b := range e.Ballots {
				switch x, y := rank(b, i), rank(b, j); {
				case x < y:
					duels[i][j].with += b.Weight
				case x > y:
					duels[i][j].against += b.Weight
				}
			}
		}
	}
	var best func(i, j int, seen []int) link
	best = func(i, j int, seen []int) link {
		found := duels[i][j]
		for k := range n {
			if k == i || k == j || slices.Contains(seen, k) {
				continue
			}
			weakest := best(k, j, append(slices.Clone(seen), i))
			if weakest.stronger(duels[i][k]) {
				weakest = duels[i][k]
			}
			if weakest.stronger(found) {
				found = weakest
			}
		}
		return found
	}
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		var class []string
		var rest []int
		for _, j := range left {
			beaten := slices.ContainsFunc(left, func(i int) bool { return i != j && best(i, j, nil).stronger(best(j, i, nil)) })
			if beaten {
				rest = append(rest, j)
			} else {
				class = append(class, e.Options[j].ID)
			}
		}
		slices.Sort(class)
		classes, left = append(classes, class), rest
	}
	return duels, classes
}

func drawRanked(t *rapid.T) Election {
	e := drawElection(t, Rule{ID: "schulze/1", Forms: []Form{Ranking}})
	if len(e.Options) > 5 {
		e.Options = e.Options[:5]
		for k := range e.Ballots {
			e.Ballots[k].Values = nil
			e.Ballots[k].Options = slices.DeleteFunc(e.Ballots[k].Options, func(o int32) bool { return o > 4 })
		}
	}
	e.Ballots = append(e.Ballots, Ballot{Weight: 1, Options: []int32{0}})
	return e
}

func TestSchulzeAgreesWithEveryPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawRanked(t)
		got := mustCount(t, e, Rule{ID: "schulze/1"}, Params{})
		duels, classes := slowSchulze(e)
		if !slices.EqualFunc(got.Ranking, classes, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatal(got.Ranking, classes)
		}
		at := func(id string) int { return slices.IndexFunc(e.Options, func(o Option) bool { return o.ID == id }) }
		for i, a := range got.Pairwise.Options {
			for j, b := range got.Pairwise.Options {
				if got.Pairwise.Votes[i][j] != duels[at(a)][at(b)].with {
					t.Fatal(a, b, got.Pairwise.Votes[i][j], duels[at(a)][at(b)])
				}
			}
		}
	})
}

// Who beats every other option one to one is alone in front; and whoever is in front stays there when
// a ballot puts it higher.
func TestSchulzeIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawRanked(t)
		got := mustCount(t, e, Rule{ID: "schulze/1"}, Params{})
		duels, _ := slowSchulze(e)
		for i := range duels {
			beats := 0
			for _, d := range duels[i] {
				if d.with > d.against {
					beats++
				}
			}
			if beats == len(duels)-1 && !slices.Equal(got.Ranking[0], []string{e.Options[i].ID}) {
				t.Fatal("Condorcet winner", i, "not alone in", got.Ranking)
			}
		}
		first := rapid.SampledFrom(got.Ranking[0]).Draw(t, "first")
		at := int32(slices.IndexFunc(e.Options, func(o Option) bool { return o.ID == first }))
		b := &e.Ballots[rapid.IntRange(0, len(e.Ballots)-1).Draw(t, "ballot")]
		raise(b, at)
		if after := mustCount(t, e, Rule{ID: "schulze/1"}, Params{}); !slices.Contains(after.Ranking[0], first) {
			t.Fatal(first, got.Ranking, after.Ranking)
		}
	})
}

// raise puts an option alone at the head of a ballot.
func raise(b *Ballot, o int32) {
	var options []int32
	var values []int64
	for i, other := range b.Options {
		if other == o {
			continue
		}
		options = append(options, other)
		if b.Values != nil {
			values = append(values, b.Values[i]+1)
		}
	}
	b.Options = append([]int32{o}, options...)
	if b.Values != nil {
		b.Values = append([]int64{-1}, values...)
	}
}
