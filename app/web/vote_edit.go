package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/tally"
	"tequio/app/thing"
	"tequio/app/vote"
)

// voteEditView is the form in which staff write a vote.
type voteEditView struct {
	Desk      []deskItem
	New       bool
	Title     string
	Back      string
	Form      FormView
	Zone      string
	Count     int              // of questions
	Fields    map[string]field // what the vote as a whole says
	Questions []editQuestion
	Words     []editWords
}

// editQuestion is one question with its options; a line that is left empty is no option.
type editQuestion struct {
	N       int
	At      string // what its fields' names begin with: "q0"
	Fields  []field
	Blank   field
	Options []editOption
	Count   int
}

type editOption struct {
	N            int
	At           string // "q0-o3"
	Drop         string // the button that takes it away
	Title        field
	Body         field
	Others       []field
	Code, Origin string // carried along
}

// editWords are the fields of another language.
type editWords struct {
	Name   string
	Fields []field
	Filled bool
}

// spareOptions are the empty lines that the form offers for further options.
const spareOptions = 3

var voteEditTmpl = page.New[voteEditView]("vote/edit")

func (s *Server) newVote(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	f := blank("lang", s.Instance.Current().Default(), "level", "1", "objections", "10", "questions", "1",
		"q0-form", string(vote.One), "q0-rule", "plurality/1", "q0-seats", "1", "q0-least", "0", "q0-most", "0", "q0-blank", "yes", "q0-options", "2")
	return s.showVoteForm(v, voteEditView{New: true, Back: deskVotes, Form: f}, 0)
}

