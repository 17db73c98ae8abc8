package vote

import (
	"cmp"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

// The ways by which a ballot comes; those in a file are of imported votes.
const (
	online   = "web"
	byCode   = "code"
	atDesk   = "desk"
	onPaper  = "paper"
	imported = "file"
)

// Channels are all of them, in the order in which pages list them.
var Channels = []string{online, byCode, atDesk, onPaper, imported}

// voice is who casts a ballot, and under which links it can lie.
//
// One person has one ballot, whichever way they come. Where somebody is known to the census (or to the
// vote's list) their ballot lies under HMAC(K, entry of the roll), so that their account, their code and
// the desk find the same one; else under HMAC(K, number of the account), or HMAC(K, code). Somebody who
// votes, is matched to the census afterwards and votes again has a ballot under the older link: it is
// found by links and moves to the first of them.
type voice struct {
	actor   identity.Actor // of an account, or of the staff at a desk
	claim   Claim
	channel string
	self    []byte   // names the voter, for keyed forms and for the order of options
	links   [][]byte // the first is where the ballot is laid
}

// level is how sure we are of them: with a code or at a desk, as of somebody matched to the census.
func (v voice) level() identity.Level {
	if v.channel != online {
		return identity.Resident
	}
	return v.claim.Level
}

// A Bearer is how somebody comes who votes: with their account, with a code, or in person at the desk of
// a member of the staff.
type Bearer struct {
	Actor identity.Actor
	Code  []byte // keyed hash of a code; nil: none
	Entry []byte // of the roll, of the person whom Actor helps; nil: nobody
}

// scope serializes what one voter does at once; what the same person does in two ways at once is kept
// apart by the tables' keys, and tried again.
func (b Bearer) scope(k key) []byte {
	switch {
	case b.Code != nil:
		return k.code(b.Code)
	case b.Entry != nil:
		return k.entry(b.Entry)
	}
	return k.link(voter(b.Actor))
}

// mayCast judges by the vote as it stands now who a bearer is, and whether they may vote.
func (s *Service) mayCast(tx *db.Tx, b Bearer, r *ready, lock string) (voice, error) {
	if err := r.takes(tx, b, lock); err != nil {
		return voice{}, err
	}
	one, err := s.voiceOf(tx, b, r)
	if err != nil {
		return one, err
	}
	if err := r.vote.Eligible(one.claim); err != nil {
		return one, err
	}
	if r.vote.Roll.Paper {
		handed, err := isHanded(tx, r.vote.ID, one.links[0])
		if err != nil {
			return one, err
		}
		if handed {
			return one, fault.New(fault.Forbidden, "vote.who.paper")
		}
	}
	return one, nil
}

// takes refuses with the reason for which the vote takes no ballot now, with one query.
func (r *ready) takes(tx *db.Tx, b Bearer, lock string) error {
	now, err := standingOf(tx, r.vote.ID, lock)
	if err != nil {
		return thing.Missing(err)
	}
	if r.vote.Rehearses != 0 {
		r.vote.WipedAt = now.wipedAt
		if err := r.vote.reachable(tx); err != nil {
			return err
		}
	}
	if !now.updatedAt.Equal(r.vote.UpdatedAt) {
		return errStale
	}
	t := r.vote.Thing
	t.State, t.PublishedAt, t.OpensAt, t.ClosesAt, t.HiddenAt = now.state, now.publishedAt, now.opensAt, now.closesAt, now.hiddenAt
	switch {
	case b.Code != nil:
		err = policy.Allow(identity.Actor{}, policy.Poll, t, tx.Now)
	case b.Entry != nil:
		if err = policy.Allow(b.Actor, policy.Desk, t, tx.Now); err == nil {
			err = policy.Allow(identity.Actor{}, policy.Poll, t, tx.Now)
		}
	default:
		err = policy.Allow(b.Actor, policy.Cast, t, tx.Now)
	}
	if err == nil && (!now.closedAt.IsZero() || r.key == nil) {
		err = fault.New(fault.Closed, "policy.closed")
	}
	return err
}

func (s *Service) voiceOf(tx *db.Tx, b Bearer, r *ready) (voice, error) {
	switch {
	case b.Code != nil:
		return withCode(tx, b, r)
	case b.Entry != nil:
		return inPerson(tx, b, r)
	}
	return s.withAccount(tx, b, r)
}

// withAccount is the voice of an account.
func (s *Service) withAccount(tx *db.Tx, b Bearer, r *ready) (one voice, err error) {
	a := b.Actor
	one = voice{actor: a, channel: online, self: number(int64(voter(a))), claim: Claim{Level: a.Level}}
	own, err := identity.EntryOf(tx, a.ID)
	if err != nil {
		return one, err
	}
	one.claim.known(own)
	one.claim.Staff = slices.ContainsFunc(a.Grants, func(g identity.Grant) bool {
		return r.vote.Agency != 0 && g.Agency == int64(r.vote.Agency) || r.vote.Rehearses != 0 && g.Agency == 0
	})
	if r.vote.Roll.Who == Listed {
		entry, err := s.listed(tx, r.vote.ID, own.Hash, a.ID)
		if err != nil {
			return one, err
		}
		one.claim.Named, own.Hash = entry != nil, entry
	}
	if own.Hash != nil {
		one.links = append(one.links, r.key.entry(own.Hash))
	}
	if !r.vote.Roll.Personal() || own.Hash == nil {
		one.links = append(one.links, r.key.link(voter(a)))
	}
	return one, nil
}

// known takes over what the census says.
func (c *Claim) known(e identity.Entitled) {
	c.Matched, c.Place, c.Born = e.Hash != nil, e.Place, e.Born
}

// ofEntry is the claim of the person of the roll that an entry stands for.
func (v Vote) ofEntry(tx *db.Tx, entry []byte) (c Claim, err error) {
	c.Level = identity.Resident
	if v.Roll.Who == Listed {
		c.Named, err = isListed(tx, v.ID, entry)
		return c, err
	}
	e, _, _, err := identity.FindEntitled(tx, entry)
	c.known(e)
	return c, err
}

// listed is the entry of the vote's list that names a person, by their document or their address.
func (s *Service) listed(tx *db.Tx, id thing.ID, document []byte, p identity.ID) ([]byte, error) {
	if document != nil {
		entry, err := listEntry(tx, id, document)
		if err != nil || entry != nil {
			return entry, err
		}
	}
	person, err := identity.Get(tx, p)
	if err != nil {
		return nil, err
	}
	address, ok := s.Census.Address(person.Email)
	if !ok {
		return nil, nil
	}
	return listEntry(tx, id, address)
}

// settle lays a ballot under the voice's first link: as the first, or in the place of the one that lies
// under any of them. Should there be two, as of somebody who voted with one account and was matched
// with another, the others are voided.
func (one voice) settle(tx *db.Tx, id thing.ID, c cast) error {
	was, err := underLink(tx, id, one.links[0])
	if err != nil {
		return err
	}
	fresh := was.commitment == nil
	for _, link := range one.links[1:] {
		older, err := underLink(tx, id, link)
		switch {
		case err != nil:
			return err
		case older.commitment == nil:
			continue
		case was.commitment == nil:
			was = older
			err = takeAway(tx, id, link, older)
		default:
			err = annul(tx, id, link, older)
		}
		if err != nil {
			return err
		}
	}
	if fresh {
		err = insertBallot(tx, id, one.links[0], c)
	} else {
		err = replaceBallot(tx, id, one.links[0], was, c)
	}
	if err != nil {
		return err
	}
	return insertPending(tx, id, c.commitment, source{int64(c.level), c.channel}, was.source)
}

// voted reports whether a ballot lies under any of the links.
func (one voice) voted(tx *db.Tx, id thing.ID) (bool, error) {
	for _, link := range one.links {
		if has, err := hasBallot(tx, id, link); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// voter is the number under which somebody votes with an account: their own, unless they left and came
// back.
func voter(a identity.Actor) identity.ID { return cmp.Or(a.Voter, a.ID) }
