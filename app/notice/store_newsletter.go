package notice

import (
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
)

const newsColumns = `n.id, n.agency_id, COALESCE(a.title, ''), n.author_id, n.slug, n.audience, n.thing_id, n.term, n.state, n.send_at, n.sent_at, n.updated_at,
	n.queued, n.sent, n.failed FROM newsletter n LEFT JOIN thing a ON a.id = n.agency_id`

func scanNewsletter(r db.Row) (n Newsletter, err error) {
	err = r.Scan(&n.ID, db.Null(&n.Agency), &n.AgencyName, &n.Author, &n.Slug, &n.Audience, db.Null(&n.Thing), &n.Term, &n.Stage, db.Time(&n.SendAt),
		db.Time(&n.SentAt), db.Time(&n.UpdatedAt), &n.Queued, &n.Sent, &n.Failed)
	return
}

// newsletterBy is the newsletter that a condition finds. Fault: thing.missing.
func newsletterBy(tx *db.Tx, where string, by any) (Newsletter, error) {
	n, err := db.One(tx, scanNewsletter, `SELECT `+newsColumns+` WHERE `+where, by)
	if db.IsNone(err) {
		return n, fault.New(fault.NotFound, "thing.missing")
	}
	if err != nil {
		return n, err
	}
	all := []Newsletter{n}
	err = complete(tx, all)
	return all[0], err
}

// complete reads the texts of newsletters, and what became of the mails of young ones: those that were
// written, of which so many were sent and so many failed.
func complete(tx *db.Tx, all []Newsletter) error {
	type row struct {
		id   int64
		lang string
		Text
	}
	at := map[int64]*Newsletter{}
	var ids []int64
	for i := range all {
		all[i].Texts = map[string]Text{}
		at[all[i].ID], ids = &all[i], append(ids, all[i].ID)
	}
	if len(ids) == 0 {
		return nil
	}
	marks, args := db.Marks(ids, 1)
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.id, &v.lang, &v.Subject, &v.Body, &v.HTML); return },
		func(v row) error { at[v.id].Texts[v.lang] = v.Text; return nil },
		`SELECT newsletter_id, lang, subject, body, html FROM newsletter_text WHERE newsletter_id IN (`+marks+`)`, args...)
	if err != nil {
		return err
	}
	for _, n := range at {
		if n.SentAt.Before(tx.Now.Add(-settled)) {
			continue
		}
		t, err := mail.Campaign(tx, n.ID)
		if err != nil {
			return err
		}
		n.Sent, n.Failed = t.Sent, t.Failed
	}
	return nil
}

