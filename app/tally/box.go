package tally

import (
	"encoding/binary"
	"slices"
)

// Box gathers ballots and groups equal ones, so that a count looks at each kind once.
type Box struct {
	form    Form
	blank   int64
	singles []int64 // ballots that mark one option and nothing else, by option
	index   map[string]int
	ballots []Ballot
	key     []byte
	marks   []mark
}

type mark struct {
	option int32
	value  int64
}

// NewBox makes an empty box for ballots of one form over so many options.
func NewBox(form Form, options int) *Box {
	return &Box{form: form, singles: make([]int64, options), index: map[string]int{}}
}

// Add puts in weight equal ballots, in the terms of Ballot. It keeps no reference to the slices and
// refuses nothing: Count does.
func (b *Box) Add(weight int64, options []int32, values []int64) {
	switch {
	case len(options) == 0:
		b.blank += weight
		return
	case len(options) == 1 && b.form != Points && b.form != Grades && uint(options[0]) < uint(len(b.singles)):
		b.singles[options[0]] += weight
		return
	}
	b.settle(options, values)
	b.key = append(b.key[:0], 0)
	if values != nil {
		b.key[0] = 1 // no ballot without values reads like one with them
	}
	for _, m := range b.marks {
		b.key = binary.AppendUvarint(b.key, uint64(uint32(m.option)))
		if values != nil {
			b.key = binary.AppendVarint(b.key, m.value)
		}
	}
	if at, ok := b.index[string(b.key)]; ok {
		b.ballots[at].Weight += weight
		return
	}
	b.index[string(b.key)] = len(b.ballots)
	b.ballots = append(b.ballots, b.ballot(weight, values != nil))
}

// settle writes the marks in the one order that equal ballots share.
func (b *Box) settle(options []int32, values []int64) {
	b.marks = b.marks[:0]
	for i, o := range options {
		m := mark{option: o}
		if i < len(values) {
			m.value = values[i]
		}
		b.marks = append(b.marks, m)
	}
	switch {
	case b.form == Ranking && values == nil:
	case b.form == Ranking:
		slices.SortStableFunc(b.marks, func(x, y mark) int {
			if x.value != y.value {
				return int(max(-1, min(1, x.value-y.value)))
			}
			return int(x.option - y.option)
		})
	default:
		slices.SortFunc(b.marks, func(x, y mark) int { return int(x.option - y.option) })
	}
}

func (b *Box) ballot(weight int64, values bool) Ballot {
	g := Ballot{Weight: weight, Options: make([]int32, len(b.marks))}
	if values {
		g.Values = make([]int64, len(b.marks))
	}
	for i, m := range b.marks {
		g.Options[i] = m.option
		if values {
			g.Values[i] = m.value
		}
	}
	return g
}

// Ballots returns the groups. Their order means nothing.
func (b *Box) Ballots() []Ballot {
	all := make([]Ballot, 0, len(b.ballots)+len(b.singles)+1)
	if b.blank > 0 {
		all = append(all, Ballot{Weight: b.blank})
	}
	for o, w := range b.singles {
		if w > 0 {
			all = append(all, Ballot{Weight: w, Options: []int32{int32(o)}})
		}
	}
	return append(all, b.ballots...)
}
