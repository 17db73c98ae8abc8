package web

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// consultationScopes are what a consultation's pages show: there are few, so any of them counts.
var consultationScopes = []string{scopeKind(consultation.Kind), scopeKind("survey"), scopeKind(consultation.TopicKind), scopeKind(instance.AgencyKind)}

// said is a text in the reader's language, or in its own, marked.
type said struct{ HTML, Lang string }

// stageStep is a line of a list of stages.
type stageStep struct {
	Name, When, Class string
	At                time.Time
	Lang              string
}

// way is one of the ways to take part.
type way struct {
	Href, Icon, Title, Text string
	Button                  string // its words where it is open now
	Main                    bool
}

type consultationView struct {
	consultation.Reading
	Agency, AgencyHref string
	Other, Lead        string // languages of title and summary, where they are not the reader's
	Original           string // the name of the language in which some of the texts are shown, "" when it is the reader's
	Tag                *Tag
	Standing           string // where it stands, in a sentence
	Until              string // how long it is open, in words
	Deadline           time.Time
	About, Does, Not   said
	Who, Away, Closing said
	Result             said
	Steps              []stageStep
	Ways               []way
	Rows               []row // topics
	Answers            int64
	Minutes            int
	Draft, Scheduled   bool
	Over               bool   // it takes nothing any more
	Manage             string // address for those who look after it
	Answered, Late     bool
	Results            bool // there are results to see
	Map                bool // there is an opinion map to see
	Signed             bool // the reader is signed in
	Responded          bool // the reader has answered
	Gone               *hiddenView
	Thread             threadView
	Follow             followView
}

// HasButtons reports whether any way to take part is open now.
func (m consultationView) HasButtons() bool {
	return slices.ContainsFunc(m.Ways, func(w way) bool { return w.Button != "" })
}

var consultationTmpl = page.New[consultationView]("consultation/show")

func (s *Server) consultation(v *Visit) error {
	return keep(v, consultationTmpl, forVisitors(consultationScopes...), func() (Head, consultationView, error) {
		r, err := s.Consultations.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
		if err != nil {
			return Head{}, consultationView{}, err
		}
		if r.Hidden() {
			h := v.hidden(r.Thing)
			return Head{Title: r.Title, Code: 410, Private: true}, consultationView{Gone: &h}, nil
		}
		m, err := v.consultationPage(r)
		return Head{Title: m.Title, Description: m.Summary, Section: "consultations", Feed: m.Path() + "/feed.atom",
			Private: !r.Listed(v.Now)}, m, err
	})
}

// consultationPage puts a consultation into the reader's words.
func (v *Visit) consultationPage(r consultation.Reading) (m consultationView, err error) {
	v.Turns(r.Thing)
	m.Reading = r
	m.Thing = r.In(v.Lang.Tag(), r.Words)
	m.Other, m.Lead = v.otherLang(m.Lang), v.otherLang(r.Lang)
	if r.Words["summary"] != "" {
		m.Lead = ""
	}
	if m.Agency, m.AgencyHref, err = v.agencyOf(r.Thing); err != nil {
		return m, err
	}
	m.About = v.said(r, "body", r.Body, r.HTML)
	m.Does, m.Not = v.said(r, "deciding", r.Deciding, ""), v.said(r, "undecided", r.Undecided, "")
	m.Who, m.Away = v.said(r, "decider", r.Decider, ""), v.said(r, "offline", r.Offline, "")
	m.Closing, m.Result = v.said(r, "", r.Closing, ""), v.said(r, "outcome", r.Outcome, r.OutcomeHTML)
	for _, one := range []said{{m.Summary, m.Lead}, m.About, m.Does, m.Not, m.Who, m.Away, m.Result} {
		if one.Lang != "" && one.HTML != "" {
			m.Original = v.s.Words.Language(r.Lang).Name()
		}
	}
	m.Minutes = text.ReadingMinutes(r.Words.Pick("body", r.Body))
	m.Draft, m.Scheduled = r.State == thing.Draft, r.State == thing.Published && r.PublishedAt.After(v.Now)
	m.Signed = v.Actor.SignedIn()
	m.Map = r.HasStatements() && r.Stated > 0 && r.MapShown(v.Now)
	v.standing(&m)
	m.Steps = v.steps(r)
	for _, t := range r.Topics {
		m.Rows = append(m.Rows, row{Href: t.Path(), Title: t.Title, Meta: v.T("card.comments", "n", t.Comments)})
	}
	if policy.May(v.Actor, policy.Manage, r.Thing, v.Now) {
		m.Manage = deskConsultation(r.ID)
	}
	if err := v.ways(&m); err != nil {
		return m, err
	}
	return m, v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if m.Thread, err = v.thread(tx, r.Thing, threadOptions{Stances: r.Stances}); err != nil {
			return err
		}
		m.Follow, err = v.following(tx, r.Thing)
		return err
	})
}

