package vote

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/ledger"
	"tequio/app/tally"
	"tequio/app/thing"
)

// A batch joins the ledger when both are reached, or at the close: fewer ballots, or sooner, would
// tell by the log's growth who voted when.
const (
	batchLeast = 16
	batchEvery = 5 * time.Minute
)

func ledgerScope(id thing.ID) []string { return []string{"ledger:" + strconv.FormatInt(int64(id), 10)} }

// Batches writes the batches that are due, and counts the votes that have closed.
func (s *Service) Batches(ctx context.Context) error {
	type waiting struct {
		id            thing.ID
		n             int64
		opens, closes time.Time
		last          time.Time
	}
	var all []waiting
	var now time.Time
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now
		all, err = db.All(tx, func(r db.Row) (w waiting, err error) {
			err = r.Scan(&w.id, &w.n, db.Time(&w.opens), db.Time(&w.closes), db.Time(&w.last))
			return
		}, `SELECT p.vote_id, count(*), t.opens_at, t.closes_at, (SELECT c.at FROM checkpoint c WHERE c.vote_id = p.vote_id ORDER BY c.size DESC LIMIT 1)
			FROM ledger_pending p JOIN thing t ON t.id = p.vote_id GROUP BY p.vote_id, t.opens_at, t.closes_at ORDER BY p.vote_id LIMIT 1000`)
		return err
	})
	if err != nil {
		return err
	}
	for _, w := range all {
		since := w.last
		if since.IsZero() {
			since = w.opens
		}
		if since.After(now) {
			since = time.Time{} // the clock was set back: nobody waits until it has caught up
		}
		switch {
		case !w.closes.IsZero() && !now.Before(w.closes):
			err = unlessWiped(s.Settle)(ctx, w.id)
		case w.n >= batchLeast && now.Sub(since) >= batchEvery:
			if err = unlessWiped(s.batch)(ctx, w.id); err == nil {
				err = unlessWiped(s.dropCast)(ctx, w.id)
			}
		}
		if err != nil {
			return fmt.Errorf("batch of vote %d: %w", w.id, err)
		}
	}
	return nil
}

func (s *Service) batch(ctx context.Context, id thing.ID) error {
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		return s.grow(tx, &v)
	})
}

// grow writes what waits into the ledger and records the batch, without a word of who.
func (s *Service) grow(tx *db.Tx, v *Vote) error {
	waiting, err := takePending(tx, v.ID)
	if err != nil {
		return err
	}
	c, err := grow(tx, v, s.signer, waiting)
	if err != nil || len(waiting) == 0 {
		return err
	}
	if err := tellDesks(tx, v.ID); err != nil {
		return err
	}
	return thing.Record(tx, 0, "vote.batch", v.ID, fmt.Sprintf("%d → %d", len(waiting), c.Size))
}

// Result is the outcome of a vote, stored when it is counted.
type Result struct {
	Questions []tally.Result `json:"questions"`
	// Also are the results by the rules declared for information, for each question; nil: none is.
	Also    [][]tally.Result `json:"also,omitempty"`
	Turnout []Sum            `json:"turnout"`
	Ballots int64            `json:"ballots"`
	Entries int64            `json:"entries"`           // of the ledger
	Voided  int64            `json:"voided"`            // entries whose ballot no longer counts
	Amended int64            `json:"amended"`           // entries that tell of a change of the rules
	Spoiled int64            `json:"spoiled,omitempty"` // ballots on paper that say nothing that counts
	Seed    string           `json:"seed,omitempty"`    // of the lot, once it is known
}

func (s *Service) settle(ctx context.Context, id thing.ID, watch tally.Watch) error {
	if err := s.closeBox(ctx, id); err != nil {
		return err
	}
	var v Vote
	var r Result
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if v, err = Get(tx, id); err != nil || !v.CountedAt.IsZero() || !v.AnnulledAt.IsZero() {
			return err
		}
		r, err = s.tallied(tx, v, watch)
		return err
	})
	if err != nil || !v.CountedAt.IsZero() || !v.AnnulledAt.IsZero() {
		return err
	}
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE vote SET counted_at = $1, result = $2 WHERE id = $3 AND counted_at IS NULL`, tx.Now, encoded(r), id)
		if err != nil || n == 0 {
			return err
		}
		if v.ObjectionsAt.IsZero() {
			if err := unlinks.Move(tx, strconv.FormatInt(int64(id), 10), tx.Now, id); err != nil {
				return err
			}
		}
		return thing.Record(tx, 0, "vote.count", id, "")
	})
}

// closeBox writes the last batch and publishes the ballots, in one transaction after which no ballot
// is taken.
func (s *Service) closeBox(ctx context.Context, id thing.ID) error {
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		closedAt, err := lockVote(tx, id)
		if err != nil {
			return thing.Missing(err)
		}
		if !closedAt.IsZero() {
			return nil
		}
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		if v.State == thing.Draft || v.PhaseAt(tx.Now) != thing.Closed {
			return fault.New(fault.Closed, "vote.notclosed")
		}
		if err := s.grow(tx, &v); err != nil {
			return err
		}
		if err := publish(tx, v); err != nil {
			return err
		}
		if err := dropAllChoices(tx, id); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE vote SET closed_at = $1 WHERE id = $2`, tx.Now, id)
		return err
	})
}

