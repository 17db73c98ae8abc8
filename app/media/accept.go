package media

import (
	"bytes"
	"mime"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"tequio/app/fault"

	"github.com/gabriel-vasile/mimetype"
)

// A form is a type of file that is taken: its ending, and what names may say besides.
type form struct {
	mime, ending string
	also         []string // other endings that names of such files have
	check        func(data []byte) bool
}

// forms are the allow-list. Images are named by what they were; they become JPEG or PNG.
var forms = []form{
	{"image/jpeg", ".jpg", []string{".jpeg", ".jpe", ".jfif"}, nil},
	{"image/png", ".png", nil, nil},
	{"image/webp", ".webp", nil, nil},
	{"image/gif", ".gif", nil, nil},
	{"application/pdf", ".pdf", nil, func(b []byte) bool { return bytes.HasPrefix(b, []byte("%PDF-")) }},
	{"text/plain", ".txt", []string{".md", ".text", ".log"}, plainText},
	{"text/csv", ".csv", []string{".tsv"}, plainText},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", nil, office("word/document.xml")},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", nil, office("xl/workbook.xml")},
	{"application/vnd.oasis.opendocument.text", ".odt", nil, openDocument},
	{"application/vnd.oasis.opendocument.spreadsheet", ".ods", nil, openDocument},
}

// Types are the types of file that are kept, for pages that say what may be sent.
func Types() []string {
	var all []string
	for _, f := range forms {
		all = append(all, f.mime)
	}
	return all
}

// Endings are what the browser's file chooser offers.
func Endings() string {
	var all []string
	for _, f := range forms {
		all = append(append(all, f.ending), f.also...)
	}
	return strings.Join(all, ",")
}

// Accepted is a file that may be kept: its bytes are no longer those that were sent if it is an image.
type Accepted struct {
	Name          string
	Type          string
	Data          []byte
	Width, Height int
}

// Accept decides by its bytes whether a file may be kept, and as what. The faults: media.empty,
// media.large, media.type (not on the list), media.name (the name says something else), media.image
// (broken, or more than MegaPixels).
func Accept(name string, data []byte) (Accepted, error) {
	switch {
	case len(data) == 0:
		return Accepted{}, refuse("media.empty", name)
	case len(data) > FileMost:
		return Accepted{}, refuse("media.large", name, "max", FileMost>>20)
	}
	f, ok := formOf(name, data)
	if !ok {
		return Accepted{}, refuse("media.type", name)
	}
	if !f.fits(name) {
		return Accepted{}, refuse("media.name", name)
	}
	if strings.HasPrefix(f.mime, "image/") {
		return redraw(name, data)
	}
	return Accepted{Name: cleanName(name, f.endingOf(name)), Type: f.mime, Data: data}, nil
}

func refuse(key, name string, args ...any) error {
	return fault.New(fault.Invalid, key, append([]any{"name", cleanName(name, path.Ext(path.Base(strings.ReplaceAll(name, `\`, "/"))))}, args...)...)
}

// formOf tells what the bytes are. A table and a plain text look alike, so there the name decides.
func formOf(name string, data []byte) (form, bool) {
	kind, _, err := mime.ParseMediaType(mimetype.Detect(data).String())
	if err != nil {
		return form{}, false
	}
	ending := strings.ToLower(path.Ext(name))
	if kind == "text/plain" || kind == "text/csv" || kind == "text/tab-separated-values" {
		kind = "text/plain"
		if ending == ".csv" || ending == ".tsv" {
			kind = "text/csv"
		}
	}
	i := slices.IndexFunc(forms, func(f form) bool { return f.mime == kind })
	if i < 0 && bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		// Office files whose parts come in an unusual order are told by what they must contain.
		i = slices.IndexFunc(forms, func(f form) bool {
			return f.ending == ending && f.check != nil && ending != ".pdf" && f.mime[:5] != "text/"
		})
	}
	if i < 0 || forms[i].check != nil && !forms[i].check(data) {
		return form{}, false
	}
	return forms[i], true
}

// fits reports whether the name's ending is the form's, or says nothing. Images may go under each
// other's endings, since all are drawn anew.
func (f form) fits(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	i := slices.IndexFunc(forms, func(o form) bool { return o.ending == ending || slices.Contains(o.also, ending) })
	if i < 0 {
		return ending == ""
	}
	return forms[i].mime == f.mime || strings.HasPrefix(forms[i].mime, "image/") && strings.HasPrefix(f.mime, "image/")
}

func (f form) endingOf(name string) string {
	if ending := strings.ToLower(path.Ext(name)); slices.Contains(f.also, ending) {
		return ending
	}
	return f.ending
}

// plainText is text in UTF-8, or in an older code page, but nothing that a program reads.
func plainText(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		return false
	}
	head := bytes.ToLower(bytes.TrimLeft(data[:min(len(data), 1024)], "\ufeff \t\r\n"))
	for _, mark := range []string{"<!doctype", "<html", "<script", "<svg", "<?xml", "<?php", "#!", "%pdf"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return false
		}
	}
	if utf8.Valid(data) {
		return true
	}
	for _, b := range data {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			return false
		}
	}
	return true
}
