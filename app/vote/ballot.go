package vote

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/tally"
)

// Mark is one choice on a ballot: an option's code, and 1 where it is chosen, its points or score, its
// place in a ranking, or the place of its grade among the grades (1: the best).
type Mark struct {
	Option string
	Value  int64
}

// MarshalJSON writes ["code",value].
func (m Mark) MarshalJSON() ([]byte, error) { return plainJSON([]any{m.Option, m.Value}), nil }

// plainJSON writes what is made of strings, numbers and lists, in one spelling: no spaces, and no
// character escaped that need not be.
func plainJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // strings and integers always encode
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Mark) UnmarshalJSON(b []byte) error {
	pair := []any{&m.Option, &m.Value}
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("vote: a mark of %d parts", len(pair))
	}
	return nil
}

// Ballot holds the marks under each question, in the questions' order. No marks are a blank vote; nil
// is a question in which the ballot does not vote, as it is of another area.
type Ballot [][]Mark

// canonical writes a ballot in the one form that equal ballots share: JSON without spaces, a list of
// ["code",value] for each question, by place in rankings and by code elsewhere; null for a question
// of an area in which it does not vote.
func (b Ballot) canonical(questions []Question) []byte {
	all := make(Ballot, len(questions))
	for i, q := range questions {
		if q.Area != "" && (i >= len(b) || b[i] == nil) {
			continue
		}
		all[i] = []Mark{}
		if i < len(b) {
			all[i] = append(all[i], b[i]...)
		}
		slices.SortFunc(all[i], func(x, y Mark) int {
			if q.Form == Ranking {
				return cmp.Or(cmp.Compare(x.Value, y.Value), strings.Compare(x.Option, y.Option))
			}
			return strings.Compare(x.Option, y.Option)
		})
	}
	return all.encode()
}

// Settle checks a ballot against the questions and brings it to the form in which it is kept:
// nothing given no points, ranks without gaps, nothing under the questions of other areas. Faults are
// on the fields area, q0, q1 …
func (v Vote) Settle(b Ballot) (Ballot, error) {
	var c fault.Check
	all := make(Ballot, len(v.Questions))
	area := v.AreaOf(b)
	c.That(v.AreaRule == NoAreas || area != "", "area", "vote.area.missing")
	for i, q := range v.Questions {
		if !v.asks(q, area) {
			continue
		}
		all[i] = []Mark{}
		if i < len(b) {
			all[i] = q.tidy(b[i])
		}
		if f := q.refuse(all[i]); f != nil {
			c.That(false, "q"+strconv.Itoa(i), f.Key, f.Args...)
		}
	}
	return all, c.Err()
}

// tidy drops marks that say nothing and closes gaps between ranks.
func (q Question) tidy(marks []Mark) []Mark {
	kept := make([]Mark, 0, len(marks))
	for _, m := range marks {
		switch {
		case m.Value == 0 && q.Form != Score && q.Form.Valued():
			continue
		case !q.Form.Valued():
			m.Value = 1
		}
		kept = append(kept, m)
	}
	if q.Form != Ranking || slices.ContainsFunc(kept, func(m Mark) bool { return m.Value < 0 }) {
		return kept
	}
	slices.SortFunc(kept, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.Value, b.Value), strings.Compare(a.Option, b.Option)) })
	rank, last := int64(0), int64(0)
	for i := range kept {
		if kept[i].Value != last || i == 0 {
			rank, last = rank+1, kept[i].Value
		}
		kept[i].Value = rank
	}
	return kept
}

// refuse says what is wrong with the marks under a question; nil when nothing is.
func (q Question) refuse(marks []Mark) *fault.Message {
	wrong := func(key string, args ...any) *fault.Message { return &fault.Message{Key: key, Args: args} }
	seen := make(map[string]bool, len(marks))
	var cost, points int64
	for i, m := range marks {
		o, known := q.Option(m.Option)
		switch {
		case !known:
			return wrong("vote.ballot.unknown")
		case seen[m.Option]:
			return wrong("vote.ballot.twice", "option", o.Title)
		case (q.Form == Points || q.Form == Score) && (m.Value < 0 || m.Value > q.Points):
			return wrong("vote.ballot.points", "points", q.Points)
		case q.Form == Graded && (m.Value < 1 || m.Value > int64(len(q.Grades))):
			return wrong("vote.ballot.grade", "option", o.Title)
		case q.Form == Ranking && !q.Equal && m.Value != int64(i+1):
			return wrong("vote.ballot.rank", "rank", m.Value)
		case q.Form == Ranking && m.Value < 0:
			return wrong("vote.ballot.places", "option", o.Title)
		}
		seen[m.Option] = true
		cost, points = cost+o.Cost, points+m.Value
	}
	n := int64(len(marks))
	switch {
	case n == 0 && q.Blank:
		return nil
	case n == 0:
		return wrong("vote.ballot.none")
	case q.Form == One && n > 1:
		return wrong("vote.ballot.one")
	case !q.Form.Valued() && n > 1 && seen[NoneOfThese]:
		return wrong("vote.ballot.none_and")
	case q.Form == Knapsack && cost > q.Budget:
		return wrong("vote.ballot.budget", "over", i18n.Amount{Minor: cost - q.Budget, Currency: q.Currency})
	case q.Form == Points && points > q.Points:
		return wrong("vote.ballot.sum", "points", q.Points, "n", points-q.Points)
	case n < q.Least:
		return wrong("vote.ballot.least", "n", q.Least, "chosen", n)
	case q.Most > 0 && n > q.Most:
		return wrong("vote.ballot.most", "n", q.Most, "chosen", n)
	}
	return nil
}

