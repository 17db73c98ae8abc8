package identity

import (
	"strings"

	"tequio/app/db"
	"tequio/app/text"
)

// Look finds people by part of their name, without regard to accents, or, byMail, by their whole
// address, which tells who has it; an empty question finds those who came last. Names are folded here and not in SQL, so that both
// engines find the same; it is for those who run the instance.
func Look(tx *db.Tx, asked string, byMail bool, n int) (found []Person, err error) {
	asked = text.Fold(strings.TrimSpace(asked))
	if asked == "" {
		return db.All(tx, scanPerson, `SELECT `+personColumns+` FROM person WHERE deleted_at IS NULL ORDER BY id DESC LIMIT $1`, n)
	}
	err = db.Each(tx, scanPerson, func(p Person) error {
		if len(found) < n && (byMail && strings.EqualFold(p.Email, asked) || strings.Contains(text.Fold(p.Name), asked)) {
			found = append(found, p)
		}
		return nil
	}, `SELECT `+personColumns+` FROM person WHERE deleted_at IS NULL ORDER BY id DESC`)
	return found, err
}

// Holder is a person with a role as it was given, not as it reaches down to other agencies.
type Holder struct {
	Person
	Grant
}

// Holders are all who hold a role, in the order of names. Of one agency where agency is not 0.
func Holders(tx *db.Tx, agency int64) ([]Holder, error) {
	where, args := `p.deleted_at IS NULL`, []any{}
	if agency != 0 {
		where, args = where+` AND r.agency_id = $1`, append(args, agency)
	}
	return db.All(tx, func(r db.Row) (h Holder, err error) {
		err = r.Scan(&h.Person.ID, &h.Name, db.Null(&h.Email), &h.Role, db.Null(&h.Grant.Agency))
		return
	}, `SELECT p.id, p.name, p.email, r.role, r.agency_id FROM role r JOIN person p ON p.id = r.person_id
		WHERE `+where+` ORDER BY p.name, p.id, r.role LIMIT 2000`, args...)
}

// Given are a person's roles as they were given.
func Given(tx *db.Tx, p ID) ([]Grant, error) {
	return db.All(tx, func(r db.Row) (g Grant, err error) { err = r.Scan(&g.Role, db.Null(&g.Agency)); return },
		`SELECT role, agency_id FROM role WHERE person_id = $1 ORDER BY role, agency_id LIMIT 200`, p)
}

// Administrators is how many people with an account administer the instance.
func Administrators(tx *db.Tx) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM role r JOIN person p ON p.id = r.person_id
		WHERE r.role = $1 AND p.deleted_at IS NULL AND p.blocked_at IS NULL`, Administrator)
}

// Called are the people whose whole name is one of names, without regard to accents, case and the
// width of spaces, by the folded name; several may share one.
func Called(tx *db.Tx, names []string) (map[string][]ID, error) {
	found := map[string][]ID{}
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[text.FoldLine(n)] = true
	}
	if len(names) == 0 {
		return found, nil
	}
	return found, db.Each(tx, scanPerson, func(p Person) error {
		if n := text.FoldLine(p.Name); wanted[n] {
			found[n] = append(found[n], p.ID)
		}
		return nil
	}, `SELECT `+personColumns+` FROM person WHERE deleted_at IS NULL ORDER BY id`)
}
