package proposal_test

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// count is a number that a query finds.
func (w *world) count(query string, args ...any) (n int64) {
	w.Helper()
	w.do(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return err })
	return n
}

// invited has an author make a link, and somebody accept it.
func (w *world) invited(author, other identity.Actor, id thing.ID) {
	w.Helper()
	token, err := w.s.Invite(context.Background(), author, id, "", "es")
	w.ok(err)
	_, err = w.s.Join(context.Background(), other, token)
	w.ok(err)
}

func TestACoauthorWritesWithTheAuthor(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva, luz := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		p, err := w.s.Begin(ctx, ana, "", "es", "Sombra en las paradas")
		w.ok(err)
		_, err = w.s.Invite(ctx, luz, p.ID, "", "es")
		w.refused(err, fault.NotFound) // a draft is nobody else's
		w.invited(ana, eva, p.ID)
		_, err = w.s.Save(ctx, eva, p.ID, proposal.Writing{Summary: text("De Eva."), Body: text("También de Eva.")})
		w.ok(err)
		if got, err := w.s.Draft(ctx, eva, p.ID); err != nil || got.Summary != "De Eva." {
			t.Fatalf("reads %q (%v)", got.Summary, err)
		}
		_, err = w.s.Draft(ctx, luz, p.ID)
		w.refused(err, fault.NotFound)
		_, err = w.s.Publish(ctx, eva, p.ID)
		w.refused(err, fault.Forbidden)
		w.refused(w.s.Discard(ctx, eva, p.ID), fault.Forbidden)
		_, err = w.s.Invite(ctx, eva, p.ID, "", "es")
		w.refused(err, fault.Forbidden)
		_, err = w.s.Publish(ctx, ana, p.ID)
		w.ok(err)

		next := proposal.Revision{Words: proposal.Words{Title: "Sombra en todas las paradas", Summary: "s", Body: "b"}, Seen: 1, Note: "todas"}
		_, err = w.s.Edit(ctx, luz, p.ID, next)
		w.refused(err, fault.Forbidden)
		_, err = w.s.Edit(ctx, eva, p.ID, next)
		w.ok(err)
		_, err = w.s.Withdraw(ctx, eva, p.ID, proposal.Leaving{Code: proposal.AlreadyHad})
		w.refused(err, fault.Forbidden)
		if n := w.count(`SELECT count(*) FROM follow WHERE thing_id = $1 AND person_id = $2`, p.ID, eva.ID); n != 1 {
			t.Error("a co-author does not follow what they write")
		}
		w.refused(w.s.Part(ctx, eva, p.ID, eva.ID), fault.Forbidden)
		w.refused(w.s.Leave(ctx, luz, p.ID), fault.NotFound)
		w.ok(w.s.Leave(ctx, eva, p.ID))
		next.Seen, next.Title = 2, "Sombra en algunas paradas"
		_, err = w.s.Edit(ctx, eva, p.ID, next)
		w.refused(err, fault.Forbidden)
		w.invited(ana, eva, p.ID)
		w.ok(w.s.Part(ctx, ana, p.ID, eva.ID))
		w.ok(w.s.Part(ctx, ana, p.ID, eva.ID)) // who is none is none
		_, err = w.s.Edit(ctx, eva, p.ID, next)
		w.refused(err, fault.Forbidden)
	})
}

