package demo_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/demo"
	"tequio/app/instance"
	"tequio/app/proposal"
	"tequio/app/thing"
	"tequio/app/vote"
)

func TestLoadsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		inst, err := instance.NewService(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		votes, err := vote.NewService(d, drawer{}, "http://localhost:8080")
		if err != nil {
			t.Fatal(err)
		}
		thing.OnRecord(d, proposal.Hook)
		rooms := demo.Rooms{DB: d, Instance: inst, Votes: votes}
		l, err := demo.Load(context.Background(), rooms)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("loaded %s", l)
		if l.People != 320 || l.Agencies < 7 || !inst.Current().Demo {
			t.Errorf("loaded %+v", l)
		}
		if again, err := demo.Load(context.Background(), rooms); err != nil || again.People != 0 {
			t.Errorf("the second start loaded %s, %v", again, err)
		}
	})
}

// drawer keeps keys in memory.
type drawer map[string][]byte

func (d drawer) Key(name string) ([]byte, error) {
	if d[name] == nil {
		key := sha256.Sum256([]byte(name))
		d[name] = key[:]
	}
	return d[name], nil
}

func (d drawer) Destroy(name string) error { delete(d, name); return nil }
