// Package media keeps the files that people attach to things. What a file is, its bytes say and not
// its name; images are drawn anew, so that nothing rides along with them (place, camera, scripts);
// everything else is handed out as a download from a place where nothing runs.
package media

import (
	"io"
	"path"
	"strings"
	"time"

	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// The limits, in bytes and files. Pages tell them before, faults after.
const (
	FileMost  = 10 << 20 // of one file
	TotalMost = 25 << 20 // of all files of one request
	CountMost = 5        // files of one thing
)

// MegaPixels is how large an image may be, in millions of pixels.
const MegaPixels = 40

// Logo is the Use of the instance's own sign, which belongs to no thing and is everybody's to see.
const Logo = "logo"

// File is something attached to a thing, as it is kept.
type File struct {
	ID            int64
	Thing         thing.ID // 0: not attached yet
	Person        identity.ID
	Name          string // as people see and save it; its ending fits Type
	Type          string // one of Types, without parameters
	Size          int64  // bytes
	SHA256        []byte // of the bytes as they are kept and handed out
	Storage       string // random: the name in the folder and in the address
	Alt           string // what an image shows, for those who do not see it
	Width, Height int64  // of images, pixels
	Use           string // what it is to its thing, in the words of the thing's room
	At            time.Time
}

// Image reports whether browsers may show the file within a page.
func (f File) Image() bool { return strings.HasPrefix(f.Type, "image/") }

// Path is the file's address on this site. The name at its end is what a browser saves it as.
func (f File) Path() string {
	return "/files/" + f.Storage + "/" + text.Slug(stem(f.Name)) + path.Ext(f.Name)
}

// An Upload is a file as a person sent it: nothing about it is believed yet.
type Upload struct {
	Name string
	Alt  string
	Size int64 // bytes, as the request counted them
	Open func() (io.ReadCloser, error)
}

// Bytes is an upload of bytes at hand.
func Bytes(name, alt string, data []byte) Upload {
	return Upload{name, alt, int64(len(data)), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(data))), nil }}
}

// nameMost bounds a file's name, in runes, without its ending.
const nameMost = 80

// cleanName is the last part of what a browser sent as the name, with the ending of the file's type.
func cleanName(name, ending string) string {
	name = strings.ReplaceAll(text.Line(name), `\`, "/")
	base := stem(path.Base("/" + name))
	base = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*%;`, r) {
			return '-'
		}
		return r
	}, strings.Trim(base, "./ "))
	if r := []rune(base); len(r) > nameMost {
		base = strings.TrimSpace(string(r[:nameMost]))
	}
	if base == "" {
		base = "archivo"
	}
	return base + ending
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }
