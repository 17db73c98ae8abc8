package web

import (
	"slices"
	"strings"

	"tequio/app/tally"
	"tequio/app/vote"
)

// compareView is what several rules make of the same ballots.
type compareView struct {
	Lang    string // of the options, "" when it is the reader's
	Rules   []string
	Rows    []compareRow
	Differs []compareOption
}

// compareRow is an option with what each rule makes of it.
type compareRow struct {
	Title, Cost string
	Cells       []compareCell
	Same        bool // all rules agree
}

type compareCell struct {
	Won    bool
	Status string
}

// compareOption is an option of which the rules make different things, and why.
type compareOption struct {
	Title   string
	Reasons []decidedBy
}

type decidedBy struct{ Rule, Why string }

// compare puts the results of several rules beside each other, option by option.
func (v *Visit) compare(q vote.Question, results []tally.Result) (m compareView) {
	for _, r := range results {
		m.Rules = append(m.Rules, v.ruleName(r.Rule))
	}
	if len(results) == 0 {
		return m
	}
	for _, o := range q.Options {
		if _, counted := results[0].Outcome(o.Code); !counted {
			continue // it was withdrawn
		}
		row := compareRow{Title: o.Title, Same: true}
		if q.Budget > 0 {
			row.Cost = v.money(q, o.Cost)
		}
		differs := compareOption{Title: o.Title}
		for _, r := range results {
			got, _ := r.Outcome(o.Code)
			won := slices.Contains(r.Winners, o.Code)
			row.Cells = append(row.Cells, compareCell{won, v.T("tally.status." + string(got.Status))})
			row.Same = row.Same && won == row.Cells[0].Won
			differs.Reasons = append(differs.Reasons, decidedBy{v.ruleName(r.Rule), v.because(q, got.Reason)})
		}
		if !row.Same {
			m.Differs = append(m.Differs, differs)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func (v *Visit) ruleName(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return v.T("tally.rule." + name + ".name")
}

func (v *Visit) ruleNames(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = v.ruleName(id)
	}
	return strings.Join(names, ", ")
}
