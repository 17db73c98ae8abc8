package web

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"

	"tequio/app/db"
	"tequio/app/geo"
	"tequio/app/search"
	"tequio/app/thing"
)

// A list is how the things of one kind are listed: one mechanism for filters, order, pages, feed and
// export. T is a row as its room reads it, E the same row in the open data.
type list[T, E any] struct {
	kind    thing.Kind
	path    string       // "/proposals"
	sorts   []thing.Sort // the first is the usual one
	filters []filter
	load    func(tx *db.Tx, q thing.Query) ([]T, thing.Cursor, error)
	count   func(tx *db.Tx, q thing.Query) (int64, error)
	head    func(row *T) *thing.Thing
	card    func(v *Visit, row T) Card
	export  func(v *Visit, row T) E
	join    func(q thing.Query) string // what a query must join to be gathered on a map; nil: the list has none
}

// A filter is one field of the form above a list. Values that are not among its options ask nothing.
type filter struct {
	name    string // in the address
	label   string // key
	options func(v *Visit) ([]choice, error)
	apply   func(q *thing.Query, value string)
}

// listView is the model of the part "list".
type listView struct {
	Path   string
	Kind   string // whose search box it is
	Fields []listField
	Text   string // the words that it is narrowed to
	Cut    string // says that only the newest matches are looked at
	Chosen int64  // filters in use
	Hidden []choice
	Chips  []chip
	Clear  string // the list without filters
	Follow []chip // pages on which what it is narrowed to can be followed
	Count  string // "128 proposals"
	Order  string // "newest first"
	Cards  []Card
	First  string
	Next   string
	Feed   string
	CSV    string
	JSON   string
	Map    *mapView
	NearMe string // where the button for one's own position leads; "" where there is no map

	WhereFrom bool // what is near was asked for, but not near what
}

type listField struct {
	Name, Label string
	Options     []choice
}

// A chip is a short link: a filter in use (Href takes it off), an order of a thread.
type chip struct {
	Text, Href string
	Current    bool
}

// asked is what the address asks of a list.
type asked struct {
	path   string
	values url.Values // filters in use, n
	sort   thing.Sort
	seed   int64
	usual  bool // sort is the list's usual one
	box    geo.Box
	from   nearPoint
}

// The sizes of a page that an address may ask for with n.
const (
	rowsUsual = 20
	rowsMost  = 100
)

// seedsMost bounds the random orders, and with them the pages that are kept of them.
const seedsMost = 1000

// shuffle returns the address of a random order of its own where the address asks for one without
// saying which, so that its pages belong together; "" otherwise.
func (l *list[T, E]) shuffle(v *Visit) string {
	if v.Query("sort") != string(thing.Random) || v.Query("seed") != "" {
		return ""
	}
	q, err := url.ParseQuery(v.question())
	if err != nil {
		return ""
	}
	q.Set("seed", strconv.Itoa(1+rand.IntN(seedsMost)))
	return l.path + "?" + q.Encode()
}

// show reads the page of the list that the address asks for.
func (l *list[T, E]) show(v *Visit, tx *db.Tx) (m listView, err error) {
	q, a, err := l.query(v, tx, &m)
	if err != nil {
		return m, err
	}
	q.After = thing.ParseCursor(v.Query("after"))
	n, err := l.count(tx, q)
	if err != nil {
		return m, err
	}
	rows, next, err := l.load(tx, q)
	if err != nil {
		return m, err
	}
	if err := l.translate(v, tx, rows); err != nil {
		return m, err
	}
	for _, r := range rows {
		c := l.card(v, r)
		c.Top = true
		if fact := v.away(*l.head(&r), a.from); fact != nil {
			c.Foot = append([]Fact{*fact}, c.Foot...)
		}
		m.Cards = append(m.Cards, c)
	}
	if m.Map, err = l.plan(v, tx, q, a, n); err != nil {
		return m, err
	}
	m.Path, m.Kind, m.NearMe = l.path, string(l.kind), l.nearMe(v, a)
	m.Count, m.Order = v.countOf(l.kind, q, n), v.T("list.order."+string(q.Sort))
	m.Follow = v.followLinks(q.Place, q.Subject)
	m.Feed, m.CSV, m.JSON = a.file("feed.atom"), a.file("export.csv"), a.file("export.json")
	if q.After.ID != 0 {
		m.First = a.address("")
	}
	if next.ID != 0 {
		m.Next = a.address(next.String())
	}
	turn, err := thing.NextTurn(tx, l.kind, v.Now)
	v.changes(turn)
	return m, err
}

