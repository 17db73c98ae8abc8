package notice

import (
	"context"
	"fmt"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/thing"
)

func TestWord(t *testing.T) {
	for verb, want := range map[string]string{
		"answer.give": "answer.give", "entry.winner": "entry.*", "entry.submit": "", "vote.open": "*.open", "consultation.close": "*.close",
		"support": "", "person.block": "", "thing.hide": "thing.hide", "challenge.void": "challenge.void",
	} {
		if got := Word(verb); got != want {
			t.Errorf("Word(%q) = %q, not %q", verb, got, want)
		}
	}
}

// world is a database with a runner, people and one proposal of the first.
type world struct {
	*testing.T
	db     *db.DB
	s      *Service
	jobs   *job.Runner
	people []identity.Actor
	t      thing.Thing
}

func begin(t *testing.T, d *db.DB, n int) *world {
	w := &world{T: t, db: d, jobs: job.NewRunner(d)}
	w.s = NewService(d, w.jobs, Letters{})
	thing.OnRecord(d, w.s.Hook)
	w.write(func(tx *db.Tx) error {
		w.people = nil
		for i := range n {
			p := identity.Person{Name: fmt.Sprint("Person ", i), Level: identity.Reachable}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			w.people = append(w.people, identity.Actor{ID: p.ID, Level: p.Level})
		}
		w.t = thing.Thing{Kind: "proposal", Author: w.people[0].ID, Title: "Shade at the stops", Lang: "en", State: thing.Published, PublishedAt: tx.Now}
		if err := thing.Create(tx, &w.t); err != nil {
			return err
		}
		return thing.Record(tx, w.people[0].ID, "proposal.publish", w.t.ID, "")
	})
	return w
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) work() {
	w.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.jobs.RunDue(context.Background()); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) unread(i int) int64 {
	w.Helper()
	n, err := w.s.Unread(context.Background(), w.people[i])
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func (w *world) followers() (count int64) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		t, err := thing.Get(tx, w.t.ID)
		count = t.Followers
		return err
	})
	return count
}

func TestFollowAndTell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d, 4)
		if n := w.followers(); n != 1 {
			t.Fatalf("%d followers after publishing, not the author alone", n)
		}
		for range 2 { // twice is once
			if err := w.s.Follow(ctx, w.people[1], w.t.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.s.Follow(ctx, w.people[2], w.t.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.s.Unfollow(ctx, w.people[2], w.t.ID); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.followers(); n != 2 {
			t.Fatalf("%d followers, not 2", n)
		}
		w.write(func(tx *db.Tx) error { return thing.Record(tx, w.people[1].ID, "answer.give", w.t.ID, "accepted") })
		w.work()
		for i, want := range []int64{1, 0, 0, 0} { // the one who did it is not told of it
			if got := w.unread(i); got != want {
				t.Errorf("person %d has %d notices, not %d", i, got, want)
			}
		}
		all, next, err := w.s.Of(ctx, w.people[0], 0)
		if err != nil || next != 0 || len(all) != 1 || all[0].Actor != "Person 1" || all[0].Thing.ID != w.t.ID || all[0].Read {
			t.Fatalf("notices %+v, next %d, %v", all, next, err)
		}
		if err := w.s.Read(ctx, w.people[0], all[0].ID); err != nil || w.unread(0) != 0 {
			t.Fatalf("%d unread after reading, %v", w.unread(0), err)
		}
	})
}

func TestTellConcerned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		w := begin(t, d, 4)
		w.write(func(tx *db.Tx) error {
			return thing.RecordEvent(tx, thing.Event{Actor: w.people[1].ID, Verb: "comment.reply", Thing: w.t.ID, Person: w.people[3].ID})
		})
		w.write(func(tx *db.Tx) error { return thing.Record(tx, w.people[1].ID, "support", w.t.ID, "") })
		w.work()
		for i, want := range []int64{0, 0, 0, 1} {
			if got := w.unread(i); got != want {
				t.Errorf("person %d has %d notices, not %d", i, got, want)
			}
		}
	})
}

// Many followers are told in batches, each once, even when the job runs again.
func TestTellMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		const n = 2*batch + 7
		w := begin(t, d, n)
		w.write(func(tx *db.Tx) error {
			for _, a := range w.people {
				if err := StoreFollow(tx, w.t.ID, a.ID); err != nil {
					return err
				}
			}
			return nil
		})
		var id int64
		w.write(func(tx *db.Tx) error {
			if err := thing.Record(tx, 0, "vote.count", w.t.ID, ""); err != nil {
				return err
			}
			events, err := thing.Events(tx, w.t.ID, 0, 1)
			id = events[0].ID
			return err
		})
		w.work()
		w.write(func(tx *db.Tx) error { return telling{Event: id}.enqueue(tx, tx.Now) })
		w.work()
		w.write(func(tx *db.Tx) error {
			got, err := db.One(tx, db.Value[int], `SELECT count(*) FROM notice WHERE event_id = $1`, id)
			if err == nil && got != n {
				t.Errorf("%d notices for %d followers", got, n)
			}
			return err
		})
	})
}

func TestFollowRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d, 2)
		if err := w.s.Follow(ctx, identity.Actor{}, w.t.ID); err == nil {
			t.Error("nobody may follow")
		}
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, tx.Now, w.t.ID)
			return err
		})
		if err := w.s.Follow(ctx, w.people[1], w.t.ID); err == nil {
			t.Error("what is hidden gains followers")
		}
		if err := w.s.Unfollow(ctx, w.people[0], w.t.ID); err != nil {
			t.Errorf("what is hidden keeps its followers: %v", err)
		}
	})
}

// Whoever takes part in a consultation is told of its outcome.
func TestTakingPartFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		w := begin(t, d, 3)
		var asks, survey thing.Thing
		w.write(func(tx *db.Tx) error {
			asks = thing.Thing{Kind: "consultation", Title: "Shade", Lang: "en", State: thing.Published, PublishedAt: tx.Now}
			if err := thing.Create(tx, &asks); err != nil {
				return err
			}
			survey = thing.Thing{Kind: "survey", Parent: asks.ID, Title: "Shade", Lang: "en", State: thing.Published, PublishedAt: tx.Now}
			return thing.Create(tx, &survey)
		})
		w.write(func(tx *db.Tx) error { return thing.Record(tx, w.people[1].ID, "survey.respond", survey.ID, "") })
		w.write(func(tx *db.Tx) error { return thing.Record(tx, w.people[2].ID, "comment.say", asks.ID, "") })
		w.work()
		w.write(func(tx *db.Tx) error { return thing.Record(tx, 0, "consultation.outcome", asks.ID, "") })
		w.work()
		for i, want := range []int64{0, 1, 1} {
			if got := w.unread(i); got != want {
				t.Errorf("person %d has %d notices, not %d", i, got, want)
			}
		}
	})
}
