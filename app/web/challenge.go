package web

import (
	"fmt"

	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// challengeView is the page of a challenge: the brief, what happens when, and what became of it.
type challengeView struct {
	briefView
	Tag       Tag
	Kind      string
	Preview   string // why not everybody sees the page yet
	Manage    string // where staff edit it
	Judge     string // where entries are judged
	State     string // what may be done now, and what comes next
	Enter     string // where to enter
	Mine      *mineView
	Sent      string
	Sealed    string // why entries cannot be read
	Closing   string // why it closed early
	Ask       *askView
	AskIn     string // where to sign in for asking
	Questions []askedView
	Waiting   string
	Entries   []entryGroup
	Decision  *decisionView
	Follow    followView
	Thread    threadView
}

// mineView is the reader's own entry in a line.
type mineView struct {
	Title, Href, Action string
	Tag                 Tag
}

type askView struct {
	Action string
	Form   FormView
	Until  string
}

type askedView struct {
	ID             int64
	Question, HTML string
	When, ISO      string
	Mine           bool // waits for an answer, and only its author sees it
}

// entryGroup are entries of one standing.
type entryGroup struct {
	Title string
	Rows  []row
}

// decisionView is the outcome at the top of the page.
type decisionView struct {
	Won, Void bool
	Title     string
	When, ISO string
	Winners   []row
	Href      string
	Excerpt   string
}

var challengeTmpl = page.New[challengeView]("challenge/show")

func (s *Server) challenge(v *Visit) error { return s.showChallenge(v, blank(), nil) }

// showChallenge shows the page, with the form of a question that was refused where there is one.
func (s *Server) showChallenge(v *Visit, asked FormView, refused error) error {
	build := func() (Head, challengeView, error) {
		view, err := s.Challenges.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
		if err != nil {
			return Head{}, challengeView{}, err
		}
		m, err := s.challengeView(v, view, asked)
		h := Head{Title: m.C.Title, Section: "challenges", Feed: view.Path() + "/feed.atom", Description: m.C.Summary, Private: !view.Listed(v.Now)}
		if refused != nil {
			h.Failed, h.Code = true, statusOf(refused)
		}
		return h, m, err
	}
	if t, err := s.hiddenThing(v, challenge.Kind); err != nil || t.Hidden() {
		if err != nil {
			return err
		}
		return s.showHidden(v, t)
	}
	if refused != nil {
		h, m, err := build()
		if err != nil {
			return err
		}
		return render(v, challengeTmpl, h, m)
	}
	return keep(v, challengeTmpl, forVisitors(scopeKind(challenge.Kind), scopeKind(challenge.EntryKind), scopeKind(instance.AgencyKind)), build)
}

// hiddenThing returns the header of the thing under the address's slug.
func (s *Server) hiddenThing(v *Visit, k thing.Kind) (t thing.Thing, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if t, err = thing.Find(tx, k, v.Param("slug")); err != nil {
			return err
		}
		return policy.Allow(v.Actor, policy.See, t, tx.Now)
	})
	return t, err
}

func (s *Server) challengeView(v *Visit, view challenge.View, asked FormView) (m challengeView, err error) {
	c := view.Challenge.In(v.Lang.Tag(), view.Words)
	v.Turns(c.Thing)
	v.changes(c.UnsealedAt())
	m = challengeView{briefView: v.brief(c, view.Challenge.Lang), Tag: *v.whereTag(c), Kind: v.T("kind.challenge"), State: v.where(c), Sent: v.T("challenge.sent", "n", view.Sent)}
	m.Files = v.files(view.Files)
	if !view.Visible(v.Now) {
		m.Preview = v.T("challenge.preview." + view.Where(v.Now).Word)
	}
	if policy.May(v.Actor, policy.Manage, view.Thing, v.Now) {
		m.Manage = deskChallenge(view.ID)
	}
	if policy.May(v.Actor, policy.Judge, view.Thing, v.Now) {
		m.Judge = deskChallenge(view.ID) + "/entries"
	}
	v.entering(&m, view, c)
	v.challengeQuestions(&m, view, asked)
	m.Entries = v.entryGroups(view.Entries, view.Decided())
	if !view.Sealed || !v.Now.Before(view.UnsealedAt()) {
		m.Sealed = ""
	} else if view.Sent > 0 {
		m.Sealed = v.T("challenge.sealed", "date", v.Lang.DateTime(view.UnsealedAt(), v.Zone()))
	}
	if view.Decided() {
		m.Decision = v.decision(c, view.Entries)
	}
	if view.Closing != "" {
		m.Closing = view.Closing
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if err := v.briefAgency(tx, &m.briefView, view.Thing); err != nil {
			return err
		}
		if m.Follow, err = v.following(tx, view.Thing); err != nil {
			return err
		}
		m.Thread, err = v.thread(tx, view.Thing, threadOptions{})
		return err
	})
	return m, err
}

