package consultation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/opinion"
	"tequio/app/thing"
)

// asking is a published consultation whose statements open in an hour, for two days.
func (k *desk) asking(o Opinions) Consultation {
	k.Helper()
	now := k.clock.Now()
	c := Consultation{Body: "B", Deciding: "D", Decider: "W", Contact: "C", DecisionAt: now.Add(240 * time.Hour), Opinions: o,
		Stages: []thing.Stage{{Kind: Statements, OpensAt: now.Add(time.Hour), ClosesAt: now.Add(48 * time.Hour)}}}
	c.Agency, c.Author, c.Title, c.Summary, c.Lang, c.State, c.PublishedAt = k.agency, k.staff.ID, "La calle", "S", "es", thing.Published, now
	k.write(func(tx *db.Tx) error { return Insert(tx, &c) })
	return c
}

func (k *desk) person(level identity.Level) identity.Actor {
	k.Helper()
	p := identity.Person{Name: "Alguien", Level: level}
	k.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
	return identity.Actor{ID: p.ID, Level: level}
}

func (k *desk) seed(c Consultation, lines ...string) []Statement {
	k.Helper()
	if err := k.s.Seed(context.Background(), k.staff, c.ID, strings.Join(lines, "\n")); err != nil {
		k.Fatal(err)
	}
	var all []Statement
	k.write(func(tx *db.Tx) (err error) { all, err = StatementsOf(tx, c.ID, Shown); return err })
	return all
}

func key(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	for _, m := range f.Fields {
		return m.Key
	}
	return f.Key
}

func (k *desk) count(query string, args ...any) (n int64) {
	k.Helper()
	k.write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Value[int64], query, args...); return err })
	return n
}

// Who may say what, when: by the dates, by level, with and without an account.
func TestWhoOpines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c := k.asking(Opinions{})
		all := k.seed(c, "Una calle sin coches es mejor.", "", "  Los coches   también caben. ")
		if len(all) != 2 || all[1].Body != "Los coches también caben." || !all[0].Official {
			t.Fatalf("%+v", all)
		}
		ana, secret := k.person(identity.Reachable), []byte("0123456789abcdef")
		opine := func(a identity.Actor, secret []byte, say int8) string {
			return key(k.s.Opine(ctx, a, secret, c.Slug, all[0].ID, say))
		}
		if got := opine(ana, nil, opinion.Agree); got != "policy.early" {
			t.Errorf("before it opens: %q", got)
		}
		clock.Advance(2 * time.Hour)
		for _, x := range []struct {
			a      identity.Actor
			secret []byte
			say    int8
			want   string
		}{
			{ana, nil, opinion.Agree, ""}, {ana, nil, opinion.Disagree, ""}, {identity.Actor{}, secret, opinion.Pass, ""}, {identity.Actor{}, nil, opinion.Agree, "statement.cookies"},
			{ana, nil, 2, "fault.request"}, {identity.Actor{ID: ana.ID, Level: 1, Blocked: true}, nil, opinion.Agree, "policy.blocked"},
		} {
			if got := opine(x.a, x.secret, x.say); got != x.want {
				t.Errorf("%+v %v: %q, want %q", x.a, x.say, got, x.want)
			}
		}
		if n := k.count(`SELECT count(*) FROM statement_vote`); n != 2 {
			t.Errorf("%d votes of two voices", n)
		}
		q, err := k.s.Ask(ctx, ana, nil, c.Slug, "es", 0)
		if err != nil || q.Said[all[0].ID] != opinion.Disagree || q.Next == nil || q.Next.ID != all[1].ID || q.Group != -1 {
			t.Errorf("%+v (%v)", q, err)
		}
		// Somebody who took part with a browser alone and signs in keeps one voice.
		beto := k.person(identity.Reachable)
		if got := opine(beto, secret, opinion.Agree); got != "" {
			t.Error(got)
		}
		if n := k.count(`SELECT count(*) FROM voice`); n != 2 {
			t.Errorf("%d voices", n)
		}
		if got := opine(identity.Actor{}, secret, opinion.Agree); got != "" || k.count(`SELECT count(*) FROM voice`) != 3 {
			t.Errorf("the browser's next visitor: %q", got)
		}
		if n := k.count(`SELECT count(*) FROM event WHERE verb = 'statement.join'`); n != 3 {
			t.Errorf("%d events of three voices", n)
		}
		clock.Set(c.Stages[0].ClosesAt)
		if got := opine(ana, nil, opinion.Agree); got != "policy.closed" {
			t.Errorf("after the close: %q", got)
		}
	})
}

