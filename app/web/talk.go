package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/moderation"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/thing"
)

// threadView is the model of the part "comments": what people said on a thing, as one reader sees it.
type threadView struct {
	Count    int64
	Orders   []chip
	Branch   *link // a branch opened alone: the way back to all
	Comments []commentView
	More     string   // the next page of branches
	Say      *sayView // nil: this reader may not comment
	SignIn   string   // where to sign in and come back, for those who have not
	Closed   string   // why nobody may comment now
	Stances  []chip   // how many are for and against, where that is asked; each shows only those
	Host     *link    // where those who look after the conversation close it or open it again
}

// link is an address and its words.
type link struct{ Href, Text string }

// commentView is one comment with what hangs on it.
type commentView struct {
	ID       int64
	Author   string
	Called   string // by what name others call them after an @; "": they left
	Agency   string // not "": said in its name
	Stance   *stanceView
	When     string
	ISO      string
	Edited   string // the earlier texts
	HTML     string
	Lang     string
	Deleted  bool
	Held     string // it waits for a moderator: in what words
	React    *reactView
	Hidden   string     // the reason
	Own      *ownHidden // its author still reads it
	Report   string     // where to report it
	To       *link      // whom it replies to, where the page cannot show it by indenting
	Reply    string
	Edit     string
	Hide     string      // where a moderator decides on it
	Answer   *answerView // the agency's to this comment, of a consultation
	Form     *sayView    // the form to reply, opened here
	Below    []commentView
	More     string // the whole branch
	MoreText string
	Extends  bool // More follows what is here, in place of all of it
}

type stanceView struct{ Class, Icon, Text string }

// reactView is how many agree and disagree with a comment, and the buttons where the reader has them.
type reactView struct {
	ID                int64
	Agrees, Disagrees int64
	Agree, Disagree   bool // what this reader said before
	May               bool
	Return            string
}

// sayView is the form to say something.
type sayView struct {
	ID      string // of the textarea
	Action  string
	Return  string
	Parent  int64
	Stances []choice
	Voice   string // the agency in whose name one may speak
	Form    FormView
}

// threadOptions are what a page wants of its thread.
type threadOptions struct {
	Stances bool   // ask for and against
	Path    string // the page's address; "": the thing's own
}

// levels is how deep replies are indented; deeper ones name whom they answer.
const levels = 2

// thread reads what people said on t. Pages that show it are kept for visitors, not for all.
func (v *Visit) thread(tx *db.Tx, t thing.Thing, o threadOptions) (m threadView, err error) {
	if o.Path == "" {
		o.Path = t.Path()
	}
	w := threadWriter{v: v, t: t, o: o, moderator: policy.May(v.Actor, policy.Hide, t, v.Now)}
	if err := w.say(tx, &m); err != nil {
		return m, err
	}
	m.Count = t.Comments
	if root, err := strconv.ParseInt(v.Query("branch"), 10, 64); err == nil && root > 0 {
		return m, w.branch(tx, &m, root)
	}
	return m, w.page(tx, &m)
}

// threadWriter puts one thing's comments into words for one reader.
type threadWriter struct {
	v    *Visit
	t    thing.Thing
	o    threadOptions
	may  bool
	form sayView
	mine map[int64]talk.Reaction // the reader's own
	own  map[int64]*ownHidden    // what the reader wrote and a moderator hid
	said map[int64][]talk.Answer // official answers to comments

	moderator bool
}

// say finds out whether this reader may comment, and prepares the form.
func (w *threadWriter) say(tx *db.Tx, m *threadView) error {
	v, here := w.v, w.o.Path
	closing, err := talk.ClosingOf(tx, w.t.ID)
	if err != nil {
		return err
	}
	if policy.May(v.Actor, policy.CloseTalk, w.t, v.Now) {
		m.Host = &link{fmt.Sprintf("/things/%d/talk", w.t.ID), v.T("talk.close")}
		if closing.Closed() {
			m.Host.Text = v.T("talk.open")
		}
	}
	if closing.Closed() {
		m.Closed = v.T("talk.closed.on", "date", v.Lang.Date(closing.At, v.Zone()), "reason", closing.Reason)
		return nil
	}
	switch err := v.s.Talk.MayComment(tx, v.Actor, w.t); {
	case err == nil:
		w.may = true
	case fault.Is(err, fault.SignIn):
		m.SignIn = "/login?return=" + url.QueryEscape(here+"#say")
		return nil
	case fault.Is(err, fault.Internal):
		return err
	default:
		m.Closed = v.Say(fault.Of(err).Message)
		return nil
	}
	w.form = sayView{ID: "say", Action: fmt.Sprintf("/things/%d/comments", w.t.ID), Return: here}
	if policy.May(v.Actor, policy.Speak, w.t, v.Now) {
		if agency := talk.Voice(v.Actor, w.t); agency != 0 {
			refs, err := thing.Refs(tx, []thing.ID{agency})
			if err != nil {
				return err
			}
			w.form.Voice = refs[agency].Title
		}
	}
	form := w.form
	if w.o.Stances {
		form.Stances = v.stances("")
	}
	m.Say = &form
	return nil
}

