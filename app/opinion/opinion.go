// Package opinion draws opinion maps: from who agrees, disagrees or passes on short statements it finds
// groups of like-minded people, the statements that tell each group from the others, and those on which
// most agree. It is a pure function of the votes: the same votes give the same map, in any order, on any
// machine. It knows no people, pages or database.
//
// The method is that of Small, Bjorkegren, Erkkilä, Shaw and Megill, "Polis: Scaling deliberation by mapping
// high dimensional opinion spaces" (Recerca 26(2), 2021). The reference implementation is the folder math of
// github.com/compdemocracy/polis; with its groups, everything else here equals it.
package opinion

import (
	"cmp"
	"slices"
)

// What somebody says about a statement.
const (
	Agree    int8 = 1
	Pass     int8 = 0
	Disagree int8 = -1
)

// A Vote is what one participant says about one statement.
type Vote struct {
	Participant, Statement int64
	Say                    int8
}

// Votes is who said what, one row of the matrix after the other. Of what a participant says twice about a
// statement, the later counts.
type Votes struct {
	Participants []int64 // ascending
	Statements   []int64 // ascending
	start        []int   // of each participant's row in at and say, and the end
	at           []int32 // index of the statement
	say          []int8
}

// NewVotes puts votes, in the order in which they were cast, into rows.
func NewVotes(all []Vote) Votes {
	var v Votes
	v.Participants = distinct(all, func(x Vote) int64 { return x.Participant })
	v.Statements = distinct(all, func(x Vote) int64 { return x.Statement })
	row, column := indexOf(v.Participants), indexOf(v.Statements)
	v.start = make([]int, len(v.Participants)+1)
	rows := make([]int32, len(all))
	for i, x := range all {
		rows[i] = row[x.Participant]
		v.start[rows[i]+1]++
	}
	for i := range v.Participants {
		v.start[i+1] += v.start[i]
	}
	v.at, v.say = make([]int32, len(all)), make([]int8, len(all))
	next := slices.Clone(v.start)
	for i, x := range all {
		v.at[next[rows[i]]], v.say[next[rows[i]]] = column[x.Statement], x.Say
		next[rows[i]]++
	}
	v.settle()
	return v
}

// settle orders each row by statement and keeps the last word on each.
func (v *Votes) settle() {
	type cell struct {
		at  int32
		say int8
	}
	kept, begin := 0, 0
	var cells []cell
	for i := range v.Participants {
		end := v.start[i+1]
		cells = cells[:0]
		for k := begin; k < end; k++ {
			cells = append(cells, cell{v.at[k], v.say[k]})
		}
		slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(a.at, b.at) })
		for k, c := range cells {
			if k+1 < len(cells) && cells[k+1].at == c.at {
				continue
			}
			v.at[kept], v.say[kept] = c.at, c.say
			kept++
		}
		begin, v.start[i+1] = end, kept
	}
	v.at, v.say = v.at[:kept], v.say[:kept]
}

func distinct(all []Vote, of func(Vote) int64) []int64 {
	seen := map[int64]bool{}
	var ids []int64
	for _, x := range all {
		if id := of(x); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func indexOf(ids []int64) map[int64]int32 {
	all := make(map[int64]int32, len(ids))
	for i, id := range ids {
		all[id] = int32(i)
	}
	return all
}

// row is what the participant in a place says: statements' indexes, and what about each.
func (v Votes) row(i int) (at []int32, say []int8) {
	return v.at[v.start[i]:v.start[i+1]], v.say[v.start[i]:v.start[i+1]]
}

// Count is how many votes there are.
func (v Votes) Count() int { return len(v.at) }

// Without leaves statements out, such as those that were moderated out, and who spoke of no other.
func (v Votes) Without(out map[int64]bool) Votes {
	if len(out) == 0 {
		return v
	}
	all := make([]Vote, 0, len(v.at))
	for i, p := range v.Participants {
		at, say := v.row(i)
		for k, s := range at {
			if !out[v.Statements[s]] {
				all = append(all, Vote{p, v.Statements[s], say[k]})
			}
		}
	}
	return NewVotes(all)
}

// Who counts: those with votes on so many statements, or on all where there are fewer; and where fewer
// people than fill do, the most active up to that number.
const (
	activeLeast = 7
	fill        = 15
)

// active are the places of the participants who count, ascending.
func (v Votes) active() (in []int) {
	least := min(activeLeast, len(v.Statements))
	order := make([]int, len(v.Participants))
	for i := range order {
		order[i] = i
		if v.votes(i) >= least {
			in = append(in, i)
		}
	}
	if len(in) >= fill || len(in) == len(order) {
		return in
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.votes(b), v.votes(a)) })
	in = slices.Clone(order[:min(fill, len(order))])
	slices.Sort(in)
	return in
}

