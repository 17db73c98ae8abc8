package moderation

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// burstEvery is how often the last hour is looked at.
const burstEvery = 10 * time.Minute

// FindBursts looks at the hour that runs and the one before it.
func (s *Service) FindBursts(ctx context.Context) error {
	running := s.db.Now().UTC().Truncate(time.Hour)
	for _, hour := range []time.Time{running.Add(-time.Hour), running} {
		var all []counted
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			found, err := happened(tx, hour)
			all = measure(found)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return judgeHour(tx, hour, all) }); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, forgetBursts)
}

// judgeHour keeps the counts of an hour and flags those that are bursts.
func judgeHour(tx *db.Tx, hour time.Time, all []counted) error {
	if err := keepHour(tx, hour, all); err != nil {
		return err
	}
	for _, c := range all {
		if !c.measure.bursts(c.n, nil) {
			continue
		}
		busy, err := busyBefore(tx, c.measure, c.key, hour)
		if err != nil {
			return err
		}
		if !c.measure.bursts(c.n, busy) {
			continue
		}
		if err := flag(tx, c, hour, usual(busy)); err != nil {
			return err
		}
	}
	return nil
}

// JudgeHour looks at one hour for bursts, as the job does while it runs.
func JudgeHour(tx *db.Tx, hour time.Time) error {
	found, err := happened(tx, hour)
	if err != nil {
		return err
	}
	return judgeHour(tx, hour, measure(found))
}

// Bursts are what the page of bursts shows.
type Bursts struct {
	Open, Noted []Burst
	Names       map[identity.ID]string
	Hours       []HourCount // supports of each hour that had any, oldest first
	Since       time.Time   // the first hour looked back to
}

// Bounds of the page.
const (
	burstsOpenMost  = 200
	burstsNotedMost = 20
	burstHours      = 48
)

// Bursts returns what nobody has looked at, what was looked at last, and the supports of the last two
// days. Faults: those of policy.
func (s *Service) Bursts(ctx context.Context, a identity.Actor) (m Bursts, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		m.Since = tx.Now.Truncate(time.Hour).Add(-(burstHours - 1) * time.Hour)
		if m.Open, err = openBursts(tx, burstsOpenMost); err != nil {
			return err
		}
		if m.Noted, err = notedBursts(tx, burstsNotedMost); err != nil {
			return err
		}
		if m.Hours, err = supportHours(tx, m.Since); err != nil {
			return err
		}
		var things []thing.ID
		var people []identity.ID
		for _, all := range [][]Burst{m.Open, m.Noted} {
			for _, b := range all {
				if b.Thing != 0 {
					things = append(things, b.Thing)
				}
				if b.NotedBy != 0 {
					people = append(people, b.NotedBy)
				}
			}
		}
		if m.Names, err = identity.Names(tx, distinct(people)); err != nil {
			return err
		}
		refs, err := thing.Refs(tx, things)
		for _, all := range [][]Burst{m.Open, m.Noted} {
			for i := range all {
				all[i].Ref = refs[all[i].Thing]
			}
		}
		return err
	})
	return m, err
}

// NoteBurst says that somebody looked at a burst, and what they found. Faults: Invalid with field
// note; Conflict when somebody has; those of policy.
func (s *Service) NoteBurst(ctx context.Context, a identity.Actor, id int64, note string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		b, err := getBurst(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Hide, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		note, err := noteOf(note)
		if err != nil {
			return err
		}
		if err := done(noteBurst(tx, id, a.ID, note)); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "moderation.burst", b.Thing, note)
	})
}
