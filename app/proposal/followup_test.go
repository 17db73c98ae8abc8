package proposal_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

func TestWhatWasPromisedIsFollowedUp(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		var err error
		w.s.Files, err = media.NewService(w.db, t.TempDir())
		w.ok(err)
		ana := w.person("Ana", identity.Reachable)
		focal, agency := w.focal("Luis")
		other, _ := w.focal("Rosa")
		p := w.publish(ana, "Sombra en las paradas")
		_, err = w.s.Assign(ctx, focal, p.ID, agency)
		w.ok(err)
		tell := func(a identity.Actor, state proposal.Progress, files ...media.Upload) error {
			_, err := w.s.FollowUp(ctx, a, p.ID, proposal.FollowUp{State: state, Body: "Van **tres** de ocho.", Lang: "es"}, files)
			return err
		}
		w.refused(tell(focal, proposal.Underway), fault.Closed) // nothing is promised yet
		due := w.clock.Now().Add(48 * time.Hour)
		_, err = w.talk.AnswerOfficially(ctx, focal, talk.Answer{Thing: p.ID, Verdict: talk.Accepted, Lang: "es", Body: "Sí.", DueAt: due})
		w.ok(err)
		w.refused(tell(ana, proposal.Underway), fault.Forbidden)
		w.refused(tell(other, proposal.Underway), fault.Forbidden)
		w.refused(tell(identity.Actor{}, proposal.Underway), fault.SignIn)
		w.refused(tell(focal, "almost"), fault.Invalid)
		w.refused(tell(focal, proposal.Underway, upload("virus.exe", "MZ\x90\x00")), fault.Invalid)
		w.ok(tell(focal, proposal.Underway, upload("acta.txt", "Se plantaron tres.\n")))
		w.clock.Set(due.Add(25 * time.Hour))
		if got := w.get(p.ID); got.StageAt(w.clock.Now()) != proposal.Accepted || got.DaysOverdue(w.clock.Now()) != 1 {
			t.Fatalf("%s, %d days late", got.StageAt(w.clock.Now()), got.DaysOverdue(w.clock.Now()))
		}
		w.ok(tell(focal, proposal.Delayed))
		w.clock.Advance(time.Hour)
		w.ok(tell(focal, proposal.Finished))
		if got := w.get(p.ID); got.StageAt(w.clock.Now()) != proposal.Done || !got.CarriedOutAt.Equal(w.clock.Now()) || got.DaysOverdue(w.clock.Now()) != 0 {
			t.Fatalf("%s since %s", got.StageAt(w.clock.Now()), got.CarriedOutAt)
		}
		w.ok(tell(focal, proposal.Delayed)) // it was not done after all
		var all []proposal.FollowUp
		var files []media.File
		var told []string
		w.do(func(tx *db.Tx) (err error) {
			if all, err = proposal.FollowUps(tx, p.ID); err != nil {
				return err
			}
			if files, err = media.Of(tx, p.ID, all[len(all)-1].Use()); err != nil {
				return err
			}
			events, err := thing.Events(tx, p.ID, 0, 4)
			told = nil
			for _, e := range events {
				told = append(told, e.Verb)
			}
			return err
		})
		if got := w.get(p.ID); got.StageAt(w.clock.Now()) != proposal.Accepted || len(all) != 4 || all[0].State != proposal.Delayed || all[0].Agency != agency ||
			len(files) != 1 || files[0].Name != "acta.txt" || told[1] != "proposal.fulfil" || told[0] != "proposal.progress" {
			t.Fatalf("%s after %+v with %v, told as %v", got.StageAt(w.clock.Now()), all, files, told)
		}
	})
}

func upload(name, data string) media.Upload {
	return media.Upload{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(data))), nil }}
}
