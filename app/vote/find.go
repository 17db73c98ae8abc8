package vote

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/ledger"
)

// Standing is what the ledger says of a receipt.
type Standing string

// What a receipt code can be found as.
const (
	Unknown Standing = "unknown" // in no list of this vote
	Waiting Standing = "waiting" // taken, in the ledger with the next batch
	Logged  Standing = "logged"  // in the ledger, not yet counted
	Voided  Standing = "voided"  // no longer counts: a later ballot replaced it, or it lost its right to count
	Counted Standing = "counted" // in the count
)

// Found is what became of a ballot, by its receipt.
type Found struct {
	Standing
	Commitment [ledger.Size]byte
	Place      int64     // in the ledger, from 0; −1 before its batch
	Ballot     Published // of a counted one, unless ballots are sealed
	Proof      []byte    // that it is in the ledger, as a tlog-proof file
}

// Look finds a receipt code, as typed, in a vote. What is no code is refused with a fault on the
// field code.
func (s *Service) Look(ctx context.Context, slug, code string) (v Vote, f Found, err error) {
	p, err := ledger.ParseReceipt(code)
	if err != nil {
		return v, f, badReceipt(err)
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if v, err = Find(tx, slug); err != nil {
			return err
		}
		if !v.Visible(tx.Now) {
			return fault.New(fault.NotFound, "thing.missing")
		}
		f, err = look(tx, v, p)
		return err
	})
	return v, f, err
}

func badReceipt(err error) error {
	bad, ok := err.(*ledger.BadReceipt)
	switch {
	case !ok:
		return err
	case bad.Mistake == ledger.WrongSymbol:
		return fault.On("code", "vote.receipt.symbol", "symbol", string(bad.Symbol))
	case bad.Mistake == ledger.WrongLength:
		return fault.On("code", "vote.receipt.length", "n", bad.Symbols)
	}
	return fault.On("code", "vote.receipt.check")
}

func look(tx *db.Tx, v Vote, p ledger.Prefix) (f Found, err error) {
	f = Found{Standing: Unknown, Place: -1}
	for _, table := range []struct {
		name string
		is   Standing
	}{{"ledger_pending", Waiting}, {"ledger_entry", Logged}, {"ledger_voided", Voided}, {"published_ballot", Counted}} {
		found, err := inRange(tx, table.name, v.ID, p)
		if err != nil {
			return f, err
		}
		if len(found) == 1 {
			f.Standing, f.Commitment = table.is, [ledger.Size]byte(found[0])
		}
	}
	if f.Standing == Unknown || f.Standing == Waiting {
		return f, nil
	}
	if f.Place, err = db.One(tx, db.Value[int64], `SELECT place FROM ledger_entry WHERE vote_id = $1 AND commitment = $2`, v.ID, f.Commitment[:]); err != nil {
		if db.IsNone(err) {
			f.Place, err = -1, nil // voided before its batch
		}
		return f, err
	}
	last, err := LastCheckpoint(tx, v.ID)
	if err != nil {
		return f, err
	}
	proof, err := ledger.Open(tiles{tx, v.ID}, last.Size).Prove(f.Place, last.Size, []byte(last.Note))
	if err != nil {
		return f, err
	}
	f.Proof = proof.Text()
	if f.Standing == Counted && v.Disclosure != Sealed {
		f.Ballot, err = db.One(tx, scanPublished, selectPublished+`AND commitment = $2`, v.ID, f.Commitment[:])
	}
	return f, err
}

// Known reports what became of a commitment that this browser says it got a receipt for.
func (s *Service) Known(ctx context.Context, slug string, commitment [ledger.Size]byte) (v Vote, f Found, err error) {
	v, f, err = s.Look(ctx, slug, ledger.Receipt(commitment))
	if err == nil && f.Commitment != commitment {
		f = Found{Standing: Unknown, Place: -1}
	}
	return v, f, err
}

// Page is one page of the published ballots.
type Page struct {
	Vote
	Ballots []Published
	Total   int64
	Next    []byte // commitment after which the next page begins; nil on the last
}

// pageSize is how many receipts a page shows.
const pageSize = 100

// Published returns a page of the ballots of a vote after a commitment (nil: the first page). Before
// the close there are none.
func (s *Service) Published(ctx context.Context, slug, lang string, after []byte) (p Page, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if p.Vote, err = Find(tx, slug); err != nil {
			return err
		}
		if !p.Visible(tx.Now) {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if p.Vote, err = translated(tx, p.Vote, lang); err != nil || p.ClosedAt.IsZero() {
			return err
		}
		if p.Total, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM published_ballot WHERE vote_id = $1`, p.ID); err != nil {
			return err
		}
		if p.Ballots, err = Ballots(tx, p.ID, after, pageSize+1); err != nil {
			return err
		}
		if len(p.Ballots) > pageSize {
			p.Ballots = p.Ballots[:pageSize]
			last := p.Ballots[pageSize-1].Commitment
			p.Next = last[:]
		}
		return nil
	})
	return p, err
}
