// Package static holds what browsers load besides pages: the style sheet, the
// fonts, the icons and the small scripts. It knows nothing of how they are
// served. Files name each other by relative addresses, so they must all be
// served under one common prefix; Version is meant to be part of it.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"sync"
)

// FS holds every served file by its path within static/, for example
// "civic.css", "icons.svg", "js/site.js", "fonts/public-sans-latin.woff2".
//
//go:embed icon.svg civic.css tiles.svg strip.svg icons.svg htmx.min.js js/*.js fonts
//go:embed *-LICENSE.txt VENDORED.md
var FS embed.FS

// Version is the first 12 hexadecimal digits of a SHA-256 over all files and
// their names: it changes exactly when any of them does, so that addresses
// that contain it may be cached for ever.
var Version = sync.OnceValue(func() string {
	sum := sha256.New()
	err := fs.WalkDir(FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := FS.ReadFile(path)
		if err != nil {
			return err
		}
		each := sha256.Sum256(content)
		sum.Write([]byte(path))
		sum.Write(each[:])
		return nil
	})
	if err != nil {
		panic("static: the embedded files cannot be read: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
})
