package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/geo"
	"tequio/app/instance"
	"tequio/app/thing"
)

// mapView is the model of the part "map": a picture of the town with what is where, and the same in
// words.
type mapView struct {
	ID            string // begins the ids of its parts
	Title, About  string
	Width, Height int
	Land          []mapLand
	Lines         []string
	Names         []nameplate
	Marks         []mapMark
	Pins          []mapMark // single points of a page that has no list
	Scale         scaleBar
	Length        string // of the scale's bar
	Whole         string // the map without its narrowing, "" where it has none
	Places        []mapPlace
}

// mapLand is an area, with where pointing at it leads.
type mapLand struct {
	Path, Href, Text string
	Chosen           bool
}

// mapMark stands for one thing, N "", or for many.
type mapMark struct {
	X, Y, R       int
	N, Text, Href string
}

// mapPlace is a place in words, with how many things are there.
type mapPlace struct {
	Name, Href string
	N          int64
	Chosen     bool
}

// The width of a list's map in steps, its least and greatest height, the width of a cell in which
// marks are gathered, and how near marks come to one another.
const (
	listMapWidth             = 400
	listMapLow, listMapHigh  = 290, 440
	listMapCell, listMapNear = 28, 25
)

// planSize is the height of a list's map: as the town is.
func planSize(town geo.Box) int {
	f := geo.NewFrame(town, listMapWidth, listMapWidth)
	high := float64(town.North-town.South)/f.PerStep() + 2*listMapCell
	return min(max(int(high), listMapLow), listMapHigh)
}

// ground begins the map of a frame: land, water, names, scale.
func (v *Visit) ground(m *instance.Map, f geo.Frame, marks ...mapMark) (view mapView, keys []string) {
	d := v.s.drawings.draw(m, f)
	view = mapView{Width: d.Width, Height: d.Height, Lines: d.Lines, Names: v.nameplates(d, marks...), Marks: marks, Scale: d.Scale, Length: v.scale(d.Scale)}
	for _, l := range d.Land {
		view.Land = append(view.Land, mapLand{Path: l.Path, Text: v.placeName(l.Key)})
		keys = append(keys, l.Key)
	}
	return view, keys
}

// placed is what a list's map shows, as read.
type placed struct {
	marks  []geo.Mark
	places map[string]int64
}

// placedMany is how many things a map must show, placedSlow how long finding them must take, for it to
// be kept for placedFor: in such a town, one more or less is soon enough seen.
const (
	placedMany = 2000
	placedSlow = 60 * time.Millisecond
	placedFor  = 30 * time.Second
)

// placed returns what the query would list, gathered in the grid and counted by place.
func (v *Visit) placed(tx *db.Tx, q thing.Query, join string, g geo.Grid) (placed, error) {
	where, args := q.Conditions()
	for i, a := range args {
		if at, ok := a.(time.Time); ok && at.Equal(q.Now) {
			args[i] = "now" // the moment that is asked of does not make it another question
		}
	}
	return v.s.placings.read(v, tx, fmt.Sprint(where, args, g), placedFor, func(tx *db.Tx) (p placed, worth bool, err error) {
		begun := time.Now()
		if p.marks, err = thing.Marks(tx, q, join, g); err != nil {
			return p, false, err
		}
		anywhere := q
		anywhere.Place = ""
		p.places, err = thing.ByPlace(tx, anywhere, join)
		n := int64(0)
		for _, here := range p.places {
			n += here
		}
		return p, n >= placedMany || time.Since(begun) > placedSlow, err
	})
}

// plan is the map of what the list shows; nil where the list has none, or the town.
func (l *list[T, E]) plan(v *Visit, tx *db.Tx, q thing.Query, a asked, count int64) (*mapView, error) {
	m := v.s.Instance.Map()
	if l.join == nil || m == nil {
		return nil, nil
	}
	high := planSize(m.Box)
	f := geo.NewFrame(m.Box.Grown(4), listMapWidth, high)
	whole := ""
	if r, ok := m.Place(q.Place); ok {
		f, whole = geo.NewFrame(r.Box.Grown(25), listMapWidth, high), a.without("place")
	}
	if !a.box.Empty() {
		f, whole = geo.NewFrame(a.box.Grown(8), listMapWidth, high), a.without("box")
	}
	p, err := v.placed(tx, q, l.join(q), geo.NewGrid(f.Box, int64(high/listMapCell), listMapWidth/listMapCell))
	if err != nil {
		return nil, err
	}
	marks, err := l.marks(v, tx, f, p.marks, a)
	if err != nil {
		return nil, err
	}
	view, keys := v.ground(m, f, marks...)
	view.ID, view.Whole = "map-"+string(l.kind), whole
	for i, key := range keys {
		if view.Land[i].Text != "" {
			view.Land[i].Href, view.Land[i].Chosen = a.with("place", key), key == q.Place
			view.Land[i].Text = v.T("map.place", "place", view.Land[i].Text, "things", v.T("list.count."+string(l.kind), "n", p.places[key]))
		}
	}
	view.Places = v.mapPlaces(p.places, q.Place, a)
	shown := int64(0)
	for _, one := range p.marks {
		shown += one.N
	}
	view.Title = v.T("map.title." + string(l.kind))
	view.About = v.T("map.about", "n", shown, "of", count)
	if count > thing.CountMost && !q.Plain() { // nobody counted further
		view.About = v.T("map.about.many", "n", shown)
	}
	return &view, nil
}

