package moderation

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// insert stores a decision and sets its id and instant.
func insert(tx *db.Tx, d *Decision) error {
	d.ID, d.At = tx.NewID(), tx.Now
	_, err := tx.Exec(`INSERT INTO moderation_decision (id, thing_id, comment_id, person_id, action, code, reason, author_id, at, rule, rule_text,
			asked_at, until, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		d.ID, db.ID(d.Thing), db.ID(d.Comment), db.ID(d.Person), d.Action, d.Code, d.Reason, d.Author, d.At, d.Rule, d.RuleText,
		d.AskedAt, d.Until, db.ID(d.Batch))
	return err
}

func setThingHidden(tx *db.Tx, id thing.ID, hidden bool, r Reason) (int64, error) {
	if !hidden {
		return tx.Exec(`UPDATE thing SET hidden_at = NULL, hidden_code = '', hidden_reason = '', updated_at = $1 WHERE id = $2 AND hidden_at IS NOT NULL`, tx.Now, id)
	}
	return tx.Exec(`UPDATE thing SET hidden_at = $1, hidden_code = $2, hidden_reason = $3, updated_at = $4 WHERE id = $5 AND hidden_at IS NULL`,
		tx.Now, r.Code, r.Text, tx.Now, id)
}

func setCommentHidden(tx *db.Tx, id int64, hidden bool, r Reason) (int64, error) {
	if !hidden {
		return tx.Exec(`UPDATE comment SET hidden_at = NULL, hidden_code = '', hidden_reason = '' WHERE id = $1 AND hidden_at IS NOT NULL`, id)
	}
	return tx.Exec(`UPDATE comment SET hidden_at = $1, hidden_code = $2, hidden_reason = $3 WHERE id = $4 AND hidden_at IS NULL`, tx.Now, r.Code, r.Text, id)
}

// A Remark is a comment as moderators see it.
type Remark struct {
	ID     int64
	Thing  thing.Ref
	Author identity.ID
	Name   string // of the author, "" when the account is gone
	Body   string
	Hidden bool
	At     time.Time // when it was hidden
	Reason
}

func remark(tx *db.Tx, id int64) (Remark, error) {
	m, err := db.One(tx, func(r db.Row) (m Remark, err error) {
		err = r.Scan(&m.ID, &m.Thing.ID, &m.Thing.Kind, &m.Thing.Slug, &m.Thing.Title, &m.Author, &m.Name, &m.Body, db.Time(&m.At), &m.Code, &m.Text)
		m.Hidden = !m.At.IsZero()
		return
	}, `SELECT c.id, t.id, t.kind, t.slug, t.title, c.author_id, CASE WHEN p.deleted_at IS NULL THEN p.name ELSE '' END, c.body,
			c.hidden_at, c.hidden_code, c.hidden_reason
		FROM comment c JOIN thing t ON t.id = c.thing_id JOIN person p ON p.id = c.author_id WHERE c.id = $1 AND c.deleted_at IS NULL`, id)
	return m, thing.Missing(err)
}

// setBlocked suspends an account until an instant (zero: for good), or ends that. A block that is over
// by itself is none.
func setBlocked(tx *db.Tx, p identity.ID, blocked bool, until time.Time, reason string) (int64, error) {
	if !blocked {
		return tx.Exec(`UPDATE person SET blocked_at = NULL, blocked_until = NULL, blocked_reason = '' WHERE id = $1 AND blocked_at IS NOT NULL`, p)
	}
	return tx.Exec(`UPDATE person SET blocked_at = $1, blocked_until = $2, blocked_reason = $3
		WHERE id = $4 AND (blocked_at IS NULL OR blocked_until <= $5) AND deleted_at IS NULL`, tx.Now, until, reason, p, tx.Now)
}

const decisionColumns = `d.id, d.thing_id, d.comment_id, d.person_id, d.action, d.code, d.reason, d.author_id, d.at, d.rule, d.rule_text, d.asked_at,
	d.until, d.batch_id, d.appeal, d.appealed_at, d.appeal_outcome, d.appeal_reason, d.appeal_by, d.appeal_decided_at`

func scanDecision(r db.Row) (d Decision, err error) {
	err = r.Scan(&d.ID, db.Null(&d.Thing), db.Null(&d.Comment), db.Null(&d.Person), &d.Action, &d.Code, &d.Reason, &d.Author, db.Time(&d.At),
		&d.Rule, &d.RuleText, db.Time(&d.AskedAt), db.Time(&d.Until), db.Null(&d.Batch), &d.Appeal, db.Time(&d.AppealedAt), &d.AppealOutcome,
		&d.AppealReason, db.Null(&d.AppealBy), db.Time(&d.AppealDecidedAt))
	return
}

// decisions are at most n decisions, newest first, older than the one with an id.
func decisions(tx *db.Tx, before int64, n int) ([]Decision, error) {
	return db.All(tx, scanDecision, `SELECT `+decisionColumns+` FROM moderation_decision d WHERE d.id < $1 ORDER BY d.id DESC LIMIT $2`, before, n)
}

func decision(tx *db.Tx, id int64) (Decision, error) {
	d, err := db.One(tx, scanDecision, `SELECT `+decisionColumns+` FROM moderation_decision d WHERE d.id = $1`, id)
	return d, thing.Missing(err)
}

// latest is the newest decision on a thing (comment 0) or a comment; false when there is none.
func latest(tx *db.Tx, id thing.ID, comment int64) (Decision, bool, error) {
	d, err := db.One(tx, scanDecision, `SELECT `+decisionColumns+` FROM moderation_decision d WHERE d.thing_id = $1 AND COALESCE(d.comment_id, 0) = $2
		AND d.person_id IS NULL ORDER BY d.id DESC LIMIT 1`, id, comment)
	if db.IsNone(err) {
		return d, false, nil
	}
	return d, err == nil, err
}

// against are the decisions that concern a person: on what they wrote, and on their account. Each way is
// looked up by itself: asked for with OR, every decision there ever was would be read.
func against(tx *db.Tx, p identity.ID, n int) ([]Decision, error) {
	return db.All(tx, scanDecision, `SELECT `+decisionColumns+` FROM moderation_decision d WHERE d.id IN (
			SELECT x.id FROM moderation_decision x WHERE x.person_id = $1
			UNION ALL SELECT x.id FROM comment c JOIN moderation_decision x ON x.comment_id = c.id WHERE c.author_id = $1
			UNION ALL SELECT x.id FROM thing t JOIN moderation_decision x ON x.thing_id = t.id WHERE t.author_id = $1 AND x.comment_id IS NULL)
		ORDER BY d.id DESC LIMIT $2`, p, n)
}

func saveAppeal(tx *db.Tx, d Decision) error {
	_, err := tx.Exec(`UPDATE moderation_decision SET appeal = $1, appealed_at = $2, appeal_outcome = $3, appeal_reason = $4, appeal_by = $5,
		appeal_decided_at = $6 WHERE id = $7`, d.Appeal, d.AppealedAt, d.AppealOutcome, d.AppealReason, db.ID(d.AppealBy), d.AppealDecidedAt, d.ID)
	return err
}

func tallies(tx *db.Tx) ([]Tally, error) {
	return db.All(tx, func(r db.Row) (t Tally, err error) { err = r.Scan(&t.Action, &t.Code, &t.Count); return },
		`SELECT action, code, count(*) FROM moderation_decision GROUP BY action, code ORDER BY action, code LIMIT 200`)
}

// hiddenThings and hiddenRemarks are what is hidden now, newest first.
func hiddenThings(tx *db.Tx, n int) ([]thing.Thing, error) {
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM thing t WHERE t.hidden_at IS NOT NULL AND t.state <> 'wiped' ORDER BY t.hidden_at DESC, t.id DESC LIMIT $1`, n)
}

func hiddenRemarks(tx *db.Tx, n int) ([]int64, error) {
	return db.All(tx, db.Value[int64], `SELECT id FROM comment WHERE hidden_at IS NOT NULL AND deleted_at IS NULL ORDER BY hidden_at DESC, id DESC LIMIT $1`, n)
}

// since are the instants and appeals of the decisions made after an instant, oldest first: what figures
// need, which an index holds.
func since(tx *db.Tx, at time.Time) ([]Decision, error) {
	return db.All(tx, func(r db.Row) (d Decision, err error) {
		err = r.Scan(db.Time(&d.At), db.Time(&d.AskedAt), db.Time(&d.AppealedAt), &d.AppealOutcome)
		return
	}, `SELECT d.at, d.asked_at, d.appealed_at, d.appeal_outcome FROM moderation_decision d WHERE d.at > $1 ORDER BY d.at LIMIT 100000`, at)
}
