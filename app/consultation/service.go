package consultation

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Service is what people do with consultations.
type Service struct{ db *db.DB }

// NewService returns the room over d.
func NewService(d *db.DB) *Service { return &Service{d} }

// The events that followers are told of; the clock records some of them by itself.
const (
	published = "consultation.publish"
	scheduled = "consultation.schedule"
	opened    = "consultation.open"
	closed    = "consultation.close"
	answered  = "consultation.outcome"
	corrected = "consultation.change"
)

// The limits of what staff write, in characters.
const (
	TitleMost   = 140
	SummaryMost = 400
	PanelMost   = 4_000 // deciding, undecided, decider, offline
	BodyMost    = 100_000
	StagesMost  = 20
	TopicsMost  = 100
)

// An Edit is what staff enter in the form of a consultation.
type Edit struct {
	Title, Summary, Subject, Place, Lang string
	Body, Deciding, Undecided, Decider   string
	Contact, Offline                     string
	AgencyID                             thing.ID
	DecisionAt                           time.Time
	Stances                              bool
	Stages                               []thing.Stage
}

func (e *Edit) clean() {
	for _, s := range []*string{&e.Title, &e.Summary, &e.Body, &e.Deciding, &e.Undecided, &e.Decider, &e.Contact, &e.Offline} {
		*s = text.Clean(*s)
	}
	slices.SortStableFunc(e.Stages, func(a, b thing.Stage) int { return a.OpensAt.Compare(b.OpensAt) })
}

// check refuses what could not be shown. A draft may lack things; publication asks for them.
func (e Edit) check() error {
	var c fault.Check
	within := func(field, s string, most int) {
		c.That(utf8.RuneCountInString(s) <= most, field, "consultation.long", "max", int64(most))
	}
	c.That(e.Title != "", "title", "consultation.title.empty")
	within("title", e.Title, TitleMost)
	within("summary", e.Summary, SummaryMost)
	within("body", e.Body, BodyMost)
	within("deciding", e.Deciding, PanelMost)
	within("undecided", e.Undecided, PanelMost)
	within("decider", e.Decider, PanelMost)
	within("offline", e.Offline, PanelMost)
	within("contact", e.Contact, SummaryMost)
	c.That(e.AgencyID != 0, "agency", "consultation.agency.empty")
	c.That(len(e.Stages) <= StagesMost, "stages", "consultation.stages.many", "max", int64(StagesMost))
	for _, s := range e.Stages {
		c.That(slices.Contains(StageKinds, s.Kind), "stages", "consultation.stages.kind")
		c.That(!s.OpensAt.IsZero() && !s.ClosesAt.IsZero(), "stages", "consultation.stages.dates")
		c.That(s.OpensAt.Before(s.ClosesAt), "stages", "consultation.stages.order")
		c.That(utf8.RuneCountInString(s.Name) <= TitleMost, "stages", "consultation.long", "max", int64(TitleMost))
	}
	_, closes := Period(e.Stages)
	c.That(e.DecisionAt.IsZero() || e.DecisionAt.After(closes), "decision", "consultation.decision.early")
	return c.Err()
}

func (e Edit) into(c *Consultation) {
	c.Agency, c.Title, c.Summary, c.Subject, c.Place, c.Lang = e.AgencyID, e.Title, e.Summary, e.Subject, e.Place, e.Lang
	c.Body, c.Deciding, c.Undecided, c.Decider = e.Body, e.Deciding, e.Undecided, e.Decider
	c.Contact, c.Offline, c.DecisionAt, c.Stances, c.Stages = e.Contact, e.Offline, e.DecisionAt, e.Stances, e.Stages
}

