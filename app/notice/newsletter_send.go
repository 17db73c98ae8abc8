package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/mail"
	"tequio/app/thing"
)

// launch begins the sending of the newsletter with an id; mailing writes one batch of its mails.
const (
	launch  = job.Kind[int64]("newsletter.launch")
	mailing = job.Kind[batchOf]("newsletter.mail")
)

// A batchOf is the people of a newsletter after one of them.
type batchOf struct {
	ID    int64       `json:"id"`
	After identity.ID `json:"after"`
}

func (b batchOf) enqueue(tx *db.Tx) error {
	return mailing.Enqueue(tx, fmt.Sprintf("%d.%d", b.ID, b.After), tx.Now, b)
}

// begin is run when a newsletter is due: from here on nobody can call it back.
func (s *Service) begin(ctx context.Context, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := newsletterBy(tx, `n.id = $1`, id)
		if err != nil || n.Stage != Scheduled || n.SendAt.After(tx.Now) {
			return err
		}
		if err := stageNewsletter(tx, id, Sending, n.SendAt); err != nil {
			return err
		}
		if err := (batchOf{ID: id}).enqueue(tx); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: n.Author, Verb: "newsletter.send", Thing: n.Agency, Note: n.Slug})
	})
}

// mailBatch writes the mails of one batch; it may run twice, for a person has one mail of a newsletter.
func (s *Service) mailBatch(ctx context.Context, b batchOf) error {
	began := time.Now()
	var n Newsletter
	var people []Recipient
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if n, err = newsletterBy(tx, `n.id = $1`, b.ID); err != nil {
			return err
		}
		people, err = s.recipients(tx, n, Gets, b.After, batch)
		return err
	})
	if err != nil {
		return err
	}
	var mails []mail.Message
	for _, r := range people {
		m, err := s.newsletterTo(n, r)
		if err != nil {
			return err
		}
		mails = append(mails, m)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		sent, err := mail.SendAll(tx, mails)
		if err != nil {
			return err
		}
		if err := countQueued(tx, n.ID, sent); err != nil {
			return err
		}
		if len(people) == batch {
			return batchOf{n.ID, people[batch-1].Person}.enqueue(tx)
		}
		return stageNewsletter(tx, n.ID, SentOut, n.SendAt)
	})
	if err == nil && len(people) == batch {
		rest(ctx, time.Since(began))
	}
	return err
}

// newsletterTo is a newsletter as one reader gets it.
func (s *Service) newsletterTo(n Newsletter, r Recipient) (mail.Message, error) {
	site, address := s.letters.Site()
	tag, t := n.In(r.lang)
	l := s.letters.Words.Language(tag)
	from := n.AgencyName
	if from == "" {
		from = site
	}
	token := stop{r.Person, ofLetters + n.Kind()}.sign(s.letters.Key)
	m, err := mail.Letter{
		Key: "newsletter", Args: []any{"site", site, "from", from}, Subject: t.Subject, Link: address + "/news/" + n.Slug,
		HTML: absolute(t.HTML, address), Text: t.Subject + "\n\n" + t.Body,
		Foot:   l.T("mail.newsletter.foot", "site", site, "from", from),
		Stop:   mail.Stop{Text: l.T("mail.stop.news", "from", from), Link: address + "/stop/" + token, List: s.letters.list("news")},
		Manage: []mail.Anchor{{Text: l.T("mail.settings"), Link: address + "/me/notices/settings"}},
	}.Compose(l)
	m.To, m.Person, m.Key, m.Campaign = r.email, int64(r.Person), fmt.Sprintf("newsletter:%d:%d", n.ID, r.Person), n.ID
	return m, err
}

// absolute makes links within the site work in a mail.
func absolute(html, address string) string {
	return strings.NewReplacer(`href="/`, `href="`+address+`/`, `src="/`, `src="`+address+`/`).Replace(html)
}

// settled is how long the outbox is asked what became of a newsletter; afterwards the sums remain.
const settled = 60 * 24 * time.Hour

// Settle keeps what became of the newsletters of the last weeks, before the outbox forgets it. It is
// run daily.
func (s *Service) Settle(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return keepTallies(tx, tx.Now.Add(-settled)) })
}
