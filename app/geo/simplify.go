package geo

import (
	"math"
	"slices"
)

// Simplify leaves out points of the areas that lie within tolerance (millionths of a degree of
// latitude) of the line that remains: Douglas and Peucker's way. Where areas share a border, both
// keep the same points of it, so that no gap opens between neighbours; that is why they are
// simplified together. Rings that shrink to nothing vanish.
func Simplify(areas []Area, tolerance float64) []Area {
	s := simplifier{tolerance: tolerance, joints: joints(areas)}
	out := make([]Area, len(areas))
	for i, a := range areas {
		if !a.Box().Empty() {
			s.narrow = float64(Narrowing(a.Box().Middle())) / 1000
		}
		for _, polygon := range a {
			var kept Polygon
			for j, ring := range polygon {
				if ring = s.ring(ring); len(ring) >= 3 {
					kept = append(kept, ring)
				} else if j == 0 {
					break
				}
			}
			if len(kept) > 0 {
				out[i] = append(out[i], kept)
			}
		}
	}
	return out
}

// SimplifyLine is Simplify for one open line.
func SimplifyLine(l Line, tolerance float64) Line {
	if len(l) < 3 {
		return l
	}
	s := simplifier{tolerance: tolerance, narrow: float64(Narrowing(l.Box().Middle())) / 1000}
	return s.arc(l)
}

type simplifier struct {
	tolerance, narrow float64
	joints            map[Point]bool
}

// joints are the points at which more than two lines meet: borders between two areas begin and end
// there.
func joints(areas []Area) map[Point]bool {
	type pair [2]Point
	beside, joint := map[Point]pair{}, map[Point]bool{}
	note := func(at, other Point) {
		known, ok := beside[at]
		switch {
		case !ok:
			beside[at] = pair{other, other}
		case known[0] == other || known[1] == other:
		case known[0] == known[1]:
			beside[at] = pair{known[0], other}
		default:
			joint[at] = true
		}
	}
	for _, a := range areas {
		for _, polygon := range a {
			for _, ring := range polygon {
				for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
					note(ring[i], ring[j])
					note(ring[j], ring[i])
				}
			}
		}
	}
	return joint
}

// ring simplifies a ring arc by arc, from joint to joint.
func (s simplifier) ring(r Ring) Ring {
	first := slices.IndexFunc(r, func(p Point) bool { return s.joints[p] })
	if first < 0 { // an island: begin where every walk around it would
		first = 0
		for i, p := range r {
			if q := r[first]; p.Lat < q.Lat || p.Lat == q.Lat && p.Lon < q.Lon {
				first = i
			}
		}
	}
	round := append(append(append(Ring{}, r[first:]...), r[:first]...), r[first])
	var out Ring
	from := 0
	for i := 1; i < len(round); i++ {
		if i == len(round)-1 || s.joints[round[i]] {
			arc := s.arc(Line(round[from : i+1]))
			out = append(out, arc[:len(arc)-1]...)
			from = i
		}
	}
	if len(out) >= 3 && out.doubled() == 0 {
		return nil
	}
	return out
}

// arc simplifies an open line, in the same direction whichever area it is walked for.
func (s simplifier) arc(l Line) Line {
	a, b := l[0], l[len(l)-1]
	back := b.Lat < a.Lat || b.Lat == a.Lat && b.Lon < a.Lon
	if a == b && len(l) > 2 { // closed: by its second and last but one
		p, q := l[1], l[len(l)-2]
		back = q.Lat < p.Lat || q.Lat == p.Lat && q.Lon < p.Lon
	}
	l = slices.Clone(l)
	if back {
		slices.Reverse(l)
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	s.mark(l, keep)
	var out Line
	for i, p := range l {
		if keep[i] {
			out = append(out, p)
		}
	}
	if back {
		slices.Reverse(out)
	}
	return out
}

// mark keeps the points that stand out, without recursion: lines may be long.
func (s simplifier) mark(l Line, keep []bool) {
	type span struct{ from, to int }
	for todo := []span{{0, len(l) - 1}}; len(todo) > 0; {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		far, at := -1.0, 0
		for i := t.from + 1; i < t.to; i++ {
			if d := s.off(l[i], l[t.from], l[t.to]); d > far {
				far, at = d, i
			}
		}
		if far > s.tolerance {
			keep[at] = true
			todo = append(todo, span{t.from, at}, span{at, t.to})
		}
	}
}

// off is the distance of p from the stretch between a and b.
func (s simplifier) off(p, a, b Point) float64 {
	px, py := float64(p.Lon-a.Lon)*s.narrow, float64(p.Lat-a.Lat)
	bx, by := float64(b.Lon-a.Lon)*s.narrow, float64(b.Lat-a.Lat)
	if length := bx*bx + by*by; length > 0 {
		t := min(1, max(0, (px*bx+py*by)/length))
		px, py = px-t*bx, py-t*by
	}
	return math.Hypot(px, py)
}
