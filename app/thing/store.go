package thing

import (
	"fmt"
	"net/url"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/text"
)

func scan(r db.Row) (t Thing, err error) { err = r.Scan(Fields(&t)...); return }

// Get returns the thing with an id, or the fault thing.missing.
func Get(tx *db.Tx, id ID) (Thing, error) {
	return found(db.One(tx, scan, `SELECT `+Columns+` FROM thing t WHERE t.id = $1`, id))
}

// Find returns the thing of a kind under a slug, or the fault thing.missing.
func Find(tx *db.Tx, kind Kind, slug string) (Thing, error) {
	return found(db.One(tx, scan, `SELECT `+Columns+` FROM thing t WHERE t.kind = $1 AND t.slug = $2`, kind, slug))
}

// AtPath returns the thing whose page has an address of this site, with its host or without; there is false
// when there is none.
func AtPath(tx *db.Tx, address string) (t Thing, there bool, err error) {
	if u, wrong := url.Parse(address); wrong == nil {
		address = u.Path
	}
	for kind, path := range paths {
		slug, ok := strings.CutPrefix(address, path)
		if !ok || slug == "" || strings.Contains(slug, "/") {
			continue
		}
		t, err = db.One(tx, scan, `SELECT `+Columns+` FROM thing t WHERE t.kind = $1 AND t.slug = $2`, kind, slug)
		if db.IsNone(err) {
			return t, false, nil
		}
		return t, err == nil, err
	}
	return t, false, nil
}

func found(t Thing, err error) (Thing, error) { return t, Missing(err) }

// Missing turns "no row" into the fault that a person may see.
func Missing(err error) error {
	if db.IsNone(err) {
		return fault.New(fault.NotFound, "thing.missing")
	}
	return err
}

// Children returns the things of a kind whose parent is id, oldest first.
func Children(tx *db.Tx, id ID, kind Kind) ([]Thing, error) {
	return db.All(tx, scan, `SELECT `+Columns+` FROM thing t WHERE t.parent_id = $1 AND t.kind = $2 ORDER BY t.id LIMIT 5000`, id, kind)
}

