package notice

import (
	"context"
	"fmt"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// sender is the agency that writes a newsletter, for policy; the zero Thing is the town.
func sender(tx *db.Tx, agency thing.ID) (thing.Thing, error) {
	if agency == 0 {
		return thing.Thing{}, nil
	}
	t, err := thing.Get(tx, agency)
	if err == nil && t.Kind != "agency" {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return t, err
}

func allowNews(tx *db.Tx, a identity.Actor, agency thing.ID) error {
	from, err := sender(tx, agency)
	if err != nil {
		return err
	}
	return policy.Allow(a, policy.Inform, from, tx.Now)
}

// Newsletter returns one to those who may write it. Faults: thing.missing, those of policy.
func (s *Service) Newsletter(ctx context.Context, a identity.Actor, id int64) (n Newsletter, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { n, err = mine(tx, a, id); return err })
	return n, err
}

func mine(tx *db.Tx, a identity.Actor, id int64) (Newsletter, error) {
	n, err := newsletterBy(tx, `n.id = $1`, id)
	if err != nil {
		return n, err
	}
	return n, allowNews(tx, a, n.Agency)
}

// Newsletters are those of the senders for whom the actor may write, newest first, older than the one
// with an id (0: the newest); next begins the next page.
func (s *Service) Newsletters(ctx context.Context, a identity.Actor, before int64) (all []Newsletter, next int64, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var agencies []int64
		if !policy.May(a, policy.Inform, thing.Thing{}, tx.Now) {
			agencies = a.Agencies(identity.FocalPoint, identity.Editor)
			switch {
			case !a.SignedIn():
				return fault.New(fault.SignIn, "policy.signin")
			case len(agencies) == 0 || a.Blocked:
				return policy.Allow(a, policy.Inform, thing.Thing{}, tx.Now)
			case a.Session.FactorAt.IsZero():
				return fault.New(fault.Confirm, "policy.factor")
			}
		}
		all, err = newslettersOf(tx, agencies, before, newsPage+1)
		return err
	})
	if len(all) > newsPage {
		all = all[:newsPage]
		next = all[newsPage-1].ID
	}
	return all, next, err
}

// newsPage is how many newsletters a page shows.
const newsPage = 30

// Write stores a newsletter, a new one when its ID is 0, and returns its id. Faults: those of check,
// newsletter.closed, thing.missing.
func (s *Service) Write(ctx context.Context, a identity.Actor, n Newsletter) (id int64, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n := n
		verb := "newsletter.write"
		if n.ID != 0 {
			old, err := mine(tx, a, n.ID)
			if err != nil {
				return err
			}
			if !old.Open() {
				return fault.New(fault.Conflict, "newsletter.closed")
			}
			n.Stage, n.SendAt, n.Slug, verb = old.Stage, old.SendAt, old.Slug, "newsletter.change"
		}
		if err := allowNews(tx, a, n.Agency); err != nil {
			return err
		}
		if err := n.check(n.Agency == 0); err != nil {
			return err
		}
		if err := n.aim(tx); err != nil {
			return err
		}
		if n.ID == 0 {
			n.ID, n.Author, n.Stage = tx.NewID(), a.ID, Writing
			_, first := n.In(s.mainLang())
			n.Slug = fmt.Sprintf("%s-%s", text.Slug(first.Subject), text.Slug(fmt.Sprintf("%x", n.ID&0xffffff)))
		}
		id = n.ID
		if err := saveNewsletter(tx, n); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: verb, Thing: n.Agency, Note: n.Slug})
	})
	return id, err
}

// aim refuses a thing that the sender does not answer for: an agency writes to followers of its own.
func (n Newsletter) aim(tx *db.Tx) error {
	if n.Audience != ToThing {
		return nil
	}
	t, err := thing.Get(tx, n.Thing)
	if err != nil || !t.Listed(tx.Now) || n.Agency != 0 && t.Agency != n.Agency {
		return fault.On("thing", "newsletter.target")
	}
	return nil
}

// mainLang is the language of those who chose none.
func (s *Service) mainLang() string {
	if s.letters.Lang == nil {
		return "es"
	}
	return s.letters.Lang()
}

