// Package search finds public things by their words. Texts and queries are folded and stemmed in Go
// by their language, so that both engines find the same: "educacion" finds "educación". The index
// changes in the transaction of the thing, by a hook on its events, so it never lags behind; whether
// what it finds may be seen is asked of the things and comments themselves, every time.
package search

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Source returns the longer texts of a thing, by language; rooms give one for their kind.
type Source func(tx *db.Tx, t thing.Thing) (map[string]string, error)

// Service indexes and finds.
type Service struct {
	db      *db.DB
	sources map[thing.Kind]Source
	langs   []string
	known   sync.Map // words that are in the vocabulary for sure, so that they need no statement
}

// NewService returns a search over things of the kinds that sources names; other kinds are found by
// title and summary. langs are the languages queries may be in.
func NewService(d *db.DB, langs []string, sources map[thing.Kind]Source) *Service {
	return &Service{db: d, sources: sources, langs: langs}
}

// Kinds are those that search shows; entries and the like are found through their parents.
var Kinds = []thing.Kind{"consultation", "challenge", "proposal", "vote", "agency", "topic"}

// keepsWords are the events after which a thing's words are what they were, though they happen often:
// a support or a vote costs nothing here. After any other, known or not, the thing is indexed again.
var keepsWords = map[string]bool{
	"support.give": true, "support.take": true, "support.keep": true, "proposal.threshold": true, "vote.batch": true, "survey.respond": true,
	"survey.edit": true, "comment.hide": true, "comment.show": true, "follow.begin": true, "follow.end": true,
}

// Index is the hook that keeps the index in step with a thing and what is said on it. The note of an
// event about a comment is the comment's id; a hidden comment keeps its place and is passed over.
func (s *Service) Index(tx *db.Tx, e thing.Event) error {
	if e.Thing == 0 || keepsWords[e.Verb] {
		return nil
	}
	if strings.HasPrefix(e.Verb, "comment.") {
		id, err := strconv.ParseInt(e.Note, 10, 64)
		if err != nil {
			return nil // of no single comment
		}
		c, err := talk.Get(tx, id)
		if fault.Is(err, fault.NotFound) {
			return nil // the number is another one
		}
		if err != nil {
			return err
		}
		return s.PutComment(tx, c)
	}
	t, err := thing.Get(tx, e.Thing)
	if err != nil {
		return err
	}
	return s.Put(tx, t)
}

// Put indexes a thing, or takes it out when it is not to be found. Its official answer is part of it.
func (s *Service) Put(tx *db.Tx, t thing.Thing) error {
	if err := remove(tx, ofThings, int64(t.ID)); err != nil {
		return err
	}
	if t.State != thing.Published || t.Hidden() || !slices.Contains(Kinds, t.Kind) {
		return nil
	}
	b := bag{}
	bodies, err := s.Bodies(tx, t)
	if err != nil {
		return err
	}
	for _, lang := range s.langs {
		words, err := thing.Translations(tx, lang, t.ID)
		if err != nil {
			return err
		}
		if lang != t.Lang && words[t.ID] == nil {
			continue
		}
		u := t.In(lang, words[t.ID])
		b.add("=", text.Words(u.Title, lang))
		b.add("", text.Words(u.Title+" "+u.Summary+" "+text.Plain(bodies[lang]), lang))
	}
	answer, err := answerOf(tx, t.ID)
	if err != nil {
		return err
	}
	b.add("", text.Words(text.Plain(answer.Body), answer.Lang))
	if err := s.learn(tx, b); err != nil {
		return err
	}
	return insert(tx, ofThings, int64(t.ID), append(b.tokens(), facets(t)...))
}

// PutComment indexes what was said on a thing that search shows, or takes it out when it is gone.
func (s *Service) PutComment(tx *db.Tx, c talk.Comment) error {
	if err := remove(tx, ofComments, c.ID); err != nil || !c.DeletedAt.IsZero() {
		return err
	}
	t, err := thing.Get(tx, c.Thing)
	if err != nil || !slices.Contains(Kinds, t.Kind) {
		return err
	}
	b := s.said(c.Body, t.Lang)
	if err := s.learn(tx, b); err != nil {
		return err
	}
	return insert(tx, ofComments, c.ID, b.tokens())
}

// said are the words of a comment on something written in lang.
func (s *Service) said(body, lang string) bag {
	b := bag{}
	plain := text.Plain(body)
	b.add("", text.Words(plain, text.Likeliest(plain, lang, s.langs)))
	return b
}

// Bodies are the longer texts of a thing, by language; nil where its room gives none.
func (s *Service) Bodies(tx *db.Tx, t thing.Thing) (map[string]string, error) {
	if source := s.sources[t.Kind]; source != nil {
		return source(tx, t)
	}
	return nil, nil
}

// answerOf is the official answer that holds; the zero Answer where there is none.
func answerOf(tx *db.Tx, id thing.ID) (n talk.Answer, err error) {
	all, err := talk.Answers(tx, id)
	if len(all) > 0 {
		n = all[0]
	}
	return n, err
}

// A bag holds the tokens of a text, each once, with the words they stand for.
type bag map[string][]string

func (b bag) add(mark string, words []text.Word) {
	for _, w := range words {
		t := mark + w.Stem
		if !slices.Contains(b[t], w.Folded) {
			b[t] = append(b[t], w.Folded)
		}
	}
}

func (b bag) tokens() []string {
	all := make([]string, 0, len(b))
	for t := range b {
		all = append(all, t)
	}
	slices.Sort(all)
	return all
}

// facets are what a thing is filtered by, as tokens.
func facets(t thing.Thing) []string {
	all := []string{facet("k", string(t.Kind))}
	if t.Subject != "" {
		all = append(all, facet("s", t.Subject))
	}
	if t.Place != "" {
		all = append(all, facet("p", t.Place))
	}
	if t.Agency != 0 {
		all = append(all, facet("a", fmt.Sprint(t.Agency)))
	}
	return all
}

// facet writes a filter as a token: whatever a key holds, it becomes letters, digits and hyphens.
func facet(name, value string) string { return name + ":" + text.Slug(value) }

// learn puts the words of a bag into the vocabulary, by which the last word of a query is completed.
func (s *Service) learn(tx *db.Tx, b bag) error {
	var fresh []string // word and stem
	for stem, words := range b {
		for _, w := range words {
			pair := w + " " + strings.TrimPrefix(stem, "=")
			if _, ok := s.known.Load(pair); !ok {
				fresh = append(fresh, pair)
			}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	slices.Sort(fresh) // in one order for everybody, so that no two writes wait for each other
	fresh = slices.Compact(fresh)
	if err := insertWords(tx, fresh); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		for _, pair := range fresh {
			s.known.Store(pair, true)
		}
	})
	return nil
}
