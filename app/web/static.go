package web

import (
	"crypto/subtle"
	"fmt"
	"mime"
	"path"
	"strings"
	"sync"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/static"

	"github.com/gofiber/fiber/v2"
)

// assets are the packed forms of the files in static/, made when first asked for.
var assets sync.Map // path → *entry

// file serves static/; the version in its address changes with any file, so browsers keep it.
func (s *Server) file(v *Visit) error {
	name := path.Clean(v.c.Params("*"))
	e, err := assetOf(name)
	if err != nil {
		return fault.New(fault.NotFound, "fault.missing").Because(err)
	}
	v.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	v.Set(fiber.HeaderVary, "Accept-Encoding")
	body := e.body
	switch {
	case e.brotlied == nil:
	case v.accepts("br"):
		v.Set(fiber.HeaderContentEncoding, "br")
		body = e.brotlied
	case v.accepts("gzip"):
		v.Set(fiber.HeaderContentEncoding, "gzip")
		body = e.gzipped
	}
	return v.Send(typeOf(name), body)
}

func assetOf(name string) (*entry, error) {
	if e, ok := assets.Load(name); ok {
		return e.(*entry), nil
	}
	body, err := static.FS.ReadFile(name)
	if err != nil {
		return nil, err
	}
	e := &entry{body: body}
	if !strings.HasSuffix(name, ".woff2") { // packed already
		e.compress()
	}
	assets.Store(name, e)
	return e, nil
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// themePath is the address of the instance's own colours; "" when it keeps the house's.
func themePath(s *instance.Settings) string {
	if s.Hue < 0 {
		return ""
	}
	return fmt.Sprintf("/theme.css?v=%d", s.Version)
}

// theme serves the instance's colours.
func (s *Server) theme(v *Visit) error {
	v.Set(fiber.HeaderCacheControl, "public, max-age=31536000")
	return v.Send("text/css; charset=utf-8", []byte(s.Instance.Current().Theme()))
}

func (s *Server) favicon(v *Visit) error {
	return v.c.Redirect(asset("icon.svg"), fiber.StatusFound)
}

func (s *Server) robots(v *Visit) error {
	return v.Send("text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /admin\nDisallow: /me\nDisallow: /login\nDisallow: /search\n"))
}

// alive says that the process answers.
func (s *Server) alive(v *Visit) error { return v.Send("text/plain; charset=utf-8", []byte("ok\n")) }

// ready says whether requests should be sent here: not while stopping, nor without a database.
func (s *Server) ready(v *Visit) error {
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		_, err := db.One(tx, db.Value[int], `SELECT 1`)
		return err
	})
	if err != nil || s.stopping.Load() {
		v.Status(fiber.StatusServiceUnavailable)
		return v.Send("text/plain; charset=utf-8", []byte("not ready\n"))
	}
	return s.alive(v)
}

// showMetrics answers Prometheus, to those who hold the token.
func (s *Server) showMetrics(v *Visit) error {
	held := strings.TrimPrefix(v.Header("Authorization"), "Bearer ")
	if s.MetricsToken == "" || subtle.ConstantTimeCompare([]byte(held), []byte(s.MetricsToken)) != 1 {
		return fault.New(fault.NotFound, "fault.missing")
	}
	body, err := s.metrics.text()
	if err != nil {
		return err
	}
	return v.Send("text/plain; version=0.0.4; charset=utf-8", body)
}
