package instance

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/geo"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Map is the town's shape: its places' boundaries, matched with the settings. A nil Map is that of
// an instance that has none: nothing is in it.
type Map struct {
	Version  string // changes with the boundaries and with the places
	Box      geo.Box
	Places   []Region // those with a boundary, in the order of the settings
	Missing  []Term   // places without one
	Others   []Region // areas that are no place: they belong to the town all the same
	Lines    []geo.Line
	Property string // by which the file names its places
}

// A Region is an area with its name.
type Region struct {
	Key   string // of the place; "" where it is none
	Name  string // as the file has it, where it is no place
	Area  geo.Area
	Box   geo.Box
	Inner geo.Point // well inside
}

// Holds reports whether a point lies in the town.
func (m *Map) Holds(p geo.Point) bool {
	if m == nil || !m.Box.Holds(p) {
		return false
	}
	_, ok := m.regionAt(p)
	return ok
}

// PlaceAt returns the key of the place that a point lies in, "" for none.
func (m *Map) PlaceAt(p geo.Point) string {
	if m == nil {
		return ""
	}
	r, _ := m.regionAt(p)
	return r.Key
}

func (m *Map) regionAt(p geo.Point) (Region, bool) {
	for _, all := range [][]Region{m.Places, m.Others} {
		for _, r := range all {
			if r.Box.Holds(p) && r.Area.Contains(p) {
				return r, true
			}
		}
	}
	return Region{}, false
}

// Place returns the region of the place with a key.
func (m *Map) Place(key string) (Region, bool) {
	if m != nil && key != "" {
		for _, r := range m.Places {
			if r.Key == key {
				return r, true
			}
		}
	}
	return Region{}, false
}

// mapKept bounds the boundaries as they are kept, in bytes: finer ones are simplified first.
const mapKept = 400_000

// mapKey is the row of the setting table that holds the boundaries as GeoJSON; "" when there are none.
const mapKey = "map"

// ReadBoundaries reads an administrator's GeoJSON and returns it as it is kept: with no more points
// than maps need. Faults on "file": map.file.WHAT, with the number of the feature (n) where one is
// meant; the words are those of geo.
func ReadBoundaries(b []byte) (kept []byte, err error) {
	features, err := geo.Read(b)
	if p := (*geo.Problem)(nil); errors.As(err, &p) {
		return nil, fault.On("file", "map.file."+p.What, "n", p.Feature)
	}
	for tolerance := 1.0; ; tolerance *= 2 {
		if kept = geo.Write(features); len(kept) <= mapKept {
			return kept, nil
		}
		areas := make([]geo.Area, len(features))
		for i, f := range features {
			areas[i] = f.Area
		}
		areas = geo.Simplify(areas, tolerance)
		for i := range features {
			features[i].Area = areas[i]
			for j, l := range features[i].Lines {
				features[i].Lines[j] = geo.SimplifyLine(l, tolerance)
			}
		}
		if tolerance > geo.Degree {
			return nil, fault.On("file", "map.file."+geo.TooMany, "n", 0)
		}
	}
}

// NewMap matches boundaries with places. Boundaries that cannot be read make no map.
func NewMap(kept []byte, places []Term) *Map {
	features, err := geo.Read(kept)
	if err != nil {
		return nil
	}
	named, sum := []geo.Named{}, sha256.New()
	sum.Write(kept)
	for _, p := range places {
		one := geo.Named{Key: p.Key}
		for _, name := range p.Names {
			one.Names = append(one.Names, name)
		}
		named = append(named, one)
		sum.Write([]byte(p.Key + "\x00"))
	}
	match := geo.Pair(features, named, text.Slug)
	m := &Map{Box: geo.Nowhere, Property: match.Property, Version: fmt.Sprintf("%x", sum.Sum(nil)[:6])}
	region := func(i int, key string) Region {
		a := features[i].Area
		m.Box = m.Box.Join(a.Box())
		return Region{key, match.Name(features[i]), a, a.Box(), a.Inner()}
	}
	for _, p := range places {
		if i, ok := match.Places[p.Key]; ok {
			m.Places = append(m.Places, region(i, p.Key))
		} else {
			m.Missing = append(m.Missing, p)
		}
	}
	for _, i := range match.Rest {
		m.Others = append(m.Others, region(i, ""))
	}
	for _, f := range features {
		m.Lines = append(m.Lines, f.Lines...)
	}
	return m
}

// boundaries are the instance's own, as last read, and the map made of them for some settings.
type boundaries struct {
	kept atomic.Pointer[[]byte]
	made atomic.Pointer[madeMap]
}

type madeMap struct {
	settings int64
	kept     *[]byte
	m        *Map
}

// Map is the town's map, nil when there is none. It must not be changed.
func (s *Service) Map() *Map {
	kept, set := s.bounds.kept.Load(), s.Current()
	if kept == nil || len(*kept) == 0 {
		return nil
	}
	if made := s.bounds.made.Load(); made != nil && made.kept == kept && made.settings == set.Version {
		return made.m
	}
	m := NewMap(*kept, set.Places)
	s.bounds.made.Store(&madeMap{set.Version, kept, m})
	return m
}

// reloadMap reads the boundaries again where they changed.
func (s *Service) reloadMap(tx *db.Tx) error {
	value, err := Kept(tx, mapKey)
	if err != nil {
		return err
	}
	if old := s.bounds.kept.Load(); old == nil || string(*old) != value {
		kept := []byte(value)
		s.bounds.kept.Store(&kept)
	}
	return nil
}

// SetMap replaces the boundaries by those that ReadBoundaries returned; none take the map away.
func (s *Service) SetMap(ctx context.Context, a identity.Actor, kept []byte) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		return s.StoreMap(tx, a.ID, kept)
	})
}

// StoreMap is SetMap without asking who.
func (s *Service) StoreMap(tx *db.Tx, who identity.ID, kept []byte) error {
	if err := Keep(tx, mapKey, string(kept)); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.bounds.kept.Store(&kept) })
	return thing.Record(tx, who, "instance.map", 0, "")
}

// Boundaries are the map as it is kept: GeoJSON, nothing where there is none.
func (s *Service) Boundaries() []byte {
	if kept := s.bounds.kept.Load(); kept != nil {
		return *kept
	}
	return nil
}
