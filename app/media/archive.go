package media

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
)

// What an office file may hold. Nothing is unpacked here, but those who open it will unpack it.
const (
	partsMost    = 5000
	unpackedMost = 300 << 20 // bytes, as the parts declare
	ratioMost    = 200       // unpacked to packed, of one part that is large unpacked
)

// office checks a file of the ECMA-376 family by the part it must have; one with programs is refused.
func office(main string) func([]byte) bool {
	return func(data []byte) bool {
		names, ok := parts(data)
		return ok && names["[content_types].xml"] && names[main] && !names["word/vbaproject.bin"] && !names["xl/vbaproject.bin"]
	}
}

// openDocument checks that the file is what its first part says it is.
func openDocument(data []byte) bool {
	names, ok := parts(data)
	if !ok || !names["content.xml"] || !names["mimetype"] {
		return false
	}
	for name := range names {
		if strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/") {
			return false
		}
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	f, err := r.Open("mimetype")
	if err != nil {
		return false
	}
	defer f.Close()
	kind, err := io.ReadAll(io.LimitReader(f, 100))
	s := strings.TrimSpace(string(kind))
	return err == nil && (s == "application/vnd.oasis.opendocument.text" || s == "application/vnd.oasis.opendocument.spreadsheet") &&
		bytes.Contains(data[:min(len(data), 200)], []byte(s))
}

// parts are the names in a zip file, in lower case; ok is false when it is broken, locked or a bomb.
func parts(data []byte) (names map[string]bool, ok bool) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, false
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(r.File) > partsMost {
		return nil, false
	}
	names = map[string]bool{}
	var total uint64
	for _, f := range r.File {
		total += f.UncompressedSize64
		large := f.UncompressedSize64 > 4<<20
		switch {
		case f.Flags&1 != 0, strings.Contains(f.Name, ".."), strings.HasPrefix(f.Name, "/"), strings.Contains(f.Name, `\`):
			return nil, false
		case total > unpackedMost, large && f.UncompressedSize64 > ratioMost*max(f.CompressedSize64, 1):
			return nil, false
		}
		names[strings.ToLower(f.Name)] = true
	}
	return names, true
}
