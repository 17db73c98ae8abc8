package web

import (
	"fmt"
	"strconv"
	"strings"

	"tequio/app/consultation"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/survey"
	"tequio/app/thing"
)

// thingNumber writes an id for a form.
func thingNumber(id thing.ID) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

type questionForm struct {
	Desk    []deskItem
	Title   string
	Here    string // address of the consultation's page
	Action  string
	Form    FormView
	Fields  map[string]field
	Langs   []fieldsIn
	Fixed   bool // answers were sent: only wording may change
	Answers int64
}

// fieldsIn are controls for the words in one other language.
type fieldsIn struct {
	Tag, Name string
	Fields    []field
}

var questionFormTmpl = page.New[questionForm]("survey/question")

// questionOf is the question that the address names; the zero Question for "new".
func (s *Server) questionOf(v *Visit) (file consultation.File, q survey.Survey, one survey.Question, err error) {
	if file, err = s.managed(v); err != nil {
		return
	}
	q, _, err = s.Surveys.Open(v.ctx, v.Actor, file.ID)
	if fault.Is(err, fault.NotFound) {
		q.Lang, err = file.Lang, nil
	}
	if v.Param("question") == "" || err != nil {
		return
	}
	for _, one := range q.Questions {
		if one.ID == v.ID("question") {
			return file, q, one, nil
		}
	}
	err = fault.New(fault.NotFound, "thing.missing")
	return
}

