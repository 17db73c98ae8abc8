package challenge

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Board is what those who judge see of the entries: none while they are sealed, whoever asks.
type Board struct {
	Challenge
	Entries []Entry
	Sent    int64
	Names   map[identity.ID]string
}

// Board returns the entries of a challenge that the actor judges.
func (s *Service) Board(ctx context.Context, a identity.Actor, id thing.ID) (b Board, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		b = Board{}
		if b.Challenge, err = Get(tx, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Judge, b.Thing, tx.Now); err != nil {
			return err
		}
		if b.Sent, err = CountSent(tx, id); err != nil {
			return err
		}
		if b.Entries, err = EntriesOf(tx, id); err != nil {
			return err
		}
		var ids []identity.ID
		for _, e := range b.Entries {
			ids = append(ids, e.Author)
		}
		b.Names, err = identity.Names(tx, ids)
		return err
	})
	return b, err
}

// Validate marks an entry valid or invalid, and its author is told why.
func (s *Service) Validate(ctx context.Context, a identity.Actor, entry thing.ID, v Validity, reason string) (id thing.ID, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := GetEntry(tx, entry)
		if err != nil {
			return err
		}
		c, err := Get(tx, e.Parent)
		if err != nil {
			return err
		}
		id = c.ID
		if err := policy.Allow(a, policy.Judge, c.Thing, tx.Now); err != nil {
			return err
		}
		if !e.Visible(tx.Now) {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if err := checkValidity(c, v, reason, tx.Now); err != nil {
			return err
		}
		if v == Invalid && e.Standing != "" {
			if err := setStanding(tx, entry, "", 0); err != nil {
				return err
			}
		}
		if err := setValidity(tx, entry, v, reason); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "entry." + string(v), Thing: entry, Person: e.Author, Note: reason})
	})
	return id, err
}

// NameFinalists says which entries go on. It may be done anew until the decision; who is newly named
// is told.
func (s *Service) NameFinalists(ctx context.Context, a identity.Actor, id thing.ID, chosen []thing.ID, departure string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, all, err := judged(tx, a, id)
		if err != nil {
			return err
		}
		if err := checkFinalists(c, all, chosen, departure, tx.Now); err != nil {
			return err
		}
		in := map[thing.ID]bool{}
		for _, f := range chosen {
			in[f] = true
		}
		for _, e := range all {
			switch {
			case in[e.ID] && e.Standing != Finalist:
				if err := setStanding(tx, e.ID, Finalist, 0); err != nil {
					return err
				}
				if err := thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "entry.finalist", Thing: e.ID, Person: e.Author}); err != nil {
					return err
				}
			case !in[e.ID] && e.Standing != "":
				if err := setStanding(tx, e.ID, "", 0); err != nil {
					return err
				}
			}
		}
		c.NamedAt, c.Departure = tx.Now, departure
		if err := Store(tx, &c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "challenge.finalists", id, departure)
	})
}

// Decide publishes the decision with its reasons. Every entrant is told.
func (s *Service) Decide(ctx context.Context, a identity.Actor, id thing.ID, v Verdict) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, all, err := judged(tx, a, id)
		if err != nil {
			return err
		}
		if err := checkVerdict(c, all, v, tx.Now); err != nil {
			return err
		}
		verb := "challenge.decide"
		if v.Outcome == Void {
			verb = "challenge.void"
		}
		for _, e := range all {
			if err := decideEntry(tx, a, v, e); err != nil {
				return err
			}
		}
		c.Outcome, c.Decision, c.DecidedAt = v.Outcome, v.Text, tx.Now
		if v.Departure != "" {
			c.Departure = v.Departure
		}
		if err := Store(tx, &c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, verb, id, v.Departure)
	})
}

// decideEntry sets how far an entry came and tells its author, whatever it is.
func decideEntry(tx *db.Tx, a identity.Actor, v Verdict, e Entry) error {
	standing, place := e.Standing, int64(0)
	if at, ok := v.Winners[e.ID]; ok {
		standing, place = Winner, at
	}
	for _, id := range v.Mentions {
		if id == e.ID {
			standing = Mention
		}
	}
	verb := "entry.decided"
	switch {
	case standing != e.Standing:
		verb = "entry." + string(standing)
	case v.Outcome == Void:
		verb = "entry.void"
	}
	if err := setStanding(tx, e.ID, standing, place); err != nil {
		return err
	}
	return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: verb, Thing: e.ID, Person: e.Author})
}

// judged returns a challenge that the actor judges and those of its entries that may be read.
func judged(tx *db.Tx, a identity.Actor, id thing.ID) (Challenge, []Entry, error) {
	c, err := Get(tx, id)
	if err != nil {
		return c, nil, err
	}
	if err := policy.Allow(a, policy.Judge, c.Thing, tx.Now); err != nil {
		return c, nil, err
	}
	all, err := EntriesOf(tx, id)
	return c, all, err
}
