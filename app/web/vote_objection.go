package web

import (
	"cmp"
	"strings"

	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/vote"
)

// objectionsView is the page on which people object to a result, and staff answer.
type objectionsView struct {
	voteHead
	Form    FormView
	Back    string
	Until   i18nTime
	Rows    []objectionRow
	Body    field
	May     bool   // the reader may file one now
	SignIn  string // where they sign in first
	Why     string // why nobody may now
	Answers bool   // the reader answers for the agency
	Failed  int64  // the objection whose answer was refused
	Answer  string // as it was typed
	Action  string
}

// objectionRow is an objection with its answer.
type objectionRow struct {
	ID         int64
	Name       string
	At         i18nTime
	Body       []string // paragraphs
	Lang       string
	State      Tag
	Answer     []string
	AnsweredBy string
	AnsweredAt i18nTime
	Waits      bool
}

var objectionsTmpl = page.New[objectionsView]("vote/objections")

func (s *Server) objections(v *Visit) error { return s.showObjections(v, FormView{}, 0) }

func (s *Server) showObjections(v *Visit, f FormView, code int) error {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	if t.Hidden() {
		return s.showHidden(v, t.Thing)
	}
	m := objectionsView{voteHead: v.voteHead(t), Form: f, Back: t.Path() + "/results", Action: t.Path() + "/objections", Until: v.instant(t.ObjectionsAt),
		Answers: policy.May(v.Actor, policy.Manage, t.Thing, v.Now)}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := vote.Objections(tx, t.ID)
		m.Rows = v.objectionRows(t, all)
		return err
	})
	if err != nil {
		return err
	}
	switch closed := t.Objectable(v.Now); {
	case closed != nil:
		m.Why = v.saying(closed)
	case !v.Actor.SignedIn():
		m.SignIn = "/login?return=" + m.Action
	case policy.May(v.Actor, policy.Object, t.Thing, v.Now):
		m.May = true
	}
	m.Body = v.filled(f, field{Name: "body", Label: "vote.objection.body", Hint: "vote.objection.body.hint", Rows: 6, Max: 4000})
	m.Failed, m.Answer = v.ID("objection"), f.Value("answer")
	return render(v, objectionsTmpl, Head{Title: v.T("vote.objections"), Section: "votes", Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) objectionRows(t vote.Vote, all []vote.Objection) (rows []objectionRow) {
	states := map[vote.ObjectionOutcome]Tag{"": {v.T("vote.objection.waits"), "tag-warn"}, vote.Upheld: {v.T("vote.objection.upheld"), "tag-bad"},
		vote.Rejected: {v.T("vote.objection.rejected"), ""}}
	for _, o := range all {
		rows = append(rows, objectionRow{ID: o.ID, Name: v.orGone(o.Name), At: v.instant(o.At), Body: blocks(o.Body), State: states[o.Outcome],
			Lang: v.otherLang(cmp.Or(t.Written, t.Lang)), Answer: blocks(o.Answer), AnsweredBy: v.orGone(o.AnsweredBy), AnsweredAt: v.instant(o.AnsweredAt),
			Waits: o.Outcome == ""})
	}
	return rows
}

// blocks are the parts of a plain text between empty lines.
func blocks(text string) (all []string) {
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (s *Server) object(v *Visit) error {
	err := s.Votes.Object(v.ctx, v.Actor, v.Param("slug"), v.Form.Get("body"))
	return s.afterObjection(v, "vote.objection.filed", err)
}

func (s *Server) answerObjection(v *Visit) error {
	err := s.Votes.AnswerObjection(v.ctx, v.Actor, v.Param("slug"), v.ID("objection"), vote.ObjectionOutcome(v.Form.Get("outcome")), v.Form.Get("answer"))
	return s.afterObjection(v, "vote.objection.told", err)
}

func (s *Server) afterObjection(v *Visit, flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showObjections(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect("/votes/" + v.Param("slug") + "/objections")
}

// scrutinyView is what the page of results says of objections, corrections and certificates.
type scrutinyView struct {
	State        Tag
	Text         string
	Slug         string
	Object       bool // anybody may object now
	Objections   []objectionRow
	Corrections  []correctionRow
	Certificates []certificateRow
}

type correctionRow struct {
	At      i18nTime
	Text    string
	Reason  string
	Winners []string // before
}

type certificateRow struct {
	Name, Statement string
	At              i18nTime
}

// resultLooks are how the states of a result look.
var resultLooks = map[vote.ResultState]string{vote.Certified: "tag-ok", vote.Loaded: "tag-ok", vote.Annulled: "tag-bad"}

func (v *Visit) scrutiny(o vote.Outcome, w vote.Scrutiny) scrutinyView {
	m := scrutinyView{Slug: o.Slug, State: Tag{v.T("vote.state." + string(w.State)), cmp.Or(resultLooks[w.State], "tag-warn")},
		Text: v.T("vote.state."+string(w.State)+".text", "until", o.ObjectionsAt.In(v.Zone())), Object: o.Objectable(v.Now) == nil,
		Objections: v.objectionRows(o.Vote, w.Objections)}
	for _, c := range w.Certificates {
		m.Certificates = append(m.Certificates, certificateRow{c.Name, c.Statement, v.instant(c.At)})
	}
	for i, c := range w.Corrections {
		next := o.Result
		if i+1 < len(w.Corrections) {
			next = w.Corrections[i+1].Before
		}
		row := correctionRow{At: v.instant(c.At), Text: v.T("vote.correction.same")}
		if c.Changed(next) {
			row.Text = v.T("vote.correction.changed")
		}
		for _, a := range o.Amendments {
			if a.At.Equal(c.Amended) {
				row.Reason = a.Reason
			}
		}
		for k, r := range c.Before.Questions {
			for _, code := range r.Winners {
				if option, ok := o.Questions[k].Option(code); ok {
					row.Winners = append(row.Winners, option.Title)
				}
			}
		}
		m.Corrections = append(m.Corrections, row)
	}
	return m
}
