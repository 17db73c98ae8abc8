package web

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"

	"tequio/app/fault"
	"tequio/app/ledger"
	"tequio/app/page"
	"tequio/app/vote"
)

// receiptCookie holds a receipt between casting and the page that shows it: the code must not stand
// in an address, which histories keep. It is bound to the session and lives for a few minutes.
const (
	receiptCookie = "receipt"
	receiptLife   = 20 * time.Minute
)

// castBallot takes the ballot. It asks the database for nothing but the cast itself.
func (s *Server) castBallot(v *Visit) error {
	if ok, err := s.inBooth(v); !ok {
		return err
	}
	slug, at := v.booth.slug, v.booth.at
	t, err := s.Votes.Open(v.ctx, slug)
	if err != nil {
		return err
	}
	b, _, missing := readBallot(v.Form, t)
	form, err := base64.RawURLEncoding.DecodeString(v.Form.Raw("form"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.request").Because(err)
	}
	if missing != nil {
		return s.reviewBallot(v)
	}
	r, err := s.Votes.CastAs(v.ctx, v.booth.bearer, slug, b, form)
	if fault.Is(err, fault.Invalid) {
		return s.reviewBallot(v) // which refuses it too, and shows the ballot with the fault
	}
	if err != nil {
		return s.noBallot(v, err)
	}
	v.forgetChoices(slug)
	v.leaveBooth()
	v.cookieAt(at, receiptCookie, v.sealReceipt(slug, r), receiptLife)
	return v.Redirect(at + "/receipt")
}

func (v *Visit) sealReceipt(slug string, r vote.Receipt) string {
	b := append([]byte{}, r.Commitment[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, v.receiptSum(slug, b)...))
}

func (v *Visit) receiptSum(slug string, b []byte) []byte {
	return v.csrfSum("receipt\x00"+slug+"\x00"+v.holder(), b)
}

// openReceipt reads the receipt that this session's last cast left.
func (v *Visit) openReceipt(slug string) (r vote.Receipt, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(v.remembered(receiptCookie))
	if err != nil || len(b) != ledger.Size+8+16 {
		return r, false
	}
	body, sum := b[:ledger.Size+8], b[ledger.Size+8:]
	if !hmac.Equal(sum, v.receiptSum(slug, bytes.Clone(body))) {
		return r, false
	}
	copy(r.Commitment[:], body)
	r.At = time.UnixMicro(int64(binary.BigEndian.Uint64(body[ledger.Size:]))).UTC()
	return r, true
}

// receiptView is what a voter takes home.
type receiptView struct {
	voteHead
	Code    string
	At      i18nTime
	Promise string
	Secrecy string
	State   string // what the ledger says of it now
	Place   int64
	QR      square // of the address that checks the code
	Check   string // that address
}

var receiptTmpl = page.New[receiptView]("vote/receipt")

func (s *Server) receipt(v *Visit) error {
	here, err := s.boothOf(v)
	if err != nil {
		return err
	}
	v.booth = here
	slug := here.slug
	r, ok := v.openReceipt(slug)
	if !ok {
		return v.Redirect("/votes/" + slug + "/check")
	}
	t, f, err := s.Votes.Known(v.ctx, slug, r.Commitment)
	if err != nil {
		return err
	}
	if f.Standing == vote.Unknown { // a rehearsal that was wiped, a database restored
		return v.Redirect("/votes/" + slug + "/check")
	}
	promise, err := s.Votes.Promise(t, r.Commitment)
	if err != nil {
		return err
	}
	if t, err = s.Votes.Read(v.ctx, v.Actor, slug, v.Lang.Tag()); err != nil {
		return err
	}
	m := receiptView{
		voteHead: v.voteHead(t), Code: r.Code(), At: v.instant(r.At), Promise: string(promise), Secrecy: v.secrecy(t),
		State: v.T("vote.standing." + string(f.Standing)), Place: f.Place + 1, Check: v.s.BaseURL + t.Path() + "/check?code=" + r.Code(),
	}
	if m.QR, err = squareOf(m.Check); err != nil {
		return err
	}
	return render(v, receiptTmpl, Head{Title: v.T("vote.receipt.title"), Section: "votes", Private: true}, m)
}

// refusalView says why a person cannot vote now, and what they can do.
type refusalView struct {
	voteHead
	Reason  string
	Heading string
	Level   bool // a higher level of assurance is needed
	SignIn  string
	WayOut  string           // what they can do
	Match   bool             // being matched to the census is what they can do
	ByCode  bool             // a code opens this vote too
	Choices []reviewQuestion // what the form said, to be copied
}

var refusalTmpl = page.New[refusalView]("vote/refusal")

// noBallot shows why somebody cannot vote. What is not about the vote is shown as everywhere.
func (s *Server) noBallot(v *Visit, err error) error {
	f := fault.Of(err)
	if f.Kind != fault.Closed && f.Kind != fault.Forbidden && (f.Kind != fault.SignIn || !v.unsafe()) {
		return err
	}
	t, readErr := s.Votes.Read(v.ctx, v.Actor, cmp.Or(v.booth.slug, v.Param("slug")), v.Lang.Tag())
	if readErr != nil {
		return readErr
	}
	m := refusalView{voteHead: v.voteHead(t), Level: f.Key == "policy.level", Reason: v.refusalWords(t, f)}
	m.Match, m.ByCode = f.Key == "vote.who.census", t.Roll.Codes && v.booth.door == "" && f.Kind != fault.Closed
	if out := f.Key + ".out"; v.Lang.Has(out) {
		m.WayOut = v.T(out)
	}
	m.Heading = v.T("vote.refusal.closed")
	switch {
	case f.Kind == fault.SignIn:
		m.Heading, m.SignIn = v.T("fault.title.signin"), "/login?return="+t.Path()+"/ballot"
	case f.Kind == fault.Forbidden:
		m.Heading = v.T("vote.refusal.forbidden")
	case m.Annulled:
		m.Heading, m.Reason = v.T("vote.tag.annulled"), v.T("vote.annulled")
	case m.Upcoming:
		m.Heading = v.T("vote.refusal.early")
	}
	if v.Form != nil {
		b, _, _ := readBallot(v.Form, t)
		if settled, err := t.Settle(b); err == nil {
			for i, q := range t.Questions {
				if settled[i] == nil {
					continue
				}
				m.Choices = append(m.Choices, v.reviewQuestion(q, settled[i]))
			}
		}
	}
	return render(v, refusalTmpl, Head{Title: m.Heading, Section: "votes", Private: true, Code: statuses[f.Kind]}, m)
}

// refusalWords give the reason with the dates of this vote.
func (v *Visit) refusalWords(t vote.Vote, f *fault.Fault) string {
	switch f.Key {
	case "policy.early":
		return v.T("vote.refusal.early.text", "opens", t.OpensAt.In(v.Zone()))
	case "policy.closed":
		return v.T("vote.refusal.closed.text", "closes", t.ClosesAt.In(v.Zone()))
	case "policy.level":
		return v.T("vote.refusal.level", "need", v.T("vote.level."+levelNames[t.LeastLevel]), "have", v.T("vote.level."+levelNames[v.Actor.Level]))
	}
	return v.Say(f.Message)
}
