package proposal

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// SupportedVersion is the version of a proposal's text that a person supports; 0: they do not, or it
// does not count.
func SupportedVersion(tx *db.Tx, id thing.ID, who identity.ID) (int64, error) {
	v, err := db.One(tx, db.Value[int64], `SELECT version FROM support WHERE thing_id = $1 AND person_id = $2 AND batch_id IS NULL`, id, who)
	if db.IsNone(err) {
		return 0, nil
	}
	return v, err
}

// keepSupport makes a person's support one of a newer version, and reports whether it was of an older.
func keepSupport(tx *db.Tx, id thing.ID, who identity.ID, version int64) (bool, error) {
	n, err := tx.Exec(`UPDATE support SET version = $1 WHERE thing_id = $2 AND person_id = $3 AND version < $1`, version, id, who)
	return n > 0, err
}

// noteCarried keeps where a support came from.
func noteCarried(tx *db.Tx, id thing.ID, who identity.ID, from thing.ID) error {
	_, err := tx.Exec(`UPDATE support SET carried_from = $1 WHERE thing_id = $2 AND person_id = $3`, from, id, who)
	return err
}

// counts reports whether a person's support of a thing is there and was not found invalid.
func counts(tx *db.Tx, id thing.ID, who identity.ID) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM support WHERE thing_id = $1 AND person_id = $2 AND batch_id IS NULL`, id, who)
	return n > 0, err
}

// Ancestors are the proposals that were retired in favour of one, the latest first.
func Ancestors(tx *db.Tx, id thing.ID) ([]Ancestor, error) {
	return db.All(tx, func(r db.Row) (a Ancestor, err error) {
		err = r.Scan(&a.ID, &a.Kind, &a.Slug, &a.Title, &a.Left, &a.Carried)
		return
	}, `WITH RECURSIVE merged (id) AS (SELECT id FROM proposal WHERE successor_id = $1 UNION SELECT p.id FROM proposal p JOIN merged m ON p.successor_id = m.id)
		SELECT t.id, t.kind, t.slug, t.title, t.supports, (SELECT count(*) FROM support s WHERE s.carried_from = t.id AND s.thing_id = $1)
		FROM merged m JOIN thing t ON t.id = m.id JOIN proposal p ON p.id = t.id WHERE t.hidden_at IS NULL ORDER BY p.withdrawn_at DESC, t.id DESC LIMIT 50`, id)
}

// askedMost bounds what a person is asked at once.
const askedMost = 20

// supportedMost is how many of a person's supports, the latest, are looked through for what to ask.
const supportedMost = 1000

// ofSupports reads proposals with the supports s that person $1 gave, few as they are before many.
const ofSupports = `SELECT ` + thing.Columns + `, ` + columns + ` FROM (SELECT thing_id, at, version FROM support
	WHERE person_id = $1 AND batch_id IS NULL ORDER BY at DESC, thing_id DESC LIMIT $2) s CROSS JOIN proposal p JOIN thing t ON t.id = p.id WHERE p.id = s.thing_id `

// Orphaned are the retired proposals whose support a person may carry over, the latest first.
func Orphaned(tx *db.Tx, who identity.ID) ([]Proposal, error) {
	return db.All(tx, scan, ofSupports+`AND p.successor_id IS NOT NULL AND t.state = 'withdrawn' ORDER BY p.withdrawn_at DESC LIMIT $3`,
		who, supportedMost, askedMost)
}

// Changed are the proposals whose text changed in substance since a person supported it, the one
// supported last first.
func Changed(tx *db.Tx, who identity.ID) ([]Proposal, error) {
	return db.All(tx, scan, ofSupports+`AND s.version < p.version
		AND t.state = 'published' AND t.hidden_at IS NULL AND (t.closes_at IS NULL OR t.closes_at > $4)
		AND EXISTS (SELECT 1 FROM proposal_version v WHERE v.proposal_id = p.id AND v.version > s.version AND v.substantial = 1)
		ORDER BY s.at DESC LIMIT $3`, who, supportedMost, askedMost, tx.Now)
}

// insertSupport reports whether the support is new.
func insertSupport(tx *db.Tx, p Proposal, a identity.Actor) (bool, error) {
	n, err := tx.Exec(`INSERT INTO support (thing_id, person_id, level, at, version, network) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		p.ID, a.ID, a.Level, tx.Now, p.Version, a.Session.Network)
	return n > 0, err
}

// A given is a support as it is kept.
type given struct {
	level identity.Level
	batch int64 // that made it invalid; 0: it counts
}

func supportOf(tx *db.Tx, id thing.ID, who identity.ID) (g given, found bool, err error) {
	g, err = db.One(tx, func(r db.Row) (g given, err error) { err = r.Scan(&g.level, db.Null(&g.batch)); return },
		`SELECT level, batch_id FROM support WHERE thing_id = $1 AND person_id = $2`, id, who)
	if db.IsNone(err) {
		return g, false, nil
	}
	return g, err == nil, err
}

func removeSupport(tx *db.Tx, id thing.ID, who identity.ID) error {
	_, err := tx.Exec(`DELETE FROM support WHERE thing_id = $1 AND person_id = $2`, id, who)
	return err
}

// addKept changes a number kept with a proposal, residents or paper, by n.
func addKept(tx *db.Tx, id thing.ID, column string, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(`UPDATE proposal SET `+column+` = `+column+` + $1 WHERE id = $2`, n, id)
	return err
}

// TakeBack keeps the numbers of a person's proposals right when their account goes: it runs before
// thing.TakeBack, which takes the supports away. Supports found invalid are counted no longer, so
// their number goes first.
func TakeBack(tx *db.Tx, who identity.ID) error {
	for _, q := range []string{
		`UPDATE proposal SET residents = residents - 1 WHERE id IN (SELECT thing_id FROM support WHERE person_id = $1 AND level >= 3 AND batch_id IS NULL)`,
		`UPDATE proposal SET voided = voided - 1 WHERE id IN (SELECT thing_id FROM support WHERE person_id = $1 AND batch_id IS NOT NULL)`,
		`DELETE FROM support WHERE person_id = $1 AND batch_id IS NOT NULL`,
		`DELETE FROM proposal_sponsor WHERE person_id = $1`,
	} {
		if _, err := tx.Exec(q, who); err != nil {
			return err
		}
	}
	return nil
}
