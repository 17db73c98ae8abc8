package proposal

import (
	"context"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/thing"
)

// FileChanges are what an author does to a draft's files.
type FileChanges struct {
	Uploads []media.Upload
	Remove  []int64
	Alts    map[int64]string // file → what it shows
}

// SaveFiles adds, removes and describes the files of a draft. Faults: Invalid or TooLarge with field
// files; NotFound; those of policy.
func (s *Service) SaveFiles(ctx context.Context, a identity.Actor, id thing.ID, c FileChanges) error {
	have, err := s.mayUpload(ctx, a, id)
	if err != nil {
		return err
	}
	batch, err := s.Files.Receive("files", c.Uploads, media.CountMost-len(have)+removed(have, c.Remove))
	defer batch.Done()
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := draft(tx, a, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Upload, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := s.Files.Remove(tx, id, c.Remove); err != nil {
			return err
		}
		for file, alt := range c.Alts {
			if err := media.Describe(tx, id, file, alt); err != nil {
				return err
			}
		}
		if err := batch.Attach(tx, id, a.ID, ""); err != nil {
			return err
		}
		return few(tx, id)
	})
}

// few refuses more files than a thing may have, when two windows send some at once.
func few(tx *db.Tx, id thing.ID) error {
	all, err := media.Of(tx, id, "")
	if err == nil && len(all) > media.CountMost {
		err = fault.On("files", "media.many", "max", media.CountMost, "n", 0)
	}
	return err
}

// mayUpload asks before files are written whether the actor may add some, and returns those there are.
func (s *Service) mayUpload(ctx context.Context, a identity.Actor, id thing.ID) (have []media.File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err := draft(tx, a, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Upload, p.Thing, tx.Now); err != nil {
			return err
		}
		have, err = media.Of(tx, id, "")
		return err
	})
	return have, err
}

// removed counts those of the files that are to be removed.
func removed(have []media.File, ids []int64) (n int) {
	for _, f := range have {
		if slices.Contains(ids, f.ID) {
			n++
		}
	}
	return n
}

// dropFiles takes a draft's files away.
func (s *Service) dropFiles(tx *db.Tx, id thing.ID) error {
	all, err := media.Of(tx, id, "")
	if err != nil || len(all) == 0 {
		return err
	}
	var ids []int64
	for _, f := range all {
		ids = append(ids, f.ID)
	}
	return s.Files.Remove(tx, id, ids)
}
