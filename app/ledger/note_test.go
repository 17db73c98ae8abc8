package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const origin = "participa.pueblo.example/votes/presupuesto-2027"

func verifierOf(t testing.TB, k Key, name string) note.Verifier {
	t.Helper()
	vkey, err := k.Public(name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct{ base, slug, want string }{
		{"https://participa.pueblo.example", "presupuesto-2027", origin},
		{"https://participa.pueblo.example/", "presupuesto-2027", origin},
		{"http://localhost:8080", "a", "localhost:8080/votes/a"},
		{"https://pueblo.example/participa/", "a", "pueblo.example/participa/votes/a"},
		{"https://pueblo.example", "a b+c", "pueblo.example/votes/a%20b%2Bc"},
	} {
		got, err := Origin(c.base, c.slug)
		if err != nil || got != c.want {
			t.Errorf("Origin(%q, %q) = %q, %v", c.base, c.slug, got, err)
		}
		verifierOf(t, NewKey(), got)
	}
	for _, base := range []string{"", "pueblo.example", "/", "http://"} {
		if got, err := Origin(base, "a"); err == nil {
			t.Errorf("Origin(%q) = %q", base, got)
		}
	}
}

func TestKeyIsKeptAndNotShown(t *testing.T) {
	k := NewKey()
	again, err := ParseKey(" " + k.Secret() + "\n")
	if err != nil || !again.private.Equal(k.private) || NewKey().private.Equal(k.private) {
		t.Fatalf("ParseKey: %v", err)
	}
	for _, s := range []string{fmt.Sprint(k), fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k)} {
		if strings.Contains(s, k.Secret()[len(keyPrefix):]) || strings.Contains(s, fmt.Sprint([]byte(k.private)[:4])) {
			t.Errorf("the key prints as %s", s)
		}
	}
	for _, s := range []string{"", k.Secret()[1:], k.Secret()[:40], keyPrefix, keyPrefix + "AAAA"} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("ParseKey(%q) passes", s)
		}
	}
}

func TestConfirmedKeyServesEveryVote(t *testing.T) {
	k := NewKey()
	one, _ := k.Public("pueblo.example/votes/uno")
	two, _ := k.Public("pueblo.example/votes/dos")
	if got, err := Rename(one, "pueblo.example/votes/dos"); err != nil || got != two {
		t.Errorf("Rename = %q, %v; want %q", got, err, two)
	}
	for _, bad := range []string{"", "x", "x+y", "x+00000000+AAAA", strings.Replace(one, "uno", "und", 1), one[:len(one)-4]} {
		if _, err := Rename(bad, "x"); err == nil {
			t.Errorf("Rename(%q) passes", bad)
		}
	}
	if _, err := Rename(one, "two words"); err == nil {
		t.Error("a name with a space passes")
	}
}

func TestCheckpoint(t *testing.T) {
	k := NewKey()
	c, err := grown(t, numbered(300)).Checkpoint(origin)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := c.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(string(signed), "\n"); lines[0] != origin || lines[1] != "300" || lines[2] != root(numbered(300)).String() ||
		lines[3] != "" || !strings.HasPrefix(lines[4], "— "+origin+" ") {
		t.Fatalf("signed:\n%s", signed)
	}
	log := verifierOf(t, k, origin)
	if got, _, err := OpenCheckpoint(signed, origin, log); err != nil || got != c {
		t.Fatalf("OpenCheckpoint = %+v, %v", got, err)
	}
	if _, _, err := OpenCheckpoint(signed, "another", log); err == nil {
		t.Error("passes for another log")
	}
	if _, _, err := OpenCheckpoint(signed, origin, verifierOf(t, NewKey(), origin)); err == nil {
		t.Error("passes with another key")
	}
	for i := range signed {
		for bit := range 8 {
			forged := bytes.Clone(signed)
			forged[i] ^= 1 << bit
			if got, _, err := OpenCheckpoint(forged, origin, log); err == nil {
				t.Fatalf("bit %d of byte %d flipped passes: %+v", bit, i, got)
			}
		}
	}
}

