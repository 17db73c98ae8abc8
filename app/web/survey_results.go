package web

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"tequio/app/page"
	"tequio/app/survey"
)

// surveyResultView is what was answered to one question.
type surveyResultView struct {
	ID        int64
	N         int
	Label     string
	Lang      string
	Answered  int64
	Note      string
	Rows      []surveyResultRow
	Low, High string
	Spread    []surveyResultRow
	Texts     []survey.Text
	TextsLang string
	More      string // the other open answers
	Later     bool   // open answers are shown after the outcome
	Kept      bool
}

type surveyResultRow struct {
	Label  string
	N      int64
	Of     int64
	Width  string // of the bar, of 100
	Value  string
	Hidden bool
}

type resultsView struct {
	Title, Back, Lang string
	Answers           int64
	Results           []surveyResultView
	Staff             bool
	CSV               string
}

var resultsTmpl = page.New[resultsView]("survey/results")

func (s *Server) surveyResults(v *Visit) error {
	return keep(v, resultsTmpl, forVisitors(consultationScopes...), func() (Head, resultsView, error) {
		r, q, _, err := s.questionnaire(v)
		if err != nil {
			return Head{}, resultsView{}, err
		}
		v.changes(r.ClosesAt)
		rep, err := s.Surveys.Results(v.ctx, v.Actor, r.ID, !r.OutcomeAt.IsZero())
		if err != nil {
			return Head{}, resultsView{}, err
		}
		c := r.In(v.Lang.Tag(), r.Words)
		m := resultsView{Title: c.Title, Back: c.Path(), Lang: v.otherLang(c.Lang), Answers: rep.Answers, Staff: rep.Staff}
		if rep.Staff {
			m.CSV = c.Path() + "/results.csv"
		}
		for i, one := range rep.Results {
			m.Results = append(m.Results, v.result(i+1, one, q.Lang, rep.Texts, c.Path()))
		}
		return Head{Title: v.T("survey.results") + ": " + c.Title, Section: "consultations"}, m, nil
	})
}

// result puts the answers to one question into words and bars.
func (v *Visit) result(n int, r survey.Result, original string, texts bool, path string) surveyResultView {
	q, lang := r.In(v.Lang.Tag(), original)
	m := surveyResultView{ID: q.ID, N: n, Label: q.Label, Lang: v.otherLang(lang), Answered: r.Answered, Kept: r.Kept, Texts: r.Texts,
		TextsLang: v.otherLang(original), Later: q.Form.Open() && !texts}
	if q.Form == survey.Several {
		m.Note = v.T("survey.results.several")
	}
	for _, c := range r.Counts {
		row := surveyResultRow{Label: c.Key, N: c.N, Of: r.Answered, Hidden: c.Hidden, Width: barWidth(c.N, r.Answered)}
		if q.Form == survey.Scale {
			row.Label = q.Step(c.Key)
		} else {
			row.Label = q.Option(c.Key)
		}
		m.Rows = append(m.Rows, row)
	}
	if s := r.Spread; s != nil {
		m.Spread = v.spread(q.Form, *s)
	}
	if r.More {
		m.More = path + "/results/" + strconv.FormatInt(q.ID, 10)
	}
	return m
}

// spread are the ends and the middle of numbers or days, those that may be shown.
func (v *Visit) spread(f survey.Form, s survey.Spread) (rows []surveyResultRow) {
	for _, one := range []struct{ key, value string }{{"survey.results.least", s.Least}, {"survey.results.middle", s.Middle}, {"survey.results.most", s.Most}} {
		if one.value == "" {
			continue
		}
		value := one.value
		if f == survey.Date {
			value = v.day(value)
		}
		rows = append(rows, surveyResultRow{Label: v.T(one.key), Value: value})
	}
	return rows
}

// barWidth is n of total as the width of a bar of 100, with one decimal.
func barWidth(n, total int64) string {
	if total <= 0 {
		return "0"
	}
	tenths := (n*2000 + total) / (2 * total)
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10)
}

type textsView struct {
	Title, Back, Lang string
	Question          string
	QuestionLang      string
	Texts             []survey.Text
	TextsLang         string
	First, Next       string
}

var textsTmpl = page.New[textsView]("survey/texts")

// surveyTexts lists the open answers to one question.
func (s *Server) surveyTexts(v *Visit) error {
	r, q, _, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(v.Query("after"), 36, 64)
	question, all, more, err := s.Surveys.Texts(v.ctx, v.Actor, r.ID, v.ID("question"), after, !r.OutcomeAt.IsZero())
	if err != nil {
		return err
	}
	c := r.In(v.Lang.Tag(), r.Words)
	question, lang := question.In(v.Lang.Tag(), q.Lang)
	m := textsView{Title: c.Title, Back: c.Path() + "/results", Lang: v.otherLang(c.Lang), Question: question.Label, QuestionLang: v.otherLang(lang),
		Texts: all, TextsLang: v.otherLang(q.Lang)}
	if after != 0 {
		m.First = v.Path()
	}
	if more {
		m.Next = v.Path() + "?after=" + strconv.FormatInt(all[len(all)-1].ID, 36)
	}
	return render(v, textsTmpl, Head{Title: question.Label, Section: "consultations"}, m)
}

// surveyCSV is every response for those who look after the consultation: a row each, without names.
func (s *Server) surveyCSV(v *Visit) error {
	r, _, _, err := s.questionnaire(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var q survey.Survey
	n := 0
	begin := func(of survey.Survey) error {
		q = of
		head := []string{v.T("survey.csv.number"), v.T("survey.csv.sent")}
		for _, one := range q.Questions {
			head = append(head, cell(one.Label))
		}
		return w.Write(head)
	}
	err = s.Surveys.Each(v.ctx, v.Actor, r.ID, begin, func(one survey.Response) error {
		n++
		row := []string{strconv.Itoa(n), v.iso(one.SentAt)}
		for _, question := range q.Questions {
			row = append(row, cell(strings.Join(v.plainAnswers(question, one.Answers[question.ID]), "; ")))
		}
		return w.Write(row)
	})
	if err != nil {
		return err
	}
	w.Flush()
	return v.download(r.Slug+".csv", "text/csv; charset=utf-8", b.Bytes())
}

// plainAnswers are answers as a spreadsheet holds them: options by their words in the original.
func (v *Visit) plainAnswers(q survey.Question, answers []string) []string {
	if q.Form != survey.One && q.Form != survey.Several {
		return answers
	}
	var all []string
	for _, a := range answers {
		all = append(all, q.Option(a))
	}
	return all
}
