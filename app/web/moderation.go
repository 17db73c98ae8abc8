package web

import (
	"encoding/json"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

// hiddenView is what stays in view of something hidden; {{template "hidden" .}} prints it.
type hiddenView struct {
	Title, Kind, Code, Reason string
	Lang                      string // of the reason: the instance's own
	At, PublishedAt           time.Time
	Own                       *ownHidden // its author still reads it
}

// hidden is what the page of a hidden thing shows instead of its texts.
func (v *Visit) hidden(t thing.Thing) hiddenView {
	return hiddenView{
		Title: t.Title, Kind: v.T("kind." + string(t.Kind)), Code: v.codeName(moderation.Code(t.HiddenCode)), Reason: t.HiddenReason,
		Lang: v.s.Instance.Current().Default(), At: t.HiddenAt, PublishedAt: t.PublishedAt,
	}
}

var hiddenTmpl = page.New[hiddenView]("hidden")

// showHidden answers for a hidden thing: its room's page calls it instead of rendering the texts.
func (s *Server) showHidden(v *Visit, t thing.Thing) error {
	m := v.hidden(t)
	if v.Actor.SignedIn() && v.Actor.ID == t.Author {
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
			sources, err := s.Search.Bodies(tx, t)
			if err != nil {
				return err
			}
			m.Own, err = v.ownThing(tx, t, text.Markdown(sources[t.Lang], text.Participant))
			return err
		})
		if err != nil {
			return err
		}
	}
	return render(v, hiddenTmpl, Head{Title: t.Title, Code: 410, Private: true}, m)
}

// codeName is a reason's kind in words, "" for none.
func (v *Visit) codeName(c moderation.Code) string {
	if c == "" {
		return ""
	}
	return v.T("moderation.code." + string(c))
}

// reasonOf writes the reason in an event's note for people: "Spam. The same text in nine places."
func (v *Visit) reasonOf(note string) string {
	r := moderation.ParseNote(note)
	if r.Code == "" {
		return r.Text
	}
	return v.codeName(r.Code) + ". " + r.Text
}

// logView is the public record of moderation.
type logView struct {
	Tallies []tallyRow
	Months  []monthRow
	All     []decisionRow
	Next    string
	First   string
}

type tallyRow struct {
	Action, Code string
	Count        int64
}

// monthRow is a month of moderation.
type monthRow struct {
	Name, Median string
	Decisions    int64
	Appeals      int64
	Overturned   int64
}

type decisionRow struct {
	At           time.Time
	Action, Code string
	What         string
	Rule         string
	Reason, Lang string
	Outcome      string
}

var logTmpl = page.New[logView]("moderation")

func (s *Server) moderationLog(v *Visit) error {
	before := thing.ParseCursor(v.Query("after")).Key
	log, err := s.Moderation.Log(v.ctx, before)
	if err != nil {
		return err
	}
	var m logView
	for _, t := range log.Tallies {
		m.Tallies = append(m.Tallies, tallyRow{v.T("moderation.action." + string(t.Action)), v.codeName(t.Code), t.Count})
	}
	for _, d := range log.Decisions {
		m.All = append(m.All, v.decisionRow(d, log.Kinds[d.Thing]))
	}
	if err := v.monthRows(&m); err != nil {
		return err
	}
	if log.Next != 0 {
		m.Next = "/moderation?after=" + thing.Cursor{Key: log.Next, ID: 1}.String()
	}
	if before != 0 {
		m.First = "/moderation"
	}
	return render(v, logTmpl, Head{Title: v.T("moderation.log.title")}, m)
}

// decidedMany is how many decisions a year must have for its figures to be reckoned once in a while.
const decidedMany = 1000

func (v *Visit) monthRows(m *logView) error {
	return v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		m.Months = nil
		months, err := v.s.months.read(v, tx, v.Zone().String(), reckonedFor, func(tx *db.Tx) ([]moderation.Month, bool, error) {
			all, err := moderation.Monthly(tx, v.Zone())
			n := int64(0)
			for _, one := range all {
				n += one.Decisions
			}
			return all, n > decidedMany, err
		})
		for _, one := range months {
			r := monthRow{Name: v.Lang.Month(one.Begins), Median: "–", Decisions: one.Decisions, Appeals: one.Appeals, Overturned: one.Overturned}
			if one.Median > 0 {
				r.Median = v.T("moderation.hours", "n", max(1, int64(one.Median/time.Hour)))
			}
			m.Months = append(m.Months, r)
		}
		return err
	})
}

