package web

import (
	"strconv"

	"tequio/app/identity"
	"tequio/app/tally"
	"tequio/app/vote"
)

// showVoteForm shows the form in which staff write a vote: m has what differs, the rest is filled in
// here from the form's values.
func (s *Server) showVoteForm(v *Visit, m voteEditView, code int) (err error) {
	m.Desk, m.Zone = v.desk(deskVotes), v.Lang.Place(v.Zone())
	if m.Fields, err = v.voteControls(m.Form); err != nil {
		return err
	}
	m.Count = max(1, countOf(m.Form.Values, "questions"))
	for i := range m.Count {
		m.Questions = append(m.Questions, v.questionControls(m.Form, i))
	}
	for _, lang := range v.otherLanguages(v.pick(m.Form.Value("lang"), s.Instance.Current().Languages)) {
		m.Words = append(m.Words, v.wordControls(m.Form, lang, m.Questions))
	}
	title := v.T("vote.desk.new")
	if !m.New {
		title = v.T("action.edit") + ": " + m.Title
	}
	return render(v, voteEditTmpl, Head{Title: title, Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

// voteControls are the controls for what the vote as a whole says.
func (v *Visit) voteControls(f FormView) (map[string]field, error) {
	agencies, err := v.ownAgencies(f.Value("agency"))
	none := choice{"", v.T("form.none"), false}
	var langs, levels []choice
	for _, tag := range v.s.Instance.Current().Languages {
		langs = append(langs, choice{tag, v.s.Words.Language(tag).Name(), tag == f.Value("lang")})
	}
	for _, l := range []identity.Level{identity.Reachable, identity.Identified, identity.Resident} {
		value := strconv.FormatInt(int64(l), 10)
		levels = append(levels, choice{value, v.T("vote.level." + levelNames[l]), f.Value("level") == value})
	}
	fields := map[string]field{}
	for _, one := range []field{
		{Name: "agency", Choices: append([]choice{none}, agencies...)}, {Name: "lang", Choices: langs}, {Name: "title"}, {Name: "summary", Rows: 3, Max: 400},
		{Name: "subject", Choices: append([]choice{none}, chosen(v.subjects(), f.Value("subject"))...), Optional: true},
		{Name: "place", Choices: append([]choice{none}, chosen(v.places(), f.Value("place"))...), Optional: true},
		{Name: "body", Rows: 12, Optional: true, Max: 20_000}, {Name: "opens", Type: "datetime-local", Width: "w-m"},
		{Name: "closes", Type: "datetime-local", Width: "w-m"}, {Name: "objections", Type: "number", Width: "w-s"},
		{Name: "level", Choices: levels}, {Name: "who", Rows: 3, Optional: true}, {Name: "electorate", Type: "number", Width: "w-s", Optional: true},
		{Name: "effect", Rows: 3, Optional: true},
	} {
		one.Label = "vote.desk." + one.Name
		fields[one.Name] = v.hinted(f, one)
	}
	return fields, err
}

// hinted fills a field whose hint, where there is one, stands under its label's key.
func (v *Visit) hinted(f FormView, one field) field {
	if hint := one.Label + ".hint"; v.Lang.Has(hint) {
		one.Hint = hint
	}
	return v.filled(f, one)
}

// tieRules are the ways of breaking ties that a live vote can declare.
var tieRules = []string{"", "votes", "cost", "cost,votes"}

func (v *Visit) questionControls(f FormView, i int) editQuestion {
	at := "q" + strconv.Itoa(i)
	m := editQuestion{N: i + 1, At: at}
	var forms, rules, ties []choice
	for _, form := range vote.Forms {
		forms = append(forms, choice{string(form), v.T("vote.form." + string(form)), f.Value(at+"-form") == string(form)})
	}
	for _, r := range tally.Rules() {
		if r.Fits(tally.Grades) {
			continue // no ballot of ours gives grades
		}
		rules = append(rules, choice{r.ID, v.T("tally.rule." + r.Name() + ".name"), f.Value(at+"-rule") == r.ID})
	}
	for _, t := range tieRules {
		words := "vote.desk.ties.none"
		if t != "" {
			words = "vote.desk.ties." + t
		}
		ties = append(ties, choice{t, v.T(words), f.Value(at+"-ties") == t})
	}
	for _, one := range []field{
		{Name: "title", Label: "qtitle", Optional: true}, {Name: "form", Choices: forms}, {Name: "rule", Choices: rules}, {Name: "ties", Choices: ties},
		{Name: "budget", Width: "w-m", Optional: true}, {Name: "seats", Type: "number", Width: "w-s"}, {Name: "least", Type: "number", Width: "w-s"},
		{Name: "most", Type: "number", Width: "w-s"}, {Name: "points", Type: "number", Width: "w-s", Optional: true},
		{Name: "minimum", Type: "number", Width: "w-s", Optional: true}, {Name: "quorum", Type: "number", Width: "w-s", Optional: true},
	} {
		if one.Label == "" {
			one.Label = one.Name
		}
		one.Label, one.Name = "vote.desk."+one.Label, at+"-"+one.Name
		m.Fields = append(m.Fields, v.hinted(f, one))
	}
	m.Blank = v.filled(f, field{Name: at + "-blank", Label: "vote.desk.blank"})
	m.Count = countOf(f.Values, at+"-options")
	if f.Failed() || m.Count < 2 {
		m.Count = max(m.Count, 2)
	}
	for k := range m.Count {
		m.Options = append(m.Options, v.optionControls(f, at, k))
	}
	return m
}

func (v *Visit) optionControls(f FormView, question string, k int) editOption {
	at := question + "-o" + strconv.Itoa(k)
	m := editOption{N: k + 1, At: at, Drop: "drop " + at, Code: f.Value(at + "-code"), Origin: f.Value(at + "-thing")}
	m.Title = v.filled(f, field{Name: at + "-title", Label: "vote.desk.oname"})
	m.Body = v.filled(f, field{Name: at + "-body", Label: "vote.desk.obody", Rows: 2, Optional: true})
	for _, one := range []field{{Name: "cost", Width: "w-m"}, {Name: "place"}, {Name: "unit"}} {
		m.Others = append(m.Others, v.filled(f, field{Name: at + "-" + one.Name, Label: "vote.desk.o" + one.Name, Width: one.Width, Optional: true}))
	}
	return m
}

// wordControls are the controls for the words of another language.
func (v *Visit) wordControls(f FormView, lang string, questions []editQuestion) editWords {
	m := editWords{Name: v.s.Words.Language(lang).Name()}
	add := func(one field) {
		one.Name, one.Lang, one.Optional = one.Name+"."+lang, lang, true
		one = v.filled(f, one)
		m.Filled = m.Filled || one.Value != ""
		m.Fields = append(m.Fields, one)
	}
	for _, one := range []field{{Name: "title"}, {Name: "summary", Rows: 3}, {Name: "body", Rows: 8}, {Name: "who", Rows: 3}, {Name: "effect", Rows: 3}} {
		one.Label = "vote.desk." + one.Name
		if one.Name == "who" {
			one.Label = "vote.desk.whotext"
		}
		add(one)
	}
	for _, q := range questions {
		add(field{Name: q.At + "-title", Label: "vote.desk.qtitle"})
		for _, o := range q.Options {
			add(field{Name: o.At + "-title", Label: "vote.desk.oname"})
			m.Fields[len(m.Fields)-1].Label = v.T("vote.desk.option", "n", o.N) + ": " + v.T("vote.desk.oname")
			add(field{Name: o.At + "-body", Label: "vote.desk.obody", Rows: 2})
			m.Fields[len(m.Fields)-1].Label = v.T("vote.desk.option", "n", o.N) + ": " + v.T("vote.desk.obody")
		}
	}
	return m
}
