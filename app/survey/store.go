package survey

import (
	"encoding/json"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

func scan(r db.Row) (s Survey, err error) {
	err = r.Scan(append(thing.Fields(&s.Thing), &s.Answers)...)
	return
}

const columns = thing.Columns + `, s.answers FROM survey s JOIN thing t ON t.id = s.id `

// Get returns the survey with an id and its questions, or the fault thing.missing.
func Get(tx *db.Tx, id thing.ID) (Survey, error) {
	s, err := db.One(tx, scan, `SELECT `+columns+`WHERE t.id = $1`, id)
	return whole(tx, s, err)
}

// Of returns the oldest survey of a parent with its questions, or the fault thing.missing.
func Of(tx *db.Tx, parent thing.ID) (Survey, error) {
	s, err := db.One(tx, scan, `SELECT `+columns+`WHERE t.parent_id = $1 AND t.kind = $2 ORDER BY t.id LIMIT 1`, parent, Kind)
	return whole(tx, s, err)
}

func whole(tx *db.Tx, s Survey, err error) (Survey, error) {
	if err != nil {
		return s, thing.Missing(err)
	}
	s.Questions, err = questions(tx, s.ID)
	return s, err
}

func questions(tx *db.Tx, id thing.ID) ([]Question, error) {
	return db.All(tx, func(r db.Row) (q Question, err error) {
		var options, words string
		if err = r.Scan(&q.ID, &q.Position, &q.Form, &q.Label, &q.Hint, db.Bool(&q.Required), &q.Least, &q.Most, &options, &words); err != nil {
			return q, err
		}
		if err = json.Unmarshal([]byte(options), &q.Options); err != nil {
			return q, err
		}
		return q, json.Unmarshal([]byte(words), &q.Words)
	}, `SELECT id, position, form, label, hint, required, least, most, options, words FROM survey_question
		WHERE survey_id = $1 ORDER BY position, id LIMIT 200`, id)
}

// Insert stores a survey with its questions without asking who: for Begin, the demo and tests. Set
// Parent, Agency, Title, Lang, State and the dates first; it sets the ids.
func Insert(tx *db.Tx, s *Survey) error {
	s.Kind = Kind
	if err := thing.Create(tx, &s.Thing); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO survey (id, answers) VALUES ($1, $2)`, s.ID, 0); err != nil {
		return err
	}
	for i := range s.Questions {
		s.Questions[i].Position = i
		if err := InsertQuestion(tx, s.ID, &s.Questions[i]); err != nil {
			return err
		}
	}
	return nil
}

// InsertQuestion stores a question as it is and sets its id.
func InsertQuestion(tx *db.Tx, id thing.ID, q *Question) error {
	q.Prepare()
	q.ID = tx.NewID()
	_, err := tx.Exec(`INSERT INTO survey_question (id, survey_id, position, form, label, hint, required, least, most, options, words)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		q.ID, id, q.Position, q.Form, q.Label, q.Hint, q.Required, q.Least, q.Most, encoded(q.Options), encoded(q.Words))
	return err
}

func saveQuestion(tx *db.Tx, q Question) error {
	_, err := tx.Exec(`UPDATE survey_question SET position = $1, form = $2, label = $3, hint = $4, required = $5, least = $6, most = $7,
			options = $8, words = $9 WHERE id = $10`,
		q.Position, q.Form, q.Label, q.Hint, q.Required, q.Least, q.Most, encoded(q.Options), encoded(q.Words), q.ID)
	return err
}

// deleteQuestion takes a question away with the answers of drafts; those that were sent forbid it.
func deleteQuestion(tx *db.Tx, id int64) error {
	if _, err := tx.Exec(`DELETE FROM survey_answer WHERE question_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM survey_question WHERE id = $1`, id)
	return err
}

