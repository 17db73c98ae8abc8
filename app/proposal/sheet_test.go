package proposal_test

import (
	"context"
	"sync"
	"testing"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/thing"
)

func TestSignaturesOnPaper(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.s.Census = identity.CensusKey("a key of this test")
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		focal, agency := w.focal("Luis")
		other, _ := w.focal("Rosa") // any agency's desk takes sheets
		_, err := w.s.Assign(ctx, focal, p.ID, agency)
		w.ok(err)
		_, err = w.s.OpenSheet(ctx, w.person("Eva", identity.Resident), p.ID)
		w.refused(err, fault.Forbidden)
		one, err := w.s.OpenSheet(ctx, other, p.ID)
		w.ok(err)
		two, err := w.s.OpenSheet(ctx, focal, p.ID)
		w.ok(err)
		enter := func(sheet, number int64, document string) proposal.Line {
			w.Helper()
			l, err := w.s.EnterLine(ctx, other, sheet, number, document)
			w.ok(err)
			return l
		}
		first := enter(one.ID, 0, "abcd 1234-56")
		again := enter(two.ID, 0, "ABCD123456")
		if first.Kind != proposal.Counted || first.Number != 1 || again.Kind != proposal.Repeated || again.Against != first.ID {
			t.Fatalf("%+v, %+v", first, again)
		}
		for _, c := range []struct {
			number   int64
			document string
			field    string
		}{{1, "EFGH123456", "number"}, {501, "EFGH123456", "number"}, {0, "--", "document"}, {0, "abc", "document"}} {
			_, err := w.s.EnterLine(ctx, other, one.ID, c.number, c.document)
			if w.refused(err, fault.Invalid); fault.Of(err).Fields[c.field].Key == "" {
				t.Errorf("line %d %q: %v", c.number, c.document, fault.Of(err).Fields)
			}
		}
		enter(two.ID, 7, "EFGH123456")
		if l := enter(two.ID, 0, "IJKL123456"); l.Number != 8 {
			t.Errorf("the line after 7 is %d", l.Number)
		}
		w.papered(p.ID, 3, 3, true) // the threshold is three

		// who repeated a line counts when that is struck
		w.refused(w.s.StrikeLine(ctx, other, first.ID, " "), fault.Invalid)
		w.ok(w.s.StrikeLine(ctx, other, first.ID, "No es legible."))
		w.refused(w.s.StrikeLine(ctx, other, first.ID, "otra vez"), fault.Conflict)
		w.papered(p.ID, 3, 3, true)
		w.ok(w.s.StrikeLine(ctx, other, again.ID, "Tampoco."))
		w.papered(p.ID, 2, 2, true)
		if l := enter(one.ID, 1, "abcd123456"); l.Kind != proposal.Counted {
			t.Errorf("a number whose lines are struck stands as %s", l.Kind)
		}
		w.ok(w.s.CloseSheet(ctx, focal, one.ID))
		_, err = w.s.EnterLine(ctx, focal, one.ID, 0, "MNOP123456")
		w.refused(err, fault.Closed)
		w.clock.Set(p.ClosesAt)
		_, err = w.s.EnterLine(ctx, focal, two.ID, 0, "MNOP123456")
		w.refused(err, fault.Closed)
		_, err = w.s.OpenSheet(ctx, focal, p.ID)
		w.refused(err, fault.Closed)
		var clear int64
		w.do(func(tx *db.Tx) (err error) {
			clear, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE note LIKE '%123456%'`)
			return err
		})
		if clear != 0 {
			t.Error("a document's number stands in the trail")
		}
	})
}

// papered checks the counts of supports, and whether the threshold was reached.
func (w *world) papered(id thing.ID, supports, paper int64, reached bool) {
	w.Helper()
	if p := w.get(id); p.Supports != supports || p.Paper != paper || p.ReachedAt.IsZero() == reached {
		w.Fatalf("%d supports, %d on paper, reached %s", p.Supports, p.Paper, p.ReachedAt)
	}
}

func TestPaperIsMatchedToTheCensus(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.s.Census = identity.CensusKey("a key of this test")
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		focal, _ := w.focal("Luis")
		eva, luz := w.person("Eva", identity.Resident), w.person("Luz", identity.Resident)
		var entitled []identity.Entitled
		for _, number := range []string{"EVA1234567", "LUZ1234567", "SOL1234567"} {
			hash, _ := w.s.Census.Hash(number)
			entitled = append(entitled, identity.Entitled{Hash: hash})
		}
		w.do(func(tx *db.Tx) error {
			for _, e := range entitled {
				if _, err := tx.Exec(`INSERT INTO census (hash, imported_at) VALUES ($1, $2)`, e.Hash, tx.Now); err != nil {
					return err
				}
			}
			for i, who := range []identity.ID{eva.ID, luz.ID} {
				if _, err := tx.Exec(`UPDATE census SET person_id = $1 WHERE hash = $2`, who, entitled[i].Hash); err != nil {
					return err
				}
			}
			return nil
		})
		_, err := w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		sheet, err := w.s.OpenSheet(ctx, focal, p.ID)
		w.ok(err)
		for document, want := range map[string]proposal.Standing{"EVA1234567": proposal.Online, "LUZ1234567": proposal.Counted, "NOBODY1234": proposal.Stranger} {
			l, err := w.s.EnterLine(ctx, focal, sheet.ID, 0, document)
			w.ok(err)
			if l.Kind != want || l.Matched != (want != proposal.Stranger) {
				t.Errorf("%s stands as %s", document, l.Kind)
			}
		}
		_, err = w.s.Support(ctx, luz, p.ID) // she signed already
		w.refused(err, fault.Conflict)
		w.papered(p.ID, 2, 1, false)
		var all sync.WaitGroup
		for range 20 { // one document entered at many desks counts once
			all.Go(func() {
				if _, err := w.s.EnterLine(ctx, focal, sheet.ID, 0, "SOL1234567"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.papered(p.ID, 3, 2, true)
	})
}