// logged is a decision in the open data.
type logged struct {
	Date    string `json:"date"`
	Action  string `json:"action"`
	What    string `json:"what"`
	Code    string `json:"code"`
	Rule    int64  `json:"rule"`
	Reason  string `json:"reason"`
	Waited  int64  `json:"waited_minutes"`
	Appeal  string `json:"appeal"`
	Decided string `json:"appeal_decided"`
}

// openLog is the whole log as open data: no names, no content, no reasons about people.
func (v *Visit) openLog() (rows []logged, err error) {
	rows = []logged{}
	for before := int64(0); len(rows) < exportMost; {
		log, err := v.s.Moderation.Log(v.ctx, before)
		if err != nil {
			return nil, err
		}
		for _, d := range log.Decisions {
			one := logged{Date: v.stamp(d.At), Action: string(d.Action), What: "account", Code: string(d.Code), Rule: d.Rule, Appeal: string(d.AppealOutcome), Decided: v.stamp(d.AppealDecidedAt)}
			if d.Person == 0 {
				one.Reason, one.What = d.Reason, string(log.Kinds[d.Thing])
			}
			if d.Comment != 0 {
				one.What = "comment"
			}
			if !d.AppealedAt.IsZero() && d.AppealOutcome == "" {
				one.Appeal = "waiting"
			}
			if !d.AskedAt.IsZero() {
				one.Waited = int64(d.At.Sub(d.AskedAt) / time.Minute)
			}
			rows = append(rows, one)
		}
		if before = log.Next; before == 0 {
			break
		}
	}
	return rows, nil
}

func (s *Server) moderationCSV(v *Visit) error {
	rows, err := v.openLog()
	if err != nil {
		return err
	}
	body, err := asCSV(rows)
	if err != nil {
		return err
	}
	return v.download("moderation.csv", "text/csv; charset=utf-8", body)
}

func (s *Server) moderationJSON(v *Visit) error {
	rows, err := v.openLog()
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		return err
	}
	return v.download("moderation.json", "application/json", body)
}

// decisionRow tells a decision without the content and without a name. The reason about a person is
// between them and the moderators.
func (v *Visit) decisionRow(d moderation.Decision, k thing.Kind) decisionRow {
	r := decisionRow{At: d.At, Action: v.T("moderation.action." + string(d.Action)), Code: v.codeName(d.Code), Lang: v.s.Instance.Current().Default()}
	if d.Rule > 0 {
		r.Rule = v.T("moderation.rule.short", "n", d.Rule)
	}
	switch {
	case d.AppealOutcome != "":
		r.Outcome = v.T("moderation.outcome." + string(d.AppealOutcome))
	case !d.AppealedAt.IsZero():
		r.Outcome = v.T("moderation.outcome.waits")
	}
	switch {
	case d.Person != 0:
		r.What = v.T("moderation.what.account")
	case d.Comment != 0:
		r.What, r.Reason = v.T("moderation.what.comment"), d.Reason
	default:
		r.What, r.Reason = v.T("kind."+string(k)), d.Reason
	}
	return r
}

// decideView is the form by which a moderator hides something or shows it again.
type decideView struct {
	Desk   []deskItem
	Form   FormView
	Hiding bool
	What   string // "Comment", "Proposal"
	Title  string
	Text   string // what it says, in part
	Name   string // of its author
	Href   string
	Action string // where the form is sent
	Codes  []choice
}

var decideTmpl = page.New[decideView]("admin/decide")

func (v *Visit) codeOptions(chosen string) (all []choice) {
	for _, c := range moderation.Codes {
		all = append(all, choice{string(c), v.codeName(c), string(c) == chosen})
	}
	return all
}

func (s *Server) decideThing(v *Visit) error { return s.askThing(v, blank(), nil) }

