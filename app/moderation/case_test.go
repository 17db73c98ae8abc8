package moderation

import (
	"context"
	"slices"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
)

var noon = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

func TestRulings(t *testing.T) {
	why := Reason{Code: Spam, Text: "Nine times"}
	for name, c := range map[string]struct {
		kind  CaseKind
		r     Ruling
		field string
	}{
		"hide with reasons":         {Reported, Ruling{Act: Withhold, Reason: why}, ""},
		"hide without a code":       {Reported, Ruling{Act: Withhold, Reason: Reason{Text: "Nine"}}, "code"},
		"hide without words":        {Reported, Ruling{Act: Withhold, Reason: Reason{Code: Spam}}, "reason"},
		"let stand needs words":     {Reported, Ruling{Act: Keep}, "reason"},
		"let stand needs no code":   {Reported, Ruling{Act: Keep, Reason: Reason{Text: "Fine"}}, ""},
		"pass needs nothing":        {Held, Ruling{Act: Pass}, ""},
		"no pass of a report":       {Reported, Ruling{Act: Pass}, "act"},
		"no overturning of a draft": {Waiting, Ruling{Act: Overturn, Reason: why}, "act"},
		"nothing chosen":            {Reported, Ruling{Reason: why}, "act"},
		"suspend into the past":     {Reported, Ruling{Act: Suspend, Reason: why, Until: noon}, "until"},
		"suspend for a day":         {Reported, Ruling{Act: Suspend, Reason: why, Until: noon.Add(24 * time.Hour)}, ""},
		"suspend for good":          {Reported, Ruling{Act: Suspend, Reason: why}, ""},
	} {
		err := c.r.check(c.kind, noon)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if _, ok := fault.Of(err).Fields[c.field]; !ok {
			t.Errorf("%s: no fault of %s in %v", name, c.field, err)
		}
	}
}

