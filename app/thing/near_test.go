package thing_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/geo"
	"tequio/app/thing"
)

// scatter stores n things, most of them somewhere: some in one spot, some far away, some nowhere.
func scatter(tx *db.Tx, n int) (all []thing.Thing, err error) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		t := thing.Thing{Kind: "proposal", State: thing.Published, PublishedAt: tx.Now.Add(-time.Hour), Slug: fmt.Sprint("s", i), Place: fmt.Sprint("p", i%3)}
		switch r.IntN(8) {
		case 0:
		case 1:
			t.Point = thing.Point{Lat: 17_010_000, Lon: -96_550_000}
		case 2:
			t.Point = thing.Point{Lat: r.Int64N(160e6) - 80e6, Lon: r.Int64N(340e6) - 170e6}
		case 3:
			t.Point, t.State = thing.Point{Lat: 17_010_000, Lon: -96_550_000}, thing.Draft
		default:
			t.Point = thing.Point{Lat: 17_014_000 + r.Int64N(60_000) - 30_000, Lon: -96_548_000 + r.Int64N(60_000) - 30_000}
		}
		if err := thing.Create(tx, &t); err != nil {
			return nil, err
		}
		if t.State == thing.Published {
			all = append(all, t)
		}
	}
	return all, nil
}

// Paging through what is near shows every row once, in the order that sorting all of them gives.
func TestNearPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var all []thing.Thing
		if err := d.Write(context.Background(), func(tx *db.Tx) (err error) { all, err = scatter(tx, 300); return err }); err != nil {
			t.Fatal(err)
		}
		for _, from := range []thing.Point{{Lat: 17_014_000, Lon: -96_548_000}, {Lat: 17_010_000, Lon: -96_550_000}, {Lat: -40_000_000, Lon: 100_000_000}} {
			distance := func(t thing.Thing) int64 {
				if !t.Point.Known() {
					return 9_000_000_000_000_000_000
				}
				return geo.Squared(geo.Point(from), geo.Point(t.Point))
			}
			slices.SortFunc(all, func(a, b thing.Thing) int {
				if !a.Point.Known() && !b.Point.Known() {
					return cmp.Compare(b.ID, a.ID)
				}
				return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a.ID, b.ID))
			})
			for _, limit := range []int{7, 20, 200} {
				var got, want []thing.ID
				q := thing.Query{Kind: "proposal", Now: clock.Now(), Sort: thing.Near, From: from, Limit: limit}
				for range len(all) + 2 {
					var page []thing.Thing
					err := d.Read(context.Background(), func(tx *db.Tx) (err error) { page, q.After, err = thing.Things(tx, q); return err })
					if err != nil {
						t.Fatal(err)
					}
					for _, one := range page {
						got = append(got, one.ID)
					}
					if q.After = thing.ParseCursor(q.After.String()); q.After.ID == 0 {
						break
					}
				}
				for _, one := range all {
					want = append(want, one.ID)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("from %v by %d: %d rows of %d, or out of order", from, limit, len(got), len(want))
				}
			}
		}
	})
}

func TestMarksAndPlaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		box := geo.Box{South: 16_984_000, West: -96_578_000, North: 17_044_000, East: -96_518_000}
		g := geo.NewGrid(box, 12, 12)
		cells, places := map[[2]int64]geo.Mark{}, map[string]int64{}
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			all, err := scatter(tx, 300)
			for _, one := range all {
				places[one.Place]++
				p := geo.Point(one.Point)
				if !box.Holds(p) {
					continue
				}
				row, column := g.Cell(p)
				m, ok := cells[[2]int64{row, column}]
				if !ok {
					m = geo.Mark{First: int64(one.ID), Box: g.CellBox(row, column)}
				}
				m.N, m.First = m.N+1, min(m.First, int64(one.ID))
				cells[[2]int64{row, column}] = m
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		q := thing.Query{Kind: "proposal", Now: clock.Now()}
		err = d.Read(context.Background(), func(tx *db.Tx) error {
			marks, err := thing.Marks(tx, q, "", g)
			if err != nil {
				return err
			}
			if len(marks) != len(cells) || len(marks) < 50 {
				t.Errorf("%d marks for %d cells", len(marks), len(cells))
			}
			for _, m := range marks {
				row, column := g.Cell(m.At)
				want := cells[[2]int64{row, column}]
				if !m.Box.Holds(m.At) || want.N != m.N || want.First != m.First || want.Box != m.Box {
					t.Errorf("cell %d, %d is %+v, not %+v", row, column, m, want)
				}
			}
			counts, err := thing.ByPlace(tx, q, "")
			if !reflect.DeepEqual(counts, places) {
				t.Errorf("by place %v, not %v", counts, places)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
