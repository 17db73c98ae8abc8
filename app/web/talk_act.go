package web

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// sayPage is where a comment that was refused comes back, with everything that was typed.
type sayPage struct {
	Title string
	Back  string
	Say   sayView
	Form  FormView
}

var sayTmpl = page.New[sayPage]("talk/say")

// say posts a comment and leads back to it.
func (s *Server) say(v *Visit) error {
	n := talk.Saying{Thing: thing.ID(v.ID("id")), Parent: v.Form.ID("parent"), Stance: talk.Stance(v.Form.Get("stance")),
		Body: v.Form.Get("body"), Official: v.Form.Has("official")}
	if err := v.unhurried(); err != nil {
		return s.sayAgain(v, n, err)
	}
	c, err := s.Talk.Say(v.ctx, v.Actor, n)
	if err != nil {
		return s.sayAgain(v, n, err)
	}
	if c.Held() {
		v.Flash("talk.said.held")
	} else {
		v.Flash("talk.said")
	}
	path := v.returnTo(n.Thing)
	if c.Root != c.ID {
		return s.leadTo(v, path, c)
	}
	return v.Redirect(fmt.Sprintf("%s#c%d", path, c.ID))
}

// leadTo leads to where a comment stands in its branch on a page, however long the branch is.
func (s *Server) leadTo(v *Visit, path string, c talk.Comment) error {
	var after int64
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		place, err := talk.Place(tx, c)
		if place >= talk.BranchMost && !c.Held() { // what is held stands at the end of each part
			after = c.ID - 1
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Redirect(fmt.Sprintf("%s#c%d", branchPath(path, c.Root, after), c.ID))
}

// returnTo is the page that a form about a thing stood on: the thing's own, or one below it.
func (v *Visit) returnTo(id thing.ID) string {
	path := "/"
	err := v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		t, err := thing.Get(tx, id)
		if err == nil {
			path = t.Path()
		}
		return err
	})
	if to := v.Form.Get("return"); err == nil && strings.HasPrefix(to, "/") && !strings.ContainsAny(to, "?#") {
		return local(to)
	}
	return path
}

func (s *Server) sayAgain(v *Visit, n talk.Saying, refused error) error {
	f, ok := v.refused(refused)
	if !ok {
		return refused
	}
	m := sayPage{Back: v.returnTo(n.Thing), Form: f}
	m.Say = sayView{ID: "body", Action: v.Path(), Return: m.Back, Parent: n.Parent, Form: f}
	if n.Stance != "" {
		m.Say.Stances = v.stances(string(n.Stance))
	}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		t, err := thing.Get(tx, n.Thing)
		if err != nil {
			return err
		}
		m.Title = t.Title
		agency := talk.Voice(v.Actor, t)
		if agency == 0 || !policy.May(v.Actor, policy.Speak, t, tx.Now) {
			return nil
		}
		refs, err := thing.Refs(tx, []thing.ID{agency})
		m.Say.Voice = refs[agency].Title
		return err
	})
	if err != nil {
		return err
	}
	return render(v, sayTmpl, Head{Title: v.T("talk.say"), Failed: true, Code: statusOf(refused), Private: true}, m)
}

// commentLink leads to where a comment stands.
func (s *Server) commentLink(v *Visit) error {
	c, t, err := s.comment(v)
	if err != nil {
		return err
	}
	return s.leadTo(v, t.Path(), c)
}

// comment is the one that the address names, with the thing it was said on.
func (s *Server) comment(v *Visit) (c talk.Comment, t thing.Thing, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if c, err = talk.Get(tx, v.ID("id")); err != nil {
			return err
		}
		if t, err = thing.Get(tx, c.Thing); err != nil {
			return err
		}
		if c.Held() && c.Author != v.Actor.ID && !policy.May(v.Actor, policy.Hide, t, tx.Now) {
			return fault.New(fault.NotFound, "thing.missing")
		}
		return policy.Allow(v.Actor, policy.See, t, tx.Now)
	})
	return c, t, err
}

type commentEditView struct {
	ID    int64
	Back  string
	Until string // "": it can no longer be changed, only deleted
	Form  FormView
}

var commentEditTmpl = page.New[commentEditView]("talk/edit")

// commentEdit is the page on which people change or delete what they said.
func (s *Server) commentEdit(v *Visit) error {
	c, _, err := s.comment(v)
	if err != nil {
		return err
	}
	if err := c.MayDelete(v.Actor); err != nil {
		return err
	}
	return s.showCommentEdit(v, c, blank("body", c.Body), 0)
}