func TestAnInvitationServesOnce(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva, luz := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		token, err := w.s.Invite(ctx, ana, p.ID, " Eva@pueblo.example ", "es")
		w.ok(err)
		_, err = w.s.Invite(ctx, ana, p.ID, "nadie", "es")
		w.refused(err, fault.Invalid)
		_, err = w.s.Join(ctx, identity.Actor{}, token)
		w.refused(err, fault.SignIn)
		_, err = w.s.Join(ctx, w.person("Sin correo", identity.Unknown), token)
		w.refused(err, fault.Forbidden)
		_, err = w.s.Join(ctx, ana, token)
		w.refused(err, fault.Conflict)
		_, err = w.s.Join(ctx, eva, strings.ToLower(token))
		w.refused(err, fault.Gone)

		// many take it at once: one has it
		var all sync.WaitGroup
		var joined, gone sync.Map
		for i := range 8 {
			a := w.person(fmt.Sprint("Vecina ", i), identity.Reachable)
			all.Go(func() {
				_, err := w.s.Join(ctx, a, token)
				switch {
				case err == nil:
					joined.Store(a.ID, true)
				case fault.Is(err, fault.Gone):
					gone.Store(a.ID, true)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		size := func(m *sync.Map) (n int) { m.Range(func(any, any) bool { n++; return true }); return n }
		if size(&joined) != 1 || size(&gone) != 7 || w.count(`SELECT count(*) FROM coauthor`) != 1 {
			t.Fatalf("%d joined, %d came too late", size(&joined), size(&gone))
		}

		// cancelled, and waited too long
		token, err = w.s.Invite(ctx, ana, p.ID, "", "es")
		w.ok(err)
		i, shown, err := w.s.Invited(ctx, token)
		if err != nil || shown.ID != p.ID || i.By != ana.ID {
			t.Fatalf("%+v (%v)", i, err)
		}
		w.refused(w.s.Uninvite(ctx, luz, p.ID, i.ID), fault.Forbidden)
		w.ok(w.s.Uninvite(ctx, ana, p.ID, i.ID))
		w.ok(w.s.Uninvite(ctx, ana, p.ID, i.ID))
		_, err = w.s.Join(ctx, luz, token)
		w.refused(err, fault.Gone)
		token, err = w.s.Invite(ctx, ana, p.ID, "", "es")
		w.ok(err)
		w.clock.Advance(proposal.InvitationFor)
		_, err = w.s.Join(ctx, luz, token)
		w.refused(err, fault.Gone)
	})
}

func TestInvitationsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana := w.person("Ana", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		var refused error
		sent := 0
		for range 50 {
			if _, refused = w.s.Invite(ctx, ana, p.ID, "", "es"); refused != nil {
				break
			}
			sent++
		}
		w.refused(refused, fault.TooMany)
		if sent != proposal.CoauthorsMost {
			t.Errorf("%d invitations at once", sent)
		}
	})
}

func TestSupportersOfAnEarlierTextAreAsked(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		_, err := w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		seen := func() (version int64, asked int) {
			w.do(func(tx *db.Tx) (err error) {
				if version, err = proposal.SupportedVersion(tx, p.ID, eva.ID); err != nil {
					return err
				}
				all, err := proposal.Changed(tx, eva.ID)
				asked = len(all)
				return err
			})
			return version, asked
		}
		edit := func(version int64, body string, spelling bool) {
			_, err := w.s.Edit(ctx, ana, p.ID, proposal.Revision{Words: proposal.Words{Title: p.Title, Summary: "s", Body: body}, Seen: version, Note: "n", Spelling: spelling})
			w.ok(err)
		}
		edit(1, "Con acentos.", true)
		if v, asked := seen(); v != 1 || asked != 0 {
			t.Fatalf("after spelling: version %d, asked %d times", v, asked)
		}
		edit(2, "Otra cosa.", false)
		edit(3, "Otra cosa, con acentos.", true)
		if v, asked := seen(); v != 1 || asked != 1 {
			t.Fatalf("after substance: version %d, asked %d times", v, asked)
		}
		_, err = w.s.KeepSupport(ctx, eva, p.ID, 99) // never beyond the text there is
		w.ok(err)
		_, err = w.s.KeepSupport(ctx, eva, p.ID, 1)
		w.ok(err)
		if v, asked := seen(); v != 4 || asked != 0 {
			t.Fatalf("kept: version %d, asked %d times", v, asked)
		}
		if n := w.count(`SELECT count(*) FROM event WHERE verb = 'support.keep'`); n != 1 {
			t.Errorf("%d events of one answer", n)
		}
		_, err = w.s.KeepSupport(ctx, ana, p.ID, 4)
		w.ok(err)
		if got := w.get(p.ID); got.Supports != 1 {
			t.Errorf("%d supports: keeping is not giving", got.Supports)
		}
	})
}

