package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/thing"
)

func TestChoicesNameSomething(t *testing.T) {
	for name, c := range map[string]struct {
		of    Choice
		field string
	}{
		"nothing":               {Choice{Part: Comments}, "authors"},
		"an author":             {Choice{Authors: "Eva"}, ""},
		"only commas":           {Choice{Authors: " , "}, ""},
		"a block":               {Choice{Network: "192.0.2.0/24"}, ""},
		"a block of proposals":  {Choice{Network: "192.0.2.0/24", Part: Proposals}, "network"},
		"short words":           {Choice{Words: "ab"}, "words"},
		"words":                 {Choice{Words: "abc"}, ""},
		"long words":            {Choice{Words: strings.Repeat("a", wordsMost+1)}, "words"},
		"a beginning":           {Choice{From: noon}, ""},
		"an end before":         {Choice{From: noon, Until: noon}, "until"},
		"far too many authors":  {Choice{Authors: strings.Repeat("a,", authorsMost+1)}, "authors"},
		"as many as are usable": {Choice{Authors: strings.Repeat("a,", authorsMost)}, ""},
	} {
		err := c.of.Check()
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if _, ok := fault.Of(err).Fields[c.field]; !ok {
			t.Errorf("%s: no fault of %s in %v", name, c.field, err)
		}
	}
}

func TestWordsAreComparedFolded(t *testing.T) {
	for words, want := range map[string]bool{"JABÓN barato": true, "jabon  barato": true, "jabón": true, "jabones": false, "": true} {
		if got := (Choice{Words: words}).says("Otra cosa", "Compra JABON\nbarato aquí"); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}

func TestAuthorsByNameAndNumber(t *testing.T) {
	called := map[string][]identity.ID{"eva": {7, 9}, "ana lopez": {3}}
	ids, err := authorIDs([]string{"Eva", "Ana López", "12", "9"}, called)
	if want := []identity.ID{3, 7, 9, 12}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("%v, %v", ids, err)
	}
	if _, err := authorIDs([]string{"Nobody"}, called); fault.Of(err).Fields["authors"].Key != "bulk.authors.unknown" {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestSealsStandForWhatWasSeen(t *testing.T) {
	d := BulkDry{UpTo: noon, Pieces: []Piece{{Thing: thing.Ref{ID: 1}, Comment: 2}, {Thing: thing.Ref{ID: 1}}}}
	same, other := d, d
	other.Pieces = []Piece{d.Pieces[0], {Thing: thing.Ref{ID: 3}}}
	if d.Seal() != same.Seal() || d.Seal() == other.Seal() {
		t.Error("seals do not tell pieces apart")
	}
	if at, ok := sealedUpTo(d.Seal(), noon); !ok || !at.Equal(noon) {
		t.Errorf("%v %v", at, ok)
	}
	for _, bad := range []string{"", "x", "-5-1-ff", d.Seal()} {
		if _, ok := sealedUpTo(bad, noon.Add(-time.Second)); ok {
			t.Errorf("%q stands for something", bad)
		}
	}
}

// spam adds comments by an author from a block and returns their ids.
func (w *world) spam(who identity.ID, network, body string, n int) (ids []int64) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), func(tx *db.Tx) error {
		ids = nil
		for i := range n {
			id := tx.NewID()
			ids = append(ids, id)
			if _, err := tx.Exec(`INSERT INTO comment (id, thing_id, root_id, depth, author_id, stance, body, html, at, network) VALUES ($1, $2, $3, 0, $4, '', $5, '', $6, $7)`,
				id, w.t.ID, id, who, fmt.Sprint(body, " ", i), tx.Now, network); err != nil {
				return err
			}
		}
		return nil
	}))
	return ids
}

// number reads a single number.
func (w *world) number(query string, args ...any) (n int64) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return err }))
	return n
}

// work runs what waits.
func (w *world) work(jobs *job.Runner) {
	w.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = jobs.RunDue(context.Background())
		w.ok(err)
	}
	if failed := w.number(`SELECT count(*) FROM job WHERE failure <> ''`); failed > 0 {
		w.Fatalf("%d jobs failed", failed)
	}
}

const hiddenComments = `SELECT count(*) FROM comment WHERE hidden_at IS NOT NULL`

var soap = Choice{Words: "jabón"}

func TestBulkDoesWhatTheDryRunSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, w := context.Background(), begin(t, d)
		jobs := job.NewRunner(d)
		w.s.Work(jobs)
		eva, ana := w.another("Eva", ""), w.another("Ana López", "")
		first := w.spam(eva.ID, "192.0.2.0/24", "Compra JABON", 130)
		w.spam(ana.ID, "198.51.100.0/24", "Vendo jabón", 84)
		w.spam(ana.ID, "198.51.100.0/24", "Estoy de acuerdo", 3)
		w.ok(w.s.HideComment(ctx, w.moderator, first[0], Reason{Spam, "Before"}))

		dry := func(of Choice, want int) BulkDry {
			t.Helper()
			d, err := w.s.BulkDry(ctx, w.moderator, of)
			w.ok(err)
			if len(d.Pieces) != want {
				t.Errorf("%+v finds %d, not %d", of, len(d.Pieces), want)
			}
			return d
		}
		dry(Choice{Authors: "ana lopez"}, 87)
		dry(Choice{Network: "192.0.2.0/24"}, 129)
		dry(Choice{Network: "192.0.2.0/24", Authors: fmt.Sprint(ana.ID)}, 0)
		dry(Choice{Words: "buy my", Part: Proposals}, 1)
		dry(Choice{Until: clock.Now()}, 0)
		found := dry(soap, 213)
		if len(found.Accounts) != 2 || found.Accounts[0].Count != 129 || found.Accounts[1].Name != "Ana López" || found.Comments != 213 || found.Proposals != 0 {
			t.Errorf("%+v", found.Accounts)
		}
		clock.Advance(time.Minute)
		w.spam(ana.ID, "", "Más jabón", 1) // after the dry run

		why := Ruling{Rule: 2, RuleText: "No ads", Reason: Reason{Spam, "The same soap"}}
		_, err := w.s.BulkDry(ctx, w.author, soap)
		w.kind(err, fault.Forbidden)
		_, err = w.s.Bulk(ctx, w.author, soap, found.Seal(), why)
		w.kind(err, fault.Forbidden)
		_, err = w.s.Bulk(ctx, w.moderator, soap, found.Seal(), Ruling{})
		w.kind(err, fault.Invalid)
		_, err = w.s.Bulk(ctx, w.moderator, Choice{Words: "acuerdo"}, found.Seal(), why)
		if _, ok := fault.Of(err).Fields["seen"]; !ok {
			t.Errorf("another choice under the same seal: %v", err)
		}
		b, err := w.s.Bulk(ctx, w.moderator, soap, found.Seal(), why)
		w.ok(err)
		if n := w.number(hiddenComments); n != 1 {
			t.Errorf("%d are hidden before the job", n)
		}
		w.work(jobs)
		w.ok(w.s.carryBulk(ctx, b.ID)) // a job may run twice
		if n := w.number(hiddenComments); n != 214 {
			t.Errorf("%d are hidden", n)
		}
		b, _, err = w.s.OneBulk(ctx, w.moderator, b.ID)
		w.ok(err)
		if b.Hidden != 213 || b.Skipped != 0 || b.Working() {
			t.Errorf("%+v", b)
		}
		if n := w.number(`SELECT count(*) FROM moderation_decision WHERE batch_id = $1 AND rule = 2 AND author_id = $2`, b.ID, w.moderator.ID); n != 213 {
			t.Errorf("%d decisions", n)
		}
		if n := w.number(`SELECT count(*) FROM event WHERE verb = 'moderation.bulk'`); n != 1 || w.told("comment.hide", ana.ID) != 84 {
			t.Errorf("%d events of the batch, %d told to Ana", n, w.told("comment.hide", ana.ID))
		}
	})
}

