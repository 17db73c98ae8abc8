package vote

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/thing"

	"time"
)

// standing is what decides, inside a cast, whether the vote takes ballots.
type standing struct {
	state       thing.State
	updatedAt   time.Time
	publishedAt time.Time
	opensAt     time.Time
	closesAt    time.Time
	hiddenAt    time.Time
	closedAt    time.Time
	wipedAt     time.Time
}

// holdOff keeps the close waiting, on PostgreSQL, until the cast that reads with it is committed.
const holdOff = "FOR KEY SHARE OF v"

// standingOf reads it; lock is "" or, in a write, holdOff.
func standingOf(tx *db.Tx, id thing.ID, lock string) (standing, error) {
	return db.One(tx, func(r db.Row) (s standing, err error) {
		err = r.Scan(&s.state, db.Time(&s.updatedAt), db.Time(&s.publishedAt), db.Time(&s.opensAt), db.Time(&s.closesAt),
			db.Time(&s.hiddenAt), db.Time(&s.closedAt), db.Time(&s.wipedAt))
		return
	}, `SELECT t.state, t.updated_at, t.published_at, t.opens_at, t.closes_at, t.hidden_at, v.closed_at, v.wiped_at
		FROM vote v JOIN thing t ON t.id = v.id WHERE v.id = $1 `+tx.Lock(lock), id)
}

// lockVote waits for the casts under way, and makes those to come wait for this transaction.
func lockVote(tx *db.Tx, id thing.ID) (closedAt time.Time, err error) {
	return db.One(tx, func(r db.Row) (t time.Time, err error) { err = r.Scan(db.Time(&t)); return },
		`SELECT closed_at FROM vote WHERE id = $1 `+tx.Lock("FOR UPDATE"), id)
}

// cast is a ballot as it lies in the box.
type cast struct {
	content    []byte
	nonce      []byte
	commitment []byte
	level      identity.Level
	channel    string
}

// insertForm notes a form as used; false when it was used before.
func insertForm(tx *db.Tx, id thing.ID, key, commitment []byte) (bool, error) {
	n, err := tx.Exec(`INSERT INTO ballot_form (vote_id, key, commitment) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, key, commitment)
	return n > 0, err
}

func formCommitment(tx *db.Tx, id thing.ID, key []byte) ([]byte, error) {
	return db.One(tx, db.Value[[]byte], `SELECT commitment FROM ballot_form WHERE vote_id = $1 AND key = $2`, id, key)
}

// source is from whom, by level, and by which way a ballot came.
type source struct {
	level   int64
	channel string
}

// former is the ballot that lies under a link.
type former struct {
	commitment []byte
	source
}

// underLink finds it; its commitment is nil where there is none.
func underLink(tx *db.Tx, id thing.ID, link []byte) (former, error) {
	f, err := db.One(tx, func(r db.Row) (f former, err error) { err = r.Scan(&f.commitment, &f.level, &f.channel); return },
		`SELECT commitment, level, channel FROM ballot WHERE vote_id = $1 AND link = $2`, id, link)
	if db.IsNone(err) {
		return former{source: noSource}, nil
	}
	return f, err
}

func insertBallot(tx *db.Tx, id thing.ID, link []byte, c cast) error {
	_, err := tx.Exec(`INSERT INTO ballot (vote_id, link, content, nonce, commitment, level, channel) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, link, c.content, c.nonce, c.commitment, c.level, c.channel)
	return err
}

// replaceBallot puts a later ballot in the place of the one under the link, which it voids.
func replaceBallot(tx *db.Tx, id thing.ID, link []byte, was former, c cast) error {
	if _, err := tx.Exec(`UPDATE ballot SET content = $1, nonce = $2, commitment = $3, level = $4, channel = $5 WHERE vote_id = $6 AND link = $7`,
		c.content, c.nonce, c.commitment, c.level, c.channel, id, link); err != nil {
		return err
	}
	return insertVoided(tx, id, was.commitment)
}

func insertVoided(tx *db.Tx, id thing.ID, commitment []byte) error {
	_, err := tx.Exec(`INSERT INTO ledger_voided (vote_id, commitment) VALUES ($1, $2)`, id, commitment)
	return err
}

// takeAway takes the ballot under a link out of the box and voids it.
func takeAway(tx *db.Tx, id thing.ID, link []byte, was former) error {
	if _, err := tx.Exec(`DELETE FROM ballot WHERE vote_id = $1 AND link = $2`, id, link); err != nil {
		return err
	}
	return insertVoided(tx, id, was.commitment)
}

