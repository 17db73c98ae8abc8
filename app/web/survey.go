package web

import (
	"strconv"
	"time"

	"tequio/app/consultation"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/survey"
	"tequio/app/thing"
)

// questionView is a question as a person answers it.
type questionView struct {
	survey.Question
	N       int    // its number, from 1
	Field   string // name of its field and id of its first control
	Lang    string // of its words, "" when they are the reader's
	Choices []answerChoice
	Value   string
	Error   string
	Bounds  string // how many options, or which numbers
	Max     int    // characters
	Low     string
	High    string
}

type answerChoice struct {
	ID, Value, Text string
	Chosen          bool
}

type surveyView struct {
	Title, Back string
	Lang        string
	Questions   []questionView
	Form        FormView
	Action      string
	Autosave    string
	SignIn      string
	Sent        bool // the reader has answered; sending again replaces it
	Begun       bool
	Open        bool
	Upcoming    bool
	Manage      bool
	Results     bool
	OpensAt     time.Time
	ClosesAt    time.Time
	Until       string
	HasTexts    bool
}

var surveyTmpl = page.New[surveyView]("survey/show")

// questionnaire is the consultation and the questionnaire that the address names.
func (s *Server) questionnaire(v *Visit) (r consultation.Reading, q survey.Survey, mine survey.Response, err error) {
	if r, err = s.Consultations.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag()); err != nil {
		return
	}
	if r.Hidden() {
		return r, q, mine, fault.New(fault.Gone, "policy.away")
	}
	q, mine, err = s.Surveys.Open(v.ctx, v.Actor, r.ID)
	return
}

func (s *Server) surveyPage(v *Visit) error {
	r, q, mine, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	f := FormView{Values: map[string][]string{}}
	for id, values := range mine.Answers {
		f.Values[survey.Field(id)] = values
	}
	return s.showSurvey(v, r, q, mine, f, 0)
}

// showSurvey shows the questions with what the person has entered.
func (s *Server) showSurvey(v *Visit, r consultation.Reading, q survey.Survey, mine survey.Response, f FormView, code int) error {
	c := r.In(v.Lang.Tag(), r.Words)
	m := surveyView{Title: c.Title, Back: c.Path(), Lang: v.otherLang(c.Lang), Form: f, Action: c.Path() + "/questionnaire",
		Sent: mine.Sent(), Begun: mine.ID != 0 && !mine.Sent(), Open: r.QuestionnaireOpen(v.Now), Upcoming: q.PhaseAt(v.Now) == thing.Upcoming,
		OpensAt: q.OpensAt, ClosesAt: q.ClosesAt, Manage: policy.May(v.Actor, policy.Manage, r.Thing, v.Now)}
	m.Results = r.PhaseAt(v.Now) == thing.Closed
	if m.Open {
		m.Until = capital(v.Relative(q.ClosesAt))
	}
	if !v.Actor.SignedIn() {
		m.SignIn = "/login?return=" + m.Action
	} else if m.Open && !m.Sent {
		m.Autosave = m.Action + "/draft"
	}
	for i, question := range q.Questions {
		m.Questions = append(m.Questions, v.asks(i+1, question, q.Lang, f))
		m.HasTexts = m.HasTexts || question.Form.Open()
	}
	return render(v, surveyTmpl, Head{Title: v.T("survey.title") + ": " + c.Title, Section: "consultations", Private: true, Failed: f.Failed(), Code: code}, m)
}

// asks puts a question into the reader's words.
func (v *Visit) asks(n int, q survey.Question, original string, f FormView) questionView {
	q, lang := q.In(v.Lang.Tag(), original)
	m := questionView{Question: q, N: n, Field: survey.Field(q.ID), Lang: v.otherLang(lang), Value: f.Value(survey.Field(q.ID)), Error: f.Error(survey.Field(q.ID))}
	switch q.Form {
	case survey.Short:
		m.Max = survey.ShortMost
	case survey.Long:
		m.Max = survey.LongMost
	case survey.Several:
		switch all := int64(len(q.Options)); {
		case q.Least > 1 && q.Most < all:
			m.Bounds = v.T("survey.bounds.both", "least", q.Least, "most", q.Most)
		case q.Most < all:
			m.Bounds = v.T("survey.bounds.most", "n", q.Most)
		case q.Least > 1:
			m.Bounds = v.T("survey.bounds.least", "n", q.Least)
		default:
			m.Bounds = v.T("survey.bounds.any")
		}
	case survey.Number:
		if q.Least < q.Most {
			m.Bounds = v.T("survey.bounds.number", "least", q.Least, "most", q.Most)
		}
	case survey.Scale:
		m.Low, m.High = q.End(survey.LowEnd), q.End(survey.HighEnd)
	}
	if q.Form.Chosen() {
		for i, key := range q.Choices() {
			c := answerChoice{ID: m.Field, Value: key, Text: key, Chosen: f.Ticked(m.Field, key)}
			if i > 0 {
				c.ID += "-" + strconv.Itoa(i+1)
			}
			if q.Form != survey.Scale {
				c.Text = q.Option(key)
			}
			m.Choices = append(m.Choices, c)
		}
	}
	return m
}