// Count is how many of a newsletter's audience there are by verdict, at this moment.
func (s *Service) Count(ctx context.Context, a identity.Actor, id int64) (counts map[Verdict]int64, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, err := mine(tx, a, id)
		if err != nil {
			return err
		}
		counts, err = s.countRecipients(tx, n)
		return err
	})
	return counts, err
}

// recipientsPage is how many names a page of the preview shows.
const recipientsPage = 50

// Recipients are those of a newsletter's audience with a verdict, after a person; next begins the next
// page.
func (s *Service) Recipients(ctx context.Context, a identity.Actor, id int64, v Verdict, after identity.ID) (all []Recipient, next identity.ID, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, err := mine(tx, a, id)
		if err != nil {
			return err
		}
		all, err = s.recipients(tx, n, v, after, recipientsPage+1)
		return err
	})
	if len(all) > recipientsPage {
		all = all[:recipientsPage]
		next = all[recipientsPage-1].Person
	}
	return all, next, err
}

// Try mails a newsletter to the actor alone, in every language it is written in. Faults:
// newsletter.address (the actor has none).
func (s *Service) Try(ctx context.Context, a identity.Actor, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := mine(tx, a, id)
		if err != nil {
			return err
		}
		p, err := identity.Get(tx, a.ID)
		if err != nil {
			return err
		}
		if p.Email == "" {
			return fault.New(fault.Invalid, "newsletter.address")
		}
		for _, lang := range n.Langs() {
			m, err := s.newsletterTo(n, Recipient{Person: a.ID, lang: lang, email: p.Email})
			if err != nil {
				return err
			}
			m.Subject, m.Key, m.Campaign = s.letters.Words.Language(lang).T("newsletter.test.subject", "subject", m.Subject), "", 0
			if err := mail.Send(tx, m); err != nil {
				return err
			}
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "newsletter.test", Thing: n.Agency, Note: n.Slug})
	})
}

// Launch has a newsletter sent at an instant, at once when it lies behind. Faults: newsletter.closed.
func (s *Service) Launch(ctx context.Context, a identity.Actor, id int64, at time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := mine(tx, a, id)
		if err != nil {
			return err
		}
		if !n.Open() {
			return fault.New(fault.Conflict, "newsletter.closed")
		}
		if at.Before(tx.Now) {
			at = tx.Now
		}
		if err := stageNewsletter(tx, id, Scheduled, at); err != nil {
			return err
		}
		if err := launch.Move(tx, fmt.Sprint(id), at, id); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "newsletter.schedule", Thing: n.Agency, Note: n.Slug})
	})
}

// Cancel keeps a newsletter from being sent, until the sending has begun. Fault: newsletter.closed.
func (s *Service) Cancel(ctx context.Context, a identity.Actor, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := mine(tx, a, id)
		if err != nil {
			return err
		}
		if !n.Open() {
			return fault.New(fault.Conflict, "newsletter.closed")
		}
		if err := stageNewsletter(tx, id, Cancelled, time.Time{}); err != nil {
			return err
		}
		if err := launch.Cancel(tx, fmt.Sprint(id)); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "newsletter.cancel", Thing: n.Agency, Note: n.Slug})
	})
}

// Archive are newsletters that were sent, for everybody, newest first, at most n before an instant
// (zero: the newest).
func (s *Service) Archive(tx *db.Tx, before time.Time, n int) ([]Newsletter, error) {
	return sentNewsletters(tx, before, n)
}

// Sent is one of the archive. Fault: thing.missing.
func (s *Service) Sent(tx *db.Tx, slug string) (Newsletter, error) {
	n, err := newsletterBy(tx, `n.slug = $1`, slug)
	if err == nil && n.Stage != Sending && n.Stage != SentOut {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return n, err
}

// senderName is who writes newsletters of a kind.
func (s *Service) senderName(tx *db.Tx, kind string) (string, error) {
	var id thing.ID
	if _, err := fmt.Sscanf(kind, "agency:%d", &id); err != nil {
		name, _ := s.letters.Site()
		return name, nil
	}
	return titleOf(tx, id)
}
