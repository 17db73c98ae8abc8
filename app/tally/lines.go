package tally

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// lines reads a text file line by line and knows where it is, for the errors.
type lines struct {
	in   *bufio.Scanner
	line int // the number of the last line read
	text string
}

func newLines(r io.Reader) lines {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 1<<16), MaxLine)
	return lines{in: in}
}

// next reads on to the next line that is not blank; false at the end of the file. A byte order mark
// is dropped, and control characters, which no format means, become spaces.
func (l *lines) next() (bool, error) {
	for l.in.Scan() {
		l.line++
		l.text = l.in.Text()
		if l.line == 1 {
			l.text = strings.TrimPrefix(l.text, "\ufeff")
		}
		if !utf8.ValidString(l.text) || strings.ContainsRune(l.text, 0) {
			return false, l.fail(0, "text", "the line is not UTF-8 text")
		}
		l.text = strings.Map(blankControl, l.text)
		if strings.TrimSpace(l.text) != "" {
			return true, nil
		}
	}
	if errors.Is(l.in.Err(), bufio.ErrTooLong) {
		l.line++
		return false, l.fail(0, "long", fmt.Sprintf("the line is longer than %d bytes", MaxLine), number("most", MaxLine))
	}
	if l.in.Err() != nil {
		return false, fmt.Errorf("tally: reading after line %d: %w", l.line, l.in.Err())
	}
	return false, nil
}

func (l *lines) fail(column int, key, text string, args ...Arg) error {
	return &FileError{Line: l.line, Column: column, Reason: reason("file."+key, args...), text: text}
}

// wrong is fail at a field of the line, whose text is the argument "value".
func (l *lines) wrong(f field, key, text string, args ...Arg) error {
	return l.fail(f.column(l.text), key, fmt.Sprintf("%q %s", clip(f.text), text), append(args, word("value", f.text))...)
}

// blankControl turns control characters into spaces.
func blankControl(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// words cuts a text at its spaces; at is where the text begins in the line, in bytes.
func words(text string, at int) []field {
	var all []field
	for i := 0; i < len(text); {
		if text[i] == ' ' {
			i++
			continue
		}
		end := strings.IndexByte(text[i:], ' ')
		if end < 0 {
			end = len(text) - i
		}
		all = append(all, field{text[i : i+end], at + i})
		i += end
	}
	return all
}
