package media

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const columns = `id, thing_id, person_id, name, type, size, sha256, storage, alt, width, height, use, at`

func scan(r db.Row) (f File, err error) {
	err = r.Scan(&f.ID, db.Null(&f.Thing), &f.Person, &f.Name, &f.Type, &f.Size, &f.SHA256, &f.Storage, &f.Alt, &f.Width, &f.Height,
		&f.Use, db.Time(&f.At))
	return
}

// Insert stores a row whose bytes are in the folder already, or will never be (the demo's). It sets
// the id, and At where it is zero.
func Insert(tx *db.Tx, f *File) error {
	f.ID = tx.NewID()
	if f.At.IsZero() {
		f.At = tx.Now
	}
	_, err := tx.Exec(`INSERT INTO file (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		f.ID, db.ID(f.Thing), f.Person, f.Name, f.Type, f.Size, f.SHA256, f.Storage, f.Alt, f.Width, f.Height, f.Use, f.At)
	return err
}

// Of returns a thing's files of one use ("" for all), oldest first.
func Of(tx *db.Tx, id thing.ID, use string) ([]File, error) {
	return db.All(tx, scan, `SELECT `+columns+` FROM file WHERE thing_id = $1 AND ($2 = '' OR use = $3) ORDER BY id LIMIT 5000`, id, use, use)
}

// By returns the files that a person sent, oldest first, for the download of their data.
func By(tx *db.Tx, p identity.ID) ([]File, error) {
	return db.All(tx, scan, `SELECT `+columns+` FROM file WHERE person_id = $1 ORDER BY id LIMIT 5000`, p)
}

func find(tx *db.Tx, storage string) (File, error) {
	f, err := db.One(tx, scan, `SELECT `+columns+` FROM file WHERE storage = $1`, storage)
	return f, thing.Missing(err)
}

// abandoned are files of drafts that a person wrote who has left since; agencies' drafts stay.
func abandoned(tx *db.Tx) ([]File, error) {
	return db.All(tx, scan, `SELECT `+columns+` FROM file WHERE thing_id IN (SELECT t.id FROM thing t JOIN person p ON p.id = t.author_id
		WHERE t.state = 'draft' AND t.agency_id IS NULL AND p.deleted_at IS NOT NULL) ORDER BY id LIMIT 500`)
}

func isKept(tx *db.Tx, storage string) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM file WHERE storage = $1`, storage)
	return n > 0, err
}

// Describe sets what an image of a thing shows.
func Describe(tx *db.Tx, id thing.ID, file int64, alt string) error {
	_, err := tx.Exec(`UPDATE file SET alt = $1 WHERE id = $2 AND thing_id = $3`, cleanAlt(alt), file, id)
	return err
}
