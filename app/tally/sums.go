package tally

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// sums is one pass over the ballots. Scores are in units of 1/den.
type sums struct {
	votes, scores []int64
	den           int64
	ballots       int64
	blank         int64
	base          int64 // given to every option: the average share of unranked places
}

// add reads every ballot once, refusing malformed ones, and sums what the rule needs. Ballots are
// summed in parts side by side; sums of whole numbers do not depend on the order.
func add(e Election, r Rule) (sums, error) {
	parts := 1
	if len(e.Ballots) > 50_000 {
		parts = runtime.GOMAXPROCS(0)
	}
	got := make([]sums, parts)
	errs := make([]error, parts)
	var wait sync.WaitGroup
	for i := range parts {
		from, to := i*len(e.Ballots)/parts, (i+1)*len(e.Ballots)/parts
		wait.Go(func() { got[i], errs[i] = addPart(&e, r, from, to) })
	}
	wait.Wait()
	total := got[0]
	for i := range parts {
		if errs[i] != nil {
			return sums{}, errs[i]
		}
		if i > 0 {
			total.join(got[i])
		}
	}
	if total.ballots > MaxWeight {
		return sums{}, fmt.Errorf("tally: more than %d ballots", MaxWeight)
	}
	for i := range total.scores {
		total.scores[i] += total.base
	}
	return total, nil
}

func (s *sums) join(o sums) {
	for i := range s.votes {
		s.votes[i] += o.votes[i]
		s.scores[i] += o.scores[i]
	}
	s.ballots += o.ballots
	s.blank += o.blank
	s.base += o.base
}

func addPart(e *Election, r Rule, from, to int) (sums, error) {
	n := len(e.Options)
	s := sums{votes: make([]int64, n), scores: make([]int64, n), den: 1}
	put := s.marks
	switch {
	case e.Form == Grades, r.Name() == "schulze":
		put = s.named
	case e.Form == Points:
		put = s.points
		for range e.PointDecimals {
			s.den *= 10
		}
	case e.Form == Ranking && r.Name() == "borda":
		put, s.den = s.bordaPlaces, 2
	case e.Form == Ranking && r.Budget:
		places := int64(e.Places)
		if places == 0 {
			places = int64(n)
		}
		put, s.den = func(b *Ballot) { s.listPlaces(b, places) }, 2
	case e.Form == Ranking:
		put = s.first
	case r.Name() == "plurality":
		put = s.first
	}
	seen := make([]int32, n)
	for i := from; i < to; i++ {
		b := &e.Ballots[i]
		if err := b.check(e, seen, int32(i-from)+1); err != nil {
			return s, fmt.Errorf("tally: ballot %d %w", i+1, err)
		}
		if r.Name() == "plurality" && e.Form != Ranking && len(b.Options) > 1 {
			return s, fmt.Errorf("tally: ballot %d marks %d options, plurality counts one", i+1, len(b.Options))
		}
		s.ballots += b.Weight
		if len(b.Options) == 0 {
			s.blank += b.Weight
			continue
		}
		put(b)
	}
	return s, nil
}

func (s *sums) marks(b *Ballot) {
	for _, o := range b.Options {
		s.votes[o] += b.Weight
		s.scores[o] += b.Weight
	}
}

// named counts the ballots that name an option; grades are weighed by their rule.
func (s *sums) named(b *Ballot) {
	for _, o := range b.Options {
		s.votes[o] += b.Weight
	}
}

func (s *sums) points(b *Ballot) {
	for i, o := range b.Options {
		if b.Values[i] > 0 {
			s.votes[o] += b.Weight
		}
		s.scores[o] += b.Weight * b.Values[i]
	}
}

// first counts the first choice; a ballot whose first rank is shared counts for none.
func (s *sums) first(b *Ballot) {
	if len(b.Values) > 1 && b.Values[0] == b.Values[1] {
		return
	}
	s.votes[b.Options[0]] += b.Weight
	s.scores[b.Options[0]] += b.Weight
}

// ranks calls f for each option with twice its average place, the first place being 0.
func ranks(b *Ballot, f func(option int32, twice int64)) {
	for i := 0; i < len(b.Options); {
		j := i + 1
		for b.Values != nil && j < len(b.Options) && b.Values[j] == b.Values[i] {
			j++
		}
		for _, o := range b.Options[i:j] {
			f(o, int64(i+j-1))
		}
		i = j
	}
}

// bordaPlaces gives n-1, n-2 …; options that are not named share the average of the places left,
// added to everybody at once and taken off again from the named ones.
func (s *sums) bordaPlaces(b *Ballot) {
	n := int64(len(s.votes))
	rest := n - 1 - int64(len(b.Options))
	s.base += b.Weight * rest
	ranks(b, func(o int32, twice int64) {
		s.votes[o] += b.Weight
		s.scores[o] += b.Weight * (2*(n-1) - twice - rest)
	})
}

// listPlaces gives the length of the allowed list minus the place; names beyond the list get nothing.
func (s *sums) listPlaces(b *Ballot, places int64) {
	ranks(b, func(o int32, twice int64) {
		s.votes[o] += b.Weight
		s.scores[o] += b.Weight * max(0, 2*places-twice)
	})
}

// check refuses what no form allows. seen marks the options met on ballot number stamp.
func (b *Ballot) check(e *Election, seen []int32, stamp int32) error {
	if b.Weight < 1 || b.Weight > MaxWeight {
		return fmt.Errorf("has weight %d", b.Weight)
	}
	for _, o := range b.Options {
		if o < 0 || int(o) >= len(seen) {
			return fmt.Errorf("names option number %d of %d", o, len(seen))
		}
		if seen[o] == stamp {
			return fmt.Errorf("names %q twice", e.Options[o].ID)
		}
		seen[o] = stamp
	}
	switch e.Form {
	case ChooseOne:
		if len(b.Options) > 1 {
			return fmt.Errorf("marks %d options instead of one", len(b.Options))
		}
	case Points, Grades:
		return b.checkValues(e)
	case Ranking:
		if b.Values != nil && (len(b.Values) != len(b.Options) || !slices.IsSorted(b.Values)) {
			return fmt.Errorf("has ranks that do not fit its options")
		}
	}
	return nil
}

func (b *Ballot) checkValues(e *Election) error {
	if len(b.Values) != len(b.Options) {
		return fmt.Errorf("has %d values for %d options", len(b.Values), len(b.Options))
	}
	for _, v := range b.Values {
		if v > MaxValue || v < -MaxValue {
			return fmt.Errorf("has the impossible value %d", v)
		}
		if e.Form == Grades && (v < 0 || v >= int64(len(e.Grades))) {
			return fmt.Errorf("has grade number %d of %d", v, len(e.Grades))
		}
	}
	return nil
}
