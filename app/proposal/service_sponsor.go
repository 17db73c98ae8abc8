package proposal

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Sponsor stands behind a proposal that is not published yet, by the secret of its link; doing so
// twice is doing so. The last one needed takes it on its way. Faults: NotFound; Closed when it no
// longer looks for sponsors; those of policy and of MaySponsor.
func (s *Service) Sponsor(ctx context.Context, a identity.Actor, invite string) (p Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { p, err = Sought(tx, invite); return err })
	if err != nil {
		return p, err
	}
	err = s.on(ctx, p.ID, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Sponsor, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		if p.StageAt(tx.Now) != Sponsoring || p.Invite != invite {
			return fault.New(fault.Closed, "proposal.sponsor.over")
		}
		if err := p.MaySponsor(a); err != nil {
			return err
		}
		added, err := insertSponsor(tx, p.ID, a.ID)
		if err != nil || !added {
			return err
		}
		if err := thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: "proposal.sponsor", Thing: p.ID, Person: p.Author}); err != nil {
			return err
		}
		n, err := countSponsors(tx, p.ID)
		if err != nil || p.next(n) == Sponsoring {
			return err
		}
		k, err := s.stored(tx, p.KindID)
		if err != nil {
			return err
		}
		return s.forward(tx, p, k)
	})
	return p, err
}
