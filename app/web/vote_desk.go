package web

import (
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// deskVotes is where staff look after votes.
const deskVotes = "/admin/votes"

func deskVote(id thing.ID) string { return fmt.Sprintf("%s/%d", deskVotes, id) }

type deskVotesView struct {
	Desk []deskItem
	Rows []row
}

var deskVotesTmpl = page.New[deskVotesView]("vote/desk")

// deskVoteList lists the votes of the reader's agencies, drafts too.
func (s *Server) deskVoteList(v *Visit) error {
	if err := v.staff(); err != nil {
		return err
	}
	m := deskVotesView{Desk: v.desk(deskVotes)}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		own := v.Actor.Agencies(identity.FocalPoint, identity.Editor)
		all, err := vote.ManagedBy(tx, own, v.Actor.Has(identity.Administrator))
		for _, t := range all {
			m.Rows = append(m.Rows, row{Href: deskVote(t.ID), Title: t.Title, Meta: v.span(t.OpensAt, t.ClosesAt), Tag: v.deskTag(t)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(v, deskVotesTmpl, Head{Title: v.T("nav.votes"), Admin: true, Private: true}, m)
}

// span writes from when to when, as far as it is known.
func (v *Visit) span(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return v.Lang.ShortDate(from, v.Zone()) + " – " + v.Lang.ShortDate(to, v.Zone())
}

// deskTag is a vote's state for those who look after it.
func (v *Visit) deskTag(t thing.Thing) *Tag {
	switch {
	case t.State == thing.Draft:
		return &Tag{v.T("vote.desk.draft"), "tag-info"}
	case t.State == thing.Rehearsal:
		return &Tag{v.T("vote.rehearsal"), "tag-warn"}
	case t.PublishedAt.After(v.Now):
		return &Tag{v.T("vote.desk.scheduled"), "tag-info"}
	}
	return v.phaseTag(t)
}

// deskVoteView is the page from which staff look after one vote.
type deskVoteView struct {
	voteHead
	Desk     []deskItem
	Here     string
	Form     FormView
	State    *Tag
	Draft    bool
	Frozen   bool
	Ceremony bool // numbers drawn in public break ties
	Open     bool
	At       field // when to publish
	Changes  bool  // two people can change it, or did
	Ballots  int64
	Few      bool // so few people that published ballots can give them away
	Public   string
	Schedule string
	Langs    []deskLang
	Tried    *rehearsalView // the rehearsal that is held
	Try      *field         // to begin one
	Real     *rehearsedView // of a rehearsal: the vote itself
}

var deskVoteTmpl = page.New[deskVoteView]("vote/manage")

func (s *Server) deskVote(v *Visit) error { return s.showDeskVote(v, FormView{}, 0) }

func (s *Server) showDeskVote(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := deskVoteView{voteHead: v.voteHead(t), Desk: v.desk(deskVotes), Here: deskVote(t.ID), Form: f, State: v.deskTag(t.Thing),
		Draft: t.State == thing.Draft, Frozen: t.Frozen(v.Now), Public: t.Path()}
	m.Open, m.Ceremony = !m.Draft && t.Open(v.Now), t.Lot.Source == vote.Ceremony
	m.Few = t.Disclosure == vote.Checkable && t.ClosedAt.IsZero() && t.Electorate > 0 && t.Electorate < vote.FewVoters
	m.Changes = !m.Draft && t.Imported == ""
	if t.State == thing.Published && t.PublishedAt.After(v.Now) {
		m.Schedule = v.T("vote.desk.from", "at", t.PublishedAt.In(v.Zone()))
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		sums, err := vote.Turnout(tx, t.ID)
		for _, s := range sums {
			m.Ballots += s.Count
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := v.fillRehearsal(&m, t, f); err != nil {
		return err
	}
	m.At = v.filled(f, field{Name: "at", Label: "vote.desk.publish.at", Hint: "vote.desk.publish.at.hint", Type: "datetime-local", Width: "w-m", Optional: true})
	return render(v, deskVoteTmpl, Head{Title: t.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// managedVote is the vote that the address names, with its words in the instance's other languages.
func (s *Server) managedVote(v *Visit) (vote.Vote, map[string]thing.Words, error) {
	t, words, err := s.Votes.Manage(v.ctx, v.Actor, thing.ID(v.ID("id")), s.Instance.Current().Languages)
	v.rehearses(t)
	return t, words, err
}

// tended leads back to the vote's desk after a change, or shows it with the fault.
func (v *Visit) tended(flash string, err error) error {
	if f, ok := v.refused(err); err != nil && ok {
		return v.s.showDeskVote(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(deskVote(thing.ID(v.ID("id"))))
}

func (s *Server) publishVote(v *Visit) error {
	at, ok := v.Form.When("at", v.Zone())
	if !ok {
		return v.tended("", fault.On("at", "form.when"))
	}
	return v.tended("vote.desk.published", s.Votes.Publish(v.ctx, v.Actor, thing.ID(v.ID("id")), at))
}

// previewVote shows the vote as it will be read.
func (s *Server) previewVote(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	if t, err = s.Votes.Read(v.ctx, v.Actor, t.Slug, v.Lang.Tag()); err != nil {
		return err
	}
	var m voteView
	err = s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m, err = v.voteView(tx, t); return err })
	if err != nil {
		return err
	}
	m.Preview, m.Back = true, deskVote(t.ID)
	return render(v, voteTmpl, Head{Title: t.Title, Section: "votes", Private: true}, m)
}
