package thing

import "tequio/app/db"

// Figures say how much has been done here.
type Figures struct{ People, Proposals, Comments, Answers int64 }

// CountAll counts what everybody may see. Comments are summed from the counters of their things, by an
// index that holds them: there may be millions.
func CountAll(tx *db.Tx) (Figures, error) {
	return db.One(tx, func(r db.Row) (f Figures, err error) {
		err = r.Scan(&f.People, &f.Proposals, &f.Comments, &f.Answers)
		return
	}, `SELECT (SELECT count(*) FROM person WHERE deleted_at IS NULL),
		(SELECT count(*) FROM thing WHERE kind = 'proposal' AND state = 'published' AND hidden_at IS NULL),
		(SELECT CAST(COALESCE(sum(comments), 0) AS BIGINT) FROM thing WHERE state = 'published' AND hidden_at IS NULL),
		(SELECT count(DISTINCT thing_id) FROM answer)`)
}
