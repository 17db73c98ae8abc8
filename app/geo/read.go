package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The limits of what Read takes.
const (
	BytesMost    = 8 << 20
	FeaturesMost = 2000
	PointsMost   = 300_000
	spanMost     = 40 * Degree // a town, a state, a country; not the world
	valuesMost   = 60          // properties of a feature
	lettersMost  = 200         // of a property
	nestedMost   = 3           // collections of geometries within one another
)

// A Feature is one shape of a file with what the file says about it.
type Feature struct {
	Values map[string]string // its properties that are short texts or numbers; "id" where there is one
	Area   Area
	Lines  []Line
}

// A Problem is what is wrong with a file. What is one of the words below; Feature counts from 1 and
// is 0 where the file as a whole is meant.
type Problem struct {
	What    string
	Feature int
}

// What may be wrong.
const (
	TooBig     = "big"        // more bytes than BytesMost
	NotJSON    = "json"       // no JSON, or cut off
	NotGeoJSON = "geojson"    // JSON, but no collection of features
	TooMany    = "many"       // more features or points than the limits
	Empty      = "empty"      // no area at all
	NoShape    = "shape"      // coordinates that are no points, or nested otherwise than their type
	NotDegrees = "degrees"    // beyond 180° or 85°: probably metres of a projection
	Thin       = "ring"       // a ring of fewer than three different points
	TooWide    = "wide"       // spans more than a large country
	Nested     = "collection" // collections within collections within collections
)

func (p *Problem) Error() string { return fmt.Sprintf("geojson: %s, feature %d", p.What, p.Feature) }

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometries  []geometry      `json:"geometries"`
}

type feature struct {
	Type       string         `json:"type"`
	ID         any            `json:"id"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

// Read reads a FeatureCollection of polygons and lines; points and features without a shape are
// passed over. Rings are closed and turned where the file forgot to. The error is a *Problem.
func Read(b []byte) ([]Feature, error) {
	if len(b) > BytesMost {
		return nil, &Problem{TooBig, 0}
	}
	if !json.Valid(b) {
		return nil, &Problem{NotJSON, 0}
	}
	var file struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	if err := json.Unmarshal(b, &file); err != nil || file.Type != "FeatureCollection" {
		return nil, &Problem{NotGeoJSON, 0}
	}
	if len(file.Features) > FeaturesMost {
		return nil, &Problem{TooMany, 0}
	}
	var all []Feature
	box, points := Nowhere, 0
	for i, f := range file.Features {
		one := Feature{Values: f.values()}
		if f.Geometry != nil {
			if what := one.take(*f.Geometry, 0); what != "" {
				return nil, &Problem{what, i + 1}
			}
		}
		if len(one.Area) == 0 && len(one.Lines) == 0 {
			continue
		}
		points += one.points()
		box = box.Join(one.Area.Box())
		all = append(all, one)
	}
	switch {
	case points > PointsMost:
		return nil, &Problem{TooMany, 0}
	case box.Empty():
		return nil, &Problem{Empty, 0}
	case box.North-box.South > spanMost || box.East-box.West > spanMost:
		return nil, &Problem{TooWide, 0}
	}
	return all, nil
}

func (f Feature) points() int {
	n := f.Area.Points()
	for _, l := range f.Lines {
		n += len(l)
	}
	return n
}

// values are the feature's short properties as text.
func (f feature) values() map[string]string {
	values := map[string]string{}
	put := func(name string, v any) {
		var s string
		switch v := v.(type) {
		case string:
			s = strings.TrimSpace(v)
		case float64:
			s = strconv.FormatFloat(v, 'f', -1, 64)
		}
		if s != "" && len(s) <= lettersMost && len(name) <= lettersMost && len(values) < valuesMost {
			values[name] = s
		}
	}
	put("id", f.ID)
	for name, v := range f.Properties {
		put(name, v)
	}
	return values
}

// take adds a geometry's shapes; what is wrong with it, or "".
func (f *Feature) take(g geometry, depth int) (what string) {
	switch g.Type {
	case "Polygon":
		var rings [][][]float64
		if json.Unmarshal(g.Coordinates, &rings) != nil {
			return NoShape
		}
		return f.polygon(rings)
	case "MultiPolygon":
		var polygons [][][][]float64
		if json.Unmarshal(g.Coordinates, &polygons) != nil {
			return NoShape
		}
		for _, rings := range polygons {
			if what := f.polygon(rings); what != "" {
				return what
			}
		}
	case "LineString":
		var line [][]float64
		if json.Unmarshal(g.Coordinates, &line) != nil {
			return NoShape
		}
		return f.line(line)
	case "MultiLineString":
		var lines [][][]float64
		if json.Unmarshal(g.Coordinates, &lines) != nil {
			return NoShape
		}
		for _, line := range lines {
			if what := f.line(line); what != "" {
				return what
			}
		}
	case "GeometryCollection":
		if depth == nestedMost {
			return Nested
		}
		for _, one := range g.Geometries {
			if what := f.take(one, depth+1); what != "" {
				return what
			}
		}
	}
	return ""
}

func (f *Feature) polygon(rings [][][]float64) (what string) {
	var polygon Polygon
	for i, positions := range rings {
		points, what := path(positions)
		if what != "" {
			return what
		}
		ring := Ring(points)
		if n := len(ring); n > 1 && ring[0] == ring[n-1] {
			ring = ring[:n-1]
		}
		if len(ring) < 3 || ring.doubled() == 0 {
			if i > 0 {
				continue // a hole of no size
			}
			return Thin
		}
		if (ring.doubled() > 0) != (i == 0) { // outer rings run against the clock, holes with it
			ring = ring.turned()
		}
		polygon = append(polygon, ring)
	}
	if len(polygon) == 0 {
		return NoShape
	}
	f.Area = append(f.Area, polygon)
	return ""
}

func (r Ring) turned() Ring {
	out := make(Ring, len(r))
	for i, p := range r {
		out[len(r)-1-i] = p
	}
	return out
}

func (f *Feature) line(positions [][]float64) (what string) {
	points, what := path(positions)
	if what == "" && len(points) > 1 {
		f.Lines = append(f.Lines, points)
	}
	return what
}

// path turns positions (longitude, latitude, perhaps height) into points, each told once in a row.
func path(positions [][]float64) (points []Point, what string) {
	for _, at := range positions {
		if len(at) < 2 {
			return nil, NoShape
		}
		lon, lat := at[0], at[1]
		if !(math.Abs(lon) <= 180 && math.Abs(lat) <= 85) {
			return nil, NotDegrees
		}
		p := Point{int64(math.Round(lat * Degree)), int64(math.Round(lon * Degree))}
		if n := len(points); n == 0 || points[n-1] != p {
			points = append(points, p)
		}
	}
	return points, ""
}
