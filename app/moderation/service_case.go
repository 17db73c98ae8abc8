package moderation

import (
	"context"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/thing"
)

// Report tells moderators what is wrong with a thing (comment 0) or a comment, and returns the case.
// Reporting the same twice replaces the words. Faults: Invalid with fields code, text; Forbidden for
// what one wrote oneself; those of policy.
func (s *Service) Report(ctx context.Context, a identity.Actor, id thing.ID, comment int64, r Report) (c Case, err error) {
	if err := r.check(); err != nil {
		return c, err
	}
	r.Person = a.ID
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, author, err := target(tx, id, comment)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Report, t, tx.Now); err != nil {
			return err
		}
		if author == a.ID || t.Kind == "agency" && comment == 0 {
			return fault.New(fault.Forbidden, "moderation.report.own")
		}
		c = Case{Kind: Reported, Thing: t.ID, Comment: comment, OpenedAt: tx.Now, PromisedAt: s.promised(tx.Now)}
		if err := openCase(tx, &c); err != nil {
			return err
		}
		added, err := insertReport(tx, c.ID, r)
		if err != nil || !added {
			return err
		}
		return thing.Record(tx, a.ID, "report.send", t.ID, string(r.Code))
	})
	return c, err
}

// StoreReport is Report without asking who; by is when the case is to be decided.
func StoreReport(tx *db.Tx, id thing.ID, comment int64, r Report, by time.Time) error {
	c := Case{Kind: Reported, Thing: id, Comment: comment, OpenedAt: tx.Now, PromisedAt: by}
	if err := openCase(tx, &c); err != nil {
		return err
	}
	added, err := insertReport(tx, c.ID, r)
	if err != nil || !added {
		return err
	}
	return thing.Record(tx, r.Person, "report.send", id, string(r.Code))
}

// target is the thing, and whoever wrote it or the comment on it; a comment that everybody cannot
// read is missing.
func target(tx *db.Tx, id thing.ID, comment int64) (t thing.Thing, author identity.ID, err error) {
	if comment == 0 {
		t, err = thing.Get(tx, id)
		return t, t.Author, err
	}
	c, err := talk.Get(tx, comment)
	if err == nil && (!c.Shown() || c.Held()) {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	if err != nil {
		return t, 0, err
	}
	t, err = thing.Get(tx, c.Thing)
	return t, c.Author, err
}

// Target is what a reader wants to report: a thing (comment 0) or a comment.
func (s *Service) Target(ctx context.Context, a identity.Actor, id thing.ID, comment int64) (t thing.Thing, body string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, _, err = target(tx, id, comment); err != nil || comment == 0 {
			body = t.Summary
			return err
		}
		c, err := talk.Get(tx, comment)
		body = c.Body
		return err
	})
	if err == nil {
		err = policy.Allow(a, policy.Report, t, s.db.Now())
	}
	return t, body, err
}

// Hook opens a case for what is held or handed in to be read, and for a public proposal whose new text
// would have been held, which stays public meanwhile; it closes the case when the author takes it back.
// It is for thing.OnRecord.
func (s *Service) Hook(tx *db.Tx, e thing.Event) error {
	switch e.Verb {
	case "comment.hold", "comment.edit":
		id, err := strconv.ParseInt(e.Note, 10, 64)
		if err != nil {
			return err
		}
		c, err := talk.Get(tx, id)
		if err != nil || !c.Held() {
			return err
		}
		return openCase(tx, &Case{Kind: Held, Thing: e.Thing, Comment: id, Why: c.HeldFor, OpenedAt: tx.Now, PromisedAt: s.promised(tx.Now)})
	case "proposal.submit":
		why, err := whyHeld(tx, e.Thing, e.Actor, time.Time{})
		if err != nil {
			return err
		}
		return openCase(tx, &Case{Kind: Waiting, Thing: e.Thing, Why: why, OpenedAt: tx.Now, PromisedAt: s.promised(tx.Now)})
	case "proposal.edit", "proposal.change":
		why, err := whyHeld(tx, e.Thing, e.Actor, tx.Now)
		if err != nil || why == "" {
			return err
		}
		return openCase(tx, &Case{Kind: Reported, Thing: e.Thing, Why: why, OpenedAt: tx.Now, PromisedAt: s.promised(tx.Now)})
	case "comment.delete":
		id, err := strconv.ParseInt(e.Note, 10, 64)
		if err != nil {
			return err
		}
		return settle(tx, 0, e.Thing, id, Withhold)
	case "proposal.recall":
		return settle(tx, 0, e.Thing, 0, Return)
	}
	return nil
}