func (s *Server) createVote(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	again := func(f FormView, code int) error {
		return s.showVoteForm(v, voteEditView{New: true, Back: deskVotes, Form: f}, code)
	}
	if v.changeLines() {
		return again(FormView{Values: v.Form.values}, 0)
	}
	t, words, err := v.readVote()
	if err == nil {
		t, err = s.Votes.Draft(v.ctx, v.Actor, t)
	}
	if err == nil {
		err = v.translateVote(t.ID, words)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return again(f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.desk.saved")
	return v.Redirect(deskVote(t.ID))
}

func (s *Server) editVote(v *Visit) error {
	t, words, err := s.managedVote(v)
	if err != nil {
		return err
	}
	if t.Frozen(v.Now) {
		return v.Redirect(deskVote(t.ID))
	}
	return s.showVoteForm(v, voteEditView{Title: t.Title, Back: deskVote(t.ID), Form: v.voteValues(t, words)}, 0)
}

func (s *Server) saveVote(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	again := func(f FormView, code int) error {
		return s.showVoteForm(v, voteEditView{Title: t.Title, Back: deskVote(t.ID), Form: f}, code)
	}
	if v.changeLines() {
		return again(FormView{Values: v.Form.values}, 0)
	}
	draft, words, err := v.readVote()
	if err == nil {
		err = s.Votes.Edit(v.ctx, v.Actor, t.ID, draft)
	}
	if err == nil {
		err = v.translateVote(t.ID, words)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return again(f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.desk.saved")
	return v.Redirect(deskVote(t.ID))
}

func (v *Visit) translateVote(id thing.ID, words map[string]thing.Words) error {
	for lang, w := range words {
		if err := v.s.Votes.Translate(v.ctx, v.Actor, id, lang, w); err != nil {
			return err
		}
	}
	return nil
}

// changeLines does what the buttons that add and remove lines ask; false when none was pressed. The
// form comes back as it was typed, with more lines or fewer.
func (v *Visit) changeLines() bool {
	values := v.Form.values
	what, at, _ := strings.Cut(v.Form.Get("then"), " ")
	switch what {
	case "question":
		n := countOf(values, "questions")
		values.Set("questions", strconv.Itoa(n+1))
		at := "q" + strconv.Itoa(n)
		for name, value := range map[string]string{"form": string(vote.One), "rule": "plurality/1", "seats": "1", "blank": "yes", "options": "2"} {
			values.Set(at+"-"+name, value)
		}
	case "option":
		values.Set(at+"-options", strconv.Itoa(countOf(values, at+"-options")+spareOptions))
	case "drop":
		question, _, _ := strings.Cut(at, "-")
		for name := range values {
			if strings.HasPrefix(name, at+"-") {
				values.Del(name)
			}
		}
		closeUp(values, question)
	default:
		for i := range countOf(values, "questions") {
			closeUp(values, "q"+strconv.Itoa(i))
		}
		return false
	}
	return true
}

// linesMost bounds the lines that a form may claim to have.
const linesMost = 2000

func countOf(values url.Values, name string) int {
	n, err := strconv.Atoi(values.Get(name))
	if err != nil || n < 0 || n > linesMost {
		return 0
	}
	return n
}

// closeUp moves the options up over lines left empty, so that faults name the lines that are shown.
func closeUp(values url.Values, question string) {
	kept := 0
	n := countOf(values, question+"-options")
	for i := range n {
		from := question + "-o" + strconv.Itoa(i) + "-"
		if strings.TrimSpace(values.Get(from+"title")+values.Get(from+"body")+values.Get(from+"cost")) == "" {
			continue
		}
		to := question + "-o" + strconv.Itoa(kept) + "-"
		if to != from {
			moveFields(values, from, to)
		}
		kept++
	}
	values.Set(question+"-options", strconv.Itoa(kept))
}

func moveFields(values url.Values, from, to string) {
	for name := range values {
		if strings.HasPrefix(name, to) {
			values.Del(name)
		}
	}
	for name, v := range values {
		if rest, ok := strings.CutPrefix(name, from); ok {
			values[to+rest] = slices.Clone(v)
			delete(values, name)
		}
	}
}

// readVote reads the form. Numbers, amounts and dates that are none are refused together.
func (v *Visit) readVote() (t vote.Vote, words map[string]thing.Words, err error) {
	f, set := v.Form, v.s.Instance.Current()
	var c fault.Check
	number := func(name string) int64 {
		s := f.Get(name)
		n, err := strconv.ParseInt(s, 10, 64)
		c.That(s == "" || err == nil && n >= 0, name, "vote.number")
		return max(n, 0)
	}
	t.Agency, t.Lang = thing.ID(f.ID("agency")), v.pick(f.Get("lang"), set.Languages)
	c.That(t.Agency != 0, "agency", "vote.agency.missing")
	t.Title, t.Summary, t.Body, t.Who, t.Effect = f.Get("title"), f.Get("summary"), f.Get("body"), f.Get("who"), f.Get("effect")
	if s, ok := set.Subject(f.Get("subject")); ok {
		t.Subject = s.Key
	}
	if p, ok := set.Place(f.Get("place")); ok {
		t.Place = p.Key
	}
	var ok bool
	t.OpensAt, ok = f.When("opens", v.Zone())
	c.That(ok, "opens", "form.when")
	t.ClosesAt, ok = f.When("closes", v.Zone())
	c.That(ok, "closes", "form.when")
	t.LeastLevel, t.Electorate = identity.Level(number("level")), number("electorate")
	if days := number("objections"); days > 0 && !t.ClosesAt.IsZero() {
		t.ObjectionsAt = t.ClosesAt.AddDate(0, 0, int(min(days, 3650)))
	}
	for i := range countOf(f.values, "questions") {
		t.Questions = append(t.Questions, v.readQuestion("q"+strconv.Itoa(i), &c, number))
	}
	words = map[string]thing.Words{}
	for _, lang := range v.otherLanguages(t.Lang) {
		words[lang] = thing.Words{}
		for _, name := range []string{"title", "summary", "body", "who", "effect"} {
			words[lang][name] = f.Get(name + "." + lang)
		}
		v.readQuestionWords(&t, lang)
	}
	return t, words, c.Err()
}

func (v *Visit) readQuestion(at string, c *fault.Check, number func(string) int64) vote.Question {
	f := v.Form
	money := func(name string) int64 {
		n, ok := majorUnits(f.Get(name))
		c.That(ok, name, "vote.amount")
		return n
	}
	q := vote.Question{
		Title: f.Get(at + "-title"), Form: vote.Form(f.Get(at + "-form")), Rule: f.Get(at + "-rule"), Ties: f.Get(at + "-ties"),
		Seats: max(1, number(at+"-seats")), Least: number(at + "-least"), Most: number(at + "-most"), Points: number(at + "-points"),
		Budget: money(at + "-budget"), Currency: v.s.Instance.Current().Currency, Blank: f.Has(at + "-blank"),
		Params: vote.Params{Decimals: 2, MinimumVotes: number(at + "-minimum"), Quorum: number(at + "-quorum")},
	}
	for k := range countOf(f.values, at+"-options") {
		o := at + "-o" + strconv.Itoa(k)
		q.Options = append(q.Options, vote.Option{
			Code: f.Get(o + "-code"), Title: f.Get(o + "-title"), Body: f.Get(o + "-body"), Cost: money(o + "-cost"),
			Place: f.Get(o + "-place"), Unit: f.Get(o + "-unit"), Thing: thing.ID(f.ID(o + "-thing")),
		})
	}
	return q
}

// readQuestionWords reads the words of questions and options in another language.
func (v *Visit) readQuestionWords(t *vote.Vote, lang string) {
	put := func(all *map[string]thing.Words, field, text string) {
		if text == "" {
			return
		}
		if *all == nil {
			*all = map[string]thing.Words{}
		}
		if (*all)[lang] == nil {
			(*all)[lang] = thing.Words{}
		}
		(*all)[lang][field] = text
	}
	for i := range t.Questions {
		q, at := &t.Questions[i], "q"+strconv.Itoa(i)
		put(&q.Words, "title", v.Form.Get(at+"-title."+lang))
		for k := range q.Options {
			o := at + "-o" + strconv.Itoa(k)
			put(&q.Options[k].Words, "title", v.Form.Get(o+"-title."+lang))
			put(&q.Options[k].Words, "body", v.Form.Get(o+"-body."+lang))
		}
	}
}

// voteValues is the form filled with what a vote has.
func (v *Visit) voteValues(t vote.Vote, words map[string]thing.Words) FormView {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	days := ""
	if !t.ObjectionsAt.IsZero() {
		days = n(int64(t.ObjectionsAt.Sub(t.ClosesAt).Hours()+12) / 24)
	}
	pairs := []string{"agency", thingNumber(t.Agency), "lang", t.Lang, "title", t.Title, "summary", t.Summary, "body", t.Body, "who", t.Who,
		"effect", t.Effect, "subject", t.Subject, "place", t.Place, "opens", printWhen(t.OpensAt, v.Zone()), "closes", printWhen(t.ClosesAt, v.Zone()),
		"objections", days, "level", n(int64(t.LeastLevel)), "questions", strconv.Itoa(len(t.Questions))}
	if t.Electorate > 0 {
		pairs = append(pairs, "electorate", n(t.Electorate))
	}
	for lang, w := range words {
		for name, text := range w {
			pairs = append(pairs, name+"."+lang, text)
		}
	}
	for i, q := range t.Questions {
		pairs = append(pairs, questionValues("q"+strconv.Itoa(i), q)...)
	}
	return blank(pairs...)
}

func questionValues(at string, q vote.Question) []string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	money := func(i int64) string {
		if i == 0 {
			return ""
		}
		return tally.Number{Num: i, Den: 100}.Decimal(2)
	}
	pairs := []string{at + "-title", q.Title, at + "-form", string(q.Form), at + "-rule", q.Rule, at + "-ties", q.Ties, at + "-seats", n(q.Seats),
		at + "-least", n(q.Least), at + "-most", n(q.Most), at + "-points", n(q.Points), at + "-budget", money(q.Budget),
		at + "-minimum", n(q.Params.MinimumVotes), at + "-quorum", n(q.Params.Quorum), at + "-options", strconv.Itoa(len(q.Options))}
	if q.Blank {
		pairs = append(pairs, at+"-blank", "yes")
	}
	for lang, w := range q.Words {
		pairs = append(pairs, at+"-title."+lang, w["title"])
	}
	for k, o := range q.Options {
		at := at + "-o" + strconv.Itoa(k)
		pairs = append(pairs, at+"-code", o.Code, at+"-title", o.Title, at+"-body", o.Body, at+"-cost", money(o.Cost), at+"-place", o.Place,
			at+"-unit", o.Unit, at+"-thing", thingNumber(o.Thing))
		for lang, w := range o.Words {
			pairs = append(pairs, at+"-title."+lang, w["title"], at+"-body."+lang, w["body"])
		}
	}
	return pairs
}
