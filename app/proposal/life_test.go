package proposal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

// administrator is somebody who may set kinds.
func (w *world) administrator() identity.Actor {
	w.Helper()
	a := w.person("Ada", identity.Identified)
	a.Grants = []identity.Grant{{Role: identity.Administrator}}
	a.Session.FactorAt = w.clock.Now()
	return a
}

// kind stores a new kind of proposals.
func (w *world) kind(k proposal.Class) proposal.Class {
	w.Helper()
	k, err := w.s.SaveClass(context.Background(), w.administrator(), k, []string{"es", "en"})
	w.ok(err)
	return k
}

// works is a kind that asks for much.
func works() proposal.Class {
	return proposal.Class{Names: map[string]string{"es": "Obra"}, Happens: map[string]string{"es": "El cabildo la vota."},
		Rules: proposal.Rules{Threshold: 2, Period: 10, AnswerDays: 5}, Level: identity.Identified,
		Asks: []proposal.Ask{{Key: "calle", Labels: map[string]string{"es": "Calle"}, Form: proposal.Short, Required: true}}}
}

// written is a draft of a kind that is fit to be handed in.
func (w *world) written(a identity.Actor, kind, title string) thing.ID {
	w.Helper()
	p, err := w.s.Begin(context.Background(), a, kind, "es", title)
	w.ok(err)
	_, err = w.s.Save(context.Background(), a, p.ID, proposal.Writing{Summary: text("Un resumen."), Body: text("Porque sí."), Whole: true})
	w.ok(err)
	w.do(func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE proposal SET fields = '[{"key":"calle","label":"Calle","value":"Hidalgo"}]' WHERE id = $1`, p.ID)
		return err
	})
	return p.ID
}

func TestRulesOfAKindAreFrozenWhenItIsPublished(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, low, sure := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Identified)
		_, err := w.s.SaveClass(ctx, ana, works(), []string{"es"})
		w.refused(err, fault.Forbidden)
		k := w.kind(works())
		p, err := w.s.Begin(ctx, ana, k.Key, "es", "Banqueta en la calle Hidalgo")
		w.ok(err)
		_, err = w.s.Save(ctx, ana, p.ID, proposal.Writing{Summary: text("Un resumen."), Body: text("Porque sí.")})
		w.ok(err)
		_, err = w.s.Publish(ctx, ana, p.ID)
		if w.refused(err, fault.Invalid); fault.Of(err).Fields["field-calle"].Key != "proposal.field.empty" {
			t.Fatalf("what its kind asks for may be left out: %v", fault.Of(err).Fields)
		}
		p, err = w.s.Publish(ctx, ana, w.written(ana, k.Key, "Banqueta en la calle Hidalgo"))
		w.ok(err)
		k.Rules, k.Happens, k.Level = proposal.Rules{Threshold: 50, AnswerDays: 90}, nil, identity.Reachable
		w.kindAgain(k)
		got := w.get(p.ID)
		if got.Threshold != 2 || got.AnswerDays != 5 || !got.ClosesAt.Equal(w.clock.Now().AddDate(0, 0, 10)) || got.Happens != "El cabildo la vota." || got.Level != identity.Identified {
			t.Fatalf("the rules of the day are %+v", got)
		}
		_, err = w.s.Support(ctx, low, p.ID)
		w.refused(err, fault.Forbidden)
		_, err = w.s.Support(ctx, sure, p.ID)
		w.ok(err)
		w.ok(w.s.RetireClass(ctx, w.administrator(), k.Key, false))
		_, err = w.s.Begin(ctx, ana, k.Key, "es", "Otra banqueta más allá")
		w.refused(err, fault.Closed)
		w.refused(w.s.RetireClass(ctx, w.administrator(), proposal.UsualKey, false), fault.Conflict)
	})
}

func (w *world) kindAgain(k proposal.Class) {
	w.Helper()
	_, err := w.s.SaveClass(context.Background(), w.administrator(), k, []string{"es", "en"})
	w.ok(err)
}

func TestSponsorsStandBehindItFirst(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		k := works()
		k.Sponsors = 5
		k = w.kind(k)
		ana, low := w.person("Ana", identity.Identified), w.person("Eva", identity.Reachable)
		id := w.written(ana, k.Key, "Banqueta en la calle Hidalgo")
		p, err := w.s.Publish(ctx, ana, id)
		w.ok(err)
		if p.StageAt(w.clock.Now()) != proposal.Sponsoring || p.Invite == "" || p.Visible(w.clock.Now()) {
			t.Fatalf("stands at %s, invites by %q", p.StageAt(w.clock.Now()), p.Invite)
		}
		_, err = w.s.Save(ctx, ana, id, proposal.Writing{Title: text("Otro título muy distinto")})
		w.refused(err, fault.Closed)
		_, err = w.s.Publish(ctx, ana, id)
		w.refused(err, fault.Closed)
		for _, c := range []struct {
			a      identity.Actor
			invite string
			kind   fault.Kind
		}{{identity.Actor{}, p.Invite, fault.SignIn}, {ana, p.Invite, fault.Forbidden}, {low, p.Invite, fault.Forbidden}, {low, "", fault.NotFound}, {low, "x", fault.NotFound}} {
			_, err := w.s.Sponsor(ctx, c.a, c.invite)
			w.refused(err, c.kind)
		}
		var people []identity.Actor
		for i := range 8 {
			people = append(people, w.person(fmt.Sprint("Vecina ", i), identity.Identified))
		}
		for range 2 { // twice is once
			_, err = w.s.Sponsor(ctx, people[0], p.Invite)
			w.ok(err)
		}
		_, err = w.s.Recall(ctx, low, id)
		w.refused(err, fault.NotFound)
		_, err = w.s.Recall(ctx, ana, id)
		w.ok(err)
		_, err = w.s.Sponsor(ctx, people[0], p.Invite)
		w.refused(err, fault.Closed)
		_, err = w.s.Publish(ctx, ana, id)
		w.ok(err)
		var all sync.WaitGroup
		for _, a := range people {
			all.Go(func() {
				if _, err := w.s.Sponsor(ctx, a, p.Invite); err != nil && !fault.Is(err, fault.Closed) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var sponsors []identity.ID
		var published int
		w.do(func(tx *db.Tx) (err error) {
			if sponsors, err = proposal.Sponsors(tx, id); err != nil {
				return err
			}
			published, err = db.One(tx, db.Value[int], `SELECT count(*) FROM event WHERE verb = 'proposal.publish' AND thing_id = $1`, id)
			return err
		})
		if got := w.get(id); got.StageAt(w.clock.Now()) != proposal.Collecting || len(sponsors) != 5 || published != 1 || got.Supports != 0 {
			t.Fatalf("stands at %s with %d sponsors, published %d times", got.StageAt(w.clock.Now()), len(sponsors), published)
		}
	})
}

func TestAModeratorReadsWhatIsHandedIn(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		k := works()
		k.Checked = true
		k = w.kind(k)
		ana, moderator := w.person("Ana", identity.Reachable), w.person("Mo", identity.Reachable)
		id := w.written(ana, k.Key, "Banqueta en la calle Hidalgo")
		p, err := w.s.Publish(ctx, ana, id)
		w.ok(err)
		if p.State != thing.Checking || p.Slug != "banqueta-en-la-calle-hidalgo" || p.Listed(w.clock.Now()) {
			t.Fatalf("handed in as %s at %s", p.State, p.Slug)
		}
		say := func(verb, note string) {
			w.do(func(tx *db.Tx) error { return thing.Record(tx, moderator.ID, verb, id, note) })
		}
		say("thing.return", "Quita los teléfonos.")
		if p = w.get(id); p.StageAt(w.clock.Now()) != proposal.Draft || p.Returned != "Quita los teléfonos." {
			t.Fatalf("given back as %s, because %q", p.StageAt(w.clock.Now()), p.Returned)
		}
		say("thing.pass", "")
		if p = w.get(id); p.State != thing.Draft {
			t.Fatal("a draft was let through")
		}
		_, err = w.s.Save(ctx, ana, id, proposal.Writing{Body: text("Sin teléfonos.")})
		w.ok(err)
		k.Checked = false // what was sent back is read again, whatever the kind says now
		w.kindAgain(k)
		p, err = w.s.Publish(ctx, ana, id)
		w.ok(err)
		if p.State != thing.Checking || p.Returned != "" {
			t.Fatalf("handed in again as %s", p.State)
		}
		w.clock.Advance(time.Hour)
		say("thing.pass", "")
		if p = w.get(id); p.StageAt(w.clock.Now()) != proposal.Collecting || !p.PublishedAt.Equal(w.clock.Now()) || p.Threshold != 2 || p.Version != 1 {
			t.Fatalf("let through as %+v", p)
		}
		say("thing.return", "tarde")
		if w.get(id).State != thing.Published {
			t.Fatal("what is published was taken back to its draft")
		}
	})
}

func TestAScreenHoldsWhatItDoubts(t *testing.T) {
	each(t, func(w *world) {
		asked := ""
		w.s.Screen(func(_ *db.Tx, _ identity.Actor, _ thing.Thing, words string) (bool, error) {
			asked = words
			return true, nil
		})
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		if p.State != thing.Checking || asked != "Sombra en las paradas\n\nUn resumen.\n\nPorque **sí**." {
			t.Fatalf("%s after %q", p.State, asked)
		}
	})
}

func TestWhatIsDecidedTakesNoSupport(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		eva, luz := w.person("Eva", identity.Resident), w.person("Luz", identity.Reachable)
		focal, _ := w.focal("Luis")
		answer := func(v talk.Verdict, correction string) {
			_, err := w.talk.AnswerOfficially(ctx, focal, talk.Answer{Thing: p.ID, Verdict: v, Lang: "es", Body: "Porque así es.", Correction: correction})
			w.ok(err)
		}
		_, err := w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		answer(talk.Review, "")
		_, err = w.s.Support(ctx, luz, p.ID)
		w.ok(err)
		answer(talk.Rejected, "")
		_, err = w.s.Support(ctx, w.person("Sol", identity.Reachable), p.ID)
		w.refused(err, fault.Closed)
		_, err = w.s.Unsupport(ctx, luz, p.ID)
		w.refused(err, fault.Closed)
		if got := w.get(p.ID); got.Supports != 2 || got.Residents != 1 || !got.AnsweredAt.Equal(w.clock.Now()) {
			t.Fatalf("%d supports, %d residents, answered %s", got.Supports, got.Residents, got.AnsweredAt)
		}
		answer(talk.Review, "Se vuelve a estudiar.")
		if _, err = w.s.Unsupport(ctx, eva, p.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.get(p.ID); got.Supports != 1 || got.Residents != 0 {
			t.Fatalf("%d supports, %d residents", got.Supports, got.Residents)
		}
	})
}

// A support that was found invalid stays where it is, so that nobody gives it anew; its person's
// account takes it along when it goes, and no count is touched twice.
func TestAnInvalidSupportIsNotGivenAnew(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		p := w.publish(w.person("Ana", identity.Reachable), "Sombra en las paradas")
		eva := w.person("Eva", identity.Resident)
		_, err := w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		w.do(func(tx *db.Tx) error {
			for _, q := range []string{`UPDATE support SET batch_id = 7 WHERE thing_id = $1`, `UPDATE thing SET supports = 0 WHERE id = $1`,
				`UPDATE proposal SET residents = 0, voided = 1 WHERE id = $1`} {
				if _, err := tx.Exec(q, p.ID); err != nil {
					return err
				}
			}
			return nil
		})
		_, err = w.s.Unsupport(ctx, eva, p.ID)
		w.refused(err, fault.Closed)
		_, err = w.s.Support(ctx, eva, p.ID)
		w.ok(err)
		if got := w.get(p.ID); got.Supports != 0 || got.Residents != 0 || got.Voided != 1 {
			t.Fatalf("%d supports, %d residents, %d invalid", got.Supports, got.Residents, got.Voided)
		}
		w.do(func(tx *db.Tx) error {
			if err := proposal.TakeBack(tx, eva.ID); err != nil {
				return err
			}
			return thing.TakeBack(tx, eva.ID)
		})
		if got := w.get(p.ID); got.Supports != 0 || got.Residents != 0 || got.Voided != 0 {
			t.Fatalf("%d supports, %d residents, %d invalid", got.Supports, got.Residents, got.Voided)
		}
	})
}
