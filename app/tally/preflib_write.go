package tally

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// PrefLibKind is the kind of PrefLib file that fits the rankings: with ties or strict, complete or
// not. It is the end of the file's name, and what ReadPrefLib wants to be told.
func (e Election) PrefLibKind() string {
	equal, part := false, false
	for k := range e.Ballots {
		b := &e.Ballots[k]
		part = part || len(b.Options) < len(e.Options)
		for i := 1; i < len(b.Values); i++ {
			equal = equal || b.Values[i] == b.Values[i-1]
		}
	}
	switch {
	case equal && part:
		return TOI
	case equal:
		return TOC
	case part:
		return SOI
	default:
		return SOC
	}
}

// WritePrefLib writes rankings as a PrefLib file of the kind that fits them, which ReadPrefLib reads
// back equal when it came from there; else what changes is that ids become numbers, line breaks in
// names spaces, and spaces at their ends go. Seats and candidates who withdrew have no place in the
// format. It refuses ballots of another form and fails when the writer does.
func WritePrefLib(to io.Writer, e Election) error {
	if e.Form != Ranking {
		return fmt.Errorf("tally: a PrefLib file of orders holds rankings, not %s ballots", e.Form)
	}
	e.Withdrawn = nil
	w := bufio.NewWriter(to)
	order, numbers := e.numbered()
	voters := int64(0)
	for _, b := range e.Ballots {
		voters += b.Weight
	}
	head := func(key, value string) { fmt.Fprintf(w, "# %s: %s\n", key, strings.TrimSpace(oneLine(value))) }
	head("TITLE", e.Title)
	head("DATA TYPE", e.PrefLibKind())
	head("NUMBER ALTERNATIVES", strconv.Itoa(len(order)))
	head("NUMBER VOTERS", strconv.FormatInt(voters, 10))
	head("NUMBER UNIQUE ORDERS", strconv.Itoa(len(e.Ballots)))
	for i, o := range order {
		head("ALTERNATIVE NAME "+strconv.Itoa(i+1), o.Name)
	}
	for k := range e.Ballots {
		b := &e.Ballots[k]
		var ranks []string
		for _, rank := range b.written(numbers) {
			text := joined(rank, ",")
			if len(rank) > 1 {
				text = "{" + text + "}"
			}
			ranks = append(ranks, text)
		}
		fmt.Fprintf(w, "%d: %s\n", b.Weight, strings.Join(ranks, ","))
	}
	return w.Flush()
}
