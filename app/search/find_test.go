package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/search"
	"tequio/app/talk"
	"tequio/app/thing"
)

// A library is a database with things to find, each under a name.
type library struct {
	testing.TB
	db     *db.DB
	now    time.Time
	s      *search.Service
	bodies map[thing.ID]string
	ids    map[string]thing.ID
	ana    identity.Person
}

func newLibrary(t testing.TB, d *db.DB, now time.Time) *library {
	l := &library{TB: t, db: d, now: now, bodies: map[thing.ID]string{}, ids: map[string]thing.ID{}, ana: identity.Person{Name: "Ana", Level: identity.Reachable}}
	source := func(_ *db.Tx, t thing.Thing) (map[string]string, error) {
		return map[string]string{"es": l.bodies[t.ID]}, nil
	}
	l.s = search.NewService(d, []string{"es", "en"}, map[thing.Kind]search.Source{"proposal": source, "consultation": source})
	thing.OnRecord(d, l.s.Index)
	l.do(func(tx *db.Tx) error { return identity.Insert(tx, &l.ana) })
	return l
}

func (l *library) do(fn func(tx *db.Tx) error) {
	l.Helper()
	if err := l.db.Write(context.Background(), fn); err != nil {
		l.Fatal(err)
	}
}

// add stores a published proposal, changed by change, under a name.
func (l *library) add(name, title, body string, change func(*thing.Thing)) thing.ID {
	l.Helper()
	l.do(func(tx *db.Tx) error {
		t := thing.Thing{Kind: "proposal", Author: l.ana.ID, Title: title, Lang: "es", State: thing.Published, PublishedAt: l.now.Add(-time.Hour)}
		if change != nil {
			change(&t)
		}
		if err := thing.Create(tx, &t); err != nil {
			return err
		}
		l.ids[name], l.bodies[t.ID] = t.ID, body
		if !t.HiddenAt.IsZero() {
			if _, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, t.HiddenAt, t.ID); err != nil {
				return err
			}
		}
		return thing.Record(tx, 0, string(t.Kind)+".publish", t.ID, "")
	})
	return l.ids[name]
}

// say comments on a thing.
func (l *library) say(on thing.ID, body string, change func(*talk.Comment)) {
	l.Helper()
	l.do(func(tx *db.Tx) error {
		c := talk.Comment{Thing: on, Author: l.ana.ID, Body: body}
		if change != nil {
			change(&c)
		}
		if err := talk.InsertComment(tx, &c); err != nil {
			return err
		}
		return thing.Record(tx, l.ana.ID, "comment.say", on, fmt.Sprint(c.ID))
	})
}

// find returns the names of what a query finds, in order.
func (l *library) find(q search.Query) (names []string, f search.Found) {
	l.Helper()
	q.Of.Now = l.now
	f, err := l.s.Find(context.Background(), q)
	if err != nil {
		l.Fatalf("%+v: %v", q, err)
	}
	for _, h := range f.Hits {
		for name, id := range l.ids {
			if id == h.ID {
				names = append(names, name)
			}
		}
	}
	return names, f
}

func TestOrderOfResults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		closed := func(p *thing.Thing) { p.ClosesAt = l.now.Add(-time.Minute) }
		near := func(p *thing.Thing) { p.Place = "centro" }
		l.add("closed title", "Agua limpia para todos", "", closed)
		l.add("closed near", "Agua limpia en el centro", "", func(p *thing.Thing) { closed(p); near(p) })
		l.add("text near", "Una fuente", "Que tenga agua limpia.", near)
		l.add("text", "Un pozo", "Que tenga agua limpia.", nil)
		l.add("mixed", "Un pozo de agua", "Que esté limpia.", nil)
		l.add("older title", "Agua limpia en las escuelas", "", nil)
		l.add("title", "El agua, limpia", "", nil)
		talked := l.add("talked", "Baños en la plaza", "", nil)
		l.say(talked, "Y que haya **agua limpia** ahí.", nil)
		for _, c := range []struct {
			text, near, want string
		}{
			{"agua limpia", "", "title, older title, mixed, text, text near, closed near, closed title, talked"},
			{"agua limpia", "centro", "text near, title, older title, mixed, text, closed near, closed title, talked"},
			{"pozo agua", "", "mixed, text"},
			{"banos", "", "talked"},
		} {
			names, f := l.find(search.Query{Text: c.text, Near: c.near})
			if got := strings.Join(names, ", "); got != c.want {
				t.Errorf("%s near %q finds\n%s, not\n%s", c.text, c.near, got, c.want)
			}
			if f.Total != len(names) || f.Cut {
				t.Errorf("%s: %d in all, cut %v", c.text, f.Total, f.Cut)
			}
		}
		_, f := l.find(search.Query{Text: "agua limpia"})
		where, pieces := f.Why(f.Hits[len(f.Hits)-1], "", "")
		if where != search.InComment || marked(pieces) != "agua limpia" {
			t.Errorf("%s says %q", where, marked(pieces))
		}
	})
}

