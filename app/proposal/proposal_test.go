package proposal

import (
	"testing"
	"time"

	"tequio/app/fault"
	"tequio/app/talk"
	"tequio/app/thing"
)

var noon = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

// published is a proposal that collects ten supports for thirty days.
func published(change func(*Proposal)) Proposal {
	p := Proposal{}
	p.publish(Class{Rules: Rules{Threshold: 10, Period: 30, AnswerDays: 15}}, noon)
	if change != nil {
		change(&p)
	}
	return p
}

func TestStages(t *testing.T) {
	after := func(days int) time.Time { return noon.AddDate(0, 0, days) }
	reached := func(p *Proposal) { p.ReachedAt = after(5) }
	answered := func(v talk.Verdict) func(*Proposal) {
		return func(p *Proposal) { p.ReachedAt, p.Verdict = after(5), v }
	}
	for name, c := range map[string]struct {
		p        Proposal
		at       time.Time
		stage    Stage
		late     int64
		edit     bool
		withdraw bool
		wanting  bool
	}{
		"draft":                    {Proposal{Thing: thing.Thing{State: thing.Draft}}, noon, Draft, 0, true, false, false},
		"looks for sponsors":       {Proposal{Thing: thing.Thing{State: thing.Draft}, SubmittedAt: noon}, noon, Sponsoring, 0, false, false, false},
		"read by a moderator":      {Proposal{Thing: thing.Thing{State: thing.Checking}, SubmittedAt: noon}, noon, Checking, 0, false, false, false},
		"just published":           {published(nil), noon, Collecting, 0, true, true, false},
		"last instant":             {published(nil), after(30).Add(-1), Collecting, 0, true, true, false},
		"time over":                {published(nil), after(30), Expired, 0, false, true, false},
		"no end":                   {published(func(p *Proposal) { p.ClosesAt = time.Time{} }), after(9000), Collecting, 0, true, true, false},
		"reached":                  {published(reached), after(6), Reached, 0, false, true, true},
		"reached, time over":       {published(reached), after(31), Reached, 11, false, true, true},
		"answer due in an instant": {published(reached), after(20).Add(-1), Reached, 0, false, true, true},
		"late at once":             {published(reached), after(20), Reached, 1, false, true, true},
		"late by twelve days":      {published(reached), after(32), Reached, 12, false, true, true},
		"review does not stop it":  {published(answered(talk.Review)), after(32), Review, 12, false, true, true},
		"accepted":                 {published(answered(talk.Accepted)), after(32), Accepted, 0, false, false, false},
		"partly":                   {published(answered(talk.Partly)), after(32), Partly, 0, false, false, false},
		"rejected":                 {published(answered(talk.Rejected)), after(32), Rejected, 0, false, false, false},
		"noted":                    {published(answered(talk.Noted)), after(32), Noted, 0, false, false, false},
		"carried out":              {published(func(p *Proposal) { answered(talk.Accepted)(p); p.CarriedOutAt = after(40) }), after(50), Done, 0, false, false, false},
		"answered unasked":         {published(func(p *Proposal) { p.Verdict = talk.Review }), after(1), Review, 0, false, true, false},
		"withdrawn":                {published(func(p *Proposal) { p.State = thing.Withdrawn; p.ReachedAt = after(5) }), after(32), Withdrawn, 0, false, false, false},
		"hidden":                   {published(func(p *Proposal) { p.HiddenAt = after(1) }), after(2), Hidden, 0, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.p.StageAt(c.at); got != c.stage {
				t.Errorf("stands at %s, not %s", got, c.stage)
			}
			if got := c.p.DaysLate(c.at); got != c.late {
				t.Errorf("late by %d days, not %d", got, c.late)
			}
			if err := c.p.MayEdit(c.at); (err == nil) != c.edit {
				t.Errorf("editing: %v", err)
			}
			if err := c.p.MayWithdraw(c.at); (err == nil) != c.withdraw {
				t.Errorf("withdrawing: %v", err)
			}
			if got := c.p.Wanting(); got != c.wanting {
				t.Errorf("wanting an answer: %v", got)
			}
		})
	}
}

func TestReachingTheThresholdOnce(t *testing.T) {
	p := published(func(p *Proposal) { p.Supports = 9 })
	if p.reach(noon) {
		t.Fatal("reached with nine of ten")
	}
	p.Supports = 10
	if !p.reach(noon) || !p.ReachedAt.Equal(noon) {
		t.Fatal("not reached with ten of ten")
	}
	p.Supports = 11
	if p.reach(noon.Add(time.Hour)) || !p.ReachedAt.Equal(noon) {
		t.Fatal("reached twice")
	}
}

func TestWords(t *testing.T) {
	long := func(n int) string { return string(make([]rune, n)) }
	for name, c := range map[string]struct {
		w      Words
		fields []string
	}{
		"fit":        {Words{"Sombra en la parada", "Hace calor.", "Pedimos árboles."}, nil},
		"empty":      {Words{}, []string{"title", "summary", "body"}},
		"short":      {Words{"Sombra", "s", "b"}, []string{"title"}},
		"at most":    {Words{long(TitleMost), long(SummaryMost), long(BodyMost)}, nil},
		"too long":   {Words{long(TitleMost + 1), long(SummaryMost + 1), long(BodyMost + 1)}, []string{"title", "summary", "body"}},
		"body alone": {Words{Body: "b"}, []string{"title", "summary"}},
	} {
		t.Run(name, func(t *testing.T) {
			var check fault.Check
			c.w.check(&check)
			err := check.Err()
			if len(c.fields) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			got := fault.Of(err).Fields
			for _, f := range c.fields {
				if got[f].Key == "" {
					t.Errorf("nothing about %s in %v", f, got)
				}
			}
			if len(got) != len(c.fields) {
				t.Errorf("faults of %v, not of %v", got, c.fields)
			}
		})
	}
}
