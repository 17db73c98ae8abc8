package web

import (
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/notice"
	"tequio/app/page"
	"tequio/app/thing"
)

// newsView is the archive of newsletters.
type newsView struct {
	Rows        []newsRow
	First, Next string
}

type newsRow struct {
	Href, Title, From, When, Lang string
	At                            time.Time
}

var newsTmpl = page.New[newsView]("notice/news")

// newsPage is how many newsletters a page of the archive shows.
const newsPage = 30

const newsPath = "/news"

func (s *Server) news(v *Visit) error {
	var before time.Time
	if at := thing.ParseCursor(v.Query("after")).Key; at > 0 {
		before = time.UnixMicro(at)
	}
	var m newsView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := s.Notices.Archive(tx, before, newsPage+1)
		m.Rows, m.Next = nil, ""
		if len(all) > newsPage {
			all = all[:newsPage]
			m.Next = newsPath + "?after=" + thing.Cursor{Key: all[newsPage-1].SentAt.UnixMicro(), ID: 1}.String()
		}
		for _, n := range all {
			m.Rows = append(m.Rows, v.newsRow(n))
		}
		return err
	})
	if err != nil {
		return err
	}
	if !before.IsZero() {
		m.First = newsPath
	}
	return render(v, newsTmpl, Head{Title: v.T("newsletter.archive"), Feed: newsPath + "/feed.atom"}, m)
}

func (v *Visit) newsRow(n notice.Newsletter) newsRow {
	tag, t := n.In(v.Lang.Tag())
	return newsRow{Href: newsPath + "/" + n.Slug, Title: t.Subject, From: v.senderOf(n), When: v.Lang.Date(n.SentAt, v.Zone()), Lang: v.otherLang(tag), At: n.SentAt}
}

// senderOf is in whose name a newsletter is written.
func (v *Visit) senderOf(n notice.Newsletter) string {
	if n.AgencyName != "" {
		return n.AgencyName
	}
	return v.s.Instance.Current().Name
}

// letterView is one newsletter of the archive.
type letterView struct {
	newsRow
	HTML string
}

var letterTmpl = page.New[letterView]("notice/letter")

func (s *Server) oneNews(v *Visit) error {
	var m letterView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		n, err := s.Notices.Sent(tx, v.Param("slug"))
		if err != nil {
			return err
		}
		m.newsRow = v.newsRow(n)
		_, t := n.In(v.Lang.Tag())
		m.HTML = t.HTML
		return nil
	})
	if err != nil {
		return err
	}
	return render(v, letterTmpl, Head{Title: m.Title}, m)
}

// newsFeed is the archive as a feed.
func (s *Server) newsFeed(v *Visit) error {
	var entries []atomEntry
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := s.Notices.Archive(tx, time.Time{}, entriesMost)
		entries = nil
		for _, n := range all {
			tag, t := n.In(v.Lang.Tag())
			e := v.newEntry(newsPath+"/"+n.Slug, newsPath+"/"+n.Slug, t.Subject, n.SentAt)
			e.Author = v.senderOf(n)
			e.Content = atomText{"html", v.otherLang(tag), strings.ReplaceAll(t.HTML, `href="/`, `href="`+s.BaseURL+`/`)}
			entries = append(entries, e)
		}
		return err
	})
	if err != nil {
		return err
	}
	body, err := v.atom(newsPath, v.T("newsletter.archive"), entries)
	if err != nil {
		return err
	}
	v.Set("Cache-Control", "no-cache")
	return v.Send("application/atom+xml; charset=utf-8", body)
}
