package tally

// electors are ballots laid out for the rules in which voters pay: kinds of voters with what each
// supports, and for each option who supports it.
type electors struct {
	weight []int64 // voters of each kind
	from   []int32 // picks of kind k are from[k] to from[k+1]
	picks  []int32 // options
	worths []int64 // what each pick is worth, in points; nil: 1 each

	start  []int32 // supporters of option o are start[o] to start[o+1]
	kinds  []int32
	values []int64 // by kinds, as worths; nil: 1 each
	voters []int64 // who support each option
	worth  []int64 // sum of what an option is worth to them
}

// support lays out the ballots over the options that may win; with points, what a pick is worth is
// its points, else 1. A pick without points is no support.
func support(e *Election, able []bool, points bool) *electors {
	s := &electors{from: []int32{0}, voters: make([]int64, len(able)), worth: make([]int64, len(able))}
	points = points && e.Form == Points
	degree := make([]int32, len(able)+1)
	for i := range e.Ballots {
		b := &e.Ballots[i]
		before := len(s.picks)
		for k, o := range b.Options {
			if !able[o] || e.Form == Points && b.Values[k] <= 0 {
				continue
			}
			worth := int64(1)
			if points {
				worth = b.Values[k]
				s.worths = append(s.worths, worth)
			}
			s.picks = append(s.picks, o)
			degree[o+1]++
			s.voters[o] += b.Weight
			s.worth[o] += b.Weight * worth
		}
		if len(s.picks) > before {
			s.weight = append(s.weight, b.Weight)
			s.from = append(s.from, int32(len(s.picks)))
		}
	}
	s.turn(degree)
	return s
}

// turn fills the supporters of each option from the picks of each kind.
func (s *electors) turn(degree []int32) {
	for o := 1; o < len(degree); o++ {
		degree[o] += degree[o-1]
	}
	s.start = append([]int32(nil), degree...)
	s.kinds = make([]int32, len(s.picks))
	if s.worths != nil {
		s.values = make([]int64, len(s.picks))
	}
	at := degree
	for k := range s.weight {
		for i := s.from[k]; i < s.from[k+1]; i++ {
			o := s.picks[i]
			s.kinds[at[o]] = int32(k)
			if s.worths != nil {
				s.values[at[o]] = s.worths[i]
			}
			at[o]++
		}
	}
}

// value is what option o is worth to its supporter at place i of kinds.
func (s *electors) value(i int32) int64 {
	if s.values == nil {
		return 1
	}
	return s.values[i]
}