// Costs is what the marks would spend, in minor units.
func (q Question) Costs(marks []Mark) (sum int64) {
	for _, m := range marks {
		if o, ok := q.Option(m.Option); ok {
			sum += o.Cost
		}
	}
	return sum
}

// election is what the counting rules look at: counts say how many ballots have each content.
func (q Question) election(id string, at int, roll int64, counts map[string]int64) (tally.Election, error) {
	standing := q.standing()
	e := tally.Election{
		ID: id, Form: q.Form.Tally(), Seats: int(q.Seats), Budget: q.Budget, Decimals: q.Params.Decimals,
		PointDecimals: q.Params.PointDecimals, Grades: q.Grades, Roll: roll, Options: make([]tally.Option, len(standing)),
	}
	if q.Area != "" {
		e.Roll = 0 // how many may vote in an area is not known
	}
	if q.Form == Ranking && q.Most < int64(len(standing)) {
		e.Places = int(q.Most)
	}
	index := make(map[string]int32, len(standing))
	for i, o := range standing {
		e.Options[i] = tally.Option{ID: o.Code, Name: o.Title, Cost: o.Cost}
		index[o.Code] = int32(i)
	}
	box := tally.NewBox(e.Form, len(standing))
	for content, n := range counts {
		b, err := ParseBallot([]byte(content))
		if err != nil {
			return e, err
		}
		if at >= len(b) {
			return e, fmt.Errorf("vote %s: a ballot without question %d", id, at+1)
		}
		if q.Area != "" && b[at] == nil {
			continue
		}
		marks := q.counted(b[at])
		options, values := make([]int32, len(marks)), []int64(nil)
		for k, m := range marks {
			i, ok := index[m.Option]
			if !ok {
				return e, fmt.Errorf("vote %s: a ballot names %q", id, m.Option)
			}
			options[k] = i
			switch {
			case q.Form == Graded:
				values = append(values, m.Value-1)
			case q.Form == Points, q.Form == Score, q.Form == Ranking && q.Equal:
				values = append(values, m.Value)
			}
		}
		box.Add(n, options, values)
	}
	e.Ballots = box.Ballots()
	return e, nil
}

// params are what the rules sheet declares, as the counting rules take them.
func (q Question) params() (tally.Params, error) {
	ties, seed, err := tally.ParseTies(q.Ties, false)
	p := q.Params
	return tally.Params{
		Ties: ties, Seed: seed, MinimumVotes: p.MinimumVotes, MinimumShare: p.MinimumShare, Quorum: p.Quorum, QuorumShare: p.QuorumShare,
		Majority: p.Majority, PartFunding: p.PartFunding, Utility: p.Utility, Completion: p.Completion, Stop: p.Stop, Increment: p.Increment,
	}, err
}

// count counts every question. seed is that of the lot, "" while it is not known.
func (v Vote) count(counts map[string]int64, seed string, watch tally.Watch) ([]tally.Result, error) {
	results := make([]tally.Result, len(v.Questions))
	for i, q := range v.Questions {
		e, p, err := v.counting(i, counts, seed)
		if err != nil {
			return nil, err
		}
		if results[i], err = tally.CountWatched(e, q.Rule, p, watch); err != nil {
			return nil, fmt.Errorf("count question %d of vote %d: %w", i+1, v.ID, err)
		}
	}
	return results, nil
}

// counting is what a count of the question in a place looks at: its ballots, and its parameters with the
// seed.
func (v Vote) counting(i int, counts map[string]int64, seed string) (e tally.Election, p tally.Params, err error) {
	q := v.Questions[i]
	if e, err = q.election(strconv.FormatInt(int64(v.ID), 10), i, v.Electorate, counts); err != nil {
		return e, p, err
	}
	if p, err = q.params(); seed != "" {
		p.Seed = seed
	}
	return e, p, err
}

// shuffled puts the options of a question in an order of the voter's own, the same each time: by
// SHA-256 of their seed and the option's code.
func (q Question) shuffled(seed []byte) Question {
	keys := make(map[string][32]byte, len(q.Options))
	for _, o := range q.Options {
		keys[o.Code] = sha256.Sum256(append(slices.Clone(seed), o.Code...))
	}
	q.Options = slices.Clone(q.Options)
	slices.SortFunc(q.Options, func(a, b Option) int {
		switch NoneOfThese { // stands last, where people look for it
		case a.Code:
			return 1
		case b.Code:
			return -1
		}
		x, y := keys[a.Code], keys[b.Code]
		return bytes.Compare(x[:], y[:])
	})
	return q
}
