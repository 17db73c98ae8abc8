package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tequio/app/page"
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
	Roll      field            // who may vote
	Folded    []editGroup      // further conditions of theirs; areas, lot and how ballots are published
	Questions []editQuestion
	Rules     []ruleWords
	Words     []editWords
}

// editQuestion is one question with its options; a line that is left empty is no option.
type editQuestion struct {
	N       int
	At      string // what its fields' names begin with: "q0"
	Fields  []field
	Groups  []editGroup
	Options []editOption
	Count   int
}

// editGroup are further rules, folded away while they say nothing.
type editGroup struct {
	Title  string
	Text   string // what they are for; "": the fields say it
	Open   bool
	Fields []field
	Ticks  []field
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
