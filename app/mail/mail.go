// Package mail keeps an outbox in the database and empties it through an SMTP server. A message is
// stored in the transaction of the change it tells of, so that neither happens without the other;
// a worker sends it afterwards, again and again while the server says "later". It knows how a mail
// looks, and refuses to know who gets one and why.
package mail

import (
	"strings"
	"time"

	"tequio/app/db"
)

// Message is one mail to one address.
type Message struct {
	To      string // an address alone: ana@example.org
	Person  int64  // whose account it is about; 0: nobody's
	Key     string // a second message with the same key is the same message; "": none is
	Subject string
	Text    string            // the plain version, never empty
	HTML    string            // the same in HTML; "": none
	Headers map[string]string // besides those every mail has, e.g. List-Unsubscribe
	Secret  bool              // carries a code or link that signs in: nobody reads it in the outbox

	Campaign int64 // the newsletter it belongs to; 0: none
}

// State is how far a message has come.
type State string

// The states of a message.
const (
	Queued State = "queued" // waits for its (next) try
	Sent   State = "sent"   // the server took it
	Failed State = "failed" // the server refused it for good, or two days of tries were in vain
)

// headerMost bounds a line of a mail's head; the standard's limit is 998 bytes.
const headerMost = 900

// Send puts the message into the outbox with the transaction. It returns an error for an address
// that is none and for line breaks in what goes into the mail's head, which would forge headers. To an
// address from which mail came back for good nothing is sent but what is secret: codes to sign in.
func Send(tx *db.Tx, m Message) error {
	row, err := m.row(tx)
	if err != nil {
		return err
	}
	if !m.Secret {
		if stopped, err := Stopped(tx, m.To); err != nil || stopped {
			return err
		}
	}
	n, err := tx.InsertAll(insertMail, `ON CONFLICT (key) DO NOTHING`, [][]any{row})
	if w, ok := tx.Attached(workerKey{}).(*Worker); ok && n > 0 {
		tx.AfterCommit(w.Wake)
	}
	return err
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// plain reports whether s can stand in a mail's head.
func plain(s string) bool {
	return len(s) <= headerMost && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// token reports whether s can be a header's name (RFC 5322, 3.6.8).
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}

// Item is a message of the outbox as an administrator sees it.
type Item struct {
	ID        int64
	To        string
	Subject   string
	Text      string // "" when it is secret or no longer kept
	State     State
	Tries     int64
	Answer    string // the server's own words at the last try
	NextAt    time.Time
	CreatedAt time.Time
	SentAt    time.Time
}

// Outbox returns the n newest messages before an id (0: the newest of all).
func Outbox(tx *db.Tx, before int64, n int) ([]Item, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.All(tx, func(r db.Row) (i Item, err error) {
		err = r.Scan(&i.ID, &i.To, &i.Subject, &i.Text, &i.State, &i.Tries, &i.Answer, db.Time(&i.NextAt), db.Time(&i.CreatedAt), db.Time(&i.SentAt))
		return
	}, `SELECT id, recipient, subject, CASE WHEN secret = 0 THEN text ELSE '' END, state, tries, answer, next_at, created_at, sent_at
		FROM mail WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, n)
}

// Queue is how the outbox stands, for the health page.
type Queue struct {
	Waiting, Failed int64
	Oldest          time.Time // since when the longest waiting message waits; zero: none does
	Answer          string    // the server's words on the latest message that is not through
}

// Look reads how the outbox stands; Failed counts the last week.
func Look(tx *db.Tx) (q Queue, err error) {
	q, err = db.One(tx, func(r db.Row) (q Queue, err error) { err = r.Scan(&q.Waiting, db.Time(&q.Oldest)); return },
		`SELECT count(*), min(created_at) FROM mail WHERE state = $1`, Queued)
	if err != nil {
		return q, err
	}
	q.Failed, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM mail WHERE state = $1 AND created_at > $2`, Failed, tx.Now.AddDate(0, 0, -7))
	if err != nil {
		return q, err
	}
	q.Answer, err = db.One(tx, db.Value[string], `SELECT answer FROM mail WHERE state <> $1 AND answer <> '' ORDER BY id DESC LIMIT 1`, Sent)
	if db.IsNone(err) {
		err = nil
	}
	return q, err
}

// Retry queues a message that failed once more; one whose text is no longer kept stays as it is.
func Retry(tx *db.Tx, id int64) error {
	_, err := tx.Exec(`UPDATE mail SET state = $1, tries = 0, next_at = $2, created_at = $2 WHERE id = $3 AND state = $4 AND text <> ''`,
		Queued, tx.Now, id, Failed)
	if w, ok := tx.Attached(workerKey{}).(*Worker); ok {
		tx.AfterCommit(w.Wake)
	}
	return err
}

// Erase deletes what was queued before an instant, whatever became of it, and returns how many.
func Erase(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec(`DELETE FROM mail WHERE created_at < $1`, before)
}
