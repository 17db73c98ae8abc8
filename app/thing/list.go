package thing

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

// Sort is an order of a list.
type Sort string

// The orders every list can have.
const (
	Newest    Sort = "newest"
	Supported Sort = "supported"
	Discussed Sort = "discussed"
	Closing   Sort = "closing"
	Random    Sort = "random" // by Query.Seed: stable while paging
)

// A Query says which things a list shows, and from where on. The zero value of a field asks nothing.
type Query struct {
	Kind    Kind
	Agency  ID
	Office  string // slug of the agency, where its id is not known
	Parent  ID
	Author  identity.ID
	Subject string
	Place   string
	Phase   string // "open", "upcoming" or "closed" at Now
	Now     time.Time
	Sort    Sort
	Seed    int64
	From    Point // of the order Near
	After   Cursor
	Limit   int    // 1…200; 0 is 20
	Rare    string // SQL for the ids that the room's own conditions leave, where they may be few
	where   []string
	args    []any
}

// A Cursor is where the next page of a list begins: after the row with this key and id.
type Cursor struct {
	Key int64
	ID  ID
}

// String writes the cursor for an address.
func (c Cursor) String() string {
	if c.ID == 0 {
		return ""
	}
	return strconv.FormatInt(c.Key, 36) + "." + strconv.FormatInt(int64(c.ID), 36)
}

// ParseCursor reads what String wrote; anything else is the first page.
func ParseCursor(s string) (c Cursor) {
	key, id, _ := strings.Cut(s, ".")
	k, err1 := strconv.ParseInt(key, 36, 64)
	n, err2 := strconv.ParseInt(id, 36, 64)
	if err1 != nil || err2 != nil {
		return Cursor{}
	}
	return Cursor{k, ID(n)}
}

// Where adds a condition on t or the joined tables, its arguments written as ?.
func (q *Query) Where(condition string, args ...any) {
	for range args {
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)+1), 1)
		q.args = append(q.args, args[0])
		args = args[1:]
	}
	q.where = append(q.where, condition)
}

// An order is a sort key as SQL (an integer) and whether large ones come first. Where all have the
// same key, the id alone orders them.
type order struct {
	key        string
	descending bool
	same       bool
}

// order is that of the query. COALESCE gives things that never close a place at the end.
func (q *Query) order() order {
	switch q.Sort {
	case Supported:
		return order{key: `t.supports`, descending: true}
	case Discussed:
		return order{key: `t.comments`, descending: true}
	case Closing:
		return order{key: `COALESCE(t.closes_at, 9000000000000000)`}
	case Random:
		return order{key: q.dealt()}
	}
	return order{key: `t.published_at`, descending: true}
}

func (q *Query) conditions() {
	published := `t.published_at`
	if q.Sort != Newest && q.Sort != "" {
		published = `+t.published_at` // the plus leaves the choice of index to the order asked for
	}
	q.Where(`t.state = 'published' AND t.hidden_at IS NULL AND `+published+` <= ?`, q.Now)
	if q.Kind != "" {
		q.Where(`t.kind = ?`, q.Kind)
	}
	if q.Agency != 0 {
		q.Where(`t.agency_id = ?`, q.Agency)
	}
	if q.Office != "" {
		q.Where(`t.agency_id = (SELECT g.id FROM thing g WHERE g.kind = 'agency' AND g.slug = ?)`, q.Office)
	}
	if q.Parent != 0 {
		q.Where(`t.parent_id = ?`, q.Parent)
	}
	if q.Author != 0 {
		q.Where(`t.author_id = ?`, q.Author)
	}
	if q.Subject != "" {
		q.Where(`t.subject = ?`, q.Subject)
	}
	if q.Place != "" {
		q.Where(`t.place = ?`, q.Place)
	}
	switch q.Phase {
	case "open":
		q.Where(`(t.opens_at IS NULL OR t.opens_at <= ?) AND (t.closes_at IS NULL OR t.closes_at > ?)`, q.Now, q.Now)
	case "upcoming":
		q.Where(`t.opens_at > ?`, q.Now)
	case "closed":
		q.Where(`t.closes_at <= ?`, q.Now)
	}
}

// A Listed is one row of a list with the key it was sorted by.
type listed[T any] struct {
	row T
	at  Cursor
}

