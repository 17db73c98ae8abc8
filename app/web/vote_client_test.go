package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/vote"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// client reads a served ledger with transparency-dev's modules alone; none of ours take part.
type client struct {
	t      *testing.T
	at     *browser
	path   string
	origin string
	key    note.Verifier
}

func (c client) get(path string) []byte {
	c.t.Helper()
	return []byte(c.at.do("GET", c.path+path, "").expect(200).body)
}

func (c client) checkpoint(signed []byte) *log.Checkpoint {
	c.t.Helper()
	state, _, _, err := log.ParseCheckpoint(signed, c.origin, c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	return state
}

// leaves reads the entries from the bundles and returns their leaf hashes.
func (c client) leaves(size uint64) (all [][]byte) {
	c.t.Helper()
	for n := uint64(0); n*256 < size; n++ {
		path := fmt.Sprintf("/log/tile/entries/%03d", n)
		if rest := size - n*256; rest < 256 {
			path += fmt.Sprintf(".p/%d", rest)
		}
		for data := c.get(path); len(data) > 0; {
			width := int(data[0])<<8 | int(data[1])
			all, data = append(all, rfc6962.DefaultHasher.HashLeaf(data[2:2+width])), data[2+width:]
		}
	}
	return all
}

// roots computes the root of the first n leaves for every n.
func (c client) roots(leaves [][]byte) [][]byte {
	c.t.Helper()
	grown := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	roots := [][]byte{rfc6962.DefaultHasher.EmptyRoot()}
	for _, leaf := range leaves {
		if err := grown.Append(leaf, nil); err != nil {
			c.t.Fatal(err)
		}
		root, err := grown.GetRootHash(nil)
		if err != nil {
			c.t.Fatal(err)
		}
		roots = append(roots, root)
	}
	return roots
}

func (c client) included(place uint64, leaf []byte) {
	c.t.Helper()
	var p tlogproof.TLogProof
	if err := p.Unmarshal(c.get(fmt.Sprintf("/log/inclusion/%d", place))); err != nil {
		c.t.Fatal(err)
	}
	state := c.checkpoint(p.Checkpoint)
	var hashes [][]byte
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:])
	}
	if p.Index != place {
		c.t.Errorf("the proof of entry %d is of %d", place, p.Index)
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, place, state.Size, leaf, hashes, state.Hash); err != nil {
		c.t.Errorf("entry %d in %d: %v", place, state.Size, err)
	}
}

func (c client) consistent(old, state *log.Checkpoint) {
	c.t.Helper()
	var hashes [][]byte
	for line := range strings.Lines(string(c.get(fmt.Sprintf("/log/consistency/%d/%d", old.Size, state.Size)))) {
		h, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			c.t.Fatal(err)
		}
		hashes = append(hashes, h)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, state.Size, hashes, old.Hash, state.Hash); err != nil {
		c.t.Errorf("from %d to %d: %v", old.Size, state.Size, err)
	}
}

// votedIn holds a vote of several batches and returns the commitments of its receipts.
func (w *town) votedIn(staff *browser, agency string, clock *dbtest.Clock) (path string, cast [][ledger.Size]byte) {
	w.Helper()
	staff.drafted(w.draft(agency, "Bancas", url.Values{"questions": {"1"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"},
		"q0-blank": {"yes"}, "q0-options": {"2"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}}))
	clock.Advance(2 * time.Hour)
	for i := range 53 {
		p := identity.Person{Name: "Alguien", Level: identity.Reachable}
		w.write(func(tx *db.Tx) error { return identity.Insert(tx, &p) })
		r, err := w.s.Votes.Cast(context.Background(), identity.Actor{ID: p.ID, Level: p.Level}, "bancas", vote.Ballot{{{Option: "sol", Value: 1}}}, fmt.Appendf(nil, "form %d", i))
		if err != nil {
			w.Fatal(err)
		}
		cast = append(cast, r.Commitment)
		if i%17 == 16 {
			clock.Advance(10 * time.Minute)
			w.work()
		}
	}
	clock.Advance(49 * time.Hour)
	w.work()
	return "/votes/bancas", cast
}

// TestIndependentClient has transparency-dev's own modules agree on the ledger: signatures, tree, and the
// proofs for every receipt and between all states.
func TestIndependentClient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		path, cast := w.votedIn(staff, agency, clock)
		c := client{t: t, at: w.browser(), path: path, origin: "localhost" + path}
		page := c.get("/check")
		_, rest, _ := strings.Cut(string(page), c.origin+"&#43;")
		shown, _, ok := strings.Cut(rest, "</code>")
		if !ok {
			t.Fatalf("no key on the page: %.3000s", page)
		}
		var err error
		if c.key, err = cosigned.NewVerifier(c.origin + "+" + strings.ReplaceAll(shown, "&#43;", "+")); err != nil {
			t.Fatal(err)
		}
		last := c.checkpoint(c.get("/log/checkpoint"))
		leaves := c.leaves(last.Size)
		roots := c.roots(leaves)
		if last.Size != 53 || string(roots[last.Size]) != string(last.Hash) {
			t.Fatalf("%d entries with the root %x, signed was %x", last.Size, roots[last.Size], last.Hash)
		}
		var states []*log.Checkpoint
		for line := range strings.Lines(string(c.get("/log/checkpoints.jsonl"))) {
			var s struct{ Note string }
			if err := json.Unmarshal([]byte(line), &s); err != nil {
				t.Fatal(err)
			}
			state := c.checkpoint([]byte(s.Note))
			if string(roots[state.Size]) != string(state.Hash) {
				t.Errorf("the state of %d entries has another root", state.Size)
			}
			for _, old := range states {
				c.consistent(old, state)
			}
			states = append(states, state)
		}
		if len(states) < 4 {
			t.Errorf("%d states", len(states))
		}
		places := map[string]uint64{}
		for i, leaf := range leaves {
			places[string(leaf)] = uint64(i)
		}
		for _, commitment := range cast {
			leaf := rfc6962.DefaultHasher.HashLeaf(commitment[:])
			place, ok := places[string(leaf)]
			if !ok {
				t.Fatalf("the receipt of %x is not in the ledger", commitment)
			}
			c.included(place, leaf)
		}
		for _, none := range []string{"inclusion/53", "inclusion/-1", "inclusion/x", "consistency/0/53", "consistency/1/54", "consistency/9/8"} {
			c.at.do("GET", path+"/log/"+none, "").expect(404)
		}
	})
}
