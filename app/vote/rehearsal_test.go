package vote

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

func ensayo(_, title string) string { return "Ensayo: " + title }

// rehearse begins a rehearsal of an hour.
func (h *hall) rehearse(v Vote) Vote {
	h.t.Helper()
	id, err := h.Rehearse(context.Background(), h.staff, v.ID, time.Hour, ensayo)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.vote(id)
}

// published is a vote that everybody can read and that has not opened.
func (h *hall) published(plan Vote) Vote {
	h.t.Helper()
	v, err := h.Draft(context.Background(), h.staff, plan)
	if err == nil {
		err = h.Publish(context.Background(), h.staff, v.ID, time.Time{})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return h.vote(v.ID)
}

// rowsOf counts what is stored of one vote in every table that names votes.
func (h *hall) rowsOf(id thing.ID) map[string]int64 {
	h.t.Helper()
	all := map[string]int64{}
	for _, table := range h.tablesOfVotes() {
		if n := h.count(`SELECT count(*) FROM `+table+` WHERE vote_id = $1`, id); n > 0 {
			all[table] = n
		}
	}
	return all
}

// tablesOfVotes are the tables of the schema with a column vote_id.
func (h *hall) tablesOfVotes() (names []string) {
	h.t.Helper()
	query := `SELECT table_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'vote_id' ORDER BY 1 LIMIT 100`
	if h.db.IsSQLite() {
		query = `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'vote_id' WHERE m.type = 'table' ORDER BY 1 LIMIT 100`
	}
	h.write(func(tx *db.Tx) (err error) { names, err = db.All(tx, db.Value[string], query); return err })
	return names
}

// A vote is rehearsed from the ballots to the certificate; then it opens, and nothing is left of the
// rehearsal: no row, no key, no ballot in the ledger.
func TestRehearsal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, ctx := newHall(t, d, clock), context.Background()
		plan := h.plan(chooseOne())
		plan.OpensAt, plan.ClosesAt, plan.Electorate = clock.Now().Add(9*time.Hour), clock.Now().Add(33*time.Hour), 100
		plan.Lot.Source, plan.Questions[0].Ties = Committed, "votes,lot"
		v := h.published(plan)
		if err := h.Translate(ctx, h.staff, v.ID, "en", thing.Words{"title": "The park"}); err != nil {
			t.Fatal(err)
		}
		r := h.rehearse(v)
		if r.Title != "Ensayo: El parque" || r.Rehearses != v.ID || !strings.HasPrefix(r.Slug, "rehearsal-") || r.Origin == v.Origin ||
			string(r.KeyCheck) == string(v.KeyCheck) || r.Lot.SHA256 == v.Lot.SHA256 || !r.WipedAt.Equal(v.OpensAt) {
			t.Errorf("%+v", r)
		}
		if english, err := h.Read(ctx, identity.Actor{}, r.Slug, "en"); err != nil || english.Title != "Ensayo: The park" {
			t.Errorf("%q (%v)", english.Title, err)
		}
		first, second := h.person(identity.Reachable), h.person(identity.Reachable)
		h.cast(first, r, pick("a"))
		h.cast(first, r, pick("b"))
		h.cast(second, r, pick("b"))
		h.cast(h.staff, r, pick("a"))
		if got := h.refusal(first, v, pick("a")); got != "policy.early" {
			t.Errorf("in the vote itself: %q", got)
		}
		h.change(Change{Vote: r.ID, Kind: CloseNow})
		o := h.outcome(r)
		if o.Result.Ballots != 3 || o.Result.Questions[0].Winners[0] != "b" {
			t.Errorf("%+v", o.Result)
		}
		if ok, said := verified(t, h.archive(r), Asked{}); !ok || !strings.Contains(said, "rehearsal") {
			t.Error(said)
		}
		if err := h.Object(ctx, first, r.Slug, "No me parece, por probar que se puede objetar."); err != nil {
			t.Error(err)
		}
		h.rowsAreListed()
		clock.Set(v.OpensAt)
		if _, err := h.Outcome(ctx, r.Slug, ""); fault.Of(err).Key != "thing.missing" {
			t.Errorf("at the opening, before the job: %v", err)
		}
		if got := h.refusal(first, r, pick("a")); got != "thing.missing" {
			t.Errorf("a ballot for what is over: %q", got)
		}
		h.runJobs()
		if left := h.rowsOf(r.ID); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		if n := h.count(`SELECT count(*) FROM vote WHERE id = $1`, r.ID); n != 0 {
			t.Error("the vote is still there")
		}
		if h.keys.keys[keyName(r.ID)] != nil || h.keys.keys[lotName(r.ID)] != nil || h.keys.keys[keyName(v.ID)] == nil {
			t.Error("keys of the rehearsal are left, or the vote's is gone")
		}
		if n := h.count(`SELECT count(*) FROM event WHERE verb = 'vote.wipe' AND thing_id = $1 AND note = '3'`, v.ID); n != 1 {
			t.Error("the trail does not tell how many ballots were wiped")
		}
		h.cast(first, h.vote(v.ID), pick("c"))
		clock.Set(v.ClosesAt)
		if o := h.outcome(v); o.Result.Ballots != 1 || o.Result.Entries != 1 || o.Result.Voided != 0 {
			t.Errorf("the vote itself: %+v", o.Result)
		}
		if ok, said := verified(t, h.archive(v), Asked{}); !ok || strings.Contains(said, "rehearsal") {
			t.Error(said)
		}
	})
}

