package web

import (
	"bufio"
	"context"
	"log/slog"

	"tequio/app/db"
	"tequio/app/thing"

	"github.com/gofiber/fiber/v2"
)

// auditExport answers with the whole sealed trail as lines of JSON, page by page, so that neither
// memory nor other readers feel its length. "tequio audit verify" checks the file.
func (s *Server) auditExport(v *Visit) error {
	v.Set("Content-Disposition", `attachment; filename="audit.jsonl"`)
	v.Set("Cache-Control", "private, no-store")
	v.Set(fiber.HeaderContentType, "application/jsonl; charset=utf-8")
	v.c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		for after := int64(0); ; {
			last := after
			err := s.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
				last, err = thing.ExportTrail(tx, after, w)
				return err
			})
			if err == nil {
				err = w.Flush()
			}
			if err != nil {
				slog.Error("export the audit trail", "err", err)
				return
			}
			if last == after {
				return
			}
			after = last
		}
	})
	return nil
}

// auditLine is an event in the table for spreadsheets.
type auditLine struct {
	At   string `json:"at"`
	Who  string `json:"who"`
	What string `json:"what"`
	Note string `json:"note"`
	On   string `json:"on"`
	Seal string `json:"seal"`
}

// auditCSV answers with the events that the filters ask for, in words.
func (s *Server) auditCSV(v *Visit) error {
	var m auditView
	q := v.trail()
	var lines []auditLine
	for len(lines) < exportMost {
		var page []thing.Sealed
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
			if err := v.narrow(tx, &q, &m); err != nil || m.Unknown != "" {
				return err
			}
			events, err := q.Events(tx)
			if err != nil {
				return err
			}
			rows, err := v.auditRows(tx, events)
			page = events
			for _, r := range rows {
				lines = append(lines, auditLine{v.stamp(r.At), r.Who, r.What, r.Note, r.Path, r.Seal})
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].ID
	}
	body, err := asCSV(lines)
	if err != nil {
		return err
	}
	return v.download("audit.csv", "text/csv; charset=utf-8", body)
}
