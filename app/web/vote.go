package web

import (
	"encoding/hex"
	"net/url"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/tally"
	"tequio/app/text"
	"tequio/app/thing"
	"tequio/app/vote"
)

// voteListView is the page of all votes.
type voteListView struct {
	Count       string
	Phases      []phaseChip
	Cards       []Card
	Next, First string
	Filtered    bool
}

// phaseChip is a filter by what the clock says of a thing.
type phaseChip struct {
	Href, Text string
	Current    bool
}

var voteListTmpl = page.New[voteListView]("vote/list")

// votePhases are the filters of the list, in their order.
var votePhases = []string{"open", "upcoming", "closed"}

func (s *Server) votes(v *Visit) error {
	q := thing.Query{Kind: vote.Kind, Now: v.Now, Sort: thing.Newest, After: thing.ParseCursor(v.Query("after"))}
	if slices.Contains(votePhases, v.Query("phase")) {
		q.Phase = v.Query("phase")
	}
	return keep(v, voteListTmpl, forAll(scopeKind(vote.Kind)), func() (Head, voteListView, error) {
		m := voteListView{Filtered: q.Phase != ""}
		m.Phases = append(m.Phases, phaseChip{"/votes", v.T("action.all"), q.Phase == ""})
		for _, p := range votePhases {
			m.Phases = append(m.Phases, phaseChip{"/votes?phase=" + p, v.T("vote.phase." + p), q.Phase == p})
		}
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error { return v.fillVotes(tx, q, &m) })
		return Head{Title: v.T("nav.votes"), Section: "votes", Feed: "/votes/feed.atom", Description: v.T("vote.list.lead")}, m, err
	})
}

func (v *Visit) fillVotes(tx *db.Tx, q thing.Query, m *voteListView) error {
	rows, next, err := vote.List(tx, q)
	if err != nil {
		return err
	}
	n, err := thing.Count(tx, q, "")
	if err != nil {
		return err
	}
	m.Count = v.T("vote.list.count", "n", n)
	things := make([]thing.Thing, len(rows))
	for i, r := range rows {
		things[i] = r.Thing
	}
	if things, err = v.translated(tx, things); err != nil {
		return err
	}
	for i, r := range rows {
		c := v.thingCard(things[i])
		c.Top = true
		if r.Budget > 0 {
			c.KindName = v.T("vote.kind.budget")
			c.Foot = append(c.Foot, Fact{"coins", v.Lang.Money(r.Budget, r.Currency), ""})
		}
		if !r.CountedAt.IsZero() {
			c.Foot = append(c.Foot, Fact{"users", v.T("vote.voted", "n", r.Ballots), ""})
		}
		m.Cards = append(m.Cards, c)
	}
	values := url.Values{}
	if q.Phase != "" {
		values.Set("phase", q.Phase)
	}
	if q.After.ID != 0 {
		m.First = "/votes?" + values.Encode()
	}
	if next.ID != 0 {
		values.Set("after", next.String())
		m.Next = "/votes?" + values.Encode()
	}
	return nil
}

// voteHead is what every page of a vote begins with.
type voteHead struct {
	Slug, Kind string
	Title      string
	Summary    string
	Lang       string // of title and texts, "" when it is the reader's
	Tag        *Tag
	Open       bool
	Upcoming   bool
	Closed     bool
	Counted    bool
	Remaining  string // "6 days left"
	OpensAt    i18nTime
	ClosesAt   i18nTime
	Hash       string
	Ballot     string // address of the ballot
}

// i18nTime is an instant with its words.
type i18nTime struct{ Words, ISO string }

func (v *Visit) voteHead(t vote.Vote) voteHead {
	v.Turns(t.Thing)
	m := voteHead{
		Slug: t.Slug, Kind: v.T("kind.vote"), Title: t.Title, Summary: t.Summary, Lang: v.otherLang(t.Lang), Tag: v.phaseTag(t.Thing),
		Counted: !t.CountedAt.IsZero(), Hash: hexOf(t.RulesSum), Ballot: t.Path() + "/ballot",
	}
	if t.Budget() {
		m.Kind = v.T("vote.kind.budget")
	}
	switch t.PhaseAt(v.Now) {
	case thing.Upcoming:
		m.Upcoming = true
		m.Remaining = v.T("card.opens", "date", v.Lang.ShortDate(t.OpensAt, v.Zone()))
	case thing.Opened:
		m.Open = true
		m.Remaining = v.Relative(t.ClosesAt)
	default:
		m.Closed = true
	}
	m.OpensAt, m.ClosesAt = v.instant(t.OpensAt), v.instant(t.ClosesAt)
	return m
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
	ID           thing.ID
	HTML         string
	Who          string
	Level        string
	Effect       string
	Secrecy      string
	Electorate   int64
	Objections   i18nTime
	Source       string // where an imported vote comes from
	Agency       *row
	Questions    []voteQuestion
	Ballots      int64 // in the ledger so far
	Sheet        string
	Follow       followView
	Amendments   []vote.Amendment
	Preview      bool
	MayVoteAgain bool
}

// voteQuestion is a question in words.
type voteQuestion struct {
	Title    string
	Form     string // what a ballot may say
	Rule     string // name of the counting rule
	Words    string // the rule in a sentence or two
	Ties     string
	Budget   string
	Options  []voteOption
	Currency string
}

// voteOption is an option in words.
type voteOption struct {
	Code, Title, HTML, Cost, Place, Unit, Category string
	From                                           *thing.Ref
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
		m, err := v.voteView(t)
		return Head{Title: t.Title, Section: "votes", Description: t.Summary, Feed: t.Path() + "/feed.atom"}, m, err
	})
}

