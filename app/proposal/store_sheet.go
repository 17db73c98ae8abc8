package proposal

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const selectSheet = `SELECT s.id, s.thing_id, s.number, s.opened_by, s.opened_at, s.closed_at,
	(SELECT count(*) FROM sheet_line l WHERE l.sheet_id = s.id AND l.struck_at IS NULL),
	(SELECT count(*) FROM sheet_line l WHERE l.sheet_id = s.id AND l.struck_at IS NULL AND l.kind = 'counted') FROM sheet s `

func scanSheet(r db.Row) (s Sheet, err error) {
	err = r.Scan(&s.ID, &s.Thing, &s.Number, &s.OpenedBy, db.Time(&s.OpenedAt), db.Time(&s.ClosedAt), &s.Lines, &s.Counted)
	return
}

// GetSheet returns a sheet, or the fault thing.missing.
func GetSheet(tx *db.Tx, id int64) (Sheet, error) {
	s, err := db.One(tx, scanSheet, selectSheet+`WHERE s.id = $1`, id)
	return s, thing.Missing(err)
}

// Sheets returns a proposal's sheets, the newest first.
func Sheets(tx *db.Tx, id thing.ID) ([]Sheet, error) {
	return db.All(tx, scanSheet, selectSheet+`WHERE s.thing_id = $1 ORDER BY s.number DESC LIMIT 500`, id)
}

func insertSheet(tx *db.Tx, s *Sheet) error {
	last, err := db.One(tx, db.Value[int64], `SELECT COALESCE(max(number), 0) FROM sheet WHERE thing_id = $1`, s.Thing)
	if err != nil {
		return err
	}
	s.ID, s.Number, s.OpenedAt = tx.NewID(), last+1, tx.Now
	_, err = tx.Exec(`INSERT INTO sheet (id, thing_id, number, opened_by, opened_at) VALUES ($1, $2, $3, $4, $5)`, s.ID, s.Thing, s.Number, s.OpenedBy, s.OpenedAt)
	return err
}

func closeSheet(tx *db.Tx, id int64, who identity.ID) error {
	_, err := tx.Exec(`UPDATE sheet SET closed_by = $1, closed_at = $2 WHERE id = $3`, who, tx.Now, id)
	return err
}

const selectLine = `SELECT l.id, l.sheet_id, l.thing_id, l.number, l.hash, l.kind, l.matched, l.against, b.number, a.number, l.at, l.struck_at, l.struck
	FROM sheet_line l LEFT JOIN sheet_line a ON a.id = l.against LEFT JOIN sheet b ON b.id = a.sheet_id `

func scanLine(r db.Row) (l Line, err error) {
	err = r.Scan(&l.ID, &l.Sheet, &l.Thing, &l.Number, &l.hash, &l.Kind, db.Bool(&l.Matched), db.Null(&l.Against),
		db.Null(&l.Repeats.Sheet), db.Null(&l.Repeats.Line), db.Time(&l.At), db.Time(&l.StruckAt), &l.Struck)
	return
}

// Lines returns a sheet's lines, those struck too, the last entered first.
func Lines(tx *db.Tx, sheet int64) ([]Line, error) {
	return db.All(tx, scanLine, selectLine+`WHERE l.sheet_id = $1 ORDER BY l.id DESC LIMIT 2000`, sheet)
}

func getLine(tx *db.Tx, id int64) (Line, error) {
	l, err := db.One(tx, scanLine, selectLine+`WHERE l.id = $1`, id)
	return l, thing.Missing(err)
}

// isTaken reports whether a line of the sheet has the number, and what the next free one is.
func isTaken(tx *db.Tx, sheet, number int64) (taken bool, next int64, err error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM sheet_line WHERE sheet_id = $1 AND number = $2 AND struck_at IS NULL`, sheet, number)
	if err != nil {
		return false, 0, err
	}
	next, err = db.One(tx, db.Value[int64], `SELECT COALESCE(max(number), 0) + 1 FROM sheet_line WHERE sheet_id = $1`, sheet)
	return n > 0, next, err
}

// countedLine is the line of a proposal that counts a document; 0: none does.
func countedLine(tx *db.Tx, id thing.ID, hash []byte) (int64, error) {
	line, err := db.One(tx, db.Value[int64], `SELECT id FROM sheet_line WHERE thing_id = $1 AND hash = $2 AND kind = 'counted' AND struck_at IS NULL`, id, hash)
	if db.IsNone(err) {
		return 0, nil
	}
	return line, err
}

// repeated is the earliest line that repeats another; 0: none does.
func repeated(tx *db.Tx, id thing.ID, hash []byte) (int64, error) {
	line, err := db.One(tx, db.Value[int64], `SELECT id FROM sheet_line WHERE thing_id = $1 AND hash = $2 AND kind = 'duplicate' AND struck_at IS NULL ORDER BY id LIMIT 1`, id, hash)
	if db.IsNone(err) {
		return 0, nil
	}
	return line, err
}

func insertLine(tx *db.Tx, l *Line, by identity.ID) error {
	l.ID, l.At = tx.NewID(), tx.Now
	_, err := tx.Exec(`INSERT INTO sheet_line (id, sheet_id, thing_id, number, hash, kind, matched, against, entered_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		l.ID, l.Sheet, l.Thing, l.Number, l.hash, l.Kind, l.Matched, db.ID(l.Against), by, l.At)
	return err
}

func strikeLine(tx *db.Tx, id int64, reason string) error {
	_, err := tx.Exec(`UPDATE sheet_line SET struck_at = $1, struck = $2 WHERE id = $3`, tx.Now, reason, id)
	return err
}

// takeOver makes a line that repeated another count in its place; the others repeat it now.
func takeOver(tx *db.Tx, l Line, heir int64) error {
	if _, err := tx.Exec(`UPDATE sheet_line SET against = $1 WHERE thing_id = $2 AND hash = $3 AND kind = 'duplicate' AND struck_at IS NULL`, heir, l.Thing, l.hash); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE sheet_line SET kind = 'counted', against = NULL WHERE id = $1`, heir)
	return err
}

// signedOnPaper reports whether somebody whose account is matched to the census signed for a proposal
// on paper.
func signedOnPaper(tx *db.Tx, id thing.ID, who identity.ID) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM census c JOIN sheet_line l ON l.hash = c.hash
		WHERE c.person_id = $1 AND l.thing_id = $2 AND l.kind = 'counted' AND l.struck_at IS NULL`, who, id)
	return n > 0, err
}
