package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"flag"
	"fmt"
	mathrand "math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
	"tequio/app/vote"

	"github.com/anishathalye/porcupine"
)

// blowing is how long the storm of ballots lasts. The long one is
// go test ./app -run BallotStorm -blow 60s.
var blowing = flag.Duration("blow", 6*time.Second, "how long people vote while the ballot storm kills servers, on each engine")

const (
	stormVoters  = 32
	stormClients = 64 // two for each voter, so that casts of one person meet
	betweenKills = 1500 * time.Millisecond
)

// TestBallotStorm lets people cast and change their votes while servers are killed and started
// again. Afterwards each acknowledged ballot is in the ledger exactly once; and what is counted of
// each voter is what a single box, one ballot after the other, could hold in the end.
func TestBallotStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("the storm is long; run without -short")
	}
	t.Run("sqlite", func(t *testing.T) { ballotStorm(t, "", 1) })
	t.Run("postgres, two processes", func(t *testing.T) { ballotStorm(t, dbtest.Postgres(t), 2) })
}

// A castOp is one attempt to vote: with its answer, or without one.
type castOp struct {
	voter   int
	form    string
	receipt string // the commitment; "": nobody was told
}

func (o castOp) value() string {
	if o.receipt == "" {
		return "?" + o.form
	}
	return o.receipt
}

// ballotBox is a box that holds each voter's last ballot. A read tells the counted receipt; "" stands
// for one that nobody was told of, or none.
var ballotBox = porcupine.Model{
	Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		by := make([][]porcupine.Operation, stormVoters)
		for _, o := range all {
			v := o.Input.(castOp).voter
			by[v] = append(by[v], o)
		}
		return by
	},
	Init: func() any { return "" },
	Step: func(state, in, out any) (bool, any) {
		if counted, read := out.(string); read {
			holds := state.(string)
			return counted == holds || counted == "" && strings.HasPrefix(holds, "?"), state
		}
		return true, in.(castOp).value()
	},
}