// EditOf is the form filled with what a consultation has.
func EditOf(c Consultation) Edit {
	return Edit{AgencyID: c.Agency, Title: c.Title, Summary: c.Summary, Subject: c.Subject, Place: c.Place, Lang: c.Lang,
		Body: c.Body, Deciding: c.Deciding, Undecided: c.Undecided, Decider: c.Decider, Contact: c.Contact, Offline: c.Offline,
		DecisionAt: c.DecisionAt, Stances: c.Stances, Stages: c.Stages}
}

// Create stores a draft of an agency of the actor's and returns its id.
func (s *Service) Create(ctx context.Context, a identity.Actor, e Edit) (id thing.ID, err error) {
	e.clean()
	if err := e.check(); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var c Consultation
		e.into(&c)
		c.Author = a.ID
		if err := manageable(tx, a, c.Thing); err != nil {
			return err
		}
		if err := Insert(tx, &c); err != nil {
			return err
		}
		id = c.ID
		return thing.Record(tx, a.ID, "consultation.create", c.ID, "")
	})
	return id, err
}

// manageable asks the policy, and that the agency is one.
func manageable(tx *db.Tx, a identity.Actor, t thing.Thing) error {
	if err := policy.Allow(a, policy.Manage, t, tx.Now); err != nil {
		return err
	}
	agency, err := thing.Get(tx, t.Agency)
	if err != nil || agency.Kind != "agency" {
		return fault.On("agency", "consultation.agency.empty")
	}
	return nil
}

// change loads a consultation that the actor manages, lets do change it, saves and records.
func (s *Service) change(ctx context.Context, a identity.Actor, id thing.ID, verb, note string, do func(*db.Tx, *Consultation) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		if err := do(tx, &c); err != nil {
			return err
		}
		if err := save(tx, &c); err != nil {
			return err
		}
		if err := plan(tx, c); err != nil {
			return err
		}
		event := verb
		switch {
		case verb == published && c.PublishedAt.After(tx.Now):
			event = scheduled // the clock records the publication itself
		case verb == answered && c.OutcomeAt.Before(tx.Now):
			event = corrected // followers were told when it was published
		}
		return thing.Record(tx, a.ID, event, id, note)
	})
}

// Edit changes a consultation's text and dates. What has been published keeps its address and may
// not lose what the checklist asks for; a closing that has passed cannot be moved.
func (s *Service) Edit(ctx context.Context, a identity.Actor, id thing.ID, e Edit) error {
	e.clean()
	if err := e.check(); err != nil {
		return err
	}
	return s.change(ctx, a, id, "consultation.edit", "", func(tx *db.Tx, c *Consultation) (err error) {
		old := *c
		e.into(c)
		if err := manageable(tx, a, c.Thing); err != nil {
			return err
		}
		if !old.Visible(tx.Now) {
			c.Slug, err = thing.FreeSlug(tx, Kind, c.Title, c.ID)
			return err
		}
		_, closes := Period(c.Stages)
		if old.PhaseAt(tx.Now) == thing.Closed && !closes.Equal(old.ClosesAt) {
			return fault.On("stages", "consultation.stages.over")
		}
		return complete(tx, *c)
	})
}

// complete is the checklist as a refusal.
func complete(tx *db.Tx, c Consultation) error {
	n, err := questions(tx, c.ID)
	if err != nil {
		return err
	}
	var check fault.Check
	stated, err := shown(tx, c.ID)
	if err != nil {
		return err
	}
	for _, need := range c.Checklist(n, stated) {
		check.That(need.Done, need.Field, "consultation.need."+need.Field)
	}
	return check.Err()
}

// Publish makes a consultation public at an instant: now, when at is zero or past.
func (s *Service) Publish(ctx context.Context, a identity.Actor, id thing.ID, at time.Time) error {
	return s.change(ctx, a, id, published, "", func(tx *db.Tx, c *Consultation) error {
		if c.Visible(tx.Now) {
			return fault.New(fault.Conflict, "consultation.conflict.published")
		}
		if err := complete(tx, *c); err != nil {
			return err
		}
		if at.Before(tx.Now) {
			at = tx.Now
		}
		if !at.Before(c.ClosesAt) {
			return fault.On("at", "consultation.publish.late")
		}
		c.State, c.PublishedAt = thing.Published, at
		return nil
	})
}