// settle closes what is open on a thing or a comment and tells those who reported it.
func settle(tx *db.Tx, who identity.ID, id thing.ID, comment int64, act Act) error {
	all, err := casesOn(tx, id, comment)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := finish(tx, who, c, act); err != nil {
			return err
		}
	}
	return nil
}

// finish closes a case and tells those who reported it what became of it.
func finish(tx *db.Tx, who identity.ID, c Case, act Act) error {
	if err := closeCase(tx, c.ID); err != nil || c.Kind != Reported {
		return err
	}
	people, err := reports(tx, c.ID)
	if err != nil {
		return err
	}
	for _, r := range people {
		if err := thing.RecordEvent(tx, thing.Event{Actor: who, Verb: "report.decide", Thing: c.Thing, Person: r.Person, Note: string(act)}); err != nil {
			return err
		}
	}
	return nil
}

// A Look is a case as moderators see it.
type Look struct {
	Case
	Ref     thing.Ref
	Author  identity.ID
	Body    string // of the comment, or the thing's summary
	History History
	Told    []Report // in the look of one case
	Against Decision // of an appeal: what it is against
	Taker   string   // who is looking at it
	Alone   bool     // nobody is left who could decide it as a second person
}

// queuePage is how many cases a page of the queue shows.
const queuePage = 30

// Queue returns the open cases that a filter asks for; next is where the following page begins.
func (s *Service) Queue(ctx context.Context, a identity.Actor, f Filter) (all []Look, next thing.Cursor, err error) {
	f.Limit = queuePage
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		found, err := cases(tx, f)
		if err != nil {
			return err
		}
		all, next = nil, thing.Cursor{}
		if len(found) > queuePage {
			found = found[:queuePage]
			last := found[queuePage-1]
			if next = (thing.Cursor{Key: last.OpenedAt.UnixMicro(), ID: thing.ID(last.ID)}); f.Reported {
				next.Key = last.Reports
			}
		}
		for _, c := range found {
			l, err := look(tx, c)
			if err != nil {
				return err
			}
			all = append(all, l)
		}
		return nil
	})
	return all, next, err
}

// Case returns one case with its reports.
func (s *Service) Case(ctx context.Context, a identity.Actor, id int64) (l Look, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		c, err := getCase(tx, id)
		if err != nil {
			return err
		}
		if l, err = look(tx, c); err != nil {
			return err
		}
		l.Told, err = reports(tx, id)
		return err
	})
	return l, err
}

func look(tx *db.Tx, c Case) (l Look, err error) {
	l.Case = c
	if c.Decision != 0 {
		if l.Against, err = decision(tx, c.Decision); err != nil {
			return l, err
		}
		l.Author = l.Against.Person
	}
	if c.Thing != 0 {
		t, err := thing.Get(tx, c.Thing)
		if err != nil {
			return l, err
		}
		l.Ref, l.Author, l.Body = t.Ref(), t.Author, t.Summary
	}
	if c.Comment != 0 {
		said, err := talk.Get(tx, c.Comment)
		if err != nil {
			return l, err
		}
		l.Author, l.Body = said.Author, said.Body
	}
	n, err := others(tx, l.Against.Author, l.Author)
	if err != nil {
		return l, err
	}
	l.Alone = n == 0
	if c.TakenBy != 0 {
		names, err := identity.Names(tx, []identity.ID{c.TakenBy})
		if err != nil {
			return l, err
		}
		l.Taker = names[c.TakenBy]
	}
	if l.Author != 0 {
		l.History, err = historyOf(tx, l.Author)
	}
	return l, err
}

// Take keeps a case for the actor for some minutes, or gives it back. Fault: Conflict when somebody
// else has it.
func (s *Service) Take(ctx context.Context, a identity.Actor, id int64, back bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.openFor(tx, a, id)
		if err != nil {
			return err
		}
		who := a.ID
		if back {
			who = 0
		}
		if err := takeCase(tx, c.ID, who); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "moderation.take", c.Thing, strconv.FormatInt(id, 10))
	})
}

