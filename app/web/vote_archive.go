package web

import (
	"io"
	"os"

	"github.com/gofiber/fiber/v2"
)

// voteArchive gives the archive of a counted vote. It is written to a file first, so that a slow reader
// holds no transaction, and one at a time, as a big one keeps a processor busy.
func (s *Server) voteArchive(v *Visit) error {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), "")
	if err != nil {
		return err
	}
	f, size, err := s.packed(v, o.Slug)
	if err != nil {
		return err
	}
	v.Set("Content-Disposition", `attachment; filename="`+o.Slug+`-archive.zip"`)
	v.Set("Cache-Control", "no-cache")
	v.Set(fiber.HeaderContentType, "application/zip")
	return v.c.SendStream(f, size) // which closes the file
}

// packed writes the archive to a file that is gone when it is closed.
func (s *Server) packed(v *Visit, slug string) (f *os.File, size int, err error) {
	if f, err = os.CreateTemp("", "tequio-archive-*"); err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err = os.Remove(f.Name()); err != nil {
		return f, 0, err
	}
	s.packing.Lock()
	err = s.Votes.WriteArchive(v.ctx, slug, "Tequio "+s.Version, f)
	s.packing.Unlock()
	if err != nil {
		return f, 0, err
	}
	end, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	return f, int(end), err
}
