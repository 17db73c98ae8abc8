package demo

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/thing"
)

func (t *town) planChallenges(files fs.FS, _ time.Time) error {
	f, err := read[challengesFile](files, "challenges.toml")
	if err != nil {
		return err
	}
	for _, row := range f.Challenges {
		t.challenge(row, f.Declaration)
	}
	return nil
}

// stageKinds are the room's words for the phases of the file, where they differ.
var stageKinds = map[string]string{"ideas": challenge.Entries}

// challenge plans a challenge from its publication to its decision.
func (t *town) challenge(row challengeRow, declaration both) {
	c := t.brief(row)
	c.Declaration = declaration.ES
	by := t.voice(row.Agency)
	t.then(c.PublishedAt, func(tx *db.Tx) error {
		c.Agency, c.Author = t.agency[row.Agency], by.ID
		if err := c.Check(); err != nil {
			return err
		}
		if err := challenge.Insert(tx, c); err != nil {
			return err
		}
		t.loaded.Things++
		words := row.words()
		words["declaration"] = declaration.EN
		if err := thing.Translate(tx, c.ID, "en", words); err != nil {
			return err
		}
		return thing.Record(tx, by.ID, "challenge.publish", c.ID, "")
	})
	t.questions(c, row)
	for _, e := range row.Entries {
		t.enter(c, e)
	}
	t.decide(c, row)
	t.talk(&c.ID, nil, row.Comments)
}

// brief is what a challenge asks.
func (t *town) brief(row challengeRow) *challenge.Challenge {
	c := &challenge.Challenge{
		Body: row.Body, Success: row.Success, Eligibility: row.Eligibility, Rules: row.Rules, Rights: row.Property, Privacy: row.Privacy,
		Prize: row.Prize * minor, Seed: row.Seed * minor, Currency: t.set.Currency, PrizeText: row.Award, Sealed: row.Sealed,
		Finalists: int64(row.Finalists), Winners: 1,
	}
	c.Slug, c.Lang, c.Title, c.Summary, c.Subject, c.Place = row.Slug, "es", row.Title, row.Summary, row.Subject, row.Place
	c.State, c.PublishedAt = thing.Published, t.when(row.Published)
	c.Stages = t.stages(row.Phases)
	for i, s := range c.Stages {
		if kind, ok := stageKinds[s.Kind]; ok {
			c.Stages[i].Kind = kind
		}
	}
	for _, k := range row.Criteria {
		c.Criteria = append(c.Criteria, challenge.Criterion{Name: k.Name.ES, Description: k.Descriptor.ES, Weight: int64(k.Weight)})
	}
	for _, d := range row.Data {
		c.Data = append(c.Data, challenge.Dataset{Title: d.Title, URL: d.URL, Format: d.Format, Licence: d.Licence})
	}
	for _, e := range row.Entries {
		c.Winners = max(c.Winners, int64(e.Place))
	}
	return c
}

// words are a brief's texts in English.
func (row challengeRow) words() thing.Words {
	w := thing.Words{
		"title": row.EN.Title, "summary": row.EN.Summary, "body": row.EN.Body, "success": row.EN.Success, "eligibility": row.EN.Eligibility,
		"rules": row.EN.Rules, "rights": row.EN.Property, "privacy": row.EN.Privacy, "prize": row.EN.Award,
	}
	for i, p := range row.Phases {
		w[fmt.Sprintf("stage.%d.name", i)] = p.Name.EN
	}
	for i, k := range row.Criteria {
		w[fmt.Sprintf("criterion.%d.name", i)], w[fmt.Sprintf("criterion.%d.description", i)] = k.Name.EN, k.Descriptor.EN
	}
	return w
}

