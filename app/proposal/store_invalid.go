package proposal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// suspected is SQL for the supports s, of persons p, that a suspicion is about; $1 is the proposal,
// $2 the instant up to which they were given.
func suspected(id thing.ID, of Suspicion, upTo time.Time) (sql string, args []any) {
	domain := ""
	if of.Domain != "" {
		domain = "%@" + of.Domain
	}
	until := of.Until
	if until.IsZero() {
		until = upTo
	}
	return ` FROM support s JOIN person p ON p.id = s.person_id WHERE s.thing_id = $1 AND s.batch_id IS NULL AND s.at <= $2 AND s.at >= $3 AND s.at <= $4
		AND ($5 = '' OR s.network = $6) AND ($7 = '' OR lower(COALESCE(p.email, '')) LIKE $8) AND (CAST($9 AS BIGINT) = 0 OR p.created_at > s.at - $10)`,
		[]any{id, upTo, sinceOr(of.From), until, of.Network, of.Network, domain, domain, of.Days, of.Days * int64(24*time.Hour/time.Microsecond)}
}

// sinceOr is an instant, or the beginning of time.
func sinceOr(at time.Time) time.Time {
	if at.IsZero() {
		return time.UnixMicro(1)
	}
	return at
}

// suspects counts the supports of a suspicion given up to an instant.
func suspects(tx *db.Tx, id thing.ID, of Suspicion, upTo time.Time) (Dry, error) {
	from, args := suspected(id, of, upTo)
	return db.One(tx, func(r db.Row) (d Dry, err error) { err = r.Scan(&d.Supports, &d.Residents, &d.Networks); return },
		`SELECT count(*), CAST(COALESCE(sum(CASE WHEN s.level >= 3 THEN 1 ELSE 0 END), 0) AS BIGINT), count(DISTINCT s.network)`+from, args...)
}

// voidSupports makes the supports of a batch invalid and counts them.
func voidSupports(tx *db.Tx, b Batch) (Dry, error) {
	found, err := suspects(tx, b.Proposal, b.Suspicion, b.AskedAt)
	if err != nil {
		return found, err
	}
	from, args := suspected(b.Proposal, b.Suspicion, b.AskedAt)
	_, err = tx.Exec(`UPDATE support SET batch_id = $11 WHERE thing_id = $1 AND person_id IN (SELECT s.person_id`+from+`)`, append(args, b.ID)...)
	return found, err
}

// restoreSupports makes the supports of a batch count again and counts them.
func restoreSupports(tx *db.Tx, batch int64) (Dry, error) {
	found, err := db.One(tx, func(r db.Row) (d Dry, err error) { err = r.Scan(&d.Supports, &d.Residents); return },
		`SELECT count(*), CAST(COALESCE(sum(CASE WHEN level >= 3 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM support WHERE batch_id = $1`, batch)
	if err != nil {
		return found, err
	}
	_, err = tx.Exec(`UPDATE support SET batch_id = NULL WHERE batch_id = $1`, batch)
	return found, err
}

const batchColumns = `id, proposal_id, network, domain, from_at, until_at, young_days, reason, supports, asked_by, asked_at, outcome, decided_by, decided_at,
	reached_at, undone_by, undone_at`

func scanBatch(r db.Row) (b Batch, err error) {
	err = r.Scan(&b.ID, &b.Proposal, &b.Network, &b.Domain, db.Time(&b.From), db.Time(&b.Until), &b.Days, &b.Reason, &b.Supports, &b.AskedBy,
		db.Time(&b.AskedAt), &b.Outcome, db.Null(&b.DecidedBy), db.Time(&b.DecidedAt), db.Time(&b.ReachedAt), db.Null(&b.UndoneBy), db.Time(&b.UndoneAt))
	return
}

func insertBatch(tx *db.Tx, b *Batch) error {
	b.ID = tx.NewID()
	_, err := tx.Exec(`INSERT INTO support_batch (id, proposal_id, network, domain, from_at, until_at, young_days, reason, supports, asked_by, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, b.ID, b.Proposal, b.Network, b.Domain, b.From, b.Until, b.Days, b.Reason, b.Supports, b.AskedBy, b.AskedAt)
	return err
}

func saveBatch(tx *db.Tx, b Batch) error {
	_, err := tx.Exec(`UPDATE support_batch SET supports = $1, outcome = $2, decided_by = $3, decided_at = $4, reached_at = $5, undone_by = $6, undone_at = $7 WHERE id = $8`,
		b.Supports, b.Outcome, db.ID(b.DecidedBy), b.DecidedAt, b.ReachedAt, db.ID(b.UndoneBy), b.UndoneAt, b.ID)
	return err
}

func batch(tx *db.Tx, id int64) (Batch, error) {
	b, err := db.One(tx, scanBatch, `SELECT `+batchColumns+` FROM support_batch WHERE id = $1`, id)
	return b, thing.Missing(err)
}

// Batches are those of a proposal, the newest first.
func Batches(tx *db.Tx, id thing.ID) ([]Batch, error) {
	return db.All(tx, scanBatch, `SELECT `+batchColumns+` FROM support_batch WHERE proposal_id = $1 ORDER BY id DESC LIMIT 100`, id)
}

// VoidedFor is the batch that made a person's support of a proposal invalid; its ID is 0 when it counts.
func VoidedFor(tx *db.Tx, id thing.ID, who identity.ID) (Batch, error) {
	g, found, err := supportOf(tx, id, who)
	if err != nil || !found || g.batch == 0 {
		return Batch{}, err
	}
	return batch(tx, g.batch)
}

// originsMost is how many blocks and domains the page shows.
const originsMost = 12

// origins are the blocks and the e-mail domains that most of a proposal's supports came from.
func origins(tx *db.Tx, id thing.ID) (networks, domains []Origin, err error) {
	scan := func(r db.Row) (o Origin, err error) { err = r.Scan(&o.Name, &o.Count); return }
	if networks, err = db.All(tx, scan, `SELECT network, count(*) AS n FROM support WHERE thing_id = $1 AND batch_id IS NULL AND network <> ''
		GROUP BY network ORDER BY n DESC, network LIMIT $2`, id, originsMost); err != nil {
		return nil, nil, err
	}
	counts := map[string]int64{}
	err = db.Each(tx, db.Value[string], func(email string) error {
		counts[strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])]++
		return nil
	}, `SELECT p.email FROM support s JOIN person p ON p.id = s.person_id WHERE s.thing_id = $1 AND s.batch_id IS NULL AND p.email IS NOT NULL`, id)
	for name, n := range counts {
		domains = append(domains, Origin{name, n})
	}
	slices.SortFunc(domains, func(a, b Origin) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return networks, domains[:min(len(domains), originsMost)], err
}
