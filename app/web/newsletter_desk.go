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
	"tequio/app/identity"
	"tequio/app/notice"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

const deskLetters = "/admin/newsletters"

// deskNewsView lists the newsletters that the reader may write.
type deskNewsView struct {
	Desk        []deskItem
	Rows        []deskNewsRow
	First, Next string
}

type deskNewsRow struct {
	Href, Title, From, To, When string
	State                       Tag
	Queued, Sent, Failed        int64
}

var deskNewsTmpl = page.New[deskNewsView]("admin/newsletters")

var letterStages = map[notice.Stage]string{notice.Scheduled: "tag-info", notice.Sending: "tag-info", notice.SentOut: "tag-ok", notice.Cancelled: "tag-bad"}

func (s *Server) deskNews(v *Visit) error {
	before := thing.ParseCursor(v.Query("after")).Key
	all, next, err := s.Notices.Newsletters(v.ctx, v.Actor, before)
	if err != nil {
		return err
	}
	m := deskNewsView{Desk: v.desk(deskLetters)}
	for _, n := range all {
		r, err := v.deskNewsRow(n)
		if err != nil {
			return err
		}
		m.Rows = append(m.Rows, r)
	}
	if next != 0 {
		m.Next = deskLetters + "?after=" + thing.Cursor{Key: next, ID: 1}.String()
	}
	if before != 0 {
		m.First = deskLetters
	}
	return render(v, deskNewsTmpl, Head{Title: v.T("newsletter.nav"), Admin: true, Private: true}, m)
}

func (v *Visit) deskNewsRow(n notice.Newsletter) (r deskNewsRow, err error) {
	_, t := n.In(v.Lang.Tag())
	r = deskNewsRow{Href: letterPath(n.ID), Title: t.Subject, From: v.senderOf(n), State: Tag{v.T("newsletter.stage." + string(n.Stage)), letterStages[n.Stage]},
		Queued: n.Queued, Sent: n.Sent, Failed: n.Failed}
	switch {
	case !n.SentAt.IsZero():
		r.When = v.moment(n.SentAt)
	case !n.SendAt.IsZero():
		r.When = v.moment(n.SendAt)
	}
	r.To, err = v.audienceOf(n)
	return r, err
}

func letterPath(id int64) string { return fmt.Sprint(deskLetters, "/", id) }

// audienceOf says to whom a newsletter goes.
func (v *Visit) audienceOf(n notice.Newsletter) (string, error) {
	name := n.AgencyName
	switch n.Audience {
	case notice.ToThing:
		var t thing.Thing
		err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { t, err = thing.Get(tx, n.Thing); return err })
		if err != nil {
			return "", err
		}
		name = t.Title
	case notice.ToPlace, notice.ToSubject:
		name = v.s.Instance.Named(string(n.Audience), n.Term, v.Lang.Tag())
	}
	return v.T("newsletter.to."+string(n.Audience), "name", name), nil
}

// letterDeskView is one newsletter: what it says, exactly who gets it, and what can be done with it.
type letterDeskView struct {
	Desk      []deskItem
	Row       deskNewsRow
	Form      FormView
	Texts     []letterText
	Counts    []letterCount
	Open      bool
	Scheduled bool
	Public    string // address in the archive; "" before it was sent
	Edit      string
	Action    string
	At        field
}

type letterText struct{ Name, Lang, Subject, HTML string }

// letterCount is how many of the audience there are of a verdict, and where they are listed.
type letterCount struct {
	Text, Href, Class string
	N                 int64
}

var letterDeskTmpl = page.New[letterDeskView]("admin/newsletter")

func (s *Server) showNews(v *Visit) error { return s.showNewsWith(v, FormView{}, nil) }

