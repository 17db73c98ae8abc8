package vote

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

const columns = `v.body, v.html, v.who, v.effect, v.least_level, v.disclosure, v.area_rule, v.roll, v.lot_source, v.lot_sha256, v.electorate, v.rules, v.rules_sha256, v.origin,
	v.key_check, v.imported, v.closed_at, v.counted_at, v.objections_at, v.unlinked_at, v.annulled_at, v.certified_at, v.rehearses, v.wiped_at`

func fields(v *Vote) []any {
	return []any{&v.Body, &v.HTML, &v.Who, &v.Effect, &v.LeastLevel, &v.Disclosure, &v.AreaRule, &v.Roll, &v.Lot.Source, &v.Lot.SHA256, &v.Electorate, &v.Rules, &v.RulesSum, &v.Origin,
		&v.KeyCheck, &v.Imported, db.Time(&v.ClosedAt), db.Time(&v.CountedAt), db.Time(&v.ObjectionsAt), db.Time(&v.UnlinkedAt), db.Time(&v.AnnulledAt), db.Time(&v.CertifiedAt), db.Null(&v.Rehearses), db.Time(&v.WipedAt)}
}

func scan(r db.Row) (v Vote, err error) {
	err = r.Scan(append(thing.Fields(&v.Thing), fields(&v)...)...)
	return
}

const selectVote = `SELECT ` + thing.Columns + `, ` + columns + ` FROM vote v JOIN thing t ON t.id = v.id `

// Get returns the vote with an id, its questions and options, or the fault thing.missing.
func Get(tx *db.Tx, id thing.ID) (Vote, error) {
	v, err := db.One(tx, scan, selectVote+`WHERE v.id = $1`, id)
	if err != nil {
		return v, thing.Missing(err)
	}
	if v.Questions, err = questions(tx, id); err == nil && v.Disclosure == Sealed {
		v.Auditors, err = auditors(tx, id)
	}
	return v, err
}

// Find returns the vote under a slug, or the fault thing.missing; a rehearsal that is over is missing.
func Find(tx *db.Tx, slug string) (Vote, error) {
	v, err := db.One(tx, scan, selectVote+`WHERE t.kind = $1 AND t.slug = $2`, Kind, slug)
	if err != nil {
		return v, thing.Missing(err)
	}
	if err := v.reachable(tx); err != nil {
		return v, err
	}
	if v.Questions, err = questions(tx, v.ID); err == nil && v.Disclosure == Sealed {
		v.Auditors, err = auditors(tx, v.ID)
	}
	return v, err
}

func questions(tx *db.Tx, id thing.ID) ([]Question, error) {
	all, err := db.All(tx, scanQuestion, `SELECT id, title, area, form, rule, also, least, most, points, grades, equal, seats, budget, currency, ties, blank, reviewed, params,
			words FROM vote_question WHERE vote_id = $1 ORDER BY position LIMIT 100`, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Options, err = db.All(tx, scanOption, `SELECT id, code, title, body, html, cost, place, unit, category, thing_id, review, review_reason,
			words, withdrawn_at FROM vote_option WHERE question_id = $1 ORDER BY position LIMIT 100000`, all[i].ID)
		if err != nil {
			return nil, err
		}
		all[i].setAside()
	}
	return all, nil
}

func scanQuestion(r db.Row) (q Question, err error) {
	var params, words, grades, also string
	if err = r.Scan(&q.ID, &q.Title, &q.Area, &q.Form, &q.Rule, &also, &q.Least, &q.Most, &q.Points, &grades, db.Bool(&q.Equal), &q.Seats, &q.Budget,
		&q.Currency, &q.Ties, db.Bool(&q.Blank), db.Bool(&q.Reviewed), &params, &words); err != nil {
		return q, err
	}
	q.Grades, q.Also = SplitGrades(grades), SplitRules(also)
	if err = json.Unmarshal([]byte(params), &q.Params); err == nil {
		err = json.Unmarshal([]byte(words), &q.Words)
	}
	return q, err
}

func scanOption(r db.Row) (o Option, err error) {
	var words string
	if err = r.Scan(&o.ID, &o.Code, &o.Title, &o.Body, &o.HTML, &o.Cost, &o.Place, &o.Unit, &o.Category, db.Null(&o.Thing), &o.Review, &o.Reason,
		&words, db.Time(&o.WithdrawnAt)); err == nil {
		err = json.Unmarshal([]byte(words), &o.Words)
	}
	return o, err
}