// rowsAreListed fails when a table names votes and is not among those that are wiped.
func (h *hall) rowsAreListed() {
	h.t.Helper()
	for _, table := range h.tablesOfVotes() {
		if !slices.Contains(ofVote, table) && table != "vote_question" {
			h.t.Errorf("%s is not wiped", table)
		}
	}
}

// Staff try a vote that is not for them; others need what the rules ask for.
func TestStaffTryWhatIsForOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, ctx := newHall(t, d, clock), context.Background()
		plan := h.plan(chooseOne())
		plan.Roll, plan.OpensAt = Roll{Who: Listed}, clock.Now().Add(9*time.Hour)
		v, err := h.Draft(ctx, h.staff, plan)
		if err != nil {
			t.Fatal(err)
		}
		named := h.auditor("Ana Ruiz", "ana@pueblo.example")
		if _, err := h.SetList(ctx, h.staff, v.ID, strings.NewReader("email\nana@pueblo.example\n")); err != nil {
			t.Fatal(err)
		}
		r := h.rehearse(v)
		h.cast(h.staff, r, pick("a"))
		h.cast(named, r, pick("a"))
		if got := h.refusal(h.person(identity.Reachable), r, pick("a")); got != "vote.who.list" {
			t.Errorf("somebody who is not on the list: %q", got)
		}
		h.change(Change{Vote: r.ID, Kind: CloseNow})
		h.outcome(r)
		if ok, said := verified(t, h.archive(r), Asked{}); !ok || !strings.Contains(said, "2 ballots were counted, and 1 people could vote") {
			t.Error(said)
		}
	})
}

// A rehearsal of a vote without a date ends when the vote opens, should that be sooner; staff end it at once.
func TestRehearsalEndsWithTheOpening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, ctx := newHall(t, d, clock), context.Background()
		plan := h.plan(chooseOne())
		plan.OpensAt, plan.ClosesAt, plan.ObjectionsAt = time.Time{}, time.Time{}, time.Time{}
		v, err := h.Draft(ctx, h.staff, plan)
		if err != nil {
			t.Fatal(err)
		}
		r := h.rehearse(v)
		if r.WipedAt.Sub(clock.Now()) != rehearsalMost || !r.ObjectionsAt.IsZero() {
			t.Errorf("wiped at %v, objections until %v", r.WipedAt, r.ObjectionsAt)
		}
		late := Change{Vote: r.ID, Kind: Extend, ClosesAt: r.WipedAt.Add(time.Second), Reason: because}
		if err := h.AskChange(ctx, h.staff, late); faultOn(err, "closes") != "vote.rehearsal.past" {
			t.Errorf("extended beyond its end: %v", err)
		}
		draft := h.vote(v.ID)
		draft.OpensAt, draft.ClosesAt = clock.Now().Add(30*time.Minute), clock.Now().Add(24*time.Hour)
		if err := h.Edit(ctx, h.staff, v.ID, draft); err != nil {
			t.Fatal(err)
		}
		if err := h.Publish(ctx, h.staff, v.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got := h.vote(r.ID).WipedAt; !got.Equal(draft.OpensAt) {
			t.Errorf("wiped at %v, and the vote opens at %v", got, draft.OpensAt)
		}
		clock.Set(draft.OpensAt.Add(-time.Second))
		h.runJobs()
		h.cast(h.staff, r, pick("a"))
		clock.Set(draft.OpensAt)
		h.runJobs()
		if n := h.count(`SELECT count(*) FROM vote WHERE rehearses IS NOT NULL`); n != 0 {
			t.Error("still there when the vote is open")
		}
		if _, err := h.Rehearse(ctx, h.staff, v.ID, time.Hour, ensayo); fault.Of(err).Key != "vote.frozen" {
			t.Errorf("rehearsed while open: %v", err)
		}
	})
}

