package consultation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// contributions is every contribution to the consultation $1. Comments of the agency's own voice, and its
// own statements, are none. Who wrote a statement or under a question is not named.
const contributions = `(
	SELECT 'comment' AS kind, c.id AS id, CAST(0 AS BIGINT) AS question, 'comment' AS part, c.at AS at, c.author_id AS author, p.name AS name,
			c.body AS body, c.stance AS stance, c.thing_id AS on_thing
		FROM comment c JOIN thing t ON t.id = c.thing_id JOIN person p ON p.id = c.author_id
		WHERE (t.id = $1 OR t.parent_id = $1 AND t.kind = 'topic') AND c.agency_id IS NULL AND ` + talk.Public + `
	UNION ALL SELECT 'statement', s.id, CAST(0 AS BIGINT), 'statement', s.at, s.author_id, '', s.body, '', s.thing_id
		FROM statement s WHERE s.thing_id = $1 AND s.official = 0 AND s.state = 'shown'
	UNION ALL SELECT 'text', r.id, a.question_id, 'text.' || CAST(a.question_id AS TEXT), r.sent_at, COALESCE(r.person_id, 0), '', a.text, '', t.id
		FROM survey_answer a JOIN survey_response r ON r.id = a.response_id JOIN thing t ON t.id = r.survey_id
		WHERE t.parent_id = $1 AND r.sent_at IS NOT NULL AND a.text <> ''
) x`

// answerOf is the answer that holds to a contribution x, if any.
const answerOf = ` LEFT JOIN answer n ON n.thing_id = $1 AND n.part_kind = x.part AND n.part_id = x.id AND n.id = (
	SELECT max(o.id) FROM answer o WHERE o.thing_id = $1 AND o.part_kind = x.part AND o.part_id = x.id)`

const contributionColumns = `x.kind, x.id, x.question, x.at, x.author, x.name, x.body, x.stance, x.on_thing, n.verdict, n.batch`

func scanContribution(r db.Row) (c Contribution, err error) {
	var verdict string
	err = r.Scan(&c.Kind, &c.ID, &c.Of, db.Time(&c.At), &c.Author, &c.Name, &c.Body, &c.Stance, &c.On, db.Null(&verdict), db.Null(&c.Batch))
	c.Verdict = talk.Verdict(verdict)
	return c, err
}

// where is the condition of a filter, with its arguments from $2 on.
func (f Filter) where() (string, []any) {
	var sql strings.Builder
	var args []any
	and := func(condition string, arg any) {
		args = append(args, arg)
		fmt.Fprintf(&sql, " AND "+condition, len(args)+1)
	}
	if f.Kind != "" {
		and(`x.kind = $%d`, f.Kind)
	}
	if f.Tag != "" {
		and(`EXISTS (SELECT 1 FROM contribution_tag g WHERE g.thing_id = $1 AND g.tag = $%d AND g.part_kind = x.part AND g.part_id = x.id)`, f.Tag)
	}
	switch f.Answered {
	case "no":
		sql.WriteString(` AND n.id IS NULL`)
	case "yes":
		sql.WriteString(` AND n.id IS NOT NULL`)
	}
	return sql.String(), args
}

// Contributions are those of a filter, oldest first, and how many there are in all. Words are looked for as
// people type them, without regard to case and accents.
func Contributions(tx *db.Tx, id thing.ID, f Filter) (all []Contribution, n int, err error) {
	where, more := f.where()
	args, rest := append([]any{id}, more...), ""
	if f.Words == "" {
		if n, err = db.One(tx, db.Value[int], `SELECT count(*) FROM `+contributions+answerOf+` WHERE true`+where, args...); err != nil {
			return nil, 0, err
		}
		rest = fmt.Sprintf(` LIMIT %d OFFSET %d`, ContributionsPage, f.Page*ContributionsPage)
	}
	all, err = db.All(tx, scanContribution, `SELECT `+contributionColumns+` FROM `+contributions+answerOf+` WHERE true`+where+
		` ORDER BY x.at, x.kind, x.id, x.question`+rest, args...)
	if f.Words != "" {
		words := text.FoldLine(f.Words)
		all = slices.DeleteFunc(all, func(c Contribution) bool { return !strings.Contains(text.FoldLine(c.Body), words) })
		n = len(all)
		from := min(f.Page*ContributionsPage, n)
		all = all[from:min(from+ContributionsPage, n)]
	}
	if err == nil {
		err = tagged(tx, id, all)
	}
	return all, n, err
}

// contributionsBy are those of one person, oldest first.
func contributionsBy(tx *db.Tx, id thing.ID, p identity.ID) ([]Contribution, error) {
	return db.All(tx, scanContribution, `SELECT `+contributionColumns+` FROM `+contributions+answerOf+` WHERE x.author = $2 ORDER BY x.at, x.id LIMIT 500`, id, p)
}

// tagged adds the tags to the contributions of a page.
func tagged(tx *db.Tx, id thing.ID, all []Contribution) error {
	if len(all) == 0 {
		return nil
	}
	var ids []int64
	place := map[Part]int{}
	for i, c := range all {
		ids = append(ids, c.ID)
		place[Part{c.kept(), c.ID, 0}] = i
	}
	marks, args := thing.In(ids, 2)
	type row struct {
		of  Part
		tag string
	}
	return db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.of.Kind, &v.of.ID, &v.tag); return }, func(v row) error {
		if i, here := place[v.of]; here {
			all[i].Tags = append(all[i].Tags, v.tag)
		}
		return nil
	}, `SELECT part_kind, part_id, tag FROM contribution_tag WHERE thing_id = $1 AND part_id IN (`+marks+`) ORDER BY tag`, append([]any{id}, args...)...)
}

