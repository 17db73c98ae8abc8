package opinion

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A FileError says where a file is broken and how.
type FileError struct {
	Line    int // from 1; 0: the file as a whole
	Problem string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.Problem
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
}

func broken(line int, problem string, args ...any) error {
	return &FileError{line, fmt.Sprintf(problem, args...)}
}

// What a file may hold, so that reading one ends.
const (
	votesMost      = 20_000_000
	statementsMost = 10_000
)

// sheet reads CSV with a header, and knows on which line it is.
type sheet struct {
	*csv.Reader
	header []string
}

func readSheet(r io.Reader) (s sheet, err error) {
	s.Reader = csv.NewReader(r)
	s.ReuseRecord, s.FieldsPerRecord = true, -1
	header, err := s.Read()
	if err == io.EOF {
		return s, broken(0, "the file is empty")
	}
	if err != nil {
		return s, s.wrong(err)
	}
	for _, name := range header {
		s.header = append(s.header, strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))))
	}
	return s, nil
}

// wrong words an error of the CSV reader.
func (s sheet) wrong(err error) error {
	if e, ok := err.(*csv.ParseError); ok {
		return broken(e.Line, "%v", e.Err)
	}
	return err
}

func (s sheet) line() int { line, _ := s.FieldPos(0); return line }

func (s sheet) column(name string) int { return slices.Index(s.header, name) }

// each calls do for every row after the header.
func (s sheet) each(do func(line int, row []string) error) error {
	for {
		row, err := s.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return s.wrong(err)
		}
		if len(row) != len(s.header) {
			return broken(s.line(), "%d fields, and the header has %d", len(row), len(s.header))
		}
		if err := do(s.line(), row); err != nil {
			return err
		}
	}
}

// ReadVotes reads a conversation that Polis exported: votes with the columns timestamp, comment-id, voter-id
// and vote, or the matrix of participants with a column for each statement. Errors are *FileError, or the
// reader's own.
func ReadVotes(r io.Reader) (Votes, error) {
	s, err := readSheet(r)
	if err != nil {
		return Votes{}, err
	}
	switch {
	case s.column("comment-id") >= 0 && s.column("voter-id") >= 0 && s.column("vote") >= 0:
		return s.votes()
	case s.column("participant") >= 0:
		return s.matrix()
	}
	return Votes{}, broken(1, "the header names neither comment-id, voter-id and vote, nor participant")
}

func (s sheet) votes() (Votes, error) {
	type cast struct {
		Vote
		at int64
	}
	statement, voter, vote, when := s.column("comment-id"), s.column("voter-id"), s.column("vote"), s.column("timestamp")
	var all []cast
	ordered := true
	err := s.each(func(line int, row []string) error {
		var c cast
		var err error
		if c.Statement, err = number(line, s.header[statement], row[statement]); err != nil {
			return err
		}
		if c.Participant, err = number(line, s.header[voter], row[voter]); err != nil {
			return err
		}
		if c.Say, err = word(line, row[vote]); err != nil {
			return err
		}
		if when >= 0 {
			if c.at, err = number(line, "timestamp", row[when]); err != nil {
				return err
			}
		}
		ordered = ordered && (len(all) == 0 || all[len(all)-1].at <= c.at)
		if all = append(all, c); len(all) > votesMost {
			return broken(line, "more than %d votes", votesMost)
		}
		return nil
	})
	if err != nil {
		return Votes{}, err
	}
	if !ordered {
		slices.SortStableFunc(all, func(a, b cast) int { return cmp.Compare(a.at, b.at) })
	}
	kept := make([]Vote, len(all))
	for i, c := range all {
		kept[i] = c.Vote
	}
	return limited(NewVotes(kept))
}

// matrix reads a row for each participant; the columns whose names are numbers are statements.
func (s sheet) matrix() (Votes, error) {
	who := s.column("participant")
	ids := map[int]int64{}
	for i, name := range s.header {
		if id, err := strconv.ParseInt(name, 10, 64); err == nil {
			ids[i] = id
		}
	}
	if len(ids) == 0 {
		return Votes{}, broken(1, "no column is named by the number of a statement")
	}
	var all []Vote
	seen := map[int64]bool{}
	err := s.each(func(line int, row []string) error {
		p, err := number(line, "participant", row[who])
		if err != nil {
			return err
		}
		if seen[p] {
			return broken(line, "participant %d has a row before", p)
		}
		seen[p] = true
		for i, text := range row {
			id, stated := ids[i]
			if !stated || strings.TrimSpace(text) == "" {
				continue
			}
			say, err := word(line, text)
			if err != nil {
				return err
			}
			if all = append(all, Vote{p, id, say}); len(all) > votesMost {
				return broken(line, "more than %d votes", votesMost)
			}
		}
		return nil
	})
	if err != nil {
		return Votes{}, err
	}
	return limited(NewVotes(all))
}

func limited(v Votes) (Votes, error) {
	if len(v.Statements) > statementsMost {
		return v, broken(0, "%d statements, and a map can have %d", len(v.Statements), statementsMost)
	}
	return v, nil
}

func number(line int, name, text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, broken(line, "%s is %.40q, not a number", name, text)
	}
	return n, nil
}

// word reads what is said: 1, −1 or 0; some exports write them with decimals.
func word(line int, text string) (int8, error) {
	switch strings.TrimSuffix(strings.TrimSpace(text), ".0") {
	case "1":
		return Agree, nil
	case "0", "-0":
		return Pass, nil
	case "-1":
		return Disagree, nil
	}
	return 0, broken(line, "a vote is %.40q, not 1, 0 or -1", text)
}

// ReadModerated reads which statements were moderated out (moderated −1) from a list of comments.
func ReadModerated(r io.Reader) (map[int64]bool, error) {
	s, err := readSheet(r)
	if err != nil {
		return nil, err
	}
	id, moderated := s.column("comment-id"), s.column("moderated")
	if id < 0 || moderated < 0 {
		return nil, broken(1, "the header does not name comment-id and moderated")
	}
	out := map[int64]bool{}
	return out, s.each(func(line int, row []string) error {
		n, err := number(line, "comment-id", row[id])
		if err != nil {
			return err
		}
		state, err := number(line, "moderated", row[moderated])
		if state == -1 {
			out[n] = true
		}
		return err
	})
}
