package search

import (
	"context"

	"tequio/app/db"
	"tequio/app/talk"
	"tequio/app/thing"
)

// version counts the ways in which the index was ever made.
const version = 2

// renewAtOnce is how many things or comments one write of Renew indexes.
const renewAtOnce = 200

// Renew indexes everything, where that was not done in the present way yet: after an upgrade. It may
// be interrupted, and begins anew at the next start.
func (s *Service) Renew(ctx context.Context) error {
	made := false
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { made, err = isMade(tx); return err }); err != nil || made {
		return err
	}
	if err := s.renew(ctx, ofThings, func(tx *db.Tx, id int64) error {
		t, err := thing.Get(tx, thing.ID(id))
		if err != nil {
			return err
		}
		return s.Put(tx, t)
	}); err != nil {
		return err
	}
	if err := s.renew(ctx, ofComments, func(tx *db.Tx, id int64) error {
		c, err := talk.Get(tx, id)
		if err != nil {
			return err
		}
		return s.PutComment(tx, c)
	}); err != nil {
		return err
	}
	return s.db.Write(ctx, setMade)
}

// renew puts everything that an index is of, in the order of the ids.
func (s *Service) renew(ctx context.Context, of index, put func(tx *db.Tx, id int64) error) error {
	for after, more := int64(0), true; more; {
		last := after
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			some, err := indexable(tx, of, after, renewAtOnce)
			if err != nil {
				return err
			}
			more, last = len(some) == renewAtOnce, after
			for _, id := range some {
				if err := put(tx, id); err != nil {
					return err
				}
				last = id
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = last
	}
	return nil
}
