package tally

import (
	"fmt"
	"strings"
)

// File is a participatory budget in the Pabulib format (pabulib.org, "PB format"): three sections
// META, PROJECTS and VOTES with fields separated by semicolons. It keeps what it does not
// understand, so that writing it again loses nothing.
type File struct {
	Meta     []Pair   // in the file's order, without the "key;value" line
	Columns  []string // of PROJECTS
	Projects []Project
	Fields   []string // of VOTES
	Votes    []FileVote
	Type     string // META vote_type: approval, choose-1, ordinal, cumulative or scoring
	Budget   int64  // minor units
	// Decimals and PointDecimals are those of the file's most exact amount and points; money has
	// two at least.
	Decimals, PointDecimals int
	Notes                   []Reason // what the file says of itself and its rows do not bear out
}

// Pair is one line of META.
type Pair struct{ Key, Value string }

// Project is one line of PROJECTS.
type Project struct {
	ID, Name string
	Cost     int64 // minor units
	// Selected is the official outcome: 0 not selected, 1 selected, 2 and 3 selected or dropped by
	// a city's own further rules, -1 not told.
	Selected int
	// Row holds the other fields, by File.Columns; empty where the column has a field above, nil
	// when all have.
	Row []string
}

// FileVote is one line of VOTES.
type FileVote struct {
	Voter   string
	Options []int32  // indexes into Projects, in the file's order
	Values  []int64  // cumulative and scoring: points in units of 10^-PointDecimals
	Row     []string // the other fields, by File.Fields, as in Project
}

// FileError is what is wrong with a file, and where: line and column (in characters) count from 1,
// 0 means the file as a whole. Reason words it for people.
type FileError struct {
	Line, Column int
	Reason       Reason
	text         string
}

// Error says it in English, for the command line and the log.
func (e *FileError) Error() string {
	switch {
	case e.Line == 0:
		return e.text
	case e.Column == 0:
		return fmt.Sprintf("line %d: %s", e.Line, e.text)
	default:
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.text)
	}
}

// Value finds a META value; "" when it is absent.
func (f *File) Value(key string) string {
	for _, p := range f.Meta {
		if strings.EqualFold(p.Key, key) {
			return p.Value
		}
	}
	return ""
}

// Official lists the officially selected projects in the file's order; told is false when the file
// does not say.
func (f *File) Official() (ids []string, told bool) {
	for _, p := range f.Projects {
		if p.Selected >= 0 {
			told = true
		}
		if p.Selected == 1 {
			ids = append(ids, p.ID)
		}
	}
	return ids, told
}

// Form is the form of the file's ballots.
func (f *File) Form() Form {
	switch f.Type {
	case "choose-1":
		return ChooseOne
	case "ordinal":
		return Ranking
	case "cumulative", "scoring":
		return Points
	default:
		return Approval
	}
}

// Election makes what can be counted of the file, with equal ballots grouped.
func (f *File) Election(id string) Election {
	e := Election{
		ID: id, Form: f.Form(), Budget: f.Budget, Decimals: f.Decimals, PointDecimals: f.PointDecimals,
		Options: make([]Option, len(f.Projects)),
	}
	for i, p := range f.Projects {
		e.Options[i] = Option{ID: p.ID, Name: p.Name, Cost: p.Cost}
	}
	if f.Type == "ordinal" {
		e.Places = f.places()
	}
	box := NewBox(e.Form, len(e.Options))
	for _, v := range f.Votes {
		box.Add(1, v.Options, v.Values)
	}
	e.Ballots = box.Ballots()
	return e
}

// places is the length of the list that voters were allowed to write: max_length, or else all.
func (f *File) places() int {
	n, _, err := parseDecimal(f.Value("max_length"))
	if err != nil || n < 1 || n > int64(len(f.Projects)) {
		return len(f.Projects)
	}
	return int(n)
}

// scale brings amounts, read with their own decimals, to the file's.
func (f *File) scale(costs []decimal, budget decimal) error {
	f.Decimals = max(2, budget.places)
	for _, c := range costs {
		f.Decimals = max(f.Decimals, c.places)
	}
	var ok bool
	if f.Budget, ok = budget.units(f.Decimals, MaxMoney); !ok {
		return &FileError{Reason: reason("file.large"), text: "the budget is too large"}
	}
	for i, c := range costs {
		if f.Projects[i].Cost, ok = c.units(f.Decimals, MaxMoney); !ok {
			return &FileError{Reason: reason("file.large"), text: fmt.Sprintf("the cost of project %q is too large", f.Projects[i].ID)}
		}
	}
	return nil
}

// decimal is an exact number as written: value / 10^places.
type decimal struct {
	value  int64
	places int
}

// units is the number in units of 10^-places.
func (d decimal) units(places int, limit int64) (int64, bool) {
	v := d.value
	for range places - d.places {
		if v > limit/10 || v < -limit/10 {
			return 0, false
		}
		v *= 10
	}
	return v, v <= limit && v >= -limit
}

// text writes units of 10^-places as a decimal without needless zeros.
func (d decimal) text() string {
	return Number{d.value, power(d.places)}.Decimal(d.places)
}

func power(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// parseDecimal reads digits with one point or comma. Zeros at the end of the decimals do not count.
func parseDecimal(s string) (value int64, places int, err error) {
	digits, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	whole, part := digits, ""
	if i := strings.IndexAny(digits, ".,"); i >= 0 {
		whole, part = digits[:i], strings.TrimRight(digits[i+1:], "0")
		if digits[i+1:] == "" && whole == "" {
			return 0, 0, errNumber
		}
	}
	if whole == "" && part == "" || len(part) > MaxDecimals {
		return 0, 0, errNumber
	}
	for _, r := range []byte(whole + part) {
		if r < '0' || r > '9' || value > (1<<62)/10 {
			return 0, 0, errNumber
		}
		value = value*10 + int64(r-'0')
	}
	if negative {
		value = -value
	}
	return value, len(part), nil
}

var errNumber = fmt.Errorf("not a number")

// own says whether a column has a field of its own in Project or FileVote.
func (f *File) own(column string) bool {
	switch strings.ToLower(column) {
	case "project_id", "cost", "name", "selected", "voter_id", "vote":
		return true
	case "points":
		return f.Form() == Points
	}
	return false
}
