package web

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/vote"
)

// ballotView is the page on which a person chooses.
type ballotView struct {
	voteHead
	Form      FormView
	Voted     bool
	Secrecy   string
	Questions []ballotQuestion
	Running   *runningTotal // of a ballot with a single question
}

// ballotQuestion is one question with its controls.
type ballotQuestion struct {
	Field   string // name of the controls, and the id of the first
	Title   string
	Words   string
	Rule    string
	Control string // "radio", "box", "points" or "rank"
	Error   string
	Blank   bool // a control for voting blank, on choosing one
	IsBlank bool
	Points  int64
	Places  []int
	Options []ballotOption
}

// ballotOption is one option with its control.
type ballotOption struct {
	ID, Name, Code    string
	Title, HTML, Cost string
	Place, Unit       string
	Minor             int64 // cost, for the running total
	Money             bool
	Chosen            bool
	Value             int64 // points or place given, 0: none
}

// runningTotal is what the script that adds up needs; without it the review page adds up.
type runningTotal struct {
	Limit, Most      int64 // 0: none
	Currency         string
	Words, Over      string // templates of sentences
	Many             string
	Begin            string
	Full             int64 // of the progress bar
	LimitText        string
	ShowLimit, Money bool
}

var ballotTmpl = page.New[ballotView]("vote/ballot")

func (s *Server) ballot(v *Visit) error {
	p, err := s.Votes.Paper(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return s.noBallot(v, err)
	}
	return s.askBallot(v, p, nil, nil)
}

// askBallot shows the ballot with the choices made so far.
func (s *Server) askBallot(v *Visit, p vote.Paper, b vote.Ballot, refused error) error {
	m := ballotView{voteHead: v.voteHead(p.Vote), Voted: p.Voted, Secrecy: v.secrecy(p.Vote)}
	h := Head{Title: v.T("vote.ballot.title", "title", p.Title), Section: "votes", Private: true}
	if refused != nil {
		f, ok := v.refused(refused)
		if !ok {
			return refused
		}
		m.Form, h.Failed, h.Code = f, true, statusOf(refused)
	}
	for i, q := range p.Questions {
		var marks []vote.Mark
		if i < len(b) {
			marks = b[i]
		}
		m.Questions = append(m.Questions, v.ballotQuestion(i, q, marks, refused != nil || b != nil, m.Form))
	}
	if len(p.Questions) == 1 {
		m.Running = v.running(p.Questions[0])
	}
	return render(v, ballotTmpl, h, m)
}

// controls are how each form is filled in.
var controls = map[vote.Form]string{vote.One: "radio", vote.Points: "points", vote.Ranking: "rank"}

func (v *Visit) ballotQuestion(i int, q vote.Question, marks []vote.Mark, answered bool, f FormView) ballotQuestion {
	field := "q" + strconv.Itoa(i)
	m := ballotQuestion{Field: field, Title: q.Title, Words: v.formWords(q), Control: controls[q.Form], Error: f.Error(field), Points: q.Points}
	if m.Control == "" {
		m.Control = "box"
	}
	m.Blank = q.Form == vote.One && q.Blank
	m.IsBlank = m.Blank && answered && len(marks) == 0 && m.Error == ""
	if q.Form == vote.Ranking {
		places := len(q.Options)
		if q.Most > 0 {
			places = min(places, int(q.Most))
		}
		for n := range places {
			m.Places = append(m.Places, n+1)
		}
	}
	given := map[string]int64{}
	for _, mark := range marks {
		given[mark.Option] = mark.Value
	}
	for k, o := range q.Options {
		value, chosen := given[o.Code]
		bo := ballotOption{ID: field + "-" + strconv.Itoa(k), Name: field, Code: o.Code, Title: o.Title, HTML: o.HTML, Place: o.Place, Unit: o.Unit,
			Chosen: chosen, Value: value}
		if k == 0 {
			bo.ID = field
		}
		if m.Control == "points" || m.Control == "rank" {
			bo.Name = field + "." + o.Code
		}
		if q.Budget > 0 {
			bo.Cost, bo.Minor, bo.Money = v.money(q, o.Cost), o.Cost, q.Form == vote.Knapsack
		}
		m.Options = append(m.Options, bo)
	}
	return m
}

// running is what the script says while a person chooses; choosing one and ranking need no sum.
func (v *Visit) running(q vote.Question) *runningTotal {
	r := &runningTotal{Most: q.Most, Many: v.T("vote.running.many"), Over: v.T("vote.running.over")}
	switch q.Form {
	case vote.Knapsack:
		r.Limit, r.Currency, r.Money, r.Full = q.Budget, q.Currency, true, q.Budget
		r.Words, r.Begin = v.T("vote.running.money"), v.T("vote.running.budget", "limit", v.amount(q, q.Budget))
	case vote.Points:
		r.Limit, r.Most, r.Full = q.Points, 0, q.Points
		r.Words, r.Begin = v.T("vote.running.points"), v.T("vote.running.share", "n", q.Points)
	case vote.Some, vote.Projects:
		r.Full, r.Words = int64(len(q.Options)), v.T("vote.running.chosen")
		if q.Most > 0 {
			r.Full, r.Words = q.Most, v.T("vote.running.of", "limit", q.Most)
		}
		r.Begin = strings.ReplaceAll(r.Words, "{chosen}", "0")
	default:
		return nil
	}
	return r
}

