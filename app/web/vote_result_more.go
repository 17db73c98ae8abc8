package web

import (
	"slices"
	"strings"

	"tequio/app/tally"
	"tequio/app/vote"
)

// mark writes what an option got where it is no plain number: its average score, or its median grade
// and how often it got each.
func (v *Visit) mark(row *resultRow, q vote.Question, o tally.Outcome, r tally.Result) {
	switch {
	case q.Form == vote.Score && r.Totals.Valid > 0:
		row.Share = v.T("vote.result.mean", "mean", v.decimal(tally.Number{Num: o.Score.Num, Den: o.Score.Den * r.Totals.Valid}))
	case q.Form == vote.Graded:
		row.Score, row.Share = q.Grade(o.Score.Num+1), ""
		row.Width = share(int64(len(q.Grades))-o.Score.Num, int64(len(q.Grades)))
		row.Why = strings.TrimSpace(row.Why + " " + v.spreadOfGrades(q, o, r))
	}
}

func (v *Visit) spreadOfGrades(q vote.Question, o tally.Outcome, r tally.Result) string {
	if len(r.Rounds) == 0 {
		return ""
	}
	var parts []string
	for _, f := range r.Rounds[0].Figures {
		if f.Option != o.Option {
			continue
		}
		for i, n := range f.Grades {
			parts = append(parts, q.Grade(int64(i+1))+": "+v.Lang.Number(n))
		}
	}
	return strings.Join(parts, " · ")
}

// fillAreas tells how many voted in each area, and what all areas together come to.
func (v *Visit) fillAreas(m *resultView, o vote.Outcome) {
	var sums []part
	for _, a := range o.AreaTurnout(o.Result) {
		sums = append(sums, part{a.Area, a.Ballots})
	}
	m.Areas = v.parts(sums, o.Result.Ballots)
	if len(m.Areas) == 0 || slices.ContainsFunc(o.Questions, func(q vote.Question) bool { return q.Budget == 0 }) {
		return
	}
	var funded, spent, budget int64
	for _, r := range o.Result.Questions {
		funded, spent, budget = funded+int64(len(r.Winners)), spent+r.Spent, budget+r.Budget
	}
	q := o.Questions[0]
	m.Lead = v.T("vote.lead.budget", "n", funded, "spent", v.amount(q, spent), "budget", v.amount(q, budget))
}

// lotView is the lot that breaks ties, with what is needed to draw it again.
type lotView struct {
	Text, Promise, Seed string
	Example             string // option and number in the lot, by a command that anybody has
}

func (v *Visit) lotView(o vote.Outcome) *lotView {
	if o.Lot.Source == vote.NoLot {
		return nil
	}
	m := &lotView{Promise: o.Lot.SHA256, Seed: o.Result.Seed}
	switch {
	case m.Seed != "" && m.Promise != "":
		m.Text = v.T("vote.lot.revealed")
	case m.Seed != "":
		m.Text = v.T("vote.lot.drawn")
	case o.Lot.Source == vote.Ceremony:
		m.Text = v.T("vote.lot.waiting")
	default:
		m.Text = v.T("vote.lot.lost")
	}
	if m.Seed != "" {
		m.Example = `printf '%s\0%s\0%s' '` + m.Seed + `' ` + thingNumber(o.ID) + ` '` + o.Questions[0].Options[0].Code + `' | sha256sum`
	}
	return m
}

// fewest is the smallest number of people that a table of parts tells; fewer could be known by it.
const fewest = 5

// part is how many of all ballots go by a name.
type part struct {
	name string
	n    int64
}

// parts writes the parts of all ballots. Small ones are not told; nor is the smallest other one where
// what a single hidden one holds could be worked out from the rest.
func (v *Visit) parts(sums []part, all int64) (rows []levelRow) {
	hidden, next := 0, -1
	for i, s := range sums {
		switch {
		case s.n > 0 && s.n < fewest:
			hidden++
		case s.n >= fewest && (next < 0 || s.n < sums[next].n):
			next = i
		}
	}
	for i, s := range sums {
		row := levelRow{s.name, v.Lang.Percent(s.n, all), v.Lang.Number(s.n)}
		if s.n > 0 && s.n < fewest || hidden == 1 && i == next {
			row.Share, row.Count = "", v.T("vote.result.few")
		}
		rows = append(rows, row)
	}
	return rows
}
