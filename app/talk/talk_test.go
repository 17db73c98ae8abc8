package talk_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
)

// world is a database with one thing to talk about and two people.
type world struct {
	*testing.T
	db       *db.DB
	clock    *dbtest.Clock
	s        *talk.Service
	t        thing.Thing
	ana, eva identity.Actor
}

func each(t *testing.T, fn func(w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := &world{T: t, db: d, clock: clock, s: talk.NewService(d)}
		w.ana, w.eva = w.person("Ana"), w.person("Eva")
		w.t = thing.Thing{Kind: "proposal", Author: w.ana.ID, Title: "Sombra", Lang: "es", State: thing.Published, PublishedAt: clock.Now()}
		w.do(func(tx *db.Tx) error { w.t.ID, w.t.Slug = 0, ""; return thing.Create(tx, &w.t) })
		fn(w)
	})
}

func (w *world) do(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) person(name string) identity.Actor {
	p := identity.Person{Name: name, Level: identity.Reachable}
	w.do(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return identity.Actor{ID: p.ID, Name: name, Level: p.Level}
}

func (w *world) say(a identity.Actor, parent int64, body string) talk.Comment {
	w.Helper()
	c, err := w.s.Say(context.Background(), a, talk.Saying{Thing: w.t.ID, Parent: parent, Body: body})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Fatalf("%v is no fault of kind %d", err, kind)
	}
}

// thread reads every branch with all that hangs on it, as "root(reply reply) root".
func (w *world) thread(q talk.ThreadQuery) string {
	w.Helper()
	var b strings.Builder
	q.Thing = w.t.ID
	for more := true; more; more = q.After.ID != 0 {
		w.do(func(tx *db.Tx) error {
			all, next, err := talk.Thread(tx, q)
			for _, branch := range all {
				b.WriteString(" " + name(branch.Comment))
				for _, c := range branch.Below {
					b.WriteString("/" + name(c))
				}
				if branch.More > 0 {
					fmt.Fprintf(&b, "+%d", branch.More)
				}
			}
			q.After = next
			return err
		})
	}
	return strings.TrimSpace(b.String())
}

func name(c talk.Comment) string {
	if !c.DeletedAt.IsZero() {
		return "×"
	}
	return c.Body
}

// check compares every counter with the rows it counts.
func (w *world) check() {
	w.Helper()
	w.do(func(tx *db.Tx) error {
		wrong, err := db.One(tx, db.Value[int], `SELECT count(*) FROM thing t WHERE t.comments <> (SELECT count(*) FROM comment c WHERE c.thing_id = t.id AND c.deleted_at IS NULL AND c.held_at IS NULL)`)
		if err == nil && wrong != 0 {
			w.Fatal("the thing's counter disagrees with its comments")
		}
		return err
	})
}

func TestThreads(t *testing.T) {
	each(t, func(w *world) {
		a := w.say(w.ana, 0, "a")
		b := w.say(w.eva, 0, "b")
		aa := w.say(w.eva, a.ID, "aa")
		aaa := w.say(w.ana, aa.ID, "aaa")
		aaaa := w.say(w.eva, aaa.ID, "aaaa")
		if aaaa.Root != a.ID || aaaa.Depth != 3 || aaaa.Parent != aaa.ID {
			t.Fatalf("%+v", aaaa)
		}
		if got := w.thread(talk.ThreadQuery{}); got != "b a/aa/aaa/aaaa" {
			t.Fatal(got)
		}
		if got := w.thread(talk.ThreadQuery{Sort: talk.OldestFirst, Limit: 1}); got != "a/aa/aaa/aaaa b" {
			t.Fatal(got)
		}
		ctx := context.Background()
		_, err := w.s.Delete(ctx, w.ana, aa.ID)
		w.refused(err, fault.Forbidden)
		steps := []struct {
			who  identity.Actor
			id   int64
			want string
		}{
			{w.ana, aaa.ID, "b a/aa/×/aaaa"}, // a mark, because something hangs on it
			{w.eva, aaaa.ID, "b a/aa"},       // the leaf goes, and the mark with it
			{w.ana, a.ID, "b ×/aa"},
			{w.eva, aa.ID, "b"},
			{w.eva, b.ID, ""},
		}
		for _, s := range steps {
			if _, err := w.s.Delete(ctx, s.who, s.id); err != nil {
				t.Fatal(err)
			}
			w.check()
			if got := w.thread(talk.ThreadQuery{}); got != s.want {
				t.Fatalf("%q, not %q", got, s.want)
			}
		}
		_, err = w.s.Delete(ctx, w.eva, b.ID)
		w.refused(err, fault.Conflict)
		_, err = w.s.Say(ctx, w.eva, talk.Saying{Thing: w.t.ID, Parent: b.ID, Body: "?"})
		w.refused(err, fault.Conflict)
		w.do(func(tx *db.Tx) error {
			left, err := db.One(tx, db.Value[int], `SELECT count(*) FROM comment WHERE body <> '' OR html <> '' OR replies <> 0`)
			if left != 0 {
				t.Errorf("%d deleted comments keep their text or replies", left)
			}
			return err
		})
	})
}

