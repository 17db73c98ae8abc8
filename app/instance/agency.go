package instance

import (
	"context"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// AgencyKind is the kind of agencies; an agency's parent is the agency above it.
const AgencyKind thing.Kind = "agency"

// Agency is a public body that asks, posts challenges and answers.
type Agency struct {
	thing.Thing
	Short   string // what people call it
	About   string // Markdown
	Contact string
	Email   string
}

// Check refuses an agency that could not be shown.
func (g *Agency) Check() error {
	g.Title, g.Short, g.Summary = text.Clean(g.Title), text.Clean(g.Short), text.Clean(g.Summary)
	g.Contact, g.Email = text.Clean(g.Contact), strings.TrimSpace(g.Email)
	var c fault.Check
	c.That(g.Title != "", "title", "agency.title.empty")
	c.That(len([]rune(g.Title)) <= 120, "title", "agency.title.long", "max", 120)
	c.That(len([]rune(g.Short)) <= 40, "short", "agency.short.long", "max", 40)
	c.That(g.Parent == 0 || g.Parent != g.ID, "parent", "agency.parent.self")
	return c.Err()
}

// SaveAgency makes an agency, or changes the one with its ID. words are its title, summary and about
// in other languages.
func (s *Service) SaveAgency(ctx context.Context, a identity.Actor, g Agency, words map[string]thing.Words) (id thing.ID, err error) {
	if err := g.Check(); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if err := noCircle(tx, g.ID, g.Parent); err != nil {
			return err
		}
		g := g
		if id, err = StoreAgency(tx, a.ID, &g); err != nil {
			return err
		}
		for lang, w := range words {
			if err := thing.Translate(tx, id, lang, w); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// depthMost bounds the tree of agencies.
const depthMost = 20

// noCircle refuses to put an agency below one of those below it.
func noCircle(tx *db.Tx, id, parent thing.ID) error {
	for range depthMost {
		if parent == 0 {
			return nil
		}
		if parent == id {
			break
		}
		above, err := thing.Get(tx, parent)
		if err != nil || above.Kind != AgencyKind {
			return fault.On("parent", "agency.parent.self")
		}
		parent = above.Parent
	}
	return fault.On("parent", "agency.parent.self")
}

// AgencyByID returns an agency with its words in other languages, or the fault thing.missing.
func (s *Service) AgencyByID(ctx context.Context, id thing.ID) (g Agency, words map[string]thing.Words, err error) {
	words = map[string]thing.Words{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if g, err = db.One(tx, scanAgency, selectAgency+`WHERE t.id = $1`, id); err != nil {
			return thing.Missing(err)
		}
		for _, lang := range s.Current().Languages {
			w, err := thing.Translations(tx, lang, id)
			if err != nil {
				return err
			}
			words[lang] = w[id]
		}
		return nil
	})
	return g, words, err
}

// StoreAgency is SaveAgency without asking who.
func StoreAgency(tx *db.Tx, who identity.ID, g *Agency) (thing.ID, error) {
	verb := "agency.change"
	if g.ID == 0 {
		verb = "agency.create"
		g.Kind, g.State, g.PublishedAt = AgencyKind, thing.Published, tx.Now
		if err := thing.Create(tx, &g.Thing); err != nil {
			return 0, err
		}
		if err := insertAgency(tx, *g); err != nil {
			return 0, err
		}
	} else {
		old, err := thing.Get(tx, g.ID)
		if err != nil {
			return 0, err
		}
		old.Title, old.Summary, old.Parent = g.Title, g.Summary, g.Parent
		if err := thing.Save(tx, &old); err != nil {
			return 0, err
		}
		if err := updateAgency(tx, *g); err != nil {
			return 0, err
		}
	}
	return g.ID, thing.Record(tx, who, verb, g.ID, g.Title)
}

// Agencies returns every agency, in the order of its names.
func (s *Service) Agencies(ctx context.Context) (all []Agency, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { all, err = AllAgencies(tx); return err })
	return all, err
}

// Agency returns the agency under a slug, or the fault thing.missing.
func (s *Service) Agency(ctx context.Context, slug string) (g Agency, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		g, err = db.One(tx, scanAgency, selectAgency+`WHERE t.slug = $1`, slug)
		return thing.Missing(err)
	})
	return g, err
}

const selectAgency = `SELECT ` + thing.Columns + `, g.short, g.about, g.contact, g.email FROM agency g JOIN thing t ON t.id = g.id `

func scanAgency(r db.Row) (g Agency, err error) {
	err = r.Scan(append(thing.Fields(&g.Thing), &g.Short, &g.About, &g.Contact, &g.Email)...)
	return
}

// AllAgencies returns every agency within a transaction.
func AllAgencies(tx *db.Tx) ([]Agency, error) {
	return db.All(tx, scanAgency, selectAgency+`ORDER BY g.position, t.title, t.id`)
}

func insertAgency(tx *db.Tx, g Agency) error {
	_, err := tx.Exec(`INSERT INTO agency (id, short, about, contact, email) VALUES ($1, $2, $3, $4, $5)`, g.ID, g.Short, g.About, g.Contact, g.Email)
	return err
}

func updateAgency(tx *db.Tx, g Agency) error {
	_, err := tx.Exec(`UPDATE agency SET short = $1, about = $2, contact = $3, email = $4 WHERE id = $5`, g.Short, g.About, g.Contact, g.Email, g.ID)
	return err
}

// FocalPoints are the names of an agency's contacts here.
func FocalPoints(tx *db.Tx, agency thing.ID) ([]string, error) {
	return db.All(tx, db.Value[string], `SELECT p.name FROM role r JOIN person p ON p.id = r.person_id
		WHERE r.agency_id = $1 AND r.role = $2 AND p.deleted_at IS NULL ORDER BY p.name, p.id`, agency, identity.FocalPoint)
}
