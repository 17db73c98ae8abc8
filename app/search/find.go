package search

import (
	"cmp"
	"context"
	"slices"

	"tequio/app/db"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Query asks for things by words.
type Query struct {
	Text  string
	Of    thing.Query // filters, and Now; its order plays no part
	Join  string      // SQL that Of's own conditions need
	Near  string      // key of the reader's place: what is there comes before what is elsewhere
	After thing.Cursor
	Limit int  // 1…100; 0 is 20
	Brief bool // titles alone: nothing is read of texts and conversations
}

// How many matches of a query are looked at, the newest: enough to rank well, and so few that a word
// which half of all texts hold costs no more than a rare one. Found.Cut tells that there were more.
const (
	matchesMost = 1000
	saidMost    = 500
)

// Found is one page of what matches.
type Found struct {
	Hits  []Hit
	Total int          // on all pages
	Cut   bool         // there are more matches than were looked at: Total is the least there are
	Next  thing.Cursor // where the next page begins; its ID is 0 on the last
	Words *Marker      // marks why
}

// A Hit is a thing that was found.
type Hit struct {
	thing.Thing
	Bodies map[string]string // its longer texts by language, Markdown
	Answer talk.Answer       // the official answer that holds
	Said   talk.Comment      // what matches, where it is not the thing itself
}

// Find returns what matches: what matches by itself before what only its conversation matches, what
// is open before what is not, what is near before the rest, then words in titles before others, and
// the newest first.
func (s *Service) Find(ctx context.Context, q Query) (f Found, err error) {
	if q.Limit <= 0 || q.Limit > 100 {
		q.Limit = 20
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error { f, err = s.find(tx, q); return err })
	return f, err
}

func (s *Service) find(tx *db.Tx, q Query) (f Found, err error) {
	read, err := s.read(tx, q.Text, q.Brief)
	if err != nil {
		return f, err
	}
	f.Words = newMarker(read.stems(), s.langs)
	if len(read) == 0 {
		return f, nil
	}
	if err := byWord(tx); err != nil {
		return f, err
	}
	all, cut, err := s.rank(tx, read, q)
	if err != nil {
		return f, err
	}
	f.Total, f.Cut = len(all), cut
	if q.After.ID != 0 {
		after := ranked{class: q.After.Key, id: q.After.ID}
		from := slices.IndexFunc(all, func(r ranked) bool { return order(after, r) < 0 })
		if from < 0 {
			from = len(all)
		}
		all = all[from:]
	}
	if len(all) > q.Limit {
		all = all[:q.Limit]
		f.Next = thing.Cursor{Key: all[q.Limit-1].class, ID: all[q.Limit-1].id}
	}
	f.Hits, err = s.hits(tx, all, q.Brief)
	return f, err
}

// order is the order of results.
func order(a, b ranked) int {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.id, a.id))
}

// rank returns everything that matches in the order of results; cut tells that there is more.
func (s *Service) rank(tx *db.Tx, read ways, q Query) (all []ranked, cut bool, err error) {
	g := grammarOf(tx)
	tiers := g.tiers(read, filtersOf(q.Of))
	asked := []string{tiers[0], tiers[1], tiers[2]}
	switch {
	case q.Brief:
		asked = []string{tiers[0]}
	case read.words() == 1:
		asked = []string{tiers[0], tiers[2]} // one word is all of them
	}
	if all, cut, err = find(tx, asked, q); err != nil || q.Brief {
		return all, cut, err
	}
	if len(all) >= matchesMost { // after so many nobody reads on to what only its conversation matches
		return all, true, nil
	}
	own := map[thing.ID]bool{}
	for _, r := range all {
		own[r.id] = true
	}
	said, more, err := findSaid(tx, g.tiers(read, nil)[2], q)
	if err != nil {
		return nil, false, err
	}
	for _, r := range said {
		if !own[r.id] {
			all = append(all, r)
		}
	}
	return all, cut || more, nil
}

// hits reads what a page shows of the things.
func (s *Service) hits(tx *db.Tx, all []ranked, brief bool) (hits []Hit, err error) {
	ids, said := make([]thing.ID, len(all)), map[thing.ID]int64{}
	for i, r := range all {
		ids[i], said[r.id] = r.id, r.comment
	}
	things, err := load(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range things {
		h := Hit{Thing: t}
		switch id := said[t.ID]; {
		case brief:
		case id != 0:
			h.Said, err = talk.Get(tx, id)
		default:
			if h.Bodies, err = s.Bodies(tx, t); err == nil {
				h.Answer, err = answerOf(tx, t.ID)
			}
		}
		if err != nil {
			return nil, err
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// NarrowMost is how many matches of its words a list is made of, the newest.
const NarrowMost = 2000

// Narrow narrows a list to what matches words; it asks nothing when there are none. cut tells that
// there are more matches than the list looks at, which are its newest.
func (s *Service) Narrow(tx *db.Tx, q *thing.Query, words string) (cut bool, err error) {
	read, err := s.read(tx, words, false)
	if err != nil {
		return false, err
	}
	if len(read) == 0 {
		if words != "" {
			q.Where(`1 = 0`) // nothing but words that every text has, or signs
		}
		return false, nil
	}
	if err := byWord(tx); err != nil {
		return false, err
	}
	found, err := ids(tx, ofThings, grammarOf(tx).tiers(read, filtersOf(*q))[2], NarrowMost+1)
	if err != nil {
		return false, err
	}
	condition, list := among(tx, found[:min(len(found), NarrowMost)])
	q.Where(condition, list)
	return len(found) > NarrowMost, nil
}

// Whys are where a hit's words stand.
const (
	InText    = "text"
	InAnswer  = "answer"
	InComment = "comment"
)

// Why returns a piece of the hit's texts with the words that match marked, and where it stands:
// summary and body as the reader sees them, else the official answer, else what was said.
func (f Found) Why(h Hit, summary, body string) (where string, pieces []Piece) {
	if h.Said.ID != 0 {
		return InComment, f.Words.Excerpt(text.Plain(h.Said.Body))
	}
	own := summary + " " + text.Plain(head(body))
	if !f.Words.Matches(own) && h.Answer.ID != 0 {
		if answer := text.Plain(h.Answer.Body); f.Words.Matches(answer) {
			return InAnswer, f.Words.Excerpt(answer)
		}
	}
	return InText, f.Words.Excerpt(own)
}

// readMost is how much of a text an excerpt is looked for in, in bytes.
const readMost = 40_000

// head is the beginning of a long text, so that a page of results does not read whole plans.
func head(s string) string {
	if len(s) <= readMost {
		return s
	}
	return s[:readMost]
}