// ways lists how people can take part; the first that is open now is the page's main act.
func (v *Visit) ways(m *consultationView) error {
	form, mine, err := v.s.Surveys.Open(v.ctx, v.Actor, m.ID)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	default:
		m.Answers, m.Responded = form.Answers, mine.Sent()
		m.Results = m.PhaseAt(v.Now) == thing.Closed && len(form.Questions) > 0 || m.Manage != "" && form.Answers > 0
	}
	if n := len(form.Questions); n > 0 && (m.QuestionnaireOpen(v.Now) || m.PhaseAt(v.Now) == thing.Upcoming) {
		w := way{Href: m.Path() + "/questionnaire", Icon: "edit", Title: v.T("survey.way"), Text: v.T("survey.way.text", "n", n)}
		switch {
		case !m.QuestionnaireOpen(v.Now):
		case m.Responded:
			w.Button, w.Text = v.T("survey.change"), v.T("survey.responded")
		case mine.ID != 0:
			w.Button = v.T("survey.continue")
		default:
			w.Button = v.T("survey.start", "n", n)
		}
		m.Ways = append(m.Ways, w)
	}
	if n := m.Stated; m.HasStatements() && n > 0 {
		w := way{Href: m.Path() + "/statements", Icon: "thumbs-up", Title: v.T("statement.way"), Text: v.T("statement.way.text", "n", n)}
		if m.StatementsOpen(v.Now) {
			w.Button = v.T("statement.way.do")
		}
		m.Ways = append(m.Ways, w)
	}
	if len(m.Topics) > 0 {
		m.Ways = append(m.Ways, way{Href: "#topics", Icon: "message", Title: v.T("consultation.way.topics"),
			Text: v.T("consultation.way.topics.text", "n", len(m.Topics)), Button: v.openNow(m, "consultation.way.topics.do")})
	}
	m.Ways = append(m.Ways, way{Href: "#comments", Icon: "message", Title: v.T("consultation.way.comment"),
		Text: v.T("card.comments", "n", m.Thing.Comments), Button: v.openNow(m, "consultation.way.comment.do")})
	for i := range m.Ways {
		if m.Ways[i].Button != "" {
			m.Ways[i].Main = true
			break
		}
	}
	return nil
}

// openNow is a button's words while comments are open, else "".
func (v *Visit) openNow(m *consultationView, key string) string {
	if m.CommentsOpen(v.Now) {
		return v.T(key)
	}
	return ""
}

// said renders a field in the reader's language where it has been translated; html is the original
// as stored, "" where it is not kept rendered.
func (v *Visit) said(r consultation.Reading, field, original, html string) said {
	if r.Lang != v.Lang.Tag() && r.Words[field] != "" {
		return said{HTML: text.Markdown(r.Words[field], text.Official)}
	}
	if html == "" {
		html = text.Markdown(original, text.Official)
	}
	return said{html, v.otherLang(r.Lang)}
}

// capital begins words with a large letter, where they begin a line.
func capital(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+utf8.RuneLen(r):]
	}
	return s
}

// agencyOf is the name and address of a thing's agency.
func (v *Visit) agencyOf(t thing.Thing) (name, href string, err error) {
	if t.Agency == 0 {
		return "", "", nil
	}
	all, err := v.s.Instance.Agencies(v.ctx)
	for _, g := range all {
		if g.ID == t.Agency {
			return g.Title, g.Path(), err
		}
	}
	return "", "", err
}

