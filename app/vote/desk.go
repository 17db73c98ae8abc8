package vote

import (
	"tequio/app/db"
)

// inPerson is the voice of somebody of the roll whom the staff of a desk help.
func inPerson(tx *db.Tx, b Bearer, r *ready) (one voice, err error) {
	one = voice{actor: b.Actor, channel: atDesk, self: b.Entry, links: [][]byte{r.key.entry(b.Entry)}}
	one.claim, err = r.vote.ofEntry(tx, b.Entry)
	return one, err
}
