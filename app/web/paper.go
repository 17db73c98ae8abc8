package web

import (
	"fmt"
	"strconv"

	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// sheetsView are a proposal's sheets of signatures on paper.
type sheetsView struct {
	Desk   []deskItem
	Back   link
	Action string
	Why    string // why no sheet can be opened
	Rows   []sheetRow
}

type sheetRow struct {
	Href, Title, Counted, When string
	Closed                     bool
}

var sheetsTmpl = page.New[sheetsView]("admin/sheets")

// sheetsPath is where a proposal's sheets are.
func sheetsPath(id thing.ID) string { return fmt.Sprintf("/admin/proposals/%d/sheets", id) }

func sheetPath(id int64) string { return "/admin/sheets/" + strconv.FormatInt(id, 10) }

func (s *Server) deskSheets(v *Visit) error {
	var m sheetsView
	var p proposal.Proposal
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if p, err = proposal.Get(tx, thing.ID(v.ID("id"))); err != nil {
			return err
		}
		if err := proposal.AllowDesk(v.Actor, p, tx); err != nil {
			return err
		}
		all, err := proposal.Sheets(tx, p.ID)
		m.Rows = nil
		for _, one := range all {
			m.Rows = append(m.Rows, sheetRow{sheetPath(one.ID), v.T("paper.sheet", "n", one.Number),
				v.T("paper.counted", "n", one.Counted, "of", one.Lines), v.Lang.DateTime(one.OpenedAt, v.Zone()), one.Closed()})
		}
		return err
	})
	if err != nil {
		return err
	}
	m.Desk, m.Back, m.Action = v.desk("/admin"), link{p.Path(), p.Title}, sheetsPath(p.ID)
	if err := p.MayEnter(v.Now); err != nil {
		m.Why = v.T("paper.over")
	}
	return render(v, sheetsTmpl, Head{Title: v.T("paper.title"), Admin: true, Private: true}, m)
}

func (s *Server) openSheet(v *Visit) error {
	sheet, err := s.Proposals.OpenSheet(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	return v.Redirect(sheetPath(sheet.ID))
}

// sheetView is one sheet: the form for the next line, and those entered.
type sheetView struct {
	Desk     []deskItem
	Form     FormView
	Title    string
	Proposal string
	Back     string
	Action   string
	Open     bool
	Counted  string
	Number   field
	Document field
	Reason   field
	Lines    []lineRow
}

type lineRow struct {
	Number int64
	Tag    Tag
	Note   string
	Struck string
	Action string // where it is struck; "" when it is
}

var sheetTmpl = page.New[sheetView]("admin/sheet")

func (s *Server) oneSheet(v *Visit) error { return s.showSheet(v, blank(), 0) }

func (s *Server) showSheet(v *Visit, f FormView, code int) error {
	var m sheetView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		sheet, err := proposal.GetSheet(tx, v.ID("sheet"))
		if err != nil {
			return err
		}
		p, err := proposal.Get(tx, sheet.Thing)
		if err != nil {
			return err
		}
		if err := proposal.AllowDesk(v.Actor, p, tx); err != nil {
			return err
		}
		lines, err := proposal.Lines(tx, sheet.ID)
		m = v.sheet(p, sheet, lines)
		return err
	})
	if err != nil {
		return err
	}
	m.Desk, m.Form = v.desk("/admin"), f
	m.Number = v.filled(f, field{Name: "number", Label: "paper.number", Hint: "paper.number.hint", Width: "w-s", Optional: true})
	m.Document = v.filled(f, field{Name: "document", Label: "paper.document", Hint: "paper.document.hint", Width: "w-l"})
	m.Reason = v.filled(f, field{Name: "reason", Label: "paper.reason", Hint: "paper.reason.hint"})
	return render(v, sheetTmpl, Head{Title: m.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) sheet(p proposal.Proposal, sheet proposal.Sheet, lines []proposal.Line) sheetView {
	m := sheetView{Title: v.T("paper.sheet", "n", sheet.Number), Proposal: p.Title, Back: sheetsPath(p.ID), Action: sheetPath(sheet.ID),
		Open: !sheet.Closed() && p.MayEnter(v.Now) == nil, Counted: v.T("paper.counted", "n", sheet.Counted, "of", sheet.Lines)}
	for _, l := range lines {
		r := lineRow{Number: l.Number, Tag: Tag{v.T("paper.line." + string(l.Kind)), "tag-warn"}, Struck: l.Struck}
		switch {
		case l.Kind == proposal.Counted:
			r.Tag.Class = "tag-ok"
			if l.Matched {
				r.Note = v.T("paper.line.matched")
			}
		case l.Repeats.Line != 0:
			r.Note = v.T("paper.line.repeats", "sheet", l.Repeats.Sheet, "line", l.Repeats.Line)
		}
		if l.StruckAt.IsZero() {
			r.Action = fmt.Sprintf("/admin/sheets/%d/lines/%d", sheet.ID, l.ID)
		}
		m.Lines = append(m.Lines, r)
	}
	return m
}

func (s *Server) enterLine(v *Visit) error {
	number := v.Form.ID("number")
	l, err := s.Proposals.EnterLine(v.ctx, v.Actor, v.ID("sheet"), number, v.Form.Get("document"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showSheet(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("paper.entered." + string(l.Kind))
	return v.Redirect(sheetPath(l.Sheet))
}

func (s *Server) strikeLine(v *Visit) error {
	err := s.Proposals.StrikeLine(v.ctx, v.Actor, v.ID("line"), v.Form.Get("reason"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showSheet(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("paper.struck")
	return v.Redirect(sheetPath(v.ID("sheet")))
}

func (s *Server) closeSheet(v *Visit) error {
	if err := s.Proposals.CloseSheet(v.ctx, v.Actor, v.ID("sheet")); err != nil {
		return err
	}
	v.Flash("paper.closed.done")
	return v.Redirect(sheetPath(v.ID("sheet")))
}
