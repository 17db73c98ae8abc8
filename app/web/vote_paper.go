package web

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// papersView is the page on which two of the staff type in ballots on paper.
type papersView struct {
	voteHead
	Desk    []deskItem
	Here    string
	Form    FormView
	Takes   bool
	Batch   field
	Serial  field
	Handed  int64
	Ballots int64
	Spoiled int64
	Batches []paperBatchRow
}

type paperBatchRow struct {
	Batch           int64
	State           string
	Differ, Missing string // serial numbers
	Ready           bool
}

var papersTmpl = page.New[papersView]("vote/papers")

func (s *Server) deskPapers(v *Visit) error {
	return s.showPapers(v, blank("batch", v.Query("batch"), "serial", v.Query("serial")), 0)
}

func (s *Server) showPapers(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	all, err := s.Votes.PaperBatches(v.ctx, v.Actor, t.ID)
	if err != nil {
		return err
	}
	m := papersView{voteHead: v.voteHead(t), Desk: v.desk(deskVotes), Here: deskVote(t.ID), Form: f}
	m.Takes = t.Roll.Paper && m.Open
	for _, b := range all {
		m.Batches = append(m.Batches, paperBatchRow{b.Batch, v.T("vote.paper.state", "n", b.Equal, "spoiled", b.Spoiled, "people", b.People), numbers(b.Differ), numbers(b.Missing), b.Ready()})
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if m.Handed, err = vote.CountHanded(tx, t.ID); err == nil {
			m.Ballots, m.Spoiled, err = vote.CountPaper(tx, t.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	m.Batch = v.filled(f, field{Name: "batch", Label: "vote.paper.batch.label", Type: "number", Width: "w-s"})
	m.Serial = v.filled(f, field{Name: "serial", Label: "vote.paper.serial.label", Hint: "vote.paper.serial.hint", Type: "number", Width: "w-s"})
	return render(v, papersTmpl, Head{Title: v.T("vote.paper.title"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func numbers(all []int64) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(words, ", ")
}

// papersAt is where the papers of a vote are typed in; the booth's cookie holds which paper is on the table.
func (v *Visit) papersAt() string { return deskVotes + "/" + v.Param("id") + "/paper" }

// takePaper begins a paper: its ballot comes next, unless it is spoiled.
func (s *Server) takePaper(v *Visit) error {
	p := vote.TypedPaper{Batch: v.Form.ID("batch"), Serial: v.Form.ID("serial"), Spoiled: v.Form.Get("then") == "spoiled"}
	if p.Spoiled {
		return s.typed(v, p, s.Votes.TypePaper(v.ctx, v.Actor, thing.ID(v.ID("id")), p))
	}
	if err := s.Votes.TakePaper(v.ctx, v.Actor, thing.ID(v.ID("id")), p); err != nil {
		return s.typed(v, p, err)
	}
	who := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(p.Batch)), uint64(p.Serial))
	v.enterBooth(v.papersAt(), append(who, make([]byte, 16)...))
	return v.Redirect(v.papersAt() + "/ballot")
}

// typed leads on to the next paper, or shows what is wrong.
func (s *Server) typed(v *Visit, p vote.TypedPaper, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showPapers(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.paper.typed")
	return v.Redirect(v.papersAt() + "?batch=" + strconv.FormatInt(p.Batch, 10) + "&serial=" + strconv.FormatInt(p.Serial+1, 10))
}

// typePaper takes the choices on a paper; what is wrong with them is shown on its ballot.
func (s *Server) typePaper(v *Visit) error {
	if ok, err := s.inBooth(v); !ok {
		return err
	}
	p, err := s.paperOf(v)
	if err != nil {
		return err
	}
	then := v.Form.Get("then")
	if then == "area" || then == "other" {
		return s.reviewBallot(v)
	}
	b, area, missing := readBallot(v.Form, p.Vote)
	typed := v.booth.paper
	typed.Ballot = b
	if err = missing; err == nil {
		err = s.Votes.TypePaper(v.ctx, v.Actor, p.ID, typed)
	}
	if _, ok := v.refused(err); err != nil && ok {
		return s.askBallot(v, p, area, b, err)
	}
	v.leaveBooth()
	return s.typed(v, typed, err)
}

// acceptPaper makes ballots of a batch.
func (s *Server) acceptPaper(v *Visit) error {
	err := s.Votes.AcceptPaper(v.ctx, v.Actor, thing.ID(v.ID("id")), v.Form.ID("batch"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showPapers(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.paper.accepted")
	return v.Redirect(v.papersAt())
}

// paperOf is the ballot of a booth: the voter's own or, where staff type in a paper, that of the paper.
func (s *Server) paperOf(v *Visit) (vote.Paper, error) {
	if v.booth.paper.Serial > 0 {
		return s.Votes.Typing(v.ctx, v.Actor, v.booth.slug, v.Lang.Tag())
	}
	return s.Votes.PaperFor(v.ctx, v.booth.bearer, v.booth.slug, v.Lang.Tag())
}

// onTable reads which paper a booth's cookie names.
func onTable(who []byte) vote.TypedPaper {
	who = bytes.Clone(who)
	return vote.TypedPaper{Batch: int64(binary.BigEndian.Uint64(who)), Serial: int64(binary.BigEndian.Uint64(who[8:]))}
}
