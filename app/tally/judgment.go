package tally

import (
	"cmp"
	"slices"
)

// majorityJudgment orders options by their lower median grade; equal ones by taking one median
// grade away from each again and again until the medians differ (Balinski and Laraki, Majority
// Judgment, 2010). A ballot that is not blank but leaves an option ungraded gives it the worst
// grade.
func majorityJudgment(c *count) {
	worst := len(c.e.Grades) - 1
	c.grades = make([][]int64, len(c.e.Options))
	for i := range c.grades {
		c.grades[i] = make([]int64, len(c.e.Grades))
		c.grades[i][worst] = c.r.Totals.Valid - c.votes[i]
	}
	for k := range c.e.Ballots {
		b := &c.e.Ballots[k]
		for n, o := range b.Options {
			c.grades[o][b.Values[n]] += b.Weight
		}
	}
	for i := range c.grades {
		c.scores[i] = int64(median(c.grades[i], c.r.Totals.Valid))
		c.done[i].Score = c.figure(i)
	}
	c.fill(func(a, b int) int { return judge(c.grades[a], c.grades[b], c.r.Totals.Valid) })
}

// median is the lower one: of an even number of grades the worse of the two in the middle.
func median(grades []int64, n int64) int {
	above := int64(0)
	for g, k := range grades {
		above += k
		if above > n/2 {
			return g
		}
	}
	return len(grades) - 1
}

// judge compares two options with n grades each: negative when a is better.
func judge(a, b []int64, n int64) int {
	if slices.Equal(a, b) {
		return 0
	}
	a, b = slices.Clone(a), slices.Clone(b)
	for n > 0 {
		x, y := median(a, n), median(b, n)
		if x != y {
			return cmp.Compare(x, y)
		}
		k := min(steady(a, x, n), steady(b, y, n))
		a[x] -= k
		b[y] -= k
		n -= k
	}
	return 0
}

// steady is how many times the median grade g can be taken away before another grade may become
// the median: at least once. With k taken away the place n-k over 2 still lies among the g while
// k <= n-2·better and k < 2·(better+g)-n.
func steady(grades []int64, g int, n int64) int64 {
	better := int64(0)
	for _, k := range grades[:g] {
		better += k
	}
	return max(1, min(n-2*better+1, 2*(better+grades[g])-n, grades[g]))
}
