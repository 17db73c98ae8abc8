package vote

import (
	"slices"
	"strings"

	"tequio/app/fault"
	"tequio/app/tally"
	"tequio/app/text"
)

// NoneOfThese is the code of the option that refuses all others. It is counted like them.
const NoneOfThese = "none-of-these"

// Limits of what forms may ask.
const (
	pointsMost = 1000 // to share out
	scoreMost  = 100  // for one option
	gradesMost = 12
	gradeMost  = 40 // runes
)

// SplitGrades reads grades written one to a line, best first.
func SplitGrades(lines string) (all []string) {
	for line := range strings.Lines(lines) {
		if line = text.Line(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// Grade names the grade in a place, 1 being the best; "" where there is none.
func (q Question) Grade(place int64) string {
	if place < 1 || place > int64(len(q.Grades)) {
		return ""
	}
	return q.Grades[place-1]
}

// GradeIn brings a grade's name, as the count wrote it, to the language of the question.
func (q Question) GradeIn(name string) string {
	if i := slices.Index(q.written, name); i >= 0 {
		return q.Grades[i]
	}
	return name
}

// checkForm refuses what the form of the ballot does not go with, and drops what it does not ask for.
func (q *Question) checkForm(c *fault.Check, at string) {
	switch q.Form {
	case Points:
		c.That(q.Points > 0 && q.Points <= pointsMost, at+"points", "vote.points.range")
	case Score:
		c.That(q.Points > 0 && q.Points <= scoreMost, at+"points", "vote.score.range", "max", scoreMost)
	default:
		q.Points = 0
	}
	if q.Form != Graded {
		q.Grades = nil
	}
	c.That(q.Form != Graded || len(q.Grades) >= 2 && len(q.Grades) <= gradesMost, at+"grades", "vote.grades.number", "max", gradesMost)
	for i, g := range q.Grades {
		c.That(len([]rune(g)) <= gradeMost, at+"grades", "vote.grades.long", "max", gradeMost)
		c.That(!slices.Contains(q.Grades[:i], g), at+"grades", "vote.grades.twice", "grade", g)
	}
	q.Equal = q.Equal && q.Form == Ranking
	if _, has := q.Option(NoneOfThese); has {
		c.That(q.Budget == 0, at+"none", "vote.none.budget")
	}
}

// countable reports whether a rule can count such ballots with these parameters, by counting one.
func (q Question) countable(rule string) bool {
	few := q
	few.Options = q.Options[:min(3, len(q.Options))]
	few.Seats = min(q.Seats, int64(len(few.Options)))
	e, err := few.election("", 0, 1, nil)
	p, wrong := few.params()
	if err != nil || wrong != nil {
		return false
	}
	one := tally.Ballot{Weight: 1}
	for i := range few.Options {
		if i > 0 && (q.Form == One || q.Form.Tally() == tally.Approval) {
			break
		}
		one.Options = append(one.Options, int32(i))
		switch {
		case q.Form == Graded:
			one.Values = append(one.Values, 0)
		case q.Form == Points, q.Form == Score, q.Form == Ranking && q.Equal:
			one.Values = append(one.Values, 1)
		}
	}
	e.Ballots = []tally.Ballot{one}
	if e.Budget == 0 && q.Form.Money() || len(few.Options) == 0 {
		return true // refused for another reason
	}
	_, err = tally.Count(e, rule, readBy(rule, p))
	return err == nil
}
