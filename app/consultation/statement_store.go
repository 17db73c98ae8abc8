package consultation

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/opinion"
	"tequio/app/thing"
)

const statementColumns = `id, thing_id, author_id, official, lang, body, state, reason, at, decided_by, decided_at`

func scanStatement(r db.Row) (s Statement, err error) {
	err = r.Scan(&s.ID, &s.Of, &s.Author, db.Bool(&s.Official), &s.Lang, &s.Body, &s.State, &s.Reason, db.Time(&s.At),
		db.Null(&s.DecidedBy), db.Time(&s.DecidedAt))
	return
}

// StatementsOf are a consultation's statements in a state, oldest first.
func StatementsOf(tx *db.Tx, id thing.ID, state StatementState) ([]Statement, error) {
	return db.All(tx, scanStatement, `SELECT `+statementColumns+` FROM statement WHERE thing_id = $1 AND state = $2 ORDER BY id LIMIT $3`,
		id, state, StatementsMost)
}

func getStatement(tx *db.Tx, of thing.ID, id int64) (Statement, error) {
	s, err := db.One(tx, scanStatement, `SELECT `+statementColumns+` FROM statement WHERE thing_id = $1 AND id = $2`, of, id)
	return s, thing.Missing(err)
}

// unasked are a person's statements that wait for staff, and those that were refused.
func unasked(tx *db.Tx, id thing.ID, by identity.ID) ([]Statement, error) {
	return db.All(tx, scanStatement, `SELECT `+statementColumns+` FROM statement WHERE author_id = $1 AND thing_id = $2 AND official = 0
		AND state <> 'shown' ORDER BY CASE WHEN state = 'waiting' THEN 0 ELSE 1 END, id LIMIT $3`, by, id, StatementsMost)
}

// InsertStatement stores a new statement without asking who: for the service, the demo and tests.
func InsertStatement(tx *db.Tx, s *Statement) error {
	s.ID, s.At = tx.NewID(), tx.Now
	_, err := tx.Exec(`INSERT INTO statement (`+statementColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.ID, s.Of, s.Author, s.Official, s.Lang, s.Body, s.State, s.Reason, s.At, db.ID(s.DecidedBy), s.DecidedAt)
	return err
}

func decideStatement(tx *db.Tx, s Statement) error {
	_, err := tx.Exec(`UPDATE statement SET state = $1, reason = $2, decided_by = $3, decided_at = $4 WHERE id = $5`,
		s.State, s.Reason, db.ID(s.DecidedBy), s.DecidedAt, s.ID)
	return err
}

// shown counts the statements of which people are asked.
func shown(tx *db.Tx, id thing.ID) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM statement WHERE thing_id = $1 AND state = 'shown'`, id)
}

// counted is how many statements a consultation has in all, and of one author.
func counted(tx *db.Tx, id thing.ID, by identity.ID) (all, own int, err error) {
	if all, err = db.One(tx, db.Value[int], `SELECT count(*) FROM statement WHERE thing_id = $1`, id); err == nil {
		own, err = db.One(tx, db.Value[int], `SELECT count(*) FROM statement WHERE author_id = $1 AND thing_id = $2`, by, id)
	}
	return all, own, err
}

// stated reports whether a consultation has a statement in the same words that was not refused.
func stated(tx *db.Tx, id thing.ID, body string) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM statement WHERE thing_id = $1 AND state <> 'refused' AND lower(body) = lower($2)`, id, body)
	return n > 0, err
}

// voiceOf finds the number of who takes part; 0: they have not yet.
func voiceOf(tx *db.Tx, id thing.ID, p identity.ID, browser []byte) (voice int64, err error) {
	if p != 0 {
		voice, err = db.One(tx, db.Value[int64], `SELECT id FROM voice WHERE person_id = $1 AND thing_id = $2`, p, id)
	}
	if voice == 0 && browser != nil && (err == nil || db.IsNone(err)) {
		voice, err = db.One(tx, db.Value[int64], `SELECT id FROM voice WHERE browser = $1 AND thing_id = $2`, browser, id)
	}
	if db.IsNone(err) {
		return 0, nil
	}
	return voice, err
}

