package moderation

import (
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

func TestReason(t *testing.T) {
	for name, c := range map[string]struct {
		r       Reason
		undoing bool
		fields  string
	}{
		"whole":     {Reason{Spam, "The same text nine times"}, false, ""},
		"no code":   {Reason{"", "Because"}, false, "code"},
		"odd code":  {Reason{"whim", "Because"}, false, "code"},
		"no text":   {Reason{Insult, " \n"}, false, "reason"},
		"too long":  {Reason{Insult, strings.Repeat("á", reasonMost+1)}, false, "reason"},
		"undoing":   {Reason{"", "It was a mistake"}, true, ""},
		"undo mute": {Reason{"", ""}, true, "reason"},
	} {
		err := c.r.Check(c.undoing)
		if c.fields == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if _, ok := fault.Of(err).Fields[c.fields]; !ok {
			t.Errorf("%s: no fault of %s: %v", name, c.fields, err)
		}
	}
	for _, r := range []Reason{{Spam, "Nine times: really"}, {"", "A mistake: mine"}} {
		if got := ParseNote(r.Note()); got != r {
			t.Errorf("%+v came back as %+v", r, got)
		}
	}
}

type world struct {
	*testing.T
	db            *db.DB
	s             *Service
	author, admin identity.Actor
	moderator     identity.Actor
	t             thing.Thing
	comment       int64
}

func staff(tx *db.Tx, name string, role identity.Role) (identity.Actor, error) {
	p := identity.Person{Name: name, Level: identity.Resident}
	if err := identity.Insert(tx, &p); err != nil {
		return identity.Actor{}, err
	}
	a := identity.Actor{ID: p.ID, Level: p.Level, Session: identity.Session{FactorAt: tx.Now, ConfirmedAt: tx.Now}}
	if role != "" {
		a.Grants = []identity.Grant{{Role: role}}
		return a, identity.Give(tx, p.ID, a.Grants[0], 0)
	}
	return a, nil
}

func begin(t *testing.T, d *db.DB) *world {
	w := &world{T: t, db: d, s: NewService(d, identity.NewSessions(d))}
	err := d.Write(context.Background(), func(tx *db.Tx) (err error) {
		if w.author, err = staff(tx, "Author", ""); err != nil {
			return err
		}
		if w.moderator, err = staff(tx, "Moderator", identity.Moderator); err != nil {
			return err
		}
		if w.admin, err = staff(tx, "Administrator", identity.Administrator); err != nil {
			return err
		}
		w.t = thing.Thing{Kind: "proposal", Author: w.author.ID, Title: "Buy my soap", Lang: "en", State: thing.Published, PublishedAt: tx.Now}
		if err := thing.Create(tx, &w.t); err != nil {
			return err
		}
		w.comment = tx.NewID()
		_, err = tx.Exec(`INSERT INTO comment (id, thing_id, root_id, depth, author_id, stance, body, html, at) VALUES ($1, $2, $3, 0, $4, '', 'Rude', 'Rude', $5)`,
			w.comment, w.t.ID, w.comment, w.author.ID, tx.Now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) kind(err error, want fault.Kind) {
	w.Helper()
	if err == nil || fault.Of(err).Kind != want {
		w.Errorf("%v, not a fault of kind %v", err, want)
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func TestHideAndShow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		w.kind(w.s.HideThing(ctx, w.author, w.t.ID, Reason{Spam, "Soap"}), fault.Forbidden)
		w.kind(w.s.HideThing(ctx, w.moderator, w.t.ID, Reason{Spam, ""}), fault.Invalid)
		w.ok(w.s.HideThing(ctx, w.moderator, w.t.ID, Reason{Spam, "Soap"}))
		w.kind(w.s.HideThing(ctx, w.moderator, w.t.ID, Reason{Spam, "Soap"}), fault.Conflict)
		w.ok(w.s.HideComment(ctx, w.moderator, w.comment, Reason{Insult, "Rude"}))
		things, remarks, err := w.s.Hidden(ctx, w.moderator)
		w.ok(err)
		if len(things) != 1 || things[0].HiddenCode != "spam" || len(remarks) != 1 || remarks[0].Text != "Rude" || !remarks[0].Hidden {
			t.Fatalf("hidden: %+v, %+v", things, remarks)
		}
		w.ok(w.s.ShowThing(ctx, w.moderator, w.t.ID, Reason{Text: "A mistake"}))
		w.ok(w.s.ShowComment(ctx, w.moderator, w.comment, Reason{Text: "A mistake"}))
		things, remarks, err = w.s.Hidden(ctx, w.moderator)
		w.ok(err)
		if len(things)+len(remarks) != 0 {
			t.Fatalf("still hidden: %+v, %+v", things, remarks)
		}
		log, err := w.s.Log(ctx, 0)
		w.ok(err)
		if len(log.Decisions) != 4 || len(log.Tallies) != 3 || log.Kinds[w.t.ID] != "proposal" {
			t.Fatalf("log: %+v", log)
		}
	})
}

func TestBlock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		stale := w.moderator
		stale.Session.ConfirmedAt = stale.Session.ConfirmedAt.AddDate(0, 0, -1)
		r := Reason{Insult, "Threats"}
		w.kind(w.s.Block(ctx, stale, w.author.ID, time.Time{}, r), fault.Confirm)
		w.kind(w.s.Block(ctx, w.moderator, w.admin.ID, time.Time{}, r), fault.Forbidden)
		w.kind(w.s.Block(ctx, w.moderator, w.moderator.ID, time.Time{}, r), fault.Invalid)
		w.ok(w.s.Block(ctx, w.moderator, w.author.ID, time.Time{}, r))
		var p identity.Person
		w.ok(d.Read(ctx, func(tx *db.Tx) (err error) { p, err = identity.Get(tx, w.author.ID); return err }))
		if p.BlockedAt.IsZero() || p.BlockedReason != "insult: Threats" {
			t.Fatalf("blocked: %+v", p)
		}
		w.ok(w.s.Unblock(ctx, w.admin, w.author.ID, Reason{Text: "Cooled down"}))
		w.kind(w.s.Unblock(ctx, w.admin, w.author.ID, Reason{Text: "Cooled down"}), fault.Conflict)
	})
}