func ballotStorm(t *testing.T, database string, servers int) {
	o := Options{Instance: t.TempDir(), Database: database}
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.fill(context.Background(), crowdSize{people: stormVoters, proposals: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := &ballotStorming{crowd: c, began: time.Now(), addresses: make([]atomic.Pointer[string], servers)}
	for _, token := range c.tokens {
		s.forms = append(s.forms, a.Server.FormToken(token))
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	running := make([]*process, servers)
	up := func(i int) {
		running[i] = start(t, "--instance", o.Instance, "--database", database)
		s.addresses[i].Store(&running[i].address)
	}
	for i := range running {
		up(i)
	}
	stop, done := make(chan struct{}), sync.WaitGroup{}
	for i := range stormClients {
		done.Go(func() { s.vote(i, stop) })
	}
	for end := time.After(*blowing); ; {
		select {
		case <-time.After(betweenKills):
			i := s.kills % servers
			s.kills++
			running[i].kill()
			up(i)
			continue
		case <-end:
		}
		break
	}
	close(stop)
	done.Wait()
	for _, p := range running {
		p.kill()
	}
	s.compare(t, o)
}

// ballotStorming is what the storm's clients know and remember.
type ballotStorming struct {
	crowd
	forms     []string
	addresses []atomic.Pointer[string]
	began     time.Time
	kills     int

	mu  sync.Mutex
	ops []porcupine.Operation
}

// vote casts one ballot after the other, each sent again with its form's id until it is answered or
// the storm ends, as somebody does who presses the button again.
func (s *ballotStorming) vote(number int, stop chan struct{}) {
	voter := number % stormVoters
	for {
		var id [16]byte
		rand.Read(id[:])
		op := castOp{voter: voter, form: base64.RawURLEncoding.EncodeToString(id[:])}
		choice := string("abc"[mathrand.IntN(3)])
		call := time.Since(s.began)
		for op.receipt == "" {
			select {
			case <-stop:
				s.note(number, op, call, 1<<62) // it may have arrived, or arrive at any later time
				return
			default:
			}
			address := *s.addresses[mathrand.IntN(len(s.addresses))].Load()
			to := client{address: address, token: s.tokens[voter], form: s.forms[voter]}
			for _, k := range to.post("/votes/"+s.crowd.vote+"/cast", url.Values{"q0": {choice}, "form": {op.form}}) {
				if b, err := base64.RawURLEncoding.DecodeString(k.Value); k.Name == "receipt" && err == nil && len(b) >= 32 {
					op.receipt = string(b[:32])
				}
			}
		}
		s.note(number, op, call, int64(time.Since(s.began)))
	}
}

func (s *ballotStorming) note(client int, op castOp, call time.Duration, back int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ops = append(s.ops, porcupine.Operation{ClientId: client, Input: op, Call: int64(call), Output: nil, Return: back})
}

// compare closes the vote, counts it, and holds ledger and count against what voters were told.
func (s *ballotStorming) compare(t *testing.T, o Options) {
	t.Helper()
	later := time.Now().Add(31 * 24 * time.Hour)
	o.Now = func() time.Time { return later }
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx := context.Background()
	var id thing.ID
	err = a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		id, err = db.One(tx, db.Value[thing.ID], `SELECT id FROM thing WHERE slug = $1 AND kind = 'vote'`, s.crowd.vote)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Server.Votes.Settle(ctx, id); err != nil {
		t.Fatal(err)
	}
	entries, counted := map[string]int{}, map[string]bool{}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := db.All(tx, db.Value[[]byte], `SELECT commitment FROM ledger_entry WHERE vote_id = $1`, id)
		for _, e := range all {
			entries[string(e)]++
		}
		if err != nil {
			return err
		}
		v, err := vote.Get(tx, id)
		if err != nil {
			return err
		}
		return vote.EachBallot(tx, v, func(p vote.Published) error { counted[string(p.Commitment[:])] = true; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	told, tried := 0, map[int]bool{}
	last := map[int]string{}
	for _, op := range s.ops {
		c := op.Input.(castOp)
		tried[c.voter] = true
		if c.receipt == "" {
			continue
		}
		told++
		if entries[c.receipt] != 1 {
			t.Errorf("an acknowledged ballot is %d times in the ledger", entries[c.receipt])
		}
		if counted[c.receipt] && last[c.voter] != "" {
			t.Errorf("two ballots of voter %d are counted", c.voter)
		}
		if counted[c.receipt] {
			last[c.voter] = c.receipt
		}
	}
	end := int64(time.Since(s.began))
	for v := range tried {
		s.ops = append(s.ops, porcupine.Operation{ClientId: stormClients + v, Input: castOp{voter: v}, Call: end, Output: last[v], Return: end + 1})
	}
	if got := porcupine.CheckOperationsTimeout(ballotBox, s.ops, time.Minute); got != porcupine.Ok {
		t.Errorf("what is counted is not what one box could hold: %s", got)
	}
	r, err := a.Server.Votes.Outcome(ctx, s.crowd.vote, "")
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, of := range r.Result.Questions[0].Outcomes {
		sum += of.Votes
	}
	if len(tried) != stormVoters || sum != stormVoters || r.Result.Ballots != stormVoters || len(counted) != stormVoters {
		t.Errorf("%d voters: %d votes in %d ballots, %d published", len(tried), sum, r.Result.Ballots, len(counted))
	}
	t.Logf("%d ballots acknowledged to %d voters over %d kills, %d entries", told, len(tried), s.kills, len(entries))
	if told < stormVoters || s.kills < 2 {
		t.Error("that was no storm:", fmt.Sprint(told, " ballots, ", s.kills, " kills"))
	}
}

// The model itself tells a box that lost or kept the wrong ballot.
func TestBallotBoxModelCatchesLoss(t *testing.T) {
	op := func(call, back int64, receipt string, read bool) porcupine.Operation {
		o := porcupine.Operation{Input: castOp{form: "f", receipt: receipt}, Call: call, Return: back}
		if read {
			o.Input, o.Output = castOp{}, receipt
		}
		return o
	}
	for _, c := range []struct {
		name    string
		history []porcupine.Operation
		ok      bool
	}{
		{"the last counts", []porcupine.Operation{op(0, 1, "a", false), op(2, 3, "b", false), op(9, 10, "b", true)}, true},
		{"an earlier one counts", []porcupine.Operation{op(0, 1, "a", false), op(2, 3, "b", false), op(9, 10, "a", true)}, false},
		{"casts that met", []porcupine.Operation{op(0, 5, "a", false), op(2, 3, "b", false), op(9, 10, "a", true)}, true},
		{"a lost one", []porcupine.Operation{op(0, 1, "a", false), op(9, 10, "", true)}, false},
		{"one nobody was told of", []porcupine.Operation{op(0, 1, "a", false), op(2, 1<<62, "", false), op(9, 10, "", true)}, true},
	} {
		if got := porcupine.CheckOperations(ballotBox, c.history); got != c.ok {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
