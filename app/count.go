package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tequio/app/i18n"
	"tequio/app/tally"
	"tequio/app/vote"
	"tequio/data"
)

type countVerb struct {
	File       string `arg:"" type:"existingfile" help:"A .pb, .blt, .soc, .soi, .toc or .toi file, or the archive of a vote (.zip)."`
	Rule       string `required:"" enum:"plurality,approval,score,majority-judgment,borda,irv,stv-scottish,stv-wigm,stv-meek,schulze,greedy,greedy-stop,greedy-ratio,equal-shares,phragmen" help:"Counting rule: ${enum}." placeholder:"RULE"`
	Seats      int    `help:"How many to elect; default: what the file says, or 1." placeholder:"N"`
	Utility    string `enum:",cost,cardinality,points,points-cost" default:"" help:"Equal shares: what a funded project is worth to a voter: cost (default), cardinality, points, points-cost." placeholder:"WHAT"`
	Completion string `enum:",none,greedy,add1,add1-greedy" default:"" help:"Equal shares: how what is left is spent: none, greedy, add1, add1-greedy (default)." placeholder:"HOW"`
	Stop       string `enum:",exhaustive,overspend" default:"" help:"Equal shares: when Add1 ends: exhaustive (default), overspend." placeholder:"WHEN"`
	Ties       string `help:"How ties are broken, in order: cost,votes,id (default), or with lot:SEED at the end." placeholder:"LIST"`
	JSON       bool   `name:"json" help:"Print the result as JSON."`
}

// Run counts the file and prints the result; of an archive with several questions, each that the rule
// can count. A file that is broken, or that the rule cannot count, is not understood: exit 2.
func (v countVerb) Run(_ *common, sh *shell) error {
	all, err := v.read()
	if bad := (*tally.FileError)(nil); errors.As(err, &bad) {
		return misunderstood{fmt.Errorf("%s: %w", filepath.Base(v.File), bad)}
	}
	if err != nil {
		return misunderstood{err}
	}
	var unfit error
	counted := 0
	for _, one := range all {
		e, p, err := v.fitted(one)
		if err != nil {
			unfit = err
			continue
		}
		r, err := tally.CountWatched(e, v.Rule, p, watching(sh.err))
		if err != nil {
			unfit = err
			continue
		}
		counted++
		if v.JSON {
			err = printJSON(sh.out, e, r)
		} else {
			err = printResult(sh.out, e, r)
		}
		if err != nil {
			return err
		}
	}
	if counted == 0 {
		return misunderstood{unfit}
	}
	return nil
}

// countable is an election with what was declared for its count; from a file, nothing was.
type countable struct {
	tally.Election
	rule     string
	declared tally.Params
	archived bool
}

