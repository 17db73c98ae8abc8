package challenge

import (
	"slices"
	"time"

	"tequio/app/fault"
	"tequio/app/thing"
)

// A Verdict decides a challenge: who won and in which place, or that nobody did, with the reasons.
type Verdict struct {
	Outcome   Outcome
	Text      string // Markdown, official
	Winners   map[thing.ID]int64
	Mentions  []thing.ID
	Departure string // why, where the choice departs from the brief
}

// ReasonMost bounds a reason, in runes.
const ReasonMost = 2000

// checkValidity refuses a mark without the reason it needs.
func checkValidity(c Challenge, v Validity, reason string, now time.Time) error {
	var k fault.Check
	k.That(v == Valid || v == Invalid, "validity", "entry.validity.empty")
	k.That(v != Invalid || reason != "", "reason", "entry.reason.empty")
	k.That(!long(reason, ReasonMost), "reason", "challenge.text.long", "max", ReasonMost)
	if err := c.judging(now); err != nil {
		return err
	}
	return k.Err()
}

func (c Challenge) judging(now time.Time) error {
	switch {
	case c.Decided():
		return fault.New(fault.Closed, "challenge.decided")
	case !c.Judging(now):
		return fault.New(fault.Closed, "challenge.judging.early")
	}
	return nil
}

// checkFinalists refuses finalists who are not valid entries, and more than the brief announced
// without a reason; its fields are finalist and more.
func checkFinalists(c Challenge, all []Entry, chosen []thing.ID, departure string, now time.Time) error {
	if err := c.judging(now); err != nil {
		return err
	}
	var k fault.Check
	k.That(len(chosen) > 0, "finalist", "challenge.finalists.none")
	for _, id := range chosen {
		e, ok := among(all, id)
		k.That(ok && e.Validity == Valid, "finalist", "challenge.finalists.invalid")
	}
	k.That(int64(len(chosen)) <= c.Finalists || departure != "", "more", "challenge.departure.finalists", "max", c.Finalists)
	k.That(!long(departure, ReasonMost), "more", "challenge.text.long", "max", ReasonMost)
	return k.Err()
}

// checkVerdict refuses a decision without its reasons, winners who may not win, and a departure from
// the brief that says nothing: more winners than announced, or one who was no finalist.
func checkVerdict(c Challenge, all []Entry, v Verdict, now time.Time) error {
	if err := c.judging(now); err != nil {
		return err
	}
	var k fault.Check
	k.That(v.Outcome == Won || v.Outcome == Void, "outcome", "challenge.outcome.empty")
	k.That(v.Text != "", "text", "challenge.decision.empty")
	k.That(!long(v.Text, BodyMost), "text", "challenge.text.long", "max", BodyMost)
	k.That(!long(v.Departure, ReasonMost), "departure", "challenge.text.long", "max", ReasonMost)
	if v.Outcome != Won {
		k.That(v.Outcome != Void || len(v.Winners) == 0, "outcome", "challenge.void.winners")
		return k.Err()
	}
	k.That(len(v.Winners) > 0, "winner", "challenge.winners.none")
	k.That(placesInOrder(v.Winners), "winner", "challenge.winners.places")
	k.That(int64(len(v.Winners)) <= c.Winners || v.Departure != "", "departure", "challenge.departure.winners", "max", c.Winners)
	for id := range v.Winners {
		e, ok := among(all, id)
		k.That(ok && e.Validity == Valid, "winner", "challenge.winners.invalid")
		k.That(c.NamedAt.IsZero() || e.Standing == Finalist || v.Departure != "", "departure", "challenge.departure.finalist")
		k.That(!slices.Contains(v.Mentions, id), "winner", "challenge.winners.mention")
	}
	for _, id := range v.Mentions {
		e, ok := among(all, id)
		k.That(ok && e.Validity == Valid, "winner", "challenge.winners.invalid")
	}
	return k.Err()
}

func among(all []Entry, id thing.ID) (Entry, bool) {
	i := slices.IndexFunc(all, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// placesInOrder reports whether the places are 1, 2, 3… without gaps; several may share one.
func placesInOrder(places map[thing.ID]int64) bool {
	taken := map[int64]int64{}
	for _, p := range places {
		taken[p]++
	}
	for at, n := int64(1), int64(len(places)); n > 0; {
		here := taken[at]
		if here == 0 {
			return false
		}
		at += here
		n -= here
	}
	return true
}
