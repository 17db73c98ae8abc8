package vote

import (
	"context"
	"encoding/json"
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
		n, err := tx.Exec(`INSERT INTO vote_correction (vote_id, amended, at, earlier)
			SELECT id, $1, $2, result FROM vote WHERE id = $3 ON CONFLICT DO NOTHING`, of.Amended, tx.Now, of.Vote)
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(`UPDATE vote SET result = $1 WHERE id = $2`, encoded(r), of.Vote); err != nil {
			return err
		}
		return thing.Record(tx, 0, "vote.correct", of.Vote, "")
	})
}

// Corrections returns the results that were replaced, oldest first.
func Corrections(tx *db.Tx, id thing.ID) ([]Correction, error) {
	return db.All(tx, func(r db.Row) (c Correction, err error) {
		var before string
		if err = r.Scan(db.Time(&c.Amended), db.Time(&c.At), &before); err == nil {
			err = json.Unmarshal([]byte(before), &c.Before)
		}
		return c, err
	}, `SELECT amended, at, earlier FROM vote_correction WHERE vote_id = $1 ORDER BY amended LIMIT 100`, id)
}
