package vote

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"tequio/app/ledger"
	"tequio/app/thing"
)

// BenchmarkVerifyMillion verifies the archive of a budget of 300 projects on which a million people each
// approved up to twenty, nearly every ballot being unlike all others.
//
//	TEQUIO_TEST_MILLION=1 go test ./app/vote -run - -bench VerifyMillion -benchtime 1x -cpu 2
func BenchmarkVerifyMillion(b *testing.B) {
	n := 20_000
	if os.Getenv("TEQUIO_TEST_MILLION") != "" {
		n = 1_000_000
	}
	name := filepath.Join(b.TempDir(), "archive.zip")
	key := writeLarge(b, name, n)
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB-archive")
	runtime.GC()
	b.ResetTimer()
	for range b.N {
		start := time.Now()
		ok, err := Verify(f, info.Size(), Asked{Key: key}, func(f Finding) { b.Log(time.Since(start).Round(time.Millisecond), f.Verdict, f.Text) })
		if !ok || err != nil {
			b.Fatal("not verified", err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB-memory")
}

// writeLarge writes an archive of n ballots as WriteArchive would, without a database, and returns its key.
func writeLarge(b *testing.B, name string, n int) string {
	b.Helper()
	q := Question{Form: Projects, Rule: "greedy/1", Seats: 1, Most: 20, Budget: 5_000_000_00, Currency: "MXN", Ties: "cost,votes", Blank: true, Params: Params{Decimals: 2}}
	for i := range 300 {
		q.Options = append(q.Options, Option{Code: "proyecto-" + strconv.Itoa(i), Title: "Proyecto " + strconv.Itoa(i), Cost: int64(20_000_00 + i*1_000_00)})
	}
	v := Vote{Thing: thing.Thing{ID: 7, Slug: "grande", Title: "Grande", Lang: "es"}, Origin: "pueblo.example/votes/grande", Disclosure: Checkable, Questions: []Question{q}}
	v.Rules, v.RulesSum = v.Sheet()
	random := rand.New(rand.NewPCG(1, 2))
	ballots := make([]Published, n)
	counts := make(map[string]int64, n)
	for i := range ballots {
		marks := make([]Mark, random.IntN(21))
		for k, o := range random.Perm(300)[:len(marks)] {
			marks[k] = Mark{q.Options[o].Code, 1}
		}
		content := Ballot{marks}.canonical(v.Questions)
		nonce := binary.BigEndian.AppendUint64(make([]byte, 24), uint64(i))
		ballots[i] = Published{ledger.Commit(7, [32]byte(nonce), content), nonce, content}
		counts[string(content)]++
	}
	slices.SortFunc(ballots, func(x, y Published) int { return bytes.Compare(x.Commitment[:], y.Commitment[:]) })
	signer := ledger.NewKey()
	key, err := signer.Public(v.Origin)
	if err != nil {
		b.Fatal(err)
	}
	result := Result{Ballots: int64(n), Entries: int64(n), Turnout: []Sum{{1, online, int64(n)}}}
	if result.Questions, err = v.count(counts, "", nil); err != nil {
		b.Fatal(err)
	}
	tree := ledger.Open(ledger.Memory{}, 0)
	var entries, states []byte
	for chunk := range slices.Chunk(ballots, 5000) {
		var batch [][ledger.Size]byte
		for _, p := range chunk {
			batch, entries = append(batch, p.Commitment), append(entries, p.Commitment[:]...)
		}
		if err := tree.Append(batch); err != nil {
			b.Fatal(err)
		}
		state, _ := tree.Checkpoint(v.Origin)
		note, err := state.Sign(signer)
		if err != nil {
			b.Fatal(err)
		}
		states = fmt.Appendf(states, "%s\n", plainJSON(stateLine{state.Size, "", string(note)}))
	}
	out, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	to := bufio.NewWriter(out)
	a := &archiver{v: v, zip: zip.NewWriter(to)}
	h := head{Format: archiveFormat, Vote: "7", Slug: v.Slug, Origin: v.Origin, Key: key, RulesSum: hex.EncodeToString(v.RulesSum)}
	for _, f := range []struct {
		name    string
		content []byte
	}{{fileHead, indented(h)}, {fileRules, []byte(v.Rules)}, {fileVoided, nil}, {fileSeen, nil}, {fileEntries, entries}, {fileCheckpoints, states}, {fileResult, []byte(encoded(result))}} {
		if err := a.put(f.name, f.content); err != nil {
			b.Fatal(err)
		}
	}
	err = a.add(fileBallots, func(w io.Writer) error {
		for _, p := range ballots {
			if _, err := w.Write(append(p.line(nil), '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = a.sign(signer)
	}
	if err == nil {
		err = a.zip.Close()
	}
	if err == nil {
		err = to.Flush()
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return key
}