// voteThing is the header of the vote that the address names, as everybody may read it.
func (v *Visit) voteThing() (t thing.Thing, err error) {
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if t, err = thing.Find(tx, vote.Kind, v.Param("slug")); err != nil {
			return err
		}
		return policy.Allow(identity.Actor{}, policy.See, t, tx.Now)
	})
	return t, err
}

func (v *Visit) voteView(t vote.Vote) (voteView, error) {
	m := voteView{
		voteHead: v.voteHead(t), ID: t.ID, HTML: t.HTML, Who: text.Markdown(t.Who, text.Official), Effect: text.Markdown(t.Effect, text.Official),
		Level: v.T("vote.level." + levelNames[t.LeastLevel]), Electorate: t.Electorate, Objections: v.instant(t.ObjectionsAt),
		Secrecy: v.secrecy(t), Sheet: t.Rules,
	}
	if s, ok := t.Source(); ok {
		m.Source = sourceWords(s)
	}
	err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if m.Questions, err = v.questions(tx, t); err != nil {
			return err
		}
		if m.Follow, err = v.following(tx, t.Thing); err != nil {
			return err
		}
		if m.Amendments, err = vote.Amendments(tx, t.ID); err != nil {
			return err
		}
		turnout, err := vote.Turnout(tx, t.ID)
		for _, s := range turnout {
			m.Ballots += s.Count
		}
		if err != nil || t.Agency == 0 {
			return err
		}
		refs, err := thing.Refs(tx, []thing.ID{t.Agency})
		if ref, ok := refs[t.Agency]; ok {
			m.Agency = &row{Href: ref.Path(), Title: ref.Title}
		}
		return err
	})
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

func (v *Visit) questions(tx *db.Tx, t vote.Vote) ([]voteQuestion, error) {
	var from []thing.ID
	for _, q := range t.Questions {
		for _, o := range q.Options {
			if o.Thing != 0 {
				from = append(from, o.Thing)
			}
		}
	}
	refs, err := thing.Refs(tx, from)
	var all []voteQuestion
	for _, q := range t.Questions {
		all = append(all, v.inWords(q, refs))
	}
	return all, err
}

func (v *Visit) inWords(q vote.Question, refs map[thing.ID]thing.Ref) voteQuestion {
	m := voteQuestion{Title: q.Title, Form: v.formWords(q), Ties: v.tieWords(q), Currency: q.Currency}
	if rule, ok := tally.FindRule(q.Rule); ok {
		m.Rule, m.Words = v.T("tally.rule."+rule.Name()+".name"), v.T("tally.rule."+rule.Name()+".words")
	}
	if q.Budget > 0 {
		m.Budget = v.money(q, q.Budget)
	}
	for _, o := range q.Options {
		vo := voteOption{Code: o.Code, Title: o.Title, HTML: o.HTML, Place: o.Place, Unit: o.Unit, Category: o.Category}
		if q.Budget > 0 {
			vo.Cost = v.money(q, o.Cost)
		}
		if ref, ok := refs[o.Thing]; ok {
			vo.From = &ref
		}
		m.Options = append(m.Options, vo)
	}
	return m
}

// money writes an amount of a question's money, whose minor units may be smaller than usual.
func (v *Visit) money(q vote.Question, minor int64) string {
	return v.Lang.Money(usual(q, minor), q.Currency)
}

func (v *Visit) amount(q vote.Question, minor int64) i18n.Amount {
	return i18n.Amount{Minor: usual(q, minor), Currency: q.Currency}
}

// usual brings an amount to hundredths, as amounts are written.
func usual(q vote.Question, minor int64) int64 {
	for d := q.Params.Decimals; d > 2; d-- {
		minor /= 10
	}
	return minor
}

// formWords say what a ballot may say under a question.
func (v *Visit) formWords(q vote.Question) string {
	words := v.T("vote.form."+string(q.Form)+".words", "budget", v.amount(q, q.Budget), "points", q.Points)
	switch {
	case q.Form == vote.One || q.Form == vote.Points:
	case q.Least > 1 && q.Most > 0 && q.Least == q.Most:
		words += " " + v.T("vote.limit.exact", "n", q.Most)
	case q.Least > 1 && q.Most > 0:
		words += " " + v.T("vote.limit.between", "least", q.Least, "n", q.Most)
	case q.Most > 0:
		words += " " + v.T("vote.limit.most", "n", q.Most)
	case q.Least > 1:
		words += " " + v.T("vote.limit.least", "n", q.Least)
	}
	if q.Blank {
		words += " " + v.T("vote.limit.blank")
	}
	return words
}

// tieWords say how ties are broken.
func (v *Visit) tieWords(q vote.Question) string {
	criteria, _, err := tally.ParseTies(q.Ties, false)
	if err != nil || len(criteria) == 0 {
		return v.T("vote.ties.none")
	}
	var words string
	for i, c := range criteria {
		if i > 0 {
			words += v.T("vote.ties.then")
		}
		words += v.T("tally.criterion." + string(c))
	}
	return v.T("vote.ties.by", "criteria", words)
}

// sourceWords name the file that an imported vote comes from, in its own words.
func sourceWords(s vote.Source) string {
	words := ""
	for _, p := range s.Meta {
		switch p.Key {
		case "description", "country", "unit", "subunit", "instance":
			if words != "" {
				words += " · "
			}
			words += p.Value
		}
	}
	return words
}

func levelOf(n int64) identity.Level { return identity.Level(n) }
