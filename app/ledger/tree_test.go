package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// numbered returns n different entries.
func numbered(n int) [][Size]byte {
	entries := make([][Size]byte, n)
	for i := range entries {
		entries[i] = Commit(1, [32]byte{}, binary.BigEndian.AppendUint32(nil, uint32(i)))
	}
	return entries
}

// root is RFC 6962, section 2.1, word for word.
func root(d [][Size]byte) tlog.Hash {
	switch len(d) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, d[0][:]...))
	}
	k := 1
	for 2*k < len(d) {
		k *= 2
	}
	left, right := root(d[:k]), root(d[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func grown(t testing.TB, entries [][Size]byte) *Tree {
	t.Helper()
	tree := Open(Memory{}, 0)
	if err := tree.Append(entries); err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestRootIsThatOfRFC6962(t *testing.T) {
	entries := numbered(1100)
	tree := grown(t, entries)
	for _, n := range []int64{0, 1, 2, 3, 4, 5, 7, 8, 9, 127, 128, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1100} {
		got, err := tree.Root(n)
		if want := root(entries[:n]); err != nil || got != want {
			t.Errorf("root of %d: %v, %v; want %v", n, got, err, want)
		}
	}
}

// However the entries come in batches, and however often the tree is opened
// anew, the tiles are the same bytes, and proofs verify with tlog's checkers.
func TestProofsVerify(t *testing.T) {
	all := numbered(2000)
	rapid.Check(t, func(t *rapid.T) {
		store, size := Memory{}, int64(0)
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 600), 1, 4).Draw(t, "batches") {
			n = min(n, len(all)-int(size))
			if err := Open(store, size).Append(all[size : size+int64(n)]); err != nil {
				t.Fatal(err)
			}
			size += int64(n)
		}
		if size == 0 {
			return
		}
		tree := Open(store, size)
		now := rapid.Int64Range(1, size).Draw(t, "now")
		before := rapid.Int64Range(1, now).Draw(t, "before")
		index := rapid.Int64Range(0, now-1).Draw(t, "index")
		nowRoot, err1 := tree.Root(now)
		beforeRoot, err2 := tree.Root(before)
		inclusion, err3 := tree.Inclusion(index, now)
		consistency, err4 := tree.Consistency(before, now)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if nowRoot != root(all[:now]) {
			t.Fatalf("root of %d", now)
		}
		if err := tlog.CheckRecord(inclusion, now, nowRoot, index, tlog.RecordHash(all[index][:])); err != nil {
			t.Fatalf("entry %d of %d: %v", index, now, err)
		}
		if err := tlog.CheckTree(consistency, now, nowRoot, before, beforeRoot); err != nil {
			t.Fatalf("%d in %d: %v", before, now, err)
		}
		if tlog.CheckRecord(inclusion, now, nowRoot, index, tlog.RecordHash([]byte("another"))) == nil {
			t.Fatal("another entry passes")
		}
	})
}

// served reads a log as a stranger does, tile by tile.
type served struct {
	tree *Tree
	read int
}

func (s *served) Height() int                     { return tileHeight }
func (s *served) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, at := range tiles {
		path := Tile{Level: at.L, N: at.N, Width: at.W}.Path()
		asked, err := ParseTile(path)
		if err != nil {
			return nil, err
		}
		if data[i], err = s.tree.Tile(asked); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		s.read++
	}
	return data, nil
}

func TestStrangersProveFromTilesAlone(t *testing.T) {
	entries := numbered(70000)
	tree := grown(t, entries)
	for _, size := range []int64{1, 255, 256, 257, 65535, 65536, 65537, 70000} {
		head, err := tree.Root(size)
		if err != nil {
			t.Fatal(err)
		}
		s := &served{tree: tree}
		reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: head}, s)
		for _, index := range []int64{0, size / 2, size - 1} {
			p, err := tlog.ProveRecord(size, index, reader)
			if err != nil {
				t.Fatalf("entry %d of %d: %v", index, size, err)
			}
			if err := tlog.CheckRecord(p, size, head, index, tlog.RecordHash(entries[index][:])); err != nil {
				t.Error(err)
			}
		}
		if s.read == 0 && size > 1 {
			t.Error("no tile was read")
		}
	}
}

