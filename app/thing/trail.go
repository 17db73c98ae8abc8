package thing

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/identity"
)

// A Trail says which events the audit shows. The zero value of a field asks nothing.
type Trail struct {
	Thing  ID
	People []identity.ID // who did it, or whom it happened to: one of these
	Family string        // the verb, or the word before its point
	Before int64         // older than the event with this id
	Limit  int
}

// Sealed is an event with its seal; "" when it is too young to have one.
type Sealed struct {
	Event
	Seal []byte
}

// Events returns the newest events first.
func (q Trail) Events(tx *db.Tx) ([]Sealed, error) {
	var where []string
	var args []any
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(args))))
	}
	if q.Thing != 0 {
		add(`e.thing_id = ?`, q.Thing)
	}
	if len(q.People) > 0 {
		marks, more := In(q.People, len(args)+1)
		args = append(args, more...)
		where = append(where, `(e.actor_id IN (`+marks+`) OR e.person_id IN (`+marks+`))`)
	}
	if q.Family != "" {
		add(`(e.verb = ? OR e.verb LIKE ? || '.%')`, q.Family)
	}
	if q.Before != 0 {
		add(`e.id < ?`, q.Before)
	}
	if len(where) == 0 {
		where = []string{`1 = 1`}
	}
	args = append(args, q.Limit)
	return db.All(tx, func(r db.Row) (s Sealed, err error) {
		e := &s.Event
		err = r.Scan(&e.ID, db.Time(&e.At), db.Null(&e.Actor), &e.Verb, db.Null(&e.Thing), db.Null(&e.Person), &e.Note, &s.Seal)
		return
	}, `SELECT `+eventColumns+`, e.hash FROM event e WHERE `+strings.Join(where, " AND ")+fmt.Sprintf(` ORDER BY e.id DESC LIMIT $%d`, len(args)), args...)
}
