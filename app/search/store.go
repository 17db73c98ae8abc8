package search

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/thing"
)

// The two engines keep full-text indexes each in its own way; this file is the only place that knows.

func remove(tx *db.Tx, id thing.ID) error {
	key := "thing_id"
	if tx.IsSQLite() {
		key = "rowid"
	}
	_, err := tx.Exec(`DELETE FROM search WHERE `+key+` = $1`, id)
	return err
}

func insert(tx *db.Tx, id thing.ID, title, body string) error {
	if tx.IsSQLite() {
		_, err := tx.Exec(`INSERT INTO search (rowid, title, body) VALUES ($1, $2, $3)`, id, title, body)
		return err
	}
	_, err := tx.Exec(`INSERT INTO search (thing_id, stems) VALUES ($1,
		setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector('simple', $3), 'D'))`, id, title, body)
	return err
}

// expression writes the terms in the engine's query language. Stems hold letters and digits alone,
// so quoting them is enough.
func expression(tx *db.Tx, terms [][]string) string {
	word, last, and, or := `"%s"`, `"%s"*`, " AND ", " OR "
	if !tx.IsSQLite() {
		word, last, and, or = `'%s'`, `'%s':*`, " & ", " | "
	}
	var ways []string
	for _, stems := range terms {
		var all []string
		for i, s := range stems {
			form := word
			if i == len(stems)-1 {
				form = last
			}
			all = append(all, fmt.Sprintf(form, s))
		}
		ways = append(ways, "("+strings.Join(all, and)+")")
	}
	return strings.Join(ways, or)
}

// find returns one thing more than the limit when there are more. Open things come first, then by
// rank; ties by id, so that paging is stable.
func find(tx *db.Tx, terms [][]string, q Query) ([]thing.Thing, error) {
	args := []any{expression(tx, terms), q.Now}
	from, match, rank := `search JOIN thing t ON t.id = search.rowid`, `search MATCH $1`, `bm25(search, 8.0, 1.0)`
	if !tx.IsSQLite() {
		from, match, rank = `search JOIN thing t ON t.id = search.thing_id`, `search.stems @@ to_tsquery('simple', $1)`,
			`-ts_rank(search.stems, to_tsquery('simple', $1))`
	}
	where := match + ` AND t.state = 'published' AND t.hidden_at IS NULL AND t.published_at <= $2
		AND NOT EXISTS (SELECT 1 FROM thing p WHERE p.id = t.parent_id AND p.hidden_at IS NOT NULL)` // what hangs on something hidden goes with it
	if q.Kind != "" {
		args = append(args, q.Kind)
		where += fmt.Sprintf(` AND t.kind = $%d`, len(args))
	}
	const isOpen = `(t.opens_at IS NULL OR t.opens_at <= $2) AND (t.closes_at IS NULL OR t.closes_at > $2)`
	switch q.Phase {
	case "open":
		where += ` AND ` + isOpen
	case "upcoming":
		where += ` AND t.opens_at > $2`
	case "closed":
		where += ` AND t.closes_at <= $2`
	}
	args = append(args, q.Limit+1, q.After)
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM `+from+` WHERE `+where+` ORDER BY CASE WHEN `+isOpen+` THEN 0 ELSE 1 END, `+rank+
			fmt.Sprintf(`, t.id DESC LIMIT $%d OFFSET $%d`, len(args)-1, len(args)), args...)
}

// similar returns the things of a kind whose titles hold any of the stems, the best match first.
func similar(tx *db.Tx, stems []string, k thing.Kind, n int) ([]thing.Thing, error) {
	from, match, rank := `search JOIN thing t ON t.id = search.rowid`, `search MATCH $1`, `bm25(search, 1.0, 0.0)`
	form, or, whole := `"%s"`, " OR ", "title : (%s)"
	if !tx.IsSQLite() {
		from, match, rank = `search JOIN thing t ON t.id = search.thing_id`, `search.stems @@ to_tsquery('simple', $1)`,
			`-ts_rank(search.stems, to_tsquery('simple', $1))`
		form, or, whole = `'%s':A`, " | ", "%s"
	}
	var words []string
	for _, s := range stems {
		words = append(words, fmt.Sprintf(form, s))
	}
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM `+from+` WHERE `+match+` AND t.kind = $2 AND t.state = 'published' AND t.hidden_at IS NULL
			AND t.published_at <= $3 ORDER BY `+rank+`, t.id DESC LIMIT $4`, fmt.Sprintf(whole, strings.Join(words, or)), k, tx.Now, n)
}
