package web

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/geo"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

// proposalList is how proposals are listed.
var proposalList = &list[proposal.Proposal, proposalRow]{
	kind: proposal.Kind, path: "/proposals",
	sorts: []thing.Sort{thing.Newest, thing.Supported, thing.Discussed, thing.Closing, thing.Random, thing.Near},
	filters: []filter{
		{"state", "list.phase", proposalStages, func(q *thing.Query, value string) { proposal.In(q, proposal.Stage(value)) }},
		kindFilter, subjectFilter, placeFilter, agencyFilter,
	},
	load: proposal.List, count: proposal.Count,
	head:   func(p *proposal.Proposal) *thing.Thing { return &p.Thing },
	card:   (*Visit).proposalCard,
	export: (*Visit).proposalRow,
	join:   proposal.Joined,
}

// proposalStages are the stages that proposals may be narrowed to.
func proposalStages(v *Visit) (all []choice, err error) {
	for _, s := range proposal.Listed {
		all = append(all, choice{Value: string(s), Text: v.T("proposal.stage." + string(s))})
	}
	return all, nil
}

// proposalRow is a proposal in the open data.
type proposalRow struct {
	ID        int64  `json:"id"`
	Address   string `json:"address"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Language  string `json:"language"`
	Subject   string `json:"subject"`
	Place     string `json:"place"`
	Kind      string `json:"kind"`
	Stage     string `json:"stage"`
	Published string `json:"published"`
	Closes    string `json:"closes"`
	Reached   string `json:"reached"`
	AnswerBy  string `json:"answer_by"`
	DaysLate  int64  `json:"days_late"`
	Threshold int64  `json:"threshold"`
	Supports  int64  `json:"supports"`
	Residents int64  `json:"residents"`
	Paper     int64  `json:"paper"`
	Voided    int64  `json:"voided"`
	Answered  string `json:"answered"`
	Due       string `json:"due"`
	Overdue   int64  `json:"days_overdue"`
	Done      string `json:"carried_out"`
	Comments  int64  `json:"comments"`
	Version   int64  `json:"version"`
	Lat       string `json:"lat"`
	Lon       string `json:"lon"`
}

func (v *Visit) proposalRow(p proposal.Proposal) proposalRow {
	kind, err := v.kindOf(p)
	if err != nil {
		slog.Warn("kinds of proposals", "err", err)
	}
	row := proposalRow{ID: int64(p.ID), Address: v.s.BaseURL + p.Path(), Title: p.Title, Summary: p.Summary, Language: p.Lang, Subject: p.Subject,
		Place: p.Place, Kind: kind.Key, Stage: string(p.StageAt(v.Now)), Published: v.stamp(p.PublishedAt), Closes: v.stamp(p.ClosesAt), Reached: v.stamp(p.ReachedAt),
		AnswerBy: v.stamp(p.AnswerBy()), DaysLate: p.DaysLate(v.Now), Threshold: p.Threshold, Supports: p.Supports,
		Residents: p.Residents, Paper: p.Paper, Voided: p.Voided, Answered: v.stamp(p.AnsweredAt), Due: v.stamp(p.DueAt), Overdue: p.DaysOverdue(v.Now),
		Done: v.stamp(p.CarriedOutAt), Comments: p.Comments, Version: p.Version}
	if p.Point.Known() {
		row.Lat, row.Lon = geo.Degrees(p.Point.Lat), geo.Degrees(p.Point.Lon)
	}
	return row
}

type proposalListView struct {
	Lead string
	List listView
}

var proposalListTmpl = page.New[proposalListView]("proposal/list")

func (s *Server) proposals(v *Visit) error {
	if to := cmp.Or(proposalList.shuffle(v), proposalList.coarser(v)); to != "" {
		return v.Redirect(to)
	}
	return keep(v, proposalListTmpl, forAll(scopeKind(proposal.Kind), scopeKind("agency")), func() (Head, proposalListView, error) {
		kinds, err := v.kinds()
		if err != nil {
			return Head{}, proposalListView{}, err
		}
		m := proposalListView{Lead: v.T("kind.list.lead")}
		if len(kinds) == 1 {
			m.Lead = v.T("proposal.list.lead", "n", kinds[0].Threshold, "days", kinds[0].AnswerDays)
		}
		err = s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.List, err = proposalList.show(v, tx); return err })
		return Head{Title: v.T("nav.proposals"), Section: "proposals", Description: m.Lead, Feed: m.List.Feed}, m, err
	})
}

var stageClasses = map[proposal.Stage]string{
	proposal.Draft: "tag-info", proposal.Collecting: "tag-brand", proposal.Reached: "tag-warn", proposal.Review: "tag-info",
	proposal.Accepted: "tag-ok", proposal.Partly: "tag-warn", proposal.Rejected: "tag-bad", proposal.Noted: "tag-info",
	proposal.Withdrawn: "tag-bad", proposal.Hidden: "tag-bad",
}

func (v *Visit) stageTag(p proposal.Proposal) Tag {
	s := p.StageAt(v.Now)
	return Tag{v.T("proposal.stage." + string(s)), stageClasses[s]}
}

func (v *Visit) proposalCard(p proposal.Proposal) Card {
	c := v.card(p.Thing)
	tag := v.stageTag(p)
	c.Tag = &tag
	if name := v.kindTold(p); name != "" && p.KindID != 0 {
		c.KindName = name
	}
	c.Foot = []Fact{{"thumbs-up", v.T("proposal.supports.of", "n", p.Supports, "of", p.Threshold), ""}}
	if late := p.DaysLate(v.Now); late > 0 {
		c.Foot = append(c.Foot, Fact{"alert", v.late(p, late), ""})
	} else if p.StageAt(v.Now) == proposal.Collecting {
		if d := v.deadline(p.Thing); d != nil {
			c.Foot = append(c.Foot, *d)
		}
	}
	if p.Comments > 0 {
		c.Foot = append(c.Foot, Fact{"message", v.T("card.comments", "n", p.Comments), ""})
	}
	v.changes(p.AnswerBy())
	return c
}

// late says by how many days the answer is late, until that number changes.
func (v *Visit) late(p proposal.Proposal, days int64) string {
	v.changes(p.AnswerBy().Add(time.Duration(days+1) * 24 * time.Hour))
	return v.T("proposal.late", "n", days)
}

// proposalView is the page of one proposal.
type proposalView struct {
	proposal.Proposal
	Lang      string // of the text, "" when it is the reader's
	Tag       Tag
	Means     string // what the stage means and what comes next
	Late      string
	Gone      string // not "": it was withdrawn, and this is why
	Author    string
	Published Fact
	Versions  int64
	Answer    *answerView
	Agency    *link
	Terms     []link   // subject and place
	Where     *mapView // nil: it has no point
	Support   supportView
	Steps     []step
	Comments  threadView
	Follow    followView
	Own       bool
	MayEdit   bool
	MayLeave  bool
	Staff     *staffView
	Moderate  string
	Suspects  string // where moderators look at who supports it
	Written   writtenView
	Life      lifeView
}

// supportView is the box with the count, and the button where the reader has one.
type supportView struct {
	Action    string
	Count     int64
	Of        int64
	Shown     int64 // the bar: never beyond its end
	Residents int64
	Promise   string
	Until     string
	May       bool
	Given     bool
	SignIn    string
	Why       string // why the reader cannot support it
	Decided   bool   // the authority has answered: supporting is no longer the main act
}

// step is one step of a stepper.
type step struct{ Class, Text, Note string }

// staffView is what those who answer find on the page.
type staffView struct {
	Answer   *answerForm
	Agencies []choice
	Assign   string
}

var proposalTmpl = page.New[proposalView]("proposal/show")

// errHidden tells that the page of a hidden thing is to be shown instead of its texts.
var errHidden = errors.New("hidden")

func (s *Server) proposal(v *Visit) error {
	var here thing.Thing
	err := keep(v, proposalTmpl, forVisitors(scopeAt("/proposals/"+v.Param("slug")), scopeKind("agency")), func() (Head, proposalView, error) {
		var m proposalView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
			if m.Proposal, err = v.findProposal(tx); err != nil {
				return err
			}
			if here = m.Thing; m.Hidden() {
				return errHidden
			}
			return v.fillProposal(tx, &m)
		})
		h := Head{Title: m.Title, Section: "proposals", Description: m.Summary, Feed: m.Path() + "/feed.atom"}
		if m.Gone != "" {
			h.Code = statuses[fault.Gone]
		}
		return h, m, err
	})
	if errors.Is(err, errHidden) {
		return s.showHidden(v, here)
	}
	if to := v.ownDraft(); fault.Is(err, fault.NotFound) && to != "" {
		return v.Redirect(to)
	}
	return err
}

// ownDraft is where the reader goes on writing what the address named while it was handed in; "" where
// there is no such draft of theirs.
func (v *Visit) ownDraft() (path string) {
	if !v.Actor.SignedIn() {
		return ""
	}
	err := v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		p, err := proposal.Find(tx, v.Param("slug"))
		if err == nil && p.State == thing.Draft && p.Author == v.Actor.ID {
			path = draftPath(p.ID, "check")
		}
		return err
	})
	if err != nil {
		return ""
	}
	return path
}

// findProposal is the one that the address names, where the reader may see it.
func (v *Visit) findProposal(tx *db.Tx) (proposal.Proposal, error) {
	p, err := proposal.Find(tx, v.Param("slug"))
	if err != nil {
		return p, err
	}
	if p.State == thing.Draft {
		return p, fault.New(fault.NotFound, "thing.missing")
	}
	if err := thing.WithCoauthors(tx, &p.Thing); err != nil {
		return p, err
	}
	return p, policy.Allow(v.Actor, policy.See, p.Thing, v.Now)
}

func (v *Visit) fillProposal(tx *db.Tx, m *proposalView) (err error) {
	p := m.Proposal
	v.Turns(p.Thing)
	v.changes(p.AnswerBy())
	m.Lang, m.Tag, m.Means, m.Versions = v.otherLang(p.Lang), v.stageTag(p), v.stageMeans(p), p.Version
	m.Steps = v.proposalSteps(p)
	m.Published = Fact{"calendar", v.Lang.Date(p.PublishedAt, v.Zone()), v.iso(p.PublishedAt)}
	if m.Author, err = v.nameOf(tx, p.Author); err != nil {
		return err
	}
	if late := p.DaysLate(v.Now); late > 0 {
		m.Late = v.late(p, late)
	}
	if m.Written, err = v.written(tx, p); err != nil {
		return err
	}
	if m.Life, err = v.life(tx, p); err != nil {
		return err
	}
	if p.State == thing.Withdrawn {
		m.Gone = v.withdrawn(p)
		return nil
	}
	m.Terms, m.Where = v.terms(p.Thing), v.mapOf(p.Thing)
	answers, err := talk.Answers(tx, p.ID)
	if err != nil {
		return err
	}
	if m.Answer = v.answer(answers); m.Answer != nil && p.DaysWaited() > 0 {
		m.Answer.Late = v.T("proposal.answered.late", "n", p.DaysWaited())
	}
	if m.Agency, err = v.agencyLink(tx, p.Agency); err != nil {
		return err
	}
	if m.Support, err = v.support(tx, p); err != nil {
		return err
	}
	if !m.Life.Live {
		return nil
	}
	if m.Comments, err = v.thread(tx, p.Thing, threadOptions{Stances: true}); err != nil {
		return err
	}
	if m.Follow, err = v.following(tx, p.Thing); err != nil || !v.Actor.SignedIn() {
		return err
	}
	m.Own = v.Actor.ID == p.Author
	m.MayEdit, m.MayLeave = p.WrittenBy(v.Actor.ID) && p.MayEdit(v.Now) == nil, m.Own && p.MayWithdraw(v.Now) == nil
	if policy.May(v.Actor, policy.Hide, p.Thing, v.Now) {
		m.Moderate, m.Suspects = fmt.Sprintf("/admin/hide/thing/%d", p.ID), fmt.Sprintf("/admin/supports/%d", p.ID)
	}
	return v.fillStaff(tx, m)
}

func (v *Visit) fillStaff(tx *db.Tx, m *proposalView) error {
	form, err := v.answerFormFor(tx, m.Thing, "", 0)
	if err != nil || form == nil {
		return err
	}
	m.Staff = &staffView{Answer: form, Assign: m.Path() + "/agency"}
	m.Staff.Agencies, err = v.responsible(m.Thing.Agency)
	return err
}

// support is the box of support as the reader sees it.
func (v *Visit) support(tx *db.Tx, p proposal.Proposal) (m supportView, err error) {
	m = supportView{Action: p.Path(), Count: p.Supports, Of: p.Threshold, Shown: min(p.Supports, p.Threshold), Decided: p.Decided(),
		Residents: p.Residents}
	m.Promise = v.T("proposal.promise", "n", p.Threshold, "days", p.AnswerDays)
	if !p.ClosesAt.IsZero() && !p.Decided() && p.PhaseAt(v.Now) == thing.Opened {
		m.Until = v.T("proposal.until", "date", v.Lang.ShortDate(p.ClosesAt, v.Zone()), "relative", v.Relative(p.ClosesAt))
	}
	allowed := policy.Allow(v.Actor, policy.Support, p.Thing, v.Now)
	if allowed == nil {
		allowed = p.MaySupport(v.Actor.Level)
	}
	switch {
	case p.Decided():
		m.Why = v.T("proposal.support.decided")
	case p.PhaseAt(v.Now) == thing.Closed:
		m.Why = v.T("proposal.support.closed")
	case allowed == nil:
		m.May = true
	case fault.Is(allowed, fault.SignIn):
		m.SignIn = "/login?return=" + url.QueryEscape(p.Path())
		return m, nil
	default:
		m.Why = v.Say(fault.Of(allowed).Message)
	}
	if v.Actor.SignedIn() {
		m.Given, err = proposal.Supports(tx, p.ID, v.Actor.ID)
	}
	return m, err
}