// Create stores the header and sets id, slug and dates where they are empty. The caller stores the
// rest under the same id, and records the event.
func Create(tx *db.Tx, t *Thing) (err error) {
	t.ID = ID(tx.NewID())
	if t.CreatedAt.IsZero() {
		t.CreatedAt = tx.Now
	}
	t.UpdatedAt = tx.Now
	if t.State == "" {
		t.State = Draft
	}
	if t.Slug == "" {
		if t.Slug, err = FreeSlug(tx, t.Kind, t.Title, t.ID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`INSERT INTO thing (id, kind, agency_id, parent_id, author_id, slug, lang, title, summary, subject, place, state,
			created_at, updated_at, published_at, opens_at, closes_at, lat, lon)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		t.ID, t.Kind, db.ID(t.Agency), db.ID(t.Parent), db.ID(t.Author), t.Slug, t.Lang, t.Title, t.Summary, t.Subject, t.Place, t.State,
		t.CreatedAt, t.UpdatedAt, t.PublishedAt, t.OpensAt, t.ClosesAt, t.Point.lat(), t.Point.lon())
	return err
}

// lat and lon are the point's columns: NULL, both, where it is nowhere.
func (p Point) lat() any { return p.column(p.Lat) }
func (p Point) lon() any { return p.column(p.Lon) }

func (p Point) column(degrees int64) any {
	if !p.Known() {
		return nil
	}
	return degrees
}

// Save stores what may change in the header: not its kind, author, counters or hiding.
func Save(tx *db.Tx, t *Thing) error {
	t.UpdatedAt = tx.Now
	_, err := tx.Exec(`UPDATE thing SET agency_id = $1, parent_id = $2, slug = $3, lang = $4, title = $5, summary = $6, subject = $7,
			place = $8, state = $9, updated_at = $10, published_at = $11, opens_at = $12, closes_at = $13, lat = $14, lon = $15 WHERE id = $16`,
		db.ID(t.Agency), db.ID(t.Parent), t.Slug, t.Lang, t.Title, t.Summary, t.Subject, t.Place, t.State, t.UpdatedAt, t.PublishedAt,
		t.OpensAt, t.ClosesAt, t.Point.lat(), t.Point.lon(), t.ID)
	return err
}

// taken are addresses below the lists that are pages of their own.
var taken = map[string]bool{"new": true, "similar": true}

// FreeSlug returns an address made from title that no other thing of the kind has.
func FreeSlug(tx *db.Tx, kind Kind, title string, id ID) (string, error) {
	slug := text.Slug(title)
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM thing WHERE kind = $1 AND slug = $2 AND id <> $3`, kind, slug, id)
	if err != nil || n == 0 && !taken[slug] {
		return slug, err
	}
	return fmt.Sprintf("%s-%s", slug, strings.ToLower(base32Of(int64(id)))), nil
}

// base32Of writes the changing end of an id in letters and digits that are easy to read.
func base32Of(id int64) string {
	const digits = "0123456789abcdefghjkmnpqrstvwxyz"
	var b []byte
	for range 8 {
		b = append([]byte{digits[id&31]}, b...)
		id >>= 5
	}
	return string(b)
}

// Counter is one of the numbers kept with a thing.
type Counter string

// The counters of a thing. They change under WriteOn(Scope(id)) alone.
const (
	Comments  Counter = "comments"
	Supports  Counter = "supports"
	Followers Counter = "followers"
)

// Add changes a counter by n.
func Add(tx *db.Tx, id ID, c Counter, n int) error {
	_, err := tx.Exec(`UPDATE thing SET `+string(c)+` = `+string(c)+` + $1 WHERE id = $2`, n, id)
	return err
}

// Scope is the lock that writes to a thing's hot rows share; see db.WriteOn.
func Scope(id ID) []string { return []string{fmt.Sprintf("thing:%d", id)} }

// Stages returns a thing's dated parts in their order.
func Stages(tx *db.Tx, id ID) ([]Stage, error) {
	return db.All(tx, func(r db.Row) (s Stage, err error) {
		err = r.Scan(&s.Kind, &s.Name, db.Time(&s.OpensAt), db.Time(&s.ClosesAt))
		return
	}, `SELECT kind, name, opens_at, closes_at FROM phase WHERE thing_id = $1 ORDER BY position`, id)
}

// SetStages replaces a thing's dated parts.
func SetStages(tx *db.Tx, id ID, stages []Stage) error {
	if _, err := tx.Exec(`DELETE FROM phase WHERE thing_id = $1`, id); err != nil {
		return err
	}
	for i, s := range stages {
		if _, err := tx.Exec(`INSERT INTO phase (thing_id, position, kind, name, opens_at, closes_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, i, s.Kind, s.Name, s.OpensAt, s.ClosesAt); err != nil {
			return err
		}
	}
	return nil
}

// Refs returns links to the things with these ids, those that exist.
func Refs(tx *db.Tx, ids []ID) (map[ID]Ref, error) {
	refs := map[ID]Ref{}
	if len(ids) == 0 {
		return refs, nil
	}
	marks, args := In(ids, 1)
	err := db.Each(tx, func(r db.Row) (f Ref, err error) { err = r.Scan(&f.ID, &f.Kind, &f.Slug, &f.Title); return },
		func(f Ref) error { refs[f.ID] = f; return nil },
		`SELECT id, kind, slug, title FROM thing WHERE id IN (`+marks+`)`, args...)
	return refs, err
}

// OpenRefs is Refs without what its author alone may see: a person's drafts, and what they sealed
// until a date. It is for pages that show others' doings, whoever reads them.
func OpenRefs(tx *db.Tx, ids []ID) (map[ID]Ref, error) {
	refs := map[ID]Ref{}
	if len(ids) == 0 {
		return refs, nil
	}
	marks, args := In(ids, 2)
	err := db.Each(tx, func(r db.Row) (f Ref, err error) { err = r.Scan(&f.ID, &f.Kind, &f.Slug, &f.Title); return },
		func(f Ref) error { refs[f.ID] = f; return nil },
		`SELECT id, kind, slug, title FROM thing WHERE (agency_id IS NOT NULL OR kind = 'agency' OR state <> 'draft' AND published_at <= $1)
			AND state <> 'wiped' AND id IN (`+marks+`)`, append([]any{tx.Now}, args...)...)
	return refs, err
}

// In writes the placeholders of a list, the first of which is $from, and their arguments.
func In[T any](values []T, from int) (marks string, args []any) {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
		args = append(args, v)
	}
	return b.String(), args
}
