package tally

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Criterion is one way of ordering options that a rule finds equal.
type Criterion string

const (
	// ByCost puts the cheaper project first.
	ByCost Criterion = "cost"
	// ByVotes puts first the option that more ballots name.
	ByVotes Criterion = "votes"
	// ByLot is the published lot; without a seed it separates nothing.
	ByLot Criterion = "lot"
	// ByID compares ids as bytes: for the command line and imported votes, never for a live one.
	ByID Criterion = "id"
	// byEarlier is the instant runoff's own: the most recent earlier round. Never declared.
	byEarlier Criterion = "earlier"
)

// ParseTies reads a list such as "cost,votes,id" or "cost,votes,lot:SEED"; the seed goes to the end
// of the text. "lot:SEED" alone stands for "cost,votes,lot:SEED". With live set, id is refused.
func ParseTies(list string, live bool) (criteria []Criterion, seed string, err error) {
	if strings.HasPrefix(list, "lot:") {
		list = "cost,votes," + list
	}
	for rest := list; rest != ""; {
		if after, ok := strings.CutPrefix(rest, "lot:"); ok {
			criteria, seed, rest = append(criteria, ByLot), after, ""
			if seed == "" {
				return nil, "", fmt.Errorf("tally: the lot has an empty seed")
			}
			continue
		}
		var word string
		word, rest, _ = strings.Cut(rest, ",")
		criteria = append(criteria, Criterion(word))
	}
	if err := checkCriteria(criteria); err != nil {
		return nil, "", err
	}
	if live && slices.Contains(criteria, ByID) {
		return nil, "", fmt.Errorf("tally: a live vote cannot break ties by id")
	}
	return criteria, seed, nil
}

func checkCriteria(list []Criterion) error {
	for i, c := range list {
		if !slices.Contains([]Criterion{ByCost, ByVotes, ByLot, ByID}, c) {
			return fmt.Errorf("tally: unknown way to break ties %q", c)
		}
		if slices.Contains(list[:i], c) {
			return fmt.Errorf("tally: ties name %q twice", c)
		}
	}
	return nil
}

// Lot is an option's number in the public lot, smallest first. Anybody can repeat it:
// printf 'SEED\0VOTE\0OPTION' | sha256sum
func Lot(seed, vote, option string) [32]byte {
	return sha256.Sum256([]byte(seed + "\x00" + vote + "\x00" + option))
}

// refine orders a class of equal options by the declared criteria. Classes of several in the answer
// are still tied; within one, options stand by id, which decides nothing.
func (c *count) refine(class []int) (order [][]int, by []Criterion) {
	order = [][]int{class}
	for _, k := range c.p.Ties {
		if k == ByLot && c.p.Seed == "" {
			continue
		}
		var next [][]int
		for _, part := range order {
			next = append(next, c.split(part, k)...)
		}
		if len(next) > len(order) {
			by = append(by, k)
		}
		order = next
	}
	return order, by
}

func (c *count) split(class []int, k Criterion) [][]int {
	if len(class) == 1 {
		return [][]int{class}
	}
	return classes(class, func(a, b int) int {
		switch k {
		case ByCost:
			return cmp.Compare(c.e.Options[a].Cost, c.e.Options[b].Cost)
		case ByVotes:
			return cmp.Compare(c.votes[b], c.votes[a])
		case ByLot:
			x, y := c.lot(a), c.lot(b)
			return bytes.Compare(x[:], y[:])
		default:
			return strings.Compare(c.e.Options[a].ID, c.e.Options[b].ID)
		}
	}, c.byID)
}

func (c *count) lot(i int) [32]byte { return Lot(c.p.Seed, c.e.ID, c.e.Options[i].ID) }

// tie notes a class of several, what the criteria made of it, and whether that mattered.
func (c *count) tie(class []int, order [][]int, by []Criterion, mattered, open bool) {
	t := Tie{Options: c.ids(class), Score: c.figure(class[0]), By: by, Mattered: mattered, Open: open}
	for _, part := range order {
		t.Order = append(t.Order, c.ids(part))
	}
	if slices.Contains(by, ByLot) {
		for _, i := range slices.Concat(order...) {
			h := c.lot(i)
			t.Draws = append(t.Draws, Draw{c.e.Options[i].ID, hex.EncodeToString(h[:])})
		}
	}
	t.Reason = tieReason(t, len(class))
	c.r.Ties = append(c.r.Ties, t)
	c.r.Tied = c.r.Tied || open
}

func tieReason(t Tie, n int) Reason {
	key := "tie.idle"
	switch {
	case t.Open:
		key = "tie.open"
	case t.Mattered && len(t.By) > 0:
		key = "tie." + string(t.By[len(t.By)-1])
	}
	return reason(key, number("n", int64(n)))
}

// classes sorts indexes by the comparison and groups the equal ones; within a group, by last.
func classes(items []int, compare, last func(a, b int) int) [][]int {
	sorted := slices.Clone(items)
	slices.SortFunc(sorted, func(a, b int) int {
		return cmp.Or(compare(a, b), last(a, b))
	})
	var groups [][]int
	for i, it := range sorted {
		if i > 0 && compare(sorted[i-1], it) == 0 {
			groups[len(groups)-1] = append(groups[len(groups)-1], it)
			continue
		}
		groups = append(groups, []int{it})
	}
	return groups
}
