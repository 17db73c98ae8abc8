package vote

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Objection is what somebody says against a result. It is public, and staff answer each.
type Objection struct {
	ID         int64
	Name       string // "" of a deleted account
	At         time.Time
	Body       string // plain text
	Outcome    ObjectionOutcome
	Answer     string // plain text
	AnsweredBy string
	AnsweredAt time.Time
}

// ObjectionOutcome is how an objection was answered; "" while it waits.
type ObjectionOutcome string

// The outcomes.
const (
	Upheld   ObjectionOutcome = "upheld"
	Rejected ObjectionOutcome = "rejected"
)

// objectionMost bounds an objection and its answer, in runes.
const objectionMost = 4000

// Objectable returns nil while anybody who is signed in may object to the result: from the close until
// the period that the rules declared is over.
func (v Vote) Objectable(now time.Time) error {
	closed := !v.ClosedAt.IsZero() || v.PhaseAt(now) == thing.Closed
	switch {
	case v.Imported != "" || v.ObjectionsAt.IsZero():
		return fault.New(fault.Closed, "vote.objection.none")
	case !v.AnnulledAt.IsZero():
		return fault.New(fault.Closed, "vote.annulled")
	case !closed:
		return fault.New(fault.Closed, "vote.notclosed")
	case !now.Before(v.ObjectionsAt) || !v.CertifiedAt.IsZero():
		return fault.New(fault.Closed, "vote.objection.over")
	}
	return nil
}

func cleanObjection(field, said string) (string, error) {
	said = text.Clean(said)
	var c fault.Check
	c.That(said != "", field, "vote.objection.empty")
	c.That(len([]rune(said)) <= objectionMost, field, "vote.body.long", "max", objectionMost)
	return said, c.Err()
}

// Object files an objection to the result of a vote; everybody can read it at once. A person has one.
func (s *Service) Object(ctx context.Context, a identity.Actor, slug, said string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := Find(tx, slug)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Object, v.Thing, tx.Now); err != nil {
			return err
		}
		if err := v.Objectable(tx.Now); err != nil {
			return err
		}
		if said, err = cleanObjection("body", said); err != nil {
			return err
		}
		fresh, err := insertObjection(tx, v.ID, a.ID, said)
		if err != nil {
			return err
		}
		if !fresh {
			return fault.New(fault.Conflict, "vote.objection.twice")
		}
		return thing.Record(tx, a.ID, "vote.object", v.ID, "")
	})
}

// AnswerObjection answers an objection, once, with whether it is upheld. What follows from an upheld one
// is a change of its own: an option is withdrawn, the count is repeated, or the vote is annulled.
func (s *Service) AnswerObjection(ctx context.Context, a identity.Actor, slug string, id int64, outcome ObjectionOutcome, said string) error {
	return s.db.WriteOn(ctx, []string{"objections:" + slug}, func(tx *db.Tx) error {
		v, err := Find(tx, slug)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, v.Thing, tx.Now); err != nil {
			return err
		}
		if outcome != Upheld && outcome != Rejected {
			return fault.On("outcome", "vote.objection.outcome")
		}
		if said, err = cleanObjection("answer", said); err != nil {
			return err
		}
		n, err := answerObjection(tx, v.ID, id, outcome, said, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "vote.objection.answered")
		}
		return thing.Record(tx, a.ID, "vote.object.answer", v.ID, string(outcome))
	})
}

// unanswered counts the objections that wait for an answer.
func unanswered(all []Objection) (n int) {
	for _, o := range all {
		if o.Outcome == "" {
			n++
		}
	}
	return n
}
