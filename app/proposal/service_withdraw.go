package proposal

import (
	"context"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// The reasons for which an author takes a proposal back. One that says the same as another is
// retired in its favour instead: see Merge.
const (
	AlreadyHad = "done" // what it asks for is done
	Impossible = "impossible"
	OtherCause = "other" // in the author's words
)

// Causes are all of them, in the order in which they are offered.
var Causes = []string{AlreadyHad, Impossible, OtherCause}

// Leaving is why a proposal is taken back.
type Leaving struct {
	Code string // one of Causes
	Text string // needed for OtherCause, welcome otherwise
}

func (l *Leaving) check() error {
	l.Text = text.Line(l.Text)
	var c fault.Check
	c.That(slices.Contains(Causes, l.Code), "code", "proposal.reason.choose")
	c.That(l.Code != OtherCause || l.Text != "", "reason", "proposal.reason.empty")
	c.That(len([]rune(l.Text)) <= reasonMost, "reason", "proposal.reason.long", "max", int64(reasonMost))
	return c.Err()
}

// Withdraw takes one's own proposal back with a reason that everybody may read. Faults: Invalid with
// fields code, reason; Closed after the official answer; those of policy.
func (s *Service) Withdraw(ctx context.Context, a identity.Actor, id thing.ID, l Leaving) (p Proposal, err error) {
	if err := l.check(); err != nil {
		return p, err
	}
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Withdraw, p.Thing, tx.Now); err != nil {
			return err
		}
		if err := p.MayWithdraw(tx.Now); err != nil {
			return err
		}
		p.State, p.WithdrawnAt, p.Withdrawal, p.WithdrawalCode = thing.Withdrawn, tx.Now, l.Text, l.Code
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.withdraw", p.ID, l.Text)
	})
	return p, err
}
