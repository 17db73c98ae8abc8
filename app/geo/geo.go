// Package geo knows points, lines and areas of a town: it reads them from GeoJSON, makes them small
// enough to draw, and turns them into the paths of a picture and back. Coordinates are whole
// millionths of a degree; only drawing uses fractions. It knows nothing of pages, nor of what the
// areas are called.
package geo

import "math"

// A Point is a place on the map in millionths of a degree, north and east counting up.
type Point struct{ Lat, Lon int64 }

// Degree is one degree in the unit of coordinates.
const Degree = 1_000_000

// A Ring is a closed line; its first point is not repeated at the end.
type Ring []Point

// A Polygon is an outer ring and the holes in it.
type Polygon []Ring

// An Area is what a place covers: one polygon, or several.
type Area []Polygon

// A Line is an open line: a river, a road.
type Line []Point

// A Box is what lies between two parallels and two meridians. It never crosses 180°.
type Box struct{ South, West, North, East int64 }

// Nowhere is the box of nothing: any Box grows from it.
var Nowhere = Box{math.MaxInt64, math.MaxInt64, math.MinInt64, math.MinInt64}

// Empty reports whether the box holds no point.
func (b Box) Empty() bool { return b.South > b.North || b.West > b.East }

// With is the box that holds p too.
func (b Box) With(p Point) Box {
	return Box{min(b.South, p.Lat), min(b.West, p.Lon), max(b.North, p.Lat), max(b.East, p.Lon)}
}

// Join is the box that holds both.
func (b Box) Join(o Box) Box {
	return Box{min(b.South, o.South), min(b.West, o.West), max(b.North, o.North), max(b.East, o.East)}
}

// Holds reports whether p lies in the box, its edges included.
func (b Box) Holds(p Point) bool {
	return b.South <= p.Lat && p.Lat <= b.North && b.West <= p.Lon && p.Lon <= b.East
}

// Meets reports whether the boxes have a point in common.
func (b Box) Meets(o Box) bool {
	return b.South <= o.North && o.South <= b.North && b.West <= o.East && o.West <= b.East
}

// Middle is the point in the middle of the box.
func (b Box) Middle() Point { return Point{(b.South + b.North) / 2, (b.West + b.East) / 2} }

// Grown is the box with percent of its height and width added on each side.
func (b Box) Grown(percent int64) Box {
	v, h := (b.North-b.South)*percent/100, (b.East-b.West)*percent/100
	return Box{b.South - v, b.West - h, b.North + v, b.East + h}
}

// Box is the smallest box that holds the line.
func (l Line) Box() Box {
	b := Nowhere
	for _, p := range l {
		b = b.With(p)
	}
	return b
}

// Box is the smallest box that holds the area; Nowhere for an area without points.
func (a Area) Box() Box {
	b := Nowhere
	for _, polygon := range a {
		if len(polygon) > 0 {
			b = b.Join(Line(polygon[0]).Box())
		}
	}
	return b
}

// Points counts the area's points.
func (a Area) Points() (n int) {
	for _, polygon := range a {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

// metre is how many metres one millionth of a degree of latitude is.
const metre = 0.111195

// Narrowing is by how much a degree of longitude is shorter than one of latitude at p, in
// thousandths: 1000 at the equator. It is never 0.
func Narrowing(p Point) int64 {
	return max(1, int64(math.Round(1000*math.Cos(float64(p.Lat)/Degree*math.Pi/180))))
}

// Squared is the square of the distance between two points in millionths of a degree of latitude,
// with narrowing (see Narrowing) taken from the first: whole arithmetic that a database repeats
// exactly. It is good for a town and keeps the order of what lies beyond.
func Squared(from, to Point) int64 {
	v, h := to.Lat-from.Lat, (to.Lon-from.Lon)*Narrowing(from)/1000
	return v*v + h*h
}

// Metres is the distance that a square (see Squared) stands for.
func Metres(squared int64) int64 {
	return int64(math.Round(math.Sqrt(float64(squared)) * metre))
}

// Distance is how many metres lie between two points of a town.
func Distance(a, b Point) int64 { return Metres(Squared(a, b)) }
