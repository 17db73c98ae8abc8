package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
	"tequio/app/vote"
)

const secretVoters = 40

// booth is a vote held on a whole instance, with an attacker who afterwards has all that is stored.
type booth struct {
	*guarded
	now     time.Time
	log     bytes.Buffer
	tokens  []identity.Token
	people  []identity.ID
	vote    vote.Vote
	key     []byte
	links   [][]byte         // of the ballots, while they were there
	commits map[int][][]byte // each voter's commitments, as their receipts told
	backups []string

	coded    vote.Vote // a second vote, by codes alone
	withCode []codeVoter
}

// TestNothingStoredLinksPeopleToBallots holds a vote and then looks, as somebody would who has the
// database, its journal, the backups and the logs, for whatever joins a person to a ballot: before
// the key is destroyed without the folder of keys, afterwards with all that is left.
func TestNothingStoredLinksPeopleToBallots(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { secrecy(t, "") })
	t.Run("postgres", func(t *testing.T) { secrecy(t, dbtest.Postgres(t)) })
}

func secrecy(t *testing.T, database string) {
	b := newBooth(t, database)
	b.codesVote()
	b.everybodyVotes()
	b.backUp("open")
	b.notLinkedWithoutKeys()
	b.codesNotLinkedWithoutKeys()
	b.codesLinkedWithTheKey()
	ctx := context.Background()
	b.now = b.vote.ClosesAt.Add(time.Second)
	for _, id := range []thing.ID{b.vote.ID, b.coded.ID} {
		if err := b.Server.Votes.Settle(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	b.backUp("counted")
	b.notLinkedWithoutKeys()
	b.now = b.vote.ObjectionsAt.Add(time.Second)
	for _, id := range []thing.ID{b.vote.ID, b.coded.ID} {
		if err := b.Server.Votes.Unlink(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	b.backUp("over")
	if database == "" {
		b.notInFiles()
	} else {
		b.notInOrder()
	}
	b.codesGone(database == "")
	b.notInLogs()
	b.notJoined()
}

func newBooth(t *testing.T, database string) *booth {
	b := &booth{now: time.Now().UTC().Truncate(time.Second), commits: map[int][][]byte{}}
	kept := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(kept) })
	a, err := Open(context.Background(), Options{Instance: t.TempDir(), Database: database, BaseURL: "http://localhost", Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	b.guarded = &guarded{TB: t, App: a, fiber: a.Server.App()}
	err = a.DB.Write(context.Background(), func(tx *db.Tx) error {
		b.people, b.tokens = nil, nil
		for i := range secretVoters {
			p := identity.Person{Name: fmt.Sprint("Persona ", i), Email: fmt.Sprintf("p%d@voto.example", i), Level: identity.Resident}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			token, err := identity.Begin(tx, p.ID, "booth", "", "", false)
			if err != nil {
				return err
			}
			b.people, b.tokens = append(b.people, p.ID), append(b.tokens, token)
		}
		b.vote = vote.Vote{Thing: thing.Thing{Author: b.people[0], Lang: "es", Title: "En secreto", Summary: "Elige.", State: thing.Published,
			CreatedAt: b.now, PublishedAt: b.now, OpensAt: b.now, ClosesAt: b.now.Add(5 * time.Hour)}, ObjectionsAt: b.now.Add(10 * time.Hour),
			Questions: []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
				Options: []vote.Option{{Code: "a", Title: "Esto"}, {Code: "b", Title: "Eso"}}}}}
		return a.Server.Votes.Load(tx, &b.vote, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everybodyVotes casts in an order that is known, some minutes apart; every fourth changes their
// ballot. Batches join the ledger on the way.
func (b *booth) everybodyVotes() {
	b.Helper()
	for i := range b.tokens {
		for range 1 + (i+1)%4/3 {
			b.now = b.now.Add(97 * time.Second)
			b.cast(i)
		}
		if err := b.Server.Votes.Batches(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	var err error
	if b.key, err = os.ReadFile(filepath.Join(b.Keys, fmt.Sprintf("vote-%d.key", b.vote.ID))); err != nil {
		b.Fatal(err)
	}
	b.links = b.linksOf(b.vote.ID)
	if len(b.links) != secretVoters || len(b.blobs(`SELECT commitment FROM ledger_entry`)) < 16 {
		b.Fatalf("%d links; the ledger has no batch", len(b.links))
	}
}

func (b *booth) cast(i int) {
	b.Helper()
	var form [16]byte
	rand.Read(form[:])
	choice := string("ab"[i%2])
	if i%3 == 0 { // left choices uncast before
		if code, _, _ := b.asOf(b.tokens[i], "POST", "/votes/"+b.vote.Slug+"/keep", "q0", choice); code != 204 {
			b.Fatalf("keeping choices: %d", code)
		}
	}
	before := b.blobs(`SELECT commitment FROM ledger_pending`)
	code, _, body := b.asOf(b.tokens[i], "POST", "/votes/"+b.vote.Slug+"/cast", "q0", choice, "form", base64.RawURLEncoding.EncodeToString(form[:]))
	if code != 303 {
		b.Fatalf("casting: %d %s", code, body)
	}
	for _, c := range b.blobs(`SELECT commitment FROM ledger_pending`) {
		if !slices.ContainsFunc(before, func(x []byte) bool { return bytes.Equal(x, c) }) {
			b.commits[i] = append(b.commits[i], c)
		}
	}
}

func (b *booth) blobs(query string) (all [][]byte) {
	b.Helper()
	err := b.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = db.All(tx, db.Value[[]byte], query)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func (b *booth) backUp(name string) {
	b.Helper()
	file := filepath.Join(b.Instance, "backups", name+".backup")
	os.MkdirAll(filepath.Dir(file), 0o700)
	if _, err := b.Backup(context.Background(), file); err != nil {
		b.Fatal(err)
	}
	b.backups = append(b.backups, file)
}

// row is a row as an attacker sees it: values without their columns.
type row struct {
	table  string
	values []string
}

// everything reads every row of every table.
func (b *booth) everything() (all []row) {
	b.Helper()
	err := b.DB.Read(context.Background(), func(tx *db.Tx) error {
		all = nil
		names := `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1 LIMIT 500`
		if tx.IsSQLite() {
			names = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%' ORDER BY 1 LIMIT 500`
		}
		tables, err := db.All(tx, db.Value[string], names)
		for _, table := range tables {
			if err != nil {
				return err
			}
			var rows [][]string
			rows, err = dumped(tx, table)
			for _, r := range rows {
				all = append(all, row{table, r})
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// dumped reads a table, whatever its columns are.
func dumped(tx *db.Tx, table string) ([][]string, error) {
	names := `SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY 1 LIMIT 100`
	if tx.IsSQLite() {
		names = `SELECT name FROM pragma_table_info($1) ORDER BY 1 LIMIT 100`
	}
	columns, err := db.All(tx, db.Value[string], names, table)
	if err != nil {
		return nil, err
	}
	return db.All(tx, func(r db.Row) ([]string, error) {
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		err := r.Scan(into...)
		values := make([]string, len(cells))
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				c = string(b)
			}
			values[i] = fmt.Sprint(c)
		}
		return values, err
	}, `SELECT "`+strings.Join(columns, `", "`)+`" FROM `+table)
}

// notLinkedWithoutKeys tries what somebody can who has the database and not the keys: every value in
// it as the key of the links' keyed hash, and plain hashes of what tells a person.
func (b *booth) notLinkedWithoutKeys() {
	b.Helper()
	links := map[string]bool{}
	for _, l := range b.links {
		links[string(l)] = true
	}
	secrets := map[string]bool{"": true}
	for _, r := range b.everything() {
		for _, v := range r.values {
			if len(v) >= 16 {
				secrets[v] = true
			}
		}
	}
	for i, p := range b.people {
		id := binary.BigEndian.AppendUint64(nil, uint64(p))
		known := []string{string(id), strconv.FormatInt(int64(p), 10), fmt.Sprintf("p%d@voto.example", i), string(b.tokens[i])}
		for _, k := range known {
			for secret := range secrets {
				m := hmac.New(sha256.New, []byte(secret))
				m.Write([]byte("person\x00" + k))
				plain := sha256.Sum256([]byte(secret + k))
				if links[string(m.Sum(nil))] || links[string(plain[:])] {
					b.Fatalf("person %d is linked to a ballot by what the database holds", i)
				}
			}
		}
	}
	// The same with the key does link: the search itself can find.
	m := hmac.New(sha256.New, b.key)
	m.Write([]byte("person\x00"))
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(b.people[0])))
	if !links[string(m.Sum(nil))] {
		b.Error("not even the key links a person to a ballot: this test looks for the wrong thing")
	}
}

// notInFiles looks for the key and the links in every file that the instance has left, in the forms
// in which they could be written.
func (b *booth) notInFiles() {
	b.Helper()
	files := 0
	err := filepath.WalkDir(b.Instance, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, form := range [][]byte{b.key, []byte(hex.EncodeToString(b.key)), []byte(base64.StdEncoding.EncodeToString(b.key)), []byte(base64.RawURLEncoding.EncodeToString(b.key))} {
			if bytes.Contains(text, form) {
				b.Errorf("the key is still in %s", filepath.Base(path))
			}
		}
		for _, l := range b.links {
			if !strings.HasSuffix(path, ".backup") && bytes.Contains(text, l) {
				b.Errorf("a link is still in %s", filepath.Base(path))
				break
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		b.Errorf("%d files: %v", files, err)
	}
}

// nowhere looks for a value in every file that the instance has left, but the backups.
func (b *booth) nowhere(value []byte, what string) {
	b.Helper()
	err := filepath.WalkDir(b.Instance, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".backup") {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, value) {
			b.Errorf("%s is still in %s", what, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		b.Error(err)
	}
}

// notInOrder looks at where PostgreSQL keeps the rows: not in the order in which ballots came.
func (b *booth) notInOrder() {
	b.Helper()
	for _, table := range []string{"published_ballot", "ledger_voided"} {
		for _, id := range []thing.ID{b.vote.ID, b.coded.ID} {
			lying := b.blobs(fmt.Sprintf(`SELECT commitment FROM %s WHERE vote_id = %d ORDER BY ctid`, table, id))
			if len(lying) == 0 || !slices.IsSortedFunc(lying, bytes.Compare) {
				b.Errorf("the %d rows of %s lie in another order than that of their commitments", len(lying), table)
			}
		}
	}
}

// notInLogs looks for what a line of the log could tell: who voted, and when.
func (b *booth) notInLogs() {
	b.Helper()
	for _, line := range strings.Split(b.log.String(), "\n") {
		for i, p := range b.people {
			if strings.Contains(line, b.vote.Slug) && (strings.Contains(line, strconv.FormatInt(int64(p), 10)) || strings.Contains(line, fmt.Sprintf("p%d@voto.example", i))) {
				b.Errorf("a line of the log names a voter: %s", line)
			}
		}
		for _, l := range append(slices.Clone(b.links), b.key) {
			if strings.Contains(line, hex.EncodeToString(l)) || strings.Contains(line, base64.StdEncoding.EncodeToString(l)) {
				b.Errorf("a line of the log has a link or the key: %s", line)
			}
		}
	}
}

// notJoined joins rows as far as values lead: from a person to all rows that name them, to all rows
// that share a value with these, and so on twice. Values that everybody has lead nowhere. No person
// may lead to their own ballot's commitment more than to anybody's.
func (b *booth) notJoined() {
	b.Helper()
	all := b.everything()
	where := map[string][]int{}
	for i, r := range all {
		for _, v := range r.values {
			if len(v) > 3 && !slices.Contains(where[v], i) {
				where[v] = append(where[v], i)
			}
		}
	}
	for i, p := range b.people {
		reached := b.reach(all, where, strconv.FormatInt(int64(p), 10))
		if !reached[fmt.Sprintf("p%d@voto.example", i)] {
			b.Errorf("from person %d one does not even come to their address: this test joins nothing", i)
		}
		for _, c := range b.commits[i] {
			if reached[string(c)] {
				b.Errorf("from person %d one comes to their ballot", i)
			}
		}
	}
	// The search finds what is joined: the ledger's entry leads to the published ballot.
	last := b.commits[0][len(b.commits[0])-1]
	at := where[string(last)]
	if len(at) < 2 {
		b.Errorf("the commitment of a counted ballot is in %d rows", len(at))
	}
}

// reach is every value that can be come to from one, in three joins over values that fewer than a
// tenth of all voters' rows share.
func (b *booth) reach(all []row, where map[string][]int, from string) map[string]bool {
	seen, next := map[string]bool{from: true}, []string{from}
	for range 3 {
		var found []string
		for _, v := range next {
			if len(where[v]) > secretVoters/4 && v != from {
				continue
			}
			for _, i := range where[v] {
				for _, other := range all[i].values {
					if !seen[other] {
						seen[other] = true
						found = append(found, other)
					}
				}
			}
		}
		next = found
	}
	return seen
}
