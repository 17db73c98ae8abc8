package talk_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
)

func (w *world) get(id int64) (c talk.Comment) {
	w.Helper()
	w.do(func(tx *db.Tx) (err error) { c, err = talk.Get(tx, id); return err })
	return c
}

func (w *world) neighbours(n int) (all []identity.Actor) {
	for i := range n {
		all = append(all, w.person(fmt.Sprint("Vecina ", i)))
	}
	return all
}

func TestReactionsCountOncePerPerson(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		c := w.say(w.ana, 0, "Falta luz.")
		people := w.neighbours(8)
		var all sync.WaitGroup
		for range 10 {
			for i, a := range people {
				all.Go(func() {
					r := talk.Agrees
					if i < 2 {
						r = talk.Disagrees
					}
					if _, err := w.s.React(ctx, a, c.ID, r); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if got := w.get(c.ID); got.Agrees != 6 || got.Disagrees != 2 || got.Score == 0 {
			t.Fatalf("%d agree, %d disagree, score %d", got.Agrees, got.Disagrees, got.Score)
		}
		for _, r := range []talk.Reaction{talk.Disagrees, talk.Neither, talk.Neither} {
			if _, err := w.s.React(ctx, people[7], c.ID, r); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.get(c.ID); got.Agrees != 5 || got.Disagrees != 2 {
			t.Fatalf("%d agree, %d disagree", got.Agrees, got.Disagrees)
		}
		_, err := w.s.React(ctx, w.ana, c.ID, talk.Agrees)
		w.refused(err, fault.Forbidden)
		_, err = w.s.React(ctx, people[0], c.ID, "love")
		w.refused(err, fault.Invalid)
		_, err = w.s.React(ctx, identity.Actor{}, c.ID, talk.Agrees)
		w.refused(err, fault.SignIn)
		w.do(func(tx *db.Tx) error { return talk.TakeBack(tx, people[0].ID) })
		if got := w.get(c.ID); got.Agrees != 5 || got.Disagrees != 1 {
			t.Fatalf("%d agree, %d disagree after one left", got.Agrees, got.Disagrees)
		}
		if _, err := w.s.Delete(ctx, w.ana, c.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.s.React(ctx, people[0], c.ID, talk.Agrees)
		w.refused(err, fault.Conflict)
	})
}

func TestEveryOrderShowsEveryBranchOnce(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(tx *db.Tx) error {
			for i := range 37 {
				c := talk.Comment{Thing: w.t.ID, Author: w.ana.ID, Body: fmt.Sprint("c", i)}
				if err := talk.InsertComment(tx, &c); err != nil {
					return err
				}
				if err := talk.CountReactions(tx, c.ID, int64(i%5), int64(i%3)); err != nil {
					return err
				}
				for range i % 4 {
					r := talk.Comment{Thing: w.t.ID, Author: w.eva.ID, Parent: c.ID, Body: "r"}
					if err := talk.InsertComment(tx, &r); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, sort := range talk.Sorts {
			seen := map[int64]bool{}
			var last talk.Comment
			q := talk.ThreadQuery{Thing: w.t.ID, Sort: sort, Limit: 10}
			for {
				var all []talk.Branch
				var next thing.Cursor
				w.do(func(tx *db.Tx) (err error) { all, next, err = talk.Thread(tx, q); return err })
				for _, b := range all {
					if seen[b.ID] {
						t.Errorf("%s shows %s twice", sort, b.Body)
					}
					if last.ID != 0 && (sort == talk.BestFirst && b.Score > last.Score || sort == talk.RepliedFirst && b.Replies > last.Replies) {
						t.Errorf("%s: %s after %s", sort, b.Body, last.Body)
					}
					seen[b.ID], last = true, b.Comment
				}
				if q.After = thing.ParseCursor(next.String()); next.ID == 0 {
					break
				}
			}
			if len(seen) != 37 {
				t.Errorf("%s shows %d of 37", sort, len(seen))
			}
		}
	})
}

func TestWhatIsHeldWaits(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		holds := false
		w.s.Screen(func(_ *db.Tx, _ identity.Actor, _ thing.Thing, body string) (bool, string, error) {
			return holds, "links", nil
		})
		a := w.say(w.ana, 0, "Primero")
		holds = true
		b := w.say(w.eva, 0, "Espera")
		r := w.say(w.eva, a.ID, "Espera también")
		if !b.Held() || !r.Held() || b.HeldFor != "links" {
			t.Fatal("not held")
		}
		w.check()
		if got := w.thread(talk.ThreadQuery{}); got != "Primero" {
			t.Errorf("everybody reads %q", got)
		}
		if got := w.thread(talk.ThreadQuery{Viewer: w.eva.ID}); got != "Espera Primero/Espera también" {
			t.Errorf("its author reads %q", got)
		}
		if got := w.thread(talk.ThreadQuery{Viewer: w.ana.ID}); got != "Primero" {
			t.Errorf("somebody else reads %q", got)
		}
		_, err := w.s.React(ctx, w.ana, b.ID, talk.Agrees)
		w.refused(err, fault.Conflict)
		told := func(verb string) (n int64) {
			w.do(func(tx *db.Tx) (err error) {
				n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE verb = $1`, verb)
				return err
			})
			return n
		}
		if told("comment.reply") != 0 {
			t.Error("told of what nobody may read")
		}
		w.do(func(tx *db.Tx) error { return talk.Release(tx, w.ana.ID, r.ID) })
		w.do(func(tx *db.Tx) error {
			w.refused(talk.Release(tx, w.ana.ID, r.ID), fault.Conflict)
			return nil
		})
		w.check()
		if got := w.thread(talk.ThreadQuery{}); got != "Primero/Espera también" || told("comment.reply") != 1 {
			t.Errorf("released, everybody reads %q", got)
		}
		if _, err := w.s.Edit(ctx, w.eva, r.ID, "Cambiada y otra vez dudosa"); err != nil {
			t.Fatal(err)
		}
		w.check()
		if got := w.thread(talk.ThreadQuery{}); got != "Primero" {
			t.Errorf("changed, everybody reads %q", got)
		}
		for _, id := range []int64{b.ID, r.ID} {
			if _, err := w.s.Delete(ctx, w.eva, id); err != nil {
				t.Fatal(err)
			}
		}
		w.check()
		if got := w.thread(talk.ThreadQuery{Viewer: w.eva.ID}); got != "Primero" {
			t.Errorf("deleted, its author reads %q", got)
		}
	})
}

func TestNamingSomebodyTellsThem(t *testing.T) {
	each(t, func(w *world) {
		w.say(w.eva, 0, "Hola")
		n := w.neighbours(1)[0]
		c := w.say(w.ana, 0, "Como dice @"+w.eva.Name+", y no @"+n.Name+" ni `@"+w.eva.Name+"`.")
		if want := `<strong class="mention">@` + w.eva.Name + `</strong>`; c.HTML == "" || !strings.Contains(c.HTML, want) || strings.Contains(c.HTML, `mention">@`+n.Name) {
			t.Fatal(c.HTML)
		}
		var called []int64
		w.do(func(tx *db.Tx) (err error) {
			called, err = db.All(tx, db.Value[int64], `SELECT person_id FROM event WHERE verb = 'comment.mention'`)
			return err
		})
		if len(called) != 1 || called[0] != int64(w.eva.ID) {
			t.Fatalf("called %v", called)
		}
	})
}

func TestAConversationIsClosedWithAReason(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		host := w.neighbours(1)[0]
		host.Grants = []identity.Grant{{Role: identity.Moderator}}
		host.Session.FactorAt = w.clock.Now()
		c := w.say(w.ana, 0, "Hola")
		w.refused(w.s.Close(ctx, w.ana, w.t.ID, "Ya basta."), fault.Forbidden)
		w.refused(w.s.Close(ctx, host, w.t.ID, " "), fault.Invalid)
		if err := w.s.Close(ctx, host, w.t.ID, "Ya se respondió."); err != nil {
			t.Fatal(err)
		}
		w.refused(w.s.Close(ctx, host, w.t.ID, "Otra vez."), fault.Conflict)
		_, err := w.s.Say(ctx, w.eva, talk.Saying{Thing: w.t.ID, Body: "¿Y ahora?"})
		w.refused(err, fault.Closed)
		_, err = w.s.React(ctx, w.eva, c.ID, talk.Agrees)
		w.refused(err, fault.Closed)
		if err := w.s.Reopen(ctx, host, w.t.ID); err != nil {
			t.Fatal(err)
		}
		w.refused(w.s.Reopen(ctx, host, w.t.ID), fault.Conflict)
		w.say(w.eva, 0, "¿Y ahora?")
	})
}