func (s *Server) questionPage(v *Visit) error {
	file, q, one, err := s.questionOf(v)
	if err != nil {
		return err
	}
	f := blank("form", string(one.Form), "label", one.Label, "hint", one.Hint, "least", number(one.Least), "most", number(one.Most),
		"options", optionLines(one), "low", one.End(survey.LowEnd), "high", one.End(survey.HighEnd))
	if one.ID == 0 {
		f.Values["form"] = []string{string(survey.One)}
	}
	if one.Required {
		f.Values["required"] = []string{"yes"}
	}
	for lang, w := range one.Words {
		translated := one
		translated, _ = translated.In(lang, q.Lang)
		f.Values["label-"+lang], f.Values["hint-"+lang] = []string{w.Label}, []string{w.Hint}
		f.Values["options-"+lang] = []string{optionLines(translated)}
		f.Values["low-"+lang], f.Values["high-"+lang] = []string{w.Options[survey.LowEnd]}, []string{w.Options[survey.HighEnd]}
	}
	return s.showQuestion(v, file, q, f, 0)
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// optionLines are a question's options, one a line.
func optionLines(q survey.Question) string {
	var lines []string
	if q.Form != survey.Scale {
		for _, o := range q.Options {
			lines = append(lines, o.Label)
		}
	}
	return strings.Join(lines, "\n")
}

func (s *Server) showQuestion(v *Visit, file consultation.File, q survey.Survey, f FormView, code int) error {
	m := questionForm{Desk: v.desk(deskConsultations), Title: file.Title, Here: deskConsultation(file.ID), Action: v.Path(), Form: f,
		Fixed: q.Answers > 0 && v.Param("question") != "", Answers: q.Answers, Fields: map[string]field{}}
	var forms []choice
	for _, form := range survey.Forms {
		forms = append(forms, choice{string(form), v.T("survey.form." + string(form)), f.Value("form") == string(form)})
	}
	for _, one := range []field{
		{Name: "form", Choices: forms}, {Name: "label", Max: survey.LabelMost}, {Name: "hint", Rows: 2, Max: survey.HintMost, Optional: true},
		{Name: "required"}, {Name: "options", Rows: 8, Optional: true}, {Name: "least", Width: "w-s", Optional: true}, {Name: "most", Width: "w-s", Optional: true},
		{Name: "low", Width: "w-m", Optional: true}, {Name: "high", Width: "w-m", Optional: true},
	} {
		m.Fields[one.Name] = v.questionField(f, one)
	}
	for _, tag := range v.otherLanguages(q.Lang) {
		in := fieldsIn{Tag: tag, Name: s.Words.Language(tag).Name()}
		for _, name := range []string{"label", "hint", "options", "low", "high"} {
			one := field{Name: name + "-" + tag, Label: "survey.field." + name, Optional: true, Lang: v.otherLang(tag)}
			if name == "options" {
				one.Rows, one.Hint = 6, "survey.field.options.same"
			}
			in.Fields = append(in.Fields, v.filled(f, one))
		}
		m.Langs = append(m.Langs, in)
	}
	title := v.T("survey.question.new")
	if v.Param("question") != "" {
		title = v.T("survey.question.edit")
	}
	return render(v, questionFormTmpl, Head{Title: title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) questionField(f FormView, one field) field {
	one.Label = "survey.field." + one.Name
	if hint := one.Label + ".hint"; v.Lang.Has(hint) {
		one.Hint = hint
	}
	return v.filled(f, one)
}

func (s *Server) questionSave(v *Visit) error {
	file, q, old, err := s.questionOf(v)
	if err != nil {
		return err
	}
	one, err := v.questionSent(q, old)
	if err == nil {
		err = s.Surveys.SaveQuestion(v.ctx, v.Actor, file.ID, one)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showQuestion(v, file, q, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("consultation.flash.saved")
	return v.Redirect(deskConsultation(file.ID) + "#questions")
}

// questionSent reads the form of a question; its options keep the keys that the old ones have, line
// by line.
func (v *Visit) questionSent(s survey.Survey, old survey.Question) (q survey.Question, err error) {
	f := v.Form
	q = survey.Question{ID: old.ID, Form: survey.Form(f.Get("form")), Label: f.Get("label"), Hint: f.Get("hint"), Required: f.Has("required"),
		Words: map[string]survey.Words{}}
	var check fault.Check
	for name, n := range map[string]*int64{"least": &q.Least, "most": &q.Most} {
		if f.Get(name) != "" {
			var ok bool
			*n, ok = f.Int(name)
			check.That(ok, name, "survey.answer.number")
		}
	}
	if q.Form == survey.Scale {
		if q.Most == 0 {
			q.Least, q.Most = 1, 5
		}
		q.Options = ends(f.Get("low"), f.Get("high"))
	} else {
		for i, label := range lines(f.Get("options")) {
			o := survey.Option{Label: label}
			if i < len(old.Options) && old.Form != survey.Scale {
				o.Key = old.Options[i].Key
			}
			q.Options = append(q.Options, o)
		}
	}
	q.Prepare()
	for _, tag := range v.otherLanguages(s.Lang) {
		if f.Get("label-"+tag) == "" {
			continue
		}
		options := lines(f.Get("options-" + tag))
		if q.Form == survey.Scale {
			options = nil
			for _, o := range q.Options {
				options = append(options, f.Get(o.Key+"-"+tag))
			}
		}
		q.Words[tag] = q.WordsFrom(f.Get("label-"+tag), f.Get("hint-"+tag), options)
	}
	return q, check.Err()
}

// ends are the words at the ends of a scale, those there are.
func ends(low, high string) (all []survey.Option) {
	for key, label := range map[string]string{survey.LowEnd: low, survey.HighEnd: high} {
		if label != "" {
			all = append(all, survey.Option{Key: key, Label: label})
		}
	}
	return all
}

// lines are the lines of a text that hold something.
func lines(s string) (all []string) {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (s *Server) questionMove(v *Visit) error {
	by := 1
	if v.Form.Get("to") == "up" {
		by = -1
	}
	err := s.Surveys.MoveQuestion(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("question"), by)
	return v.act("consultation.flash.saved", err)
}

func (s *Server) questionRemove(v *Visit) error {
	return v.act("survey.flash.removed", s.Surveys.RemoveQuestion(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("question")))
}

type topicForm struct {
	Desk   []deskItem
	Title  string
	Here   string
	Action string
	New    bool
	Form   FormView
	Fields []field
	Stance field
	Langs  []fieldsIn
}

var topicFormTmpl = page.New[topicForm]("topic/edit")

func (s *Server) topicPage(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	f := blank()
	if v.Param("topic") != "" {
		t, words, err := s.Consultations.TopicFile(v.ctx, v.Actor, thing.ID(v.ID("topic")), v.otherLanguages(file.Lang))
		if err != nil {
			return err
		}
		f = blank("title", t.Title, "body", t.Body)
		if t.Stances {
			f.Values["stances"] = []string{"yes"}
		}
		for lang, w := range words {
			f.Values["title-"+lang], f.Values["body-"+lang] = []string{w["title"]}, []string{w["body"]}
		}
	}
	return s.showTopic(v, file, f, 0)
}

func (s *Server) showTopic(v *Visit, file consultation.File, f FormView, code int) error {
	m := topicForm{Desk: v.desk(deskConsultations), Title: file.Title, Here: deskConsultation(file.ID), Action: v.Path(), New: v.Param("topic") == "",
		Form: f, Stance: v.filled(f, field{Name: "stances", Label: "consultation.field.stances"})}
	m.Fields = v.topicFields(f, "", "")
	for _, tag := range v.otherLanguages(file.Lang) {
		m.Langs = append(m.Langs, fieldsIn{tag, s.Words.Language(tag).Name(), v.topicFields(f, "-"+tag, v.otherLang(tag))})
	}
	return render(v, topicFormTmpl, Head{Title: v.T("consultation.topic.edit"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// topicFields are a topic's title and text; end closes their names in another language.
func (v *Visit) topicFields(f FormView, end, lang string) []field {
	return []field{
		v.filled(f, field{Name: "title" + end, Label: "consultation.field.title", Optional: end != "", Lang: lang}),
		v.filled(f, field{Name: "body" + end, Label: "consultation.field.body", Hint: "form.markdown", Rows: 8, Optional: end != "", Lang: lang}),
	}
}

func (s *Server) topicSave(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	e := consultation.TopicEdit{Title: v.Form.Get("title"), Body: v.Form.Get("body"), Stances: v.Form.Has("stances"), Words: map[string]thing.Words{}}
	for _, tag := range v.otherLanguages(file.Lang) {
		e.Words[tag] = thing.Words{"title": v.Form.Get("title-" + tag), "body": v.Form.Get("body-" + tag)}
	}
	err = s.Consultations.SaveTopic(v.ctx, v.Actor, file.ID, thing.ID(v.ID("topic")), e)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showTopic(v, file, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("consultation.flash.saved")
	return v.Redirect(fmt.Sprintf("%s#topics", deskConsultation(file.ID)))
}

func (s *Server) topicRemove(v *Visit) error {
	err := s.Consultations.RemoveTopic(v.ctx, v.Actor, thing.ID(v.ID("id")), thing.ID(v.ID("topic")))
	return v.act("consultation.flash.topic.removed", err)
}
