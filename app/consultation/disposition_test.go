package consultation

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
)

// contributed is a consultation with a topic, a questionnaire and contributions of every kind: two comments
// of Ana, one of Beto on the topic, a statement of Ana, an open answer of Beto.
func (k *desk) contributed() (c Consultation, ana, beto identity.Actor) {
	k.Helper()
	now := k.clock.Now()
	c = Consultation{Body: "B", Deciding: "D", Decider: "W", Contact: "C", DecisionAt: now.Add(240 * time.Hour), Opinions: Opinions{Add: true, Unchecked: true},
		Stages: []thing.Stage{{Kind: Questionnaire, OpensAt: now, ClosesAt: now.Add(48 * time.Hour)}, {Kind: Statements, OpensAt: now, ClosesAt: now.Add(48 * time.Hour)}}}
	c.Agency, c.Author, c.Title, c.Summary, c.Lang, c.State, c.PublishedAt = k.agency, k.staff.ID, "La calle", "S", "es", thing.Published, now
	topic := Topic{Thing: thing.Thing{Author: k.staff.ID, Title: "Sombra", Summary: "S", Lang: "es"}}
	k.write(func(tx *db.Tx) error {
		if err := Insert(tx, &c); err != nil {
			return err
		}
		return InsertTopic(tx, c, &topic)
	})
	ana, beto = k.person(identity.Reachable), k.person(identity.Reachable)
	ctx := context.Background()
	words := talk.NewService(k.db)
	for _, x := range []struct {
		a    identity.Actor
		on   thing.ID
		body string
	}{{ana, c.ID, "Faltan árboles en la acera norte."}, {ana, c.ID, "El 100 % de la calle es ruido."}, {beto, topic.ID, "Que los árboles sean de aquí."}} {
		if _, err := words.Say(ctx, x.a, talk.Saying{Thing: x.on, Body: x.body}); err != nil {
			k.Fatal(err)
		}
	}
	if _, err := words.Say(ctx, k.staff, talk.Saying{Thing: c.ID, Body: "La dependencia escucha.", Official: true}); err != nil {
		k.Fatal(err)
	}
	if _, err := k.s.State(ctx, ana, c.Slug, "Los árboles van primero que los coches.", "es"); err != nil {
		k.Fatal(err)
	}
	k.answered(c, beto, "Pongan bancas.")
	return c, ana, beto
}

