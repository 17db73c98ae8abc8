package web

import (
	"fmt"
	"slices"

	"tequio/app/fault"
	"tequio/app/geo"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// writeView is a step of writing a proposal.
type writeView struct {
	Action  string
	Back    string
	Changes bool   // it was opened from the last step, and leads back there
	Save    string // where it is saved as one types; "" before there is a draft
	Step    int64
	Of      int64
	Form    FormView
	Choices []choice // of subjects or places
	Files   fileFields
	Fields  []field     // what the kind asks for besides
	Map     pointPicker // where it is
}

// The steps of writing, each one question.
var stepTmpls = map[string]page.Tmpl[writeView]{
	"title": page.New[writeView]("proposal/title"), "text": page.New[writeView]("proposal/text"), "place": page.New[writeView]("proposal/place"),
	"subject": page.New[writeView]("proposal/subject"), "files": page.New[writeView]("proposal/files"),
	"details": page.New[writeView]("proposal/details"),
}

// steps are the names of the steps of writing a proposal of a kind, in their order.
func steps(k proposal.Class) []string {
	all := []string{"title", "text", "place", "subject", "files"}
	if len(k.Asks) > 0 {
		all = append(all, "details")
	}
	return append(all, "check")
}

// writeStep begins the view of a step: where it stands among the others, and where it leads.
func writeStep(k proposal.Class, p proposal.Proposal, name, to string) writeView {
	all := steps(k)
	at := slices.Index(all, name)
	m := writeView{Action: "/proposals/new/title", Back: "/proposals/new", Changes: to == "check", Step: int64(at + 1), Of: int64(len(all)), Form: blank()}
	if p.ID == 0 {
		return m
	}
	m.Action, m.Save = draftPath(p.ID, name), draftPath(p.ID, "save")
	switch {
	case m.Changes:
		m.Back = draftPath(p.ID, "check")
	case at > 0:
		m.Back = draftPath(p.ID, all[at-1])
	}
	return m
}

// proposalTitle asks for the title of a proposal that is not begun yet.
func (s *Server) proposalTitle(v *Visit) error {
	return s.showStep(v, proposal.Proposal{}, "title", "", blank("kind", v.Query("kind")), 0)
}

func (s *Server) proposalBegin(v *Visit) error {
	var p proposal.Proposal
	err := v.unhurried()
	if err == nil {
		p, err = s.Proposals.Begin(v.ctx, v.Actor, v.Form.Get("kind"), v.Lang.Tag(), v.Form.Get("title"))
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showStep(v, proposal.Proposal{}, "title", "", f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.afterStep(p, "title")
}

// draftPath is a page of writing a draft.
func draftPath(id thing.ID, page string) string {
	return fmt.Sprintf("/proposals/drafts/%d/%s", id, page)
}

// afterStep leads where one goes on after a step that was saved.
func (v *Visit) afterStep(p proposal.Proposal, name string) error {
	switch {
	case v.Form.Get("then") == "draft":
		v.Flash("proposal.draft.saved")
		return v.Redirect("/me")
	case v.Form.Get("to") == "check":
		return v.Redirect(draftPath(p.ID, "check"))
	case name == "title":
		return v.Redirect(draftPath(p.ID, "similar"))
	}
	k, err := v.kindOf(p)
	if err != nil {
		return err
	}
	all := steps(k)
	return v.Redirect(draftPath(p.ID, all[slices.Index(all, name)+1]))
}

// proposalStep shows a step of a draft.
func (s *Server) proposalStep(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	if p.StageAt(v.Now) == proposal.Sponsoring {
		return v.Redirect(draftPath(p.ID, "handed"))
	}
	f := blank("title", p.Title, "summary", p.Summary, "body", p.Body, "subject", p.Subject, "place", p.Place)
	if p.Point.Known() {
		f.Values["lat"], f.Values["lon"] = []string{geo.Degrees(p.Point.Lat)}, []string{geo.Degrees(p.Point.Lon)}
	}
	for _, one := range p.Fields {
		f.Values[proposal.Ask{Key: one.Key}.FieldName()] = []string{one.Value}
	}
	f.Values["part"], f.Values["seen"] = []string{v.Param("step")}, []string{p.Mark(v.Param("step"))}
	return s.showStep(v, p, v.Param("step"), v.Query("to"), f, 0)
}

func (s *Server) showStep(v *Visit, p proposal.Proposal, name, to string, f FormView, code int) error {
	k, err := s.titleKind(v, p, f)
	if err != nil {
		return err
	}
	if !slices.Contains(steps(k), name) || name == "check" {
		return fault.New(fault.NotFound, "fault.missing")
	}
	m := writeStep(k, p, name, to)
	m.Form = f
	switch name {
	case "place":
		m.Choices, m.Map = v.places(), v.picker(f)
	case "subject":
		m.Choices = v.subjects()
	case "files":
		if err := v.draftFiles(p, &m); err != nil {
			return err
		}
	case "details":
		m.Fields = v.detailFields(k, f)
	}
	mark(m.Choices, f.Value(name))
	h := Head{Title: v.T(askKeys[name]), Section: "proposals", Private: true, Failed: f.Failed(), Code: code}
	return render(v, stepTmpls[name], h, m)
}

// titleKind is the kind of a proposal; of one that is not begun yet, the kind that the form names.
func (s *Server) titleKind(v *Visit, p proposal.Proposal, f FormView) (k proposal.Class, err error) {
	if p.ID != 0 {
		return v.kindOf(p)
	}
	all, err := v.kinds()
	for _, k := range all {
		if k.Key == f.Value("kind") {
			return k, err
		}
	}
	return v.kindOf(p)
}

// askKeys are the questions of the steps.
var askKeys = map[string]string{
	"title": "proposal.ask.title", "text": "proposal.ask.text", "place": "write.ask.place", "subject": "write.ask.subject", "files": "write.ask.files",
	"details": "write.ask.details",
}

// mark notes which of the choices is chosen.
func mark(all []choice, value string) {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
}

// proposalSaveStep saves a step and leads to the next.
func (s *Server) proposalSaveStep(v *Visit) error {
	name := v.Param("step")
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	k, err := v.kindOf(p)
	if err != nil {
		return err
	}
	if !slices.Contains(steps(k), name) {
		return fault.New(fault.NotFound, "fault.missing")
	}
	if v.moveMap() {
		return s.showStep(v, p, name, v.Form.Get("to"), FormView{Values: v.Form.values}, 0)
	}
	w := v.writing(k)
	w.Whole = v.Form.Get("then") != "draft"
	saved := p
	if err = v.takePoint(&w); err == nil {
		saved, err = s.Proposals.Save(v.ctx, v.Actor, p.ID, w)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showStep(v, p, name, v.Form.Get("to"), f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.afterStep(saved, name)
}

// writing is what the form holds of a draft.
func (v *Visit) writing(k proposal.Class) (w proposal.Writing) {
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
	w.Fields, w.Part, w.Seen = v.detailsGiven(k), v.Form.Get("part"), v.Form.Get("seen")
	return w
}

// proposalAutosave keeps what is being typed.
func (s *Server) proposalAutosave(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	k, err := v.kindOf(p)
	if err != nil {
		return err
	}
	w := v.writing(k)
	if err := v.takePoint(&w); err != nil {
		return err
	}
	if _, err := s.Proposals.Save(v.ctx, v.Actor, p.ID, w); err != nil {
		return err
	}
	v.Status(204)
	return nil
}
