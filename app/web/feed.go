package web

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/policy"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
)

// An atomFeed is a feed in Atom 1.0 (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Updated   string     `xml:"updated"`
	Published string     `xml:"published"`
	Author    string     `xml:"author>name,omitempty"`
	Links     []atomLink `xml:"link"`
	Content   atomText   `xml:"content"`
	at        time.Time
}

type atomText struct {
	Type string `xml:"type,attr"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

// entriesMost is how many entries a feed holds.
const entriesMost = 50

// feed answers with a feed: its page, its title, the scopes under which it is kept, what it holds.
func (v *Visit) feed(page, title string, scopes []string, entries func(tx *db.Tx) ([]atomEntry, error)) error {
	return v.titledFeed(page, scopes, func(tx *db.Tx) (string, []atomEntry, error) {
		all, err := entries(tx)
		return title, all, err
	})
}

// titledFeed is a feed whose title is only known with what it holds.
func (v *Visit) titledFeed(page string, scopes []string, read func(tx *db.Tx) (string, []atomEntry, error)) error {
	key := "feed " + v.Lang.Tag() + " " + v.Path() + "?" + v.question()
	e, err := v.s.cache.build(key, v.Now, append(scopes, scopeInstance, scopePeople), func() (*entry, error) {
		var title string
		var all []atomEntry
		err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { title, all, err = read(tx); return err })
		if err != nil {
			return nil, err
		}
		body, err := v.atom(page, title, all)
		return &entry{body: body, until: v.until}, err
	})
	if err != nil {
		return err
	}
	v.Set("Cache-Control", "no-cache")
	v.Set("Vary", "Accept-Language, Cookie")
	v.Set("ETag", e.etag)
	if strings.Contains(v.Header("If-None-Match"), e.etag) {
		v.Status(304)
		return nil
	}
	return v.Send("application/atom+xml; charset=utf-8", e.body)
}

func (v *Visit) atom(page, title string, all []atomEntry) ([]byte, error) {
	slices.SortStableFunc(all, func(a, b atomEntry) int { return b.at.Compare(a.at) })
	all = all[:min(len(all), entriesMost)]
	name, here := v.s.Instance.Current().Name, v.s.BaseURL+v.Path()
	f := atomFeed{Lang: v.Lang.Tag(), ID: here, Title: title + " – " + name, Author: name, Entries: all, Updated: v.stamp(v.Now)}
	if len(all) > 0 {
		f.Updated = all[0].Updated
	}
	f.Links = []atomLink{{"self", "application/atom+xml", v.s.BaseURL + v.Here()}, {"alternate", "text/html", v.s.BaseURL + page}}
	body, err := xml.Marshal(f)
	return append([]byte(xml.Header), body...), err
}

// newEntry begins an entry; id is its address for good.
func (v *Visit) newEntry(id, href, title string, at time.Time) atomEntry {
	return atomEntry{ID: v.s.BaseURL + id, Title: title, Updated: v.stamp(at), Published: v.stamp(at), at: at,
		Links: []atomLink{{"alternate", "text/html", v.s.BaseURL + href}}}
}

// thingEntry tells of a thing's publication.
func (v *Visit) thingEntry(t thing.Thing) atomEntry {
	e := v.newEntry(t.Path(), t.Path(), t.Title, t.PublishedAt)
	e.Content = atomText{"text", v.otherLang(t.Lang), t.Summary}
	return e
}

// answerEntry tells of an official answer to t.
func (v *Visit) answerEntry(t thing.Thing, n talk.Answer) atomEntry {
	e := v.newEntry(fmt.Sprintf("%s#answer-%d", t.Path(), n.ID), t.Path()+"#answer", v.T("feed.answered", "title", t.Title), n.At)
	e.Author = n.AgencyName
	e.Content = atomText{"html", v.otherLang(n.Lang), "<p>" + v.T("feed.answer", "verdict", v.T("answer.verdict."+string(n.Verdict))) + "</p>" + n.HTML}
	return e
}

// feed is the feed of a list, with the filters that the address asks for.
func (l *list[T, E]) feed(s *Server, v *Visit) error {
	q, a, err := l.ask(v)
	if err != nil {
		return err
	}
	q.Sort, q.Limit = thing.Newest, entriesMost
	return v.feed(a.address(""), v.T("kinds."+string(l.kind)), []string{scopeKind(l.kind), scopeKind("agency")}, func(tx *db.Tx) (all []atomEntry, err error) {
		rows, _, err := l.load(tx, q)
		if err != nil {
			return nil, err
		}
		if err := l.translate(v, tx, rows); err != nil {
			return nil, err
		}
		for i := range rows {
			all = append(all, v.thingEntry(*l.head(&rows[i])))
		}
		turn, err := thing.NextTurn(tx, l.kind, v.Now)
		v.changes(turn)
		return all, err
	})
}

// newest are the entries of a query's newest things.
func (v *Visit) newest(tx *db.Tx, q thing.Query) (all []atomEntry, err error) {
	q.Now, q.Sort, q.Limit = v.Now, thing.Newest, entriesMost
	things, _, err := thing.Things(tx, q)
	if err != nil {
		return nil, err
	}
	if things, err = v.translated(tx, things); err != nil {
		return nil, err
	}
	for _, t := range things {
		all = append(all, v.thingEntry(t))
	}
	if q.Kind != "" {
		turn, err := thing.NextTurn(tx, q.Kind, v.Now)
		v.changes(turn)
		return all, err
	}
	return all, nil
}

// feedKinds are what the feed of everything tells of.
var feedKinds = []thing.Kind{"consultation", "challenge", "proposal", "vote"}

// feedOfAll is the feed of everything new: what was published, and what was answered.
func (s *Server) feedOfAll(v *Visit) error {
	var scopes []string
	for _, k := range feedKinds {
		scopes = append(scopes, scopeKind(k))
	}
	return v.feed("/", v.T("feed.all"), scopes, func(tx *db.Tx) (all []atomEntry, err error) {
		for _, k := range feedKinds {
			some, err := v.newest(tx, thing.Query{Kind: k})
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		answers, err := talk.LatestAnswers(tx, entriesMost)
		if err != nil {
			return nil, err
		}
		for _, n := range answers {
			t, err := thing.Get(tx, n.Thing)
			if err != nil {
				return nil, err
			}
			if t.Listed(v.Now) {
				all = append(all, v.answerEntry(t, n))
			}
		}
		return all, nil
	})
}

// feedOfThing is the feed of one thing: its publication, official answers and comments; of an
// agency, what it publishes.
func feedOfThing(k thing.Kind) func(*Server, *Visit) error {
	return func(s *Server, v *Visit) error {
		path := (thing.Ref{Kind: k, Slug: v.Param("slug")}).Path()
		return v.titledFeed(path, []string{scopeAt(path)}, func(tx *db.Tx) (string, []atomEntry, error) { return v.thingFeed(tx, k) })
	}
}

func (v *Visit) thingFeed(tx *db.Tx, k thing.Kind) (title string, all []atomEntry, err error) {
	t, err := thing.Find(tx, k, v.Param("slug"))
	if err != nil {
		return "", nil, err
	}
	if !t.Listed(v.Now) {
		if err := policy.Allow(v.Actor, policy.See, t, v.Now); err != nil {
			return "", nil, err
		}
		return "", nil, fault.New(fault.Gone, "policy.away")
	}
	if k == "agency" {
		all, err = v.newest(tx, thing.Query{Agency: t.ID})
		return t.Title, all, err
	}
	some, err := v.translated(tx, []thing.Thing{t})
	if err != nil {
		return "", nil, err
	}
	t = some[0]
	all = append(all, v.thingEntry(t))
	answers, err := talk.Answers(tx, t.ID)
	if err != nil {
		return "", nil, err
	}
	for _, n := range answers {
		all = append(all, v.answerEntry(t, n))
	}
	if k == vote.Kind {
		told, err := v.voteEntries(tx, t)
		if err != nil {
			return "", nil, err
		}
		all = append(all, told...)
	}
	if k == proposal.Kind {
		told, err := proposal.FollowUps(tx, t.ID)
		if err != nil {
			return "", nil, err
		}
		for _, f := range told {
			all = append(all, v.followUpEntry(t, f))
		}
	}
	comments, err := talk.Newest(tx, t.ID, entriesMost)
	for _, c := range comments {
		all = append(all, v.commentEntry(c))
	}
	return t.Title, all, err
}

func (v *Visit) commentEntry(c talk.Comment) atomEntry {
	author := c.AuthorName
	if author == "" {
		author = v.T("person.deleted")
	}
	if c.AgencyName != "" {
		author = c.AgencyName
	}
	href := fmt.Sprintf("/comments/%d", c.ID)
	e := v.newEntry(href, href, v.T("feed.comment", "author", author), c.At)
	if !c.EditedAt.IsZero() {
		e.Updated = v.stamp(c.EditedAt)
	}
	e.Author, e.Content = author, atomText{Type: "html", Text: c.HTML}
	return e
}
