package talk

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const commentColumns = `c.id, c.thing_id, c.parent_id, c.root_id, c.depth, c.author_id,
	CASE WHEN p.deleted_at IS NULL THEN p.name ELSE '' END, c.agency_id, g.title, c.stance, c.body, c.html,
	c.at, c.edited_at, c.deleted_at, c.hidden_at, c.hidden_code, c.hidden_reason, c.held_at, c.held_for, c.agrees, c.disagrees, c.score, c.replies`

const fromComment = ` FROM comment c JOIN person p ON p.id = c.author_id LEFT JOIN thing g ON g.id = c.agency_id `

// Public is the condition on c under which everybody may read a comment's text.
const Public = `c.deleted_at IS NULL AND c.hidden_at IS NULL AND c.held_at IS NULL`

// shown leaves out the deleted comments on which nothing hangs, and those that wait for a moderator.
const shown = ` AND (c.deleted_at IS NULL OR c.replies > 0) AND c.held_at IS NULL `

func scanComment(r db.Row) (c Comment, err error) {
	err = r.Scan(&c.ID, &c.Thing, db.Null(&c.Parent), &c.Root, &c.Depth, &c.Author, &c.AuthorName, db.Null(&c.Agency), db.Null(&c.AgencyName),
		&c.Stance, &c.Body, &c.HTML, db.Time(&c.At), db.Time(&c.EditedAt), db.Time(&c.DeletedAt), db.Time(&c.HiddenAt),
		&c.HiddenCode, &c.HiddenReason, db.Time(&c.HeldAt), &c.HeldFor, &c.Agrees, &c.Disagrees, &c.Score, &c.Replies)
	return
}

// Get returns a comment, or the fault thing.missing.
func Get(tx *db.Tx, id int64) (Comment, error) {
	c, err := db.One(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.id = $1`, id)
	return c, thing.Missing(err)
}

// InsertComment stores a comment, its HTML included, and counts it with its thing and the comments
// above it, unless it is held. It sets the id, the instant where that is empty, and the place in the thread from Parent.
// Comments of one thing must be stored oldest first. It asks nobody and records nothing.
func InsertComment(tx *db.Tx, c *Comment) error {
	c.ID = tx.NewID()
	if c.At.IsZero() {
		c.At = tx.Now
	}
	c.Root, c.Depth = c.ID, 0
	if c.Parent != 0 {
		above, err := Get(tx, c.Parent)
		if err != nil {
			return err
		}
		c.Root, c.Depth, c.Stance = above.Root, above.Depth+1, ""
	}
	if _, err := tx.Exec(`INSERT INTO comment (id, thing_id, parent_id, root_id, depth, author_id, agency_id, stance, body, html, at,
			edited_at, deleted_at, hidden_at, hidden_code, hidden_reason, held_at, held_for, network)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		c.ID, c.Thing, db.ID(c.Parent), c.Root, c.Depth, c.Author, db.ID(c.Agency), c.Stance, c.Body, c.HTML, c.At,
		c.EditedAt, c.DeletedAt, c.HiddenAt, c.HiddenCode, c.HiddenReason, c.HeldAt, c.HeldFor, c.Network); err != nil {
		return err
	}
	if c.Held() {
		return nil
	}
	return count(tx, *c)
}

// count counts a comment with its thing and with those above it.
func count(tx *db.Tx, c Comment) error {
	if c.Parent != 0 {
		if err := addReplies(tx, c.Parent); err != nil {
			return err
		}
	}
	return thing.Add(tx, c.Thing, thing.Comments, 1)
}

// hold takes a comment out of everybody's sight until a moderator has read it; unhold ends that.
func hold(tx *db.Tx, c Comment, why string) error {
	_, err := tx.Exec(`UPDATE comment SET held_at = $1, held_for = $2 WHERE id = $3`, tx.Now, why, c.ID)
	return err
}

func unhold(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`UPDATE comment SET held_at = NULL, held_for = '' WHERE id = $1`, id)
	return err
}

// HeldOf are the comments of a person on a thing that wait for a moderator, oldest first; of
// everybody when who is 0.
func HeldOf(tx *db.Tx, of thing.ID, who identity.ID) ([]Comment, error) {
	return db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.thing_id = $1 AND c.held_at IS NOT NULL
		AND (CAST($2 AS BIGINT) = 0 OR c.author_id = $3) AND c.deleted_at IS NULL ORDER BY c.id LIMIT 100`, of, int64(who), who)
}

// addReplies counts one more comment below this one and below all above it.
func addReplies(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`WITH RECURSIVE above (id, parent_id) AS (
			SELECT id, parent_id FROM comment WHERE id = $1
			UNION ALL
			SELECT c.id, c.parent_id FROM comment c JOIN above ON c.id = above.parent_id
		) UPDATE comment SET replies = replies + 1 WHERE id IN (SELECT id FROM above)`, id)
	return err
}

// vanish takes one comment out of the counts of those above it; a deleted one that thereby has
// nothing left hanging on it vanishes with it.
func vanish(tx *db.Tx, c Comment) error {
	gone := int64(1)
	for id := c.Parent; id != 0; {
		above, err := Get(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE comment SET replies = replies - $1 WHERE id = $2`, gone, id); err != nil {
			return err
		}
		if above.Replies == gone && !above.DeletedAt.IsZero() {
			gone++
		}
		id = above.Parent
	}
	return nil
}

func saveText(tx *db.Tx, c Comment, body, html string) error {
	if _, err := tx.Exec(`INSERT INTO comment_version (comment_id, at, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		c.ID, tx.Now, c.Body); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE comment SET body = $1, html = $2, edited_at = $3 WHERE id = $4`, body, html, tx.Now, c.ID)
	return err
}

