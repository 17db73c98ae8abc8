package proposal

import (
	"context"
	"fmt"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Begin stores a new draft of a kind ("": the usual one) with a title. Faults: Invalid with field
// title; NotFound of the kind; Closed when it is retired; those of policy.
func (s *Service) Begin(ctx context.Context, a identity.Actor, kind, lang, title string) (p Proposal, err error) {
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
		k, err := s.ClassNamed(tx, kind)
		switch {
		case err != nil:
			return err
		case k.Retired():
			return fault.New(fault.Closed, "kind.retired")
		}
		p = Proposal{KindID: k.ID, Thing: thing.Thing{Author: a.ID, Lang: lang, Title: title, State: thing.Draft}}
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
	Point                                *thing.Point
	Fields                               map[string]string // answers to what its kind asks, by key
	Whole                                bool              // the texts written must be fit to publish

	Part string // which of the draft's parts is written: title, text or details
	Seen string // its Mark when the writer began; "": whatever it was
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
	if w.Point != nil {
		p.Point = *w.Point
	}
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
// the fields of Words; Conflict when somebody who writes it too changed the same part meanwhile;
// NotFound.
func (s *Service) Save(ctx context.Context, a identity.Actor, id thing.ID, w Writing) (p Proposal, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if p, err = draft(tx, a, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Edit, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := p.MayEdit(tx.Now); err != nil {
			return err
		}
		if err := w.meanwhile(tx, a, p); err != nil {
			return err
		}
		w.onto(&p)
		var c fault.Check
		c.That(p.Title != "", "title", "proposal.title.empty")
		Words{p.Title, p.Summary, p.Body}.checkSizes(&c)
		w.checkWhole(&c, p)
		if w.Fields != nil {
			k, err := s.Class(tx, p.KindID)
			if err != nil {
				return err
			}
			p.Fields = k.Answered(&c, w.Fields, p.Lang, w.Whole)
		}
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