func TestWhoRehearsesAndHowLong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, ctx := newHall(t, d, clock), context.Background()
		v := h.published(h.plan(chooseOne())) // opens in an hour
		begin := func(a identity.Actor, lasts time.Duration) error {
			_, err := h.Rehearse(ctx, a, v.ID, lasts, ensayo)
			return err
		}
		if err := begin(h.person(identity.Resident), time.Hour); fault.Of(err).Key != "policy.role" {
			t.Errorf("a citizen: %v", err)
		}
		if err := begin(h.staff, time.Hour); faultOn(err, "lasts") != "vote.rehearsal.long" {
			t.Errorf("longer than until the opening, with the objections: %v", err)
		}
		if err := begin(h.staff, time.Minute); faultOn(err, "lasts") != "vote.rehearsal.lasts" {
			t.Errorf("a length that is not offered: %v", err)
		}
		if err := begin(h.staff, 15*time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := begin(h.staff, 15*time.Minute); fault.Of(err).Key != "vote.rehearsal.one" {
			t.Errorf("a second one: %v", err)
		}
		var r Rehearsal
		h.write(func(tx *db.Tx) (err error) { r, err = RehearsalOf(tx, v); return err })
		h.cast(h.staff, h.vote(r.ID), pick("a"))
		if err := h.EndRehearsal(ctx, h.person(identity.Resident), v.ID); fault.Of(err).Key != "policy.role" {
			t.Errorf("ended by a citizen: %v", err)
		}
		for range 2 { // the button pressed twice
			if err := h.EndRehearsal(ctx, h.staff, v.ID); err != nil {
				t.Fatal(err)
			}
		}
		if left := h.rowsOf(r.ID); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		if err := begin(h.staff, 15*time.Minute); err != nil {
			t.Errorf("another: %v", err)
		}
		h.runJobs()
	})
}

// A vote that is annulled before it opens takes its rehearsal with it; one that has opened shows none, even if
// nobody moved the wipe; and one that is hidden hides it.
func TestRehearsalGoesWithItsVote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		far := func() Vote {
			plan := h.plan(chooseOne())
			plan.OpensAt, plan.ClosesAt, plan.ObjectionsAt = clock.Now().Add(400*time.Hour), clock.Now().Add(500*time.Hour), clock.Now().Add(600*time.Hour)
			return h.published(plan)
		}
		annulled := far()
		r := h.rehearse(annulled)
		h.change(Change{Vote: annulled.ID, Kind: Annul})
		if got := h.refusal(h.staff, r, pick("a")); got != "thing.missing" {
			t.Errorf("in the rehearsal of an annulled vote: %q", got)
		}
		h.runJobs()
		if left := h.rowsOf(r.ID); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		opened := far()
		r = h.rehearse(opened)
		h.write(func(tx *db.Tx) error { return setWiped(tx, r.ID, clock.Now().Add(9000*time.Hour)) })
		h.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET opens_at = $1 WHERE id = $2`, clock.Now(), opened.ID)
			return err
		})
		if got := h.refusal(h.staff, r, pick("a")); got != "thing.missing" {
			t.Errorf("in the rehearsal of an open vote: %q", got)
		}
		hidden := far()
		r = h.rehearse(hidden)
		h.cast(h.staff, r, pick("a"))
		h.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, clock.Now(), hidden.ID)
			return err
		})
		if _, err := h.Read(context.Background(), identity.Actor{}, r.Slug, ""); fault.Of(err).Key != "thing.missing" {
			t.Errorf("the rehearsal of a hidden vote: %v", err)
		}
	})
}

// stubborn keeps keys, and does not let go of them so many times.
type stubborn struct {
	*drawer
	fails int
}

func (s *stubborn) Destroy(name string) error {
	if s.fails > 0 {
		s.fails--
		return errors.New("the disk is read-only")
	}
	return s.drawer.Destroy(name)
}

// A wipe that is interrupted comes again, until neither rows nor keys are left; a recount that waited meanwhile
// is no job that fails for ever.
func TestInterruptedWipe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, ctx := newHall(t, d, clock), context.Background()
		plan := h.plan(chooseOne())
		plan.OpensAt, plan.ClosesAt = clock.Now().Add(9*time.Hour), clock.Now().Add(33*time.Hour)
		v := h.published(plan)
		r := h.rehearse(v)
		h.cast(h.staff, r, pick("a"))
		h.change(Change{Vote: r.ID, Kind: CloseNow})
		h.outcome(r)
		clock.Advance(time.Minute)
		h.change(Change{Vote: r.ID, Kind: Recount})
		h.Service.keys = &stubborn{h.keys, 1}
		if err := h.EndRehearsal(ctx, h.staff, v.ID); err == nil {
			t.Fatal("erased though the key stays")
		}
		if h.count(`SELECT count(*) FROM vote WHERE id = $1`, r.ID) != 1 {
			t.Fatal("the rows are gone before the key")
		}
		if err := h.EndRehearsal(ctx, h.staff, v.ID); err != nil {
			t.Fatal(err)
		}
		h.Service.keys = &stubborn{h.keys, 1}
		h.keys.Key(keyName(r.ID)) // a page under way asked for it
		for range 3 {
			h.runJobs()
			clock.Advance(time.Hour)
		}
		if h.keys.keys[keyName(r.ID)] != nil || len(h.rowsOf(r.ID)) != 0 || h.count(`SELECT count(*) FROM job WHERE attempt > 0`) != 0 {
			t.Errorf("%d jobs fail; left: %v", h.count(`SELECT count(*) FROM job WHERE attempt > 0`), h.rowsOf(r.ID))
		}
		if err := h.Publish(ctx, h.staff, r.ID, time.Time{}); fault.Of(err).Key != "thing.missing" || h.keys.keys[keyName(r.ID)] != nil {
			t.Errorf("published after the wipe: %v", err)
		}
	})
}