func TestCheckpointsThatAreNone(t *testing.T) {
	k := NewKey()
	hash := root(nil).String()
	for _, text := range []string{origin + "\n1\n", origin + "\n01\n" + hash + "\n", origin + "\n-1\n" + hash + "\n", origin + "\n+1\n" + hash + "\n",
		origin + "\n1\n" + hash[1:] + "\n", origin + "\nuno\n" + hash + "\n", origin + "\n9223372036854775808\n" + hash + "\n", "\n1\n" + hash + "\n"} {
		signed, err := sign(text, origin, k)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := OpenCheckpoint(signed, origin, verifierOf(t, k, origin)); err == nil {
			t.Errorf("%q passes as %+v", text, got)
		}
	}
}

// cosign is what a witness does.
func cosign(signed []byte, name string, private ed25519.PrivateKey, at uint64) ([]byte, string) {
	public := append([]byte{algCosignature}, private.Public().(ed25519.PublicKey)...)
	text, _, _ := bytes.Cut(signed, []byte("\n\n"))
	signature := binary.BigEndian.AppendUint32(nil, keyID(name, public))
	signature = binary.BigEndian.AppendUint64(signature, at)
	signature = append(signature, ed25519.Sign(private, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s\n", at, text))...)
	line := fmt.Sprintf("— %s %s\n", name, base64.StdEncoding.EncodeToString(signature))
	return append(bytes.Clone(signed), line...), fmt.Sprintf("%s+%08x+%s", name, keyID(name, public), base64.StdEncoding.EncodeToString(public))
}

func TestWitnesses(t *testing.T) {
	k := NewKey()
	c, _ := grown(t, numbered(3)).Checkpoint(origin)
	signed, err := c.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	_, private, _ := ed25519.GenerateKey(nil)
	seen, vkey := cosign(signed, "otro-pueblo.example/w1", private, 1790000000)
	w, err := Witness(vkey)
	if err != nil {
		t.Fatal(err)
	}
	log := verifierOf(t, k, origin)
	if _, names, err := OpenCheckpoint(seen, origin, log, w); err != nil || len(names) != 1 || names[0] != "otro-pueblo.example/w1" {
		t.Errorf("witnesses %q, %v", names, err)
	}
	if _, names, err := OpenCheckpoint(seen, origin, log); err != nil || len(names) != 0 {
		t.Errorf("a witness nobody named: %q, %v", names, err)
	}
	if _, names, err := OpenCheckpoint(signed, origin, log, w); err != nil || len(names) != 0 {
		t.Errorf("a witness who did not sign: %q, %v", names, err)
	}
	onlyWitness := append(bytes.SplitAfter(seen, []byte("\n\n"))[0], bytes.SplitAfter(seen, []byte("\n"))[5]...)
	if _, _, err := OpenCheckpoint(onlyWitness, origin, log, w); err == nil {
		t.Error("a checkpoint that only the witness signed passes")
	}
	late, _ := cosign(signed, "otro-pueblo.example/w1", private, 1<<63)
	if _, _, err := OpenCheckpoint(late, origin, log, w); err == nil {
		t.Error("a time beyond all times passes")
	}
	forged := bytes.Replace(seen, []byte("\n3\n"), []byte("\n4\n"), 1)
	if _, _, err := OpenCheckpoint(forged, origin, log, w); err == nil {
		t.Error("forged")
	}
	logKey, _ := k.Public(origin)
	if _, err := Witness(logKey); err == nil {
		t.Error("a log's key passes as a witness's")
	}
}

func TestPromise(t *testing.T) {
	k := NewKey()
	p := Promise{origin, numbered(1)[0], time.Date(2026, 12, 18, 18, 0, 0, 0, time.FixedZone("", -6*3600))}
	signed, err := p.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	log := verifierOf(t, k, origin)
	got, err := OpenPromise(signed, log)
	if err != nil || got.Commitment != p.Commitment || !got.By.Equal(p.By) || got.Origin != origin {
		t.Errorf("OpenPromise = %+v, %v", got, err)
	}
	if _, _, err := OpenCheckpoint(signed, promiseDomain, log); err == nil {
		t.Error("a promise passes as a checkpoint")
	}
	c, _ := grown(t, numbered(1)).Checkpoint(origin)
	other, _ := c.Sign(k)
	if _, err := OpenPromise(other, log); err == nil {
		t.Error("a checkpoint passes as a promise")
	}
	for i := range 8 * len(signed) {
		forged := bytes.Clone(signed)
		forged[i/8] ^= 1 << (i % 8)
		if _, err := OpenPromise(forged, log); err == nil {
			t.Fatalf("byte %d altered passes", i/8)
		}
	}
	elsewhere := p
	elsewhere.Origin = "otro.example/votes/a"
	text, _ := sign(elsewhere.text(), origin, k)
	if _, err := OpenPromise(text, log); err == nil {
		t.Error("a promise for another log passes")
	}
}

func TestProof(t *testing.T) {
	k := NewKey()
	entries := numbered(700)
	tree := grown(t, entries)
	c, _ := tree.Checkpoint(origin)
	signed, err := c.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	log := verifierOf(t, k, origin)
	for _, index := range []int64{0, 1, 255, 256, 698, 699} {
		p, err := tree.Prove(index, c.Size, signed)
		if err != nil {
			t.Fatal(err)
		}
		p.Extra = []byte("voto 7")
		file := p.Text()
		read, err := ParseProof(file)
		if err != nil || !bytes.Equal(read.Text(), file) {
			t.Fatalf("%v\n%s", err, file)
		}
		if got, _, err := read.Check(entries[index], origin, log); err != nil || got != c {
			t.Errorf("entry %d: %v", index, err)
		}
		if _, _, err := read.Check(entries[(index+1)%700], origin, log); err == nil {
			t.Error("another entry passes")
		}
		if _, _, err := read.Check(entries[index], "another", log); err == nil {
			t.Error("another log passes")
		}
	}
}

func TestProofsThatAreNone(t *testing.T) {
	k := NewKey()
	entries := numbered(5)
	tree := grown(t, entries)
	c, _ := tree.Checkpoint(origin)
	signed, _ := c.Sign(k)
	p, err := tree.Prove(2, 5, signed)
	if err != nil {
		t.Fatal(err)
	}
	file, log := p.Text(), verifierOf(t, k, origin)
	for i := range 8 * len(file) {
		forged := bytes.Clone(file)
		forged[i/8] ^= 1 << (i % 8)
		if q, err := ParseProof(forged); err == nil {
			if _, _, err := q.Check(entries[2], origin, log); err == nil {
				t.Fatalf("byte %d altered passes:\n%s", i/8, forged)
			}
		}
	}
	for _, text := range []string{"", proofHeader, proofHeader + "\n\n", proofHeader + "\nindex 01\n\n", proofHeader + "\nindex -1\n\n",
		proofHeader + "\nextra !\nindex 1\n\n", proofHeader + "\nindex 1\n" + strings.Repeat(root(nil).String()+"\n", 64) + "\n", proofHeader + "\nindex 1\nhola\n\n"} {
		if _, err := ParseProof([]byte(text)); err == nil {
			t.Errorf("%.80q passes", text)
		}
	}
	if _, err := tree.Prove(5, 5, signed); err == nil {
		t.Error("a proof of what is not there")
	}
}

func FuzzParseProof(f *testing.F) {
	f.Add([]byte(proofHeader + "\nextra aG9sYQ==\nindex 0\n" + root(nil).String() + "\n\ncheckpoint"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := ParseProof(file)
		if err != nil {
			return
		}
		again, err := ParseProof(p.Text())
		if err != nil || again.Index != p.Index || len(again.Hashes) != len(p.Hashes) || !bytes.Equal(again.Checkpoint, p.Checkpoint) {
			t.Errorf("%q reads back as %+v, %v", file, again, err)
		}
	})
}
