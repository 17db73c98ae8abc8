package web

import (
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/tally"
	"tequio/app/text"
	"tequio/app/thing"
	"tequio/app/vote"
)

// optionUse says of a vote's file that it is the picture of an option. Codes stay the same for good.
const optionUse = "option/"

// pictures are the pictures of a vote's options by their codes; of several the last.
func (v *Visit) pictures(tx *db.Tx, id thing.ID) (map[string]fileView, error) {
	files, err := media.Of(tx, id, "")
	all := map[string]fileView{}
	for _, f := range files {
		if code, ok := strings.CutPrefix(f.Use, optionUse); ok && f.Image() {
			all[code] = v.files([]media.File{f})[0]
		}
	}
	return all, err
}

// projectView is the page of one option: of a project with its review, and what became of it.
type projectView struct {
	voteHead
	Project  voteOption
	Question string
	Budget   string
	Aside    bool // not on the ballot
	Outcome  *becameView
}

// becameView is what became of an option in the count.
type becameView struct{ Status, Class, Why string }

// technicalView is how far a project's technical review came.
type technicalView struct{ State, Class, HTML string }

var projectTmpl = page.New[projectView]("vote/project")

// reviewLooks are the tags of the states of a review.
var reviewLooks = map[vote.Review]string{vote.Received: "tag-info", vote.InReview: "tag-info", vote.Feasible: "tag-ok", vote.NotFeasible: "tag-warn"}

func (v *Visit) technical(o vote.Option) *technicalView {
	if o.Review == "" {
		return nil
	}
	return &technicalView{v.T("vote.review.state." + string(o.Review)), reviewLooks[o.Review], text.Markdown(o.Reason, text.Official)}
}

func (s *Server) project(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	if t.Hidden() {
		return s.showHidden(v, t)
	}
	return keep(v, projectTmpl, forAll(scopeThing(t.ID)), func() (Head, projectView, error) {
		m, err := s.projectView(v)
		return Head{Title: m.Project.Title + " · " + m.Title, Section: "votes"}, m, err
	})
}

func (s *Server) projectView(v *Visit) (m projectView, err error) {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return m, err
	}
	o, at := t.Project(v.Param("code"))
	if at < 0 {
		return m, fault.New(fault.NotFound, "thing.missing")
	}
	q := t.Questions[at]
	_, listed := q.Option(o.Code)
	m = projectView{voteHead: v.voteHead(t), Question: questionTitle(q), Aside: !listed}
	if q.Budget > 0 {
		m.Budget = v.money(q, q.Budget)
	}
	return m, s.DB.Read(v.ctx, func(tx *db.Tx) error {
		refs, err := thing.Refs(tx, []thing.ID{o.Thing})
		if err != nil {
			return err
		}
		pictures, err := v.picturesOf(tx, t)
		if err != nil {
			return err
		}
		m.Project = v.optionInWords(q, o, refs, pictures)
		if t.CountedAt.IsZero() || m.Aside {
			return nil
		}
		r, err := vote.ResultOf(tx, t.ID)
		if err != nil {
			return err
		}
		if got, found := r.Questions[at].Outcome(o.Code); found {
			m.Outcome = v.became(q, got)
		}
		return nil
	})
}

func (v *Visit) became(q vote.Question, o tally.Outcome) *becameView {
	return &becameView{v.T("tally.status." + string(o.Status)), statusLooks[o.Status][0], v.because(q, o.Reason)}
}
