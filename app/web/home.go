package web

import (
	"cmp"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

type homeView struct {
	Tagline, Lead string
	Open          []Card
	Next          *row
	Gathering     []Card // proposals that look for support
	Decided       []decision
	Figures       []figure
}

type figure struct {
	Label string
	Count int64
}

var homeTmpl = page.New[homeView]("home")

// homeKinds are what the home page shows of what is open.
var homeKinds = []thing.Kind{"vote", "consultation", "challenge"}

// openMost and decidedMost bound the cards of the home page.
const (
	openMost    = 6
	decidedMost = 3
)

func (s *Server) home(v *Visit) error {
	scopes := []string{scopeKind("proposal")}
	for _, k := range homeKinds {
		scopes = append(scopes, scopeKind(k))
	}
	return keep(v, homeTmpl, forAll(scopes...), func() (Head, homeView, error) {
		set := s.Instance.Current()
		m := homeView{Tagline: set.Tagline[v.Lang.Tag()], Lead: set.Front[v.Lang.Tag()]}
		if m.Tagline == "" {
			m.Tagline = v.T("home.tagline")
		}
		if m.Lead == "" {
			m.Lead = v.T("home.lead")
		}
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error { return v.fillHome(tx, &m) })
		return Head{Title: set.Name, Description: m.Lead, Feed: "/feed.atom"}, m, err
	})
}

func (v *Visit) fillHome(tx *db.Tx, m *homeView) error {
	var open, upcoming []thing.Thing
	for _, k := range homeKinds {
		some, _, err := thing.Things(tx, thing.Query{Kind: k, Phase: "open", Now: v.Now, Sort: thing.Closing, Limit: openMost})
		if err != nil {
			return err
		}
		open = append(open, some...)
		if some, _, err = thing.Things(tx, thing.Query{Kind: k, Phase: "upcoming", Now: v.Now, Sort: thing.Closing, Limit: 3}); err != nil {
			return err
		}
		upcoming = append(upcoming, some...)
	}
	slices.SortStableFunc(open, func(a, b thing.Thing) int {
		if a.ClosesAt.IsZero() != b.ClosesAt.IsZero() {
			return cmp.Compare(b.ClosesAt.Unix(), a.ClosesAt.Unix())
		}
		return a.ClosesAt.Compare(b.ClosesAt)
	})
	open, err := v.translated(tx, open[:min(len(open), openMost)])
	if err != nil {
		return err
	}
	for _, t := range open {
		m.Open = append(m.Open, v.thingCard(t))
	}
	if upcoming, err = v.translated(tx, upcoming); err != nil {
		return err
	}
	for _, t := range upcoming {
		v.Turns(t)
		if m.Next == nil {
			m.Next = &row{Href: t.Path(), Title: t.Title, Lang: v.otherLang(t.Lang)}
		}
	}
	if m.Gathering, err = v.gathering(tx); err != nil {
		return err
	}
	if m.Figures, err = v.figures(tx); err != nil {
		return err
	}
	m.Decided, err = v.decided(tx)
	return err
}

// thingCard is the card of a thing of any kind.
func (v *Visit) thingCard(t thing.Thing) Card {
	c := v.card(t)
	if t.Kind == instance.AgencyKind {
		return c // an agency neither opens nor closes
	}
	c.Tag = v.phaseTag(t)
	if d := v.deadline(t); d != nil {
		c.Foot = append(c.Foot, *d)
	}
	if t.Comments > 0 {
		c.Foot = append(c.Foot, Fact{"message", v.T("card.comments", "n", t.Comments), ""})
	}
	return c
}

// translated gives things the words of the reader's language, where there are some.
func (v *Visit) translated(tx *db.Tx, all []thing.Thing) ([]thing.Thing, error) {
	var ids []thing.ID
	for _, t := range all {
		if t.Lang != v.Lang.Tag() {
			ids = append(ids, t.ID)
		}
	}
	words, err := thing.Translations(tx, v.Lang.Tag(), ids...)
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		all[i] = t.In(v.Lang.Tag(), words[t.ID])
	}
	return all, nil
}

// The figures of a big town are kept for a moment: counting millions takes longer than all else on the
// home page, and nobody sees whether the last minute is among them.
const (
	reckonedFor  = time.Minute
	reckonedFrom = 20_000 // people and comments; below, every page counts anew
)

func (v *Visit) figures(tx *db.Tx) ([]figure, error) {
	f, err := v.s.figured.read(v, tx, "", reckonedFor, func(tx *db.Tx) (thing.Figures, bool, error) {
		f, err := thing.CountAll(tx)
		return f, f.People+f.Comments > reckonedFrom, err
	})
	return []figure{
		{v.T("home.figures.people"), f.People}, {v.T("home.figures.proposals"), f.Proposals},
		{v.T("home.figures.comments"), f.Comments}, {v.T("home.figures.answers"), f.Answers},
	}, err
}

// gatheringMost bounds the proposals of the home page.
const gatheringMost = 3

// gathering are the proposals nearest to an answer: most support, and none yet given.
func (v *Visit) gathering(tx *db.Tx) (cards []Card, err error) {
	q := thing.Query{Kind: proposal.Kind, Now: v.Now, Sort: thing.Supported, Limit: gatheringMost}
	proposal.In(&q, proposal.Collecting)
	all, _, err := proposal.List(tx, q)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		some, err := v.translated(tx, []thing.Thing{p.Thing})
		if err != nil {
			return nil, err
		}
		p.Thing = some[0]
		c := v.proposalCard(p)
		c.Tag.Text = v.T("home.gathering.share", "share", v.Lang.Percent(100*p.Supports/max(p.Threshold, 1), 100))
		cards = append(cards, c)
	}
	return cards, nil
}
