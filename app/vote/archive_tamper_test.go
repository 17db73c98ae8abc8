package vote

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db/dbtest"
	"tequio/app/ledger"
)

// onDisk is a hall with its own SQLite database, for what no engine makes a difference to.
func onDisk(t testing.TB) *hall {
	clock := dbtest.NewClock(time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC))
	return newHall(t, dbtest.Open(t, filepath.Join(t.TempDir(), "tequio.db"), clock.Now), clock)
}

// fails expects a verification to fail; said is part of a line that says why.
func fails(t *testing.T, what string, zipped []byte, ask Asked, said string) {
	t.Helper()
	var b strings.Builder
	ok, err := Verify(bytes.NewReader(zipped), int64(len(zipped)), ask, func(f Finding) { fmt.Fprintf(&b, "%s %s\n", f.Verdict, f.Text) })
	if ok && err == nil {
		t.Errorf("%s passes:\n%s", what, b.String())
	}
	if err != nil {
		fmt.Fprintf(&b, "FAILED %v\n", err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "FAILED") && strings.Contains(line, said) {
			return
		}
	}
	t.Errorf("%s: no line FAILED says %q:\n%s", what, said, b.String())
}

// with is a copy in which one file is another.
func (u unpacked) with(name string, content []byte) unpacked {
	c := unpacked{slices.Clone(u.names), map[string][]byte{}}
	for n, b := range u.files {
		c.files[n] = b
	}
	c.files[name] = content
	return c
}

// resigned is the archive with a list and a signature for the files that it now has, as only who holds
// the key can make them.
func (u unpacked) resigned(t *testing.T, h *hall, origin string) []byte {
	t.Helper()
	var list bytes.Buffer
	for _, name := range u.names {
		if !exempt(name) {
			fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(u.files[name]), name)
		}
	}
	signed, err := ledger.Files{Origin: origin, List: sha256.Sum256(list.Bytes())}.Sign(h.signer)
	if err != nil {
		t.Fatal(err)
	}
	return u.with(fileSums, list.Bytes()).with(fileSignature, signed).pack(t)
}

func TestFlippedBytes(t *testing.T) {
	for _, disclosure := range Disclosures {
		h := onDisk(t)
		v, zipped, _, _ := h.archived(disclosure)
		key, _ := h.PublicKey(v)
		u := unpack(t, zipped)
		tried := 0
		for _, name := range u.names {
			n := len(u.files[name])
			for _, at := range []int{0, 1, n / 3, n / 2, n - 2, n - 1} {
				if at < 0 || at >= n {
					continue
				}
				for _, bit := range []byte{1, 0x20, 0x80} {
					flipped := bytes.Clone(u.files[name])
					flipped[at] ^= bit
					fails(t, fmt.Sprintf("%s, byte %d of %d, bit %#x", name, at, n, bit), u.with(name, flipped).pack(t), Asked{Key: key}, "")
					tried++
				}
			}
		}
		if tried < 200 {
			t.Errorf("only %d flips", tried)
		}
	}
}

// TestFlippedZip flips bytes of the zip itself: where verification passes all the same, not a byte of any
// file, nor a name, is another.
func TestFlippedZip(t *testing.T) {
	h := onDisk(t)
	_, zipped, _, _ := h.archived(Checkable)
	u := unpack(t, zipped)
	passed, failed := 0, 0
	for at := 0; at < len(zipped); at += 13 {
		flipped := bytes.Clone(zipped)
		flipped[at] ^= 1 << (at % 8)
		ok, err := Verify(bytes.NewReader(flipped), int64(len(flipped)), Asked{}, func(Finding) {})
		if err != nil || !ok {
			failed++
			continue
		}
		passed++
		other := unpack(t, flipped)
		if !slices.Equal(other.names, u.names) {
			t.Fatalf("byte %d: the names are %q", at, other.names)
		}
		for name, content := range u.files {
			if !bytes.Equal(other.files[name], content) {
				t.Fatalf("byte %d alters %s and passes", at, name)
			}
		}
	}
	if failed < 9*passed {
		t.Errorf("%d flips fail and %d pass", failed, passed)
	}
}

