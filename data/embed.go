// Package data carries the files that Tequio reads at run time and ships
// inside its binary. It knows where they lie, not what they mean.
package data

import (
	"embed"
	"io/fs"
)

//go:embed locales
var locales embed.FS

// Locales returns the message catalogues: a folder for each language (es, en),
// each with any number of flat JSON files, as i18n.Load reads them.
func Locales() fs.FS { return within(locales, "locales") }

//go:embed demo/*.toml demo/*.geojson demo/*.png demo/*.csv
var demo embed.FS

// Demo returns the files of the demo town, TOML, GeoJSON, pictures and tables; data/demo/README.md says what
// each of their fields means.
func Demo() fs.FS { return within(demo, "demo") }

// within returns the folder of an embedded file system. The folder is named in
// an embed directive above, so its absence would not have compiled.
func within(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err)
	}
	return sub
}
