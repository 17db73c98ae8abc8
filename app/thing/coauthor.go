package thing

import (
	"slices"

	"tequio/app/db"
	"tequio/app/identity"
)

// WrittenBy reports whether a person writes the thing: as its author, or with them. It knows
// co-authors where WithCoauthors has read them, and else none.
func (t Thing) WrittenBy(p identity.ID) bool {
	return p != 0 && (p == t.Author || slices.Contains(t.Coauthors, p))
}

// WithCoauthors reads who writes a thing with its author, in the order in which they came.
func WithCoauthors(tx *db.Tx, t *Thing) (err error) {
	t.Coauthors, err = db.All(tx, db.Value[identity.ID], `SELECT person_id FROM coauthor WHERE thing_id = $1 ORDER BY at, person_id LIMIT 100`, t.ID)
	return err
}

// AddCoauthor makes a person a co-author, and reports whether that is news. It asks nobody.
func AddCoauthor(tx *db.Tx, id ID, p identity.ID) (bool, error) {
	n, err := tx.Exec(`INSERT INTO coauthor (thing_id, person_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, p, tx.Now)
	return n > 0, err
}

// RemoveCoauthor ends it, and reports whether they were one.
func RemoveCoauthor(tx *db.Tx, id ID, p identity.ID) (bool, error) {
	n, err := tx.Exec(`DELETE FROM coauthor WHERE thing_id = $1 AND person_id = $2`, id, p)
	return n > 0, err
}

// CoauthoredBy returns what a person writes with others, drafts and all, newest first; not what was
// withdrawn.
func CoauthoredBy(tx *db.Tx, who identity.ID) ([]Deed, error) {
	return deeds(tx, who, `d.at`, `t.id`, `JOIN coauthor d ON d.thing_id = t.id WHERE d.person_id = $1 AND t.state <> 'withdrawn'`)
}
