package talk

import (
	"context"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Guard is what a room adds to policy about commenting on things of its kind; its fault refuses.
type Guard func(tx *db.Tx, t thing.Thing) error

// A Screen tells whether a moderator must read what somebody says on a thing before others do; why
// is a word for the moderator, kept with the comment.
type Screen func(tx *db.Tx, a identity.Actor, t thing.Thing, body string) (hold bool, why string, err error)

// Service lets people say things and agencies answer.
type Service struct {
	db     *db.DB
	guards map[thing.Kind]Guard
	screen Screen
}

// NewService talks in d.
func NewService(d *db.DB) *Service { return &Service{db: d, guards: map[thing.Kind]Guard{}} }

// Guard sets the guard of a kind; it is for wiring, once.
func (s *Service) Guard(k thing.Kind, g Guard) { s.guards[k] = g }

// Screen sets what is asked about each text before it is shown; it is for wiring, once.
func (s *Service) Screen(screen Screen) { s.screen = screen }

// screened asks the screen; the official voice is not screened.
func (s *Service) screened(tx *db.Tx, a identity.Actor, t thing.Thing, c *Comment) error {
	if s.screen == nil || c.Agency != 0 {
		return nil
	}
	hold, why, err := s.screen(tx, a, t, c.Body)
	if hold {
		c.HeldAt, c.HeldFor = tx.Now, why
	}
	return err
}

// MayComment returns nil, or the fault that says why a may not comment on t now.
func (s *Service) MayComment(tx *db.Tx, a identity.Actor, t thing.Thing) error {
	if err := policy.Allow(a, policy.Comment, t, tx.Now); err != nil {
		return err
	}
	closing, err := ClosingOf(tx, t.ID)
	if err != nil {
		return err
	}
	if closing.Closed() {
		return fault.New(fault.Closed, "talk.closed.why", "reason", closing.Reason)
	}
	if g := s.guards[t.Kind]; g != nil {
		return g(tx, t)
	}
	return nil
}

// Voice is the agency in whose name a speaks on t, 0 when in none: the thing's own, or, where a
// thing belongs to no agency, the first that a works for.
func Voice(a identity.Actor, t thing.Thing) thing.ID {
	agency := t.Agency
	if t.Kind == "agency" {
		agency = t.ID
	}
	if agency != 0 {
		return agency
	}
	if own := a.Agencies(identity.FocalPoint, identity.Editor); len(own) > 0 {
		return thing.ID(own[0])
	}
	return 0
}

// Say posts a comment. Faults: Invalid with fields body, stance; NotFound; Conflict when the comment
// replied to is no longer there; those of policy.
func (s *Service) Say(ctx context.Context, a identity.Actor, n Saying) (c Comment, err error) {
	if err := n.check(); err != nil {
		return c, err
	}
	html := text.Markdown(n.Body, text.Participant)
	err = s.db.WriteOn(ctx, thing.Scope(n.Thing), func(tx *db.Tx) error {
		t, err := thing.Get(tx, n.Thing)
		if err != nil {
			return err
		}
		if err := s.MayComment(tx, a, t); err != nil {
			return err
		}
		c = Comment{Thing: t.ID, Parent: n.Parent, Author: a.ID, AuthorName: a.Name, Stance: n.Stance, Body: n.Body, HTML: html, Network: a.Session.Network}
		if n.Official {
			if err := policy.Allow(a, policy.Speak, t, tx.Now); err != nil {
				return err
			}
			c.Agency = Voice(a, t)
		}
		if n.Parent != 0 {
			above, err := Get(tx, n.Parent)
			if err != nil {
				return err
			}
			if err := above.mayReply(t.ID); err != nil {
				return err
			}
		}
		if err := s.screened(tx, a, t, &c); err != nil {
			return err
		}
		return StoreComment(tx, &c)
	})
	return c, err
}

// StoreComment stores what somebody says, marks whom it names, and records it, without asking anybody.
func StoreComment(tx *db.Tx, c *Comment) error {
	named, err := c.findMentions(tx)
	if err != nil {
		return err
	}
	if err := InsertComment(tx, c); err != nil {
		return err
	}
	if c.Held() {
		return thing.Record(tx, c.Author, "comment.hold", c.Thing, strconv.FormatInt(c.ID, 10))
	}
	return c.announce(tx, named)
}

// announce records that a comment can be read: what its thing's followers, the one replied to and
// those named are told of.
func (c Comment) announce(tx *db.Tx, named []identity.ID) error {
	note := strconv.FormatInt(c.ID, 10)
	e := thing.Event{Actor: c.Author, Verb: "comment.say", Thing: c.Thing, Note: note}
	if c.Parent != 0 {
		above, err := Get(tx, c.Parent)
		if err != nil {
			return err
		}
		e.Verb, e.Person = "comment.reply", above.Author
	}
	if err := thing.RecordEvent(tx, e); err != nil {
		return err
	}
	for _, p := range named {
		if p == e.Person || p == c.Author {
			continue
		}
		if err := thing.RecordEvent(tx, thing.Event{Actor: c.Author, Verb: "comment.mention", Thing: c.Thing, Person: p, Note: note}); err != nil {
			return err
		}
	}
	return nil
}

// Release shows a comment that was held: from now on it is counted, and those it concerns are told.
// It belongs to a write under the scope of its thing. Fault: Conflict when it is not held.
func Release(tx *db.Tx, who identity.ID, id int64) error {
	c, err := Get(tx, id)
	if err != nil {
		return err
	}
	if !c.Held() || !c.Shown() {
		return fault.New(fault.Conflict, "talk.removed")
	}
	if err := unhold(tx, id); err != nil {
		return err
	}
	if err := count(tx, c); err != nil {
		return err
	}
	named, err := c.findMentions(tx)
	if err != nil {
		return err
	}
	if err := thing.RecordEvent(tx, thing.Event{Actor: who, Verb: "comment.release", Thing: c.Thing, Person: c.Author, Note: strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	return c.announce(tx, named)
}

// Edit replaces the text of one's own comment within the edit window; the earlier text is kept.
func (s *Service) Edit(ctx context.Context, a identity.Actor, id int64, body string) (c Comment, err error) {
	body = text.Clean(body)
	var check fault.Check
	checkBody(&check, body)
	if err := check.Err(); err != nil {
		return c, err
	}
	html := text.Markdown(body, text.Participant)
	return s.change(ctx, a, id, "comment.edit", func(tx *db.Tx, c Comment, t thing.Thing) error {
		if err := policy.Allow(a, policy.Comment, t, tx.Now); err != nil {
			return err
		}
		if err := c.MayEdit(a, tx.Now); err != nil {
			return err
		}
		held := c.Held()
		edited := c
		edited.Body, edited.HTML = body, html
		if err := s.screened(tx, a, t, &edited); err != nil {
			return err
		}
		if _, err := edited.findMentions(tx); err != nil { // marked; those named were told when it was said
			return err
		}
		if err := saveText(tx, c, body, edited.HTML); err != nil || held || !edited.Held() {
			return err
		}
		if err := hold(tx, c, edited.HeldFor); err != nil {
			return err
		}
		if err := vanish(tx, c); err != nil {
			return err
		}
		return thing.Add(tx, c.Thing, thing.Comments, -1)
	})
}

// Delete takes one's own comment back, at any time. Its text is erased; a mark stays where replies
// hang on it.
func (s *Service) Delete(ctx context.Context, a identity.Actor, id int64) (Comment, error) {
	return s.change(ctx, a, id, "comment.delete", func(tx *db.Tx, c Comment, t thing.Thing) error {
		if err := c.MayDelete(a); err != nil {
			return err
		}
		if err := erase(tx, c.ID); err != nil || c.Held() {
			return err
		}
		if c.Replies == 0 {
			if err := vanish(tx, c); err != nil {
				return err
			}
		}
		return thing.Add(tx, c.Thing, thing.Comments, -1)
	})
}

// change runs do on a comment under the lock of its thing, and records verb.
func (s *Service) change(ctx context.Context, a identity.Actor, id int64, verb string, do func(*db.Tx, Comment, thing.Thing) error) (c Comment, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { c, err = Get(tx, id); return err })
	if err != nil {
		return c, err
	}
	err = s.db.WriteOn(ctx, thing.Scope(c.Thing), func(tx *db.Tx) error {
		now, err := Get(tx, id)
		if err != nil {
			return err
		}
		t, err := thing.Get(tx, now.Thing)
		if err != nil {
			return err
		}
		if err := do(tx, now, t); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, verb, t.ID, strconv.FormatInt(id, 10))
	})
	return c, err
}

// AnswerOfficially gives an agency's answer to a thing or a part of it. A later answer to the same
// takes its place and keeps it as history; one after a decision says what it corrects and why. Faults:
// Invalid with fields verdict, body, cost, unit, correction; NotFound; those of policy.
func (s *Service) AnswerOfficially(ctx context.Context, a identity.Actor, n Answer) (Answer, error) {
	if err := n.check(); err != nil {
		return n, err
	}
	n.HTML, n.Author = text.Markdown(n.Body, text.Official), a.ID
	given := n
	err := s.db.WriteOn(ctx, thing.Scope(n.Thing), func(tx *db.Tx) error {
		t, err := thing.Get(tx, n.Thing)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Answer, t, tx.Now); err != nil {
			return err
		}
		if !t.Listed(tx.Now) {
			return fault.New(fault.Closed, "policy.away")
		}
		given = n
		former, err := AnswersTo(tx, n.Thing, n.PartKind, n.PartID)
		if err != nil {
			return err
		}
		if err := given.follow(former); err != nil {
			return err
		}
		given.Agency = Voice(a, t)
		if err := InsertAnswer(tx, &given); err != nil {
			return err
		}
		e := thing.Event{Actor: a.ID, Verb: "answer.give", Thing: t.ID, Person: t.Author, Note: string(n.Verdict)}
		if given.Correction != "" {
			e.Verb = "answer.correct"
		}
		return thing.RecordEvent(tx, e)
	})
	return given, err
}
