package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"tequio/app/fault"
)

func picture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), 40, 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withOrientation puts an EXIF segment that says how the camera was held, and where it was, after
// the beginning of a JPEG.
func withOrientation(jpg []byte, turn byte) []byte {
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	exif = append(exif, turn, 0, 0, 0, 0, 0, 0, 0)
	exif = append(exif, "GPS 19.35 -99.16"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{jpg[:2], segment, exif, jpg[2:]}, nil)
}

func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(files[i+1]))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipBomb(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			f.Write(make([]byte, 1<<20))
		}
	}
	w.Close()
	return b.Bytes()
}

const odtKind = "application/vnd.oasis.opendocument.text"

func TestAccept(t *testing.T) {
	jpg := jpegOf(t, 40, 30)
	docx := zipOf(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>")
	var animated bytes.Buffer
	if err := gif.Encode(&animated, picture(20, 10), nil); err != nil {
		t.Fatal(err)
	}
	pdf := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF")
	huge := bytes.Clone(pngOf(t, 4, 4))
	binary.BigEndian.PutUint32(huge[16:], 30_000) // says it is 30,000 × 30,000
	binary.BigEndian.PutUint32(huge[20:], 30_000)
	for name, x := range map[string]struct {
		file       string
		data       []byte
		kind, want string // or the fault
	}{
		"photograph":             {"Mi foto.JPG", jpg, "image/jpeg", "Mi foto.jpg"},
		"drawing":                {"plano.png", pngOf(t, 9, 9), "image/png", "plano.png"},
		"moving picture":         {"baile.gif", animated.Bytes(), "image/png", "baile.png"},
		"image, other ending":    {"foto.png", jpg, "image/jpeg", "foto.jpg"},
		"document":               {"bases.pdf", pdf, "application/pdf", "bases.pdf"},
		"no ending":              {"bases", pdf, "application/pdf", "bases.pdf"},
		"table":                  {"datos.csv", []byte("a,b\n1,2\n"), "text/csv", "datos.csv"},
		"table of an old system": {"datos.csv", []byte("a\xf1o,b\n1,2\n"), "text/csv", "datos.csv"},
		"text":                   {"notas.txt", []byte("Hola, ¿qué tal?\n"), "text/plain", "notas.txt"},
		"markdown":               {"notas.md", []byte("# Hola\n\nQué tal\n"), "text/plain", "notas.md"},
		"word":                   {"carta.docx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "carta.docx"},
		"excel":                  {"t.xlsx", zipOf(t, "[Content_Types].xml", "", "xl/workbook.xml", "<w/>"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "t.xlsx"},
		"opendocument":           {"a.odt", zipOf(t, "mimetype", odtKind, "content.xml", "<w/>"), odtKind, "a.odt"},
		"path in the name":       {`C:\fakepath\..\..\etc/passwd.pdf`, pdf, "application/pdf", "passwd.pdf"},
		"hostile name":           {"a\"\r\nX: y<b>\u202efdp.pdf", pdf, "application/pdf", "a- X- y-b-fdp.pdf"},

		"nothing":                 {"a.txt", nil, "", "media.empty"},
		"too large":               {"a.txt", bytes.Repeat([]byte("a"), FileMost+1), "", "media.large"},
		"page":                    {"a.html", []byte("<!doctype html><script>1</script>"), "", "media.type"},
		"page as text":            {"a.txt", []byte("\ufeff  <HTML><body onload=x>"), "", "media.type"},
		"drawing with programs":   {"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "", "media.type"},
		"drawing as image":        {"a.png", []byte(`<?xml version="1.0"?><svg onload="x"/>`), "", "media.type"},
		"program":                 {"a.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), "", "media.type"},
		"program of a shell":      {"a.txt", []byte("#!/bin/sh\nrm x"), "", "media.type"},
		"archive":                 {"a.zip", zipOf(t, "a.txt", "x"), "", "media.type"},
		"archive as word":         {"a.docx", zipOf(t, "a.txt", "x"), "", "media.type"},
		"word with programs":      {"a.docx", zipOf(t, "[Content_Types].xml", "", "word/document.xml", "", "word/vbaProject.bin", "x"), "", "media.type"},
		"word that climbs out":    {"a.docx", zipOf(t, "[Content_Types].xml", "", "word/document.xml", "", "../../x", "x"), "", "media.type"},
		"word that is a bomb":     {"a.docx", zipBomb(t), "", "media.type"},
		"opendocument of a lie":   {"a.odt", zipOf(t, "mimetype", "text/html", "content.xml", "<w/>"), "", "media.type"},
		"document named image":    {"foto.jpg", pdf, "", "media.name"},
		"image named document":    {"bases.pdf", jpg, "", "media.name"},
		"image named page":        {"a.html", jpg, "", "media.name"},
		"word named table":        {"a.csv", docx, "", "media.name"},
		"image that breaks off":   {"a.jpg", jpg[:len(jpg)/4], "", "media.image"},
		"image of a billion dots": {"a.png", huge, "", "media.image"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Accept(x.file, x.data)
			if x.kind == "" {
				if got := fault.Of(err).Key; got != x.want {
					t.Errorf("fault %q, want %q (%v)", got, x.want, err)
				}
				return
			}
			if err != nil || a.Type != x.kind || a.Name != x.want {
				t.Errorf("%q %q, %v; want %q %q", a.Name, a.Type, err, x.want, x.kind)
			}
		})
	}
}

func TestImagesLoseAllButTheirPixels(t *testing.T) {
	sent := append(withOrientation(jpegOf(t, 40, 30), 6), "<script>alert(1)</script>PK\x03\x04"...)
	a, err := Accept("foto.jpg", sent)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"GPS", "Exif", "<script", "PK\x03\x04"} {
		if bytes.Contains(a.Data, []byte(secret)) {
			t.Errorf("the image still holds %q", secret)
		}
	}
	if a.Width != 30 || a.Height != 40 {
		t.Errorf("turned to %d × %d, want 30 × 40", a.Width, a.Height)
	}
	if _, err := jpeg.Decode(bytes.NewReader(a.Data)); err != nil {
		t.Error(err)
	}
}

func TestTurned(t *testing.T) {
	red, blue := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}
	img := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	img.Set(0, 0, red)
	img.Set(2, 1, blue)
	for turn, want := range map[int][4]int{ // where red and blue come to lie
		1: {0, 0, 2, 1}, 2: {2, 0, 0, 1}, 3: {2, 1, 0, 0}, 4: {0, 1, 2, 0},
		5: {0, 0, 1, 2}, 6: {1, 0, 0, 2}, 7: {1, 2, 0, 0}, 8: {0, 2, 1, 0},
	} {
		got := turned(img, turn)
		if got.At(want[0], want[1]) != red || got.At(want[2], want[3]) != blue {
			t.Errorf("orientation %d: red is not at %v", turn, want)
		}
	}
}

func TestLargeImagesShrink(t *testing.T) {
	a, err := Accept("mapa.png", pngOf(t, 3000, 20))
	if err != nil || a.Width != sideMost || a.Height != 16 {
		t.Errorf("%d × %d, %v", a.Width, a.Height, err)
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("a.jpg", withOrientation(jpegOf(f, 8, 8), 3))
	f.Add("a.png", pngOf(f, 3, 3))
	f.Add("a.docx", zipOf(f, "[Content_Types].xml", "", "word/document.xml", ""))
	f.Add("a.odt", zipOf(f, "mimetype", odtKind, "content.xml", ""))
	f.Add("a.csv", []byte("a,b"))
	f.Add("../a.pdf", []byte("%PDF-1.7"))
	f.Add("a.webp", []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		a, err := Accept(name, data)
		if err != nil {
			if k := fault.Of(err).Kind; k != fault.Invalid {
				t.Fatalf("fault of kind %d: %v", k, err)
			}
			return
		}
		if strings.ContainsAny(a.Name, "/\\\"\r\n<>") || strings.HasPrefix(a.Name, ".") || len(a.Data) == 0 {
			t.Fatalf("kept as %q", a.Name)
		}
		switch a.Type {
		case "text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "image/webp", "image/gif":
			t.Fatalf("kept %q as %s", name, a.Type)
		}
	})
}
