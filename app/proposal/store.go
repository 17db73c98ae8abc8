package proposal

import (
	"encoding/json"
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

const (
	columns = `p.body, p.html, ` + shortColumns
	// Join joins proposals as p to t, for what In asks.
	Join = `JOIN proposal p ON p.id = t.id`
)

func fields(p *Proposal) []any {
	return []any{&p.Body, &p.HTML, &p.Version, &p.Threshold, &p.AnswerDays, db.Time(&p.ReachedAt), &p.Verdict, db.Time(&p.WithdrawnAt), &p.Withdrawal,
		db.Null(&p.KindID), &p.Happens, asJSON(&p.Fields), &p.Level, &p.Sponsors, db.Time(&p.SubmittedAt), &p.Residents, &p.Paper, &p.Voided,
		&p.WithdrawalCode, db.Null(&p.Successor), db.Time(&p.CarriedOutAt),
		db.Bool(&p.Checked), &p.Returned, &p.Invite, db.Time(&p.AnsweredAt), db.Time(&p.DueAt)}
}

// asJSON scans a column of JSON.
func asJSON[T any](v *T) sqlJSON[T] { return sqlJSON[T]{v} }

type sqlJSON[T any] struct{ v *T }

func (j sqlJSON[T]) Scan(from any) error {
	s, ok := from.(string)
	if !ok {
		return fmt.Errorf("proposal: %T is no JSON", from)
	}
	return json.Unmarshal([]byte(s), j.v)
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(b)
}

func scan(r db.Row) (p Proposal, err error) {
	err = r.Scan(append(thing.Fields(&p.Thing), fields(&p)...)...)
	return
}

const selectProposal = `SELECT ` + thing.Columns + `, ` + columns + ` FROM thing t ` + Join + ` `

// Get returns a proposal, or the fault thing.missing.
func Get(tx *db.Tx, id thing.ID) (Proposal, error) {
	p, err := db.One(tx, scan, selectProposal+`WHERE t.id = $1`, id)
	return p, thing.Missing(err)
}

// WithAuthors is Get with those who write it with its author.
func WithAuthors(tx *db.Tx, id thing.ID) (Proposal, error) {
	p, err := Get(tx, id)
	if err != nil {
		return p, err
	}
	return p, thing.WithCoauthors(tx, &p.Thing)
}

// Find returns the proposal under a slug, or the fault thing.missing.
func Find(tx *db.Tx, slug string) (Proposal, error) {
	p, err := db.One(tx, scan, selectProposal+`WHERE t.kind = 'proposal' AND t.slug = $1`, slug)
	return p, thing.Missing(err)
}

// listColumns leave the long texts out of lists.
const listColumns = `'', '', ` + shortColumns

const shortColumns = `p.version, p.threshold, p.answer_days, p.reached_at, p.verdict, p.withdrawn_at, p.withdrawal,
	p.kind_id, p.happens, p.fields, p.level, p.sponsors, p.submitted_at, p.residents, p.paper, p.voided, p.withdrawal_code, p.successor_id, p.carried_out_at,
	p.checked, p.returned, p.invite, p.answered_at, p.due_at`

// List returns one page of proposals, without their bodies; see thing.List. It goes through things in
// their order and looks at each one's proposal, never the other way round.
func List(tx *db.Tx, q thing.Query) ([]Proposal, thing.Cursor, error) {
	if rare(q) {
		n, err := Count(tx, q)
		if err != nil {
			return nil, thing.Cursor{}, err
		}
		if n <= thing.CountMost { // so few that going through all things in their order would hardly meet them
			q.Where(`t.id IN (` + q.Rare + `)`)
		}
	}
	q.Where(`p.id = t.id`)
	return thing.List(tx, q, listColumns, `CROSS JOIN proposal p`, func(t *thing.Thing) ([]any, func() Proposal) {
		p := new(Proposal)
		return fields(p), func() Proposal { p.Thing = *t; return *p }
	})
}

// Count returns how many proposals the query would list in all.
func Count(tx *db.Tx, q thing.Query) (int64, error) {
	if rare(q) {
		q.Where(`p.id = t.id`)
		return thing.CountFrom(tx, q, `proposal p CROSS JOIN thing t`)
	}
	return thing.Count(tx, q, Joined(q))
}

// rare reports whether the stage asked for is the best place to begin: a subject in one place leaves
// fewer still.
func rare(q thing.Query) bool { return q.Rare != "" && (q.Subject == "" || q.Place == "") }

// Joined is what a query of headers must join for its conditions to hold; "" where it asks nothing of
// proposals alone.
func Joined(q thing.Query) string {
	if q.Plain() {
		return ""
	}
	return Join
}

// In narrows a query to the proposals at a stage; others than those of Listed ask nothing.
func In(q *thing.Query, s Stage) {
	switch s {
	case Collecting:
		closing := `COALESCE(t.closes_at, 9000000000000000)` // as the index thing_closing has it
		if q.Sort == thing.Supported || q.Sort == thing.Discussed {
			closing = `+` + closing // so many are open that the index of such an order meets some sooner
		}
		q.Where(`p.verdict = '' AND p.reached_at IS NULL AND `+closing+` > ?`, q.Now)
	case Expired:
		q.Where(`p.verdict = '' AND p.reached_at IS NULL AND COALESCE(t.closes_at, 9000000000000000) <= ?`, q.Now)
	case Reached:
		q.Rare = `SELECT r.id FROM proposal r WHERE r.verdict = '' AND r.reached_at IS NOT NULL`
		q.Where(`p.verdict = '' AND p.reached_at IS NOT NULL`)
	case Done:
		q.Rare = `SELECT r.id FROM proposal r WHERE r.carried_out_at IS NOT NULL`
		q.Where(`p.carried_out_at IS NOT NULL`)
	case Review, Accepted, Partly, Rejected, Noted:
		q.Rare = `SELECT r.id FROM proposal r WHERE r.verdict = '` + string(s) + `'`
		q.Where(`p.verdict = ? AND p.carried_out_at IS NULL`, s)
	}
}

// Waiting lists the proposals that the authority owes an answer, the longest waiting first, of the
// agencies named and of none; of every agency when all is set.
func Waiting(tx *db.Tx, all bool, agencies []int64, n int) ([]Proposal, error) {
	where, args := `p.wanting = 1 AND t.hidden_at IS NULL`, []any{n}
	if !all {
		marks, more := thing.In(append([]int64{0}, agencies...), 2)
		where += ` AND COALESCE(t.agency_id, 0) IN (` + marks + `)`
		args = append(args, more...)
	}
	return db.All(tx, scan, selectProposal+`WHERE `+where+` ORDER BY p.reached_at, t.id LIMIT $1`, args...)
}

// Among returns those of some things that are proposals, by id, without their bodies.
func Among(tx *db.Tx, ids []thing.ID) (map[thing.ID]Proposal, error) {
	all := map[thing.ID]Proposal{}
	if len(ids) == 0 {
		return all, nil
	}
	marks, args := thing.In(ids, 1)
	return all, db.Each(tx, scan, func(p Proposal) error { all[p.ID] = p; return nil },
		`SELECT `+thing.Columns+`, `+listColumns+` FROM thing t `+Join+` WHERE t.id IN (`+marks+`)`, args...)
}

// Insert stores a proposal and the versions of its text, oldest first; without versions, its text is
// the only one. Body becomes HTML where that is empty. Header, dates and frozen rules are taken as
// they are; it asks nobody and records nothing.
func Insert(tx *db.Tx, p *Proposal, earlier ...Text) error {
	p.Kind = Kind
	if p.HTML == "" {
		p.HTML = text.Markdown(p.Body, text.Participant)
	}
	p.Version = int64(len(earlier)) + 1
	if err := thing.Create(tx, &p.Thing); err != nil {
		return err
	}
	p.Level = max(p.Level, identity.Reachable)
	if _, err := tx.Exec(`INSERT INTO proposal (id, body, html, version, threshold, answer_days, reached_at, verdict, withdrawn_at, withdrawal, wanting,
			kind_id, happens, fields, level, sponsors, submitted_at, residents, paper, voided, withdrawal_code, successor_id, carried_out_at,
			checked, returned, invite, answered_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
		append([]any{p.ID}, values(p)...)...); err != nil {
		return err
	}
	if p.State == thing.Draft || p.State == thing.Checking {
		return nil
	}
	current := Text{Title: p.Title, Summary: p.Summary, Body: p.Body, Author: p.Author, At: p.PublishedAt}
	for i, v := range append(earlier, current) {
		v.Version, v.Substantial = int64(i)+1, true
		if v.Author == 0 {
			v.Author = p.Author
		}
		if err := insertVersion(tx, p.ID, v); err != nil {
			return err
		}
	}
	return nil
}

// save stores what may change in a proposal, its header included.
func save(tx *db.Tx, p *Proposal) error {
	if err := thing.Save(tx, &p.Thing); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE proposal SET body = $1, html = $2, version = $3, threshold = $4, answer_days = $5, reached_at = $6, verdict = $7,
		withdrawn_at = $8, withdrawal = $9, wanting = $10, kind_id = $11, happens = $12, fields = $13, level = $14, sponsors = $15,
		submitted_at = $16, residents = $17, paper = $18, voided = $19, withdrawal_code = $20, successor_id = $21, carried_out_at = $22,
		checked = $23, returned = $24, invite = $25, answered_at = $26, due_at = $27 WHERE id = $28`,
		append(values(p), p.ID)...)
	return err
}

// values are what a proposal's row holds beside its id.
func values(p *Proposal) []any {
	fields := p.Fields
	if fields == nil {
		fields = []Field{}
	}
	return []any{p.Body, p.HTML, p.Version, p.Threshold, p.AnswerDays, p.ReachedAt, p.Verdict, p.WithdrawnAt, p.Withdrawal, p.Wanting(),
		db.ID(p.KindID), p.Happens, jsonOf(fields), p.Level, p.Sponsors, p.SubmittedAt, p.Residents, p.Paper, p.Voided,
		p.WithdrawalCode, db.ID(p.Successor), p.CarriedOutAt, p.Checked, p.Returned, p.Invite, p.AnsweredAt, p.DueAt}
}

// removeDraft takes a draft away for good, with what hangs on it. Where the sealed trail names it, an
// empty row stays that is nobody's.
func removeDraft(tx *db.Tx, id thing.ID) error {
	named, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE thing_id = $1`, id)
	if err != nil {
		return err
	}
	all := []string{`DELETE FROM proposal_sponsor WHERE proposal_id = $1`, `DELETE FROM coauthor WHERE thing_id = $1`, `DELETE FROM coauthor_invitation WHERE thing_id = $1`, `DELETE FROM follow WHERE thing_id = $1`, `DELETE FROM draft_part WHERE proposal_id = $1`}
	if named > 0 {
		all = append(all, `UPDATE proposal SET body = '', html = '', fields = '[]' WHERE id = $1`,
			`UPDATE thing SET title = '', summary = '', subject = '', place = '', lat = NULL, lon = NULL, author_id = NULL, followers = 0 WHERE id = $1`)
	} else {
		all = append(all, `DELETE FROM proposal WHERE id = $1`, `DELETE FROM thing WHERE id = $1`)
	}
	for _, q := range all {
		if _, err := tx.Exec(q, id); err != nil {
			return err
		}
	}
	return nil
}

func insertVersion(tx *db.Tx, id thing.ID, v Text) error {
	_, err := tx.Exec(`INSERT INTO proposal_version (proposal_id, version, title, summary, body, note, substantial, author_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, v.Version, v.Title, v.Summary, v.Body, v.Note, v.Substantial, v.Author, v.At)
	return err
}

// Versions returns every text a published proposal had, the newest first.
func Versions(tx *db.Tx, id thing.ID) ([]Text, error) {
	return db.All(tx, func(r db.Row) (v Text, err error) {
		err = r.Scan(&v.Version, &v.Title, &v.Summary, &v.Body, &v.Note, db.Bool(&v.Substantial), &v.Author, db.Time(&v.At))
		return
	}, `SELECT version, title, summary, body, note, substantial, author_id, at FROM proposal_version WHERE proposal_id = $1 ORDER BY version DESC LIMIT 200`, id)
}

// Supports reports whether a person supports a thing.
func Supports(tx *db.Tx, id thing.ID, who identity.ID) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM support WHERE thing_id = $1 AND person_id = $2`, id, who)
	return n > 0, err
}

// InsertBackings stores many supports of one proposal at once, each of the text that stood at its
// time, and counts them with it. The people must differ and not support it yet; it asks nobody and
// records nothing.
func InsertBackings(tx *db.Tx, id thing.ID, all []Backing) error {
	texts, err := Versions(tx, id)
	if err != nil {
		return err
	}
	const atOnce = 100
	for rest := all; len(rest) > 0; rest = rest[min(atOnce, len(rest)):] {
		var rows []string
		var args []any
		for i, b := range rest[:min(atOnce, len(rest))] {
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d)", 6*i+1, 6*i+2, 6*i+3, 6*i+4, 6*i+5, 6*i+6))
			args = append(args, id, b.Person, b.Level, versionAt(texts, b.At), b.At, b.Network)
		}
		if _, err := tx.Exec(`INSERT INTO support (thing_id, person_id, level, version, at, network) VALUES `+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
	}
	residents := 0
	for _, b := range all {
		if b.Level >= identity.Resident {
			residents++
		}
	}
	if err := addKept(tx, id, "residents", residents); err != nil {
		return err
	}
	return thing.Add(tx, id, thing.Supports, len(all))
}

// Source is what search reads of a proposal beyond its title and summary.
func Source(tx *db.Tx, t thing.Thing) (map[string]string, error) {
	body, err := db.One(tx, db.Value[string], `SELECT body FROM proposal WHERE id = $1`, t.ID)
	if db.IsNone(err) {
		return nil, nil
	}
	return map[string]string{t.Lang: body}, err
}
