package vote

import (
	"time"

	"tequio/app/db"
	"tequio/app/thing"
)

// ofVote are the tables whose rows belong to one vote, by vote_id.
var ofVote = []string{"ballot", "ballot_form", "ledger_pending", "ledger_entry", "ledger_tile", "ledger_voided", "checkpoint", "cosignature", "turnout",
	"published_ballot", "shuffled_ballot", "vote_amendment", "vote_change", "vote_correction", "vote_objection", "vote_certificate", "vote_auditor",
	"vote_lot", "vote_listed", "vote_code", "vote_handed", "vote_paper_entry", "vote_paper", "vote_desk", "vote_choices"}

// removeVote removes a vote but for its header.
func removeVote(tx *db.Tx, id thing.ID) error {
	for _, table := range ofVote {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE vote_id = $1`, id); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`DELETE FROM vote_option WHERE question_id IN (SELECT id FROM vote_question WHERE vote_id = $1)`,
		`DELETE FROM vote_question WHERE vote_id = $1`,
		`DELETE FROM vote WHERE id = $1`,
		`DELETE FROM translation WHERE thing_id = $1`,
	} {
		if _, err := tx.Exec(statement, id); err != nil {
			return err
		}
	}
	return nil
}

// rehearsalOf finds the rehearsal of a vote; its ID is 0 where there is none.
func rehearsalOf(tx *db.Tx, id thing.ID) (Rehearsal, error) {
	r, err := db.One(tx, func(row db.Row) (r Rehearsal, err error) {
		err = row.Scan(&r.ID, &r.Slug, db.Time(&r.ClosesAt), db.Time(&r.CountedAt), db.Time(&r.WipedAt), db.Time(&r.Began), &r.Ballots)
		return
	}, `SELECT v.id, t.slug, t.closes_at, v.counted_at, v.wiped_at, t.created_at,
			CASE WHEN v.closed_at IS NULL THEN (SELECT count(*) FROM ballot b WHERE b.vote_id = v.id)
				ELSE (SELECT count(*) FROM published_ballot p WHERE p.vote_id = v.id) END
		FROM vote v JOIN thing t ON t.id = v.id WHERE v.rehearses = $1`, id)
	if db.IsNone(err) {
		return Rehearsal{}, nil
	}
	return r, err
}

func setWiped(tx *db.Tx, id thing.ID, at time.Time) error {
	_, err := tx.Exec(`UPDATE vote SET wiped_at = $1 WHERE id = $2`, at, id)
	return err
}

// copyList names on one vote's list who is named on another's.
func copyList(tx *db.Tx, from, to thing.ID) error {
	_, err := tx.Exec(`INSERT INTO vote_listed (vote_id, hash, entry) SELECT $1, hash, entry FROM vote_listed WHERE vote_id = $2`, to, from)
	return err
}
