package web

import (
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/tally"
	"tequio/app/text"
	"tequio/app/vote"
)

// rulesView is the page of a vote's rules in plain words, made from the rules sheet's fields.
type rulesView struct {
	voteHead
	Level      string
	Who        string
	Effect     string
	Objections i18nTime
	Areas      string
	Questions  []rulesQuestion
	Lot        string
	Promise    string
	Published  string
	Secrecy    string
	Source     string
	Sheet      string
	Amendments []amendmentView
}

// rulesQuestion are the rules of one question.
type rulesQuestion struct {
	Title  string
	Mark   string   // what a ballot may say
	Count  []string // how it is counted, a sentence or two each
	Ties   string
	Budget string
	Chosen int // options on the ballot
}

var rulesTmpl = page.New[rulesView]("vote/rules")

func (s *Server) voteRules(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	if t.Hidden() {
		return s.showHidden(v, t)
	}
	return keep(v, rulesTmpl, forAll(scopeThing(t.ID)), func() (Head, rulesView, error) {
		m, err := s.rulesView(v)
		return Head{Title: v.T("vote.rules.title", "title", m.Title), Section: "votes"}, m, err
	})
}

func (s *Server) rulesView(v *Visit) (m rulesView, err error) {
	t, err := s.Votes.Read(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return m, err
	}
	m = rulesView{
		voteHead: v.voteHead(t), Level: v.voterWords(t), Who: text.Markdown(t.Who, text.Official),
		Effect: text.Markdown(t.Effect, text.Official), Objections: v.instant(t.ObjectionsAt), Secrecy: v.secrecy(t), Sheet: t.Rules, Promise: t.Lot.SHA256,
	}
	if src, imported := t.Source(); imported {
		m.Source = sourceWords(src)
	}
	if t.AreaRule != vote.NoAreas {
		m.Areas = v.T("vote.rules.areas." + string(t.AreaRule))
	}
	if t.Lot.Source != vote.NoLot {
		m.Lot = v.T("vote.rules.lot." + string(t.Lot.Source))
	}
	if key := "vote.rules.published." + t.Disclosure; v.Lang.Has(key) {
		m.Published = v.T(key, "people", auditorNames(t))
	}
	for _, q := range t.Questions {
		m.Questions = append(m.Questions, v.rulesQuestion(q))
	}
	return m, s.DB.Read(v.ctx, func(tx *db.Tx) error {
		changes, err := vote.Amendments(tx, t.ID)
		m.Amendments = v.amendments(t, changes)
		return err
	})
}

func (v *Visit) rulesQuestion(q vote.Question) rulesQuestion {
	m := rulesQuestion{Title: questionTitle(q), Mark: v.formWords(q), Ties: v.tieWords(q), Chosen: len(q.Options)}
	if rule, ok := tally.FindRule(q.Rule); ok {
		m.Count = append(m.Count, v.T("tally.rule."+rule.Name()+".name")+". "+v.T("tally.rule."+rule.Name()+".words"))
	}
	if q.Budget > 0 {
		m.Budget = v.money(q, q.Budget)
	}
	m.Count = append(m.Count, v.paramWords(q)...)
	return m
}

// paramWords say what a question's count asks for besides its rule.
func (v *Visit) paramWords(q vote.Question) (all []string) {
	p := q.Params
	say := func(when bool, key string, args ...any) {
		if when {
			all = append(all, v.T(key, args...))
		}
	}
	say(q.Budget == 0 && q.Seats > 1, "vote.param.say.seats", "n", q.Seats)
	say(q.Reviewed, "vote.param.say.reviewed")
	say(p.MinimumVotes > 0, "vote.param.say.minimum", "n", p.MinimumVotes)
	say(p.MinimumShare.Den > 0, "vote.param.say.minimum_share", "part", v.percent(p.MinimumShare))
	say(p.Quorum > 0, "vote.param.say.quorum", "n", p.Quorum)
	say(p.QuorumShare.Den > 0, "vote.param.say.quorum_share", "part", v.percent(p.QuorumShare))
	say(p.Majority.Den > 0, "vote.param.say.majority", "part", v.percent(p.Majority))
	say(p.PartFunding, "vote.param.say.partfunding")
	say(len(q.Also) > 0, "vote.param.say.also", "rules", v.ruleNames(q.Also))
	if !vote.Takes(q.Rule, vote.Shares) {
		return all
	}
	say(true, "vote.param.say.utility."+string(orFirst(p.Utility, vote.Utilities)))
	completion := orFirst(p.Completion, vote.Completions)
	say(true, "vote.param.say.completion."+string(completion))
	if completion == tally.Add1 || completion == tally.Add1Greedy {
		step := p.Increment
		if step == 0 {
			step = 1
			for range q.Params.Decimals {
				step *= 10
			}
		}
		say(true, "vote.param.say.stop."+string(orFirst(p.Stop, vote.Stops)), "step", v.amount(q, step))
	}
	return all
}

// orFirst is a choice, or the first of those there are where none was made.
func orFirst[T ~string](chosen T, all []T) T {
	if chosen == "" {
		return all[0]
	}
	return chosen
}

// percent writes a part of a whole: as a percentage where that is exact, else as a fraction; "" for none.
func (v *Visit) percent(s tally.Share) string {
	if s.Den == 0 {
		return ""
	}
	if (s.Num*10_000)%s.Den != 0 {
		return v.Lang.Number(s.Num) + "/" + v.Lang.Number(s.Den)
	}
	return v.decimal(tally.Number{Num: s.Num * 100, Den: s.Den}) + " %"
}
