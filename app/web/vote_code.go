package web

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// Wrong codes are few by mistake, since a slip of the finger is told apart and costs nothing: five from
// one network in a quarter of an hour, and two hundred from everywhere for one vote.
var (
	guessing  = class{"code", 5, 15 * time.Minute}
	guessings = class{"codes", 200, 15 * time.Minute}
)

// typeCodeView asks for a code.
type typeCodeView struct {
	voteHead
	Form FormView
	Code field
}

var typeCodeTmpl = page.New[typeCodeView]("vote/code")

func (s *Server) codePage(v *Visit) error { return s.showCodePage(v, FormView{}, 0) }

func (s *Server) showCodePage(v *Visit, f FormView, code int) error {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	if !t.Roll.Codes {
		return fault.New(fault.NotFound, "thing.missing")
	}
	m := typeCodeView{voteHead: v.voteHead(t), Form: f, Code: v.filled(f, field{Name: "code", Label: "vote.code.enter", Hint: "vote.code.enter.hint", Width: "w-l"})}
	return render(v, typeCodeTmpl, Head{Title: v.T("vote.code.title"), Section: "votes", Private: true, Failed: f.Failed(), Code: code}, m)
}

// openCode lets whoever has a code into the booth.
func (s *Server) openCode(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	hash, err := v.guess(t)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showCodePage(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	at := t.Path() + "/code"
	v.enterBooth(at, hash)
	return v.Redirect(at + "/ballot")
}

// guess looks a code up, as often as the brakes let it. One that is right costs no try.
func (v *Visit) guess(t thing.Thing) ([]byte, error) {
	hash, known, err := v.s.Votes.OpenCode(v.ctx, t.Slug, v.Form.Get("code"))
	if err != nil || !v.s.Limits && known {
		return hash, err
	}
	if v.s.Limits {
		if wait := max(v.s.limits.peek(guessing, v.Network()), v.s.limits.peek(guessings, t.Slug)); wait > 0 {
			return nil, fault.New(fault.TooMany, "vote.code.many", "n", int64(wait.Minutes())+1)
		}
	}
	if known {
		return hash, nil
	}
	v.s.limits.take(guessing, v.Network())
	v.s.limits.take(guessings, t.Slug)
	return nil, fault.On("code", "vote.code.unknown")
}

// voteCodesView is the page from which staff issue codes and cancel lost ones.
type voteCodesView struct {
	voteHead
	Desk      []deskItem
	Here      string
	Form      FormView
	Personal  bool
	Draft     bool
	Over      bool
	Issued    int64
	Gone      int64
	Number    field
	Place     field
	People    field
	Lost      field
	Reason    field
	Cancelled []cancelledCode
}

type cancelledCode struct {
	Number       int64
	When, Reason string
}

var voteCodesTmpl = page.New[voteCodesView]("vote/codes")

func (s *Server) deskCodes(v *Visit) error { return s.showVoteCodes(v, FormView{}, 0) }

func (s *Server) showVoteCodes(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := voteCodesView{voteHead: v.voteHead(t), Desk: v.desk(deskVotes), Here: deskVote(t.ID), Form: f, Personal: t.Roll.Personal(), Draft: t.State == thing.Draft,
		Over: t.State != thing.Draft && t.PhaseAt(v.Now) == thing.Closed || !t.Roll.Codes}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		m.Cancelled = nil
		var err error
		if m.Issued, m.Gone, err = vote.CountCodes(tx, t.ID); err != nil {
			return err
		}
		all, err := vote.CancelledCodes(tx, t.ID)
		for _, c := range all {
			m.Cancelled = append(m.Cancelled, cancelledCode{c.Number, v.Lang.DateTime(c.CancelledAt, v.Zone()), c.Reason})
		}
		return err
	})
	if err != nil {
		return err
	}
	m.Number = v.filled(f, field{Name: "number", Label: "vote.code.howmany", Type: "number", Width: "w-s", Optional: true})
	m.Place = v.filled(f, field{Name: "place", Label: "vote.code.place", Hint: "vote.code.place.hint", Optional: true})
	hint := "vote.code.addresses.hint"
	if m.Personal {
		hint = "vote.code.documents.hint"
	}
	m.People = v.filled(f, field{Name: "people", Label: "vote.code.list", Hint: hint, Rows: 8, Optional: !m.Personal})
	m.Lost = v.filled(f, field{Name: "lost", Label: "vote.code.lost", Hint: "vote.code.lost.hint", Type: "number", Width: "w-s"})
	m.Reason = v.filled(f, field{Name: "reason", Label: "vote.code.why", Rows: 3})
	return render(v, voteCodesTmpl, Head{Title: v.T("vote.codes.title"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// slipsView are the slips to be printed and cut, shown once.
type slipsView struct {
	voteHead
	Back    string
	Slips   []slip
	QR      square // of the page on which a code is entered
	Address string
}

type slip struct {
	Number    int64
	Code, Who string
}

var slipsTmpl = page.New[slipsView]("vote/slips")

// issueCodes draws codes and hands them out once: to be printed, as a file, or by mail.
func (s *Server) issueCodes(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	number, _ := v.Form.Int("number")
	then := v.Form.Get("then")
	all, err := s.Votes.IssueCodes(v.ctx, v.Actor, t.ID, vote.CodeOrder{Number: number, Place: v.Form.Get("place"), People: v.Form.Raw("people"), Mail: then == "mail"})
	if f, ok := v.refused(err); err != nil && ok {
		return s.showVoteCodes(v, f, statusOf(err))
	}
	switch {
	case err != nil:
		return err
	case then == "mail":
		v.Flash("vote.code.mailed")
		return v.Redirect(deskVote(t.ID) + "/codes")
	case then == "csv":
		return v.codesFile(t, all)
	}
	return s.showSlips(v, t, all)
}

func (s *Server) showSlips(v *Visit, t vote.Vote, all []vote.Issued) (err error) {
	m := slipsView{voteHead: v.voteHead(t), Back: deskVote(t.ID) + "/codes", Address: s.BaseURL + t.Path() + "/code"}
	for _, one := range all {
		m.Slips = append(m.Slips, slip{one.Number, one.Code, one.Who})
	}
	if m.QR, err = squareOf(m.Address); err != nil {
		return err
	}
	v.Set("Cache-Control", "no-store")
	return render(v, slipsTmpl, Head{Title: v.T("vote.slips.title"), Section: "votes", Private: true}, m)
}

func (v *Visit) codesFile(t vote.Vote, all []vote.Issued) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"number", "code", "for", "address"})
	for _, one := range all {
		w.Write([]string{strconv.FormatInt(one.Number, 10), one.Code, plainCell(one.Who), v.s.BaseURL + t.Path() + "/code"})
	}
	w.Flush()
	v.Set("Cache-Control", "no-store")
	return v.download(t.Slug+"-codes.csv", "text/csv; charset=utf-8", b.Bytes())
}

// cancelCode takes a lost code away and shows the one that takes its place.
func (s *Server) cancelCode(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	fresh, err := s.Votes.CancelCode(v.ctx, v.Actor, t.ID, v.Form.ID("lost"), v.Form.Get("reason"))
	if fault.Is(err, fault.NotFound) {
		err = fault.On("lost", "vote.code.nonumber")
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showVoteCodes(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return s.showSlips(v, t, []vote.Issued{fresh})
}
