package proposal

import (
	"strconv"

	"tequio/app/db"
	"tequio/app/thing"
)

func followUpUse(id int64) string { return "followup:" + strconv.FormatInt(id, 10) }

func insertFollowUp(tx *db.Tx, f *FollowUp) error {
	f.ID = tx.NewID()
	f.At = tx.Now
	_, err := tx.Exec(`INSERT INTO proposal_followup (id, proposal_id, agency_id, author_id, state, lang, body, html, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		f.ID, f.Thing, db.ID(f.Agency), f.Author, f.State, f.Lang, f.Body, f.HTML, f.At)
	return err
}

// FollowUps returns how a proposal was carried out, the newest first.
func FollowUps(tx *db.Tx, id thing.ID) ([]FollowUp, error) {
	return db.All(tx, func(r db.Row) (f FollowUp, err error) {
		err = r.Scan(&f.ID, &f.Thing, db.Null(&f.Agency), db.Null(&f.AgencyName), &f.Author, &f.State, &f.Lang, &f.Body, &f.HTML, db.Time(&f.At))
		return
	}, `SELECT f.id, f.proposal_id, f.agency_id, g.title, f.author_id, f.state, f.lang, f.body, f.html, f.at
		FROM proposal_followup f LEFT JOIN thing g ON g.id = f.agency_id WHERE f.proposal_id = $1 ORDER BY f.id DESC LIMIT 200`, id)
}
