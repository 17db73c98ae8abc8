package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

// An Instead is what might be asked instead of a query that found nothing, and finds something.
type Instead struct {
	Text  string
	Total int
	Cut   bool // Total is the least there are
	Wide  bool // the same words without the filters
}

const (
	insteadMost  = 4 // suggestions
	spellingMost = 3 // spellings tried for a word
)

// Instead returns what to ask instead of a query: the same words without filters, the words in a
// spelling that texts here have, or some of the words.
func (s *Service) Instead(ctx context.Context, q Query) (all []Instead, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all = nil
		wide := Query{Text: q.Text, Near: q.Near, Of: thing.Query{Now: q.Of.Now}, Limit: 1}
		n, err := s.try(tx, wide, &all)
		if err != nil || n > 0 {
			if n > 0 {
				all[0] = Instead{Text: q.Text, Total: n, Cut: all[0].Cut, Wide: true}
			}
			return err
		}
		words := strings.Fields(q.Text)
		words = words[:min(len(words), wordsMost)]
		for i := range words {
			for _, spelt := range s.spellings(tx, words[i]) {
				wide.Text = strings.Join(slices.Concat(words[:i], []string{spelt}, words[i+1:]), " ")
				if _, err := s.try(tx, wide, &all); err != nil {
					return err
				}
			}
		}
		for i := range words {
			if len(words) == 1 || len(text.Stems(words[i], s.langs[0])) == 0 {
				continue
			}
			wide.Text = words[i]
			if _, err := s.try(tx, wide, &all); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// try adds a query to the suggestions when it finds something, in the spelling of what it finds.
func (s *Service) try(tx *db.Tx, q Query, all *[]Instead) (int, error) {
	if len(*all) == insteadMost {
		return 0, nil
	}
	f, err := s.find(tx, q)
	if err != nil || f.Total == 0 {
		return 0, err
	}
	text := q.Text
	if one := !strings.Contains(text, " "); one && len(f.Hits) > 0 {
		h := f.Hits[0]
		text = cmp.Or(f.Words.First(h.Title), f.Words.First(h.Summary), f.Words.First(h.Bodies[h.Lang]), f.Words.First(h.Said.Body), text)
	}
	if !slices.ContainsFunc(*all, func(i Instead) bool { return i.Text == text }) {
		*all = append(*all, Instead{Text: text, Total: f.Total, Cut: f.Cut})
	}
	return f.Total, nil
}

// spellings are the words of texts here that differ from one by a letter or two, the nearest first;
// none where it is among them itself.
func (s *Service) spellings(tx *db.Tx, word string) (near []string) {
	folded := text.Fold(word)
	if len([]rune(folded)) < 4 || len(text.Stems(folded, s.langs[0])) != 1 {
		return nil
	}
	known, err := alike(tx, folded)
	if err != nil || known[folded] != "" {
		return nil
	}
	most := 1 + len(folded)/7
	away := map[string]int{}
	for w := range known {
		if d := distance([]rune(folded), []rune(w)); d <= most {
			away[w] = d
			near = append(near, w)
		}
	}
	slices.SortFunc(near, func(a, b string) int { return cmp.Or(cmp.Compare(away[a], away[b]), cmp.Compare(a, b)) })
	return near[:min(len(near), spellingMost)]
}

// distance is how many letters must be put in, left out, changed or swapped with the next to make one
// word of another.
func distance(a, b []rune) int {
	two, one, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			change := one[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			now[j] = min(change, one[j]+1, now[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], two[j-2]+1)
			}
		}
		two, one, now = one, now, two
	}
	return one[len(b)]
}
