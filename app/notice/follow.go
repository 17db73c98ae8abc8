package notice

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// The families of terms that can be followed: the instance's places and its subjects.
const (
	Place   = "place"
	Subject = "subject"
)

// A Following is something that somebody follows.
type Following struct {
	Via   string // "thing:12", "place:centro": names it in forms
	Thing thing.Ref
	Term  string // of a place or subject
	Pace  Pace
	At    time.Time
}

// Settings are somebody's habits as the page shows them, with what they follow.
type Settings struct {
	Habits
	Chosen  bool   // they were saved once
	ZoneKey string // IANA name; "": the town's
	Follows []Following
	More    bool            // follows beyond followsMost are not among them
	Refused map[string]bool // kinds of newsletters: "*", "town", "agency:12"
	Email   string
	Stopped bool // mail to the address came back
}

// followsMost is how many follows the settings show, the newest first.
const followsMost = 200

// FollowTerm makes the actor a follower of a place or subject; whether the instance has it is the
// caller's to know.
func (s *Service) FollowTerm(ctx context.Context, a identity.Actor, family, key string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := allowTerm(a, family, tx.Now); err != nil {
			return err
		}
		n, err := insertTerm(tx, family, key, a.ID)
		if err != nil || n == 0 {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "notice.follow", Person: a.ID, Note: family + ":" + key})
	})
}

// UnfollowTerm ends it.
func (s *Service) UnfollowTerm(ctx context.Context, a identity.Actor, family, key string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		n, err := removeTerm(tx, family, key, a.ID)
		if err != nil || n == 0 {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "notice.unfollow", Person: a.ID, Note: family + ":" + key})
	})
}

func allowTerm(a identity.Actor, family string, now time.Time) error {
	if family != Place && family != Subject {
		return fault.New(fault.NotFound, "thing.missing")
	}
	if a.Blocked {
		return fault.New(fault.Forbidden, "policy.blocked")
	}
	return policy.Allow(a, policy.Account, thing.Thing{}, now)
}

// FollowsTerm reports whether the actor follows a place or subject.
func (s *Service) FollowsTerm(ctx context.Context, a identity.Actor, family, key string) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { yes, err = followsTerm(tx, family, key, a.ID); return err })
	return yes, err
}

// Settings are the actor's.
func (s *Service) Settings(ctx context.Context, a identity.Actor) (set Settings, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		set, err = s.settings(tx, a.ID)
		return err
	})
	return set, err
}

func (s *Service) settings(tx *db.Tx, p identity.ID) (set Settings, err error) {
	if set, err = settingOf(tx, p); err != nil {
		return set, err
	}
	set.Zone = zoneOf(set.ZoneKey, s.letters.zone())
	if set.Follows, err = followsOf(tx, p, followsMost+1); err != nil {
		return set, err
	}
	if len(set.Follows) > followsMost {
		set.Follows, set.More = set.Follows[:followsMost], true
	}
	set.Refused, err = refusals(tx, p)
	return set, err
}

// Choose saves the actor's habits, the pace of each follow that is named, and the kinds of newsletters
// they refuse. Mail that is waiting is put to its new time. Faults: notice.zone, notice.pace,
// notice.hours.
func (s *Service) Choose(ctx context.Context, a identity.Actor, set Settings) error {
	if err := set.check(); err != nil {
		return err
	}
	set.Zone = zoneOf(set.ZoneKey, s.letters.zone())
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if err := saveSetting(tx, a.ID, set); err != nil {
			return err
		}
		for _, f := range set.Follows {
			if err := savePace(tx, a.ID, f.Via, f.Pace); err != nil {
				return err
			}
		}
		if err := saveRefusals(tx, a.ID, set.Refused); err != nil {
			return err
		}
		if err := s.reschedule(tx, a.ID); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "notice.choose", Person: a.ID})
	})
}