// marked are the words that pieces mark.
func marked(pieces []search.Piece) string {
	var all []string
	for _, p := range pieces {
		if p.Match {
			all = append(all, p.Text)
		}
	}
	return strings.Join(all, " ")
}

func TestWhatIsNotPublicIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		const word = "zanahoria"
		open := l.add("open", "Una plaza", "", nil)
		parent := l.add("hidden parent", "Consulta "+word, "", func(p *thing.Thing) { p.Kind = "consultation"; p.HiddenAt = l.now })
		for name, change := range map[string]func(*thing.Thing){
			"draft":             func(p *thing.Thing) { p.State = thing.Draft },
			"checking":          func(p *thing.Thing) { p.State = thing.Checking },
			"withdrawn":         func(p *thing.Thing) { p.State = thing.Withdrawn },
			"hidden":            func(p *thing.Thing) { p.HiddenAt = l.now },
			"scheduled":         func(p *thing.Thing) { p.PublishedAt = l.now.Add(time.Minute) },
			"sealed entry":      func(p *thing.Thing) { p.Kind = "entry"; p.Parent = open },
			"below what hides":  func(p *thing.Thing) { p.Kind = "topic"; p.Parent = parent },
			"survey of another": func(p *thing.Thing) { p.Kind = "survey"; p.Parent = open },
		} {
			id := l.add(name, "Sembrar "+word+" "+name, "Mucha "+word, change)
			l.say(id, "Aquí también "+word, nil)
		}
		l.say(open, "Me gusta la "+word, func(c *talk.Comment) { c.HiddenAt = l.now })
		l.say(open, "Mejor "+word, func(c *talk.Comment) { c.DeletedAt = l.now })
		later := l.add("hidden later", "Más "+word, "", nil)
		if names, _ := l.find(search.Query{Text: word}); !slices.Equal(names, []string{"hidden later"}) {
			t.Errorf("finds %q", names)
		}
		l.do(func(tx *db.Tx) error {
			if _, err := tx.Exec(`UPDATE thing SET hidden_at = $1 WHERE id = $2`, l.now, later); err != nil {
				return err
			}
			return thing.Record(tx, 0, "thing.hide", later, "")
		})
		for _, text := range []string{word, "zana", "zanahorias sembrar"} {
			if names, f := l.find(search.Query{Text: text}); len(names) > 0 || f.Total > 0 {
				t.Errorf("%s finds %q", text, names)
			}
			if all, err := l.s.Similar(context.Background(), "Sembrar "+text, "es", "proposal", 6); len(all) > 0 || err != nil {
				t.Errorf("%s is like %v: %v", text, all, err)
			}
			if all, err := l.s.Instead(context.Background(), search.Query{Text: text, Of: thing.Query{Now: l.now}}); len(all) > 0 || err != nil {
				t.Errorf("instead of %s: %v, %v", text, all, err)
			}
			l.narrowed(text, nil)
		}
	})
}

// narrowed fails unless a list narrowed to words holds what is named.
func (l *library) narrowed(words string, want []string) {
	l.Helper()
	var names []string
	err := l.db.Read(context.Background(), func(tx *db.Tx) error {
		q := thing.Query{Kind: "proposal", Now: l.now}
		if _, err := l.s.Narrow(tx, &q, words); err != nil {
			return err
		}
		all, _, err := thing.Things(tx, q)
		for _, t := range all {
			for name, id := range l.ids {
				if id == t.ID {
					names = append(names, name)
				}
			}
		}
		return err
	})
	if slices.Sort(names); err != nil || !slices.Equal(names, want) {
		l.Errorf("a list of %q holds %q, not %q: %v", words, names, want, err)
	}
}

func TestFiltersOfSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		gov := l.add("agency", "Obras públicas", "", func(p *thing.Thing) { p.Kind = "agency" })
		l.add("a", "Puente del río", "", func(p *thing.Thing) { p.Subject, p.Place, p.Agency = "movilidad", "centro", gov })
		l.add("b", "Puente del cerro", "", func(p *thing.Thing) { p.Subject, p.Place = "Agua y más", "norte" })
		l.add("c", "Puente nuevo", "", func(p *thing.Thing) { p.Kind = "consultation"; p.OpensAt = l.now.Add(time.Hour) })
		l.add("d", "Puente viejo", "", func(p *thing.Thing) {
			p.ClosesAt, p.PublishedAt = l.now.Add(-time.Hour), l.now.AddDate(0, -2, 0)
		})
		since := func(q *thing.Query) { q.Where(`t.published_at >= ?`, l.now.AddDate(0, -1, 0)) }
		for name, c := range map[string]struct {
			of   func(q *thing.Query)
			want string
		}{
			"all":      {func(*thing.Query) {}, "a b c d"},
			"kind":     {func(q *thing.Query) { q.Kind = "consultation" }, "c"},
			"subject":  {func(q *thing.Query) { q.Subject = "movilidad" }, "a"},
			"odd key":  {func(q *thing.Query) { q.Subject = "Agua y más" }, "b"},
			"a quote":  {func(q *thing.Query) { q.Subject = `agua" OR words:*` }, ""},
			"place":    {func(q *thing.Query) { q.Place = "norte" }, "b"},
			"agency":   {func(q *thing.Query) { q.Agency = gov }, "a"},
			"open":     {func(q *thing.Query) { q.Phase = "open" }, "a b"},
			"upcoming": {func(q *thing.Query) { q.Phase = "upcoming" }, "c"},
			"closed":   {func(q *thing.Query) { q.Phase = "closed" }, "d"},
			"since":    {since, "a b c"},
			"and":      {func(q *thing.Query) { since(q); q.Kind, q.Place = "proposal", "centro" }, "a"},
			"and none": {func(q *thing.Query) { since(q); q.Subject, q.Place = "movilidad", "norte" }, ""},
		} {
			q := search.Query{Text: "puent"}
			c.of(&q.Of)
			names, _ := l.find(q)
			if slices.Sort(names); strings.Join(names, " ") != c.want {
				t.Errorf("%s: %q, not %q", name, names, c.want)
			}
		}
		l.narrowed("puentes", []string{"a", "b", "d"})
		l.narrowed("puente rio", []string{"a"})
		l.narrowed("de la", nil)
	})
}

// Every result is on one page and on one only, however they tie.
func TestPagesOfResults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		for i := range 43 {
			id := l.add(fmt.Sprint("n", i), fmt.Sprint("Banca ", i), "Una banca en el parque", func(p *thing.Thing) {
				if i%3 == 0 {
					p.ClosesAt = l.now.Add(-time.Minute)
				}
				if i%4 == 0 {
					p.Title = fmt.Sprint("Parque ", i)
				}
			})
			if i%2 == 0 {
				l.say(id, "Un parque con bancas", nil)
			}
		}
		seen, after := map[string]bool{}, thing.Cursor{}
		for pages := 0; pages == 0 || after.ID != 0; pages++ {
			names, f := l.find(search.Query{Text: "parque", After: after, Limit: 10})
			for _, n := range names {
				if seen[n] {
					t.Errorf("%s is shown twice", n)
				}
				seen[n] = true
			}
			if after = thing.ParseCursor(f.Next.String()); f.Total != 43 || pages > 5 {
				t.Fatalf("page %d of %d results", pages, f.Total)
			}
		}
		if len(seen) != 43 {
			t.Errorf("%d of 43", len(seen))
		}
	})
}

// Both engines find the same for the same queries, in the same order.
func TestBothEnginesFindTheSame(t *testing.T) {
	found := map[string][]string{}
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		for i, title := range realTitles {
			id := l.add(title, title, realTitles[(i+7)%len(realTitles)]+". "+realTitles[(i*3)%len(realTitles)], func(p *thing.Thing) {
				if i%3 == 1 {
					p.ClosesAt = l.now.Add(-time.Hour)
				}
			})
			l.say(id, realTitles[(i*5+1)%len(realTitles)], nil)
		}
		for _, q := range []string{"agua", "sombra parque", "ca", "escuel", "bicicletas seguras", "niños", "shade", "CALLE hidalgo", "banqueta rota y alumbrado", "2026", "ñ", "perr"} {
			names, f := l.find(search.Query{Text: q, Limit: 100})
			names = append(names, fmt.Sprint(f.Total))
			if before, ok := found[q]; ok && !slices.Equal(before, names) {
				t.Errorf("%s finds %q on one engine and %q on the other", q, before, names)
			}
			found[q] = names
		}
	})
}

