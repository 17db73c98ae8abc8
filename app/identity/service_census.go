package identity

import (
	"context"
	"crypto/hmac"
	"io"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
)

// censusPiece is how many rows of a census file are sorted at once, so that those stored together lie
// together; censusBatch is how many one transaction stores: enough that committing costs little, few
// enough that the site goes on between two.
const (
	censusPiece = 250_000
	censusBatch = 10_000
)

// ImportCensus reads a census file, CSV with the column document and, if there are any, second (or
// birth_date, or postal_code), place and birth_year, and stores it in transactions of censusBatch rows;
// when dry it only counts. Numbers are kept as keyed hashes alone. Memory grows by some 20 bytes a row.
// by is who asks, 0 for the shell; whether they may is the caller's to ask. A file that breaks off in
// the middle leaves what stood before: importing it again, mended, is safe.
func (s *Service) ImportCensus(ctx context.Context, by ID, r io.Reader, dry bool) (CensusCounts, error) {
	f, err := openCensus(r, s.Census)
	if err != nil {
		return CensusCounts{}, fault.On("file", "census.file").Because(err)
	}
	for {
		some, err := f.next(censusPiece)
		if err != nil {
			return f.counts, fault.On("file", "census.file").Because(err)
		}
		if len(some) == 0 {
			break
		}
		for batch := range slices.Chunk(some, censusBatch) {
			known, err := s.importSome(ctx, batch, dry)
			if err != nil {
				return f.counts, err
			}
			f.counts.Known += known
			f.counts.New += int64(len(batch)) - known
		}
	}
	if dry {
		return f.counts, nil
	}
	return f.counts, s.db.Write(ctx, func(tx *db.Tx) error {
		return s.record(tx, Act{Actor: by, Verb: "census.import", Note: f.counts.String()})
	})
}

// importSome stores some rows in one transaction and tells how many were known.
func (s *Service) importSome(ctx context.Context, some []Entitled, dry bool) (known int64, err error) {
	work := func(tx *db.Tx) error {
		known = 0
		for few := range slices.Chunk(some, censusAtOnce) {
			if dry {
				n, err := knownInCensus(tx, few)
				if err != nil {
					return err
				}
				known += n
				continue
			}
			fresh, err := insertCensus(tx, few)
			if err != nil {
				return err
			}
			known += int64(len(few)) - fresh
		}
		return nil
	}
	if dry {
		err = s.db.Read(ctx, work)
	} else {
		err = s.db.WriteOn(ctx, []string{"census"}, work)
	}
	return known, err
}

// triesADay is how often a person may try to be matched within a day.
const triesADay = 5

const day = 24 * time.Hour

// MatchCensus matches the actor's account to the census by the number of a document and the second
// fact that its owner knows, and lifts it to Resident. Whatever does not fit, an unknown number, a
// wrong fact, a document that another account has, gets the same answer (the fault census.nomatch) after
// the same work: both hashes, one look-up, one comparison, one row written, one event without a number. Other
// faults: census.tries (five a day), census.matched (the account is matched already), and on the
// fields document and second that nothing was written.
func (s *Service) MatchCensus(ctx context.Context, a Actor, number, fact string) error {
	var c fault.Check
	c.That(strings.TrimSpace(number) != "", "document", "census.document.empty")
	c.That(strings.TrimSpace(fact) != "", "second", "census.second.empty")
	if err := c.Err(); err != nil {
		return err
	}
	hash, ok := s.Census.Hash(number)
	if !ok {
		hash = s.Census.sum("none", number) // as much work, and nobody's
	}
	second := s.Census.Second(number, fact)
	matched := false
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := s.mayTry(tx, a); err != nil {
			return err
		}
		matched, err = s.try(tx, a, hash, second)
		return err
	})
	if err == nil && !matched {
		err = fault.New(fault.Invalid, "census.nomatch") // outside, so that the try stays counted
	}
	s.sessions.Forget(a.ID)
	return err
}

func (s *Service) mayTry(tx *db.Tx, a Actor) error {
	switch {
	case !a.SignedIn():
		return fault.New(fault.SignIn, "policy.signin")
	case a.Blocked:
		return fault.New(fault.Forbidden, "policy.blocked")
	}
	own, err := EntryOf(tx, a.ID)
	if err != nil {
		return err
	}
	if own.Hash != nil {
		return fault.New(fault.Conflict, "census.matched")
	}
	n, err := countTries(tx, a.ID, tx.Now.Add(-day))
	if err == nil && n >= triesADay {
		err = fault.New(fault.TooMany, "census.tries", "n", int64(triesADay))
	}
	return err
}

// try counts a try and, where all fits, matches the account.
func (s *Service) try(tx *db.Tx, a Actor, hash, second []byte) (bool, error) {
	if err := insertTry(tx, a.ID, tx.Now.Add(-day)); err != nil {
		return false, err
	}
	found, err := entitledBy(tx, hash)
	if err != nil && !db.IsNone(err) {
		return false, err
	}
	if len(found.Second) != len(second) {
		found.Second, found.Person = make([]byte, len(second)), a.ID // compared all the same
	}
	if !hmac.Equal(found.Second, second) || found.Person != 0 {
		return false, s.record(tx, Act{Actor: a.ID, Verb: "census.miss", Person: a.ID})
	}
	if ok, err := matchEntry(tx, hash, a.ID); err != nil || !ok {
		return false, err
	}
	if err := raise(tx, a.ID, Resident); err != nil {
		return false, err
	}
	return true, s.record(tx, Act{Actor: a.ID, Verb: "census.match", Person: a.ID})
}