// Two who write a draft do not write over each other; one may, and other parts are another matter.
func TestWritersOfADraftDoNotMeet(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p, err := w.s.Begin(ctx, ana, "", "es", "Sombra en las paradas")
		w.ok(err)
		save := func(a identity.Actor, part, seen, body string) (proposal.Proposal, error) {
			wr := proposal.Writing{Part: part, Seen: seen}
			if part == "title" {
				wr.Title = &body
			} else {
				wr.Body = &body
			}
			return w.s.Save(ctx, a, p.ID, wr)
		}
		first := p.Mark("text")
		_, err = save(ana, "text", first, "Uno.")
		w.ok(err)
		_, err = save(ana, "text", first, "Uno y dos.") // alone, two windows of one's own
		w.ok(err)
		w.invited(ana, eva, p.ID)
		begun, err := w.s.Draft(ctx, eva, p.ID)
		w.ok(err)
		seen := begun.Mark("text")
		_, err = save(eva, "text", seen, "De Eva.")
		w.ok(err)
		_, err = save(eva, "text", seen, "De Eva, guardado otra vez.") // as it is saved while she types
		w.ok(err)
		_, err = save(ana, "text", seen, "Sin haber leído a Eva.")
		w.refused(err, fault.Conflict)
		_, err = save(ana, "title", begun.Mark("title"), "Sombra en todas las paradas")
		w.ok(err)
		now, err := w.s.Draft(ctx, ana, p.ID)
		w.ok(err)
		if now.Body != "De Eva, guardado otra vez." {
			t.Fatalf("says %q", now.Body)
		}
		_, err = save(ana, "text", now.Mark("text"), "De las dos.")
		w.ok(err)
		_, err = save(eva, "text", seen, "De Eva, sin leer a Ana.")
		w.refused(err, fault.Conflict)
		if now.Mark("place") != "" || now.Mark("details") == now.Mark("text") {
			t.Error("marks of parts that have none, or the same of different ones")
		}
		w.ok(w.s.Discard(ctx, ana, p.ID))
	})
}

// Several writers change one text at once: one of them is told that it changed meanwhile.
func TestOneEditAtATime(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		w.invited(ana, eva, p.ID)
		var all sync.WaitGroup
		var mu sync.Mutex
		var took, late int
		for i := range 20 {
			a := []identity.Actor{ana, eva}[i%2]
			all.Go(func() {
				_, err := w.s.Edit(ctx, a, p.ID, proposal.Revision{Words: proposal.Words{Title: p.Title, Summary: "s", Body: fmt.Sprint("Texto ", i)}, Seen: 1, Note: "n"})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					took++
				case fault.Is(err, fault.Conflict):
					late++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.count(`SELECT count(*) FROM proposal_version WHERE proposal_id = $1`, p.ID); took != 1 || late != 19 || n != 2 || w.get(p.ID).Version != 2 {
			t.Fatalf("%d took effect, %d came late, %d texts", took, late, n)
		}
	})
}

func TestFilesOfADraft(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		files, err := media.NewService(w.db, t.TempDir())
		w.ok(err)
		w.s.Files = files
		ana, eva, luz := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		p, err := w.s.Begin(ctx, ana, "", "es", "Sombra en las paradas")
		w.ok(err)
		w.invited(ana, eva, p.ID)
		var drawn strings.Builder
		w.ok(png.Encode(&drawn, image.NewRGBA(image.Rect(0, 0, 6, 4))))
		picture := func(name string) media.Upload { return media.Bytes(name, "", []byte(drawn.String())) }
		of := func() (all []media.File) {
			w.do(func(tx *db.Tx) (err error) { all, err = media.Of(tx, p.ID, ""); return err })
			return all
		}
		w.refused(w.s.SaveFiles(ctx, luz, p.ID, proposal.FileChanges{Uploads: []media.Upload{picture("x.png")}}), fault.NotFound)
		w.ok(w.s.SaveFiles(ctx, eva, p.ID, proposal.FileChanges{Uploads: []media.Upload{picture("a.png"), picture("b.png")}}))
		have := of()
		if len(have) != 2 || have[0].Person != eva.ID {
			t.Fatalf("%+v", have)
		}
		for _, c := range []struct {
			who  identity.Actor
			want error
		}{{ana, nil}, {eva, nil}, {luz, fault.New(fault.NotFound, "")}} {
			_, _, public, err := files.Open(ctx, c.who, have[0].Storage)
			if fault.Is(err, fault.NotFound) != (c.want != nil) || public {
				t.Errorf("%s opens a draft's picture: %v", c.who.Name, err)
			}
		}
		w.ok(w.s.SaveFiles(ctx, ana, p.ID, proposal.FileChanges{Remove: []int64{have[0].ID}, Alts: map[int64]string{have[1].ID: "La parada"}}))
		if left := of(); len(left) != 1 || left[0].Alt != "La parada" {
			t.Fatalf("%+v", left)
		}
		many := make([]media.Upload, media.CountMost)
		for i := range many {
			many[i] = picture(fmt.Sprint(i, ".png"))
		}
		w.refused(w.s.SaveFiles(ctx, ana, p.ID, proposal.FileChanges{Uploads: many}), fault.Invalid)
		w.ok(w.s.SaveFiles(ctx, ana, p.ID, proposal.FileChanges{Uploads: many, Remove: []int64{have[1].ID}}))
		w.ok(w.s.Discard(ctx, ana, p.ID))
		if len(of()) != 0 {
			t.Error("files outlive their draft")
		}
		_, err = w.s.Draft(ctx, eva, p.ID)
		w.refused(err, fault.NotFound)
		if n := w.count(`SELECT count(*) FROM thing WHERE id = $1 AND (title <> '' OR author_id IS NOT NULL)`, p.ID); n != 0 {
			t.Error("something of a discarded draft stays")
		}
	})
}

