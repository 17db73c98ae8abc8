package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/geo"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// squares are two places side by side, of three kilometres each.
const squares = `{"type":"FeatureCollection","features":[
{"properties":{"name":"Oeste"},"geometry":{"type":"Polygon","coordinates":[[[-96.60,17],[-96.57,17],[-96.57,17.03],[-96.60,17.03]]]}},
{"properties":{"name":"Este"},"geometry":{"type":"Polygon","coordinates":[[[-96.57,17],[-96.54,17],[-96.54,17.03],[-96.57,17.03]]]}}]}`

// mapped gives the town its places and their boundaries.
func (w *town) mapped() {
	w.Helper()
	kept, err := instance.ReadBoundaries([]byte(squares))
	if err != nil {
		w.Fatal(err)
	}
	set := *w.s.Instance.Current()
	set.Places = []instance.Term{{Key: "oeste", Names: map[string]string{"es": "Oeste", "en": "West"}}, {Key: "este", Names: map[string]string{"es": "Este", "en": "East"}}}
	w.write(func(tx *db.Tx) error {
		if err := w.s.Instance.Store(tx, 0, set); err != nil {
			return err
		}
		return w.s.Instance.StoreMap(tx, 0, kept)
	})
}

// put stores n published proposals along a line from the west to the east, every fifth nowhere.
func (w *town) put(n int) {
	w.Helper()
	_, author := w.neighbour("Ana", identity.Reachable)
	w.write(func(tx *db.Tx) error {
		for i := range n {
			p := proposal.Proposal{Threshold: 3}
			p.Author, p.Title, p.Lang, p.State, p.PublishedAt = author, fmt.Sprintf("Propuesta %d <b>", i), "es", thing.Published, tx.Now.Add(-time.Hour)
			if i%5 > 0 {
				p.Point, p.Place = thing.Point{Lat: 17_015_000, Lon: -96_599_000 + int64(i)*58_000/int64(n)}, "oeste"
				if p.Point.Lon > -96_570_000 {
					p.Place = "este"
				}
			}
			if err := proposal.Insert(tx, &p); err != nil {
				return err
			}
			if err := thing.Record(tx, 0, "proposal.publish", p.ID, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestListHasItsMap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		b := w.browser()
		w.put(50)
		b.get("/proposals").want(200, "50 proposals")
		if strings.Contains(b.body, `class="map"`) {
			t.Error("there is a map where there are no boundaries")
		}
		w.mapped()
		b.get("/proposals").want(200, "On the map: 40 of 50", `aria-label="West: 20 proposals"`, `href="/proposals?place=este"`)
		sum := 0
		for _, m := range regexp.MustCompile(`(?s)<a href="/proposals\?box=[^"]*" aria-label="(\d+) proposals"`).FindAllStringSubmatch(b.body, -1) {
			var n int
			fmt.Sscan(m[1], &n)
			sum += n
		}
		sum += len(regexp.MustCompile(`<a href="/proposals/propuesta[^"]*" aria-label`).FindAllString(b.body, -1))
		if sum != 40 {
			t.Errorf("the marks stand for %d", sum)
		}
		if figure := regexp.MustCompile(`(?s)<figure class="map">.*?</figure>`).FindString(b.body); len(packGzip([]byte(figure), 9)) > 20<<10 || strings.Contains(figure, "<b>") {
			t.Errorf("the map weighs %d bytes, or holds markup of a title", len(packGzip([]byte(figure), 9)))
		}
		box := strings.ReplaceAll(b.reads(`href="(/proposals\?box=[^"]+)" aria-label="\d+ proposals"`), "&amp;", "&")
		b.get(box).want(200, "A part of the map", `See the whole town`)
		b.get("/proposals?place=este").want(200, "On the map: 20 of 20", `class="map-chosen"`)
		for _, odd := range []string{"box=1,2,3", "box=NaN,1,2,3", "box=20,0,10,1", "box=" + url.QueryEscape("'; DROP"), "near=nowhere", "sort=near&lat=x&lon=1", "sort=near&lat=91&lon=0", "sort=near"} {
			b.get("/proposals?"+odd).want(200, "50 proposals", "newest first")
		}
		b.get("/proposals?box=-90,-180,90,180").want(200, "40 proposals")
	})
}

func TestListNear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.mapped()
		w.put(50)
		b := w.browser()
		at, seen := "/proposals?near=este&n=7", map[string]bool{}
		for range 9 {
			b.get(at).want(200, "the nearest first")
			for _, m := range regexp.MustCompile(`class="card-link" href="([^"]+)"`).FindAllStringSubmatch(b.body, -1) {
				if seen[m[1]] {
					t.Errorf("%s is shown twice", m[1])
				}
				seen[m[1]] = true
			}
			next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(b.body)
			if next == nil {
				break
			}
			at = strings.ReplaceAll(next[1], "&amp;", "&")
		}
		if len(seen) != 50 {
			t.Errorf("%d of 50 are shown", len(seen))
		}
		b.get("/proposals?sort=near&lat=17.01512345&lon=-96.5551234").to("/proposals?lat=17.015&lon=-96.555&sort=near")
		b.follow().want(200, "less than 100 m away", "the nearest first", `name="lat" value="17.015"`, `name="lon" value="-96.555"`)
	})
}

