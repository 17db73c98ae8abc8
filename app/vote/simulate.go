package vote

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/tally"
	"tequio/app/thing"
)

// What a simulation may be asked to count, so that a page answers in seconds.
const (
	SimulatedFile    = 2 << 20 // bytes
	SimulatedOptions = 300
	SimulatedVoters  = 5000
)

// Simulated is what one rule makes of an election.
type Simulated struct {
	Rule   string // id
	Long   bool   // it took too long and was ended
	Result tally.Result
}

// Simulate counts an election by every rule that can count it. p are the parameters; each rule gets
// those that it reads. When ctx ends, the rules that are not done are marked Long.
func Simulate(ctx context.Context, e tally.Election, p tally.Params) (all []Simulated) {
	for _, rule := range tally.Rules() {
		if !rule.Fits(e.Form) || rule.Budget != (e.Budget > 0) {
			continue
		}
		one := Simulated{Rule: rule.ID, Long: ctx.Err() != nil}
		if !one.Long {
			var err error
			one.Result, err = tally.CountWatched(e, rule.ID, readBy(rule.ID, p), func(int64) error { return ctx.Err() })
			if one.Long = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled); err != nil && !one.Long {
				continue // a rule that cannot count these, such as one that elects one alone
			}
		}
		all = append(all, one)
	}
	return all
}

// readBy leaves out what a rule does not read.
func readBy(rule string, p tally.Params) tally.Params {
	if !Takes(rule, Minimum) {
		p.MinimumVotes, p.MinimumShare = 0, tally.Share{}
	}
	if !Takes(rule, Majority) {
		p.Majority = tally.Share{}
	}
	p.PartFunding = p.PartFunding && Takes(rule, PartFunding)
	if !Takes(rule, Shares) {
		p.Utility, p.Completion, p.Stop, p.Increment = "", "", "", 0
	}
	return p
}

// CountParams are the parameters that a question declares, for a simulation of its count.
func (q Question) CountParams() (tally.Params, error) { return q.params() }

// HeldQuestion is a question of a vote that has been counted.
type HeldQuestion struct {
	Vote  thing.ID
	Title string // of the vote
	At    int    // index of the question
	Asked string // its own title, or its area
}

// Held are the questions of the votes that everybody can see counted, newest first.
func Held(tx *db.Tx) ([]HeldQuestion, error) {
	return db.All(tx, func(r db.Row) (h HeldQuestion, err error) { err = r.Scan(&h.Vote, &h.Title, &h.At, &h.Asked); return },
		`SELECT t.id, t.title, q.position, CASE WHEN q.title <> '' THEN q.title ELSE q.area END FROM vote v JOIN thing t ON t.id = v.id
			JOIN vote_question q ON q.vote_id = v.id WHERE v.counted_at IS NOT NULL AND t.state = 'published' AND t.hidden_at IS NULL
			ORDER BY t.id DESC, q.position LIMIT 500`)
}

// Election is what the published ballots of a counted vote say under the question with an index, with
// that question. The fault thing.missing says that there is none.
func (s *Service) Election(ctx context.Context, a identity.Actor, id thing.ID, at int) (e tally.Election, q Question, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		if v.CountedAt.IsZero() || at < 0 || at >= len(v.Questions) || len(v.Questions[at].Options) == 0 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		counts, err := contents(tx, v)
		if err != nil {
			return err
		}
		q = v.Questions[at]
		e, err = q.election(strconv.FormatInt(int64(id), 10), at, v.Electorate, counts)
		return err
	})
	return e, q, err
}

// Generate makes up an election under a question: so many voters of three groups, each of which likes
// other options, with a taste of their own. The same seed makes the same ballots; all of them keep the
// question's rules.
func (q Question) Generate(voters int, seed uint64) (tally.Election, error) {
	random := rand.New(rand.NewPCG(seed, uint64(len(q.Options))))
	const groups = 3
	liked := make([][groups]float64, len(q.Options))
	for i := range liked {
		for g := range groups {
			liked[i][g] = random.Float64()
		}
	}
	counts := map[string]int64{}
	alone := q
	alone.Area, alone.Blank = "", true
	for range voters {
		g := min(random.IntN(2*groups-1), groups-1) // the last group is the larger
		taste := make([]float64, len(q.Options))
		order := make([]int, len(q.Options))
		for i := range order {
			order[i], taste[i] = i, liked[i][g]+0.6*random.Float64()
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(taste[b], taste[a]), cmp.Compare(a, b)) })
		counts[string(Ballot{q.made(order, taste)}.canonical([]Question{alone}))]++
	}
	return alone.election("0", 0, 0, counts)
}

// made is the ballot of somebody who likes the options in an order, as far as their taste says (0 to 1.6).
func (q Question) made(order []int, taste []float64) (marks []Mark) {
	most := len(order)
	if q.Most > 0 {
		most = min(most, int(q.Most))
	}
	var spent, given int64
	for place, i := range order {
		o, like := q.Options[i], taste[i]/1.6
		enough := int64(len(marks)) >= max(q.Least, 1)
		if len(marks) == most || !q.Form.Valued() && like < 0.5 && enough {
			break
		}
		m := Mark{o.Code, 1}
		switch q.Form {
		case Points:
			m.Value = min(q.Points-given, (q.Points+1)/2)
		case Score:
			m.Value = int64(like * float64(q.Points+1))
		case Graded:
			m.Value = min(int64(len(q.Grades)), 1+int64((1-like)*float64(len(q.Grades))))
		case Ranking:
			m.Value = int64(place + 1)
		}
		if o.Code == NoneOfThese || q.Form == Knapsack && spent+o.Cost > q.Budget || q.Form == Points && m.Value == 0 {
			continue
		}
		spent, given = spent+o.Cost, given+m.Value
		marks = append(marks, m)
		if q.Form == One {
			break
		}
	}
	if marks = q.tidy(marks); q.refuse(marks) != nil {
		return nil // blank: their taste leaves no ballot that the rules allow
	}
	return marks
}
