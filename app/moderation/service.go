package moderation

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Service decides on content and accounts.
type Service struct {
	db       *db.DB
	sessions *identity.Sessions

	// Promise is within how long a case is to be decided; nil: a day.
	Promise func() time.Duration

	// Texts are the longer texts of a thing, by language; nil: it has none.
	Texts func(*db.Tx, thing.Thing) (map[string]string, error)
}

// NewService returns moderation over d; sessions forget at once who was suspended.
func NewService(d *db.DB, sessions *identity.Sessions) *Service {
	return &Service{db: d, sessions: sessions}
}

func (s *Service) promised(now time.Time) time.Time {
	if s.Promise == nil {
		return now.Add(24 * time.Hour)
	}
	return now.Add(s.Promise())
}

// HideThing withholds a thing's texts; its page keeps title, date and reason.
func (s *Service) HideThing(ctx context.Context, a identity.Actor, id thing.ID, r Reason) error {
	return s.onThing(ctx, a, id, true, r)
}

// ShowThing undoes HideThing.
func (s *Service) ShowThing(ctx context.Context, a identity.Actor, id thing.ID, r Reason) error {
	return s.onThing(ctx, a, id, false, r)
}

// done is the fault of a decision that somebody else has made meanwhile.
func done(changed int64, err error) error {
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "moderation.done")
	}
	return err
}

func (s *Service) onThing(ctx context.Context, a identity.Actor, id thing.ID, hide bool, r Reason) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, t, tx.Now); err != nil {
			return err
		}
		if t.Kind == "agency" {
			return fault.New(fault.Invalid, "moderation.agency")
		}
		r := r
		if err := r.Check(!hide); err != nil {
			return err
		}
		if err := StoreThing(tx, a.ID, t, hide, r); err != nil {
			return err
		}
		return settle(tx, a.ID, t.ID, 0, acted(hide))
	})
}

// acted is what those who reported something are told became of it.
func acted(hide bool) Act {
	if hide {
		return Withhold
	}
	return Keep
}

// StoreThing hides or shows a thing without asking who.
func StoreThing(tx *db.Tx, who identity.ID, t thing.Thing, hide bool, r Reason) error {
	return storeThing(tx, t, hide, &Decision{Code: r.Code, Reason: r.Text, Author: who})
}

func storeThing(tx *db.Tx, t thing.Thing, hide bool, d *Decision) error {
	r := Reason{d.Code, d.Reason}
	if err := done(setThingHidden(tx, t.ID, hide, r)); err != nil {
		return err
	}
	verb := "thing.hide"
	d.Thing, d.Action = t.ID, Hide
	if !hide {
		verb, d.Action = "thing.show", Show
	}
	if err := insert(tx, d); err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Actor: d.Author, Verb: verb, Thing: t.ID, Person: t.Author, Note: r.Note()})
}

// HideComment withholds a comment; a mark with the reason stays in its place.
func (s *Service) HideComment(ctx context.Context, a identity.Actor, id int64, r Reason) error {
	return s.onComment(ctx, a, id, true, r)
}

// ShowComment undoes HideComment.
func (s *Service) ShowComment(ctx context.Context, a identity.Actor, id int64, r Reason) error {
	return s.onComment(ctx, a, id, false, r)
}

func (s *Service) onComment(ctx context.Context, a identity.Actor, id int64, hide bool, r Reason) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := remark(tx, id)
		if err != nil {
			return err
		}
		t, err := thing.Get(tx, m.Thing.ID)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, t, tx.Now); err != nil {
			return err
		}
		r := r
		if err := r.Check(!hide); err != nil {
			return err
		}
		if err := StoreComment(tx, a.ID, m, hide, r); err != nil {
			return err
		}
		return settle(tx, a.ID, t.ID, m.ID, acted(hide))
	})
}

// StoreComment hides or shows a comment without asking who.
func StoreComment(tx *db.Tx, who identity.ID, m Remark, hide bool, r Reason) error {
	return storeComment(tx, m, hide, &Decision{Code: r.Code, Reason: r.Text, Author: who})
}

func storeComment(tx *db.Tx, m Remark, hide bool, d *Decision) error {
	r := Reason{d.Code, d.Reason}
	if err := done(setCommentHidden(tx, m.ID, hide, r)); err != nil {
		return err
	}
	verb := "comment.hide"
	d.Thing, d.Comment, d.Action = m.Thing.ID, m.ID, Hide
	if !hide {
		verb, d.Action = "comment.show", Show
	}
	if err := insert(tx, d); err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Actor: d.Author, Verb: verb, Thing: m.Thing.ID, Person: m.Author, Note: r.Note()})
}

