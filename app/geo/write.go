package geo

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Write writes features as GeoJSON that Read reads again, with the same points.
func Write(all []Feature) []byte {
	b := []byte(`{"type":"FeatureCollection","features":[`)
	for i, f := range all {
		if i > 0 {
			b = append(b, ',', '\n')
		}
		values, err := json.Marshal(f.Values)
		if err != nil {
			panic(err) // texts always encode
		}
		b = append(append(b, `{"type":"Feature","properties":`...), values...)
		b = append(b, `,"geometry":{"type":"GeometryCollection","geometries":[`...)
		if len(f.Area) > 0 {
			b = writeArea(append(b, `{"type":"MultiPolygon","coordinates":[`...), f.Area)
			b = append(b, `]}`...)
		}
		for j, l := range f.Lines {
			if j > 0 || len(f.Area) > 0 {
				b = append(b, ',')
			}
			b = append(writePoints(append(b, `{"type":"LineString","coordinates":`...), l, false), '}')
		}
		b = append(b, `]}}`...)
	}
	return append(b, `]}`...)
}

func writeArea(b []byte, a Area) []byte {
	for i, polygon := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, ring := range polygon {
			if j > 0 {
				b = append(b, ',')
			}
			b = writePoints(b, ring, true)
		}
		b = append(b, ']')
	}
	return b
}

func writePoints(b []byte, points []Point, closed bool) []byte {
	b = append(b, '[')
	if closed {
		points = append(points[:len(points):len(points)], points[0])
	}
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendDegrees(append(b, '['), p.Lon), ',')
		b = append(appendDegrees(b, p.Lat), ']')
	}
	return append(b, ']')
}

func appendDegrees(b []byte, n int64) []byte {
	return strconv.AppendFloat(b, float64(n)/Degree, 'f', -1, 64)
}

// Degrees writes a coordinate in degrees with as many decimals as it needs, at most six.
func Degrees(n int64) string { return string(appendDegrees(nil, n)) }

// ParseDegrees reads a coordinate in degrees as people write it: a comma may stand for the point. ok
// is false for what is no plain number between −most and most.
func ParseDegrees(s string, most int64) (n int64, ok bool) {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	if len(s) > 20 || strings.Trim(s, "+-.0123456789") != "" {
		return 0, false
	}
	degrees, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(degrees) > float64(most) {
		return 0, false
	}
	return int64(math.Round(degrees * Degree)), true
}