// stances are the choices of a stance.
func (v *Visit) stances(chosen string) (all []choice) {
	for _, s := range talk.Stances {
		all = append(all, choice{string(s), v.T("talk.stance." + string(s)), chosen == string(s)})
	}
	return all
}

// page fills one page of branches.
func (w *threadWriter) page(tx *db.Tx, m *threadView) error {
	v := w.v
	q := talk.ThreadQuery{Thing: w.t.ID, Sort: talk.Sorts[0], Viewer: v.Actor.ID, Held: w.moderator}
	if s := talk.Sort(v.Query("comments")); slices.Contains(talk.Sorts, s) {
		q.Sort = s
	}
	if s := talk.Stance(v.Query("stance")); w.o.Stances && (s == talk.For || s == talk.Against || s == talk.Neutral) {
		q.Stance = s
	}
	q.After = thing.ParseCursor(v.Query("after"))
	branches, next, err := talk.Thread(tx, q)
	if err != nil {
		return err
	}
	if err := w.reactions(tx, branches...); err != nil {
		return err
	}
	if m.Stances, err = w.stances(tx, q); err != nil {
		return err
	}
	for _, b := range branches {
		c := w.tree(b.Comment, b.Below)
		if b.More > 0 {
			c.More, c.MoreText = w.branchHref(b.ID, 0, ""), v.T("talk.more.replies", "n", b.More)
		}
		m.Comments = append(m.Comments, c)
	}
	if next.ID != 0 {
		m.More = w.pageHref(q.Sort, q.Stance, next)
	}
	m.Orders = w.orders(q)
	return nil
}

// reactions reads what the reader made of the comments on the page, all at once.
func (w *threadWriter) reactions(tx *db.Tx, branches ...talk.Branch) (err error) {
	var ids []int64
	for _, b := range branches {
		ids = append(ids, b.ID)
		for _, c := range b.Below {
			ids = append(ids, c.ID)
		}
	}
	w.own = map[int64]*ownHidden{}
	for _, b := range branches {
		for _, c := range append([]talk.Comment{b.Comment}, b.Below...) {
			if w.own[c.ID], err = w.v.ownComment(tx, c); err != nil {
				return err
			}
		}
	}
	if w.said, err = answersTo(tx, w.t, ids); err != nil {
		return err
	}
	w.mine, err = talk.Reactions(tx, w.v.Actor.ID, ids...)
	return err
}

// stances says how many are for and against, and shows only those; none where nobody was asked or
// nobody said.
func (w *threadWriter) stances(tx *db.Tx, q talk.ThreadQuery) (all []chip, err error) {
	if !w.o.Stances {
		return nil, nil
	}
	n, err := talk.StancesOf(tx, w.t.ID)
	if err != nil || n[talk.For]+n[talk.Against]+n[talk.Neutral] == 0 {
		return nil, err
	}
	for _, s := range talk.Stances {
		c := chip{w.v.T("talk.balance."+string(s), "n", n[s]), w.pageHref(q.Sort, s, thing.Cursor{}), q.Stance == s}
		if c.Current { // pressed again, it shows all
			c.Href = w.pageHref(q.Sort, "", thing.Cursor{})
		}
		all = append(all, c)
	}
	return all, nil
}

func (w *threadWriter) orders(q talk.ThreadQuery) []chip {
	var all []chip
	for _, s := range talk.Sorts {
		all = append(all, chip{w.v.T("talk.sort." + string(s)), w.pageHref(s, q.Stance, thing.Cursor{}), q.Sort == s})
	}
	return all
}

func (w *threadWriter) pageHref(sort talk.Sort, stance talk.Stance, after thing.Cursor) string {
	q := url.Values{}
	if sort != talk.Sorts[0] {
		q.Set("comments", string(sort))
	}
	if stance != "" {
		q.Set("stance", string(stance))
	}
	if after.ID != 0 {
		q.Set("after", after.String())
	}
	if len(q) == 0 {
		return w.o.Path + "#comments"
	}
	return w.o.Path + "?" + q.Encode() + "#comments"
}

// branchHref is a branch opened alone, from a reply on.
func (w *threadWriter) branchHref(root, after int64, mark string) string {
	return branchPath(w.o.Path, root, after) + mark
}

func branchPath(path string, root, after int64) string {
	s := fmt.Sprintf("%s?branch=%d", path, root)
	if after != 0 {
		s += fmt.Sprintf("&from=%d", after)
	}
	return s
}

