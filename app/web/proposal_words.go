package web

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// stageMeans says what a stage means and what comes next.
func (v *Visit) stageMeans(p proposal.Proposal) string {
	date := func(t time.Time) string { return v.Lang.ShortDate(t, v.Zone()) }
	key := "proposal.means." + string(p.StageAt(v.Now))
	switch p.StageAt(v.Now) {
	case proposal.Sponsoring:
		return v.T(key, "n", p.Sponsors)
	case proposal.Collecting:
		if p.ClosesAt.IsZero() {
			return v.T(key+".always", "n", p.Threshold, "days", p.AnswerDays)
		}
		return v.T(key, "n", p.Threshold, "date", date(p.ClosesAt), "days", p.AnswerDays)
	case proposal.Expired:
		return v.T(key, "date", date(p.ClosesAt), "n", p.Threshold)
	case proposal.Reached, proposal.Review:
		if p.AnswerBy().IsZero() {
			return v.T(key + ".open")
		}
		if p.DaysLate(v.Now) > 0 {
			return v.T(key+".late", "date", date(p.ReachedAt), "by", date(p.AnswerBy()))
		}
		return v.T(key, "date", date(p.ReachedAt), "by", date(p.AnswerBy()), "relative", v.Relative(p.AnswerBy()))
	case proposal.Withdrawn:
		return v.T(key, "date", date(p.WithdrawnAt))
	}
	return v.T(key)
}

// proposalSteps are the steps of a proposal's life.
func (v *Visit) proposalSteps(p proposal.Proposal) []step {
	date := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return v.Lang.ShortDate(t, v.Zone())
	}
	stage := p.StageAt(v.Now)
	steps := v.stepsBefore(p, date)
	if stage == proposal.Checking {
		return append(steps, step{"", v.T("proposal.step.published"), ""})
	}
	steps = append(steps, step{"done", v.T("proposal.step.published"), date(p.PublishedAt)})
	collect := step{"done", v.T("proposal.step.collect"), date(p.ReachedAt)}
	review, answer := step{"", v.T("proposal.step.review"), ""}, step{"", v.T("proposal.step.answer"), ""}
	switch stage {
	case proposal.Collecting:
		collect.Class, collect.Note = "now", date(p.ClosesAt)
	case proposal.Expired:
		collect.Class, collect.Note = "failed", date(p.ClosesAt)
	case proposal.Withdrawn, proposal.Hidden:
		if p.ReachedAt.IsZero() {
			collect.Class = ""
		}
		return append(steps, collect, step{"failed", v.T("proposal.stage." + string(stage)), date(p.WithdrawnAt)})
	case proposal.Reached, proposal.Review:
		review.Class, review.Note = "now", date(p.AnswerBy())
	default:
		review.Class, answer = "done", step{"done", v.T("proposal.stage." + string(p.Verdict)), date(p.AnsweredAt)}
	}
	return append(append(steps, collect, review, answer), v.stepsAfter(p, date)...)
}

// stepsBefore are those that its kind puts before publication.
func (v *Visit) stepsBefore(p proposal.Proposal, date func(time.Time) string) (steps []step) {
	if p.Sponsors > 0 {
		steps = append(steps, step{"done", v.T("proposal.sponsors"), ""})
	}
	switch {
	case p.StageAt(v.Now) == proposal.Checking:
		steps = append(steps, step{"now", v.T("proposal.step.check"), date(p.SubmittedAt)})
	case p.Checked:
		steps = append(steps, step{"done", v.T("proposal.step.check"), ""})
	}
	return steps
}

// stepsAfter are those of a promise: it is kept, or waits to be, by its date.
func (v *Visit) stepsAfter(p proposal.Proposal, date func(time.Time) string) []step {
	switch {
	case !p.Promised():
		return nil
	case !p.CarriedOutAt.IsZero():
		return []step{{"done", v.T("proposal.stage.done"), date(p.CarriedOutAt)}}
	case p.DaysOverdue(v.Now) > 0:
		return []step{{"failed", v.T("proposal.step.fulfil"), date(p.DueAt)}}
	}
	return []step{{"now", v.T("proposal.step.fulfil"), date(p.DueAt)}}
}

// terms are the subject and the place of a proposal as links to the lists of others.
func (v *Visit) terms(t thing.Thing) (all []link) {
	set := v.s.Instance.Current()
	if s, ok := set.Subject(t.Subject); ok {
		all = append(all, link{"/proposals?subject=" + s.Key, s.In(v.Lang.Tag())})
	}
	if p, ok := set.Place(t.Place); ok {
		all = append(all, link{"/proposals?place=" + p.Key, p.In(v.Lang.Tag())})
	}
	return all
}

// nameOf is a person's public name.
func (v *Visit) nameOf(tx *db.Tx, who identity.ID) (string, error) {
	names, err := identity.Names(tx, []identity.ID{who})
	if names[who] == "" {
		return v.T("person.deleted"), err
	}
	return names[who], err
}

func (v *Visit) agencyLink(tx *db.Tx, id thing.ID) (*link, error) {
	if id == 0 {
		return nil, nil
	}
	refs, err := thing.Refs(tx, []thing.ID{id})
	g, ok := refs[id]
	if err != nil || !ok {
		return nil, err
	}
	return &link{g.Path(), g.Title}, nil
}

// stamp writes an instant for machines, "" for none.
func (v *Visit) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
