// Package talk is what people say on things, and what agencies answer. A comment hangs on a thing,
// or on another comment of it, to any depth; an answer is an agency's official word on a thing or on
// a part of one. It knows no kinds of things: who may speak is policy's matter, and a room that has
// more to say about when (a phase that is over) gives a Guard.
package talk

import (
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Stance is where a comment of the first level stands towards its thing.
type Stance string

// The stances; "" is none, where the page asks for none.
const (
	For     Stance = "for"
	Against Stance = "against"
	Neutral Stance = "neutral"
)

// Stances are those a person may choose, in the order in which pages offer them.
var Stances = []Stance{For, Neutral, Against}

// Comment is one thing said. The texts of a deleted one are gone; of a hidden one they are kept and
// not shown.
type Comment struct {
	ID           int64
	Thing        thing.ID
	Parent       int64 // 0: said on the thing itself
	Root         int64 // the first of its branch; itself, when on the thing
	Depth        int64 // 0: said on the thing itself
	Author       identity.ID
	AuthorName   string   // "" when the account is gone
	Agency       thing.ID // not 0: said in the name of this agency
	AgencyName   string
	Stance       Stance
	Body         string
	HTML         string
	At           time.Time
	EditedAt     time.Time
	DeletedAt    time.Time
	HiddenAt     time.Time
	HiddenCode   string
	HiddenReason string
	HeldAt       time.Time // not zero: waits for a moderator; its author and moderators alone see it
	HeldFor      string    // why, in the word of whoever held it
	Agrees       int64     // people who agree with it
	Disagrees    int64
	Score        int64  // by which the best come first, in millionths
	Network      string // the block it came from, "" once forgotten
	Replies      int64  // comments below it at any depth, held ones left out
}

// Held reports whether the comment waits for a moderator.
func (c Comment) Held() bool { return !c.HeldAt.IsZero() }

// editFor is how long what was said may still be changed.
const editFor = 15 * time.Minute

// bodyMost is how long a comment may be, in characters.
const bodyMost = 5000

// EditableUntil is the instant at which the edit window closes.
func (c Comment) EditableUntil() time.Time { return c.At.Add(editFor) }

// Shown reports whether the text may be read: it was neither deleted nor hidden.
func (c Comment) Shown() bool { return c.DeletedAt.IsZero() && c.HiddenAt.IsZero() }

// MayEdit returns nil, or the fault that says why a may not change the comment at now.
func (c Comment) MayEdit(a identity.Actor, now time.Time) error {
	switch {
	case a.ID == 0 || a.ID != c.Author:
		return fault.New(fault.Forbidden, "policy.author")
	case !c.Shown():
		return fault.New(fault.Conflict, "talk.removed")
	case !now.Before(c.EditableUntil()):
		return fault.New(fault.Closed, "talk.edit.late", "n", int64(editFor/time.Minute))
	}
	return nil
}

// MayDelete returns nil, or the fault that says why a may not take the comment back.
func (c Comment) MayDelete(a identity.Actor) error {
	switch {
	case a.ID == 0 || a.ID != c.Author:
		return fault.New(fault.Forbidden, "policy.author")
	case !c.DeletedAt.IsZero():
		return fault.New(fault.Conflict, "talk.removed")
	}
	return nil
}

// mayReply refuses to hang a comment on one that is of another thing or no longer there.
func (c Comment) mayReply(on thing.ID) error {
	switch {
	case c.Thing != on:
		return fault.New(fault.NotFound, "thing.missing")
	case !c.Shown():
		return fault.New(fault.Conflict, "talk.removed")
	}
	return nil
}

// A Saying is what somebody wants to say.
type Saying struct {
	Thing    thing.ID
	Parent   int64 // 0: on the thing itself
	Stance   Stance
	Body     string // Markdown
	Official bool   // in the name of the agency
}

func (n *Saying) check() error {
	n.Body = text.Clean(n.Body)
	var c fault.Check
	checkBody(&c, n.Body)
	c.That(n.Stance == "" || n.Stance == For || n.Stance == Against || n.Stance == Neutral, "stance", "talk.stance.unknown")
	return c.Err()
}

func checkBody(c *fault.Check, body string) {
	c.That(body != "", "body", "talk.body.empty")
	c.That(len([]rune(body)) <= bodyMost, "body", "talk.body.long", "max", int64(bodyMost))
}

// A Version is an earlier text of a comment and the instant it was replaced.
type Version struct {
	At   time.Time
	Body string
}