// Block suspends an account until an instant (zero: for good): its owner can read, see and delete
// their data, and nothing else. It ends by the clock.
func (s *Service) Block(ctx context.Context, a identity.Actor, p identity.ID, until time.Time, r Reason) error {
	return s.onPerson(ctx, a, p, true, until, r)
}

// Unblock undoes Block.
func (s *Service) Unblock(ctx context.Context, a identity.Actor, p identity.ID, r Reason) error {
	return s.onPerson(ctx, a, p, false, time.Time{}, r)
}

func (s *Service) onPerson(ctx context.Context, a identity.Actor, p identity.ID, block bool, until time.Time, r Reason) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Block, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		r := r
		if err := r.Check(!block); err != nil {
			return err
		}
		if block && !until.IsZero() && !until.After(tx.Now) {
			return fault.On("until", "moderation.until.past")
		}
		return s.storeBlock(tx, a, block, &Decision{Person: p, Code: r.Code, Reason: r.Text, Author: a.ID, Until: until})
	})
}

// storeBlock suspends the person of a decision, or ends that.
func (s *Service) storeBlock(tx *db.Tx, a identity.Actor, block bool, d *Decision) error {
	if block && d.Person == a.ID {
		return fault.New(fault.Invalid, "moderation.self")
	}
	if err := mayBlock(tx, a, d.Person); err != nil {
		return err
	}
	note := Reason{d.Code, d.Reason}.Note()
	if err := done(setBlocked(tx, d.Person, block, d.Until, note)); err != nil {
		return err
	}
	verb := "person.block"
	d.Action = Block
	if !block {
		verb, d.Action = "person.unblock", Unblock
	}
	if err := insert(tx, d); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.sessions.Forget(d.Person) })
	return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: verb, Person: d.Person, Note: note})
}

// mayBlock keeps moderators from suspending those who appointed them.
func mayBlock(tx *db.Tx, a identity.Actor, p identity.ID) error {
	grants, err := identity.Grants(tx, p)
	if err != nil {
		return err
	}
	if (identity.Actor{Grants: grants}).Has(identity.Administrator) && !a.Has(identity.Administrator) {
		return fault.New(fault.Forbidden, "policy.role")
	}
	return nil
}

// Log is the public record of decisions.
type Log struct {
	Tallies   []Tally
	Decisions []Decision
	Kinds     map[thing.ID]thing.Kind
	Next      int64 // the id after which the next page begins; 0: the last
}

// logPage is how many decisions a page of the log shows.
const logPage = 50

// Log returns the decisions older than the one with an id (0: the newest), and all counts.
func (s *Service) Log(ctx context.Context, before int64) (l Log, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if l.Tallies, err = tallies(tx); err != nil {
			return err
		}
		if l.Decisions, err = decisions(tx, before, logPage+1); err != nil {
			return err
		}
		if len(l.Decisions) > logPage {
			l.Decisions = l.Decisions[:logPage]
			l.Next = l.Decisions[logPage-1].ID
		}
		var ids []thing.ID
		for _, d := range l.Decisions {
			if d.Thing != 0 {
				ids = append(ids, d.Thing)
			}
		}
		refs, err := thing.Refs(tx, ids)
		l.Kinds = map[thing.ID]thing.Kind{}
		for id, ref := range refs {
			l.Kinds[id] = ref.Kind
		}
		return err
	})
	return l, err
}

// hiddenMost bounds the list of what is hidden.
const hiddenMost = 200

// Hidden returns what is hidden now, for those who may show it again.
func (s *Service) Hidden(ctx context.Context, a identity.Actor) (things []thing.Thing, remarks []Remark, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if things, err = hiddenThings(tx, hiddenMost); err != nil {
			return err
		}
		ids, err := hiddenRemarks(tx, hiddenMost)
		if err != nil {
			return err
		}
		for _, id := range ids {
			m, err := remark(tx, id)
			if err != nil {
				return err
			}
			remarks = append(remarks, m)
		}
		return nil
	})
	return things, remarks, err
}

// Thing returns a thing about which the actor is to decide.
func (s *Service) Thing(ctx context.Context, a identity.Actor, id thing.ID) (t thing.Thing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, err = thing.Get(tx, id); err != nil {
			return err
		}
		return policy.Allow(a, policy.Hide, t, tx.Now)
	})
	return t, err
}

// Comment returns a comment about which the actor is to decide.
func (s *Service) Comment(ctx context.Context, a identity.Actor, id int64) (m Remark, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m, err = remark(tx, id); err != nil {
			return err
		}
		return policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now)
	})
	return m, err
}

// StoreDecision stores a decision that another room carried out, so that the public log tells it too.
func StoreDecision(tx *db.Tx, d Decision) error { return insert(tx, &d) }
