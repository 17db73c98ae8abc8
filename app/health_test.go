package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/job"
	"tequio/app/web"
)

func TestCheck(t *testing.T) {
	ctx := context.Background()
	clock := dbtest.NewClock(dbtest.Start)
	a := opened(t, Options{Instance: t.TempDir(), BaseURL: "https://town.example", Now: clock.Now})
	defer a.Close()
	grades := func() map[string]web.Grade {
		all := map[string]web.Grade{}
		for _, f := range a.Check(ctx) {
			all[f.Part] = f.Grade
			if !a.Server.Words.Language("en").Has(f.Said.Key) || !a.Server.Words.Language("es").Has("health.part."+f.Part) {
				t.Errorf("no words for %+v", f)
			}
		}
		return all
	}
	for range 6 { // more often than there are connections to read with
		if got := grades(); got["database"] != web.Good || got["backup"] != web.Warn || got["jobs"] != web.Good {
			t.Fatalf("a new instance: %v", got)
		}
	}
	if err := a.nightly(ctx); err != nil {
		t.Fatal(err)
	}
	if got := grades(); got["backup"] != web.Good {
		t.Errorf("after a backup: %v", got)
	}
	err := a.DB.Write(ctx, func(tx *db.Tx) error { return job.Kind[string]("nobody.knows").Enqueue(tx, "1", tx.Now, "") })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	clock.Advance(48 * time.Hour)
	if got := grades(); got["jobs"] != web.Bad || got["backup"] != web.Warn {
		t.Errorf("with a failing job and an old backup: %v", got)
	}
	var out bytes.Buffer
	if err := orderCheck(ctx, a, nil, nil, &out); err == nil || !strings.Contains(out.String(), "bad   Jobs: 1 job fails.") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
