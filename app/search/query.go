package search

import (
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

// wordsMost bounds the words of a query; completionsMost what its last word may become.
const (
	wordsMost       = 12
	completionsMost = 24
)

// A way is one way to read a query, in one language: every word must be there, as one of its stems.
type way [][]string

// ways are the ways to read a query; a thing matches when it matches one.
type ways []way

// read reads a query in each language. The last word may be a beginning, for people search while they
// type: it stands for every known word that begins so; but where they have typed to the end, only where
// it is no known word itself.
func (s *Service) read(tx *db.Tx, q string, typing bool) (all ways, err error) {
	for _, lang := range s.langs {
		words := text.Words(q, lang)
		words = words[:min(len(words), wordsMost)]
		var w way
		for i, word := range words {
			stems := []string{word.Stem}
			if i == len(words)-1 {
				if stems, err = complete(tx, word, typing); err != nil {
					return nil, err
				}
			}
			w = append(w, stems)
		}
		if len(w) > 0 && !slices.ContainsFunc(all, func(o way) bool { return slices.EqualFunc(o, w, slices.Equal) }) {
			all = append(all, w)
		}
	}
	return all.merged(), nil
}

// merged makes one way of those of a single word: whichever language it is read in, any stem will do.
func (all ways) merged() ways {
	if len(all) < 2 || all.words() > 1 {
		return all
	}
	return ways{{all.stems()}}
}

// complete returns the stem of a word and, where it is being typed or no word yet, those of the words
// that begin like it, short ones first.
func complete(tx *db.Tx, w text.Word, typing bool) ([]string, error) {
	stems := []string{w.Stem}
	if len(w.Folded) < 2 {
		return stems, nil
	}
	more, err := beginning(tx, w.Folded, 4*completionsMost)
	if len(more) > 0 && more[0].word == w.Folded && !typing {
		return stems, err
	}
	for _, m := range more {
		if len(stems) < completionsMost && !slices.Contains(stems, m.stem) {
			stems = append(stems, m.stem)
		}
	}
	return stems, err
}

// stems are all the stems that the ways look for.
func (all ways) stems() (stems []string) {
	for _, w := range all {
		for _, alternatives := range w {
			for _, stem := range alternatives {
				if !slices.Contains(stems, stem) {
					stems = append(stems, stem)
				}
			}
		}
	}
	return stems
}

// words is the number of words of the longest way.
func (all ways) words() (n int) {
	for _, w := range all {
		n = max(n, len(w))
	}
	return n
}

// An engine's query language: how it writes a token, and its words for and and or.
type grammar struct{ quote, and, or string }

var (
	lite     = grammar{`"`, " AND ", " OR "}
	postgres = grammar{`'`, " & ", " | "}
)

// token quotes a token. Stems are letters and digits alone and facets slugs, so that nothing in them
// ends the quotes; what might is left out all the same.
func (g grammar) token(t string) string {
	return g.quote + strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' || r == '\\' || r == 0 {
			return -1
		}
		return r
	}, t) + g.quote
}

func (g grammar) any(tokens []string, mark string) string {
	all := make([]string, len(tokens))
	for i, t := range tokens {
		all[i] = g.token(mark + t)
	}
	return "(" + strings.Join(all, g.or) + ")"
}

// every asks for a way's every word, in titles when mark is "=".
func (g grammar) every(w way, mark string) string {
	all := make([]string, len(w))
	for i, stems := range w {
		all[i] = g.any(stems, mark)
	}
	return "(" + strings.Join(all, g.and) + ")"
}

// some asks for any of a way's words.
func (g grammar) some(w way, mark string) string {
	var stems []string
	for _, s := range w {
		stems = append(stems, s...)
	}
	return g.any(stems, mark)
}

// tiers are the expressions of a query, best first: all words in the title; all, and some of them in
// the title; all, anywhere.
func (g grammar) tiers(all ways, filters []string) [3]string {
	var titles, mixed, texts []string
	for _, w := range all {
		titles = append(titles, g.every(w, "="))
		mixed = append(mixed, "("+g.every(w, "")+g.and+g.some(w, "=")+")")
		texts = append(texts, g.every(w, ""))
	}
	var tiers [3]string
	for i, tier := range [][]string{titles, mixed, texts} {
		tiers[i] = g.within("("+strings.Join(tier, g.or)+")", filters)
	}
	return tiers
}

// within narrows an expression to things with all of some facets.
func (g grammar) within(expression string, filters []string) string {
	for _, f := range filters {
		expression = g.token(f) + g.and + expression
	}
	return expression
}

// filtersOf are the facets that a list's filters ask for; the rest of them is SQL's matter.
func filtersOf(q thing.Query) (all []string) {
	for _, f := range [][2]string{{"k", string(q.Kind)}, {"s", q.Subject}, {"p", q.Place}} {
		if f[1] != "" {
			all = append(all, facet(f[0], f[1]))
		}
	}
	return all
}
