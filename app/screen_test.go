package app

import (
	"context"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// A public proposal that is changed into what would have been held stays public, since people have
// supported it, and waits for a moderator with the reason; a harmless change troubles nobody.
func TestEditsAreScreened(t *testing.T) {
	onEach(t, func(t *testing.T, o Options) {
		ctx := context.Background()
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		o.Now = func() time.Time { return now }
		a, err := Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		s := a.Server
		var p proposal.Proposal
		author := identity.Actor{Level: identity.Reachable}
		if err := a.DB.Read(ctx, func(tx *db.Tx) error {
			q := thing.Query{Kind: proposal.Kind, Now: tx.Now, Sort: thing.Newest, Limit: 1}
			proposal.In(&q, proposal.Collecting)
			all, _, err := proposal.List(tx, q)
			if err != nil {
				return err
			}
			p, err = proposal.Get(tx, all[0].ID)
			author.ID = p.Author
			return err
		}); err != nil {
			t.Fatal(err)
		}
		admin := identity.Actor{ID: author.ID, Level: identity.Reachable, Grants: []identity.Grant{{Role: identity.Administrator}},
			Session: identity.Session{FactorAt: now, ConfirmedAt: now}}
		if err := s.Screen.Change(ctx, admin, moderation.Screening{Links: -1, Words: []string{"crédito fácil"}}); err != nil {
			t.Fatal(err)
		}
		waiting := func() int64 {
			return countRows(t, a, `SELECT count(*) FROM moderation_case WHERE closed_at IS NULL AND kind = 'report' AND why = 'words' AND thing_id = $1`, p.ID)
		}
		edit := func(body string) {
			t.Helper()
			r := proposal.Revision{Words: proposal.Words{Title: p.Title, Summary: p.Summary, Body: body}, Seen: p.Version, Note: "Se entiende mejor."}
			if p, err = s.Proposals.Edit(ctx, author, p.ID, r); err != nil {
				t.Fatal(err)
			}
		}
		edit(p.Body + "\n\nCon una banca a la sombra.")
		if n := waiting(); n != 0 {
			t.Errorf("%d cases of a harmless change", n)
		}
		edit(p.Body + "\n\nPide tu CREDITO, fácil.")
		edit(p.Body + "\n\nUn crédito fácil de verdad.")
		if n := waiting(); n != 1 {
			t.Errorf("%d cases of a noticed change", n)
		}
		if p.State != thing.Published || !p.HiddenAt.IsZero() {
			t.Errorf("the proposal is %s, hidden at %s", p.State, p.HiddenAt)
		}
	})
}
