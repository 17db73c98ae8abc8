package web

import (
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/url"
	"strings"

	"tequio/app/media"

	"github.com/gofiber/fiber/v2"
)

// attached hands out a file. Whatever it is, nothing in it runs here: images are shown, all else is
// saved by the browser.
func (s *Server) attached(v *Visit) error {
	f, data, public, err := s.Media.Open(v.ctx, v.Actor, v.Param("storage"))
	if err != nil {
		return err
	}
	v.Set(fiber.HeaderContentDisposition, disposition(f))
	v.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'")
	v.Set(fiber.HeaderCacheControl, "private, no-store")
	if public {
		v.Set(fiber.HeaderCacheControl, "public, no-cache") // asked for again each time: it may be hidden any moment
		etag := `"` + hex.EncodeToString(f.SHA256) + `"`
		v.Set(fiber.HeaderETag, etag)
		if strings.Contains(v.Header("If-None-Match"), etag) {
			v.Status(fiber.StatusNotModified)
			return nil
		}
	}
	kind := f.Type
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=utf-8"
	}
	return v.Send(kind, data)
}

// disposition names the file as RFC 6266 asks: in plain letters, and in full for those who read that.
func disposition(f media.File) string {
	how := "attachment"
	if f.Image() {
		how = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, f.Name)
	full := strings.NewReplacer("+", "%20", "'", "%27", "(", "%28", ")", "%29", "*", "%2A").Replace(url.QueryEscape(f.Name))
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + full
}

// uploads are the files that the form sent in a field; an empty file chooser sends none.
func (f *Form) uploads(field string) (all []media.Upload) {
	for _, h := range f.Files(field) {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		all = append(all, media.Upload{Name: h.Filename, Size: h.Size, Open: opener(h)})
	}
	return all
}

func opener(h *multipart.FileHeader) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return h.Open() }
}

// fileView is an attached file on a page: part "files", and "file-fields" where it can be changed.
type fileView struct {
	ID            int64
	Href, Name    string
	Kind, Size    string // in words
	SHA256        string // hexadecimal
	Image         bool
	Alt           string
	Width, Height int64
}

// files are attached files in the words of the reader.
func (v *Visit) files(all []media.File) (views []fileView) {
	for _, f := range all {
		views = append(views, fileView{f.ID, f.Path(), f.Name, v.T("media.type." + fileKind(f.Type)), v.bytes(f.Size),
			hex.EncodeToString(f.SHA256), f.Image(), f.Alt, f.Width, f.Height})
	}
	return views
}

func fileKind(mime string) string {
	switch {
	case mime == "application/pdf":
		return "pdf"
	case mime == "text/csv", strings.HasSuffix(mime, "spreadsheet"), strings.HasSuffix(mime, "spreadsheetml.sheet"):
		return "table"
	case strings.HasPrefix(mime, "image/"):
		return "image"
	}
	return "text"
}

// bytes says a size as people do: 88 KB, 2.4 MB (of 1,000).
func (v *Visit) bytes(n int64) string {
	if n < 1_000_000 {
		return v.T("media.kb", "n", v.Lang.Number(max(1, (n+500)/1000)))
	}
	tenths := (n + 50_000) / 100_000
	return v.T("media.mb", "n", v.Lang.Number(tenths/10)+v.T("number.decimal")+v.Lang.Number(tenths%10))
}

// fileLimits are what a form says beside its file chooser.
type fileLimits struct {
	Left            int
	Each, All, Most int64 // MB, MB, files
	Endings         string
}

func limitsOf(have int) fileLimits {
	return fileLimits{max(0, media.CountMost-have), media.FileMost >> 20, media.TotalMost >> 20, media.CountMost, media.Endings()}
}
