package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/text"
	"tequio/app/thing"
)

const deskModeration = "/admin/moderation"

type queueView struct {
	Desk        []deskItem
	Kinds       []chip
	Orders      []chip
	All         []caseRow
	First, Next string
}

// caseRow is a case in the queue.
type caseRow struct {
	Href, Kind, What, Title, Text string
	Reports                       int64
	Author                        string
	Opened                        Fact
	Promise                       Tag
	Taker                         string
}

var queueTmpl = page.New[queueView]("admin/queue")

func (s *Server) moderationQueue(v *Visit) error {
	f := moderation.Filter{Kind: moderation.CaseKind(v.Query("kind")), Reported: v.Query("sort") == "reported", After: thing.ParseCursor(v.Query("after"))}
	if !slices.Contains(moderation.CaseKinds, f.Kind) {
		f.Kind = ""
	}
	all, next, err := s.Moderation.Queue(v.ctx, v.Actor, f)
	if err != nil {
		return err
	}
	m := queueView{Desk: v.desk(deskModeration)}
	for _, k := range append([]moderation.CaseKind{""}, moderation.CaseKinds...) {
		key := "moderation.cases." + string(k)
		if k == "" {
			key = "moderation.cases.all"
		}
		m.Kinds = append(m.Kinds, chip{v.T(key), v.queueHref(string(k), f.Reported, ""), f.Kind == k})
	}
	m.Orders = []chip{{v.T("moderation.sort.oldest"), v.queueHref(string(f.Kind), false, ""), !f.Reported},
		{v.T("moderation.sort.reported"), v.queueHref(string(f.Kind), true, ""), f.Reported}}
	for _, l := range all {
		m.All = append(m.All, v.caseRow(l))
	}
	if f.After.ID != 0 {
		m.First = v.queueHref(string(f.Kind), f.Reported, "")
	}
	if next.ID != 0 {
		m.Next = v.queueHref(string(f.Kind), f.Reported, next.String())
	}
	return render(v, queueTmpl, Head{Title: v.T("admin.nav.moderation"), Admin: true, Private: true}, m)
}

func (v *Visit) queueHref(kind string, reported bool, after string) string {
	a := asked{path: deskModeration, values: map[string][]string{}, usual: true}
	if kind != "" {
		a.values.Set("kind", kind)
	}
	if reported {
		a.values.Set("sort", "reported")
	}
	return a.address(after)
}

// edited is the name of a case that a filter opened when a public text was changed.
const edited = "edited"

// caseName is the case's part of the keys of its texts: what a filter noticed in a public text is a report
// that nobody made.
func caseName(l moderation.Look) string {
	if l.Kind == moderation.Reported && l.Reports == 0 {
		return edited
	}
	return string(l.Kind)
}

func (v *Visit) caseRow(l moderation.Look) caseRow {
	r := caseRow{Href: fmt.Sprintf("%s/%d", deskModeration, l.ID), Kind: v.T("moderation.case." + caseName(l)), Title: l.Ref.Title, What: v.T("moderation.what.account"),
		Text: text.Excerpt(l.Body, 200), Reports: l.Reports, Author: v.orGone(l.History.Name), Opened: Fact{"clock", v.Relative(l.OpenedAt), v.iso(l.OpenedAt)}}
	switch {
	case l.Comment != 0:
		r.What = v.T("moderation.what.comment")
	case l.Thing != 0:
		r.What = v.T("kind." + string(l.Ref.Kind))
	}
	r.Promise = Tag{v.T("moderation.promise", "when", v.Relative(l.PromisedAt)), "tag-info"}
	if l.Late(v.Now) > 0 {
		r.Promise = Tag{v.T("moderation.late", "when", v.Relative(l.PromisedAt)), "tag-bad"}
	}
	if l.TakenFrom(v.Actor.ID, v.Now) {
		r.Taker = l.Taker
	}
	return r
}

func (v *Visit) orGone(name string) string {
	if name == "" {
		return v.T("person.deleted")
	}
	return name
}

// caseView is one case with the form that decides it.
type caseView struct {
	Desk     []deskItem
	Row      caseRow
	Lead     string
	Where    string // where it stands on the site
	Body     string
	Why      string
	Reports  []reportRow
	History  string
	Against  *rulingView // of an appeal
	Appeal   string
	Barred   string // why this reader cannot decide it
	Mine     bool   // this reader has taken it
	Acts     []choice
	Codes    []choice
	Rules    []choice
	Accuses  bool
	Suspends bool
	Until    field
	Confirm  string // where to prove who one is before suspending
	Form     FormView
}

type reportRow struct{ Code, Text, When, ISO string }

var caseTmpl = page.New[caseView]("admin/case")

func (s *Server) moderationCase(v *Visit) error { return s.showCase(v, blank(), nil) }

