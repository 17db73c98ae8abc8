package consultation

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/job"
	"tequio/app/text"
	"tequio/app/thing"
)

// A turn is an instant at which a consultation appears, opens or closes by itself. Nothing waits for
// its job: what is open follows from the dates. The job only records that it happened, so that
// followers are told.
type turn struct {
	ID   thing.ID
	Verb string
	At   time.Time
}

const turns job.Kind[turn] = "consultation.turn"

// turnsOf are the instants that lie in a consultation's dates, by event.
func turnsOf(c Consultation) map[string]time.Time {
	return map[string]time.Time{published: c.PublishedAt, opened: c.OpensAt, closed: c.ClosesAt}
}

// plan moves the jobs of a consultation to its dates, and takes away those of dates that are over.
func plan(tx *db.Tx, c Consultation) error {
	for verb, at := range turnsOf(c) {
		key := fmt.Sprintf("%s:%d", verb, c.ID)
		if c.State != thing.Published || !at.After(tx.Now) {
			if err := turns.Cancel(tx, key); err != nil {
				return err
			}
			continue
		}
		if err := turns.Move(tx, key, at, turn{c.ID, verb, at}); err != nil {
			return err
		}
	}
	return nil
}

// Work teaches the runner what this room's jobs do.
func (s *Service) Work(r *job.Runner) {
	job.Handle(r, turns, s.turn)
	job.Handle(r, tells, s.Tell)
	r.Every("consultation.maps", time.Minute, s.DrawMaps)
}

// turn records what the clock has done, once, if the date has not been moved meanwhile.
func (s *Service) turn(ctx context.Context, t turn) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, t.ID)
		if err != nil || !c.Listed(tx.Now) || !turnsOf(c)[t.Verb].Equal(t.At) {
			return err
		}
		n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM event WHERE thing_id = $1 AND verb = $2 AND at >= $3`, t.ID, t.Verb, t.At)
		if err != nil || n > 0 {
			return err
		}
		return thing.Record(tx, 0, t.Verb, t.ID, "")
	})
}

// questions counts the questions of a consultation's questionnaires.
func questions(tx *db.Tx, id thing.ID) (int, error) {
	return db.One(tx, db.Value[int], `SELECT count(*) FROM survey_question q JOIN thing t ON t.id = q.survey_id WHERE t.parent_id = $1`, id)
}

// Guard is what this room adds about commenting on consultations and topics: their stages must allow it.
func Guard(tx *db.Tx, t thing.Thing) error {
	id := t.ID
	if t.Kind == TopicKind {
		id = t.Parent
	}
	c, err := Get(tx, id)
	switch {
	case err != nil:
		return err
	case c.CommentsOpen(tx.Now):
		return nil
	case c.PhaseAt(tx.Now) == thing.Closed || !c.Listed(tx.Now):
		return fault.New(fault.Closed, "policy.closed")
	}
	return fault.New(fault.Closed, "policy.early")
}

// Texts are the longer texts of a consultation or topic by language, for search.
func Texts(tx *db.Tx, t thing.Thing) (map[string]string, error) {
	texts := map[string]string{}
	if t.Kind == TopicKind {
		p, err := GetTopic(tx, t.ID)
		if err != nil {
			return nil, err
		}
		texts[t.Lang] = text.Plain(p.Body)
	} else {
		c, err := Get(tx, t.ID)
		if err != nil {
			return nil, err
		}
		texts[t.Lang] = text.Plain(c.Body + "\n\n" + c.Deciding + "\n\n" + c.Outcome)
	}
	type row struct{ lang, text string }
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.lang, &v.text); return },
		func(v row) error { texts[v.lang] += text.Plain(v.text) + "\n"; return nil },
		`SELECT lang, text FROM translation WHERE thing_id = $1 AND field IN ('body', 'deciding', 'outcome') ORDER BY lang, field`, t.ID)
	return texts, err
}
