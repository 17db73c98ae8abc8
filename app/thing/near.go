package thing

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/geo"
)

// Near is the order by distance from Query.From, the nearest first; things that are nowhere come
// last, the latest first. The key of a row is its squared distance (geo.Squared), or farAway.
const Near Sort = "near"

// farAway is the key of what is nowhere: further than anything on Earth.
const farAway = 9_000_000_000_000_000_000

// The first circle in which the nearest are looked for, in millionths of a degree (200 m), and by
// how much it grows while they are too few.
const (
	nearFirst = 2000
	nearGrows = 4
	nearMost  = 200 * geo.Degree
)

// nearKey is the squared distance from a point as SQL, in the same whole arithmetic as geo.Squared.
func nearKey(from geo.Point) string {
	v, h := fmt.Sprintf(`(t.lat - (%d))`, from.Lat), fmt.Sprintf(`((t.lon - (%d)) * %d / 1000)`, from.Lon, geo.Narrowing(from))
	return fmt.Sprintf(`(%s * %[1]s + %s * %[2]s)`, v, h)
}

// near reads one page of what is nearest, and whether there is more: it looks in circles that grow,
// each within a box that the index knows, so that what is far away costs nothing.
func (s selection[T]) near(tx *db.Tx, q Query, limit int) (rows []listed[T], err error) {
	from := geo.Point(q.From)
	key := order{key: nearKey(from)}
	if q.After.ID == 0 || q.After.Key < farAway {
		for r := max(nearFirst, int64(math.Sqrt(float64(q.After.Key)))+1); len(rows) <= limit; r *= nearGrows {
			in := q.copied()
			if r >= nearMost {
				in.Where(`t.lat IS NOT NULL`)
				if rows, err = s.page(tx, in, key, limit); err != nil {
					return nil, err
				}
				break
			}
			east := (r+1)*1000/geo.Narrowing(from) + 1
			in.Within(geo.Box{South: from.Lat - r, West: from.Lon - east, North: from.Lat + r, East: from.Lon + east})
			in.Where(key.key+` <= ?`, r*r)
			if rows, err = s.page(tx, in, key, limit); err != nil {
				return nil, err
			}
		}
	}
	if len(rows) > limit {
		return rows, nil
	}
	rest := q.copied()
	rest.Where(`t.lat IS NULL`)
	if q.After.Key == farAway {
		rest.Where(`t.id < ?`, q.After.ID)
	}
	rest.After = Cursor{}
	more, err := s.page(tx, rest, order{key: fmt.Sprint(int64(farAway)), descending: true, same: true}, limit-len(rows))
	return append(rows, more...), err
}

// Within adds the condition that a thing is in a box.
func (q *Query) Within(b geo.Box) {
	q.Where(`t.lat BETWEEN ? AND ? AND t.lon BETWEEN ? AND ?`, b.South, b.North, b.West, b.East)
}

// copied is the query with conditions of its own.
func (q Query) copied() Query {
	q.where, q.args = slices.Clone(q.where), slices.Clone(q.args)
	return q
}

// columnsMost is beyond the columns of any grid: a cell's number is its row times this and its column.
const columnsMost = 1 << 20

// Marks gathers what the query would list, wherever it is in the grid, by the grid's cells. One
// number for a cell and few sums make it twice as fast as two numbers and the points' own box.
func Marks(tx *db.Tx, q Query, join string, g geo.Grid) ([]geo.Mark, error) {
	q = q.copied()
	q.Sort = Near
	q.conditions()
	q.Within(g.Box)
	return db.All(tx, func(r db.Row) (m geo.Mark, err error) {
		var cell, lat, lon int64
		err = r.Scan(&cell, &m.N, &m.First, &lat, &lon)
		if err == nil {
			m.At, m.Box = geo.Point{Lat: g.Box.South + lat/m.N, Lon: g.Box.West + lon/m.N}, g.CellBox(cell/columnsMost, cell%columnsMost)
		}
		return m, err
	}, fmt.Sprintf(`SELECT (t.lat - (%[1]d)) / %[2]d * %[3]d + (t.lon - (%[4]d)) / %[5]d, count(*), min(t.id),
		CAST(sum(t.lat - (%[1]d)) AS BIGINT), CAST(sum(t.lon - (%[4]d)) AS BIGINT) FROM thing t `, g.Box.South, g.Tall, columnsMost, g.Box.West, g.Wide)+
		join+` WHERE `+strings.Join(q.where, " AND ")+` GROUP BY 1 ORDER BY 1 LIMIT 1000`, q.args...)
}

// ByPlace counts what the query would list, by its place; "" is what is of no place.
func ByPlace(tx *db.Tx, q Query, join string) (map[string]int64, error) {
	q = q.copied()
	q.Sort = Near
	if q.Kind != "" && tx.IsSQLite() { // it cannot know that nearly everything is of one kind, and is to go by places
		q.Where(`COALESCE(t.kind, '') = ?`, q.Kind)
		q.Kind = ""
	}
	q.conditions()
	counts := map[string]int64{}
	type count struct {
		place string
		n     int64
	}
	err := db.Each(tx, func(r db.Row) (c count, err error) { err = r.Scan(&c.place, &c.n); return },
		func(c count) error { counts[c.place] = c.n; return nil },
		`SELECT t.place, count(*) FROM thing t `+join+` WHERE `+strings.Join(q.where, " AND ")+` GROUP BY t.place LIMIT 1000`, q.args...)
	return counts, err
}
