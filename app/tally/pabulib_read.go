package tally

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a file: beyond them it is refused rather than read.
const (
	MaxLine    = 1 << 20 // bytes
	MaxMeta    = 1_000   // lines of META
	MaxColumns = 200
	MaxVotes   = 20_000_000
)

// ReadPabulib reads a file line by line. What is wrong with it comes back as *FileError; other
// errors are the reader's own. Tolerated, because real files have it: no "key;value" line, decimal
// commas, a byte order mark, blank lines, carriage returns, missing or empty fields at the end of a
// row, quotes where no quoting is meant.
func ReadPabulib(r io.Reader) (*File, error) {
	p := &pabulib{lines: newLines(r), f: &File{}, index: map[string]int32{}}
	for {
		more, err := p.next()
		if err != nil {
			return nil, err
		}
		if !more {
			return p.end()
		}
		if err := p.take(p.text); err != nil {
			return nil, err
		}
	}
}

// pabulib is a file half read.
type pabulib struct {
	lines
	f       *File
	section string // "" before META
	columns map[string]int
	index   map[string]int32 // projects by id
	seen    []int            // by project: the last vote that named it
	costs   []decimal
	budget  decimal
	given   []int64 // votes that the file says each project has; -1 when it does not
	counted []int64
}

func word(name, s string) Arg { return Arg{Name: name, Unit: UnitText, Text: clip(s)} }

// clip shortens what the file says, so that an error stays a sentence.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}

func (p *pabulib) take(line string) error {
	switch name := strings.ToUpper(strings.TrimRight(strings.TrimSpace(line), "; ")); name {
	case "META", "PROJECTS", "VOTES":
		return p.enter(name)
	}
	switch {
	case p.section == "":
		return p.fail(0, "start", "the file does not begin with META")
	case p.section == "META":
		return p.meta(line)
	case p.columns == nil:
		return p.header(line)
	case p.section == "PROJECTS":
		return p.project(line)
	default:
		return p.vote(line)
	}
}

// enter begins a section; each stands once, in order.
func (p *pabulib) enter(name string) error {
	order := []string{"", "META", "PROJECTS", "VOTES"}
	if slices.Index(order, name) != slices.Index(order, p.section)+1 {
		return p.fail(0, "order", fmt.Sprintf("%s is out of place: the order is META, PROJECTS, VOTES, each once", name), word("section", name))
	}
	if p.section == "PROJECTS" && len(p.f.Projects) == 0 {
		return p.fail(0, "no_projects", "the file has no projects")
	}
	p.section, p.columns = name, nil
	if name != "PROJECTS" {
		return nil
	}
	for _, key := range []string{"vote_type", "budget"} {
		if p.f.Value(key) == "" {
			return p.fail(0, "meta_missing", "META does not give "+key, word("key", key))
		}
	}
	return nil
}

func (p *pabulib) meta(line string) error {
	row := fields(line, 2)
	if len(row) < 2 {
		return p.fail(0, "meta_line", "META needs a key and a value with a semicolon between them")
	}
	key, value := row[0].text, row[1].text
	if len(row) > 2 {
		value = strings.TrimSpace(line[row[1].at:])
	}
	if len(p.f.Meta) == 0 && strings.EqualFold(key, "key") && strings.EqualFold(value, "value") {
		return nil
	}
	if len(p.f.Meta) >= MaxMeta {
		return p.fail(0, "many", fmt.Sprintf("more than %d lines of META", MaxMeta), number("most", MaxMeta))
	}
	switch strings.ToLower(key) {
	case "vote_type", "budget":
		if p.f.Value(key) != "" {
			return p.fail(1, "meta_twice", key+" is given twice", word("key", key))
		}
	}
	p.f.Meta = append(p.f.Meta, Pair{key, value})
	column := row[1].column(line)
	switch strings.ToLower(key) {
	case "vote_type":
		p.f.Type = strings.ToLower(value)
		if !slices.Contains([]string{"approval", "choose-1", "ordinal", "cumulative", "scoring"}, p.f.Type) {
			return p.fail(column, "vote_type", fmt.Sprintf("unknown vote_type %q", clip(value)), word("value", value))
		}
	case "budget":
		return p.amount(&p.budget, value, column)
	}
	return nil
}

// amount reads money: a decimal that is not negative.
func (p *pabulib) amount(d *decimal, text string, column int) error {
	var err error
	d.value, d.places, err = parseDecimal(text)
	if err != nil || d.value < 0 {
		return p.fail(column, "amount", fmt.Sprintf("%q is not an amount of money", clip(text)), word("value", text))
	}
	return nil
}

