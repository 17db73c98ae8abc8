package web

import (
	"context"
	"fmt"
	"net/url"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// suspectsView is the page on which moderators look at where a proposal's supports come from, and ask
// that some be found invalid.
type suspectsView struct {
	Desk    []deskItem
	Title   string
	Href    string
	Action  string
	Counted string
	Origins []originTable
	Fields  []field
	Dry     *dryView
	Reason  field
	Batches []batchRow
	Form    FormView
}

type originTable struct {
	ID, Title string
	Rows      []originRow
}

type originRow struct {
	Name, Href string
	Count      int64
}

// dryView is what finding supports invalid would do.
type dryView struct {
	Text, Change, Falls string
	Some                bool
}

type batchRow struct {
	ID            int64
	What, Reason  string
	State         Tag
	Who           string
	When, ISO     string
	Decide, Undo  bool
	Barred, Count string
}

var suspectsTmpl = page.New[suspectsView]("admin/supports")

func (s *Server) supports(v *Visit) error {
	f := blank()
	for _, name := range []string{"network", "domain", "from", "until", "days"} {
		if value := v.Query(name); value != "" {
			f.Values[name] = []string{value}
		}
	}
	return s.showSupports(v, f, nil)
}

// suspicion reads the conditions from what was typed.
func (v *Visit) suspicion(f FormView) (of proposal.Suspicion, asked bool, err error) {
	var c fault.Check
	of.Network, of.Domain = f.Value("network"), f.Value("domain")
	var ok bool
	of.From, ok = parseWhen(f.Value("from"), v.Zone())
	c.That(ok, "from", "invalid.when")
	of.Until, ok = parseWhen(f.Value("until"), v.Zone())
	c.That(ok, "until", "invalid.when")
	if days := f.Value("days"); days != "" {
		_, err := fmt.Sscan(days, &of.Days)
		c.That(err == nil, "days", "invalid.days")
	}
	return of, of != proposal.Suspicion{}, c.Err()
}

func (s *Server) showSupports(v *Visit, f FormView, refused error) error {
	id := thing.ID(v.ID("id"))
	found, err := s.Proposals.Suspects(v.ctx, v.Actor, id)
	if err != nil {
		return err
	}
	m := suspectsView{Desk: v.desk(deskModeration), Title: found.Title, Href: found.Path(), Action: fmt.Sprintf("/admin/supports/%d", id), Counted: v.counted(found.Proposal)}
	m.Origins = []originTable{v.originTable(m.Action, "network", found.Networks), v.originTable(m.Action, "domain", found.Domains)}
	of, asked, wrong := v.suspicion(f)
	if wrong == nil && asked {
		var d proposal.Dry
		if d, wrong = s.Proposals.Suspect(v.ctx, v.Actor, id, of); wrong == nil {
			m.Dry = v.dryView(d)
		}
	}
	if refused == nil {
		refused = wrong
	}
	if refused != nil {
		if again, ok := v.refused(refused); ok {
			again.Values = f.Values
			f = again
		} else {
			return refused
		}
	}
	m.Form = f
	for _, one := range []field{{Name: "network", Label: "invalid.network", Hint: "invalid.network.hint", Optional: true}, {Name: "domain", Label: "invalid.domain.label", Hint: "invalid.domain.hint", Optional: true},
		{Name: "from", Label: "invalid.from", Type: "datetime-local", Width: "w-m", Optional: true}, {Name: "until", Label: "invalid.to", Type: "datetime-local", Width: "w-m", Optional: true},
		{Name: "days", Label: "invalid.young", Hint: "invalid.young.hint", Type: "number", Width: "w-s", Optional: true}} {
		m.Fields = append(m.Fields, v.filled(f, one))
	}
	m.Reason = v.filled(f, field{Name: "reason", Label: "invalid.reason", Hint: "invalid.reason.hint", Rows: 3})
	if m.Batches, err = v.batchRows(found.Batches); err != nil {
		return err
	}
	h := Head{Title: v.T("invalid.title"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, suspectsTmpl, h, m)
}

func (v *Visit) originTable(action, name string, all []proposal.Origin) originTable {
	t := originTable{ID: "by-" + name, Title: v.T("invalid.by." + name)}
	for _, o := range all {
		t.Rows = append(t.Rows, originRow{o.Name, action + "?" + url.Values{name: {o.Name}}.Encode(), o.Count})
	}
	return t
}

func (v *Visit) dryView(d proposal.Dry) *dryView {
	m := &dryView{Text: v.T("invalid.dry", "n", d.Supports, "blocks", v.T("invalid.blocks", "n", d.Networks)),
		Change: v.T("invalid.change", "before", v.Lang.Number(d.Before), "after", v.Lang.Number(d.After)), Some: d.Supports > 0}
	if d.Falls {
		m.Falls = v.T("invalid.falls")
	}
	return m
}

func (v *Visit) batchRows(all []proposal.Batch) (rows []batchRow, err error) {
	var people []identity.ID
	for _, b := range all {
		people = append(people, b.AskedBy)
	}
	var names map[identity.ID]string
	if err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { names, err = identity.Names(tx, people); return err }); err != nil {
		return nil, err
	}
	for _, b := range all {
		r := batchRow{ID: b.ID, What: v.suspicionTold(b.Suspicion), Reason: b.Reason, Who: v.orGone(names[b.AskedBy]), When: v.moment(b.AskedAt), ISO: v.iso(b.AskedAt),
			Count: v.T("card.supports", "n", b.Supports)}
		switch {
		case b.Holds():
			r.State, r.Undo = Tag{v.T("invalid.state.confirmed"), "tag-bad"}, true
		case !b.UndoneAt.IsZero():
			r.State = Tag{v.T("invalid.state.undone"), ""}
		case b.Outcome == proposal.Refused:
			r.State = Tag{v.T("invalid.state.refused"), ""}
		default:
			r.State = Tag{v.T("invalid.state.waits"), "tag-warn"}
			if err := b.MayDecide(v.Actor.ID); err != nil {
				r.Barred = v.Say(fault.Of(err).Message)
			} else {
				r.Decide = true
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// suspicionTold says the conditions of a suspicion.
func (v *Visit) suspicionTold(of proposal.Suspicion) (told string) {
	add := func(key string, args ...any) {
		if told != "" {
			told += " · "
		}
		told += v.T(key, args...)
	}
	if of.Network != "" {
		add("invalid.told.network", "network", of.Network)
	}
	if of.Domain != "" {
		add("invalid.told.domain", "domain", of.Domain)
	}
	if !of.From.IsZero() {
		add("invalid.told.from", "when", v.moment(of.From))
	}
	if !of.Until.IsZero() {
		add("invalid.told.until", "when", v.moment(of.Until))
	}
	if of.Days > 0 {
		add("invalid.told.days", "n", of.Days)
	}
	return told
}

func (s *Server) askInvalid(v *Visit) error {
	f := FormView{Values: v.Form.values}
	of, _, err := v.suspicion(f)
	if err == nil {
		_, err = s.Proposals.AskInvalid(v.ctx, v.Actor, thing.ID(v.ID("id")), of, v.Form.Get("reason"))
	}
	if _, ok := v.refused(err); err != nil && ok {
		return s.showSupports(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("invalid.asked")
	return v.Redirect(fmt.Sprintf("/admin/supports/%d", v.ID("id")))
}

func (s *Server) confirmInvalid(v *Visit) error {
	return s.afterInvalid(v, "invalid.confirmed", func(ctx context.Context, a identity.Actor, id int64) error {
		return s.Proposals.DecideInvalid(ctx, a, id, proposal.Confirmed)
	})
}

func (s *Server) refuseInvalid(v *Visit) error {
	return s.afterInvalid(v, "invalid.refused", func(ctx context.Context, a identity.Actor, id int64) error {
		return s.Proposals.DecideInvalid(ctx, a, id, proposal.Refused)
	})
}

func (s *Server) undoInvalid(v *Visit) error {
	return s.afterInvalid(v, "invalid.undone", s.Proposals.UndoInvalid)
}

func (s *Server) afterInvalid(v *Visit, flash string, do func(context.Context, identity.Actor, int64) error) error {
	if err := do(v.ctx, v.Actor, v.ID("batch")); err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(fmt.Sprintf("/admin/supports/%d", v.ID("id")))
}

// voided are the supports of a proposal that were found invalid, and why, for everybody; own is what
// the reader is told of theirs.
func (v *Visit) voided(tx *db.Tx, p proposal.Proposal) (all []string, own string, err error) {
	if p.Voided == 0 {
		return nil, "", nil
	}
	batches, err := proposal.Batches(tx, p.ID)
	if err != nil {
		return nil, "", err
	}
	for _, b := range batches {
		if b.Holds() {
			all = append(all, v.T("invalid.public", "n", b.Supports, "date", v.Lang.ShortDate(b.DecidedAt, v.Zone()), "reason", b.Reason))
		}
	}
	if !v.Actor.SignedIn() {
		return all, "", nil
	}
	b, err := proposal.VoidedFor(tx, p.ID, v.Actor.ID)
	if b.ID != 0 {
		own = v.T("invalid.own", "reason", b.Reason)
	}
	return all, own, err
}
