package moderation

import (
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// conditions builds the WHERE of a choice over rows with an author, an instant and, of comments, a network.
type conditions struct {
	sql  string
	args []any
}

func (c *conditions) add(sql string, value any) {
	c.args = append(c.args, value)
	c.sql += fmt.Sprintf(` AND `+sql, len(c.args))
}

// chosen adds what a choice names, of what was written up to an instant, in a column.
func (c *conditions) chosen(of Choice, authors []identity.ID, upTo time.Time, author, at string) {
	c.add(at+` <= $%d`, upTo)
	if len(authors) > 0 {
		marks, args := db.Marks(authors, len(c.args)+1)
		c.args, c.sql = append(c.args, args...), c.sql+` AND `+author+` IN (`+marks+`)`
	}
	if !of.From.IsZero() {
		c.add(at+` >= $%d`, of.From)
	}
	if !of.Until.IsZero() {
		c.add(at+` < $%d`, of.Until)
	}
}

// chosenComments are the comments in view that a choice names, its words left aside: newest first,
// one more than are compared when there are more.
func chosenComments(tx *db.Tx, of Choice, authors []identity.ID, upTo time.Time) ([]Piece, error) {
	var c conditions
	c.chosen(of, authors, upTo, `c.author_id`, `c.at`)
	if of.Network != "" {
		c.add(`c.network <> '' AND c.network = $%d`, of.Network)
	}
	return db.All(tx, func(r db.Row) (p Piece, err error) {
		err = r.Scan(&p.Comment, &p.Author, &p.Body, db.Time(&p.At), &p.Thing.ID, &p.Thing.Kind, &p.Thing.Slug, &p.Thing.Title)
		return
	}, fmt.Sprintf(`SELECT c.id, c.author_id, c.body, c.at, t.id, t.kind, t.slug, t.title FROM comment c JOIN thing t ON t.id = c.thing_id
		WHERE c.deleted_at IS NULL AND c.hidden_at IS NULL AND c.held_at IS NULL`+c.sql+` ORDER BY c.at DESC, c.id DESC LIMIT %d`, scanMost+1), c.args...)
}

// chosenProposals are the proposals in view that a choice names, its words left aside.
func chosenProposals(tx *db.Tx, of Choice, authors []identity.ID, upTo time.Time) ([]thing.Thing, error) {
	var c conditions
	c.chosen(of, authors, upTo, `t.author_id`, `t.published_at`)
	return db.All(tx, func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return },
		fmt.Sprintf(`SELECT `+thing.Columns+` FROM thing t WHERE t.kind = 'proposal' AND t.state = 'published' AND t.hidden_at IS NULL`+c.sql+
			` ORDER BY t.published_at DESC, t.id DESC LIMIT %d`, scanMost+1), c.args...)
}

const bulkColumns = `b.id, b.authors, b.network, b.words, b.part, b.from_at, b.until_at, b.code, b.rule, b.rule_text, b.reason, b.asked_by, b.asked_at,
	b.accounts, b.found, b.hidden, b.skipped, b.finished_at, b.undone_by, b.undone_at, b.undone_why, b.restored, b.kept, b.restored_at`

func scanBulk(r db.Row) (b Bulk, err error) {
	err = r.Scan(&b.ID, &b.Authors, &b.Network, &b.Words, &b.Part, db.Time(&b.From), db.Time(&b.Until), &b.Code, &b.Rule, &b.RuleText, &b.Reason, &b.AskedBy,
		db.Time(&b.AskedAt), &b.Accounts, &b.Found, &b.Hidden, &b.Skipped, db.Time(&b.FinishedAt), db.Null(&b.UndoneBy), db.Time(&b.UndoneAt), &b.UndoneWhy,
		&b.Restored, &b.Kept, db.Time(&b.RestoredAt))
	return
}

