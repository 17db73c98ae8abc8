package vote

import (
	"slices"

	"tequio/app/fault"
	"tequio/app/identity"
)

// Electorate says who may vote, beside the least level.
type Electorate string

// The electorates. Only in those that go by a roll, the census or a list, can one person be told from
// another whichever way they come; so only there may an account, a code, a desk and paper stand side by side.
const (
	Everyone Electorate = ""       // whoever reaches the least level
	Census   Electorate = "census" // whoever is matched to the census, of a place and an age where declared
	Staff    Electorate = "staff"  // whoever holds a role for the vote's agency
	Listed   Electorate = "list"   // whoever is named on a list of the vote's own
	Coded    Electorate = "codes"  // whoever holds a code: no account votes, so that nobody votes with both
)

// Electorates are all of them, in the order in which pages offer them.
var Electorates = []Electorate{Everyone, Census, Staff, Listed, Coded}

// Roll declares who may vote and by which ways; it is part of the rules sheet.
type Roll struct {
	Who      Electorate `json:"who,omitempty"`
	Place    string     `json:"place,omitempty"`     // key of the place in the census; "": any
	LeastAge int64      `json:"least_age,omitempty"` // years reached in the year in which the vote opens; 0: any
	MostAge  int64      `json:"most_age,omitempty"`
	Codes    bool       `json:"codes,omitempty"` // one-time codes, besides accounts where the electorate goes by a roll
	Desk     bool       `json:"desk,omitempty"`  // help in person at a desk
	Paper    bool       `json:"paper,omitempty"` // ballots on paper, typed in by two people
	Named    int64      `json:"named,omitempty"` // how many are on the list
	ListSum  string     `json:"list_sha256,omitempty"`
}

// Personal reports whether the electorate goes by a roll that tells its people apart.
func (r Roll) Personal() bool { return r.Who == Census || r.Who == Listed }

// agesMost bounds a declared age, in years.
const agesMost = 130

// checkElectorate refuses ways of voting by which one person could vote twice.
func (v *Vote) checkElectorate(c *fault.Check) {
	r := &v.Roll
	c.That(slices.Contains(Electorates, r.Who), "roll", "vote.roll.unknown")
	if r.Who == Census {
		v.LeastLevel = identity.Resident // which the match gives
	}
	if r.Who == Coded {
		r.Codes = true
	}
	c.That(r.Who == Census || r.Place == "", "roll_place", "vote.roll.census")
	c.That(r.Who == Census || r.LeastAge == 0, "least_age", "vote.roll.census")
	c.That(r.Who == Census || r.MostAge == 0, "most_age", "vote.roll.census")
	c.That(r.LeastAge >= 0 && r.LeastAge <= agesMost, "least_age", "vote.roll.age", "max", agesMost)
	c.That(r.MostAge == 0 || r.MostAge >= r.LeastAge && r.MostAge <= agesMost, "most_age", "vote.roll.ages")
	c.That(!r.Codes || r.Personal() || r.Who == Coded, "codes", "vote.roll.way")
	c.That(!r.Desk || r.Personal(), "desk", "vote.roll.way")
	c.That(!r.Paper || r.Personal(), "paper", "vote.roll.way")
}

// A Claim is what is known of somebody who wants to vote, at the moment they do.
type Claim struct {
	Level   identity.Level
	Matched bool   // to the census
	Place   string // key of their place, as the census says
	Born    int64  // year of birth, likewise; 0: not said
	Staff   bool   // holds a role for the vote's agency
	Named   bool   // is on the vote's list
	Code    bool   // comes with a code instead of an account
}

// Eligible returns nil where the vote's rules let somebody vote, or the fault that says which of them
// does not. A code for one person of a roll carries that person's claim.
func (v Vote) Eligible(c Claim) error {
	r := v.Roll
	refuse := func(key string, args ...any) error { return fault.New(fault.Forbidden, key, args...) }
	switch {
	case v.Rehearses != 0 && c.Staff:
		return nil // they try what others will go through
	case r.Who == Coded && !c.Code:
		return refuse("vote.who.codes")
	case r.Who == Coded:
		return nil
	case c.Code && !r.Codes:
		return refuse("vote.who.nocodes")
	case r.Who == Listed && !c.Named:
		return refuse("vote.who.list")
	case r.Who == Census && !c.Matched:
		return refuse("vote.who.census")
	case c.Level < v.LeastLevel:
		return refuse("policy.level", "level", int64(v.LeastLevel))
	case r.Who == Staff && !c.Staff:
		return refuse("vote.who.staff")
	case r.Who != Census:
		return nil
	case r.Place != "" && c.Place != r.Place:
		return refuse("vote.who.place")
	}
	return r.ageFits(int64(v.OpensAt.Year())-c.Born, c.Born)
}

// ageFits judges the age that somebody reaches in the year in which the vote opens.
func (r Roll) ageFits(age, born int64) error {
	switch {
	case r.LeastAge == 0 && r.MostAge == 0:
		return nil
	case born == 0:
		return fault.New(fault.Forbidden, "vote.who.unborn")
	case age < r.LeastAge:
		return fault.New(fault.Forbidden, "vote.who.young", "n", r.LeastAge)
	case r.MostAge > 0 && age > r.MostAge:
		return fault.New(fault.Forbidden, "vote.who.old", "n", r.MostAge)
	}
	return nil
}
