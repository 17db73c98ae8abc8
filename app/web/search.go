package web

import (
	"net/url"
	"strconv"

	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/search"
	"tequio/app/text"
	"tequio/app/thing"
)

type searchView struct {
	Text    string
	Kind    string
	Phase   string
	Kinds   []choice
	Phases  []choice
	Asked   bool
	Results []searchResult
	More    string // address of the next page
	Page    int64
}

// choice is an entry of a list to pick from.
type choice struct {
	Value, Text string
	Chosen      bool
}

type searchResult struct {
	Card
	Pieces []search.Piece
}

var searchTmpl = page.New[searchView]("search")

// pageMost is how many results a page of the search shows.
const pageMost = 20

func (s *Server) search(v *Visit) error {
	m := searchView{Text: text.Line(v.Query("q")), Kind: v.Query("kind"), Phase: v.Query("phase"), Page: 1}
	if n, err := strconv.ParseInt(v.Query("page"), 10, 64); err == nil && n > 1 && n < 50 {
		m.Page = n
	}
	if r := []rune(m.Text); len(r) > 200 {
		m.Text = string(r[:200])
	}
	m.Kinds = v.choices(m.Kind, "search.kind.all", "kinds.", "consultation", "challenge", "proposal", "vote")
	m.Phases = v.choices(m.Phase, "search.phase.all", "state.", "open", "upcoming", "closed")
	m.Asked = m.Text != ""
	hits, more, err := s.Search.Find(v.ctx, search.Query{Text: m.Text, Kind: thing.Kind(m.Kind), Phase: m.Phase, Now: v.Now,
		After: int(m.Page-1) * pageMost, Limit: pageMost})
	if err != nil {
		return err
	}
	if err := v.results(&m, hits); err != nil {
		return err
	}
	if more {
		m.More = "/search?" + url.Values{"q": {m.Text}, "kind": {m.Kind}, "phase": {m.Phase}, "page": {strconv.FormatInt(m.Page+1, 10)}}.Encode()
	}
	title := v.T("search.title")
	if m.Asked {
		title = v.T("search.title.of", "text", m.Text)
	}
	return render(v, searchTmpl, Head{Title: title, Private: true}, m)
}

func (v *Visit) results(m *searchView, hits []search.Hit) error {
	return v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		var things []thing.Thing
		for _, h := range hits {
			things = append(things, h.Thing)
		}
		things, err := v.translated(tx, things)
		for i, t := range things {
			r := searchResult{Card: v.thingCard(t), Pieces: v.s.Search.Excerpt(t.Summary+" "+hits[i].Body, m.Text)}
			m.Results = append(m.Results, r)
		}
		return err
	})
}

// choices are the entries of a list to pick from: first the one that asks nothing.
func (v *Visit) choices(chosen, none, prefix string, values ...string) []choice {
	all := []choice{{"", v.T(none), chosen == ""}}
	for _, value := range values {
		all = append(all, choice{value, v.T(prefix + value), chosen == value})
	}
	return all
}