// List returns one page of things with what their room joins to them: columns come after Columns
// and are scanned by scan after Fields; join is SQL that joins to t. next is where the following
// page begins; its ID is 0 on the last page.
func List[T any](tx *db.Tx, q Query, columns, join string, row func(*Thing) (fields []any, done func() T)) (all []T, next Cursor, err error) {
	q = q.copied()
	q.conditions()
	limit := q.Limit
	if limit <= 0 || limit > 200 {
		limit = 20
	}
	s := selection[T]{columns, join, row}
	var rows []listed[T]
	switch q.Sort {
	case Near:
		rows, err = s.near(tx, q, limit)
	case Random:
		rows, err = s.deal(tx, q, limit)
	default:
		rows, err = s.page(tx, q, q.order(), limit)
	}
	if err != nil {
		return nil, Cursor{}, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].at
	}
	for _, l := range rows {
		all = append(all, l.row)
	}
	return all, next, nil
}

// A selection is what a list reads of each row.
type selection[T any] struct {
	columns, join string
	row           func(*Thing) (fields []any, done func() T)
}

// page reads the rows after q.After in an order, one more than limit where there are.
func (s selection[T]) page(tx *db.Tx, q Query, o order, limit int) ([]listed[T], error) {
	way, beyond := "ASC", ">"
	if o.descending {
		way, beyond = "DESC", "<"
	}
	if q.After.ID != 0 {
		q.Where(`(`+o.key+`, t.id) `+beyond+` (?, ?)`, q.After.Key, q.After.ID)
	}
	sort := o.key + ` ` + way + `, `
	if o.same {
		sort = ""
	}
	columns := Columns
	if s.columns != "" {
		columns += ", " + s.columns
	}
	q.args = append(q.args, limit+1)
	return db.All(tx, func(r db.Row) (l listed[T], err error) {
		var t Thing
		fields, done := s.row(&t)
		err = r.Scan(append(append([]any{&l.at.Key}, Fields(&t)...), fields...)...)
		l.row, l.at.ID = done(), t.ID
		return l, err
	}, `SELECT `+o.key+`, `+columns+` FROM thing t `+s.join+` WHERE `+strings.Join(q.where, " AND ")+
		` ORDER BY `+sort+`t.id `+way+fmt.Sprintf(` LIMIT $%d`, len(q.args)), q.args...)
}

// Things lists headers alone.
func Things(tx *db.Tx, q Query) ([]Thing, Cursor, error) {
	return List(tx, q, "", "", func(t *Thing) ([]any, func() Thing) { return nil, func() Thing { return *t } })
}

// Plain reports whether the query has no conditions of a room's own, so that it needs no join.
func (q Query) Plain() bool { return len(q.where) == 0 }

// CountMost is how far Count counts where a room's own conditions must be looked up row by row.
const CountMost = 1000

// Count returns how many things the query would list in all: exactly, where the index of things can
// tell; where a room's own conditions need a look at every row, CountMost + 1 stands for any more.
func Count(tx *db.Tx, q Query, join string) (int64, error) {
	return CountFrom(tx, q, `thing t `+join)
}

// CountFrom is Count over tables that are named in the order in which they are best looked through;
// q's conditions join them.
func CountFrom(tx *db.Tx, q Query, tables string) (int64, error) {
	plain := q.Plain()
	q = q.copied()
	q.Sort = Newest
	q.conditions()
	from := `FROM ` + tables + ` WHERE ` + strings.Join(q.where, " AND ")
	if plain {
		return db.One(tx, db.Value[int64], `SELECT count(*) `+from, q.args...)
	}
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM (SELECT 1 AS one `+from+fmt.Sprintf(` LIMIT %d) few`, CountMost+1), q.args...)
}

// NextTurn is the next instant after now at which a thing of the kind is published, opens or closes,
// so that a list of the kind changes by itself; zero: none is known.
func NextTurn(tx *db.Tx, k Kind, now time.Time) (next time.Time, err error) {
	for _, column := range []string{"published_at", "opens_at", "closes_at"} {
		at, err := db.One(tx, func(r db.Row) (t time.Time, err error) { err = r.Scan(db.Time(&t)); return },
			`SELECT min(`+column+`) FROM thing WHERE kind = $1 AND state = 'published' AND hidden_at IS NULL AND `+column+` > $2`, k, now)
		if err != nil {
			return time.Time{}, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}