// newslettersOf are at most n newsletters of some agencies (none: of everybody), newest first.
func newslettersOf(tx *db.Tx, agencies []int64, before int64, n int) ([]Newsletter, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	where, args := ``, []any{before, n}
	if len(agencies) > 0 {
		marks, more := db.Marks(agencies, 3)
		where, args = ` AND n.agency_id IN (`+marks+`)`, append(args, more...)
	}
	all, err := db.All(tx, scanNewsletter, `SELECT `+newsColumns+` WHERE n.id < $1`+where+` ORDER BY n.id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, err
	}
	return all, complete(tx, all)
}

func sentNewsletters(tx *db.Tx, before time.Time, n int) ([]Newsletter, error) {
	if before.IsZero() {
		before = time.UnixMicro(1<<62 - 1)
	}
	all, err := db.All(tx, scanNewsletter, `SELECT `+newsColumns+` WHERE n.sent_at < $1 AND n.state IN ('sending', 'sent') ORDER BY n.sent_at DESC, n.id DESC LIMIT $2`, before, n)
	if err != nil {
		return nil, err
	}
	return all, complete(tx, all)
}

func saveNewsletter(tx *db.Tx, n Newsletter) error {
	if _, err := tx.Exec(`INSERT INTO newsletter (id, agency_id, author_id, slug, audience, thing_id, term, state, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (id) DO UPDATE SET agency_id = excluded.agency_id, audience = excluded.audience,
			thing_id = excluded.thing_id, term = excluded.term, updated_at = excluded.updated_at`,
		n.ID, db.ID(n.Agency), n.Author, n.Slug, n.Audience, db.ID(n.Thing), n.Term, n.Stage, tx.Now); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM newsletter_text WHERE newsletter_id = $1`, n.ID); err != nil {
		return err
	}
	for lang, t := range n.Texts {
		if _, err := tx.Exec(`INSERT INTO newsletter_text (newsletter_id, lang, subject, body, html) VALUES ($1, $2, $3, $4, $5)`, n.ID, lang, t.Subject, t.Body, t.HTML); err != nil {
			return err
		}
	}
	return nil
}

// stageNewsletter moves a newsletter on; the sending begins now.
func stageNewsletter(tx *db.Tx, id int64, to Stage, sendAt time.Time) error {
	var began time.Time
	if to == Sending {
		began = tx.Now
	}
	_, err := tx.Exec(`UPDATE newsletter SET state = $1, send_at = $2, sent_at = COALESCE(sent_at, $3), updated_at = $4 WHERE id = $5`, to, sendAt, began, tx.Now, id)
	return err
}

func countQueued(tx *db.Tx, id, more int64) error {
	_, err := tx.Exec(`UPDATE newsletter SET queued = queued + $1 WHERE id = $2`, more, id)
	return err
}

func keepTallies(tx *db.Tx, since time.Time) error {
	_, err := tx.Exec(`UPDATE newsletter SET sent = (SELECT count(*) FROM mail m WHERE m.campaign = newsletter.id AND m.state = 'sent'),
		failed = (SELECT count(*) FROM mail m WHERE m.campaign = newsletter.id AND m.state = 'failed') WHERE sent_at > $1`, since)
	return err
}

// audienceFrom are where audiences are read from; of.pace is how somebody wants mail of what they follow.
var audienceFrom = map[Audience]string{
	ToAgency:  `follow f JOIN person p ON p.id = f.person_id WHERE f.thing_id = $1 AND f.person_id > $2`,
	ToThing:   `follow f JOIN person p ON p.id = f.person_id WHERE f.thing_id = $1 AND f.person_id > $2`,
	ToPlace:   `follow_term f JOIN person p ON p.id = f.person_id WHERE f.family = 'place' AND f.term = $1 AND f.person_id > $2`,
	ToSubject: `follow_term f JOIN person p ON p.id = f.person_id WHERE f.family = 'subject' AND f.term = $1 AND f.person_id > $2`,
	ToAll: `person p WHERE $1 = 0 AND p.id > $2 AND (EXISTS (SELECT 1 FROM follow x WHERE x.person_id = p.id)
		OR EXISTS (SELECT 1 FROM follow_term x WHERE x.person_id = p.id))`,
}

// audienceOf is the audience of a newsletter with a verdict on each, as a query of id, name, address,
// lang and verdict, after a person; its arguments are the first ones. The last condition is open to more.
func (s *Service) audienceOf(n Newsletter, after identity.ID) (query string, args []any) {
	of, id, never := n.of(), `f.person_id`, `f.pace = 'never'`
	if n.Audience == ToAll {
		of, id, never = int64(0), `p.id`, `1 = 0`
	}
	args = []any{of, after, n.Kind(), s.mainLang()}
	marks, langs := thing.In(n.Langs(), 5)
	args = append(args, langs...)
	return `SELECT ` + id + ` AS id, p.name AS name, COALESCE(p.email, '') AS email, CASE WHEN p.lang = '' THEN $4 ELSE p.lang END AS lang,
		CASE WHEN p.email IS NULL THEN 'address'
			WHEN EXISTS (SELECT 1 FROM mail_bounce b WHERE b.address = p.email AND b.stopped_at IS NOT NULL) THEN 'bounced'
			WHEN ` + never + ` OR EXISTS (SELECT 1 FROM newsletter_refusal r WHERE r.person_id = p.id AND r.kind IN ('` + allNewsletters + `', $3)) THEN 'unsubscribed'
			WHEN CASE WHEN p.lang = '' THEN $4 ELSE p.lang END NOT IN (` + marks + `) THEN 'language'
			ELSE 'gets' END AS verdict
		FROM ` + audienceFrom[n.Audience] + ` AND p.deleted_at IS NULL`, args
}

func (s *Service) countRecipients(tx *db.Tx, n Newsletter) (map[Verdict]int64, error) {
	type row struct {
		v Verdict
		n int64
	}
	query, args := s.audienceOf(n, 0)
	rows, err := db.All(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.v, &v.n); return },
		`SELECT verdict, count(*) FROM (`+query+`) a GROUP BY verdict`, args...)
	counts := map[Verdict]int64{}
	for _, r := range rows {
		counts[r.v] = r.n
	}
	return counts, err
}

// recipients are at most so many of a newsletter's audience with a verdict, after a person.
func (s *Service) recipients(tx *db.Tx, n Newsletter, v Verdict, after identity.ID, most int) ([]Recipient, error) {
	query, args := s.audienceOf(n, after)
	verdict, limit := fmt.Sprint("$", len(args)+1), fmt.Sprint("$", len(args)+2)
	return db.All(tx, func(r db.Row) (m Recipient, err error) {
		err = r.Scan(&m.Person, &m.Name, &m.email, &m.lang, &m.Verdict)
		return
	}, `SELECT id, name, email, lang, verdict FROM (`+query+`) a WHERE verdict = `+verdict+` ORDER BY id LIMIT `+limit, append(args, v, most)...)
}
