package mail

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"tequio/app/db"

	gomail "github.com/wneessen/go-mail"
)

// Worker sends what lies in the outbox. Several processes may run one each: a message is claimed
// before it is sent, and a claim lapses after lease.
type Worker struct {
	// Bounced runs in the transaction that keeps a permanent bounce; nil: nobody listens.
	Bounced func(tx *db.Tx, b Bounce) error

	db   *db.DB
	set  Settings
	wake chan struct{}
}

type workerKey struct{}

const (
	lease  = 10 * time.Minute // how long a process may take for what it claimed
	look   = 20 * time.Second // how often the outbox is looked at without being woken
	batch  = 20               // messages through one connection
	answer = 1000             // characters kept of the server's words
	forget = 48 * time.Hour   // after so long without success a message has failed
)

// pauses are how long to wait after each try that failed; the last one repeats.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}

// NewWorker returns the worker of d's outbox and has Send wake it. It is for wiring, once.
func NewWorker(d *db.DB, set Settings) *Worker {
	w := &Worker{db: d, set: set, wake: make(chan struct{}, 1)}
	d.Attach(workerKey{}, w)
	return w
}

// Ready reports whether there is an SMTP server to send through.
func (w *Worker) Ready() bool { return w.set.Host != "" }

// Wake has the worker look at the outbox at once.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run sends what is due until ctx ends. Without an SMTP server it says so once and leaves the mail
// in the outbox.
func (w *Worker) Run(ctx context.Context) {
	if !w.Ready() {
		slog.Warn("no SMTP server is configured: mail stays in the outbox")
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		n, err := w.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("mail", "err", err)
		}
		if n == batch && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-w.wake:
		}
	}
}

type letter struct {
	Message
	id        int64
	tries     int64
	createdAt time.Time
}

func scanLetter(r db.Row) (l letter, err error) {
	var headers string
	if err = r.Scan(&l.id, &l.To, &l.Subject, &l.Text, &l.HTML, &headers, &l.tries, db.Time(&l.createdAt)); err != nil {
		return
	}
	err = json.Unmarshal([]byte(headers), &l.Headers)
	return
}

// Deliver sends the messages that are due, at most one batch, and returns how many it tried. What
// the server said of each is kept with it; the error is of the database alone.
func (w *Worker) Deliver(ctx context.Context) (int, error) {
	due, err := w.claim(ctx)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	client, err := w.set.dial(ctx)
	if err == nil {
		defer client.Close()
	}
	for _, l := range due {
		said, failure := "", err
		if failure == nil {
			said, failure = w.set.post(client, l)
		}
		if err := w.settle(ctx, l, said, failure); err != nil {
			return len(due), err
		}
	}
	return len(due), nil
}

// claim takes what is due for this process. The outbox is read before it is written, so that an
// idle instance writes nothing.
func (w *Worker) claim(ctx context.Context) (due []letter, err error) {
	var n int
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		n, err = db.One(tx, db.Value[int], `SELECT count(*) FROM (SELECT id FROM mail WHERE state = $1 AND next_at <= $2 LIMIT 1) d`, Queued, tx.Now)
		return err
	})
	if err != nil || n == 0 {
		return nil, err
	}
	err = w.db.Write(ctx, func(tx *db.Tx) error {
		due, err = db.All(tx, scanLetter, `UPDATE mail SET next_at = $1, tries = tries + 1
			WHERE id IN (SELECT id FROM mail WHERE state = $2 AND next_at <= $3 ORDER BY next_at, id LIMIT $4 `+tx.SkipLocked()+`)
			RETURNING id, recipient, subject, text, html, headers, tries, created_at`, tx.Now.Add(lease), Queued, tx.Now, batch)
		return err
	})
	return due, err
}

// settle keeps what became of a message. Once it is through, or lost, its text is no longer needed:
// what a code or a link could do must not lie about.
func (w *Worker) settle(ctx context.Context, l letter, said string, failure error) error {
	return w.db.Write(ctx, func(tx *db.Tx) error {
		if failure == nil {
			_, err := tx.Exec(`UPDATE mail SET state = $1, answer = $2, sent_at = $3, text = '', html = '' WHERE id = $4`, Sent, clip(said), tx.Now, l.id)
			return err
		}
		state, next := Queued, tx.Now.Add(pauses[min(int(l.tries), len(pauses))-1])
		if final(failure) || next.Sub(l.createdAt) > forget {
			state = Failed
		}
		if _, err := tx.Exec(`UPDATE mail SET state = $1, answer = $2, next_at = $3 WHERE id = $4`, state, clip(words(failure)), next, l.id); err != nil {
			return err
		}
		return w.bounce(tx, l, failure)
	})
}

// bounce stops an address that the server refused for good.
func (w *Worker) bounce(tx *db.Tx, l letter, failure error) error {
	b, ok := returned(l, failure)
	if !ok {
		return nil
	}
	first, err := CameBack(tx, b)
	if err != nil || !first || w.Bounced == nil {
		return err
	}
	return w.Bounced(tx, b)
}

// final reports whether the server refused the message for good: an answer of 5xx to it, not to the
// connection or the sign-in, which the operator mends.
func final(err error) bool {
	var refused *gomail.SendError
	return errors.As(err, &refused) && refused.ErrorCode() >= 500
}

// words are what the server said, without what the library puts around it.
func words(err error) string {
	s := err.Error()
	var refused *gomail.SendError
	if errors.As(err, &refused) {
		s = strings.TrimPrefix(s, refused.Reason.String()+": ")
		s, _, _ = strings.Cut(s, ", affected ")
	}
	return s
}

func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "")); len(r) > answer {
		return string(r[:answer])
	}
	return strings.ToValidUTF8(s, "")
}
