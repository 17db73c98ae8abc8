package notice

import (
	"sort"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

func insertTerm(tx *db.Tx, family, key string, p identity.ID) (int64, error) {
	return tx.Exec(`INSERT INTO follow_term (family, term, person_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, family, key, p, tx.Now)
}

func removeTerm(tx *db.Tx, family, key string, p identity.ID) (int64, error) {
	return tx.Exec(`DELETE FROM follow_term WHERE family = $1 AND term = $2 AND person_id = $3`, family, key, p)
}

func followsTerm(tx *db.Tx, family, key string, p identity.ID) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM follow_term WHERE family = $1 AND term = $2 AND person_id = $3`, family, key, p)
	return n > 0, err
}

func settingOf(tx *db.Tx, p identity.ID) (Settings, error) {
	return db.One(tx, func(r db.Row) (set Settings, err error) {
		err = r.Scan(append([]any{db.Bool(&set.Chosen), &set.Email, db.Bool(&set.Stopped)}, habitFields(&set.Habits, &set.ZoneKey)...)...)
		return
	}, `SELECT CASE WHEN s.person_id IS NULL THEN 0 ELSE 1 END, COALESCE(p.email, ''), CASE WHEN b.address IS NULL THEN 0 ELSE 1 END, `+habitColumns+`
		FROM person p LEFT JOIN notice_setting s ON s.person_id = p.id LEFT JOIN mail_bounce b ON b.address = p.email AND b.stopped_at IS NOT NULL WHERE p.id = $1`, p)
}

// followsOf are at most n of what somebody follows, newest first.
func followsOf(tx *db.Tx, p identity.ID, n int) ([]Following, error) {
	things, err := db.All(tx, func(r db.Row) (f Following, err error) {
		err = r.Scan(&f.Thing.ID, &f.Thing.Kind, &f.Thing.Slug, &f.Thing.Title, &f.Pace, db.Time(&f.At))
		f.Via = via(followers, thing.Thing{ID: f.Thing.ID})
		return
	}, `SELECT t.id, t.kind, t.slug, t.title, f.pace, f.at FROM follow f JOIN thing t ON t.id = f.thing_id WHERE f.person_id = $1 ORDER BY f.at DESC, t.id DESC LIMIT $2`, p, n)
	if err != nil {
		return nil, err
	}
	terms, err := db.All(tx, func(r db.Row) (f Following, err error) {
		var family string
		err = r.Scan(&family, &f.Term, &f.Pace, db.Time(&f.At))
		f.Via = family + ":" + f.Term
		return
	}, `SELECT family, term, pace, at FROM follow_term WHERE person_id = $1 ORDER BY at DESC, family, term LIMIT $2`, p, n)
	all := append(terms, things...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.After(all[j].At) })
	return all[:min(len(all), n)], err
}

func saveSetting(tx *db.Tx, p identity.ID, set Settings) error {
	_, err := tx.Exec(`INSERT INTO notice_setting (person_id, pace, own, zone, quiet_from, quiet_to, weekday, digests, prompts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (person_id) DO UPDATE SET pace = excluded.pace, own = excluded.own, zone = excluded.zone, quiet_from = excluded.quiet_from,
			quiet_to = excluded.quiet_to, weekday = excluded.weekday, digests = excluded.digests, prompts = excluded.prompts`,
		p, set.Pace, set.Own, set.ZoneKey, set.QuietFrom, set.QuietTo, int(set.Weekday), set.Digests, set.Prompts)
	return err
}

// savePace changes how often somebody is mailed of something they follow; of what they do not follow it
// changes nothing.
func savePace(tx *db.Tx, p identity.ID, via string, pace Pace) (err error) {
	_, err = paceOf(tx, stop{p, via}, pace)
	return err
}

func paceOf(tx *db.Tx, s stop, pace Pace) (int64, error) {
	if id := s.thing(); id != 0 {
		return tx.Exec(`UPDATE follow SET pace = $1 WHERE person_id = $2 AND thing_id = $3 AND pace <> $1`, pace, s.person, id)
	}
	family, key := s.parts()
	return tx.Exec(`UPDATE follow_term SET pace = $1 WHERE person_id = $2 AND family = $3 AND term = $4 AND pace <> $1`, pace, s.person, family, key)
}

// stopMail stops what s names and reports whether anything changed.
func stopMail(tx *db.Tx, s stop) (bool, error) {
	family, key := s.parts()
	column, off := map[string]string{own: "own", digest: "digests", prompt: "prompts"}[family], any(0)
	switch {
	case family == "news":
		n, err := tx.Exec(`INSERT INTO newsletter_refusal (person_id, kind, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, s.person, key, tx.Now)
		return n > 0, err
	case column == "":
		n, err := paceOf(tx, s, Never)
		return n > 0, err
	case family == own:
		off = Never
	}
	if _, err := tx.Exec(`INSERT INTO notice_setting (person_id) VALUES ($1) ON CONFLICT DO NOTHING`, s.person); err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE notice_setting SET `+column+` = $1 WHERE person_id = $2 AND `+column+` <> $1`, off, s.person)
	return n > 0, err
}

// pendingMost bounds what is put to another time when somebody changes their habits.
const pendingMost = 2000

// pendingOf are the newest notices whose mail waits.
func pendingOf(tx *db.Tx, p identity.ID) ([]item, error) {
	return db.All(tx, func(r db.Row) (i item, err error) { err = r.Scan(&i.ID, &i.Verb, &i.via); return },
		`SELECT id, verb, via FROM notice WHERE person_id = $1 AND due_at IS NOT NULL ORDER BY id DESC LIMIT $2`, p, pendingMost)
}

func putOff(tx *db.Tx, id int64, p Pace, due time.Time) error {
	_, err := tx.Exec(`UPDATE notice SET pace = $1, due_at = $2 WHERE id = $3`, p, due, id)
	return err
}

func refusals(tx *db.Tx, p identity.ID) (map[string]bool, error) {
	kinds, err := db.All(tx, db.Value[string], `SELECT kind FROM newsletter_refusal WHERE person_id = $1 ORDER BY kind LIMIT 500`, p)
	all := map[string]bool{}
	for _, k := range kinds {
		all[k] = true
	}
	return all, err
}

// saveRefusals keeps the kinds of newsletters that somebody does not want: true refuses, false wants.
func saveRefusals(tx *db.Tx, p identity.ID, kinds map[string]bool) error {
	for kind, refused := range kinds {
		query, args := `DELETE FROM newsletter_refusal WHERE person_id = $1 AND kind = $2`, []any{p, kind}
		if refused {
			query, args = `INSERT INTO newsletter_refusal (person_id, kind, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, append(args, tx.Now)
		}
		if _, err := tx.Exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// titleOf is a thing's title; "" when there is none.
func titleOf(tx *db.Tx, id thing.ID) (string, error) {
	s, err := db.One(tx, db.Value[string], `SELECT title FROM thing WHERE id = $1`, id)
	if db.IsNone(err) {
		return "", nil
	}
	return strings.TrimSpace(s), err
}
