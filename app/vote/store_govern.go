package vote

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Amendment is a change of the rules after everybody could read them, with its reason and the two
// people who made it. It stands with the vote for good.
type Amendment struct {
	At          time.Time
	Kind        ChangeKind
	OpensAt     time.Time // zero, unless the vote was postponed
	ClosesAt    time.Time // from then on
	Option      string    // code of the one that was withdrawn
	Reason      string
	AskedBy     string // by name, as then
	ConfirmedBy string
	Sheet       string
	Commitment  []byte
}

// Amendments returns the changes of a vote's rules, oldest first.
func Amendments(tx *db.Tx, id thing.ID) ([]Amendment, error) {
	return db.All(tx, func(r db.Row) (a Amendment, err error) {
		err = r.Scan(db.Time(&a.At), &a.Kind, db.Time(&a.OpensAt), db.Time(&a.ClosesAt), &a.Option, &a.Reason, &a.AskedBy, &a.ConfirmedBy,
			&a.Sheet, &a.Commitment)
		return
	}, `SELECT at, kind, opens_at, closes_at, option_code, reason, asked_by, confirmed_by, sheet, commitment
		FROM vote_amendment WHERE vote_id = $1 ORDER BY at LIMIT 100`, id)
}

func insertAmendment(tx *db.Tx, id thing.ID, a Amendment) error {
	_, err := tx.Exec(`INSERT INTO vote_amendment (vote_id, at, kind, opens_at, closes_at, option_code, reason, asked_by, confirmed_by, sheet, commitment)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, a.At, a.Kind, a.OpensAt, a.ClosesAt, a.Option, a.Reason, a.AskedBy, a.ConfirmedBy, a.Sheet, a.Commitment)
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "vote.amended")
	}
	return err
}

const changeColumns = `id, vote_id, kind, opens_at, closes_at, option_id, reason, asked_by, asked_at, outcome, decided_by, decided_at`

func scanChange(r db.Row) (c Change, err error) {
	err = r.Scan(&c.ID, &c.Vote, &c.Kind, db.Time(&c.OpensAt), db.Time(&c.ClosesAt), db.Null(&c.Option), &c.Reason, &c.AskedBy, db.Time(&c.AskedAt),
		&c.Outcome, db.Null(&c.DecidedBy), db.Time(&c.DecidedAt))
	return
}

// Changes lists what was asked to be changed of a vote, newest first.
func Changes(tx *db.Tx, id thing.ID) ([]Change, error) {
	return db.All(tx, scanChange, `SELECT `+changeColumns+` FROM vote_change WHERE vote_id = $1 ORDER BY id DESC LIMIT 200`, id)
}

func getChange(tx *db.Tx, vote thing.ID, id int64) (Change, error) {
	c, err := db.One(tx, scanChange, `SELECT `+changeColumns+` FROM vote_change WHERE vote_id = $1 AND id = $2`, vote, id)
	return c, thing.Missing(err)
}

func insertChange(tx *db.Tx, c Change) error {
	_, err := tx.Exec(`INSERT INTO vote_change (`+changeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.ID, c.Vote, c.Kind, c.OpensAt, c.ClosesAt, db.ID(c.Option), c.Reason, c.AskedBy, c.AskedAt, c.Outcome, db.ID(c.DecidedBy), c.DecidedAt)
	return err
}

func decideChange(tx *db.Tx, c Change) error {
	_, err := tx.Exec(`UPDATE vote_change SET outcome = $1, decided_by = $2, decided_at = $3 WHERE id = $4`, c.Outcome, c.DecidedBy, c.DecidedAt, c.ID)
	return err
}

// saveChanged stores what a change may touch of a vote, but for its header.
func saveChanged(tx *db.Tx, v Vote) error {
	if _, err := tx.Exec(`UPDATE vote SET objections_at = $1, annulled_at = $2, closed_at = $3 WHERE id = $4`,
		v.ObjectionsAt, v.AnnulledAt, v.ClosedAt, v.ID); err != nil {
		return err
	}
	if !v.Frozen(tx.Now) { // what is frozen stays as it was; the amendment has a sheet of its own
		text, sum := v.Sheet()
		if _, err := tx.Exec(`UPDATE vote SET rules = $1, rules_sha256 = $2 WHERE id = $3`, text, sum, v.ID); err != nil {
			return err
		}
	}
	for _, q := range v.Questions {
		for _, o := range q.Options {
			if !o.Withdrawn() {
				continue
			}
			if _, err := tx.Exec(`UPDATE vote_option SET withdrawn_at = $1 WHERE id = $2`, o.WithdrawnAt, o.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertObjection stores a person's objection; false when they have one.
func insertObjection(tx *db.Tx, id thing.ID, person identity.ID, said string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO vote_objection (id, vote_id, person_id, at, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vote_id, person_id) DO NOTHING`, tx.NewID(), id, person, tx.Now, said)
	return n > 0, err
}

func answerObjection(tx *db.Tx, vote thing.ID, id int64, outcome ObjectionOutcome, said string, by identity.ID) (int64, error) {
	return tx.Exec(`UPDATE vote_objection SET outcome = $1, answer = $2, answered_by = $3, answered_at = $4
		WHERE vote_id = $5 AND id = $6 AND outcome = ''`, outcome, said, by, tx.Now, vote, id)
}

// Objections lists what people said against a result, oldest first.
func Objections(tx *db.Tx, id thing.ID) ([]Objection, error) {
	return db.All(tx, func(r db.Row) (o Objection, err error) {
		err = r.Scan(&o.ID, &o.Name, db.Time(&o.At), &o.Body, &o.Outcome, &o.Answer, &o.AnsweredBy, db.Time(&o.AnsweredAt))
		return
	}, `SELECT o.id, CASE WHEN p.deleted_at IS NULL THEN p.name ELSE '' END, o.at, o.body, o.outcome, o.answer,
			COALESCE(CASE WHEN a.deleted_at IS NULL THEN a.name ELSE '' END, ''), o.answered_at
		FROM vote_objection o JOIN person p ON p.id = o.person_id LEFT JOIN person a ON a.id = o.answered_by
		WHERE o.vote_id = $1 ORDER BY o.id LIMIT 1000`, id)
}

func insertCertificate(tx *db.Tx, id thing.ID, c Certificate) error {
	_, err := tx.Exec(`INSERT INTO vote_certificate (vote_id, person_id, at, name, statement, result_sha256) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vote_id, person_id) DO UPDATE SET at = excluded.at, statement = excluded.statement, result_sha256 = excluded.result_sha256`,
		id, c.Person, c.At, c.Name, c.Statement, c.Result)
	return err
}

func allCertificates(tx *db.Tx, id thing.ID) ([]Certificate, error) {
	return db.All(tx, func(r db.Row) (c Certificate, err error) {
		err = r.Scan(&c.Person, db.Time(&c.At), &c.Name, &c.Statement, &c.Result)
		return
	}, `SELECT person_id, at, name, statement, result_sha256 FROM vote_certificate WHERE vote_id = $1 ORDER BY at LIMIT 10`, id)
}

// certificates are those given on the result as it is stored now, and the SHA-256 of that.
func certificates(tx *db.Tx, id thing.ID) (valid []Certificate, result []byte, err error) {
	stored, err := db.One(tx, db.Value[string], `SELECT result FROM vote WHERE id = $1`, id)
	if err != nil {
		return nil, nil, err
	}
	hash := sha256.Sum256([]byte(stored))
	all, err := allCertificates(tx, id)
	return slices.DeleteFunc(all, func(c Certificate) bool { return !bytes.Equal(c.Result, hash[:]) }), hash[:], err
}

func markCertified(tx *db.Tx, id thing.ID) error {
	_, err := tx.Exec(`UPDATE vote SET certified_at = $1 WHERE id = $2`, tx.Now, id)
	return err
}

// saveResult puts a result in the place of the one before.
func saveResult(tx *db.Tx, id thing.ID, r Result) error {
	_, err := tx.Exec(`UPDATE vote SET result = $1 WHERE id = $2`, encoded(r), id)
	return err
}

// keepEarlier keeps the result as it stands before a correction; false when that was done before.
func keepEarlier(tx *db.Tx, of correction) (bool, error) {
	n, err := tx.Exec(`INSERT INTO vote_correction (vote_id, amended, at, earlier)
		SELECT id, $1, $2, result FROM vote WHERE id = $3 ON CONFLICT DO NOTHING`, of.Amended, tx.Now, of.Vote)
	return n > 0, err
}

// Corrections returns the results that were replaced, oldest first.
func Corrections(tx *db.Tx, id thing.ID) ([]Correction, error) {
	return db.All(tx, func(r db.Row) (c Correction, err error) {
		var before string
		if err = r.Scan(db.Time(&c.Amended), db.Time(&c.At), &before); err == nil {
			err = json.Unmarshal([]byte(before), &c.Before)
		}
		return c, err
	}, `SELECT amended, at, earlier FROM vote_correction WHERE vote_id = $1 ORDER BY amended LIMIT 100`, id)
}

// Draws lists what people typed of the numbers drawn for a vote, in the order in which they did.
func Draws(tx *db.Tx, id thing.ID) ([]Draw, error) {
	return db.All(tx, func(r db.Row) (d Draw, err error) { err = r.Scan(&d.Person, &d.Numbers, db.Time(&d.At)); return },
		`SELECT person_id, numbers, at FROM vote_lot WHERE vote_id = $1 ORDER BY at, person_id LIMIT 100`, id)
}

// putDraw keeps the numbers that somebody typed, in the place of what they typed before.
func putDraw(tx *db.Tx, id thing.ID, p identity.ID, numbers string) error {
	_, err := tx.Exec(`INSERT INTO vote_lot (vote_id, person_id, numbers, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vote_id, person_id) DO UPDATE SET numbers = excluded.numbers, at = excluded.at`, id, p, numbers, tx.Now)
	return err
}
