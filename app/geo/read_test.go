package geo

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func shape(kind, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"name":"Centro","pop":1200,"x":null,"deep":{"a":1}},"geometry":{"type":%q,"coordinates":%s}}`, kind, coordinates)
}

const square = `[[[-96.7,17],[-96.6,17],[-96.6,17.1],[-96.7,17.1],[-96.7,17]]]`

func TestReadTakes(t *testing.T) {
	want := Ring{{17_000_000, -96_700_000}, {17_000_000, -96_600_000}, {17_100_000, -96_600_000}, {17_100_000, -96_700_000}}
	for name, file := range map[string]string{
		"a polygon":          collection(shape("Polygon", square)),
		"unclosed":           collection(shape("Polygon", `[[[-96.7,17],[-96.6,17],[-96.6,17.1],[-96.7,17.1]]]`)),
		"with the clock":     collection(shape("Polygon", `[[[-96.7,17.1],[-96.6,17.1],[-96.6,17],[-96.7,17],[-96.7,17.1]]]`)),
		"with heights":       collection(shape("Polygon", `[[[-96.7,17,5],[-96.6,17,5],[-96.6,17.1,5],[-96.7,17.1,5],[-96.7,17,5]]]`)),
		"points told twice":  collection(shape("Polygon", `[[[-96.7,17],[-96.7,17],[-96.6,17],[-96.6,17.1],[-96.7,17.1],[-96.7,17]]]`)),
		"among other shapes": collection(shape("Point", `[1,2]`), `{"type":"Feature","geometry":null}`, shape("Polygon", square)),
		"in collections":     collection(`{"properties":{"name":"Centro"},"geometry":{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":` + square + `}]}}`),
		"of several":         collection(shape("MultiPolygon", `[`+square+`]`)),
	} {
		all, err := Read([]byte(file))
		if err != nil || len(all) != 1 || len(all[0].Area) != 1 || !reflect.DeepEqual(all[0].Area[0][0], want) || all[0].Values["name"] != "Centro" {
			t.Errorf("%s: %+v %v", name, all, err)
		}
	}
	all, err := Read([]byte(collection(shape("Polygon", square), shape("LineString", `[[-96.7,17],[-96.6,17.1]]`), shape("MultiLineString", `[[[1,2],[3,4]],[[1,1],[2,2]]]`))))
	if err != nil || len(all) != 3 || len(all[1].Lines) != 1 || len(all[2].Lines) != 2 || all[0].Values["pop"] != "1200" || len(all[0].Values) != 2 {
		t.Errorf("lines: %+v %v", all, err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	deep := `{"type":"Polygon","coordinates":` + square + `}`
	for range 5 {
		deep = `{"type":"GeometryCollection","geometries":[` + deep + `]}`
	}
	for _, c := range []struct {
		file, what string
		feature    int
	}{
		{"", NotJSON, 0}, {"{", NotJSON, 0}, {"[1,2", NotJSON, 0},
		{collection(shape("Polygon", `[[[NaN,1],[2,3],[3,4]]]`)), NotJSON, 0},
		{strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), NotJSON, 0},
		{"[]", NotGeoJSON, 0}, {`{"type":"Topology"}`, NotGeoJSON, 0}, {`{"type":"FeatureCollection","features":7}`, NotGeoJSON, 0},
		{collection(), Empty, 0}, {collection(shape("Point", `[1,2]`)), Empty, 0}, {collection(shape("LineString", `[[1,2],[3,4]]`)), Empty, 0},
		{collection(shape("Polygon", square), shape("Polygon", `[[1,2],[3,4],[5,6]]`)), NoShape, 2},
		{collection(shape("Polygon", `[]`)), NoShape, 1}, {collection(shape("Polygon", `[[[1],[2],[3]]]`)), NoShape, 1},
		{collection(shape("Polygon", `"x"`)), NoShape, 1}, {collection(shape("MultiPolygon", square)), NoShape, 1},
		{collection(shape("Polygon", strings.Repeat("[", 50)+"1"+strings.Repeat("]", 50))), NoShape, 1},
		{collection(shape("Polygon", `[[[740000,1880000],[741000,1880000],[741000,1881000]]]`)), NotDegrees, 1},
		{collection(shape("Polygon", `[[[-96,89],[-95,89],[-95,88]]]`)), NotDegrees, 1},
		{collection(shape("Polygon", `[[[1e400,1],[2,3],[3,4]]]`)), NoShape, 1},
		{collection(shape("Polygon", `[[[1e308,1],[2,3],[3,4]]]`)), NotDegrees, 1},
		{collection(shape("Polygon", `[[[1,1],[1,1],[1,1]]]`)), Thin, 1}, {collection(shape("Polygon", `[[[1,1],[2,2],[3,3],[1,1]]]`)), Thin, 1},
		{collection(shape("Polygon", `[[[-170,-10],[170,-10],[0,60]]]`)), TooWide, 0},
		{collection(`{"geometry":` + deep + `}`), Nested, 1},
		{collection(strings.Repeat(shape("Point", `[1,2]`)+",", FeaturesMost) + shape("Polygon", square)), TooMany, 0},
		{strings.Repeat(" ", BytesMost) + "{}", TooBig, 0},
	} {
		_, err := Read([]byte(c.file))
		p := (*Problem)(nil)
		if !errors.As(err, &p) || p.What != c.what || p.Feature != c.feature {
			t.Errorf("%.120s: %v, not %s of %d", c.file, err, c.what, c.feature)
		}
	}
}

func TestWriteKeepsEverything(t *testing.T) {
	_, err := Read([]byte(collection(shape("MultiPolygon", `[`+square+`,[[[1,1],[2,1],[2,2]],[[1.2,1.1],[1.4,1.1],[1.4,1.2]]]]`), shape("LineString", `[[-96.7,17],[-96.6,17.1]]`))))
	if p := (*Problem)(nil); !errors.As(err, &p) || p.What != TooWide {
		t.Fatalf("%v", err)
	}
	all, err := Read([]byte(collection(shape("MultiPolygon", `[`+square+`,[[[-96,17],[-95,17],[-95,18]],[[-95.2,17.1],[-95.4,17.1],[-95.2,17.2]]]]`), shape("LineString", `[[-96.7,17],[-96.6,17.1]]`))))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(Write(all))
	if err != nil || !reflect.DeepEqual(all, again) {
		t.Errorf("%v became %v: %v", all, again, err)
	}
}

func TestPair(t *testing.T) {
	area := Area{{Ring{{0, 0}, {0, 1}, {1, 1}}}}
	named := func(pairs ...string) Feature {
		f := Feature{Values: map[string]string{}, Area: area}
		for i := 0; i < len(pairs); i += 2 {
			f.Values[pairs[i]] = pairs[i+1]
		}
		return f
	}
	all := []Feature{named("NOMGEO", "EL CARMEN", "cve", "1"), named("NOMGEO", "Centro", "cve", "2"), named("NOMGEO", "Otro", "cve", "3"),
		named("NOMGEO", "centro", "cve", "4"), {Values: map[string]string{"NOMGEO": "La Soledad"}, Lines: []Line{{{0, 0}, {1, 1}}}}}
	places := []Named{{"el-carmen", []string{"El Carmen"}}, {"centro", []string{"Centro", "Downtown"}}, {"la-soledad", []string{"La Soledad"}}}
	m := Pair(all, places, strings.ToLower)
	if m.Property != "NOMGEO" || !reflect.DeepEqual(m.Places, map[string]int{"el-carmen": 0, "centro": 1}) || !reflect.DeepEqual(m.Rest, []int{2, 3}) || m.Name(all[2]) != "Otro" {
		t.Errorf("%+v", m)
	}
	if m := Pair(all, nil, strings.ToLower); len(m.Places) != 0 || len(m.Rest) != 4 {
		t.Errorf("no places: %+v", m)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{collection(shape("Polygon", square)), collection(shape("MultiPolygon", `[`+square+`]`)),
		collection(shape("LineString", `[[1,2],[3,4]]`), shape("Polygon", `[[[1,1],[2,1],[2,2]],[[1.2,1.1],[1.4,1.1],[1.4,1.2]]]`)),
		`{"type":"FeatureCollection","features":[{"geometry":{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[0,0],[1e-7,0],[1,1]]]}]}}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := Read(b)
		if err != nil {
			if p := (*Problem)(nil); !errors.As(err, &p) || p.What == "" {
				t.Fatalf("a fault without a word: %v", err)
			}
			return
		}
		var areas []Area
		box := Nowhere
		for _, one := range all {
			if len(one.Area) > 0 {
				areas = append(areas, one.Area)
				box = box.Join(one.Area.Box())
			}
			if s := one.Area.Size(); math.IsNaN(s) {
				t.Fatal("an area of no number")
			}
			one.Area.Inner()
		}
		frame := NewFrame(box, 320, 240)
		for _, d := range frame.Draw(areas, nil, 4000).Areas {
			if strings.Trim(d, "Mlz0123456789. -") != "" {
				t.Fatalf("drawn %q", d)
			}
		}
		again, err := Read(Write(all))
		if err != nil || len(again) != len(all) {
			t.Fatalf("written, it is refused: %v", err)
		}
	})
}
