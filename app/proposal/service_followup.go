package proposal

import (
	"context"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// FollowUp tells how what was promised is carried out, with evidence. Faults: Invalid or TooLarge with
// fields state, body, files; Closed where nothing was promised; those of policy.
func (s *Service) FollowUp(ctx context.Context, a identity.Actor, id thing.ID, f FollowUp, evidence []media.Upload) (p Proposal, err error) {
	if err := f.check(); err != nil {
		return p, err
	}
	f.Thing, f.Author, f.HTML = id, a.ID, text.Markdown(f.Body, text.Official)
	allowed := func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Fulfil, p.Thing, tx.Now); err != nil {
			return err
		}
		return p.MayFollowUp()
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error { // before any file is written
		if p, err = Get(tx, id); err != nil {
			return err
		}
		return allowed(tx, &p)
	})
	if err != nil {
		return p, err
	}
	batch := &media.Batch{}
	if len(evidence) > 0 {
		batch, err = s.Files.Receive("files", evidence, media.CountMost)
	}
	defer batch.Done()
	if err != nil {
		return p, err
	}
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := allowed(tx, p); err != nil {
			return err
		}
		f.Agency = talk.Voice(a, p.Thing)
		if err := StoreFollowUp(tx, p, &f); err != nil {
			return err
		}
		return batch.Attach(tx, p.ID, a.ID, f.Use())
	})
	return p, err
}

// StoreFollowUp stores a follow-up, its HTML included, and what it says of the proposal; it asks
// nobody, and records the event.
func StoreFollowUp(tx *db.Tx, p *Proposal, f *FollowUp) error {
	f.Thing = p.ID
	if err := insertFollowUp(tx, f); err != nil {
		return err
	}
	p.carry(f.State, tx.Now)
	if err := save(tx, p); err != nil {
		return err
	}
	verb := "proposal.progress"
	if f.State == Finished {
		verb = "proposal.fulfil"
	}
	return thing.RecordEvent(tx, thing.Event{Actor: f.Author, Verb: verb, Thing: p.ID, Person: p.Author, Note: string(f.State)})
}
