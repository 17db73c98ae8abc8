package proposal

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// Service lets people write, publish, change, support and withdraw proposals.
type Service struct {
	db    *db.DB
	rules func() Rules

	Files   *media.Service // nil: no files are taken
	Letters Letters
}

// NewService keeps proposals in d; rules are those of the instance at the moment they are asked for.
func NewService(d *db.DB, rules func() Rules) *Service { return &Service{db: d, rules: rules} }

// Begin stores a new draft with a title. Faults: Invalid with field title; those of policy.
func (s *Service) Begin(ctx context.Context, a identity.Actor, lang, title string) (p Proposal, err error) {
	title = text.Line(title)
	var c fault.Check
	checkTitle(&c, title)
	Words{Title: title}.checkSizes(&c)
	if err := c.Err(); err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Propose, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		p = Proposal{Thing: thing.Thing{Author: a.ID, Lang: lang, Title: title, State: thing.Draft}}
		p.Slug = fmt.Sprintf("draft.%d", tx.NewID()) // no title makes such an address: it leaves the good ones to what is published
		return Insert(tx, &p)
	})
	return p, err
}

// Draft is a proposal that one writes, alone or with others, and that is not published yet. Faults:
// NotFound, for everybody else too.
func (s *Service) Draft(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { p, err = draft(tx, a, id); return err })
	return p, err
}

func draft(tx *db.Tx, a identity.Actor, id thing.ID) (Proposal, error) {
	p, err := WithAuthors(tx, id)
	if err == nil && (p.State != thing.Draft || !p.WrittenBy(a.ID)) {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return p, err
}

// ownDraft is a draft whose author decides what becomes of it; those who write it with them do not.
func ownDraft(tx *db.Tx, a identity.Actor, id thing.ID) (Proposal, error) {
	p, err := draft(tx, a, id)
	if err == nil && p.Author != a.ID {
		err = fault.New(fault.Forbidden, "policy.author")
	}
	return p, err
}

// A Writing changes the parts of a draft that are not nil.
type Writing struct {
	Title, Summary, Body, Subject, Place *string
	Whole                                bool // the texts written must be fit to publish
}

func (w Writing) onto(p *Proposal) {
	set := func(to *string, from *string, clean func(string) string) {
		if from != nil {
			*to = clean(*from)
		}
	}
	set(&p.Title, w.Title, text.Line)
	set(&p.Summary, w.Summary, text.Line)
	set(&p.Body, w.Body, text.Clean)
	set(&p.Subject, w.Subject, text.Line)
	set(&p.Place, w.Place, text.Line)
}

func (w Writing) checkWhole(c *fault.Check, p Proposal) {
	if !w.Whole {
		return
	}
	if w.Title != nil {
		checkTitle(c, p.Title)
	}
	c.That(w.Summary == nil || p.Summary != "", "summary", "proposal.summary.empty")
	c.That(w.Body == nil || p.Body != "", "body", "proposal.body.empty")
}

// Save stores a draft as far as it is written: it may lack anything but a title. Faults: Invalid with
// the fields of Words; NotFound.
func (s *Service) Save(ctx context.Context, a identity.Actor, id thing.ID, w Writing) (p Proposal, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if p, err = draft(tx, a, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Edit, p.Thing, tx.Now); err != nil {
			return err
		}
		w.onto(&p)
		var c fault.Check
		c.That(p.Title != "", "title", "proposal.title.empty")
		Words{p.Title, p.Summary, p.Body}.checkSizes(&c)
		w.checkWhole(&c, p)
		if err := c.Err(); err != nil {
			return err
		}
		p.HTML = text.Markdown(p.Body, text.Participant)
		return save(tx, &p)
	})
	return p, err
}

// Discard takes a draft away for good, with its files. Faults: NotFound; Forbidden for co-authors.
func (s *Service) Discard(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := ownDraft(tx, a, id); err != nil {
			return err
		}
		if err := s.dropFiles(tx, id); err != nil {
			return err
		}
		return removeDraft(tx, id)
	})
}

// Publish opens a draft for support under the rules of the day. Faults: Invalid with what is still
// missing; NotFound; those of policy.
func (s *Service) Publish(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	rules := s.rules()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if p, err = ownDraft(tx, a, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Propose, p.Thing, tx.Now); err != nil {
			return err
		}
		var c fault.Check
		Words{p.Title, p.Summary, p.Body}.check(&c)
		if err := c.Err(); err != nil {
			return err
		}
		p.publish(rules, tx.Now)
		if p.Slug, err = thing.FreeSlug(tx, Kind, p.Title, p.ID); err != nil {
			return err
		}
		if err := save(tx, &p); err != nil {
			return err
		}
		first := Text{Version: 1, Title: p.Title, Summary: p.Summary, Body: p.Body, Substantial: true, Author: a.ID, At: tx.Now}
		if err := insertVersion(tx, p.ID, first); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.publish", p.ID, p.Title)
	})
	return p, err
}

