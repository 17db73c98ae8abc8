package web

import (
	"encoding/hex"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// codeView is the page on which anyone checks a receipt and reads the published list.
type codeView struct {
	voteHead
	Form  FormView
	Found *foundView
	Total int64
	List  []listedBallot
	Next  string
	First string
	Key   string // by which the ledger is verified
	Size  int64
	Seen  []seenBy
}

// foundView is the answer to a code.
type foundView struct {
	Code, Title, Text, Class, Icon string
	Says                           []reviewQuestion // what the counted ballot says
	Nonce, Commitment              string
	Proof                          string
}

// listedBallot is a line of the published list.
type listedBallot struct{ Code, Says string }

var codeTmpl = page.New[codeView]("vote/check")

// check shows the form and the list; a code may come with the address, as from a square code.
func (s *Server) checkPage(v *Visit) error {
	if v.Query("code") != "" {
		return s.answerCode(v, v.Query("code"))
	}
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	after, err := hex.DecodeString(v.Query("after"))
	if err != nil || len(after) == 0 {
		after = nil
	}
	return keep(v, codeTmpl, forAll(scopeThing(t.ID)), func() (Head, codeView, error) {
		m, err := s.codeView(v, after)
		return Head{Title: v.T("vote.check.title"), Section: "votes"}, m, err
	})
}

// checkCode answers a code sent in a form, so that it stands in no address.
func (s *Server) checkCode(v *Visit) error { return s.answerCode(v, v.Form.Get("code")) }

func (s *Server) answerCode(v *Visit, code string) error {
	m, err := s.codeView(v, nil)
	if err != nil {
		return err
	}
	h := Head{Title: v.T("vote.check.title"), Section: "votes", Private: true}
	t, f, err := s.Votes.Look(v.ctx, v.Param("slug"), v.receiptCode(m, code))
	if err != nil {
		form, ok := v.refused(err)
		if !ok {
			return err
		}
		m.Form, h.Failed, h.Code = form, true, statusOf(err)
		m.Form.Values = map[string][]string{"code": {code}}
		return render(v, codeTmpl, h, m)
	}
	m.Form = blank("code", code)
	if m.Found, err = v.foundView(t, f, code); err != nil {
		return err
	}
	return render(v, codeTmpl, h, m)
}

// receiptCode is a code as typed or, of a ballot on paper, the code that goes with its serial number.
func (v *Visit) receiptCode(m codeView, typed string) string {
	serial, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	if err != nil {
		return typed
	}
	code, err := v.s.Votes.PaperReceipt(v.ctx, m.Slug, serial)
	if err != nil {
		return typed
	}
	return code
}

func (s *Server) codeView(v *Visit, after []byte) (codeView, error) {
	p, err := s.Votes.Published(v.ctx, v.Param("slug"), v.Lang.Tag(), after)
	if err != nil {
		return codeView{}, err
	}
	m := codeView{voteHead: v.voteHead(p.Vote), Total: p.Total}
	if p.Hidden() {
		return m, fault.New(fault.Gone, "thing.missing")
	}
	for _, b := range p.Ballots {
		if m.Sealed {
			m.List = append(m.List, listedBallot{Code: b.Receipt()})
			continue
		}
		says, err := v.says(p.Vote, b.Content)
		if err != nil {
			return m, err
		}
		m.List = append(m.List, listedBallot{b.Receipt(), says})
	}
	if p.Next != nil {
		m.Next = p.Path() + "/check?after=" + hexOf(p.Next)
	}
	if after != nil {
		m.First = p.Path() + "/check"
	}
	if m.Key, err = s.Votes.PublicKey(p.Vote); err != nil {
		return m, err
	}
	return m, s.DB.Read(v.ctx, func(tx *db.Tx) error {
		c, err := vote.LastCheckpoint(tx, p.ID)
		if err != nil {
			return err
		}
		seen, err := vote.Cosignatures(tx, p.ID, c.Size)
		m.Size, m.Seen = c.Size, v.seenBy(seen)
		return err
	})
}

// says writes what a ballot says in one line.
func (v *Visit) says(t vote.Vote, content []byte) (string, error) {
	b, err := vote.ParseBallot(content)
	if err != nil {
		return "", err
	}
	var parts []string
	for i, q := range t.Questions {
		if q.Area != "" && (i >= len(b) || b[i] == nil) {
			continue
		}
		if i >= len(b) || len(b[i]) == 0 {
			parts = append(parts, v.T("vote.blank"))
			continue
		}
		for _, line := range v.reviewQuestion(q, b[i]).Lines {
			if line.Note != "" && q.Budget == 0 {
				line.Title += " (" + line.Note + ")"
			}
			parts = append(parts, line.Title)
		}
	}
	return strings.Join(parts, "; "), nil
}

// standingLooks are how each answer looks.
var standingLooks = map[vote.Standing][2]string{
	vote.Unknown: {"alert-bad", "x-circle"}, vote.Waiting: {"alert-info", "clock"}, vote.Logged: {"alert-info", "check"},
	vote.Voided: {"alert-warn", "alert"}, vote.Counted: {"alert-ok", "check-circle"},
}

func (v *Visit) foundView(t vote.Vote, f vote.Found, code string) (*foundView, error) {
	look := standingLooks[f.Standing]
	m := &foundView{Code: strings.ToUpper(code), Class: look[0], Icon: look[1], Title: v.T("vote.found." + string(f.Standing)),
		Text: v.T("vote.found."+string(f.Standing)+".text", "place", f.Place+1, "closes", t.ClosesAt.In(v.Zone())), Proof: string(f.Proof)}
	if f.Standing == vote.Unknown {
		return m, nil
	}
	m.Code, m.Commitment = vote.Receipt{Commitment: f.Commitment}.Code(), hexOf(f.Commitment[:])
	if f.Standing != vote.Counted {
		return m, nil
	}
	if t.Disclosure == vote.Sealed {
		m.Text = v.T("vote.found.counted.sealed", "place", f.Place+1)
		return m, nil
	}
	m.Nonce = hexOf(f.Ballot.Nonce)
	b, err := vote.ParseBallot(f.Ballot.Content)
	if err != nil {
		return nil, err
	}
	shown, err := v.s.Votes.Read(v.ctx, v.Actor, t.Slug, v.Lang.Tag())
	if err != nil {
		return nil, err
	}
	for i, q := range shown.Questions {
		if b[i] == nil {
			continue
		}
		m.Says = append(m.Says, v.reviewQuestion(q, b[i]))
	}
	return m, nil
}

// logCheckpoint serves the signed state of a vote's ledger (C2SP tlog-checkpoint), with what witnesses added.
func (s *Server) logCheckpoint(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	return s.DB.Read(v.ctx, func(tx *db.Tx) error {
		signed, err := vote.Signed(tx, t.ID)
		if err != nil {
			return err
		}
		if signed == "" {
			return fault.New(fault.NotFound, "thing.missing")
		}
		v.Set("Cache-Control", "no-cache")
		return v.Send("text/plain; charset=utf-8", []byte(signed))
	})
}

// logTile serves a tile of a vote's ledger, or a bundle of its entries (C2SP tlog-tiles).
func (s *Server) logTile(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	return s.DB.Read(v.ctx, func(tx *db.Tx) error {
		b, err := vote.Tile(tx, t.ID, v.Param("*"))
		if err != nil {
			return err
		}
		if t.State == thing.Rehearsal {
			v.Set("Cache-Control", "no-store")
		} else {
			v.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		return v.Send("application/octet-stream", b)
	})
}
