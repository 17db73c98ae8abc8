package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// kills is how often the server is killed while people vote and comment. The long storm is
// go test ./app -run Storm -kills 20.
var kills = flag.Int("kills", 4, "how often the storm test kills the server, on each engine")

// acknowledgedPerKill is how many successes clients see before the next kill.
const acknowledgedPerKill = 150

// program builds the program once for the tests that need it as a process.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tequio")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tequio")
	out, err := exec.Command("go", "build", "-o", path, "tequio").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// process is a running server.
type process struct {
	*exec.Cmd
	address string
}

// start runs the program and waits until it answers.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	p := &process{exec.Command(path, append([]string{"serve", "--no-limits", "--listen", address}, args...)...), "http://" + address}
	log, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p.Stderr = log
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; {
		resp, err := http.Get(p.address + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Since(began) > 30*time.Second {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("the server does not become ready: %s", said)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// kill is what a power cut does to a process: no last words.
func (p *process) kill() {
	p.Process.Signal(syscall.SIGKILL)
	p.Wait()
}

// acknowledged is what clients were told had been done.
type acknowledged struct {
	mu       sync.Mutex
	n        int
	enough   chan struct{}
	comments map[string]bool
	voters   map[int]bool
	receipts map[int]string // the last that each voter was given
}

func (a *acknowledged) add(note func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	note()
	if a.n++; a.n == acknowledgedPerKill {
		close(a.enough)
	}
}

// TestStorm kills the server in a storm of votes and comments. What a client received as success is
// there afterwards, and no total disagrees with its rows.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("the storm is long; run without -short")
	}
	t.Run("sqlite", func(t *testing.T) { storm(t, "") })
	t.Run("postgres", func(t *testing.T) { storm(t, dbtest.Postgres(t)) })
}

func storm(t *testing.T, database string) {
	o := Options{Instance: t.TempDir(), Database: database}
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.fill(context.Background(), crowdSize{people: 24, proposals: 1})
	if err != nil {
		t.Fatal(err)
	}
	forms := make([]string, len(c.tokens))
	for i, token := range c.tokens {
		forms[i] = a.Server.FormToken(token)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	all := &acknowledged{comments: map[string]bool{}, voters: map[int]bool{}, receipts: map[int]string{}}
	for range *kills {
		all.n, all.enough = 0, make(chan struct{})
		p := start(t, "--instance", o.Instance, "--database", database)
		stop, done := make(chan struct{}), sync.WaitGroup{}
		for i := range c.tokens {
			done.Go(func() { client{p.address, c.tokens[i], forms[i], i, c}.act(stop, all) })
		}
		select {
		case <-all.enough:
		case <-time.After(time.Minute):
			t.Error("no progress in a minute")
		}
		p.kill()
		close(stop)
		done.Wait()
		if t.Failed() {
			return
		}
	}
	verify(t, o, c, all)
}

// client is one person who votes and comments as fast as they are answered.
type client struct {
	address string
	token   identity.Token
	form    string
	number  int
	crowd
}

func (c client) act(stop chan struct{}, all *acknowledged) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		if i%2 == 0 {
			text := fmt.Sprintf("comentario %d de %d: %s", i, c.number, rand.Text())
			if c.post(fmt.Sprintf("/things/%d/comments", c.proposal), url.Values{"body": {text}}) != nil {
				all.add(func() { all.comments[text] = true })
			}
			continue
		}
		var id [16]byte
		rand.Read(id[:])
		choice := string("abc"[i/2%3])
		cookies := c.post("/votes/"+c.vote+"/cast", url.Values{"q0": {choice}, "form": {base64.RawURLEncoding.EncodeToString(id[:])}})
		if cookies == nil {
			continue
		}
		for _, k := range cookies {
			if k.Name == "receipt" {
				all.add(func() { all.voters[c.number] = true; all.receipts[c.number] = k.Value })
			}
		}
	}
}

// post sends a form and returns the answer's cookies when it was a success, else nil.
func (c client) post(path string, form url.Values) []*http.Cookie {
	form.Set("csrf", c.form)
	req, err := http.NewRequest(http.MethodPost, c.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "sid", Value: string(c.token)})
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusSeeOther {
		return nil
	}
	return append([]*http.Cookie{}, resp.Cookies()...)
}

// verify opens what is left and compares it with what was acknowledged.
func verify(t *testing.T, o Options, c crowd, all *acknowledged) {
	t.Helper()
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	err = a.DB.Read(context.Background(), func(tx *db.Tx) error {
		bodies, err := db.All(tx, db.Value[string], `SELECT body FROM comment WHERE thing_id = $1`, c.proposal)
		if err != nil {
			return err
		}
		times := map[string]int{}
		for _, b := range bodies {
			times[b]++
		}
		for text := range all.comments {
			if times[text] != 1 {
				t.Errorf("an acknowledged comment is there %d times", times[text])
			}
		}
		agree := func(what, total, rows string, args ...any) {
			x, err1 := db.One(tx, db.Value[int64], total, args...)
			y, err2 := db.One(tx, db.Value[int64], rows, args...)
			if err1 != nil || err2 != nil || x != y {
				t.Errorf("%s: %d and %d (%v %v)", what, x, y, err1, err2)
			}
		}
		agree("comments", `SELECT comments FROM thing WHERE id = $1`, `SELECT count(*) FROM comment WHERE thing_id = $1`, c.proposal)
		agree("every ballot has a commitment on its way to the ledger", `SELECT count(*) FROM ballot`,
			`SELECT count(*) FROM ballot b WHERE EXISTS (SELECT 1 FROM ledger_pending p WHERE p.vote_id = b.vote_id AND p.commitment = b.commitment)
				OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.vote_id = b.vote_id AND e.commitment = b.commitment)`)
		agree("commitments are ballots and voided ones", `SELECT (SELECT count(*) FROM ledger_pending) + (SELECT count(*) FROM ledger_entry)
				- (SELECT count(*) FROM ledger_voided)`, `SELECT count(*) FROM ballot`)
		voted, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM ballot`)
		if err == nil && voted < int64(len(all.voters)) {
			t.Errorf("%d people were given a receipt, %d ballots are there", len(all.voters), voted)
		}
		for number, receipt := range all.receipts {
			b, _ := base64.RawURLEncoding.DecodeString(receipt)
			n, err := db.One(tx, db.Value[int64], `SELECT (SELECT count(*) FROM ledger_pending WHERE commitment = $1) + (SELECT count(*) FROM ledger_entry WHERE commitment = $1)`, b[:32])
			if err != nil || n != 1 {
				t.Errorf("the receipt of %d is %d times in the ledger: %v", number, n, err)
			}
		}
		t.Logf("%d comments and %d voters acknowledged over %d kills", len(all.comments), len(all.voters), *kills)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.DB.Check(context.Background()); err != nil {
		t.Error(err)
	}
}