func (s *Server) showNewsWith(v *Visit, f FormView, refused error) error {
	n, err := s.Notices.Newsletter(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	counts, err := s.Notices.Count(v.ctx, v.Actor, n.ID)
	if err != nil {
		return err
	}
	m := letterDeskView{Desk: v.desk(deskLetters), Form: f, Open: n.Open(), Scheduled: n.Stage == notice.Scheduled, Action: letterPath(n.ID), Edit: letterPath(n.ID) + "/edit"}
	if m.Row, err = v.deskNewsRow(n); err != nil {
		return err
	}
	for _, lang := range n.Langs() {
		t := n.Texts[lang]
		m.Texts = append(m.Texts, letterText{s.Words.Language(lang).Name(), lang, t.Subject, t.HTML})
	}
	for _, k := range notice.Verdicts {
		m.Counts = append(m.Counts, letterCount{v.T("newsletter.verdict." + string(k)), letterPath(n.ID) + "/recipients?verdict=" + string(k), letterVerdicts[k], counts[k]})
	}
	if n.Stage == notice.Sending || n.Stage == notice.SentOut {
		m.Public = newsPath + "/" + n.Slug
	}
	m.At = v.filled(f, field{Name: "at", Label: "newsletter.at", Hint: "newsletter.at.hint", Type: "datetime-local", Width: "w-m", Optional: true})
	h := Head{Title: m.Row.Title, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, letterDeskTmpl, h, m)
}

var letterVerdicts = map[notice.Verdict]string{notice.Gets: "tag-ok", notice.Unsubscribed: "", notice.CameBack: "tag-bad", notice.NoAddress: "", notice.OtherLang: ""}

// recipientsView names those of a newsletter's audience who get it, or do not, and why.
type recipientsView struct {
	Desk        []deskItem
	Title, Back string
	Verdicts    []chip
	Why         string
	Names       []string
	First, Next string
}

var recipientsTmpl = page.New[recipientsView]("admin/recipients")

func (s *Server) newsRecipients(v *Visit) error {
	n, err := s.Notices.Newsletter(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	verdict := notice.Verdict(v.Query("verdict"))
	if !slices.Contains(notice.Verdicts, verdict) {
		verdict = notice.Gets
	}
	after := identity.ID(thing.ParseCursor(v.Query("after")).Key)
	all, next, err := s.Notices.Recipients(v.ctx, v.Actor, n.ID, verdict, after)
	if err != nil {
		return err
	}
	_, t := n.In(v.Lang.Tag())
	m := recipientsView{Desk: v.desk(deskLetters), Title: t.Subject, Back: letterPath(n.ID)}
	to, err := v.audienceOf(n)
	if err != nil {
		return err
	}
	m.Why = v.T("newsletter.why."+string(verdict), "to", to)
	here := letterPath(n.ID) + "/recipients?verdict="
	for _, k := range notice.Verdicts {
		m.Verdicts = append(m.Verdicts, chip{v.T("newsletter.verdict." + string(k)), here + string(k), k == verdict})
	}
	for _, r := range all {
		m.Names = append(m.Names, r.Name)
	}
	if next != 0 {
		m.Next = here + string(verdict) + "&after=" + url.QueryEscape(thing.Cursor{Key: int64(next), ID: 1}.String())
	}
	if after != 0 {
		m.First = here + string(verdict)
	}
	return render(v, recipientsTmpl, Head{Title: v.T("newsletter.recipients"), Admin: true, Private: true}, m)
}

// letterEditView is the form in which a newsletter is written.
type letterEditView struct {
	Desk   []deskItem
	Form   FormView
	Title  string
	Back   string
	Action string
	Aim    []field
	Langs  []letterFields
}

type letterFields struct {
	Name   string
	Fields []field
}

var letterEditTmpl = page.New[letterEditView]("admin/newsletter_edit")

// senders are in whose name the reader may write.
func (v *Visit) senders() (all []choice, err error) {
	if policy.May(v.Actor, policy.Inform, noThing, v.Now) {
		all = append(all, choice{Value: "0", Text: v.s.Instance.Current().Name})
	}
	agencies, err := v.agenciesHere()
	for _, g := range agencies {
		if policy.May(v.Actor, policy.Inform, g.Thing, v.Now) {
			all = append(all, choice{Value: strconv.FormatInt(int64(g.ID), 10), Text: g.Title})
		}
	}
	return all, err
}

func (s *Server) newNews(v *Visit) error {
	if _, _, err := s.Notices.Newsletters(v.ctx, v.Actor, 1); err != nil {
		return err
	}
	return s.writeNews(v, blank("audience", string(notice.ToAgency)), nil)
}

func (s *Server) editNews(v *Visit) error {
	n, err := s.Notices.Newsletter(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	if !n.Open() {
		return fault.New(fault.Conflict, "newsletter.closed")
	}
	f := blank("from", strconv.FormatInt(int64(n.Agency), 10), "audience", string(n.Audience), string(n.Audience), n.Term)
	if n.Audience == notice.ToThing {
		var t thing.Thing
		if err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { t, err = thing.Get(tx, n.Thing); return err }); err != nil {
			return err
		}
		f.Values["thing"] = []string{s.BaseURL + t.Path()}
	}
	for lang, t := range n.Texts {
		f.Values["subject-"+lang], f.Values["body-"+lang] = []string{t.Subject}, []string{t.Body}
	}
	return s.writeNews(v, f, nil)
}

func (s *Server) writeNews(v *Visit, f FormView, refused error) error {
	m := letterEditView{Desk: v.desk(deskLetters), Form: f, Title: v.T("newsletter.new"), Back: deskLetters, Action: v.Path()}
	if id := v.ID("id"); id != 0 {
		m.Title, m.Back = v.T("newsletter.edit"), letterPath(id)
	}
	from, err := v.senders()
	if err != nil {
		return err
	}
	aim := func(one field, choices []choice) {
		mark(choices, f.Value(one.Name))
		one.Choices = choices
		m.Aim = append(m.Aim, v.filled(f, one))
	}
	none := []choice{{"", v.T("newsletter.none"), false}}
	aim(field{Name: "from", Label: "newsletter.from"}, from)
	aim(field{Name: "audience", Label: "newsletter.audience", Hint: "newsletter.audience.hint"}, v.choices("", "list.any", "newsletter.audience.", "agency", "thing", "place", "subject", "all")[1:])
	aim(field{Name: "thing", Label: "newsletter.thing", Hint: "newsletter.thing.hint", Optional: true}, nil)
	aim(field{Name: "place", Label: "newsletter.place", Optional: true}, append(none, v.places()...))
	aim(field{Name: "subject", Label: "newsletter.term", Optional: true}, append(none, v.subjects()...))
	for _, tag := range s.Instance.Current().Languages {
		m.Langs = append(m.Langs, letterFields{s.Words.Language(tag).Name(), []field{
			v.filled(f, field{Name: "subject-" + tag, Label: "newsletter.title", Lang: tag}),
			v.filled(f, field{Name: "body-" + tag, Label: "newsletter.text", Hint: "form.markdown", Rows: 14, Max: 20_000, Lang: tag})}})
	}
	h := Head{Title: m.Title, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, letterEditTmpl, h, m)
}

func (s *Server) saveNews(v *Visit) error {
	n, err := v.letterSent()
	if err == nil {
		n.ID, err = s.Notices.Write(v.ctx, v.Actor, n)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.writeNews(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("newsletter.saved")
	return v.Redirect(letterPath(n.ID))
}

// letterSent is the newsletter that the form holds.
func (v *Visit) letterSent() (n notice.Newsletter, err error) {
	n = notice.Newsletter{ID: v.ID("id"), Agency: thing.ID(v.Form.ID("from")), Audience: notice.Audience(v.Form.Raw("audience")), Texts: map[string]notice.Text{}}
	set := v.s.Instance.Current()
	switch n.Audience {
	case notice.ToPlace, notice.ToSubject:
		n.Term = v.Form.Raw(string(n.Audience))
		_, place := set.Place(n.Term)
		_, subject := set.Subject(n.Term)
		if n.Audience == notice.ToPlace && !place || n.Audience == notice.ToSubject && !subject {
			n.Term = ""
		}
	case notice.ToThing:
		if n.Thing, err = v.pasted(v.Form.Get("thing")); err != nil {
			return n, err
		}
	}
	for _, tag := range set.Languages {
		n.Texts[tag] = notice.Text{Subject: v.Form.Get("subject-" + tag), Body: v.Form.Get("body-" + tag)}
	}
	return n, nil
}

// pasted is the thing whose page has an address; 0: none has.
func (v *Visit) pasted(address string) (id thing.ID, err error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return 0, nil
	}
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		for _, k := range append(slices.Clip(feedKinds), "topic") {
			slug, ok := strings.CutPrefix(u.Path, thing.Ref{Kind: k}.Path())
			if !ok {
				continue
			}
			t, err := thing.Find(tx, k, slug)
			if id = t.ID; fault.Is(err, fault.NotFound) {
				return nil
			}
			return err
		}
		return nil
	})
	return id, err
}

func (s *Server) tryNews(v *Visit) error {
	return v.letterDone(s.Notices.Try(v.ctx, v.Actor, v.ID("id")), "newsletter.tried")
}

func (s *Server) sendNews(v *Visit) error {
	at, ok := v.Form.When("at", v.Zone())
	if !ok {
		return v.letterDone(fault.On("at", "newsletter.when"), "")
	}
	if at.IsZero() {
		at = time.UnixMicro(0)
	}
	return v.letterDone(s.Notices.Launch(v.ctx, v.Actor, v.ID("id"), at), "newsletter.launched")
}

func (s *Server) cancelNews(v *Visit) error {
	return v.letterDone(s.Notices.Cancel(v.ctx, v.Actor, v.ID("id")), "newsletter.cancelled")
}

// letterDone goes back to the newsletter, with what was wrong or what was done.
func (v *Visit) letterDone(err error, done string) error {
	if f, ok := v.refused(err); err != nil && ok {
		return v.s.showNewsWith(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash(done)
	return v.Redirect(letterPath(v.ID("id")))
}