func (p *pabulib) header(line string) error {
	p.columns = map[string]int{}
	var names []string
	row := fields(line, 0)
	if len(row) > MaxColumns {
		return p.fail(0, "many", fmt.Sprintf("more than %d columns", MaxColumns), number("most", MaxColumns))
	}
	for i, c := range row {
		name := strings.ToLower(c.text)
		if _, twice := p.columns[name]; twice && name != "" {
			return p.fail(c.column(line), "column_twice", fmt.Sprintf("column %q stands twice", clip(name)), word("column", name))
		}
		p.columns[name] = i
		names = append(names, c.text)
	}
	need := []string{"project_id", "cost"}
	if p.section == "PROJECTS" {
		p.f.Columns = names
	} else {
		p.f.Fields, need = names, []string{"voter_id", "vote"}
		if p.f.Form() == Points {
			need = append(need, "points")
		}
	}
	for _, n := range need {
		if _, ok := p.columns[n]; !ok {
			return p.fail(0, "column_missing", fmt.Sprintf("%s has no column %q", p.section, n), word("section", p.section), word("column", n))
		}
	}
	return nil
}

// row cuts a line by the section's columns; fields missing at the end are empty.
func (p *pabulib) row(line string, columns int) ([]field, error) {
	row := fields(line, columns)
	for len(row) > columns && row[len(row)-1].text == "" {
		row = row[:len(row)-1]
	}
	if len(row) > columns {
		return nil, p.fail(row[columns].column(line), "fields",
			fmt.Sprintf("the line has %d fields, its section %d columns", len(row), columns),
			number("n", int64(len(row))), number("columns", int64(columns)))
	}
	for len(row) < columns {
		row = append(row, field{at: len(line)})
	}
	return row, nil
}

func (p *pabulib) project(line string) error {
	row, err := p.row(line, len(p.f.Columns))
	if err != nil {
		return err
	}
	id := row[p.columns["project_id"]]
	if _, twice := p.index[id.text]; id.text == "" || twice || strings.Contains(id.text, ",") {
		return p.fail(id.column(line), "project_id", fmt.Sprintf("project_id %q is empty, repeated or contains a comma", clip(id.text)), word("value", id.text))
	}
	if len(p.f.Projects) >= MaxOptions {
		return p.fail(0, "many", fmt.Sprintf("more than %d projects", MaxOptions), number("most", MaxOptions))
	}
	var cost decimal
	c := row[p.columns["cost"]]
	if err := p.amount(&cost, c.text, c.column(line)); err != nil {
		return err
	}
	made := Project{ID: id.text, Selected: -1, Row: p.others(row, p.f.Columns)}
	if at, ok := p.columns["name"]; ok {
		made.Name = row[at].text
	}
	if at, ok := p.columns["selected"]; ok && row[at].text != "" {
		n, places, err := parseDecimal(row[at].text)
		if err != nil || places > 0 || n < 0 || n > 3 {
			return p.fail(row[at].column(line), "selected", fmt.Sprintf("selected is %q, must be 0 to 3", clip(row[at].text)), word("value", row[at].text))
		}
		made.Selected = int(n)
	}
	given := int64(-1)
	if at, ok := p.columns["votes"]; ok {
		if n, err := strconv.ParseInt(row[at].text, 10, 64); err == nil {
			given = n
		}
	}
	p.index[made.ID] = int32(len(p.f.Projects))
	p.f.Projects = append(p.f.Projects, made)
	p.costs, p.given, p.counted, p.seen = append(p.costs, cost), append(p.given, given), append(p.counted, 0), append(p.seen, 0)
	return nil
}

func (p *pabulib) end() (*File, error) {
	if p.section != "VOTES" || p.columns == nil {
		return nil, p.fail(0, "ends", "the file ends before its votes")
	}
	if err := p.f.scale(p.costs, p.budget); err != nil {
		return nil, err
	}
	p.compare("num_projects", int64(len(p.f.Projects)))
	p.compare("num_votes", int64(len(p.f.Votes)))
	differ := int64(0)
	for i, given := range p.given {
		if given >= 0 && given != p.counted[i] {
			differ++
		}
	}
	if differ > 0 {
		p.f.Notes = append(p.f.Notes, reason("file.note_votes", number("n", differ)))
	}
	return p.f, nil
}

// compare notes where META counts otherwise than the rows.
func (p *pabulib) compare(key string, counted int64) {
	told, err := strconv.ParseInt(p.f.Value(key), 10, 64)
	if err == nil && told != counted {
		p.f.Notes = append(p.f.Notes, reason("file.note_"+key, number("told", told), number("n", counted)))
	}
}
