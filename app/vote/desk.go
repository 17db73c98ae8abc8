package vote

import (
	"context"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// At a desk the staff of the vote's agency help somebody of the roll who comes in person: the document
// says who they are, and with it under which link their ballot lies, the same as with their account or code.
// What is kept of it is how many each of the staff served, and one event a batch of the ledger; not whom, when or
// what. A vote that goes by no roll has no desk: there somebody could vote a second time with an account.

// inPerson is the voice of somebody of the roll whom the staff of a desk help.
func inPerson(tx *db.Tx, b Bearer, r *ready) (one voice, err error) {
	one = voice{actor: b.Actor, channel: atDesk, self: b.Entry, links: [][]byte{r.key.entry(b.Entry)}}
	one.claim, err = r.vote.ofEntry(tx, b.Entry)
	return one, err
}

// Identify returns the entry of the roll of somebody who shows a document at a desk, when they may vote.
// Faults: those of policy, vote.desk.nobooth, and on the field document why they may not.
func (s *Service) Identify(ctx context.Context, a identity.Actor, slug, document string) (entry []byte, err error) {
	r, err := s.ready(ctx, slug)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Desk, r.vote.Thing, tx.Now); err != nil {
			return err
		}
		if err := policy.Allow(identity.Actor{}, policy.Poll, r.vote.Thing, tx.Now); err != nil {
			return err
		}
		if !r.vote.Roll.Desk && !r.vote.Roll.Paper {
			return fault.New(fault.Conflict, "vote.desk.nobooth")
		}
		if entry, err = s.entryFor(tx, r.vote, document); err != nil {
			return err
		}
		if entry == nil {
			return fault.On("document", "vote.desk.unknown")
		}
		claim, err := r.vote.ofEntry(tx, entry)
		if err != nil {
			return err
		}
		if err := r.vote.Eligible(claim); err != nil {
			f := fault.Of(err)
			return fault.On("document", f.Key, f.Args...)
		}
		handed, err := isHanded(tx, r.vote.ID, r.key.entry(entry))
		if err == nil && handed {
			err = fault.On("document", "vote.desk.handed")
		}
		return err
	})
	return entry, err
}

// HandPaper notes that somebody was handed a ballot on paper: it is their vote from then on, and what they
// cast before is voided. Nobody is told whether there was anything.
func (s *Service) HandPaper(ctx context.Context, by Bearer, slug string) error {
	r, err := s.ready(ctx, slug)
	if err != nil {
		return err
	}
	return s.db.WriteOn(ctx, ledgerScope(r.vote.ID), func(tx *db.Tx) error {
		if _, err := lockVote(tx, r.vote.ID); err != nil { // casts under way come first, others after
			return err
		}
		one, err := s.mayCast(tx, by, r, "")
		if err != nil {
			return err
		}
		if !r.vote.Roll.Paper {
			return fault.New(fault.Conflict, "vote.desk.nobooth")
		}
		if err := insertHanded(tx, r.vote.ID, one.links[0]); err != nil {
			return err
		}
		was, err := underLink(tx, r.vote.ID, one.links[0])
		if err != nil {
			return err
		}
		if was.commitment != nil {
			if err := annul(tx, r.vote.ID, one.links[0], was); err != nil {
				return err
			}
		}
		return countServed(tx, r.vote.ID, by.Actor.ID)
	})
}

// tellDesks records how many each of the staff served since the batch before.
func tellDesks(tx *db.Tx, id thing.ID) error {
	all, err := Served(tx, id)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.waiting == 0 {
			continue
		}
		if err := thing.Record(tx, one.Person, "vote.desk", id, strconv.FormatInt(one.waiting, 10)); err != nil {
			return err
		}
	}
	return settleServed(tx, id)
}

// ServedBy is how many people somebody of the staff served at a desk.
type ServedBy struct {
	Person  identity.ID
	Name    string
	People  int64
	waiting int64 // of them, those of the batch to come
}
