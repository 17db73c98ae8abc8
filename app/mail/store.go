package mail

import (
	"encoding/json"
	"fmt"
	netmail "net/mail"
	"time"

	"tequio/app/db"
)

const insertMail = `INSERT INTO mail (id, key, person_id, recipient, subject, text, html, headers, secret, state, next_at, created_at, campaign)`

// check refuses an address that is none and line breaks in what goes into the mail's head.
func (m Message) check() error {
	if a, err := netmail.ParseAddress(m.To); err != nil || a.Address != m.To {
		return fmt.Errorf("mail: %q is no address", m.To)
	}
	for name, value := range m.Headers {
		if !plain(value) || !token(name) {
			return fmt.Errorf("mail: header %q cannot be sent", name)
		}
	}
	if !plain(m.To) || !plain(m.Subject) || m.Subject == "" || m.Text == "" {
		return fmt.Errorf("mail: line break or nothing in subject, address or text of %q", m.Key)
	}
	return nil
}

// SendAll is Send for many messages at once; none of them may be secret. It returns how many are new
// in the outbox.
func SendAll(tx *db.Tx, all []Message) (int64, error) {
	if len(all) == 0 {
		return 0, nil
	}
	stopped, err := stoppedOf(tx, all)
	if err != nil {
		return 0, err
	}
	var rows [][]any
	for _, m := range all {
		if stopped[m.To] {
			continue
		}
		row, err := m.row(tx)
		if err != nil {
			return 0, err
		}
		rows = append(rows, row)
	}
	n, err := tx.InsertAll(insertMail, `ON CONFLICT (key) DO NOTHING`, rows)
	if w, ok := tx.Attached(workerKey{}).(*Worker); ok && n > 0 {
		tx.AfterCommit(w.Wake)
	}
	return n, err
}

func (m Message) row(tx *db.Tx) ([]any, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	headers, err := json.Marshal(m.Headers)
	return []any{tx.NewID(), nullable(m.Key), db.ID(m.Person), m.To, m.Subject, m.Text, m.HTML, string(headers), m.Secret, Queued, tx.Now, tx.Now,
		db.ID(m.Campaign)}, err
}

// Stopped reports whether mail to an address came back for good.
func Stopped(tx *db.Tx, address string) (bool, error) {
	n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM mail_bounce WHERE address = $1 AND stopped_at IS NOT NULL`, address)
	return n > 0, err
}

// stoppedOf are the addresses among the messages' to which nothing is sent.
func stoppedOf(tx *db.Tx, all []Message) (map[string]bool, error) {
	stopped := map[string]bool{}
	for len(all) > 0 {
		some := all[:min(len(all), 250)]
		all = all[len(some):]
		marks, args := "", []any{}
		for i := range 250 { // always as many, so that one statement is prepared
			if i > 0 {
				marks += ", "
			}
			marks += fmt.Sprintf("$%d", i+1)
			args = append(args, some[min(i, len(some)-1)].To)
		}
		found, err := db.All(tx, db.Value[string], `SELECT address FROM mail_bounce WHERE stopped_at IS NOT NULL AND address IN (`+marks+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			stopped[a] = true
		}
	}
	return stopped, nil
}

func keepBounce(tx *db.Tx, b Bounce) error {
	var stop time.Time
	if b.Kind == Permanent {
		stop = tx.Now
	}
	_, err := tx.Exec(`INSERT INTO mail_bounce (address, kind, diagnostic, times, at, stopped_at) VALUES ($1, $2, $3, 1, $4, $5)
		ON CONFLICT (address) DO UPDATE SET kind = CASE WHEN mail_bounce.stopped_at IS NULL THEN excluded.kind ELSE mail_bounce.kind END,
			diagnostic = excluded.diagnostic, times = mail_bounce.times + 1, at = excluded.at, stopped_at = COALESCE(mail_bounce.stopped_at, excluded.stopped_at)`,
		b.Address, b.Kind, b.Diagnostic, tx.Now, stop)
	return err
}

// giveUp fails what waits for a stopped address; codes to sign in still go.
func giveUp(tx *db.Tx, b Bounce) error {
	_, err := tx.Exec(`UPDATE mail SET state = $1, answer = $2 WHERE recipient = $3 AND state = 'queued' AND secret = 0`, Failed, b.Diagnostic, b.Address)
	return err
}

// Reached notes that somebody reads what is sent to an address: mail goes there again. It reports
// whether it had been stopped.
func Reached(tx *db.Tx, address string) (bool, error) {
	stopped, err := Stopped(tx, address)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM mail_bounce WHERE address = $1`, address)
	return stopped, err
}

// EraseBounces forgets what came back before an instant and stopped nothing, and returns how many
// addresses that were.
func EraseBounces(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec(`DELETE FROM mail_bounce WHERE at < $1 AND stopped_at IS NULL`, before)
}

// Tally is how the messages of a campaign stand.
type Tally struct{ Queued, Sent, Failed int64 }

// Campaign counts the messages of a campaign that the outbox still knows.
func Campaign(tx *db.Tx, id int64) (t Tally, err error) {
	type row struct {
		state State
		n     int64
	}
	rows, err := db.All(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.state, &v.n); return },
		`SELECT state, count(*) FROM mail WHERE campaign = $1 GROUP BY state ORDER BY state LIMIT 10`, id)
	for _, r := range rows {
		switch r.state {
		case Queued:
			t.Queued = r.n
		case Sent:
			t.Sent = r.n
		case Failed:
			t.Failed = r.n
		}
	}
	return t, err
}