func TestTampering(t *testing.T) {
	h := onDisk(t)
	v, zipped, counted, voided := h.archived(Checkable)
	key, _ := h.PublicKey(v)
	u := unpack(t, zipped)
	lines := strings.SplitAfter(string(u.files[fileBallots]), "\n")
	ballots := func(all ...string) unpacked { return u.with(fileBallots, []byte(strings.Join(all, ""))) }
	var nonce [32]byte
	forged := Published{ledger.Commit(int64(v.ID), nonce, []byte(`[[["b",1]],[]]`)), nonce[:], []byte(`[[["b",1]],[]]`)}
	added := append(slices.Clone(lines), string(forged.line(nil))+"\n")
	slices.Sort(added)
	// The order of commitments is that of chance: swapped are the first ballot and one that says
	// something else, altered is one that says something.
	says := func(line string) string { return line[strings.Index(line, `"ballot":`):] }
	head := func(line string) string { return strings.TrimSuffix(line, says(line)) }
	other := slices.IndexFunc(lines, func(l string) bool { return l != "" && says(l) != says(lines[0]) })
	swapped := slices.Clone(lines)
	swapped[0], swapped[other] = head(lines[0])+says(lines[other]), head(lines[other])+says(lines[0])
	marked := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `,1]`) })
	altered := slices.Clone(lines)
	altered[marked] = strings.Replace(lines[marked], `,1]`, `,2]`, 1)
	voidedLine := hex.EncodeToString(voided.Commitment[:]) + "\n"
	for _, c := range []struct {
		what string
		to   unpacked
		said string
	}{
		{"a ballot dropped", ballots(lines[1:]...), "are not the"},
		{"a ballot added", ballots(added...), "a counted ballot is not in the ledger"},
		{"a ballot twice", ballots(append(slices.Clone(lines[:1]), lines...)...), "order of their commitments"},
		{"ballots swapped", ballots(swapped...), "does not have the commitment"},
		{"a ballot altered", ballots(altered...), "does not have the commitment"},
		{"a ballot written otherwise", ballots(append([]string{strings.Replace(lines[0], `"ballot":`, `"ballot": `, 1)}, lines[1:]...)...), "does not have the commitment"},
		{"a voided ballot forgotten", u.with(fileVoided, []byte(strings.Replace(string(u.files[fileVoided]), voidedLine, "", 1))), "are not the"},
		{"a counted ballot called voided", u.with(fileVoided, []byte(sortedLines(string(u.files[fileVoided])+hex.EncodeToString(counted.Commitment[:])+"\n"))), "stands for a counted ballot already"},
		{"an entry dropped", u.with(fileEntries, u.files[fileEntries][32:]), "signed state"},
		{"an entry added", u.with(fileEntries, append(bytes.Clone(u.files[fileEntries]), forged.Commitment[:]...)), "the last signed state"},
		{"an entry altered", u.with(fileEntries, append(forged.Commitment[:], u.files[fileEntries][32:]...)), "signed state"},
		{"entries cut", u.with(fileEntries, u.files[fileEntries][1:]), fileEntries},
		{"another result", u.with(fileResult, bytes.Replace(u.files[fileResult], []byte(`"winners":["a"]`), []byte(`"winners":["b"]`), 1)), "another result"},
		{"another turnout", u.with(fileResult, bytes.Replace(u.files[fileResult], []byte(`"count":`), []byte(`"count":1`), 1)), "the turnout sums"},
		{"another rules sheet", u.with(fileRules, bytes.Replace(u.files[fileRules], []byte("El parque"), []byte("El barrio"), 1)), "does not have the hash"},
		{"a rules sheet with more in it", u.with(fileRules, append(bytes.Clone(u.files[fileRules]), ' ')), "not a rules sheet"},
		{"another amendment", u.with("amendments/001.json", bytes.Replace(u.files["amendments/001.json"], []byte(`"least":0`), []byte(`"least":1`), 1)), "a rules sheet is not in the ledger"},
		{"another seed", u.with(fileLot, bytes.Replace(u.files[fileLot], []byte(`"seed": "`), []byte(`"seed": "0`), 1)), "not the one promised"},
		{"another vote", u.with(fileHead, bytes.Replace(u.files[fileHead], []byte(v.Slug), []byte("otro"), -1)), ""},
		{"more ballots than people", u.with(fileRules, bytes.Replace(u.files[fileRules], []byte(`"electorate":100`), []byte(`"electorate":39`), 1)), "does not have the hash"},
		{"no states", u.with(fileCheckpoints, nil), "never signed"},
	} {
		if c.to.files[fileBallots] == nil || equalFiles(c.to, u) {
			t.Fatalf("%s: nothing was altered", c.what)
		}
		fails(t, c.what+", by somebody", c.to.pack(t), Asked{Key: key}, "was altered")
		fails(t, c.what+", by who holds the key", c.to.resigned(t, h, v.Origin), Asked{Key: key}, c.said)
	}
	if ok, said := verified(t, u.resigned(t, h, v.Origin), Asked{Key: key}); !ok {
		t.Errorf("signed again without a change:\n%s", said)
	}
	fails(t, "another list", u.with(fileSums, bytes.Replace(u.files[fileSums], []byte("0"), []byte("1"), 1)).pack(t), Asked{}, "not the one that was signed")
	fails(t, "a file more", unpacked{append(slices.Clone(u.names), "more.txt"), u.with("more.txt", nil).files}.pack(t), Asked{}, "more.txt is not in the list")
	fails(t, "a file less", unpacked{slices.DeleteFunc(slices.Clone(u.names), func(n string) bool { return n == fileCSV }), u.files}.pack(t), Asked{}, "not in the archive")
}