// Store stores a new vote as it stands: nobody's permission is asked, nothing is recorded. Dates and
// slug that are set are kept. It is for loading and importing.
func Store(tx *db.Tx, v *Vote) error {
	v.Kind = Kind
	if err := thing.Create(tx, &v.Thing); err != nil {
		return err
	}
	v.settleDefaults()
	v.HTML = text.Markdown(v.Body, text.Official)
	v.Rules, v.RulesSum = v.Sheet()
	_, err := tx.Exec(`INSERT INTO vote (id, body, html, who, effect, least_level, disclosure, area_rule, lot_source, lot_sha256, electorate,
			rules, rules_sha256, origin, key_check, imported, closed_at, counted_at, objections_at, unlinked_at, roll, rehearses, wiped_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		v.ID, v.Body, v.HTML, v.Who, v.Effect, v.LeastLevel, v.Disclosure, v.AreaRule, v.Lot.Source, v.Lot.SHA256, v.Electorate, v.Rules, v.RulesSum, v.Origin,
		v.KeyCheck, v.Imported, v.ClosedAt, v.CountedAt, v.ObjectionsAt, v.UnlinkedAt, encoded(v.Roll), db.ID(v.Rehearses), v.WipedAt)
	if err != nil {
		return err
	}
	if err := insertAuditors(tx, v); err != nil {
		return err
	}
	return insertQuestions(tx, v)
}

// settleDefaults says what goes without saying, so that the rules sheet says it.
func (v *Vote) settleDefaults() {
	if v.Disclosure == "" {
		v.Disclosure = Checkable
	}
	for i := range v.Questions {
		q := &v.Questions[i]
		q.Seats = max(q.Seats, 1)
		if q.Params.Decimals == 0 {
			q.Params.Decimals = 2
		}
		if q.Currency == "" {
			q.Currency = "MXN"
		}
	}
}

// save stores what may change before the opening.
func save(tx *db.Tx, v *Vote) error {
	if err := thing.Save(tx, &v.Thing); err != nil {
		return err
	}
	v.settleDefaults()
	v.HTML = text.Markdown(v.Body, text.Official)
	v.Rules, v.RulesSum = v.Sheet()
	_, err := tx.Exec(`UPDATE vote SET body = $1, html = $2, who = $3, effect = $4, least_level = $5, electorate = $6, rules = $7,
		rules_sha256 = $8, origin = $9, key_check = $10, objections_at = $11, area_rule = $12, lot_source = $13,
		lot_sha256 = $14, disclosure = $15, roll = $16 WHERE id = $17`,
		v.Body, v.HTML, v.Who, v.Effect, v.LeastLevel, v.Electorate, v.Rules, v.RulesSum, v.Origin, v.KeyCheck, v.ObjectionsAt,
		v.AreaRule, v.Lot.Source, v.Lot.SHA256, v.Disclosure, encoded(v.Roll), v.ID)
	return err
}

// replaceQuestions stores the questions anew, before any ballot knows them.
func replaceQuestions(tx *db.Tx, v *Vote) error {
	if _, err := tx.Exec(`DELETE FROM vote_option WHERE question_id IN (SELECT id FROM vote_question WHERE vote_id = $1)`, v.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM vote_question WHERE vote_id = $1`, v.ID); err != nil {
		return err
	}
	return insertQuestions(tx, v)
}

