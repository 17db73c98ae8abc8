package demo

import (
	"io/fs"
	"math"
	"time"

	"tequio/app/db"
	"tequio/app/instance"
	"tequio/app/thing"
)

// mapFile is map.toml: where some of the proposals are, in degrees.
type mapFile struct {
	Proposals map[string][2]float64 `toml:"proposal"`
}

// planMap plans the town's boundaries, and notes where its proposals are.
func (t *town) planMap(files fs.FS, _ time.Time) error {
	f, err := read[mapFile](files, "map.toml")
	if err != nil {
		return err
	}
	t.point = map[string]thing.Point{}
	for slug, at := range f.Proposals {
		t.point[slug] = thing.Point{Lat: int64(math.Round(at[0] * 1e6)), Lon: int64(math.Round(at[1] * 1e6))}
	}
	b, err := fs.ReadFile(files, "places.geojson")
	if err != nil {
		return err
	}
	kept, err := instance.ReadBoundaries(b)
	if err != nil {
		return err
	}
	t.then(t.when(founded), func(tx *db.Tx) error { return t.Instance.StoreMap(tx, 0, kept) })
	return nil
}
