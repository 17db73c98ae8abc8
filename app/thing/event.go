package thing

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

// An Event is something that happened. Verb is a word of the room it happened in ("support",
// "proposal.publish"); Note is what a reader of the audit trail needs besides.
type Event struct {
	ID     int64
	At     time.Time
	Actor  identity.ID // 0: the clock, or the shell
	Verb   string
	Thing  ID          // 0: the instance
	Person identity.ID // whom it happened to, where that is somebody else
	Note   string
}

// A Hook runs inside the transaction that records an event; its error undoes the change.
type Hook func(tx *db.Tx, e Event) error

type hooksKey struct{}

// OnRecord makes every Record on d run the hooks, in order. It is for wiring, once.
func OnRecord(d *db.DB, hooks ...Hook) { d.Attach(hooksKey{}, hooks) }

// Record writes an event in the transaction of the change it tells of, and runs the hooks.
func Record(tx *db.Tx, who identity.ID, verb string, id ID, note string) error {
	return RecordEvent(tx, Event{Actor: who, Verb: verb, Thing: id, Note: note})
}

// RecordEvent is Record with a person whom the event is about.
func RecordEvent(tx *db.Tx, e Event) error {
	e.ID, e.At = tx.NewID(), tx.Now
	if _, err := tx.Exec(`INSERT INTO event (id, at, actor_id, verb, thing_id, person_id, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.ID, e.At, db.ID(e.Actor), e.Verb, db.ID(e.Thing), db.ID(e.Person), e.Note); err != nil {
		return err
	}
	hooks, _ := tx.Attached(hooksKey{}).([]Hook)
	for _, hook := range hooks {
		if err := hook(tx, e); err != nil {
			return err
		}
	}
	return nil
}

const eventColumns = `e.id, e.at, e.actor_id, e.verb, e.thing_id, e.person_id, e.note`

func scanEvent(r db.Row) (e Event, err error) {
	err = r.Scan(&e.ID, db.Time(&e.At), db.Null(&e.Actor), &e.Verb, db.Null(&e.Thing), db.Null(&e.Person), &e.Note)
	return
}

// Events returns the n newest events before an id (0: the newest of all), of one thing, or of
// everything when of is 0.
func Events(tx *db.Tx, of ID, before int64, n int) ([]Event, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	if of == 0 {
		return db.All(tx, scanEvent, `SELECT `+eventColumns+` FROM event e WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2`, before, n)
	}
	return db.All(tx, scanEvent, `SELECT `+eventColumns+` FROM event e WHERE e.thing_id = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3`, of, before, n)
}

// EventsSince returns the events after an id, oldest first, at most n.
func EventsSince(tx *db.Tx, after int64, n int) ([]Event, error) {
	return db.All(tx, scanEvent, `SELECT `+eventColumns+` FROM event e WHERE e.id > $1 ORDER BY e.id LIMIT $2`, after, n)
}

// settled is how old an event must be before it is sealed: older than any write still under way.
const settled = 30 * time.Second

// Seal chains the events that are not yet sealed, oldest first: each hash covers the one before it,
// so that no event can be changed, dropped or slipped in later unseen. It returns how many it sealed.
func Seal(tx *db.Tx) (int, error) {
	type head struct {
		place int64
		hash  []byte
	}
	last, err := db.One(tx, func(r db.Row) (h head, err error) { err = r.Scan(&h.place, &h.hash); return },
		`SELECT place, hash FROM event WHERE place IS NOT NULL ORDER BY place DESC LIMIT 1`)
	if err != nil && !db.IsNone(err) {
		return 0, err
	}
	due, err := db.All(tx, scanEvent, `SELECT `+eventColumns+` FROM event e WHERE e.place IS NULL AND e.at < $1 ORDER BY e.id LIMIT 2000`,
		tx.Now.Add(-settled))
	if err != nil {
		return 0, err
	}
	for _, e := range due {
		last = head{last.place + 1, chained(last.hash, e)}
		if _, err := tx.Exec(`UPDATE event SET place = $1, hash = $2 WHERE id = $3`, last.place, last.hash, e.ID); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// chained is SHA-256(previous hash ‖ the event as JSON with the fields of Event, At in microseconds).
func chained(previous []byte, e Event) []byte {
	body, err := json.Marshal([]any{e.ID, e.At.UnixMicro(), e.Actor, e.Verb, e.Thing, e.Person, e.Note})
	if err != nil {
		panic(err) // integers and strings always encode
	}
	sum := sha256.Sum256(append(append([]byte{}, previous...), body...))
	return sum[:]
}

// CheckSeals walks the whole chain and returns how many events it covers; an error names the first
// event that does not match.
func CheckSeals(tx *db.Tx) (n int64, err error) {
	var last []byte
	type sealed struct {
		Event
		place int64
		hash  []byte
	}
	err = db.Each(tx, func(r db.Row) (s sealed, err error) {
		err = r.Scan(&s.ID, db.Time(&s.At), db.Null(&s.Actor), &s.Verb, db.Null(&s.Thing), db.Null(&s.Person), &s.Note, &s.place, &s.hash)
		return
	}, func(s sealed) error {
		n++
		last = chained(last, s.Event)
		if s.place != n || string(last) != string(s.hash) {
			return fmt.Errorf("event %d does not match its seal at place %d", s.ID, n)
		}
		return nil
	}, `SELECT `+eventColumns+`, e.place, e.hash FROM event e WHERE e.place IS NOT NULL ORDER BY e.place`)
	return n, err
}