// countOf says how many things there are; "more than" where they were not counted to the end.
func (v *Visit) countOf(k thing.Kind, q thing.Query, n int64) string {
	if !q.Plain() && n > thing.CountMost {
		return v.T("list.count.more", "count", v.T("list.count."+string(k), "n", int64(thing.CountMost)))
	}
	return v.T("list.count."+string(k), "n", n)
}

// ask is what the address asks for, for what shows no form.
func (l *list[T, E]) ask(v *Visit) (q thing.Query, a asked, err error) {
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error { q, a, err = l.query(v, tx, &listView{}); return err })
	return q, a, err
}

// query is what the address asks for; the fields that show it are put into m.
func (l *list[T, E]) query(v *Visit, tx *db.Tx, m *listView) (q thing.Query, a asked, err error) {
	q = thing.Query{Kind: l.kind, Now: v.Now, Limit: rowsUsual, Sort: l.sorts[0]}
	a = asked{path: l.path, values: url.Values{}}
	if s := thing.Sort(v.Query("sort")); slices.Contains(l.sorts, s) {
		q.Sort = s
	}
	if q.Sort == thing.Random {
		q.Seed, _ = strconv.ParseInt(v.Query("seed"), 10, 64)
		q.Seed = q.Seed % (seedsMost + 1)
		m.Hidden = append(m.Hidden, choice{Value: strconv.FormatInt(q.Seed, 10), Text: "seed"})
	}
	l.near(v, m, &q, &a)
	a.sort, a.seed, a.usual = q.Sort, q.Seed, q.Sort == l.sorts[0]
	if n, err := strconv.Atoi(v.Query("n")); err == nil && n > 0 && n <= rowsMost {
		q.Limit = n
		a.values.Set("n", strconv.Itoa(n))
		m.Hidden = append(m.Hidden, choice{Value: strconv.Itoa(n), Text: "n"})
	}
	chosen := map[string]string{}
	for _, f := range l.filters {
		field, picked, err := v.filterField(f)
		if err != nil {
			return q, a, err
		}
		if picked.Value != "" {
			f.apply(&q, picked.Value)
			a.values.Set(f.name, picked.Value)
			chosen[f.name] = picked.Text
			m.Chosen++
		}
		if len(field.Options) > 1 {
			m.Fields = append(m.Fields, field)
		}
	}
	m.Fields = append(m.Fields, l.order(v, q.Sort))
	if f, ok := l.nearField(v, a); ok {
		m.Fields = append(m.Fields, f)
	}
	for _, f := range l.filters {
		if text := chosen[f.name]; text != "" {
			m.Chips = append(m.Chips, chip{Text: text, Href: a.without(f.name)})
		}
	}
	l.nearChip(v, m, a)
	l.inBox(v, m, &q, &a)
	if err := l.narrow(v, tx, m, &q, &a); err != nil {
		return q, a, err
	}
	if m.Chosen > 0 {
		m.Clear = asked{path: l.path, values: url.Values{}, sort: a.sort, seed: a.seed, usual: a.usual, from: a.from}.address("")
	}
	return q, a, nil
}

// filterField is a filter as a field of a form, and what the address has picked of it; the zero choice
// when it asks nothing.
func (v *Visit) filterField(f filter) (field listField, picked choice, err error) {
	options, err := f.options(v)
	if err != nil {
		return field, picked, err
	}
	field = listField{f.name, v.T(f.label), append([]choice{{"", v.T("list.any"), true}}, options...)}
	if i := slices.IndexFunc(options, func(c choice) bool { return c.Value != "" && c.Value == v.Query(f.name) }); i >= 0 {
		field.Options[0].Chosen, field.Options[i+1].Chosen = false, true
		picked = options[i]
	}
	return field, picked, nil
}

