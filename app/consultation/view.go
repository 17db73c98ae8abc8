package consultation

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Translated are the fields that staff can write in each of the instance's languages; a stage's name
// is "stage." and its place from 0.
var Translated = []string{"title", "summary", "body", "deciding", "undecided", "decider", "offline", "outcome"}

// StageField is the field of a stage's name in translations.
func StageField(i int) string { return "stage." + strconv.Itoa(i) }

// A Reading is a consultation with what stands beside it, for one reader.
type Reading struct {
	Consultation
	Words     thing.Words // in the reader's language, where there are any
	Topics    []Topic     // those that are published, in the reader's language
	People    int64       // who commented
	Remarks   int64       // comments on it and on its topics
	Questions int         // of its questionnaires
	Stated    int         // statements that are shown
}

// Show reads what a page about a consultation shows to the actor.
func (s *Service) Show(ctx context.Context, a identity.Actor, slug, lang string) (r Reading, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := Find(tx, slug)
		if err != nil {
			return err
		}
		r, err = read(tx, a, c, lang)
		return err
	})
	return r, err
}

func read(tx *db.Tx, a identity.Actor, c Consultation, lang string) (r Reading, err error) {
	if err := policy.Allow(a, policy.See, c.Thing, tx.Now); err != nil {
		return r, err
	}
	r = Reading{Consultation: c}
	words, err := thing.Translations(tx, lang, c.ID)
	if err != nil {
		return r, err
	}
	r.Words = words[c.ID]
	if r.Topics, err = topicsIn(tx, c, lang); err != nil {
		return r, err
	}
	if r.People, r.Remarks, err = Contributors(tx, c.ID); err != nil {
		return r, err
	}
	if r.Questions, err = questions(tx, c.ID); err != nil {
		return r, err
	}
	r.Stated, err = shown(tx, c.ID)
	return r, err
}

// topicsIn are a consultation's topics in a language where they have been translated.
func topicsIn(tx *db.Tx, c Consultation, lang string) ([]Topic, error) {
	all, err := Topics(tx, c.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t Topic) bool { return t.Hidden() || t.State == thing.Withdrawn })
	var ids []thing.ID
	for _, t := range all {
		ids = append(ids, t.ID)
	}
	words, err := thing.Translations(tx, lang, ids...)
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		all[i] = t.In(lang, words[t.ID])
	}
	return all, nil
}

// In returns the topic in another language, where it has a title in it.
func (t Topic) In(lang string, w thing.Words) Topic {
	if t.Lang == lang || w["title"] == "" {
		return t
	}
	t.Thing = t.Thing.In(lang, w)
	if w["body"] != "" {
		t.Body, t.HTML = w["body"], text.Markdown(w["body"], text.Official)
	}
	return t
}

// ShowTopic reads a topic and the consultation it belongs to.
func (s *Service) ShowTopic(ctx context.Context, a identity.Actor, slug, lang string) (t Topic, c Consultation, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, err = FindTopic(tx, slug); err != nil {
			return err
		}
		if c, err = Get(tx, t.Parent); err != nil {
			return err
		}
		for _, one := range []thing.Thing{c.Thing, t.Thing} {
			if err := policy.Allow(a, policy.See, one, tx.Now); err != nil {
				return err
			}
		}
		words, err := thing.Translations(tx, lang, t.ID, c.ID)
		t, c.Thing = t.In(lang, words[t.ID]), c.Thing.In(lang, words[c.ID])
		return err
	})
	return t, c, err
}

// A File is a consultation as its staff see it, with its translations by language.
type File struct {
	Reading
	Translations map[string]thing.Words
	Needs        []Need
}

// Manage reads a consultation for those who look after it. languages are the instance's.
func (s *Service) Manage(ctx context.Context, a identity.Actor, id thing.ID, languages []string) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		f = File{Translations: map[string]thing.Words{}}
		if f.Reading, err = read(tx, a, c, c.Lang); err != nil {
			return err
		}
		f.Needs = c.Checklist(f.Questions, f.Stated)
		for _, lang := range languages {
			words, err := thing.Translations(tx, lang, id)
			if err != nil {
				return err
			}
			f.Translations[lang] = words[id]
		}
		return nil
	})
	return f, err
}

// Managed lists the consultations that the actor looks after, drafts included, newest first.
func (s *Service) Managed(ctx context.Context, a identity.Actor) (all []thing.Thing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = managed(tx, a.Agencies(identity.FocalPoint, identity.Editor), a.Has(identity.Administrator))
		return err
	})
	return all, err
}