// InsertVoice stores somebody who takes part for the first time.
func InsertVoice(tx *db.Tx, id thing.ID, p identity.ID, browser []byte) (voice int64, err error) {
	voice = tx.NewID()
	_, err = tx.Exec(`INSERT INTO voice (id, thing_id, person_id, browser, at) VALUES ($1, $2, $3, $4, $5)`, voice, id, db.ID(p), browser, tx.Now)
	return voice, err
}

// claim makes a browser's voice that of the person who signed in with it.
func claim(tx *db.Tx, voice int64, p identity.ID) error {
	_, err := tx.Exec(`UPDATE voice SET person_id = $1, browser = NULL WHERE id = $2 AND person_id IS NULL`, p, voice)
	return err
}

// PutVote keeps what a voice says of a statement, in the place of what it said before.
func PutVote(tx *db.Tx, id thing.ID, voice, statement int64, say int8) error {
	_, err := tx.Exec(`INSERT INTO statement_vote (voice_id, statement_id, thing_id, say, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (voice_id, statement_id) DO UPDATE SET say = excluded.say, at = excluded.at`, voice, statement, id, int64(say), tx.Now)
	return err
}

// saidBy is what a voice says, by statement.
func saidBy(tx *db.Tx, voice int64) (map[int64]int8, error) {
	type vote struct {
		statement int64
		say       int8
	}
	all := map[int64]int8{}
	return all, db.Each(tx, func(r db.Row) (v vote, err error) { err = r.Scan(&v.statement, &v.say); return },
		func(v vote) error { all[v.statement] = v.say; return nil }, `SELECT statement_id, say FROM statement_vote WHERE voice_id = $1`, voice)
}

// votes are what everybody says of the statements that are shown.
func votes(tx *db.Tx, id thing.ID) (all []opinion.Vote, err error) {
	return all, db.Each(tx, func(r db.Row) (v opinion.Vote, err error) { err = r.Scan(&v.Participant, &v.Statement, &v.Say); return },
		func(v opinion.Vote) error { all = append(all, v); return nil },
		`SELECT v.voice_id, v.statement_id, v.say FROM statement_vote v JOIN statement s ON s.id = v.statement_id
			WHERE v.thing_id = $1 AND s.state = 'shown'`, id)
}

// voices counts those who voted with an account and those with a browser alone.
func voices(tx *db.Tx, id thing.ID) (accounts, browsers int, err error) {
	type counts struct{ accounts, browsers int }
	n, err := db.One(tx, func(r db.Row) (n counts, err error) { err = r.Scan(&n.accounts, &n.browsers); return },
		`SELECT COALESCE(sum(CASE WHEN browser IS NULL THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN browser IS NULL THEN 0 ELSE 1 END), 0)
			FROM voice WHERE thing_id = $1`, id)
	return n.accounts, n.browsers, err
}

// stale are the consultations in which somebody voted, or a statement was decided on, since their map was
// drawn.
func stale(tx *db.Tx) ([]thing.ID, error) {
	return db.All(tx, db.Value[thing.ID], `SELECT c.id FROM consultation c LEFT JOIN opinion_map m ON m.thing_id = c.id
		WHERE EXISTS (SELECT 1 FROM statement_vote v WHERE v.thing_id = c.id AND v.at >= COALESCE(m.at, 0))
			OR EXISTS (SELECT 1 FROM statement s WHERE s.thing_id = c.id AND s.decided_at >= m.at) ORDER BY c.id LIMIT 100`)
}

// saveMap keeps a map; at is the instant up to which it surely holds what was said.
func saveMap(tx *db.Tx, id thing.ID, at time.Time, drawn string) error {
	_, err := tx.Exec(`INSERT INTO opinion_map (thing_id, at, drawn) VALUES ($1, $2, $3)
		ON CONFLICT (thing_id) DO UPDATE SET at = excluded.at, drawn = excluded.drawn`, id, at, drawn)
	return err
}

func loadMap(tx *db.Tx, id thing.ID) (string, error) {
	return db.One(tx, db.Value[string], `SELECT drawn FROM opinion_map WHERE thing_id = $1`, id)
}