// readBallot reads the choices in a form. An option that is none, or a number that is none, is left
// for the vote's rules to refuse; where one must be chosen and nothing was, missing says so.
func readBallot(f *Form, t vote.Vote) (b vote.Ballot, missing error) {
	var c fault.Check
	for i, q := range t.Questions {
		field, marks := "q"+strconv.Itoa(i), []vote.Mark{}
		switch q.Form {
		case vote.One:
			c.That(f.Has(field), field, "vote.ballot.none")
			if code := f.Raw(field); code != "" {
				marks = append(marks, vote.Mark{Option: code, Value: 1})
			}
		case vote.Points, vote.Ranking:
			for _, o := range q.Options {
				if typed := strings.TrimSpace(f.Raw(field + "." + o.Code)); typed != "" {
					marks = append(marks, vote.Mark{Option: o.Code, Value: wholeOrWrong(typed)})
				}
			}
		default:
			for _, code := range f.All(field) {
				marks = append(marks, vote.Mark{Option: code, Value: 1})
			}
		}
		b = append(b, marks)
	}
	return b, c.Err()
}

// wholeOrWrong reads points or a place; −1, which no ballot may hold, is what is no whole number.
func wholeOrWrong(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// reviewView is the page before casting. Nothing of it is stored: the form carries the choices on.
type reviewView struct {
	voteHead
	Voted     bool
	Secrecy   string
	Questions []reviewQuestion
	Hidden    []hiddenField
	FormID    string
}

type reviewQuestion struct {
	Title string
	Count string // "You chose 2 projects"
	Blank bool
	Lines []reviewLine
	Sum   string // "$2,180,000 of $5,000,000"
	Used  int64
	Limit int64
}

type reviewLine struct{ Title, Note string }

type hiddenField struct{ Name, Value string }

var reviewTmpl = page.New[reviewView]("vote/review")

// reviewBallot shows what was chosen before it is cast, or the ballot again where something is wrong
// with it or the person wants to change it.
func (s *Server) reviewBallot(v *Visit) error {
	p, err := s.Votes.Paper(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return s.noBallot(v, err)
	}
	b, missing := readBallot(v.Form, p.Vote)
	if v.Form.Get("then") == "change" {
		return s.askBallot(v, p, b, nil)
	}
	settled, err := p.Settle(b)
	if err == nil {
		err = missing
	}
	if err != nil {
		return s.askBallot(v, p, b, err)
	}
	m := reviewView{voteHead: v.voteHead(p.Vote), Voted: p.Voted, Secrecy: v.secrecy(p.Vote), FormID: newFormID()}
	for i, q := range p.Questions {
		m.Questions = append(m.Questions, v.reviewQuestion(q, settled[i]))
		m.Hidden = append(m.Hidden, hiddenFields(i, q, settled[i])...)
	}
	return render(v, reviewTmpl, Head{Title: v.T("vote.review.title"), Section: "votes", Private: true}, m)
}

// newFormID names one form, so that sending it twice casts once.
func newFormID() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (v *Visit) reviewQuestion(q vote.Question, marks []vote.Mark) reviewQuestion {
	m := reviewQuestion{Title: q.Title, Blank: len(marks) == 0}
	var points int64
	for _, mark := range marks {
		o, _ := q.Option(mark.Option)
		line := reviewLine{Title: o.Title}
		switch {
		case q.Form == vote.Points:
			points += mark.Value
			line.Note = v.T("vote.review.points", "n", mark.Value)
		case q.Form == vote.Ranking:
			line.Note = v.T("vote.review.place", "place", mark.Value)
		case q.Budget > 0:
			line.Note = v.money(q, o.Cost)
		}
		m.Lines = append(m.Lines, line)
	}
	m.Count = v.T("vote.review.count", "n", len(marks))
	switch q.Form {
	case vote.Knapsack:
		m.Used, m.Limit = q.Costs(marks), q.Budget
		m.Sum = v.T("vote.review.sum", "used", v.amount(q, m.Used), "limit", v.amount(q, q.Budget))
	case vote.Points:
		m.Used, m.Limit = points, q.Points
		m.Sum = v.T("vote.review.shared", "used", points, "limit", q.Points)
	}
	return m
}

// hiddenFields carry the choices under a question to the next form.
func hiddenFields(i int, q vote.Question, marks []vote.Mark) (all []hiddenField) {
	field := "q" + strconv.Itoa(i)
	for _, m := range marks {
		switch q.Form {
		case vote.Points, vote.Ranking:
			all = append(all, hiddenField{field + "." + m.Option, strconv.FormatInt(m.Value, 10)})
		default:
			all = append(all, hiddenField{field, m.Option})
		}
	}
	if q.Form == vote.One && len(marks) == 0 {
		all = append(all, hiddenField{field, ""})
	}
	return all
}