// The example of C2SP tlog-tiles: 273 full tiles and one of 112 at level 0, one
// full and one of 17 at level 1, one of 1 at level 2.
func TestTilesOfALog(t *testing.T) {
	entries := numbered(70000)
	tree := grown(t, entries)
	tiles := Tiles(70000)
	if len(tiles) != 274+274+2+1 {
		t.Fatalf("%d tiles", len(tiles))
	}
	last := map[string]bool{}
	for _, at := range tiles {
		if again, err := ParseTile(at.Path()); err != nil || again != at || !at.In(70000) {
			t.Fatalf("%+v has the path %s, which is %+v, %v", at, at.Path(), again, err)
		}
		last[at.Path()] = true
		if at.Entries {
			continue
		}
		data, err := tree.Tile(at)
		if err != nil || len(data) != 32*at.Width {
			t.Fatalf("%s: %d bytes, %v", at.Path(), len(data), err)
		}
		span := 1 << (8 * at.Level)
		for i := range min(at.Width, 3) {
			first := (int(at.N)*256 + i) * span
			if h := root(entries[first : first+span]); tlog.Hash(data[32*i:]) != h {
				t.Fatalf("%s: hash %d", at.Path(), i)
			}
		}
	}
	for _, path := range []string{"entries/000", "entries/273.p/112", "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1"} {
		if !last[path] {
			t.Errorf("no %s", path)
		}
	}
	if at := (Tile{Width: 113, N: 273}); at.In(70000) {
		t.Error("a wider tile than there is")
	}
	if _, err := tree.Tile(Tile{Level: 1, N: 1, Width: 18}); err == nil {
		t.Error("a hash that is not there is served")
	}
}

func TestPathsThatAreNoTiles(t *testing.T) {
	for _, path := range []string{"", "0", "0/", "0/0", "0/000.p/0", "0/000.p/256", "0/000.p/", "0/000.p", "00/000", "8/000", "64/000", "-1/000",
		"data/000", "entries", "entries/00", "0/x000/000", "0/000/000", "0/x001", "0/../000", "0/000?x", "0/x999/x999/x999/x999/x999/x999/x999/999",
		"+1/000", "1/+00", "0/000.p/+1", "0/000.p/01", "entries/data/000", "0//000", "0/000/"} {
		if at, err := ParseTile(path); err == nil {
			t.Errorf("%q is %+v", path, at)
		}
	}
}

func FuzzParseTile(f *testing.F) {
	f.Add("0/x001/234.p/17")
	f.Add("entries/000")
	f.Fuzz(func(t *testing.T, path string) {
		if at, err := ParseTile(path); err == nil && at.Path() != path {
			t.Errorf("%q is %+v, whose path is %q", path, at, at.Path())
		}
	})
}

func TestBundle(t *testing.T) {
	entries := numbered(256)
	b := Bundle(entries)
	if got, err := ParseBundle(b); err != nil || !slices.Equal(got, entries) || b[0] != 0 || b[1] != 32 {
		t.Errorf("ParseBundle: %v", err)
	}
	for _, bad := range [][]byte{b[1:], b[:33], append(slices.Clone(b), b[:34]...), append([]byte{0, 31}, b[2:34]...)} {
		if _, err := ParseBundle(bad); err == nil {
			t.Errorf("%d bytes pass", len(bad))
		}
	}
}

// What an append left that was given up does no harm, and what is missing is
// noticed.
func TestStorageThatIsNotAsItShouldBe(t *testing.T) {
	entries := numbered(600)
	store := Memory{}
	Open(store, 0).Append(entries[:300])
	Open(store, 300).Append(numbered(290)) // never committed: the size stays 300
	tree := Open(store, 300)
	if err := tree.Append(entries[300:]); err != nil {
		t.Fatal(err)
	}
	if got, err := tree.Root(600); err != nil || got != root(entries) {
		t.Errorf("after a left-over: %v", err)
	}
	store.SetTile(0, 2, nil)
	if err := Open(store, 600).Append(entries[:1]); err == nil {
		t.Error("appended to a log that lacks a tile")
	}
	if _, err := tree.Root(600); err == nil {
		t.Error("the root of a log that lacks a tile")
	}
	for _, err := range []error{second(tree.Root(601)), second(tree.Root(-1)), second(tree.Inclusion(600, 600)), second(tree.Inclusion(0, 601)),
		second(tree.Consistency(0, 5)), second(tree.Consistency(6, 5)), second(tree.Consistency(5, 601))} {
		if err == nil {
			t.Error("beyond the log's end")
		}
	}
}

func second[T any](_ T, err error) error { return err }

type failing struct{ Memory }

func (failing) SetTile(int, int64, []byte) error { return errors.New("disk full") }

func TestAppendThatFailsKeepsTheSize(t *testing.T) {
	tree := Open(failing{Memory{}}, 0)
	if err := tree.Append(numbered(300)); err == nil || tree.Size() != 0 {
		t.Errorf("size %d, %v", tree.Size(), err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{16, 1000, 100000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			entries := numbered(batch)
			tree := Open(Memory{}, 0)
			for b.Loop() {
				if err := tree.Append(entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/entry")
		})
	}
}

func BenchmarkInclusion(b *testing.B) {
	tree := grown(b, numbered(100000))
	random := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		if _, err := tree.Inclusion(random.Int64N(100000), 100000); err != nil {
			b.Fatal(err)
		}
	}
}
