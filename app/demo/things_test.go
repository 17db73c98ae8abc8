package demo

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

func TestDemoProposals(t *testing.T) {
	d := readTown(t)
	all := readDemo[proposalsFile](t, "proposals.toml").Proposals
	states, subjects, answers, versions := map[string]int{}, map[string]int{}, 0, 0
	for _, p := range all {
		d.proposal(p)
		states[p.State]++
		subjects[p.Subject]++
		answers += len(p.Answers)
		if len(p.Versions) > 0 {
			versions++
		}
	}
	d.check(len(all) == 60 && len(subjects) == 8, "%d proposals over %d subjects", len(all), len(subjects))
	d.check(answers >= 12 && versions >= 4, "%d answers, %d proposals with earlier texts", answers, versions)
	for _, s := range []string{"collecting", "threshold", "review", "accepted", "partly", "rejected", "withdrawn", "hidden"} {
		d.check(states[s] > 0, "no proposal is %s", s)
	}
}

func (d *demoTown) proposal(p proposalRow) {
	d.t.Helper()
	d.thing(p.Slug, p.Agency, p.Subject, p.Place)
	d.person(p.Slug, p.Author)
	d.words(p.Slug, p.Title, p.Summary, p.Body)
	words := len(strings.Fields(p.Body))
	d.check(words >= 80 && words <= 250, "%s has %d words", p.Slug, words)
	published, end := d.past(p.Slug, p.Published), 0
	answered := slices.Contains([]string{"review", "accepted", "partly", "rejected"}, p.State)
	d.check(answered == (len(p.Answers) > 0), "%s is %s and has %d answers", p.Slug, p.State, len(p.Answers))
	last := published
	for _, a := range p.Answers {
		at := d.past(p.Slug, a.At)
		d.check(at > last, "%s: answers out of order", p.Slug)
		d.check(slices.Contains(d.works[a.Agency], a.By), "%s: %s does not work at %s", p.Slug, a.By, a.Agency)
		d.words(p.Slug, a.Text)
		if a.Due != "" {
			d.check(d.when(p.Slug, a.Due) > at && a.Unit != "", "%s: due before it was promised, or by nobody", p.Slug)
		}
		if end == 0 {
			end = at
		}
		last = at
	}
	if answered {
		d.check(p.Answers[len(p.Answers)-1].State == p.State, "%s is not what its last answer says", p.Slug)
	}
	d.check(p.Supports >= 0 && p.Supports <= 280, "%s: %d supports", p.Slug, p.Supports)
	passed := p.Supports >= d.threshold
	d.check(passed == (p.Reached != "") && passed == (answered || p.State == "threshold"), "%s: %d supports in state %s", p.Slug, p.Supports, p.State)
	if passed {
		at := d.past(p.Slug, p.Reached)
		d.check(at > published && (end == 0 || at < end), "%s: threshold out of order", p.Slug)
	}
	gone := p.State == "withdrawn" || p.State == "hidden"
	d.check(gone == (p.Ended != "") && gone == (p.Reason != ""), "%s: end without reason or reason without end", p.Slug)
	for _, key := range p.With {
		d.person(p.Slug, key)
	}
	d.check(p.Into == "" || p.State == "withdrawn" && p.Carried <= p.Supports, "%s is retired in favour of another without being withdrawn", p.Slug)
	for _, picture := range p.Pictures {
		d.words(p.Slug, picture.Alt)
	}
	for _, v := range p.Versions {
		at := d.past(p.Slug, v.At)
		d.check(at > published && (p.Reached == "" || at < d.when(p.Slug, p.Reached)), "%s was edited when it could not be", p.Slug)
		d.words(p.Slug, v.Note, v.Body)
	}
	d.talk(p.Slug, published, 0, p.Comments)
}

