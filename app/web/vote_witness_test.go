package web

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/vote"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// witnessOf makes a witness with transparency-dev's modules: its signer, and the key that people give.
func witnessOf(t *testing.T, name string) (note.Signer, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	named := func(kind byte, key []byte) string {
		keyed := append([]byte{kind}, key...)
		sum := sha256.Sum256(append([]byte(name+"\n"), append([]byte{kind}, public...)...))
		return fmt.Sprintf("%s+%08x+%s", name, binary.BigEndian.Uint32(sum[:]), base64.StdEncoding.EncodeToString(keyed))
	}
	signer, err := cosigned.NewSignerForCosignatureV1("PRIVATE+KEY+" + named(1, private.Seed()))
	if err != nil {
		t.Fatal(err)
	}
	return signer, named(4, public)
}

// cosign adds a witness's signature to a state, as a witness that knows the log's key does.
func (c client) cosign(signed string, signer note.Signer) string {
	c.t.Helper()
	_, _, n, err := log.ParseCheckpoint([]byte(signed), c.origin, c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	all, err := note.Sign(n, signer)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(all)
}

func TestWitnesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		signer, key := witnessOf(t, "universidad.example/testigo")
		stranger, _ := witnessOf(t, "nadie.example/testigo")
		staff.do("GET", "/admin/witnesses", "").expect(200, "There are no witnesses")
		staff.fill("/admin/witnesses", url.Values{"name": {"Universidad"}, "vkey": {"x+1+y"}}).expect(422, "not a witness’s key", "x&#43;1&#43;y")
		staff.fill("/admin/witnesses", url.Values{"name": {"Universidad"}, "vkey": {key}}).expect(303)
		staff.do("GET", "/admin/witnesses", "").expect(200, "Universidad", "universidad.example/testigo")
		end := strings.Split(strings.SplitAfter(staff.body, `action="/admin/witnesses/`)[1], `"`)[0]
		path, _ := w.votedIn(staff, agency, clock)
		c := client{t: t, at: w.browser(), path: path, origin: "localhost" + path}
		served, err := w.s.Votes.Open(t.Context(), "bancas")
		if err != nil {
			t.Fatal(err)
		}
		vkey, err := w.s.Votes.PublicKey(served)
		if err != nil {
			t.Fatal(err)
		}
		if c.key, err = cosigned.NewVerifier(vkey); err != nil {
			t.Fatal(err)
		}
		signed := string(c.get("/log/checkpoint"))
		send := func(body string, want int) {
			t.Helper()
			w.browser().do("POST", path+"/log/cosignatures", body).expect(want)
		}
		send("", 422)
		send(signed, 422)
		send(c.cosign(signed, stranger), 422)
		seen := c.cosign(signed, signer)
		send(strings.Replace(seen, "\n53\n", "\n54\n", 1), 422)
		send(seen[:len(seen)-10]+"AAAAAAAA=\n", 422)
		send(seen, 204)
		send(seen, 204)
		now := string(c.get("/log/checkpoint"))
		verifier, err := cosigned.NewVerifierForCosignatureV1(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, n, err := log.ParseCheckpoint([]byte(now), c.origin, c.key, verifier); err != nil || len(n.Sigs) != 2 {
			t.Errorf("served with %v: %s", err, now)
		}
		w.browser().do("GET", path+"/check", "").expect(200, "Seen and signed by", "Universidad")
		archive := w.browser().do("GET", path+"/archive.zip", "").expect(200).body
		said := ""
		ok, err := vote.Verify(strings.NewReader(archive), int64(len(archive)), vote.Asked{Key: vkey}, func(f vote.Finding) { said += string(f.Verdict) + " " + f.Text + "\n" })
		if !ok || err != nil || !strings.Contains(said, "1 cosignatures of witnesses verify: Universidad") {
			t.Errorf("%v, %v\n%s", ok, err, said)
		}
		w.work()
		staff = w.signedIn(w.colleague("Olga Otra"), true)
		staff.do("GET", "/admin/witnesses", "").expect(200).fill("/admin/witnesses/"+end, nil).expect(303)
		staff.do("GET", "/admin/witnesses", "").expect(200, "There are no witnesses")
		send(seen, 422)
		w.browser().do("GET", path+"/check", "").expect(200, "Universidad")
	})
}