// read reads what the file holds: one election, or those of an archive's questions.
func (v countVerb) read() ([]countable, error) {
	in, size, err := sized(v.File)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !strings.EqualFold(filepath.Ext(v.File), ".zip") {
		e, err := tally.ReadElection(in, filepath.Base(v.File))
		return []countable{{Election: e}}, err
	}
	a, err := vote.ReadArchive(in, size)
	if err != nil {
		return nil, err
	}
	elections, err := a.Elections()
	if err != nil {
		return nil, err
	}
	all := make([]countable, len(elections))
	for i, e := range elections {
		all[i] = countable{Election: e, archived: true}
		if all[i].rule, all[i].declared, err = a.Params(i); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// params are those of the command line. What it leaves open is as declared where the rule is the one
// that was declared.
func (v countVerb) params(c countable) (p tally.Params, err error) {
	if rule, _ := tally.FindRule(c.rule); rule.Name() == v.Rule {
		p = c.declared
	}
	p.Ties, p.Seed = c.declared.Ties, c.declared.Seed
	switch {
	case v.Ties != "":
		p.Ties, p.Seed, err = tally.ParseTies(v.Ties, false)
	case !c.archived:
		p.Ties = []tally.Criterion{tally.ByCost, tally.ByVotes, tally.ByID}
	}
	if v.Utility != "" {
		p.Utility = tally.Utility(v.Utility)
	}
	if v.Completion != "" {
		p.Completion = tally.Completion(v.Completion)
	}
	if v.Stop != "" {
		p.Stop = tally.Stop(v.Stop)
	}
	return p, err
}

// fitted gives an election the seats and parameters asked for, and names its options as people do
// where a file only numbers them. An archive's options keep their codes, by which ballots and lot name
// them.
func (v countVerb) fitted(c countable) (tally.Election, tally.Params, error) {
	e := c.Election
	p, err := v.params(c)
	rule, _ := tally.FindRule(v.Rule)
	switch {
	case err != nil:
	case v.Seats < 0 || v.Seats > len(e.Options):
		err = fmt.Errorf("--seats must be 1 to %d", len(e.Options))
	case rule.Budget && e.Budget == 0:
		err = fmt.Errorf("%s spends a budget, and there is none", v.Rule)
	}
	if v.Seats > 0 {
		e.Seats = v.Seats
	} else if rule.Name() == "irv" {
		e.Seats = 1 // it elects one, whatever the file was made for
	}
	if e.Budget == 0 && !c.archived {
		e.Options = named(e.Options)
	}
	return e, p, err
}

// named calls options by their names as far as these tell them apart.
func named(options []tally.Option) []tally.Option {
	taken := map[string]bool{}
	called := make([]tally.Option, len(options))
	for i, o := range options {
		called[i] = o
		if o.Name != "" {
			called[i].ID = o.Name
		}
		if taken[called[i].ID] {
			return options
		}
		taken[called[i].ID] = true
	}
	return called
}

// watching tells on a terminal how far a long count is.
func watching(to io.Writer) tally.Watch {
	f, ok := to.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(runs int64) error {
		if runs%100 == 0 {
			fmt.Fprintf(to, "\r%d runs…", runs)
		}
		return nil
	}
}

// counted is what --json prints.
type counted struct {
	Rule      string        `json:"rule"`
	Winners   []string      `json:"winners"`
	Ranking   [][]string    `json:"ranking"`
	Rounds    []tally.Round `json:"rounds"`
	Ties      []tally.Tie   `json:"ties"`
	Cost      string        `json:"cost"`
	Tied      bool          `json:"tied"`
	Endowment string        `json:"endowment,omitempty"`

	Pairwise *tally.Pairwise `json:"pairwise,omitempty"`
}

func printJSON(to io.Writer, e tally.Election, r tally.Result) error {
	w := json.NewEncoder(to)
	w.SetEscapeHTML(false)
	return w.Encode(counted{strings.Split(r.Rule, "/")[0], r.Winners, r.Ranking, r.Rounds, r.Ties, decimalOf(e, r.Spent), r.Tied, r.Endowment, r.Pairwise})
}

func decimalOf(e tally.Election, minor int64) string {
	unit := int64(1)
	for range e.Decimals {
		unit *= 10
	}
	return tally.Number{Num: minor, Den: unit}.Decimal(e.Decimals)
}

// printResult says the result in words: the winners, each round, each tie, and what became of every
// option.
func printResult(to io.Writer, e tally.Election, r tally.Result) error {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		return err
	}
	lang := "en"
	if strings.HasPrefix(os.Getenv("LANG"), "es") {
		lang = "es"
	}
	s := speaker{words.Language(lang), e, to}
	rule, _ := tally.FindRule(r.Rule)
	if e.Title != "" {
		s.line("%s", e.Title)
	}
	s.line("%s (%s)", s.T("tally.rule."+rule.Name()+".name"), r.Rule)
	s.line("%s: %s", s.T("count.winners"), strings.Join(s.names(r.Winners), "; "))
	if rule.Budget {
		s.line("%s", s.T("count.spent", "spent", decimalOf(e, r.Spent), "budget", decimalOf(e, r.Budget), "left", decimalOf(e, r.Left)))
	}
	for _, n := range r.Notes {
		s.line("%s", s.because(n))
	}
	for _, round := range r.Rounds {
		s.round(round)
	}
	for _, t := range r.Ties {
		s.line("%s: %s", strings.Join(s.names(t.Options), " = "), s.because(t.Reason))
	}
	s.line("")
	for _, o := range r.Outcomes {
		s.line("%s: %s", s.name(o.Option), s.because(o.Reason))
	}
	return nil
}

// speaker says a result in a language.
type speaker struct {
	*i18n.Language
	e  tally.Election
	to io.Writer
}

func (s speaker) line(format string, args ...any) { fmt.Fprintf(s.to, format+"\n", args...) }

func (s speaker) round(r tally.Round) {
	s.line("\n%s", s.T("count.round", "n", r.Number))
	for _, f := range r.Figures {
		s.line("  %s: %s", s.name(f.Option), f.Score.Decimal(9))
	}
	for _, n := range r.Notes {
		s.line("  %s", s.because(n))
	}
	for _, d := range r.Decisions {
		s.line("  %s. %s", s.name(d.Option), s.because(d.Reason))
	}
}

func (s speaker) name(id string) string {
	for _, o := range s.e.Options {
		if o.ID == id && o.Name != "" && o.Name != id {
			return id + " " + o.Name
		}
	}
	return id
}

func (s speaker) names(ids []string) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = s.name(id)
	}
	return all
}

func (s speaker) because(r tally.Reason) string {
	var args []any
	for _, a := range r.Args {
		switch a.Unit {
		case tally.UnitCount:
			args = append(args, a.Name, a.Number.Num)
		case tally.UnitMoney:
			args = append(args, a.Name, decimalOf(s.e, a.Number.Num))
		case tally.UnitPoints, tally.UnitVotes:
			args = append(args, a.Name, a.Number.Decimal(9))
		case tally.UnitOption:
			args = append(args, a.Name, s.name(a.Text))
		default:
			args = append(args, a.Name, a.Text)
		}
	}
	return s.T(r.Key, args...)
}
