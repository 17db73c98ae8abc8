package vote

import (
	"context"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

func TestResultStates(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 5, 1, h, 0, 0, 0, time.UTC) }
	v := Vote{Thing: thing.Thing{State: thing.Published, OpensAt: at(1), ClosesAt: at(2)}, ObjectionsAt: at(6)}
	counted := v
	counted.ClosedAt, counted.CountedAt = at(2), at(3)
	sure := counted
	sure.CertifiedAt = at(7)
	annulled := sure
	annulled.AnnulledAt = at(8)
	straight := counted
	straight.ObjectionsAt = time.Time{}
	imported := counted
	imported.Imported = "{}"
	waits, answered := []Objection{{}}, []Objection{{Outcome: Upheld}, {Outcome: Rejected}}
	for name, c := range map[string]struct {
		v    Vote
		said []Objection
		now  time.Time
		want ResultState
		may  string // why the first person cannot certify
		says string // why nobody can object
	}{
		"open":        {v, nil, at(1), Uncounted, "vote.certify.uncounted", "vote.notclosed"},
		"uncounted":   {v, nil, at(2), Uncounted, "vote.certify.uncounted", ""},
		"provisional": {counted, nil, at(5), Objecting, "vote.certify.early", ""},
		"objected":    {counted, waits, at(5), Objecting, "vote.certify.early", ""},
		"unanswered":  {counted, waits, at(6), Answering, "vote.certify.unanswered", "vote.objection.over"},
		"answered":    {counted, answered, at(6), Certifying, "", "vote.objection.over"},
		"straight":    {straight, nil, at(3), Certifying, "", "vote.objection.none"},
		"certified":   {sure, answered, at(7), Certified, "vote.certified", "vote.objection.over"},
		"annulled":    {annulled, waits, at(9), Annulled, "vote.annulled", "vote.annulled"},
		"imported":    {imported, nil, at(9), Loaded, "vote.certify.uncounted", "vote.objection.none"},
	} {
		key := func(err error) string {
			if err == nil {
				return ""
			}
			return fault.Of(err).Key
		}
		if got := c.v.ResultState(c.said, c.now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := key(c.v.MayCertify(1, nil, c.said, false, c.now)); got != c.may {
			t.Errorf("%s: certify %q, want %q", name, got, c.may)
		}
		if got := key(c.v.Objectable(c.now)); got != c.says {
			t.Errorf("%s: object %q, want %q", name, got, c.says)
		}
	}
	one := []Certificate{{Person: 1}}
	if err := straight.MayCertify(1, one, nil, false, at(3)); fault.Of(err).Key != "vote.certify.second" {
		t.Errorf("the same person twice: %v", err)
	}
	if err := straight.MayCertify(2, one, nil, false, at(3)); err != nil {
		t.Errorf("the second person: %v", err)
	}
	if err := straight.MayCertify(2, one, nil, true, at(3)); fault.Of(err).Key != "vote.certify.change" {
		t.Errorf("while a change waits: %v", err)
	}
}

func TestObjectionsAreAnsweredAndTwoPeopleCertify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, ctx, second := h.open(chooseOne()), context.Background(), h.second()
		for _, code := range []string{"a", "a", "b"} {
			h.cast(h.person(identity.Reachable), v, pick(code))
		}
		says := func(want string, err error) {
			t.Helper()
			got := ""
			if err != nil {
				got = fault.Of(err).Key
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		ana := h.person(identity.Unknown)
		says("vote.notclosed", h.Object(ctx, ana, v.Slug, "No sirve."))
		clock.Set(v.ClosesAt)
		h.runJobs()
		says("policy.signin", h.Object(ctx, identity.Actor{}, v.Slug, "No sirve."))
		says("fault.invalid", h.Object(ctx, ana, v.Slug, "  "))
		says("", h.Object(ctx, ana, v.Slug, "Las urnas de la escuela no se abrieron."))
		says("vote.objection.twice", h.Object(ctx, ana, v.Slug, "Otra vez."))
		scrutiny := func() (w Scrutiny) {
			now := h.vote(v.ID)
			h.write(func(tx *db.Tx) (err error) { w, err = ScrutinyOf(tx, now); return err })
			return w
		}
		first := scrutiny().Objections[0]
		says("vote.certify.early", h.Certify(ctx, h.staff, v.ID, "Está bien."))
		clock.Set(v.ObjectionsAt)
		h.runJobs()
		says("vote.objection.over", h.Object(ctx, h.person(identity.Reachable), v.Slug, "Tarde."))
		says("vote.certify.unanswered", h.Certify(ctx, h.staff, v.ID, "Está bien."))
		says("policy.role", h.AnswerObjection(ctx, ana, v.Slug, first.ID, Rejected, "Sí."))
		says("", h.AnswerObjection(ctx, h.staff, v.Slug, first.ID, Upheld, "Es cierto: se retira la opción."))
		says("vote.objection.answered", h.AnswerObjection(ctx, second, v.Slug, first.ID, Rejected, "No."))
		says("", h.Certify(ctx, h.staff, v.ID, "Está bien."))
		says("vote.certify.second", h.Certify(ctx, h.staff, v.ID, "Está bien."))
		clock.Advance(time.Minute)
		h.change(Change{Vote: v.ID, Kind: Withdraw, Option: v.Questions[0].Options[0].ID})
		h.runJobs()
		if w := scrutiny(); len(w.Certificates) != 0 || w.State != Certifying || len(w.Corrections) != 1 {
			t.Fatalf("a word given before the correction holds: %+v", w)
		}
		says("policy.role", h.Certify(ctx, ana, v.ID, "Está bien."))
		says("", h.Certify(ctx, second, v.ID, "Está bien."))
		says("", h.Certify(ctx, h.staff, v.ID, "Está bien, corregido."))
		w := scrutiny()
		if w.State != Certified || len(w.Certificates) != 2 || w.Certificates[0].Name == "" || w.Objections[0].Answer == "" {
			t.Fatalf("%+v", w)
		}
		says("vote.certified", h.Certify(ctx, h.second(), v.ID, "También."))
		says("vote.certified", h.AskChange(ctx, h.staff, Change{Vote: v.ID, Kind: Recount, Reason: because}))
		if n := h.count(`SELECT count(*) FROM event WHERE verb = 'vote.certify'`); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}