func (v Votes) votes(i int) int { return v.start[i+1] - v.start[i] }

// A Point is where somebody stands on the map.
type Point struct{ X, Y float64 }

// Map is an opinion map.
type Map struct {
	Statements   []int64
	Participants []int64 // those who count, ascending
	Voters       int     // all who voted
	Votes        int
	Center       []float64
	Components   [2][]float64 // by statement
	Points       []Point      // of Participants
	Groups       []Group      // the largest first; fewer than two people: none
	Agreed       []Stance     // statements on which most agree, or disagree, over all groups
	Overall      []Count      // of each statement, of all who voted
	ByGroup      [][]Count    // of each group and statement
	// Priorities say for each statement how much is learned by asking about it; see Priority.
	Priorities []float64
	// Informed is for each statement how far all groups agree with it: the product of their shares.
	Informed []float64
	// Silhouette tells how well the groups are apart, from −1 to 1.
	Silhouette float64
}

// Group are like-minded people.
type Group struct {
	Members        []int64 // ascending
	Center         Point
	Representative []Stance // statements that tell the group from the others
}

// Compute draws the map.
func Compute(v Votes) Map {
	m := Map{Statements: v.Statements, Voters: len(v.Participants), Votes: v.Count()}
	in := v.active()
	for _, i := range in {
		m.Participants = append(m.Participants, v.Participants[i])
	}
	m.Center, m.Components = components(v)
	m.Points = project(v, in, m.Center, m.Components)
	of, silhouette := groups(m.Points)
	m.Silhouette = silhouette
	m.gather(of)
	m.Overall, m.ByGroup = everybody(v), tally(v, in, of, len(m.Groups))
	for g := range m.Groups {
		m.Groups[g].Representative = representative(m.ByGroup, g, v.Statements)
	}
	m.Agreed = agreed(m.Overall, v.Statements)
	m.Informed = informed(m.ByGroup, len(v.Statements))
	for j, c := range total(m.ByGroup, len(v.Statements)) {
		m.Priorities = append(m.Priorities, Priority(c, m.extremity(j)))
	}
	return m
}

// gather puts the members of each group together; of numbers the group of each participant, and is
// renumbered so that the largest group comes first.
func (m *Map) gather(of []int) {
	var all []Group
	for i, g := range of {
		for len(all) <= g {
			all = append(all, Group{})
		}
		all[g].Members = append(all[g].Members, m.Participants[i])
		all[g].Center.X += m.Points[i].X
		all[g].Center.Y += m.Points[i].Y
	}
	order := make([]int, len(all))
	for g := range all {
		order[g] = g
		n := float64(len(all[g].Members))
		all[g].Center = Point{all[g].Center.X / n, all[g].Center.Y / n}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(all[b].Members), len(all[a].Members)), cmp.Compare(all[a].Members[0], all[b].Members[0]))
	})
	place := make([]int, len(all))
	for to, from := range order {
		place[from] = to
		m.Groups = append(m.Groups, all[from])
	}
	for i, g := range of {
		of[i] = place[g]
	}
}
