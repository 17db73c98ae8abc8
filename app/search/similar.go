package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

const (
	titleWordsMost = 24   // of a title that are compared
	commonFrom     = 1500 // titles with a word, from which on it is no help to find others by
	candidatesMost = 400  // titles that are compared, of each word
	sharedLeast    = 0.34 // of a title's weight that another must share

	// Between so few and so many titles a word's weight falls; below, a rare word would weigh as much
	// as a misspelt one that nobody else has.
	fewTitles, manyTitles = 10, 20_000.0
)

// A weighed word of a title: the rarer in titles, the more two that share it have in common.
type weighed struct {
	stem   string
	titles int // that hold it, commonFrom at most
	weight float64
}

// Similar returns up to n public things of a kind whose titles share words with a title, those that
// share most first; whether they are open or long answered makes no difference. Rare words weigh more
// than common ones, and more than a third of the whole weight must be shared, so that one common word proves
// nothing. Accents, case and endings make no difference.
func (s *Service) Similar(ctx context.Context, title, lang string, k thing.Kind, n int) (all []thing.Thing, err error) {
	stems := text.Stems(title, lang)
	slices.Sort(stems)
	stems = slices.Compact(stems)
	stems = stems[:min(len(stems), titleWordsMost)]
	if len(stems) == 0 {
		return nil, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		words, err := weigh(tx, stems, k)
		if err != nil {
			return err
		}
		candidates, err := candidates(tx, words, k)
		if err != nil {
			return err
		}
		all, err = load(tx, closest(words, candidates, n))
		return err
	})
	return all, err
}

// weigh looks up how common the stems are in titles of a kind, the rarest first.
func weigh(tx *db.Tx, stems []string, k thing.Kind) ([]weighed, error) {
	g, words := grammarOf(tx), make([]weighed, len(stems))
	for i, stem := range stems {
		titles, err := count(tx, ofThings, g.within(g.token("="+stem), []string{facet("k", string(k))}), commonFrom)
		if err != nil {
			return nil, err
		}
		words[i] = weighed{stem, titles, math.Log1p(manyTitles / float64(max(titles, fewTitles)))}
	}
	slices.SortStableFunc(words, func(a, b weighed) int { return cmp.Compare(a.titles, b.titles) })
	return words, nil
}

// A candidate is a title that shares something.
type candidate struct {
	id    thing.ID
	stems []string
}

// candidates are the titles that hold one of the words that are not common; where all are, those that
// hold the two rarest. Only the newest are looked at, and of those only what everybody may read.
func candidates(tx *db.Tx, words []weighed, k thing.Kind) ([]candidate, error) {
	g := grammarOf(tx)
	var rare []string
	for _, w := range words {
		if w.titles > 0 && w.titles < commonFrom {
			rare = append(rare, g.token("="+w.stem))
		}
	}
	expressions := rare
	if len(rare) == 0 {
		var common []string
		for _, w := range words[:min(2, len(words))] {
			common = append(common, g.token("="+w.stem))
		}
		expressions = []string{strings.Join(common, g.and)}
	}
	var found []thing.ID
	for _, e := range expressions {
		more, err := ids(tx, ofThings, g.within("("+e+")", []string{facet("k", string(k))}), candidatesMost)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return titles(tx, mostNamed(found, candidatesMost))
}

// mostNamed returns up to n of the ids, those first that are named most often.
func mostNamed(all []thing.ID, n int) []thing.ID {
	times := map[thing.ID]int{}
	for _, id := range all {
		times[id]++
	}
	each := make([]thing.ID, 0, len(times))
	for id := range times {
		each = append(each, id)
	}
	slices.SortFunc(each, func(a, b thing.ID) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(b, a)) })
	return each[:min(n, len(each))]
}

// closest returns the ids of up to n candidates that share enough, those that share most first; of
// equals, those that say little else, then the newest.
func closest(words []weighed, all []candidate, n int) (found []thing.ID) {
	whole := 0.0
	for _, w := range words {
		whole += w.weight
	}
	share := map[thing.ID]float64{}
	all = slices.DeleteFunc(all, func(c candidate) bool {
		shared := 0.0
		for _, w := range words {
			if slices.Contains(c.stems, w.stem) {
				shared += w.weight
			}
		}
		share[c.id] = shared / whole
		return shared < sharedLeast*whole
	})
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(share[b.id], share[a.id]), cmp.Compare(len(a.stems), len(b.stems)), cmp.Compare(b.id, a.id))
	})
	for _, c := range all[:min(n, len(all))] {
		found = append(found, c.id)
	}
	return found
}
