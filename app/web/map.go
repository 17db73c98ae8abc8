package web

import (
	"fmt"
	"math"
	"sync"

	"tequio/app/geo"
	"tequio/app/instance"
	"tequio/app/thing"
)

// A sight is the part of the town that a picture shows: around a point, twice as near with every
// step of zoom. The zero sight is the whole town.
type sight struct {
	Lat, Lon int64
	Zoom     int
}

// zoomMost is how near a map comes: 1/128 of the town's width.
const zoomMost = 7

// frame is the picture of a sight in so many steps.
func (s sight) frame(town geo.Box, width, height int) geo.Frame {
	whole := geo.NewFrame(town.Grown(4), width, height)
	if s.Zoom == 0 {
		return whole
	}
	return whole.Around(geo.Point{Lat: s.Lat, Lon: s.Lon}, float64(int(1)<<s.Zoom))
}

// within is the sight with its middle in the town and its zoom among those there are.
func (s sight) within(town geo.Box) sight {
	s.Zoom = min(max(s.Zoom, 0), zoomMost)
	s.Lat, s.Lon = min(max(s.Lat, town.South), town.North), min(max(s.Lon, town.West), town.East)
	if s.Zoom == 0 {
		m := town.Middle()
		s.Lat, s.Lon = m.Lat, m.Lon
	}
	return s
}

// drawing is the ground of a map in one frame: what of the town can be seen there.
type drawing struct {
	Width, Height int
	Land          []landShape
	Lines         []string
	Scale         scaleBar
}

// landShape is an area with the place it is, "" for none, and where its name stands (X 0: nowhere).
type landShape struct {
	Key, Path string
	X, Y      int
}

// scaleBar is a stretch of so many steps with its length.
type scaleBar struct {
	Long   int
	Metres int64
}

// drawings keeps what was drawn, since most people look at the same few parts of the town.
type drawings struct {
	mu   sync.Mutex
	kept map[string]drawing
}

// drawingsMost is how many drawings are kept; past it the store begins anew.
const drawingsMost = 300

// groundMost bounds the paths of a drawing, in bytes before packing.
const groundMost = 24_000

// draw draws the town in a frame.
func (d *drawings) draw(m *instance.Map, f geo.Frame) drawing {
	key := fmt.Sprint(m.Version, f.Width, f.Height, f.Box)
	d.mu.Lock()
	defer d.mu.Unlock()
	if one, ok := d.kept[key]; ok {
		return one
	}
	if d.kept == nil || len(d.kept) >= drawingsMost {
		d.kept = map[string]drawing{}
	}
	one := newDrawing(m, f)
	d.kept[key] = one
	return one
}

func newDrawing(m *instance.Map, f geo.Frame) drawing {
	d := drawing{Width: f.Width, Height: f.Height, Scale: newScale(f)}
	var areas []geo.Area
	regions := append(append([]instance.Region{}, m.Places...), m.Others...)
	for _, r := range regions {
		areas = append(areas, r.Area)
	}
	drawn := f.Draw(areas, m.Lines, groundMost)
	for i, r := range regions {
		if drawn.Areas[i] == "" {
			continue
		}
		shape := landShape{Key: r.Key, Path: drawn.Areas[i]}
		if x, y := f.XY(r.Inner); f.Box.Holds(r.Inner) {
			shape.X, shape.Y = int(x), int(y)
		}
		d.Land = append(d.Land, shape)
	}
	for _, l := range drawn.Lines {
		if l != "" {
			d.Lines = append(d.Lines, l)
		}
	}
	return d
}

// newScale is a round length of about a quarter of the picture.
func newScale(f geo.Frame) scaleBar {
	most := f.Metres() * float64(f.Width) / 4
	round := math.Pow(10, math.Floor(math.Log10(max(most, 1))))
	for _, n := range []float64{5, 2, 1} {
		if round*n <= most {
			round *= n
			break
		}
	}
	return scaleBar{int(round / f.Metres()), int64(round)}
}

