package identity

import (
	"strconv"

	"tequio/app/db"
)

// PlaceOf is the key of the place that a person named as theirs, "" when they named none.
func PlaceOf(tx *db.Tx, p ID) (string, error) {
	return db.One(tx, db.Value[string], `SELECT place FROM person WHERE id = $1`, p)
}

// actor reads session and person in one query, then the roles, which reach down to the agencies below.
func actor(tx *db.Tx, hash []byte) (a Actor, err error) {
	a, err = db.One(tx, func(r db.Row) (a Actor, err error) {
		var blocked bool
		err = r.Scan(append(sessionFields(&a.Session), &a.ID, &a.Name, &a.Lang, &a.Level, &a.Voter, db.Bool(&blocked), db.Time(&a.BlockedUntil))...)
		a.Blocked = blocked
		return
	}, `SELECT `+sessionColumns+`, p.id, p.name, p.lang, p.level, CASE p.voter WHEN 0 THEN p.id ELSE p.voter END, CASE WHEN p.blocked_at IS NULL OR p.blocked_until <= $2 THEN 0 ELSE 1 END, p.blocked_until
		FROM session s JOIN person p ON p.id = s.person_id WHERE s.hash = $1 AND p.deleted_at IS NULL`, hash, tx.Now)
	if err == nil {
		a.Grants, err = Grants(tx, a.ID)
	}
	return a, err
}

// Grants are the roles a person holds, those of an agency also for every agency below it.
func Grants(tx *db.Tx, p ID) ([]Grant, error) {
	return db.All(tx, func(r db.Row) (g Grant, err error) { err = r.Scan(&g.Role, &g.Agency); return }, `
		WITH RECURSIVE held (role, agency) AS (
			SELECT role, COALESCE(agency_id, 0) FROM role WHERE person_id = $1
			UNION
			SELECT held.role, t.id FROM thing t JOIN held ON t.parent_id = held.agency WHERE t.kind = 'agency' AND held.agency <> 0
		) SELECT role, agency FROM held ORDER BY agency, role`, p)
}

// Get returns a person, or an error for which db.IsNone holds.
func Get(tx *db.Tx, id ID) (Person, error) {
	return db.One(tx, scanPerson, `SELECT `+personColumns+` FROM person WHERE id = $1`, id)
}

// Names returns the names of people, "" for those who deleted their account.
func Names(tx *db.Tx, ids []ID) (map[ID]string, error) {
	names := map[ID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	type named struct {
		id   ID
		name string
	}
	marks, args := marks(ids)
	err := db.Each(tx, func(r db.Row) (n named, err error) { err = r.Scan(&n.id, &n.name); return },
		func(n named) error { names[n.id] = n.name; return nil },
		`SELECT id, CASE WHEN deleted_at IS NULL THEN name ELSE '' END FROM person WHERE id IN (`+marks+`)`, args...)
	return names, err
}

// Insert stores a new person and sets the id and dates that are empty.
func Insert(tx *db.Tx, p *Person) error {
	p.ID = ID(tx.NewID())
	if p.CreatedAt.IsZero() {
		p.CreatedAt = tx.Now
	}
	p.SeenAt = tx.Now
	_, err := tx.Exec(`INSERT INTO person (id, name, email, lang, place, level, demo_role, created_at, seen_at, voter) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Name, nullable(p.Email), p.Lang, p.Place, p.Level, p.DemoRole, p.CreatedAt, p.SeenAt, p.Voter)
	return err
}

// Give stores a role; giving it twice is giving it.
func Give(tx *db.Tx, p ID, g Grant, by ID) error {
	_, err := tx.Exec(`INSERT INTO role (id, person_id, role, agency_id, granted_by, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		tx.NewID(), p, g.Role, db.ID(g.Agency), db.ID(by), tx.Now)
	return err
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func marks(ids []ID) (string, []any) {
	b := make([]byte, 0, 4*len(ids))
	args := make([]any, 0, len(ids))
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(i+1), 10)
		args = append(args, id)
	}
	return string(b), args
}

// byEmail returns who has an address that was verified here.
func byEmail(tx *db.Tx, email string) (Person, error) {
	return db.One(tx, scanPerson, `SELECT `+personColumns+` FROM person WHERE email = $1 AND deleted_at IS NULL`, email)
}

// ByEmail returns who has an address that was verified here; db.IsNone tells that nobody has.
func ByEmail(tx *db.Tx, email string) (Person, error) { return byEmail(tx, email) }

// raise lifts a person's level; it never lowers it.
func raise(tx *db.Tx, p ID, to Level) error {
	_, err := tx.Exec(`UPDATE person SET level = $1 WHERE id = $2 AND level < $1`, to, p)
	return err
}

func setLevel(tx *db.Tx, p ID, to Level) error {
	_, err := tx.Exec(`UPDATE person SET level = $1 WHERE id = $2`, to, p)
	return err
}

// setEmail stores an address that was verified; "" takes it away.
func setEmail(tx *db.Tx, p ID, email string) error {
	_, err := tx.Exec(`UPDATE person SET email = $1 WHERE id = $2`, nullable(email), p)
	return err
}

func saveProfile(tx *db.Tx, p ID, of Profile) error {
	_, err := tx.Exec(`UPDATE person SET name = $1, lang = $2, place = $3 WHERE id = $4`, of.Name, of.Lang, of.Place, p)
	return err
}

// seePerson notes that somebody was here just now.
func seePerson(tx *db.Tx, p ID) error {
	_, err := tx.Exec(`UPDATE person SET seen_at = $1 WHERE id = $2`, tx.Now, p)
	return err
}

// hasRole reports whether a person holds any role.
func hasRole(tx *db.Tx, p ID) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM role WHERE person_id = $1`, p)
	return n > 0, err
}

// waysElsewhere are the accounts elsewhere by which a person signs in, the first added first.
func waysElsewhere(tx *db.Tx, p ID) ([]Way, error) {
	return db.All(tx, func(r db.Row) (w Way, err error) {
		err = r.Scan(&w.Issuer, &w.Subject, &w.Label, &w.Level, db.Time(&w.AddedAt), db.Time(&w.UsedAt))
		return
	}, `SELECT issuer, subject, label, level, created_at, used_at FROM sign_in WHERE person_id = $1 ORDER BY created_at, issuer, subject LIMIT 50`, p)
}

func removeSignIn(tx *db.Tx, p ID, in SignIn) error {
	_, err := tx.Exec(`DELETE FROM sign_in WHERE issuer = $1 AND subject = $2 AND person_id = $3`, in.Issuer, in.Subject, p)
	return err
}

func insertSignIn(tx *db.Tx, in SignIn, p ID) error {
	_, err := tx.Exec(`INSERT INTO sign_in (issuer, subject, person_id, label, level, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		in.Issuer, in.Subject, p, in.Label, in.Level, tx.Now)
	return err
}

// ownerOf returns whose account a sign-in elsewhere opens.
func ownerOf(tx *db.Tx, in SignIn) (ID, error) {
	return db.One(tx, db.Value[ID], `SELECT person_id FROM sign_in WHERE issuer = $1 AND subject = $2`, in.Issuer, in.Subject)
}
