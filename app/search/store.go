package search

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// The two engines keep full-text indexes each in its own way; this file is the only place that knows.

// An index is one of the two: of things, and of what was said on them.
type index string

const (
	ofThings   index = "search"
	ofComments index = "search_said"
)

// grammarOf is the engine's query language.
func grammarOf(tx *db.Tx) grammar {
	if tx.IsSQLite() {
		return lite
	}
	return postgres
}

func remove(tx *db.Tx, from index, id int64) error {
	key := "id"
	if tx.IsSQLite() {
		key = "rowid"
	}
	_, err := tx.Exec(`DELETE FROM `+string(from)+` WHERE `+key+` = $1`, id)
	return err
}

func insert(tx *db.Tx, into index, id int64, tokens []string) error {
	statement := `INSERT INTO ` + string(into) + ` (id, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))`
	if tx.IsSQLite() {
		statement = `INSERT INTO ` + string(into) + ` (rowid, words) VALUES ($1, $2)`
	}
	_, err := tx.Exec(statement, id, strings.Join(tokens, " "))
	return err
}

// insertWords stores pairs of a word and its stem, those that are new.
func insertWords(tx *db.Tx, pairs []string) error {
	const atOnce = 400
	for rest := pairs; len(rest) > 0; rest = rest[min(atOnce, len(rest)):] {
		var rows []string
		var args []any
		for i, pair := range rest[:min(atOnce, len(rest))] {
			word, stem, _ := strings.Cut(pair, " ")
			rows = append(rows, fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2))
			args = append(args, word, stem)
		}
		if _, err := tx.Exec(`INSERT INTO search_word (word, stem) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// last is greater than every letter and digit.
const last = "\U0010FFFF"

// A known word is one that was indexed, folded, with its stem.
type known struct{ word, stem string }

func scanKnown(r db.Row) (k known, err error) { err = r.Scan(&k.word, &k.stem); return }

// beginning returns up to n words that begin like one, short ones first.
func beginning(tx *db.Tx, word string, n int) ([]known, error) {
	return db.All(tx, scanKnown, `SELECT word, stem FROM search_word WHERE word >= $1 AND word < $2 ORDER BY length(word), word, stem LIMIT $3`,
		word, word+last, n)
}

// alike returns words with the same first letter and about the same length, with their stems.
func alike(tx *db.Tx, word string) (map[string]string, error) {
	first := string([]rune(word)[:1])
	found := map[string]string{}
	err := db.Each(tx, scanKnown, func(k known) error { found[k.word] = k.stem; return nil },
		`SELECT word, stem FROM search_word WHERE word >= $1 AND word < $2 AND length(word) BETWEEN $3 AND $4 ORDER BY word LIMIT 20000`,
		first, first+last, len([]rune(word))-1, len([]rune(word))+1)
	return found, err
}

// newest is SQL for the newest n matches of the expression in placeholder $at, as a column id.
// PostgreSQL reads all of a word's matches before it knows the newest; SQLite stops after n.
func newest(tx *db.Tx, from index, at, n int) string {
	if tx.IsSQLite() {
		return fmt.Sprintf(`SELECT rowid AS id FROM %s WHERE %s MATCH $%d ORDER BY rowid DESC LIMIT %d`, from, from, at, n)
	}
	return fmt.Sprintf(`SELECT id FROM %s WHERE words @@ $%d::tsquery ORDER BY id DESC LIMIT %d`, from, at, n)
}

// count returns how many match an expression, most at most.
func count(tx *db.Tx, from index, expression string, most int) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM (`+newest(tx, from, 1, most)+`) m`, expression)
}

// ids returns the newest n matches of an expression.
func ids(tx *db.Tx, from index, expression string, n int) ([]thing.ID, error) {
	return db.All(tx, db.Value[thing.ID], newest(tx, from, 1, n), expression)
}

// A place in the order of results: the lower the class, the earlier; within one, the newest first.
type ranked struct {
	class   int64
	id      thing.ID
	comment int64 // the comment that matches; 0: the thing itself
}

// The parts of a class, the weightiest first: what only its conversation matches comes last; before
// it what is not open, what is elsewhere, what matches less well.
const (
	saidClass      = 1000
	closedClass    = 100
	elsewhereClass = 10
)

// classOf is SQL for a thing's part of the class, and its arguments from $n on.
func classOf(q Query, n int) (sql string, args []any) {
	sql = fmt.Sprintf(`CASE WHEN (t.opens_at IS NULL OR t.opens_at <= $%d) AND (t.closes_at IS NULL OR t.closes_at > $%d) THEN 0 ELSE %d END`, n, n, closedClass)
	args = []any{q.Of.Now}
	if q.Near != "" {
		sql += fmt.Sprintf(` + CASE WHEN t.place = $%d THEN 0 ELSE %d END`, n+1, elsewhereClass)
		args = append(args, q.Near)
	}
	return sql, args
}

// public leaves out what hangs on something hidden: it goes with it.
const public = ` AND NOT EXISTS (SELECT 1 FROM thing up WHERE up.id = t.parent_id AND up.hidden_at IS NOT NULL)`