// standing says where the consultation stands, and until when those words hold.
func (v *Visit) standing(m *consultationView) {
	date := func(t time.Time) string { return v.Lang.Date(t, v.Zone()) }
	m.Deadline = m.Thing.Deadline(v.Now)
	if !m.Deadline.IsZero() {
		m.Until = capital(v.Relative(m.Deadline))
	}
	v.changes(m.DecisionAt)
	m.Tag, m.Over = v.phaseTag(m.Thing), m.PhaseAt(v.Now) == thing.Closed
	switch standing := m.StandingAt(v.Now); standing {
	case consultation.Announced:
		m.Standing = v.T("consultation.standing.announced", "date", date(m.OpensAt))
		m.Until = v.T("consultation.opens")
	case consultation.Running:
		m.Standing = v.T("consultation.standing.running", "date", v.Lang.DateTime(m.ClosesAt, v.Zone()))
	case consultation.Awaiting:
		m.Standing = v.T("consultation.standing.awaiting")
		if !m.DecisionAt.IsZero() {
			m.Standing = v.T("consultation.standing.promised", "date", date(m.DecisionAt))
		}
		m.Tag = &Tag{v.T("consultation.tag.awaiting"), "tag-info"}
	case consultation.Late:
		n, next := m.LateBy(v.Now)
		v.changes(next)
		m.Late, m.Tag = true, &Tag{v.T("consultation.tag.late"), "tag-bad"}
		m.Standing = v.T("consultation.standing.late.today", "date", date(m.DecisionAt))
		if n > 0 {
			m.Standing = v.T("consultation.standing.late", "n", n, "date", date(m.DecisionAt))
		}
	case consultation.Answered:
		m.Answered, m.Tag = true, &Tag{v.T("consultation.tag.answered"), "tag-ok"}
		m.Standing = v.T("consultation.standing.answered", "date", date(m.OutcomeAt))
	}
}

// steps is the way of a consultation from its announcement to its outcome.
func (v *Visit) steps(r consultation.Reading) (all []stageStep) {
	standing := r.StandingAt(v.Now)
	date := func(t time.Time) string { return v.Lang.ShortDate(t, v.Zone()) }
	for i, st := range r.Stages {
		v.changes(st.OpensAt)
		v.changes(st.ClosesAt)
		s := stageStep{Name: v.T("consultation.stage." + st.Kind), When: v.T("consultation.until", "date", date(st.ClosesAt)), At: st.ClosesAt}
		if st.Name != "" {
			s.Name, s.Lang = st.Name, v.otherLang(r.Lang)
			if w := r.Words[consultation.StageField(i)]; w != "" && s.Lang != "" {
				s.Name, s.Lang = w, ""
			}
		}
		phase := st.At(v.Now)
		owed := st.Kind == consultation.Answering || st.Kind == consultation.Result
		switch {
		case owed && standing == consultation.Answered, !owed && phase == thing.Closed:
			s.Class = "done"
		case owed && standing == consultation.Late:
			s.Class = "failed"
		case phase == thing.Opened:
			s.Class = "now"
		case phase == thing.Closed:
			s.Class = "done"
		}
		if phase == thing.Upcoming {
			s.When, s.At = v.T("consultation.from", "date", date(st.OpensAt)), st.OpensAt
		}
		all = append(all, s)
	}
	return all
}

// topicView is one matter for discussion.
type topicView struct {
	consultation.Topic
	Of       consultation.Consultation
	OfLang   string
	Other    string
	Original string
	Open     bool
	Upcoming bool
	Closes   time.Time
	Until    string
	Gone     *hiddenView
	Thread   threadView
	Follow   followView
}

var topicTmpl = page.New[topicView]("topic/show")

func (s *Server) topic(v *Visit) error {
	return keep(v, topicTmpl, forVisitors(consultationScopes...), func() (Head, topicView, error) {
		t, c, err := s.Consultations.ShowTopic(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
		if err != nil {
			return Head{}, topicView{}, err
		}
		m := topicView{Topic: t, Of: c, OfLang: v.otherLang(c.Lang), Other: v.otherLang(t.Lang), Open: c.CommentsOpen(v.Now), Upcoming: c.PhaseAt(v.Now) == thing.Upcoming, Closes: t.ClosesAt}
		if t.Hidden() {
			h := v.hidden(t.Thing)
			return Head{Title: t.Title, Code: 410, Private: true}, topicView{Gone: &h}, nil
		}
		if c.Hidden() {
			return Head{}, m, fault.New(fault.Gone, "policy.away")
		}
		if m.Other != "" {
			m.Original = v.s.Words.Language(m.Other).Name()
		}
		for _, st := range c.Stages {
			v.changes(st.OpensAt)
			v.changes(st.ClosesAt)
		}
		if m.Open {
			m.Until = capital(v.Relative(m.Closes))
		}
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
			if m.Thread, err = v.thread(tx, t.Thing, threadOptions{Stances: t.Stances}); err != nil {
				return err
			}
			m.Follow, err = v.following(tx, t.Thing)
			return err
		})
		return Head{Title: t.Title, Section: "consultations", Private: !c.Listed(v.Now)}, m, err
	})
}
