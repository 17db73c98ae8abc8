package thing

import (
	"fmt"
	"strings"

	"tequio/app/db"
)

// A random order must not sort a hundred thousand things for one page. So things lie in heaps, by what
// their id leaves when divided, which an index holds; a seed puts the heaps in an order, and the things
// of each. A page then reads a few heaps alone.

// heaps is how many there are: a prime, so that multiplying shuffles them. The index thing_dealt knows it.
const heaps = 997

// spread is a prime beyond every heap's size: the order within a heap is told modulo it.
const spread = 1_000_003

// dealt is the key of the random order: the heap's place times spread, then the place within the heap.
func (q *Query) dealt() string {
	return fmt.Sprintf(`(((t.id %% %d) * %d) %% %d) * %d + ((t.id %% %d) * %d) %% %d`,
		heaps, q.shuffle(), heaps, spread, spread, q.Seed%999_983+17, spread)
}

// shuffle is the factor by which a seed puts the heaps in order, from 1 to heaps-1.
func (q *Query) shuffle() int64 { return 1 + (q.Seed%(heaps-1)+heaps-1)%(heaps-1) }

// heapAt is the heap that stands in a place of the order.
func (q *Query) heapAt(place int64) int64 {
	inverse, base := int64(1), q.shuffle()
	for e := heaps - 2; e > 0; e >>= 1 { // base to the heaps-2 is its inverse (Fermat)
		if e&1 == 1 {
			inverse = inverse * base % heaps
		}
		base = base * base % heaps
	}
	return place * inverse % heaps
}

// deal reads the rows after q.After in the random order, one more than limit where there are: from a few
// heaps, and from more while they do not fill the page.
func (s selection[T]) deal(tx *db.Tx, q Query, limit int) (rows []listed[T], err error) {
	from := int64(0)
	if q.After.ID != 0 {
		from = min(max(0, q.After.Key/spread), heaps)
	}
	for step := int64(4); from < heaps && len(rows) <= limit; step *= 8 {
		to := min(from+step, heaps)
		some := q.copied()
		if to-from < heaps {
			var marks []string
			var args []any
			for place := from; place < to; place++ {
				marks, args = append(marks, "?"), append(args, q.heapAt(place))
			}
			some.Where(fmt.Sprintf(`t.id %% %d IN (%s)`, heaps, strings.Join(marks, ",")), args...)
		}
		more, err := s.page(tx, some, some.order(), limit-len(rows))
		if err != nil {
			return nil, err
		}
		rows, from = append(rows, more...), to
	}
	return rows, nil
}
