package vote

import (
	"slices"
	"strings"

	"tequio/app/fault"
	"tequio/app/tally"
)

// alsoMost bounds by how many other rules a question is counted for information.
const alsoMost = 6

// SplitRules reads ids of rules with commas between.
func SplitRules(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// checkAlso refuses rules for information that cannot count the ballots. Faults are on the tick of each
// rule: q0-also-borda.
func (q *Question) checkAlso(c *fault.Check, at string) {
	q.Also = slices.Clone(q.Also)
	for i, id := range q.Also {
		rule, known := tally.FindRule(id)
		fits := known && rule.ID != q.Rule && rule.Fits(q.Form.Tally()) && rule.Budget == (q.Budget > 0)
		on := at + "also-" + rule.Name()
		c.That(fits && !slices.Contains(q.Also[:i], rule.ID) && q.countable(rule.ID), on, "vote.also.unfit")
		c.That(i < alsoMost, on, "vote.also.many", "max", alsoMost)
		q.Also[i] = rule.ID // the sheet names the version
	}
}

// also counts the questions by the rules that are declared for information, each with those of the
// question's parameters that it reads. It is nil where none is declared, else it has a list, which may be
// empty, for each question.
func (v Vote) also(counts map[string]int64, seed string, watch tally.Watch) ([][]tally.Result, error) {
	if !slices.ContainsFunc(v.Questions, func(q Question) bool { return len(q.Also) > 0 }) {
		return nil, nil
	}
	all := make([][]tally.Result, len(v.Questions))
	for i, q := range v.Questions {
		all[i] = []tally.Result{}
		if len(q.Also) == 0 {
			continue
		}
		e, p, err := v.counting(i, counts, seed)
		if err != nil {
			return nil, err
		}
		for _, rule := range q.Also {
			// One that cannot count what came after all says nothing; that is no reason to have no result.
			if r, err := tally.CountWatched(e, rule, readBy(rule, p), watch); err == nil {
				all[i] = append(all[i], r)
			}
		}
	}
	return all, nil
}
