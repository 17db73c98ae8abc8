package geo

import (
	"math"
	"strconv"
	"strings"
)

// A Frame is a picture of a box: width × height steps, the box in its middle, north up. Degrees of
// longitude are drawn as short as they are in the middle of the box.
type Frame struct {
	Width, Height int
	Box           Box // all that the picture shows: the box asked for, and what the picture has room for besides
	perStep       float64
	narrow        float64
}

// NewFrame fits a box into a picture. A box without extent gets some.
func NewFrame(b Box, width, height int) Frame {
	f := Frame{Width: width, Height: height, narrow: float64(Narrowing(b.Middle())) / 1000}
	f.perStep = max(float64(b.North-b.South)/float64(height), float64(b.East-b.West)*f.narrow/float64(width), 1)
	return f.Around(b.Middle(), 1)
}

// Around is the frame with another point in its middle, so many times as near.
func (f Frame) Around(m Point, times float64) Frame {
	f.perStep /= times
	v, h := int64(math.Round(f.perStep*float64(f.Height)/2)), int64(math.Round(f.perStep*float64(f.Width)/2/f.narrow))
	f.Box = Box{m.Lat - v, m.Lon - h, m.Lat + v, m.Lon + h}
	return f
}

// XY is where a point is drawn.
func (f Frame) XY(p Point) (x, y float64) {
	return float64(p.Lon-f.Box.West) * f.narrow / f.perStep, float64(f.Box.North-p.Lat) / f.perStep
}

// At is the point that is drawn at x and y.
func (f Frame) At(x, y float64) Point {
	return Point{f.Box.North - int64(math.Round(y*f.perStep)), f.Box.West + int64(math.Round(x*f.perStep/f.narrow))}
}

// PerStep is how many millionths of a degree of latitude one step is.
func (f Frame) PerStep() float64 { return f.perStep }

// PerStepEast is how many millionths of a degree of longitude one step is.
func (f Frame) PerStepEast() float64 { return f.perStep / f.narrow }

// Metres is how many metres a step is.
func (f Frame) Metres() float64 { return f.perStep * metre }

// Path draws an area as the d of an SVG path; "" where none of it is in the frame.
func (f Frame) Path(a Area) string {
	var b strings.Builder
	room := f.Box.Grown(5)
	for _, polygon := range a {
		for _, ring := range polygon {
			if clipped := ring.within(room); len(clipped) >= 3 {
				f.write(&b, clipped)
				b.WriteByte('z')
			}
		}
	}
	return b.String()
}

// LinePath draws a line; "" where its box is not in the frame.
func (f Frame) LinePath(l Line) string {
	var b strings.Builder
	if len(l) > 1 && l.Box().Meets(f.Box) {
		f.write(&b, l)
	}
	return b.String()
}

// write draws from point to point, in tenths of a step; what moves by less is left out.
func (f Frame) write(b *strings.Builder, points []Point) {
	var last [2]int64
	var before byte
	for i, p := range points {
		x, y := f.XY(p)
		at := [2]int64{int64(math.Round(x * 10)), int64(math.Round(y * 10))}
		switch {
		case i == 0:
			b.WriteByte('M')
			tenths(b, at[0], 'M')
			tenths(b, at[1], 0)
			before = 'l'
			b.WriteByte(before)
		case at == last:
			continue
		default:
			tenths(b, at[0]-last[0], before)
			tenths(b, at[1]-last[1], 0)
			before = 0
		}
		last = at
	}
}

// tenths writes a number after another number (before 0) or a letter.
func tenths(b *strings.Builder, n int64, before byte) {
	if before == 0 && n >= 0 {
		b.WriteByte(' ')
	}
	if n < 0 {
		b.WriteByte('-')
		n = -n
	}
	if n >= 10 || n%10 == 0 {
		b.WriteString(strconv.FormatInt(n/10, 10))
	}
	if n%10 != 0 {
		b.WriteByte('.')
		b.WriteByte(byte('0' + n%10))
	}
}

// within cuts a ring off at the edges of a box, one edge after the other.
func (r Ring) within(b Box) Ring {
	if box := Line(r).Box(); box.South >= b.South && box.North <= b.North && box.West >= b.West && box.East <= b.East {
		return r
	} else if !box.Meets(b) {
		return nil
	}
	for edge := range 4 {
		var out Ring
		for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
			p, q := r[j], r[i]
			in, was := b.beyond(q, edge) <= 0, b.beyond(p, edge) <= 0
			if in != was {
				out = append(out, b.cut(p, q, edge))
			}
			if in {
				out = append(out, q)
			}
		}
		r = out
	}
	return r
}

// beyond is how far a point is outside one edge of the box; not more than 0 within.
func (b Box) beyond(p Point, edge int) int64 {
	switch edge {
	case 0:
		return b.South - p.Lat
	case 1:
		return p.Lat - b.North
	case 2:
		return b.West - p.Lon
	}
	return p.Lon - b.East
}

// cut is where the stretch from p to q meets an edge of the box.
func (b Box) cut(p, q Point, edge int) Point {
	from, to := float64(b.beyond(p, edge)), float64(b.beyond(q, edge))
	t := from / (from - to)
	return Point{p.Lat + int64(math.Round(t*float64(q.Lat-p.Lat))), p.Lon + int64(math.Round(t*float64(q.Lon-p.Lon)))}
}

// Drawn are the paths of some areas and lines in one frame.
type Drawn struct {
	Areas, Lines []string
}

// Draw draws areas and lines in a frame, simplified to what can be seen in it and then, if they are
// longer than budget bytes, further until they are not.
func (f Frame) Draw(areas []Area, lines []Line, budget int) (d Drawn) {
	for tolerance := f.perStep / 2; ; tolerance *= 1.6 {
		d, size := Drawn{make([]string, len(areas)), make([]string, len(lines))}, 0
		for i, a := range Simplify(areas, tolerance) {
			d.Areas[i] = f.Path(a)
			size += len(d.Areas[i])
		}
		for i, l := range lines {
			d.Lines[i] = f.LinePath(SimplifyLine(l, tolerance))
			size += len(d.Lines[i])
		}
		if size <= budget || tolerance > f.perStep*float64(f.Width) {
			return d
		}
	}
}
