package tally

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteBLT writes rankings as a .blt file, which ReadBLT reads back equal when it came from there;
// else what changes is that ids become numbers, line breaks in names spaces, and a name or title that
// begins or ends with a quote gets a space there. It refuses ballots of another form and fails when
// the writer does.
func WriteBLT(to io.Writer, e Election) error {
	if e.Form != Ranking {
		return fmt.Errorf("tally: a .blt file holds rankings, not %s ballots", e.Form)
	}
	w := bufio.NewWriter(to)
	order, numbers := e.numbered()
	fmt.Fprintf(w, "%d %d\n", len(order), max(e.Seats, 1))
	for _, n := range numbers[len(e.Options):] {
		fmt.Fprintf(w, "-%d\n", n)
	}
	for k := range e.Ballots {
		b := &e.Ballots[k]
		w.WriteString(strconv.FormatInt(b.Weight, 10))
		for _, rank := range b.written(numbers) {
			w.WriteByte(' ')
			w.WriteString(joined(rank, "="))
		}
		w.WriteString(" 0\n")
	}
	w.WriteString("0\n")
	for _, o := range order {
		fmt.Fprintln(w, quote(o.Name))
	}
	fmt.Fprintln(w, quote(e.Title))
	return w.Flush()
}

func joined(numbers []int, between string) string {
	all := make([]string, len(numbers))
	for i, n := range numbers {
		all[i] = strconv.Itoa(n)
	}
	return strings.Join(all, between)
}

// quote puts a text in quotes. The format cannot double them, so one at either end of the text is
// kept apart by a space.
func quote(s string) string {
	s = oneLine(s)
	if strings.HasPrefix(s, `"`) {
		s = " " + s
	}
	if strings.HasSuffix(s, `"`) {
		s += " "
	}
	return `"` + s + `"`
}

// oneLine turns control characters and what UTF-8 does not allow into spaces.
func oneLine(s string) string {
	return strings.Map(blankControl, strings.ToValidUTF8(s, " "))
}
