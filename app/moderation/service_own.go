package moderation

import (
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
)

// author is who wrote what a case is about.
func (c Case) author(tx *db.Tx) (identity.ID, error) {
	if c.Comment != 0 {
		said, err := talk.Get(tx, c.Comment)
		return said.Author, err
	}
	t, err := thing.Get(tx, c.Thing)
	return t.Author, err
}

// notOwn leaves what a moderator wrote to another one, where there is any.
func notOwn(tx *db.Tx, a identity.Actor, c Case) error {
	author, err := c.author(tx)
	if err != nil || author != a.ID {
		return err
	}
	n, err := others(tx, a.ID, a.ID)
	if err != nil || n == 0 {
		return err
	}
	return fault.New(fault.Forbidden, "moderation.yours")
}
