package notice

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// StoreFollow makes a person follow a thing, without asking whether they may; following twice is
// following. It runs under WriteOn(thing.Scope(id)), or in the transaction that made the thing.
func StoreFollow(tx *db.Tx, id thing.ID, p identity.ID) error {
	n, err := tx.Exec(`INSERT INTO follow (person_id, thing_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, p, id, tx.Now)
	if err != nil || n == 0 {
		return err
	}
	return thing.Add(tx, id, thing.Followers, 1)
}

func removeFollow(tx *db.Tx, id thing.ID, p identity.ID) error {
	n, err := tx.Exec(`DELETE FROM follow WHERE person_id = $1 AND thing_id = $2`, p, id)
	if err != nil || n == 0 {
		return err
	}
	return thing.Add(tx, id, thing.Followers, -1)
}

// Follows reports whether a person follows a thing.
func Follows(tx *db.Tx, id thing.ID, p identity.ID) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM follow WHERE person_id = $1 AND thing_id = $2`, p, id)
	return n > 0, err
}

// members are at most n of a thing's followers or supporters whose ids come after one.
func members(tx *db.Tx, crowd audience, id thing.ID, after identity.ID, n int) ([]identity.ID, error) {
	from := `follow WHERE`
	if crowd == supporters {
		from = `support WHERE batch_id IS NULL AND`
	}
	return db.All(tx, db.Value[identity.ID], `SELECT person_id FROM `+from+` thing_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`, id, after, n)
}

func insertNotice(tx *db.Tx, p identity.ID, e thing.Event) error {
	_, err := tx.Exec(`INSERT INTO notice (id, person_id, event_id, thing_id, verb, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		tx.NewID(), p, e.ID, e.Thing, e.Verb, e.At)
	return err
}

// noticesOf are at most n notices of a person, newest first, older than the one with an id.
func noticesOf(tx *db.Tx, p identity.ID, before int64, n int) ([]Notice, error) {
	return db.All(tx, func(r db.Row) (m Notice, err error) {
		err = r.Scan(&m.ID, db.Time(&m.At), &m.Verb, &m.Note, &m.Actor, &m.Thing.ID, &m.Thing.Kind, &m.Thing.Slug, &m.Thing.Title, db.Bool(&m.Read))
		return
	}, `SELECT m.id, m.at, m.verb, e.note, COALESCE(CASE WHEN a.deleted_at IS NULL THEN a.name END, ''), t.id, t.kind, t.slug, t.title,
			CASE WHEN m.read_at IS NULL THEN 0 ELSE 1 END
		FROM notice m JOIN event e ON e.id = m.event_id JOIN thing t ON t.id = m.thing_id LEFT JOIN person a ON a.id = e.actor_id
		WHERE m.person_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3`, p, before, n)
}

func unread(tx *db.Tx, p identity.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM notice WHERE person_id = $1 AND read_at IS NULL`, p)
}

func markRead(tx *db.Tx, p identity.ID, upTo int64) error {
	_, err := tx.Exec(`UPDATE notice SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL AND id <= $3`, tx.Now, p, upTo)
	return err
}

func event(tx *db.Tx, id int64) (thing.Event, error) {
	return db.One(tx, func(r db.Row) (e thing.Event, err error) {
		err = r.Scan(&e.ID, db.Time(&e.At), db.Null(&e.Actor), &e.Verb, db.Null(&e.Thing), db.Null(&e.Person), &e.Note)
		return
	}, `SELECT id, at, actor_id, verb, thing_id, person_id, note FROM event WHERE id = $1`, id)
}
