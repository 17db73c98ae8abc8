package web

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
	"tequio/app/vote"
)

// voteList is how votes are listed.
var voteList = &list[vote.Row, voteRow]{
	kind: vote.Kind, path: "/votes", sorts: []thing.Sort{thing.Newest, thing.Closing, thing.Discussed},
	filters: []filter{phaseFilter, subjectFilter, placeFilter, agencyFilter},
	load:    vote.List,
	count:   func(tx *db.Tx, q thing.Query) (int64, error) { return thing.Count(tx, q, "") },
	head:    func(r *vote.Row) *thing.Thing { return &r.Thing },
	card:    (*Visit).voteCard,
	export:  (*Visit).voteRow,
}

// voteRow is a vote in the open data.
type voteRow struct {
	ID        int64  `json:"id"`
	Address   string `json:"address"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Language  string `json:"language"`
	Subject   string `json:"subject"`
	Place     string `json:"place"`
	Published string `json:"published"`
	Opens     string `json:"opens"`
	Closes    string `json:"closes"`
	Counted   string `json:"counted"`
	Level     int64  `json:"least_level"`
	Ballots   int64  `json:"ballots"`
	Budget    int64  `json:"budget"` // minor units
	Currency  string `json:"currency"`
}

func (v *Visit) voteRow(r vote.Row) voteRow {
	return voteRow{ID: int64(r.ID), Address: v.s.BaseURL + r.Path(), Title: r.Title, Summary: r.Summary, Language: r.Lang, Subject: r.Subject,
		Place: r.Place, Published: v.stamp(r.PublishedAt), Opens: v.stamp(r.OpensAt), Closes: v.stamp(r.ClosesAt), Counted: v.stamp(r.CountedAt),
		Level: r.LeastLevel, Ballots: r.Ballots, Budget: r.Budget, Currency: r.Currency}
}

func (v *Visit) voteCard(r vote.Row) Card {
	c := v.thingCard(r.Thing)
	if r.Budget > 0 {
		c.KindName = v.T("vote.kind.budget")
		c.Foot = append(c.Foot, Fact{"coins", v.Lang.Money(r.Budget, r.Currency), ""})
	}
	if !r.CountedAt.IsZero() {
		c.Foot = append(c.Foot, Fact{"users", v.T("vote.voted", "n", r.Ballots), ""})
	}
	return c
}

type voteListView struct{ List listView }

var voteListTmpl = page.New[voteListView]("vote/list")

func (s *Server) votes(v *Visit) error {
	return keep(v, voteListTmpl, forAll(scopeKind(vote.Kind), scopeKind(instance.AgencyKind)), func() (Head, voteListView, error) {
		var m voteListView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.List, err = voteList.show(v, tx); return err })
		return Head{Title: v.T("nav.votes"), Section: "votes", Feed: m.List.Feed, Description: v.T("vote.list.lead")}, m, err
	})
}

// voteHead is what every page of a vote begins with.
type voteHead struct {
	Slug, Kind string
	Title      string
	Summary    string
	Lang       string // of title and texts, "" when it is the reader's
	Original   string // of what is not translated, likewise
	Tag        *Tag
	Open       bool
	Upcoming   bool
	Closed     bool
	Counted    bool
	Remaining  string // "6 days left"
	OpensAt    i18nTime
	ClosesAt   i18nTime
	Annulled   bool
	Sealed     bool   // ballots are published apart from their receipts
	Hash       string // SHA-256 of the rules sheet
	Short      string // its beginning, in groups to be read aloud
	Ballot     string // address of the ballot
	Cast       string // where it is cast
	Booth      bool   // it is filled in without an account
	Door       string // where the next voter enters such a booth
	Codes      bool   // a code opens it too
	OnlyCodes  bool   // nothing else does
}

// i18nTime is an instant with its words.
type i18nTime struct{ Words, ISO string }

func (v *Visit) voteHead(t vote.Vote) voteHead {
	v.Turns(t.Thing)
	v.rehearses(t)
	m := voteHead{
		Slug: t.Slug, Original: v.otherLang(cmp.Or(t.Written, t.Lang)), Kind: v.T("kind.vote"), Title: t.Title, Summary: t.Summary, Lang: v.otherLang(t.Lang), Tag: v.phaseTag(t.Thing),
		Counted: !t.CountedAt.IsZero(), Sealed: t.Disclosure == vote.Sealed, Hash: hexOf(t.RulesSum), Ballot: t.Path() + "/ballot", Cast: t.Path() + "/cast", Codes: t.Roll.Codes,
		OnlyCodes: t.Roll.Who == vote.Coded,
	}
	if t.Budget() {
		m.Kind = v.T("vote.kind.budget")
	}
	if m.OnlyCodes {
		m.Ballot = t.Path() + "/code"
	}
	if b := v.booth; b.door != "" {
		m.Ballot, m.Cast, m.Door, m.Booth = b.at+"/ballot", b.at+"/cast", b.door, true
	}
	switch t.PhaseAt(v.Now) {
	case thing.Upcoming:
		m.Upcoming = true
		m.Remaining = v.T("card.opens", "date", v.Lang.ShortDate(t.OpensAt, v.Zone()))
	case thing.Opened:
		m.Open = true
		m.Remaining = capital(v.Relative(t.ClosesAt))
	default:
		m.Closed = true
	}
	if !t.AnnulledAt.IsZero() {
		m.Annulled, m.Open, m.Upcoming, m.Closed, m.Remaining = true, false, false, true, ""
		m.Tag = &Tag{v.T("vote.tag.annulled"), "tag-bad"}
	}
	m.OpensAt, m.ClosesAt = v.instant(t.OpensAt), v.instant(t.ClosesAt)
	if len(t.RulesSum) >= 8 {
		m.Short = inGroups(m.Hash[:16])
	}
	return m
}

// inGroups puts a space after every fourth letter.
func inGroups(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (v *Visit) instant(t time.Time) i18nTime {
	if t.IsZero() {
		return i18nTime{}
	}
	return i18nTime{v.Lang.DateTime(t, v.Zone()), v.iso(t)}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// voteView is the page of one vote: its rules first, then what can be chosen.
type voteView struct {
	voteHead
	ID         thing.ID
	HTML       string
	Who        string
	Level      string
	Effect     string
	Secrecy    string
	Electorate int64
	Objections i18nTime
	Source     string // where an imported vote comes from
	Agency     *link
	Questions  []voteQuestion
	Ballots    int64 // in the ledger so far
	Sheet      string
	Follow     followView
	Amendments []amendmentView
	Preview    bool
	Back       string // of a preview: where it was asked for
	Answer     *answerView
	Comments   threadView
	Manage     string // where staff look after the vote
	GiveAnswer *answerForm
	Moderate   string
}

// voteQuestion is a question in words.
type voteQuestion struct {
	Title    string
	More     []string // further rules of the count
	Form     string   // what a ballot may say
	Again    bool     // counted as the question before
	Rule     string   // name of the counting rule
	Words    string   // the rule in a sentence or two
	Ties     string
	Budget   string
	Options  []voteOption
	Aside    []voteOption // projects that are not on the ballot
	Currency string
}

// voteOption is an option in words.
type voteOption struct {
	Code, Title, HTML, Cost, Place, Unit, Category string
	From                                           *thing.Ref
	Picture                                        *fileView
	Technical                                      *technicalView
	Page                                           bool // has a page of its own
	Withdrawn                                      bool
}

var voteTmpl = page.New[voteView]("vote/show")

func (s *Server) vote(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	if t.Hidden() {
		return s.showHidden(v, t)
	}
	return keep(v, voteTmpl, forVisitors(scopeThing(t.ID), scopeKind(instance.AgencyKind)), func() (Head, voteView, error) {
		t, err := s.Votes.Read(v.ctx, identity.Actor{}, t.Slug, v.Lang.Tag())
		if err != nil {
			return Head{}, voteView{}, err
		}
		var m voteView
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
			if m, err = v.voteView(tx, t); err != nil {
				return err
			}
			return v.fillTalk(tx, t, &m)
		})
		return Head{Title: t.Title, Section: "votes", Description: t.Summary, Feed: t.Path() + "/feed.atom"}, m, err
	})
}

// fillTalk adds what people say of the vote and how the agency answers.
func (v *Visit) fillTalk(tx *db.Tx, t vote.Vote, m *voteView) error {
	answers, err := talk.Answers(tx, t.ID)
	if err != nil {
		return err
	}
	m.Answer = v.answer(answers)
	if m.Comments, err = v.thread(tx, t.Thing, threadOptions{Stances: true}); err != nil {
		return err
	}
	if m.Follow, err = v.following(tx, t.Thing); err != nil {
		return err
	}
	if policy.May(v.Actor, policy.Manage, t.Thing, v.Now) {
		m.Manage = fmt.Sprintf("/admin/votes/%d", t.ID)
		if m.GiveAnswer, err = v.answerFormFor(tx, t.Thing, "", 0); err != nil {
			return err
		}
	}
	if policy.May(v.Actor, policy.Hide, t.Thing, v.Now) {
		m.Moderate = fmt.Sprintf("/admin/hide/thing/%d", t.ID)
	}
	return nil
}

// voteThing is the header of the vote that the address names, as everybody may read it.
func (v *Visit) voteThing() (t thing.Thing, err error) {
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if t, err = thing.Find(tx, vote.Kind, v.Param("slug")); err != nil {
			return err
		}
		if t.State == thing.Rehearsal {
			if _, err := vote.Find(tx, t.Slug); err != nil {
				return err // its time is over
			}
		}
		return policy.Allow(identity.Actor{}, policy.See, t, tx.Now)
	})
	return t, err
}

func (v *Visit) voteView(tx *db.Tx, t vote.Vote) (m voteView, err error) {
	m = voteView{
		voteHead: v.voteHead(t), ID: t.ID, HTML: t.HTML, Who: text.Markdown(t.Who, text.Official), Effect: text.Markdown(t.Effect, text.Official),
		Level: v.voterWords(t), Electorate: t.Electorate, Objections: v.instant(t.ObjectionsAt),
		Secrecy: v.secrecy(t), Sheet: t.Rules,
	}
	if s, ok := t.Source(); ok {
		m.Source = sourceWords(s)
	}
	if m.Questions, err = v.questions(tx, t); err != nil {
		return m, err
	}
	changes, err := vote.Amendments(tx, t.ID)
	if err != nil {
		return m, err
	}
	m.Amendments = v.amendments(t, changes)
	turnout, err := vote.Turnout(tx, t.ID)
	for _, s := range turnout {
		m.Ballots += s.Count
	}
	if err != nil {
		return m, err
	}
	m.Agency, err = v.agencyLink(tx, t.Agency)
	return m, err
}

// levelNames are the words of assurance levels in catalogue keys.
var levelNames = map[identity.Level]string{
	identity.Unknown: "anyone", identity.Reachable: "reachable", identity.Identified: "identified", identity.Resident: "resident",
}

// secrecy says honestly who could learn how somebody voted, and until when.
func (v *Visit) secrecy(t vote.Vote) string {
	switch {
	case t.Imported != "":
		return v.T("vote.secrecy.imported")
	case !t.UnlinkedAt.IsZero():
		return v.T("vote.secrecy.after", "date", v.Lang.Date(t.UnlinkedAt, v.Zone()))
	case t.ObjectionsAt.IsZero():
		return v.T("vote.secrecy.count")
	}
	return v.T("vote.secrecy.before", "date", v.Lang.Date(t.ObjectionsAt, v.Zone()))
}
