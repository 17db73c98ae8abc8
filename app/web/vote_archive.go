package web

import (
	"io"
	"os"

	"github.com/gofiber/fiber/v2"
)

// voteArchive gives the archive of a counted vote: one at a time, as a big one keeps a processor busy.
func (s *Server) voteArchive(v *Visit) error {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), "")
	if err != nil {
		return err
	}
	return v.spooled(o.Slug+"-archive.zip", "application/zip", false, func(to io.Writer) error {
		s.packing.Lock()
		defer s.packing.Unlock()
		return s.Votes.WriteArchive(v.ctx, o.Slug, "Tequio "+s.Version, to)
	})
}

// spooled answers with a file that may be large. It is written to the disk first, so that a slow reader
// holds no transaction, and is gone when it was sent.
func (v *Visit) spooled(name, kind string, private bool, write func(io.Writer) error) error {
	f, err := os.CreateTemp("", "tequio-*")
	if err != nil {
		return err
	}
	size := int64(0)
	if err = os.Remove(f.Name()); err == nil {
		err = write(f)
	}
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return err
	}
	v.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Set("Cache-Control", "no-cache")
	if private {
		v.Set("Cache-Control", "private, no-store")
	}
	v.Set(fiber.HeaderContentType, kind)
	return v.c.SendStream(f, int(size)) // which closes the file
}
