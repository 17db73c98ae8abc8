package web

import (
	"tequio/app/consultation"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

type consultationForm struct {
	Desk   []deskItem
	New    bool
	Title  string
	Back   string
	Form   FormView
	Stages []stageRow
	Fields map[string]field
	Zone   string
}

// stageRow is a line of the form's dates; a line without dates is left out.
type stageRow struct {
	N             int
	Kinds         []choice
	Name          string
	Opens, Closes string
}

// spareRows are the empty lines that the form offers for further stages.
const spareRows = 3

var consultationFormTmpl = page.New[consultationForm]("consultation/edit")

func (s *Server) consultationNew(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	m := consultationForm{New: true, Form: blank("lang", s.Instance.Current().Default()), Back: deskConsultations}
	m.Form.Values["stage-kind"] = []string{consultation.Information, consultation.Questionnaire, consultation.Answering}
	return s.showConsultationForm(v, m, 0)
}

func (s *Server) consultationCreate(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	e, err := v.consultationEdit()
	var id thing.ID
	if err == nil {
		id, err = s.Consultations.Create(v.ctx, v.Actor, e)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showConsultationForm(v, consultationForm{New: true, Form: f, Back: deskConsultations}, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("consultation.flash.created")
	return v.Redirect(deskConsultation(id))
}

func (s *Server) consultationEditPage(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	return s.showConsultationForm(v, consultationForm{Title: file.Title, Back: deskConsultation(file.ID), Form: v.consultationFields(file.Consultation)}, 0)
}

func (s *Server) consultationSave(v *Visit) error {
	file, err := s.managed(v)
	if err != nil {
		return err
	}
	e, err := v.consultationEdit()
	if err == nil {
		err = s.Consultations.Edit(v.ctx, v.Actor, file.ID, e)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showConsultationForm(v, consultationForm{Title: file.Title, Back: deskConsultation(file.ID), Form: f}, statusOf(err))
	}
	if v.Form.Get("then") == "stages" && err == nil {
		v.Flash("consultation.flash.saved")
		return v.Redirect(deskConsultation(file.ID) + "/edit#stages")
	}
	return v.act("consultation.flash.saved", err)
}

// consultationFields is the form filled with what a consultation has.
func (v *Visit) consultationFields(c consultation.Consultation) FormView {
	f := blank("agency", thingNumber(c.Agency), "lang", c.Lang, "title", c.Title, "summary", c.Summary, "subject", c.Subject, "place", c.Place,
		"body", c.Body, "deciding", c.Deciding, "undecided", c.Undecided, "decider", c.Decider, "contact", c.Contact, "offline", c.Offline,
		"decision", printWhen(c.DecisionAt, v.Zone()))
	if c.Stances {
		f.Values["stances"] = []string{"yes"}
	}
	for _, st := range c.Stages {
		f.Values["stage-kind"] = append(f.Values["stage-kind"], st.Kind)
		f.Values["stage-name"] = append(f.Values["stage-name"], st.Name)
		f.Values["stage-opens"] = append(f.Values["stage-opens"], printWhen(st.OpensAt, v.Zone()))
		f.Values["stage-closes"] = append(f.Values["stage-closes"], printWhen(st.ClosesAt, v.Zone()))
	}
	return f
}

// consultationEdit reads the form. Dates that are none are refused with the other faults to come.
func (v *Visit) consultationEdit() (e consultation.Edit, err error) {
	f := v.Form
	e = consultation.Edit{AgencyID: thing.ID(f.ID("agency")), Lang: v.pick(f.Get("lang"), v.s.Instance.Current().Languages), Title: f.Get("title"),
		Summary: f.Get("summary"), Body: f.Get("body"), Deciding: f.Get("deciding"), Undecided: f.Get("undecided"), Decider: f.Get("decider"),
		Contact: f.Get("contact"), Offline: f.Get("offline"), Stances: f.Has("stances")}
	if s, ok := v.s.Instance.Current().Subject(f.Get("subject")); ok {
		e.Subject = s.Key
	}
	if p, ok := v.s.Instance.Current().Place(f.Get("place")); ok {
		e.Place = p.Key
	}
	var check fault.Check
	var ok bool
	e.DecisionAt, ok = f.When("decision", v.Zone())
	check.That(ok, "decision", "form.when")
	for i, kind := range f.All("stage-kind") {
		opens, ok1 := parseWhen(nth(f.All("stage-opens"), i), v.Zone())
		closes, ok2 := parseWhen(nth(f.All("stage-closes"), i), v.Zone())
		check.That(ok1 && ok2, "stages", "form.when")
		if opens.IsZero() && closes.IsZero() && i < consultation.StagesMost+spareRows {
			continue
		}
		e.Stages = append(e.Stages, thing.Stage{Kind: kind, Name: text.Line(nth(f.All("stage-name"), i)), OpensAt: opens, ClosesAt: closes})
	}
	return e, check.Err()
}

// pick is the value if it is one of all, else the first of them.
func (v *Visit) pick(value string, all []string) string {
	for _, one := range all {
		if one == value {
			return one
		}
	}
	return all[0]
}

func nth(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// showConsultationForm shows the long form: m has what differs, the rest is filled in here.
func (s *Server) showConsultationForm(v *Visit, m consultationForm, code int) (err error) {
	m.Desk, m.Zone = v.desk(deskConsultations), v.Lang.Place(v.Zone())
	kinds := m.Form.Values["stage-kind"]
	for i := range len(kinds) + spareRows {
		r := stageRow{N: i, Name: nth(m.Form.Values["stage-name"], i), Opens: nth(m.Form.Values["stage-opens"], i), Closes: nth(m.Form.Values["stage-closes"], i)}
		for _, kind := range consultation.StageKinds {
			r.Kinds = append(r.Kinds, choice{kind, v.T("consultation.stage." + kind), kind == nth(kinds, i)})
		}
		m.Stages = append(m.Stages, r)
	}
	if m.Fields, err = v.consultationControls(m.Form); err != nil {
		return err
	}
	title := v.T("consultation.new")
	if !m.New {
		title = v.T("action.edit") + ": " + m.Title
	}
	return render(v, consultationFormTmpl, Head{Title: title, Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

// consultationControls are the controls of the form but for the dates of stages.
func (v *Visit) consultationControls(f FormView) (map[string]field, error) {
	agencies, err := v.ownAgencies(f.Value("agency"))
	none := choice{"", v.T("form.none"), false}
	subjects, places := chosen(v.subjects(), f.Value("subject")), chosen(v.places(), f.Value("place"))
	var langs []choice
	for _, tag := range v.s.Instance.Current().Languages {
		langs = append(langs, choice{tag, v.s.Words.Language(tag).Name(), tag == f.Value("lang")})
	}
	fields := map[string]field{}
	for _, one := range []field{
		{Name: "agency", Choices: agencies}, {Name: "lang", Choices: langs},
		{Name: "subject", Choices: append([]choice{none}, subjects...), Optional: true},
		{Name: "place", Choices: append([]choice{none}, places...), Optional: true},
		{Name: "title"}, {Name: "summary", Rows: 3, Max: consultation.SummaryMost},
		{Name: "deciding", Rows: 5, Max: consultation.PanelMost}, {Name: "undecided", Rows: 4, Max: consultation.PanelMost, Optional: true},
		{Name: "decider", Rows: 3, Max: consultation.PanelMost}, {Name: "decision", Type: "datetime-local", Width: "w-m"},
		{Name: "body", Rows: 16, Max: consultation.BodyMost}, {Name: "contact"},
		{Name: "offline", Rows: 3, Max: consultation.PanelMost, Optional: true}, {Name: "stances"},
	} {
		one.Label = "consultation.field." + one.Name
		if hint := one.Label + ".hint"; v.Lang.Has(hint) {
			one.Hint = hint
		}
		fields[one.Name] = v.filled(f, one)
	}
	return fields, err
}

// ownAgencies are the agencies that the reader may act for.
func (v *Visit) ownAgencies(value string) (all []choice, err error) {
	agencies, err := v.s.Instance.Agencies(v.ctx)
	for _, g := range agencies {
		if v.Actor.Has(identity.Administrator) || v.Actor.HasFor(int64(g.ID), identity.FocalPoint, identity.Editor) {
			all = append(all, choice{thingNumber(g.ID), g.Title, thingNumber(g.ID) == value})
		}
	}
	return all, err
}

// chosen marks the option that a form holds.
func chosen(all []choice, value string) []choice {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
	return all
}
