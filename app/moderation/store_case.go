package moderation

import (
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const caseColumns = `k.id, k.kind, k.thing_id, k.comment_id, k.decision_id, k.why, k.reports, k.opened_at, k.promised_at, k.taken_by, k.taken_until, k.closed_at`

func scanCase(r db.Row) (c Case, err error) {
	err = r.Scan(&c.ID, &c.Kind, db.Null(&c.Thing), db.Null(&c.Comment), db.Null(&c.Decision), &c.Why, &c.Reports, db.Time(&c.OpenedAt), db.Time(&c.PromisedAt),
		db.Null(&c.TakenBy), db.Time(&c.TakenUntil), db.Time(&c.ClosedAt))
	return
}

// openCase opens a case, or finds the one that is open for the same, and sets its id.
func openCase(tx *db.Tx, c *Case) error {
	if _, err := tx.Exec(`INSERT INTO moderation_case (id, kind, thing_id, comment_id, decision_id, why, opened_at, promised_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		tx.NewID(), c.Kind, db.ID(c.Thing), db.ID(c.Comment), db.ID(c.Decision), c.Why, c.OpenedAt, c.PromisedAt); err != nil {
		return err
	}
	found, err := db.One(tx, scanCase, `SELECT `+caseColumns+` FROM moderation_case k WHERE k.kind = $1 AND COALESCE(k.thing_id, 0) = $2
		AND COALESCE(k.comment_id, 0) = $3 AND COALESCE(k.decision_id, 0) = $4 AND k.closed_at IS NULL`, c.Kind, c.Thing, c.Comment, c.Decision)
	*c = found
	return err
}

func getCase(tx *db.Tx, id int64) (Case, error) {
	c, err := db.One(tx, scanCase, `SELECT `+caseColumns+` FROM moderation_case k WHERE k.id = $1`, id)
	return c, thing.Missing(err)
}

// casesOn are the open cases on a thing (comment 0) or a comment, appeals left out.
func casesOn(tx *db.Tx, id thing.ID, comment int64) ([]Case, error) {
	return db.All(tx, scanCase, `SELECT `+caseColumns+` FROM moderation_case k WHERE k.thing_id = $1 AND COALESCE(k.comment_id, 0) = $2
		AND k.closed_at IS NULL AND k.kind <> $3 ORDER BY k.id LIMIT 10`, id, comment, Appealed)
}

// A Filter says which cases the queue shows.
type Filter struct {
	Kind     CaseKind // "": all
	Reported bool     // the most reported first; else the oldest
	After    thing.Cursor
	Limit    int
}

// cases are the open cases that a filter asks for, one more than its limit when there are more.
func cases(tx *db.Tx, f Filter) ([]Case, error) {
	where, args := `k.closed_at IS NULL`, []any{}
	add := func(condition string, values ...any) {
		args = append(args, values...)
		marks := make([]any, len(values))
		for i := range values {
			marks[i] = len(args) - len(values) + i + 1
		}
		where += fmt.Sprintf(condition, marks...)
	}
	if f.Kind != "" {
		add(` AND k.kind = $%d`, f.Kind)
	}
	key, order, beyond := `k.opened_at`, `ASC`, `>`
	if f.Reported {
		key, order, beyond = `k.reports`, `DESC`, `<`
	}
	if f.After.ID != 0 {
		add(` AND (`+key+`, k.id) `+beyond+` ($%d, $%d)`, f.After.Key, f.After.ID)
	}
	args = append(args, f.Limit+1)
	return db.All(tx, scanCase, `SELECT `+caseColumns+` FROM moderation_case k WHERE `+where+
		fmt.Sprintf(` ORDER BY %s %s, k.id %s LIMIT $%d`, key, order, order, len(args)), args...)
}

// Open counts the cases that wait, and those of them that are late.
func Open(tx *db.Tx) (waiting, late int64, err error) {
	type both struct{ waiting, late int64 }
	n, err := db.One(tx, func(r db.Row) (n both, err error) { err = r.Scan(&n.waiting, &n.late); return },
		`SELECT count(*), CAST(COALESCE(sum(CASE WHEN promised_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM moderation_case WHERE closed_at IS NULL`, tx.Now)
	return n.waiting, n.late, err
}

func closeCase(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`UPDATE moderation_case SET closed_at = $1, taken_by = NULL, taken_until = NULL WHERE id = $2 AND closed_at IS NULL`, tx.Now, id)
	return err
}

func takeCase(tx *db.Tx, id int64, who identity.ID) error {
	if who == 0 {
		_, err := tx.Exec(`UPDATE moderation_case SET taken_by = NULL, taken_until = NULL WHERE id = $1`, id)
		return err
	}
	_, err := tx.Exec(`UPDATE moderation_case SET taken_by = $1, taken_until = $2 WHERE id = $3`, who, tx.Now.Add(takenFor), id)
	return err
}

// insertReport reports whether the person had not reported it yet; a second report replaces the words
// of the first.
func insertReport(tx *db.Tx, of int64, r Report) (bool, error) {
	n, err := tx.Exec(`INSERT INTO report (case_id, person_id, code, text, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, of, r.Person, r.Code, r.Text, tx.Now)
	if err != nil || n > 0 {
		if err == nil {
			_, err = tx.Exec(`UPDATE moderation_case SET reports = reports + 1 WHERE id = $1`, of)
		}
		return true, err
	}
	_, err = tx.Exec(`UPDATE report SET code = $1, text = $2 WHERE case_id = $3 AND person_id = $4`, r.Code, r.Text, of, r.Person)
	return false, err
}

// reports are what people reported in a case, the first first.
func reports(tx *db.Tx, of int64) ([]Report, error) {
	return db.All(tx, func(r db.Row) (v Report, err error) {
		err = r.Scan(&v.Person, &v.Code, &v.Text, db.Time(&v.At))
		return
	},
		`SELECT person_id, code, text, at FROM report WHERE case_id = $1 ORDER BY at, person_id LIMIT 500`, of)
}

// others is how many people could decide as a second person: neither who decided first nor whom it concerns.
func others(tx *db.Tx, first, whom identity.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(DISTINCT r.person_id) FROM role r JOIN person p ON p.id = r.person_id
		WHERE r.role IN ($1, $2) AND r.person_id <> $3 AND r.person_id <> $4 AND p.deleted_at IS NULL
		AND (p.blocked_at IS NULL OR p.blocked_until <= $5)`, identity.Moderator, identity.Administrator, first, whom, tx.Now)
}

// A History is what moderators know of whoever wrote something.
type History struct {
	Name                        string // "" when the account is gone
	Since                       time.Time
	Things, Comments, Decisions int64 // published, and decisions that hid something or warned
}

func historyOf(tx *db.Tx, p identity.ID) (History, error) {
	return db.One(tx, func(r db.Row) (h History, err error) {
		err = r.Scan(&h.Name, db.Time(&h.Since), &h.Things, &h.Comments, &h.Decisions)
		return
	}, `SELECT CASE WHEN p.deleted_at IS NULL THEN p.name ELSE '' END, p.created_at,
			(SELECT count(*) FROM thing t WHERE t.author_id = p.id AND t.state = 'published'),
			(SELECT count(*) FROM comment c WHERE c.author_id = p.id AND c.deleted_at IS NULL),
			(SELECT count(*) FROM moderation_decision d JOIN comment c ON c.id = d.comment_id WHERE c.author_id = p.id AND d.action IN ('hide', 'warn')) +
			(SELECT count(*) FROM moderation_decision d JOIN thing t ON t.id = d.thing_id WHERE t.author_id = p.id AND d.comment_id IS NULL AND d.action IN ('hide', 'warn'))
		FROM person p WHERE p.id = $1`, p)
}
