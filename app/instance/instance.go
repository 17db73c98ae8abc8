// Package instance knows the installation: its name and looks, its languages and zone, its subjects
// and places, its static pages, and the agencies that take part. It knows nothing of what they do.
package instance

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Settings are what an administrator may change. Maps from language to text hold one entry for each
// of the instance's languages.
type Settings struct {
	Name       string            `json:"name"`
	Operator   string            `json:"operator"` // who runs it, as the footer says
	Contact    string            `json:"contact"`
	Tagline    map[string]string `json:"tagline"`
	Front      map[string]string `json:"front"`
	Zone       string            `json:"zone"` // IANA name
	Languages  []string          `json:"languages"`
	Currency   string            `json:"currency"`
	Hue        int               `json:"hue"`  // degrees in OKLCH; −1: the house's own colours
	Logo       string            `json:"logo"` // address of an uploaded image, "" for the mark
	Subjects   []Term            `json:"subjects"`
	Places     []Term            `json:"places"`
	Threshold  int64             `json:"threshold"`   // supports a proposal needs to be answered
	Period     int               `json:"period"`      // days a proposal collects support; 0: no end
	AnswerIn   int               `json:"answer_in"`   // days the authority gives itself to answer
	ModerateIn int               `json:"moderate_in"` // hours within which moderators decide
	Demo       bool              `json:"demo"`        // the demo town was loaded
	Version    int64             `json:"version"`     // changes with every change
}

// A Term is a subject or a place: a short name for addresses, and words for each language.
type Term struct {
	Key   string            `json:"key"`
	Names map[string]string `json:"names"`
}

// In returns the term's name in a language, or in any that it has.
func (t Term) In(lang string) string {
	if s := t.Names[lang]; s != "" {
		return s
	}
	for _, l := range []string{"es", "en"} {
		if s := t.Names[l]; s != "" {
			return s
		}
	}
	return t.Key
}

// Defaults are the settings of an instance that nobody has configured.
func Defaults() Settings {
	return Settings{
		Name: "Tequio", Zone: "America/Mexico_City", Languages: []string{"es", "en"}, Currency: "MXN", Hue: -1,
		Tagline: map[string]string{}, Front: map[string]string{}, Threshold: 100, Period: 90, AnswerIn: 30, ModerateIn: 24,
	}
}

// Check refuses settings that pages could not be shown with.
func (s *Settings) Check() error {
	s.Name, s.Operator, s.Contact = text.Clean(s.Name), text.Clean(s.Operator), text.Clean(s.Contact)
	var c fault.Check
	c.That(s.Name != "", "name", "instance.name.empty")
	c.That(len([]rune(s.Name)) <= 60, "name", "instance.name.long", "max", 60)
	_, err := time.LoadLocation(s.Zone)
	c.That(err == nil && s.Zone != "" && s.Zone != "Local", "zone", "instance.zone.unknown")
	c.That(len(s.Languages) > 0, "languages", "instance.languages.none")
	c.That(s.Hue >= -1 && s.Hue < 360, "hue", "instance.hue.range")
	c.That(s.Hue < 0 || s.Hue >= 360 || faint(s.Hue) == "", "hue", "instance.hue.faint")
	c.That(len(s.Currency) == 3, "currency", "instance.currency.unknown")
	c.That(s.Threshold > 0, "threshold", "instance.threshold.low")
	c.That(s.Period >= 0 && s.Period <= 3650, "period", "instance.days.range")
	c.That(s.AnswerIn > 0 && s.AnswerIn <= 3650, "answer_in", "instance.days.range")
	c.That(s.ModerateIn > 0 && s.ModerateIn <= 24*90, "moderate_in", "instance.hours.range")
	return c.Err()
}

var locations sync.Map // name to *time.Location: reading one takes its time, and every page asks

// Location is the town's time zone.
func (s Settings) Location() *time.Location {
	if l, ok := locations.Load(s.Zone); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	locations.Store(s.Zone, l)
	return l
}