func (s *Server) showCommentEdit(v *Visit, c talk.Comment, f FormView, code int) error {
	m := commentEditView{ID: c.ID, Back: fmt.Sprintf("/comments/%d", c.ID), Form: f}
	if c.MayEdit(v.Actor, v.Now) == nil || f.Failed() {
		m.Until = v.Lang.Clock(c.EditableUntil(), v.Zone())
	}
	return render(v, commentEditTmpl, Head{Title: v.T("talk.edit"), Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) commentChange(v *Visit) error {
	c, err := s.Talk.Edit(v.ctx, v.Actor, v.ID("id"), v.Form.Get("body"))
	if f, ok := v.refused(err); err != nil && ok {
		c, _, missing := s.comment(v)
		if missing != nil {
			return missing
		}
		return s.showCommentEdit(v, c, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("talk.edited")
	return v.Redirect(fmt.Sprintf("/comments/%d", c.ID))
}

func (s *Server) commentDelete(v *Visit) error {
	c, err := s.Talk.Delete(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	v.Flash("talk.deleted.done")
	return v.Redirect(v.returnTo(c.Thing) + "#comments")
}

type commentHistoryView struct {
	Back     string
	Author   string
	Versions []commentVersionView
}

type commentVersionView struct {
	When, ISO string
	HTML      string
}

var commentHistoryTmpl = page.New[commentHistoryView]("talk/history")

// commentHistory shows the earlier texts of a comment.
func (s *Server) commentHistory(v *Visit) error {
	c, t, err := s.comment(v)
	if err != nil {
		return err
	}
	return keep(v, commentHistoryTmpl, forVisitors(scopeThing(t.ID)), func() (Head, commentHistoryView, error) {
		m := commentHistoryView{Back: fmt.Sprintf("/comments/%d", c.ID), Author: c.AuthorName}
		if !c.Shown() || t.Hidden() {
			return Head{}, m, fault.New(fault.NotFound, "talk.removed")
		}
		err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
			versions, err := talk.Versions(tx, c.ID)
			written := c.At
			for _, e := range append(versions, talk.Version{Body: c.Body}) {
				m.Versions = append(m.Versions, commentVersionView{v.Lang.DateTime(written, v.Zone()), v.iso(written), text.Markdown(e.Body, text.Participant)})
				written = e.At
			}
			return err
		})
		return Head{Title: v.T("talk.history"), Private: true}, m, err
	})
}

// commentReact agrees or disagrees with a comment, and leads back to it.
func (s *Server) commentReact(v *Visit) error {
	c, err := s.Talk.React(v.ctx, v.Actor, v.ID("id"), talk.Reaction(v.Form.Get("reaction")))
	if err != nil {
		return err
	}
	return s.leadTo(v, v.returnTo(c.Thing), c)
}

// closingView is the page on which those who look after a conversation close it or open it again.
type closingView struct {
	thing.Thing
	Closing talk.Closing
	Form    FormView
}

var closingTmpl = page.New[closingView]("talk/closing")

func (s *Server) talkClosing(v *Visit) error { return s.showClosing(v, blank(), nil) }

func (s *Server) showClosing(v *Visit, f FormView, refused error) error {
	m := closingView{Form: f}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if m.Thing, err = thing.Get(tx, thing.ID(v.ID("id"))); err != nil {
			return err
		}
		if err = policy.Allow(v.Actor, policy.CloseTalk, m.Thing, tx.Now); err != nil {
			return err
		}
		m.Closing, err = talk.ClosingOf(tx, m.ID)
		return err
	})
	if err != nil {
		return err
	}
	h := Head{Title: v.T("talk.close"), Private: true}
	if m.Closing.Closed() {
		h.Title = v.T("talk.open")
	}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, closingTmpl, h, m)
}

func (s *Server) talkClose(v *Visit) error {
	id := thing.ID(v.ID("id"))
	err := s.Talk.Close(v.ctx, v.Actor, id, v.Form.Get("reason"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showClosing(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("talk.close.done")
	return v.Redirect(v.returnTo(id) + "#comments")
}

func (s *Server) talkOpen(v *Visit) error {
	id := thing.ID(v.ID("id"))
	if err := s.Talk.Reopen(v.ctx, v.Actor, id); err != nil {
		return err
	}
	v.Flash("talk.open.done")
	return v.Redirect(v.returnTo(id) + "#comments")
}
