package thing

import (
	"tequio/app/db"
)

// Words are the texts of a thing in one language, by field: title, summary, and those of its kind.
type Words map[string]string

// Translations returns the words of each of the things in a language; things without any are left out.
func Translations(tx *db.Tx, lang string, ids ...ID) (map[ID]Words, error) {
	all := map[ID]Words{}
	if len(ids) == 0 {
		return all, nil
	}
	marks, args := In(ids, 2)
	type row struct {
		id          ID
		field, text string
	}
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.id, &v.field, &v.text); return },
		func(v row) error {
			if all[v.id] == nil {
				all[v.id] = Words{}
			}
			all[v.id][v.field] = v.text
			return nil
		}, `SELECT thing_id, field, text FROM translation WHERE lang = $1 AND thing_id IN (`+marks+`)`, append([]any{lang}, args...)...)
	return all, err
}

// Translate stores the words of a thing in a language; an empty text takes a translation away.
func Translate(tx *db.Tx, id ID, lang string, words Words) error {
	for field, text := range words {
		if _, err := tx.Exec(`DELETE FROM translation WHERE thing_id = $1 AND lang = $2 AND field = $3`, id, lang, field); err != nil {
			return err
		}
		if text == "" {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO translation (thing_id, lang, field, text) VALUES ($1, $2, $3, $4)`, id, lang, field, text); err != nil {
			return err
		}
	}
	return nil
}

// In returns t with the words of another language, where there is a title in it; otherwise t as it
// was written, whose Lang tells the reader.
func (t Thing) In(lang string, w Words) Thing {
	if t.Lang == lang || w["title"] == "" {
		return t
	}
	t.Lang, t.Title = lang, w["title"]
	if w["summary"] != "" {
		t.Summary = w["summary"]
	}
	return t
}

// Pick returns the field's words, or original where there are none.
func (w Words) Pick(field, original string) string {
	if s := w[field]; s != "" {
		return s
	}
	return original
}

// AllTranslations returns the words of one thing in every language into which it was translated.
func AllTranslations(tx *db.Tx, id ID) (map[string]Words, error) {
	all := map[string]Words{}
	type row struct{ lang, field, text string }
	return all, db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.lang, &v.field, &v.text); return },
		func(v row) error {
			if all[v.lang] == nil {
				all[v.lang] = Words{}
			}
			all[v.lang][v.field] = v.text
			return nil
		}, `SELECT lang, field, text FROM translation WHERE thing_id = $1`, id)
}
