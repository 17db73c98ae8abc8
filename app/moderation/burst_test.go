package moderation

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
)

func TestWhatIsABurst(t *testing.T) {
	for name, c := range map[string]struct {
		of   Measure
		n    int64
		busy []int64
		want bool
	}{
		"never before":               {SupportsByDomain, 21, nil, true},
		"no more than twenty":        {SupportsByDomain, 20, nil, false},
		"five times the median":      {SupportsByDomain, 50, []int64{10}, false},
		"more than that":             {SupportsByDomain, 51, []int64{10}, true},
		"the lower of two in middle": {AccountsByNetwork, 21, []int64{40, 4, 4, 40}, true},
		"the middle of three":        {AccountsByNetwork, 51, []int64{3, 11, 40}, false},
		"all supports are no key's":  {Supports, 1000, nil, false},
	} {
		if got := c.of.bursts(c.n, c.busy); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestHoursAreMeasured(t *testing.T) {
	got := measure([]happening{{7, "192.0.2.0/24", "a@Example.org"}, {8, "192.0.2.0/24", ""}, {8, "", "b@example.org"}, {0, "192.0.2.0/24", "c@example.org"}})
	want := []counted{
		{AccountsByDomain, "example.org", 1, 0}, {AccountsByNetwork, "192.0.2.0/24", 1, 0},
		{Supports, "", 3, 8}, {SupportsByDomain, "example.org", 2, 7}, {SupportsByNetwork, "192.0.2.0/24", 2, 7},
		{SupportsOfProposal, "7", 1, 7}, {SupportsOfProposal, "8", 2, 8},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nnot %v", got, want)
	}
}

// back has n people, of a domain, support the thing from a block now.
func (w *world) back(n int, network, domain string) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), func(tx *db.Tx) error {
		for range n {
			p := identity.Person{Name: "Backer", Level: identity.Reachable, Email: fmt.Sprintf("%d@%s", tx.NewID(), domain)}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO support (thing_id, person_id, level, at, network) VALUES ($1, $2, 1, $3, $4)`, w.t.ID, p.ID, tx.Now, network); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestBurstsAreFlaggedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, w := context.Background(), begin(t, d)
		jobs := job.NewRunner(d)
		w.s.Work(jobs)
		clock.Set(noon)
		w.back(6, "192.0.2.0/24", "example.org")
		w.work(jobs)
		clock.Advance(50 * time.Minute)
		w.back(5, "192.0.2.0/24", "example.org")
		clock.Advance(20 * time.Minute) // the next hour; the last ten minutes of the one before count too
		w.work(jobs)
		if n := w.number(`SELECT n FROM burst_hour WHERE measure = 'support.domain'`); n != 11 {
			t.Errorf("%d supports in the first hour", n)
		}
		clock.Advance(time.Hour)
		w.back(30, "192.0.2.0/24", "example.org") // no more than five times eleven, but many accounts
		w.back(25, "198.51.100.0/24", "elsewhere.example")
		for range 3 {
			clock.Advance(burstEvery)
			w.work(jobs)
		}
		found := map[string]Burst{}
		m, err := w.s.Bursts(ctx, w.moderator)
		w.ok(err)
		for _, b := range m.Open {
			found[string(b.Measure)+" "+b.Key] = b
		}
		b := found["support.network 198.51.100.0/24"]
		if b.Count != 25 || b.Usual != 0 || b.Thing != w.t.ID || b.Ref.Title != w.t.Title || !b.Hour.Equal(noon.Add(2*time.Hour)) {
			t.Errorf("%+v", b)
		}
		if _, ok := found["support.network 192.0.2.0/24"]; ok {
			t.Error("what is usual is a burst")
		}
		if _, ok := found[fmt.Sprintf("support.proposal %d", w.t.ID)]; ok {
			t.Error("55 are no more than five times eleven")
		}
		if _, ok := found["account.domain elsewhere.example"]; !ok || len(m.Open) != int(w.number(`SELECT count(*) FROM burst`)) {
			t.Errorf("%d bursts: %v", len(m.Open), found)
		}
		if len(m.Hours) != 2 || m.Hours[0].Count != 11 || m.Hours[1].Count != 55 {
			t.Errorf("%+v", m.Hours)
		}

		_, err = w.s.Bursts(ctx, w.author)
		w.kind(err, fault.Forbidden)
		w.kind(w.s.NoteBurst(ctx, w.author, b.ID, "Fine"), fault.Forbidden)
		w.kind(w.s.NoteBurst(ctx, w.moderator, b.ID, " "), fault.Invalid)
		w.once(func(a identity.Actor) error { return w.s.NoteBurst(ctx, a, b.ID, "A school came") })
		clock.Advance(burstEvery)
		w.back(2, "198.51.100.0/24", "elsewhere.example")
		w.work(jobs)
		if n := w.number(`SELECT count(*) FROM burst WHERE id = $1 AND note = 'A school came' AND n = 27`, b.ID); n != 1 {
			t.Error("a burst grows while its hour runs, and keeps its note")
		}
		clock.Advance(100 * 24 * time.Hour)
		w.work(jobs)
		if n := w.number(`SELECT (SELECT count(*) FROM burst) + (SELECT count(*) FROM burst_hour)`); n != 0 {
			t.Errorf("%d rows are kept for ever", n)
		}
	})
}
