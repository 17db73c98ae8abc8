package web

import (
	"fmt"
	"time"

	"tequio/app/challenge"
	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

// briefView is what the agency wrote, in the words of one reader.
type briefView struct {
	C          challenge.Challenge
	Lang       string // of its texts, "" when it is the reader's
	Original   string // of what is not translated, "" when it is the reader's
	Agency     link
	Published  string
	Body       string // HTML, as the following
	Success    string
	Conditions []conditionView
	Prize      string
	Seed       string
	Criteria   []criterionView
	Steps      []stepView
	Closes     string
	ClosesIn   string
	ClosesISO  string
	Files      []fileView
}

// conditionView is one of the texts that few need whole: who may enter, rules, rights, privacy.
type conditionView struct{ Title, HTML string }

type criterionView struct {
	Name, Description, Percent string
	Weight                     int64
}

// stepView is a stage in the calendar of a challenge.
type stepView struct {
	Name, When, Class string
	Current           bool
}

// brief puts what the agency wrote into HTML and words; original is the language it was written in.
func (v *Visit) brief(c challenge.Challenge, original string) briefView {
	m := briefView{C: c, Lang: v.otherLang(c.Lang), Original: v.otherLang(original), Body: text.Markdown(c.Body, text.Official), Success: text.Markdown(c.Success, text.Official),
		Prize: v.prize(c)}
	if !c.PublishedAt.IsZero() {
		m.Published = v.Lang.Date(c.PublishedAt, v.Zone())
	}
	for _, t := range []struct{ key, text string }{
		{"eligibility", c.Eligibility}, {"rules", c.Rules}, {"rights", c.Rights}, {"privacy", c.Privacy},
	} {
		if t.text != "" {
			m.Conditions = append(m.Conditions, conditionView{v.T("challenge." + t.key), text.Markdown(t.text, text.Official)})
		}
	}
	if c.Seed > 0 {
		m.Seed = v.Lang.Money(c.Seed, c.Currency)
	}
	for _, k := range c.Criteria {
		m.Criteria = append(m.Criteria, criterionView{k.Name, k.Description, v.Lang.Percent(k.Weight, 100), k.Weight})
	}
	if at := c.ClosedAt(); !at.IsZero() {
		m.Closes, m.ClosesISO = v.Lang.DateTime(at, v.Zone()), v.iso(at)
		if at.After(v.Now) {
			m.ClosesIn = capital(v.Relative(at))
		}
	}
	m.Steps = v.challengeSteps(c)
	return m
}

// challengeSteps are the calendar: the publication, each stage, and the decision as it fell.
func (v *Visit) challengeSteps(c challenge.Challenge) (steps []stepView) {
	if c.Visible(v.Now) {
		steps = append(steps, stepView{Name: v.T("challenge.step.published"), When: v.Lang.ShortDate(c.PublishedAt, v.Zone()), Class: "done"})
	}
	decided := !c.Decided()
	for _, s := range c.Stages {
		after := s.Kind == challenge.Appeal || s.Kind == challenge.FollowUp
		if after && !decided {
			steps, decided = append(steps, v.decidedStep(c)), true
		}
		if !after && c.Decided() && s.OpensAt.After(c.DecidedAt) {
			continue // the decision came first
		}
		steps = append(steps, v.stageStep(s))
	}
	if !decided {
		steps = append(steps, v.decidedStep(c))
	}
	return steps
}

func (v *Visit) stageStep(s thing.Stage) stepView {
	st := stepView{Name: v.stageName(s), When: v.stageSpan(s.OpensAt, s.ClosesAt)}
	switch s.At(v.Now) {
	case thing.Opened:
		st.Class, st.Current, st.When = "now", true, v.T("challenge.step.until", "date", v.Lang.ShortDate(s.ClosesAt, v.Zone()))
	case thing.Closed:
		st.Class = "done"
	}
	return st
}

func (v *Visit) decidedStep(c challenge.Challenge) stepView {
	class := "done"
	if c.Outcome == challenge.Void {
		class = "failed"
	}
	return stepView{Name: v.T("challenge.outcome." + string(c.Outcome)), When: v.Lang.ShortDate(c.DecidedAt, v.Zone()), Class: class}
}

func (v *Visit) stageSpan(from, to time.Time) string {
	return v.T("challenge.step.span", "from", v.Lang.ShortDate(from, v.Zone()), "to", v.Lang.ShortDate(to, v.Zone()))
}

// stageName is what the agency calls a stage, else the name of its kind.
func (v *Visit) stageName(s thing.Stage) string {
	if s.Name != "" {
		return s.Name
	}
	return v.T("challenge.stage." + s.Kind)
}

// where says in a sentence or two what may be done now and what comes next.
func (v *Visit) where(c challenge.Challenge) string {
	w := c.Where(v.Now)
	at := w.Stage.ClosesAt
	if w.Word == "scheduled" {
		at = c.PublishedAt
	}
	if c.Decided() {
		at = c.DecidedAt
	}
	words := v.T("challenge.now."+w.Word, "date", v.Lang.DateTime(at, v.Zone()))
	if at.IsZero() {
		words = v.T("challenge.now." + w.Word)
	}
	if w.Next.Kind != "" && !c.Decided() {
		words += " " + v.T("challenge.next", "stage", v.stageName(w.Next), "date", v.Lang.Date(w.Next.OpensAt, v.Zone()))
	}
	return words
}

// briefAgency names the agency of a brief.
func (v *Visit) briefAgency(tx *db.Tx, m *briefView, t thing.Thing) error {
	if t.Agency == 0 {
		return nil
	}
	refs, err := thing.Refs(tx, []thing.ID{t.Agency})
	if err != nil {
		return err
	}
	m.Agency = link{refs[t.Agency].Path(), refs[t.Agency].Title}
	return nil
}

// width is a criterion's weight as the width of its bar.
func (c criterionView) Width() string { return fmt.Sprint(c.Weight) }
