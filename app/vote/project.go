package vote

import (
	"context"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Review is how far the technical review of a project came.
type Review string

// The states of a review.
const (
	Received    Review = "received"
	InReview    Review = "in-review"
	Feasible    Review = "feasible"
	NotFeasible Review = "not-feasible" // always with a reason
)

// Reviews are all of them, in order.
var Reviews = []Review{Received, InReview, Feasible, NotFeasible}

// reasonMost bounds what a review says, in runes.
const reasonMost = 2000

// setAside takes the projects that are not found feasible off the ballot, where there is a review, and
// puts back those that are.
func (q *Question) setAside() {
	all := slices.Concat(q.Options, q.Aside)
	q.Options, q.Aside = nil, nil
	for _, o := range all {
		switch {
		case !q.Reviewed:
			o.Review, o.Reason = "", ""
		case o.Review == "":
			o.Review = Received
		}
		if o.Review == "" || o.Review == Feasible {
			q.Options = append(q.Options, o)
		} else {
			q.Aside = append(q.Aside, o)
		}
	}
}

// keepReviews carries over what reviews said of the projects that keep their codes.
func (v *Vote) keepReviews(earlier []Question) {
	for i := range v.Questions {
		q := &v.Questions[i]
		for k := range q.Options {
			for _, e := range earlier {
				if o, found := e.Project(q.Options[k].Code); found && q.Options[k].Code != "" {
					q.Options[k].Review, q.Options[k].Reason = o.Review, o.Reason
					break
				}
			}
		}
	}
}

// Project finds an option by its code, on the ballot or not.
func (q Question) Project(code string) (Option, bool) {
	if o, found := q.Option(code); found {
		return o, true
	}
	return Question{Options: q.Aside}.Option(code)
}

// Project finds an option by its code and the index of its question; −1 where there is none.
func (v Vote) Project(code string) (Option, int) {
	for i, q := range v.Questions {
		if o, found := q.Project(code); found {
			return o, i
		}
	}
	return Option{}, -1
}

// ReviewProject says how far the technical review of a project came; the reason is required of one
// that is not feasible. It can change until the vote opens. attach, unless nil, runs in the same
// transaction: for the picture that comes with it.
func (s *Service) ReviewProject(ctx context.Context, a identity.Actor, id thing.ID, code string, to Review, reason string, attach func(*db.Tx) error) error {
	reason = text.Clean(reason)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := changeable(tx, a, id)
		if err != nil {
			return err
		}
		if err := v.review(code, to, reason); err != nil {
			return err
		}
		if err := v.Check(); err != nil {
			return err
		}
		if v.State == thing.Published {
			if err := v.readyToOpen(tx.Now); err != nil {
				return err
			}
		}
		if err := save(tx, &v); err != nil {
			return err
		}
		if err := replaceQuestions(tx, &v); err != nil {
			return err
		}
		if attach != nil {
			if err := attach(tx); err != nil {
				return err
			}
		}
		return thing.Record(tx, a.ID, "vote.review", id, code)
	})
}

// review changes the state of a project's review.
func (v *Vote) review(code string, to Review, reason string) error {
	_, at := v.Project(code)
	if at < 0 {
		return fault.New(fault.NotFound, "thing.missing")
	}
	q := &v.Questions[at]
	if !q.Reviewed {
		return nil // only its picture changes
	}
	var c fault.Check
	c.That(slices.Contains(Reviews, to), "review", "vote.review.unknown")
	c.That(to != NotFeasible || reason != "", "reason", "vote.review.reason")
	c.That(len([]rune(reason)) <= reasonMost, "reason", "vote.body.long", "max", reasonMost)
	for _, list := range [][]Option{q.Options, q.Aside} {
		for k := range list {
			if list[k].Code == code {
				list[k].Review, list[k].Reason = to, reason
			}
		}
	}
	q.setAside()
	return c.Err()
}