func (s *Server) showCase(v *Visit, f FormView, refused error) error {
	l, err := s.Moderation.Case(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	m := caseView{Desk: v.desk(deskModeration), Row: v.caseRow(l), Lead: v.T("moderation.case.lead." + caseName(l)), Body: l.Body, Form: f,
		Mine: l.TakenBy == v.Actor.ID && v.Now.Before(l.TakenUntil)}
	if l.Thing != 0 {
		m.Where = l.Ref.Path()
	}
	if caseName(l) == edited {
		m.Where += "/versions" // what was changed is what there is to read
	}
	if l.Comment != 0 {
		m.Where = fmt.Sprintf("/comments/%d", l.Comment)
	}
	for _, why := range strings.Split(l.Why, ",") {
		if why != "" && v.Lang.Has("moderation.why."+why) {
			m.Why = strings.TrimSpace(m.Why + " " + v.T("moderation.why."+why))
		}
	}
	for _, r := range l.Told {
		m.Reports = append(m.Reports, reportRow{v.codeName(r.Code), r.Text, v.Relative(r.At), v.iso(r.At)})
	}
	if l.Author != 0 {
		m.History = v.T("moderation.history", "since", v.Lang.Date(l.History.Since, v.Zone()), "things", l.History.Things, "comments", l.History.Comments,
			"n", l.History.Decisions)
	}
	if err := v.fillRuling(&m, l, f); err != nil {
		return err
	}
	h := Head{Title: m.Row.Kind + ": " + m.Row.Title, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, caseTmpl, h, m)
}

// fillRuling offers what this reader may do about the case.
func (v *Visit) fillRuling(m *caseView, l moderation.Look, f FormView) error {
	if l.Kind == moderation.Appealed {
		r := v.rulingView(l.Against)
		m.Against, m.Appeal = &r, l.Against.Appeal
		switch {
		case l.Against.MayReview(v.Actor.ID, l.Author) == nil:
		case l.Alone:
			m.Barred = v.T("moderation.appeal.alone")
		case v.Actor.ID == l.Against.Author:
			m.Barred = v.T("moderation.appeal.self")
		default:
			m.Barred = v.T("moderation.appeal.concerned")
		}
	}
	switch {
	case !l.ClosedAt.IsZero():
		m.Barred = v.T("moderation.done")
	case l.TakenFrom(v.Actor.ID, v.Now):
		m.Barred = v.T("moderation.taken.by", "name", v.orGone(l.Taker))
	case l.Kind != moderation.Appealed && l.Author == v.Actor.ID && !l.Alone:
		m.Barred = v.T("moderation.yours")
	}
	for _, a := range moderation.Acts[l.Kind] {
		if l.Comment == 0 && l.Ref.Kind == "agency" && a != moderation.Keep {
			continue
		}
		m.Acts = append(m.Acts, choice{string(a), v.T("moderation.act." + string(l.Kind) + "." + string(a)), string(a) == f.Value("act")})
		m.Accuses = m.Accuses || a == moderation.Withhold
		m.Suspends = m.Suspends || a == moderation.Suspend
	}
	m.Codes = v.codeOptions(f.Value("code"))
	m.Until = v.filled(f, field{Name: "until", Label: "moderation.until", Hint: "moderation.until.hint", Type: "date", Width: "w-m", Optional: true})
	if !v.Actor.Session.Confirmed(v.Now) {
		m.Confirm = "/me/confirm?return=" + v.Path()
	}
	var err error
	m.Rules, err = v.ruleOptions(f.Value("rule"))
	return err
}

// rules are the rules of participation, in the instance's first language: what was broken must be
// the same for everybody.
func (v *Visit) rules() ([]string, error) {
	p, err := v.s.Instance.Page(v.ctx, "rules", v.s.Instance.Current().Default())
	if err != nil {
		return nil, nil // no page of rules: there is none to name
	}
	return moderation.RulesOf(p.Body), nil
}

// takeCase keeps a case for the reader, or gives it back.
func (s *Server) takeCase(v *Visit) error {
	if err := s.Moderation.Take(v.ctx, v.Actor, v.ID("id"), v.Form.Has("back")); err != nil {
		return err
	}
	return v.Redirect(fmt.Sprintf("%s/%d", deskModeration, v.ID("id")))
}

func (s *Server) decideCase(v *Visit) error {
	r := moderation.Ruling{Act: moderation.Act(v.Form.Get("act")), Reason: v.reason()}
	rules, err := v.rules()
	if err != nil {
		return err
	}
	if n := v.Form.ID("rule"); n > 0 && int(n) <= len(rules) {
		r.Rule, r.RuleText = n, rules[n-1]
	}
	until, ok := v.Form.When("until", v.Zone())
	if r.Until = until; !ok {
		r.Until = time.Unix(1, 0) // no day: refused as one that is past
	}
	err = s.Moderation.Decide(v.ctx, v.Actor, v.ID("id"), r)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showCase(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("moderation.decided")
	return v.Redirect(deskModeration)
}

// casesDue are what waits for moderators, for the page of what is to do.
func (v *Visit) casesDue(tx *db.Tx, m *todoView) error {
	if !v.Actor.Has(identity.Moderator, identity.Administrator) {
		return nil
	}
	waiting, late, err := moderation.Open(tx)
	if err != nil {
		return errors.Join(err)
	}
	var items []todoItem
	if waiting > 0 {
		one := todoItem{Href: deskModeration, Title: v.T("moderation.waiting", "n", waiting), Act: &link{deskModeration, v.T("admin.nav.moderation")}}
		if late > 0 {
			one.Tag = &Tag{v.T("moderation.waiting.late", "n", late), "tag-bad"}
		}
		items = append(items, one)
	}
	bursts, err := moderation.OpenBursts(tx)
	if err != nil {
		return err
	}
	if bursts > 0 {
		items = append(items, todoItem{Href: deskBursts, Title: v.T("burst.waiting", "n", bursts), Act: &link{deskBursts, v.T("burst.title")}})
	}
	m.count("moderation", v.T("admin.nav.moderation"), v.T("moderation.waiting.count"), waiting+bursts, items)
	return nil
}
