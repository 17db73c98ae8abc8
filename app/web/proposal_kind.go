package web

import (
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/proposal"
)

// kinds are the kinds of proposals, read once for each visit.
func (v *Visit) kinds() ([]proposal.Class, error) {
	if v.classes != nil {
		return v.classes, nil
	}
	err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { v.classes, err = v.s.Proposals.Classes(tx); return err })
	return v.classes, err
}

// kindName is what a kind of proposals is called.
func (v *Visit) kindName(k proposal.Class) string {
	if name := k.Name(v.Lang.Tag()); name != "" {
		return name
	}
	return v.T("kind.usual")
}

// kindOf is the kind of a proposal: the usual one where there is no other.
func (v *Visit) kindOf(p proposal.Proposal) (proposal.Class, error) {
	all, err := v.kinds()
	for _, k := range all {
		if k.ID == p.KindID {
			return k, err
		}
	}
	return proposal.Class{Key: proposal.UsualKey}, err
}

// kindTold is the name of a proposal's kind where there is more than one kind; "" otherwise.
func (v *Visit) kindTold(p proposal.Proposal) string {
	k, err := v.kindOf(p)
	if err != nil || len(v.classes) < 2 {
		return ""
	}
	return v.kindName(k)
}

// kindFilter narrows the list of proposals to a kind; there is nothing to choose while there is one.
var kindFilter = filter{"kind", "kind.filter", func(v *Visit) (all []choice, err error) {
	kinds, err := v.kinds()
	if len(kinds) < 2 {
		return nil, err
	}
	for _, k := range kinds {
		all = append(all, choice{Value: k.Key, Text: v.kindName(k)})
	}
	return all, err
}, proposal.OfClass}

// kindCard is a kind to choose from, with what it takes in a few words.
type kindCard struct {
	Href, Name, About string
	Facts             []string
}

// kindFacts say in short what a kind asks and promises.
func (v *Visit) kindFacts(k proposal.Class) []string {
	all := []string{v.T("kind.fact.threshold", "n", k.Threshold)}
	if k.Period > 0 {
		all = append(all, v.T("kind.fact.period", "n", k.Period))
	}
	all = append(all, v.T("kind.fact.answer", "n", k.AnswerDays))
	if k.Sponsors > 0 {
		all = append(all, v.T("kind.fact.sponsors", "n", k.Sponsors))
	}
	if k.Checked {
		all = append(all, v.T("kind.fact.checked"))
	}
	return all
}

// proposalStartView says what writing a proposal takes, before anything is asked.
type proposalStartView struct {
	Kinds     []kindCard // to choose from; else one is chosen, and the rest says what it takes
	Key, Name string     // of the kind, where there are several
	About     string
	Happens   string
	Threshold int64
	Period    int64
	AnswerIn  int64
	Open      bool // support has no end
	Checked   bool
	Sponsors  int64
}

var proposalStartTmpl = page.New[proposalStartView]("proposal/start")

func (s *Server) proposalStart(v *Visit) error {
	return keep(v, proposalStartTmpl, forAll(), func() (h Head, m proposalStartView, err error) {
		h = Head{Title: v.T("proposal.new"), Section: "proposals"}
		err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
			all, err := s.Proposals.Offered(tx)
			if err != nil {
				return err
			}
			m = v.startWith(all)
			return nil
		})
		return h, m, err
	})
}

// startWith is the choice among kinds, or what the one takes that the address names or that is alone.
func (v *Visit) startWith(all []proposal.Class) (m proposalStartView) {
	for _, k := range all {
		if len(all) > 1 && k.Key != v.Query("kind") {
			m.Kinds = append(m.Kinds, kindCard{"/proposals/new?kind=" + k.Key, v.kindName(k), proposal.Said(k.About, v.Lang.Tag()), v.kindFacts(k)})
			continue
		}
		m = proposalStartView{About: proposal.Said(k.About, v.Lang.Tag()), Happens: proposal.Said(k.Happens, v.Lang.Tag()), Threshold: k.Threshold,
			Period: int64(k.Period), AnswerIn: int64(k.AnswerDays), Open: k.Period == 0, Checked: k.Checked, Sponsors: k.Sponsors}
		if len(all) > 1 {
			m.Key, m.Name = k.Key, v.kindName(k)
		}
		return m
	}
	return m
}
