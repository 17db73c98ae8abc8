package ledger

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Tile names a tile, or the bundle of the entries below a tile of level 0, as
// in C2SP tlog-tiles.
type Tile struct {
	Entries bool  // the entries themselves
	Level   int   // 0 to 7 in a log of any size that a vote can have; 0 for entries
	N       int64 // place within the level
	Width   int   // hashes or entries in it: 1 to 256; less than 256 for a partial one
}

// maxLevel is the highest level that can have a tile: 256^8 entries are more
// than an int64 counts.
const maxLevel = 7

// ParseTile reads the path that follows ".../tile/": "0/x001/234", "1/000.p/17",
// "entries/000". Anything else than the one spelling of a tile is refused.
func ParseTile(path string) (Tile, error) {
	bad := fmt.Errorf("%.60q is no tile", path)
	level, rest, _ := strings.Cut(path, "/")
	switch {
	case len(path) > 60 || level == "data":
		return Tile{}, bad
	case level == "entries":
		level = "data"
	}
	at, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s/%s", tileHeight, level, rest))
	if err != nil || at.L > maxLevel || at.N < 0 {
		return Tile{}, bad
	}
	return Tile{Entries: at.L < 0, Level: max(at.L, 0), N: at.N, Width: at.W}, nil
}

// Path returns the path that ParseTile reads.
func (t Tile) Path() string {
	at := tlog.Tile{H: tileHeight, L: t.Level, N: t.N, W: t.Width}
	if t.Entries {
		at.L = -1
	}
	path := strings.TrimPrefix(at.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return strings.Replace(path, "data/", "entries/", 1)
}

// In reports whether a log of the given size has the tile.
func (t Tile) In(size int64) bool {
	if t.Level < 0 || t.Level > maxLevel || t.N < 0 || t.Width < 1 || t.Width > tileWidth {
		return false
	}
	count := size >> (tileHeight * t.Level)
	return t.N < count/tileWidth || t.N == count/tileWidth && int64(t.Width) <= count%tileWidth
}

// First returns the index of the first entry of a bundle; it has Width of them.
func (t Tile) First() int64 { return t.N * tileWidth }

// Tile returns the bytes to serve for a tile of hashes. Pass only what the
// last published checkpoint covers: see Tile.In.
func (t *Tree) Tile(at Tile) ([]byte, error) {
	if at.Entries || !at.In(t.size) {
		return nil, errBeyond
	}
	data, err := t.store.Tile(at.Level, at.N)
	if err != nil {
		return nil, err
	}
	want := at.Width * tlog.HashSize
	if len(data) < want {
		return nil, shortTile(at.Level, at.N, len(data), want)
	}
	return data[:want:want], nil
}

// Tiles returns the tiles that a log of the given size consists of, the
// bundles of entries first: what an archive holds.
func Tiles(size int64) []Tile {
	var tiles []Tile
	add := func(entries bool, level int) {
		count := size >> (tileHeight * level)
		for n := range count / tileWidth {
			tiles = append(tiles, Tile{entries, level, n, tileWidth})
		}
		if rest := count % tileWidth; rest > 0 {
			tiles = append(tiles, Tile{entries, level, count / tileWidth, int(rest)})
		}
	}
	add(true, 0)
	for level := 0; level <= maxLevel && size>>(tileHeight*level) > 0; level++ {
		add(false, level)
	}
	return tiles
}

// Bundle returns the bytes to serve for a bundle of entries: each with its
// length, in two bytes, before it.
func Bundle(entries [][Size]byte) []byte {
	b := make([]byte, 0, len(entries)*(2+Size))
	for _, e := range entries {
		b = binary.BigEndian.AppendUint16(b, Size)
		b = append(b, e[:]...)
	}
	return b
}

// ParseBundle reads a bundle of at most 256 entries back.
func ParseBundle(data []byte) ([][Size]byte, error) {
	if len(data)%(2+Size) != 0 || len(data) > tileWidth*(2+Size) {
		return nil, fmt.Errorf("a bundle of %d bytes", len(data))
	}
	entries := make([][Size]byte, 0, len(data)/(2+Size))
	for ; len(data) > 0; data = data[2+Size:] {
		if n := binary.BigEndian.Uint16(data); n != Size {
			return nil, fmt.Errorf("an entry of %d bytes", n)
		}
		entries = append(entries, [Size]byte(data[2:2+Size]))
	}
	return entries, nil
}
