package thing_test

import (
	"context"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

func TestNextTurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		now := clock.Now()
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			at, err := thing.NextTurn(tx, "vote", now)
			if err != nil || !at.IsZero() {
				t.Errorf("turns at %s: %v", at, err)
			}
			for _, v := range []thing.Thing{
				{PublishedAt: now.Add(-time.Hour), OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(3 * time.Hour)},
				{PublishedAt: now.Add(-time.Hour), OpensAt: now.Add(2 * time.Hour), ClosesAt: now.Add(9 * time.Hour)},
			} {
				v.Kind, v.Lang, v.State, v.Title = "vote", "es", thing.Published, "Votación"
				if err := thing.Create(tx, &v); err != nil {
					return err
				}
			}
			at, err = thing.NextTurn(tx, "vote", now)
			if !at.Equal(now.Add(2 * time.Hour)) {
				t.Errorf("turns at %s", at)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