// Translate stores a consultation's words in another language; an empty text takes one away. Fields
// that are not in Translated and are no stage's are refused.
func (s *Service) Translate(ctx context.Context, a identity.Actor, id thing.ID, lang string, words thing.Words) error {
	var check fault.Check
	for field, w := range words {
		words[field] = text.Clean(w)
		check.That(utf8.RuneCountInString(w) <= BodyMost, field, "consultation.long", "max", int64(BodyMost))
	}
	check.That(len(words) <= len(Translated)+StagesMost, "title", "consultation.long", "max", int64(StagesMost))
	if err := check.Err(); err != nil {
		return err
	}
	return s.change(ctx, a, id, "consultation.translate", lang, func(tx *db.Tx, c *Consultation) error {
		for field := range words {
			if !slices.Contains(Translated, field) && !c.hasStage(field) {
				return fault.New(fault.Invalid, "fault.request")
			}
		}
		return thing.Translate(tx, id, lang, words)
	})
}

func (c Consultation) hasStage(field string) bool {
	for i := range c.Stages {
		if field == StageField(i) {
			return true
		}
	}
	return false
}

// StoreWords stores translations of a consultation or topic without asking who: for the demo.
func StoreWords(tx *db.Tx, id thing.ID, lang string, words thing.Words) error {
	return thing.Translate(tx, id, lang, words)
}

// SaveTopic adds a topic (id 0) or changes one, with its words in other languages.
func (s *Service) SaveTopic(ctx context.Context, a identity.Actor, of, id thing.ID, e TopicEdit) error {
	if err := e.check(); err != nil {
		return err
	}
	return s.change(ctx, a, of, "consultation.topics", e.Title, func(tx *db.Tx, c *Consultation) error {
		all, err := Topics(tx, of)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(t Topic) bool { return t.ID == id })
		switch {
		case id == 0 && len(all) >= TopicsMost:
			return fault.On("title", "consultation.topics.many", "max", int64(TopicsMost))
		case id == 0:
			t := Topic{Thing: thing.Thing{Author: a.ID, Lang: c.Lang, Title: e.Title}, Body: e.Body, Stances: e.Stances}
			if err := InsertTopic(tx, *c, &t); err != nil {
				return err
			}
			return e.translate(tx, a, t.ID)
		case i < 0:
			return fault.New(fault.NotFound, "thing.missing")
		}
		t := all[i]
		t.Title, t.Body, t.Stances = e.Title, e.Body, e.Stances
		if err := saveTopic(tx, &t); err != nil {
			return err
		}
		return e.translate(tx, a, id)
	})
}

// TopicEdit is what staff enter for a topic.
type TopicEdit struct {
	Title, Body string
	Stances     bool
	Words       map[string]thing.Words // by language: title, body
}

func (e *TopicEdit) check() error {
	e.Title, e.Body = text.Clean(e.Title), text.Clean(e.Body)
	var c fault.Check
	c.That(e.Title != "", "title", "consultation.title.empty")
	c.That(utf8.RuneCountInString(e.Title) <= TitleMost, "title", "consultation.long", "max", int64(TitleMost))
	c.That(utf8.RuneCountInString(e.Body) <= BodyMost, "body", "consultation.long", "max", int64(BodyMost))
	return c.Err()
}

// translate stores the words in other languages and records the change of the topic, for search.
func (e TopicEdit) translate(tx *db.Tx, a identity.Actor, id thing.ID) error {
	for lang, words := range e.Words {
		if err := thing.Translate(tx, id, lang, thing.Words{"title": text.Clean(words["title"]), "body": text.Clean(words["body"])}); err != nil {
			return err
		}
	}
	return thing.Record(tx, a.ID, "topic.edit", id, "")
}

// RemoveTopic takes a topic away that nobody has commented on.
func (s *Service) RemoveTopic(ctx context.Context, a identity.Actor, of, id thing.ID) error {
	return s.change(ctx, a, of, "consultation.topics", "−", func(tx *db.Tx, c *Consultation) error {
		t, err := GetTopic(tx, id)
		if err != nil {
			return err
		}
		if t.Parent != of {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if t.Comments > 0 {
			return fault.New(fault.Conflict, "consultation.topic.discussed")
		}
		t.Parent, t.State = 0, thing.Withdrawn // events may speak of it, so its row stays
		return saveTopic(tx, &t)
	})
}

// TopicFile reads a topic for those who look after it, with its words in some languages.
func (s *Service) TopicFile(ctx context.Context, a identity.Actor, id thing.ID, languages []string) (t Topic, words map[string]thing.Words, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, err = GetTopic(tx, id); err != nil {
			return err
		}
		words = map[string]thing.Words{}
		for _, lang := range languages {
			all, err := thing.Translations(tx, lang, id)
			if err != nil {
				return err
			}
			words[lang] = all[id]
		}
		return policy.Allow(a, policy.Manage, t.Thing, tx.Now)
	})
	return t, words, err
}
