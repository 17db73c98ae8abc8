package web

import (
	"net/url"

	"tequio/app/geo"
	"tequio/app/thing"
)

// nearPoint is where the order "near" is measured from: a place, or where somebody is, to the third
// decimal of a degree (100 m), so that no address says exactly where.
type nearPoint struct {
	place    string
	lat, lon string
	at       geo.Point
}

// known reports whether there is a point to measure from.
func (n nearPoint) known() bool { return n.at != geo.Point{} }

// into writes the point into an address.
func (n nearPoint) into(q url.Values) {
	if n.place != "" {
		q.Set("near", n.place)
	} else if n.known() {
		q.Set("lat", n.lat)
		q.Set("lon", n.lon)
	}
}

// rounded reads a coordinate and rounds it to the third decimal.
func rounded(s string, most int64) (n int64, text string, ok bool) {
	if n, ok = geo.ParseDegrees(s, most); !ok {
		return 0, "", false
	}
	half := int64(geo.Degree / 2000)
	if n < 0 {
		half = -half
	}
	n = (n + half) / (geo.Degree / 1000) * (geo.Degree / 1000)
	return n, coarse(n, 3), true
}

// near reads from where the address wants things near: a place that is named, or a point. Naming a
// place is asking for the order.
func (l *list[T, E]) near(v *Visit, m *listView, q *thing.Query, a *asked) {
	town := v.s.Instance.Map()
	if l.join == nil || town == nil {
		return
	}
	if r, ok := town.Place(v.Query("near")); ok {
		a.from = nearPoint{place: r.Key, at: r.Inner}
		q.Sort = thing.Near
	} else if q.Sort == thing.Near {
		lat, latText, ok1 := rounded(v.Query("lat"), 90)
		lon, lonText, ok2 := rounded(v.Query("lon"), 180)
		if ok1 && ok2 {
			a.from = nearPoint{lat: latText, lon: lonText, at: geo.Point{Lat: lat, Lon: lon}}
			m.Hidden = append(m.Hidden, choice{Value: latText, Text: "lat"}, choice{Value: lonText, Text: "lon"})
		}
	}
	if q.Sort == thing.Near && !a.from.known() {
		q.Sort, m.WhereFrom = l.sorts[0], true
	}
	q.From = thing.Point(a.from.at)
}

// coarser returns the address with its position rounded where it says more than we want to know; ""
// where it does not.
func (l *list[T, E]) coarser(v *Visit) string {
	q, err := url.ParseQuery(v.question())
	if err != nil || q.Get("lat") == "" {
		return ""
	}
	_, lat, ok1 := rounded(q.Get("lat"), 90)
	_, lon, ok2 := rounded(q.Get("lon"), 180)
	if !ok1 || !ok2 || lat == q.Get("lat") && lon == q.Get("lon") {
		return ""
	}
	q.Set("lat", lat)
	q.Set("lon", lon)
	return l.path + "?" + q.Encode()
}

// nearField is the list of places to measure from.
func (l *list[T, E]) nearField(v *Visit, a asked) (f listField, ok bool) {
	town := v.s.Instance.Map()
	if l.join == nil || town == nil || len(town.Places) == 0 {
		return f, false
	}
	none := v.T("map.near.none")
	if a.from.known() && a.from.place == "" {
		none = v.T("map.near.me")
	}
	f = listField{"near", v.T("map.near"), []choice{{"", none, a.from.place == ""}}}
	for _, p := range v.places() {
		if _, ok := town.Place(p.Value); ok {
			f.Options = append(f.Options, choice{p.Value, p.Text, p.Value == a.from.place})
		}
	}
	return f, true
}

// nearChip says from where the list is measured, and leads back to its usual order.
func (l *list[T, E]) nearChip(v *Visit, m *listView, a asked) {
	if !a.from.known() {
		return
	}
	where := v.T("map.near.me")
	if p, ok := v.s.Instance.Map().Place(a.from.place); ok {
		where = v.placeName(p.Key)
	}
	rest := a
	rest.from, rest.sort, rest.usual = nearPoint{}, l.sorts[0], true
	m.Chips = append(m.Chips, chip{Text: v.T("map.near.chip", "where", where), Href: rest.address("")})
}

// away says how far a listed thing is; nil where that is not asked, or not known.
func (v *Visit) away(t thing.Thing, from nearPoint) *Fact {
	if !from.known() || !t.Point.Known() {
		return nil
	}
	return &Fact{"map-pin", v.distance(geo.Distance(from.at, geo.Point(t.Point))), ""}
}

// nearMe is where the button for people's own position leads, without the position.
func (l *list[T, E]) nearMe(v *Visit, a asked) string {
	if l.join == nil || v.s.Instance.Map() == nil {
		return ""
	}
	rest := asked{path: a.path, values: a.values, sort: thing.Near}
	return rest.address("")
}
