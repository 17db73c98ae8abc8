package vote

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// publish publishes what was counted: in the order of the commitments, which tells nothing, or sealed.
func publish(tx *db.Tx, v Vote) error {
	if v.Disclosure != Sealed {
		_, err := tx.Exec(`INSERT INTO published_ballot (vote_id, commitment, nonce, content)
			SELECT vote_id, commitment, nonce, content FROM ballot WHERE vote_id = $1 ORDER BY commitment`, v.ID)
		return err
	}
	var ballots []Published
	if err := eachPair(tx, v.ID, func(p Published) error { ballots = append(ballots, p); return nil }); err != nil {
		return err
	}
	return publishSealed(tx, v.ID, ballots)
}

// publishSealed publishes commitments, in order, and contents, shuffled.
func publishSealed(tx *db.Tx, id thing.ID, ballots []Published) error {
	var counted, contents [][]any
	order := shuffled(len(ballots))
	for i, b := range ballots {
		counted = append(counted, []any{id, b.Commitment[:], []byte{}, []byte{}})
		contents = append(contents, []any{id, i, ballots[order[i]].Content})
	}
	if err := insertRows(tx, `INSERT INTO published_ballot (vote_id, commitment, nonce, content) VALUES `, counted); err != nil {
		return err
	}
	return insertRows(tx, `INSERT INTO shuffled_ballot (vote_id, place, content) VALUES `, contents)
}

// eachPair calls do for each ballot in the box with its commitment and nonce, by commitment.
func eachPair(tx *db.Tx, id thing.ID, do func(Published) error) error {
	return db.Each(tx, scanPublished, do, `SELECT commitment, nonce, content FROM ballot WHERE vote_id = $1 ORDER BY commitment`, id)
}

func scanShuffled(r db.Row) (p Published, err error) { err = r.Scan(&p.Content); return }

func auditors(tx *db.Tx, id thing.ID) ([]Auditor, error) {
	return db.All(tx, func(r db.Row) (a Auditor, err error) {
		err = r.Scan(&a.Person, &a.Name, &a.Email, &a.Statement, db.Time(&a.StatedAt))
		return
	}, `SELECT a.person_id, a.name, COALESCE(p.email, ''), a.statement, a.stated_at FROM vote_auditor a JOIN person p ON p.id = a.person_id
		WHERE a.vote_id = $1 ORDER BY a.name, a.person_id LIMIT 100`, id)
}

// replaceAuditors names them anew, before the vote opens.
func replaceAuditors(tx *db.Tx, v *Vote) error {
	if _, err := tx.Exec(`DELETE FROM vote_auditor WHERE vote_id = $1`, v.ID); err != nil {
		return err
	}
	return insertAuditors(tx, v)
}

func insertAuditors(tx *db.Tx, v *Vote) error {
	for _, a := range v.Auditors {
		if _, err := tx.Exec(`INSERT INTO vote_auditor (vote_id, person_id, name) VALUES ($1, $2, $3)`, v.ID, a.Person, a.Name); err != nil {
			return err
		}
	}
	return nil
}

// stateFound keeps what an auditor found.
func stateFound(tx *db.Tx, id thing.ID, p identity.ID, statement string) error {
	_, err := tx.Exec(`UPDATE vote_auditor SET statement = $1, stated_at = $2 WHERE vote_id = $3 AND person_id = $4`, statement, tx.Now, id, p)
	return err
}
