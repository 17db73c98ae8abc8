// Package search finds public things by their words. Texts and queries are folded and stemmed in Go
// by their language, so that both engines find the same: "educacion" finds "educación". The index
// changes in the transaction of the thing, by a hook on its events, so it never lags behind.
package search

import (
	"context"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
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
}

// NewService returns a search over things of the kinds that sources names; other kinds are found by
// title and summary. langs are the languages queries may be in.
func NewService(d *db.DB, langs []string, sources map[thing.Kind]Source) *Service {
	return &Service{d, sources, langs}
}

// kinds are those that search shows; entries and the like are found through their parents.
var kinds = []thing.Kind{"consultation", "challenge", "proposal", "vote", "agency", "topic"}

// indexed are the verbs after which a thing's words may have changed; any other event leaves the
// index alone, so that a comment or a support costs nothing here.
func changesWords(verb string) bool {
	_, act, _ := strings.Cut(verb, ".")
	switch act {
	case "create", "publish", "change", "edit", "translate", "withdraw", "hide", "show", "schedule", "outcome", "decide", "void", "counted", "import", "schedule.cancel":
		return true
	}
	return false
}

// Index is the hook that keeps the index in step with a thing.
func (s *Service) Index(tx *db.Tx, e thing.Event) error {
	if e.Thing == 0 || !changesWords(e.Verb) {
		return nil
	}
	t, err := thing.Get(tx, e.Thing)
	if err != nil {
		return err
	}
	return s.Put(tx, t)
}

// Put indexes a thing, or takes it out when it is not to be found.
func (s *Service) Put(tx *db.Tx, t thing.Thing) error {
	if err := remove(tx, t.ID); err != nil {
		return err
	}
	if t.State != thing.Published || t.Hidden() || !slices.Contains(kinds, t.Kind) {
		return nil
	}
	bodies := map[string]string{}
	if source := s.sources[t.Kind]; source != nil {
		var err error
		if bodies, err = source(tx, t); err != nil {
			return err
		}
	}
	var title, body []string
	for _, lang := range s.langs {
		words, err := thing.Translations(tx, lang, t.ID)
		if err != nil {
			return err
		}
		if lang != t.Lang && words[t.ID] == nil {
			continue
		}
		u := t.In(lang, words[t.ID])
		title = append(title, text.Stems(u.Title, lang)...)
		body = append(append(body, text.Stems(u.Summary, lang)...), text.Stems(text.Plain(bodies[lang]), lang)...)
	}
	return insert(tx, t.ID, strings.Join(title, " "), strings.Join(body, " "))
}

// A Query asks for things by words.
type Query struct {
	Text  string
	Kind  thing.Kind // "": all
	Phase string     // "open", "closed", "upcoming" or ""
	Now   time.Time
	After int // how many results to pass over: pages of a ranked list
	Limit int
}

// A Hit is a thing that was found.
type Hit struct {
	thing.Thing
	Body string // a piece of its text, for showing why it matches
}

// wordsMost bounds the words of a query.
const wordsMost = 12

// Terms are the stems of a query in each of the languages: a thing matches when it holds all stems
// of one language, the last of them as a beginning (people search while they type).
func (s *Service) Terms(q string) [][]string {
	var all [][]string
	for _, lang := range s.langs {
		stems := text.Stems(q, lang)
		if len(stems) > wordsMost {
			stems = stems[:wordsMost]
		}
		if len(stems) > 0 && !slices.ContainsFunc(all, func(o []string) bool { return slices.Equal(o, stems) }) {
			all = append(all, stems)
		}
	}
	return all
}

// Find returns what matches, the best first: words in titles count most, and what is open comes
// before what is closed. more tells whether there is a next page.
func (s *Service) Find(ctx context.Context, q Query) (hits []Hit, more bool, err error) {
	terms := s.Terms(q.Text)
	if len(terms) == 0 {
		return nil, false, nil
	}
	if q.Limit <= 0 || q.Limit > 100 {
		q.Limit = 20
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		things, err := find(tx, terms, q)
		if err != nil {
			return err
		}
		if len(things) > q.Limit {
			things, more = things[:q.Limit], true
		}
		for _, t := range things {
			h := Hit{Thing: t}
			if source := s.sources[t.Kind]; source != nil {
				bodies, err := source(tx, t)
				if err != nil {
					return err
				}
				h.Body = text.Plain(bodies[t.Lang])
			}
			hits = append(hits, h)
		}
		return nil
	})
	return hits, more, err
}

// A Piece of an excerpt; Match marks the words that were searched for.
type Piece struct {
	Text  string
	Match bool
}

// around is how many characters of text an excerpt shows.
const around = 180

// Excerpt cuts a text around the first word that matches the query and marks every match.
func (s *Service) Excerpt(body, query string) []Piece {
	wanted := map[string]bool{}
	for _, stems := range s.Terms(query) {
		for _, w := range stems {
			wanted[w] = true
		}
	}
	words := strings.Fields(body)
	matches := func(w string) bool {
		for _, lang := range s.langs {
			for _, st := range text.Stems(w, lang) {
				if wanted[st] {
					return true
				}
			}
		}
		return false
	}
	first := max(0, slices.IndexFunc(words[:min(len(words), 2000)], matches)-8)
	var out []Piece
	length := 0
	for _, w := range words[first:] {
		if length > around {
			break
		}
		length += len(w) + 1
		hit := matches(w)
		if n := len(out); n > 0 && out[n-1].Match == hit {
			out[n-1].Text += " " + w
		} else {
			out = append(out, Piece{w, hit})
		}
	}
	if first > 0 && len(out) > 0 {
		out = append([]Piece{{Text: "…"}}, out...)
	}
	return out
}

// similarMost is how many candidates are looked at for what is similar.
const similarMost = 30

// Similar returns up to n public things of a kind whose titles share words with a title, those that
// share most first; whether they are open or long answered makes no difference. A thing must share
// a third of the words, so that one common word proves nothing.
func (s *Service) Similar(ctx context.Context, title, lang string, k thing.Kind, n int) (all []thing.Thing, err error) {
	stems := text.Stems(title, lang)
	if len(stems) == 0 {
		return nil, nil
	}
	stems = stems[:min(len(stems), 2*wordsMost)]
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		candidates, err := similar(tx, stems, k, similarMost)
		all = all[:0]
		for _, t := range candidates {
			if shared := shares(stems, text.Stems(t.Title, t.Lang)); 3*shared >= len(stems) && len(all) < n {
				all = append(all, t)
			}
		}
		return err
	})
	return all, err
}

// shares counts the words of a that b holds too.
func shares(a, b []string) (n int) {
	for _, w := range a {
		if slices.Contains(b, w) {
			n++
		}
	}
	return n
}
