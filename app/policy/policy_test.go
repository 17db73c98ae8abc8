package policy_test

import (
	"testing"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/thing"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// actors are one of each sort; agency 7 is the thing's, 8 another.
func actors() map[string]identity.Actor {
	shown := identity.Session{FactorAt: now.Add(-time.Hour), ConfirmedAt: now.Add(-time.Minute)}
	with := func(grants ...identity.Grant) identity.Actor {
		return identity.Actor{ID: 9, Level: identity.Reachable, Grants: grants, Session: shown}
	}
	return map[string]identity.Actor{
		"nobody":        {},
		"person":        {ID: 2, Level: identity.Reachable},
		"unreached":     {ID: 3},
		"author":        {ID: 1, Level: identity.Reachable},
		"coauthor":      {ID: 4, Level: identity.Reachable},
		"blocked":       {ID: 1, Level: identity.Reachable, Blocked: true},
		"focal":         with(identity.Grant{Role: identity.FocalPoint, Agency: 7}),
		"editor":        with(identity.Grant{Role: identity.Editor, Agency: 7}),
		"evaluator":     with(identity.Grant{Role: identity.Evaluator, Agency: 7}),
		"other":         with(identity.Grant{Role: identity.FocalPoint, Agency: 8}),
		"moderator":     with(identity.Grant{Role: identity.Moderator}),
		"administrator": with(identity.Grant{Role: identity.Administrator}),
		"factorless":    {ID: 9, Level: identity.Reachable, Grants: []identity.Grant{{Role: identity.Administrator}}},
		"unconfirmed":   {ID: 9, Level: identity.Reachable, Grants: []identity.Grant{{Role: identity.Administrator}}, Session: identity.Session{FactorAt: now}},
	}
}

func things() map[string]thing.Thing {
	base := thing.Thing{ID: 5, Kind: "consultation", Agency: 7, Author: 1, Coauthors: []identity.ID{4}, State: thing.Published, PublishedAt: now.Add(-time.Hour)}
	change := func(f func(*thing.Thing)) thing.Thing { t := base; f(&t); return t }
	return map[string]thing.Thing{
		"open":      base,
		"draft":     change(func(t *thing.Thing) { t.State = thing.Draft }),
		"scheduled": change(func(t *thing.Thing) { t.PublishedAt = now.Add(time.Hour) }),
		"upcoming":  change(func(t *thing.Thing) { t.OpensAt = now.Add(time.Hour) }),
		"closed":    change(func(t *thing.Thing) { t.ClosesAt = now }),
		"hidden":    change(func(t *thing.Thing) { t.HiddenAt = now }),
		"withdrawn": change(func(t *thing.Thing) { t.State = thing.Withdrawn }),
		"rehearsal": change(func(t *thing.Thing) { t.State = thing.Rehearsal }),
		"wiped":     change(func(t *thing.Thing) { t.State = thing.Wiped }),
	}
}

// may lists, for actions on things of an agency, exactly who may in which state ("*": every state
// that the actor can read). What is not here is refused.
var may = map[policy.Action]map[string]string{
	policy.See: {"nobody": "open upcoming closed hidden withdrawn rehearsal", "person": "open upcoming closed hidden withdrawn rehearsal", "unreached": "open upcoming closed hidden withdrawn rehearsal",
		"other": "open upcoming closed hidden withdrawn rehearsal", "evaluator": "open upcoming closed hidden withdrawn rehearsal", "moderator": "open upcoming closed hidden withdrawn rehearsal",
		"author": "*", "coauthor": "*", "blocked": "*", "focal": "*", "editor": "*", "administrator": "*", "factorless": "open upcoming closed hidden withdrawn rehearsal", "unconfirmed": "*"},
	policy.Edit:      {"author": "*", "coauthor": "*"},
	policy.Upload:    {"author": "*", "coauthor": "*"},
	policy.Invite:    {"author": "*"},
	policy.Withdraw:  {"author": "*"},
	policy.Support:   everybody("open"),
	policy.Comment:   everybody("open upcoming closed"),
	policy.Respond:   everybody("open"),
	policy.State:     everybody("open"),
	policy.Opine:     everybody("open", "nobody", "unreached"),
	policy.Object:    everybody("open upcoming closed rehearsal", "unreached"),
	policy.Cast:      everybody("open rehearsal", "unreached"),
	policy.Manage:    {"focal": "*", "editor": "*", "administrator": "*", "unconfirmed": "*"},
	policy.Answer:    {"focal": "*", "administrator": "*", "unconfirmed": "*"},
	policy.Judge:     {"focal": "*", "evaluator": "open upcoming closed hidden withdrawn rehearsal", "administrator": "*", "unconfirmed": "*"},
	policy.CloseTalk: {"focal": "*", "editor": "*", "moderator": "open upcoming closed hidden withdrawn rehearsal", "administrator": "*", "unconfirmed": "*"},
	policy.Hide:      {"moderator": "open upcoming closed hidden withdrawn rehearsal", "administrator": "*", "unconfirmed": "*"},
	policy.Block:     {"moderator": "open upcoming closed hidden withdrawn rehearsal", "administrator": "*"},
	policy.Grant:     {"administrator": "*"},
}

// everybody who is reachable, signed in and not blocked, and more.
func everybody(states string, more ...string) map[string]string {
	m := map[string]string{}
	for _, who := range more {
		m[who] = states
	}
	for _, who := range []string{"person", "author", "coauthor", "focal", "editor", "evaluator", "other", "moderator", "administrator", "factorless", "unconfirmed"} {
		m[who] = states
	}
	return m
}

func TestTable(t *testing.T) {
	for do, people := range may {
		for who, a := range actors() {
			for state, on := range things() {
				want := state != "wiped" && people[who] == "*" || contains(people[who], state)
				if got := policy.May(a, do, on, now); got != want {
					t.Errorf("%s may %s what is %s: %v", who, do, state, got)
				}
			}
		}
	}
}

func contains(states, state string) bool {
	for len(states) > 0 {
		i := 0
		for i < len(states) && states[i] != ' ' {
			i++
		}
		if states[:i] == state {
			return true
		}
		states = states[min(i+1, len(states)):]
	}
	return false
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	for who, a := range actors() {
		if policy.May(a, "conjure", thing.Thing{}, now) {
			t.Errorf("%s may do what no rule allows", who)
		}
	}
}

func TestFaultsSayTheWayOut(t *testing.T) {
	for _, c := range []struct {
		who, state string
		do         policy.Action
		kind       fault.Kind
		key        string
	}{
		{"nobody", "open", policy.Comment, fault.SignIn, "policy.signin"},
		{"nobody", "draft", policy.See, fault.NotFound, "thing.missing"},
		{"blocked", "open", policy.Comment, fault.Forbidden, "policy.blocked"},
		{"unreached", "open", policy.Support, fault.Forbidden, "policy.level"},
		{"person", "closed", policy.Support, fault.Closed, "policy.closed"},
		{"person", "upcoming", policy.Support, fault.Closed, "policy.early"},
		{"person", "hidden", policy.Support, fault.Closed, "policy.away"},
		{"factorless", "open", policy.Manage, fault.Confirm, "policy.factor"},
		{"unconfirmed", "open", policy.Grant, fault.Confirm, "policy.confirm"},
		{"person", "open", policy.Manage, fault.Forbidden, "policy.role"},
	} {
		f := fault.Of(policy.Allow(actors()[c.who], c.do, things()[c.state], now))
		if f.Kind != c.kind || f.Key != c.key {
			t.Errorf("%s, %s, %s: %v", c.who, c.do, c.state, f)
		}
	}
}

// What belongs to no agency yet is every agency's to answer, and nobody's to manage but the
// instance's; a draft of that kind is its author's alone.
func TestThingsOfNoAgency(t *testing.T) {
	orphan := things()["open"]
	orphan.Kind, orphan.Agency = "proposal", 0
	draft := orphan
	draft.State = thing.Draft
	for who, a := range actors() {
		for do, want := range map[policy.Action]bool{
			policy.Answer: who == "focal" || who == "other" || who == "administrator" || who == "unconfirmed",
			policy.Speak:  who == "focal" || who == "other" || who == "editor" || who == "administrator" || who == "unconfirmed",
			policy.Desk:   who == "focal" || who == "other" || who == "editor" || who == "administrator" || who == "unconfirmed",
			policy.Manage: who == "administrator" || who == "unconfirmed",
		} {
			if got := policy.May(a, do, orphan, now); got != want {
				t.Errorf("%s may %s what belongs to no agency: %v", who, do, got)
			}
			if policy.May(a, do, draft, now) {
				t.Errorf("%s may %s a draft that belongs to no agency", who, do)
			}
		}
	}
}