func TestWhatMayNotBeSaid(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		for name, c := range map[string]struct {
			a    identity.Actor
			n    talk.Saying
			kind fault.Kind
		}{
			"nothing":        {w.ana, talk.Saying{Thing: w.t.ID, Body: " \n\t "}, fault.Invalid},
			"too much":       {w.ana, talk.Saying{Thing: w.t.ID, Body: strings.Repeat("á", 5001)}, fault.Invalid},
			"no such stance": {w.ana, talk.Saying{Thing: w.t.ID, Body: "a", Stance: "maybe"}, fault.Invalid},
			"nobody":         {identity.Actor{}, talk.Saying{Thing: w.t.ID, Body: "a"}, fault.SignIn},
			"nowhere":        {w.ana, talk.Saying{Thing: 1, Body: "a"}, fault.NotFound},
			"to nothing":     {w.ana, talk.Saying{Thing: w.t.ID, Parent: 1, Body: "a"}, fault.NotFound},
			"as an agency":   {w.ana, talk.Saying{Thing: w.t.ID, Body: "a", Official: true}, fault.Forbidden},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.s.Say(ctx, c.a, c.n)
				w.refused(err, c.kind)
			})
		}
		if got := w.thread(talk.ThreadQuery{}); got != "" {
			t.Fatal(got)
		}
		w.s.Guard("proposal", func(*db.Tx, thing.Thing) error { return fault.New(fault.Closed, "policy.closed") })
		_, err := w.s.Say(ctx, w.ana, talk.Saying{Thing: w.t.ID, Body: "a"})
		w.refused(err, fault.Closed)
	})
}

func TestTheEditWindow(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		c := w.say(w.ana, 0, "primero")
		_, err := w.s.Edit(ctx, w.eva, c.ID, "ajeno")
		w.refused(err, fault.Forbidden)
		w.clock.Advance(time.Minute)
		if _, err := w.s.Edit(ctx, w.ana, c.ID, "**segundo**"); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(c.EditableUntil())
		_, err = w.s.Edit(ctx, w.ana, c.ID, "tarde")
		w.refused(err, fault.Closed)
		w.do(func(tx *db.Tx) error {
			now, err := talk.Get(tx, c.ID)
			if err != nil {
				return err
			}
			old, err := talk.Versions(tx, c.ID)
			if now.Body != "**segundo**" || !strings.Contains(now.HTML, "<strong>") || now.EditedAt.IsZero() || len(old) != 1 || old[0].Body != "primero" {
				t.Errorf("%+v, before it %+v", now, old)
			}
			return err
		})
	})
}

// A long branch shows its beginning; opened alone, the rest; every comment is reached exactly once.
func TestLongThreadsOpenByBranch(t *testing.T) {
	each(t, func(w *world) {
		root := thing.ID(0)
		w.do(func(tx *db.Tx) error {
			for i := range 120 {
				c := talk.Comment{Thing: w.t.ID, Author: w.ana.ID, Body: fmt.Sprint(i)}
				if err := talk.InsertComment(tx, &c); err != nil {
					return err
				}
				if i != 60 {
					continue
				}
				root = thing.ID(c.ID)
				for j := range 700 {
					r := talk.Comment{Thing: w.t.ID, Author: w.eva.ID, Parent: c.ID, Body: fmt.Sprint("r", j)}
					if err := talk.InsertComment(tx, &r); err != nil {
						return err
					}
				}
			}
			return nil
		})
		w.check()
		if got := w.thread(talk.ThreadQuery{}); len(strings.Fields(got)) != 120 || !strings.Contains(got, " 60/r0/r1/r2+697 ") {
			t.Fatal(got)
		}
		w.do(func(tx *db.Tx) error {
			seen, after := 0, int64(0)
			for {
				b, next, err := talk.OneBranch(tx, talk.ThreadQuery{Thing: w.t.ID}, int64(root), after)
				if err != nil {
					return err
				}
				for _, c := range b.Below {
					if c.Body != fmt.Sprint("r", seen) {
						t.Fatalf("%s stands in place %d", c.Body, seen)
					}
					if place, err := talk.Place(tx, c); err != nil || place != int64(seen) {
						t.Fatalf("place %d of %d: %v", place, seen, err)
					}
					seen++
				}
				if after = next; next == 0 {
					break
				}
			}
			if seen != 700 {
				t.Errorf("%d of 700", seen)
			}
			return nil
		})
	})
}

func TestManySpeakAtOnce(t *testing.T) {
	each(t, func(w *world) {
		root := w.say(w.ana, 0, "a")
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if _, err := w.s.Say(context.Background(), w.eva, talk.Saying{Thing: w.t.ID, Parent: root.ID, Body: "b"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.check()
		w.do(func(tx *db.Tx) error {
			c, err := talk.Get(tx, root.ID)
			if c.Replies != 40 {
				t.Errorf("%d replies", c.Replies)
			}
			return err
		})
	})
}
