package geo

import (
	"cmp"
	"maps"
	"slices"
)

// A Named is a place as the instance knows it: its key and what people call it.
type Named struct {
	Key   string
	Names []string
}

// A Match says which feature is which place.
type Match struct {
	Property string         // by which the file names its features
	Places   map[string]int // key → number of the feature, from 0; only places that were found
	Rest     []int          // features with an area that are no place
}

// Pair finds the places among the features by that property which names most of them. fold makes
// names comparable (case, accents). The first of several features with a name is the place.
func Pair(all []Feature, places []Named, fold func(string) string) Match {
	keys := map[string]string{}
	for _, p := range places {
		for _, name := range append([]string{p.Key}, p.Names...) {
			if f := fold(name); f != "" && keys[f] == "" {
				keys[f] = p.Key
			}
		}
	}
	properties := map[string]bool{}
	for _, f := range all {
		for name := range f.Values {
			properties[name] = true
		}
	}
	best := Match{Places: map[string]int{}}
	for _, property := range slices.Sorted(maps.Keys(properties)) {
		found := map[string]int{}
		for i, f := range all {
			if key := keys[fold(f.Values[property])]; key != "" && len(f.Area) > 0 {
				if _, twice := found[key]; !twice {
					found[key] = i
				}
			}
		}
		if len(found) > len(best.Places) {
			best = Match{Property: property, Places: found}
		}
	}
	taken := map[int]bool{}
	for _, i := range best.Places {
		taken[i] = true
	}
	for i, f := range all {
		if len(f.Area) > 0 && !taken[i] {
			best.Rest = append(best.Rest, i)
		}
	}
	return best
}

// Name is what a feature of the file is called, for people: by the match's property, or by the
// first of its texts.
func (m Match) Name(f Feature) string {
	if name := f.Values[m.Property]; name != "" {
		return name
	}
	for _, property := range []string{"name", "nombre", "NOMGEO", "id"} {
		if name := f.Values[property]; name != "" {
			return name
		}
	}
	for _, property := range slices.Sorted(maps.Keys(f.Values)) {
		return f.Values[property]
	}
	return ""
}

// A Grid divides a box into cells, so that any number of points becomes a small number of marks.
type Grid struct {
	Box  Box
	Tall int64 // height of a cell; at least 1
	Wide int64
}

// NewGrid divides a box into at most rows × columns cells.
func NewGrid(b Box, rows, columns int64) Grid {
	up := func(n, d int64) int64 { return max(1, (n+d)/d) } // so that the last edge is inside too
	return Grid{b, up(b.North-b.South, rows), up(b.East-b.West, columns)}
}

// Cell is the row and column of a point of the box: what is whole of the quotients.
func (g Grid) Cell(p Point) (row, column int64) {
	return (p.Lat - g.Box.South) / g.Tall, (p.Lon - g.Box.West) / g.Wide
}

// CellBox is the box of a cell.
func (g Grid) CellBox(row, column int64) Box {
	s, w := g.Box.South+row*g.Tall, g.Box.West+column*g.Wide
	return Box{s, w, s + g.Tall - 1, w + g.Wide - 1}
}

// A Mark stands on the map for one point or for several that lie close together.
type Mark struct {
	At    Point // in their middle
	N     int64
	First int64 // the id of one of them: the one, where N is 1
	Box   Box   // that holds them
}

// Gather joins marks that would be drawn over one another: those closer than near steps of the
// frame become one, the greater swallowing the smaller.
func (f Frame) Gather(marks []Mark, near float64) (out []Mark) {
	slices.SortStableFunc(marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.First, b.First)) })
	for _, m := range marks {
		i := slices.IndexFunc(out, func(o Mark) bool {
			x1, y1 := f.XY(m.At)
			x2, y2 := f.XY(o.At)
			return (x1-x2)*(x1-x2)+(y1-y2)*(y1-y2) < near*near
		})
		if i < 0 {
			out = append(out, m)
			continue
		}
		o := &out[i]
		n := o.N + m.N
		o.At = Point{o.At.Lat + (m.At.Lat-o.At.Lat)*m.N/n, o.At.Lon + (m.At.Lon-o.At.Lon)*m.N/n}
		o.N, o.First, o.Box = n, min(o.First, m.First), o.Box.Join(m.Box)
	}
	return out
}
