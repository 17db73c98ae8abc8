package thing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

func TestTimeOpensAndCloses(t *testing.T) {
	at := time.Date(2026, 12, 18, 18, 0, 0, 0, time.UTC)
	x := thing.Thing{State: thing.Published, PublishedAt: at.Add(-time.Hour), OpensAt: at, ClosesAt: at.Add(time.Hour)}
	for _, c := range []struct {
		now     time.Time
		phase   thing.Phase
		open    bool
		visible bool
	}{
		{at.Add(-2 * time.Hour), thing.Upcoming, false, false},
		{at.Add(-time.Microsecond), thing.Upcoming, false, true},
		{at, thing.Opened, true, true},
		{at.Add(time.Hour - time.Microsecond), thing.Opened, true, true},
		{at.Add(time.Hour), thing.Closed, false, true},
	} {
		if x.PhaseAt(c.now) != c.phase || x.Open(c.now) != c.open || x.Visible(c.now) != c.visible {
			t.Errorf("at %v: phase %v, open %v, visible %v", c.now, x.PhaseAt(c.now), x.Open(c.now), x.Visible(c.now))
		}
	}
}

func create(t *testing.T, d *db.DB, things ...*thing.Thing) {
	t.Helper()
	for _, x := range things {
		if err := d.Write(context.Background(), func(tx *db.Tx) error {
			if err := thing.Create(tx, x); err != nil {
				return err
			}
			return thing.Record(tx, 0, "proposal.create", x.ID, x.Title)
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever the order and the size of pages, every row is shown once.
func TestPagesShowEveryRowOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const n = 57
		for i := range n {
			x := &thing.Thing{Kind: "proposal", Title: fmt.Sprint("Title ", i), Lang: "es", State: thing.Published, PublishedAt: clock.Now().Add(-time.Duration(i%7) * time.Hour)}
			if i%3 == 0 {
				x.ClosesAt = clock.Now().Add(time.Duration(i%5) * time.Hour)
			}
			create(t, d, x)
			d.Write(context.Background(), func(tx *db.Tx) error { return thing.Add(tx, x.ID, thing.Supports, i%4) })
		}
		for _, sort := range []thing.Sort{thing.Newest, thing.Supported, thing.Discussed, thing.Closing, thing.Random} {
			seen := map[thing.ID]bool{}
			q := thing.Query{Kind: "proposal", Now: clock.Now(), Sort: sort, Seed: 4711, Limit: 10}
			for pages := 0; ; pages++ {
				var next thing.Cursor
				err := d.Read(context.Background(), func(tx *db.Tx) error {
					all, after, err := thing.Things(tx, q)
					for _, x := range all {
						if seen[x.ID] {
							t.Errorf("%s shows %d twice", sort, x.ID)
						}
						seen[x.ID] = true
					}
					next = after
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if next.ID == 0 || pages > n {
					break
				}
				q.After = thing.ParseCursor(next.String())
			}
			if len(seen) != n {
				t.Errorf("%s shows %d of %d", sort, len(seen), n)
			}
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add("a.b")
	f.Add("-1z.9")
	f.Add("....")
	f.Fuzz(func(t *testing.T, s string) {
		c := thing.ParseCursor(s)
		if c.ID != 0 && thing.ParseCursor(c.String()) != c {
			t.Errorf("%q reads as %+v and is written as %q", s, c, c.String())
		}
	})
}

func TestSealsShowEveryChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for i := range 5 {
			create(t, d, &thing.Thing{Kind: "proposal", Title: fmt.Sprint(i), Lang: "es"})
		}
		seal := func() (n int) {
			if err := d.Write(context.Background(), func(tx *db.Tx) (err error) { n, err = thing.Seal(tx); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := seal(); n != 0 {
			t.Errorf("sealed %d events that writes under way may still precede", n)
		}
		clock.Advance(time.Minute)
		if n := seal(); n != 5 {
			t.Errorf("sealed %d of 5", n)
		}
		check := func() error {
			return d.Read(context.Background(), func(tx *db.Tx) error { _, err := thing.CheckSeals(tx); return err })
		}
		if err := check(); err != nil {
			t.Fatal(err)
		}
		for _, tamper := range []string{
			`UPDATE event SET note = 'x' WHERE place = 3`,
			`UPDATE event SET at = at + 1 WHERE place = 1`,
			`DELETE FROM event WHERE place = 4`,
		} {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				if _, err := tx.Exec(tamper); err != nil {
					return err
				}
				_, err := thing.CheckSeals(tx)
				if err == nil {
					t.Errorf("unseen: %s", tamper)
				}
				return fmt.Errorf("undo")
			})
			if err == nil {
				t.Fatal("not undone")
			}
		}
	})
}

func TestSlugsAreTakenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		a := &thing.Thing{Kind: "proposal", Title: "Más árboles", Lang: "es"}
		b := &thing.Thing{Kind: "proposal", Title: "Más árboles", Lang: "es"}
		c := &thing.Thing{Kind: "vote", Title: "Más árboles", Lang: "es"}
		create(t, d, a, b, c)
		if a.Slug != "mas-arboles" || b.Slug == a.Slug || c.Slug != a.Slug {
			t.Errorf("slugs %q %q %q", a.Slug, b.Slug, c.Slug)
		}
	})
}

func TestFreeSlugs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			first := thing.Thing{Kind: "proposal", Title: "Sombra"}
			if err := thing.Create(tx, &first); err != nil {
				return err
			}
			for title, free := range map[string]bool{"Árboles": true, "Sombra": false, "Similar!": false, "¡New!": false} {
				slug, err := thing.FreeSlug(tx, "proposal", title, 1)
				if err != nil {
					return err
				}
				if plain := map[string]string{"Árboles": "arboles", "Sombra": "sombra", "Similar!": "similar", "¡New!": "new"}[title]; (slug == plain) != free {
					t.Errorf("%q gets %q", title, slug)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
