package web

import (
	"slices"
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
	conditions := editGroup{Title: v.T("vote.desk.conditions")}
	m.Roll, conditions.Fields, conditions.Ticks = v.rollControls(m.Form)
	whole := editGroup{Title: v.T("vote.desk.whole")}
	for _, name := range []string{"area_rule", "lot", "disclosure", "auditors"} {
		whole.Fields = append(whole.Fields, m.Fields[name])
	}
	m.Folded = []editGroup{conditions.unfolded(), whole.unfolded(string(vote.Checkable))}
	m.Count, m.Rules = max(1, countOf(m.Form.Values, "questions")), v.ruleWords()
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
		{Name: "area_rule", Choices: choicesOf(v, f, "area_rule", "vote.desk.areas.", vote.AreaRules...)},
		{Name: "disclosure", Choices: choicesOf(v, f, "disclosure", "vote.desk.disclosure.", vote.Disclosures...)}, {Name: "auditors", Rows: 2, Optional: true},
		{Name: "lot", Choices: choicesOf(v, f, "lot", "vote.desk.lot.", vote.LotSources...)},
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

// ruleWords explain a counting rule to who chooses one.
type ruleWords struct{ Name, Words string }

func (v *Visit) ruleWords() (all []ruleWords) {
	for _, r := range tally.Rules() {
		all = append(all, ruleWords{v.T("tally.rule." + r.Name() + ".name"), v.T("tally.rule." + r.Name() + ".words")})
	}
	return all
}

// tieRules are the ways of breaking ties that a live vote can declare.
var tieRules = []string{"", "votes", "cost", "cost,votes", "lot", "votes,lot", "cost,lot", "cost,votes,lot"}

// majorities are the parts of the ballots that a winner can be asked to have.
var majorities = []string{"", "50", "60", "2/3", "75"}

// choicesOf are the choices of a list whose words stand under a key: "none" those of "", "nothing" those
// of a choice called none.
func choicesOf[T ~string](v *Visit, f FormView, name, key string, values ...T) (all []choice) {
	for _, value := range values {
		words := string(value)
		switch words {
		case "":
			words = "none"
		case "none":
			words = "nothing"
		}
		all = append(all, choice{string(value), v.T(key + words), f.Value(name) == string(value)})
	}
	return all
}

func (v *Visit) questionControls(f FormView, i int) editQuestion {
	at := "q" + strconv.Itoa(i)
	m := editQuestion{N: i + 1, At: at}
	var rules []choice
	for _, r := range tally.Rules() {
		rules = append(rules, choice{r.ID, v.T("tally.rule." + r.Name() + ".name"), f.Value(at+"-rule") == r.ID})
	}
	fill := func(one field) field {
		if one.Label == "" {
			one.Label = one.Name
		}
		one.Label, one.Name = "vote.desk."+one.Label, at+"-"+one.Name
		return v.hinted(f, one)
	}
	for _, one := range []field{
		{Name: "title", Label: "qtitle", Optional: true}, {Name: "area", Optional: true},
		{Name: "form", Choices: choicesOf(v, f, at+"-form", "vote.form.", vote.Forms...)}, {Name: "rule", Choices: rules},
		{Name: "budget", Width: "w-m", Optional: true}, {Name: "seats", Type: "number", Width: "w-s"},
	} {
		m.Fields = append(m.Fields, fill(one))
	}
	for _, g := range v.moreRules(f, at) {
		for k := range g.Fields {
			g.Fields[k] = fill(g.Fields[k])
		}
		for k := range g.Ticks {
			g.Ticks[k] = fill(g.Ticks[k])
		}
		m.Groups = append(m.Groups, g.unfolded(at+"-blank"))
	}
	m.Groups = append(m.Groups, v.alsoControls(f, at))
	m.Count = countOf(f.Values, at+"-options")
	if f.Failed() || m.Count < 2 {
		m.Count = max(m.Count, 2)
	}
	for k := range m.Count {
		m.Options = append(m.Options, v.optionControls(f, at, k))
	}
	return m
}

// unfolded opens a group that says something or has a fault. What is usual, a value or the name of a tick,
// says nothing.
func (g editGroup) unfolded(usual ...string) editGroup {
	for _, one := range g.Fields {
		g.Open = g.Open || one.Error != "" || one.Value != "" && one.Value != "0" && !slices.Contains(usual, one.Value)
	}
	for _, one := range g.Ticks {
		g.Open = g.Open || one.Error != "" || one.Ticked && !slices.Contains(usual, one.Name)
	}
	return g
}

// moreRules are the further rules of a question. Each is refused where it does not fit.
func (v *Visit) moreRules(f FormView, at string) []editGroup {
	number := func(name string, optional bool) field {
		return field{Name: name, Type: "number", Width: "w-s", Optional: optional}
	}
	ballot := editGroup{Title: v.T("vote.desk.group.ballot"), Fields: []field{
		number("least", false), number("most", false), number("points", true), {Name: "grades", Rows: 6, Optional: true},
	}, Ticks: []field{{Name: "equal"}, {Name: "blank"}, {Name: "none", Label: "none_option"}, {Name: "reviewed"}}}
	limits := editGroup{Title: v.T("vote.desk.group.limits"), Fields: []field{
		{Name: "ties", Choices: choicesOf(v, f, at+"-ties", "vote.desk.ties.", tieRules...)},
		number("minimum", true), {Name: "minimum_share", Width: "w-s", Optional: true}, number("quorum", true),
		{Name: "quorum_share", Width: "w-s", Optional: true},
		{Name: "majority", Choices: choicesOf(v, f, at+"-majority", "vote.desk.majority.", majorities...)},
	}, Ticks: []field{{Name: "partfunding"}}}
	shares := editGroup{Title: v.T("vote.desk.group.shares"), Fields: []field{
		{Name: "utility", Choices: choicesOf(v, f, at+"-utility", "vote.utility.", append([]tally.Utility{""}, vote.Utilities...)...)},
		{Name: "completion", Choices: choicesOf(v, f, at+"-completion", "vote.completion.", append([]tally.Completion{""}, vote.Completions...)...)},
		{Name: "stop", Choices: choicesOf(v, f, at+"-stop", "vote.stop.", append([]tally.Stop{""}, vote.Stops...)...)},
		{Name: "increment", Width: "w-s", Optional: true},
	}}
	groups := []editGroup{ballot, limits}
	if _, registered := tally.FindRule("equal-shares"); registered {
		groups = append(groups, shares)
	}
	return groups
}

// alsoControls offer the rules that can count a question as well, for information.
func (v *Visit) alsoControls(f FormView, at string) editGroup {
	g := editGroup{Title: v.T("vote.desk.group.also"), Text: v.T("vote.desk.group.also.text")}
	for _, r := range tally.Rules() {
		g.Ticks = append(g.Ticks, v.filled(f, field{Name: at + "-also-" + r.Name(), Label: "tally.rule." + r.Name() + ".name"}))
	}
	return g.unfolded()
}

func (v *Visit) optionControls(f FormView, question string, k int) editOption {
	at := question + "-o" + strconv.Itoa(k)
	m := editOption{N: k + 1, At: at, Drop: "drop " + at, Code: f.Value(at + "-code"), Origin: f.Value(at + "-thing")}
	m.Title = v.filled(f, field{Name: at + "-title", Label: "vote.desk.oname"})
	m.Body = v.filled(f, field{Name: at + "-body", Label: "vote.desk.obody", Rows: 2, Optional: true})
	for _, one := range []field{{Name: "cost", Width: "w-m"}, {Name: "place"}, {Name: "unit"}, {Name: "category"}} {
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
		if f.Value(q.At+"-form") == string(vote.Graded) {
			add(field{Name: q.At + "-grades", Label: "vote.desk.grades", Rows: 6})
		}
		for _, o := range q.Options {
			add(field{Name: o.At + "-title", Label: "vote.desk.oname"})
			m.Fields[len(m.Fields)-1].Label = v.T("vote.desk.option", "n", o.N) + ": " + v.T("vote.desk.oname")
			add(field{Name: o.At + "-body", Label: "vote.desk.obody", Rows: 2})
			m.Fields[len(m.Fields)-1].Label = v.T("vote.desk.option", "n", o.N) + ": " + v.T("vote.desk.obody")
		}
	}
	return m
}
