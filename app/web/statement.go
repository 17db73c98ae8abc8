package web

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"time"

	"tequio/app/consultation"
	"tequio/app/fault"
	"tequio/app/opinion"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

// voiceCookie holds the secret by which a browser without an account has one voice in a consultation.
const (
	voiceCookie = "voice"
	voiceLife   = 365 * 24 * time.Hour
)

// statementsView is the page on which people agree, disagree or pass on one statement after the other.
type statementsView struct {
	Path      string
	Title     string
	Lang      string // of the title, "" when it is the reader's
	Open      bool
	Upcoming  bool
	Until     string
	Refusal   string // why the reader cannot take part
	SignIn    string
	Next      *statementLine
	Answered  int
	Total     int
	Share     int64 // answered, of a hundred
	Mine      []statementLine
	ShowMine  bool   // they were just changed
	Group     string // letter of the nearest group
	HasMap    bool
	Add       bool
	AddSignIn bool
	Unchecked bool
	Form      FormView
	Statement field
	Waiting   []statementLine
	Manage    string
	NoAccount bool // the reader's browser alone holds their voice
}

// statementLine is a statement, and what the reader says of it.
type statementLine struct {
	ID       int64
	Body     string
	Lang     string
	Said     string // "agree", "disagree", "pass"
	Official bool
	Refused  string // the reason
}

var statementsTmpl = page.New[statementsView]("consultation/statements")

// says are the words of a vote on a statement.
var says = map[string]int8{"agree": opinion.Agree, "disagree": opinion.Disagree, "pass": opinion.Pass}

func saidWord(say int8) string {
	for word, n := range says {
		if n == say {
			return word
		}
	}
	return ""
}

// voiceSecret is what the browser keeps; nil of none.
func (v *Visit) voiceSecret() []byte {
	b, err := base64.RawURLEncoding.DecodeString(v.remembered(voiceCookie))
	if err != nil || len(b) != 16 {
		return nil
	}
	return b
}

func (s *Server) statements(v *Visit) error { return s.showStatements(v, FormView{}, 0) }

func (s *Server) showStatements(v *Visit, f FormView, code int) error {
	prefer, _ := strconv.ParseInt(v.Query("statement"), 10, 64)
	q, err := s.Consultations.Ask(v.ctx, v.Actor, v.voiceSecret(), v.Param("slug"), v.Lang.Tag(), prefer)
	if err != nil {
		return err
	}
	if !v.Actor.SignedIn() && q.Open && q.Opinions.Least == 0 && v.voiceSecret() == nil {
		secret := make([]byte, 16)
		rand.Read(secret)
		v.cookieAt(q.Path(), voiceCookie, base64.RawURLEncoding.EncodeToString(secret), voiceLife)
	}
	return render(v, statementsTmpl, Head{Title: v.T("statement.title") + ": " + q.In(v.Lang.Tag(), q.Words).Title, Section: "consultations", Private: true,
		Failed: f.Failed(), Code: code}, v.statementsView(q, f))
}

func (v *Visit) statementsView(q consultation.Asked, f FormView) statementsView {
	t := q.In(v.Lang.Tag(), q.Words)
	m := statementsView{
		Path: q.Path(), ShowMine: v.Query("mine") != "", Title: t.Title, Lang: v.otherLang(t.Lang), Open: q.Open, Upcoming: q.PhaseAt(v.Now) == thing.Upcoming,
		Total: len(q.Shown), HasMap: q.HasMap, Add: q.Open && q.Opinions.Add && v.Actor.SignedIn() && q.Refusal.Key == "",
		AddSignIn: q.Open && q.Opinions.Add && !v.Actor.SignedIn(), Unchecked: q.Opinions.Unchecked, Form: f,
		NoAccount: !v.Actor.SignedIn() && q.Opinions.Least == 0,
	}
	if q.Open {
		m.Until = capital(v.Relative(q.ClosesAt))
	}
	if q.Refusal.Key != "" {
		m.Refusal = v.Say(q.Refusal)
		if !v.Actor.SignedIn() {
			m.SignIn = "/login?return=" + q.Path() + "/statements"
		}
	}
	if q.Next != nil && q.Open && m.Refusal == "" {
		one := v.statementLine(*q.Next, 0, false)
		m.Next = &one
	}
	for _, one := range q.Shown {
		if say, said := q.Said[one.ID]; said {
			m.Mine = append(m.Mine, v.statementLine(one, say, true))
			m.Answered++
		}
	}
	m.Share = share(int64(m.Answered), int64(m.Total))
	if q.Group >= 0 {
		m.Group = groupLetter(q.Group)
	}
	for _, one := range q.Unasked {
		line := v.statementLine(one, 0, false)
		line.Refused = one.Reason
		m.Waiting = append(m.Waiting, line)
	}
	if policy.May(v.Actor, policy.Manage, q.Thing, v.Now) {
		m.Manage = deskConsultation(q.ID) + "/statements"
	}
	m.Statement = v.filled(f, field{Name: "statement", Label: "statement.add.label", Hint: "statement.add.hint", Rows: 2, Max: consultation.StatementMost})
	return m
}

func (v *Visit) statementLine(s consultation.Statement, say int8, said bool) statementLine {
	line := statementLine{ID: s.ID, Body: s.Body, Lang: v.otherLang(s.Lang), Official: s.Official}
	if said {
		line.Said = saidWord(say)
	}
	return line
}

// opine keeps what the reader says of a statement, and leads to the next.
func (s *Server) opine(v *Visit) error {
	say, known := says[v.Form.Get("say")]
	if !known {
		return fault.New(fault.Invalid, "fault.request")
	}
	slug := v.Param("slug")
	if err := s.Consultations.Opine(v.ctx, v.Actor, v.voiceSecret(), slug, v.Form.ID("statement"), say); err != nil {
		return err
	}
	back := thing.Ref{Kind: consultation.Kind, Slug: slug}.Path() + "/statements"
	if v.Form.Has("again") {
		return v.Redirect(back + "?mine=yes#mine")
	}
	return v.Redirect(back)
}

// addStatement adds the reader's own.
func (s *Server) addStatement(v *Visit) error {
	state, err := s.Consultations.State(v.ctx, v.Actor, v.Param("slug"), v.Form.Get("statement"), v.Lang.Tag())
	if f, ok := v.refused(err); err != nil && ok {
		return s.showStatements(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("statement.added." + string(state))
	return v.Redirect(thing.Ref{Kind: consultation.Kind, Slug: v.Param("slug")}.Path() + "/statements")
}
