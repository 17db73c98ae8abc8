package survey

import (
	"cmp"
	"slices"
	"strconv"
)

// fewest is the smallest count that is shown: below it a person could be recognised.
const fewest = 5

// A Result is what was answered to one question.
type Result struct {
	Question
	Answered int64   // responses that answer it
	Counts   []Count // of choices, in their order
	Spread   *Spread // of numbers and dates
	Texts    []Text  // of open questions, where they may be shown
	More     bool    // there are more texts than these
	Kept     bool    // small counts were hidden
}

// A Count is how many chose one option.
type Count struct {
	Key    string
	Label  string
	N      int64
	Hidden bool // too few to show, or from which others could be worked out
}

// A Spread is the smallest, the middle and the largest of some numbers or days; the ends are "" where
// they are not to be shown.
type Spread struct{ Least, Middle, Most string }

// A Text is one open answer, under the number of its response.
type Text struct {
	ID   int64
	Text string
}

// counted puts the numbers of a question's choices in the order of its options.
func (q Question) counted(n map[string]int64) (all []Count) {
	for _, key := range q.Choices() {
		label := key
		if q.Form != Scale {
			label = q.Option(key)
		}
		all = append(all, Count{Key: key, Label: label, N: n[key]})
	}
	return all
}

// Discreet hides counts from 1 to 4. Where each response chose exactly one option, a single hidden
// count could be worked out from the total, so the smallest other one is hidden with it.
func Discreet(all []Count, exclusive bool) (shown []Count, kept bool) {
	shown = slices.Clone(all)
	hidden := 0
	for i, c := range shown {
		if c.N > 0 && c.N < fewest {
			shown[i].Hidden = true
			hidden++
		}
	}
	if hidden == 1 && exclusive {
		least := -1
		for i, c := range shown {
			if !c.Hidden && c.N > 0 && (least < 0 || c.N < shown[least].N) {
				least = i
			}
		}
		if least >= 0 {
			shown[least].Hidden = true
		}
	}
	for i := range shown {
		if shown[i].Hidden {
			shown[i].N = 0
		}
	}
	return shown, hidden > 0
}

// spread orders values and takes its ends and its middle (the lower one of two). The ends are single
// people's answers, so where discretion is asked only the middle of five or more is shown.
func spread(f Form, values []string, discreet bool) *Spread {
	if len(values) == 0 || discreet && len(values) < fewest {
		return nil
	}
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int {
		if f != Number {
			return cmp.Compare(a, b) // days sort as they are written
		}
		x, _ := ParseNumber(a)
		y, _ := ParseNumber(b)
		return cmp.Compare(x, y)
	})
	s := Spread{Middle: values[(len(values)-1)/2]}
	if !discreet {
		s.Least, s.Most = values[0], values[len(values)-1]
	}
	return &s
}

// End returns the words at an end of a scale, "" for none.
func (q Question) End(key string) string {
	if label := q.Option(key); label != key {
		return label
	}
	return ""
}

// Step returns a step of a scale with the words of its end, where it is one.
func (q Question) Step(key string) string {
	for end, at := range map[string]int64{LowEnd: q.Least, HighEnd: q.Most} {
		if words := q.End(end); words != "" && key == strconv.FormatInt(at, 10) {
			return key + " · " + words
		}
	}
	return key
}
