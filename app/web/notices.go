package web

import (
	"fmt"
	"log/slog"

	"tequio/app/db"
	"tequio/app/notice"
	"tequio/app/page"
	"tequio/app/thing"
)

// standing is what the frame tells the reader: how many notices they have not seen, and the address
// from which mail came back.
func (s *Server) standing(v *Visit) (unread, stopped string) {
	st, err := s.Notices.Standing(v.ctx, v.Actor)
	if err != nil {
		slog.Error("read notices", "err", err)
	}
	switch {
	case st.Unread >= notice.UnreadMost:
		unread = fmt.Sprint(notice.UnreadMost-1, "+")
	case st.Unread > 0:
		unread = v.Lang.Number(st.Unread)
	}
	if st.Stopped != "" {
		stopped = masked(st.Stopped)
	}
	return unread, stopped
}

// followView is the button by which a reader follows a thing, or no longer does.
type followView struct {
	ThingID   thing.ID
	Following bool
	SignedIn  bool
	Count     int64
	Return    string
	Report    string // where a reader reports the thing; "" for its author
	Hide      string // where a moderator hides the thing; "" for everybody else
}

// following is the button for t as this reader sees it: for pages that are kept forVisitors.
func (v *Visit) following(tx *db.Tx, t thing.Thing) (m followView, err error) {
	m = followView{ThingID: t.ID, SignedIn: v.Actor.SignedIn(), Count: t.Followers, Return: t.Path()}
	if m.SignedIn {
		m.Following, err = notice.Follows(tx, t.ID, v.Actor.ID)
	}
	if t.Kind != "agency" && (!m.SignedIn || t.Author != v.Actor.ID) && t.Listed(v.Now) {
		m.Report = fmt.Sprintf("/report/thing/%d", t.ID)
	}
	if t.Kind != "proposal" && t.Kind != "vote" && v.Actor.Has(deskModerators...) { // those two pages have a link of their own
		m.Hide = fmt.Sprintf("/admin/hide/thing/%d", t.ID)
	}
	return m, err
}

func (s *Server) followThing(v *Visit) error {
	if err := s.Notices.Follow(v.ctx, v.Actor, thing.ID(v.ID("id"))); err != nil {
		return err
	}
	v.Flash("notice.followed")
	return v.Redirect(v.Form.Get("return"))
}

func (s *Server) unfollow(v *Visit) error {
	if err := s.Notices.Unfollow(v.ctx, v.Actor, thing.ID(v.ID("id"))); err != nil {
		return err
	}
	v.Flash("notice.unfollowed")
	return v.Redirect(v.Form.Get("return"))
}

type noticesView struct {
	Groups []noticeGroup
	Newest int64  // the id up to which "mark as read" reaches
	Unread string // "3 notices to read"; "": none
	Next   string
	First  string
}

// noticeGroup is a page's notices of one thing, newest first.
type noticeGroup struct {
	Title, Href, Kind, Icon, KindName string
	Rows                              []noticeRow
}

type noticeRow struct {
	Text, Note, When, At string
	Read                 bool
}

var noticesTmpl = page.New[noticesView]("notice/list")

func (s *Server) notices(v *Visit) error {
	before := thing.ParseCursor(v.Query("after")).Key
	all, next, err := s.Notices.Of(v.ctx, v.Actor, before)
	if err != nil {
		return err
	}
	unread, err := s.Notices.Unread(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	var m noticesView
	switch {
	case unread >= notice.UnreadMost:
		m.Unread = v.T("notice.unread.many", "n", int64(notice.UnreadMost-1))
	case unread > 0:
		m.Unread = v.T("notice.unread", "n", unread)
	}
	at := map[thing.ID]int{}
	for _, n := range all {
		m.Newest = max(m.Newest, n.ID)
		i, ok := at[n.Thing.ID]
		if !ok {
			i = len(m.Groups)
			at[n.Thing.ID] = i
			m.Groups = append(m.Groups, noticeGroup{Title: n.Thing.Title, Href: n.Thing.Path(), Kind: string(n.Thing.Kind), Icon: kindIcons[n.Thing.Kind],
				KindName: v.T("kind." + string(n.Thing.Kind))})
		}
		m.Groups[i].Rows = append(m.Groups[i].Rows, v.noticeRow(n))
	}
	if next != 0 {
		m.Next = "/me/notices?after=" + thing.Cursor{Key: next, ID: 1}.String()
	}
	if before != 0 {
		m.First = "/me/notices"
	}
	return render(v, noticesTmpl, Head{Title: v.T("notice.title"), Private: true}, m)
}

// noted are the words whose event's note belongs into the notice: the reason that was given.
var noted = map[string]bool{"thing.hide": true, "comment.hide": true, "challenge.void": true, "vote.amend": true, "vote.annul": true, "consultation.change": true}

func (v *Visit) noticeRow(n notice.Notice) noticeRow {
	word := notice.Word(n.Verb)
	who := n.Actor
	if who == "" {
		who = v.T("notice.someone")
	}
	r := noticeRow{
		Text: notice.Say(v.Lang, n.Verb, n.Thing.Title, who),
		When: v.Relative(n.At), At: v.iso(n.At), Read: n.Read,
	}
	if noted[word] {
		r.Note = v.reasonOf(n.Note)
	}
	return r
}

func (s *Server) readNotices(v *Visit) error {
	upTo, ok := v.Form.Int("upto")
	if !ok {
		return v.Redirect("/me/notices")
	}
	if err := s.Notices.Read(v.ctx, v.Actor, upTo); err != nil {
		return err
	}
	return v.Redirect("/me/notices")
}