// InsertResponse stores a response as it is, counting it when it was sent, without asking who and
// without an event: for the demo, which stores many in one transaction. Answers must be what
// Survey.Take returns.
func InsertResponse(tx *db.Tx, id thing.ID, r *Response) error {
	r.ID = tx.NewID()
	if r.At.IsZero() {
		r.At = tx.Now
	}
	if _, err := tx.Exec(`INSERT INTO survey_response (id, survey_id, person_id, at, edited_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.ID, id, db.ID(r.Person), r.At, r.EditedAt, r.SentAt); err != nil {
		return err
	}
	if err := insertAnswers(tx, *r); err != nil || !r.Sent() {
		return err
	}
	return count(tx, id)
}

// count adds one to the responses sent.
func count(tx *db.Tx, id thing.ID) error {
	_, err := tx.Exec(`UPDATE survey SET answers = answers + 1 WHERE id = $1`, id)
	return err
}

func insertAnswers(tx *db.Tx, r Response) error {
	var forms = map[int64]bool{}
	for question, values := range r.Answers {
		chosen, err := isChosen(tx, forms, question)
		if err != nil {
			return err
		}
		for i, v := range values {
			choice, text := "", v
			if chosen {
				choice, text = v, ""
			}
			if _, err := tx.Exec(`INSERT INTO survey_answer (response_id, question_id, position, choice, text) VALUES ($1, $2, $3, $4, $5)`,
				r.ID, question, i, choice, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// isChosen tells whether a question's answers are choices.
func isChosen(tx *db.Tx, known map[int64]bool, question int64) (bool, error) {
	if chosen, ok := known[question]; ok {
		return chosen, nil
	}
	form, err := db.One(tx, db.Value[Form], `SELECT form FROM survey_question WHERE id = $1`, question)
	known[question] = form.Chosen()
	return form.Chosen(), err
}

// response returns a person's response, or an error for which db.IsNone holds.
func response(tx *db.Tx, id thing.ID, person identity.ID) (Response, error) {
	r, err := db.One(tx, func(row db.Row) (r Response, err error) {
		err = row.Scan(&r.ID, &r.Survey, db.Null(&r.Person), db.Time(&r.At), db.Time(&r.EditedAt), db.Time(&r.SentAt))
		return
	}, `SELECT id, survey_id, person_id, at, edited_at, sent_at FROM survey_response WHERE survey_id = $1 AND person_id = $2`, id, person)
	if err != nil {
		return r, err
	}
	r.Answers = Answers{}
	type row struct {
		question     int64
		choice, text string
	}
	err = db.Each(tx, func(s db.Row) (v row, err error) { err = s.Scan(&v.question, &v.choice, &v.text); return },
		func(v row) error {
			r.Answers[v.question] = append(r.Answers[v.question], v.choice+v.text)
			return nil
		}, `SELECT question_id, choice, text FROM survey_answer WHERE response_id = $1 ORDER BY question_id, position`, r.ID)
	return r, err
}

// replace stores a response's new answers in the place of the old ones.
func replace(tx *db.Tx, r Response) error {
	if _, err := tx.Exec(`DELETE FROM survey_answer WHERE response_id = $1`, r.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE survey_response SET edited_at = $1, sent_at = $2 WHERE id = $3`, r.EditedAt, r.SentAt, r.ID); err != nil {
		return err
	}
	return insertAnswers(tx, r)
}

// sentAnswers begins the queries over answers that count.
const sentAnswers = ` FROM survey_answer a JOIN survey_response r ON r.id = a.response_id
	WHERE a.question_id = $1 AND r.survey_id = $2 AND r.sent_at IS NOT NULL`

func answered(tx *db.Tx, s Survey, q Question) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(DISTINCT a.response_id)`+sentAnswers, q.ID, s.ID)
}

func choices(tx *db.Tx, s Survey, q Question) (map[string]int64, error) {
	type row struct {
		key string
		n   int64
	}
	n := map[string]int64{}
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.key, &v.n); return },
		func(v row) error { n[v.key] = v.n; return nil },
		`SELECT a.choice, count(*)`+sentAnswers+` GROUP BY a.choice`, q.ID, s.ID)
	return n, err
}

func values(tx *db.Tx, s Survey, q Question) ([]string, error) {
	return db.All(tx, db.Value[string], `SELECT a.text`+sentAnswers+` ORDER BY r.id LIMIT 200000`, q.ID, s.ID)
}

// texts are at most n open answers of responses after one, in the order in which they were begun.
func texts(tx *db.Tx, s Survey, q Question, after int64, n int) ([]Text, error) {
	return db.All(tx, func(r db.Row) (t Text, err error) { err = r.Scan(&t.ID, &t.Text); return },
		`SELECT r.id, a.text`+sentAnswers+` AND r.id > $3 ORDER BY r.id LIMIT $4`, q.ID, s.ID, after, n)
}

// eachSent calls do for every response sent, with its answers, in the order in which they were begun.
func eachSent(tx *db.Tx, id thing.ID, do func(Response) error) error {
	type row struct {
		response     int64
		sent         Response
		question     int64
		choice, text string
	}
	var last Response
	flush := func() error {
		if last.ID == 0 {
			return nil
		}
		return do(last)
	}
	err := db.Each(tx, func(s db.Row) (v row, err error) {
		err = s.Scan(&v.response, db.Time(&v.sent.SentAt), db.Time(&v.sent.EditedAt), db.Null(&v.question), db.Null(&v.choice), db.Null(&v.text))
		return
	}, func(v row) error {
		if v.response != last.ID {
			if err := flush(); err != nil {
				return err
			}
			last = Response{ID: v.response, SentAt: v.sent.SentAt, EditedAt: v.sent.EditedAt, Answers: Answers{}}
		}
		if v.question != 0 {
			last.Answers[v.question] = append(last.Answers[v.question], v.choice+v.text)
		}
		return nil
	}, `SELECT r.id, r.sent_at, r.edited_at, a.question_id, a.choice, a.text FROM survey_response r
		LEFT JOIN survey_answer a ON a.response_id = r.id
		WHERE r.survey_id = $1 AND r.sent_at IS NOT NULL ORDER BY r.id, a.question_id, a.position`, id)
	if err != nil {
		return err
	}
	return flush()
}