// TagsOf are the tags of a consultation's contributions.
func TagsOf(tx *db.Tx, id thing.ID) ([]string, error) {
	return db.All(tx, db.Value[string], `SELECT DISTINCT tag FROM contribution_tag WHERE thing_id = $1 ORDER BY tag LIMIT 200`, id)
}

func putTag(tx *db.Tx, id thing.ID, p Part, tag string) error {
	_, err := tx.Exec(`INSERT INTO contribution_tag (thing_id, tag, part_kind, part_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, tag, p.kept(), p.ID)
	return err
}

// contribution finds one, or the fault thing.missing.
func contribution(tx *db.Tx, id thing.ID, p Part) (Contribution, error) {
	c, err := db.One(tx, scanContribution, `SELECT `+contributionColumns+` FROM `+contributions+answerOf+` WHERE x.part = $2 AND x.id = $3`, id, p.kept(), p.ID)
	return c, thing.Missing(err)
}

// DispositionOf counts what became of the contributions to a consultation.
func DispositionOf(tx *db.Tx, id thing.ID) (d Disposition, err error) {
	d.Verdicts = map[talk.Verdict]int{}
	type row struct {
		verdict string
		n       int
	}
	return d, db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.verdict, &v.n); return }, func(v row) error {
		d.All += v.n
		if v.verdict != "" {
			d.Verdicts[talk.Verdict(v.verdict)] = v.n
		}
		return nil
	}, `SELECT COALESCE(n.verdict, ''), count(*) FROM `+contributions+answerOf+` GROUP BY COALESCE(n.verdict, '')`, id)
}

// A Batch is one answer with how many contributions it is given to.
type Batch struct {
	ID      int64
	Verdict talk.Verdict
	Body    string // Markdown
	HTML    string
	Lang    string
	Agency  string
	About   thing.ID // where it leads; 0: nowhere
	At      time.Time
	N       int
}

// BatchesOf are the answers that hold, those to the most contributions first.
func BatchesOf(tx *db.Tx, id thing.ID) ([]Batch, error) {
	return db.All(tx, func(r db.Row) (b Batch, err error) {
		err = r.Scan(&b.ID, &b.N, &b.Verdict, &b.Body, &b.HTML, &b.Lang, db.Null(&b.Agency), db.Null(&b.About), db.Time(&b.At))
		return
	}, `SELECT f.id, y.n, f.verdict, f.body, f.html, f.lang, g.title, f.about_id, f.at FROM (
			SELECT n.batch AS batch, count(*) AS n FROM `+contributions+answerOf+` WHERE n.batch IS NOT NULL GROUP BY n.batch) y
		JOIN answer f ON f.id = y.batch LEFT JOIN thing g ON g.id = f.agency_id ORDER BY y.n DESC, f.id LIMIT 500`, id)
}

// quoted are the first few contributions of every batch.
func quoted(tx *db.Tx, id thing.ID, n int) (map[int64][]Contribution, error) {
	all := map[int64][]Contribution{}
	return all, db.Each(tx, scanContribution, func(c Contribution) error { all[c.Batch] = append(all[c.Batch], c); return nil },
		`SELECT y.kind, y.id, y.question, y.at, y.author, y.name, y.body, y.stance, y.on_thing, y.verdict, y.batch FROM (
			SELECT `+contributionColumns+`, row_number() OVER (PARTITION BY n.batch ORDER BY x.at, x.id) AS place FROM `+contributions+answerOf+`
			WHERE n.batch IS NOT NULL) y WHERE y.place <= $2 ORDER BY y.at, y.id`, id, n)
}

// setBatch says which answers were given together, and where they lead.
func setBatch(tx *db.Tx, answer, batch int64, about thing.ID) error {
	_, err := tx.Exec(`UPDATE answer SET batch = $1, about_id = $2 WHERE id = $3`, batch, db.ID(about), answer)
	return err
}

// untold are people who were answered and not yet told.
func untold(tx *db.Tx, id thing.ID, n int) ([]identity.ID, error) {
	return db.All(tx, db.Value[identity.ID], `SELECT DISTINCT x.author FROM `+contributions+answerOf+` WHERE n.id IS NOT NULL AND x.author <> 0
		AND NOT EXISTS (SELECT 1 FROM disposition_told d WHERE d.thing_id = $1 AND d.person_id = x.author)
		AND EXISTS (SELECT 1 FROM person p WHERE p.id = x.author AND p.deleted_at IS NULL) ORDER BY x.author LIMIT $2`, id, n)
}

func markTold(tx *db.Tx, id thing.ID, p identity.ID) error {
	_, err := tx.Exec(`INSERT INTO disposition_told (thing_id, person_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, p, tx.Now)
	return err
}

// AnsweredConsultations are the consultations in which something that a person said was answered, latest first.
func AnsweredConsultations(tx *db.Tx, p identity.ID) ([]thing.Thing, error) {
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM disposition_told d JOIN thing t ON t.id = d.thing_id WHERE d.person_id = $1 ORDER BY d.at DESC LIMIT 50`, p)
}