// A level that the consultation asks for holds for saying and adding; it does not change once it is open.
func TestLevelOfOpinions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c := k.asking(Opinions{})
		all := k.seed(c, "Una calle sin coches es mejor.")
		strict := Opinions{Least: identity.Resident, Add: true, Unchecked: true}
		if err := k.s.SetOpinions(ctx, k.person(identity.Resident), c.ID, strict); key(err) != "policy.role" {
			t.Errorf("set by a citizen: %v", err)
		}
		if err := k.s.SetOpinions(ctx, k.staff, c.ID, strict); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Hour)
		resident, reachable := k.person(identity.Resident), k.person(identity.Reachable)
		for _, x := range []struct {
			a    identity.Actor
			want string
		}{{resident, ""}, {reachable, "policy.level"}, {identity.Actor{}, "policy.signin"}} {
			if got := key(k.s.Opine(ctx, x.a, []byte("0123456789abcdef"), c.Slug, all[0].ID, opinion.Agree)); got != x.want {
				t.Errorf("%+v: %q, want %q", x.a, got, x.want)
			}
			_, err := k.s.State(ctx, x.a, c.Slug, fmt.Sprintf("Una frase mía número %d.", x.a.ID), "es")
			if got := key(err); got != x.want {
				t.Errorf("%+v adds: %q, want %q", x.a, got, x.want)
			}
		}
		if err := k.s.SetOpinions(ctx, k.staff, c.ID, Opinions{}); key(err) != "statement.begun" {
			t.Errorf("opened to everybody while open: %v", err)
		}
		strict.After = true
		if err := k.s.SetOpinions(ctx, k.staff, c.ID, strict); err != nil {
			t.Error(err)
		}
		if k.get(c.ID).MapShown(clock.Now()) || !k.get(c.ID).MapShown(c.Stages[0].ClosesAt) {
			t.Error("the map is not shown after the close alone")
		}
	})
}

// What people add waits for staff, who show it or refuse it with a reason; what was refused is asked no more.
func TestAddedStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c := k.asking(Opinions{Add: true})
		k.seed(c, "Una calle sin coches es mejor.")
		clock.Advance(2 * time.Hour)
		ana := k.person(identity.Reachable)
		state := func(body string) string { _, err := k.s.State(ctx, ana, c.Slug, body, "es"); return key(err) }
		for body, want := range map[string]string{
			"corta": "statement.short", strings.Repeat("ñ", StatementMost+1): "statement.long", "una CALLE sin coches es mejor.": "statement.there",
		} {
			if got := state(body); got != want {
				t.Errorf("%q: %q, want %q", body, got, want)
			}
		}
		for i := range AddedMost {
			if got := state(fmt.Sprintf("Idea número %d para la calle.", i)); got != "" {
				t.Fatal(got)
			}
		}
		if got := state("Y una idea más para la calle."); got != "statement.many" {
			t.Errorf("one too many: %q", got)
		}
		var waiting []Statement
		k.write(func(tx *db.Tx) (err error) { waiting, err = StatementsOf(tx, c.ID, Waiting); return err })
		if len(waiting) != AddedMost {
			t.Fatalf("%d wait", len(waiting))
		}
		one := waiting[0].ID
		if got := key(k.s.Opine(ctx, ana, nil, c.Slug, one, opinion.Agree)); got != "statement.gone" {
			t.Errorf("voted on before it is read: %q", got)
		}
		if err := k.s.Decide(ctx, ana, c.ID, one, true, ""); key(err) != "policy.role" {
			t.Errorf("shown by its author: %v", err)
		}
		if err := k.s.Decide(ctx, k.staff, c.ID, one, true, ""); err != nil {
			t.Fatal(err)
		}
		if got := key(k.s.Opine(ctx, ana, nil, c.Slug, one, opinion.Agree)); got != "" {
			t.Error(got)
		}
		if err := k.s.Decide(ctx, k.staff, c.ID, one, false, " "); key(err) != "statement.reason.empty" {
			t.Errorf("refused without a reason: %v", err)
		}
		if err := k.s.Decide(ctx, k.staff, c.ID, one, false, "Habla de otra calle."); err != nil {
			t.Fatal(err)
		}
		if err := k.s.DrawMap(ctx, c.ID); err != nil {
			t.Fatal(err)
		}
		k.write(func(tx *db.Tx) error {
			m, found, err := DrawnOf(tx, c.ID)
			if !found || m.Report.Votes != 0 {
				t.Errorf("what was refused counts: %+v", m.Report)
			}
			return err
		})
		q, err := k.s.Ask(ctx, ana, nil, c.Slug, "es", 0)
		if err != nil || len(q.Unasked) != AddedMost || q.Unasked[AddedMost-1].Reason != "Habla de otra calle." || len(q.Shown) != 1 {
			t.Errorf("%d of hers, %d shown (%v)", len(q.Unasked), len(q.Shown), err)
		}
	})
}