func TestDemoChallenges(t *testing.T) {
	d := readTown(t)
	all := readDemo[challengesFile](t, "challenges.toml").Challenges
	states := map[string]int{}
	for _, c := range all {
		states[c.State]++
		d.challenge(c)
		d.entries(c)
		if c.State == "finished" {
			finalists := 0
			for _, e := range c.Entries {
				if e.Finalist {
					finalists++
				}
			}
			d.check(len(c.Entries) == 25 && finalists == 11, "%s: %d entries, %d finalists", c.Slug, len(c.Entries), finalists)
		}
	}
	for _, s := range []string{"ideas", "evaluation", "prototypes", "finished", "void"} {
		d.check(states[s] == 1, "%d challenges are %s", states[s], s)
	}
}

func (d *demoTown) challenge(c challengeRow) {
	d.t.Helper()
	d.thing(c.Slug, c.Agency, c.Subject, c.Place)
	for _, a := range c.Partners {
		d.known(c.Slug, d.agencies, a)
	}
	d.person(c.Slug, c.Contact)
	for _, e := range c.Evaluators {
		d.known(c.Slug+": evaluator", d.judges, e)
	}
	d.words(c.Slug, c.Title, c.Summary, c.Body, c.Success, c.Eligibility, c.Rules, c.Property, c.Privacy, c.Award)
	d.words(c.Slug+" in English", c.EN.Title, c.EN.Summary, c.EN.Body, c.EN.Success, c.EN.Eligibility, c.EN.Rules, c.EN.Property, c.EN.Privacy, c.EN.Award)
	published := d.past(c.Slug, c.Published)
	d.phases(c.Slug, c.Phases, "ideas")
	sum := 0
	for _, k := range c.Criteria {
		d.both(c.Slug, k.Name, k.Descriptor)
		sum += k.Weight
	}
	d.check(sum == 100 && c.Prize > 0, "%s: weights add up to %d", c.Slug, sum)
	for _, q := range c.FAQ {
		d.both(c.Slug, q.Question, q.Answer)
		d.check(d.past(c.Slug, q.Asked) > published && d.past(c.Slug, q.Answered) > d.past(c.Slug, q.Asked), "%s: questions out of order", c.Slug)
	}
	decided := c.State == "finished" || c.State == "void"
	d.check(decided == (c.Decision.Text != ""), "%s is %s and has a decision: %t", c.Slug, c.State, !decided)
	if decided {
		d.past(c.Slug, c.Decision.At)
		d.check(slices.Contains(d.works[c.Agency], c.Decision.By), "%s was decided by a stranger", c.Slug)
		d.words(c.Slug, c.Decision.Text, c.Decision.EN)
	}
	for _, m := range c.Milestones {
		d.both(c.Slug, m.Name)
		d.when(c.Slug, m.Due)
		if m.Done != "" {
			d.past(c.Slug, m.Done)
		}
	}
	d.talk(c.Slug, published, 0, c.Comments)
}

// entries checks that they came in time, that each person is in one team, and that finalists
// and winners follow the weighted scores.
func (d *demoTown) entries(c challengeRow) {
	d.t.Helper()
	i := slices.IndexFunc(c.Phases, func(p phaseRow) bool { return p.Key == "ideas" })
	opens, closes := d.when(c.Slug, c.Phases[i].Opens), d.when(c.Slug, c.Phases[i].Closes)
	total := func(e entryRow) (n int) {
		for _, k := range c.Criteria {
			n += e.Scores[k.Key] * k.Weight
		}
		return n
	}
	busy, slugs := map[string]bool{}, map[string]bool{}
	for _, e := range c.Entries {
		where := c.Slug + "/" + e.Slug
		d.check(demoSlug.MatchString(e.Slug) && !slugs[e.Slug], "%s: slug malformed or taken", where)
		slugs[e.Slug] = true
		d.words(where, e.Team, e.Pitch, e.Description)
		at := d.past(where, e.Submitted)
		d.check(at > opens && at < closes, "%s came out of time", where)
		for _, p := range append(slices.Clone(e.Members), e.Captain) {
			d.person(where, p)
			d.check(!busy[p] && !slices.Contains(c.Evaluators, p), "%s: %s is in two teams or judges", where, p)
			busy[p] = true
		}
		invalid := e.Valid != nil && !*e.Valid
		d.check(invalid == (e.Reason != "") && !(invalid && (e.Finalist || e.Scores != nil)), "%s: invalid without a reason, or scored", where)
		d.check(e.Scores == nil || len(e.Scores) == len(c.Criteria), "%s: scores missing", where)
	}
	ranked := slices.Clone(c.Entries)
	slices.SortStableFunc(ranked, func(a, b entryRow) int { return cmp.Compare(total(b), total(a)) })
	for i, e := range ranked {
		d.check(!e.Finalist || i < c.Finalists, "%s: finalist %s is ranked %d", c.Slug, e.Slug, i+1)
		d.check(e.Place == 0 || e.Place == i+1, "%s: %s is ranked %d", c.Slug, e.Slug, i+1)
	}
}

