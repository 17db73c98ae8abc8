package tally

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func (p *pabulib) vote(line string) error {
	row, err := p.row(line, len(p.f.Fields))
	if err != nil {
		return err
	}
	if len(p.f.Votes) >= MaxVotes {
		return p.fail(0, "many", fmt.Sprintf("more than %d votes", MaxVotes), number("most", MaxVotes))
	}
	v := FileVote{Voter: row[p.columns["voter_id"]].text, Row: p.others(row, p.f.Fields)}
	if err := p.names(&v, row[p.columns["vote"]], line); err != nil {
		return err
	}
	if p.f.Form() == Points {
		if err := p.points(&v, row[p.columns["points"]], line); err != nil {
			return err
		}
	}
	for i, o := range v.Options {
		if v.Values == nil || v.Values[i] > 0 {
			p.counted[o]++
		}
	}
	p.f.Votes = append(p.f.Votes, v)
	return nil
}

// names reads the projects that a vote names, in its order.
func (p *pabulib) names(v *FileVote, f field, line string) error {
	parts := list(f)
	if len(parts) == 0 {
		return nil
	}
	if p.f.Type == "choose-1" && len(parts) > 1 {
		return p.fail(parts[1].column(line), "choose_one", fmt.Sprintf("the vote names %d projects, choose-1 allows one", len(parts)), number("n", int64(len(parts))))
	}
	v.Options = make([]int32, len(parts))
	for k, part := range parts {
		i, ok := p.index[part.text]
		if !ok {
			return p.fail(part.column(line), "unknown_project", fmt.Sprintf("the vote names %q, which is no project of this file", clip(part.text)), word("value", part.text))
		}
		if p.seen[i] == p.line {
			return p.fail(part.column(line), "named_twice", fmt.Sprintf("the vote names %q twice", clip(part.text)), word("value", part.text))
		}
		p.seen[i] = p.line
		v.Options[k] = i
	}
	return nil
}

// points reads the numbers that belong to the names, and brings all votes to the same decimals.
func (p *pabulib) points(v *FileVote, f field, line string) error {
	parts := list(f)
	if len(parts) != len(v.Options) {
		return p.fail(f.column(line), "points_number", fmt.Sprintf("%d projects but %d numbers of points", len(v.Options), len(parts)),
			number("n", int64(len(v.Options))), number("points", int64(len(parts))))
	}
	for _, part := range parts {
		value, places, err := parseDecimal(part.text)
		d := decimal{value, places}
		if err == nil && places > p.f.PointDecimals {
			if !p.widen(v, places) {
				err = errNumber
			}
		}
		units, ok := d.units(p.f.PointDecimals, MaxValue)
		if err != nil || !ok || value < 0 && p.f.Type == "cumulative" {
			return p.fail(part.column(line), "points", fmt.Sprintf("%q is not a possible number of points", clip(part.text)), word("value", part.text))
		}
		v.Values = append(v.Values, units)
	}
	return nil
}

// widen rewrites the points read so far with more decimals; false when they get too large.
func (p *pabulib) widen(v *FileVote, places int) bool {
	from := p.f.PointDecimals
	p.f.PointDecimals = places
	wide := func(values []int64) bool {
		for i := range values {
			units, ok := decimal{values[i], from}.units(places, MaxValue)
			if !ok {
				return false
			}
			values[i] = units
		}
		return true
	}
	for _, earlier := range p.f.Votes {
		if !wide(earlier.Values) {
			return false
		}
	}
	return wide(v.Values)
}

// field is one field of a line: its text without quotes, and where it begins, in bytes.
type field struct {
	text string
	at   int
}

// column is where the field begins in characters, from 1.
func (f field) column(line string) int {
	return utf8.RuneCountInString(line[:min(f.at, len(line))]) + 1
}

// others keeps the fields whose columns have none of their own.
func (p *pabulib) others(row []field, columns []string) []string {
	var rest []string
	for i, name := range columns {
		if p.f.own(name) {
			continue
		}
		if rest == nil {
			rest = make([]string, len(columns))
		}
		rest[i] = row[i].text
	}
	return rest
}

// list cuts a field at its commas; an empty item at the end is no item.
func list(f field) []field {
	if f.text == "" {
		return nil
	}
	var parts []field
	for at := 0; at <= len(f.text); {
		item := f.text[at:]
		if i := strings.IndexByte(item, ','); i >= 0 {
			item = item[:i]
		}
		parts = append(parts, field{strings.TrimSpace(item), f.at + at})
		at += len(item) + 1
	}
	if parts[len(parts)-1].text == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// fields cuts a line at its semicolons, honouring quotes. Real files have names with stray quotes:
// where honouring them does not give the wanted number of fields and ignoring them does, they are
// taken as they stand.
func fields(line string, want int) []field {
	if strings.IndexByte(line, '"') < 0 {
		return cut(line, false)
	}
	row := cut(line, true)
	if want > 0 && len(row) != want {
		if plain := cut(line, false); len(plain) == want {
			return plain
		}
	}
	return row
}

func cut(line string, quotes bool) []field {
	var row []field
	for at := 0; ; {
		f := field{at: at}
		end := -1
		if quotes {
			f.text, end = quoted(line, at)
			quotes = end >= 0 || line[at:] == "" || line[at] != '"' // one left open: what follows is no quoting either
		}
		if end < 0 {
			end = len(line)
			if i := strings.IndexByte(line[at:], ';'); i >= 0 {
				end = at + i
			}
			raw := line[at:end]
			f.text = strings.TrimSpace(raw)
			f.at += len(raw) - len(strings.TrimLeft(raw, " \t"))
		}
		row = append(row, f)
		if end >= len(line) {
			return row
		}
		at = end + 1
	}
}

// quoted reads a field in quotes and returns where it ends; -1 when there is none. A quote that
// neither is doubled nor ends the field belongs to the text.
func quoted(line string, at int) (string, int) {
	if at >= len(line) || line[at] != '"' {
		return "", -1
	}
	var text strings.Builder
	for i := at + 1; i < len(line); i++ {
		switch {
		case line[i] != '"':
			text.WriteByte(line[i])
		case i+1 == len(line) || line[i+1] == ';':
			return strings.TrimSpace(text.String()), i + 1
		case line[i+1] == '"':
			text.WriteByte('"')
			i++
		default:
			text.WriteByte('"')
		}
	}
	return "", -1
}
