package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight // hashes in a full tile
)

// Storage keeps the hashes of one log, a tile to a row: at level l, the n-th
// tile holds up to 256 hashes of 32 bytes, one after the other, each of them
// the root of 256^l entries. What a partial tile holds stays the beginning of
// the full one, so that every tile that clients may ask for is the beginning
// of a stored one.
//
// Append reads and writes in the caller's transaction; nothing else is kept.
type Storage interface {
	// Tile returns a tile's bytes as last set; none, without an error, if it
	// was never set.
	Tile(level int, n int64) ([]byte, error)
	// SetTile replaces a tile's bytes.
	SetTile(level int, n int64, hashes []byte) error
}

// Memory is a Storage that forgets, for verification and for tests. The zero
// value is not usable: make it.
type Memory map[[2]int64][]byte

// Tile implements Storage.
func (m Memory) Tile(level int, n int64) ([]byte, error) { return m[[2]int64{int64(level), n}], nil }

// SetTile implements Storage.
func (m Memory) SetTile(level int, n int64, hashes []byte) error {
	m[[2]int64{int64(level), n}] = append([]byte(nil), hashes...)
	return nil
}

// Tree is a log's Merkle tree (RFC 6962, section 2.1) over its storage. It is a
// tlog.HashReader, so that the functions of that package work on it as well.
type Tree struct {
	store Storage
	size  int64
}

// Open returns the tree of the given number of entries.
func Open(store Storage, size int64) *Tree { return &Tree{store, size} }

// Size returns the number of entries.
func (t *Tree) Size() int64 { return t.size }

// Append adds entries in the order given; SortBatch comes first where the
// order could tell something. After an error the storage must be rolled back;
// the tree keeps its size.
func (t *Tree) Append(entries [][Size]byte) error {
	a := appending{store: t.store, size: t.size}
	for _, e := range entries {
		if err := a.add(0, tlog.RecordHash(e[:])); err != nil {
			return fmt.Errorf("append to a log of %d entries: %w", t.size, err)
		}
	}
	if err := a.flush(); err != nil {
		return fmt.Errorf("append to a log of %d entries: %w", t.size, err)
	}
	t.size += int64(len(entries))
	return nil
}

// appending holds the right edge of the tree while entries are added: at each
// level the one tile that is not full.
type appending struct {
	store Storage
	size  int64 // of the tree before
	edge  []edge
}

type edge struct {
	n      int64
	hashes []byte
	dirty  bool
}

func (a *appending) add(level int, h tlog.Hash) error {
	if level == len(a.edge) {
		if err := a.load(level); err != nil {
			return err
		}
	}
	e := &a.edge[level]
	e.hashes, e.dirty = append(e.hashes, h[:]...), true
	if len(e.hashes) < tileWidth*tlog.HashSize {
		return nil
	}
	if err := a.store.SetTile(level, e.n, e.hashes); err != nil {
		return err
	}
	root := rootOf(e.hashes)
	e.n, e.hashes, e.dirty = e.n+1, e.hashes[:0], false
	return a.add(level+1, root)
}

// load reads a level's unfinished tile. Bytes beyond the tree's size, left by
// an append that was given up, are cut off.
func (a *appending) load(level int) error {
	count := a.size >> (tileHeight * level)
	e := edge{n: count / tileWidth, hashes: make([]byte, 0, tileWidth*tlog.HashSize)}
	if want := int(count%tileWidth) * tlog.HashSize; want > 0 {
		stored, err := a.store.Tile(level, e.n)
		if err != nil {
			return err
		}
		if len(stored) < want {
			return shortTile(level, e.n, len(stored), want)
		}
		e.hashes = append(e.hashes, stored[:want]...)
	}
	a.edge = append(a.edge, e)
	return nil
}

func (a *appending) flush() error {
	for level, e := range a.edge {
		if !e.dirty {
			continue
		}
		if err := a.store.SetTile(level, e.n, e.hashes); err != nil {
			return err
		}
	}
	return nil
}

// rootOf returns the root over a full tile's hashes.
func rootOf(hashes []byte) tlog.Hash {
	var row [tileWidth]tlog.Hash
	for i := range row {
		row[i] = tlog.Hash(hashes[i*tlog.HashSize:])
	}
	for n := tileWidth / 2; n > 0; n /= 2 {
		for i := range n {
			row[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
	}
	return row[0]
}

func shortTile(level int, n int64, got, want int) error {
	return fmt.Errorf("tile %d of level %d holds %d bytes, %d are needed", n, level, got, want)
}

// ReadHashes returns stored hashes by their index; see tlog.HashReader.
func (t *Tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := map[[2]int64][]byte{}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		at := tlog.TileForIndex(tileHeight, index)
		key := [2]int64{int64(at.L), at.N}
		data, ok := read[key]
		if !ok {
			var err error
			if data, err = t.store.Tile(at.L, at.N); err != nil {
				return nil, err
			}
			read[key] = data
		}
		if want := at.W * tlog.HashSize; len(data) < want {
			return nil, shortTile(at.L, at.N, len(data), want)
		} else if h, err := tlog.HashFromTile(at, data[:want], index); err != nil {
			return nil, err
		} else {
			hashes[i] = h
		}
	}
	return hashes, nil
}

var errBeyond = errors.New("the log is not as long as that")

// Root returns the root of the tree of the first size entries; that of none is
// the hash of nothing.
func (t *Tree) Root(size int64) (tlog.Hash, error) {
	if size < 0 || size > t.size {
		return tlog.Hash{}, errBeyond
	}
	return tlog.TreeHash(size, t)
}

// Inclusion proves that the entry at index is in the tree of the first size
// entries. tlog.CheckRecord checks it.
func (t *Tree) Inclusion(index, size int64) (tlog.RecordProof, error) {
	if index < 0 || index >= size || size > t.size {
		return nil, errBeyond
	}
	return tlog.ProveRecord(size, index, t)
}

// Consistency proves that the tree of the first size entries begins with that
// of the first old ones. tlog.CheckTree checks it. An empty tree is the
// beginning of every other, which needs no proof and has none.
func (t *Tree) Consistency(old, size int64) (tlog.TreeProof, error) {
	if old < 1 || old > size || size > t.size {
		return nil, errBeyond
	}
	return tlog.ProveTree(size, old, t)
}