func erase(tx *db.Tx, id int64) error {
	if _, err := tx.Exec(`DELETE FROM comment_version WHERE comment_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE comment SET body = '', html = '', deleted_at = $1 WHERE id = $2`, tx.Now, id)
	return err
}

// Versions returns the earlier texts of a comment, oldest first.
func Versions(tx *db.Tx, id int64) ([]Version, error) {
	return db.All(tx, func(r db.Row) (v Version, err error) { err = r.Scan(db.Time(&v.At), &v.Body); return },
		`SELECT at, body FROM comment_version WHERE comment_id = $1 ORDER BY at LIMIT 100`, id)
}

// By returns a person's comments, newest first, at most n before an id (0: the newest).
func By(tx *db.Tx, who identity.ID, before int64, n int) ([]Comment, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.author_id = $1 AND c.id < $2 AND c.deleted_at IS NULL
		ORDER BY c.id DESC LIMIT $3`, who, before, n)
}

// Newest returns the n newest comments of a thing that may be read.
func Newest(tx *db.Tx, of thing.ID, n int) ([]Comment, error) {
	return db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.thing_id = $1 AND `+Public+`
		ORDER BY c.id DESC LIMIT $2`, of, n)
}

const answerColumns = `a.id, a.thing_id, a.part_kind, a.part_id, a.agency_id, g.title, a.author_id, a.verdict, a.lang, a.body, a.html,
	a.cost, a.unit, a.due_at, a.at, a.correction`

const fromAnswer = ` FROM answer a LEFT JOIN thing g ON g.id = a.agency_id `

func scanAnswer(r db.Row) (n Answer, err error) {
	err = r.Scan(&n.ID, &n.Thing, &n.PartKind, &n.PartID, db.Null(&n.Agency), db.Null(&n.AgencyName), &n.Author, &n.Verdict, &n.Lang,
		&n.Body, &n.HTML, db.Null(&n.Cost), &n.Unit, db.Time(&n.DueAt), db.Time(&n.At), &n.Correction)
	return
}

// InsertAnswer stores an official answer, its HTML included, and sets the id, and the instant where
// that is empty. Answers to one thing must be stored oldest first. It asks nobody and records nothing.
func InsertAnswer(tx *db.Tx, n *Answer) error {
	n.ID = tx.NewID()
	if n.At.IsZero() {
		n.At = tx.Now
	}
	_, err := tx.Exec(`INSERT INTO answer (id, thing_id, part_kind, part_id, agency_id, author_id, verdict, lang, body, html, cost, unit, due_at, at, correction)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		n.ID, n.Thing, n.PartKind, n.PartID, db.ID(n.Agency), n.Author, n.Verdict, n.Lang, n.Body, n.HTML, db.ID(n.Cost), n.Unit, n.DueAt, n.At, n.Correction)
	return err
}

// Answers returns the official answers to a thing as a whole, newest (the one that holds) first.
func Answers(tx *db.Tx, of thing.ID) ([]Answer, error) { return AnswersTo(tx, of, "", 0) }

// AnswersTo is Answers for a part of a thing; "" and 0 are the whole.
func AnswersTo(tx *db.Tx, of thing.ID, partKind string, part int64) ([]Answer, error) {
	return db.All(tx, scanAnswer, `SELECT `+answerColumns+fromAnswer+`WHERE a.thing_id = $1 AND a.part_kind = $2 AND a.part_id = $3
		ORDER BY a.id DESC LIMIT 50`, of, partKind, part)
}

// PartAnswers returns the official answers to parts of a kind, by the part's id, newest first.
func PartAnswers(tx *db.Tx, of thing.ID, kind string, parts ...int64) (map[int64][]Answer, error) {
	all := map[int64][]Answer{}
	if len(parts) == 0 {
		return all, nil
	}
	marks, args := thing.In(parts, 3)
	err := db.Each(tx, scanAnswer, func(n Answer) error { all[n.PartID] = append(all[n.PartID], n); return nil },
		`SELECT `+answerColumns+fromAnswer+`WHERE a.thing_id = $1 AND a.part_kind = $2 AND a.part_id IN (`+marks+`) ORDER BY a.id DESC LIMIT 5000`,
		append([]any{of, kind}, args...)...)
	return all, err
}

// LatestAnswers returns the n newest official answers to whole things that lists show.
func LatestAnswers(tx *db.Tx, n int) ([]Answer, error) {
	return db.All(tx, scanAnswer, `SELECT `+answerColumns+fromAnswer+`JOIN thing t ON t.id = a.thing_id
		WHERE a.part_kind = '' AND t.state = 'published' AND t.hidden_at IS NULL ORDER BY a.at DESC, a.id DESC LIMIT $1`, n)
}

// speakers are those among the names whose owners wrote the thing or said something on it that can be
// read; a name that several of them have is left out.
func speakers(tx *db.Tx, of thing.ID, names []string) (map[string]identity.ID, error) {
	found := map[string]identity.ID{}
	if len(names) == 0 {
		return found, nil
	}
	type row struct {
		id   identity.ID
		name string
	}
	marks, args := thing.In(names, 3)
	twice := map[string]bool{}
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.id, &v.name); return },
		func(v row) error {
			if found[v.name] != 0 {
				twice[v.name] = true
			}
			found[v.name] = v.id
			return nil
		}, `SELECT p.id, p.name FROM person p WHERE p.deleted_at IS NULL AND p.name IN (`+marks+`) AND p.id IN (
			SELECT c.author_id FROM comment c WHERE c.thing_id = $1 AND `+Public+` UNION SELECT t.author_id FROM thing t WHERE t.id = $2) LIMIT 200`,
		append([]any{of, of}, args...)...)
	for name := range twice {
		delete(found, name)
	}
	return found, err
}