// answered stores somebody's answer to an open question of the consultation.
func (k *desk) answered(c Consultation, who identity.Actor, text string) {
	k.Helper()
	k.write(func(tx *db.Tx) error {
		s := thing.Thing{Kind: surveyed, Parent: c.ID, Agency: c.Agency, Author: k.staff.ID, Title: "Q", Lang: "es", State: thing.Published, PublishedAt: tx.Now}
		if err := thing.Create(tx, &s); err != nil {
			return err
		}
		question, response := tx.NewID(), tx.NewID()
		for _, x := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO survey (id, answers) VALUES ($1, 1)`, []any{s.ID}},
			{`INSERT INTO survey_question (id, survey_id, position, form, label) VALUES ($1, $2, 0, 'long', 'Qué falta')`, []any{question, s.ID}},
			{`INSERT INTO survey_response (id, survey_id, person_id, at, sent_at) VALUES ($1, $2, $3, $4, $4)`, []any{response, s.ID, who.ID, tx.Now}},
			{`INSERT INTO survey_answer (response_id, question_id, position, text) VALUES ($1, $2, 0, $3)`, []any{response, question, text}},
		} {
			if _, err := tx.Exec(x.sql, x.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *desk) inbox(id thing.ID, f Filter) Inbox {
	k.Helper()
	in, err := k.s.Inbox(context.Background(), k.staff, id, f)
	if err != nil {
		k.Fatal(err)
	}
	return in
}

func partsOf(all []Contribution) (parts []Part) {
	for _, c := range all {
		parts = append(parts, c.Part)
	}
	return parts
}

// From the inbox to "what became of yours": every kind of contribution is found, grouped, answered at once,
// and each author is told once, when the outcome is out.
func TestEveryContributionIsAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c, ana, beto := k.contributed()
		all := k.inbox(c.ID, Filter{Answered: "no"})
		if all.N != 5 || all.Disposition.All != 5 || all.Disposition.Answered() != 0 {
			t.Fatalf("%d found: %+v", all.N, all.Contributions)
		}
		for f, want := range map[Filter]int{
			{Kind: "comment"}: 3, {Kind: "statement"}: 1, {Kind: "text"}: 1, {Words: "rboles"}: 3, {Words: " ARBOLES"}: 3, {Words: "100 %"}: 1, {Words: "%"}: 1, {Words: "_"}: 0, {Answered: "yes"}: 0,
		} {
			if got := k.inbox(c.ID, f).N; got != want {
				t.Errorf("%+v: %d found, want %d", f, got, want)
			}
		}
		trees := k.inbox(c.ID, Filter{Words: "rboles"})
		if err := k.s.Tag(ctx, k.staff, c.ID, partsOf(trees.Contributions), " Árboles "); err != nil {
			t.Fatal(err)
		}
		if in := k.inbox(c.ID, Filter{Tag: "árboles"}); in.N != 3 || len(in.Tags) != 1 || in.Contributions[0].Tags[0] != "árboles" {
			t.Errorf("%d under the tag of %v", in.N, in.Tags)
		}
		reply := Reply{Verdict: talk.Partly, Body: "Se siembran **doce** árboles.", Lang: "es", Parts: partsOf(trees.Contributions), About: "https://pueblo.example" + c.Path()}
		if err := k.s.Reply(ctx, ana, c.ID, reply); key(err) != "policy.role" {
			t.Errorf("answered by a citizen: %v", err)
		}
		if err := k.s.Reply(ctx, k.staff, c.ID, reply); err != nil {
			t.Fatal(err)
		}
		noted := Reply{Verdict: talk.Noted, Body: "Se toma en cuenta.", Lang: "es", Parts: partsOf(k.inbox(c.ID, Filter{Kind: "text"}).Contributions)}
		if err := k.s.Reply(ctx, k.staff, c.ID, noted); err != nil {
			t.Fatal(err)
		}
		var table Table
		k.write(func(tx *db.Tx) (err error) { table, err = TableOf(tx, c.ID); return err })
		if table.All != 5 || table.Answered() != 4 || table.Taken() != 3 || len(table.Batches) != 2 || table.Batches[0].N != 3 || table.Batches[0].About != c.ID ||
			len(table.Of[table.Batches[0].ID]) != 3 || table.Batches[0].HTML == "" {
			t.Errorf("%+v", table)
		}
		_, own, answers, err := k.s.Own(ctx, ana, c.Slug)
		if err != nil || len(own) != 3 || len(answers) != 2 {
			t.Errorf("%d of Ana's, %d answered (%v)", len(own), len(answers), err)
		}
		// Nobody is told before the outcome; then each is, once.
		told := func() int64 { return k.count(`SELECT count(*) FROM event WHERE verb = 'disposition.tell'`) }
		k.runJobs()
		if told() != 0 {
			t.Error("told before the outcome")
		}
		clock.Set(c.Stages[0].ClosesAt)
		if err := k.s.PublishOutcome(ctx, k.staff, c.ID, "Se hará."); err != nil {
			t.Fatal(err)
		}
		k.runJobs()
		if told() != 2 || k.count(`SELECT count(*) FROM event WHERE verb = 'disposition.tell' AND person_id = $1`, ana.ID) != 1 {
			t.Errorf("%d told of Ana and Beto", told())
		}
		rest := Reply{Verdict: talk.Rejected, Body: "El ruido es otro asunto.", Lang: "es", Parts: partsOf(k.inbox(c.ID, Filter{Answered: "no"}).Contributions)}
		if err := k.s.Reply(ctx, k.staff, c.ID, rest); err != nil {
			t.Fatal(err)
		}
		k.runJobs()
		if told() != 2 {
			t.Errorf("told again: %d", told())
		}
		var mine []thing.Thing
		k.write(func(tx *db.Tx) (err error) { mine, err = AnsweredConsultations(tx, beto.ID); return err })
		if len(mine) != 1 || mine[0].ID != c.ID {
			t.Errorf("%+v", mine)
		}
	})
}

func (k *desk) runJobs() {
	k.Helper()
	for {
		n, err := k.jobs.RunDue(context.Background())
		if err != nil {
			k.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// Two of the staff answer the same group: the second is told so, and nothing of theirs is stored. What was
// answered can be answered anew on purpose, and then the later answer holds.
func TestTwoAnswerAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c, _, _ := k.contributed()
		comments := partsOf(k.inbox(c.ID, Filter{Kind: "comment"}).Contributions)
		first := Reply{Verdict: talk.Accepted, Body: "Sí.", Lang: "es", Parts: comments[:1]}
		second := Reply{Verdict: talk.Rejected, Body: "No.", Lang: "es", Parts: comments}
		if err := k.s.Reply(ctx, k.staff, c.ID, first); err != nil {
			t.Fatal(err)
		}
		if err := k.s.Reply(ctx, k.staff, c.ID, second); key(err) != "disposition.meanwhile" || !fault.Is(err, fault.Conflict) {
			t.Errorf("the same once more: %v", err)
		}
		if n := k.count(`SELECT count(*) FROM answer`); n != 1 {
			t.Errorf("%d answers are stored", n)
		}
		second.Again = true
		if err := k.s.Reply(ctx, k.staff, c.ID, second); err != nil {
			t.Fatal(err)
		}
		var dis Disposition
		k.write(func(tx *db.Tx) (err error) { dis, err = DispositionOf(tx, c.ID); return err })
		if dis.Verdicts[talk.Rejected] != 3 || dis.Verdicts[talk.Accepted] != 0 || dis.Answered() != 3 {
			t.Errorf("%+v", dis)
		}
	})
}

// A reply without verdict, reasons or parts is refused on its fields; so is one to what is not there.
func TestRepliesThatSayNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		k, ctx := newDesk(t, d, clock), context.Background()
		c, _, _ := k.contributed()
		good := Reply{Verdict: talk.Noted, Body: "Se toma en cuenta.", Lang: "es", Parts: partsOf(k.inbox(c.ID, Filter{Kind: "comment"}).Contributions)}
		for name, change := range map[string]func(*Reply){
			"verdict": func(r *Reply) { r.Verdict = talk.Review }, "body": func(r *Reply) { r.Body = " " }, "parts": func(r *Reply) { r.Parts = nil },
			"about": func(r *Reply) { r.About = "/proposals/none" },
		} {
			r := good
			change(&r)
			if _, ok := fault.Of(k.s.Reply(ctx, k.staff, c.ID, r)).Fields[name]; !ok {
				t.Errorf("%s is not refused", name)
			}
		}
		r := good
		r.Parts = []Part{{Kind: "comment", ID: 12}}
		if err := k.s.Reply(ctx, k.staff, c.ID, r); key(err) != "thing.missing" {
			t.Errorf("a comment of elsewhere: %v", err)
		}
		for _, tag := range []string{"", fmt.Sprintf("%041d", 1)} {
			if _, ok := fault.Of(k.s.Tag(ctx, k.staff, c.ID, good.Parts, tag)).Fields["tag"]; !ok {
				t.Errorf("the tag %q is taken", tag)
			}
		}
	})
}

func TestPartsAreNamed(t *testing.T) {
	for s, want := range map[string]Part{"comment-12": {"comment", 12, 0}, "statement-3": {"statement", 3, 0}, "text-4-5": {"text", 4, 5}} {
		if p, ok := ParsePart(s); !ok || p != want || p.String() != s {
			t.Errorf("%s: %+v %v", s, p, ok)
		}
	}
	for _, s := range []string{"", "comment", "comment-x", "comment-1-2", "text-4", "vote-1", "comment-01", "text-4-5-6"} {
		if p, ok := ParsePart(s); ok {
			t.Errorf("%q is read as %+v", s, p)
		}
	}
}