func TestMapPicture(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		b := w.browser()
		b.get("/map.svg").want(404)
		b.get("/map.geojson").want(404)
		w.mapped()
		version := w.s.Instance.Map().Version
		for _, q := range []string{"", "?size=l&at=17.01,-96.57,3&v=" + version, "?size=%3Cscript%3E&at=1,1,99999&in=xx", "?at=NaN,NaN,NaN", "?at=90,180,-5&in=en"} {
			b.get("/map.svg"+q).want(200, "<svg", "</svg>")
			if strings.Contains(strings.ToLower(b.body), "<script") || !strings.Contains(b.head.Get("Content-Security-Policy"), "default-src 'none'") || len(b.head.Values("Set-Cookie")) > 0 {
				t.Errorf("%s: %v", q, b.head)
			}
			if kept := strings.Contains(b.head.Get("Cache-Control"), "max-age"); kept != strings.Contains(q, version) {
				t.Errorf("%s is kept: %v", q, kept)
			}
		}
		b.get("/map.svg?in=en").want(200, ">West<")
		b.get("/map.geojson").want(200, `"name":"Oeste"`)
		set := *w.s.Instance.Current()
		set.Places = set.Places[:1]
		w.write(func(tx *db.Tx) error { return w.s.Instance.Store(tx, 0, set) })
		if m := w.s.Instance.Map(); m.Version == version || len(m.Places) != 1 || len(m.Others) != 1 {
			t.Error("the map does not follow the places")
		}
	})
}

// What is on a great list's map is read once in a while, beside the pages that show it; a small one's
// each time.
func TestGreatMapsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		w.mapped()
		w.put(placedMany)
		b := w.browser()
		b.get("/proposals").want(200, "On the map: 1,600 of 2,000")
		w.put(2)
		b.get("/proposals").want(200, "On the map: 1,600 of 2,002")
		clock.Advance(placedFor)
		w.put(2)
		b.get("/proposals").want(200, "On the map: 1,600 of 2,004")
		w.s.placings.finding.Wait()
		clock.Advance(time.Second)
		b.get("/proposals").want(200, "On the map: 1,602 of 2,004")
		clock.Advance(standingMost)
		w.put(2)
		b.get("/proposals").want(200, "On the map: 1,603 of 2,006")
	})
}

func TestSights(t *testing.T) {
	town := geo.Box{South: 17_000_000, West: -96_600_000, North: 17_030_000, East: -96_540_000}
	at := geo.Point{Lat: 17_004_000, Lon: -96_590_000}
	s := sight{}.within(town)
	for _, how := range []string{"in", "in", "in"} {
		s = s.moved(how, town, at, true)
	}
	if s.Zoom != 3 || s.Lat != at.Lat || s.Lon != at.Lon {
		t.Errorf("coming nearer leads to %+v", s)
	}
	for range 200 {
		s = s.moved("west", town, at, true).moved("south", town, at, true)
	}
	if s.Lat != town.South || s.Lon != town.West {
		t.Errorf("the map left the town: %+v", s)
	}
	for range 20 {
		s = s.moved("in", town, at, true)
	}
	if s.Zoom != zoomMost || parseSight(s.String()) != s {
		t.Errorf("%+v, written %s", s, s)
	}
	for text, want := range map[string]geo.Box{"": geo.Nowhere, "1,2,3,4": {South: 1e6, West: 2e6, North: 3e6, East: 4e6}, "3,2,1,4": geo.Nowhere, "a,2,3,4": geo.Nowhere, "1,2,3,181": geo.Nowhere} {
		if b := parseBox(text); b != want {
			t.Errorf("%q is %v", text, b)
		}
	}
	for _, b := range []geo.Box{{South: -17_000_001, West: -96_600_001, North: 17_000_001, East: 96_600_001}, {South: 1, West: 1, North: 1, East: 1}} {
		if w := parseBox(boxText(b)); !w.Holds(geo.Point{Lat: b.South, Lon: b.West}) || !w.Holds(geo.Point{Lat: b.North, Lon: b.East}) {
			t.Errorf("%v is written %v", b, w)
		}
	}
}
