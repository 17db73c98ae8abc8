package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/search"
	"tequio/app/text"
	"tequio/app/thing"
)

type searchView struct {
	Text     string
	Fields   []listField
	From, To string
	Chosen   int64 // filters in use
	Chips    []chip
	Clear    string // the same words without filters
	Follow   []chip // pages on which the place or subject can be followed
	Asked    bool
	Found    string // "23 results"
	Near     string // the place whose things come first
	Results  []searchResult
	Insteads []chip
	First    string
	Next     string
}

// choice is an entry of a list to pick from.
type choice struct {
	Value, Text string
	Chosen      bool
}

type searchResult struct {
	Card
	Marked  []search.Piece // the title
	Where   string         // where the piece stands, "" for the thing's own text
	Pieces  []search.Piece
	Comment string // address of the comment that matches
}

var searchTmpl = page.New[searchView]("search")

// searchFilters are the filters of a search, beside the dates.
var searchFilters = []filter{
	{"kind", "search.kind", func(v *Visit) ([]choice, error) {
		return v.choices("", "list.any", "kinds.", "consultation", "challenge", "proposal", "vote")[1:], nil
	}, func(q *thing.Query, value string) { q.Kind = thing.Kind(value) }},
	phaseFilter,
	{"stage", "search.stage", proposalStages, func(q *thing.Query, value string) {
		q.Kind = proposal.Kind
		proposal.In(q, proposal.Stage(value))
	}},
	subjectFilter, placeFilter, agencyFilter,
}

// textMost is how many characters of a query are looked at.
const textMost = 200

// searchedText is what the reader searches for.
func (v *Visit) searchedText() string {
	s := []rune(text.Line(v.Query("q")))
	return string(s[:min(len(s), textMost)])
}

func (s *Server) search(v *Visit) error {
	m := searchView{Text: v.searchedText()}
	m.Asked = m.Text != ""
	q, a, err := v.searched(&m)
	if err != nil {
		return err
	}
	found, err := s.Search.Find(v.ctx, q)
	if err != nil {
		return err
	}
	if err := v.results(&m, found); err != nil {
		return err
	}
	m.Found = v.T("search.found", "n", int64(found.Total))
	if found.Cut {
		m.Found = v.T("search.found.more", "n", int64(found.Total))
	}
	m.Follow = v.followLinks(q.Of.Place, q.Of.Subject)
	if q.After.ID != 0 {
		m.First = a.address("")
	}
	if found.Next.ID != 0 {
		m.Next = a.address(found.Next.String())
	}
	if m.Asked && len(m.Results) == 0 {
		if err := v.insteads(&m, q); err != nil {
			return err
		}
	}
	title := v.T("search.title")
	if m.Asked {
		title = v.T("search.title.of", "text", m.Text)
	}
	return render(v, searchTmpl, Head{Title: title, Private: true}, m)
}

// searched is what the address asks for; the fields that show it are put into m.
func (v *Visit) searched(m *searchView) (q search.Query, a asked, err error) {
	q = search.Query{Text: m.Text, Of: thing.Query{Now: v.Now}, After: thing.ParseCursor(v.Query("after"))}
	a = asked{path: "/search", values: url.Values{}, usual: true}
	if m.Asked {
		a.values.Set("q", m.Text)
	}
	bare := a.address("")
	for _, f := range searchFilters {
		field, chosen, err := v.filterField(f)
		if err != nil {
			return q, a, err
		}
		if m.Fields = append(m.Fields, field); chosen.Value == "" {
			continue
		}
		f.apply(&q.Of, chosen.Value)
		a.values.Set(f.name, chosen.Value)
		m.Chips = append(m.Chips, chip{Text: chosen.Text, Href: f.name})
		if f.name == "stage" {
			q.Join = proposal.Join
		}
	}
	m.From, m.To = v.dates(&q.Of, &a, m)
	m.Chosen = int64(len(m.Chips))
	for i := range m.Chips {
		m.Chips[i].Href = a.without(m.Chips[i].Href)
	}
	if m.Chosen > 0 {
		m.Clear = bare
	}
	q.Near, err = v.nearby(q.Of.Place, m)
	return q, a, err
}