// entering fills what the reader may do about entering.
func (v *Visit) entering(m *challengeView, view challenge.View, c challenge.Challenge) {
	if view.Entering(v.Now) {
		m.Enter = view.Path() + "/enter"
	}
	e := view.Mine
	if e == nil {
		return
	}
	mine := &mineView{Title: e.Title, Href: e.Path(), Action: v.T("entry.open"), Tag: Tag{v.T("entry.state.sent"), "tag-ok"}}
	if mine.Title == "" {
		mine.Title = v.T("entry.untitled")
	}
	if !e.Sent() {
		mine.Tag = Tag{v.T("entry.state.draft"), "tag-info"}
	}
	if view.Entering(v.Now) {
		mine.Href, mine.Action = view.Path()+"/enter", v.T("entry.change")
	}
	m.Mine, m.Enter = mine, ""
}

func (v *Visit) challengeQuestions(m *challengeView, view challenge.View, asked FormView) {
	if view.Asking(v.Now) {
		st, _ := view.Stage(challenge.Questions)
		m.Ask = &askView{view.Path() + "/questions", asked, v.T("challenge.ask.until", "date", v.Lang.DateTime(st.ClosesAt, v.Zone()))}
		if !v.Actor.SignedIn() {
			m.Ask, m.AskIn = nil, "/login?return="+view.Path()+"%23ask"
		}
	}
	for _, q := range view.Questions {
		u := askedView{ID: q.ID, Question: view.Words.Pick(fmt.Sprintf("question.%d", q.ID), q.Question), Mine: q.Answer == ""}
		if q.Answer != "" {
			u.HTML = text.Markdown(view.Words.Pick(fmt.Sprintf("answer.%d", q.ID), q.Answer), text.Official)
			u.When, u.ISO = v.Lang.ShortDate(q.AnsweredAt, v.Zone()), v.iso(q.AnsweredAt)
		}
		m.Questions = append(m.Questions, u)
	}
	if view.Waiting > 0 {
		m.Waiting = v.T("challenge.questions.waiting", "n", view.Waiting)
	}
}

// entryGroups sort readable entries: winners, mentions, finalists, the others. Marks that come with
// the decision are shown once it is published.
func (v *Visit) entryGroups(all []challenge.Entry, decided bool) (groups []entryGroup) {
	for _, standing := range []challenge.Standing{challenge.Winner, challenge.Mention, challenge.Finalist, ""} {
		g := entryGroup{Title: v.T("entry.group." + string(standing))}
		for _, e := range all {
			if e.Standing == standing {
				g.Rows = append(g.Rows, v.entryRow(e))
			}
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	if len(groups) == 1 && all[0].Standing == "" {
		groups[0].Title = ""
	}
	return groups
}

func (v *Visit) entryRow(e challenge.Entry) row {
	r := row{Href: e.Path(), Title: e.Title, Meta: v.T("entry.by", "team", e.Team), Tag: v.entryStanding(e)}
	if e.Hidden() {
		r.Title, r.Meta = v.T("entry.hidden"), ""
	}
	return r
}

// entryStanding is the tag of how far an entry came; nil when there is nothing to say.
func (v *Visit) entryStanding(e challenge.Entry) *Tag {
	switch {
	case e.Standing == challenge.Winner:
		return &Tag{v.T("entry.place", "n", e.Place), "tag-ok"}
	case e.Standing != "":
		return &Tag{v.T("entry.standing." + string(e.Standing)), "tag-brand"}
	case e.Validity == challenge.Invalid:
		return &Tag{v.T("entry.validity.invalid"), "tag-bad"}
	}
	return nil
}

// decision is the outcome in a few lines.
func (v *Visit) decision(c challenge.Challenge, all []challenge.Entry) *decisionView {
	d := &decisionView{Won: c.Outcome == challenge.Won, Void: c.Outcome == challenge.Void, Title: v.T("challenge.outcome." + string(c.Outcome)),
		When: v.Lang.Date(c.DecidedAt, v.Zone()), ISO: v.iso(c.DecidedAt), Href: c.Path() + "/decision", Excerpt: text.Excerpt(c.Decision, 280)}
	for _, e := range all {
		if e.Standing == challenge.Winner {
			d.Winners = append(d.Winners, v.entryRow(e))
		}
	}
	return d
}

// askChallenge puts a question.
func (s *Server) askChallenge(v *Visit) error {
	t, err := s.hiddenThing(v, challenge.Kind)
	if err != nil {
		return err
	}
	if err = v.unhurried(); err == nil {
		err = s.Challenges.Ask(v.ctx, v.Actor, t.ID, v.Form.Get("question"))
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChallenge(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("challenge.asked")
	return v.Redirect(t.Path() + "#questions")
}
