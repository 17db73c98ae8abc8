package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/tally"
	"tequio/app/thing"
	"tequio/app/vote"
)

// simulateTime is how long all rules together may count for one page.
const simulateTime = 20 * time.Second

// simulateView is the page on which staff try every rule before they choose one. Nothing is stored.
type simulateView struct {
	Desk     []deskItem
	Title    string
	Here     string
	Back     string
	Form     FormView
	Sources  []choice // of ballots
	Question *field   // where the vote has several
	Held     *field   // earlier votes, where there are any
	Voters   field
	Seed     field
	Limit    int64 // MB of a file
	Error    string
	Outcome  *simulatedView
}

// simulatedView is what the rules made of the same ballots.
type simulatedView struct {
	Lead string
	Long []string // rules that were not done in time
	compareView
}

var simulateTmpl = page.New[simulateView]("vote/simulate")

// The places from which ballots come.
const (
	fromGenerated = "generated"
	fromHeld      = "held"
	fromFile      = "file"
)

func (s *Server) simulate(v *Visit) error {
	return s.showSimulate(v, blank("source", fromGenerated, "voters", "500", "seed", "1"), nil, 0)
}

func (s *Server) showSimulate(v *Visit, f FormView, outcome *simulatedView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := simulateView{Desk: v.desk(deskVotes), Title: t.Title, Here: deskVote(t.ID) + "/simulate", Back: deskVote(t.ID), Form: f,
		Limit: vote.SimulatedFile >> 20, Error: f.Error("file"), Outcome: outcome}
	var held []choice
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := vote.Held(tx)
		for _, one := range all {
			value, words := thingNumber(one.Vote)+"-"+strconv.Itoa(one.At), one.Title
			if one.Asked != "" {
				words += ": " + one.Asked
			}
			held = append(held, choice{value, words, f.Value("held") == value})
		}
		return err
	})
	if err != nil {
		return err
	}
	sources := []string{fromGenerated, fromHeld, fromFile}
	if len(held) == 0 {
		sources = []string{fromGenerated, fromFile}
	} else {
		one := v.filled(f, field{Name: "held", Label: "vote.simulate.held", Choices: held})
		m.Held = &one
	}
	m.Sources = choicesOf(v, f, "source", "vote.simulate.from.", sources...)
	if len(t.Questions) > 1 {
		var questions []choice
		for i, q := range t.Questions {
			at := strconv.Itoa(i)
			questions = append(questions, choice{at, v.T("vote.desk.question", "n", i+1) + " " + questionTitle(q), f.Value("question") == at})
		}
		one := v.filled(f, field{Name: "question", Label: "vote.simulate.question", Choices: questions})
		m.Question = &one
	}
	m.Voters = v.filled(f, field{Name: "voters", Label: "vote.simulate.voters", Type: "number", Width: "w-s"})
	m.Seed = v.filled(f, field{Name: "seed", Label: "vote.simulate.seed", Hint: "vote.simulate.seed.hint", Type: "number", Width: "w-s"})
	return render(v, simulateTmpl, Head{Title: v.T("vote.simulate.title"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) runSimulate(v *Visit) error {
	e, q, p, err := s.simulated(v)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showSimulate(v, f, nil, statusOf(err))
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(v.ctx, simulateTime)
	defer cancel()
	return s.showSimulate(v, FormView{Values: v.Form.values}, v.simulatedView(e, q, vote.Simulate(ctx, e, p)), 0)
}

// simulated reads which ballots are to be counted: made up, of an earlier vote, or of a file.
func (s *Server) simulated(v *Visit) (e tally.Election, q vote.Question, p tally.Params, err error) {
	t, _, err := s.managedVote(v)
	if err != nil {
		return e, q, p, err
	}
	at, _ := v.Form.Int("question")
	p.Ties = []tally.Criterion{tally.ByCost, tally.ByVotes}
	switch v.Form.Get("source") {
	case fromHeld:
		id, question, _ := strings.Cut(v.Form.Get("held"), "-")
		n, _ := strconv.ParseInt(id, 10, 64)
		k, _ := strconv.Atoi(question)
		e, q, err = s.Votes.Election(v.ctx, v.Actor, thing.ID(n), k)
	case fromFile:
		e, err = v.readElection()
		q = v.questionOf(e)
	default:
		if at < 0 || at >= int64(len(t.Questions)) || len(t.Questions[at].Options) == 0 {
			return e, q, p, fault.On("question", "vote.simulate.empty")
		}
		q = t.Questions[at]
		voters, ok := v.Form.Int("voters")
		seed, seeded := v.Form.Int("seed")
		switch {
		case !ok || voters < 1 || voters > vote.SimulatedVoters:
			return e, q, p, fault.On("voters", "vote.simulate.number", "max", vote.SimulatedVoters)
		case !seeded || seed < 0:
			return e, q, p, fault.On("seed", "vote.number")
		}
		if p, err = q.CountParams(); err == nil {
			e, err = q.Generate(int(voters), uint64(seed))
		}
	}
	if err == nil && len(e.Options) > vote.SimulatedOptions {
		err = fault.On("source", "vote.simulate.many", "max", vote.SimulatedOptions)
	}
	return e, q, p, err
}

// readElection reads the file sent, which is kept nowhere.
func (v *Visit) readElection() (e tally.Election, err error) {
	uploads := v.Form.uploads("file")
	switch {
	case len(uploads) != 1:
		return e, fault.On("file", "vote.simulate.file.none")
	case uploads[0].Size > vote.SimulatedFile:
		return e, fault.On("file", "vote.simulate.file.large", "max", vote.SimulatedFile>>20)
	}
	in, err := uploads[0].Open()
	if err != nil {
		return e, err
	}
	defer in.Close()
	e, err = tally.ReadElection(in, uploads[0].Name)
	return e, vote.BadFile(err)
}

// questionOf names the options of a file as results are written.
func (v *Visit) questionOf(e tally.Election) vote.Question {
	q := vote.Question{Budget: e.Budget, Currency: v.s.Instance.Current().Currency, Grades: e.Grades, Params: vote.Params{Decimals: e.Decimals}}
	for _, o := range e.Options {
		q.Options = append(q.Options, vote.Option{Code: o.ID, Title: optionName(o), Cost: o.Cost})
	}
	return q
}

func optionName(o tally.Option) string {
	if o.Name == "" {
		return o.ID
	}
	return o.Name
}

func (v *Visit) simulatedView(e tally.Election, q vote.Question, all []vote.Simulated) *simulatedView {
	m := &simulatedView{}
	var ballots int64
	for _, b := range e.Ballots {
		ballots += b.Weight
	}
	m.Lead = v.T("vote.simulate.lead", "n", ballots, "options", len(e.Options))
	var results []tally.Result
	for _, one := range all {
		if one.Long {
			m.Long = append(m.Long, v.ruleName(one.Rule))
		} else {
			results = append(results, one.Result)
		}
	}
	m.compareView = v.compare(q, results)
	return m
}
