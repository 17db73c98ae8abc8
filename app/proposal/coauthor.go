package proposal

import (
	"crypto/rand"
	"crypto/sha256"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// InvitationFor is how long an invitation to write a proposal together waits.
const InvitationFor = 14 * 24 * time.Hour

// How many may write a proposal with its author, and how many invitations may wait at once: each is a
// mail to somebody who did not ask for it.
const (
	CoauthorsMost   = 8
	invitationsMost = 8
)

// An Invitation asks somebody to write a proposal together. Its token is mailed, or handed on by the
// author; whoever has it and is signed in may accept, once.
type Invitation struct {
	ID         int64
	Thing      thing.ID
	Email      string // "": a link to hand on
	By         identity.ID
	At         time.Time
	ExpiresAt  time.Time
	AcceptedAt time.Time
}

// check refuses an invitation that was accepted already or waited too long.
func (i Invitation) check(now time.Time) error {
	if !i.AcceptedAt.IsZero() || !now.Before(i.ExpiresAt) {
		return errInvitationGone
	}
	return nil
}

var errInvitationGone error = fault.New(fault.Gone, "write.join.gone")

// MayInvite refuses one more invitation while waiting others were not answered.
func (p Proposal) MayInvite(waiting int, now time.Time) error {
	switch {
	case len(p.Coauthors)+waiting >= CoauthorsMost || waiting >= invitationsMost:
		return fault.New(fault.TooMany, "write.authors.many", "max", int64(CoauthorsMost))
	}
	return p.MayEdit(now)
}

// mayJoin refuses who writes it already, and whom there is no room for.
func (p Proposal) mayJoin(who identity.ID, now time.Time) error {
	switch {
	case p.WrittenBy(who):
		return fault.New(fault.Conflict, "write.join.already")
	case len(p.Coauthors) >= CoauthorsMost:
		return fault.New(fault.Closed, "write.authors.many", "max", int64(CoauthorsMost))
	}
	return p.MayEdit(now)
}

// newToken draws the secret of an invitation; only its hash is kept.
func newToken() (token string, hash []byte) {
	token = rand.Text()
	return token, tokenHash(token)
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte("proposal.invitation\x00" + token))
	return sum[:]
}
