package notice

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// A reader is somebody who is mailed.
type reader struct {
	id          identity.ID
	email, lang string
	stopped     bool // mail to the address came back
	Habits
}

func anyDue(tx *db.Tx) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM (SELECT 1 FROM notice WHERE due_at IS NOT NULL AND due_at <= $1 LIMIT 1) n`, tx.Now)
	return n > 0, err
}

// duePeople are at most n people whose mail is due, after p, in the order in which it came due.
func duePeople(tx *db.Tx, p posting, n int) ([]posting, error) {
	return db.All(tx, func(r db.Row) (p posting, err error) { err = r.Scan(&p.Due, &p.Person); return },
		`SELECT due_at, person_id FROM notice WHERE due_at IS NOT NULL AND due_at <= $1 AND (due_at, person_id) > ($2, $3)
			GROUP BY due_at, person_id ORDER BY due_at, person_id LIMIT $4`, tx.Now, p.Due, p.Person, n)
}

// dueMost bounds the notices of one batch of mail, so that nobody's thousands fill the memory.
const dueMost = 20_000

// dueItems are the readers and their due notices, newest first.
func (s *Service) dueItems(tx *db.Tx, due []posting) (readers []reader, items map[identity.ID][]item, err error) {
	var people []identity.ID
	seen := map[identity.ID]bool{}
	for _, d := range due {
		if !seen[d.Person] {
			seen[d.Person] = true
			people = append(people, d.Person)
		}
	}
	marks, args := db.Marks(people, 1)
	readers, err = db.All(tx, s.scanReader, `SELECT p.id, COALESCE(p.email, ''), p.lang, CASE WHEN p.deleted_at IS NULL AND b.address IS NULL THEN 0 ELSE 1 END, `+habitColumns+`
		FROM person p LEFT JOIN notice_setting s ON s.person_id = p.id LEFT JOIN mail_bounce b ON b.address = p.email AND b.stopped_at IS NOT NULL
		WHERE p.id IN (`+marks+`)`, args...)
	if err != nil {
		return nil, nil, err
	}
	marks, args = db.Marks(people, 3)
	items = map[identity.ID][]item{}
	n, last := 0, identity.ID(0)
	err = db.Each(tx, scanItem, func(i item) error {
		items[i.person], n, last = append(items[i.person], i), n+1, i.person
		return nil
	},
		`SELECT m.id, m.person_id, m.event_id, m.at, m.verb, m.via, m.pace, m.due_at, CASE WHEN m.read_at IS NULL THEN 0 ELSE 1 END,
			e.note, COALESCE(CASE WHEN a.deleted_at IS NULL THEN a.name END, ''), `+thing.Columns+`
		FROM notice m JOIN event e ON e.id = m.event_id JOIN thing t ON t.id = m.thing_id LEFT JOIN person a ON a.id = e.actor_id
		WHERE m.due_at IS NOT NULL AND m.due_at <= $1 AND m.person_id IN (`+marks+`) ORDER BY m.person_id, m.id DESC LIMIT $2`,
		append([]any{tx.Now, dueMost}, args...)...)
	if n == dueMost && len(items) > 1 {
		delete(items, last) // may be cut off: the next run writes to them
	}
	return readers, items, err
}

func (s *Service) scanReader(r db.Row) (m reader, err error) {
	var zone string
	err = r.Scan(append([]any{&m.id, &m.email, &m.lang, db.Bool(&m.stopped)}, habitFields(&m.Habits, &zone)...)...)
	m.Zone = zoneOf(zone, s.letters.zone())
	return
}

func scanItem(r db.Row) (i item, err error) {
	err = r.Scan(append([]any{&i.ID, &i.person, &i.event, db.Time(&i.At), &i.Verb, &i.via, &i.pace, db.Time(&i.due), db.Bool(&i.Read), &i.Note, &i.Actor},
		thing.Fields(&i.t)...)...)
	i.Thing = i.t.Ref()
	return
}

// markMailed closes notices: mailed ones, and those that are not worth a mail any more.
func markMailed(tx *db.Tx, mailed, silent []int64) error {
	if err := closeNotices(tx, mailed, tx.Now); err != nil {
		return err
	}
	return closeNotices(tx, silent, time.Time{})
}

func closeNotices(tx *db.Tx, ids []int64, at time.Time) error {
	for len(ids) > 0 {
		some := ids[:min(len(ids), 500)]
		marks, args := db.Marks(some, 2)
		if _, err := tx.Exec(`UPDATE notice SET due_at = NULL, mailed_at = $1 WHERE id IN (`+marks+`)`, append([]any{at}, args...)...); err != nil {
			return err
		}
		ids = ids[len(some):]
	}
	return nil
}

// titles are the things' titles in the readers' languages, by language.
type titles map[string]map[thing.ID]thing.Words

// read looks up what the letters need.
func (w titles) read(tx *db.Tx, readers []reader, items map[identity.ID][]item) (err error) {
	seen, ids := map[thing.ID]bool{}, []thing.ID{}
	for _, all := range items {
		for _, i := range all {
			if !seen[i.t.ID] {
				seen[i.t.ID] = true
				ids = append(ids, i.t.ID)
			}
		}
	}
	for _, r := range readers {
		if _, ok := w[r.lang]; r.lang == "" || ok {
			continue
		}
		w[r.lang] = map[thing.ID]thing.Words{}
		for from := 0; from < len(ids); from += 500 {
			some, err := thing.Translations(tx, r.lang, ids[from:min(from+500, len(ids))]...)
			if err != nil {
				return err
			}
			for id, words := range some {
				w[r.lang][id] = words
			}
		}
	}
	return nil
}
