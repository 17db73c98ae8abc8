package consultation

import (
	"tequio/app/db"
	"tequio/app/thing"
)

// Unanswered lists the consultations that are over and have no outcome yet, the earliest promise
// first and those without a promise last, of the agencies named, or of every agency when all is set.
func Unanswered(tx *db.Tx, all bool, agencies []int64, n int) ([]Consultation, error) {
	where, args := `t.state = 'published' AND t.hidden_at IS NULL AND t.closes_at <= $2 AND c.outcome_at IS NULL`, []any{n, tx.Now}
	if !all {
		if len(agencies) == 0 {
			return nil, nil
		}
		marks, more := thing.In(agencies, 3)
		where += ` AND t.agency_id IN (` + marks + `)`
		args = append(args, more...)
	}
	return db.All(tx, scan, `SELECT `+columns+from+`WHERE `+where+` ORDER BY COALESCE(c.decision_at, 9000000000000000), t.closes_at, t.id LIMIT $1`, args...)
}