// branch fills the thread with one branch opened alone.
func (w *threadWriter) branch(tx *db.Tx, m *threadView, root int64) error {
	after, _ := strconv.ParseInt(w.v.Query("from"), 10, 64)
	b, next, err := talk.OneBranch(tx, talk.ThreadQuery{Thing: w.t.ID, Viewer: w.v.Actor.ID, Held: w.moderator}, root, after)
	if err != nil {
		return err
	}
	if err := w.reactions(tx, b); err != nil {
		return err
	}
	c := w.tree(b.Comment, b.Below)
	if next != 0 {
		c.More, c.MoreText, c.Extends = w.branchHref(root, next, ""), w.v.T("talk.more.next"), true
	}
	m.Comments = []commentView{c}
	m.Branch = &link{w.o.Path + "#comments", w.v.T("talk.all")}
	return nil
}

// tree hangs replies under the comment they answer, as deep as the page shows.
func (w *threadWriter) tree(root talk.Comment, below []talk.Comment) commentView {
	byParent := map[int64][]talk.Comment{}
	depth := map[int64]int{root.ID: 0}
	hang := map[int64]int64{} // under which shown comment a comment's replies stand
	hang[root.ID] = root.ID
	for _, c := range below {
		above, shown := hang[c.Parent]
		if !shown {
			above = root.ID
		}
		depth[c.ID] = depth[above] + 1
		hang[c.ID] = c.ID
		if depth[c.ID] >= levels {
			hang[c.ID] = above
		}
		byParent[above] = append(byParent[above], c)
	}
	var build func(c talk.Comment, above int64) commentView
	build = func(c talk.Comment, above int64) commentView {
		m := w.comment(c)
		if c.Parent != above {
			m.To = &link{fmt.Sprintf("/comments/%d", c.Parent), w.v.T("talk.to")}
		}
		for _, r := range byParent[c.ID] {
			m.Below = append(m.Below, build(r, c.ID))
		}
		return m
	}
	return build(root, root.Parent)
}

// comment puts one comment into words.
func (w *threadWriter) comment(c talk.Comment) commentView {
	v := w.v
	m := commentView{ID: c.ID, Author: c.AuthorName, Called: c.AuthorName, Agency: c.AgencyName, When: v.ago(c.At), ISO: v.iso(c.At), Lang: v.otherLang(w.t.Lang)}
	if c.AuthorName == "" {
		m.Author = v.T("person.deleted")
	}
	m.Answer = v.answer(w.said[c.ID])
	switch {
	case !c.DeletedAt.IsZero():
		m.Deleted = true
		return m
	case !c.HiddenAt.IsZero():
		m.Own = w.own[c.ID]
		m.Hidden = v.T("talk.hidden", "reason", strings.TrimPrefix(v.codeName(moderation.Code(c.HiddenCode))+". "+c.HiddenReason, ". "))
		return m
	}
	m.HTML, m.Stance = c.HTML, v.stance(c.Stance)
	if c.Held() {
		m.Held = v.T("talk.held")
		if c.Author != v.Actor.ID {
			m.Held = v.T("talk.held.others")
		}
	} else {
		m.React = w.react(c)
	}
	if !c.EditedAt.IsZero() {
		m.Edited = fmt.Sprintf("/comments/%d/history", c.ID)
	}
	if w.may && !c.Held() {
		m.Reply = w.branchHref(c.Root, 0, fmt.Sprintf("&reply=%d#reply", c.ID))
		if v.Query("reply") == strconv.FormatInt(c.ID, 10) {
			form := w.form
			form.ID, form.Parent = "reply", c.ID
			m.Form = &form
		}
	}
	if v.Actor.SignedIn() && v.Actor.ID != c.Author && !c.Held() {
		m.Report = fmt.Sprintf("/report/comment/%d", c.ID)
	}
	if w.moderator {
		m.Hide = fmt.Sprintf("/admin/hide/comment/%d", c.ID)
	}
	if c.MayDelete(v.Actor) == nil {
		m.Edit = fmt.Sprintf("/comments/%d/edit", c.ID)
	}
	return m
}

// react is how many agree with a comment, nil where nobody said and this reader may not.
func (w *threadWriter) react(c talk.Comment) *reactView {
	m := &reactView{ID: c.ID, Agrees: c.Agrees, Disagrees: c.Disagrees, Agree: w.mine[c.ID] == talk.Agrees, Disagree: w.mine[c.ID] == talk.Disagrees,
		May: w.may && c.MayReact(w.v.Actor) == nil, Return: w.o.Path}
	if !m.May && m.Agrees+m.Disagrees == 0 {
		return nil
	}
	return m
}

func (v *Visit) stance(s talk.Stance) *stanceView {
	switch s {
	case talk.For:
		return &stanceView{"stance stance-for", "thumbs-up", v.T("talk.stance.for")}
	case talk.Against:
		return &stanceView{"stance stance-against", "thumbs-down", v.T("talk.stance.against")}
	case talk.Neutral:
		return &stanceView{"stance", "minus", v.T("talk.stance.neutral")}
	}
	return nil
}

// ago says when something happened: lately in words that change, long ago by its date.
func (v *Visit) ago(at time.Time) string {
	if v.Now.Sub(at) < 7*24*time.Hour {
		v.changes(at.Add(7 * 24 * time.Hour))
		return v.Relative(at)
	}
	return v.Lang.ShortDate(at, v.Zone())
}
