package web

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/tally"
	"tequio/app/thing"
	"tequio/app/vote"
)

// readVote reads the form. Numbers, amounts and dates that are none are refused together.
func (v *Visit) readVote() (t vote.Vote, words map[string]thing.Words, err error) {
	f, set := v.Form, v.s.Instance.Current()
	var c fault.Check
	number := func(name string) int64 {
		s := f.Get(name)
		n, err := strconv.ParseInt(s, 10, 64)
		c.That(s == "" || err == nil && n >= 0, name, "vote.number")
		return max(n, 0)
	}
	t.Agency, t.Lang = thing.ID(f.ID("agency")), v.pick(f.Get("lang"), set.Languages)
	c.That(t.Agency != 0, "agency", "vote.agency.missing")
	t.Title, t.Summary, t.Body, t.Who, t.Effect = f.Get("title"), f.Get("summary"), f.Get("body"), f.Get("who"), f.Get("effect")
	if s, ok := set.Subject(f.Get("subject")); ok {
		t.Subject = s.Key
	}
	if p, ok := set.Place(f.Get("place")); ok {
		t.Place = p.Key
	}
	var ok bool
	t.OpensAt, ok = f.When("opens", v.Zone())
	c.That(ok, "opens", "form.when")
	t.ClosesAt, ok = f.When("closes", v.Zone())
	c.That(ok, "closes", "form.when")
	t.AreaRule, t.Lot.Source = vote.AreaRule(f.Get("area_rule")), vote.LotSource(f.Get("lot"))
	t.Disclosure = f.Get("disclosure")
	for _, address := range strings.Fields(f.Get("auditors")) {
		t.Auditors = append(t.Auditors, vote.Auditor{Email: address})
	}
	t.LeastLevel, t.Electorate, t.Roll = identity.Level(number("level")), number("electorate"), readRoll(f, number)
	if days := number("objections"); days > 0 && !t.ClosesAt.IsZero() {
		t.ObjectionsAt = t.ClosesAt.AddDate(0, 0, int(min(days, 3650)))
	}
	for i := range countOf(f.values, "questions") {
		t.Questions = append(t.Questions, v.readQuestion("q"+strconv.Itoa(i), t.Lang, &c, number))
	}
	words = map[string]thing.Words{}
	for _, lang := range v.otherLanguages(t.Lang) {
		words[lang] = thing.Words{}
		for _, name := range []string{"title", "summary", "body", "who", "effect"} {
			words[lang][name] = f.Get(name + "." + lang)
		}
		v.readQuestionWords(&t, lang)
	}
	return t, words, c.Err()
}

func (v *Visit) readQuestion(at, lang string, c *fault.Check, number func(string) int64) vote.Question {
	f := v.Form
	money := func(name string) int64 {
		n, ok := majorUnits(f.Get(name))
		c.That(ok, name, "vote.amount")
		return n
	}
	q := vote.Question{
		Title: f.Get(at + "-title"), Area: f.Get(at + "-area"), Form: vote.Form(f.Get(at + "-form")), Rule: f.Get(at + "-rule"), Also: readAlso(f, at), Ties: f.Get(at + "-ties"),
		Seats: max(1, number(at+"-seats")), Least: number(at + "-least"), Most: number(at + "-most"), Points: number(at + "-points"),
		Grades: vote.SplitGrades(f.Get(at + "-grades")), Equal: f.Has(at + "-equal"), Reviewed: f.Has(at + "-reviewed"),
		Budget: money(at + "-budget"), Currency: v.s.Instance.Current().Currency, Blank: f.Has(at + "-blank"),
		Params: v.readParams(at, c, number, money),
	}
	for k := range countOf(f.values, at+"-options") {
		o := at + "-o" + strconv.Itoa(k)
		q.Options = append(q.Options, vote.Option{
			Code: f.Get(o + "-code"), Title: f.Get(o + "-title"), Body: f.Get(o + "-body"), Cost: money(o + "-cost"),
			Place: f.Get(o + "-place"), Unit: f.Get(o + "-unit"), Category: f.Get(o + "-category"), Thing: thing.ID(f.ID(o + "-thing")),
		})
	}
	v.readStandard(at, lang, &q)
	return q
}

