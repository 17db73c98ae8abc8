package proposal

import (
	"cmp"
	"context"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/notice"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Letters are what invitations need to be mailed. Without Words none is.
type Letters struct {
	Words *i18n.Catalogues
	Site  func() (name, address string) // the instance's name and its address without a final slash
}

// invite mails the link of an invitation in a language.
func (l Letters) invite(tx *db.Tx, email, lang, token, by, title string) error {
	if l.Words == nil {
		return nil
	}
	site, address := l.Site()
	m, err := mail.Compose(l.Words.Language(lang), "coauthor", []any{"site", site, "who", by, "title", title}, address+JoinPath(token))
	if err != nil {
		return err
	}
	m.To, m.Secret = email, true
	return mail.Send(tx, m)
}

// JoinPath is the address under which an invitation is accepted.
func JoinPath(token string) string { return "/proposals/join/" + token }

// Invite asks somebody to write one's own proposal with one: by a mail to an address in a language
// or, without an address, by a link to hand on. It returns the token of the link. Faults: Invalid with
// field email; TooMany; Closed when its text no longer changes; those of policy.
func (s *Service) Invite(ctx context.Context, a identity.Actor, id thing.ID, email, lang string) (token string, err error) {
	if email = strings.TrimSpace(email); email != "" {
		if email, err = identity.Address(email); err != nil {
			return "", err
		}
	}
	token, hash := newToken()
	err = s.onText(ctx, id, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Invite, p.Thing, tx.Now); err != nil {
			return err
		}
		waiting, err := Invitations(tx, id)
		if err != nil {
			return err
		}
		if err := p.MayInvite(len(waiting), tx.Now); err != nil {
			return err
		}
		i := Invitation{Thing: id, Email: email, By: a.ID, At: tx.Now, ExpiresAt: tx.Now.Add(InvitationFor)}
		if err := insertInvitation(tx, &i, hash); err != nil {
			return err
		}
		if email != "" {
			if err := s.Letters.invite(tx, email, lang, token, a.Name, p.Title); err != nil {
				return err
			}
		}
		return thing.Record(tx, a.ID, "proposal.invite", id, "")
	})
	return token, err
}

// onText is on with those who write the proposal.
func (s *Service) onText(ctx context.Context, id thing.ID, do func(*db.Tx, *Proposal) error) error {
	return s.on(ctx, id, new(Proposal), func(tx *db.Tx, p *Proposal) error {
		if err := thing.WithCoauthors(tx, &p.Thing); err != nil {
			return err
		}
		return do(tx, p)
	})
}

// Uninvite takes an invitation back that nobody has accepted; one that is gone already is gone.
func (s *Service) Uninvite(ctx context.Context, a identity.Actor, id thing.ID, invitation int64) error {
	return s.onText(ctx, id, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Invite, p.Thing, tx.Now); err != nil {
			return err
		}
		gone, err := cancelInvitation(tx, id, invitation)
		if err != nil || !gone {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.uninvite", id, "")
	})
}

// Invited is the invitation of a token with its proposal, for whoever holds the link. Faults: Gone
// when it was accepted, cancelled, or waited too long.
func (s *Service) Invited(ctx context.Context, token string) (i Invitation, p Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if i, err = invitationOf(tx, token); err != nil {
			return err
		}
		if err := i.check(tx.Now); err != nil {
			return err
		}
		p, err = WithAuthors(tx, i.Thing)
		return err
	})
	return i, p, err
}

// Join makes the actor a co-author of what a token invites to. Faults: Gone; Conflict for who writes
// it already; Closed when its text no longer changes; those of policy.
func (s *Service) Join(ctx context.Context, a identity.Actor, token string) (p Proposal, err error) {
	if err := policy.Allow(a, policy.Propose, thing.Thing{}, s.db.Now()); err != nil {
		return p, err
	}
	i, _, err := s.Invited(ctx, token)
	if err != nil {
		return p, err
	}
	err = s.onText(ctx, i.Thing, func(tx *db.Tx, into *Proposal) error {
		p = *into
		if i, err = invitationOf(tx, token); err != nil {
			return err
		}
		if err := i.check(tx.Now); err != nil {
			return err
		}
		if err := p.mayJoin(a.ID, tx.Now); err != nil {
			return err
		}
		first, err := acceptInvitation(tx, i.ID, a.ID)
		if err != nil || !first {
			return cmp.Or(err, errInvitationGone)
		}
		if _, err := thing.AddCoauthor(tx, p.ID, a.ID); err != nil {
			return err
		}
		if err := notice.StoreFollow(tx, p.ID, a.ID); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.join", p.ID, "")
	})
	return p, err
}

// Leave ends one's own co-authorship; what one wrote stays. Faults: NotFound for who is none.
func (s *Service) Leave(ctx context.Context, a identity.Actor, id thing.ID) error {
	return s.onText(ctx, id, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Account, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		was, err := thing.RemoveCoauthor(tx, id, a.ID)
		if err != nil || !was {
			return cmp.Or(err, error(fault.New(fault.NotFound, "thing.missing")))
		}
		return thing.Record(tx, a.ID, "proposal.leave", id, "")
	})
}

// Part ends another's co-authorship of one's own proposal. Somebody who is none is none.
func (s *Service) Part(ctx context.Context, a identity.Actor, id thing.ID, who identity.ID) error {
	return s.onText(ctx, id, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Invite, p.Thing, tx.Now); err != nil {
			return err
		}
		was, err := thing.RemoveCoauthor(tx, id, who)
		if err != nil || !was {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "proposal.part", Thing: id, Person: who})
	})
}