// Sixty people of two camps: the clock draws the map, says which group somebody is nearest to, and draws it
// anew only after something was said.
func TestTheMapIsDrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c := k.asking(Opinions{})
		var lines []string
		for i := range 10 {
			lines = append(lines, fmt.Sprintf("Frase de prueba número %d.", i))
		}
		all := k.seed(c, lines...)
		clock.Advance(2 * time.Hour)
		say := func(voter, i int) int8 {
			if (voter%2 == 0) == (i%2 == 0) {
				return opinion.Agree
			}
			return opinion.Disagree
		}
		k.write(func(tx *db.Tx) error {
			random := rand.New(rand.NewPCG(1, 2))
			for voter := range 60 {
				voice, err := InsertVoice(tx, c.ID, 0, fmt.Appendf(nil, "browser %d", voter))
				if err != nil {
					return err
				}
				for i, s := range all[:9] {
					word := say(voter, i)
					switch random.IntN(12) {
					case 0:
						continue
					case 1:
						word = opinion.Pass
					case 2:
						word = -word
					}
					if err := PutVote(tx, c.ID, voice, s.ID, word); err != nil {
						return err
					}
				}
			}
			return nil
		})
		drawn := func() (m Drawn) {
			if err := k.s.DrawMaps(ctx); err != nil {
				t.Fatal(err)
			}
			k.write(func(tx *db.Tx) (err error) { m, _, err = DrawnOf(tx, c.ID); return err })
			return m
		}
		clock.Advance(time.Minute)
		m := drawn()
		if !m.Enough() || len(m.Report.Groups) != 2 || m.Report.Groups[0].Size != 30 || m.Browsers != 60 || m.Accounts != 0 || m.Stability < 0.9 {
			t.Fatalf("%d groups of %d, stability %v", len(m.Report.Groups), m.Report.Participants, m.Stability)
		}
		people := 0
		for _, dot := range m.Dots {
			people += dot.N
			if dot.X < 0 || dot.X > Across || dot.Y < 0 || dot.Y > Down {
				t.Errorf("%+v is off the map", dot)
			}
		}
		if people != m.Report.Participants || m.Report.Voters != 60 {
			t.Errorf("%d people stand on the map", people)
		}
		clock.Advance(time.Hour)
		if again := drawn(); !again.At.Equal(m.At) {
			t.Error("drawn anew though nobody said anything")
		}
		ana := k.person(identity.Reachable)
		groups := map[int]bool{}
		for camp := range 2 {
			said := map[int64]int8{}
			for i, s := range all[:9] {
				said[s.ID] = say(camp, i)
			}
			groups[m.GroupOf(said)] = true
		}
		if !groups[0] || !groups[1] || m.GroupOf(map[int64]int8{all[9].ID: 1}) != -1 {
			t.Errorf("the camps are nearest to %v", groups)
		}
		if err := k.s.Opine(ctx, ana, nil, c.Slug, all[9].ID, opinion.Agree); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Minute)
		if again := drawn(); again.At.Equal(m.At) || again.Report.Voters != 61 || again.Accounts != 1 {
			t.Errorf("%+v", again.Report)
		}
	})
}

// A small group is nobody's nearest, and a map of few people shows none.
func TestSmallGroupsAreNotShown(t *testing.T) {
	m := Drawn{Statements: []int64{1}, Center: []float64{0}, Components: [2][]float64{{1}, {0}}, Centers: []opinion.Point{{X: -1}, {X: 1}}}
	m.Report.Participants = MapLeast
	m.Report.Groups = []opinion.GroupReport{{Size: MapLeast - GroupLeast + 1}, {Size: GroupLeast - 1}}
	if got := m.GroupOf(map[int64]int8{1: opinion.Disagree}); got != 0 {
		t.Errorf("the large group: %d", got)
	}
	if got := m.GroupOf(map[int64]int8{1: opinion.Agree}); got != -1 {
		t.Errorf("the small group: %d", got)
	}
	m.Report.Participants = MapLeast - 1
	if got := m.GroupOf(map[int64]int8{1: opinion.Disagree}); got != -1 {
		t.Errorf("a map of few: %d", got)
	}
}

// The next statement is drawn by how much is learned from it.
func TestNextIsDrawnByWeight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	got := map[int]int{}
	for range 1000 {
		got[next([]float64{1, 0, 9}, random)]++
	}
	if got[1] != 0 || got[0] < 60 || got[0] > 150 {
		t.Error(got)
	}
}

// A consultation that asks about statements is published with some.
func TestStatementsOnTheChecklist(t *testing.T) {
	c := Consultation{Stages: []thing.Stage{{Kind: Statements}}}
	for stated, want := range map[int]bool{0: false, seedsLeast: true} {
		for _, n := range c.Checklist(0, stated) {
			if n.Field == "statements" && n.Done != want {
				t.Errorf("with %d statements: %v", stated, n.Done)
			}
		}
	}
}
