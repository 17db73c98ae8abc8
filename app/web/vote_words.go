package web

import (
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/tally"
	"tequio/app/thing"
	"tequio/app/vote"
)

func (v *Visit) questions(tx *db.Tx, t vote.Vote) ([]voteQuestion, error) {
	var from []thing.ID
	for _, q := range t.Questions {
		for _, o := range slices.Concat(q.Options, q.Aside) {
			if o.Thing != 0 {
				from = append(from, o.Thing)
			}
		}
	}
	refs, err := thing.Refs(tx, from)
	if err != nil {
		return nil, err
	}
	pictures, err := v.picturesOf(tx, t)
	var all []voteQuestion
	for _, q := range t.Questions {
		m := v.inWords(q, refs, pictures)
		if n := len(all); n > 0 {
			last := all[n-1]
			m.Again = m.Rule == last.Rule && m.Ties == last.Ties && slices.Equal(m.More, last.More)
		}
		all = append(all, m)
	}
	return all, err
}

func (v *Visit) inWords(q vote.Question, refs map[thing.ID]thing.Ref, pictures map[string]fileView) voteQuestion {
	m := voteQuestion{Title: questionTitle(q), More: v.paramWords(q), Form: v.formWords(q), Ties: v.tieWords(q), Currency: q.Currency}
	if rule, ok := tally.FindRule(q.Rule); ok {
		m.Rule, m.Words = v.T("tally.rule."+rule.Name()+".name"), v.T("tally.rule."+rule.Name()+".words")
	}
	if q.Budget > 0 {
		m.Budget = v.money(q, q.Budget)
	}
	for _, o := range q.Options {
		m.Options = append(m.Options, v.optionInWords(q, o, refs, pictures))
	}
	for _, o := range q.Aside {
		m.Aside = append(m.Aside, v.optionInWords(q, o, refs, pictures))
	}
	return m
}

func (v *Visit) optionInWords(q vote.Question, o vote.Option, refs map[thing.ID]thing.Ref, pictures map[string]fileView) voteOption {
	m := voteOption{Code: o.Code, Title: o.Title, HTML: o.HTML, Place: o.Place, Unit: o.Unit, Category: o.Category, Technical: v.technical(o),
		Page: q.Budget > 0, Withdrawn: o.Withdrawn()}
	if q.Budget > 0 {
		m.Cost = v.money(q, o.Cost)
	}
	if ref, ok := refs[o.Thing]; ok {
		m.From = &ref
	}
	if picture, ok := pictures[o.Code]; ok {
		m.Picture = &picture
	}
	return m
}

// money writes an amount of a question's money, whose minor units may be smaller than usual.
func (v *Visit) money(q vote.Question, minor int64) string {
	return v.Lang.Money(usual(q, minor), q.Currency)
}

func (v *Visit) amount(q vote.Question, minor int64) i18n.Amount {
	return i18n.Amount{Minor: usual(q, minor), Currency: q.Currency}
}

// usual brings an amount to hundredths, as amounts are written.
func usual(q vote.Question, minor int64) int64 {
	for d := q.Params.Decimals; d > 2; d-- {
		minor /= 10
	}
	return minor
}

// formWords say what a ballot may say under a question.
func (v *Visit) formWords(q vote.Question) string {
	words := v.T("vote.form."+string(q.Form)+".words", "budget", v.amount(q, q.Budget), "points", q.Points, "grades", strings.Join(q.Grades, ", "))
	if q.Equal {
		words += " " + v.T("vote.limit.equal")
	}
	switch {
	case q.Form == vote.One || q.Form == vote.Points:
	case q.Least > 1 && q.Most > 0 && q.Least == q.Most:
		words += " " + v.T("vote.limit.exact", "n", q.Most)
	case q.Least > 1 && q.Most > 0:
		words += " " + v.T("vote.limit.between", "least", q.Least, "n", q.Most)
	case q.Most > 0:
		words += " " + v.T("vote.limit.most", "n", q.Most)
	case q.Least > 1:
		words += " " + v.T("vote.limit.least", "n", q.Least)
	}
	if q.Blank {
		words += " " + v.T("vote.limit.blank")
	}
	return words
}

// tieWords say how ties are broken.
func (v *Visit) tieWords(q vote.Question) string {
	criteria, _, err := tally.ParseTies(q.Ties, false)
	if err != nil || len(criteria) == 0 {
		return v.T("vote.ties.none")
	}
	var words string
	for i, c := range criteria {
		if i > 0 {
			words += v.T("vote.ties.then")
		}
		words += v.T("tally.criterion." + string(c))
	}
	return v.T("vote.ties.by", "criteria", words)
}

// sourceWords name the file that an imported vote comes from, in its own words.
func sourceWords(s vote.Source) string {
	words := ""
	for _, p := range s.Meta {
		switch p.Key {
		case "description", "country", "unit", "subunit", "instance":
			if words != "" {
				words += " · "
			}
			words += p.Value
		}
	}
	return words
}

func levelOf(n int64) identity.Level { return identity.Level(n) }