// find returns the things whose own words match, of the newest most of each tier, best first; cut
// tells that the last tier has more.
func find(tx *db.Tx, tiers []string, q Query) (all []ranked, cut bool, err error) {
	where, args := q.Of.Conditions()
	class, more := classOf(q, len(args)+1)
	args = append(args, more...)
	var with, matches []string
	for i, expression := range tiers {
		args = append(args, expression)
		with = append(with, fmt.Sprintf(`m%d AS MATERIALIZED (%s)`, i, newest(tx, ofThings, len(args), matchesMost+1)))
		matches = append(matches, fmt.Sprintf(`SELECT id, %d AS tier FROM m%d`, i, i))
	}
	all, err = db.All(tx, scanRanked, `WITH `+strings.Join(with, ", ")+` SELECT m.tier + `+class+` AS class, t.id AS id, 0 AS comment FROM
		(SELECT id, min(tier) AS tier FROM (`+strings.Join(matches, " UNION ALL ")+`) every GROUP BY id) m CROSS JOIN thing t `+q.Join+
		` WHERE t.id = m.id AND `+where+public+lookedAt(fmt.Sprintf("m%d", len(tiers)-1)), args...)
	return cutOf(all, matchesMost, err)
}

func scanRanked(r db.Row) (f ranked, err error) { err = r.Scan(&f.class, &f.id, &f.comment); return }

// lookedAt ends a query for ranked places with their order, and with a first row, of class -1, that
// says how many matches were looked at.
func lookedAt(matches string) string {
	return ` UNION ALL SELECT -1, 0, (SELECT count(*) FROM ` + matches + `) ORDER BY class, id DESC`
}

// cutOf takes that first row off; cut tells that it says more than most.
func cutOf(all []ranked, most int64, err error) ([]ranked, bool, error) {
	if err != nil {
		return nil, false, err
	}
	return all[1:], all[0].comment > most, nil
}

// findSaid returns the things on which something was said that matches, of the newest comments, with
// the newest of each; cut tells that more comments match.
func findSaid(tx *db.Tx, expression string, q Query) (all []ranked, cut bool, err error) {
	where, args := q.Of.Conditions()
	class, more := classOf(q, len(args)+1)
	args = append(append(args, more...), expression)
	match := newest(tx, ofComments, len(args), saidMost+1)
	marks, kinds := thing.In(Kinds, len(args)+1)
	args = append(args, kinds...)
	all, err = db.All(tx, scanRanked, `WITH m AS MATERIALIZED (`+match+`) SELECT min(`+fmt.Sprint(saidClass)+` + `+class+`) AS class, t.id AS id, max(c.id) AS comment
		FROM m CROSS JOIN comment c JOIN thing t ON t.id = c.thing_id `+q.Join+` WHERE c.id = m.id AND `+talk.Public+` AND t.kind IN (`+marks+`) AND `+where+public+
		` GROUP BY t.id`+lookedAt("m"), args...)
	return cutOf(all, saidMost, err)
}

// load returns things by their ids, in that order; ids of none are left out.
func load(tx *db.Tx, ids []thing.ID) (all []thing.Thing, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := thing.In(ids, 1)
	found := map[thing.ID]thing.Thing{}
	err = db.Each(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		func(t thing.Thing) error { found[t.ID] = t; return nil },
		`SELECT `+thing.Columns+` FROM thing t WHERE t.id IN (`+marks+`)`, args...)
	for _, id := range ids {
		if t, ok := found[id]; ok {
			all = append(all, t)
		}
	}
	return all, err
}

// among is the condition that t is one of some things, and its argument, written ?.
func among(tx *db.Tx, ids []thing.ID) (condition, list string) {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = fmt.Sprint(id)
	}
	if tx.IsSQLite() {
		return `t.id IN (SELECT value FROM json_each(?))`, "[" + strings.Join(all, ",") + "]"
	}
	return `t.id = ANY (?::bigint[])`, "{" + strings.Join(all, ",") + "}"
}

// byWord lets PostgreSQL plan each statement of the transaction for the words it asks: how to find a
// rare one is the slowest way to find a common one.
func byWord(tx *db.Tx) error {
	if tx.IsSQLite() {
		return nil
	}
	_, err := tx.Exec(`SET LOCAL plan_cache_mode = force_custom_plan`)
	return err
}

// titles returns the stems of titles that everybody may read, each in its own language.
func titles(tx *db.Tx, ids []thing.ID) ([]candidate, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := thing.In(ids, 2)
	type row struct {
		id          thing.ID
		title, lang string
	}
	var all []candidate
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.id, &v.title, &v.lang); return },
		func(v row) error { all = append(all, candidate{v.id, text.Stems(v.title, v.lang)}); return nil },
		`SELECT t.id, t.title, t.lang FROM thing t WHERE t.state = 'published' AND t.hidden_at IS NULL AND t.published_at <= $1 AND t.id IN (`+marks+`)`+public,
		append([]any{tx.Now}, args...)...)
	return all, err
}

// indexable returns n ids after one, of what an index is of, in their order.
func indexable(tx *db.Tx, of index, after int64, n int) ([]int64, error) {
	from := `thing WHERE state = 'published'`
	if of == ofComments {
		from = `comment WHERE deleted_at IS NULL`
	}
	return db.All(tx, db.Value[int64], `SELECT id FROM `+from+` AND id > $1 ORDER BY id LIMIT $2`, after, n)
}

// isMade reports whether everything is indexed in the present way.
func isMade(tx *db.Tx) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM search_made WHERE version = $1`, version)
	return n > 0, err
}

func setMade(tx *db.Tx) error {
	_, err := tx.Exec(`INSERT INTO search_made (version, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, version, tx.Now)
	return err
}
