package web

import (
	"fmt"
	"strconv"
	"strings"

	"tequio/app/challenge"
	"tequio/app/fault"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// challengeForm is the form of a brief.
type challengeForm struct {
	Desk     []deskItem
	New      bool
	Title    string
	Back     string
	Form     FormView
	Fields   map[string]field
	Criteria []criterionRow
	Stages   []stageFields
	Files    fileFields
	Zone     string
}

// criterionRow is a line of the criteria; one without a name is left out.
type criterionRow struct {
	N                   int
	Name, About, Weight string
}

// stageFields are the dates of a kind of stage; one without dates is left out.
type stageFields struct {
	Kind, Label, Hint   string
	Name, Opens, Closes string
	Error               string
}

// spareCriteria are the empty lines that the form offers.
const spareCriteria = 3

var challengeFormTmpl = page.New[challengeForm]("challenge/edit")

func (s *Server) challengeNew(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	set := s.Instance.Current()
	f := blank("lang", set.Default(), "finalists", "5", "winners", "1", "declaration", s.Words.Language(set.Default()).T("challenge.field.declaration.usual"))
	return s.showChallengeForm(v, challengeForm{New: true, Form: f, Back: deskChallenges}, nil, 0)
}

func (s *Server) challengeEdit(v *Visit) error {
	view, err := s.Challenges.Edit(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	return s.showChallengeForm(v, challengeForm{Title: view.Title, Back: deskChallenge(view.ID), Form: v.challengeFields(view.Challenge)}, view.Files, 0)
}

// saveChallenge stores the brief, a new one where the address names none.
func (s *Server) saveChallenge(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	m := challengeForm{New: v.ID("id") == 0, Back: deskChallenges}
	var files []media.File
	if !m.New {
		view, err := s.Challenges.Edit(v.ctx, v.Actor, thing.ID(v.ID("id")))
		if err != nil {
			return err
		}
		m.Title, m.Back, files = view.Title, deskChallenge(view.ID), view.Files
	}
	e, err := v.challengeEdition()
	id := e.ID
	if err == nil {
		id, err = s.Challenges.Save(v.ctx, v.Actor, e)
	}
	if f, ok := v.refused(err); err != nil && ok {
		m.Form = f
		return s.showChallengeForm(v, m, files, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("challenge.desk.saved")
	if v.Form.Get("then") == "more" {
		return v.Redirect(deskChallenge(id) + "/edit#criteria-title")
	}
	return v.Redirect(deskChallenge(id))
}

// challengeFields is the form filled with what a challenge has.
func (v *Visit) challengeFields(c challenge.Challenge) FormView {
	f := blank("agency", thingNumber(c.Agency), "lang", c.Lang, "title", c.Title, "summary", c.Summary, "subject", c.Subject, "place", c.Place,
		"body", c.Body, "success", c.Success, "prize", printMajor(c.Prize), "seed", printMajor(c.Seed), "prize_text", c.PrizeText,
		"eligibility", c.Eligibility, "rules", c.Rules, "rights", c.Rights, "privacy", c.Privacy, "declaration", c.Declaration,
		"finalists", strconv.FormatInt(c.Finalists, 10), "winners", strconv.FormatInt(c.Winners, 10), "data", printData(c.Data))
	if c.Sealed {
		f.Values["sealed"] = []string{"yes"}
	}
	for _, k := range c.Criteria {
		f.Values["criterion"] = append(f.Values["criterion"], k.Name)
		f.Values["criterion-about"] = append(f.Values["criterion-about"], k.Description)
		f.Values["criterion-weight"] = append(f.Values["criterion-weight"], strconv.FormatInt(k.Weight, 10))
	}
	for _, st := range c.Stages {
		f.Values["stage-"+st.Kind+"-name"] = []string{st.Name}
		f.Values["stage-"+st.Kind+"-opens"] = []string{printWhen(st.OpensAt, v.Zone())}
		f.Values["stage-"+st.Kind+"-closes"] = []string{printWhen(st.ClosesAt, v.Zone())}
	}
	return f
}

// challengeEdition reads the form; what cannot be read is refused before anything is checked.
func (v *Visit) challengeEdition() (e challenge.Edition, err error) {
	f := v.Form
	c := challenge.Challenge{Body: f.Get("body"), Currency: v.s.Instance.Current().Currency, PrizeText: f.Get("prize_text"), Eligibility: f.Get("eligibility"),
		Rules: f.Get("rules"), Rights: f.Get("rights"), Privacy: f.Get("privacy"), Success: f.Get("success"), Declaration: f.Get("declaration"),
		Sealed: f.Has("sealed"), Data: parseData(f.Get("data"))}
	c.Thing = thing.Thing{ID: thing.ID(v.ID("id")), Agency: thing.ID(f.ID("agency")), Lang: v.pick(f.Get("lang"), v.s.Instance.Current().Languages),
		Title: text.Line(f.Get("title")), Summary: f.Get("summary")}
	if s, ok := v.s.Instance.Current().Subject(f.Get("subject")); ok {
		c.Subject = s.Key
	}
	if p, ok := v.s.Instance.Current().Place(f.Get("place")); ok {
		c.Place = p.Key
	}
	var k fault.Check
	var ok bool
	c.Prize, ok = majorUnits(f.Get("prize"))
	k.That(ok, "prize", "challenge.prize.range")
	c.Seed, ok = majorUnits(f.Get("seed"))
	k.That(ok, "seed", "challenge.prize.range")
	c.Finalists, _ = f.Int("finalists")
	c.Winners, _ = f.Int("winners")
	v.readCriteria(&c, &k)
	v.readStages(&c, &k)
	e.Challenge, e.Uploads = c, f.uploads("files")
	e.Remove, e.Alts = f.fileChanges()
	return e, k.Err()
}

func (v *Visit) readCriteria(c *challenge.Challenge, k *fault.Check) {
	for i, name := range v.Form.All("criterion") {
		about, weight := text.Line(nth(v.Form.All("criterion-about"), i)), strings.TrimSpace(nth(v.Form.All("criterion-weight"), i))
		if name = text.Line(name); name == "" && about == "" && weight == "" {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(weight, "%"), 10, 64)
		k.That(err == nil, "criteria", "challenge.criterion.weight")
		c.Criteria = append(c.Criteria, challenge.Criterion{Name: name, Description: about, Weight: n})
	}
}

func (v *Visit) readStages(c *challenge.Challenge, k *fault.Check) {
	for _, kind := range challenge.StageKinds {
		opens, ok1 := v.Form.When("stage-"+kind+"-opens", v.Zone())
		closes, ok2 := v.Form.When("stage-"+kind+"-closes", v.Zone())
		k.That(ok1 && ok2, "stage-"+kind, "form.when")
		if opens.IsZero() && closes.IsZero() {
			continue
		}
		c.Stages = append(c.Stages, thing.Stage{Kind: kind, Name: text.Line(v.Form.Get("stage-" + kind + "-name")), OpensAt: opens, ClosesAt: closes})
	}
}

// showChallengeForm shows the long form: m has what differs, the rest is filled in here.
func (s *Server) showChallengeForm(v *Visit, m challengeForm, files []media.File, code int) (err error) {
	m.Desk, m.Zone = v.desk(deskChallenges), v.Lang.Place(v.Zone())
	m.Files = fileFields{v.files(files), limitsOf(len(files)), m.Form.Error("files")}
	names := m.Form.Values["criterion"]
	for i := range min(len(names)+spareCriteria, challenge.CriteriaMost) {
		m.Criteria = append(m.Criteria, criterionRow{i, nth(names, i), nth(m.Form.Values["criterion-about"], i), nth(m.Form.Values["criterion-weight"], i)})
	}
	for _, kind := range challenge.StageKinds {
		m.Stages = append(m.Stages, stageFields{Kind: kind, Label: v.T("challenge.stage." + kind), Hint: v.T("challenge.stage." + kind + ".hint"),
			Name: m.Form.Value("stage-" + kind + "-name"), Opens: m.Form.Value("stage-" + kind + "-opens"), Closes: m.Form.Value("stage-" + kind + "-closes"),
			Error: m.Form.Error("stage-" + kind)})
	}
	if m.Fields, err = v.challengeControls(m.Form); err != nil {
		return err
	}
	title := v.T("challenge.desk.new")
	if !m.New {
		title = v.T("action.edit") + ": " + m.Title
	}
	return render(v, challengeFormTmpl, Head{Title: title, Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

// challengeControls are the controls of the form but for criteria, dates and files.
func (v *Visit) challengeControls(f FormView) (map[string]field, error) {
	agencies, err := v.ownAgencies(f.Value("agency"))
	none := choice{"", v.T("form.none"), false}
	var langs []choice
	for _, tag := range v.s.Instance.Current().Languages {
		langs = append(langs, choice{tag, v.s.Words.Language(tag).Name(), tag == f.Value("lang")})
	}
	fields := map[string]field{}
	for _, one := range []field{
		{Name: "agency", Choices: agencies}, {Name: "lang", Choices: langs},
		{Name: "subject", Choices: append([]choice{none}, chosen(v.subjects(), f.Value("subject"))...), Optional: true},
		{Name: "place", Choices: append([]choice{none}, chosen(v.places(), f.Value("place"))...), Optional: true},
		{Name: "title"}, {Name: "summary", Rows: 2, Max: challenge.SummaryMost}, {Name: "body", Rows: 14, Max: challenge.BodyMost},
		{Name: "success", Rows: 4, Max: challenge.TextMost}, {Name: "prize", Width: "w-m", Optional: true}, {Name: "seed", Width: "w-m", Optional: true},
		{Name: "prize_text", Rows: 2, Max: challenge.TextMost, Optional: true}, {Name: "finalists", Width: "w-s"}, {Name: "winners", Width: "w-s"},
		{Name: "eligibility", Rows: 4, Max: challenge.TextMost}, {Name: "rules", Rows: 6, Max: challenge.TextMost, Optional: true},
		{Name: "rights", Rows: 4, Max: challenge.TextMost}, {Name: "privacy", Rows: 3, Max: challenge.TextMost},
		{Name: "declaration", Rows: 4, Max: challenge.TextMost}, {Name: "data", Rows: 4, Optional: true}, {Name: "sealed"},
	} {
		one.Label = "challenge.field." + one.Name
		if hint := one.Label + ".hint"; v.Lang.Has(hint) {
			one.Hint = hint
		}
		fields[one.Name] = v.filled(f, one)
	}
	return fields, err
}

// printMajor writes minor units as majorUnits reads them, "" for nothing.
func printMajor(minor int64) string {
	switch {
	case minor == 0:
		return ""
	case minor%100 == 0:
		return strconv.FormatInt(minor/100, 10)
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

// parseData reads links to data, one a line: address | title | format | licence.
func parseData(s string) (all []challenge.Dataset) {
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := strings.SplitN(line+"|||", "|", 4)
		d := challenge.Dataset{URL: strings.TrimSpace(parts[0]), Title: text.Line(parts[1]), Format: text.Line(parts[2]), Licence: strings.Trim(text.Line(parts[3]), "| ")}
		if d.Title == "" {
			d.Title = d.URL
		}
		all = append(all, d)
	}
	return all
}

func printData(all []challenge.Dataset) string {
	var lines []string
	for _, d := range all {
		lines = append(lines, strings.TrimRight(d.URL+" | "+d.Title+" | "+d.Format+" | "+d.Licence, " |"))
	}
	return strings.Join(lines, "\n")
}
