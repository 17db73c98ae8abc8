package challenge

import (
	"encoding/json"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const columns = `c.body, c.prize, c.seed, c.currency, c.prize_text, c.eligibility, c.rules, c.rights, c.privacy, c.success, c.declaration,
	c.data, c.sealed, c.finalists, c.winners, c.closing, c.named_at, c.outcome, c.decision, c.departure, c.decided_at`

// Join is what lists add to their query for conditions on a challenge's own columns.
const Join = `JOIN challenge c ON c.id = t.id`

func fields(c *Challenge) []any {
	return []any{&c.Body, &c.Prize, &c.Seed, &c.Currency, &c.PrizeText, &c.Eligibility, &c.Rules, &c.Rights, &c.Privacy, &c.Success,
		&c.Declaration, jsonOf{&c.Data}, db.Bool(&c.Sealed), &c.Finalists, &c.Winners, &c.Closing, db.Time(&c.NamedAt), &c.Outcome, &c.Decision,
		&c.Departure, db.Time(&c.DecidedAt)}
}

// jsonOf scans a column that holds JSON.
type jsonOf struct{ to any }

// Scan reads the column.
func (j jsonOf) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), j.to)
	case []byte:
		return json.Unmarshal(v, j.to)
	}
	return nil
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return "[]"
	}
	return string(b)
}

func scan(r db.Row) (c Challenge, err error) {
	err = r.Scan(append(thing.Fields(&c.Thing), fields(&c)...)...)
	return
}

// Get returns a challenge with its stages and criteria, or the fault thing.missing.
func Get(tx *db.Tx, id thing.ID) (Challenge, error) {
	return whole(tx, `t.id = $1`, id)
}

// Find returns the challenge under a slug, or the fault thing.missing.
func Find(tx *db.Tx, slug string) (Challenge, error) {
	return whole(tx, `t.slug = $1`, slug)
}

func whole(tx *db.Tx, where string, arg any) (Challenge, error) {
	c, err := db.One(tx, scan, `SELECT `+thing.Columns+`, `+columns+` FROM thing t `+Join+` WHERE `+where, arg)
	if err != nil {
		return c, thing.Missing(err)
	}
	if c.Stages, err = thing.Stages(tx, c.ID); err != nil {
		return c, err
	}
	c.Criteria, err = db.All(tx, func(r db.Row) (k Criterion, err error) {
		err = r.Scan(&k.Name, &k.Description, &k.Weight)
		return
	}, `SELECT name, description, weight FROM criterion WHERE challenge_id = $1 ORDER BY position LIMIT 100`, c.ID)
	return c, err
}

// List returns a page of challenges with their stages, without criteria.
func List(tx *db.Tx, q thing.Query) ([]Challenge, thing.Cursor, error) {
	q.Kind = Kind
	all, next, err := thing.List(tx, q, columns, Join, func(t *thing.Thing) ([]any, func() Challenge) {
		c := &Challenge{}
		return fields(c), func() Challenge { c.Thing = *t; return *c }
	})
	if err != nil {
		return nil, next, err
	}
	return all, next, addStages(tx, all)
}

// LatestDecided returns the n challenges that lists show whose decision came last, without stages.
func LatestDecided(tx *db.Tx, n int) ([]Challenge, error) {
	return db.All(tx, scan, `SELECT `+thing.Columns+`, `+columns+` FROM thing t `+Join+` WHERE t.state = 'published' AND t.hidden_at IS NULL
		AND c.decided_at <= $1 ORDER BY c.decided_at DESC, t.id DESC LIMIT $2`, tx.Now, n)
}

// Managed returns the newest challenges of the agencies, whatever their state; of all when whole.
func Managed(tx *db.Tx, agencies []int64, whole bool) ([]Challenge, error) {
	where, args := `1 = 1`, []any(nil)
	if !whole {
		if len(agencies) == 0 {
			return nil, nil
		}
		var marks string
		marks, args = thing.In(agencies, 1)
		where = `t.agency_id IN (` + marks + `)`
	}
	all, err := db.All(tx, scan, `SELECT `+thing.Columns+`, `+columns+` FROM thing t `+Join+` WHERE `+where+` ORDER BY t.id DESC LIMIT 200`, args...)
	if err != nil {
		return nil, err
	}
	return all, addStages(tx, all)
}

func addStages(tx *db.Tx, all []Challenge) error {
	if len(all) == 0 {
		return nil
	}
	at := map[thing.ID]int{}
	var ids []thing.ID
	for i, c := range all {
		at[c.ID] = i
		ids = append(ids, c.ID)
	}
	marks, args := thing.In(ids, 1)
	type row struct {
		id thing.ID
		thing.Stage
	}
	return db.Each(tx, func(r db.Row) (s row, err error) {
		err = r.Scan(&s.id, &s.Kind, &s.Name, db.Time(&s.OpensAt), db.Time(&s.ClosesAt))
		return
	}, func(s row) error {
		c := &all[at[s.id]]
		c.Stages = append(c.Stages, s.Stage)
		return nil
	}, `SELECT thing_id, kind, name, opens_at, closes_at FROM phase WHERE thing_id IN (`+marks+`) ORDER BY thing_id, position`, args...)
}