func insertQuestions(tx *db.Tx, v *Vote) error {
	for i := range v.Questions {
		q := &v.Questions[i]
		q.ID = tx.NewID()
		if _, err := tx.Exec(`INSERT INTO vote_question (id, vote_id, position, title, area, form, rule, also, least, most, points, grades, equal, seats,
				budget, currency, ties, blank, reviewed, params, words)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
			q.ID, v.ID, i, q.Title, q.Area, q.Form, q.Rule, strings.Join(q.Also, ","), q.Least, q.Most, q.Points, strings.Join(q.Grades, "\n"), q.Equal, q.Seats, q.Budget, q.Currency, q.Ties, q.Blank, q.Reviewed,
			encoded(q.Params), encodedWords(q.Words)); err != nil {
			return err
		}
		var rows [][]any
		for _, list := range [][]Option{q.Options, q.Aside} {
			for k := range list {
				o := &list[k]
				o.ID, o.HTML = tx.NewID(), text.Markdown(o.Body, text.Official)
				rows = append(rows, []any{o.ID, q.ID, len(rows), o.Code, o.Title, o.Body, o.HTML, o.Cost, o.Place, o.Unit, o.Category,
					db.ID(o.Thing), o.Review, o.Reason, encodedWords(o.Words)})
			}
		}
		if err := insertRows(tx, `INSERT INTO vote_option (id, question_id, position, code, title, body, html, cost, place, unit, category,
			thing_id, review, review_reason, words) VALUES `, rows); err != nil {
			return err
		}
	}
	return nil
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own structures of strings and integers
	}
	return string(b)
}

func encodedWords(w map[string]thing.Words) string {
	if len(w) == 0 {
		return "{}"
	}
	return encoded(w)
}

// rowsAtOnce bounds one INSERT of many rows.
const rowsAtOnce = 100

// insertRows stores many rows with few statements; head ends with VALUES.
func insertRows(tx *db.Tx, head string, rows [][]any) error {
	for len(rows) > 0 {
		some := rows[:min(rowsAtOnce, len(rows))]
		rows = rows[len(some):]
		var values strings.Builder
		var args []any
		for i, row := range some {
			if i > 0 {
				values.WriteByte(',')
			}
			marks, _ := thing.In(row, len(args)+1)
			fmt.Fprintf(&values, "(%s)", marks)
			args = append(args, row...)
		}
		if _, err := tx.Exec(head+values.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// Row is a vote in a list: its header, and what its card says besides.
type Row struct {
	thing.Thing
	LeastLevel int64
	CountedAt  time.Time
	Ballots    int64 // in the ledger's turnout so far
	Budget     int64 // of all questions together, minor units
	Currency   string
}

// List returns one page of votes, and where the next begins.
func List(tx *db.Tx, q thing.Query) ([]Row, thing.Cursor, error) {
	q.Kind = Kind
	return thing.List(tx, q, `v.least_level, v.counted_at,
		COALESCE((SELECT CAST(sum(count) AS BIGINT) FROM turnout WHERE vote_id = t.id), 0),
		COALESCE((SELECT CAST(sum(budget) AS BIGINT) FROM vote_question WHERE vote_id = t.id), 0),
		COALESCE((SELECT min(currency) FROM vote_question WHERE vote_id = t.id), '')`, `JOIN vote v ON v.id = t.id`,
		func(t *thing.Thing) ([]any, func() Row) {
			var r Row
			return []any{&r.LeastLevel, db.Time(&r.CountedAt), &r.Ballots, &r.Budget, &r.Currency}, func() Row { r.Thing = *t; return r }
		})
}

// ManagedBy lists the headers of all votes of some agencies, drafts too, newest first; every
// agency's when all is set.
func ManagedBy(tx *db.Tx, agencies []int64, all bool) ([]thing.Thing, error) {
	where, args := `v.rehearses IS NULL`, []any(nil)
	if !all {
		if len(agencies) == 0 {
			return nil, nil
		}
		marks, ids := thing.In(agencies, 1)
		where, args = `t.agency_id IN (`+marks+`) AND v.rehearses IS NULL`, ids
	}
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM vote v JOIN thing t ON t.id = v.id WHERE `+where+` ORDER BY t.id DESC LIMIT 500`, args...)
}

// Texts are the longer texts of a vote by language, for the search: its body and its options.
func Texts(tx *db.Tx, t thing.Thing) (map[string]string, error) {
	v, err := Get(tx, t.ID)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	add := func(lang, words string) {
		if words != "" {
			all[lang] += "\n\n" + words
		}
	}
	add(v.Lang, text.Plain(v.Body))
	for _, q := range v.Questions {
		add(v.Lang, q.Title)
		for _, o := range q.Options {
			add(v.Lang, o.Title+". "+text.Plain(o.Body))
			for lang, w := range o.Words {
				add(lang, w["title"]+". "+text.Plain(w["body"]))
			}
		}
	}
	return all, nil
}
