package moderation

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// happened are the supports given and the accounts made in an hour. Both are found by their instant:
// what was before costs nothing.
func happened(tx *db.Tx, hour time.Time) ([]happening, error) {
	scan := func(r db.Row) (h happening, err error) {
		err = r.Scan(&h.thing, &h.network, &h.email)
		return
	}
	all, err := db.All(tx, scan, `SELECT s.thing_id, s.network, COALESCE(p.email, '') FROM support s JOIN person p ON p.id = s.person_id
		WHERE s.at >= $1 AND s.at < $2`, hour, hour.Add(time.Hour))
	if err != nil {
		return nil, err
	}
	accounts, err := db.All(tx, scan, `SELECT 0, COALESCE((SELECT s.network FROM session s WHERE s.person_id = p.id ORDER BY s.id LIMIT 1), ''), COALESCE(p.email, '')
		FROM person p WHERE p.created_at >= $1 AND p.created_at < $2`, hour, hour.Add(time.Hour))
	return append(all, accounts...), err
}

// keepHour keeps the counts of an hour that say what is usual.
func keepHour(tx *db.Tx, hour time.Time, all []counted) error {
	var rows [][]any
	for _, c := range all {
		if c.n >= busyLeast || c.measure == Supports {
			rows = append(rows, []any{c.measure, c.key, hour, c.n})
		}
	}
	_, err := tx.InsertAll(`INSERT INTO burst_hour (measure, key, hour, n)`, `ON CONFLICT (measure, key, hour) DO UPDATE SET n = excluded.n`, rows)
	return err
}

// busyBefore are the counts of the busy hours of a key in the days before an hour.
func busyBefore(tx *db.Tx, m Measure, key string, hour time.Time) ([]int64, error) {
	return db.All(tx, db.Value[int64], `SELECT n FROM burst_hour WHERE measure = $1 AND key = $2 AND hour >= $3 AND hour < $4 LIMIT 200`,
		m, key, hour.Add(-usualOver), hour)
}

// flag stores a burst once; while its hour runs, its count grows.
func flag(tx *db.Tx, c counted, hour time.Time, median int64) error {
	_, err := tx.Exec(`INSERT INTO burst (id, measure, key, hour, n, usual, thing_id, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (measure, key, hour) DO UPDATE SET n = excluded.n`, tx.NewID(), c.measure, c.key, hour, c.n, median, db.ID(c.thing), tx.Now)
	return err
}

// hoursFor is how long the counts of hours are kept.
const hoursFor = usualOver + 24*time.Hour

// forgetBursts deletes what no longer says what is usual, and bursts when the blocks that they name
// are forgotten.
func forgetBursts(tx *db.Tx) error {
	if _, err := tx.Exec(`DELETE FROM burst_hour WHERE hour < $1`, tx.Now.Add(-hoursFor)); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM burst WHERE hour < $1`, tx.Now.Add(-networksFor))
	return err
}

const burstColumns = `b.id, b.measure, b.key, b.hour, b.n, b.usual, b.thing_id, b.noted_by, b.noted_at, b.note`

func scanBurst(r db.Row) (b Burst, err error) {
	err = r.Scan(&b.ID, &b.Measure, &b.Key, db.Time(&b.Hour), &b.Count, &b.Usual, db.Null(&b.Thing), db.Null(&b.NotedBy), db.Time(&b.NotedAt), &b.Note)
	return
}

// openBursts are those that nobody has looked at, newest first.
func openBursts(tx *db.Tx, n int) ([]Burst, error) {
	return db.All(tx, scanBurst, `SELECT `+burstColumns+` FROM burst b WHERE b.noted_at IS NULL ORDER BY b.hour DESC, b.id DESC LIMIT $1`, n)
}

// notedBursts are those that somebody has looked at, newest first.
func notedBursts(tx *db.Tx, n int) ([]Burst, error) {
	return db.All(tx, scanBurst, `SELECT `+burstColumns+` FROM burst b WHERE b.noted_at IS NOT NULL ORDER BY b.hour DESC, b.id DESC LIMIT $1`, n)
}

func getBurst(tx *db.Tx, id int64) (Burst, error) {
	b, err := db.One(tx, scanBurst, `SELECT `+burstColumns+` FROM burst b WHERE b.id = $1`, id)
	return b, thing.Missing(err)
}

// noteBurst says who looked at a burst; 0 when somebody had.
func noteBurst(tx *db.Tx, id int64, who identity.ID, note string) (int64, error) {
	return tx.Exec(`UPDATE burst SET noted_by = $1, noted_at = $2, note = $3 WHERE id = $4 AND noted_at IS NULL`, who, tx.Now, note, id)
}

// OpenBursts counts the bursts that nobody has looked at.
func OpenBursts(tx *db.Tx) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM burst WHERE noted_at IS NULL`)
}

// supportHours are the supports of each hour since an instant that had any, oldest first.
func supportHours(tx *db.Tx, since time.Time) ([]HourCount, error) {
	return db.All(tx, func(r db.Row) (h HourCount, err error) { err = r.Scan(db.Time(&h.Hour), &h.Count); return },
		`SELECT hour, n FROM burst_hour WHERE measure = $1 AND key = '' AND hour >= $2 ORDER BY hour LIMIT 200`, Supports, since)
}
