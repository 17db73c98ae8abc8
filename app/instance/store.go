package instance

import (
	"encoding/json"

	"tequio/app/db"
)

func settings(tx *db.Tx) (Settings, error) {
	value, err := db.One(tx, db.Value[string], `SELECT value FROM setting WHERE key = $1`, settingsKey)
	if db.IsNone(err) {
		return Defaults(), nil
	}
	if err != nil {
		return Settings{}, err
	}
	return decode(value)
}

func saveSettings(tx *db.Tx, s Settings) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return Keep(tx, settingsKey, string(b))
}

// Keep stores a value of the instance that is no setting: a mark such as "the last backup".
func Keep(tx *db.Tx, key, value string) error {
	_, err := tx.Exec(`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// Kept returns what Keep stored, or "".
func Kept(tx *db.Tx, key string) (string, error) {
	v, err := db.One(tx, db.Value[string], `SELECT value FROM setting WHERE key = $1`, key)
	if db.IsNone(err) {
		return "", nil
	}
	return v, err
}

func pages(tx *db.Tx, slug string) ([]StaticPage, error) {
	return db.All(tx, func(r db.Row) (p StaticPage, err error) {
		err = r.Scan(&p.Slug, &p.Lang, &p.Title, &p.Body, db.Time(&p.UpdatedAt))
		return
	}, `SELECT slug, lang, title, body, updated_at FROM static_page WHERE slug = $1 ORDER BY lang`, slug)
}

func savePage(tx *db.Tx, p StaticPage) error {
	_, err := tx.Exec(`INSERT INTO static_page (slug, lang, title, body, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (slug, lang) DO UPDATE SET title = excluded.title, body = excluded.body, updated_at = excluded.updated_at`,
		p.Slug, p.Lang, p.Title, p.Body, p.UpdatedAt)
	return err
}
