package web

import (
	"strconv"

	"tequio/app/fault"
	"tequio/app/geo"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// pointPicker is the model of the part "point-picker": a map to point at, as the form holds it. The
// names of its fields are lat and lon (degrees), sight (what the map shows), map (its buttons) and
// spot-s, spot-l (where in a picture somebody pointed).
type pointPicker struct {
	Shown    bool // there is a map
	Lat, Lon field
	Sight    string
	ZoomMost int
	Pictures []pickPicture
	Known    bool   // a point is chosen, in the town
	Outside  bool   // one is chosen, and it is not
	Place    string // in which it lies
}

// pickPicture is the map in one size, with what a script must know to move the point on it.
type pickPicture struct {
	Name          string
	Width, Height int
	Src           string
	X, Y          int // of the point; −100 where it is not in the picture
	North, West   int64
	Step, East    string // millionths of a degree that a pixel is, northward and eastward
	Step0, East0  string // the same for the whole town
}

// picker is the map as the form left it.
func (v *Visit) picker(f FormView) (p pointPicker) {
	m := v.s.Instance.Map()
	if m == nil {
		return p
	}
	p = pointPicker{Shown: true, ZoomMost: zoomMost,
		Lat: v.filled(f, field{Name: "lat", Label: "map.lat", Width: "w-m"}), Lon: v.filled(f, field{Name: "lon", Label: "map.lon", Width: "w-m"})}
	at, known := typedPoint(f.Value("lat"), f.Value("lon"))
	s := parseSight(f.Value("sight"))
	if known && s == (sight{}) && m.Holds(at) {
		s = sight{at.Lat, at.Lon, 2}
	}
	s = s.within(m.Box)
	p.Sight, p.Known = s.String(), known && m.Holds(at)
	p.Outside = known && !p.Known && p.Lat.Error == ""
	if p.Known {
		p.Place = v.placeName(m.PlaceAt(at))
	}
	for _, c := range canvases {
		p.Pictures = append(p.Pictures, v.pickPicture(m.Box, s, c, at, known))
	}
	return p
}

func (v *Visit) pickPicture(town geo.Box, s sight, c canvas, at geo.Point, known bool) pickPicture {
	f, whole := s.frame(town, c.width, c.height), sight{}.frame(town, c.width, c.height)
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', 4, 64) }
	one := pickPicture{Name: "spot-" + c.name, Width: c.width, Height: c.height, Src: v.picturePath(s, c.name), X: -100, Y: -100,
		North: f.Box.North, West: f.Box.West, Step: number(f.PerStep()), East: number(f.PerStepEast()),
		Step0: number(whole.PerStep()), East0: number(whole.PerStepEast())}
	if x, y := f.XY(at); known && f.Box.Holds(at) {
		one.X, one.Y = int(x+.5), int(y+.5)
	}
	return one
}

// placeName is the name of the place with a key, "" for none.
func (v *Visit) placeName(key string) string {
	if t, ok := v.s.Instance.Current().Place(key); ok {
		return t.In(v.Lang.Tag())
	}
	return ""
}

// typedPoint reads two coordinates; ok is false unless both are there.
func typedPoint(lat, lon string) (p geo.Point, ok bool) {
	var ok1, ok2 bool
	p.Lat, ok1 = geo.ParseDegrees(lat, 90)
	p.Lon, ok2 = geo.ParseDegrees(lon, 180)
	return p, ok1 && ok2
}

// moveMap carries out what somebody did with the picker instead of sending the form: it moved the
// map, or pointed at it. It reports whether there was such a thing; the form then holds what the page
// must show again, with everything that was typed.
func (v *Visit) moveMap() bool {
	m := v.s.Instance.Map()
	if m == nil {
		return false
	}
	f := FormView{Values: v.Form.values}
	at, known := typedPoint(f.Value("lat"), f.Value("lon"))
	s := parseSight(f.Value("sight")).within(m.Box)
	for _, c := range canvases {
		x, ok := v.Form.Int("spot-" + c.name + ".x")
		y, too := v.Form.Int("spot-" + c.name + ".y")
		if ok && too {
			frame := s.frame(m.Box, c.width, c.height)
			at, known = frame.Box.Middle(), true // by keyboard, which points nowhere: in the middle
			if x != 0 || y != 0 {
				at = frame.At(float64(min(max(x, 0), int64(c.width))), float64(min(max(y, 0), int64(c.height))))
			}
			v.setPoint(at)
			if key := m.PlaceAt(at); key != "" {
				v.Form.values.Set("place", key)
			}
			v.Form.values.Set("sight", s.String())
			return true
		}
	}
	move, ok := v.Form.values["map"]
	if !ok {
		return false
	}
	if move[0] == "clear" {
		v.Form.values.Del("lat")
		v.Form.values.Del("lon")
		return true
	}
	v.Form.values.Set("sight", s.moved(move[0], m.Box, at, known).String())
	return true
}

// setPoint writes a point into the form, to the fifth decimal: about a metre.
func (v *Visit) setPoint(p geo.Point) {
	v.Form.values.Set("lat", coarse(p.Lat, 5))
	v.Form.values.Set("lon", coarse(p.Lon, 5))
}

// moved is the sight after a button was pressed. Coming nearer for the first time begins at the
// point, where there is one.
func (s sight) moved(how string, town geo.Box, at geo.Point, known bool) sight {
	v, h := (town.North-town.South)>>(s.Zoom+2), (town.East-town.West)>>(s.Zoom+2)
	switch how {
	case "in":
		if known && town.Holds(at) && s.Zoom == 0 {
			s.Lat, s.Lon = at.Lat, at.Lon
		}
		s.Zoom++
	case "out":
		s.Zoom--
	case "north":
		s.Lat += v
	case "south":
		s.Lat -= v
	case "west":
		s.Lon -= h
	case "east":
		s.Lon += h
	}
	return s.within(town)
}

// takePoint reads the point of the form into w, and the place in which it lies where the form names
// none. Faults: Invalid on lat and lon.
func (v *Visit) takePoint(w *proposal.Writing) error {
	m := v.s.Instance.Map()
	if m == nil || !v.Form.Has("lat") || !v.Form.Has("lon") {
		return nil
	}
	lat, lon := v.Form.Get("lat"), v.Form.Get("lon")
	w.Point = &thing.Point{}
	if lat == "" && lon == "" {
		return nil
	}
	var c fault.Check
	_, ok1 := geo.ParseDegrees(lat, 90)
	_, ok2 := geo.ParseDegrees(lon, 180)
	c.That(ok1, "lat", "map.lat.wrong")
	c.That(ok2, "lon", "map.lon.wrong")
	at, ok := typedPoint(lat, lon)
	c.That(!ok || m.Holds(at), "lat", "map.outside")
	if err := c.Err(); err != nil {
		w.Point = nil
		return err
	}
	*w.Point = thing.Point(at)
	if key := m.PlaceAt(at); key != "" && (w.Place == nil || *w.Place == "") {
		w.Place = &key
	}
	return nil
}
