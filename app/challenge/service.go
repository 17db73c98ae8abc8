package challenge

import (
	"context"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Service is what people and agencies do with challenges.
type Service struct {
	db    *db.DB
	files *media.Service
}

// NewService keeps challenges in d and their files with files.
func NewService(d *db.DB, files *media.Service) *Service { return &Service{d, files} }

// View is a challenge as its page needs it.
type View struct {
	Challenge
	Words     thing.Words // in the language asked for
	Files     []media.File
	Questions []Question // answered ones, and the reader's own
	Waiting   int64      // questions without an answer
	Sent      int64      // entries that take part
	Entries   []Entry    // those that may be read
	Mine      *Entry     // the reader's own, draft or sent
}

// Show returns a challenge for a reader, in a language.
func (s *Service) Show(ctx context.Context, a identity.Actor, slug, lang string) (v View, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v = View{}
		if v.Challenge, err = Find(tx, slug); err != nil {
			return err
		}
		if err = policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		return v.fill(tx, a, lang)
	})
	return v, err
}

func (v *View) fill(tx *db.Tx, a identity.Actor, lang string) error {
	words, err := thing.Translations(tx, lang, v.ID)
	if err != nil {
		return err
	}
	v.Words = words[v.ID]
	if v.Files, err = media.Of(tx, v.ID, ""); err != nil {
		return err
	}
	all, err := QuestionsOf(tx, v.ID)
	if err != nil {
		return err
	}
	for _, q := range all {
		if q.Answer == "" {
			v.Waiting++
		}
		if q.Answer != "" || a.SignedIn() && q.Author == a.ID {
			v.Questions = append(v.Questions, q)
		}
	}
	if v.Sent, err = CountSent(tx, v.ID); err != nil {
		return err
	}
	if v.Entries, err = EntriesOf(tx, v.ID); err != nil || !a.SignedIn() {
		return err
	}
	mine, err := EntryBy(tx, v.ID, a.ID)
	if err == nil {
		v.Mine = &mine
		return nil
	}
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Edit returns a challenge that the actor manages, with its files, all questions and how many entries
// take part.
func (s *Service) Edit(ctx context.Context, a identity.Actor, id thing.ID) (v View, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v = View{}
		if v.Challenge, err = Get(tx, id); err != nil {
			return err
		}
		if err = policy.Allow(a, policy.Manage, v.Thing, tx.Now); err != nil {
			return err
		}
		if v.Files, err = media.Of(tx, id, ""); err != nil {
			return err
		}
		if v.Questions, err = QuestionsOf(tx, id); err != nil {
			return err
		}
		v.Sent, err = CountSent(tx, id)
		return err
	})
	return v, err
}

// Words returns the translations of a challenge's texts into a language.
func (s *Service) Words(ctx context.Context, id thing.ID, lang string) (w thing.Words, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := thing.Translations(tx, lang, id)
		w = all[id]
		return err
	})
	return w, err
}

// Translate stores texts of a challenge in a language; an empty one takes a translation away.
func (s *Service) Translate(ctx context.Context, a identity.Actor, id thing.ID, lang string, words thing.Words) error {
	var k fault.Check
	for name, w := range words {
		k.That(!long(w, BodyMost), name, "challenge.text.long", "max", BodyMost)
	}
	k.That(!long(words["title"], TitleMost), "title", "challenge.title.long", "max", TitleMost)
	k.That(!long(words["summary"], SummaryMost), "summary", "challenge.summary.long", "max", SummaryMost)
	if err := k.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		if err := thing.Translate(tx, id, lang, words); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "challenge.translate", id, lang)
	})
}

// Managed returns the challenges that the actor looks after or judges, the newest first.
func (s *Service) Managed(ctx context.Context, a identity.Actor) (all []Challenge, err error) {
	roles := []identity.Role{identity.FocalPoint, identity.Editor, identity.Evaluator}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		some, err := Managed(tx, a.Agencies(roles...), a.Has(identity.Administrator))
		all = all[:0]
		for _, c := range some {
			if policy.May(a, policy.Manage, c.Thing, tx.Now) || policy.May(a, policy.Judge, c.Thing, tx.Now) {
				all = append(all, c)
			}
		}
		return err
	})
	return all, err
}

// An Edition is what the form of a brief changes.
type Edition struct {
	Challenge
	Uploads []media.Upload
	Remove  []int64
	Alts    map[int64]string
}

// Save stores a brief: a new one when its id is 0, as a draft. What was published keeps its outcome.
func (s *Service) Save(ctx context.Context, a identity.Actor, in Edition) (id thing.ID, err error) {
	if err := in.Check(); err != nil {
		return 0, err
	}
	if err := s.mayManage(ctx, a, in); err != nil {
		return 0, err
	}
	batch, err := s.files.Receive("files", in.Uploads, media.CountMost)
	defer batch.Done()
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c := in.Challenge
		verb := "challenge.edit"
		if c.ID == 0 {
			verb = "challenge.create"
			c.Kind, c.Author, c.State = Kind, a.ID, thing.Draft
			if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
				return err
			}
			err = Insert(tx, &c)
		} else {
			err = s.update(tx, a, &c)
		}
		if err != nil {
			return err
		}
		id = c.ID
		if err := s.attach(tx, a, id, batch, in.Remove, in.Alts); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, verb, id, "")
	})
	return id, err
}

