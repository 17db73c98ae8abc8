package web

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// changesView is the page on which two people change a vote that everybody can read.
type changesView struct {
	voteHead
	Desk       []deskItem
	Here, Back string
	Form       FormView
	Kinds      []link
	Waiting    []changeRow
	Past       []changeRow
	Amendments []amendmentView
}

// changeRow is something that one person asked for.
type changeRow struct {
	ID             int64
	What, Reason   string
	Who, When, ISO string
	State          Tag
	Decided        string // who decided, and when
	Decide         bool   // the reader may be the second person
	Barred         string // why the reader may not
	Confirm, Class string // what the button says, and how it looks
}

// amendmentView is a change that was made, as everybody reads it.
type amendmentView struct {
	N                 int
	What, Reason, Who string
	Lang              string // of the reason, "" when it is the reader's
	Sum, Sheet        string // SHA-256 of the rules sheet after it, and where that is
	At                i18nTime
}

var changesTmpl = page.New[changesView]("vote/changes")

func (s *Server) voteChanges(v *Visit) error { return s.showChanges(v, FormView{}, 0) }

func (s *Server) showChanges(v *Visit, f FormView, code int) error {
	g, err := s.Votes.Governed(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	m := changesView{voteHead: v.voteHead(g.Vote), Desk: v.desk(deskVotes), Back: deskVote(g.ID), Here: deskVote(g.ID) + "/changes", Form: f,
		Amendments: v.amendments(g.Vote, g.Amendments)}
	for _, kind := range vote.ChangeKinds {
		if g.Changeable(kind, g.Now) == nil {
			m.Kinds = append(m.Kinds, link{m.Here + "/" + string(kind), v.T("vote.change." + string(kind))})
		}
	}
	for _, c := range g.Changes {
		row := v.changeRow(g, c)
		if c.Outcome == "" && !c.Expired(g.Vote, g.Now) {
			m.Waiting = append(m.Waiting, row)
		} else {
			m.Past = append(m.Past, row)
		}
	}
	return render(v, changesTmpl, Head{Title: v.T("vote.changes.title", "title", g.Title), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) changeRow(g vote.Governed, c vote.Change) changeRow {
	r := changeRow{ID: c.ID, What: v.changeWords(g.Vote, c), Reason: c.Reason, Who: v.orGone(g.Names[c.AskedBy]), When: v.moment(c.AskedAt), ISO: v.iso(c.AskedAt),
		Confirm: v.T("vote.change." + string(c.Kind) + ".confirm")}
	if c.Kind == vote.Annul || c.Kind == vote.CloseNow {
		r.Class = "btn-danger"
	}
	err := c.MayDecide(g.Vote, v.Actor.ID, g.Now)
	switch {
	case c.Outcome == vote.Confirmed:
		r.State = Tag{v.T("vote.change.state.confirmed"), "tag-ok"}
	case c.Outcome == vote.Refused:
		r.State = Tag{v.T("vote.change.state.refused"), "tag-bad"}
	case c.Expired(g.Vote, g.Now):
		r.State = Tag{v.T("vote.change.state.expired"), ""}
	case err != nil:
		r.State, r.Barred = Tag{v.T("vote.change.state.waits"), "tag-warn"}, v.Say(fault.Of(err).Message)
	default:
		r.State, r.Decide = Tag{v.T("vote.change.state.waits"), "tag-warn"}, true
	}
	if c.Outcome != "" {
		r.Decided = v.T("vote.change.decided", "who", v.orGone(g.Names[c.DecidedBy]), "at", c.DecidedAt.In(v.Zone()))
	}
	return r
}

// changeWords say in a sentence what a change does.
func (v *Visit) changeWords(t vote.Vote, c vote.Change) string {
	title := ""
	for _, q := range t.Questions {
		for _, o := range q.Options {
			if o.ID == c.Option {
				title = o.Title
			}
		}
	}
	return v.T("vote.change."+string(c.Kind)+".says", "opens", c.OpensAt.In(v.Zone()), "closes", c.ClosesAt.In(v.Zone()), "option", title)
}

// amendments are the changes that were made, in words.
func (v *Visit) amendments(t vote.Vote, all []vote.Amendment) (views []amendmentView) {
	for i, a := range all {
		title := ""
		for _, q := range t.Questions {
			if o, ok := q.Option(a.Option); ok && a.Option != "" {
				title = o.Title
			}
		}
		m := amendmentView{N: i + 1, Reason: a.Reason, Lang: v.otherLang(cmp.Or(t.Written, t.Lang)), At: v.instant(a.At), Sum: sumOf(a.Sheet), Sheet: fmt.Sprintf("%s/rules/%d", t.Path(), i+1),
			What: v.T("vote.change."+string(a.Kind)+".done", "opens", a.OpensAt.In(v.Zone()), "closes", a.ClosesAt.In(v.Zone()), "option", title)}
		if a.AskedBy != "" {
			m.Who = v.T("vote.amended.who", "asked", a.AskedBy, "confirmed", v.orGone(a.ConfirmedBy))
		}
		views = append(views, m)
	}
	return views
}

func sumOf(sheet string) string {
	sum := sha256.Sum256([]byte(sheet))
	return hexOf(sum[:])
}

// changeFormView is the form in which one person asks for a change.
type changeFormView struct {
	voteHead
	Desk         []deskItem
	Back, Action string
	Form         FormView
	What, Words  string
	Fields       []field
	Zone         string
}

var changeFormTmpl = page.New[changeFormView]("vote/change")

func (s *Server) changeForm(v *Visit) error {
	return s.showChangeForm(v, FormView{}, 0)
}

func (s *Server) showChangeForm(v *Visit, f FormView, code int) error {
	g, err := s.Votes.Governed(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	kind := vote.ChangeKind(v.Param("kind"))
	if !slices.Contains(vote.ChangeKinds, kind) {
		return fault.New(fault.NotFound, "thing.missing")
	}
	if err := g.Changeable(kind, g.Now); err != nil && code == 0 {
		f, code = v.refusedAs(err)
	}
	here := deskVote(g.ID) + "/changes"
	m := changeFormView{voteHead: v.voteHead(g.Vote), Desk: v.desk(deskVotes), Back: here, Action: here + "/" + string(kind), Form: f,
		What: v.T("vote.change." + string(kind)), Words: v.T("vote.change." + string(kind) + ".words"), Zone: v.Lang.Place(v.Zone())}
	when := func(name string, now time.Time) {
		one := v.filled(f, field{Name: name, Label: "vote.change." + name, Type: "datetime-local", Width: "w-m"})
		if one.Value == "" && !f.Failed() {
			one.Value = printWhen(now, v.Zone())
		}
		m.Fields = append(m.Fields, one)
	}
	switch kind {
	case vote.Postpone:
		when("opens", g.OpensAt)
		when("closes", g.ClosesAt)
	case vote.Extend:
		when("closes", g.ClosesAt)
	case vote.Withdraw:
		one := v.filled(f, field{Name: "option", Label: "vote.change.which"})
		one.Choices = append(one.Choices, choice{"", v.T("form.none"), false})
		for _, q := range g.Questions {
			for _, o := range q.Options {
				if id := strconv.FormatInt(o.ID, 10); !o.Withdrawn() {
					one.Choices = append(one.Choices, choice{id, o.Title, f.Value("option") == id})
				}
			}
		}
		m.Fields = append(m.Fields, one)
	}
	m.Fields = append(m.Fields, v.filled(f, field{Name: "reason", Label: "vote.change.reason", Hint: "vote.change.reason.hint", Rows: 4, Max: 2000}))
	return render(v, changeFormTmpl, Head{Title: m.What, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// refusedAs is what a page says of a fault, with its status.
func (v *Visit) refusedAs(err error) (FormView, int) {
	f, _ := v.refused(err)
	return f, statusOf(err)
}

func (s *Server) askChange(v *Visit) error {
	c := vote.Change{Vote: thing.ID(v.ID("id")), Kind: vote.ChangeKind(v.Param("kind")), Option: v.Form.ID("option"), Reason: v.Form.Get("reason")}
	err := v.readWhen(&c.OpensAt, "opens")
	if err == nil {
		err = v.readWhen(&c.ClosesAt, "closes")
	}
	if err == nil {
		err = s.Votes.AskChange(v.ctx, v.Actor, c)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChangeForm(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.change.asked")
	return v.Redirect(deskVote(c.Vote) + "/changes")
}

// readWhen reads a date field that may be missing.
func (v *Visit) readWhen(at *time.Time, name string) error {
	t, ok := v.Form.When(name, v.Zone())
	if !ok {
		return fault.On(name, "form.when")
	}
	*at = t
	return nil
}

func (s *Server) confirmChange(v *Visit) error {
	return s.decided(v, "vote.change.confirmed", s.Votes.ConfirmChange(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("change")))
}

func (s *Server) refuseChange(v *Visit) error {
	return s.decided(v, "vote.change.refused", s.Votes.RefuseChange(v.ctx, v.Actor, thing.ID(v.ID("id")), v.ID("change")))
}

// decided leads back to the list of changes, or shows it with why the decision was not taken.
func (s *Server) decided(v *Visit, flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showChanges(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(deskVote(thing.ID(v.ID("id"))) + "/changes")
}

// rulesFile gives the rules sheet, in the bytes of which its SHA-256 is shown.
func (s *Server) rulesFile(v *Visit) error {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), "")
	if err != nil {
		return err
	}
	if t.Hidden() {
		return fault.New(fault.Gone, "policy.away")
	}
	return v.download(t.Slug+"-rules.json", "application/json", []byte(t.Rules))
}

// amendedRules gives the rules sheet after a change, by the change's number from 1.
func (s *Server) amendedRules(v *Visit) error {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), "")
	if err != nil {
		return err
	}
	return s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := vote.Amendments(tx, t.ID)
		n := v.ID("n")
		if err == nil && (t.Hidden() || n < 1 || n > int64(len(all))) {
			err = fault.New(fault.NotFound, "thing.missing")
		}
		if err != nil {
			return err
		}
		return v.download(fmt.Sprintf("%s-rules-%d.json", t.Slug, n), "application/json", []byte(all[n-1].Sheet))
	})
}