// annul is takeAway where no other ballot takes its place: its voter leaves the turnout.
func annul(tx *db.Tx, id thing.ID, link []byte, was former) error {
	if err := takeAway(tx, id, link, was); err != nil {
		return err
	}
	last, err := LastCheckpoint(tx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO turnout (vote_id, batch, level, channel, count) VALUES ($1, $2, $3, $4, -1)
		ON CONFLICT (vote_id, batch, level, channel) DO UPDATE SET count = turnout.count - 1`, id, last.Size, was.level, was.channel)
	return err
}

// nobody is the level of no ballot.
const nobody = -1

// noSource is that of no ballot.
var noSource = source{nobody, ""}

func insertPending(tx *db.Tx, id thing.ID, commitment []byte, from, former source) error {
	_, err := tx.Exec(`INSERT INTO ledger_pending (vote_id, commitment, level, channel, former, former_channel) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, commitment, from.level, from.channel, former.level, former.channel)
	return err
}

// hasBallot reports whether a ballot lies under the link.
func hasBallot(tx *db.Tx, id thing.ID, link []byte) (bool, error) {
	n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM ballot WHERE vote_id = $1 AND link = $2`, id, link)
	return n > 0, err
}

// pending is a commitment that waits for its batch.
type pending struct {
	commitment   []byte
	from, former source
}

func takePending(tx *db.Tx, id thing.ID) ([]pending, error) {
	return db.All(tx, func(r db.Row) (p pending, err error) {
		err = r.Scan(&p.commitment, &p.from.level, &p.from.channel, &p.former.level, &p.former.channel)
		return
	}, `DELETE FROM ledger_pending WHERE vote_id = $1 RETURNING commitment, level, channel, former, former_channel`, id)
}

// contents counts equal published ballots.
func contents(tx *db.Tx, v Vote) (map[string]int64, error) {
	table := "published_ballot"
	if v.Disclosure == Sealed {
		table = "shuffled_ballot"
	}
	counts := map[string]int64{}
	err := db.Each(tx, db.Value[[]byte], func(content []byte) error { counts[string(content)]++; return nil },
		`SELECT content FROM `+table+` WHERE vote_id = $1`, v.ID)
	return counts, err
}

// Published is one ballot of the list published after the close.
type Published struct {
	Commitment [ledger.Size]byte
	Nonce      []byte
	Content    []byte
}

// Receipt is the code under which its voter knows the ballot.
func (p Published) Receipt() string { return ledger.Receipt(p.Commitment) }

func scanPublished(r db.Row) (p Published, err error) {
	var commitment []byte
	if err = r.Scan(&commitment, &p.Nonce, &p.Content); err == nil {
		copy(p.Commitment[:], commitment)
	}
	return p, err
}

const selectPublished = `SELECT commitment, nonce, content FROM published_ballot WHERE vote_id = $1 `

// Ballots returns at most n published ballots after a commitment (nil: from the first), in order.
func Ballots(tx *db.Tx, id thing.ID, after []byte, n int) ([]Published, error) {
	if after == nil {
		after = []byte{}
	}
	return db.All(tx, scanPublished, selectPublished+`AND commitment > $2 ORDER BY commitment LIMIT $3`, id, after, n)
}

// EachBallot calls do for every published ballot, in the order of the commitments. Of a vote whose
// ballots are sealed it gives the contents alone, in the random order in which they are published.
func EachBallot(tx *db.Tx, v Vote, do func(Published) error) error {
	if v.Disclosure == Sealed {
		return db.Each(tx, scanShuffled, do, `SELECT content FROM shuffled_ballot WHERE vote_id = $1 ORDER BY place`, v.ID)
	}
	return db.Each(tx, scanPublished, do, selectPublished+`ORDER BY commitment`, v.ID)
}

// inRange lists the commitments of one of the ledger's tables that a receipt code can mean.
func inRange(tx *db.Tx, table string, id thing.ID, p ledger.Prefix) ([][]byte, error) {
	least, greatest := p.Range()
	return db.All(tx, db.Value[[]byte], `SELECT commitment FROM `+table+` WHERE vote_id = $1 AND commitment >= $2 AND commitment <= $3 LIMIT 2`,
		id, least[:], greatest[:])
}

// Sum is how many ballots came from people of one level by one way.
type Sum struct {
	Level   int64  `json:"level"`
	Channel string `json:"channel"`
	Count   int64  `json:"count"`
}

// Turnout sums the ledger's batches so far.
func Turnout(tx *db.Tx, id thing.ID) ([]Sum, error) {
	return db.All(tx, func(r db.Row) (s Sum, err error) { err = r.Scan(&s.Level, &s.Channel, &s.Count); return },
		`SELECT level, channel, CAST(sum(count) AS BIGINT) FROM turnout WHERE vote_id = $1 GROUP BY level, channel
		HAVING sum(count) <> 0 ORDER BY level DESC, channel LIMIT 100`, id)
}

// forget removes what still ties people to ballots: the links, and the forms' keys; choices that were
// never cast; and what says who had a code, was on the list or had which paper.
func forget(tx *db.Tx, id thing.ID) error {
	if err := dropAllChoices(tx, id); err != nil {
		return err
	}
	for _, table := range []string{"ballot", "ballot_form", "vote_handed", "vote_code", "vote_listed", "vote_paper_entry"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE vote_id = $1`, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM vote_paper WHERE vote_id = $1 AND commitment IS NOT NULL`, id) // the number of spoiled ones stays
	return err
}
