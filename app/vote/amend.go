package vote

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/ledger"
	"tequio/app/thing"
)

// promised writes the batch that was promised for a close that has since been moved to a later instant.
const promised = job.Kind[thing.ID]("vote.promised")

// AskChange asks for a change of a published vote, for a second person to confirm. Faults are on the
// fields opens, closes, option and reason.
func (s *Service) AskChange(ctx context.Context, a identity.Actor, c Change) error {
	return s.db.WriteOn(ctx, ledgerScope(c.Vote), func(tx *db.Tx) error {
		v, err := managed(tx, a, c.Vote)
		if err != nil {
			return err
		}
		if err := c.Possible(v, tx.Now); err != nil {
			return err
		}
		if c.Reason, err = cleanReason(c.Reason); err != nil {
			return err
		}
		c.ID, c.AskedBy, c.AskedAt = tx.NewID(), a.ID, tx.Now
		if err := insertChange(tx, c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.change.ask", v.ID, string(c.Kind)+": "+c.Reason)
	})
}

// RefuseChange refuses what another person asked for; the vote stays as it is.
func (s *Service) RefuseChange(ctx context.Context, a identity.Actor, vote thing.ID, id int64) error {
	return s.db.WriteOn(ctx, ledgerScope(vote), func(tx *db.Tx) error {
		_, c, err := deciding(tx, a, vote, id)
		if err != nil {
			return err
		}
		c.Outcome, c.DecidedBy, c.DecidedAt = Refused, a.ID, tx.Now
		if err := decideChange(tx, c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.change.refuse", vote, string(c.Kind)+": "+c.Reason)
	})
}

// deciding loads a change for the person who is to decide on it.
func deciding(tx *db.Tx, a identity.Actor, vote thing.ID, id int64) (v Vote, c Change, err error) {
	if _, err := lockVote(tx, vote); err != nil {
		return v, c, thing.Missing(err)
	}
	if v, err = managed(tx, a, vote); err != nil {
		return v, c, err
	}
	if c, err = getChange(tx, vote, id); err != nil {
		return v, c, err
	}
	return v, c, c.MayDecide(v, a.ID, tx.Now)
}

// ConfirmChange makes the change that another person asked for, if it is still possible. The amendment
// stands with the vote for good, and has an entry of its own in the ledger.
func (s *Service) ConfirmChange(ctx context.Context, a identity.Actor, vote thing.ID, id int64) error {
	return s.db.WriteOn(ctx, ledgerScope(vote), func(tx *db.Tx) error {
		before, c, err := deciding(tx, a, vote, id)
		if err != nil {
			return err
		}
		if err := c.Possible(before, tx.Now); err != nil {
			return err
		}
		c.Outcome, c.DecidedBy, c.DecidedAt = Confirmed, a.ID, tx.Now
		if err := decideChange(tx, c); err != nil {
			return err
		}
		v := c.Apply(before, tx.Now)
		if err := s.amend(tx, v, c); err != nil {
			return err
		}
		if err := thing.Save(tx, &v.Thing); err != nil {
			return err
		}
		if err := saveChanged(tx, v); err != nil {
			return err
		}
		if err := reschedule(tx, before, v); err != nil {
			return err
		}
		if c.Kind == Recount || c.Kind == Withdraw && !v.CountedAt.IsZero() {
			if err := corrects.Enqueue(tx, fmt.Sprintf("%d.%d", v.ID, c.ID), tx.Now, correction{v.ID, tx.Now.UnixMicro()}); err != nil {
				return err
			}
		}
		verb := "vote.amend"
		if c.Kind == Annul {
			verb = "vote.annul"
		}
		return thing.Record(tx, a.ID, verb, v.ID, c.Reason)
	})
}

// amend writes the amendment and its entry in the ledger, which waits for the next batch; after the
// close there is none, so it makes one.
func (s *Service) amend(tx *db.Tx, v Vote, c Change) error {
	all, err := Amendments(tx, v.ID)
	if err != nil {
		return err
	}
	names, err := identity.Names(tx, []identity.ID{c.AskedBy, c.DecidedBy})
	if err != nil {
		return err
	}
	change := Amendment{At: tx.Now, Kind: c.Kind, ClosesAt: v.ClosesAt, Reason: c.Reason, AskedBy: names[c.AskedBy], ConfirmedBy: names[c.DecidedBy]}
	if c.Kind == Postpone {
		change.OpensAt = v.OpensAt
	}
	for _, q := range v.Questions {
		for _, o := range q.Options {
			if c.Kind == Withdraw && o.ID == c.Option {
				change.Option = o.Code
			}
		}
	}
	change.Sheet, _ = v.AmendedSheet(append(all, change))
	entry := ledger.CommitRules(int64(v.ID), []byte(change.Sheet))
	change.Commitment = entry[:]
	if err := insertAmendment(tx, v.ID, change); err != nil {
		return err
	}
	if err := insertPending(tx, v.ID, change.Commitment, noSource, noSource); err != nil || v.ClosedAt.IsZero() {
		return err
	}
	return s.grow(tx, &v)
}

// reschedule moves the jobs of a vote whose dates have changed.
func reschedule(tx *db.Tx, before, v Vote) error {
	name := strconv.FormatInt(int64(v.ID), 10)
	if !v.AnnulledAt.IsZero() {
		if err := wipeBy(tx, &v); err != nil {
			return err
		}
		return unlinks.Move(tx, name, tx.Now, v.ID)
	}
	if v.ClosesAt.After(before.ClosesAt) && before.Frozen(tx.Now) {
		if err := promised.Enqueue(tx, fmt.Sprintf("%s.%d", name, before.ClosesAt.UnixMicro()), before.ClosesAt, v.ID); err != nil {
			return err
		}
	}
	if v.ClosesAt.Equal(before.ClosesAt) && v.OpensAt.Equal(before.OpensAt) {
		return nil
	}
	return schedule(tx, &v)
}

// Governed is what those who look after a vote see of its changes, objections and certificates.
type Governed struct {
	Vote
	Scrutiny
	Changes    []Change
	Amendments []Amendment
	Names      map[identity.ID]string
	Now        time.Time
}

// Waiting reports whether a change waits for a second person.
func (g Governed) Waiting() bool {
	return slices.ContainsFunc(g.Changes, func(c Change) bool { return c.Outcome == "" && !c.Expired(g.Vote, g.Now) })
}

// Governed returns a vote that the actor looks after with what was asked to be changed.
func (s *Service) Governed(ctx context.Context, a identity.Actor, id thing.ID) (g Governed, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { g, err = governed(tx, a, id); return err })
	return g, err
}

func governed(tx *db.Tx, a identity.Actor, id thing.ID) (g Governed, err error) {
	if g.Vote, err = managed(tx, a, id); err != nil {
		return g, err
	}
	if g.Changes, err = Changes(tx, id); err != nil {
		return g, err
	}
	if g.Amendments, err = Amendments(tx, id); err != nil {
		return g, err
	}
	if g.Scrutiny, err = ScrutinyOf(tx, g.Vote); err != nil {
		return g, err
	}
	var people []identity.ID
	for _, c := range g.Changes {
		people = append(people, c.AskedBy, c.DecidedBy)
	}
	g.Now = tx.Now
	g.Names, err = identity.Names(tx, people)
	return g, err
}