func TestSuggestsWhatExists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		l.add("a", "Educación para adultos", "Con bibliotecas.", func(p *thing.Thing) { p.Subject = "escuelas" })
		for _, c := range []struct {
			q    search.Query
			want string
		}{
			{search.Query{Text: "educasion"}, "Educación 1"},
			{search.Query{Text: "bilbiotecas"}, "bibliotecas 1"},
			{search.Query{Text: "educación marciana"}, "Educación 1"},
			{search.Query{Text: "adultos", Of: thing.Query{Subject: "agua"}}, "adultos 1 wide"},
			{search.Query{Text: "zzzz"}, ""},
			{search.Query{Text: ""}, ""},
		} {
			c.q.Of.Now = l.now
			all, err := l.s.Instead(context.Background(), c.q)
			var got []string
			for _, i := range all {
				got = append(got, strings.TrimSpace(fmt.Sprint(i.Text, " ", i.Total, map[bool]string{true: " wide"}[i.Wide])))
			}
			if err != nil || strings.Join(got, ", ") != c.want {
				t.Errorf("instead of %q: %q, not %q (%v)", c.q.Text, got, c.want, err)
			}
		}
		if names, _ := l.find(search.Query{Text: "educaci", Brief: true}); !slices.Equal(names, []string{"a"}) {
			t.Errorf("while typing: %q", names)
		}
	})
}

// What is said and answered is found with its thing, and no longer when it is gone.
func TestFindsWhatIsSaidAndAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		id := l.add("a", "Semáforos", "Uno en la esquina.", nil)
		l.say(id, "Prefiero una rotonda.", nil)
		l.do(func(tx *db.Tx) error {
			n := talk.Answer{Thing: id, Author: l.ana.ID, Verdict: talk.Accepted, Lang: "es", Body: "Haremos una **glorieta** en mayo."}
			if err := talk.InsertAnswer(tx, &n); err != nil {
				return err
			}
			return thing.Record(tx, l.ana.ID, "answer.give", id, "accepted")
		})
		for text, where := range map[string]string{"glorietas": search.InAnswer, "rotonda": search.InComment, "esquina": search.InText} {
			names, f := l.find(search.Query{Text: text})
			if len(names) != 1 {
				t.Fatalf("%s finds %q", text, names)
			}
			if got, pieces := f.Why(f.Hits[0], "", l.bodies[id]); got != where || marked(pieces) == "" {
				t.Errorf("%s stands in %s, marked %q", text, got, marked(pieces))
			}
		}
		s := talk.NewService(d)
		var said []talk.Comment
		l.do(func(tx *db.Tx) (err error) { said, err = talk.By(tx, l.ana.ID, 0, 1); return err })
		a := identity.Actor{ID: l.ana.ID, Level: l.ana.Level}
		if _, err := s.Edit(context.Background(), a, said[0].ID, "Prefiero un túnel."); err != nil {
			t.Fatal(err)
		}
		if names, _ := l.find(search.Query{Text: "rotonda"}); len(names) > 0 {
			t.Errorf("what was said before an edit finds %q", names)
		}
		if names, _ := l.find(search.Query{Text: "tunel"}); len(names) != 1 {
			t.Errorf("what is said now finds %q", names)
		}
		if _, err := s.Delete(context.Background(), a, said[0].ID); err != nil {
			t.Fatal(err)
		}
		if names, _ := l.find(search.Query{Text: "tunel"}); len(names) > 0 {
			t.Errorf("what was taken back finds %q", names)
		}
	})
}

// After an upgrade everything is indexed again, once.
func TestRenew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		thing.OnRecord(d)
		for i := range 450 {
			l.add(fmt.Sprint(i), fmt.Sprint("Kiosco ", i), "", nil)
		}
		l.say(l.ids["7"], "Con música", nil)
		if names, _ := l.find(search.Query{Text: "kiosco"}); len(names) > 0 {
			t.Fatal("the test indexes")
		}
		for range 2 {
			if err := l.s.Renew(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if _, f := l.find(search.Query{Text: "kioscos"}); f.Total != 450 {
			t.Errorf("%d of 450", f.Total)
		}
		if names, _ := l.find(search.Query{Text: "musica"}); !slices.Equal(names, []string{"7"}) {
			t.Errorf("finds %q", names)
		}
	})
}