func (s *Server) askThing(v *Visit, f FormView, refused error) error {
	t, err := s.Moderation.Thing(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	return s.askDecision(v, refused, decideView{
		Form: f, Hiding: !t.Hidden(), What: v.T("kind." + string(t.Kind)), Title: t.Title, Text: t.Summary, Href: t.Path(),
		Action: "/admin/hide/thing/" + strconv.FormatInt(int64(t.ID), 10),
	})
}

func (s *Server) askDecision(v *Visit, refused error, m decideView) error {
	m.Desk, m.Codes = v.desk("/admin/hidden"), v.codeOptions(m.Form.Value("code"))
	h := Head{Title: v.T("moderation.show.title"), Admin: true, Private: true}
	if m.Hiding {
		h.Title = v.T("moderation.hide.title")
	}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, decideTmpl, h, m)
}

func (v *Visit) reason() moderation.Reason {
	return moderation.Reason{Code: moderation.Code(v.Form.Get("code")), Text: v.Form.Get("reason")}
}

func (s *Server) hideThing(v *Visit) error {
	id, act := thing.ID(v.ID("id")), s.Moderation.HideThing
	if v.Form.Get("act") == "show" {
		act = s.Moderation.ShowThing
	}
	err := act(v.ctx, v.Actor, id, v.reason())
	if f, ok := v.refused(err); err != nil && ok {
		return s.askThing(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("moderation.decided")
	return v.Redirect("/admin/hidden")
}

func (s *Server) decideComment(v *Visit) error { return s.askComment(v, blank(), nil) }

// quoted is how much of a comment the form shows, in letters.
const quoted = 600

func (s *Server) askComment(v *Visit, f FormView, refused error) error {
	c, err := s.Moderation.Comment(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	return s.askDecision(v, refused, decideView{
		Form: f, Hiding: !c.Hidden, What: v.T("moderation.what.comment"), Title: c.Thing.Title, Text: text.Excerpt(c.Body, quoted), Name: c.Name,
		Href: commentPath(c), Action: "/admin/hide/comment/" + strconv.FormatInt(c.ID, 10),
	})
}

// commentPath is where a comment stands on its thing's page.
func commentPath(c moderation.Remark) string {
	return c.Thing.Path() + "#c" + strconv.FormatInt(c.ID, 10)
}

func (s *Server) hideComment(v *Visit) error {
	id, act := v.ID("id"), s.Moderation.HideComment
	if v.Form.Get("act") == "show" {
		act = s.Moderation.ShowComment
	}
	err := act(v.ctx, v.Actor, id, v.reason())
	if f, ok := v.refused(err); err != nil && ok {
		return s.askComment(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("moderation.decided")
	return v.Redirect("/admin/hidden")
}

// hiddenList is everything that is hidden now.
type hiddenList struct {
	Desk []deskItem
	All  []hiddenRow
}

type hiddenRow struct {
	What, Title, Text, Href, Show string
	Code, Reason                  string
	At                            time.Time
}

var hiddenListTmpl = page.New[hiddenList]("admin/hidden")

func (s *Server) hiddenContent(v *Visit) error {
	things, remarks, err := s.Moderation.Hidden(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := hiddenList{Desk: v.desk("/admin/hidden")}
	for _, t := range things {
		h := v.hidden(t)
		m.All = append(m.All, hiddenRow{What: h.Kind, Title: t.Title, Href: t.Path(), Code: h.Code, Reason: h.Reason, At: t.HiddenAt,
			Show: "/admin/hide/thing/" + strconv.FormatInt(int64(t.ID), 10)})
	}
	for _, c := range remarks {
		m.All = append(m.All, hiddenRow{What: v.T("moderation.what.comment"), Title: c.Thing.Title, Text: text.Excerpt(c.Body, 140), Href: commentPath(c),
			Code: v.codeName(c.Code), Reason: c.Reason.Text, At: c.At, Show: "/admin/hide/comment/" + strconv.FormatInt(c.ID, 10)})
	}
	return render(v, hiddenListTmpl, Head{Title: v.T("admin.nav.hidden"), Admin: true, Private: true}, m)
}
