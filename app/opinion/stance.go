package opinion

import (
	"cmp"
	"math"
	"slices"
)

// A Stance is where people stand on a statement.
type Stance struct {
	Statement int64
	Agrees    bool    // whether agreement or disagreement is what is told
	Agree     int     // who agrees
	Disagree  int     // who disagrees
	Seen      int     // who said anything about it, passes included
	Share     float64 // of those who saw it, with one more who says so and one more who does not
	Test      float64 // one-proportion z against a half
	// Of a statement that tells a group from the others: how much more often its people say so, and the
	// two-proportion z of that.
	Ratio     float64
	RatioTest float64
	Best      bool // the statement with which the group agrees most
}

// significant is the z beyond which nine in ten would not go by chance.
const significant = 1.2816

// stancesMost is how many statements are told of a group, and of all together either way.
const stancesMost = 5

// Count is what people say of one statement; who passes is among those who saw it.
type Count struct {
	Agree    int `json:"agree"`
	Disagree int `json:"disagree"`
	Seen     int `json:"seen"`
}

func (s Count) plus(o Count) Count {
	return Count{s.Agree + o.Agree, s.Disagree + o.Disagree, s.Seen + o.Seen}
}

func (s Count) less(o Count) Count {
	return Count{s.Agree - o.Agree, s.Disagree - o.Disagree, s.Seen - o.Seen}
}

// tally counts, for each group and statement, what its members say.
func tally(v Votes, in, of []int, groups int) [][]Count {
	all := make([][]Count, groups)
	for g := range all {
		all[g] = make([]Count, len(v.Statements))
	}
	for i, row := range in {
		at, say := v.row(row)
		for k, j := range at {
			s := &all[of[i]][j]
			s.Seen++
			switch say[k] {
			case Agree:
				s.Agree++
			case Disagree:
				s.Disagree++
			}
		}
	}
	return all
}

// everybody counts what all who voted say, whether they count for the groups or not.
func everybody(v Votes) []Count {
	in := make([]int, len(v.Participants))
	for i := range in {
		in[i] = i
	}
	return tally(v, in, make([]int, len(in)), 1)[0]
}

func total(groups [][]Count, statements int) []Count {
	sum := make([]Count, statements)
	for _, g := range groups {
		for j, s := range g {
			sum[j] = sum[j].plus(s)
		}
	}
	return sum
}

func share(said, seen int) float64 { return float64(said+1) / float64(seen+2) }

// oneTest is the z of a share against a half.
func oneTest(said, seen int) float64 {
	n := float64(seen + 1)
	return 2 * math.Sqrt(n) * (float64(said+1)/n - 0.5)
}

// twoTest is the z of two shares against each other.
func twoTest(said, seen, restSaid, restSeen int) float64 {
	a, n, b, m := float64(said+1), float64(seen+1), float64(restSaid+1), float64(restSeen+1)
	both := (a + b) / (n + m)
	if both == 1 {
		return 0
	}
	return (a/n - b/m) / math.Sqrt(both*(1-both)*(1/n+1/m))
}

// half compares what people say with a half of them.
func half(statement int64, agrees bool, all Count) Stance {
	s := Stance{Statement: statement, Agrees: agrees, Agree: all.Agree, Disagree: all.Disagree, Seen: all.Seen}
	s.Share, s.Test = share(s.Said(), s.Seen), oneTest(s.Said(), s.Seen)
	return s
}

// stance compares what a group says with what the rest say.
func stance(statement int64, agrees bool, own, rest Count) Stance {
	s := half(statement, agrees, own)
	restSaid := rest.Agree
	if !agrees {
		restSaid = rest.Disagree
	}
	s.Ratio, s.RatioTest = s.Share/share(restSaid, rest.Seen), twoTest(s.Said(), s.Seen, restSaid, rest.Seen)
	return s
}

// Said is how many take the side that is told.
func (s Stance) Said() int {
	if s.Agrees {
		return s.Agree
	}
	return s.Disagree
}

// weight orders statements by how well they tell a group.
func (s Stance) weight() float64 { return s.Ratio * s.RatioTest * s.Share * s.Test }

// representative are the statements that tell a group from the others: those of which both tests are
// significant, the best first, agreement before disagreement; and in any case the one with which the group
// agrees most, so that it is told by something that it is for.
func representative(groups [][]Count, g int, statements []int64) (told []Stance) {
	all := total(groups, len(statements))
	var clear []Stance
	var best, agree *Stance
	for j, own := range groups[g] {
		rest := all[j].less(own)
		agreeing, opposing := stance(statements[j], true, own, rest), stance(statements[j], false, own, rest)
		s := agreeing
		if opposing.RatioTest >= agreeing.RatioTest {
			s = opposing
		}
		if s.Test > significant && s.RatioTest > significant {
			clear = append(clear, s)
		}
		if best == nil || s.RatioTest > best.RatioTest {
			best = &s
		}
		if own.Agree+own.Disagree > 0 && agreesMore(agreeing, agree) {
			agree = &agreeing
		}
	}
	if agree != nil {
		agree.Best = true
		clear = slices.DeleteFunc(clear, func(s Stance) bool { return s.Statement == agree.Statement })
		told = append(told, *agree)
	} else if len(clear) == 0 && best != nil {
		return []Stance{*best}
	}
	slices.SortStableFunc(clear, func(a, b Stance) int { return cmp.Compare(b.weight(), a.weight()) })
	told = append(told, clear...)
	told = told[:min(stancesMost, len(told))]
	slices.SortStableFunc(told, func(a, b Stance) int { return cmp.Compare(against(a), against(b)) })
	return told
}

func against(s Stance) int {
	if s.Agrees {
		return 0
	}
	return 1
}

// agreesMore reports whether a group agrees with a statement more clearly than with the best so far, nil
// when there is none. What sets the group apart comes before what everybody agrees with.
func agreesMore(s Stance, than *Stance) bool {
	switch {
	case than == nil:
		return s.Test > significant || s.Ratio > 1 && s.Share > 0.5
	case than.Ratio > 1:
		return s.weight() > than.weight()
	}
	return s.Share*s.Test > than.Share*than.Test
}

// agreed are the statements with which significantly more than half of all agree, and then those with
// which they disagree, the clearest first.
func agreed(all []Count, statements []int64) (told []Stance) {
	for _, agrees := range []bool{true, false} {
		var found []Stance
		for j, s := range all {
			one := half(statements[j], agrees, s)
			if one.Share > 0.5 && one.Test > significant {
				found = append(found, one)
			}
		}
		slices.SortStableFunc(found, func(a, b Stance) int { return cmp.Compare(b.Share*b.Test, a.Share*a.Test) })
		told = append(told, found[:min(stancesMost, len(found))]...)
	}
	return told
}

// informed is for each statement the product, over the groups, of the shares that agree with it: high only
// where no group is against it.
func informed(groups [][]Count, statements int) []float64 {
	all := make([]float64, statements)
	for j := range all {
		all[j] = 1
		for _, g := range groups {
			all[j] *= share(g[j].Agree, g[j].Seen)
		}
	}
	return all
}