// surveyAnswers are the fields of the form that answer the survey's questions.
func (v *Visit) surveyAnswers(q survey.Survey) survey.Answers {
	in := survey.Answers{}
	for _, question := range q.Questions {
		in[question.ID] = v.Form.All(survey.Field(question.ID))
	}
	return in
}

// surveySend takes the answers, or keeps them as a draft. What cannot be taken comes back as typed.
func (s *Server) surveySend(v *Visit) error {
	r, q, mine, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	draft := v.Form.Get("then") == "draft"
	if draft {
		err = s.Surveys.Save(v.ctx, v.Actor, q.ID, v.surveyAnswers(q))
	} else {
		err = s.Surveys.Send(v.ctx, v.Actor, q.ID, v.surveyAnswers(q))
	}
	if f, ok := v.refused(err); err != nil && ok {
		f.order(q)
		return s.showSurvey(v, r, q, mine, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	if draft {
		v.Flash("survey.saved")
		return v.Redirect(r.Path() + "/questionnaire")
	}
	return v.Redirect(r.Path() + "/questionnaire/done")
}

// order puts the faults into the order of the questions.
func (f *FormView) order(q survey.Survey) {
	var ordered []FieldError
	for _, question := range q.Questions {
		for _, e := range f.Errors {
			if e.Field == survey.Field(question.ID) {
				ordered = append(ordered, e)
			}
		}
	}
	f.Errors = ordered
}

// surveyDraft keeps what has been typed so far; the page's script calls it.
func (s *Server) surveyDraft(v *Visit) error {
	_, q, _, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	if err := s.Surveys.Save(v.ctx, v.Actor, q.ID, v.surveyAnswers(q)); err != nil {
		return err
	}
	v.Status(204)
	return nil
}

type surveyDoneView struct {
	Title, Back string
	Lang        string
	SentAt      time.Time
	ClosesAt    time.Time
	DecisionAt  time.Time
	Open        bool
	Change      string
	Answers     []givenAnswer
}

// givenAnswer is a question with what this person answered.
type givenAnswer struct {
	Question, Lang string
	Answers        []string
}

var surveyDoneTmpl = page.New[surveyDoneView]("survey/done")

// surveyDone confirms that the answers were received and says what happens next.
func (s *Server) surveyDone(v *Visit) error {
	r, q, mine, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	if !mine.Sent() {
		return v.Redirect(r.Path() + "/questionnaire")
	}
	c := r.In(v.Lang.Tag(), r.Words)
	m := surveyDoneView{Title: c.Title, Back: c.Path(), Lang: v.otherLang(c.Lang), SentAt: mine.SentAt, ClosesAt: q.ClosesAt,
		DecisionAt: r.DecisionAt, Open: r.QuestionnaireOpen(v.Now), Change: c.Path() + "/questionnaire"}
	if mine.EditedAt.After(m.SentAt) {
		m.SentAt = mine.EditedAt
	}
	for _, question := range q.Questions {
		m.Answers = append(m.Answers, v.given(question, q.Lang, mine.Answers[question.ID]))
	}
	return render(v, surveyDoneTmpl, Head{Title: v.T("survey.done"), Section: "consultations", Private: true}, m)
}

func (v *Visit) given(q survey.Question, original string, answers []string) givenAnswer {
	q, lang := q.In(v.Lang.Tag(), original)
	g := givenAnswer{Question: q.Label, Lang: v.otherLang(lang)}
	for _, a := range answers {
		switch q.Form {
		case survey.One, survey.Several:
			a = q.Option(a)
		case survey.Scale:
			a = q.Step(a)
		case survey.Date:
			a = v.day(a)
		}
		g.Answers = append(g.Answers, a)
	}
	return g
}

// day writes a day that is kept as 2006-01-02.
func (v *Visit) day(s string) string {
	if t, err := time.ParseInLocation(time.DateOnly, s, v.Zone()); err == nil {
		return v.Lang.Date(t.Add(12*time.Hour), v.Zone())
	}
	return s
}

// surveyLink leads from a questionnaire's own address to where it is answered.
func (s *Server) surveyLink(v *Visit) error {
	t, err := s.Surveys.Parent(v.ctx, v.Actor, v.Param("slug"))
	if err != nil {
		return err
	}
	return v.Redirect(t.Path() + "/questionnaire")
}