func equalFiles(a, b unpacked) bool {
	for name, content := range a.files {
		if !bytes.Equal(content, b.files[name]) {
			return false
		}
	}
	return true
}

func sortedLines(text string) string {
	all := strings.SplitAfter(text, "\n")
	slices.Sort(all)
	return strings.Join(all, "")
}

func TestForgedStates(t *testing.T) {
	h := onDisk(t)
	v, zipped, _, _ := h.archived(Checkable)
	key, _ := h.PublicKey(v)
	u := unpack(t, zipped)
	n := int64(len(u.files[fileEntries]) / ledger.Size)
	forge := func(signer ledger.Key, size int64) unpacked {
		state := ledger.Checkpoint{Origin: v.Origin, Size: size, Root: sha256.Sum256([]byte("another tree"))}
		note, err := state.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.SplitAfter(string(u.files[fileCheckpoints]), "\n")
		line := string(plainJSON(stateLine{size, instant(v.ClosesAt), string(note)})) + "\n"
		if size < n {
			all = append([]string{line}, all...)
		} else {
			all = append(all[:len(all)-2], line)
		}
		return u.with(fileCheckpoints, []byte(strings.Join(all, "")))
	}
	fails(t, "a last state by another key", forge(ledger.NewKey(), n).resigned(t, h, v.Origin), Asked{Key: key}, "checkpoint")
	fails(t, "a last state of another tree", forge(h.signer, n).resigned(t, h, v.Origin), Asked{Key: key}, "is not that of the archive's first")
	fails(t, "an earlier state of another tree", forge(h.signer, 3).resigned(t, h, v.Origin), Asked{Key: key}, "is not that of the archive's first")

	stranger, _ := ledger.NewKey().Public("otra.example/votes/otra")
	fails(t, "a key that is another", zipped, Asked{Key: stranger}, "another key than the one given")
	own, _ := ledger.Rename(key, "pueblo.example/votes/otra")
	if ok, said := verified(t, zipped, Asked{Key: own}); !ok {
		t.Errorf("the key as another vote shows it:\n%s", said)
	}
	if _, err := Verify(bytes.NewReader(zipped), int64(len(zipped)), Asked{Key: "no key"}, func(Finding) {}); err == nil {
		t.Error("what is no key passes")
	}
}

