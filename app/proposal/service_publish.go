package proposal

import (
	"context"
	"crypto/rand"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Publish hands a draft in. It is published at once under the rules of the day, unless its kind asks
// for sponsors first, or its kind or the screen for a moderator; StageAt tells. Faults: Invalid with
// what is still missing; Closed when it is handed in already; NotFound; those of policy.
func (s *Service) Publish(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if *p, err = ownDraft(tx, a, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Propose, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := p.MayEdit(tx.Now); err != nil {
			return err
		}
		k, err := s.stored(tx, p.KindID)
		if err != nil {
			return err
		}
		var c fault.Check
		Words{p.Title, p.Summary, p.Body}.check(&c)
		k.checkFields(&c, *p)
		if err := c.Err(); err != nil {
			return err
		}
		hold, err := s.screened(tx, a, *p)
		if err != nil {
			return err
		}
		p.handIn(k, hold, tx.Now)
		return s.forward(tx, p, k)
	})
	return p, err
}

// screened asks whether a moderator must read the proposal first.
func (s *Service) screened(tx *db.Tx, a identity.Actor, p Proposal) (bool, error) {
	if s.screen == nil {
		return false, nil
	}
	words := p.Title + "\n\n" + p.Summary + "\n\n" + p.Body
	for _, f := range p.Fields {
		words += "\n\n" + f.Value
	}
	return s.screen(tx, a, p.Thing, words)
}

// forward takes a proposal that was handed in as far as it goes: to its sponsors, to a moderator, or
// to everybody.
func (s *Service) forward(tx *db.Tx, p *Proposal, k Class) error {
	sponsors, err := countSponsors(tx, p.ID)
	if err != nil {
		return err
	}
	switch p.next(sponsors) {
	case Sponsoring:
		if p.Invite == "" {
			p.Invite = rand.Text()
		}
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, p.Author, "proposal.seek", p.ID, p.Title)
	case Checking:
		p.State = thing.Checking
		if p.Slug, err = thing.FreeSlug(tx, Kind, p.Title, p.ID); err != nil {
			return err
		}
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, p.Author, "proposal.submit", p.ID, p.Title)
	}
	return open(tx, p, k)
}

// open publishes a proposal with its first version.
func open(tx *db.Tx, p *Proposal, k Class) (err error) {
	p.publish(k, tx.Now)
	if p.Slug, err = thing.FreeSlug(tx, Kind, p.Title, p.ID); err != nil {
		return err
	}
	if err := save(tx, p); err != nil {
		return err
	}
	first := Text{Version: 1, Title: p.Title, Summary: p.Summary, Body: p.Body, Substantial: true, Author: p.Author, At: tx.Now}
	if err := insertVersion(tx, p.ID, first); err != nil {
		return err
	}
	return thing.Record(tx, p.Author, "proposal.publish", p.ID, p.Title)
}

// Recall takes back what was handed in and is not published yet, to mend it. Those who stood behind
// it read another text: they are asked anew. Faults: NotFound for everybody but its author; Closed
// when there is nothing to take back.
func (s *Service) Recall(ctx context.Context, a identity.Actor, id thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if p.Author != a.ID || a.ID == 0 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if err := policy.Allow(a, policy.Edit, p.Thing, tx.Now); err != nil {
			return err
		}
		if stage := p.StageAt(tx.Now); stage != Sponsoring && stage != Checking {
			return fault.New(fault.Closed, "policy.away")
		}
		if err := p.reopen(tx); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.recall", p.ID, p.Title)
	})
	return p, err
}

// reopen makes a draft of what was handed in. What it says is no longer what its sponsors read.
func (p *Proposal) reopen(tx *db.Tx) error {
	p.State, p.SubmittedAt = thing.Draft, time.Time{}
	if err := removeSponsors(tx, p.ID); err != nil {
		return err
	}
	return save(tx, p)
}