// marks are the circles of a list's map: one thing's leads to it, several things' to their list.
func (l *list[T, E]) marks(v *Visit, tx *db.Tx, f geo.Frame, all []geo.Mark, a asked) (marks []mapMark, err error) {
	all = f.Gather(slices.Clone(all), listMapNear)
	var ids []thing.ID
	for _, one := range all {
		if one.N == 1 {
			ids = append(ids, thing.ID(one.First))
		}
	}
	refs, err := thing.Refs(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		x, y := f.XY(one.At)
		mark := mapMark{X: int(x + .5), Y: int(y + .5), R: 7}
		if ref, ok := refs[thing.ID(one.First)]; ok && one.N == 1 {
			mark.Text, mark.Href = ref.Title, ref.Path()
		} else {
			mark.N, mark.Text = v.Lang.Number(one.N), v.T("list.count."+string(l.kind), "n", one.N)
			mark.Href, mark.R = a.with("box", boxText(one.Box)), 10+2*len(mark.N)
		}
		marks = append(marks, mark)
	}
	slices.SortFunc(marks, func(a, b mapMark) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	return marks, nil
}

// mapPlaces are the map in words: the places with something in them, in the order of their names.
func (v *Visit) mapPlaces(counts map[string]int64, chosen string, a asked) (all []mapPlace) {
	for _, p := range v.places() {
		if counts[p.Value] > 0 {
			all = append(all, mapPlace{p.Text, a.with("place", p.Value), counts[p.Value], p.Value == chosen})
		}
	}
	slices.SortStableFunc(all, func(a, b mapPlace) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// boxText writes a box for an address, in degrees to the fourth decimal, not smaller than it is.
func boxText(b geo.Box) string {
	const step = 100
	down := func(n int64) int64 { return (n+720*geo.Degree)/step*step - 720*geo.Degree }
	return strings.Join([]string{coarse(down(b.South), 4), coarse(down(b.West), 4), coarse(down(b.North)+step, 4), coarse(down(b.East)+step, 4)}, ",")
}

// parseBox reads what boxText wrote; anything else is geo.Nowhere.
func parseBox(s string) geo.Box {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return geo.Nowhere
	}
	var n [4]int64
	for i, part := range parts {
		most := int64(90)
		if i%2 == 1 {
			most = 180
		}
		var ok bool
		if n[i], ok = geo.ParseDegrees(part, most); !ok {
			return geo.Nowhere
		}
	}
	b := geo.Box{South: n[0], West: n[1], North: n[2], East: n[3]}
	if b.Empty() {
		return geo.Nowhere
	}
	return b
}

// inBox narrows the list to the part of the map that the address asks for.
func (l *list[T, E]) inBox(v *Visit, m *listView, q *thing.Query, a *asked) {
	a.box = geo.Nowhere
	if l.join == nil {
		return
	}
	if a.box = parseBox(v.Query("box")); a.box.Empty() {
		return
	}
	text := boxText(geo.Box{South: a.box.South, West: a.box.West, North: a.box.North - 100, East: a.box.East - 100})
	q.Within(a.box)
	a.values.Set("box", text)
	m.Hidden = append(m.Hidden, choice{Value: text, Text: "box"})
	m.Chosen++
	m.Chips = append(m.Chips, chip{Text: v.T("map.part"), Href: a.without("box")})
}

// with is the list with one filter more. A place and a part of the map take each other's place.
func (a asked) with(name, value string) string {
	rest := a
	rest.values = url.Values{}
	maps.Copy(rest.values, a.values)
	if name == "place" {
		rest.values.Del("box")
	}
	rest.values.Set(name, value)
	return rest.address("")
}