// check refuses habits that cannot be kept.
func (set Settings) check() error {
	var c fault.Check
	_, err := time.LoadLocation(set.ZoneKey)
	c.That(err == nil && set.ZoneKey != "Local", "zone", "notice.zone")
	c.That(set.Pace.Known(), "pace", "notice.pace")
	c.That(set.Own.Known(), "own", "notice.pace")
	c.That(set.QuietFrom >= 0 && set.QuietFrom < dayMinutes, "quiet_from", "notice.hours")
	c.That(set.QuietTo >= 0 && set.QuietTo < dayMinutes, "quiet_to", "notice.hours")
	c.That(set.Weekday >= time.Sunday && set.Weekday <= time.Saturday, "weekday", "notice.weekday")
	for _, f := range set.Follows {
		c.That(f.Pace.Known(), f.Via, "notice.pace")
	}
	return c.Err()
}

// reschedule puts the mail that waits for somebody to when it is due by their habits of now.
func (s *Service) reschedule(tx *db.Tx, p identity.ID) error {
	waiting, err := pendingOf(tx, p)
	if err != nil || len(waiting) == 0 {
		return err
	}
	set, err := settingOf(tx, p)
	if err != nil {
		return err
	}
	set.Zone = zoneOf(set.ZoneKey, s.letters.zone())
	follows, err := followsOf(tx, p, pendingMost)
	if err != nil {
		return err
	}
	paces := map[string]Pace{}
	for _, f := range follows {
		paces[f.Via] = f.Pace
	}
	for _, i := range waiting {
		w := told[Word(i.Verb)]
		letter := w.letter&followers != 0 || i.via == own && w.letter != 0
		pace := set.pace(paces[i.via], i.via == own, letter)
		if err := putOff(tx, i.ID, pace, set.Due(pace, tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

// What a one-click link stops, for the page that says so.
type Stopping struct {
	What string // "thing", "place", "subject", "own", "digest", "prompt", "news"
	Name string // of the thing, place, subject or sender
	Path string // of the thing; "" for the others
	Done bool   // it had been stopped before
}

// Stopping reads a token of a mail without changing anything. Fault: notice.stop.wrong.
func (s *Service) Stopping(ctx context.Context, token, lang string) (st Stopping, err error) {
	t, ok := readStop(s.letters.Key, token)
	if !ok {
		return st, fault.New(fault.NotFound, "notice.stop.wrong")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { st, err = s.stopping(tx, t, lang); return err })
	return st, err
}

func (s *Service) stopping(tx *db.Tx, t stop, lang string) (st Stopping, err error) {
	family, key := t.parts()
	st.What = family
	switch family {
	case "thing":
		on, err := thing.Get(tx, t.thing())
		if err != nil {
			return st, err
		}
		st.Name, st.Path = on.Title, on.Path()
		if !on.Visible(tx.Now) && on.Kind != "agency" || on.Hidden() { // a link is no key to what is not public any more
			st.Name, st.Path = "", ""
		}
	case Place, Subject:
		st.Name = s.letters.named(family, key, lang)
	case "news":
		st.Name, err = s.senderName(tx, key)
	}
	return st, err
}

// Stop stops what a token names, and nothing else. Stopping twice is stopping.
func (s *Service) Stop(ctx context.Context, token, lang string) (st Stopping, err error) {
	t, ok := readStop(s.letters.Key, token)
	if !ok {
		return st, fault.New(fault.NotFound, "notice.stop.wrong")
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if st, err = s.stopping(tx, t, lang); err != nil {
			return err
		}
		person, err := identity.Get(tx, t.person)
		if err != nil || person.Deleted() {
			return err // nobody is mailed there any more
		}
		changed, err := stopMail(tx, t)
		if err != nil || !changed {
			return err
		}
		if err := s.reschedule(tx, t.person); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: t.person, Verb: "notice.stop", Person: t.person, Note: t.what})
	})
	return st, err
}

// Follows reports whether the actor follows a thing.
func (s *Service) Follows(ctx context.Context, a identity.Actor, id thing.ID) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { yes, err = Follows(tx, id, a.ID); return err })
	return yes, err
}