// Unschedule turns a consultation that is scheduled but not yet public back into a draft.
func (s *Service) Unschedule(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.change(ctx, a, id, "consultation.schedule.cancel", "", func(tx *db.Tx, c *Consultation) error {
		if c.Visible(tx.Now) {
			return fault.New(fault.Conflict, "consultation.conflict.published")
		}
		c.State, c.PublishedAt = thing.Draft, time.Time{}
		return nil
	})
}

// OpenNow brings the opening of what comes next forward to now.
func (s *Service) OpenNow(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.change(ctx, a, id, opened, "", func(tx *db.Tx, c *Consultation) error {
		if !c.Listed(tx.Now) || c.PhaseAt(tx.Now) != thing.Upcoming {
			return fault.New(fault.Conflict, "consultation.opened")
		}
		for i, st := range c.Stages {
			switch {
			case participatory(st) && st.OpensAt.Equal(c.OpensAt):
				c.Stages[i].OpensAt = tx.Now
			case st.Kind == Information && st.ClosesAt.After(tx.Now):
				c.Stages[i].ClosesAt = tx.Now
			}
		}
		c.Stages = slices.DeleteFunc(c.Stages, func(st thing.Stage) bool { return !st.OpensAt.Before(st.ClosesAt) })
		return nil
	})
}

// CloseNow ends every way to take part before its time, for a reason that everybody can read.
func (s *Service) CloseNow(ctx context.Context, a identity.Actor, id thing.ID, reason string) error {
	reason = text.Clean(reason)
	var check fault.Check
	check.That(reason != "", "reason", "consultation.reason.empty")
	check.That(utf8.RuneCountInString(reason) <= SummaryMost, "reason", "consultation.long", "max", int64(SummaryMost))
	if err := check.Err(); err != nil {
		return err
	}
	return s.change(ctx, a, id, closed, reason, func(tx *db.Tx, c *Consultation) error {
		if !c.Listed(tx.Now) || c.PhaseAt(tx.Now) != thing.Opened {
			return fault.New(fault.Conflict, "consultation.notopen")
		}
		c.Stages = slices.DeleteFunc(c.Stages, func(st thing.Stage) bool {
			return participatory(st) && !st.OpensAt.Before(tx.Now)
		})
		for i, st := range c.Stages {
			if participatory(st) && st.ClosesAt.After(tx.Now) {
				c.Stages[i].ClosesAt = tx.Now
			}
			if st.Kind == Answering && st.OpensAt.After(tx.Now) {
				c.Stages[i].OpensAt = tx.Now
			}
		}
		c.Closing = reason
		return nil
	})
}

// PublishOutcome publishes what was heard, what was decided and why, once it has closed; later calls
// correct the text and keep the date.
func (s *Service) PublishOutcome(ctx context.Context, a identity.Actor, id thing.ID, body string) error {
	body = text.Clean(body)
	var check fault.Check
	check.That(body != "", "outcome", "consultation.outcome.empty")
	check.That(utf8.RuneCountInString(body) <= BodyMost, "outcome", "consultation.long", "max", int64(BodyMost))
	if err := check.Err(); err != nil {
		return err
	}
	return s.change(ctx, a, id, answered, "", func(tx *db.Tx, c *Consultation) error {
		if !c.Listed(tx.Now) || c.PhaseAt(tx.Now) != thing.Closed {
			return fault.New(fault.Closed, "consultation.outcome.early")
		}
		c.Outcome = body
		if c.OutcomeAt.IsZero() {
			c.OutcomeAt = tx.Now
		}
		return tells.Enqueue(tx, strconv.FormatInt(int64(id), 10), tx.Now, id)
	})
}