// mayManage asks before files are written whether the actor may change the brief at all.
func (s *Service) mayManage(ctx context.Context, a identity.Actor, in Edition) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		on := thing.Thing{Kind: Kind, Agency: in.Agency}
		if in.ID != 0 {
			c, err := Get(tx, in.ID)
			if err != nil {
				return err
			}
			on = c.Thing
		}
		return policy.Allow(a, policy.Manage, on, tx.Now)
	})
}

// update keeps what the form does not change, and stores the rest.
func (s *Service) update(tx *db.Tx, a identity.Actor, c *Challenge) error {
	was, err := Get(tx, c.ID)
	if err != nil {
		return err
	}
	if err := policy.Allow(a, policy.Manage, was.Thing, tx.Now); err != nil {
		return err
	}
	if c.Agency != was.Agency {
		if err := policy.Allow(a, policy.Manage, thing.Thing{Kind: Kind, Agency: c.Agency}, tx.Now); err != nil {
			return err
		}
	}
	if err := c.change(was, tx.Now); err != nil {
		return err
	}
	if was.State == thing.Published {
		if missing := c.Missing(was.PublishedAt); len(missing) > 0 {
			return fault.New(fault.Invalid, missing[0])
		}
	}
	c.Closing, c.NamedAt, c.Outcome = was.Closing, was.NamedAt, was.Outcome
	c.Decision, c.Departure, c.DecidedAt = was.Decision, was.Departure, was.DecidedAt
	t := was.Thing
	t.Agency, t.Lang, t.Title, t.Summary, t.Subject, t.Place = c.Agency, c.Lang, c.Title, c.Summary, c.Subject, c.Place
	if was.State == thing.Draft && t.Title != was.Title {
		if t.Slug, err = thing.FreeSlug(tx, Kind, t.Title, t.ID); err != nil {
			return err
		}
	}
	c.Thing = t
	if err := Store(tx, c); err != nil {
		return err
	}
	return movePublic(tx, *c)
}

// attach changes the files of a thing: some are removed, some described anew, some come.
func (s *Service) attach(tx *db.Tx, a identity.Actor, id thing.ID, batch *media.Batch, remove []int64, alts map[int64]string) error {
	if err := s.files.Remove(tx, id, remove); err != nil {
		return err
	}
	for file, alt := range alts {
		if err := media.Describe(tx, id, file, alt); err != nil {
			return err
		}
	}
	if err := batch.Attach(tx, id, a.ID, ""); err != nil {
		return err
	}
	all, err := media.Of(tx, id, "")
	if err == nil && len(all) > media.CountMost {
		return fault.On("files", "media.many", "max", media.CountMost, "n", max(0, media.CountMost-len(all)+len(batch.Files)))
	}
	return err
}

// Publish makes a brief public at an instant; the zero Time is now. It refuses while something is
// missing.
func (s *Service) Publish(ctx context.Context, a identity.Actor, id thing.ID, at time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		if c.Visible(tx.Now) {
			return fault.New(fault.Conflict, "challenge.published")
		}
		when, verb := tx.Now, "challenge.publish"
		if at.After(tx.Now) {
			when, verb = at, "challenge.schedule"
		}
		if missing := c.Missing(when); len(missing) > 0 {
			return fault.New(fault.Invalid, missing[0])
		}
		c.State, c.PublishedAt = thing.Published, when
		if err := Store(tx, &c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, verb, id, "")
	})
}

// Unschedule makes a challenge that waits for its date a draft again.
func (s *Service) Unschedule(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		if c.State != thing.Published || c.Visible(tx.Now) {
			return fault.New(fault.Conflict, "challenge.published")
		}
		c.State, c.PublishedAt = thing.Draft, time.Time{}
		if err := Store(tx, &c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "challenge.schedule.cancel", id, "")
	})
}

// Close ends questions and entries now, before their date, with a reason that everybody reads.
func (s *Service) Close(ctx context.Context, a identity.Actor, id thing.ID, reason string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		var k fault.Check
		k.That(reason != "", "reason", "challenge.close.reason")
		k.That(!long(reason, ReasonMost), "reason", "challenge.text.long", "max", ReasonMost)
		if err := k.Err(); err != nil {
			return err
		}
		if !c.Entering(tx.Now) {
			return fault.New(fault.Closed, "challenge.close.closed")
		}
		for i, st := range c.Stages {
			if (st.Kind == Entries || st.Kind == Questions) && st.At(tx.Now) == thing.Opened {
				c.Stages[i].ClosesAt = tx.Now
			}
		}
		c.Closing = reason
		if err := Store(tx, &c); err != nil {
			return err
		}
		if err := movePublic(tx, c); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "challenge.close", id, reason)
	})
}