// readAlso reads which rules are ticked to count as well.
func readAlso(f *Form, at string) (ids []string) {
	for _, r := range tally.Rules() {
		if f.Has(at + "-also-" + r.Name()) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// readStandard adds what one tick or an empty field stands for: the usual grades, and the option that
// refuses all others, in every language of the instance.
func (v *Visit) readStandard(at, lang string, q *vote.Question) {
	in := func(lang, key string) string { return v.s.Words.Language(lang).T(key) }
	if q.Form == vote.Graded && len(q.Grades) == 0 {
		q.Grades = vote.SplitGrades(in(lang, "vote.grades.usual"))
		for _, other := range v.otherLanguages(lang) {
			putWords(&q.Words, other, "grades", in(other, "vote.grades.usual"))
		}
	}
	if v.Form.Has(at + "-none") {
		none := vote.Option{Code: vote.NoneOfThese, Title: in(lang, "vote.none")}
		for _, other := range v.otherLanguages(lang) {
			putWords(&none.Words, other, "title", in(other, "vote.none"))
		}
		q.Options = append(q.Options, none)
	}
}

// readParams reads what the count needs besides.
func (v *Visit) readParams(at string, c *fault.Check, number, money func(string) int64) vote.Params {
	f := v.Form
	part := func(name string) tally.Share {
		s, ok := readShare(f.Get(name))
		c.That(ok, name, "vote.param.percent")
		return s
	}
	return vote.Params{
		Decimals: 2, MinimumVotes: number(at + "-minimum"), MinimumShare: part(at + "-minimum_share"), Quorum: number(at + "-quorum"),
		QuorumShare: part(at + "-quorum_share"), Majority: part(at + "-majority"), PartFunding: f.Has(at + "-partfunding"),
		Utility: tally.Utility(f.Get(at + "-utility")), Completion: tally.Completion(f.Get(at + "-completion")),
		Stop: tally.Stop(f.Get(at + "-stop")), Increment: money(at + "-increment"),
	}
}

// readShare reads a part of a hundred with up to two decimals, or a fraction such as 2/3; "" is none.
func readShare(s string) (share tally.Share, ok bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	if s == "" {
		return tally.Share{}, true
	}
	if !strings.Contains(s, "/") {
		s = strings.Replace(s, ",", ".", 1)
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok || len(s) > 12 || strings.ContainsAny(s, "eEpPxX_") {
		return tally.Share{}, false
	}
	if !strings.Contains(s, "/") {
		n.Quo(n, big.NewRat(100, 1))
	}
	if n.Sign() <= 0 || n.Cmp(big.NewRat(1, 1)) > 0 || n.Denom().Cmp(big.NewInt(1_000_000)) > 0 {
		return tally.Share{}, false
	}
	return tally.Share{Num: n.Num().Int64(), Den: n.Denom().Int64()}, true
}

// printShare is what readShare reads.
func printShare(s tally.Share) string {
	if s.Den == 0 {
		return ""
	}
	n := big.NewRat(s.Num*100, s.Den)
	if n.IsInt() {
		return n.Num().String()
	}
	if exact, ok := new(big.Rat).SetString(n.FloatString(2)); ok && exact.Cmp(n) == 0 {
		return n.FloatString(2)
	}
	return strconv.FormatInt(s.Num, 10) + "/" + strconv.FormatInt(s.Den, 10)
}

// auditorLines are the addresses of a vote's auditors, one to a line.
func auditorLines(t vote.Vote) string {
	var all []string
	for _, a := range t.Auditors {
		all = append(all, a.Email)
	}
	return strings.Join(all, "\n")
}

// putWords puts a text in a language, unless it is empty.
func putWords(all *map[string]thing.Words, lang, field, text string) {
	if text == "" {
		return
	}
	if *all == nil {
		*all = map[string]thing.Words{}
	}
	if (*all)[lang] == nil {
		(*all)[lang] = thing.Words{}
	}
	(*all)[lang][field] = text
}

// readQuestionWords reads the words of questions and options in another language.
func (v *Visit) readQuestionWords(t *vote.Vote, lang string) {
	for i := range t.Questions {
		q, at := &t.Questions[i], "q"+strconv.Itoa(i)
		putWords(&q.Words, lang, "title", v.Form.Get(at+"-title."+lang))
		putWords(&q.Words, lang, "grades", v.Form.Get(at+"-grades."+lang))
		for k := range q.Options {
			o := at + "-o" + strconv.Itoa(k)
			putWords(&q.Options[k].Words, lang, "title", v.Form.Get(o+"-title."+lang))
			putWords(&q.Options[k].Words, lang, "body", v.Form.Get(o+"-body."+lang))
		}
	}
}

// voteValues is the form filled with what a vote has.
func (v *Visit) voteValues(t vote.Vote, words map[string]thing.Words) FormView {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	days := ""
	if !t.ObjectionsAt.IsZero() {
		days = n(int64(t.ObjectionsAt.Sub(t.ClosesAt).Hours()+12) / 24)
	}
	pairs := []string{"agency", thingNumber(t.Agency), "lang", t.Lang, "title", t.Title, "summary", t.Summary, "body", t.Body, "who", t.Who,
		"effect", t.Effect, "subject", t.Subject, "place", t.Place, "opens", printWhen(t.OpensAt, v.Zone()), "closes", printWhen(t.ClosesAt, v.Zone()),
		"area_rule", string(t.AreaRule), "lot", string(t.Lot.Source), "disclosure", t.Disclosure, "auditors", auditorLines(t), "objections", days, "level", n(int64(t.LeastLevel)), "questions", strconv.Itoa(len(t.Questions))}
	if t.Electorate > 0 {
		pairs = append(pairs, "electorate", n(t.Electorate))
	}
	pairs = append(pairs, rollValues(t.Roll, func(i int64) string {
		if i == 0 {
			return ""
		}
		return n(i)
	})...)
	for lang, w := range words {
		for name, text := range w {
			pairs = append(pairs, name+"."+lang, text)
		}
	}
	for i, q := range t.Questions {
		pairs = append(pairs, questionValues("q"+strconv.Itoa(i), q)...)
	}
	return blank(pairs...)
}

func questionValues(at string, q vote.Question) []string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	number := func(i int64) string {
		if i == 0 {
			return ""
		}
		return n(i)
	}
	money := func(i int64) string {
		if i == 0 {
			return ""
		}
		return tally.Number{Num: i, Den: 100}.Decimal(2)
	}
	p := q.Params
	pairs := []string{at + "-title", q.Title, at + "-area", q.Area, at + "-form", string(q.Form), at + "-rule", q.Rule, at + "-ties", q.Ties,
		at + "-seats", n(q.Seats), at + "-least", n(q.Least), at + "-most", n(q.Most), at + "-points", number(q.Points),
		at + "-grades", strings.Join(q.Grades, "\n"), at + "-budget", money(q.Budget), at + "-minimum", number(p.MinimumVotes),
		at + "-minimum_share", printShare(p.MinimumShare), at + "-quorum", number(p.Quorum), at + "-quorum_share", printShare(p.QuorumShare),
		at + "-majority", printShare(p.Majority), at + "-utility", string(p.Utility), at + "-completion", string(p.Completion),
		at + "-stop", string(p.Stop), at + "-increment", money(p.Increment)}
	_, none := q.Option(vote.NoneOfThese)
	for name, ticked := range map[string]bool{"-blank": q.Blank, "-equal": q.Equal, "-none": none, "-reviewed": q.Reviewed, "-partfunding": p.PartFunding} {
		if ticked {
			pairs = append(pairs, at+name, "yes")
		}
	}
	for _, id := range q.Also {
		if rule, known := tally.FindRule(id); known {
			pairs = append(pairs, at+"-also-"+rule.Name(), "yes")
		}
	}
	for lang, w := range q.Words {
		pairs = append(pairs, at+"-title."+lang, w["title"], at+"-grades."+lang, w["grades"])
	}
	options := slices.DeleteFunc(slices.Concat(q.Options, q.Aside), func(o vote.Option) bool { return o.Code == vote.NoneOfThese })
	pairs = append(pairs, at+"-options", strconv.Itoa(len(options)))
	for k, o := range options {
		at := at + "-o" + strconv.Itoa(k)
		pairs = append(pairs, at+"-code", o.Code, at+"-title", o.Title, at+"-body", o.Body, at+"-cost", money(o.Cost), at+"-place", o.Place,
			at+"-unit", o.Unit, at+"-category", o.Category, at+"-thing", thingNumber(o.Thing))
		for lang, w := range o.Words {
			pairs = append(pairs, at+"-title."+lang, w["title"], at+"-body."+lang, w["body"])
		}
	}
	return pairs
}