func TestOlderArchive(t *testing.T) {
	h := onDisk(t)
	v, zipped, _, _ := h.archived(Checkable)
	u := unpack(t, zipped)
	opened := func(zipped []byte) *Archive {
		a, err := ReadArchive(bytes.NewReader(zipped), int64(len(zipped)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	states := strings.SplitAfter(string(u.files[fileCheckpoints]), "\n")
	var first stateLine
	if err := strict([]byte(states[0]), &first); err != nil {
		t.Fatal(err)
	}
	begun := u.with(fileEntries, u.files[fileEntries][:first.Size*ledger.Size]).with(fileCheckpoints, []byte(states[0]))
	if ok, said := verified(t, zipped, Asked{Older: opened(begun.pack(t))}); !ok || !strings.Contains(said, "begins with the") {
		t.Errorf("an earlier archive:\n%s", said)
	}
	if ok, said := verified(t, zipped, Asked{Older: opened(zipped)}); !ok {
		t.Errorf("the archive itself:\n%s", said)
	}
	// The same votes in another order, signed by the same key: two ledgers were shown.
	entries := slices.Concat(u.files[fileEntries][32:64], u.files[fileEntries][:32], u.files[fileEntries][64:first.Size*ledger.Size])
	a := opened(u.with(fileEntries, entries).pack(t))
	other, err := a.readEntries()
	if err != nil {
		t.Fatal(err)
	}
	state, _ := other.tree.Checkpoint(v.Origin)
	note, _ := state.Sign(h.signer)
	forked := u.with(fileEntries, entries).with(fileCheckpoints, append(plainJSON(stateLine{state.Size, first.At, string(note)}), '\n'))
	fails(t, "an archive that is no beginning", zipped, Asked{Older: opened(forked.pack(t))}, "not the beginning of this one")
	_, foreign, _, _ := h.archived(Checkable)
	fails(t, "an archive of another vote", zipped, Asked{Older: opened(foreign)}, "another vote")
}

func TestSealedTampering(t *testing.T) {
	h := onDisk(t)
	v, zipped, _, _ := h.archived(Sealed)
	u := unpack(t, zipped)
	if strings.Contains(string(u.files[fileBallots]), "nonce") || strings.Contains(string(u.files[fileCSV]), "-") {
		t.Error("the sealed ballots have nonces or receipts")
	}
	lines := strings.SplitAfter(string(u.files[fileBallots]), "\n")
	counted := strings.SplitAfter(string(u.files[fileCounted]), "\n")
	fails(t, "a ballot dropped", u.with(fileBallots, []byte(strings.Join(lines[1:], ""))).resigned(t, h, v.Origin), Asked{}, "39 ballots, and 40 commitments")
	fails(t, "a ballot added", u.with(fileBallots, []byte(lines[0]+strings.Join(lines, ""))).resigned(t, h, v.Origin), Asked{}, "41 ballots, and 40 commitments")
	fails(t, "both dropped", u.with(fileBallots, []byte(strings.Join(lines[1:], ""))).with(fileCounted, []byte(strings.Join(counted[1:], ""))).resigned(t, h, v.Origin), Asked{}, "are not the")
	fails(t, "a ballot of a checkable vote", u.with(fileBallots, []byte(`{"commitment":"`+strings.TrimSpace(counted[0])+`","nonce":"`+strings.TrimSpace(counted[0])+`","ballot":[[],[]]}`+"\n")).resigned(t, h, v.Origin), Asked{}, "ballots are sealed")
}
