package web

import (
	"fmt"

	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// proposalStartView says what writing a proposal takes, before anything is asked.
type proposalStartView struct {
	Threshold int64
	Period    int64
	AnswerIn  int64
	Open      bool // support has no end
}

var proposalStartTmpl = page.New[proposalStartView]("proposal/start")

func (s *Server) proposalStart(v *Visit) error {
	return keep(v, proposalStartTmpl, forAll(), func() (Head, proposalStartView, error) {
		set := s.Instance.Current()
		m := proposalStartView{set.Threshold, int64(set.Period), int64(set.AnswerIn), set.Period == 0}
		return Head{Title: v.T("proposal.new"), Section: "proposals"}, m, nil
	})
}

// writeView is a step of writing a proposal.
type writeView struct {
	Action   string
	Back     string
	Save     string // where it is saved as one types; "" before there is a draft
	To       string // "check": back to the last step afterwards
	Step     int64
	Form     FormView
	Subjects []choice
	Places   []choice
}

// The steps of writing, each one question.
var (
	titleTmpl = page.New[writeView]("proposal/title")
	textTmpl  = page.New[writeView]("proposal/text")
	placeTmpl = page.New[writeView]("proposal/place")
)

var writeSteps = map[string]struct {
	tmpl page.Tmpl[writeView]
	n    int64
	next string
}{
	"title": {titleTmpl, 1, "similar"},
	"text":  {textTmpl, 2, "place"},
	"place": {placeTmpl, 3, "check"},
}

// proposalTitle asks for the title of a proposal that is not begun yet.
func (s *Server) proposalTitle(v *Visit) error {
	m := writeView{Action: "/proposals/new/title", Back: "/proposals/new", Step: 1, Form: blank()}
	return render(v, titleTmpl, Head{Title: v.T("proposal.ask.title"), Section: "proposals", Private: true}, m)
}

func (s *Server) proposalBegin(v *Visit) error {
	p, err := s.Proposals.Begin(v.ctx, v.Actor, v.Form.Get("kind"), v.Lang.Tag(), v.Form.Get("title"))
	if f, ok := v.refused(err); err != nil && ok {
		m := writeView{Action: "/proposals/new/title", Back: "/proposals/new", Step: 1, Form: f}
		return render(v, titleTmpl, Head{Title: v.T("proposal.ask.title"), Section: "proposals", Private: true, Failed: true, Code: statusOf(err)}, m)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.afterStep(p, "title"))
}

// draftPath is a page of writing a draft.
func draftPath(id thing.ID, page string) string {
	return fmt.Sprintf("/proposals/drafts/%d/%s", id, page)
}

// afterStep is where a step that was saved leads.
func (v *Visit) afterStep(p proposal.Proposal, name string) string {
	switch {
	case v.Form.Get("then") == "draft":
		v.Flash("proposal.draft.saved")
		return "/me"
	case v.Form.Get("to") == "check":
		return draftPath(p.ID, "check")
	}
	return draftPath(p.ID, writeSteps[name].next)
}

// proposalStep shows a step of a draft.
func (s *Server) proposalStep(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	f := blank("title", p.Title, "summary", p.Summary, "body", p.Body, "subject", p.Subject, "place", p.Place)
	return s.showStep(v, p.ID, v.Query("to"), f, 0)
}

func (s *Server) showStep(v *Visit, id thing.ID, to string, f FormView, code int) error {
	name := v.Param("step")
	step, ok := writeSteps[name]
	if !ok {
		return fault.New(fault.NotFound, "fault.missing")
	}
	if to != "check" {
		to = ""
	}
	m := writeView{Action: draftPath(id, name), Save: draftPath(id, "save"), Back: draftPath(id, "check"), To: to, Step: step.n, Form: f,
		Subjects: v.subjects(), Places: v.places()}
	mark(m.Subjects, f.Value("subject"))
	mark(m.Places, f.Value("place"))
	h := Head{Title: v.T("proposal.ask." + name), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}
	return render(v, step.tmpl, h, m)
}

// mark notes which of the choices is chosen.
func mark(all []choice, value string) {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
}

// proposalSaveStep saves a step and leads to the next.
func (s *Server) proposalSaveStep(v *Visit) error {
	id, name := thing.ID(v.ID("id")), v.Param("step")
	if _, ok := writeSteps[name]; !ok {
		return fault.New(fault.NotFound, "fault.missing")
	}
	w := v.writing()
	w.Whole = v.Form.Get("then") != "draft"
	p, err := s.Proposals.Save(v.ctx, v.Actor, id, w)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showStep(v, id, v.Form.Get("to"), f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.afterStep(p, name))
}

// writing is what the form holds of a draft.
func (v *Visit) writing() (w proposal.Writing) {
	set := v.s.Instance.Current()
	take := func(name string, known func(string) bool) *string {
		value := v.Form.Get(name)
		if !v.Form.Has(name) || known != nil && value != "" && !known(value) {
			return nil
		}
		return &value
	}
	w.Title, w.Summary, w.Body = take("title", nil), take("summary", nil), take("body", nil)
	w.Subject = take("subject", func(key string) bool { _, ok := set.Subject(key); return ok })
	w.Place = take("place", func(key string) bool { _, ok := set.Place(key); return ok })
	return w
}

// proposalAutosave keeps what is being typed.
func (s *Server) proposalAutosave(v *Visit) error {
	if _, err := s.Proposals.Save(v.ctx, v.Actor, thing.ID(v.ID("id")), v.writing()); err != nil {
		return err
	}
	v.Status(204)
	return nil
}

// similarView shows proposals that may say the same already.
type similarView struct {
	Title string
	Back  string
	Next  string
	Cards []Card
}

var similarTmpl = page.New[similarView]("proposal/similar")

// similarMost is how many similar proposals an author is shown.
const similarMost = 6

func (s *Server) proposalSimilar(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	things, err := s.Search.Similar(v.ctx, p.Title, p.Lang, proposal.Kind, similarMost)
	if err != nil {
		return err
	}
	if len(things) == 0 {
		return v.Redirect(draftPath(p.ID, "text"))
	}
	m := similarView{Title: p.Title, Back: draftPath(p.ID, "title"), Next: draftPath(p.ID, "text")}
	all, err := s.Proposals.Of(v.ctx, things)
	if err != nil {
		return err
	}
	for _, other := range all {
		card := v.proposalCard(other)
		card.Top = true
		m.Cards = append(m.Cards, card)
	}
	return render(v, similarTmpl, Head{Title: v.T("proposal.similar"), Section: "proposals", Private: true}, m)
}

// checkView is the last step: everything as it will be published.
type checkView struct {
	proposal.Proposal
	Form    FormView
	Subject string
	Place   string
	Base    string
	Terms   []link
	Until   string
}

var checkTmpl = page.New[checkView]("proposal/check")

func (s *Server) proposalCheck(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	return s.showCheck(v, p, blank(), 0)
}

func (s *Server) showCheck(v *Visit, p proposal.Proposal, f FormView, code int) error {
	set := s.Instance.Current()
	m := checkView{Proposal: p, Form: f, Base: fmt.Sprintf("/proposals/drafts/%d/", p.ID)}
	if t, ok := set.Subject(p.Subject); ok {
		m.Subject = t.In(v.Lang.Tag())
	}
	if t, ok := set.Place(p.Place); ok {
		m.Place = t.In(v.Lang.Tag())
	}
	return render(v, checkTmpl, Head{Title: v.T("proposal.check"), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) proposalPublish(v *Visit) error {
	id := thing.ID(v.ID("id"))
	p, err := s.Proposals.Publish(v.ctx, v.Actor, id)
	if f, ok := v.refused(err); err != nil && ok {
		draft, missing := s.Proposals.Draft(v.ctx, v.Actor, id)
		if missing != nil {
			return missing
		}
		return s.showCheck(v, draft, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("proposal.published")
	return v.Redirect(p.Path())
}

func (s *Server) proposalDiscard(v *Visit) error {
	if err := s.Proposals.Discard(v.ctx, v.Actor, thing.ID(v.ID("id"))); err != nil {
		return err
	}
	v.Flash("proposal.discarded")
	return v.Redirect("/me")
}