func insertBulk(tx *db.Tx, b *Bulk, pieces []Piece) error {
	b.ID, b.AskedAt = tx.NewID(), tx.Now
	_, err := tx.Exec(`INSERT INTO moderation_batch (id, authors, network, words, part, from_at, until_at, code, rule, rule_text, reason, asked_by, asked_at, accounts, found)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, b.ID, b.Authors, b.Network, b.Words, b.Part, b.From, b.Until, b.Code,
		b.Rule, b.RuleText, b.Reason, b.AskedBy, b.AskedAt, b.Accounts, b.Found)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, p := range pieces {
		rows = append(rows, []any{b.ID, p.Thing.ID, p.Comment})
	}
	_, err = tx.InsertAll(`INSERT INTO moderation_batch_item (batch_id, thing_id, comment_id)`, ``, rows)
	return err
}

func getBulk(tx *db.Tx, id int64) (Bulk, error) {
	b, err := db.One(tx, scanBulk, `SELECT `+bulkColumns+` FROM moderation_batch b WHERE b.id = $1`, id)
	return b, thing.Missing(err)
}

// bulks are the newest batches.
func bulks(tx *db.Tx, n int) ([]Bulk, error) {
	return db.All(tx, scanBulk, `SELECT `+bulkColumns+` FROM moderation_batch b ORDER BY b.id DESC LIMIT $1`, n)
}

func saveBulk(tx *db.Tx, b Bulk) error {
	_, err := tx.Exec(`UPDATE moderation_batch SET hidden = $1, skipped = $2, finished_at = $3, undone_by = $4, undone_at = $5, undone_why = $6, restored = $7,
		kept = $8, restored_at = $9 WHERE id = $10`, b.Hidden, b.Skipped, b.FinishedAt, db.ID(b.UndoneBy), b.UndoneAt, b.UndoneWhy, b.Restored, b.Kept, b.RestoredAt, b.ID)
	return err
}

// A bulkItem is a piece of a batch and what became of it.
type bulkItem struct {
	thing    thing.ID
	comment  int64
	decision int64
	outcome  string
}

func scanItem(r db.Row) (i bulkItem, err error) {
	err = r.Scan(&i.thing, &i.comment, db.Null(&i.decision), &i.outcome)
	return
}

// itemsWith are at most n pieces of a batch with an outcome, in the order of their things.
func itemsWith(tx *db.Tx, batch int64, outcome string, n int) ([]bulkItem, error) {
	return db.All(tx, scanItem, `SELECT i.thing_id, i.comment_id, i.decision_id, i.outcome FROM moderation_batch_item i
		WHERE i.batch_id = $1 AND i.outcome = $2 ORDER BY i.thing_id, i.comment_id LIMIT $3`, batch, outcome, n)
}

// getItem is a piece of a batch as it stands now.
func getItem(tx *db.Tx, batch int64, of bulkItem) (bulkItem, error) {
	return db.One(tx, scanItem, `SELECT i.thing_id, i.comment_id, i.decision_id, i.outcome FROM moderation_batch_item i
		WHERE i.batch_id = $1 AND i.thing_id = $2 AND i.comment_id = $3`, batch, of.thing, of.comment)
}

func saveItem(tx *db.Tx, batch int64, i bulkItem) error {
	_, err := tx.Exec(`UPDATE moderation_batch_item SET outcome = $1, decision_id = $2 WHERE batch_id = $3 AND thing_id = $4 AND comment_id = $5`,
		i.outcome, db.ID(i.decision), batch, i.thing, i.comment)
	return err
}

// skipWaiting marks what waits in a batch as skipped and returns how much that was.
func skipWaiting(tx *db.Tx, batch int64) (int64, error) {
	return tx.Exec(`UPDATE moderation_batch_item SET outcome = $1 WHERE batch_id = $2 AND outcome = ''`, pieceSkipped, batch)
}

// appealOf is the open case of an appeal against a decision; false when there is none.
func appealOf(tx *db.Tx, decision int64) (Case, bool, error) {
	c, err := db.One(tx, scanCase, `SELECT `+caseColumns+` FROM moderation_case k WHERE k.decision_id = $1 AND k.kind = $2 AND k.closed_at IS NULL`, decision, Appealed)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, err
}
