package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// bareBallot is what one cast leaves in the database.
type bareBallot struct {
	voter                          int
	key, link, nonce, commit, past []byte
	done                           chan error
}

// TestBareBallots writes the rows that casting leaves, and nothing else, as fast as one writer can
// that commits together what waits: no pages, no sessions, no permission, no hashing. It is what
// casting over HTTP is measured against. TEQUIO_LOAD_BARE says for how many seconds.
func TestBareBallots(t *testing.T) {
	seconds, _ := strconv.Atoi(os.Getenv("TEQUIO_LOAD_BARE"))
	if seconds == 0 {
		t.Skip("TEQUIO_LOAD_BARE names no number of seconds; .ci/load ballots sets it")
	}
	dir := t.TempDir()
	a, err := Open(context.Background(), Options{Instance: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.fill(context.Background(), crowdSize{people: 1, proposals: 1}); err != nil {
		t.Fatal(err)
	}
	a.Close()
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "tequio.db")+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=temp_store(2)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	var vote int64
	if err := d.QueryRow(`SELECT id FROM vote`).Scan(&vote); err != nil {
		t.Fatal(err)
	}
	const clients, voters = 64, 2000
	queue := make(chan *bareBallot, clients)
	var stop atomic.Bool
	var count atomic.Int64
	var wait sync.WaitGroup
	for i := range clients {
		wait.Go(func() {
			past := map[int][]byte{}
			for n := i; !stop.Load(); n += clients {
				b := newBare(n%voters, past[n%voters])
				queue <- b
				if err := <-b.done; err != nil {
					t.Error(err)
					return
				}
				past[b.voter] = b.commit
				count.Add(1)
			}
		})
	}
	finished := make(chan struct{})
	go func() { defer close(finished); writeBare(t, d, vote, queue) }()
	began := time.Now()
	<-time.After(time.Duration(seconds) * time.Second)
	stop.Store(true)
	wait.Wait()
	rate := float64(count.Load()) / time.Since(began).Seconds()
	close(queue)
	<-finished
	t.Logf("%.0f bare ballots a second", rate)
}

func newBare(voter int, past []byte) *bareBallot {
	// A link looks random, and is always the same for one voter.
	link := sha256.Sum256([]byte(strconv.Itoa(voter)))
	b := &bareBallot{voter: voter, key: make([]byte, 32), link: link[:], nonce: make([]byte, 32), commit: make([]byte, 32), past: past, done: make(chan error, 1)}
	rand.Read(b.key)
	rand.Read(b.nonce)
	rand.Read(b.commit)
	return b
}

// bareRows are the rows, each statement prepared once on the one connection.
var bareRows = []string{
	`INSERT INTO ballot_form (vote_id, key, commitment) VALUES (?, ?, ?)`,
	`INSERT INTO ballot (vote_id, link, content, nonce, commitment, level) VALUES (?, ?, CAST('[[["a",1]]]' AS BLOB), ?, ?, 3)
		ON CONFLICT (vote_id, link) DO UPDATE SET content = excluded.content, nonce = excluded.nonce, commitment = excluded.commitment, level = 3`,
	`INSERT INTO ledger_voided (vote_id, commitment) VALUES (?, ?)`,
	`INSERT INTO ledger_pending (vote_id, commitment, level, former) VALUES (?, ?, 3, -1)`,
}

// writeBare commits together whatever waits.
func writeBare(t *testing.T, d *sql.DB, vote int64, queue chan *bareBallot) {
	var rows []*sql.Stmt
	for _, text := range bareRows {
		s, err := d.Prepare(text)
		if err != nil {
			t.Error(err)
		}
		rows = append(rows, s)
	}
	for first := range queue {
		batch := []*bareBallot{first}
		for len(queue) > 0 {
			batch = append(batch, <-queue)
		}
		err := commitBare(d, rows, vote, batch)
		for _, b := range batch {
			b.done <- err
		}
	}
}

func commitBare(d *sql.DB, rows []*sql.Stmt, vote int64, batch []*bareBallot) error {
	tx, err := d.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	in := make([]*sql.Stmt, len(rows))
	for i, r := range rows {
		in[i] = tx.Stmt(r)
	}
	for _, b := range batch {
		if _, err := in[0].Exec(vote, b.key, b.commit); err != nil {
			return err
		}
		if _, err := in[1].Exec(vote, b.link, b.nonce, b.commit); err != nil {
			return err
		}
		if b.past != nil {
			if _, err := in[2].Exec(vote, b.past); err != nil {
				return err
			}
		}
		if _, err := in[3].Exec(vote, b.commit); err != nil {
			return err
		}
	}
	return tx.Commit()
}