func TestAppealsHaveTheirTime(t *testing.T) {
	d := Decision{Action: Hide, Author: 7, At: noon}
	change := func(f func(*Decision)) Decision { e := d; f(&e); return e }
	for name, c := range map[string]struct {
		d    Decision
		at   time.Time
		kind fault.Kind
		may  bool
	}{
		"at once":             {d, noon, 0, true},
		"the last instant":    {d, noon.Add(appealFor - 1), 0, true},
		"too late":            {d, noon.Add(appealFor), fault.Closed, false},
		"once":                {change(func(d *Decision) { d.AppealedAt = noon }), noon, fault.Conflict, false},
		"what undoes another": {change(func(d *Decision) { d.Action = Show }), noon, fault.Conflict, false},
	} {
		err := c.d.MayAppeal(c.at)
		if (err == nil) != c.may || err != nil && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.AppealedAt = noon
	if !fault.Is(d.MayReview(7, 9), fault.Forbidden) || d.MayReview(8, 9) != nil {
		t.Error("the first decider is no second person")
	}
	if !fault.Is(d.MayReview(9, 9), fault.Forbidden) {
		t.Error("whom it concerns is no second person")
	}
	if days := d.AppealUntil().Sub(d.At); days != 14*24*time.Hour {
		t.Errorf("appeals end after %v", days)
	}
}

func TestRulesAreCounted(t *testing.T) {
	got := RulesOf("Intro\n\n## A\n\n1. One *thing*.\n2. Two\n\n## B\n- Three [x](https://a.example)\n  - Four\n\ntext - no")
	if want := []string{"One thing.", "Two", "Three x", "Four"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestMonths(t *testing.T) {
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	all := []Decision{
		{At: at(9, 3), AskedAt: at(9, 2)}, {At: at(9, 9), AskedAt: at(9, 6), AppealedAt: at(9, 10), AppealOutcome: Overturned}, {At: at(9, 20)},
		{At: at(11, 1), AskedAt: at(10, 30)},
	}
	got := monthly(all, time.UTC)
	if len(got) != 2 || got[0].Decisions != 1 || got[1].Decisions != 3 || got[1].Median != 24*time.Hour || got[1].Appeals != 1 || got[1].Overturned != 1 {
		t.Errorf("%+v", got)
	}
}

// told counts the events of a verb about a person.
func (w *world) told(verb string, p identity.ID) (n int64) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE verb = $1 AND person_id = $2`, verb, p)
		return err
	}))
	return n
}

func (w *world) another(name string, role identity.Role) (a identity.Actor) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), func(tx *db.Tx) (err error) { a, err = staff(tx, name, role); return err }))
	return a
}

func TestFromReportToAppeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		eva, rosa := w.another("Eva", ""), w.another("Rosa", "")
		_, err := w.s.Report(ctx, identity.Actor{}, 0, w.comment, Report{Code: Insult})
		w.kind(err, fault.SignIn)
		_, err = w.s.Report(ctx, w.author, 0, w.comment, Report{Code: Insult})
		w.kind(err, fault.Forbidden)
		_, err = w.s.Report(ctx, eva, 0, w.comment, Report{Code: "whim"})
		w.kind(err, fault.Invalid)
		c, err := w.s.Report(ctx, eva, 0, w.comment, Report{Code: Insult, Text: "Rude"})
		w.ok(err)
		same, err := w.s.Report(ctx, rosa, 0, w.comment, Report{Code: Spam})
		w.ok(err)
		_, err = w.s.Report(ctx, rosa, 0, w.comment, Report{Code: Insult})
		w.ok(err)
		if same.ID != c.ID {
			t.Fatal("two cases of one comment")
		}
		clock.Advance(25 * time.Hour)
		queue, _, err := w.s.Queue(ctx, w.moderator, Filter{})
		w.ok(err)
		if len(queue) != 1 || queue[0].Case.Reports != 2 || queue[0].Late(clock.Now()) != time.Hour || queue[0].Body != "Rude" {
			t.Fatalf("%+v", queue)
		}
		_, _, err = w.s.Queue(ctx, eva, Filter{})
		w.kind(err, fault.Forbidden)
		w.ok(w.s.Take(ctx, w.admin, c.ID, false))
		why := Ruling{Act: Withhold, Rule: 3, RuleText: "No insults.", Reason: Reason{Insult, "Rude"}}
		w.kind(w.s.Decide(ctx, w.moderator, c.ID, why), fault.Conflict)
		clock.Advance(takenFor)
		w.kind(w.s.Decide(ctx, eva, c.ID, why), fault.Forbidden)
		w.ok(w.s.Decide(ctx, w.moderator, c.ID, why))
		w.kind(w.s.Decide(ctx, w.moderator, c.ID, why), fault.Conflict)
		if w.told("report.decide", eva.ID) != 1 || w.told("report.decide", rosa.ID) != 1 || w.told("comment.hide", w.author.ID) != 1 {
			t.Fatal("somebody was not told")
		}
		var hidden Decision
		w.ok(d.Read(ctx, func(tx *db.Tx) (err error) { hidden, err = Latest(tx, w.t.ID, w.comment); return err }))
		if hidden.Rule != 3 || hidden.RuleText != "No insults." || hidden.AskedAt.IsZero() {
			t.Fatalf("%+v", hidden)
		}
		_, err = w.s.Ruled(ctx, eva, hidden.ID)
		w.kind(err, fault.NotFound)
		w.kind(w.s.Appeal(ctx, eva, hidden.ID, "Please"), fault.NotFound)
		w.kind(w.s.Appeal(ctx, w.author, hidden.ID, " "), fault.Invalid)
		w.ok(w.s.Appeal(ctx, w.author, hidden.ID, "It was a joke"))
		w.kind(w.s.Appeal(ctx, w.author, hidden.ID, "Really"), fault.Conflict)
		queue, _, err = w.s.Queue(ctx, w.moderator, Filter{Kind: Appealed})
		w.ok(err)
		if len(queue) != 1 || queue[0].Alone {
			t.Fatalf("%+v", queue)
		}
		overturn := Ruling{Act: Overturn, Reason: Reason{Text: "It was a joke indeed"}}
		w.kind(w.s.Decide(ctx, w.moderator, queue[0].ID, overturn), fault.Forbidden)
		w.ok(w.s.Decide(ctx, w.admin, queue[0].ID, overturn))
		if w.told("appeal.overturned", w.author.ID) != 1 {
			t.Fatal("the author was not told")
		}
		w.ok(d.Read(ctx, func(tx *db.Tx) error {
			said, err := talk.Get(tx, w.comment)
			if err == nil && !said.Shown() {
				t.Error("still hidden")
			}
			return err
		}))
		months := []Month{}
		w.ok(d.Read(ctx, func(tx *db.Tx) (err error) { months, err = Monthly(tx, time.UTC); return err }))
		if len(months) != 1 || months[0].Overturned != 1 {
			t.Errorf("%+v", months)
		}
	})
}

func TestNobodyDecidesTheirOwnAppeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		mona := w.another("Mona", identity.Moderator)
		said, err := talk.NewService(d).Say(ctx, mona, talk.Saying{Thing: w.t.ID, Body: "Rude too"})
		w.ok(err)
		c, err := w.s.Report(ctx, w.another("Eva", ""), 0, said.ID, Report{Code: Insult})
		w.ok(err)
		w.kind(w.s.Decide(ctx, mona, c.ID, Ruling{Act: Keep, Reason: Reason{Text: "Fine"}}), fault.Forbidden)
		w.ok(w.s.Decide(ctx, w.moderator, c.ID, Ruling{Act: Withhold, Reason: Reason{Insult, "Rude"}}))
		var hidden Decision
		w.ok(d.Read(ctx, func(tx *db.Tx) (err error) { hidden, err = Latest(tx, w.t.ID, said.ID); return err }))
		w.ok(w.s.Appeal(ctx, mona, hidden.ID, "It was a joke"))
		waits := func() Look {
			queue, _, err := w.s.Queue(ctx, mona, Filter{Kind: Appealed})
			w.ok(err)
			if len(queue) != 1 {
				t.Fatalf("%+v", queue)
			}
			return queue[0]
		}
		overturn := Ruling{Act: Overturn, Reason: Reason{Text: "A joke"}}
		w.kind(w.s.Decide(ctx, mona, waits().ID, overturn), fault.Forbidden)
		until := clock.Now().Add(time.Hour)
		w.ok(d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE person SET blocked_at = $1, blocked_until = $2 WHERE id = $3`, tx.Now, until, w.admin.ID)
			return err
		}))
		if !waits().Alone {
			t.Error("a blocked administrator counts as a second person")
		}
		clock.Set(until)
		if waits().Alone {
			t.Error("an administrator whose block is over does not count")
		}
		w.ok(w.s.Decide(ctx, w.admin, waits().ID, overturn))
	})
}

func TestWhatIsHeldIsLetThroughOrNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		thing.OnRecord(d, w.s.Hook)
		speech := talk.NewService(d)
		speech.Screen(func(*db.Tx, identity.Actor, thing.Thing, string) (bool, string, error) { return true, "links", nil })
		eva := w.another("Eva", "")
		var said []talk.Comment
		for _, body := range []string{"One", "Two", "Three"} {
			c, err := speech.Say(ctx, eva, talk.Saying{Thing: w.t.ID, Body: body})
			w.ok(err)
			said = append(said, c)
		}
		_, err := speech.Delete(ctx, eva, said[2].ID)
		w.ok(err)
		queue, _, err := w.s.Queue(ctx, w.moderator, Filter{Kind: Held})
		w.ok(err)
		if len(queue) != 2 || queue[0].Why != "links" {
			t.Fatalf("%+v", queue)
		}
		w.ok(w.s.Decide(ctx, w.moderator, queue[0].ID, Ruling{Act: Pass}))
		w.ok(w.s.Decide(ctx, w.moderator, queue[1].ID, Ruling{Act: Withhold, Reason: Reason{Spam, "Soap"}}))
		w.ok(d.Read(ctx, func(tx *db.Tx) error {
			all, _, err := talk.Thread(tx, talk.ThreadQuery{Thing: w.t.ID})
			if err == nil && (len(all) != 2 || all[0].Body != "One") {
				t.Errorf("everybody reads %+v", all)
			}
			return err
		}))
	})
}

func TestABlockEndsByTheClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		w := begin(t, d)
		var token identity.Token
		w.ok(d.Write(ctx, func(tx *db.Tx) (err error) {
			token, err = identity.Begin(tx, w.author.ID, "email", "", "", false)
			return err
		}))
		sessions := identity.NewSessions(d)
		blocked := func() bool {
			a, err := sessions.Actor(ctx, token)
			w.ok(err)
			return a.Blocked
		}
		until := clock.Now().Add(30 * time.Second)
		w.kind(w.s.Block(ctx, w.moderator, w.author.ID, clock.Now(), Reason{Insult, "Threats"}), fault.Invalid)
		w.ok(w.s.Block(ctx, w.moderator, w.author.ID, until, Reason{Insult, "Threats"}))
		if !blocked() {
			t.Fatal("not blocked")
		}
		clock.Set(until.Add(-time.Microsecond))
		if !blocked() {
			t.Fatal("ended early")
		}
		clock.Set(until)
		if blocked() {
			t.Fatal("goes on")
		}
		w.ok(w.s.Block(ctx, w.moderator, w.author.ID, time.Time{}, Reason{Insult, "Again"}))
	})
}