// questions plans what was asked about the brief: it is stored when it is answered.
func (t *town) questions(c *challenge.Challenge, row challengeRow) {
	for _, f := range row.FAQ {
		asked, answered := t.when(f.Asked), t.when(f.Answered)
		t.then(answered, func(tx *db.Tx) error {
			q := challenge.Question{Challenge: c.ID, Question: f.Question.ES, Answer: f.Answer.ES, At: asked, AnsweredAt: answered}
			if err := challenge.InsertQuestion(tx, &q); err != nil {
				return err
			}
			words := thing.Words{fmt.Sprintf("question.%d", q.ID): f.Question.EN, fmt.Sprintf("answer.%d", q.ID): f.Answer.EN}
			if err := thing.Translate(tx, c.ID, "en", words); err != nil {
				return err
			}
			return thing.Record(tx, c.Author, "challenge.answer", c.ID, "")
		})
	}
}

// enter plans a team's entry, with what the evaluators made of it.
func (t *town) enter(c *challenge.Challenge, row entryRow) {
	e := &challenge.Entry{Team: row.Team, Body: row.text(), SubmittedAt: t.when(row.Submitted), Reason: row.Reason, Place: int64(row.Place)}
	e.Slug, e.Lang, e.Title, e.Summary = row.Slug, "es", row.Team, row.Pitch
	for _, l := range row.Links {
		e.Links = append(e.Links, challenge.Link{Label: l.Label, URL: l.URL})
	}
	if row.Prototype.Repository != "" {
		e.Links = append(e.Links, challenge.Link{Label: "Repositorio", URL: row.Prototype.Repository})
	}
	if row.Prototype.Demo != "" {
		e.Links = append(e.Links, challenge.Link{Label: "Prototipo", URL: row.Prototype.Demo})
	}
	switch {
	case row.Valid == nil:
	case *row.Valid:
		e.Validity = challenge.Valid
	default:
		e.Validity = challenge.Invalid
	}
	switch {
	case row.Place > 0:
		e.Standing = challenge.Winner
	case row.Mention:
		e.Standing = challenge.Mention
	case row.Finalist:
		e.Standing = challenge.Finalist
	}
	captain := t.who(row.Captain)
	var members []string
	for _, key := range row.Members {
		members = append(members, t.who(key).Name)
	}
	if len(members) > 0 {
		e.Body += "\n\n**Equipo:** " + strings.Join(append([]string{captain.Name}, members...), ", ") + "."
	}
	t.then(e.SubmittedAt, func(tx *db.Tx) error {
		e.Author, e.Declaration = captain.ID, c.Declaration
		if err := challenge.InsertEntry(tx, *c, e); err != nil {
			return err
		}
		t.loaded.Entries++
		return thing.Record(tx, captain.ID, "entry.submit", e.ID, e.Code())
	})
}

// text is what the team wrote, and what it built later.
func (row entryRow) text() string {
	if row.Prototype.Text == "" {
		return row.Description
	}
	return row.Description + "\n\n### Prototipo\n\n" + row.Prototype.Text
}

// decide plans the naming of finalists, when their stage begins, and the decision.
func (t *town) decide(c *challenge.Challenge, row challengeRow) {
	by := t.voice(row.Agency)
	if s, ok := c.Stage(challenge.Prototypes); ok && row.hasFinalists() && s.OpensAt.Before(t.start) {
		t.then(s.OpensAt, func(tx *db.Tx) error {
			c.NamedAt = s.OpensAt
			if err := challenge.Store(tx, c); err != nil {
				return err
			}
			return thing.Record(tx, by.ID, "challenge.finalists", c.ID, "")
		})
	}
	if row.Decision.Text == "" {
		return
	}
	who, verb, outcome := t.who(row.Decision.By), "challenge.decide", challenge.Won
	if row.Decision.Outcome == "void" {
		verb, outcome = "challenge.void", challenge.Void
	}
	t.then(t.when(row.Decision.At), func(tx *db.Tx) error {
		c.Outcome, c.Decision, c.DecidedAt = outcome, row.Decision.Text, tx.Now
		if err := challenge.Store(tx, c); err != nil {
			return err
		}
		if err := thing.Translate(tx, c.ID, "en", thing.Words{"decision": row.Decision.EN}); err != nil {
			return err
		}
		return thing.Record(tx, who.ID, verb, c.ID, "")
	})
}

func (row challengeRow) hasFinalists() bool {
	for _, e := range row.Entries {
		if e.Finalist {
			return true
		}
	}
	return false
}
