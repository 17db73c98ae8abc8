package web

import (
	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/page"
)

// entryView is the page of an entry.
type entryView struct {
	E         challenge.Entry
	Lang      string
	Challenge link
	Standing  *Tag
	Validity  *Tag
	Reason    string // of the validity
	Draft     bool   // only its author sees it
	Sealed    string // until when only its author sees it
	Change    string
	By        string
	SentAt    string
	SentISO   string
	Code      string
	Receipt   string // address of what was sent, for its author
	Files     []fileView
	Decision  string
	Follow    followView
	Thread    threadView
}

var entryTmpl = page.New[entryView]("entry/show")

func (s *Server) entry(v *Visit) error {
	if t, err := s.hiddenThing(v, challenge.EntryKind); err != nil || t.Hidden() {
		if err != nil {
			return err
		}
		return s.showHidden(v, t)
	}
	return keep(v, entryTmpl, forVisitors(scopeKind(challenge.EntryKind), scopeKind(challenge.Kind), scopeKind(instance.AgencyKind)), func() (Head, entryView, error) {
		e, err := s.Challenges.ShowEntry(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
		if err != nil {
			return Head{}, entryView{}, err
		}
		if e.Of.Hidden() && e.Thing.Author != v.Actor.ID {
			return Head{}, entryView{}, fault.New(fault.Gone, "policy.away")
		}
		m := v.entryView(e)
		h := Head{Title: m.E.Title, Section: "challenges", Description: e.Summary, Feed: e.Path() + "/feed.atom", Private: !e.Listed(v.Now)}
		if !e.Listed(v.Now) {
			h.Feed = ""
			return h, m, nil
		}
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
			if m.Follow, err = v.following(tx, e.Thing); err != nil {
				return err
			}
			m.Thread, err = v.thread(tx, e.Thing, threadOptions{})
			return err
		})
		return h, m, err
	})
}

func (v *Visit) entryView(e challenge.EntryView) entryView {
	v.Turns(e.Thing)
	mine := v.Actor.SignedIn() && v.Actor.ID == e.Thing.Author
	m := entryView{E: e.Entry, Lang: v.otherLang(e.Lang), Challenge: link{e.Of.Path(), e.Of.Title}, Draft: !e.Sent(), By: e.Author, Code: e.Code(),
		Files: v.files(e.Files), Reason: e.Reason}
	if m.E.Title == "" {
		m.E.Title = v.T("entry.untitled")
	}
	if m.By == "" {
		m.By = v.T("person.deleted")
	}
	if e.Standing != "" {
		m.Standing = v.entryStanding(e.Entry)
	}
	if e.Validity != "" {
		class := map[challenge.Validity]string{challenge.Valid: "tag-ok", challenge.Invalid: "tag-bad"}[e.Validity]
		m.Validity = &Tag{v.T("entry.validity." + string(e.Validity)), class}
	}
	if e.Sent() {
		m.SentAt, m.SentISO = v.Lang.DateTime(e.SubmittedAt, v.Zone()), v.iso(e.SubmittedAt)
	}
	if e.Sent() && !e.Visible(v.Now) {
		m.Sealed = v.T("entry.sealed", "date", v.Lang.DateTime(e.PublishedAt, v.Zone()))
	}
	if mine && e.Sent() {
		m.Receipt = e.Of.Path() + "/enter/receipt.json"
	}
	if mine && e.Of.Entering(v.Now) {
		m.Change = e.Of.Path() + "/enter"
	}
	if e.Of.Decided() {
		m.Decision = e.Of.Path() + "/decision"
	}
	return m
}

// sentView confirms that an entry was taken, with its receipt.
type sentView struct {
	C               challenge.Challenge
	E               challenge.Entry
	SentAt, SentISO string
	Code            string
	Files           []fileView
	Steps           []stepView
	Until           string
	Public          string
	Receipt         string
}

var entrySentTmpl = page.New[sentView]("entry/sent")

func (s *Server) entrySent(v *Visit) error {
	c, e, err := s.Challenges.Workspace(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	if e == nil || !e.Sent() {
		return v.Redirect(c.Path() + "/enter")
	}
	m := sentView{C: c, E: *e, SentAt: v.Lang.DateTime(e.SubmittedAt, v.Zone()), SentISO: v.iso(e.SubmittedAt), Code: e.Code(), Files: v.files(e.Files),
		Steps: v.challengeSteps(c), Until: v.T("entry.until", "date", v.Lang.DateTime(c.ClosedAt(), v.Zone())), Receipt: c.Path() + "/enter/receipt.json"}
	m.Public = v.T("entry.public.now")
	if e.PublishedAt.After(v.Now) {
		m.Public = v.T("entry.public.later", "date", v.Lang.DateTime(e.PublishedAt, v.Zone()))
	}
	return render(v, entrySentTmpl, Head{Title: v.T("entry.received"), Section: "challenges", Private: true}, m)
}

// entryReceipt hands out the exact bytes that the receipt's code is of.
func (s *Server) entryReceipt(v *Visit) error {
	_, e, err := s.Challenges.Workspace(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	if e == nil || !e.Sent() {
		return fault.New(fault.NotFound, "thing.missing")
	}
	v.Set("Content-Disposition", `attachment; filename="`+e.Slug+`.json"`)
	v.Set("Cache-Control", "private, no-store")
	return v.Send("application/json", []byte(e.Receipt))
}
