package proposal

import (
	"context"
	"fmt"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// AllowDesk returns nil, or the fault that says why a may not enter signatures for the proposal. A
// desk is every agency's, whoever is responsible for the proposal.
func AllowDesk(a identity.Actor, p Proposal, tx *db.Tx) error {
	p.Thing.Agency = 0
	return policy.Allow(a, policy.Desk, p.Thing, tx.Now)
}

// OpenSheet opens the next sheet of a proposal. Faults: Closed when it takes no support; those of
// policy.
func (s *Service) OpenSheet(ctx context.Context, a identity.Actor, id thing.ID) (sheet Sheet, err error) {
	var p Proposal
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := AllowDesk(a, *p, tx); err != nil {
			return err
		}
		if err := p.MayEnter(tx.Now); err != nil {
			return err
		}
		sheet = Sheet{Thing: id, OpenedBy: a.ID}
		if err := insertSheet(tx, &sheet); err != nil {
			return err
		}
		if sheet.Number > sheetsMost {
			return fault.New(fault.TooMany, "paper.sheets.many", "max", int64(sheetsMost))
		}
		return thing.Record(tx, a.ID, "sheet.open", id, fmt.Sprintf("%d", sheet.Number))
	})
	return sheet, err
}

// onSheet runs do on a sheet, under the lock of its proposal.
func (s *Service) onSheet(ctx context.Context, a identity.Actor, id int64, do func(*db.Tx, *Proposal, Sheet) error) error {
	var sheet Sheet
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) { sheet, err = GetSheet(tx, id); return err })
	if err != nil {
		return err
	}
	return s.on(ctx, sheet.Thing, new(Proposal), func(tx *db.Tx, p *Proposal) error {
		if err := AllowDesk(a, *p, tx); err != nil {
			return err
		}
		now, err := GetSheet(tx, id)
		if err != nil {
			return err
		}
		return do(tx, p, now)
	})
}

// EnterLine enters a line of a sheet: its number, 0 for the next, and the number of the document shown
// there, of which a keyed hash alone is kept. How it stands is said at once; a line that counts is a
// support. Faults: Invalid with fields number, document; Closed when the sheet is, or when the
// proposal takes no support; those of policy.
func (s *Service) EnterLine(ctx context.Context, a identity.Actor, sheet, number int64, document string) (l Line, err error) {
	hash, ok := s.Census.Hash(document)
	if !ok {
		return l, fault.On("document", "paper.document.form")
	}
	err = s.onSheet(ctx, a, sheet, func(tx *db.Tx, p *Proposal, on Sheet) error {
		if on.Closed() {
			return fault.New(fault.Closed, "paper.closed")
		}
		if err := p.MayEnter(tx.Now); err != nil {
			return err
		}
		l = Line{Sheet: sheet, Thing: p.ID, Number: number, hash: hash}
		if err := l.take(tx); err != nil {
			return err
		}
		f, err := look(tx, p.ID, hash)
		if err != nil {
			return err
		}
		l.Kind, l.Matched, l.Against = f.judge(), f.matched, f.against
		if err := insertLine(tx, &l, a.ID); err != nil {
			return err
		}
		if err := thing.Record(tx, a.ID, "sheet.enter", p.ID, fmt.Sprintf("%d/%d %s", on.Number, l.Number, l.Kind)); err != nil {
			return err
		}
		if l.Kind != Counted {
			return nil
		}
		return p.countPaper(tx, 1)
	})
	return l, err
}

// take gives the line its number on the sheet.
func (l *Line) take(tx *db.Tx) error {
	taken, next, err := isTaken(tx, l.Sheet, l.Number)
	if err != nil {
		return err
	}
	if l.Number == 0 {
		l.Number = next
	}
	switch {
	case taken:
		return fault.On("number", "paper.number.taken", "n", l.Number)
	case l.Number < 1 || l.Number > linesMost:
		return fault.On("number", "paper.number.range", "max", int64(linesMost))
	}
	return nil
}

// look gathers what is known of a document.
func look(tx *db.Tx, id thing.ID, hash []byte) (f found, err error) {
	if f.against, err = countedLine(tx, id, hash); err != nil {
		return f, err
	}
	e, matched, census, err := identity.FindEntitled(tx, hash)
	if err != nil {
		return f, err
	}
	f.matched, f.census = matched, census
	if e.Person != 0 {
		f.online, err = Supports(tx, id, e.Person)
	}
	return f, err
}

func (p *Proposal) countPaper(tx *db.Tx, n int) error {
	p.Paper += int64(n)
	if err := addKept(tx, p.ID, "paper", n); err != nil {
		return err
	}
	return p.count(tx, n)
}

// StrikeLine takes a line out of the count, with a reason that stays beside it. A line that repeated
// it counts in its place. Faults: Invalid with field reason; Conflict when it is struck already; those
// of policy.
func (s *Service) StrikeLine(ctx context.Context, a identity.Actor, line int64, reason string) error {
	reason, err := checkStrike(reason)
	if err != nil {
		return err
	}
	var l Line
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { l, err = getLine(tx, line); return err }); err != nil {
		return err
	}
	return s.onSheet(ctx, a, l.Sheet, func(tx *db.Tx, p *Proposal, on Sheet) error {
		if l, err = getLine(tx, line); err != nil {
			return err
		}
		if !l.StruckAt.IsZero() {
			return fault.New(fault.Conflict, "paper.struck.already")
		}
		if err := strikeLine(tx, l.ID, reason); err != nil {
			return err
		}
		if err := thing.Record(tx, a.ID, "sheet.strike", p.ID, fmt.Sprintf("%d/%d: %s", on.Number, l.Number, reason)); err != nil {
			return err
		}
		if l.Kind != Counted {
			return nil
		}
		heir, err := repeated(tx, p.ID, l.hash)
		if err != nil {
			return err
		}
		if heir != 0 {
			return takeOver(tx, l, heir)
		}
		return p.countPaper(tx, -1)
	})
}

// CloseSheet ends a sheet; closing it twice is closing it.
func (s *Service) CloseSheet(ctx context.Context, a identity.Actor, sheet int64) error {
	return s.onSheet(ctx, a, sheet, func(tx *db.Tx, p *Proposal, on Sheet) error {
		if on.Closed() {
			return nil
		}
		if err := closeSheet(tx, sheet, a.ID); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "sheet.close", p.ID, fmt.Sprintf("%d: %d/%d", on.Number, on.Counted, on.Lines))
	})
}
