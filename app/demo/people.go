package demo

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/text"
	"tequio/app/thing"
)

// founded is when the town began to use the site: before everything in its files.
const founded = "-240d"

// words are the text in the instance's languages.
func (b both) words() map[string]string { return map[string]string{"es": b.ES, "en": b.EN} }

// planTown plans the instance itself: settings and static pages.
func (t *town) planTown(files fs.FS, now time.Time) error {
	f, err := read[townFile](files, "instance.toml")
	if err != nil {
		return err
	}
	if t.zone, err = time.LoadLocation(f.Zone); err != nil {
		return err
	}
	t.start = now
	t.set = settings(f)
	if err := t.set.Check(); err != nil {
		return err
	}
	t.then(t.when(founded), func(tx *db.Tx) error {
		if err := t.Instance.Store(tx, 0, t.set); err != nil {
			return err
		}
		for _, p := range f.Pages {
			for _, page := range []instance.StaticPage{
				{Slug: p.Slug, Lang: "es", Title: p.ES.Title, Body: p.ES.Body}, {Slug: p.Slug, Lang: "en", Title: p.EN.Title, Body: p.EN.Body},
			} {
				if err := instance.StorePage(tx, 0, page); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return nil
}

func settings(f townFile) instance.Settings {
	set := instance.Defaults()
	set.Name, set.Zone, set.Languages, set.Currency, set.Hue = f.Name, f.Zone, f.Languages, f.Currency, f.Hue
	set.Contact = strings.Join([]string{f.Contact.Address, f.Contact.Phone, f.Contact.Email}, " · ")
	set.Tagline = f.Tagline.words()
	set.Front = map[string]string{"es": text.Plain(f.Front.ES), "en": text.Plain(f.Front.EN)}
	set.Threshold, set.Period, set.AnswerIn, set.Demo = int64(f.Threshold), f.SupportDays, f.AnswerDays, true
	for _, s := range f.Subjects {
		set.Subjects = append(set.Subjects, instance.Term{Key: s.Slug, Names: both{s.ES, s.EN}.words()})
	}
	for _, p := range f.Places {
		set.Places = append(set.Places, instance.Term{Key: p.Slug, Names: both{p.Name, p.Name}.words()})
	}
	return set
}

// planPeople plans everybody's account. Those offered for one-click sign-in come first, in the order
// in which they are offered; the others join in the weeks after.
func (t *town) planPeople(files fs.FS, _ time.Time) error {
	f, err := read[peopleFile](files, "people.toml")
	if err != nil {
		return err
	}
	for _, p := range f.People {
		t.keys = append(t.keys, p.Key)
		t.person[p.Key] = &identity.Person{Name: p.Name, Email: p.Key + "@vecinos.example", Lang: p.Lang, Place: p.Place, Level: identity.Level(p.Level)}
	}
	from := t.when(founded)
	join := func(key string, at time.Time) {
		t.then(at, func(tx *db.Tx) error { t.loaded.People++; return identity.Insert(tx, t.person[key]) })
	}
	for _, d := range f.Demo {
		p, ok := t.person[d.Person]
		if !ok {
			return fmt.Errorf("people.toml: nobody is called %q", d.Person)
		}
		p.DemoRole = d.Role
		join(d.Person, from)
		role, ofInstance := map[string]identity.Role{"administrator": identity.Administrator, "moderator": identity.Moderator}[d.Role]
		if ofInstance {
			t.then(from, func(tx *db.Tx) error { return identity.Give(tx, p.ID, identity.Grant{Role: role}, 0) })
		}
		if role == identity.Moderator {
			t.moderator = p
		}
	}
	for i, key := range t.keys {
		if t.person[key].DemoRole == "" {
			join(key, t.spread(i, len(t.keys), from, from.AddDate(0, 0, 40)))
		}
	}
	return nil
}

// staffed is when the agencies opened here: when everybody has an account.
const staffed = "-199d"

// planAgencies plans the agencies with their staff.
func (t *town) planAgencies(files fs.FS, _ time.Time) error {
	f, err := read[agenciesFile](files, "agencies.toml")
	if err != nil {
		return err
	}
	t.set.Operator = f.Agencies[0].Name
	for _, g := range f.Agencies {
		t.short[g.Slug], t.mail[g.Slug] = g.Short, g.Email
		t.staff[g.Slug] = slices.Concat(g.Focal, g.Editors, g.Evaluators)
		t.then(t.when(staffed), func(tx *db.Tx) error {
			a := instance.Agency{Short: g.Short, About: "**Horario:** " + g.Hours, Contact: g.Address + " · " + g.Phone, Email: g.Email}
			a.Slug, a.Lang, a.Title, a.Summary, a.Parent = g.Slug, "es", g.Name, g.Description, t.agency[g.Parent]
			id, err := instance.StoreAgency(tx, 0, &a)
			if err != nil {
				return err
			}
			t.agency[g.Slug] = id
			t.loaded.Agencies++
			words := thing.Words{"title": g.EN.Name, "summary": g.EN.Description, "about": "**Opening hours:** " + g.EN.Hours}
			if err := thing.Translate(tx, id, "en", words); err != nil {
				return err
			}
			if err := t.employ(tx, id, identity.FocalPoint, g.Focal); err != nil {
				return err
			}
			if err := t.employ(tx, id, identity.Editor, g.Editors); err != nil {
				return err
			}
			if err := t.employ(tx, id, identity.Evaluator, g.Evaluators); err != nil {
				return err
			}
			return thing.Record(tx, 0, "agency.translate", id, "en")
		})
	}
	return nil
}

// employ gives people a role at an agency.
func (t *town) employ(tx *db.Tx, agency thing.ID, role identity.Role, keys []string) error {
	for _, key := range keys {
		p, ok := t.person[key]
		if !ok {
			return fmt.Errorf("agencies.toml: nobody is called %q", key)
		}
		if err := identity.Give(tx, p.ID, identity.Grant{Role: role, Agency: int64(agency)}, 0); err != nil {
			return err
		}
		if err := thing.RecordEvent(tx, thing.Event{Verb: "role.grant", Thing: agency, Person: p.ID, Note: string(role)}); err != nil {
			return err
		}
	}
	return nil
}