// Default is the language of a reader of whom nothing is known.
func (s Settings) Default() string { return s.Languages[0] }

// Subject returns the subject with a key.
func (s Settings) Subject(key string) (Term, bool) { return term(s.Subjects, key) }

// Place returns the place with a key.
func (s Settings) Place(key string) (Term, bool) { return term(s.Places, key) }

// Named is the name of a place or subject (family "place" or "subject") in a language; its key when
// the instance does not know it any more.
func (s *Service) Named(family, key, lang string) string {
	t, ok := s.Current().Subject(key)
	if family == "place" {
		t, ok = s.Current().Place(key)
	}
	if !ok {
		return key
	}
	return t.In(lang)
}

func term(all []Term, key string) (Term, bool) {
	i := slices.IndexFunc(all, func(t Term) bool { return t.Key == key })
	if i < 0 {
		return Term{}, false
	}
	return all[i], true
}

// Service reads and changes the instance.
type Service struct {
	db      *db.DB
	current atomic.Pointer[Settings]
	bounds  boundaries
}

// NewService reads the settings, or begins with Defaults.
func NewService(ctx context.Context, d *db.DB) (*Service, error) {
	s := &Service{db: d}
	return s, s.Reload(ctx)
}

// Current are the settings as last read; the value must not be changed.
func (s *Service) Current() *Settings { return s.current.Load() }

// Reload reads the settings again: another process may have changed them.
func (s *Service) Reload(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		set, err := settings(tx)
		if err == nil {
			s.current.Store(&set)
			err = s.reloadMap(tx)
		}
		return err
	})
}

// Configure replaces the settings; also, which may be nil, runs in the same transaction.
func (s *Service) Configure(ctx context.Context, a identity.Actor, set Settings, also func(*db.Tx) error) error {
	if err := set.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		return s.Store(tx, a.ID, set)
	})
}

// Store saves settings without asking who: for the demo, the first start and Configure.
func (s *Service) Store(tx *db.Tx, who identity.ID, set Settings) error {
	set.Version = tx.NewID()
	if err := saveSettings(tx, set); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.current.Store(&set) })
	return thing.Record(tx, who, "instance.configure", 0, "")
}

// A StaticPage is a text of the instance: about, rules, privacy.
type StaticPage struct {
	Slug, Lang, Title, Body string
	UpdatedAt               time.Time
}

// StaticPages are the pages every instance has.
var StaticPages = []string{"about", "rules", "privacy", "accessibility"}

// Page returns a static page in a language, or in any that it has been written in.
func (s *Service) Page(ctx context.Context, slug, lang string) (p StaticPage, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := pages(tx, slug)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		rank := func(p StaticPage) int {
			if p.Lang == lang {
				return -1
			}
			return slices.Index(s.Current().Languages, p.Lang)
		}
		p = slices.MinFunc(all, func(a, b StaticPage) int { return cmp.Compare(rank(a), rank(b)) })
		return nil
	})
	return p, err
}

// Write stores a static page in one language.
func (s *Service) Write(ctx context.Context, a identity.Actor, p StaticPage) error {
	p.Title = text.Clean(p.Title)
	var c fault.Check
	c.That(p.Title != "", "title", "instance.page.title.empty")
	c.That(strings.TrimSpace(p.Body) != "", "body", "instance.page.body.empty")
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		return StorePage(tx, a.ID, p)
	})
}

// StorePage saves a page without asking who.
func StorePage(tx *db.Tx, who identity.ID, p StaticPage) error {
	p.UpdatedAt = tx.Now
	if err := savePage(tx, p); err != nil {
		return err
	}
	return thing.Record(tx, who, "instance.page", 0, p.Slug+" ("+p.Lang+")")
}

// settingsKey is the row of the setting table that holds Settings as JSON.
const settingsKey = "instance"

func decode(value string) (Settings, error) {
	s := Defaults()
	err := json.Unmarshal([]byte(value), &s)
	return s, err
}
