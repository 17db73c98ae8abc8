package tally

import (
	"io"
	"regexp"
	"strings"
)

// ReadBLT reads an election from a .blt file, the format of councils and of OpenSTV, line by line.
// The first line gives candidates and seats; then come those who withdrew, as negative numbers; then
// a line for each kind of ballot (how many, the candidates best first, 0); a line "0"; the names, one
// a line; the title. Text after # is a remark.
//
// Option.ID is the candidate's number, Option.Name the name as it stands in the file without the
// quotes around it: real files have stray and doubled quotes inside, which stay. A candidate
// without a name has its number only. Those who withdrew do not stand: they are in
// Election.Withdrawn, and what a ballot ranks after them moves up. "1=2" ranks equal; "-" skips a
// rank, and what follows moves up; "(id)" before a ballot is passed over, as is what follows the
// title. Election.ID stays empty. What is wrong with the file is a *FileError; other errors are the
// reader's own.
func ReadBLT(from io.Reader) (Election, error) {
	b := &blt{ranked: ranked{lines: newLines(from)}, withdrawn: map[int]bool{}}
	for {
		more, err := b.next()
		if err != nil {
			return Election{}, err
		}
		if !more {
			break
		}
		if err := b.take(); err != nil {
			return Election{}, err
		}
	}
	if !b.closed {
		return Election{}, b.fail(0, "blt_ends", `the file ends before the line "0" that closes its ballots`)
	}
	return b.end(), nil
}

// blt is a file half read.
type blt struct {
	ranked
	candidates int
	withdrawn  map[int]bool
	closed     bool // the ballots are
	named      int  // lines after the ballots
}

func (b *blt) take() error {
	if b.closed {
		b.name()
		return nil
	}
	text, _, _ := strings.Cut(b.text, "#")
	row := words(text, 0)
	switch {
	case len(row) == 0:
		return nil
	case b.candidates == 0:
		return b.start(row)
	case b.box == nil && row[0].text[0] == '-':
		return b.withdraw(row)
	}
	if b.box == nil {
		if err := b.open(b.candidates, func(n int) bool { return b.withdrawn[n] }); err != nil {
			return err
		}
	}
	if len(row) == 1 && row[0].text == "0" {
		b.closed = true
		return nil
	}
	return b.vote(text, row)
}

func (b *blt) start(row []field) error {
	n, seats, ok, ok2 := 0, 0, false, false
	if len(row) == 2 {
		n, ok = whole(row[0].text, MaxOptions)
		seats, ok2 = whole(row[1].text, MaxOptions)
	}
	if !ok || !ok2 || n == 0 || seats == 0 {
		return b.fail(0, "blt_start", "the first line must give the number of candidates and of seats")
	}
	b.candidates, b.e.Seats = n, seats
	return nil
}

func (b *blt) withdraw(row []field) error {
	for _, f := range row {
		n, ok := whole(strings.TrimPrefix(f.text, "-"), b.candidates)
		if !ok || n == 0 || f.text[0] != '-' || b.withdrawn[n] {
			return b.wrong(f, "blt_withdrawn", "is no candidate who can withdraw")
		}
		b.withdrawn[n] = true
	}
	return nil
}

func (b *blt) vote(text string, row []field) error {
	if row[0].text[0] == '(' {
		end := strings.IndexByte(text, ')')
		if end < 0 {
			return b.wrong(row[0], "blt_id", "begins an id that does not end")
		}
		row = words(text[end+1:], end+1)
	}
	last := len(row) - 1
	if last < 1 || row[last].text != "0" {
		return b.fail(0, "blt_zero", "the ballot does not end with 0")
	}
	b.ballot()
	weight, err := b.weight(row[0])
	if err != nil {
		return err
	}
	for _, f := range row[1:last] {
		if f.text == "-" {
			continue
		}
		if err := b.group(equals(f)); err != nil {
			return err
		}
	}
	b.put(weight)
	return nil
}

// equals cuts "1=2" into its numbers.
func equals(f field) []field {
	var all []field
	at := f.at
	for part := range strings.SplitSeq(f.text, "=") {
		all = append(all, field{part, at})
		at += len(part) + 1
	}
	return all
}

// remark is one that follows the quote that ends a name.
var remark = regexp.MustCompile(`" *#`)

func (b *blt) name() {
	text := strings.TrimSpace(b.text)
	if text[0] == '#' {
		return
	}
	if text[0] != '"' {
		text, _, _ = strings.Cut(text, " #")
	} else if at := remark.FindStringIndex(text[1:]); at != nil && text[len(text)-1] != '"' {
		text = text[:at[0]+1]
	}
	text = strings.Trim(strings.TrimSpace(text), `"`)
	switch b.named++; {
	case b.named <= b.candidates:
		b.call(b.named, text)
	case b.named == b.candidates+1:
		b.e.Title = text
	}
}
