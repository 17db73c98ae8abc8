package consultation

import (
	"testing"
	"time"

	"tequio/app/thing"
)

var start = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

func at(days int) time.Time { return start.AddDate(0, 0, days) }

// sample is announced on day 0, asks from 2 to 10, discusses from 5 to 12, promises its answer on 20.
func sample() Consultation {
	c := Consultation{Thing: thing.Thing{ID: 1, Kind: Kind, State: thing.Published, PublishedAt: at(0)}, DecisionAt: at(20), Stages: []thing.Stage{
		{Kind: Information, OpensAt: at(0), ClosesAt: at(2)}, {Kind: Questionnaire, OpensAt: at(2), ClosesAt: at(10)},
		{Kind: Discussion, OpensAt: at(5), ClosesAt: at(12)}, {Kind: Answering, OpensAt: at(12), ClosesAt: at(20)},
	}}
	c.compose()
	return c
}

func TestWhatIsOpenFollowsFromTheDates(t *testing.T) {
	c := sample()
	if !c.OpensAt.Equal(at(2)) || !c.ClosesAt.Equal(at(12)) {
		t.Fatalf("open from %v to %v", c.OpensAt, c.ClosesAt)
	}
	micro := time.Microsecond
	for _, one := range []struct {
		now            time.Time
		asks, comments bool
		standing       Standing
	}{
		{at(0).Add(-micro), false, false, Announced},
		{at(0), false, false, Announced},
		{at(2).Add(-micro), false, false, Announced},
		{at(2), true, true, Running},
		{at(10).Add(-micro), true, true, Running},
		{at(10), false, true, Running},
		{at(12).Add(-micro), false, true, Running},
		{at(12), false, false, Awaiting},
		{at(20).Add(-micro), false, false, Awaiting},
		{at(20), false, false, Late},
		{at(400), false, false, Late},
	} {
		if got := c.QuestionnaireOpen(one.now); got != one.asks {
			t.Errorf("%v: questionnaire open %v", one.now, got)
		}
		if got := c.CommentsOpen(one.now); got != one.comments {
			t.Errorf("%v: comments open %v", one.now, got)
		}
		if got := c.StandingAt(one.now); got != one.standing {
			t.Errorf("%v: %s, not %s", one.now, got, one.standing)
		}
	}
	hidden := c
	hidden.HiddenAt = at(3)
	if hidden.CommentsOpen(at(4)) {
		t.Error("a hidden consultation takes comments")
	}
	c.OutcomeAt = at(25)
	if c.StandingAt(at(24)) != Late || c.StandingAt(at(25)) != Answered {
		t.Error("the outcome does not end the wait")
	}
	c.OutcomeAt, c.DecisionAt = time.Time{}, time.Time{}
	if c.StandingAt(at(4000)) != Awaiting {
		t.Error("late without a promise")
	}
}

func TestLateness(t *testing.T) {
	c := sample()
	for _, one := range []struct {
		now  time.Time
		days int
		next time.Time
	}{
		{at(19), 0, time.Time{}},
		{at(20), 0, at(21)},
		{at(21).Add(-time.Microsecond), 0, at(21)},
		{at(21), 1, at(22)},
		{at(30), 10, at(31)},
	} {
		days, next := c.LateBy(one.now)
		if days != one.days || !next.Equal(one.next) {
			t.Errorf("%v: late by %d until %v", one.now, days, next)
		}
	}
}

func TestChecklist(t *testing.T) {
	c := sample()
	c.Summary, c.Body, c.Deciding, c.Decider, c.Contact = "s", "b", "d", "w", "c"
	if !Ready(c.Checklist(1, 0)) {
		t.Errorf("not ready: %v", c.Checklist(1, 0))
	}
	for field, spoil := range map[string]func(*Consultation){
		"summary": func(c *Consultation) { c.Summary = "" }, "body": func(c *Consultation) { c.Body = "" },
		"deciding": func(c *Consultation) { c.Deciding = "" }, "decider": func(c *Consultation) { c.Decider = "" },
		"contact": func(c *Consultation) { c.Contact = "" }, "decision": func(c *Consultation) { c.DecisionAt = at(12) },
		"deadline": func(c *Consultation) { c.Stages = c.Stages[:1] },
	} {
		spoilt := c
		spoil(&spoilt)
		open := ""
		for _, n := range spoilt.Checklist(1, 0) {
			if !n.Done {
				open += n.Field
			}
		}
		if open != field {
			t.Errorf("without %s, the list asks for %q", field, open)
		}
	}
	if Ready(c.Checklist(0, 0)) {
		t.Error("ready without a question to ask")
	}
	c.Stages = c.Stages[2:]
	if !Ready(c.Checklist(0, 0)) {
		t.Error("a discussion needs no questions")
	}
}
