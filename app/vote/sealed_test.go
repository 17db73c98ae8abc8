package vote

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

// auditor is a person with an address by which staff can name them.
func (h *hall) auditor(name, email string) identity.Actor {
	h.t.Helper()
	p := identity.Person{Name: name, Email: email, Level: identity.Identified}
	h.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return identity.Actor{ID: p.ID, Name: p.Name, Level: p.Level}
}

func TestSealedBallots(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		ctx := context.Background()
		v, zipped, counted, voided := h.archived(Sealed)
		if !strings.Contains(v.Rules, `"disclosure":"sealed","auditors":["Ana Ruiz","Beto Lara"]`) {
			t.Errorf("the rules sheet does not name the auditors: %s", v.Rules)
		}
		if n := h.count(`SELECT count(*) FROM published_ballot WHERE vote_id = $1 AND (length(nonce) > 0 OR length(content) > 0)`, v.ID); n != 0 {
			t.Errorf("%d commitments are published with what is behind them", n)
		}
		for code, want := range map[string]Standing{counted.Code(): Counted, voided.Code(): Voided} {
			_, f, err := h.Look(ctx, v.Slug, code)
			if err != nil || f.Standing != want || len(f.Ballot.Content) != 0 || f.Proof == nil {
				t.Errorf("%s is %s with %q, %v", code, f.Standing, f.Ballot.Content, err)
			}
		}
		pairs := func(a identity.Actor) (string, error) {
			var b strings.Builder
			err := h.WritePairs(ctx, a, v.Slug, &b)
			return b.String(), err
		}
		ana := identity.Actor{ID: v.Auditors[0].Person, Level: identity.Identified}
		file, err := pairs(ana)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []identity.Actor{h.staff, h.person(identity.Resident), {}} {
			if got, err := pairs(a); err == nil || got != "" {
				t.Errorf("the auditors' file for %+v: %d bytes, %v", a, len(got), err)
			}
		}
		blocked := ana
		blocked.Blocked = true
		if _, err := pairs(blocked); fault.Of(err).Key != "policy.blocked" {
			t.Errorf("the auditors' file for who is blocked: %v", err)
		}
		h.checkPairs(zipped, file)
		if err := h.State(ctx, ana, v.Slug, "Todo bien."); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short statement: %v", err)
		}
		if err := h.State(ctx, ana, v.Slug, "Las cuarenta boletas son las que se emitieron."); err != nil {
			t.Fatal(err)
		}
		if err := h.State(ctx, ana, v.Slug, "Cambié de opinión sobre las boletas."); fault.Of(err).Key != "vote.stated" {
			t.Errorf("a second statement: %v", err)
		}
		if now := h.vote(v.ID); now.Auditors[0].Statement == "" || now.Auditors[1].Statement != "" || now.Rules != v.Rules {
			t.Errorf("%+v", now.Auditors)
		}
		if ok, said := verified(t, h.archive(v), Asked{}); !ok {
			t.Error(said)
		}
		clock.Set(v.ObjectionsAt)
		h.runJobs()
		if _, err := pairs(ana); fault.Of(err).Key != "vote.pairs" {
			t.Errorf("after the objections: %v", err)
		}
		if n := h.count(`SELECT count(*) FROM ballot WHERE vote_id = $1`, v.ID); n != 0 {
			t.Errorf("%d pairs are left", n)
		}
		if ok, said := verified(t, h.archive(v), Asked{}); !ok {
			t.Error(said)
		}
	})
}

