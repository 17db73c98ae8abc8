package identity

import "tequio/app/db"

// factorOf is the second factor that a person has set up.
func factorOf(tx *db.Tx, p ID) (factor, error) {
	return db.One(tx, func(r db.Row) (f factor, err error) {
		err = r.Scan(&f.secret, &f.lastStep, &f.failures, db.Time(&f.failedAt))
		return
	}, `SELECT secret, last_step, failures, failed_at FROM second_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL`, p)
}

// saveFactor stores a sealed secret whose code of a step was shown, in the place of any before.
func saveFactor(tx *db.Tx, p ID, sealed []byte, step int64) error {
	_, err := tx.Exec(`INSERT INTO second_factor (person_id, secret, last_step, confirmed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, confirmed_at = excluded.confirmed_at,
			failures = 0, failed_at = NULL`, p, sealed, step, tx.Now)
	return err
}

// clearFactor forgets a person's second factor and its recovery codes.
func clearFactor(tx *db.Tx, p ID) error {
	if _, err := tx.Exec(`DELETE FROM second_factor WHERE person_id = $1`, p); err != nil {
		return err
	}
	return dropRecoveryCodes(tx, p)
}

func factorShown(tx *db.Tx, p ID, step int64) error {
	_, err := tx.Exec(`UPDATE second_factor SET last_step = $1, failures = 0, failed_at = NULL WHERE person_id = $2`, step, p)
	return err
}

func factorFailed(tx *db.Tx, p ID, failures int64) error {
	_, err := tx.Exec(`UPDATE second_factor SET failures = $1, failed_at = $2 WHERE person_id = $3`, failures, tx.Now, p)
	return err
}

func dropRecoveryCodes(tx *db.Tx, p ID) error {
	_, err := tx.Exec(`DELETE FROM recovery_code WHERE person_id = $1`, p)
	return err
}

func insertRecoveryCode(tx *db.Tx, p ID, hash []byte) error {
	_, err := tx.Exec(`INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)`, p, hash)
	return err
}

// useRecoveryCode reports whether the code was one that had not been used.
func useRecoveryCode(tx *db.Tx, p ID, hash []byte) (bool, error) {
	n, err := tx.Exec(`UPDATE recovery_code SET used_at = $1 WHERE person_id = $2 AND hash = $3 AND used_at IS NULL`, tx.Now, p, hash)
	return n > 0, err
}

func hasFactor(tx *db.Tx, p ID) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM second_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL`, p)
	return n > 0, err
}

func codesLeft(tx *db.Tx, p ID) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL`, p)
}