func TestBulkIsUndoneExactly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, w := context.Background(), begin(t, d)
		jobs := job.NewRunner(d)
		w.s.Work(jobs)
		eva := w.another("Eva", "")
		ids := w.spam(eva.ID, "", "Compra jabón", 120)
		w.ok(w.s.HideComment(ctx, w.moderator, ids[0], Reason{Insult, "Before"}))
		found, err := w.s.BulkDry(ctx, w.moderator, soap)
		w.ok(err)
		w.ok(w.s.HideComment(ctx, w.moderator, ids[1], Reason{Insult, "Meanwhile"}))
		_, err = w.s.Bulk(ctx, w.moderator, soap, found.Seal(), Ruling{Reason: Reason{Spam, "Soap"}})
		if _, ok := fault.Of(err).Fields["seen"]; !ok {
			t.Fatalf("what was seen has changed: %v", err)
		}
		found, err = w.s.BulkDry(ctx, w.moderator, soap)
		w.ok(err)
		b, err := w.s.Bulk(ctx, w.moderator, soap, found.Seal(), Ruling{Reason: Reason{Spam, "Soap"}})
		w.ok(err)
		w.ok(w.s.HideComment(ctx, w.moderator, ids[2], Reason{Insult, "Before the job"}))
		w.work(jobs)
		clock.Advance(time.Minute)
		w.ok(w.s.ShowComment(ctx, w.admin, ids[3], Reason{Text: "A mistake"})) // decided on since
		w.ok(w.s.ShowComment(ctx, w.admin, ids[4], Reason{Text: "A mistake"}))
		w.ok(w.s.HideComment(ctx, w.admin, ids[4], Reason{Insult, "For another reason"}))
		appealed := w.latest(ids[5])
		w.ok(w.s.Appeal(ctx, eva, appealed, "It was no ad"))

		w.kind(w.s.UndoBulk(ctx, w.author, b.ID, Reason{Text: "No"}), fault.Forbidden)
		w.kind(w.s.UndoBulk(ctx, w.moderator, b.ID, Reason{}), fault.Invalid)
		w.once(func(a identity.Actor) error { return w.s.UndoBulk(ctx, a, b.ID, Reason{Text: "A wrong word"}) })
		w.work(jobs)
		b, _, err = w.s.OneBulk(ctx, w.moderator, b.ID)
		w.ok(err)
		if b.Hidden != 117 || b.Skipped != 1 || b.Restored != 115 || b.Kept != 2 || b.Working() {
			t.Errorf("%d hidden, %d skipped, %d restored, %d kept", b.Hidden, b.Skipped, b.Restored, b.Kept)
		}
		if n := w.number(hiddenComments); n != 4 { // before, meanwhile, before the job, for another reason
			t.Errorf("%d are still hidden", n)
		}
		if n := w.number(`SELECT count(*) FROM moderation_decision WHERE id = $1 AND appeal_outcome = 'overturned'`, appealed); n != 1 {
			t.Error("the appeal still waits")
		}
		if n := w.number(`SELECT count(*) FROM moderation_case WHERE kind = 'appeal' AND closed_at IS NULL`); n != 0 {
			t.Error("the case of the appeal is open")
		}
		if n := w.number(`SELECT count(*) FROM event WHERE verb = 'moderation.bulk.undo'`); n != 1 {
			t.Errorf("%d events of undoing", n)
		}
	})
}

// latest is the newest decision on a comment.
func (w *world) latest(comment int64) (id int64) {
	w.Helper()
	return w.number(`SELECT id FROM moderation_decision WHERE comment_id = $1 ORDER BY id DESC LIMIT 1`, comment)
}

// once has two people do the same at once: one of them does, the other is told that it is done.
func (w *world) once(do func(identity.Actor) error) {
	w.Helper()
	var wait sync.WaitGroup
	faults := make([]error, 2)
	for i, a := range []identity.Actor{w.moderator, w.admin} {
		wait.Go(func() { faults[i] = do(a) })
	}
	wait.Wait()
	if faults[0] != nil {
		slices.Reverse(faults)
	}
	w.ok(faults[0])
	w.kind(faults[1], fault.Conflict)
}

func TestBulkUndoneBeforeItBegan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, w := context.Background(), begin(t, d)
		jobs := job.NewRunner(d)
		w.s.Work(jobs)
		w.spam(w.author.ID, "", "Compra jabón", 5)
		found, err := w.s.BulkDry(ctx, w.moderator, soap)
		w.ok(err)
		b, err := w.s.Bulk(ctx, w.moderator, soap, found.Seal(), Ruling{Reason: Reason{Spam, "Soap"}})
		w.ok(err)
		w.ok(w.s.UndoBulk(ctx, w.admin, b.ID, Reason{Text: "Not yet"}))
		w.work(jobs)
		b, _, err = w.s.OneBulk(ctx, w.moderator, b.ID)
		w.ok(err)
		if n := w.number(hiddenComments); n != 0 || b.Skipped != 5 || b.Working() {
			t.Errorf("%d are hidden; %+v", n, b)
		}
	})
}