// Insert stores a challenge with its stages and criteria; dates of its thing that are set are kept,
// so that a demo or an import can write the past. Nothing is checked and no event is recorded.
func Insert(tx *db.Tx, c *Challenge) error {
	c.Kind = Kind
	c.span()
	if err := thing.Create(tx, &c.Thing); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO challenge (id, body) VALUES ($1, '')`, c.ID); err != nil {
		return err
	}
	return storeParts(tx, c)
}

// Store writes a challenge that is there already, header included. Nothing is checked.
func Store(tx *db.Tx, c *Challenge) error {
	c.span()
	if err := thing.Save(tx, &c.Thing); err != nil {
		return err
	}
	return storeParts(tx, c)
}

func storeParts(tx *db.Tx, c *Challenge) error {
	if _, err := tx.Exec(`UPDATE challenge SET body = $1, prize = $2, seed = $3, currency = $4, prize_text = $5, eligibility = $6, rules = $7,
			rights = $8, privacy = $9, success = $10, declaration = $11, data = $12, sealed = $13, finalists = $14, winners = $15,
			closing = $16, named_at = $17, outcome = $18, decision = $19, departure = $20, decided_at = $21 WHERE id = $22`,
		c.Body, c.Prize, c.Seed, c.Currency, c.PrizeText, c.Eligibility, c.Rules, c.Rights, c.Privacy, c.Success, c.Declaration,
		toJSON(c.Data), c.Sealed, c.Finalists, c.Winners, c.Closing, c.NamedAt, string(c.Outcome), c.Decision, c.Departure, c.DecidedAt, c.ID); err != nil {
		return err
	}
	if err := thing.SetStages(tx, c.ID, c.Stages); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM criterion WHERE challenge_id = $1`, c.ID); err != nil {
		return err
	}
	for i, k := range c.Criteria {
		if _, err := tx.Exec(`INSERT INTO criterion (challenge_id, position, name, description, weight) VALUES ($1, $2, $3, $4, $5)`,
			c.ID, i, k.Name, k.Description, k.Weight); err != nil {
			return err
		}
	}
	return nil
}

// Question is one that somebody asked about the brief, with the answer to all.
type Question struct {
	ID         int64
	Challenge  thing.ID
	Author     identity.ID // never shown to other entrants; 0: asked elsewhere
	Question   string
	Answer     string // Markdown, official; "": not answered yet
	At         time.Time
	AnsweredAt time.Time
}

const questionColumns = `id, challenge_id, author_id, question, answer, at, answered_at`

func scanQuestion(r db.Row) (q Question, err error) {
	err = r.Scan(&q.ID, &q.Challenge, db.Null(&q.Author), &q.Question, &q.Answer, db.Time(&q.At), db.Time(&q.AnsweredAt))
	return
}

// QuestionsOf returns a challenge's questions, oldest first.
func QuestionsOf(tx *db.Tx, id thing.ID) ([]Question, error) {
	return db.All(tx, scanQuestion, `SELECT `+questionColumns+` FROM challenge_question WHERE challenge_id = $1 ORDER BY id LIMIT 1000`, id)
}

func getQuestion(tx *db.Tx, id int64) (Question, error) {
	q, err := db.One(tx, scanQuestion, `SELECT `+questionColumns+` FROM challenge_question WHERE id = $1`, id)
	return q, thing.Missing(err)
}

// InsertQuestion stores a question, with its answer where it has one; At is now where it is zero.
// No event is recorded.
func InsertQuestion(tx *db.Tx, q *Question) error {
	q.ID = tx.NewID()
	if q.At.IsZero() {
		q.At = tx.Now
	}
	_, err := tx.Exec(`INSERT INTO challenge_question (`+questionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		q.ID, q.Challenge, db.ID(q.Author), q.Question, q.Answer, q.At, q.AnsweredAt)
	return err
}

func answerQuestion(tx *db.Tx, id int64, answer string) error {
	_, err := tx.Exec(`UPDATE challenge_question SET answer = $1, answered_at = $2 WHERE id = $3`, answer, tx.Now, id)
	return err
}

// Texts are the longer texts of a challenge by language, for the search index.
func Texts(tx *db.Tx, t thing.Thing) (map[string]string, error) {
	c, err := Get(tx, t.ID)
	if err != nil {
		return nil, err
	}
	all := map[string]string{c.Lang: c.searched()}
	type row struct{ lang, text string }
	err = db.Each(tx, func(r db.Row) (w row, err error) { err = r.Scan(&w.lang, &w.text); return },
		func(w row) error { all[w.lang] += "\n\n" + w.text; return nil },
		`SELECT lang, text FROM translation WHERE thing_id = $1 AND field NOT IN ('title', 'summary', 'declaration') ORDER BY lang, field`, t.ID)
	return all, err
}

func (c Challenge) searched() string {
	return strings.Join([]string{c.Body, c.Success, c.PrizeText, c.Eligibility, c.Rules, c.Rights, c.Decision}, "\n\n")
}