// narrow narrows the list to the words that the address asks for, by the search's index: with the
// filters and in the order asked for.
func (l *list[T, E]) narrow(v *Visit, tx *db.Tx, m *listView, q *thing.Query, a *asked) error {
	if m.Text = v.searchedText(); m.Text == "" {
		return nil
	}
	cut, err := v.s.Search.Narrow(tx, q, m.Text)
	if err != nil {
		return err
	}
	if cut {
		m.Cut = v.T("list.cut", "n", int64(search.NarrowMost))
	}
	a.values.Set("q", m.Text)
	m.Chosen++
	m.Chips = append([]chip{{Text: v.T("list.words", "text", m.Text), Href: a.without("q")}}, m.Chips...)
	return nil
}

func (l *list[T, E]) order(v *Visit, chosen thing.Sort) listField {
	f := listField{Name: "sort", Label: v.T("list.sort")}
	for _, s := range l.sorts {
		f.Options = append(f.Options, choice{string(s), v.T("list.sort." + string(s)), s == chosen})
	}
	return f
}

// address is the list as asked, from a cursor on.
func (a asked) address(after string) string {
	q := url.Values{}
	for name, values := range a.values {
		q[name] = values
	}
	if !a.usual {
		q.Set("sort", string(a.sort))
	}
	if a.sort == thing.Random {
		q.Set("seed", strconv.FormatInt(a.seed, 10))
	}
	if a.sort == thing.Near {
		a.from.into(q)
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return a.path
	}
	return a.path + "?" + q.Encode()
}

// without is the list without one of its filters.
func (a asked) without(name string) string {
	rest := a
	rest.values = url.Values{}
	for n, values := range a.values {
		if n != name {
			rest.values[n] = values
		}
	}
	return rest.address("")
}

// file is the address of the same selection in another form.
func (a asked) file(name string) string {
	rest := asked{path: a.path + "/" + name, values: url.Values{}, usual: true}
	for n, values := range a.values {
		if n != "n" {
			rest.values[n] = values
		}
	}
	return rest.address("")
}

// translate gives the rows the words of the reader's language, where there are some.
func (l *list[T, E]) translate(v *Visit, tx *db.Tx, rows []T) error {
	var things []thing.Thing
	for i := range rows {
		things = append(things, *l.head(&rows[i]))
	}
	things, err := v.translated(tx, things)
	for i := range things {
		*l.head(&rows[i]) = things[i]
	}
	return err
}

// The filters that lists of several kinds have.
var (
	subjectFilter = filter{"subject", "list.subject", func(v *Visit) ([]choice, error) { return v.subjects(), nil },
		func(q *thing.Query, value string) { q.Subject = value }}
	placeFilter = filter{"place", "list.place", func(v *Visit) ([]choice, error) { return v.places(), nil },
		func(q *thing.Query, value string) { q.Place = value }}
	phaseFilter = filter{"phase", "list.phase", func(v *Visit) ([]choice, error) {
		return v.choices("", "list.any", "state.", "open", "upcoming", "closed")[1:], nil
	}, func(q *thing.Query, value string) { q.Phase = value }}
	agencyFilter = filter{"agency", "list.agency", (*Visit).agencyChoices, func(q *thing.Query, value string) { q.Office = value }}
)

// subjects are the instance's subjects in the reader's language.
func (v *Visit) subjects() (all []choice) {
	for _, s := range v.s.Instance.Current().Subjects {
		all = append(all, choice{Value: s.Key, Text: s.In(v.Lang.Tag())})
	}
	return all
}

// places are the instance's places in the reader's language.
func (v *Visit) places() (all []choice) {
	for _, p := range v.s.Instance.Current().Places {
		all = append(all, choice{Value: p.Key, Text: p.In(v.Lang.Tag())})
	}
	return all
}

func (v *Visit) agencyChoices() (all []choice, err error) {
	agencies, err := v.s.Instance.Agencies(v.ctx)
	for _, g := range agencies {
		all = append(all, choice{Value: g.Slug, Text: g.Title})
	}
	return all, err
}