// tallied counts the published ballots.
func (s *Service) tallied(tx *db.Tx, v Vote, watch tally.Watch) (r Result, err error) {
	counts, err := contents(tx, v)
	if err != nil {
		return r, err
	}
	if r.Seed, err = s.lotSeed(tx, v); err != nil {
		return r, err
	}
	if r.Questions, err = v.count(counts, r.Seed, watch); err != nil {
		return r, err
	}
	if r.Also, err = v.also(counts, r.Seed, watch); err != nil {
		return r, err
	}
	if r.Turnout, err = Turnout(tx, v.ID); err != nil {
		return r, err
	}
	if _, r.Spoiled, err = CountPaper(tx, v.ID); err != nil {
		return r, err
	}
	return r, db.Each(tx, func(row db.Row) (none struct{}, err error) {
		err = row.Scan(&r.Ballots, &r.Entries, &r.Voided, &r.Amended)
		return
	}, func(struct{}) error { return nil }, `SELECT (SELECT count(*) FROM published_ballot WHERE vote_id = $1),
		(SELECT count(*) FROM ledger_entry WHERE vote_id = $1), (SELECT count(*) FROM ledger_voided WHERE vote_id = $1),
		(SELECT count(*) FROM vote_amendment WHERE vote_id = $1)`, v.ID)
}

// ResultOf returns the stored result of a counted vote.
func ResultOf(tx *db.Tx, id thing.ID) (r Result, err error) {
	stored, err := db.One(tx, db.Value[string], `SELECT result FROM vote WHERE id = $1`, id)
	if err == nil {
		err = json.Unmarshal([]byte(stored), &r)
	}
	return r, err
}

// Outcome is all that the page of results shows.
type Outcome struct {
	Vote
	Result     Result
	Amendments []Amendment
	Log        Checkpoint
	Counting   bool  // closed, and the count takes long
	Runs       int64 // that a long count has made so far
}

// Outcome returns a counted vote with its result, in a language as far as it has words in it; of a
// vote that was annulled it has no result. A
// vote that has closed and is not yet counted is counted now; the fault vote.notclosed says that it
// has not closed.
func (s *Service) Outcome(ctx context.Context, slug, lang string) (o Outcome, err error) {
	load := func(tx *db.Tx) (err error) {
		if o.Vote, err = Find(tx, slug); err != nil {
			return err
		}
		if !o.Visible(tx.Now) {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if o.Vote, err = translated(tx, o.Vote, lang); err != nil {
			return err
		}
		if o.Amendments, err = Amendments(tx, o.ID); err != nil {
			return err
		}
		if o.Log, err = LastCheckpoint(tx, o.ID); err != nil {
			return err
		}
		switch {
		case !o.AnnulledAt.IsZero():
			return nil
		case o.CountedAt.IsZero() && o.PhaseAt(tx.Now) != thing.Closed:
			return fault.New(fault.Closed, "vote.notclosed")
		case o.CountedAt.IsZero():
			return nil
		}
		o.Result, err = ResultOf(tx, o.ID)
		return err
	}
	if err = s.db.Read(ctx, load); err != nil || !o.CountedAt.IsZero() || !o.AnnulledAt.IsZero() {
		return o, err
	}
	finished, runs, err := s.await(ctx, o.ID)
	if err != nil || !finished {
		o.Counting, o.Runs = !finished, runs
		return o, err
	}
	err = s.db.Read(ctx, load)
	return o, err
}

// Unlink destroys, after the period for objections, all that ties people to ballots: the vote's key,
// the links and the keyed forms; then it has the engine overwrite what it had deleted. It may run
// again at any point.
func (s *Service) Unlink(ctx context.Context, id thing.ID) error {
	if err := s.Settle(ctx, id); err != nil {
		return err
	}
	var due bool
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, id)
		due = !v.AnnulledAt.IsZero() || !tx.Now.Before(v.ObjectionsAt)
		return err
	})
	if err != nil || !due {
		return err // the date was moved: the job that was moved with it comes later
	}
	if err := s.keys.Destroy(keyName(id)); err != nil {
		return err
	}
	err = s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		if err := forget(tx, id); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE vote SET unlinked_at = $1 WHERE id = $2 AND unlinked_at IS NULL`, tx.Now, id)
		if err != nil || n == 0 {
			return err
		}
		return thing.Record(tx, 0, "vote.unlinked", id, "")
	})
	if err != nil {
		return err
	}
	s.dropAll()
	return s.db.Scrub(ctx, "ballot", "ballot_form", "ledger_pending", "ledger_voided", "published_ballot", "vote_handed", "vote_code", "vote_listed",
		"vote_paper_entry", "vote_paper", "vote_choices")
}

// dropAll forgets the keys kept in memory.
func (s *Service) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.seen)
}

// PublicKey is the key by which anyone verifies a vote's ledger: "NAME+ID+KEY".
func (s *Service) PublicKey(v Vote) (string, error) { return s.signer.Public(v.Origin) }

// Promise is the signed word that a ballot taken will be in the ledger at the close, at the latest.
func (s *Service) Promise(v Vote, commitment [ledger.Size]byte) ([]byte, error) {
	return ledger.Promise{Origin: v.Origin, Commitment: commitment, By: v.ClosesAt.Add(time.Second).Truncate(time.Second)}.Sign(s.signer)
}
