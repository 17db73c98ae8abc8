package web

import (
	"fmt"
	"strings"

	"tequio/app/challenge"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

const deskChallenges = "/admin/challenges"

// deskChallenge is the address at which staff look after a challenge.
func deskChallenge(id thing.ID) string { return fmt.Sprintf("%s/%d", deskChallenges, id) }

type challengeDeskList struct {
	Desk []deskItem
	New  bool
	Rows []row
}

var challengeDeskListTmpl = page.New[challengeDeskList]("challenge/desk")

func (s *Server) deskChallengeList(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	all, err := s.Challenges.Managed(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	agencies, err := v.ownAgencies("")
	m := challengeDeskList{Desk: v.desk(deskChallenges), New: len(agencies) > 0}
	for _, c := range all {
		r := row{Href: deskChallenge(c.ID), Title: c.Title, Tag: v.whereTag(c)}
		if !policy.May(v.Actor, policy.Manage, c.Thing, v.Now) {
			r.Href += "/entries"
		}
		if d := v.deadline(c.Thing); d != nil {
			r.Meta = d.Text
		}
		m.Rows = append(m.Rows, r)
	}
	if err != nil {
		return err
	}
	return render(v, challengeDeskListTmpl, Head{Title: v.T("nav.challenges"), Admin: true, Private: true}, m)
}

// challengeDesk is the page from which staff look after one challenge.
type challengeDesk struct {
	Desk      []deskItem
	C         challenge.Challenge
	Here      string
	Tag       Tag
	State     string
	Missing   []string
	Draft     bool
	Scheduled bool
	Open      bool
	Sent      string
	Form      FormView
	At        field
	Reason    field
	Questions []deskQuestionView
	Langs     []deskLang
}

// deskQuestionView is a question with the form for its answer.
type deskQuestionView struct {
	ID       int64
	Question string
	When     string
	Answer   field
	Open     bool // waits for an answer
}

var challengeDeskTmpl = page.New[challengeDesk]("challenge/manage")

func (s *Server) deskChallenge(v *Visit) error { return s.showChallengeDesk(v, blank(), 0, 0) }

// showChallengeDesk shows the page; question is whose answer was refused, where one was.
func (s *Server) showChallengeDesk(v *Visit, f FormView, code int, question int64) error {
	view, err := s.Challenges.Edit(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	c := view.Challenge
	m := challengeDesk{Desk: v.desk(deskChallenges), C: c, Here: deskChallenge(c.ID), Tag: *v.whereTag(c), State: v.where(c), Form: f,
		Draft: c.State == thing.Draft, Scheduled: c.State == thing.Published && !c.Visible(v.Now), Open: c.Entering(v.Now), Sent: v.T("challenge.sent", "n", view.Sent)}
	if m.Draft {
		for _, key := range c.Missing(v.Now) {
			m.Missing = append(m.Missing, v.T(key))
		}
	}
	m.At = v.filled(f, field{Name: "at", Label: "challenge.desk.at", Hint: "challenge.desk.at.hint", Type: "datetime-local", Width: "w-m", Optional: true})
	m.Reason = v.filled(f, field{Name: "reason", Label: "challenge.desk.close.reason", Rows: 3, Max: challenge.ReasonMost})
	for _, q := range view.Questions {
		m.Questions = append(m.Questions, v.deskQuestion(f, q, question))
	}
	for _, tag := range v.otherLanguages(c.Lang) {
		words, err := s.Challenges.Words(v.ctx, c.ID, tag)
		if err != nil {
			return err
		}
		m.Langs = append(m.Langs, deskLang{tag, s.Words.Language(tag).Name(), len(words), len(v.challengeTexts(view))})
	}
	return render(v, challengeDeskTmpl, Head{Title: c.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) deskQuestion(f FormView, q challenge.Question, refused int64) deskQuestionView {
	name := fmt.Sprintf("answer-%d", q.ID)
	answer := field{Name: name, Label: v.T("challenge.desk.answer"), Value: q.Answer, Rows: 4, Max: challenge.AnswerMost}
	if q.ID == refused {
		answer.Value, answer.Error = f.Value(name), f.Error(name)
	}
	return deskQuestionView{q.ID, q.Question, v.Lang.ShortDate(q.At, v.Zone()), answer, q.Answer == "" || q.ID == refused}
}

// onChallenge leads back to the challenge's page at the desk, or shows it with the fault.
func (s *Server) onChallenge(v *Visit, flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChallengeDesk(v, f, statusOf(err), 0)
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(deskChallenge(thing.ID(v.ID("id"))))
}

func (s *Server) publishChallenge(v *Visit) error {
	at, ok := v.Form.When("at", v.Zone())
	if !ok {
		return s.onChallenge(v, "", fault.On("at", "form.when"))
	}
	return s.onChallenge(v, "challenge.desk.published", s.Challenges.Publish(v.ctx, v.Actor, thing.ID(v.ID("id")), at))
}

func (s *Server) unscheduleChallenge(v *Visit) error {
	return s.onChallenge(v, "challenge.desk.unscheduled", s.Challenges.Unschedule(v.ctx, v.Actor, thing.ID(v.ID("id"))))
}

func (s *Server) closeChallenge(v *Visit) error {
	return s.onChallenge(v, "challenge.desk.closed", s.Challenges.Close(v.ctx, v.Actor, thing.ID(v.ID("id")), v.Form.Get("reason")))
}

// answerChallenge answers a question for everybody.
func (s *Server) answerChallenge(v *Visit) error {
	name := fmt.Sprintf("answer-%d", v.ID("question"))
	_, err := s.Challenges.AnswerQuestion(v.ctx, v.Actor, v.ID("question"), v.Form.Get(name))
	if flt := fault.Of(err); err != nil && flt.Fields["answer"].Key != "" {
		m := flt.Fields["answer"]
		err = fault.On(name, m.Key, m.Args...)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChallengeDesk(v, f, statusOf(err), v.ID("question"))
	}
	if err != nil {
		return err
	}
	v.Flash("challenge.desk.answered")
	return v.Redirect(deskChallenge(thing.ID(v.ID("id"))) + "#questions")
}

// challengeTexts are what can be written in another language: the brief, questions and answers.
func (v *Visit) challengeTexts(view challenge.View) []challenge.Text {
	all := view.Translatable()
	for _, q := range view.Questions {
		if q.Answer != "" {
			all = append(all, challenge.Text{Name: fmt.Sprintf("question.%d", q.ID), Original: q.Question, Long: true},
				challenge.Text{Name: fmt.Sprintf("answer.%d", q.ID), Original: q.Answer, Long: true})
		}
	}
	return all
}

func (s *Server) challengeWords(v *Visit) error {
	view, err := s.Challenges.Edit(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	words, err := s.Challenges.Words(v.ctx, view.ID, v.Param("lang"))
	if err != nil {
		return err
	}
	f := blank()
	for name, w := range words {
		f.Values[name] = []string{w}
	}
	return s.showChallengeWords(v, view, f, 0)
}

func (s *Server) showChallengeWords(v *Visit, view challenge.View, f FormView, code int) error {
	tag := v.Param("lang")
	if tag != v.pick(tag, v.otherLanguages(view.Challenge.Lang)) {
		return fault.New(fault.NotFound, "thing.missing")
	}
	m := wordsView{Desk: v.desk(deskChallenges), Title: view.Title, Here: deskChallenge(view.ID), Original: view.Challenge.Lang, Lang: tag,
		Name: s.Words.Language(tag).Name(), Form: f}
	for _, t := range v.challengeTexts(view) {
		p := pairedField{field{Name: t.Name, Label: v.textLabel(t.Name), Value: f.Value(t.Name), Error: f.Error(t.Name), Lang: v.otherLang(tag), Optional: true}, t.Original}
		if t.Long {
			p.Field.Rows = min(max(strings.Count(t.Original, "\n")+len(t.Original)/80+2, 3), 24)
		}
		m.Fields = append(m.Fields, p)
	}
	return render(v, wordsTmpl, Head{Title: m.Name + ": " + view.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// textLabel names a text: "Criterion 2: description".
func (v *Visit) textLabel(name string) string {
	kind, rest, _ := strings.Cut(name, ".")
	n, part, _ := strings.Cut(rest, ".")
	switch kind {
	case "criterion", "stage":
		var i int
		fmt.Sscan(n, &i)
		return v.T("challenge.text."+kind+"."+part, "n", i+1)
	}
	return v.T("challenge.text." + kind)
}

func (s *Server) saveChallengeWords(v *Visit) error {
	view, err := s.Challenges.Edit(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	tag := v.Param("lang")
	if tag != v.pick(tag, v.otherLanguages(view.Challenge.Lang)) {
		return fault.New(fault.NotFound, "thing.missing")
	}
	words := thing.Words{}
	for _, t := range v.challengeTexts(view) {
		words[t.Name] = v.Form.Get(t.Name)
	}
	err = s.Challenges.Translate(v.ctx, v.Actor, view.ID, tag, words)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChallengeWords(v, view, f, statusOf(err))
	}
	return s.onChallenge(v, "challenge.desk.saved", err)
}
