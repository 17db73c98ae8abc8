package tally

import (
	"fmt"
	"slices"
	"strconv"
)

// ranked gathers the ballots of a file of rankings: options in groups, each group a rank.
type ranked struct {
	lines
	e     Election
	index []int32 // by the file's number of a candidate, from 1: its index in Options, or -1 - its index in Withdrawn
	box   *Box
	cast  int64
	seen  []int64 // by number: the last ballot that named it
	stamp int64
	order []int32
	ranks []int64
	rank  int64
	equal bool // whether a rank of the ballot holds several
}

// open begins the ballots, once it is known how many candidates there are and who withdrew. An
// option's id is its number in the file.
func (r *ranked) open(candidates int, withdrawn func(number int) bool) error {
	r.e.Form = Ranking
	r.index, r.seen = make([]int32, candidates+1), make([]int64, candidates+1)
	for n := 1; n <= candidates; n++ {
		o := Option{ID: strconv.Itoa(n)}
		if withdrawn(n) {
			r.index[n] = -1 - int32(len(r.e.Withdrawn))
			r.e.Withdrawn = append(r.e.Withdrawn, o)
			continue
		}
		r.index[n] = int32(len(r.e.Options))
		r.e.Options = append(r.e.Options, o)
	}
	if len(r.e.Options) == 0 {
		return r.fail(0, "no_candidates", "nobody stands")
	}
	r.box = NewBox(Ranking, len(r.e.Options))
	return nil
}

// call names the candidate with this number.
func (r *ranked) call(number int, name string) {
	if i := r.index[number]; i >= 0 {
		r.e.Options[i].Name = name
	} else {
		r.e.Withdrawn[-1-i].Name = name
	}
}

func (r *ranked) ballot() {
	r.stamp++
	r.order, r.ranks, r.rank, r.equal = r.order[:0], r.ranks[:0], 0, false
}

// group ranks candidates next, all equal. A group of withdrawn ones is no rank: what follows moves up.
func (r *ranked) group(numbers []field) error {
	before := len(r.order)
	for _, f := range numbers {
		n, ok := whole(f.text, len(r.index)-1)
		if !ok || n == 0 {
			return r.wrong(f, "unknown_candidate", "is no candidate of this file")
		}
		if r.seen[n] == r.stamp {
			return r.wrong(f, "named_twice", "is named twice")
		}
		r.seen[n] = r.stamp
		if r.index[n] >= 0 {
			r.order, r.ranks = append(r.order, r.index[n]), append(r.ranks, r.rank+1)
		}
	}
	if len(r.order) > before {
		r.rank++
	}
	r.equal = r.equal || len(r.order) > before+1
	return nil
}

// weight reads how many ballots a line stands for.
func (r *ranked) weight(f field) (int64, error) {
	n, ok := whole(f.text, MaxWeight)
	if !ok || n == 0 {
		return 0, r.wrong(f, "weight", "is not a whole number of ballots")
	}
	if r.cast += int64(n); r.cast > MaxWeight {
		return 0, r.fail(f.column(r.text), "many", fmt.Sprintf("more than %d ballots", MaxWeight), number("most", MaxWeight))
	}
	if r.stamp > MaxVotes {
		return 0, r.fail(0, "many", fmt.Sprintf("more than %d lines of ballots", MaxVotes), number("most", MaxVotes))
	}
	return int64(n), nil
}

// whole reads digits: a number from 0 to most.
func whole(s string, most int) (int, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int(c-'0'); n > most {
			return 0, false
		}
	}
	return n, s != ""
}

// put puts the ballot into the box, with ranks only where some are shared.
func (r *ranked) put(weight int64) {
	if r.equal {
		r.box.Add(weight, r.order, r.ranks)
		return
	}
	r.box.Add(weight, r.order, nil)
}

func (r *ranked) end() Election {
	r.e.Ballots = r.box.Ballots()
	return r.e
}

// numbered gives an option's number in a file that is written: the ids themselves where they are the
// numbers from 1, else the place in the list, those who withdrew last.
func (e Election) numbered() (order []Option, numbers []int) {
	all := slices.Concat(e.Options, e.Withdrawn)
	order, numbers = make([]Option, len(all)), make([]int, len(all))
	for i, o := range all {
		n, err := strconv.Atoi(o.ID)
		if err != nil || strconv.Itoa(n) != o.ID || n < 1 || n > len(all) || order[n-1].ID != "" {
			for i := range all {
				numbers[i] = i + 1
			}
			return all, numbers
		}
		numbers[i], order[n-1] = n, o
	}
	return order, numbers
}

// written are a ballot's ranks, each with the numbers of its options, smallest first.
func (b *Ballot) written(numbers []int) [][]int {
	var ranks [][]int
	for i, o := range b.Options {
		if i > 0 && b.Values != nil && b.Values[i] == b.Values[i-1] {
			ranks[len(ranks)-1] = append(ranks[len(ranks)-1], numbers[o])
			continue
		}
		ranks = append(ranks, []int{numbers[o]})
	}
	for _, r := range ranks {
		slices.Sort(r)
	}
	return ranks
}
