package geo

import (
	"math"
	"slices"
)

// Contains reports whether p lies inside the area, not in a hole. A point on a border between two
// areas is in one of them alone, whichever.
func (a Area) Contains(p Point) bool {
	in := false
	for _, polygon := range a {
		for _, ring := range polygon {
			if ring.crossed(p) {
				in = !in
			}
		}
	}
	return in
}

// crossed reports whether a ray from p to the east crosses the ring an odd number of times. Products
// of differences of coordinates stay below 2⁶³, since no difference is more than 360 degrees.
func (r Ring) crossed(p Point) bool {
	in := false
	for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
		a, b := r[i], r[j]
		if (a.Lat > p.Lat) == (b.Lat > p.Lat) {
			continue
		}
		left := (p.Lon-a.Lon)*(b.Lat-a.Lat) - (b.Lon-a.Lon)*(p.Lat-a.Lat)
		if (left < 0) == (b.Lat > a.Lat) && left != 0 {
			in = !in
		}
	}
	return in
}

// doubled is twice the ring's signed area: positive when it runs against the clock.
func (r Ring) doubled() (sum float64) {
	for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
		sum += float64(r[j].Lon-r[0].Lon)*float64(r[i].Lat-r[0].Lat) - float64(r[i].Lon-r[0].Lon)*float64(r[j].Lat-r[0].Lat)
	}
	return sum
}

// Size is the area's extent in square millionths of a degree, holes left out.
func (a Area) Size() (size float64) {
	for _, polygon := range a {
		for i, ring := range polygon {
			if s := math.Abs(ring.doubled()) / 2; i == 0 {
				size += s
			} else {
				size -= s
			}
		}
	}
	return size
}

// levels are how many parallels Inner tries.
const levels = 15

// Inner is a point well inside the area: the middle of its longest stretch along one of some
// parallels, where the centre of a bent shape may lie outside. For an area without points it is the
// zero Point.
func (a Area) Inner() (best Point) {
	box := a.Box()
	if box.Empty() {
		return Point{}
	}
	best, longest := a[0][0][0], int64(-1)
	for i := range int64(levels) {
		lat := box.South + (box.North-box.South)*(2*i+1)/(2*levels)
		from := a.meridians(lat)
		for j := 0; j+1 < len(from); j += 2 {
			// Near the middle of the height counts for more: points there look central.
			off := max(lat-box.Middle().Lat, box.Middle().Lat-lat)
			if length := from[j+1] - from[j] - off/2; length > longest {
				if p := (Point{lat, (from[j] + from[j+1]) / 2}); a.Contains(p) {
					best, longest = p, length
				}
			}
		}
	}
	return best
}

// meridians are the longitudes at which a parallel crosses the area's rings, from west to east.
func (a Area) meridians(lat int64) (at []int64) {
	for _, polygon := range a {
		for _, r := range polygon {
			for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
				if p, q := r[i], r[j]; (p.Lat > lat) != (q.Lat > lat) {
					at = append(at, p.Lon+int64(float64(q.Lon-p.Lon)*float64(lat-p.Lat)/float64(q.Lat-p.Lat)))
				}
			}
		}
	}
	slices.Sort(at)
	return at
}
