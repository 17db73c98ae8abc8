package web

import (
	"time"

	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/thing"
)

// challengeRow is a challenge in the open data; amounts are in minor units, instants in UTC.
type challengeRow struct {
	ID        int64  `json:"id"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Address   string `json:"address"`
	Language  string `json:"language"`
	Subject   string `json:"subject"`
	Place     string `json:"place"`
	Published string `json:"published"`
	Opens     string `json:"opens"`
	Closes    string `json:"closes"`
	Stands    string `json:"stands"`
	Prize     int64  `json:"prize"`
	Currency  string `json:"currency"`
	Finalists int64  `json:"finalists"`
	Winners   int64  `json:"winners"`
	Outcome   string `json:"outcome"`
	Decided   string `json:"decided"`
}

var challenges = &list[challenge.Challenge, challengeRow]{
	kind: challenge.Kind, path: "/challenges",
	sorts:   []thing.Sort{thing.Newest, thing.Closing, thing.Discussed},
	filters: []filter{standsFilter, subjectFilter, placeFilter, agencyFilter},
	load:    challenge.List,
	count:   func(tx *db.Tx, q thing.Query) (int64, error) { return thing.Count(tx, q, challenge.Join) },
	head:    func(c *challenge.Challenge) *thing.Thing { return &c.Thing },
	card:    (*Visit).challengeCard,
	export:  (*Visit).challengeRow,
}

// standsFilter asks where challenges stand: taking entries, being judged, decided.
var standsFilter = filter{"stands", "list.phase", func(v *Visit) ([]choice, error) {
	return v.choices("", "list.any", "challenge.stands.", "upcoming", "open", "judged", "won", "void")[1:], nil
}, func(q *thing.Query, value string) {
	switch value {
	case "judged":
		q.Phase = "closed"
		q.Where(`c.outcome = ''`)
	case "won", "void":
		q.Where(`c.outcome = ?`, value)
	default:
		q.Phase = value
		q.Where(`c.outcome = ''`)
	}
}}

type challengeListView struct{ List listView }

var challengeListTmpl = page.New[challengeListView]("challenge/list")

func (s *Server) challengeList(v *Visit) error {
	return keep(v, challengeListTmpl, forAll(scopeKind(challenge.Kind)), func() (Head, challengeListView, error) {
		var m challengeListView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.List, err = challenges.show(v, tx); return err })
		return Head{Title: v.T("nav.challenges"), Section: "challenges", Feed: "/challenges/feed.atom", Description: v.T("challenge.list.lead")}, m, err
	})
}

// whereTags are the colours of where a challenge stands.
var whereTags = map[string]string{
	"entries": "tag-ok", "questions": "tag-ok", "won": "tag-ok", "soon": "tag-info", "scheduled": "tag-info", "draft": "tag-info",
	"prototypes": "tag-brand", "void": "tag-bad",
}

// whereTag says in a word or two where a challenge stands.
func (v *Visit) whereTag(c challenge.Challenge) *Tag {
	w := c.Where(v.Now)
	for _, s := range c.Stages {
		v.changes(s.OpensAt)
		v.changes(s.ClosesAt)
	}
	if w.Word == challenge.Entries {
		v.changes(w.Stage.ClosesAt.Add(-soon))
		if w.Stage.ClosesAt.Sub(v.Now) < soon {
			return &Tag{capital(v.Relative(w.Stage.ClosesAt)), "tag-warn"}
		}
	}
	return &Tag{v.T("challenge.where." + w.Word), whereTags[w.Word]}
}

func (v *Visit) challengeCard(c challenge.Challenge) Card {
	card := v.card(c.Thing)
	card.Tag = v.whereTag(c)
	if prize := v.prize(c); prize != "" {
		card.Foot = append(card.Foot, Fact{"trophy", prize, ""})
	}
	if d := v.deadline(c.Thing); d != nil && !c.Decided() {
		card.Foot = append(card.Foot, *d)
	}
	if c.Decided() {
		card.Foot = append(card.Foot, Fact{"flag", v.T("challenge.decided.on", "date", v.Lang.ShortDate(c.DecidedAt, v.Zone())), v.iso(c.DecidedAt)})
	}
	return card
}

// prize is the money in words, else what is offered instead.
func (v *Visit) prize(c challenge.Challenge) string {
	if c.Prize > 0 {
		return v.Lang.Money(c.Prize, c.Currency)
	}
	return ""
}

func (v *Visit) challengeRow(c challenge.Challenge) challengeRow {
	return challengeRow{
		ID: int64(c.ID), Title: c.Title, Summary: c.Summary, Address: v.s.BaseURL + c.Path(), Language: c.Lang, Subject: c.Subject, Place: c.Place,
		Published: utc(c.PublishedAt), Opens: utc(c.OpensAt), Closes: utc(c.ClosesAt), Stands: c.Where(v.Now).Word, Prize: c.Prize,
		Currency: c.Currency, Finalists: c.Finalists, Winners: c.Winners, Outcome: string(c.Outcome), Decided: utc(c.DecidedAt),
	}
}

// utc writes an instant for machines, "" when there is none.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
