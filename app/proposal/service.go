package proposal

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/policy"
	"tequio/app/thing"
)

// Service lets people write, publish, change, support and withdraw proposals.
type Service struct {
	db     *db.DB
	rules  func() Rules
	screen Screen

	Files   *media.Service // nil: no files are taken
	Letters Letters
	Census  identity.CensusKey // of the documents shown at desks
}

// A Screen tells whether a moderator must read words of an actor's before others do.
type Screen func(tx *db.Tx, a identity.Actor, t thing.Thing, words string) (hold bool, err error)

// NewService keeps proposals in d; rules are what the usual kind begins with.
func NewService(d *db.DB, rules func() Rules) *Service { return &Service{db: d, rules: rules} }

// Screen sets what is asked about each proposal when it is handed in; it is for wiring, once.
func (s *Service) Screen(screen Screen) { s.screen = screen }

// Assign makes an agency responsible for the answer; 0: none.
func (s *Service) Assign(ctx context.Context, a identity.Actor, id, agency thing.ID) (p Proposal, err error) {
	err = s.on(ctx, id, &p, func(tx *db.Tx, p *Proposal) error {
		if err := policy.Allow(a, policy.Answer, p.Thing, tx.Now); err != nil {
			return err
		}
		name := ""
		if agency != 0 {
			g, err := thing.Get(tx, agency)
			if err != nil {
				return err
			}
			if g.Kind != "agency" {
				return fault.On("agency", "proposal.agency.unknown")
			}
			name = g.Title
		}
		if p.Agency == agency {
			return nil
		}
		p.Agency = agency
		if err := save(tx, p); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "proposal.assign", p.ID, name)
	})
	return p, err
}

// on runs do on a proposal under the lock that supports, comments and answers share with it.
func (s *Service) on(ctx context.Context, id thing.ID, p *Proposal, do func(*db.Tx, *Proposal) error) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) (err error) {
		if *p, err = Get(tx, id); err != nil {
			return err
		}
		return do(tx, p)
	})
}

// Of returns the proposals of these things, in their order.
func (s *Service) Of(ctx context.Context, things []thing.Thing) (all []Proposal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all = all[:0]
		for _, t := range things {
			p, err := Get(tx, t.ID)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}
