package notice

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/mail"
)

// A posting is the job of writing the mail that is due, a batch of people at a time: those after an
// instant and a person.
type posting struct {
	Due    int64       `json:"due"` // microseconds since 1970
	Person identity.ID `json:"person"`
}

const (
	post      = job.Kind[posting]("notice.post")
	postBatch = 400
)

func (p posting) enqueue(tx *db.Tx, key string) error { return post.Enqueue(tx, key, tx.Now, p) }

// Post has the mail written that is due. It is run every minute; what is due is written once, however
// often it runs and in whatever process.
func (s *Service) Post(ctx context.Context) error {
	var due bool
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) { due, err = anyDue(tx); return err })
	if err != nil || !due {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return posting{}.enqueue(tx, "due") })
}

// A bag is the mail of one batch of people.
type bag struct {
	mails  []mail.Message
	mailed []int64 // notices
	silent []int64 // notices that are no longer worth a mail
	last   posting
	full   bool
}

// turn is how long a job goes on writing before it lets other jobs have theirs.
const turn = time.Second

// send writes what is due after p, batch by batch, for a turn; then it asks for the next.
func (s *Service) send(ctx context.Context, p posting) error {
	began := time.Now()
	for {
		batchBegan := time.Now()
		b, err := s.pack(ctx, p)
		if err != nil || len(b.mailed)+len(b.silent) == 0 {
			return err
		}
		over := time.Since(began) > turn
		if err := s.store(ctx, b, over); err != nil || !b.full || over {
			return err
		}
		p = b.last
		rest(ctx, time.Since(batchBegan))
	}
}

// store stores the mail of one batch: everything was read and put into words before, so that others
// who write need not wait for that.
func (s *Service) store(ctx context.Context, b bag, last bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := mail.SendAll(tx, b.mails); err != nil {
			return err
		}
		if err := markMailed(tx, b.mailed, b.silent); err != nil || !b.full || !last {
			return err
		}
		return b.last.enqueue(tx, fmt.Sprintf("%d.%d", b.last.Due, b.last.Person))
	})
}

// pack puts the mail of the people after p into words.
func (s *Service) pack(ctx context.Context, p posting) (b bag, err error) {
	var readers []reader
	var items map[identity.ID][]item
	var now time.Time
	words := titles{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now
		due, err := duePeople(tx, p, postBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		b.last, b.full = due[len(due)-1], len(due) == postBatch
		if readers, items, err = s.dueItems(tx, due); err != nil {
			return err
		}
		return words.read(tx, readers, items)
	})
	if err != nil {
		return b, err
	}
	for _, r := range readers {
		m := sorted(items[r.id], now)
		letters, err := s.letters.write(r, m, words, now)
		if err != nil {
			return b, err
		}
		b.mails = append(b.mails, letters...)
		b.silent = append(b.silent, m.silent...)
		for _, i := range append(m.prompt, m.digest...) {
			b.mailed = append(b.mailed, i.ID)
		}
	}
	return b, nil
}
