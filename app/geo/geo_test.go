package geo

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// star is a ring around a centre whose radius changes by chance: simple, seldom convex.
func star(r *rand.Rand, c Point, radius float64, corners int) Ring {
	var ring Ring
	for i := range corners {
		angle, far := 2*math.Pi*float64(i)/float64(corners), radius*(.4+.6*r.Float64())
		ring = append(ring, Point{c.Lat + int64(far*math.Sin(angle)), c.Lon + int64(far*math.Cos(angle))})
	}
	return ring
}

var town = Point{17_020_000, -96_720_000}

func TestFrameGoesThereAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		b := Nowhere
		for range 2 {
			b = b.With(Point{r.Int64N(160*Degree) - 80*Degree, r.Int64N(300*Degree) - 150*Degree})
		}
		if r.IntN(2) == 0 { // a town
			b = Box{b.South, b.West, b.South + r.Int64N(100_000), b.West + r.Int64N(100_000)}
		}
		f := NewFrame(b, 1+r.IntN(800), 1+r.IntN(800))
		p := Point{b.South + r.Int64N(b.North-b.South+1), b.West + r.Int64N(b.East-b.West+1)}
		x, y := f.XY(p)
		if x < -.01 || y < -.01 || x > float64(f.Width)+.01 || y > float64(f.Height)+.01 {
			t.Fatalf("%v is drawn at %f, %f of %+v", p, x, y, f)
		}
		if q := f.At(x, y); max(q.Lat-p.Lat, p.Lat-q.Lat, q.Lon-p.Lon, p.Lon-q.Lon) > 1 {
			t.Fatalf("%v comes back as %v", p, q)
		}
		if !f.Box.Holds(p) {
			t.Fatalf("%v is not in %v", p, f.Box)
		}
	}
}

// contains is the winding number, summed as angles: slow, and written otherwise than Contains.
func contains(a Area, p Point) bool {
	in := 0
	for _, polygon := range a {
		for _, ring := range polygon {
			sum := 0.0
			for i := range ring {
				q, s := ring[i], ring[(i+1)%len(ring)]
				d := math.Atan2(float64(s.Lat-p.Lat), float64(s.Lon-p.Lon)) - math.Atan2(float64(q.Lat-p.Lat), float64(q.Lon-p.Lon))
				for d > math.Pi {
					d -= 2 * math.Pi
				}
				for d < -math.Pi {
					d += 2 * math.Pi
				}
				sum += d
			}
			if math.Abs(sum) > math.Pi {
				in++
			}
		}
	}
	return in%2 == 1
}

func TestContainsAgreesWithTheWindingNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inside := 0
	for range 300 {
		a := Area{{star(r, town, 40_000, 3+r.IntN(30)), star(r, town, 12_000, 3+r.IntN(9))}, {star(r, Point{town.Lat, town.Lon + 100_000}, 30_000, 9)}}
		for range 40 {
			p := Point{town.Lat + r.Int64N(90_000) - 45_000, town.Lon + r.Int64N(190_000) - 50_000}
			want := contains(a, p)
			if want {
				inside++
			}
			if a.Contains(p) != want {
				t.Fatalf("%v in %v: %v", p, a, !want)
			}
		}
		if !a.Contains(a.Inner()) {
			t.Fatalf("the inner point of %v is outside", a)
		}
	}
	if inside < 1000 {
		t.Errorf("only %d points were inside", inside)
	}
}

func TestABorderBelongsToOneNeighbour(t *testing.T) {
	left := Area{{{{0, 0}, {0, 10}, {10, 10}, {10, 0}}}}
	right := Area{{{{0, 10}, {0, 20}, {10, 20}, {10, 10}}}}
	for lat := range int64(10) {
		if p := (Point{lat, 10}); left.Contains(p) == right.Contains(p) {
			t.Errorf("%v is in both or in none", p)
		}
	}
}

func TestInnerOfAHorseshoe(t *testing.T) {
	u := Area{{{{0, 0}, {0, 30_000}, {30_000, 30_000}, {30_000, 24_000}, {6_000, 24_000}, {6_000, 6_000}, {30_000, 6_000}, {30_000, 0}}}}
	if p := u.Inner(); !u.Contains(p) {
		t.Errorf("%v is outside", p)
	}
}

func TestDistances(t *testing.T) {
	for _, c := range []struct {
		a, b Point
		want int64 // metres on a sphere of 6371 km
	}{
		{town, town, 0},
		{town, Point{17_029_000, -96_720_000}, 1001},
		{town, Point{17_020_000, -96_710_000}, 1063},
		{Point{60 * Degree, 10 * Degree}, Point{60 * Degree, 10*Degree + 20_000}, 1112},
		{Point{-33_450_000, -70_660_000}, Point{-33_440_000, -70_650_000}, 1449},
	} {
		if d := Distance(c.a, c.b); max(d-c.want, c.want-d) > 1+c.want/500 {
			t.Errorf("%v to %v: %d m, not %d", c.a, c.b, d, c.want)
		}
	}
}

func TestSimplifyKeepsNeighboursTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		var border Line // a ragged line from south to north, shared
		for i := range int64(60) {
			border = append(border, Point{i * 1000, 50_000 + r.Int64N(4000)})
		}
		west, east := Ring{{59_000, 0}, {0, 0}}, Ring{{0, 100_000}, {59_000, 100_000}}
		west = append(west, border...)
		back := slices.Clone(border)
		slices.Reverse(back)
		east = append(east, back...)
		out := Simplify([]Area{{{west}}, {{east}}}, 1500)
		if len(out[0]) != 1 || len(out[1]) != 1 {
			t.Fatal("an area is gone")
		}
		a, b := map[Point]bool{}, map[Point]bool{}
		for _, p := range out[0][0][0] {
			a[p] = true
		}
		for _, p := range out[1][0][0] {
			b[p] = true
		}
		shared := 0
		for _, p := range border {
			if a[p] != b[p] {
				t.Fatalf("%v stays for one neighbour alone", p)
			}
			if a[p] {
				shared++
			}
		}
		if shared < 3 || shared > 50 {
			t.Errorf("%d of 60 points of the border stay", shared)
		}
		for _, p := range border { // nothing strays further than the tolerance
			near := math.Inf(1)
			for i, q := range out[0][0][0] {
				s := simplifier{narrow: 1}
				near = min(near, s.off(p, q, out[0][0][0][(i+1)%len(out[0][0][0])]))
			}
			if near > 1600 {
				t.Fatalf("%v is %f away from what is left", p, near)
			}
		}
	}
}

func TestDrawingKeepsToItsBudget(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var areas []Area
	for i := range int64(30) {
		areas = append(areas, Area{{star(r, Point{town.Lat + i%6*60_000, town.Lon + i/6*60_000}, 40_000, 4000)}})
	}
	box := Nowhere
	for _, a := range areas {
		box = box.Join(a.Box())
	}
	for _, budget := range []int{60_000, 20_000, 8000} {
		d, size := NewFrame(box, 640, 480).Draw(areas, nil, budget), 0
		for _, p := range d.Areas {
			size += len(p)
			if strings.Trim(p, "Mlz0123456789. -") != "" {
				t.Fatalf("strange path %.80q", p)
			}
		}
		if size > budget || size < budget/10 {
			t.Errorf("%d bytes drawn with a budget of %d", size, budget)
		}
	}
}

func TestPathsAreCutAtTheFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		a := Area{{star(r, town, 400_000, 200)}}
		b := Nowhere.With(Point{town.Lat + r.Int64N(200_000), town.Lon + r.Int64N(200_000)})
		f := NewFrame(Box{b.South, b.West, b.South + 20_000, b.West + 20_000}, 300, 300)
		for _, ring := range []Ring{a[0][0].within(f.Box)} {
			for _, p := range ring {
				if !f.Box.Grown(1).Holds(p) {
					t.Fatalf("%v is outside of %v", p, f.Box)
				}
			}
			for range 20 { // what is inside stays inside
				p := Point{f.Box.South + r.Int64N(f.Box.North-f.Box.South), f.Box.West + r.Int64N(f.Box.East-f.Box.West)}
				near := false // rounding moves an edge by less than a step
				for i, q := range a[0][0] {
					s := simplifier{narrow: 1}
					near = near || s.off(p, q, a[0][0][(i+1)%len(a[0][0])]) < 3
				}
				if !near && a.Contains(p) != (Area{{ring}}).Contains(p) {
					t.Fatalf("cutting changed whether %v is inside", p)
				}
			}
		}
	}
}

func TestGrid(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		b := Box{-r.Int64N(Degree), -r.Int64N(Degree), r.Int64N(Degree), r.Int64N(Degree)}
		rows, columns := 1+r.Int64N(20), 1+r.Int64N(20)
		g := NewGrid(b, rows, columns)
		for _, p := range []Point{{b.South, b.West}, {b.North, b.East}, {b.South + r.Int64N(b.North-b.South+1), b.West + r.Int64N(b.East-b.West+1)}} {
			row, column := g.Cell(p)
			if row < 0 || column < 0 || row >= rows || column >= columns || !g.CellBox(row, column).Holds(p) {
				t.Fatalf("%v of %v is in cell %d, %d of %d × %d", p, b, row, column, rows, columns)
			}
		}
	}
}

func TestGatherLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	f := NewFrame(Box{0, 0, 100_000, 100_000}, 400, 400)
	var marks []Mark
	for i := range int64(150) {
		p := Point{r.Int64N(100_000), r.Int64N(100_000)}
		marks = append(marks, Mark{p, 1 + r.Int64N(9), i, Nowhere.With(p)})
	}
	var n int64
	for _, m := range marks {
		n += m.N
	}
	out := f.Gather(slices.Clone(marks), 30)
	for _, m := range out {
		n -= m.N
		if !m.Box.Holds(m.At) {
			t.Errorf("%+v is not among its points", m)
		}
	}
	if n != 0 || len(out) < 20 || len(out) > 120 {
		t.Errorf("%d marks, %d points lost", len(out), n)
	}
}

func TestParseDegrees(t *testing.T) {
	for s, want := range map[string]int64{"17.0612": 17_061_200, " -96,7219 ": -96_721_900, "+1": 1_000_000, "0": 0, "-0.0000004": 0, "89.9999999": 90_000_000} {
		if n, ok := ParseDegrees(s, 90+90); !ok || n != want {
			t.Errorf("%q is %d, %v", s, n, ok)
		}
	}
	for _, s := range []string{"", "x", "NaN", "Inf", "1e3", "0x10", "1.2.3", "91", "--1", "17°", strings.Repeat("1", 400)} {
		if n, ok := ParseDegrees(s, 90); ok {
			t.Errorf("%q is %d", s, n)
		}
	}
}
