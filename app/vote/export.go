package vote

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/tally"
)

// fileTypes are what Pabulib calls the forms of ballots.
var fileTypes = map[tally.Form]string{
	tally.ChooseOne: "choose-1", tally.Approval: "approval", tally.Points: "cumulative", tally.Ranking: "ordinal",
}

// WritePabulib writes a budget with its published ballots in the Pabulib format. An imported vote keeps
// the META of its file. The fault fault.missing says that the vote is no budget of one question, or
// that its ballots say what the format cannot.
func WritePabulib(tx *db.Tx, to io.Writer, v Vote, r Result) error {
	if !v.InPabulib() {
		return fault.New(fault.NotFound, "fault.missing")
	}
	f, index := v.pabulibHead(r)
	w, n := tally.NewPabulibWriter(to, f), 0
	err := EachBallot(tx, v, func(p Published) error {
		b, err := ParseBallot(p.Content)
		if err != nil || len(b) != 1 {
			return fmt.Errorf("vote %d: a ballot of %d questions: %w", v.ID, len(b), err)
		}
		n++
		line := tally.FileVote{Voter: p.name(n)}
		for _, m := range v.Questions[0].counted(b[0]) {
			line.Options = append(line.Options, index[m.Option])
			if f.Form() == tally.Points {
				line.Values = append(line.Values, m.Value)
			}
		}
		w.Write(line)
		return nil
	})
	if err != nil {
		return err
	}
	return w.Flush()
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

// pabulibHead is all of the file but its votes, with the place of each project by its code.
func (v Vote) pabulibHead(r Result) (*tally.File, map[string]int32) {
	q := v.Questions[0]
	f := &tally.File{
		Meta: v.meta(q, r), Columns: []string{"project_id", "cost", "name", "category", "selected"}, Fields: []string{"voter_id", "vote"},
		Type: q.fileType(), Budget: q.Budget, Decimals: q.Params.Decimals, PointDecimals: q.Params.PointDecimals,
	}
	if q.Form.Tally() == tally.Points {
		f.Fields = append(f.Fields, "points")
	}
	index := map[string]int32{}
	for i, o := range q.standing() { // what was withdrawn would be counted by other programs
		index[o.Code] = int32(i)
		p := tally.Project{ID: o.Code, Name: o.Title, Cost: o.Cost, Row: []string{"", "", "", o.Category, ""}}
		if slices.Contains(r.Questions[0].Winners, o.Code) {
			p.Selected = 1
		}
		f.Projects = append(f.Projects, p)
	}
	return f, index
}

// name is what files for other programs call a ballot: by its receipt, or where that stays apart from
// the ballot, by its place in the list.
func (p Published) name(n int) string {
	if p.Nonce == nil {
		return strconv.Itoa(n)
	}
	return p.Receipt()
}

// WriteCSV writes the published ballots with a line for each choice: receipt, question, option, value. A
// code that a spreadsheet would take for a formula gets an apostrophe.
func WriteCSV(tx *db.Tx, to io.Writer, v Vote) error {
	w, n := csv.NewWriter(to), 0
	w.Write([]string{"receipt", "question", "option", "value"})
	err := EachBallot(tx, v, func(p Published) error {
		b, err := ParseBallot(p.Content)
		if err != nil {
			return err
		}
		n++
		for i, marks := range b {
			for _, m := range marks {
				code := m.Option
				if code != "" && strings.ContainsRune("=+-@\t\r\n", rune(code[0])) {
					code = "'" + code
				}
				w.Write([]string{p.name(n), strconv.Itoa(i + 1), code, strconv.FormatInt(m.Value, 10)})
			}
			if marks != nil && len(marks) == 0 {
				w.Write([]string{p.name(n), strconv.Itoa(i + 1), "", ""})
			}
		}
		return w.Error()
	})
	w.Flush()
	return err
}

// WriteLines writes the published ballots as lines of JSON: commitment, nonce and ballot, or where the
// ballots are sealed, the ballot alone.
func WriteLines(tx *db.Tx, to io.Writer, v Vote) error {
	var line []byte
	return EachBallot(tx, v, func(p Published) error {
		line = append(p.line(line[:0]), '\n')
		_, err := to.Write(line)
		return err
	})
}

func (v Vote) meta(q Question, r Result) []tally.Pair {
	if s, ok := v.Source(); ok {
		return s.Meta
	}
	meta := []tally.Pair{
		{Key: "description", Value: v.Title}, {Key: "instance", Value: strconv.Itoa(v.ClosesAt.Year())},
		{Key: "num_projects", Value: strconv.Itoa(len(q.standing()))}, {Key: "num_votes", Value: strconv.FormatInt(r.Ballots, 10)},
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
