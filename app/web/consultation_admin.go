package web

import (
	"fmt"
	"strings"

	"tequio/app/consultation"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// deskConsultation is the address at which staff look after a consultation.
func deskConsultation(id thing.ID) string { return fmt.Sprintf("/admin/consultations/%d", id) }

const deskConsultations = "/admin/consultations"

type deskListView struct {
	Desk []deskItem
	Rows []row
}

var deskListTmpl = page.New[deskListView]("consultation/desk")

func (s *Server) deskConsultations(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	all, err := s.Consultations.Managed(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := deskListView{Desk: v.desk(deskConsultations)}
	for _, t := range all {
		r := row{Href: deskConsultation(t.ID), Title: t.Title, Tag: v.phaseTag(t)}
		switch {
		case t.State == thing.Draft:
			r.Tag = &Tag{v.T("consultation.tag.draft"), "tag-info"}
		case t.State == thing.Published && t.PublishedAt.After(v.Now):
			r.Tag = &Tag{v.T("consultation.tag.scheduled"), "tag-info"}
		case t.Hidden():
			r.Tag = &Tag{v.T("moderation.hidden.title"), "tag-bad"}
		}
		if d := v.deadline(t); d != nil {
			r.Meta = d.Text
		}
		m.Rows = append(m.Rows, r)
	}
	return render(v, deskListTmpl, Head{Title: v.T("nav.consultations"), Admin: true, Private: true}, m)
}

// need is a line of the checklist before publication.
type need struct {
	Text, Href string
	Done       bool
}

type deskShowView struct {
	Desk      []deskItem
	C         consultation.Consultation
	Here      string
	Standing  string
	Tag       *Tag
	Needs     []need
	Ready     bool
	Draft     bool
	Scheduled bool
	Upcoming  bool
	Open      bool
	Closed    bool
	Answered  bool
	Questions []deskQuestion
	Answers   int64
	Topics    []consultation.Topic
	Langs     []deskLang
	Form      FormView
	At        field // when to publish
	Reason    field // why to close early
}

type deskQuestion struct {
	ID                 int64
	N                  int
	Label, Form        string
	Required           bool
	First, Last, Fixed bool
}

// deskLang is one of the instance's other languages, with how much has been translated.
type deskLang struct {
	Tag, Name string
	Done      int
	Of        int
}

var deskShowTmpl = page.New[deskShowView]("consultation/manage")

func (s *Server) deskConsultation(v *Visit) error { return s.showDesk(v, FormView{}, 0) }

// showDesk is the page from which staff look after one consultation: what is missing, what comes next.
func (s *Server) showDesk(v *Visit, f FormView, code int) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	c := file.Consultation
	view := consultationView{Reading: file.Reading}
	v.standing(&view)
	m := deskShowView{Desk: v.desk(deskConsultations), C: c, Here: deskConsultation(c.ID), Standing: view.Standing, Tag: view.Tag, Form: f,
		Ready: consultation.Ready(file.Needs), Draft: c.State == thing.Draft, Topics: file.Topics}
	m.Scheduled = c.State == thing.Published && c.PublishedAt.After(v.Now)
	phase := c.PhaseAt(v.Now)
	m.Upcoming, m.Open, m.Closed = c.Listed(v.Now) && phase == thing.Upcoming, c.Listed(v.Now) && phase == thing.Opened, c.Listed(v.Now) && phase == thing.Closed
	m.Answered = !c.OutcomeAt.IsZero()
	if m.Draft {
		m.Standing, m.Tag = v.T("consultation.preview.draft"), &Tag{v.T("consultation.tag.draft"), "tag-info"}
	} else if m.Scheduled {
		m.Standing = v.T("consultation.preview.scheduled", "date", v.Lang.DateTime(c.PublishedAt, v.Zone()))
		m.Tag = &Tag{v.T("consultation.tag.scheduled"), "tag-info"}
	}
	for _, n := range file.Needs {
		href := m.Here + "/edit#" + map[string]string{"deadline": "stages"}[n.Field]
		if n.Field != "deadline" {
			href += n.Field
		}
		switch n.Field {
		case "questions":
			href = m.Here + "#questions"
		case "statements":
			href = m.Here + "/statements"
		}
		m.Needs = append(m.Needs, need{v.T("consultation.need." + n.Field), href, n.Done})
	}
	if err := v.deskQuestions(&m); err != nil {
		return err
	}
	for _, tag := range v.otherLanguages(c.Lang) {
		m.Langs = append(m.Langs, deskLang{tag, s.Words.Language(tag).Name(), len(file.Translations[tag]), len(v.translatable(c))})
	}
	m.At = v.filled(f, field{Name: "at", Label: "consultation.at", Hint: "consultation.at.hint", Type: "datetime-local", Width: "w-m", Optional: true})
	m.Reason = v.filled(f, field{Name: "reason", Label: "consultation.reason", Hint: "consultation.reason.hint", Rows: 3, Max: consultation.SummaryMost})
	return render(v, deskShowTmpl, Head{Title: c.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) managed(v *Visit) (consultation.File, error) {
	return s.Consultations.Manage(v.ctx, v.Actor, thing.ID(v.ID("id")), s.Instance.Current().Languages)
}

func (v *Visit) deskQuestions(m *deskShowView) error {
	q, _, err := v.s.Surveys.Open(v.ctx, v.Actor, m.C.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	m.Answers = q.Answers
	for i, one := range q.Questions {
		m.Questions = append(m.Questions, deskQuestion{one.ID, i + 1, one.Label, v.T("survey.form." + string(one.Form)), one.Required,
			i == 0, i == len(q.Questions)-1, q.Answers > 0})
	}
	return err
}

// otherLanguages are the instance's languages but one.
func (v *Visit) otherLanguages(lang string) (tags []string) {
	for _, tag := range v.s.Instance.Current().Languages {
		if tag != lang {
			tags = append(tags, tag)
		}
	}
	return tags
}

// act runs a change of one consultation and leads back to its page, or shows it with the fault.
func (v *Visit) act(flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return v.s.showDesk(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(deskConsultation(thing.ID(v.ID("id"))))
}

func (s *Server) publishConsultation(v *Visit) error {
	at, ok := v.Form.When("at", v.Zone())
	if !ok {
		return v.act("", fault.On("at", "form.when"))
	}
	flash := "consultation.flash.published"
	if at.After(v.Now) {
		flash = "consultation.flash.scheduled"
	}
	return v.act(flash, s.Consultations.Publish(v.ctx, v.Actor, thing.ID(v.ID("id")), at))
}

func (s *Server) unscheduleConsultation(v *Visit) error {
	return v.act("consultation.flash.unscheduled", s.Consultations.Unschedule(v.ctx, v.Actor, thing.ID(v.ID("id"))))
}

func (s *Server) openConsultation(v *Visit) error {
	return v.act("consultation.flash.opened", s.Consultations.OpenNow(v.ctx, v.Actor, thing.ID(v.ID("id"))))
}

func (s *Server) closeConsultation(v *Visit) error {
	return v.act("consultation.flash.closed", s.Consultations.CloseNow(v.ctx, v.Actor, thing.ID(v.ID("id")), v.Form.Get("reason")))
}

type outcomeView struct {
	Desk    []deskItem
	Title   string
	Here    string
	Lang    string
	Form    FormView
	Field   field
	Preview string // rendered
	Results string
}

var outcomeTmpl = page.New[outcomeView]("consultation/outcome")

func (s *Server) consultationOutcome(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	return s.showOutcome(v, file, blank("outcome", file.Outcome), "", 0)
}

func (s *Server) showOutcome(v *Visit, file consultation.File, f FormView, preview string, code int) error {
	m := outcomeView{Desk: v.desk(deskConsultations), Title: file.Title, Here: deskConsultation(file.ID), Lang: v.otherLang(file.Lang), Form: f,
		Preview: preview}
	m.Field = v.filled(f, field{Name: "outcome", Label: "consultation.field.outcome", Hint: "consultation.field.outcome.hint", Rows: 16, Max: consultation.BodyMost, Lang: m.Lang})
	if file.Questions > 0 {
		m.Results = file.Path() + "/results"
	}
	return render(v, outcomeTmpl, Head{Title: v.T("consultation.outcome") + ": " + file.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// publishOutcome publishes the outcome, or shows how it will look.
func (s *Server) publishOutcome(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	body := v.Form.Get("outcome")
	if v.Form.Get("then") == "preview" {
		return s.showOutcome(v, file, FormView{Values: v.Form.values}, text.Markdown(body, text.Official), 0)
	}
	err = s.Consultations.PublishOutcome(v.ctx, v.Actor, file.ID, body)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showOutcome(v, file, f, "", statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("consultation.flash.outcome")
	return v.Redirect(file.Path())
}

// wordsField is one text to translate, beside its original.
type wordsField struct {
	Name, Label, Original string
	Long                  bool
}

type wordsView struct {
	Desk     []deskItem
	Title    string
	Here     string
	Original string // language of the original
	Lang     string
	Name     string
	Fields   []pairedField
	Form     FormView
}

// pairedField is a control beside the text it is to translate.
type pairedField struct {
	Field    field
	Original string
}

var wordsTmpl = page.New[wordsView]("consultation/words")

// translatable are the texts of a consultation that there are to translate.
func (v *Visit) translatable(c consultation.Consultation) (all []wordsField) {
	for _, f := range []wordsField{
		{"title", "consultation.field.title", c.Title, false}, {"summary", "consultation.field.summary", c.Summary, true},
		{"deciding", "consultation.field.deciding", c.Deciding, true}, {"undecided", "consultation.field.undecided", c.Undecided, true},
		{"decider", "consultation.field.decider", c.Decider, true}, {"body", "consultation.field.body", c.Body, true},
		{"offline", "consultation.field.offline", c.Offline, true}, {"outcome", "consultation.field.outcome", c.Outcome, true},
	} {
		if f.Original != "" {
			f.Label = v.T(f.Label)
			all = append(all, f)
		}
	}
	for i, st := range c.Stages {
		if st.Name != "" {
			all = append(all, wordsField{consultation.StageField(i), v.T("consultation.field.stage"), st.Name, false})
		}
	}
	return all
}

func (s *Server) consultationWords(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	f := blank()
	for field, words := range file.Translations[v.Param("lang")] {
		f.Values[field] = []string{words}
	}
	return s.showWords(v, file, f, 0)
}

func (s *Server) showWords(v *Visit, file consultation.File, f FormView, code int) error {
	if _, ok := file.Translations[v.Param("lang")]; !ok || v.Param("lang") == file.Lang {
		return fault.New(fault.NotFound, "thing.missing")
	}
	m := wordsView{Desk: v.desk(deskConsultations), Title: file.Title, Here: deskConsultation(file.ID), Original: file.Lang, Lang: v.Param("lang"),
		Name: s.Words.Language(v.Param("lang")).Name(), Form: f}
	for _, one := range v.translatable(file.Consultation) {
		p := pairedField{field{Name: one.Name, Label: one.Label, Value: f.Value(one.Name), Error: f.Error(one.Name), Lang: v.otherLang(m.Lang), Optional: true}, one.Original}
		if one.Long {
			p.Field.Rows = min(max(strings.Count(one.Original, "\n")+len(one.Original)/80+2, 3), 24)
		}
		m.Fields = append(m.Fields, p)
	}
	return render(v, wordsTmpl, Head{Title: m.Name + ": " + file.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) saveWords(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	if _, ok := file.Translations[v.Param("lang")]; !ok || v.Param("lang") == file.Lang {
		return fault.New(fault.NotFound, "thing.missing")
	}
	words := thing.Words{}
	for _, field := range v.translatable(file.Consultation) {
		words[field.Name] = v.Form.Get(field.Name)
	}
	err = s.Consultations.Translate(v.ctx, v.Actor, file.ID, v.Param("lang"), words)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showWords(v, file, f, statusOf(err))
	}
	return v.act("consultation.flash.saved", err)
}
