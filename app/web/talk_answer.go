package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/thing"
)

// answerView is the model of the part "answer": the official answer that holds, and those before it.
type answerView struct {
	ID      int64
	Class   string
	Tag     Tag
	HTML    string
	Lang    string
	Agency  string
	When    string
	ISO     string
	Cost    string
	Unit    string
	Due     string
	DueISO  string
	Former  []answerView
	Changed bool   // there were others before it
	Correct string // "Corrected on 3 March": when it corrects a decision
	Why     string // what it corrects, and why
	Late    string // by how much it came after its time
}

// officially is what an agency answered to a thing as a whole; nil when nothing.
func (v *Visit) officially(tx *db.Tx, id thing.ID) (*answerView, error) {
	all, err := talk.Answers(tx, id)
	return v.answer(all), err
}

// answer puts official answers, newest first, into words; nil when there is none.
func (v *Visit) answer(all []talk.Answer) *answerView {
	if len(all) == 0 {
		return nil
	}
	m := v.oneAnswer(all[0])
	for _, a := range all[1:] {
		m.Former = append(m.Former, v.oneAnswer(a))
	}
	m.Changed = len(m.Former) > 0
	return &m
}

func (v *Visit) oneAnswer(a talk.Answer) answerView {
	m := answerView{ID: a.ID, Class: string(a.Verdict), Tag: v.verdictTag(a.Verdict), HTML: a.HTML, Lang: v.otherLang(a.Lang),
		Agency: a.AgencyName, When: v.Lang.Date(a.At, v.Zone()), ISO: v.iso(a.At), Unit: a.Unit, Why: a.Correction}
	if a.Correction != "" {
		m.Correct = v.T("answer.corrected.on", "date", m.When)
	}
	if a.Cost > 0 {
		m.Cost = v.Lang.Money(a.Cost, v.s.Instance.Current().Currency)
	}
	if !a.DueAt.IsZero() {
		m.Due, m.DueISO = v.Lang.Date(a.DueAt, v.Zone()), v.iso(a.DueAt)
	}
	return m
}

var verdictClasses = map[talk.Verdict]string{
	talk.Review: "tag-info", talk.Accepted: "tag-ok", talk.Partly: "tag-warn", talk.Rejected: "tag-bad", talk.Noted: "tag-info",
}

func (v *Visit) verdictTag(d talk.Verdict) Tag {
	return Tag{v.T("answer.verdict." + string(d)), verdictClasses[d]}
}

// answerForm is the form with which staff answer; part "answer-form".
type answerForm struct {
	Action   string
	Return   string
	PartKind string
	PartID   int64
	Agency   string
	Currency string
	Corrects bool // there is a decision: what is corrected in it, and why?
	Verdicts []choice
	Form     FormView
}

// answerFormFor is the form for a thing or a part of it; nil when this reader may not answer it.
func (v *Visit) answerFormFor(tx *db.Tx, t thing.Thing, partKind string, partID int64, verdicts ...talk.Verdict) (*answerForm, error) {
	if !policy.May(v.Actor, policy.Answer, t, v.Now) || !t.Listed(v.Now) {
		return nil, nil
	}
	f := &answerForm{Action: fmt.Sprintf("/things/%d/answers", t.ID), Return: t.Path(), PartKind: partKind, PartID: partID,
		Currency: v.s.Instance.Current().Currency, Form: blank()}
	f.choose(v, "", verdicts...)
	former, err := talk.AnswersTo(tx, t.ID, partKind, partID)
	if err != nil {
		return nil, err
	}
	f.Corrects = talk.Corrects(former)
	if agency := talk.Voice(v.Actor, t); agency != 0 {
		refs, err := thing.Refs(tx, []thing.ID{agency})
		if err != nil {
			return nil, err
		}
		f.Agency = refs[agency].Title
	}
	return f, nil
}

func (f *answerForm) choose(v *Visit, chosen string, verdicts ...talk.Verdict) {
	if len(verdicts) == 0 {
		verdicts = []talk.Verdict{talk.Review, talk.Accepted, talk.Partly, talk.Rejected}
	}
	f.Verdicts = nil
	for _, d := range verdicts {
		f.Verdicts = append(f.Verdicts, choice{string(d), v.T("answer.verdict." + string(d)), chosen == string(d)})
	}
}

// answerPage is where an answer that was refused comes back, with everything that was typed.
type answerPage struct {
	Title  string
	Back   string
	Answer answerForm
	Form   FormView
}

var answerTmpl = page.New[answerPage]("talk/answer")

// answerThing gives an official answer.
func (s *Server) answerThing(v *Visit) error {
	n, err := v.readAnswer()
	if err == nil {
		_, err = s.Talk.AnswerOfficially(v.ctx, v.Actor, n)
	}
	if err != nil {
		return s.answerAgain(v, n, err)
	}
	v.Flash("answer.given")
	return v.Redirect(v.returnTo(n.Thing))
}

// readAnswer reads the form; the cost is entered in major units, the date as the town's own.
func (v *Visit) readAnswer() (talk.Answer, error) {
	n := talk.Answer{Thing: thing.ID(v.ID("id")), PartKind: v.Form.Get("part_kind"), PartID: v.Form.ID("part_id"), Lang: v.Lang.Tag(),
		Verdict: talk.Verdict(v.Form.Get("verdict")), Body: v.Form.Get("body"), Unit: v.Form.Get("unit"),
		Correction: v.Form.Get("correction")}
	var c fault.Check
	cost, ok := majorUnits(v.Form.Get("cost"))
	c.That(ok, "cost", "answer.cost.number")
	due, ok := v.Form.When("due", v.Zone())
	c.That(ok, "due", "answer.due.date")
	n.Cost, n.DueAt = cost, due
	return n, c.Err()
}

// majorUnits reads an amount of money as people write it ("1,200.50") and returns minor units.
func majorUnits(s string) (minor int64, ok bool) {
	s = strings.NewReplacer(",", "", " ", "", "$", "", "\u00a0", "").Replace(s)
	if s == "" {
		return 0, true
	}
	whole, cents, _ := strings.Cut(s, ".")
	if len(cents) > 2 || whole+cents == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	return n, err == nil && n >= 0 && n < math.MaxInt64/100
}

func (s *Server) answerAgain(v *Visit, n talk.Answer, refused error) error {
	f, ok := v.refused(refused)
	if !ok {
		return refused
	}
	var m answerPage
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		t, err := thing.Get(tx, n.Thing)
		if err != nil {
			return err
		}
		form, err := v.answerFormFor(tx, t, n.PartKind, n.PartID)
		if err != nil {
			return err
		}
		if form == nil {
			return policy.Allow(v.Actor, policy.Answer, t, tx.Now)
		}
		form.Return, form.Form = v.returnTo(t.ID), f
		form.choose(v, string(n.Verdict))
		m = answerPage{Title: t.Title, Back: form.Return, Answer: *form, Form: f}
		return nil
	})
	if err != nil {
		return err
	}
	if m.Answer.Action == "" {
		return refused
	}
	return render(v, answerTmpl, Head{Title: v.T("answer.give"), Failed: true, Code: statusOf(refused), Private: true}, m)
}

// responsible are the agencies that may be made responsible for a thing, for a form.
func (v *Visit) responsible(chosen thing.ID) (all []choice, err error) {
	agencies, err := v.s.Instance.Agencies(v.ctx)
	for _, g := range agencies {
		all = append(all, choice{strconv.FormatInt(int64(g.ID), 10), g.Title, g.ID == chosen})
	}
	return all, err
}
