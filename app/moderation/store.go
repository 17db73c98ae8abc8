package moderation

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

func insert(tx *db.Tx, d Decision) error {
	_, err := tx.Exec(`INSERT INTO moderation_decision (id, thing_id, comment_id, person_id, action, code, reason, author_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.NewID(), db.ID(d.Thing), db.ID(d.Comment), db.ID(d.Person), d.Action, d.Code, d.Reason, d.Author, tx.Now)
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

func setBlocked(tx *db.Tx, p identity.ID, blocked bool, reason string) (int64, error) {
	if !blocked {
		return tx.Exec(`UPDATE person SET blocked_at = NULL, blocked_reason = '' WHERE id = $1 AND blocked_at IS NOT NULL`, p)
	}
	return tx.Exec(`UPDATE person SET blocked_at = $1, blocked_reason = $2 WHERE id = $3 AND blocked_at IS NULL AND deleted_at IS NULL`, tx.Now, reason, p)
}

// decisions are at most n decisions, newest first, older than the one with an id.
func decisions(tx *db.Tx, before int64, n int) ([]Decision, error) {
	return db.All(tx, func(r db.Row) (d Decision, err error) {
		err = r.Scan(&d.ID, db.Null(&d.Thing), db.Null(&d.Comment), db.Null(&d.Person), &d.Action, &d.Code, &d.Reason, &d.Author, db.Time(&d.At))
		return
	}, `SELECT id, thing_id, comment_id, person_id, action, code, reason, author_id, at FROM moderation_decision
		WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, n)
}

func tallies(tx *db.Tx) ([]Tally, error) {
	return db.All(tx, func(r db.Row) (t Tally, err error) { err = r.Scan(&t.Action, &t.Code, &t.Count); return },
		`SELECT action, code, count(*) FROM moderation_decision GROUP BY action, code ORDER BY action, code LIMIT 200`)
}

// hiddenThings and hiddenRemarks are what is hidden now, newest first.
func hiddenThings(tx *db.Tx, n int) ([]thing.Thing, error) {
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		`SELECT `+thing.Columns+` FROM thing t WHERE t.hidden_at IS NOT NULL ORDER BY t.hidden_at DESC, t.id DESC LIMIT $1`, n)
}

func hiddenRemarks(tx *db.Tx, n int) ([]int64, error) {
	return db.All(tx, db.Value[int64], `SELECT id FROM comment WHERE hidden_at IS NOT NULL AND deleted_at IS NULL ORDER BY hidden_at DESC, id DESC LIMIT $1`, n)
}
