package challenge

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/text"
	"tequio/app/thing"
)

const entryColumns = `e.team, e.body, e.html, e.links, e.declaration, e.submitted_at, e.receipt, e.sha256, e.validity, e.reason, e.standing, e.place`

func scanEntry(r db.Row) (e Entry, err error) {
	err = r.Scan(append(thing.Fields(&e.Thing), &e.Team, &e.Body, &e.HTML, jsonOf{&e.Links}, &e.Declaration, db.Time(&e.SubmittedAt), &e.Receipt,
		&e.SHA256, &e.Validity, &e.Reason, &e.Standing, &e.Place)...)
	return
}

const fromEntry = ` FROM thing t JOIN entry e ON e.id = t.id WHERE `

func oneEntry(tx *db.Tx, where string, args ...any) (Entry, error) {
	e, err := db.One(tx, scanEntry, `SELECT `+thing.Columns+`, `+entryColumns+fromEntry+where, args...)
	if err != nil {
		return e, thing.Missing(err)
	}
	e.Files, err = media.Of(tx, e.ID, "")
	return e, err
}

// GetEntry returns an entry with its files, or the fault thing.missing. Who may see it is for policy
// to say.
func GetEntry(tx *db.Tx, id thing.ID) (Entry, error) { return oneEntry(tx, `t.id = $1`, id) }

// FindEntry returns the entry under a slug.
func FindEntry(tx *db.Tx, slug string) (Entry, error) { return oneEntry(tx, `t.slug = $1`, slug) }

// EntryBy returns a person's entry to a challenge, sent or not, or the fault thing.missing.
func EntryBy(tx *db.Tx, id thing.ID, p identity.ID) (Entry, error) {
	return oneEntry(tx, `t.kind = 'entry' AND t.parent_id = $1 AND t.author_id = $2`, id, p)
}

// EntriesOf returns the entries to a challenge that may be read at tx.Now, winners first, then
// finalists, then in the order in which they were sent. It leaves out drafts and sealed entries,
// whoever asks; files are not loaded.
func EntriesOf(tx *db.Tx, id thing.ID) ([]Entry, error) {
	return db.All(tx, scanEntry, `SELECT `+thing.Columns+`, `+entryColumns+fromEntry+`t.kind = 'entry' AND t.parent_id = $1
		AND t.state = 'published' AND t.published_at <= $2
		ORDER BY CASE e.standing WHEN 'winner' THEN e.place WHEN 'mention' THEN 1000 WHEN 'finalist' THEN 1001 ELSE 1002 END, e.submitted_at, t.id
		LIMIT 5000`, id, tx.Now)
}

// CountSent is how many entries take part, sealed ones too.
func CountSent(tx *db.Tx, id thing.ID) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*)`+fromEntry+`t.kind = 'entry' AND t.parent_id = $1 AND t.state = 'published'`, id)
}

// InsertEntry stores an entry; dates of its thing that are set are kept. One that was sent gets its
// receipt where it has none, and its public instant from the challenge. Nothing is checked and no
// event is recorded.
func InsertEntry(tx *db.Tx, c Challenge, e *Entry) error {
	e.Kind, e.Parent, e.Agency = EntryKind, c.ID, 0
	if e.Slug == "" {
		e.Slug = newSlug(tx)
	}
	if e.HTML == "" {
		e.HTML = text.Markdown(e.Body, text.Participant)
	}
	if e.Sent() && e.PublishedAt.IsZero() {
		e.State, e.PublishedAt = thing.Published, c.EntryPublicAt(e.SubmittedAt)
	}
	if e.Sent() && e.Receipt == "" {
		if err := e.seal(c); err != nil {
			return err
		}
	}
	if err := thing.Create(tx, &e.Thing); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO entry (id, team, body, html) VALUES ($1, '', '', '')`, e.ID); err != nil {
		return err
	}
	return storeEntryParts(tx, e)
}

// newSlug is an address that says nothing about the entry, since an address is seen by machines.
func newSlug(tx *db.Tx) string {
	const digits = "0123456789abcdefghjkmnpqrstvwxyz"
	id := tx.NewID()
	var b [11]byte
	for i := range b {
		b[len(b)-1-i] = digits[id&31]
		id >>= 5
	}
	return string(b[:])
}

func storeEntry(tx *db.Tx, e *Entry) error {
	if err := thing.Save(tx, &e.Thing); err != nil {
		return err
	}
	return storeEntryParts(tx, e)
}

func storeEntryParts(tx *db.Tx, e *Entry) error {
	_, err := tx.Exec(`UPDATE entry SET team = $1, body = $2, html = $3, links = $4, declaration = $5, submitted_at = $6, receipt = $7, sha256 = $8,
			validity = $9, reason = $10, standing = $11, place = $12 WHERE id = $13`,
		e.Team, e.Body, e.HTML, toJSON(e.Links), e.Declaration, e.SubmittedAt, e.Receipt, e.SHA256, string(e.Validity), e.Reason,
		string(e.Standing), e.Place, e.ID)
	return err
}

// movePublic gives every entry that takes part the instant at which it may be read.
func movePublic(tx *db.Tx, c Challenge) error {
	if !c.Sealed {
		return nil
	}
	_, err := tx.Exec(`UPDATE thing SET published_at = $1 WHERE parent_id = $2 AND kind = 'entry' AND state = 'published' AND published_at > $3`,
		c.UnsealedAt(), c.ID, tx.Now.Add(-time.Microsecond))
	return err
}

func setStanding(tx *db.Tx, id thing.ID, s Standing, place int64) error {
	_, err := tx.Exec(`UPDATE entry SET standing = $1, place = $2 WHERE id = $3`, string(s), place, id)
	return err
}

func setValidity(tx *db.Tx, id thing.ID, v Validity, reason string) error {
	_, err := tx.Exec(`UPDATE entry SET validity = $1, reason = $2 WHERE id = $3`, string(v), reason, id)
	return err
}