// openFor is an open case that the actor may decide now.
func (s *Service) openFor(tx *db.Tx, a identity.Actor, id int64) (Case, error) {
	if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
		return Case{}, err
	}
	c, err := getCase(tx, id)
	switch {
	case err != nil:
		return c, err
	case !c.ClosedAt.IsZero():
		return c, fault.New(fault.Conflict, "moderation.done")
	case c.TakenFrom(a.ID, tx.Now):
		return c, fault.New(fault.Conflict, "moderation.taken")
	case c.Kind == Appealed:
		return c, nil // review asks for a second person
	}
	return c, notOwn(tx, a, c)
}

// Decide decides a case. Faults: Invalid with fields act, code, reason, until; Conflict when it is
// decided or taken; Forbidden for whoever decided what is appealed; those of policy.
func (s *Service) Decide(ctx context.Context, a identity.Actor, id int64, r Ruling) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.openFor(tx, a, id)
		if err != nil {
			return err
		}
		r := r
		if err := r.check(c.Kind, tx.Now); err != nil {
			return err
		}
		if c.Kind == Appealed {
			return s.review(tx, a, c, r)
		}
		d := Decision{Thing: c.Thing, Comment: c.Comment, Code: r.Code, Reason: r.Text, Rule: r.Rule, RuleText: r.RuleText, Author: a.ID,
			AskedAt: c.OpenedAt, Until: r.Until}
		if err := s.carryOut(tx, a, c, r.Act, d); err != nil {
			return err
		}
		return settleOr(tx, a.ID, c, r.Act)
	})
}

// settleOr closes the case; where the act took its target out of sight, all other cases on it too.
func settleOr(tx *db.Tx, who identity.ID, c Case, act Act) error {
	if act == Withhold || act == Suspend {
		return settle(tx, who, c.Thing, c.Comment, act)
	}
	return finish(tx, who, c, act)
}

func (s *Service) carryOut(tx *db.Tx, a identity.Actor, c Case, act Act, d Decision) error {
	switch act {
	case Withhold:
		return withhold(tx, c, &d)
	case Suspend:
		if err := policy.Allow(a, policy.Block, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		author, err := c.author(tx)
		if err != nil {
			return err
		}
		block := d
		block.Thing, block.Comment, block.Person, d.Until = 0, 0, author, time.Time{}
		if err := withhold(tx, c, &d); err != nil {
			return err
		}
		return s.storeBlock(tx, a, true, &block)
	case Admonish:
		author, err := c.author(tx)
		if err != nil {
			return err
		}
		return note(tx, &d, Warn, thing.Event{Verb: "moderation.warn", Person: author, Note: Reason{d.Code, d.Reason}.Note()})
	case Lock:
		if err := note(tx, &d, Closed, thing.Event{}); err != nil {
			return err
		}
		return talk.StoreClosing(tx, a.ID, c.Thing, d.Reason)
	case Pass:
		return letThrough(tx, a.ID, c, &d)
	case Return:
		t, err := thing.Get(tx, c.Thing)
		if err != nil {
			return err
		}
		return note(tx, &d, Sent, thing.Event{Verb: "thing.return", Person: t.Author, Note: d.Reason})
	}
	return note(tx, &d, Dismiss, thing.Event{Verb: "moderation.keep", Note: d.Reason})
}

func withhold(tx *db.Tx, c Case, d *Decision) error {
	if c.Comment != 0 {
		m, err := remark(tx, c.Comment)
		if err != nil {
			return err
		}
		return storeComment(tx, m, true, d)
	}
	t, err := thing.Get(tx, c.Thing)
	if err != nil {
		return err
	}
	return storeThing(tx, t, true, d)
}

// letThrough publishes what waited to be read.
func letThrough(tx *db.Tx, who identity.ID, c Case, d *Decision) error {
	if c.Kind == Held {
		if err := note(tx, d, Passed, thing.Event{}); err != nil {
			return err
		}
		return talk.Release(tx, who, c.Comment)
	}
	t, err := thing.Get(tx, c.Thing)
	if err != nil {
		return err
	}
	return note(tx, d, Passed, thing.Event{Verb: "thing.pass", Person: t.Author})
}

// note stores a decision that changes nothing by itself, and records its event, if it has one.
func note(tx *db.Tx, d *Decision, action Action, e thing.Event) error {
	d.Action = action
	if err := insert(tx, d); err != nil || e.Verb == "" {
		return err
	}
	e.Actor, e.Thing = d.Author, d.Thing
	return thing.RecordEvent(tx, e)
}
