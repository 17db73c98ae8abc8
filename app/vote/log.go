package vote

import (
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/ledger"
	"tequio/app/thing"
)

// tiles keeps a vote's tree in the transaction it is grown or read in.
type tiles struct {
	tx   *db.Tx
	vote thing.ID
}

// Tile implements ledger.Storage.
func (s tiles) Tile(level int, n int64) ([]byte, error) {
	b, err := db.One(s.tx, db.Value[[]byte], `SELECT hashes FROM ledger_tile WHERE vote_id = $1 AND level = $2 AND place = $3`, s.vote, level, n)
	if db.IsNone(err) {
		return nil, nil
	}
	return b, err
}

// SetTile implements ledger.Storage.
func (s tiles) SetTile(level int, n int64, hashes []byte) error {
	_, err := s.tx.Exec(`INSERT INTO ledger_tile (vote_id, level, place, hashes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vote_id, level, place) DO UPDATE SET hashes = excluded.hashes`, s.vote, level, n, append([]byte(nil), hashes...))
	return err
}

// Checkpoint is a signed state of a vote's log.
type Checkpoint struct {
	Size int64
	Note string
	At   time.Time
}

func scanCheckpoint(r db.Row) (c Checkpoint, err error) {
	err = r.Scan(&c.Size, &c.Note, db.Time(&c.At))
	return
}

// LastCheckpoint is the newest of a vote's log; its Size is 0 and its Note empty before the first.
func LastCheckpoint(tx *db.Tx, id thing.ID) (Checkpoint, error) {
	c, err := db.One(tx, scanCheckpoint, `SELECT size, note, at FROM checkpoint WHERE vote_id = $1 ORDER BY size DESC LIMIT 1`, id)
	if db.IsNone(err) {
		return Checkpoint{}, nil
	}
	return c, err
}

// Checkpoints returns all of a vote's log, oldest first.
func Checkpoints(tx *db.Tx, id thing.ID) ([]Checkpoint, error) {
	return db.All(tx, scanCheckpoint, `SELECT size, note, at FROM checkpoint WHERE vote_id = $1 ORDER BY size LIMIT 10000`, id)
}

// grow adds a batch to the vote's log, sorted by commitment, signs the new state and adds the
// batch's people to the turnout. Nothing new is a checkpoint only when there was none.
func grow(tx *db.Tx, v *Vote, key ledger.Key, batch []pending) (Checkpoint, error) {
	last, err := LastCheckpoint(tx, v.ID)
	if err != nil || len(batch) == 0 && last.Note != "" {
		return last, err
	}
	entries := make([][ledger.Size]byte, len(batch))
	for i, p := range batch {
		entries[i] = [ledger.Size]byte(p.commitment)
	}
	ledger.SortBatch(entries)
	var rows [][]any
	for i, e := range entries {
		rows = append(rows, []any{v.ID, last.Size + int64(i), append([]byte(nil), e[:]...)})
	}
	if err := insertRows(tx, `INSERT INTO ledger_entry (vote_id, place, commitment) VALUES `, rows); err != nil {
		return last, err
	}
	tree := ledger.Open(tiles{tx, v.ID}, last.Size)
	if err := tree.Append(entries); err != nil {
		return last, err
	}
	state, err := tree.Checkpoint(v.Origin)
	if err != nil {
		return last, err
	}
	note, err := state.Sign(key)
	if err != nil {
		return last, fmt.Errorf("sign the log of vote %d: %w", v.ID, err)
	}
	next := Checkpoint{state.Size, string(note), tx.Now}
	if _, err := tx.Exec(`INSERT INTO checkpoint (vote_id, size, note, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		v.ID, next.Size, next.Note, next.At); err != nil {
		return last, err
	}
	return next, addTurnout(tx, v.ID, next.Size, batch)
}

// addTurnout adds the people who came with a batch; who changed their ballot is moved to the level
// and the way of the later one.
func addTurnout(tx *db.Tx, id thing.ID, batch int64, all []pending) error {
	sums := map[source]int64{}
	for _, p := range all {
		if p.from.level != nobody {
			sums[p.from]++
		}
		if p.former.level != nobody {
			sums[p.former]--
		}
	}
	for from, n := range sums {
		if n == 0 {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO turnout (vote_id, batch, level, channel, count) VALUES ($1, $2, $3, $4, $5)`,
			id, batch, from.level, from.channel, n); err != nil {
			return err
		}
	}
	return nil
}

// Tile returns the bytes of a tile or bundle of a vote's log, as far as the last checkpoint covers
// it; the fault thing.missing otherwise.
func Tile(tx *db.Tx, id thing.ID, path string) ([]byte, error) {
	at, err := ledger.ParseTile(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "thing.missing")
	}
	last, err := LastCheckpoint(tx, id)
	if err != nil {
		return nil, err
	}
	if !at.In(last.Size) {
		return nil, fault.New(fault.NotFound, "thing.missing")
	}
	if !at.Entries {
		return ledger.Open(tiles{tx, id}, last.Size).Tile(at)
	}
	entries, err := db.All(tx, db.Value[[]byte], `SELECT commitment FROM ledger_entry WHERE vote_id = $1 AND place >= $2 AND place < $3
		ORDER BY place LIMIT 256`, id, at.First(), at.First()+int64(at.Width))
	bundle := make([][ledger.Size]byte, len(entries))
	for i, e := range entries {
		bundle[i] = [ledger.Size]byte(e)
	}
	return ledger.Bundle(bundle), err
}
