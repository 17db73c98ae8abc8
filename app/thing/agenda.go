package thing

import (
	"fmt"
	"time"

	"tequio/app/db"
)

// An Agenda is what those who look after things have ahead of them.
type Agenda struct {
	Drafts    []Thing // begun and not published, the oldest first
	Scheduled []Thing // to be published by the clock, the next first
	Closing   []Thing // open, and closing before the horizon, the next first
}

// agendaMost bounds each of its lists.
const agendaMost = 50

// AgendaOf reads the agenda of things of some kinds: of the agencies named, or of every one when all
// is set. Closing reaches as far as horizon.
func AgendaOf(tx *db.Tx, kinds []Kind, all bool, agencies []int64, horizon time.Duration) (a Agenda, err error) {
	if !all && len(agencies) == 0 || len(kinds) == 0 {
		return a, nil
	}
	marks, args := In(kinds, 2)
	where := `t.kind IN (` + marks + `) AND t.hidden_at IS NULL`
	if !all {
		marks, more := In(agencies, 2+len(args))
		where += ` AND t.agency_id IN (` + marks + `)`
		args = append(args, more...)
	}
	now := 2 + len(args) // the number of the next placeholder
	list := func(condition, order string, more ...any) ([]Thing, error) {
		return db.All(tx, scan, `SELECT `+Columns+` FROM thing t WHERE `+where+` AND `+condition+` ORDER BY `+order+`, t.id LIMIT $1`,
			append(append([]any{agendaMost}, args...), more...)...)
	}
	if a.Drafts, err = list(`t.state = 'draft'`, `t.created_at`); err != nil {
		return a, err
	}
	if a.Scheduled, err = list(fmt.Sprintf(`t.state = 'published' AND t.published_at > $%d`, now), `t.published_at`, tx.Now); err != nil {
		return a, err
	}
	a.Closing, err = list(fmt.Sprintf(`t.state = 'published' AND t.published_at <= $%d AND t.closes_at > $%d AND t.closes_at <= $%d`, now, now, now+1),
		`t.closes_at`, tx.Now, tx.Now.Add(horizon))
	return a, err
}