// A nameplate is a name written on the map, where none of the others and no edge is in its way.
type nameplate struct {
	Text string
	X, Y int
}

// nameplates place the names of a drawing's places, in the order of the places: where the place is
// widest, or else a line above or below, beside the marks that lie there.
func (v *Visit) nameplates(d drawing, marks ...mapMark) (all []nameplate) {
	names := map[string]string{}
	for _, p := range v.places() {
		names[p.Value] = p.Text
	}
	for _, l := range d.Land {
		for _, off := range []int{0, -nameLine, nameLine} {
			n := nameplate{names[l.Key], l.X, l.Y + off}
			if n.Text != "" && l.X != 0 && n.free(d, all, marks) {
				all = append(all, n)
				break
			}
		}
	}
	return all
}

// The room that a name takes: the height of its line and the width of its letters, in tenths.
const (
	nameLine   = 17
	nameLetter = 66
)

func (n nameplate) half() int { return len([]rune(n.Text))*nameLetter/20 + 2 }

// free reports whether nothing is in the way of a name.
func (n nameplate) free(d drawing, names []nameplate, marks []mapMark) bool {
	apart := func(a, b, least int) bool { return max(a-b, b-a) >= least }
	if w := n.half(); n.X < w || n.X > d.Width-w || n.Y < nameLine || n.Y > d.Height-nameLine {
		return false
	}
	for _, o := range names {
		if !apart(o.X, n.X, n.half()+o.half()) && !apart(o.Y, n.Y, nameLine) {
			return false
		}
	}
	for _, m := range marks {
		if !apart(m.X, n.X, n.half()+m.R) && !apart(m.Y, n.Y-4, m.R+5) {
			return false
		}
	}
	return true
}

// distance says how far something is: to a hundred metres, from ten kilometres on to whole ones.
func (v *Visit) distance(metres int64) string {
	switch {
	case metres < 100:
		return v.T("map.near.here")
	case metres < 950:
		return v.T("map.metres", "n", (metres+50)/100*100)
	case metres < 9_950:
		tenths := (metres + 50) / 100
		if tenths%10 != 0 {
			return v.T("map.kilometres", "n", v.Lang.Number(tenths/10)+v.T("number.decimal")+v.Lang.Number(tenths%10))
		}
		return v.T("map.kilometres", "n", v.Lang.Number(tenths/10))
	}
	return v.T("map.kilometres", "n", v.Lang.Number((metres+500)/1000))
}

// scale says how long the bar of a map is.
func (v *Visit) scale(b scaleBar) string {
	if b.Metres < 1000 {
		return v.T("map.metres", "n", b.Metres)
	}
	return v.T("map.kilometres", "n", v.Lang.Number(b.Metres/1000))
}

// The size of the map of a single thing, in steps, and how near it is.
const (
	whereWidth, whereHeight = 380, 230
	whereZoom               = 2
)

// mapOf is the map of a thing's page; nil where it has no point, or the town no map.
func (v *Visit) mapOf(t thing.Thing) *mapView {
	m := v.s.Instance.Map()
	if m == nil || !t.Point.Known() {
		return nil
	}
	f := sight{t.Point.Lat, t.Point.Lon, whereZoom}.frame(m.Box, whereWidth, whereHeight)
	view, _ := v.ground(m, f)
	x, y := f.XY(geo.Point(t.Point))
	view.ID, view.Title, view.Pins = "where", v.T("map.here"), []mapMark{{X: int(x + .5), Y: int(y + .5)}}
	view.About = v.T("map.here.point", "lat", coarse(t.Point.Lat, 5), "lon", coarse(t.Point.Lon, 5))
	if place := v.placeName(t.Place); place != "" {
		view.About = v.T("map.here.in", "place", place) + " " + view.About
	}
	return &view
}
