package web

import (
	"slices"
	"strconv"

	"tequio/app/tally"
	"tequio/app/vote"
)

// Beyond these a table is no longer read, and the page too heavy for a poor line: the numbers are in
// the downloads.
const (
	mostStages = 40
	mostStaged = 40 // options in a table of stages
	mostDuels  = 25 // options in a table of duels
)

// countTable is a table of the count: the votes of each option by round, or duels.
type countTable struct {
	Title, Text string
	Heads       []string
	Rows        []countRow
}

type countRow struct {
	Title string
	Cells []countCell
}

type countCell struct {
	Text string
	Won  bool
}

// staged says whether a count has stages, whose figures stand in a table.
func staged(r tally.Result) bool {
	return len(r.Rounds) > 0 && r.Rounds[0].Quota != tally.Number{}
}

func (v *Visit) countTables(q vote.Question, r tally.Result) (all []countTable) {
	if staged(r) && len(r.Rounds) <= mostStages && len(r.Outcomes) <= mostStaged {
		all = append(all, v.stageTable(q, r))
	}
	if r.Pairwise != nil && len(r.Pairwise.Options) <= mostDuels {
		all = append(all, v.duelTable(q, *r.Pairwise))
	}
	return all
}

func optionTitle(q vote.Question, code string) string {
	o, _ := q.Option(code)
	return o.Title
}

// stageTable has a column for each round; below, the votes that no option has any more, and the quota.
func (v *Visit) stageTable(q vote.Question, r tally.Result) countTable {
	t := countTable{Title: v.T("vote.result.stages")}
	for _, o := range r.Outcomes {
		row := countRow{Title: optionTitle(q, o.Option)}
		for _, round := range r.Rounds {
			at := slices.IndexFunc(round.Figures, func(f tally.Figure) bool { return f.Option == o.Option })
			cell := countCell{Text: "–"}
			if at >= 0 {
				cell.Text = v.decimals(round.Figures[at].Score, 5)
				cell.Won = slices.ContainsFunc(round.Decisions, func(d tally.Decision) bool { return d.Option == o.Option && d.Status == tally.Elected })
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	nobody, quota := countRow{Title: v.T("vote.result.nobody")}, countRow{Title: v.T("vote.result.quota")}
	for _, round := range r.Rounds {
		t.Heads = append(t.Heads, v.T("vote.result.round", "round", round.Number))
		nobody.Cells = append(nobody.Cells, countCell{Text: v.decimals(round.NonTransferable, 5)})
		quota.Cells = append(quota.Cells, countCell{Text: v.decimals(round.Quota, 5)})
	}
	t.Rows = append(t.Rows, nobody, quota)
	return t
}

func (v *Visit) duelTable(q vote.Question, p tally.Pairwise) countTable {
	t := countTable{Title: v.T("vote.result.duels"), Text: v.T("vote.result.duels.text")}
	for i, code := range p.Options {
		t.Heads = append(t.Heads, optionTitle(q, code))
		row := countRow{Title: strconv.Itoa(i+1) + ". " + optionTitle(q, code)}
		for j := range p.Options {
			cell := countCell{Text: v.Lang.Number(p.Votes[i][j]), Won: p.Votes[i][j] > p.Votes[j][i]}
			if i == j {
				cell.Text = "–"
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
