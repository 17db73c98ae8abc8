package instance

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"tequio/app/fault"
	"tequio/app/geo"
)

func TestReadBoundariesKeepsThemSmall(t *testing.T) {
	var ring strings.Builder
	const corners = 60_000
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / corners
		far := .1 + .02*math.Sin(angle*40) + .0001*math.Sin(angle*9000)
		fmt.Fprintf(&ring, "[%f,%f],", -96.5+far*math.Cos(angle), 17+far*math.Sin(angle))
	}
	kept, err := ReadBoundaries([]byte(`{"type":"FeatureCollection","features":[{"properties":{"name":"Centro"},"geometry":{"type":"Polygon","coordinates":[[` + strings.TrimSuffix(ring.String(), ",") + `]]}}]}`))
	if err != nil || len(kept) > mapKept || len(kept) < mapKept/20 {
		t.Fatalf("%d bytes: %v", len(kept), err)
	}
	m := NewMap(kept, []Term{{Key: "centro", Names: map[string]string{"es": "Centro"}}, {Key: "otro", Names: map[string]string{"es": "Otro"}}})
	if len(m.Places) != 1 || len(m.Missing) != 1 || m.PlaceAt(geo.Point{Lat: 17_000_000, Lon: -96_500_000}) != "centro" || m.Holds(geo.Point{Lat: 17_200_000, Lon: -96_500_000}) {
		t.Errorf("%d places, %d missing", len(m.Places), len(m.Missing))
	}
	if r, ok := m.Place("centro"); !ok || !r.Area.Contains(r.Inner) {
		t.Error("the place's own point is outside")
	}
}

func TestReadBoundariesRefuses(t *testing.T) {
	for file, key := range map[string]string{
		"":   "map.file.json",
		"{}": "map.file.geojson",
		`{"type":"FeatureCollection","features":[{"geometry":{"type":"Polygon","coordinates":[[[500000,1],[500001,1],[500000,2]]]}}]}`: "map.file.degrees",
	} {
		_, err := ReadBoundaries([]byte(file))
		if got := fault.Of(err).Fields["file"].Key; got != key {
			t.Errorf("%q: %q, not %q", file, got, key)
		}
	}
}

// An instance without a map has nothing in it, and does not break.
func TestNoMap(t *testing.T) {
	var m *Map
	if _, ok := m.Place("centro"); ok || m.Holds(geo.Point{Lat: 1, Lon: 1}) || m.PlaceAt(geo.Point{Lat: 1, Lon: 1}) != "" {
		t.Error("something is where nothing is")
	}
	if NewMap([]byte("no"), nil) != nil {
		t.Error("a map of nothing")
	}
}
