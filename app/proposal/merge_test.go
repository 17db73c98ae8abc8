package proposal_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/thing"
)

func TestMergingAsksTheSupporters(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, luis, eva, luz := w.person("Ana", identity.Reachable), w.person("Luis", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		w.rules.Threshold = 50
		from, into := w.publish(ana, "Sombra en las paradas"), w.publish(luis, "Árboles en las paradas")
		for _, a := range []identity.Actor{eva, luz} {
			_, err := w.s.Support(ctx, a, from.ID)
			w.ok(err)
		}
		merge := func(a identity.Actor, into thing.ID, reason string) error {
			_, _, err := w.s.Merge(ctx, a, from.ID, into, reason)
			return err
		}
		w.refused(merge(luis, into.ID, "lo mismo"), fault.Forbidden)
		w.refused(merge(ana, from.ID, "lo mismo"), fault.Invalid)
		w.refused(merge(ana, 0, "lo mismo"), fault.Invalid)
		w.refused(merge(ana, into.ID, " "), fault.Invalid)
		draft, err := w.s.Begin(ctx, luis, "", "es", "Un borrador ajeno")
		w.ok(err)
		w.refused(merge(ana, draft.ID, "lo mismo"), fault.Invalid)
		_, err = w.s.Carry(ctx, eva, from.ID)
		w.refused(err, fault.NotFound) // nothing was retired
		w.ok(merge(ana, into.ID, "Piden lo mismo."))
		w.refused(merge(ana, into.ID, "otra vez"), fault.Closed)
		if got := w.get(from.ID); !got.Retired() || got.Successor != into.ID || got.WithdrawalCode != proposal.Merged || got.Withdrawal != "Piden lo mismo." || got.Supports != 2 {
			t.Fatalf("retired as %+v", got)
		}
		if got := w.get(into.ID); got.Supports != 0 {
			t.Fatal("support moved without consent")
		}

		// one carries over, twenty times at once; the other says nothing
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := w.s.Carry(ctx, eva, from.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, err = w.s.Carry(ctx, w.person("Rosa", identity.Reachable), from.ID) // who did not support it carries nothing
		w.ok(err)
		if a, b := w.get(from.ID).Supports, w.get(into.ID).Supports; a != 1 || b != 1 {
			t.Fatalf("%d stayed and %d came over", a, b)
		}
		var came []proposal.Ancestor
		var left []proposal.Proposal
		w.do(func(tx *db.Tx) (err error) {
			if left, err = proposal.Orphaned(tx, luz.ID); err != nil {
				return err
			}
			came, err = proposal.Ancestors(tx, into.ID)
			return err
		})
		if len(came) != 1 || came[0].ID != from.ID || came[0].Carried != 1 || came[0].Left != 1 || len(left) != 1 {
			t.Fatalf("%+v, asks about %d", came, len(left))
		}
		_, err = w.s.Drop(ctx, luz, into.ID)
		w.refused(err, fault.NotFound)
		_, err = w.s.Drop(ctx, luz, from.ID)
		w.ok(err)
		if a, b := w.get(from.ID).Supports, w.get(into.ID).Supports; a != 0 || b != 1 {
			t.Fatalf("%d stayed and %d came over", a, b)
		}
	})
}

// A support carried to a proposal that is retired itself goes on to the last; whoever supports that
// already supports it once.
func TestCarryingFollowsTheChain(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		ana, eva, luz := w.person("Ana", identity.Reachable), w.person("Eva", identity.Reachable), w.person("Luz", identity.Reachable)
		w.rules.Threshold = 2
		a, b, c := w.publish(ana, "Sombra en las paradas"), w.publish(ana, "Árboles en las paradas"), w.publish(ana, "Techos en las paradas")
		for _, one := range []struct {
			who identity.Actor
			of  proposal.Proposal
		}{{eva, a}, {eva, c}, {luz, a}} {
			_, err := w.s.Support(ctx, one.who, one.of.ID)
			w.ok(err)
		}
		_, _, err := w.s.Merge(ctx, ana, a.ID, b.ID, "lo mismo")
		w.ok(err)
		_, _, err = w.s.Merge(ctx, ana, b.ID, c.ID, "lo mismo")
		w.ok(err)
		_, _, err = w.s.Merge(ctx, ana, c.ID, a.ID, "en círculo")
		w.refused(err, fault.Invalid)
		for _, who := range []identity.Actor{eva, luz} {
			to, err := w.s.Carry(ctx, who, a.ID)
			w.ok(err)
			if to.ID != c.ID {
				t.Fatalf("carried to %q", to.Title)
			}
		}
		got := w.get(c.ID)
		if w.get(a.ID).Supports != 0 || got.Supports != 2 || got.ReachedAt.IsZero() {
			t.Fatalf("%d supports, reached %s", got.Supports, got.ReachedAt)
		}
		var came []proposal.Ancestor
		w.do(func(tx *db.Tx) (err error) { came, err = proposal.Ancestors(tx, c.ID); return err })
		carried := map[thing.ID]int64{}
		for _, one := range came {
			carried[one.ID] = one.Carried
		}
		if len(came) != 2 || carried[a.ID] != 1 { // Eva supported it already
			t.Fatalf("%+v", came)
		}
	})
}

// Two proposals that are retired in favour of each other at the same instant: one of them stays.
func TestMergingIntoEachOther(t *testing.T) {
	each(t, func(w *world) {
		ana := w.person("Ana", identity.Reachable)
		a, b := w.publish(ana, "Sombra en las paradas"), w.publish(ana, "Árboles en las paradas")
		var all sync.WaitGroup
		for _, pair := range [][2]thing.ID{{a.ID, b.ID}, {b.ID, a.ID}} {
			all.Go(func() {
				if _, _, err := w.s.Merge(context.Background(), ana, pair[0], pair[1], "lo mismo"); err != nil && !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if w.get(a.ID).Retired() == w.get(b.ID).Retired() {
			t.Fatal("both or neither are retired")
		}
	})
}

func FuzzSlugIn(f *testing.F) {
	for _, s := range []string{"", "sombra-en-las-paradas", " https://pueblo.example/proposals/sombra-en-las-paradas?lang=en#c12 ", "/proposals/a/versions",
		"https://pueblo.example/", "%zz", "//evil.example/x", "proposals/", "Á", "javascript:alert(1)", "/proposals/../admin"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := proposal.SlugIn(s)
		if strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasPrefix(got, "-") {
			t.Errorf("%q of %q", got, s)
		}
		if again := proposal.SlugIn("https://pueblo.example/proposals/" + got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	})
}

func TestSlugsInAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"sombra-en-las-paradas": "sombra-en-las-paradas", " https://pueblo.example/proposals/Sombra?lang=en#c1 ": "sombra",
		"/proposals/sombra/versions": "sombra", "pueblo.example/proposals/sombra": "sombra", "https://pueblo.example/votes/sombra": "",
		"": "", "draft.12": "",
	} {
		if got := proposal.SlugIn(address); got != want {
			t.Errorf("%q: %q, not %q", address, got, want)
		}
	}
}
