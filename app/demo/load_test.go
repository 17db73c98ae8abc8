package demo_test

import (
	"context"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/demo"
	"tequio/app/instance"
)

func TestLoadsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		inst, err := instance.NewService(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		l, err := demo.Load(context.Background(), demo.Rooms{DB: d, Instance: inst})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("loaded %s", l)
		if l.People != 320 || l.Agencies < 7 || !inst.Current().Demo {
			t.Errorf("loaded %+v", l)
		}
		if again, err := demo.Load(context.Background(), demo.Rooms{DB: d, Instance: inst}); err != nil || again.People != 0 {
			t.Errorf("the second start loaded %s, %v", again, err)
		}
	})
}
