package proposal

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Sought returns the proposal that looks for sponsors by a secret link, or the fault thing.missing.
func Sought(tx *db.Tx, invite string) (Proposal, error) {
	p, err := db.One(tx, scan, selectProposal+`WHERE p.invite = $1 AND p.invite <> ''`, invite)
	return p, thing.Missing(err)
}

// insertSponsor reports whether the sponsor is new.
func insertSponsor(tx *db.Tx, id thing.ID, who identity.ID) (bool, error) {
	n, err := tx.Exec(`INSERT INTO proposal_sponsor (proposal_id, person_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, who, tx.Now)
	return n > 0, err
}

func countSponsors(tx *db.Tx, id thing.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM proposal_sponsor WHERE proposal_id = $1`, id)
}

// Sponsors returns those who stand behind a proposal, the first first.
func Sponsors(tx *db.Tx, id thing.ID) ([]identity.ID, error) {
	return db.All(tx, db.Value[identity.ID], `SELECT person_id FROM proposal_sponsor WHERE proposal_id = $1 ORDER BY at, person_id LIMIT 1000`, id)
}

// StoreSponsor makes somebody a sponsor. It asks nobody and records nothing.
func StoreSponsor(tx *db.Tx, id thing.ID, who identity.ID) error {
	_, err := insertSponsor(tx, id, who)
	return err
}

func removeSponsors(tx *db.Tx, id thing.ID) error {
	_, err := tx.Exec(`DELETE FROM proposal_sponsor WHERE proposal_id = $1`, id)
	return err
}
