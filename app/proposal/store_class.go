package proposal

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

const classColumns = `id, key, names, about, happens, threshold, period, answer_days, checked, sponsors, level, fields, position, retired_at`

func scanClass(r db.Row) (k Class, err error) {
	err = r.Scan(&k.ID, &k.Key, asJSON(&k.Names), asJSON(&k.About), asJSON(&k.Happens), &k.Threshold, &k.Period, &k.AnswerDays,
		db.Bool(&k.Checked), &k.Sponsors, &k.Level, asJSON(&k.Asks), &k.Position, db.Time(&k.RetiredAt))
	return
}

// getClass returns the kind with an id; thing.missing when there is none.
func getClass(tx *db.Tx, id int64) (Class, error) {
	k, err := db.One(tx, scanClass, `SELECT `+classColumns+` FROM proposal_kind WHERE id = $1`, id)
	return k, thing.Missing(err)
}

func classes(tx *db.Tx) ([]Class, error) {
	return db.All(tx, scanClass, `SELECT `+classColumns+` FROM proposal_kind ORDER BY position, id LIMIT 200`)
}

// InsertClass stores a new kind; it sets the id, but for the usual one's, which is 0. It asks nobody
// and records nothing.
func InsertClass(tx *db.Tx, k *Class) error {
	if k.Key != UsualKey {
		k.ID = tx.NewID()
	}
	k.Level = max(k.Level, identity.Reachable)
	_, err := tx.Exec(`INSERT INTO proposal_kind (`+classColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		append([]any{k.ID, k.Key}, classValues(k)...)...)
	return err
}

func saveClass(tx *db.Tx, k *Class) error {
	_, err := tx.Exec(`UPDATE proposal_kind SET names = $1, about = $2, happens = $3, threshold = $4, period = $5, answer_days = $6, checked = $7,
		sponsors = $8, level = $9, fields = $10, position = $11, retired_at = $12 WHERE id = $13`, append(classValues(k), k.ID)...)
	return err
}

func classValues(k *Class) []any {
	words := func(m map[string]string) string {
		if m == nil {
			m = map[string]string{}
		}
		return jsonOf(m)
	}
	asks := k.Asks
	if asks == nil {
		asks = []Ask{}
	}
	return []any{words(k.Names), words(k.About), words(k.Happens), k.Threshold, k.Period, k.AnswerDays, k.Checked, k.Sponsors, k.Level,
		jsonOf(asks), k.Position, k.RetiredAt}
}

// OfClass narrows a query to the proposals of the kind with a key.
func OfClass(q *thing.Query, key string) {
	if key == UsualKey {
		q.Where(`p.kind_id IS NULL`)
		return
	}
	q.Where(`p.kind_id = (SELECT id FROM proposal_kind WHERE key = ?)`, key)
}