// checkPairs verifies the archive with the auditors' file, and with files that are not quite it.
func (h *hall) checkPairs(zipped []byte, file string) {
	h.t.Helper()
	lines := strings.SplitAfter(file, "\n")
	swapped := slices.Clone(lines)
	i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, `,1]`) }) // the first may be blank
	swapped[i] = strings.Replace(lines[i], `,1]`, `,2]`, 1)
	for _, c := range []struct {
		lines []string
		said  string
	}{
		{lines, ""}, {lines[1:], "holds 39 ballots"}, {append(lines[:1:1], lines...), "order of their commitments"}, {swapped, "does not have the commitment"},
		{[]string{`{"ballot":[[],[]]}` + "\n"}, "does not have the commitment"},
	} {
		ask := Asked{Pairs: strings.NewReader(strings.Join(c.lines, ""))}
		if c.said == "" {
			if ok, said := verified(h.t, zipped, ask); !ok || !strings.Contains(said, "each of the 40 sealed ballots") {
				h.t.Errorf("the auditors' file:\n%s", said)
			}
			continue
		}
		ok, said := verified(h.t, zipped, ask)
		if ok || !strings.Contains(said, c.said) {
			h.t.Errorf("want %q:\n%s", c.said, said)
		}
	}
}

func TestAuditorsAreTwoAndKnown(t *testing.T) {
	h := onDisk(t)
	h.auditor("Ana Ruiz", "ana@pueblo.example")
	for _, c := range []struct {
		emails []string
		key    string
	}{
		{nil, "vote.auditors.two"}, {[]string{"ana@pueblo.example"}, "vote.auditors.two"},
		{[]string{"ana@pueblo.example", "ANA@pueblo.example"}, "vote.auditors.two"}, {[]string{"ana@pueblo.example", "nadie@pueblo.example"}, "vote.auditors.unknown"},
	} {
		plan := h.plan(chooseOne())
		plan.Disclosure = Sealed
		for _, e := range c.emails {
			plan.Auditors = append(plan.Auditors, Auditor{Email: e})
		}
		_, err := h.Draft(context.Background(), h.staff, plan)
		if fault.Of(err).Fields["auditors"].Key != c.key {
			t.Errorf("%q: %v", c.emails, err)
		}
	}
	plan := h.plan(chooseOne())
	plan.Disclosure = "whispered"
	if _, err := h.Draft(context.Background(), h.staff, plan); fault.Of(err).Fields["disclosure"].Key != "vote.disclosure.unknown" {
		t.Errorf("another way of publishing: %v", err)
	}
}

// The order in which sealed ballots are published is no function of anything else: two votes with the
// same ballots have them in another order.
func TestShuffled(t *testing.T) {
	order := shuffled(1000)
	again := shuffled(1000)
	if slices.Equal(order, again) || slices.IsSorted(order) {
		t.Error("not shuffled")
	}
	slices.Sort(order)
	for i, n := range order {
		if i != n {
			t.Fatalf("%d is missing", i)
		}
	}
	places := [4]int{}
	for range 4000 {
		places[slices.Index(shuffled(4), 0)]++
	}
	for _, n := range places {
		if n < 800 || n > 1200 {
			t.Errorf("the first comes to the places %v times", places)
		}
	}
}

// TestEditDisclosure changes the way of publishing until the vote opens.
func TestEditDisclosure(t *testing.T) {
	h := onDisk(t)
	ctx := context.Background()
	h.auditor("Ana Ruiz", "ana@pueblo.example")
	h.auditor("Beto Lara", "beto@pueblo.example")
	v, err := h.Draft(ctx, h.staff, h.plan(chooseOne()))
	if err != nil {
		t.Fatal(err)
	}
	plan := h.plan(chooseOne())
	plan.Disclosure, plan.Auditors = Sealed, []Auditor{{Email: "ana@pueblo.example"}, {Email: "beto@pueblo.example"}}
	if err := h.Edit(ctx, h.staff, v.ID, plan); err != nil {
		t.Fatal(err)
	}
	if err := h.Publish(ctx, h.staff, v.ID, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if v = h.vote(v.ID); v.Disclosure != Sealed || len(v.Auditors) != 2 || v.Auditors[0].Email != "ana@pueblo.example" {
		t.Errorf("%s %+v", v.Disclosure, v.Auditors)
	}
	if err := h.Edit(ctx, h.staff, v.ID, h.plan(chooseOne())); err != nil {
		t.Fatal(err)
	}
	if v = h.vote(v.ID); v.Disclosure != Checkable || len(v.Auditors) != 0 || bytes.Contains([]byte(v.Rules), []byte("auditors")) {
		t.Errorf("%s %+v", v.Disclosure, v.Auditors)
	}
}