func TestDemoVotes(t *testing.T) {
	d := readTown(t)
	proposals := map[string]bool{}
	for _, p := range readDemo[proposalsFile](t, "proposals.toml").Proposals {
		proposals[p.Slug] = true
	}
	all := readDemo[votesFile](t, "votes.toml").Votes
	upcoming, open, closed := 0, 0, 0
	for _, v := range all {
		if len(v.Areas) > 0 {
			d.areas(v, proposals)
			open++
			continue
		}
		d.vote(v, proposals)
		d.count(v)
		switch {
		case len(v.Winners) > 0:
			closed++
			d.check(d.past(v.Slug, v.Closes) < d.past(v.Slug, v.Result.At), "%s: result before the close", v.Slug)
			d.words(v.Slug, v.Result.Text, v.Result.EN)
		case d.when(v.Slug, v.Opens) < 0:
			open++
			d.check(d.when(v.Slug, v.Closes) > 24*60, "%s is not open", v.Slug)
		default:
			upcoming++
			d.check(len(v.Ballots) == 0, "%s has ballots before it opens", v.Slug)
		}
	}
	d.check(upcoming == 1 && open == 3 && closed == 2, "votes: %d upcoming, %d open, %d closed", upcoming, open, closed)
}

func (d *demoTown) vote(v voteRow, proposals map[string]bool) {
	d.t.Helper()
	d.thing(v.Slug, v.Agency, v.Subject, v.Place)
	d.words(v.Slug, v.Title, v.Summary, v.Body, v.Who, v.Method, v.Secrecy, v.Effect)
	d.words(v.Slug+" in English", v.EN.Title, v.EN.Summary, v.EN.Body, v.EN.Who, v.EN.Method, v.EN.Secrecy, v.EN.Effect)
	published, opens := d.past(v.Slug, v.Published), d.when(v.Slug, v.Opens)
	closes := d.when(v.Slug, v.Closes)
	d.check(published < opens && opens < closes && closes < d.when(v.Slug, v.Objections), "%s: dates out of order", v.Slug)
	d.check((v.Kind == "budget") == (v.Budget > 0) && (v.Rule == "greedy") == (v.Kind == "budget"), "%s: kind %s with rule %s", v.Slug, v.Kind, v.Rule)
	d.offers(v, proposals)
	after := published
	if len(v.Winners) > 0 {
		after = closes
	}
	d.talk(v.Slug, after, 0, v.Comments)
}

// offers checks what can be chosen.
func (d *demoTown) offers(v voteRow, proposals map[string]bool) {
	d.t.Helper()
	for _, o := range v.Options {
		d.words(v.Slug+"/"+o.Key, o.Title, o.Body, o.EN.Title, o.EN.Body)
		d.check((o.Cost > 0) == (v.Kind == "budget") && o.Cost <= v.Budget, "%s/%s costs %d", v.Slug, o.Key, o.Cost)
		if v.Kind == "budget" {
			d.known(v.Slug, d.agencies, o.Agency)
		}
		if o.Place != "" {
			d.known(v.Slug, d.places, o.Place)
		}
		if o.Proposal != "" {
			d.known(v.Slug, proposals, o.Proposal)
		}
	}
}

