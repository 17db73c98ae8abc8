package tally

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Kinds of PrefLib files of rankings.
const (
	SOC = "soc" // strict orders, complete
	SOI = "soi" // strict orders, incomplete
	TOC = "toc" // orders with ties, complete
	TOI = "toi" // orders with ties, incomplete
)

// ReadPrefLib reads an election from a PrefLib file of the kind given, in the format of 2022: lines
// "# KEY: value", then a line for each kind of ballot, "count: a,b,{c,d}". Option.ID is the
// alternative's number, Option.Name its name, Election.Title the title; Election.ID and Seats stay
// empty. A file that names itself otherwise than kind, or a ballot that its kind does not allow, is
// wrong. What is wrong with the file is a *FileError; other errors are the reader's own.
func ReadPrefLib(from io.Reader, kind string) (Election, error) {
	if !slices.Contains([]string{SOC, SOI, TOC, TOI}, kind) {
		return Election{}, fmt.Errorf("tally: unknown kind of PrefLib file %q", kind)
	}
	p := &prefLib{ranked: ranked{lines: newLines(from)}, kind: kind, names: map[int]string{}}
	for {
		more, err := p.next()
		if err != nil {
			return Election{}, err
		}
		if !more {
			break
		}
		if rest, ok := strings.CutPrefix(strings.TrimLeft(p.text, " "), "#"); ok {
			err = p.header(field{rest, len(p.text) - len(rest)})
		} else {
			err = p.vote()
		}
		if err != nil {
			return Election{}, err
		}
	}
	if err := p.begin(); err != nil {
		return Election{}, err
	}
	return p.end(), nil
}

// prefLib is a file half read.
type prefLib struct {
	ranked
	kind       string
	candidates int
	names      map[int]string
}

// header takes a line of "# KEY: value"; other remarks, and keys that no count needs, are passed over.
func (p *prefLib) header(line field) error {
	key, value, _ := strings.Cut(line.text, ":")
	f := field{strings.TrimSpace(value), line.at + len(key) + 1 + len(value) - len(strings.TrimLeft(value, " "))}
	key = strings.ToUpper(strings.TrimSpace(key))
	if p.box != nil {
		return nil
	}
	switch key {
	case "TITLE":
		p.e.Title = f.text
	case "DATA TYPE":
		if !strings.EqualFold(f.text, p.kind) {
			return p.wrong(f, "preflib_kind", "is another kind of file than "+p.kind, word("kind", p.kind))
		}
	case "NUMBER ALTERNATIVES":
		n, ok := whole(f.text, MaxOptions)
		if !ok || n == 0 {
			return p.wrong(f, "preflib_number", "is no number of candidates that we can take")
		}
		p.candidates = n
	}
	number, named := strings.CutPrefix(key, "ALTERNATIVE NAME ")
	if !named {
		return nil
	}
	n, ok := whole(strings.TrimSpace(number), MaxOptions)
	if _, twice := p.names[n]; !ok || twice || n == 0 {
		return p.fail(0, "preflib_name", "the number of the candidate is wrong or stands twice")
	}
	p.names[n] = f.text
	return nil
}

// begin ends the header. Where it does not tell how many candidates there are, the names do.
func (p *prefLib) begin() error {
	if p.box != nil {
		return nil
	}
	n := p.candidates
	for k := range p.names {
		if p.candidates > 0 && k > p.candidates {
			return p.fail(0, "preflib_beyond", fmt.Sprintf("more candidates have names than the %d announced", p.candidates),
				number("n", int64(p.candidates)))
		}
		n = max(n, k)
	}
	if err := p.open(n, func(int) bool { return false }); err != nil {
		return err
	}
	for i := range p.e.Options {
		p.e.Options[i].Name = p.names[i+1]
	}
	return nil
}

func (p *prefLib) vote() error {
	if err := p.begin(); err != nil {
		return err
	}
	before, after, ok := strings.Cut(p.text, ":")
	count := words(before, 0)
	if !ok || len(count) != 1 {
		return p.fail(0, "preflib_line", "the line needs a number of ballots, a colon and their order")
	}
	p.ballot()
	weight, err := p.weight(count[0])
	if err != nil {
		return err
	}
	if err := p.ranks(field{after, len(before) + 1}); err != nil {
		return err
	}
	if (p.kind == SOC || p.kind == TOC) && len(p.order) < len(p.e.Options) {
		return p.fail(0, "preflib_part", "a file of kind "+p.kind+" must rank every candidate", word("kind", p.kind))
	}
	if (p.kind == SOC || p.kind == SOI) && p.equal {
		return p.fail(0, "preflib_equal", "a file of kind "+p.kind+" cannot rank candidates equal", word("kind", p.kind))
	}
	p.put(weight)
	return nil
}

// ranks reads "a,b,{c,d}": items between commas, braces around equal ones.
func (p *prefLib) ranks(f field) error {
	var rank []field
	open := false
	for _, item := range items(f) {
		if strings.HasPrefix(item.text, "{") && !open {
			open, item = true, field{item.text[1:], item.at + 1}
		}
		text, closed := strings.CutSuffix(item.text, "}")
		if closed && !open {
			return p.wrong(item, "preflib_brace", "closes a brace that is not open")
		}
		begin := len(text) - len(strings.TrimLeft(text, " "))
		rank = append(rank, field{strings.TrimSpace(text), item.at + begin})
		if open && !closed {
			continue
		}
		if err := p.group(rank); err != nil {
			return err
		}
		rank, open = rank[:0], false
	}
	if open {
		return p.fail(0, "preflib_open", "a brace is not closed")
	}
	return nil
}

// items cuts a field at its commas; a field of spaces has none.
func items(f field) []field {
	if strings.TrimSpace(f.text) == "" {
		return nil
	}
	var all []field
	at := f.at
	for part := range strings.SplitSeq(f.text, ",") {
		begin := len(part) - len(strings.TrimLeft(part, " "))
		all = append(all, field{strings.TrimSpace(part), at + begin})
		at += len(part) + 1
	}
	return all
}
