package demo

import (
	"io/fs"
	"slices"
	"strings"
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/survey"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

func (t *town) planConsultations(files fs.FS, _ time.Time) error {
	f, err := read[consultationsFile](files, "consultations.toml")
	if err != nil {
		return err
	}
	for _, row := range f.Consultations {
		t.consultation(row)
	}
	return nil
}

// stages are dated parts under the names that the agency gives them.
func (t *town) stages(rows []phaseRow) (all []thing.Stage) {
	for _, p := range rows {
		all = append(all, thing.Stage{Kind: p.Key, Name: p.Name.ES, OpensAt: t.when(p.Opens), ClosesAt: t.when(p.Closes)})
	}
	return all
}

func (t *town) consultation(row consultationRow) {
	contact := t.who(row.Contact)
	c := &consultation.Consultation{
		Body: row.Body, Deciding: row.Decided, Undecided: row.NotDecided, Decider: row.Who, DecisionAt: t.when(row.Decides),
		Offline: row.Offline, Stances: true, Stages: t.stages(row.Phases),
		Contact: contact.Name + ", " + t.mail[row.Agency],
	}
	c.Opinions.Add = len(row.Statements) > 0
	c.Slug, c.Lang, c.Title, c.Summary, c.Subject, c.Place = row.Slug, "es", row.Title, row.Summary, row.Subject, row.Place
	c.State, c.PublishedAt, c.OpensAt, c.ClosesAt = thing.Published, t.when(row.Published), t.when(row.Opens), t.when(row.Closes)
	editor := t.voice(row.Agency)
	t.then(c.PublishedAt, func(tx *db.Tx) error {
		c.Agency, c.Author = t.agency[row.Agency], editor.ID
		if err := consultation.Insert(tx, c); err != nil {
			return err
		}
		t.loaded.Things++
		words := thing.Words{
			"title": row.EN.Title, "summary": row.EN.Summary, "deciding": row.EN.Decided, "undecided": row.EN.NotDecided,
			"decider": row.EN.Who, "body": row.EN.Body, "offline": row.EN.Offline,
		}
		for i, p := range row.Phases {
			words[consultation.StageField(i)] = p.Name.EN
		}
		if err := thing.Translate(tx, c.ID, "en", words); err != nil {
			return err
		}
		return thing.Record(tx, c.Author, "consultation.publish", c.ID, "")
	})
	for phase, at := range []time.Time{thing.Opened: c.OpensAt, thing.Closed: c.ClosesAt} {
		if !at.IsZero() && at.Before(t.start) {
			t.then(at, func(tx *db.Tx) error { return consultation.Turn(tx, c.ID, thing.Phase(phase)) })
		}
	}
	t.then(t.start, func(tx *db.Tx) error { return consultation.Plan(tx, c.ID) })
	t.topics(c, row)
	if len(row.Questions) > 0 {
		t.questionnaire(c, row)
	}
	t.statements(c, row)
	t.talk(&c.ID, nil, row.Comments)
	t.outcome(c, row)
}

// topics are published with their consultation.
func (t *town) topics(c *consultation.Consultation, row consultationRow) {
	for _, r := range row.Topics {
		p := &consultation.Topic{Body: r.Body.ES, Stances: true}
		p.Slug, p.Lang, p.Title, p.Summary = row.Slug+"-"+r.Key, "es", r.Title.ES, r.Body.ES
		t.then(c.PublishedAt, func(tx *db.Tx) error {
			p.Author = c.Author
			if err := consultation.InsertTopic(tx, *c, p); err != nil {
				return err
			}
			t.loaded.Things++
			if err := thing.Translate(tx, p.ID, "en", thing.Words{"title": r.Title.EN, "summary": r.Body.EN, "body": r.Body.EN}); err != nil {
				return err
			}
			return thing.Record(tx, p.Author, "topic.create", p.ID, "")
		})
		t.talk(&p.ID, nil, r.Comments)
	}
}

// question puts a question of the file in the words of the survey's room.
func (q questionRow) question() survey.Question {
	v := survey.Question{
		Form: survey.Form(q.Kind), Label: q.Label.ES, Hint: q.Help.ES, Required: q.Required, Most: int64(q.Max),
	}
	en := survey.Words{Label: q.Label.EN, Hint: q.Help.EN, Options: map[string]string{}}
	if q.Kind == "scale" {
		v.Least, v.Most = 1, int64(len(q.Weights))
		v.Options = []survey.Option{{Key: survey.LowEnd, Label: q.Low.ES}, {Key: survey.HighEnd, Label: q.High.ES}}
		en.Options[survey.LowEnd], en.Options[survey.HighEnd] = q.Low.EN, q.High.EN
	}
	for _, o := range q.Options {
		v.Options = append(v.Options, survey.Option{Key: o.Key, Label: o.ES})
		en.Options[o.Key] = o.EN
	}
	v.Words = map[string]survey.Words{"en": en}
	return v
}

// questionnaire plans the consultation's survey and those who fill it in.
func (t *town) questionnaire(c *consultation.Consultation, row consultationRow) {
	s := &survey.Survey{}
	for _, q := range row.Questions {
		s.Questions = append(s.Questions, q.question())
	}
	asked := c.Stages[slices.IndexFunc(c.Stages, func(s thing.Stage) bool { return s.Kind == consultation.Questionnaire })]
	t.then(c.PublishedAt, func(tx *db.Tx) error {
		s.Parent, s.Agency, s.Author, s.Slug, s.Lang, s.Title = c.ID, c.Agency, c.Author, c.Slug, c.Lang, c.Title
		s.State, s.PublishedAt, s.OpensAt, s.ClosesAt = thing.Published, c.PublishedAt, asked.OpensAt, asked.ClosesAt
		if err := survey.Insert(tx, s); err != nil {
			return err
		}
		return thing.Record(tx, c.Author, "survey.create", s.ID, "")
	})
	people := order(row.Slug, t.keys)[:row.Responses]
	given := make([]map[string][]string, len(row.Questions))
	for i, q := range row.Questions {
		given[i] = q.answersTo(row.Slug, people)
	}
	for i, key := range people {
		at := t.spread(i, len(people), asked.OpensAt, asked.ClosesAt)
		t.then(at, func(tx *db.Tx) error {
			r := survey.Response{Person: t.person[key].ID, At: at, SentAt: at, Answers: survey.Answers{}}
			for k, q := range s.Questions {
				if a := given[k][key]; len(a) > 0 {
					r.Answers[q.ID] = a
				}
			}
			t.loaded.Responses++
			return survey.InsertResponse(tx, s.ID, &r)
		})
	}
}

// outcome plans what became of it: what was heard, what was decided and why.
func (t *town) outcome(c *consultation.Consultation, row consultationRow) {
	if row.Outcome.Text == "" {
		return
	}
	by := t.who(row.Outcome.By)
	es := []string{row.Outcome.Text, "\n\n| Lo que escuchamos | Lo que se decidió | Por qué |\n|---|---|---|\n"}
	en := []string{row.Outcome.EN, "\n\n| What we heard | What was decided | Why |\n|---|---|---|\n"}
	for _, r := range row.Outcome.Rows {
		es = append(es, "| "+r.Heard.ES+" | "+r.Decided.ES+" | "+r.Why.ES+" |\n")
		en = append(en, "| "+r.Heard.EN+" | "+r.Decided.EN+" | "+r.Why.EN+" |\n")
	}
	t.then(t.when(row.Outcome.At), func(tx *db.Tx) error {
		if err := t.replies(tx, c, row, by); err != nil { // before the outcome, with which people would be told: it is long ago
			return err
		}
		if err := consultation.StoreOutcome(tx, by.ID, c.ID, text.Clean(strings.Join(es, ""))); err != nil {
			return err
		}
		return thing.Translate(tx, c.ID, "en", thing.Words{"outcome": strings.Join(en, "")})
	})
}

// replies answers contributions in groups, as the agency's focal point would.
func (t *town) replies(tx *db.Tx, c *consultation.Consultation, row consultationRow, by *identity.Person) error {
	a := identity.Actor{ID: by.ID, Name: by.Name, Level: by.Level, Grants: []identity.Grant{{Role: identity.FocalPoint, Agency: int64(c.Agency)}}}
	a.Session.FactorAt = tx.Now
	for _, r := range row.Replies {
		found, _, err := consultation.Contributions(tx, c.ID, consultation.Filter{Words: r.Words, Answered: "no"})
		if err != nil || len(found) == 0 {
			return err
		}
		reply := consultation.Reply{Verdict: talk.Verdict(r.Verdict), Body: r.Text, Lang: "es"}
		for _, one := range found {
			reply.Parts = append(reply.Parts, one.Part)
		}
		if err := consultation.Give(tx, a, c.ID, reply); err != nil {
			return err
		}
	}
	return nil
}
