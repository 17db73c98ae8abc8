package web

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"

	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/vote"
)

// reviewView is the page before casting. Nothing of it is stored: the form carries the choices on.
type reviewView struct {
	voteHead
	Voted     bool
	Secrecy   string
	Area      string // name of the area in which the ballot votes
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
	if ok, err := s.inBooth(v); !ok {
		return err
	}
	p, err := s.paperOf(v)
	if err != nil {
		return s.noBallot(v, err)
	}
	b, area, missing := readBallot(v.Form, p.Vote)
	s.keepOn(v, p)
	switch v.Form.Get("then") {
	case "change":
		return s.askBallot(v, p, area, b, nil)
	case "area":
		if area == "" {
			return s.askArea(v, p, fault.On("area", "vote.area.missing"))
		}
		return s.askBallot(v, p, area, nil, nil)
	case "other":
		return s.askArea(v, p, nil)
	}
	settled, err := p.Accept(b)
	if err == nil {
		err = missing
	}
	if err != nil {
		return s.askBallot(v, p, area, b, err)
	}
	m := reviewView{voteHead: v.voteHead(p.Vote), Voted: p.Voted, Secrecy: v.secrecy(p.Vote), FormID: newFormID(), Area: area}
	if area != "" {
		m.Hidden = append(m.Hidden, hiddenField{"area", areaField(p.Vote, area)})
	}
	for i, q := range p.Questions {
		if !p.Asks(i, area) {
			continue
		}
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
	m := reviewQuestion{Title: questionTitle(q), Blank: len(marks) == 0}
	var points int64
	for _, mark := range marks {
		o, _ := q.Option(mark.Option)
		line := reviewLine{Title: o.Title}
		switch {
		case q.Form == vote.Points, q.Form == vote.Score:
			points += mark.Value
			line.Note = v.T("vote.review.points", "n", mark.Value)
		case q.Form == vote.Graded:
			line.Note = q.Grade(mark.Value)
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
		if q.Form.Valued() {
			all = append(all, hiddenField{field + "." + m.Option, strconv.FormatInt(m.Value, 10)})
		} else {
			all = append(all, hiddenField{field, m.Option})
		}
	}
	if q.Form == vote.One && len(marks) == 0 {
		all = append(all, hiddenField{field, ""})
	}
	return all
}
