package demo

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tequio/app/geo"
	"tequio/app/instance"
	"tequio/data"
)

// readDemo reads one file of the demo and refuses fields that the schema does not know.
func readDemo[T any](t *testing.T, name string) T {
	t.Helper()
	v, err := read[T](data.Demo(), name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// demoTown is the demo with the names that its files may refer to.
type demoTown struct {
	t         *testing.T
	threshold int
	level     map[string]int // people
	works     map[string][]string
	judges    map[string]bool
	agencies  map[string]bool
	places    map[string]bool
	subjects  map[string]bool
	slugs     map[string]bool
	comments  int
}

func readTown(t *testing.T) *demoTown {
	d := &demoTown{t: t, level: map[string]int{}, works: map[string][]string{}, judges: map[string]bool{},
		agencies: map[string]bool{}, places: map[string]bool{}, subjects: map[string]bool{}, slugs: map[string]bool{}}
	in := readDemo[townFile](t, "instance.toml")
	d.threshold = in.Threshold
	for _, p := range in.Places {
		d.places[p.Slug] = true
	}
	for _, s := range in.Subjects {
		d.subjects[s.Slug] = true
	}
	for _, p := range readDemo[peopleFile](t, "people.toml").People {
		if _, twice := d.level[p.Key]; twice {
			t.Errorf("two people with the key %s", p.Key)
		}
		d.level[p.Key] = p.Level
		d.known("person "+p.Key, d.places, p.Place)
		d.words(p.Key, p.Name)
	}
	for _, a := range readDemo[agenciesFile](t, "agencies.toml").Agencies {
		if a.Parent != "" {
			d.known("parent of "+a.Slug+" (parents first)", d.agencies, a.Parent)
		}
		d.agencies[a.Slug] = true
		d.words(a.Slug, a.Name, a.Short, a.Description, a.Address, a.Phone, a.Email, a.Hours, a.EN.Name, a.EN.Description, a.EN.Hours)
		d.check(len(a.Focal) > 0, "%s has no focal point", a.Slug)
		d.works[a.Slug] = slices.Concat(a.Focal, a.Editors, a.Evaluators)
		for _, p := range d.works[a.Slug] {
			d.person("staff of "+a.Slug, p)
		}
		for _, p := range a.Evaluators {
			d.judges[p] = true
		}
	}
	d.known("contact", d.agencies, in.Contact.Agency)
	return d
}

func (d *demoTown) check(ok bool, format string, args ...any) {
	d.t.Helper()
	if !ok {
		d.t.Errorf(format, args...)
	}
}

func (d *demoTown) known(where string, names map[string]bool, name string) {
	d.t.Helper()
	d.check(names[name], "%s: nothing is called %q", where, name)
}

func (d *demoTown) person(where, key string) {
	d.t.Helper()
	d.check(d.level[key] > 0, "%s: nobody is called %q", where, key)
}

// words refuses empty texts and stray spaces.
func (d *demoTown) words(where string, texts ...string) {
	d.t.Helper()
	for i, s := range texts {
		d.check(s != "" && strings.TrimSpace(s) == s && !strings.ContainsAny(s, "<>\t\u202e"),
			"%s: text %d is empty, untrimmed or has marks that do not belong: %.60q", where, i, strings.ReplaceAll(s, "<", "‹"))
	}
}

func (d *demoTown) both(where string, texts ...both) {
	d.t.Helper()
	for _, b := range texts {
		d.words(where, b.ES, b.EN)
	}
}

// thing checks what every public thing has.
func (d *demoTown) thing(slug, agency, subject, place string) {
	d.t.Helper()
	d.check(demoSlug.MatchString(slug) && !d.slugs[slug], "slug %q is malformed or taken", slug)
	d.slugs[slug] = true
	d.known(slug, d.agencies, agency)
	if subject != "" {
		d.known(slug, d.subjects, subject)
	}
	if place != "" {
		d.known(slug, d.places, place)
	}
}

var (
	demoSlug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	demoTime = regexp.MustCompile(`^([+-])(0|[1-9][0-9]*)(?:d(?: ([01][0-9]|2[0-3]):([0-5][0-9]))?|(h)|(m))$`)
)

// when gives minutes since midnight of day 0; hours and minutes count from noon.
func (d *demoTown) when(where, s string) int {
	d.t.Helper()
	m := demoTime.FindStringSubmatch(s)
	if m == nil {
		d.t.Errorf("%s: %q is no time", where, s)
		return 0
	}
	n, _ := strconv.Atoi(m[1] + m[2])
	switch {
	case m[5] != "":
		return 12*60 + n*60
	case m[6] != "":
		return 12*60 + n
	case m[3] == "":
		return n*24*60 + 9*60
	}
	hour, _ := strconv.Atoi(m[3])
	minute, _ := strconv.Atoi(m[4])
	return n*24*60 + hour*60 + minute
}

// past is when of something that has happened.
func (d *demoTown) past(where, s string) int {
	d.t.Helper()
	at := d.when(where, s)
	d.check(at <= -60, "%s: %s is not past whatever the hour of the first start", where, s)
	return at
}

func (d *demoTown) talk(where string, after, depth int, comments []commentRow) {
	d.t.Helper()
	for _, c := range comments {
		d.comments++
		d.person(where, c.By)
		d.words(where, c.Text)
		at := d.past(where, c.At)
		d.check(at > after, "%s: a comment of %s precedes what it answers: %s", where, c.By, c.At)
		d.check(depth < 3, "%s: too many levels of replies", where)
		d.check(c.Stance == "" || depth == 0 && slices.Contains([]string{"for", "against", "neutral"}, c.Stance), "%s: stance %q", where, c.Stance)
		if c.Agency != "" {
			d.check(slices.Contains(d.works[c.Agency], c.By), "%s: %s does not work at %s", where, c.By, c.Agency)
		}
		d.talk(where, at, depth+1, c.Replies)
	}
}

// phases checks that dated phases follow one another; those in overlap may start earlier.
func (d *demoTown) phases(where string, phases []phaseRow, overlap string) {
	d.t.Helper()
	d.check(len(phases) > 0, "%s has no phases", where)
	end := -1 << 40
	for _, p := range phases {
		d.both(where, p.Name)
		opens, closes := d.when(where, p.Opens), d.when(where, p.Closes)
		d.check(opens < closes && (opens >= end || p.Key == overlap), "%s: phase %s out of order", where, p.Key)
		end = closes
	}
}

func TestDemoTown(t *testing.T) {
	d := readTown(t)
	in := readDemo[townFile](t, "instance.toml")
	d.check(len(in.Subjects) == 8 && len(in.Places) == 12 && len(in.Pages) == 3, "subjects, places, pages: %d %d %d", len(in.Subjects), len(in.Places), len(in.Pages))
	d.both("instance", in.Tagline, in.Front, in.Contact.Hours)
	for _, p := range in.Pages {
		d.check(p.ES.Title != "" && p.EN.Title != "" && len(p.ES.Body) > 800 && len(p.EN.Body) > 800, "page %s is not complete", p.Slug)
	}
	population := 0
	for _, p := range in.Places {
		population += p.Population
	}
	d.check(population == in.Population, "the places hold %d people, the town %d", population, in.Population)
	people := readDemo[peopleFile](t, "people.toml")
	d.check(len(d.level) == 320 && len(d.agencies) >= 7 && len(people.Demo) == 13, "people, agencies, demo: %d %d %d", len(d.level), len(d.agencies), len(people.Demo))
	for _, p := range people.Demo {
		d.person("demo", p.Person)
		d.words("demo", p.ES, p.EN)
		d.check(p.Role == "neighbour" || slices.Contains(d.works[p.Agency], p.Person), "%s has no role at %s", p.Person, p.Agency)
	}
}

func TestDemoConsultations(t *testing.T) {
	d := readTown(t)
	all := readDemo[consultationsFile](t, "consultations.toml").Consultations
	d.check(len(all) == 5, "%d consultations", len(all))
	for _, c := range all {
		d.thing(c.Slug, c.Agency, c.Subject, c.Place)
		d.person(c.Slug, c.Contact)
		d.words(c.Slug, c.Title, c.Summary, c.Decided, c.NotDecided, c.Who, c.Body, c.Offline)
		d.words(c.Slug+" in English", c.EN.Title, c.EN.Summary, c.EN.Decided, c.EN.NotDecided, c.EN.Who, c.EN.Body, c.EN.Offline)
		published, opens, closes := d.past(c.Slug, c.Published), d.when(c.Slug, c.Opens), d.when(c.Slug, c.Closes)
		d.check(published <= opens && opens < closes && closes < d.when(c.Slug, c.Decides), "%s: dates out of order", c.Slug)
		d.phases(c.Slug, c.Phases, "")
		d.questions(c)
		for _, p := range c.Topics {
			d.both(c.Slug, p.Title, p.Body)
			d.talk(c.Slug, opens, 0, p.Comments)
		}
		d.talk(c.Slug, published, 0, c.Comments)
		if c.Outcome.Text != "" {
			d.past(c.Slug, c.Outcome.At)
			d.person(c.Slug, c.Outcome.By)
			d.words(c.Slug, c.Outcome.Text, c.Outcome.EN)
			for _, r := range c.Outcome.Rows {
				d.both(c.Slug, r.Heard, r.Decided, r.Why)
			}
		}
	}
}

func (d *demoTown) questions(c consultationRow) {
	d.t.Helper()
	d.check(c.Responses <= len(d.level), "%s: more answers than people", c.Slug)
	for _, q := range c.Questions {
		where := c.Slug + "/" + q.Key
		d.both(where, q.Label)
		for _, o := range q.Options {
			d.words(where, o.ES, o.EN)
			d.check(o.Weight > 0 && (q.Kind == "one" || o.Weight <= 100), "%s: weight of %s", where, o.Key)
		}
		switch q.Kind {
		case "one", "several":
			d.check(len(q.Options) > 1 && len(q.Weights)+len(q.Texts) == 0, "%s: not the fields of its kind", where)
		case "scale":
			d.both(where, q.Low, q.High)
			d.check(len(q.Weights) > 2 && len(q.Options)+len(q.Texts) == 0, "%s: not the fields of its kind", where)
		case "short", "long":
			d.check(!q.Required && len(q.Options)+len(q.Weights) == 0, "%s: not the fields of its kind", where)
			d.check(c.Responses == 0 && len(q.Texts) == 0 || len(q.Texts) >= 12 && len(q.Texts) <= c.Responses, "%s: %d texts", where, len(q.Texts))
		default:
			d.t.Errorf("%s: kind %q", where, q.Kind)
		}
	}
}

// Every place of the town has its boundary, and every point lies in the boundary of its proposal's
// place.
func TestDemoMap(t *testing.T) {
	d := readTown(t)
	b, err := fs.ReadFile(data.Demo(), "places.geojson")
	if err != nil {
		t.Fatal(err)
	}
	m := instance.NewMap(b, settings(readDemo[townFile](t, "instance.toml")).Places)
	d.check(m != nil && len(m.Missing) == 0 && len(m.Others) == 0 && len(m.Lines) == 1, "the map: %+v", m)
	points, place := readDemo[mapFile](t, "map.toml").Proposals, map[string]string{}
	for _, p := range readDemo[proposalsFile](t, "proposals.toml").Proposals {
		place[p.Slug] = p.Place
	}
	d.check(len(points) >= 30, "%d points", len(points))
	for slug, at := range points {
		in := m.PlaceAt(geo.Point{Lat: int64(at[0] * geo.Degree), Lon: int64(at[1] * geo.Degree)})
		d.check(in != "" && in == place[slug], "%s is in %q, not in %q", slug, in, place[slug])
	}
}