// areas checks a vote by areas: each area and what it asks as a vote of its own, and that every area
// has ballots and a project that is not feasible says why.
func (d *demoTown) areas(v voteRow, proposals map[string]bool) {
	d.t.Helper()
	reasons := 0
	for _, area := range v.Areas {
		part := v
		part.Budget, part.Options = area.Budget, area.Options
		d.offers(part, proposals)
		cost, cast := map[string]int64{}, 0
		for _, o := range area.Options {
			if o.Review == "feasible" {
				cost[o.Key] = o.Cost
			}
			if o.Review == "not-feasible" {
				d.words(v.Slug+"/"+o.Key, o.Reason)
				reasons++
			}
		}
		for _, b := range v.Ballots {
			spent := int64(0)
			for _, k := range b.Choose {
				spent += cost[k]
			}
			d.check(spent <= area.Budget, "%s: ballot %v is over the budget of %q", v.Slug, b.Choose, area.Name)
			if b.Area == area.Name {
				cast += b.N
			}
		}
		d.check(area.Name == "" || cast > 0, "%s: nobody votes in %s", v.Slug, area.Name)
	}
	d.check(reasons > 0, "%s: no project is refused", v.Slug)
	v.Budget = v.Areas[0].Budget
	d.vote(v, proposals)
}

// count checks every ballot and that the winners are what the rule gives for them.
func (d *demoTown) count(v voteRow) {
	d.t.Helper()
	cost, votes, cast, electors := map[string]int64{}, map[string]int{}, 0, 0
	for _, o := range v.Options {
		cost[o.Key] = o.Cost
	}
	for _, b := range v.Ballots {
		cast += b.N
		spent := int64(0)
		for _, k := range b.Choose {
			c, known := cost[k]
			d.check(known, "%s: a ballot chooses %q", v.Slug, k)
			spent += c
			votes[k] += b.N
		}
		d.check(b.N > 0 && spent <= v.Budget && (v.Kind != "one" || len(b.Choose) <= 1), "%s: ballot %v breaks the rules", v.Slug, b.Choose)
	}
	for _, level := range d.level {
		if level >= v.Level {
			electors++
		}
	}
	d.check(electors == v.Electors && cast <= electors, "%s: %d ballots of %d electors, %d declared", v.Slug, cast, electors, v.Electors)
	if len(v.Winners) == 0 {
		return
	}
	order := slices.Clone(v.Options)
	slices.SortFunc(order, func(a, b optionRow) int {
		return cmp.Or(cmp.Compare(votes[b.Key], votes[a.Key]), cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Key, b.Key))
	})
	var winners []string
	left := v.Budget
	for _, o := range order {
		if o.Cost <= left && (v.Kind == "budget" || winners == nil) {
			winners, left = append(winners, o.Key), left-o.Cost
		}
	}
	d.check(slices.Equal(winners, v.Winners), "%s: the ballots elect %v, the file says %v", v.Slug, winners, v.Winners)
}

func TestDemoTalk(t *testing.T) {
	d := readTown(t)
	stances, hidden, official := map[string]int{}, 0, 0
	var walk func([]commentRow)
	walk = func(comments []commentRow) {
		for _, c := range comments {
			d.comments++
			stances[c.Stance]++
			if c.Hidden != "" {
				hidden++
			}
			if c.Agency != "" {
				official++
			}
			walk(c.Replies)
		}
	}
	for _, p := range readDemo[proposalsFile](t, "proposals.toml").Proposals {
		walk(p.Comments)
	}
	for _, c := range readDemo[consultationsFile](t, "consultations.toml").Consultations {
		walk(c.Comments)
		for _, p := range c.Topics {
			walk(p.Comments)
		}
	}
	for _, c := range readDemo[challengesFile](t, "challenges.toml").Challenges {
		walk(c.Comments)
	}
	for _, v := range readDemo[votesFile](t, "votes.toml").Votes {
		walk(v.Comments)
	}
	d.check(d.comments >= 220 && hidden >= 2 && official >= 20, "%d comments, %d hidden, %d official", d.comments, hidden, official)
	d.check(stances["for"] > 50 && stances["against"] > 20 && stances["neutral"] > 20, "stances: %v", stances)
}