// dates narrows a search to what was published between two days of the town; what is no day asks nothing.
func (v *Visit) dates(q *thing.Query, a *asked, m *searchView) (from, to string) {
	if day, err := time.ParseInLocation(time.DateOnly, v.Query("from"), v.Zone()); err == nil {
		from = v.Query("from")
		q.Where(`t.published_at >= ?`, day)
		a.values.Set("from", from)
		m.Chips = append(m.Chips, chip{Text: v.T("search.since", "date", v.Lang.ShortDate(day, v.Zone())), Href: "from"})
	}
	if day, err := time.ParseInLocation(time.DateOnly, v.Query("to"), v.Zone()); err == nil {
		to = v.Query("to")
		q.Where(`t.published_at < ?`, day.AddDate(0, 0, 1))
		a.values.Set("to", to)
		m.Chips = append(m.Chips, chip{Text: v.T("search.until", "date", v.Lang.ShortDate(day, v.Zone())), Href: "to"})
	}
	return from, to
}

// nearby is the place whose things come first: that of the reader's account, unless the search is
// narrowed to one already.
func (v *Visit) nearby(chosen string, m *searchView) (key string, err error) {
	if chosen != "" || !v.Actor.SignedIn() {
		return "", nil
	}
	if err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { key, err = identity.PlaceOf(tx, v.Actor.ID); return err }); err != nil {
		return "", err
	}
	place, ok := v.s.Instance.Current().Place(key)
	if !ok {
		return "", nil
	}
	m.Near = place.In(v.Lang.Tag())
	return key, nil
}

func (v *Visit) results(m *searchView, found search.Found) error {
	return v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		var things []thing.Thing
		for _, h := range found.Hits {
			things = append(things, h.Thing)
		}
		things, err := v.translated(tx, things)
		if err != nil {
			return err
		}
		m.Results = nil
		for i, t := range things {
			h := found.Hits[i]
			body := h.Bodies[t.Lang]
			if body == "" {
				body = h.Bodies[h.Lang]
			}
			r := searchResult{Card: v.thingCard(t), Marked: found.Words.Mark(t.Title)}
			r.Where, r.Pieces = found.Why(h, t.Summary, body)
			switch r.Where {
			case search.InComment:
				r.Comment = fmt.Sprintf("/comments/%d", h.Said.ID)
				r.Where = v.T("search.in.comment")
			case search.InAnswer:
				r.Where = v.T("search.in.answer")
			default:
				r.Where = ""
			}
			m.Results = append(m.Results, r)
		}
		return nil
	})
}

// insteads are links to searches that find something, for one that found nothing.
func (v *Visit) insteads(m *searchView, q search.Query) error {
	all, err := v.s.Search.Instead(v.ctx, q)
	for _, i := range all {
		c := chip{Text: v.T("search.instead", "text", i.Text, "n", int64(i.Total)), Href: "/search?" + url.Values{"q": {i.Text}}.Encode()}
		if i.Wide {
			c.Text = v.T("search.instead.wide", "n", int64(i.Total))
		}
		m.Insteads = append(m.Insteads, c)
	}
	return err
}

// suggestView is what the search offers while somebody types.
type suggestView struct {
	Rows  []suggestion
	Count string // for the ear
	All   string
}

type suggestion struct {
	Href, Kind, Icon, KindName, Lang string
	Marked                           []search.Piece
}

var suggestTmpl = page.New[suggestView]("suggest")

// suggestMost is how many things are suggested.
const suggestMost = 6

// suggest is the part of a page that a script puts below the search box.
func (s *Server) suggest(v *Visit) error {
	words := v.searchedText()
	q := search.Query{Text: words, Of: thing.Query{Now: v.Now}, Limit: suggestMost, Brief: true}
	if k := v.Query("kind"); slices.Contains(search.Kinds, thing.Kind(k)) {
		q.Of.Kind = thing.Kind(k)
	}
	found, err := s.Search.Find(v.ctx, q)
	if err != nil {
		return err
	}
	m := suggestView{Count: v.T("search.suggested", "n", int64(len(found.Hits)))}
	if words != "" {
		m.All = "/search?" + url.Values{"q": {words}}.Encode()
	}
	for _, h := range found.Hits {
		c := v.card(h.Thing)
		m.Rows = append(m.Rows, suggestion{c.Href, c.Kind, c.Icon, c.KindName, c.Lang, found.Words.Mark(strings.TrimSpace(h.Title))})
	}
	set, err := v.set()
	if err != nil {
		return err
	}
	part, err := suggestTmpl.Main(set, m)
	if err != nil {
		return err
	}
	v.Set("Cache-Control", "no-store")
	return v.Send("text/html; charset=utf-8", part)
}

// choices are the entries of a list to pick from: first the one that asks nothing.
func (v *Visit) choices(chosen, none, prefix string, values ...string) []choice {
	all := []choice{{"", v.T(none), chosen == ""}}
	for _, value := range values {
		all = append(all, choice{value, v.T(prefix + value), chosen == value})
	}
	return all
}
