package vote

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/job"
	"tequio/app/tally"
	"tequio/app/thing"
)

// correction is the job of counting a vote again after an amendment, named by its instant.
type correction struct {
	Vote    thing.ID `json:"vote"`
	Amended int64    `json:"amended"` // microseconds
}

const corrects = job.Kind[correction]("vote.correct")

// A Correction is a result that was replaced by a second count, with the amendment that asked for it.
type Correction struct {
	Amended time.Time // instant of the amendment
	At      time.Time
	Before  Result
}

// Changed reports whether other options win than before.
func (c Correction) Changed(now Result) bool {
	for i, q := range c.Before.Questions {
		if i >= len(now.Questions) || !sameWinners(q, now.Questions[i]) {
			return true
		}
	}
	return false
}

func sameWinners(a, b tally.Result) bool {
	if len(a.Winners) != len(b.Winners) {
		return false
	}
	won := map[string]bool{}
	for _, w := range a.Winners {
		won[w] = true
	}
	for _, w := range b.Winners {
		if !won[w] {
			return false
		}
	}
	return true
}

// correct counts the published ballots again as the rules now stand, and keeps what was published
// before. It may run again.
func (s *Service) correct(ctx context.Context, of correction) error {
	var r Result
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, of.Vote)
		if err == nil {
			r, err = s.tallied(tx, v, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.db.WriteOn(ctx, ledgerScope(of.Vote), func(tx *db.Tx) error {
		fresh, err := keepEarlier(tx, of)
		if err != nil || !fresh {
			return err
		}
		if err := saveResult(tx, of.Vote, r); err != nil {
			return err
		}
		return thing.Record(tx, 0, "vote.correct", of.Vote, "")
	})
}
