package notice

import (
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

// Who supports a text is told when it changes in substance or is merged, in batches, each once; who
// only corrects its spelling tells nobody. A support found invalid is none.
func TestSupportersAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		const n = batch + 20
		w := begin(t, d, n)
		w.write(func(tx *db.Tx) error {
			for i, a := range w.people[1:] {
				var void any
				if i == 0 {
					void = 1
				}
				if _, err := tx.Exec(`INSERT INTO support (thing_id, person_id, level, at, batch_id) VALUES ($1, $2, 1, $3, $4)`, w.t.ID, a.ID, tx.Now, void); err != nil {
					return err
				}
			}
			return StoreFollow(tx, w.t.ID, w.people[2].ID) // who follows it besides is told once
		})
		for i, c := range []struct {
			verb string
			want int64
		}{{"proposal.change", 0}, {"proposal.edit", 1}, {"proposal.merge", 2}} {
			w.write(func(tx *db.Tx) error { return thing.Record(tx, w.people[0].ID, c.verb, w.t.ID, "") })
			w.work()
			for _, person := range []int{2, 3, n - 1} {
				if got := w.unread(person); got != c.want {
					t.Errorf("%d. %s: person %d has %d notices, not %d", i, c.verb, person, got, c.want)
				}
			}
			if w.unread(0) != 0 || w.unread(1) != 0 {
				t.Errorf("%s: the author or an invalid support is told", c.verb)
			}
		}
	})
}
