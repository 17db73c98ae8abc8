package proposal

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Edit gives a published proposal that one writes its next text. Faults: Invalid with fields title,
// summary, body, note; Conflict when the text changed meanwhile; Closed when the rules no longer allow
// it; those of policy.
func (s *Service) Edit(ctx context.Context, a identity.Actor, id thing.ID, r Revision) (p Proposal, err error) {
	r.clean()
	if err := r.check(); err != nil {
		return p, err
	}
	html := text.Markdown(r.Body, text.Participant)
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := thing.WithCoauthors(tx, &p.Thing); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Edit, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := p.MayEdit(tx.Now); err != nil {
			return err
		}
		switch {
		case p.State == thing.Draft:
			return fault.New(fault.NotFound, "thing.missing")
		case p.Version != r.Seen:
			return fault.New(fault.Conflict, "proposal.edit.meanwhile")
		case r.same(p):
			return nil
		}
		next := *p
		next.Title, next.Summary, next.Body = r.Title, r.Summary, r.Body
		if _, err := s.screened(tx, a, next); err != nil { // it stays public: people have supported it
			return err
		}
		return storeEdit(tx, a.ID, p, r, html)
	})
	return p, err
}

// StoreEdit is Edit without asking who or when: it gives a proposal its next text.
func StoreEdit(tx *db.Tx, who identity.ID, id thing.ID, r Revision) error {
	p, err := Get(tx, id)
	if err != nil {
		return err
	}
	return storeEdit(tx, who, &p, r, text.Markdown(r.Body, text.Participant))
}

func storeEdit(tx *db.Tx, who identity.ID, p *Proposal, r Revision, html string) error {
	p.Title, p.Summary, p.Body, p.HTML = r.Title, r.Summary, r.Body, html
	p.Version++
	if err := save(tx, p); err != nil {
		return err
	}
	next := Text{Version: p.Version, Title: p.Title, Summary: p.Summary, Body: p.Body, Note: r.Note, Substantial: !r.Spelling, Author: who, At: tx.Now}
	if err := insertVersion(tx, p.ID, next); err != nil {
		return err
	}
	verb := "proposal.edit"
	if r.Spelling {
		verb = "proposal.change"
	}
	return thing.Record(tx, who, verb, p.ID, r.Note)
}

// KeepSupport says that the actor supports a proposal in the text that they have before them, of
// version seen, too. It changes no count; whoever does not support it goes on not to. Faults: those of
// policy.
func (s *Service) KeepSupport(ctx context.Context, a identity.Actor, id thing.ID, seen int64) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Support, p.Thing, tx.Now); err != nil {
			return err
		}
		kept, err := keepSupport(tx, id, a.ID, min(seen, p.Version))
		if err != nil || !kept {
			return err
		}
		return thing.Record(tx, a.ID, "support.keep", id, "")
	})
	return p, err
}