// Supports that are stored at once are each of the text that stood at their time.
func TestBackingsKnowTheirText(t *testing.T) {
	each(t, func(w *world) {
		ana, eva, luz := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		p := w.publish(ana, "Sombra en las paradas")
		before := w.clock.Now()
		w.clock.Advance(time.Hour)
		_, err := w.s.Edit(context.Background(), ana, p.ID, proposal.Revision{Words: proposal.Words{Title: p.Title, Summary: "s", Body: "b"}, Seen: 1, Note: "n"})
		w.ok(err)
		w.do(func(tx *db.Tx) error {
			return proposal.InsertBackings(tx, p.ID, []proposal.Backing{{Person: eva.ID, Level: 1, At: before}, {Person: luz.ID, Level: 1, At: w.clock.Now()}})
		})
		for who, want := range map[identity.ID]int64{eva.ID: 1, luz.ID: 2, ana.ID: 0} {
			var got int64
			w.do(func(tx *db.Tx) (err error) { got, err = proposal.SupportedVersion(tx, p.ID, who); return err })
			if got != want {
				t.Errorf("version %d, not %d", got, want)
			}
		}
	})
}

func TestPairs(t *testing.T) {
	all := []proposal.Text{{Version: 4}, {Version: 3}, {Version: 2}, {Version: 1}}
	for _, c := range []struct{ from, to, old, now int64 }{
		{0, 0, 3, 4}, {0, 3, 2, 3}, {1, 4, 1, 4}, {4, 1, 1, 4}, {2, 2, 1, 2}, {9, 9, 3, 4}, {3, 0, 3, 4}, {1, 0, 1, 4}, {0, 1, 3, 4}, {-1, 2, 1, 2},
	} {
		old, now, ok := proposal.Pair(all, c.from, c.to)
		if !ok || old.Version != c.old || now.Version != c.now {
			t.Errorf("from %d to %d: %d and %d", c.from, c.to, old.Version, now.Version)
		}
	}
	if _, _, ok := proposal.Pair(all[3:], 0, 0); ok {
		t.Error("one text is no pair")
	}
}

func TestOutdated(t *testing.T) {
	all := []proposal.Text{{Version: 3}, {Version: 2, Substantial: true}, {Version: 1, Substantial: true}}
	for seen, want := range map[int64]bool{0: true, 1: true, 2: false, 3: false} {
		if proposal.Outdated(all, seen) != want {
			t.Errorf("seen version %d: %v", seen, !want)
		}
	}
}