// Withdraw takes one's own proposal back with a reason that everybody may read. Faults: Invalid with
// field reason; Closed after the official answer; those of policy.
func (s *Service) Withdraw(ctx context.Context, a identity.Actor, id thing.ID, reason string) (p Proposal, err error) {
	reason = text.Line(reason)
	var c fault.Check
	c.That(reason != "", "reason", "proposal.reason.empty")
	c.That(len([]rune(reason)) <= reasonMost, "reason", "proposal.reason.long", "max", int64(reasonMost))
	if err := c.Err(); err != nil {
		return p, err
	}
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Withdraw, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := p.MayWithdraw(tx.Now); err != nil {
			return err
		}
		p.State, p.WithdrawnAt, p.Withdrawal = thing.Withdrawn, tx.Now, reason
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.withdraw", p.ID, reason)
	})
	return p, err
}

// Assign makes an agency responsible for the answer; 0: none.
func (s *Service) Assign(ctx context.Context, a identity.Actor, id, agency thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Answer, p.Thing, tx.Now); err != nil {
			return err
		}
		name := ""
		if agency != 0 {
			g, err := thing.Get(tx, agency)
			if err != nil {
				return err
			}
			if g.Kind != "agency" {
				return fault.On("agency", "proposal.agency.unknown")
			}
			name = g.Title
		}
		if p.Agency == agency {
			return nil
		}
		p.Agency = agency
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.assign", p.ID, name)
	})
	return p, err
}

// on runs do on a proposal under the lock that supports, comments and answers share with it.
func (s *Service) on(ctx context.Context, id thing.ID, p *Proposal, do func(*db.Tx, *Proposal) error) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) (err error) {
		if *p, err = Get(tx, id); err != nil {
			return err
		}
		return do(tx, p)
	})
}

// Support adds one person's support; supporting twice is supporting. Faults: those of policy, among
// them Closed when the time for support is over.
func (s *Service) Support(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Support, p.Thing, tx.Now); err != nil {
			return err
		}
		_, err := give(tx, a, p)
		return err
	})
	return p, err
}

// maySupport returns nil, or the fault that says why somebody cannot support a proposal.
func maySupport(a identity.Actor, p Proposal, now time.Time) error {
	return policy.Allow(a, policy.Support, p.Thing, now)
}

// give stores a person's support where there is none, with what follows from it, and reports whether
// it is new.
func give(tx *db.Tx, a identity.Actor, p *Proposal) (bool, error) {
	added, err := insertSupport(tx, p, a)
	if err != nil || !added {
		return false, err
	}
	if err := thing.Add(tx, p.ID, thing.Supports, 1); err != nil {
		return false, err
	}
	if err := thing.Record(tx, a.ID, "support.give", p.ID, ""); err != nil {
		return false, err
	}
	p.Supports++
	if !p.reach(tx.Now) {
		return true, nil
	}
	if err := save(tx, p); err != nil {
		return false, err
	}
	return true, thing.RecordEvent(tx, thing.Event{Verb: "proposal.threshold", Thing: p.ID, Person: p.Author})
}

// Unsupport takes one person's support back; a threshold once reached stays reached.
func (s *Service) Unsupport(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Support, p.Thing, tx.Now); err != nil {
			return err
		}
		_, err := take(tx, a, p)
		return err
	})
	return p, err
}

// take removes a person's support where there is one, and reports whether there was.
func take(tx *db.Tx, a identity.Actor, p *Proposal) (bool, error) {
	removed, err := removeSupport(tx, p.ID, a.ID)
	if err != nil || !removed {
		return false, err
	}
	p.Supports--
	if err := thing.Add(tx, p.ID, thing.Supports, -1); err != nil {
		return false, err
	}
	return true, thing.Record(tx, a.ID, "support.take", p.ID, "")
}

// Hook keeps a proposal in step with the official answers to it; it runs in their transaction.
func Hook(tx *db.Tx, e thing.Event) error {
	if e.Verb != "answer.give" {
		return nil
	}
	t, err := thing.Get(tx, e.Thing)
	if err != nil || t.Kind != Kind {
		return err
	}
	return Settle(tx, t.ID)
}

// Settle reads the official answer that holds into the proposal.
func Settle(tx *db.Tx, id thing.ID) error {
	p, err := Get(tx, id)
	if err != nil {
		return err
	}
	answers, err := talk.Answers(tx, id)
	if err != nil {
		return err
	}
	p.Verdict = ""
	if len(answers) > 0 {
		p.Verdict = answers[0].Verdict
	}
	return save(tx, &p)
}

// Of returns the proposals of these things, in their order.
func (s *Service) Of(ctx context.Context, things []thing.Thing) (all []Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all = all[:0]
		for _, t := range things {
			p, err := Get(tx, t.ID)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}
