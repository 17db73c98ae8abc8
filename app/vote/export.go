package vote

import (
	"fmt"
	"slices"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/tally"
)

// fileTypes are what Pabulib calls the forms of ballots.
var fileTypes = map[tally.Form]string{
	tally.ChooseOne: "choose-1", tally.Approval: "approval", tally.Points: "cumulative", tally.Ranking: "ordinal",
}

// Pabulib writes a budget with its published ballots in the Pabulib format. An imported vote keeps
// the META of its file. The fault fault.missing says that the vote is no budget of one question, or
// that its ballots say what the format cannot.
func Pabulib(tx *db.Tx, v Vote, r Result) (*tally.File, error) {
	if !v.InPabulib() {
		return nil, fault.New(fault.NotFound, "fault.missing")
	}
	q := v.Questions[0]
	f := &tally.File{
		Meta: v.meta(q, r), Columns: []string{"project_id", "cost", "name", "category", "selected"}, Fields: []string{"voter_id", "vote"},
		Type: q.fileType(), Budget: q.Budget, Decimals: q.Params.Decimals, PointDecimals: q.Params.PointDecimals,
	}
	if q.Form.Tally() == tally.Points {
		f.Fields = append(f.Fields, "points")
	}
	index := map[string]int32{}
	for i, o := range q.Options {
		index[o.Code] = int32(i)
		p := tally.Project{ID: o.Code, Name: o.Title, Cost: o.Cost, Row: []string{"", "", "", o.Category, ""}}
		if slices.Contains(r.Questions[0].Winners, o.Code) {
			p.Selected = 1
		}
		f.Projects = append(f.Projects, p)
	}
	err := EachBallot(tx, v.ID, func(p Published) error {
		b, err := ParseBallot(p.Content)
		if err != nil || len(b) != 1 {
			return fmt.Errorf("vote %d: a ballot of %d questions: %w", v.ID, len(b), err)
		}
		line := tally.FileVote{Voter: p.Receipt()}
		for _, m := range b[0] {
			line.Options = append(line.Options, index[m.Option])
			if q.Form.Tally() == tally.Points {
				line.Values = append(line.Values, m.Value)
			}
		}
		f.Votes = append(f.Votes, line)
		return nil
	})
	return f, err
}

// InPabulib reports whether the format can say what the ballots do: of one budget, and without shared
// places.
func (v Vote) InPabulib() bool {
	return len(v.Questions) == 1 && v.Questions[0].Budget > 0 && !v.Questions[0].Equal
}

func (q Question) fileType() string {
	if q.Form == Score {
		return "scoring" // each project apart, not shared out
	}
	return fileTypes[q.Form.Tally()]
}

func (v Vote) meta(q Question, r Result) []tally.Pair {
	if s, ok := v.Source(); ok {
		return s.Meta
	}
	meta := []tally.Pair{
		{Key: "description", Value: v.Title}, {Key: "instance", Value: strconv.Itoa(v.ClosesAt.Year())},
		{Key: "num_projects", Value: strconv.Itoa(len(q.Options))}, {Key: "num_votes", Value: strconv.FormatInt(r.Ballots, 10)},
		{Key: "budget", Value: tally.Number{Num: q.Budget, Den: 100}.Decimal(2)}, {Key: "vote_type", Value: q.fileType()},
		{Key: "rule", Value: "greedy"}, {Key: "date_begin", Value: v.OpensAt.Format("02.01.2006")}, {Key: "date_end", Value: v.ClosesAt.Format("02.01.2006")},
		{Key: "language", Value: v.Lang}, {Key: "currency", Value: q.Currency},
	}
	if q.Most > 0 {
		meta = append(meta, tally.Pair{Key: "max_length", Value: strconv.FormatInt(q.Most, 10)})
	}
	if q.Form == Knapsack {
		meta = append(meta, tally.Pair{Key: "max_sum_cost", Value: tally.Number{Num: q.Budget, Den: 100}.Decimal(2)})
	}
	if q.Form == Points {
		meta = append(meta, tally.Pair{Key: "max_sum_points", Value: strconv.FormatInt(q.Points, 10)})
	}
	if q.Form == Score {
		meta = append(meta, tally.Pair{Key: "max_points", Value: strconv.FormatInt(q.Points, 10)})
	}
	return meta
}
