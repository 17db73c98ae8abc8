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
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM (SELECT 1 FROM notice WHERE person_id = $1 AND read_at IS NULL LIMIT $2) n`, p, UnreadMost)
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

// ownerOf is who has an address; 0: nobody.
func ownerOf(tx *db.Tx, address string) (identity.ID, error) {
	p, err := db.One(tx, db.Value[identity.ID], `SELECT id FROM person WHERE email = $1`, address)
	if db.IsNone(err) {
		return 0, nil
	}
	return p, err
}

// stoppedAddress is somebody's address, when mail to it came back for good.
func stoppedAddress(tx *db.Tx, p identity.ID) (string, error) {
	a, err := db.One(tx, db.Value[string], `SELECT b.address FROM person p JOIN mail_bounce b ON b.address = p.email AND b.stopped_at IS NOT NULL WHERE p.id = $1`, p)
	if db.IsNone(err) {
		return "", nil
	}
	return a, err
}
